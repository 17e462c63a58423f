//! B3, the propagation of Zipkin (openzipkin/b3-propagation), with one header or several.

use crate::trace_context::carrier::Carrier;
use crate::trace_context::fields::{hex_span_id, hex_trace_id, split};
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
        b"" => Err(ValueError::new("sampling state", byte, Fault::Empty)),
        _ => Err(ValueError::new("sampling state", byte, Fault::Rule("must be 0, 1 or d"))),
    }
}

/// Reads the single header: `{trace-id}-{span-id}[-{state}[-{parent-span-id}]]`, or `{state}`.
pub(super) fn parse(value: &[u8]) -> Result<RemoteContext, ValueError> {
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
    if let Some((parent, at)) = fields.next() {
        context.parent_span_id = Some(span_id(parent, at, "parent-span-id")?);
    }
    if let Some((rest, at)) = fields.next() {
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
            (None, None) => {}
        }
        context.sampled = match sampled {
            None => None,
            Some(b"1" | b"true") => Some(true),
            Some(b"0" | b"false") => Some(false),
            Some(_) => {
                return Err(ValueError::new("X-B3-Sampled", 0, Fault::Rule("must be 0 or 1")));
            }
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
