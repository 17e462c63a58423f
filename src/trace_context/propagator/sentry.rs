//! `sentry-trace`, the propagation of Sentry (Sentry developer documentation, "Traces").

use crate::trace_context::fields::{check_separator, hex_span_id, hex_trace_id, split};
use crate::trace_context::traceparent::trim_ows;
use crate::trace_context::{Fault, RemoteContext, ValueError};

/// The header's name; also `SENTRY_TRACE` in an environment.
pub(crate) const HEADER: &str = "sentry-trace";

/// Reads `{trace-id}-{span-id}[-{0|1}]`. Of several joined with commas the first counts.
pub(super) fn parse(value: &[u8]) -> Result<RemoteContext, ValueError> {
    let (value, start) = split(value, b',')
        .map(|(part, at)| (trim_ows(part).0, at + trim_ows(part).1))
        .find(|(part, _)| !part.is_empty())
        .ok_or(ValueError::new(HEADER, 0, Fault::Empty))?;
    parse_one(value).map_err(|error| error.shifted(start))
}

fn parse_one(value: &[u8]) -> Result<RemoteContext, ValueError> {
    check_separator(value, "trace-id", &[32], b"-")?;
    let mut fields = split(value, b'-');
    let (trace, _) = fields.next().unwrap_or_default();
    let trace_id = hex_trace_id(trace, 0, "trace-id", 32..=32, "32")?;
    let Some((span, at)) = fields.next() else {
        let fault = Fault::Separator { found: None, expected: b'-' };
        return Err(ValueError::new("trace-id", value.len(), fault));
    };
    let span_id = hex_span_id(span, at, "span-id", 16..=16, "16")?;
    let sampled = match fields.next() {
        None => None,
        Some((b"1", _)) => Some(true),
        Some((b"0", _)) => Some(false),
        Some((text, at)) => return Err(ValueError::choice("sampled", at, text, "0 or 1")),
    };
    if let Some((rest, at)) = fields.next() {
        let fault = Fault::Trailing { count: rest.len() + 1, first: b'-' };
        return Err(ValueError::new("sampled", at - 1, fault));
    }
    Ok(RemoteContext {
        trace_id: Some(trace_id),
        span_id: Some(span_id),
        sampled,
        ..RemoteContext::default()
    })
}

/// The header's value.
pub(super) fn write(context: &RemoteContext) -> Option<String> {
    let mut value = format!("{}-{}", context.trace_id?, context.span_id?);
    if let Some(sampled) = context.sampled {
        value.push_str(&format!("-{}", u8::from(sampled)));
    }
    Some(value)
}
