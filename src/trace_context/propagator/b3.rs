//! B3, the propagation of Zipkin (openzipkin/b3-propagation), with one header or several.

use crate::trace_context::carrier::Carrier;
use crate::trace_context::fields::{check_separator, hex_span_id, hex_trace_id, split};
use crate::trace_context::{Fault, RemoteContext, SpanId, TraceId, ValueError};

/// The single header's name.
pub(crate) const HEADER: &str = "b3";
/// The names of the several headers, in the order in which they are sent.
pub(crate) const HEADERS: [&str; 5] =
    ["X-B3-TraceId", "X-B3-SpanId", "X-B3-ParentSpanId", "X-B3-Sampled", "X-B3-Flags"];

fn trace_id(digits: &[u8], byte: usize) -> Result<(TraceId, bool), ValueError> {
    let is_64_bit = digits.len() == 16;
    let width = if is_64_bit { 16..=16 } else { 32..=32 };
    let value = hex_trace_id(digits, byte, "trace-id", width, "16 or 32")?;
    Ok((value, is_64_bit))
}

fn span_id(digits: &[u8], byte: usize, field: &'static str) -> Result<SpanId, ValueError> {
    hex_span_id(digits, byte, field, 16..=16, "16")
}

/// Sampling state of the single header.
fn state(text: &[u8], byte: usize) -> Result<(Option<bool>, bool), ValueError> {
    match text {
        b"1" => Ok((Some(true), false)),
        b"0" => Ok((Some(false), false)),
        b"d" => Ok((Some(true), true)),
        _ => Err(ValueError::choice("sampling state", byte, text, "0, 1 or d")),
    }
}

/// Reads the single header: `{trace-id}-{span-id}[-{state}[-{parent-span-id}]]`, or `{state}`.
pub(super) fn parse(value: &[u8]) -> Result<RemoteContext, ValueError> {
    check_separator(value, "trace-id", &[16, 32], b"-")?;
    let mut fields = split(value, b'-');
    let (first, _) = fields.next().unwrap_or_default();
    let Some((span, at)) = fields.next() else {
        if first.len() <= 1 {
            let (sampled, debug) = state(first, 0)?;
            return Ok(RemoteContext { sampled, debug, ..RemoteContext::default() });
        }
        trace_id(first, 0)?;
        let fault = Fault::Separator { found: None, expected: b'-' };
        return Err(ValueError::new("trace-id", value.len(), fault));
    };
    let (trace_id, is_64_bit) = trace_id(first, 0)?;
    let mut context = RemoteContext {
        trace_id: Some(trace_id),
        is_64_bit,
        span_id: Some(span_id(span, at, "span-id")?),
        ..RemoteContext::default()
    };
    if let Some((text, at)) = fields.next() {
        (context.sampled, context.debug) = state(text, at)?;
    }
    let parent = fields.next();
    let rest = fields.next();
    if let Some((parent, at)) = parent {
        if parent.is_empty() && rest.is_some() {
            return Err(ValueError::new("parent-span-id", at, Fault::Hex(b'-')));
        }
        context.parent_span_id = Some(span_id(parent, at, "parent-span-id")?);
    }
    if let Some((rest, at)) = rest {
        let fault = Fault::Trailing { count: rest.len() + 1, first: b'-' };
        return Err(ValueError::new("parent-span-id", at - 1, fault));
    }
    Ok(context)
}

