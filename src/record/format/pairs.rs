//! What any text may say beside its header: `key=value` pairs, and a request with its answer.

use super::words::matching;
use crate::record::duration::duration;
use crate::record::field_set::{FieldSet, Kind, Value, is_http_method, request_name};
use crate::record::fields::{KeyCache, Slot};
use crate::record::format::json::Attributes;
use crate::record::timestamp::Reference;
use crate::record::{AttributeValue, LogRecord, Text};
use bumpalo::Bump;
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// `key=value` pairs anywhere in the line: service, duration, time and severity where the header
/// has none. Ids are found by [`crate::record::scan`].
pub(super) fn pairs<'a>(
    text: &'a [u8],
    record: &mut LogRecord<'a>,
    reference: &Reference,
    cache: &mut KeyCache,
    arena: &'a Bump,
) {
    let mut set = FieldSet::new();
    let mut any = false;
    for equals in memchr::memchr_iter(b'=', text) {
        let Some(key) = key_before(text, equals) else { continue };
        let Some(alias) = cache.lookup(key) else { continue };
        let rest = &text[equals + 1..];
        let wanted = matches!(
            alias.slot,
            Slot::Service
                | Slot::DurationSeconds
                | Slot::DurationMilliseconds
                | Slot::DurationMicroseconds
                | Slot::DurationNanoseconds
                | Slot::Duration
        ) || alias.slot == Slot::Time && record.timestamp.is_none()
            || alias.slot == Slot::Severity && record.severity.is_none();
        // `lvl=2` in a text may count anything, from any end.
        let is_count = |value: &[u8]| alias.slot == Slot::Severity && value.len() == 1;
        if wanted && let Some(value) = pair_value(rest).filter(|value| !is_count(value)) {
            set.offer(alias, 0, Value { bytes: value, kind: Kind::Text }, false);
            any = true;
        }
    }
    if any {
        let body = std::mem::take(&mut record.body);
        set.fill(record, reference, arena);
        record.body = body;
    }
}

/// A bracket in a value is no longer than this, in bytes.
const LONGEST_GROUP: usize = 120;

/// The value after a `=` in free text, or after Ruby's `=>`.
fn pair_value(rest: &[u8]) -> Option<&[u8]> {
    let rest = rest.strip_prefix(b">").unwrap_or(rest);
    match rest.first()? {
        quote @ (b'"' | b'\'') => {
            let end = memchr::memchr(*quote, &rest[1..])?;
            Some(&rest[1..1 + end])
        }
        // `a==b` compares, `logger====text` draws.
        b'=' => None,
        _ => {
            let is_end =
                |b: &u8| matches!(b, b' ' | b'\t' | b',' | b']' | b')' | b'}' | b';' | b'|');
            let mut end = 0;
            while let Some(byte) = rest.get(end).filter(|b| !is_end(b)) {
                end += 1;
                // `words=[red]`, `topic=orders[0]`: what opens in the value closes in it.
                let close = match byte {
                    b'[' => b']',
                    b'(' => b')',
                    b'{' => b'}',
                    _ => continue,
                };
                let inside = &rest[end..rest.len().min(end + LONGEST_GROUP)];
                end += matching(inside, *byte, close).map_or(0, |length| length + 1);
            }
            (end > 0).then_some(&rest[..end])
        }
    }
}

/// Built once: building a searcher costs more than one search of a short line.
static HTTP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b" HTTP/"));

/// A request and how it was answered.
struct Request<'a> {
    method: &'a [u8],
    path: &'a [u8],
    /// As written.
    status: &'a [u8],
}

/// Finds `"GET /path HTTP/1.1" 500`.
fn request_in(text: &[u8]) -> Option<Request<'_>> {
    let http = HTTP.find(text)?;
    let quote = memchr::memrchr(b'"', &text[..http])?;
    let request = &text[quote + 1..http];
    let blank = memchr::memchr(b' ', request)?;
    let (method, path) = (&request[..blank], request[blank + 1..].trim_ascii());
    if !is_http_method(method) || path.is_empty() {
        return None;
    }
    let after = &text[http + 6..];
    let close = after.iter().take(8).position(|b| *b == b'"')?;
    let behind = after[close + 1..].trim_ascii_start();
    let status = behind.get(..3)?;
    // A longer number is a size.
    let is_status = matches!(status, [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'])
        && !behind.get(3).is_some_and(|b| b.is_ascii_alphanumeric());
    is_status.then_some(Request { method, path, status })
}

/// How long an answer took that ends a line behind a quoted question and the answer's size:
/// `"A IN example.org. udp 41 false 512" NOERROR qr,rd 136 0.000102078s` of CoreDNS.
pub(super) fn answer_time(text: &[u8]) -> Option<u64> {
    let text = text.trim_ascii_end();
    // A cheap look first: most lines end otherwise. A quoted column may follow.
    let text = match text.last()? {
        b's' => text,
        b'"' => text[..memchr::memrchr(b'"', &text[..text.len() - 1])?].trim_ascii_end(),
        _ => return None,
    };
    let blank = memchr::memrchr(b' ', text)?;
    let (before, time) = (&text[..blank], &text[blank + 1..]);
    let size = before.rsplit(|b| *b == b' ').next()?;
    let is_answer = !size.is_empty()
        && size.iter().all(u8::is_ascii_digit)
        && time.ends_with(b"s")
        && time[0].is_ascii_digit()
        && before.contains(&b'"');
    if is_answer { duration(Value { bytes: time, kind: Kind::Text }, 0.0) } else { None }
}

/// `"GET /path HTTP/1.1" 500`: a request that the program itself answered.
pub(super) fn request_line<'a>(text: &'a [u8], record: &mut LogRecord<'a>, arena: &'a Bump) {
    let Some(Request { method, path, status }) = request_in(text) else { return };
    let number = status.iter().fold(0, |n, digit| n * 10 + u16::from(digit - b'0'));
    record.http_status = Some(number);
    record.span_name =
        record.span_name.take().or_else(|| Some(Text::Borrowed(request_name(method, path, arena))));
}

