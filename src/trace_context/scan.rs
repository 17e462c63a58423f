//! Propagation values inside other text: log lines, pasted commands, configuration.
//!
//! Takes a value where its name stands before it (`traceparent: …`, `"b3":"…"`), good or bad, and
//! elsewhere only what has the full shape of one. Finds values; does not judge whose they are.

use std::ops::Range;

use super::carrier::Carrier;
use super::hex::is_lower_hex;
use super::propagator::{Kind, Propagation};
use super::traceparent::TraceParent;
use super::value_error::ValueError;

/// A value found in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScannedValue {
    /// What it is, by its name or its shape.
    pub kind: Kind,
    /// Where it stands. Of several headers that make one value together, the first.
    pub range: Range<usize>,
    /// What it says, or why it says nothing.
    pub parsed: Result<Propagation, ValueError>,
}

/// Finds every propagation value in a line, from left to right.
///
/// ```
/// use traceline::trace_context::{Kind, scan};
///
/// let line = b"GET / 200 traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let found = scan(line);
/// assert_eq!((found[0].kind, found[0].range.clone()), (Kind::TraceParent, 22..77));
/// assert!(found[0].parsed.is_ok());
/// ```
pub fn scan(line: &[u8]) -> Vec<ScannedValue> {
    let mut found = Vec::new();
    // Headers that mean something only together.
    let mut groups: Vec<(Kind, Range<usize>, Carrier)> = Vec::new();
    let mut at = 0;
    // Where a colour has just been switched: its last letter belongs to no word.
    let mut recoloured = 0;
    while at < line.len() {
        if line[at] == ESCAPE {
            at += escape_length(&line[at..]);
            recoloured = at;
            continue;
        }
        if !is_word(line[at]) || (at > recoloured && is_word(line[at - 1])) {
            at += 1;
            continue;
        }
        if let Some((kind, name, range)) = labelled(line, at) {
            at = range.end.max(at + 1);
            if is_absent(&line[range.clone()]) {
                continue;
            }
            if is_part_of_group(kind, name) {
                let position = groups.iter().position(|group| group.0 == kind);
                let position = position.unwrap_or_else(|| {
                    groups.push((kind, range.clone(), Carrier::headers()));
                    groups.len() - 1
                });
                groups[position].2.push(&header_name(name), &line[range]);
            } else {
                let parsed = kind.parse(&line[range.clone()]);
                found.push(ScannedValue { kind, range, parsed });
            }
        } else if let Some((kind, length)) = shaped(&line[at..], at > 0 && line[at - 1] == b'/') {
            let range = at..at + length;
            let parsed = kind.parse(&line[range.clone()]);
            found.push(ScannedValue { kind, range, parsed });
            at += length;
        } else {
            at += run(&line[at..], is_word).max(1);
        }
    }
    for (kind, range, carrier) in groups {
        if let Some(parsed) = kind.extract(&carrier) {
            found.push(ScannedValue { kind, range, parsed });
        }
    }
    found.sort_by_key(|value| value.range.start);
    found
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

const ESCAPE: u8 = 0x1b;

/// Length of the escape sequence that begins here: `ESC [ … m` and its like.
fn escape_length(text: &[u8]) -> usize {
    match text.get(1) {
        Some(b'[') => {
            let parameters = run(&text[2..], |byte| !matches!(byte, 0x40..=0x7e));
            (2 + parameters + 1).min(text.len())
        }
        _ => 1,
    }
}

/// Length of what belongs, with the colours in it.
fn coloured_run(text: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    let mut at = 0;
    loop {
        at += run(&text[at..], &belongs);
        match text.get(at) {
            Some(&ESCAPE) => at += escape_length(&text[at..]),
            _ => return at,
        }
    }
}

fn run(text: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    text.iter().position(|&byte| !belongs(byte)).unwrap_or(text.len())
}

fn header_name(name: &[u8]) -> Vec<u8> {
    name.iter().map(|&byte| if byte == b'_' { b'-' } else { byte }).collect()
}

fn is_part_of_group(kind: Kind, name: &[u8]) -> bool {
    match kind {
        Kind::B3 => !name.eq_ignore_ascii_case(b"b3"),
        Kind::Datadog => true,
        _ => false,
    }
}

/// What loggers write for "no value".
fn is_absent(value: &[u8]) -> bool {
    matches!(value, b"" | b"-" | b"null" | b"None" | b"nil" | b"undefined")
}

/// A known name at this place, a colon or an equals sign after it, and the value after that.
fn labelled(line: &[u8], start: usize) -> Option<(Kind, &[u8], Range<usize>)> {
    let name = &line[start..start + run(&line[start..], is_word)];
    let kind = Kind::of_carrier_name(name)?;
    let mut at = start + name.len();
    // A quote that was opened before the name is still open: `-H 'tracestate: a=1'`.
    let opened = line[..start].last().copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let open = opened.filter(|quote| line.get(at) != Some(quote));
    at += coloured_run(&line[at..], |byte| matches!(byte, b'"' | b'\'' | b'\\' | b']' | b' '));
    at += match line[at..] {
        [b'=', b'>', ..] => 2,
        [b':' | b'=', ..] => 1,
        _ => return None,
    };
    at += coloured_run(&line[at..], |byte| matches!(byte, b' ' | b'\t' | b'[' | b'\\'));
    let quote = line.get(at).copied().filter(|byte| matches!(byte, b'"' | b'\''));
    let rest = &line[at + usize::from(quote.is_some())..];
    let value_start = line.len() - rest.len();
    let length = match quote {
        // A log line inside a log line has its quotes escaped.
        Some(quote) => run(rest, |byte| byte != quote && byte != b'\\'),
        None if matches!(kind, Kind::TraceState | Kind::Baggage) => match open {
            Some(open) => run(rest, |byte| byte != open),
            None => list_length(rest),
        },
        None => {
            let length = run(rest, |byte| {
                byte.is_ascii_graphic()
                    && !matches!(
                        byte,
                        b'"' | b'\'' | b',' | b'&' | b'{' | b'}' | b'[' | b']' | b'(' | b')'
                    )
            });
            length
                - rest[..length].iter().rev().take_while(|byte| matches!(byte, b';' | b'.')).count()
        }
    };
    Some((kind, name, value_start..value_start + length))
}

/// A list goes on over blanks that follow a comma.
fn list_length(text: &[u8]) -> usize {
    let ends = |byte: u8| matches!(byte, b'"' | b'\'' | b'{' | b'}' | b'(' | b')' | b'|');
    let mut after_comma = false;
    let length = text
        .iter()
        .position(|&byte| {
            let is_end = ends(byte) || !(byte.is_ascii_graphic() || after_comma && byte == b' ');
            after_comma = byte == b',' || after_comma && byte == b' ';
            is_end
        })
        .unwrap_or(text.len());
    length - text[..length].iter().rev().take_while(|byte| matches!(byte, b',' | b' ')).count()
}

/// A value without a name, by its whole shape: kind and length. In a path, `<id>/<number>` is two
/// parts of it rather than Google's header.
fn shaped(text: &[u8], is_in_path: bool) -> Option<(Kind, usize)> {
    let dashed = run(text, |byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let dashed_text = &text[..dashed];
    if is_traceparent_shape(dashed_text) {
        return Some((Kind::TraceParent, dashed));
    }
    if text.starts_with(b"Root=1-") || text.starts_with(b"Self=1-") {
        let length = run(text, |byte| byte.is_ascii_alphanumeric() || b"=;:?-".contains(&byte));
        return Some((Kind::Xray, length));
    }
    let whole =
        |kind: Kind, length: usize| kind.parse(&text[..length]).is_ok().then_some((kind, length));
    if dashed == 35 && dashed_text.starts_with(b"1-") {
        return whole(Kind::Xray, dashed);
    }
    let digits = run(text, is_lower_hex);
    match text.get(digits) {
        Some(b'-') if matches!(digits, 16 | 32) => whole(Kind::B3, dashed),
        Some(b':') if digits >= 14 => {
            let length = run(text, |byte| is_lower_hex(byte) || byte == b':');
            let ends = text.get(length).is_none_or(|&byte| !is_word(byte));
            whole(Kind::UberTraceId, length).filter(|_| ends)
        }
        Some(b'/') if digits == 32 => {
            let span = run(&text[33..], |byte| byte.is_ascii_digit());
            let length = 33 + span;
            let option = match text.get(length..length + 4) {
                Some(b";o=0" | b";o=1") => 4,
                _ => 0,
            };
            (span > 0 && !(is_in_path && option == 0))
                .then(|| whole(Kind::Gcp, length + option))
                .flatten()
        }
        _ => None,
    }
}

/// Four or more fields, the first of two characters and the next two about as long as they must
/// be: near misses too, because whoever scans wants to see them.
fn is_traceparent_shape(text: &[u8]) -> bool {
    if text.len() < TraceParent::LENGTH - 6 {
        return false;
    }
    let mut widths = text.split(|&byte| byte == b'-').map(<[u8]>::len);
    let near = |width: Option<usize>, wanted: usize| {
        width.is_some_and(|width| width.abs_diff(wanted) <= 2)
    };
    widths.next() == Some(2)
        && near(widths.next(), 32)
        && near(widths.next(), 16)
        && near(widths.next(), 2)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn found(line: &str) -> Vec<(Kind, String, bool)> {
        scan(line.as_bytes())
            .into_iter()
            .map(|value| (value.kind, line[value.range].to_owned(), value.parsed.is_ok()))
            .collect()
    }

    #[test]
    fn values_are_found_by_name_and_by_shape() {
        let b3 = "80f198ee56343ba864fe8b2a57d3eff7-e457b5a2e4d86bd1-1";
        let gcp = "105445aa7843bc8bf206b12000100000/1;o=1";
        let table: [(String, Kind, &str); 12] = [
            (format!("GET / traceparent={TRACEPARENT} 200"), Kind::TraceParent, TRACEPARENT),
            (
                format!(r#"{{"headers":{{"traceparent":"{TRACEPARENT}"}}}}"#),
                Kind::TraceParent,
                TRACEPARENT,
            ),
            (
                format!(r#"{{"log":"{{\"traceparent\":\"{TRACEPARENT}\"}}"}}"#),
                Kind::TraceParent,
                TRACEPARENT,
            ),
            (format!("curl -H 'traceparent: {TRACEPARENT}' x"), Kind::TraceParent, TRACEPARENT),
            (format!("[{TRACEPARENT}] hello"), Kind::TraceParent, TRACEPARENT),
            (format!("TRACEPARENT={TRACEPARENT}"), Kind::TraceParent, TRACEPARENT),
            (format!("x {b3}, y"), Kind::B3, b3),
            (format!("trace={gcp}"), Kind::Gcp, gcp),
            ("tracestate: foo=1, bar=2 end".to_owned(), Kind::TraceState, "foo=1, bar=2"),
            (
                "\"Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1\"".to_owned(),
                Kind::Xray,
                "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1",
            ),
            (
                "id a1ce929d0e0e4736a3ce929d0e0e4736:00f067aa0ba902b7:0:1".to_owned(),
                Kind::UberTraceId,
                "a1ce929d0e0e4736a3ce929d0e0e4736:00f067aa0ba902b7:0:1",
            ),
            (
                "sentry-trace=4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7.".to_owned(),
                Kind::Sentry,
                "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            ),
        ];
        for (line, kind, value) in table {
            assert_eq!(found(&line), [(kind, value.to_owned(), true)], "{line}");
        }
    }

    #[test]
    fn values_are_found_in_colours_queries_and_quotes() {
        let expected = [(Kind::TraceParent, TRACEPARENT.to_owned(), true)];
        for line in [
            format!("\u{1b}[31m{TRACEPARENT}\u{1b}[0m"),
            format!("\u{1b}[2mtraceparent\u{1b}[0m\u{1b}[2m=\u{1b}[0m{TRACEPARENT}"),
            format!("GET /?traceparent={TRACEPARENT}&page=1"),
            format!("{{traceparent => \"{TRACEPARENT}\"}}"),
            format!("{{'traceparent': '{TRACEPARENT}', 'host': 'x'}}"),
            format!("GET /{}/7 {TRACEPARENT}", "4bf92f3577b34da6a3ce929d0e0e4736"),
        ] {
            assert_eq!(found(&line), expected, "{line}");
        }
        for (line, state) in [
            ("-H 'tracestate: a=1, b= 2' x", "a=1, b= 2"),
            ("'tracestate': 'a=1', 'host'", "a=1"),
            ("tracestate: a=1, b=2 x", "a=1, b=2"),
        ] {
            assert_eq!(found(line), [(Kind::TraceState, state.to_owned(), true)], "{line}");
        }
        assert_eq!(found("\u{1b}[").len() + found("\u{1b}").len() + found("\u{1b}[3").len(), 0);
    }

    #[test]
    fn headers_that_belong_together_make_one_value() {
        let line = "x-b3-traceid=4bf92f3577b34da6a3ce929d0e0e4736 x-b3-spanid=00f067aa0ba902b7 x-b3-sampled=1";
        let values = scan(line.as_bytes());
        assert_eq!(values.len(), 1);
        let context = values[0].parsed.as_ref().unwrap().context().unwrap();
        assert_eq!(context.sampled, Some(true));
    }

    #[test]
    fn near_misses_are_found_and_lookalikes_are_not() {
        let upper = TRACEPARENT.to_uppercase();
        assert_eq!(found(&upper), [(Kind::TraceParent, upper.clone(), false)]);
        for line in [
            "4bf92f3577b34da6a3ce929d0e0e4736",
            "2026-11-22T10:30:45 12:30:45:10",
            "e7f4c2a0-9b3d-4f6a-8c1e-2d5b7a9f0e13",
            "traceparent: -",
            "traceparent=\"\" tracestate=null",
            "the traceparent was missing",
        ] {
            assert_eq!(found(line), [], "{line}");
        }
    }
}
