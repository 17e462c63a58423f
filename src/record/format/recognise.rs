//! The recognisers of the rows of [`super::layout`]: one function a layout.
//!
//! Each is strict, cheap to refute, and reads nothing that any text may say (ids, pairs).

use super::header::is_directive;
use super::layout::{Reading, Role};
use crate::record::severity::Severity;
use crate::record::timestamp::{Reference, SECOND, from_epoch, parse_at};

/// `info: Category[0]`, the console logger of Microsoft.Extensions.Logging; scopes and message
/// follow on indented lines.
pub(super) fn dotnet<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    const LEVELS: [(&[u8], Severity); 6] = [
        (b"trce", Severity::TRACE),
        (b"dbug", Severity::DEBUG),
        (b"info", Severity::INFO),
        (b"warn", Severity::WARN),
        (b"fail", Severity::ERROR),
        (b"crit", Severity::FATAL),
    ];
    let word = line.get(..4)?;
    let (_, severity) = LEVELS.iter().find(|(known, _)| *known == word)?;
    let category = line[4..].strip_prefix(b": ")?;
    let open = category.iter().take(200).position(|b| matches!(b, b'[' | b' '))?;
    let digits = category[open + 1..].iter().take_while(|b| b.is_ascii_digit()).count();
    if category[open] != b'[' || digits == 0 || category.get(open + 1 + digits) != Some(&b']') {
        return None;
    }
    Some(Reading {
        severity: Some(*severity),
        severity_text: Some(word),
        body: category[open + digits + 2..].trim_ascii(),
        ..Reading::default()
    })
}

/// What AWS Lambda itself prints around an invocation.
pub(super) fn lambda<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    let explains = line.starts_with(b"XRAY TraceId: ");
    let begins = [&b"START RequestId: "[..], b"END RequestId: ", b"REPORT RequestId: "]
        .iter()
        .any(|start| line.starts_with(start))
        || line.starts_with(b"INIT_START Runtime Version: ");
    if !begins && !explains {
        return None;
    }
    let duration = memchr::memmem::find(line, b"\tDuration: ")
        .and_then(|at| nanoseconds_in(&line[at + 11..], b" ms", 1e6));
    let role = if explains { Role::Explains } else { Role::Head };
    Some(Reading { role, duration, body: line.trim_ascii(), ..Reading::default() })
}

/// A decimal number before a unit, in nanoseconds.
fn nanoseconds_in(text: &[u8], unit: &[u8], size: f64) -> Option<u64> {
    let end = text.iter().position(|b| !(b.is_ascii_digit() || *b == b'.'))?;
    let count: f64 = std::str::from_utf8(&text[..end]).ok()?.parse().ok()?;
    (text[end..].starts_with(unit) && (0.0..1e9).contains(&count))
        .then(|| (count * size).round() as u64)
}

/// `17:M 22 Nov 2026 10:30:45.120 * text` and, before version 3, `[17] 22 Nov 10:30:45.620 * text`:
/// the sign is the level.
pub(super) fn redis<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
    let bracket = usize::from(line[0] == b'[');
    let digits = line[bracket..].iter().take(8).take_while(|b| b.is_ascii_digit()).count();
    let after = &line[bracket + digits..];
    let role = match (bracket, after.get(..3)?) {
        (0, [b':', b'X' | b'C' | b'S' | b'M', b' ']) => 3,
        (1, [b']', b' ', b'0'..=b'9']) => 2,
        _ => return None,
    };
    let rest = &after[role..];
    let stamp = parse_at(rest, reference)?;
    let (mark, body) = match rest.get(stamp.length..)? {
        [b' ', mark, b' ', body @ ..] => (mark, body),
        _ => return None,
    };
    let severity = match mark {
        b'.' | b'-' => Severity::DEBUG,
        b'*' => Severity::INFO2,
        b'#' => Severity::WARN,
        _ => return None,
    };
    Some(Reading {
        timestamp: Some(stamp.timestamp),
        severity: Some(severity),
        severity_text: Some(std::slice::from_ref(mark)),
        body: body.trim_ascii(),
        ..Reading::default()
    })
}

