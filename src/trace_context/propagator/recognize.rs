//! Which kind of propagation value some bytes are, or are meant to be.
//!
//! Judges by shape rather than by validity, because a person who asks about a broken value wants
//! to know what is wrong with what it was meant to be.

use crate::trace_context::hex;
use crate::trace_context::traceparent::trim_ows;

use super::Kind;

/// The kind that a value looks most like; `None` if it looks like none.
///
/// A B3 value and a `sentry-trace` can be the same bytes: B3 is the answer.
///
/// ```
/// use traceline::trace_context::{Kind, recognize};
///
/// assert_eq!(recognize(b"Root=1-5759e988-bd862e3fe1be46a994272793"), Some(Kind::Xray));
/// assert_eq!(recognize(b"00-4bf92f3577b34da6-00f067aa0ba902b7-01"), Some(Kind::TraceParent));
/// assert_eq!(recognize(b"hello"), None);
/// ```
pub fn recognize(value: &[u8]) -> Option<Kind> {
    let value = trim_ows(value).0;
    let count = |wanted: u8| value.iter().filter(|&&byte| byte == wanted).count();
    let first = value.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
    if value.is_empty() {
        return None;
    }
    if is_xray(value) {
        return Some(Kind::Xray);
    }
    if value[first..].starts_with(b":") && !value.contains(&b'=') && count(b':') >= 2
        || value[first..].to_ascii_lowercase().starts_with(b"%3a")
    {
        return Some(Kind::UberTraceId);
    }
    let rest = &value[first..];
    if first >= 16 && (rest.starts_with(b"/") || rest.starts_with(b";o=")) {
        return Some(Kind::Gcp);
    }
    if value.contains(&b'=') {
        return Some(list_kind(value));
    }
    if value.iter().all(u8::is_ascii_digit) && (2..=20).contains(&value.len()) {
        return Some(Kind::Datadog);
    }
    if matches!(value, b"0" | b"1" | b"d") {
        return Some(Kind::B3);
    }
    dashed_kind(value)
}

fn is_xray(value: &[u8]) -> bool {
    let is_part = |part: &[u8]| {
        let part = trim_ows(part).0;
        [&b"Root="[..], b"Parent=", b"Self=", b"Sampled=", b"Lineage="]
            .iter()
            .any(|name| part.starts_with(name))
    };
    if value.split(|&byte| byte == b';').next().is_some_and(is_part) {
        return true;
    }
    value.starts_with(b"1-")
        && value.len() > 20
        && value[2..].iter().filter(|&&b| b == b'-').count() == 1
}

/// Tracestate or baggage: what is both, as `k=v`, is taken for tracestate.
fn list_kind(value: &[u8]) -> Kind {
    let has_percent_code = value
        .windows(3)
        .any(|window| window[0] == b'%' && window[1..].iter().all(u8::is_ascii_hexdigit));
    let error_of = |kind: Kind| kind.parse(value).err().map(|error| error.byte);
    match (error_of(Kind::TraceState), error_of(Kind::Baggage)) {
        (None, None) if has_percent_code => Kind::Baggage,
        (None, _) => Kind::TraceState,
        (_, None) => Kind::Baggage,
        (Some(state), Some(baggage)) if baggage > state => Kind::Baggage,
        _ => Kind::TraceState,
    }
}

/// Values of fields joined by dashes, told apart by the width of the first ones.
fn dashed_kind(value: &[u8]) -> Option<Kind> {
    let fields: Vec<&[u8]> = value.split(|&byte| byte == b'-').collect();
    let is_hex = |field: &[u8]| {
        !field.is_empty() && field.iter().all(|&byte| hex::is_lower_hex(byte.to_ascii_lowercase()))
    };
    match fields[..] {
        [version, ..] if fields.len() >= 4 && version.len() <= 3 => Some(Kind::TraceParent),
        [version, trace, ..] if version.len() == 2 && is_hex(version) && trace.len() >= 8 => {
            Some(Kind::TraceParent)
        }
        [trace, span, ..]
            if fields.len() <= 4 && is_near_trace_id(trace) && is_near_span_id(span) =>
        {
            Some(Kind::B3)
        }
        _ => None,
    }
}

fn is_near_trace_id(field: &[u8]) -> bool {
    (12..=40).contains(&field.len()) && field.iter().all(u8::is_ascii_alphanumeric)
}

fn is_near_span_id(field: &[u8]) -> bool {
    (8..=24).contains(&field.len()) && field.iter().all(u8::is_ascii_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_recognised_by_their_shape() {
        let table: [(&str, Option<Kind>); 22] = [
            ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", Some(Kind::TraceParent)),
            ("000-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", Some(Kind::TraceParent)),
            ("00-4bf92f3577b34da6-00f067aa0ba902b7-01", Some(Kind::TraceParent)),
            (
                "00-4bf92f35-77b3-4da6-a3ce-929d0e0e4736-00f067aa0ba902b7-01",
                Some(Kind::TraceParent),
            ),
            ("4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1", Some(Kind::B3)),
            ("a3ce929d0e0e4736-00f067aa0ba902b7-d", Some(Kind::B3)),
            ("d", Some(Kind::B3)),
            ("a3ce929d0e0e4736:f067aa0ba902b7:0:1", Some(Kind::UberTraceId)),
            ("a3ce929d0e0e4736%3Af067aa0ba902b7%3A0%3A1", Some(Kind::UberTraceId)),
            ("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1", Some(Kind::Xray)),
            ("Self=1-67891234-12456789abcdef012345678;Root=1-", Some(Kind::Xray)),
            ("1-5759e988-bd862e3fe1be46a994272793", Some(Kind::Xray)),
            ("1234567890123456789", Some(Kind::Datadog)),
            ("d36a105d7002f0dee73c0dfb9553764a/139592093;o=1", Some(Kind::Gcp)),
            ("d36a105d7002f0dee73c0dfb9553764a;o=1", Some(Kind::Gcp)),
            ("foo=1,bar=2", Some(Kind::TraceState)),
            ("ot=th:8;rv:6e6d1a75832a2f", Some(Kind::TraceState)),
            ("userId=alice,serverNode=DF%2028", Some(Kind::Baggage)),
            ("a = b;p, c=d", Some(Kind::Baggage)),
            ("4bf92f3577b34da6a3ce929d0e0e4736", None),
            ("hello", None),
            ("", None),
        ];
        for (value, kind) in table {
            assert_eq!(recognize(value.as_bytes()), kind, "{value}");
        }
    }
}
