//! The recognisers of Java's servers and machines: WebLogic, and the virtual machine's own warnings.
//! Rows of [`super::layout`], strict like all of them.

use super::layout::Reading;
use crate::record::severity::Severity;
use crate::record::timestamp::{Reference, from_epoch, parse_at};

/// `####<Nov 22, 2026 10:30:45,120 AM GMT> <Notice> <subsystem> <machine> <server> <thread> … <epoch>
/// <…> <BEA-000162> <text>` of WebLogic's files, and what it prints of that on the console:
/// `<Nov 22, 2026 10:30:45 AM GMT> <Notice> <subsystem> <BEA-000162> <text>`.
pub(super) fn weblogic<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
    let text = line.strip_prefix(b"####").unwrap_or(line);
    let in_file = text.len() < line.len();
    let stamp = parse_at(text.strip_prefix(b"<")?, reference).filter(|stamp| stamp.has_date)?;
    let (word, mut rest) = field(after_field(text)?)?;
    let severity = Severity::from_position(word)?;
    let (mut at, mut server, mut epoch, mut body) = (2, None, None, None);
    while let Some((inside, after)) = field(rest) {
        match at {
            4 if in_file => server = Some(inside),
            _ if inside.len() == 13 => epoch = epoch.or(from_epoch(inside)),
            _ if is_message_id(inside) => {
                body = after.trim_ascii_start().strip_prefix(b"<");
                break;
            }
            _ => {}
        }
        (at, rest) = (at + 1, after);
    }
    // The message may go on in the next lines, and closes there.
    let body = body?.trim_ascii();
    Some(Reading {
        // The zone is written out in words; the number needs none.
        timestamp: Some(epoch.unwrap_or(stamp.timestamp)),
        severity: Some(severity),
        severity_text: Some(word),
        service: server.filter(|name| !name.is_empty()),
        body: body.strip_suffix(b">").unwrap_or(body).trim_ascii(),
        ..Reading::default()
    })
}

/// What is in the angle brackets that come next, which may hold others, and what follows them.
fn field(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inside = text.trim_ascii_start().strip_prefix(b"<")?;
    let mut depth = 0;
    for (at, byte) in inside.iter().enumerate() {
        match byte {
            b'<' => depth += 1,
            b'>' if depth == 0 => return Some((&inside[..at], &inside[at + 1..])),
            b'>' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn after_field(text: &[u8]) -> Option<&[u8]> {
    field(text).map(|(_, after)| after)
}

/// `BEA-000162`, `OSB-398022`.
fn is_message_id(text: &[u8]) -> bool {
    let Some(dash) = memchr::memchr(b'-', text) else { return false };
    let (name, number) = (&text[..dash], &text[dash + 1..]);
    (2..=12).contains(&name.len())
        && name.iter().all(u8::is_ascii_uppercase)
        && number.len() >= 4
        && number.iter().all(u8::is_ascii_digit)
}

/// `OpenJDK 64-Bit Server VM warning: text` on standard error.
pub(super) fn virtual_machine<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    const MACHINES: [&[u8]; 3] = [b"OpenJDK ", b"Java HotSpot(TM) ", b"Eclipse OpenJ9 "];
    if !MACHINES.iter().any(|name| line.starts_with(name)) {
        return None;
    }
    let window = &line[..line.len().min(80)];
    let (word, severity) =
        [(&b"warning"[..], Severity::WARN), (b"error", Severity::ERROR)].into_iter().find(
            |(word, _)| memchr::memmem::find(window, &[b" VM ", *word, b": "].concat()).is_some(),
        )?;
    let at = memchr::memmem::find(window, b" VM ")? + 4;
    Some(Reading {
        severity: Some(severity),
        severity_text: Some(&line[at..at + word.len()]),
        body: line[at + word.len() + 1..].trim_ascii(),
        ..Reading::default()
    })
}