/// `D/tag(  617): text`, Android's brief layout.
pub(super) fn logcat<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    if line.get(1) != Some(&b'/') {
        return None;
    }
    let open = line.iter().take(80).position(|b| matches!(b, b'(' | b':'))?;
    if line[open] == b':' {
        // `W/System.err: text`, the layout of a tag alone.
        let is_tag = line[2..open].iter().all(|b| b.is_ascii_graphic() && *b != b'/');
        return (open > 2 && is_tag && line.get(open + 1) == Some(&b' ')).then(|| Reading {
            severity: Severity::from_letter(line[0]),
            severity_text: Some(&line[..1]),
            body: line[open + 1..].trim_ascii(),
            ..Reading::default()
        });
    }
    let inside = &line[open + 1..];
    let close = inside.iter().take(12).position(|b| !(b.is_ascii_digit() || *b == b' '))?;
    if close == 0 || !inside[close..].starts_with(b"): ") {
        return None;
    }
    Some(Reading {
        severity: Severity::from_letter(line[0]),
        severity_text: Some(&line[..1]),
        body: inside[close + 3..].trim_ascii(),
        ..Reading::default()
    })
}

/// `=ERROR REPORT==== 22-Nov-2026::10:30:45 ===` of Erlang's SASL.
pub(super) fn erlang<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
    let at = memchr::memmem::find(line, b" REPORT==== ")?;
    let word = &line[1..at];
    let stamp = parse_at(&line[at + 12..], reference)?;
    Some(Reading {
        timestamp: Some(stamp.timestamp),
        severity: Some(Severity::from_position(word).unwrap_or(Severity::INFO)),
        severity_text: Some(word),
        body: &line[1..at + 7],
        ..Reading::default()
    })
}

/// `Started GET "/orders" for 10.0.0.7 at 2026-11-22 10:30:45 +0000`, tagged or not.
pub(super) fn rails<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
    // A cheap look first: the offset of the zone ends the line.
    if !matches!(line.trim_ascii_end(), [.., b'+' | b'-', b'0'..=b'9', b'0'..=b'9', _, b'0'..=b'9'])
    {
        return None;
    }
    let mut text = line;
    while let Some(rest) = text.strip_prefix(b"[") {
        text = rest[memchr::memchr(b']', rest)? + 1..].trim_ascii_start();
    }
    if !text.starts_with(b"Started ") {
        return None;
    }
    let at = memchr::memmem::rfind(text, b" at ")?;
    memchr::memmem::find(&text[..at], b"\" for ")?;
    let stamp = parse_at(&text[at + 4..], reference)?;
    Some(Reading { timestamp: Some(stamp.timestamp), body: &text[..at], ..Reading::default() })
}

/// What runtimes print when a thread dies: no logger is involved, so it is a record of its own.
pub(super) fn panic<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    let severity = if line.starts_with(b"thread '") {
        memchr::memmem::find(line, b" panicked at ")?;
        Severity::FATAL
    } else if line.starts_with(b"Exception in thread \"") {
        Severity::ERROR
    } else {
        return None;
    };
    Some(Reading {
        severity: Some(severity),
        has_exception: true,
        body: line.trim_ascii_end(),
        ..Reading::default()
    })
}

/// Header lines of W3C extended and Zeek logs.
pub(super) fn directive<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    is_directive(line).then(|| Reading {
        role: Role::Header,
        body: line.trim_ascii(),
        ..Reading::default()
    })
}

/// The head lines of MySQL's slow query log.
pub(super) fn mysql_slow<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
    let reading = Reading { body: line.trim_ascii(), ..Reading::default() };
    if let Some(rest) = line.strip_prefix(b"# Time: ") {
        let stamp = parse_at(rest, reference)?;
        return Some(Reading { timestamp: Some(stamp.timestamp), ..reading });
    }
    if line.starts_with(b"# User@Host: ") {
        // Queries of one second share a `# Time`.
        return Some(Reading { role: Role::Seconds("mysql-slow"), ..reading });
    }
    let rest = line.strip_prefix(b"# Query_time: ")?;
    let duration = nanoseconds_in(rest, b" ", 1e9);
    Some(Reading { role: Role::Explains, duration, ..reading })
}

