//! Layouts of text that the general header reader cannot know: one row each in [`LAYOUTS`].
//!
//! A row is a name, the bytes its lines may begin with, a recogniser, and samples with what must
//! be read from them; the tests walk the rows. A recogniser is strict: it takes a line only on a
//! shape that nothing else has, for a row wins over the header reader. Ids and `key=value` pairs
//! are read afterwards from the whole line, as for any text.

use crate::record::Timestamp;
use crate::record::severity::Severity;
use crate::record::timestamp::{Reference, from_epoch, parse_at};

/// What a line of a layout is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// It begins a record.
    #[default]
    Head,
    /// It explains the record before it.
    Explains,
    /// It explains the record before it if that has this format and one line only; else it
    /// begins one.
    Seconds(&'static str),
    /// It never begins a record of its own, whatever it holds.
    Headless,
}

/// What a recogniser read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reading<'a> {
    pub(crate) role: Role,
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) severity: Option<Severity>,
    pub(crate) severity_text: Option<&'a [u8]>,
    /// Nanoseconds.
    pub(crate) duration: Option<u64>,
    pub(crate) has_exception: bool,
    pub(crate) body: &'a [u8],
}

type Recognise = for<'a> fn(&'a [u8], &Reference) -> Option<Reading<'a>>;

/// One layout.
#[cfg_attr(not(test), allow(dead_code))]
pub(crate) struct Layout {
    /// As in the record's `format`.
    pub(crate) name: &'static str,
    /// Bytes that lines begin with.
    begins: &'static [u8],
    recognise: Recognise,
    /// Never empty.
    samples: &'static [Sample],
}

/// A line and what must be read from it.
#[cfg_attr(not(test), allow(dead_code))]
struct Sample {
    line: &'static str,
    /// Nanoseconds since the epoch.
    timestamp: Option<i64>,
    /// 0: none.
    severity: u8,
    body: &'static str,
}

const fn sample(
    line: &'static str,
    timestamp: Option<i64>,
    severity: u8,
    body: &'static str,
) -> Sample {
    Sample { line, timestamp, severity, body }
}

/// 2026-11-22T10:30:45Z.
const MOMENT: i64 = 1_795_343_445_000_000_000;

