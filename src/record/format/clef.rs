//! Serilog's compact JSON: what its keys leave to the reader.
//!
//! The message is a template (`order {Id} placed`) with its values beside it, information has no level,
//! and of a span only the start is given: it ends with the event.
//! <https://github.com/serilog/serilog-formatting-compact> describes it, by the name of CLEF.

use crate::record::{LogRecord, Severity, Text};
use bumpalo::{Bump, collections::Vec as BumpVec};
use memchr::{memchr, memmem};

/// Whether an object is of this format, which always begins so.
pub(super) fn is_compact(object: &[u8]) -> bool {
    object.starts_with(b"{\"@t\":\"")
}

/// Completes the record of such an object.
pub(super) fn complete<'a>(object: &'a [u8], record: &mut LogRecord<'a>, arena: &'a Bump) {
    if record.severity.is_none() {
        record.severity = Some(Severity::INFO);
    }
    if record.duration.is_none()
        && let (Some(start), Some(end)) = (record.span_start, record.timestamp)
    {
        let length = i128::from(end.nanoseconds()) - i128::from(start.nanoseconds());
        record.duration = u64::try_from(length).ok();
    }
    let Text::Borrowed(template) = record.body else { return };
    if memchr(b'{', template).is_none() || memmem::find(object, b"\"@mt\":").is_none() {
        return;
    }
    if record.duration.is_none() {
        record.duration = elapsed(template, object);
    }
    record.body = Text::Borrowed(rendered(template, object, arena));
}

/// Serilog's own middlewares write `in {Elapsed:0.0000} ms`.
fn elapsed(template: &[u8], object: &[u8]) -> Option<u64> {
    let at = memmem::find(template, b"{Elapsed")?;
    let behind = &template[at + memchr(b'}', &template[at..])? + 1..];
    let value = property(object, b"Elapsed").filter(|_| behind.starts_with(b" ms"))?;
    let milliseconds: f64 = std::str::from_utf8(value).ok()?.parse().ok()?;
    let nanoseconds = milliseconds * 1e6;
    (0.0..1e18).contains(&nanoseconds).then_some(nanoseconds.round() as u64)
}

/// The template with its values; a hole without a value stays.
fn rendered<'a>(template: &[u8], object: &[u8], arena: &'a Bump) -> &'a [u8] {
    let mut text = BumpVec::with_capacity_in(template.len() + 64, arena);
    // Of holes with a format, what they look like is listed.
    let mut formatted = memmem::find(object, b"\"@r\":[").map_or(&b""[..], |at| &object[at + 6..]);
    let mut rest = template;
    while let Some(at) = memchr(b'{', rest) {
        text.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let hole = match memchr(b'}', rest) {
            Some(end) if !rest.starts_with(b"{{") => &rest[..=end],
            _ => {
                let doubled = rest.starts_with(b"{{");
                text.push(b'{');
                rest = &rest[if doubled { 2 } else { 1 }..];
                continue;
            }
        };
        rest = &rest[hole.len()..];
        let inside = &hole[1..hole.len() - 1];
        let name = inside.strip_prefix(b"@").or(inside.strip_prefix(b"$")).unwrap_or(inside);
        let length = name.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'_').count();
        let has_format = name.get(length) == Some(&b':');
        let value = match has_format.then(|| next_string(&mut formatted)).flatten() {
            Some(value) => Some(value),
            None => property(object, &name[..length]),
        };
        text.extend_from_slice(value.unwrap_or(hole));
    }
    text.extend_from_slice(rest);
    text.into_bump_slice()
}

/// The next string of a list, as it is written.
fn next_string<'t>(list: &mut &'t [u8]) -> Option<&'t [u8]> {
    let begin = list.iter().position(|byte| !matches!(byte, b' ' | b','))?;
    let inside = list[begin..].strip_prefix(b"\"")?;
    let value = string(inside)?;
    *list = &inside[value.len() + 1..];
    Some(value)
}

/// The value of a property, of text what is between the quotes.
fn property<'t>(object: &'t [u8], name: &[u8]) -> Option<&'t [u8]> {
    if name.is_empty() {
        return None;
    }
    let is_key = |at: &usize| {
        object[..*at].ends_with(b"\"") && object[*at + name.len()..].starts_with(b"\":")
    };
    let at = memmem::find_iter(object, name).find(is_key)?;
    let value = object[at + name.len() + 2..].trim_ascii_start();
    match value.first()? {
        b'"' => string(&value[1..]),
        b'{' | b'[' => None,
        _ => Some(&value[..value.iter().position(|byte| matches!(byte, b',' | b'}' | b' '))?]),
    }
}

fn string(inside: &[u8]) -> Option<&[u8]> {
    let mut is_escaped = false;
    let end = inside.iter().position(|byte| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    })?;
    Some(&inside[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_with_the_values_beside_it() {
        let arena = Bump::new();
        for (template, rest, expected) in [
            ("order {Id} placed", r#""Id":7"#, "order 7 placed"),
            (
                "{Method} {@Path} said {Text}",
                r#""Method":"GET","Path":"/x","Text":"a \"b\"""#,
                r#"GET /x said a \"b\""#,
            ),
            ("took {Elapsed:0.00} ms", r#""@r":["12.50"],"Elapsed":12.5"#, "took 12.50 ms"),
            ("took {Elapsed:0.00} ms", r#""Elapsed":12.5"#, "took 12.5 ms"),
            ("{{not}} {Missing} {Nested} {", r#""Nested":{"a":1}"#, "{not}} {Missing} {Nested} {"),
        ] {
            let object = format!(r#"{{"@t":"…","@mt":"…",{rest}}}"#);
            let text = rendered(template.as_bytes(), object.as_bytes(), &arena);
            assert_eq!(String::from_utf8_lossy(text), expected);
        }
    }

    #[test]
    fn elapsed_milliseconds_are_known_by_the_template() {
        let object = br#"{"@t":"","@mt":"","Elapsed":12.5}"#;
        assert_eq!(elapsed(b"in {Elapsed:0.0000} ms", object), Some(12_500_000));
        assert_eq!(elapsed(b"in {Elapsed} s", object), None);
    }
}