/// A statement by itself continues whatever quotes it, even with a traceparent in its comment.
pub(super) fn sql<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
    const VERBS: [&[u8]; 5] = [b"SELECT ", b"INSERT INTO ", b"UPDATE ", b"DELETE FROM ", b"WITH "];
    if let Some(rest) = line.strip_prefix(b"SET timestamp=") {
        let timestamp = parse_at(rest, reference)?.timestamp;
        let body = line.trim_ascii();
        return Some(Reading {
            role: Role::Explains,
            timestamp: Some(timestamp),
            body,
            ..Reading::default()
        });
    }
    let is_statement = VERBS.iter().any(|verb| line.starts_with(verb));
    is_statement.then(|| Reading { role: Role::Headless, ..Reading::default() })
}

/// The first of the two lines of `java.util.logging`'s SimpleFormatter: the place.
pub(super) fn java_util_logging<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
    // A cheap look first: a comma behind the day.
    if !line.get(5..7)?.contains(&b',') {
        return None;
    }
    let stamp = parse_at(line, reference)?;
    if !matches!(line[stamp.length - 1], b'M' | b'm') {
        return None;
    }
    let place = line[stamp.length..].trim_ascii();
    let (class, method) = place.split_at(memchr::memchr(b' ', place)?);
    let is_place = class.contains(&b'.') && !method[1..].contains(&b' ');
    is_place.then(|| Reading {
        timestamp: Some(stamp.timestamp),
        body: place,
        ..Reading::default()
    })
}

/// The second line: the level and the message.
pub(super) fn java_util_logging_message<'a>(
    line: &'a [u8],
    reference: &Reference,
) -> Option<Reading<'a>> {
    const LEVELS: [&[u8]; 7] =
        [b"SEVERE", b"WARNING", b"INFO", b"CONFIG", b"FINE", b"FINER", b"FINEST"];
    let colon = line.iter().take(9).position(|b| *b == b':')?;
    let word = &line[..colon];
    if !LEVELS.contains(&word) || line.get(colon + 1) != Some(&b' ') {
        return None;
    }
    // `SEVERE: 2026-11-22 10:30:45 text` has a header of its own.
    if has_stamp_ahead(&line[colon + 1..], reference) {
        return None;
    }
    Some(Reading {
        role: Role::Seconds("java-util-logging"),
        severity: Severity::from_position(word),
        severity_text: Some(word),
        body: line[colon + 1..].trim_ascii(),
        ..Reading::default()
    })
}

/// Whether a whole stamp stands first, or behind brackets and bars.
fn has_stamp_ahead(rest: &[u8], reference: &Reference) -> bool {
    let is_whole = |text: &[u8]| parse_at(text, reference).is_some_and(|stamp| stamp.has_date);
    let mut rest = rest;
    for _ in 0..4 {
        let skip = rest.iter().take_while(|b| matches!(b, b' ' | b'|' | b'-' | b'\t')).count();
        rest = &rest[skip..];
        if is_whole(rest) {
            return true;
        }
        let Some(inside) = rest.strip_prefix(b"[") else { return false };
        let Some(close) = memchr::memchr(b']', &inside[..inside.len().min(80)]) else {
            return false;
        };
        if is_whole(&inside[..close]) {
            return true;
        }
        rest = &inside[close + 1..];
    }
    false
}

/// `type=… msg=audit(EPOCH:SERIAL): …` of the Linux audit daemon.
pub(super) fn auditd<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    if !(line.starts_with(b"type=") || line.starts_with(b"node=")) {
        return None;
    }
    let at = memchr::memmem::find(line, b" msg=audit(")? + 11;
    let length = memchr::memchr(b':', &line[at..])?;
    let timestamp = from_epoch(&line[at..at + length])?;
    Some(Reading { timestamp: Some(timestamp), body: line.trim_ascii(), ..Reading::default() })
}