/// What a text says beside its message, for whoever wants all of it: its pairs, and its request under
/// the names of OpenTelemetry's semantic conventions for HTTP.
pub(super) fn attributes<'a>(text: &'a [u8], arena: &'a Bump) -> Attributes<'a> {
    let mut found = Attributes::new();
    if let Some(request) = request_in(text) {
        let mut add = |key: &'static str, value| {
            found.push((Text::Borrowed(arena.alloc_str(key).as_bytes()), value));
        };
        let text = |bytes: &'a [u8]| AttributeValue::Text(Text::Borrowed(bytes));
        add("http.request.method", text(request.method));
        let end = memchr::memchr(b'?', request.path).unwrap_or(request.path.len());
        add("url.path", text(&request.path[..end]));
        if end < request.path.len() {
            add("url.query", text(&request.path[end + 1..]));
        }
        add("http.response.status_code", AttributeValue::Json(request.status));
    }
    for separator in memchr::memchr2_iter(b'=', b':', text) {
        let rest = &text[separator + 1..];
        // `key:"value"`: without the quote, a colon is a sentence's.
        if text[separator] == b':' && !rest.starts_with(b"\"") {
            continue;
        }
        let Some(key) = key_before(text, separator) else { continue };
        let Some(value) = pair_value(rest) else { continue };
        let value = if is_number(value) && !rest.starts_with(b"\"") {
            AttributeValue::Json(value)
        } else {
            AttributeValue::Text(Text::Borrowed(value))
        };
        // Of a key that is there twice, the first counts.
        if found.iter().all(|(known, _)| **known != *key) {
            found.push((Text::Borrowed(key), value));
        }
    }
    found
}

/// Whether a text is a number as JSON writes it, and short enough to be kept exactly.
fn is_number(text: &[u8]) -> bool {
    let mut parts = text.splitn(2, |b| *b == b'.');
    let (whole, fraction) = (parts.next().unwrap_or_default(), parts.next());
    let is_digits = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    text.len() < 16
        && is_digits(whole)
        && (whole.len() == 1 || whole[0] != b'0')
        && fraction.is_none_or(is_digits)
}

/// The key before the `=` at an offset, if it is one.
#[inline]
fn key_before(text: &[u8], equals: usize) -> Option<&[u8]> {
    let mut start = equals;
    while start > 0
        && (text[start - 1].is_ascii_alphanumeric()
            || matches!(text[start - 1], b'_' | b'.' | b'-' | b'@'))
    {
        start -= 1;
    }
    // The query of a URL is not the logger's word.
    let is_query = start > 0 && matches!(text[start - 1], b'?' | b'&' | b'/' | b'%' | b';');
    (start < equals && !is_query).then(|| &text[start..equals])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(text: &'static str) -> Vec<(String, String)> {
        let arena = Box::leak(Box::new(Bump::new()));
        let show = |value: &AttributeValue<'_>| match value {
            AttributeValue::Text(text) => String::from_utf8_lossy(text).into_owned(),
            AttributeValue::Json(json) => String::from_utf8_lossy(json).into_owned(),
        };
        attributes(text.as_bytes(), arena)
            .iter()
            .map(|(key, value)| (String::from_utf8_lossy(key).into_owned(), show(value)))
            .collect()
    }

    fn pair(key: &str, value: &str) -> (String, String) {
        (key.to_owned(), value.to_owned())
    }

    #[test]
    fn pairs_have_several_writings() {
        assert_eq!(read("done {:took_in_millis=>3027}"), [pair("took_in_millis", "3027")]);
        assert_eq!(
            read(r#"[action:"Accept"; ifname:"eth0"; note: "no"]"#),
            [pair("action", "Accept"), pair("ifname", "eth0")]
        );
    }

    #[test]
    fn an_answer_tells_how_long_it_took() {
        let line =
            b"[INFO] 10.0.0.7:1 - 2 \"A IN a. udp 4 false 512\" NOERROR qr,rd 136 0.000102078s";
        assert_eq!(answer_time(line), Some(102_078));
        assert_eq!(answer_time(&[&line[..], b" \"0\""].concat()), Some(102_078));
        for text in [&b"served \"x\" in 3s"[..], b"waited 136 3s", b"\"", b"s", b""] {
            assert_eq!(answer_time(text), None);
        }
    }

    #[test]
    fn a_size_behind_a_request_is_no_status() {
        // The first three digits of a longer number were taken for the status.
        assert!(request_in(b"\"GET /a HTTP/1.1\" 1375").is_none());
        assert!(request_in(b"\"GET /a HTTP/1.1\" 137b").is_none());
        assert_eq!(request_in(b"\"GET /a HTTP/1.1\" 200 1375").unwrap().status, b"200");
    }
}
