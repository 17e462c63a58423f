//! `X-Cloud-Trace-Context`, the propagation of Google Cloud (Cloud Trace, "Trace context"):
//! hex trace id, decimal span id.

use crate::trace_context::fields::{check_separator, decimal_u64, hex_span_id, hex_trace_id};
use crate::trace_context::{RemoteContext, SpanId, ValueError};

/// The header's name.
pub(crate) const HEADER: &str = "X-Cloud-Trace-Context";

/// Reads `{trace-id}[/{span-id}][;o={0|1}]`.
pub(super) fn parse(value: &[u8]) -> Result<RemoteContext, ValueError> {
    check_separator(value, "trace-id", &[32], b"/;")?;
    let (ids, option) = match value.iter().position(|&byte| byte == b';') {
        Some(at) => (&value[..at], Some((&value[at + 1..], at + 1))),
        None => (value, None),
    };
    let (trace, span) = match ids.iter().position(|&byte| byte == b'/') {
        Some(at) => (&ids[..at], Some((&ids[at + 1..], at + 1))),
        None => (ids, None),
    };
    let trace_id = hex_trace_id(trace, 0, "trace-id", 32..=32, "32")?;
    let span_id = match span {
        None | Some((b"", _)) => None,
        Some((digits, at)) => SpanId::new(decimal_u64(digits, at, "span-id")?),
    };
    let sampled = match option {
        None => None,
        Some((b"o=1", _)) => Some(true),
        Some((b"o=0", _)) => Some(false),
        Some((text, at)) => {
            return Err(match text.strip_prefix(b"o=") {
                Some(text) => ValueError::choice("option o", at + 2, text, "0 or 1"),
                None => ValueError::choice("option", at, text, "o=0 or o=1"),
            });
        }
    };
    Ok(RemoteContext { trace_id: Some(trace_id), span_id, sampled, ..RemoteContext::default() })
}

/// Reads the fields of a log entry: the trace is `projects/P/traces/{trace-id}` or the id alone,
/// and the span, unlike in the header, hex.
///
/// # Errors
/// Ids that are not 32 and 16 lowercase hex digits.
///
/// # Examples
/// ```
/// use traceline::trace_context::cloud_log_fields;
///
/// let trace = b"projects/p/traces/d36a105d7002f0dee73c0dfb9553764a";
/// let context = cloud_log_fields(trace, Some(b"000000000000004a"), Some(true))?;
/// assert_eq!(context.span_id.unwrap().get(), 74);
/// # Ok::<(), traceline::trace_context::ValueError>(())
/// ```
pub fn cloud_log_fields(
    trace: &[u8],
    span: Option<&[u8]>,
    sampled: Option<bool>,
) -> Result<RemoteContext, ValueError> {
    let at = trace.iter().rposition(|&byte| byte == b'/').map_or(0, |slash| slash + 1);
    let trace_id = hex_trace_id(&trace[at..], at, "trace", 32..=32, "32")?;
    let span_id = span.map(|span| hex_span_id(span, 0, "spanId", 16..=16, "16")).transpose()?;
    Ok(RemoteContext { trace_id: Some(trace_id), span_id, sampled, ..RemoteContext::default() })
}

/// The header's value.
pub(super) fn write(context: &RemoteContext) -> Option<String> {
    let mut value = context.trace_id?.to_string();
    if let Some(span_id) = context.span_id {
        value.push_str(&format!("/{}", span_id.get()));
    }
    if let Some(sampled) = context.sampled {
        value.push_str(&format!(";o={}", u8::from(sampled)));
    }
    Some(value)
}