/// `<![LOG[text]LOG]!><time="…" date="…" … type="1">` of Configuration Manager.
pub(super) fn cmtrace<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
    let text = line.strip_prefix(b"<![LOG[")?;
    let end = memchr::memmem::find(text, b"]LOG]!><time=\"")?;
    let value = |key: &[u8]| {
        let at = memchr::memmem::find(&text[end..], key)? + end + key.len();
        let length = memchr::memchr(b'"', &text[at..])?;
        Some(&text[at..at + length])
    };
    let time = value(b"time=\"")?;
    // The offset is in minutes, with the sign of the way to UTC.
    let bias = time.iter().position(|b| matches!(b, b'+' | b'-')).unwrap_or(time.len());
    let minutes: i64 = match std::str::from_utf8(&time[bias..]) {
        Ok("") | Err(_) => 0,
        Ok(text) => text.parse().ok()?,
    };
    let whole = [value(b"date=\"")?, &time[..bias]].join(&b' ');
    let stamp = parse_at(&whole, reference)?;
    let severity = match value(b"type=\"")? {
        b"1" => Severity::INFO,
        b"2" => Severity::WARN,
        b"3" => Severity::ERROR,
        _ => return None,
    };
    Some(Reading {
        timestamp: Some(stamp.timestamp.plus(minutes * 60_000_000_000)),
        severity: Some(severity),
        body: text[..end].trim_ascii(),
        ..Reading::default()
    })
}

/// `[12938:1122/103045.532958:ERROR:gpu_init.cc(453)] text` of Chromium and what is built on it:
/// process and thread (not always), date and time, level, place.
pub(super) fn chromium<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
    // A cheap look first.
    let digits = line[1..].iter().take(10).take_while(|b| b.is_ascii_digit()).count();
    if !matches!((digits, line.get(1 + digits)), (4, Some(b'/')) | (1..=9, Some(b':'))) {
        return None;
    }
    let close = memchr::memchr(b']', &line[..line.len().min(200)])?;
    let mut parts = line[1..close].split(|b| *b == b':');
    let is_number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let time = parts.by_ref().take(3).find(|part| !is_number(part))?;
    let word = parts.next()?;
    let [a, b, c, d, b'/', h1, h2, m1, m2, s1, s2, fraction @ ..] = time else { return None };
    // The same in a layout that is known.
    let text = [*a, *b, b'-', *c, *d, b' ', *h1, *h2, b':', *m1, *m2, b':', *s1, *s2];
    let mut whole = [b' '; 32];
    whole[..14].copy_from_slice(&text);
    let fraction = fraction.get(..fraction.len().min(10))?;
    whole[14..14 + fraction.len()].copy_from_slice(fraction);
    let stamp = parse_at(&whole[..14 + fraction.len()], reference)?;
    let severity =
        Severity::from_position(word.strip_prefix(b"VERBOSE").map_or(word, |_| b"VERBOSE"))?;
    Some(Reading {
        timestamp: Some(stamp.timestamp),
        severity: Some(severity),
        severity_text: Some(word),
        body: line[close + 1..].trim_ascii(),
        ..Reading::default()
    })
}

/// `<log4j:event … timestamp="1795343445120" level="INFO" …>` and log4j2's `<Event … level="INFO" …>
/// <Instant epochSecond="…" nanoOfSecond="…"/>`.
pub(super) fn log4j_xml<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    let is_first = line.starts_with(b"<log4j:event ");
    if !is_first && !line.starts_with(b"<Event xmlns=\"http://logging.apache.org") {
        return None;
    }
    let value = |key: &[u8]| {
        let at = memchr::memmem::find(line, key)? + key.len();
        let length = memchr::memchr(b'"', &line[at..])?;
        Some(&line[at..at + length])
    };
    let timestamp = match value(b" epochSecond=\"") {
        Some(seconds) => {
            let fraction = value(b" nanoOfSecond=\"")
                .and_then(|text| std::str::from_utf8(text).ok()?.parse::<i64>().ok())
                .filter(|fraction| (0..SECOND).contains(fraction));
            from_epoch(seconds)?.plus(fraction.unwrap_or(0))
        }
        None => from_epoch(value(b" timestamp=\"").or_else(|| value(b" timeMillis=\""))?)?,
    };
    let word = value(b" level=\"")?;
    Some(Reading {
        timestamp: Some(timestamp),
        severity: Severity::from_field(word),
        severity_text: Some(word),
        body: line.trim_ascii(),
        ..Reading::default()
    })
}

/// What stern says of pods that come and go.
pub(super) fn stern_notice<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    memchr::memmem::find(line, " › ".as_bytes())?;
    (line.get(1) == Some(&b' ')).then(|| Reading { body: line.trim_ascii(), ..Reading::default() })
}