/// The rows. No line is recognised by two of them.
pub(crate) const LAYOUTS: &[Layout] = &[
    Layout {
        name: "dotnet",
        begins: b"tdiwfc",
        recognise: dotnet,
        samples: &[
            sample("info: Shop.Orders.OrderService[0]", None, 9, ""),
            sample("crit: Shop.Program[7] giving up", None, 21, "giving up"),
        ],
    },
    Layout {
        name: "aws-lambda",
        begins: b"SERIX",
        recognise: lambda,
        samples: &[
            sample(
                "START RequestId: 5f0c7e6c-1d4b-4a3e-9d1c-3c2f4be0b2a1 Version: 3",
                None,
                0,
                "START RequestId: 5f0c7e6c-1d4b-4a3e-9d1c-3c2f4be0b2a1 Version: 3",
            ),
            sample("END RequestId: 5f0c", None, 0, "END RequestId: 5f0c"),
        ],
    },
    Layout {
        name: "redis",
        begins: b"0123456789[",
        recognise: redis,
        samples: &[
            sample("17:M 22 Nov 2026 10:30:45.000 * Ready", Some(MOMENT), 10, "Ready"),
            sample("[17] 22 Nov 10:30:45.000 # Fork failed", Some(MOMENT), 13, "Fork failed"),
        ],
    },
    Layout {
        name: "logcat",
        begins: b"VDIWEFA",
        recognise: logcat,
        samples: &[sample("D/dalvikvm(  617): GC freed 3K", None, 5, "GC freed 3K")],
    },
    Layout {
        name: "erlang",
        begins: b"=",
        recognise: erlang,
        samples: &[sample(
            "=ERROR REPORT==== 22-Nov-2026::10:30:45 ===",
            Some(MOMENT),
            17,
            "ERROR REPORT",
        )],
    },
    Layout {
        name: "rails",
        begins: b"S[",
        recognise: rails,
        samples: &[sample(
            "Started GET \"/orders\" for 10.0.0.7 at 2026-11-22 10:30:45 +0000",
            Some(MOMENT),
            0,
            "Started GET \"/orders\" for 10.0.0.7",
        )],
    },
    Layout {
        name: "panic",
        begins: b"tE",
        recognise: panic,
        samples: &[
            sample(
                "thread 'main' panicked at src/main.rs:42:5:",
                None,
                21,
                "thread 'main' panicked at src/main.rs:42:5:",
            ),
            sample(
                "Exception in thread \"main\" java.lang.IllegalStateException: closed",
                None,
                17,
                "Exception in thread \"main\" java.lang.IllegalStateException: closed",
            ),
        ],
    },
    Layout {
        name: "directive",
        begins: b"#",
        recognise: directive,
        samples: &[
            sample("#Fields: date time cs-method", None, 0, "#Fields: date time cs-method"),
            sample("#Date: 2026-11-22 10:30:45", None, 0, "#Date: 2026-11-22 10:30:45"),
        ],
    },
    Layout {
        name: "mysql-slow",
        begins: b"#",
        recognise: mysql_slow,
        samples: &[sample(
            "# Time: 2026-11-22T10:30:45.000000Z",
            Some(MOMENT),
            0,
            "# Time: 2026-11-22T10:30:45.000000Z",
        )],
    },
    Layout {
        name: "sql",
        begins: b"SIUDW",
        recognise: sql,
        samples: &[sample("SELECT 1 /*traceparent='…'*/;", None, 0, "")],
    },
    Layout {
        name: "java-util-logging",
        begins: b"JFMASOND",
        recognise: java_util_logging,
        samples: &[sample(
            "Nov 22, 2026 10:30:45 AM com.example.Shop place",
            Some(MOMENT),
            0,
            "com.example.Shop place",
        )],
    },
    // Its second line; many other loggers write alike, so that alone it is just text.
    Layout {
        name: "text",
        begins: b"SWICF",
        recognise: java_util_logging_message,
        samples: &[sample("SEVERE: payment failed", None, 17, "payment failed")],
    },
    Layout {
        name: "auditd",
        begins: b"tn",
        recognise: auditd,
        samples: &[sample(
            "type=SYSCALL msg=audit(1795343445.000:42): arch=c000003e syscall=59",
            Some(MOMENT),
            0,
            "type=SYSCALL msg=audit(1795343445.000:42): arch=c000003e syscall=59",
        )],
    },
    Layout {
        name: "cmtrace",
        begins: b"<",
        recognise: cmtrace,
        samples: &[sample(
            "<![LOG[gone]LOG]!><time=\"10:30:45.000+000\" date=\"11-22-2026\" component=\"x\" type=\"3\">",
            Some(MOMENT),
            17,
            "gone",
        )],
    },
    Layout {
        name: "stern",
        begins: b"+-",
        recognise: stern_notice,
        samples: &[sample("+ orders-1 › orders", None, 0, "+ orders-1 › orders")],
    },
];

/// The rows whose lines may begin with a byte, as bits.
const BY_FIRST: [u32; 256] = {
    let mut table = [0u32; 256];
    let mut row = 0;
    while row < LAYOUTS.len() {
        let mut at = 0;
        while at < LAYOUTS[row].begins.len() {
            table[LAYOUTS[row].begins[at] as usize] |= 1 << row;
            at += 1;
        }
        row += 1;
    }
    table
};

/// Tries the rows on a line.
#[inline]
pub(crate) fn find<'a>(
    line: &'a [u8],
    reference: &Reference,
) -> Option<(&'static Layout, Reading<'a>)> {
    let mut rows = BY_FIRST[usize::from(*line.first()?)];
    while rows != 0 {
        let layout = &LAYOUTS[rows.trailing_zeros() as usize];
        if let Some(reading) = (layout.recognise)(line, reference) {
            return Some((layout, reading));
        }
        rows &= rows - 1;
    }
    None
}

