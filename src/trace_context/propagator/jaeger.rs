//! `uber-trace-id`, the propagation of Jaeger's own clients (Jaeger documentation, "Propagation
//! Format").

use crate::trace_context::baggage::percent_decoded;
use crate::trace_context::fields::{check_separator, hex_span_id, hex_trace_id, split};
use crate::trace_context::{Fault, RemoteContext, SpanId, ValueError};

/// The header's name; also `UBER_TRACE_ID` in an environment.
pub(crate) const HEADER: &str = "uber-trace-id";
/// Each baggage member is a header of its own, with this before its key.
pub(crate) const BAGGAGE_PREFIX: &str = "uberctx-";

const SAMPLED: u8 = 0x01;
const DEBUG: u8 = 0x02;
const FIREHOSE: u8 = 0x08;

/// A valid `uber-trace-id`.
///
/// ```
/// use traceline::trace_context::UberTraceId;
///
/// let value = UberTraceId::parse(b"a3ce929d0e0e4736%3Af067aa0ba902b7%3A0%3A3")?;
/// assert!(value.context.is_64_bit && value.context.debug);
/// # Ok::<(), traceline::trace_context::ValueError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UberTraceId {
    /// Trace, span and sampling.
    pub context: RemoteContext,
    /// The flags as received.
    pub flags: u8,
}

impl UberTraceId {
    /// Reads `{trace-id}:{span-id}:{parent-span-id}:{flags}`, possibly URL-encoded.
    ///
    /// # Errors
    /// Not four fields, or one that is not hex of its width, or an id of zero.
    pub fn parse(value: &[u8]) -> Result<UberTraceId, ValueError> {
        if value.contains(&b':') {
            return UberTraceId::parse_plain(value);
        }
        let plain: Vec<u8> = percent_decoded(value).map(|(byte, _)| byte).collect();
        UberTraceId::parse_plain(&plain).map_err(|error| {
            let written = percent_decoded(value).take(error.byte).map(|(_, length)| length).sum();
            ValueError { byte: written, ..error }
        })
    }

    fn parse_plain(value: &[u8]) -> Result<UberTraceId, ValueError> {
        check_separator(value, "trace-id", &[16, 32], b":")?;
        let mut fields = split(value, b':');
        let (trace, _) = fields.next().unwrap_or_default();
        let trace_id = hex_trace_id(trace, 0, "trace-id", 1..=32, "1 to 32")?;
        let mut next = |after: &'static str| {
            let fault = Fault::Separator { found: None, expected: b':' };
            fields.next().ok_or(ValueError::new(after, value.len(), fault))
        };
        let (span, at) = next("trace-id")?;
        let span_id = hex_span_id(span, at, "span-id", 1..=16, "1 to 16")?;
        // The parent is deprecated: 0 at the root, and whatever a client wrote elsewhere.
        let (parent, _) = next("span-id")?;
        let (flags, at) = next("parent-span-id")?;
        if let Some(wrong) = flags.iter().position(|byte| !byte.is_ascii_hexdigit()) {
            return Err(ValueError::new("flags", at + wrong, Fault::Hex(flags[wrong])));
        }
        let flags = match (std::str::from_utf8(flags), flags.len()) {
            (Ok(digits), 1..=2) => u8::from_str_radix(digits, 16).unwrap_or_default(),
            (_, found) => {
                return Err(ValueError::new(
                    "flags",
                    at,
                    Fault::Length { found, expected: "1 or 2" },
                ));
            }
        };
        if let Some((rest, at)) = fields.next() {
            let fault = Fault::Trailing { count: rest.len() + 1, first: b':' };
            return Err(ValueError::new("flags", at - 1, fault));
        }
        let sampled = flags & SAMPLED != 0;
        let context = RemoteContext {
            trace_id: Some(trace_id),
            is_64_bit: trace.len() <= 16,
            span_id: Some(span_id),
            parent_span_id: parent_of(parent),
            sampled: Some(sampled),
            debug: sampled && flags & DEBUG != 0,
        };
        Ok(UberTraceId { context, flags })
    }

    /// Whether the sender asked to keep the trace without indexing it.
    pub const fn is_firehose(&self) -> bool {
        self.flags & FIREHOSE != 0
    }
}

fn parent_of(digits: &[u8]) -> Option<SpanId> {
    hex_span_id(digits, 0, "parent-span-id", 1..=16, "1 to 16").ok()
}

/// The header's value. The parent is always 0.
pub(super) fn write(context: &RemoteContext) -> Option<String> {
    let (trace_id, span_id) = (context.trace_id?, context.span_id?);
    let sampled = context.sampled.unwrap_or_default();
    let flags = (u8::from(sampled) * SAMPLED) | (u8::from(context.debug) * (SAMPLED | DEBUG));
    Some(if context.is_64_bit {
        format!("{:016x}:{span_id}:0:{flags:x}", trace_id.low64())
    } else {
        format!("{trace_id}:{span_id}:0:{flags:x}")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Offsets were once those of the decoded value, and the flags' always that of the first one.
    #[test]
    fn the_byte_that_is_wrong_is_named_as_it_was_written() {
        for (value, byte) in [
            ("a3ce929d0e0e4736:00f067aa0ba902b7:0:1g", 37),
            ("a3ce929d0e0e4736%3A00f067aa0ba902bx%3A0%3A1", 34),
            ("a3ce929d0e0e4736%3a00f067aa0ba902b7%3a0%3a100", 42),
            ("a3ce929d0e0e4736%3A00f067aa0ba902b7", 35),
            ("%ffa3ce929d0e0e473", 0),
        ] {
            assert_eq!(UberTraceId::parse(value.as_bytes()).unwrap_err().byte, byte, "{value}");
        }
    }
}
