//! What any text may say beside its header: `key=value` pairs, and a request with its answer.

use crate::record::field_set::{FieldSet, Kind, Value, is_http_method, request_name};
use crate::record::fields::{KeyCache, Slot};
use crate::record::timestamp::Reference;
use crate::record::{LogRecord, Text};
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
        let mut start = equals;
        while start > 0
            && (text[start - 1].is_ascii_alphanumeric()
                || matches!(text[start - 1], b'_' | b'.' | b'-' | b'@'))
        {
            start -= 1;
        }
        // The query of a URL is not the logger's word.
        if start == equals
            || start > 0 && matches!(text[start - 1], b'?' | b'&' | b'/' | b'%' | b';')
        {
            continue;
        }
        let Some(alias) = cache.lookup(&text[start..equals]) else { continue };
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
        if wanted && let Some(value) = pair_value(&text[equals + 1..]) {
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

/// The value after a `=` in free text.
fn pair_value(rest: &[u8]) -> Option<&[u8]> {
    match rest.first()? {
        quote @ (b'"' | b'\'') => {
            let end = memchr::memchr(*quote, &rest[1..])?;
            Some(&rest[1..1 + end])
        }
        _ => {
            let end = rest
                .iter()
                .position(|b| matches!(b, b' ' | b'\t' | b',' | b']' | b')' | b'}' | b';' | b'|'))
                .unwrap_or(rest.len());
            (end > 0).then_some(&rest[..end])
        }
    }
}

/// Built once: building a searcher costs more than one search of a short line.
static HTTP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b" HTTP/"));

/// `"GET /path HTTP/1.1" 500`: a request that the program itself answered.
pub(super) fn request_line<'a>(text: &'a [u8], record: &mut LogRecord<'a>, arena: &'a Bump) {
    let Some(http) = HTTP.find(text) else { return };
    let Some(quote) = memchr::memrchr(b'"', &text[..http]) else { return };
    let request = &text[quote + 1..http];
    let Some(blank) = memchr::memchr(b' ', request) else { return };
    let (method, path) = (&request[..blank], request[blank + 1..].trim_ascii());
    if !is_http_method(method) || path.is_empty() {
        return;
    }
    let after = &text[http + 6..];
    let Some(close) = after.iter().take(8).position(|b| *b == b'"') else { return };
    let status = after[close + 1..].trim_ascii_start();
    if let Some(status) = status.get(..3)
        && let Some(status) = std::str::from_utf8(status).ok().and_then(|t| t.parse::<u16>().ok())
        && (100..600).contains(&status)
    {
        record.http_status = Some(status);
        record.span_name = record
            .span_name
            .take()
            .or_else(|| Some(Text::Borrowed(request_name(method, path, arena))));
    }
}
