//! `x-datadog-*`, the propagation of Datadog's libraries (DataDog/dd-trace-py,
//! `ddtrace/propagation/http.py`): decimal 64-bit ids, the upper half of the trace id in a tag.

use crate::trace_context::carrier::Carrier;
use crate::trace_context::fields::{decimal_u64, hex_span_id, split};
use crate::trace_context::hex;
use crate::trace_context::traceparent::trim_ows;
use crate::trace_context::{Fault, RemoteContext, SpanId, TraceId, ValueError};

/// The headers' names, in the order in which they are sent.
pub(crate) const HEADERS: [&str; 5] = [
    "x-datadog-trace-id",
    "x-datadog-parent-id",
    "x-datadog-sampling-priority",
    "x-datadog-origin",
    "x-datadog-tags",
];
const UPPER_HALF_TAG: &str = "_dd.p.tid";

/// Valid Datadog headers.
///
/// ```
/// use traceline::trace_context::{Carrier, Kind, Propagation};
///
/// let mut carrier = Carrier::headers();
/// carrier.push(b"x-datadog-trace-id", b"1234567890123456789");
/// carrier.push(b"x-datadog-sampling-priority", b"-1");
/// carrier.push(b"x-datadog-tags", b"_dd.p.tid=640cfd8d00000000");
/// let value = Kind::Datadog.extract(&carrier).unwrap().unwrap();
/// let Propagation::Datadog(datadog) = value else { unreachable!() };
/// let trace_id = datadog.context.trace_id.unwrap();
/// assert_eq!(trace_id.to_string(), "640cfd8d00000000112210f47de98115");
/// assert_eq!(datadog.context.sampled, Some(false));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct DatadogContext {
    /// Trace, span and sampling.
    pub context: RemoteContext,
    /// Above 0 keeps the trace: 1 by a sampler, 2 by a person.
    pub sampling_priority: Option<i32>,
    /// Where the trace began: `rum`, `synthetics`.
    pub origin: Option<String>,
    /// All tags that travel with the trace, as received.
    pub tags: Option<String>,
    /// Why the upper half of the trace id could not be used: the lower one stays valid.
    pub upper_half_error: Option<ValueError>,
}

impl DatadogContext {
    /// Reads a trace id alone.
    ///
    /// # Errors
    /// Anything but a decimal number from 1 to 2^64 − 1.
    pub fn parse_trace_id(value: &[u8]) -> Result<DatadogContext, ValueError> {
        let low = decimal_u64(value, 0, HEADERS[0])?;
        let trace_id =
            TraceId::new(u128::from(low)).ok_or(ValueError::new(HEADERS[0], 0, Fault::Zero))?;
        let context =
            RemoteContext { trace_id: Some(trace_id), is_64_bit: true, ..RemoteContext::default() };
        Ok(DatadogContext { context, ..DatadogContext::default() })
    }

    /// Reads the headers; `None` if none of them is there. Offsets in errors count within the
    /// field that the error names.
    pub(super) fn from_carrier(carrier: &Carrier) -> Option<Result<DatadogContext, ValueError>> {
        let [trace, parent, priority, origin, tags] = HEADERS.map(|name| carrier.first(name));
        [trace, parent, priority, origin, tags].iter().any(Option::is_some).then(|| {
            let Some(trace) = trace else {
                return Err(ValueError::new(HEADERS[0], 0, Fault::Rule("is missing")));
            };
            let mut datadog = DatadogContext::parse_trace_id(trace_id_text(trace))?;
            if let Some(parent) = parent {
                datadog.context.span_id = SpanId::new(decimal_u64(parent, 0, HEADERS[1])?);
            }
            if let Some(priority) = priority {
                let number = std::str::from_utf8(priority).ok().and_then(|text| text.parse().ok());
                let fault = Fault::Rule("must be a small whole number");
                let number: i32 = number.ok_or(ValueError::new(HEADERS[2], 0, fault))?;
                datadog.sampling_priority = Some(number);
                datadog.context.sampled = Some(number > 0);
            }
            datadog.origin = origin.map(text);
            datadog.tags = tags.map(text);
            datadog.read_upper_half(tags.unwrap_or_default());
            Ok(datadog)
        })
    }

    /// Reads the fields of a log line: `dd.trace_id` is decimal, or 32 hex digits above 64 bits;
    /// `dd.span_id` is decimal.
    ///
    /// # Errors
    /// Neither of the two spellings.
    pub fn from_log_fields(
        trace: &[u8],
        span: Option<&[u8]>,
    ) -> Result<DatadogContext, ValueError> {
        let mut datadog = match hex::read_u128(trace).and_then(TraceId::new) {
            Some(trace_id) => DatadogContext {
                context: RemoteContext { trace_id: Some(trace_id), ..RemoteContext::default() },
                ..DatadogContext::default()
            },
            None => DatadogContext::parse_trace_id(trace)?,
        };
        if let Some(span) = span {
            datadog.context.span_id = SpanId::new(decimal_u64(span, 0, "dd.span_id")?);
        }
        Ok(datadog)
    }

    fn read_upper_half(&mut self, tags: &[u8]) {
        for (tag, at) in split(tags, b',') {
            let Some(digits) = tag.strip_prefix(UPPER_HALF_TAG.as_bytes()) else { continue };
            let Some(digits) = digits.strip_prefix(b"=") else { continue };
            let at = at + UPPER_HALF_TAG.len() + 1;
            match hex_span_id(digits, at, UPPER_HALF_TAG, 16..=16, "16") {
                Ok(high) => {
                    let low = self.context.trace_id.map_or(0, TraceId::low64);
                    let value = u128::from(high.get()) << 64 | u128::from(low);
                    self.context.trace_id = TraceId::new(value);
                    self.context.is_64_bit = false;
                }
                Err(error) => self.upper_half_error = Some(error),
            }
        }
    }
}

fn trace_id_text(value: &[u8]) -> &[u8] {
    trim_ows(value).0
}

fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

/// The headers for this context: the lower half in decimal, the upper one, unless zero, as a tag.
pub(super) fn write(context: &RemoteContext) -> Vec<(&'static str, String)> {
    let [trace, parent, priority, _, tags] = HEADERS;
    let Some(trace_id) = context.trace_id else { return Vec::new() };
    let mut headers = vec![(trace, trace_id.low64().to_string())];
    if let Some(span_id) = context.span_id {
        headers.push((parent, span_id.get().to_string()));
    }
    if let Some(sampled) = context.sampled {
        let kept = if context.debug { 2 } else { 1 };
        headers.push((priority, if sampled { kept } else { 0 }.to_string()));
    }
    if trace_id.high64() != 0 {
        headers.push((tags, format!("{UPPER_HALF_TAG}={:016x}", trace_id.high64())));
    }
    headers
}
