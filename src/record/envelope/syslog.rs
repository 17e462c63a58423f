//! Syslog: RFC 3164 and RFC 5424, with and without the priority, as daemons write it to files.

use super::Envelope;
use crate::record::severity::Severity;
use crate::record::timestamp::{Reference, Timestamp, parse_at};
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
    // Some put a blank behind the priority.
    let rest = rest.strip_prefix(b" ").unwrap_or(rest);
    let mut envelope = match rest.strip_prefix(b"1 ") {
        Some(rest) => rfc5424(rest, reference),
        None => {
            let stamp = parse_at(rest, reference);
            match stamp {
                Some(stamp) => {
                    let after = rest.get(stamp.length..)?.strip_prefix(b" ")?.trim_ascii_start();
                    let named = host_and_program(after)
                        .or_else(|| program_alone(after))
                        .or_else(|| program_apart(after));
                    // Appliances put what they like behind the time.
                    let named = named.unwrap_or(Named { inner: after, ..Named::default() });
                    Some(named.at(stamp.timestamp))
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
        message_id: (message_id != b"-").then_some(message_id),
        is_message: true,
        ..Envelope::default()
    })
}

/// `Nov  3 01:01:03 host program[634]: text`.
pub(super) fn bsd<'a>(line: &'a [u8], reference: &Reference) -> Option<Envelope<'a>> {
    // A cheap look before the parse: a month's name (not always an English one), a blank, a day.
    let blank = line.iter().take(8).position(|b| *b == b' ').filter(|at| *at >= 3)?;
    if line.len() < 20 || !(line[blank + 1] == b' ' || line[blank + 1].is_ascii_digit()) {
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
    let named = host_and_program(rest).or_else(|| program_alone(rest))?;
    Some(named.at(stamp.timestamp))
}

/// The severity of `daemon.err`, which BusyBox writes before the program.
fn facility_and_level(word: &[u8]) -> Option<Severity> {
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
    let dot = memchr::memchr(b'.', word)?;
    let (facility, level) = (&word[..dot], &word[dot + 1..]);
    let is_facility =
        FACILITIES.contains(&facility) || facility.len() == 6 && facility.starts_with(b"local");
    is_facility.then(|| Severity::from_position(level)).flatten()
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

/// What stands between the time and the text.
#[derive(Clone, Copy, Default)]
struct Named<'a> {
    stream: &'a [u8],
    program: Option<&'a [u8]>,
    severity: Option<Severity>,
    inner: &'a [u8],
}

impl<'a> Named<'a> {
    fn at(self, timestamp: Timestamp) -> Envelope<'a> {
        Envelope {
            name: "syslog",
            inner: self.inner,
            stream: self.stream,
            timestamp: Some(timestamp),
            service: self.program,
            severity: self.severity,
            is_message: true,
            ..Envelope::default()
        }
    }
}

/// `program[pid]: text` without a host: Heroku, and daemons that log over a socket.
fn program_alone(rest: &[u8]) -> Option<Named<'_>> {
    let is_program = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'/');
    let open = rest.iter().take(64).position(|b| !is_program(*b)).filter(|at| *at > 0)?;
    let inside = rest[open..].strip_prefix(b"[")?;
    let close = inside.iter().take(64).position(|b| !is_program(*b))?;
    let inner = inside[close..].strip_prefix(b"]: ")?;
    // `WARN[0012]: text` is a level with a counter.
    if Severity::from_position(&rest[..open]).is_some() {
        return None;
    }
    let program = process_of_heroku(&rest[..open], &inside[..close]);
    let stream = &rest[..open + close + 2];
    Some(Named { stream, program: Some(program), severity: None, inner })
}

/// `host program : text`, as some appliances write it: only behind a priority, for loggers have such
/// columns too.
fn program_apart(rest: &[u8]) -> Option<Named<'_>> {
    let colon = memchr::memmem::find(&rest[..rest.len().min(120)], b" : ")?;
    let stream = &rest[..colon];
    let blank = memchr::memchr(b' ', stream)?;
    let program = &stream[blank + 1..];
    let is_word = !program.is_empty() && !program.contains(&b' ');
    is_word.then(|| Named {
        stream,
        program: Some(program),
        severity: None,
        inner: &rest[colon + 3..],
    })
}

/// `host 1991217: Nov 22 10:30:45.120: %OSPF-4-NOVALIDKEY: text`: what a relay puts before the
/// numbered line of a network device, which has a time of its own.
fn numbered<'a>(host: &'a [u8], after: &'a [u8]) -> Option<Named<'a>> {
    let digits = after.iter().take(12).take_while(|b| b.is_ascii_digit()).count();
    let inner = after[digits..].strip_prefix(b": ").filter(|_| digits > 0)?;
    let is_device = inner.starts_with(b"%")
        || memchr::memmem::find(&inner[..inner.len().min(64)], b": %").is_some();
    is_device.then_some(Named { stream: host, inner, ..Named::default() })
}

/// Heroku calls every program `app`, and names the kind of process behind: `app[web.1]`.
fn process_of_heroku<'a>(program: &'a [u8], process: &'a [u8]) -> &'a [u8] {
    match process.iter().position(|b| *b == b'.') {
        Some(dot) if program == b"app" && dot > 0 => &process[..dot],
        _ => program,
    }
}

/// `host program[pid]: text`, `host daemon.err program[pid]: text`, `host program[pid](info): text`.
fn host_and_program(rest: &[u8]) -> Option<Named<'_>> {
    // UniFi's devices put address and firmware behind their names.
    let is_host =
        |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b':' | b',');
    let host_end = rest.iter().take(256).position(|b| !is_host(*b))?;
    let host = &rest[..host_end];
    if rest[host_end] != b' ' || host.ends_with(b":") || Severity::from_position(host).is_some() {
        return None;
    }
    let mut program_start = host_end + 1;
    let word = rest[program_start..].iter().take(24).position(|b| *b == b' ');
    let mut severity =
        word.and_then(|end| facility_and_level(&rest[program_start..program_start + end]));
    if severity.is_some() {
        program_start += word.unwrap_or(0) + 1;
    }
    let after = &rest[program_start..];
    let is_program = |b: u8| {
        b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'/' | b'@' | b'(' | b')')
    };
    let program_end = after.iter().take(128).position(|b| !is_program(*b))?;
    let program = &after[..program_end];
    if program.is_empty() || !program.iter().any(u8::is_ascii_alphabetic) {
        return numbered(host, after);
    }
    // `2026-11-22T10:30:45Z 0.017351s notice: text`: a level, and so no host before it.
    if after[program_end] == b':' && Severity::from_position(program).is_some() {
        return None;
    }
    let mut at = program_end;
    if after[at] == b'[' {
        at += memchr::memchr(b']', &after[at..after.len().min(at + 40)])? + 1;
    }
    if after.get(at) == Some(&b'(')
        && let Some(close) = memchr::memchr(b')', &after[at..after.len().min(at + 16)])
    {
        severity = severity.or(Severity::from_position(&after[at + 1..at + close]));
        at += close + 1;
    }
    if after.get(at) != Some(&b':') {
        return None;
    }
    let inner = &after[at + 1..];
    let inner = inner.strip_prefix(b" ").unwrap_or(inner);
    let program = program.rsplit(|b| *b == b'/').next().unwrap_or(program);
    let stream = &rest[..program_start + at];
    Some(Named { stream, program: Some(program), severity, inner })
}
