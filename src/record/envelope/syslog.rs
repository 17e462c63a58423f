//! Syslog: RFC 3164 and RFC 5424, with and without the priority, as daemons write it to files.

use super::Envelope;
use crate::record::severity::Severity;
use crate::record::timestamp::{Reference, parse_at};
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// Built once: building a searcher costs more than one search of a short line.
static COLON: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b": "));

/// `<34>…`: RFC 5424 if a version follows, else RFC 3164.
pub(super) fn with_priority<'a>(line: &'a [u8], reference: &Reference) -> Option<Envelope<'a>> {
    let end = memchr::memchr(b'>', &line[..line.len().min(6)])?;
    let priority: u16 = std::str::from_utf8(&line[1..end]).ok()?.parse().ok()?;
    if priority > 191 {
        return None;
    }
    let severity = Severity::from_syslog((priority % 8) as u8);
    let rest = &line[end + 1..];
    let mut envelope = match rest.strip_prefix(b"1 ") {
        Some(rest) => rfc5424(rest, reference),
        None => {
            let stamp = parse_at(rest, reference);
            match stamp {
                Some(stamp) => {
                    let after = rest.get(stamp.length..)?.strip_prefix(b" ")?;
                    let named = host_and_program(after).or_else(|| program_alone(after));
                    let (stream, service, inner) = match named {
                        Some((stream, program, inner)) => (stream, Some(program), inner),
                        // Appliances put what they like behind the time.
                        None => (&b""[..], None, after),
                    };
                    Some(Envelope {
                        name: "syslog",
                        inner,
                        stream,
                        timestamp: Some(stamp.timestamp),
                        service,
                        is_message: true,
                        ..Envelope::default()
                    })
                }
                // `<6>text`: what systemd understands on a service's standard output.
                None if rest.first().is_some_and(u8::is_ascii_alphabetic) => Some(Envelope {
                    name: "syslog",
                    inner: rest,
                    is_message: true,
                    ..Envelope::default()
                }),
                None => None,
            }
        }
    }?;
    envelope.severity = Some(severity);
    Some(envelope)
}

/// `TIMESTAMP HOST APP PROCID MSGID STRUCTURED-DATA MSG` (RFC 5424, section 6). Structured data
/// stays before the message, where ids in it are found like any others.
fn rfc5424<'a>(rest: &'a [u8], reference: &Reference) -> Option<Envelope<'a>> {
    let mut parts = rest.splitn(6, |b| *b == b' ');
    let (time, _host, app) = (parts.next()?, parts.next()?, parts.next()?);
    let (process, message_id, data) = (parts.next()?, parts.next()?, parts.next()?);
    let timestamp = parse_at(time, reference).map(|stamp| stamp.timestamp);
    let header = rest.len() - data.len();
    let inner = match data.strip_prefix(b"-") {
        Some(message) => message.strip_prefix(b" ").unwrap_or(message),
        None if data.starts_with(b"[") => data,
        // Heroku leaves the structured data out.
        None if message_id == b"-" => data,
        None => return None,
    };
    let inner = inner.strip_prefix(b"\xef\xbb\xbf").unwrap_or(inner);
    let after_time = time.len() + 1;
    Some(Envelope {
        name: "syslog",
        inner,
        stream: rest.get(after_time..header.saturating_sub(1)).unwrap_or_default(),
        timestamp,
        service: (app != b"-").then(|| process_of_heroku(app, process)),
        is_message: true,
        ..Envelope::default()
    })
}

/// `Nov  3 01:01:03 host program[634]: text`.
pub(super) fn bsd<'a>(line: &'a [u8], reference: &Reference) -> Option<Envelope<'a>> {
    // A cheap look before the parse: a month's name, a blank, a day.
    if line.len() < 20 || line[3] != b' ' || !(line[4] == b' ' || line[4].is_ascii_digit()) {
        return None;
    }
    stamped(line, reference)
}

/// `2025-01-22T13:09:20.606136+01:00 host program[9400]: text`.
pub(super) fn iso<'a>(line: &'a [u8], reference: &Reference) -> Option<Envelope<'a>> {
    if line.get(10) != Some(&b'T') || line.get(4) != Some(&b'-') {
        return None;
    }
    stamped(line, reference)
}