/// `info: Category[0]`, the console logger of Microsoft.Extensions.Logging; scopes and message
/// follow on indented lines.
fn dotnet<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
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
fn lambda<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
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
fn redis<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
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
fn logcat<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    if line.get(1) != Some(&b'/') {
        return None;
    }
    let open = line.iter().take(80).position(|b| *b == b'(')?;
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
fn erlang<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
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
fn rails<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
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
fn panic<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
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
fn directive<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    const WORDS: [&[u8]; 15] = [
        b"Software:",
        b"Version:",
        b"Fields:",
        b"Date:",
        b"Start-Date:",
        b"End-Date:",
        b"Remark:",
        b"separator",
        b"set_separator",
        b"empty_field",
        b"unset_field",
        b"path",
        b"open",
        b"fields",
        b"types",
    ];
    let rest = &line[1..];
    let is_directive = WORDS.iter().chain(&[&b"close"[..]]).any(|word| {
        rest.starts_with(word) && matches!(rest.get(word.len()), Some(b' ' | b'\t') | None)
    });
    is_directive.then(|| Reading { body: line.trim_ascii(), ..Reading::default() })
}

/// The head lines of MySQL's slow query log.
fn mysql_slow<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
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
fn sql<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
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
fn java_util_logging<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
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
fn java_util_logging_message<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    const LEVELS: [&[u8]; 7] =
        [b"SEVERE", b"WARNING", b"INFO", b"CONFIG", b"FINE", b"FINER", b"FINEST"];
    let colon = line.iter().take(9).position(|b| *b == b':')?;
    let word = &line[..colon];
    if !LEVELS.contains(&word) || line.get(colon + 1) != Some(&b' ') {
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

/// `type=… msg=audit(EPOCH:SERIAL): …` of the Linux audit daemon.
fn auditd<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    if !(line.starts_with(b"type=") || line.starts_with(b"node=")) {
        return None;
    }
    let at = memchr::memmem::find(line, b" msg=audit(")? + 11;
    let length = memchr::memchr(b':', &line[at..])?;
    let timestamp = from_epoch(&line[at..at + length])?;
    Some(Reading { timestamp: Some(timestamp), body: line.trim_ascii(), ..Reading::default() })
}

/// `<![LOG[text]LOG]!><time="…" date="…" … type="1">` of Configuration Manager.
fn cmtrace<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
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

/// What stern says of pods that come and go.
fn stern_notice<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    memchr::memmem::find(line, " › ".as_bytes())?;
    (line.get(1) == Some(&b' ')).then(|| Reading { body: line.trim_ascii(), ..Reading::default() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::timestamp::TimeZone;

    #[test]
    fn every_sample_is_read_by_its_own_row_first() {
        let reference = Reference {
            latest: Timestamp::from_nanoseconds(MOMENT + 3_600_000_000_000),
            time_zone: TimeZone::UTC,
        };
        for layout in LAYOUTS {
            assert!(!layout.samples.is_empty(), "{} has no samples", layout.name);
            for sample in layout.samples {
                let found = find(sample.line.as_bytes(), &reference);
                let found = found.map(|(row, reading)| {
                    (
                        row.name,
                        reading.timestamp.map(Timestamp::nanoseconds),
                        reading.severity.map_or(0, Severity::number),
                        String::from_utf8_lossy(reading.body).into_owned(),
                    )
                });
                let expected =
                    (layout.name, sample.timestamp, sample.severity, sample.body.to_owned());
                assert_eq!(found, Some(expected), "{}", sample.line);
            }
        }
    }

    #[test]
    fn lines_of_other_loggers_are_left_alone() {
        let reference =
            Reference { latest: Timestamp::from_nanoseconds(MOMENT), time_zone: TimeZone::UTC };
        for line in [
            "INFO:root:x",
            "info: started",
            "warning: x",
            "Started the server at noon",
            "# a comment",
            "17:30:45 x",
            "[17] [INFO] x",
            "Nov 22 10:30:45 host app[1]: x",
            "D/x",
            "",
        ] {
            let found = find(line.as_bytes(), &reference).map(|(row, _)| row.name);
            assert_eq!(found, None, "{line}");
        }
    }
}