/// Reads the several headers; `None` if none of them is there.
///
/// Offsets in errors count within the field that the error names.
pub(super) fn from_carrier(carrier: &Carrier) -> Option<Result<RemoteContext, ValueError>> {
    let [trace, span, parent, sampled, flags] = HEADERS.map(|name| carrier.first(name));
    [trace, span, parent, sampled, flags].iter().any(Option::is_some).then(|| {
        let mut context = RemoteContext::default();
        match (trace, span) {
            (Some(trace), Some(span)) => {
                let (trace_id, is_64_bit) = trace_id(trace, 0)?;
                context.trace_id = Some(trace_id);
                context.is_64_bit = is_64_bit;
                context.span_id = Some(span_id(span, 0, "span-id")?);
                context.parent_span_id =
                    parent.map(|parent| span_id(parent, 0, "parent-span-id")).transpose()?;
            }
            (Some(_), None) => {
                let fault = Fault::Rule("is missing beside X-B3-TraceId");
                return Err(ValueError::new("X-B3-SpanId", 0, fault));
            }
            (None, Some(_)) => {
                let fault = Fault::Rule("is missing beside X-B3-SpanId");
                return Err(ValueError::new("X-B3-TraceId", 0, fault));
            }
            (None, None) if parent.is_some() => {
                let fault = Fault::Rule("is there without X-B3-TraceId and X-B3-SpanId");
                return Err(ValueError::new("X-B3-ParentSpanId", 0, fault));
            }
            (None, None) => {}
        }
        context.sampled = match sampled {
            None => None,
            Some(b"1" | b"true") => Some(true),
            Some(b"0" | b"false") => Some(false),
            Some(other) => return Err(ValueError::choice("X-B3-Sampled", 0, other, "0 or 1")),
        };
        // Debug implies a decision to accept; every other value of the flags is ignored.
        if flags == Some(b"1") {
            context.sampled = Some(true);
            context.debug = true;
        }
        Ok(context)
    })
}

fn trace_digits(context: &RemoteContext, trace_id: TraceId) -> String {
    if context.is_64_bit { format!("{:016x}", trace_id.low64()) } else { trace_id.to_string() }
}

/// The single header's value.
pub(super) fn single(context: &RemoteContext) -> String {
    let state = match context.sampled {
        _ if context.debug => "d",
        Some(true) => "1",
        Some(false) => "0",
        None => "",
    };
    let (Some(trace_id), Some(span_id)) = (context.trace_id, context.span_id) else {
        return state.to_owned();
    };
    let mut value = format!("{}-{span_id}", trace_digits(context, trace_id));
    if !state.is_empty() {
        value.push('-');
        value.push_str(state);
    }
    value
}

/// The several headers. With debug the flags are sent and no sampling decision.
pub(super) fn several(context: &RemoteContext) -> Vec<(&'static str, String)> {
    let [trace, span, _, sampled, flags] = HEADERS;
    let mut headers = Vec::new();
    if let (Some(trace_id), Some(span_id)) = (context.trace_id, context.span_id) {
        headers.push((trace, trace_digits(context, trace_id)));
        headers.push((span, span_id.to_string()));
    }
    match context.sampled {
        _ if context.debug => headers.push((flags, "1".to_owned())),
        Some(decision) => headers.push((sampled, u8::from(decision).to_string())),
        None => {}
    }
    headers
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn errors_say_what_stands_where() {
        let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
        let table = [
            (format!("{trace}-{span}-true"), "sampling state has 4 characters, expected 0, 1 or d"),
            (format!("{trace}-{span}-2"), "sampling state is \"2\", expected 0, 1 or d"),
            (format!("{trace}-{span}-"), "sampling state is empty, expected 0, 1 or d"),
            (format!("{trace}-{span}-1-"), "parent-span-id is empty"),
            (
                format!("{trace}-{span}-1--"),
                "parent-span-id has \"-\", only 0-9 and a-f are allowed",
            ),
            (format!("{trace}:{span}:1"), "trace-id is followed by \":\", expected \"-\""),
            (trace.to_owned(), "the value ends after trace-id, expected \"-\""),
        ];
        for (value, message) in table {
            let error = parse(value.as_bytes()).unwrap_err().to_string();
            assert_eq!(error.split(" (byte").next(), Some(message), "{value}");
        }
    }

    /// A parent alone was once read as a decision without ids.
    #[test]
    fn a_parent_needs_its_trace_and_span() {
        let mut carrier = Carrier::headers();
        carrier.push(b"X-B3-ParentSpanId", b"05e3ac9a4f6e3b90");
        assert!(from_carrier(&carrier).unwrap().is_err());
        carrier.push(b"X-B3-Sampled", b"1");
        assert!(from_carrier(&carrier).unwrap().is_err());
    }
}