fn stamped<'a>(line: &'a [u8], reference: &Reference) -> Option<Envelope<'a>> {
    let blank = 10 + memchr::memchr(b' ', line.get(10..48.min(line.len()))?)?;
    // Find "host program:" first: it is cheaper to refute than the time.
    if is_level_first(&line[blank..]) {
        return None;
    }
    let plausible = COLON
        .find(&line[blank..line.len().min(blank + 200)])
        .or_else(|| line.ends_with(b":").then_some(0));
    plausible?;
    let stamp = parse_at(line, reference)?;
    let rest = line.get(stamp.length..)?.strip_prefix(b" ")?;
    let (severity, rest) = facility_and_level(rest);
    let (stream, program, inner) = host_and_program(rest).or_else(|| program_alone(rest))?;
    Some(Envelope {
        name: "syslog",
        inner,
        stream,
        timestamp: Some(stamp.timestamp),
        service: Some(program),
        severity,
        is_message: true,
        ..Envelope::default()
    })
}

/// `host daemon.err program[1]: text`, as BusyBox writes it: the severity, and what follows but for
/// the host.
fn facility_and_level(rest: &[u8]) -> (Option<Severity>, &[u8]) {
    const FACILITIES: [&[u8]; 14] = [
        b"kern",
        b"user",
        b"mail",
        b"daemon",
        b"auth",
        b"syslog",
        b"lpr",
        b"news",
        b"uucp",
        b"cron",
        b"authpriv",
        b"ftp",
        b"ntp",
        b"security",
    ];
    let mut words = rest.splitn(3, |b| *b == b' ');
    let found = (|| {
        let (_host, word, after) = (words.next()?, words.next()?, words.next()?);
        let dot = memchr::memchr(b'.', word)?;
        let (facility, level) = (&word[..dot], &word[dot + 1..]);
        let is_facility =
            FACILITIES.contains(&facility) || facility.len() == 6 && facility.starts_with(b"local");
        is_facility
            .then(|| Severity::from_position(level))
            .flatten()
            .map(|severity| (severity, after))
    })();
    match found {
        // Programs have no host before them then.
        Some((severity, after)) => (Some(severity), after),
        None => (None, rest),
    }
}

/// Whether a level in capitals stands where the host would: the most frequent of the headers that
/// are no syslog. Only those followed by a blank, since anything may be the name of a program.
fn is_level_first(rest: &[u8]) -> bool {
    let word = match rest {
        [b' ', b' ', word @ ..] | [b' ', word @ ..] => word,
        _ => return false,
    };
    [&b"INFO "[..], b"DEBUG ", b"WARN ", b"ERROR "].iter().any(|level| word.starts_with(level))
}

/// `program[pid]: text` without a host: Heroku, and daemons that log over a socket.
fn program_alone(rest: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let is_program = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'/');
    let open = rest.iter().take(64).position(|b| !is_program(*b)).filter(|at| *at > 0)?;
    let inside = rest[open..].strip_prefix(b"[")?;
    let close = inside.iter().take(64).position(|b| !is_program(*b))?;
    let inner = inside[close..].strip_prefix(b"]: ")?;
    let program = process_of_heroku(&rest[..open], &inside[..close]);
    Some((&rest[..open + close + 2], program, inner))
}

/// Heroku calls every program `app`, and names the kind of process behind: `app[web.1]`.
fn process_of_heroku<'a>(program: &'a [u8], process: &'a [u8]) -> &'a [u8] {
    match process.iter().position(|b| *b == b'.') {
        Some(dot) if program == b"app" && dot > 0 => &process[..dot],
        _ => program,
    }
}

/// `host program[pid]: text`: the stream, the program, the text.
fn host_and_program(rest: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    // UniFi's devices put address and firmware behind their names.
    let is_host =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b':' | b',');
    let host_end = rest.iter().take(256).position(|b| !is_host(*b))?;
    let host = &rest[..host_end];
    if rest[host_end] != b' ' || host.ends_with(b":") || Severity::from_position(host).is_some() {
        return None;
    }
    let after = &rest[host_end + 1..];
    let is_program = |b: u8| {
        b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'/' | b'@' | b'(' | b')')
    };
    let program_end = after.iter().take(128).position(|b| !is_program(*b))?;
    let program = &after[..program_end];
    if program.is_empty() || !program.iter().any(u8::is_ascii_alphabetic) {
        return None;
    }
    let mut at = program_end;
    if after[at] == b'[' {
        at += memchr::memchr(b']', &after[at..after.len().min(at + 40)])? + 1;
    }
    if after.get(at) != Some(&b':') {
        return None;
    }
    let inner = &after[at + 1..];
    let inner = inner.strip_prefix(b" ").unwrap_or(inner);
    let program = program.rsplit(|b| *b == b'/').next().unwrap_or(program);
    Some((&rest[..host_end + 1 + at], program, inner))
}
