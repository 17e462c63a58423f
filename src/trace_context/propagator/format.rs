//! Writing a context in any format, and saying what that format cannot carry.

use std::fmt;

use crate::trace_context::{
    Baggage, RemoteContext, SpanId, TraceFlags, TraceId, TraceParent, TraceState,
};

use super::{Propagation, b3, datadog, gcp, jaeger, sentry, xray};
use crate::trace_context::baggage::percent_encode;

/// A way to write a context.
///
/// ```
/// use traceline::trace_context::{Format, OutgoingContext, TraceParent};
///
/// let value = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let context = OutgoingContext::from(TraceParent::parse(value)?);
/// let first = |format| context.write(format).remove(0);
/// let named = |name: &str, value: &str| (name.to_owned(), value.to_owned());
/// let ids = "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7";
/// assert_eq!(first(Format::B3), named("b3", &format!("{ids}-1")));
/// assert_eq!(first(Format::Sentry), named("sentry-trace", &format!("{ids}-1")));
/// assert_eq!(first(Format::Datadog), named("x-datadog-trace-id", "11803532876627986230"));
/// # Ok::<(), traceline::trace_context::ValueError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Format {
    /// `traceparent`, `tracestate`, `baggage`.
    #[default]
    W3c,
    /// `b3`.
    B3,
    /// `X-B3-*`.
    B3Multi,
    /// `uber-trace-id`.
    Jaeger,
    /// `X-Amzn-Trace-Id`.
    Xray,
    /// `x-datadog-*`.
    Datadog,
    /// `X-Cloud-Trace-Context`.
    Gcp,
    /// `sentry-trace`.
    Sentry,
}

/// A context on its way out.
///
/// ```
/// use traceline::trace_context::{BaggageMember, Format, OutgoingContext, TraceParent};
///
/// let value = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let mut context = OutgoingContext::from(TraceParent::parse(value)?);
/// context.baggage.set(BaggageMember::new("user", "7")?);
/// let names: Vec<String> = context.write(Format::W3c).into_iter().map(|field| field.0).collect();
/// assert_eq!(names, ["traceparent", "baggage"]);
/// # Ok::<(), traceline::trace_context::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingContext {
    /// The trace.
    pub trace_id: TraceId,
    /// The span that sends it.
    pub span_id: SpanId,
    /// Only the lower half of the trace id is known.
    pub is_64_bit: bool,
    /// The sampling decision; `None` leaves it to the receiver.
    pub sampled: Option<bool>,
    /// Sampled whatever samplers say.
    pub debug: bool,
    /// The right-most 56 bits of the trace id are random.
    pub random: bool,
    /// Vendors' entries; only W3C has a place for them.
    pub trace_state: TraceState,
    /// What goes along for the application.
    pub baggage: Baggage,
}

impl From<TraceParent> for OutgoingContext {
    fn from(traceparent: TraceParent) -> OutgoingContext {
        OutgoingContext {
            trace_id: traceparent.trace_id,
            span_id: traceparent.parent_id,
            is_64_bit: false,
            sampled: Some(traceparent.trace_flags.is_sampled()),
            debug: false,
            random: traceparent.trace_flags.is_random(),
            trace_state: TraceState::default(),
            baggage: Baggage::default(),
        }
    }
}

impl OutgoingContext {
    /// The context as a traceparent. Undecided becomes not sampled.
    pub fn traceparent(&self) -> TraceParent {
        let flags = TraceFlags::NONE
            .with_sampled(self.sampled.unwrap_or_default())
            .with_random(self.random);
        TraceParent::new(self.trace_id, self.span_id, flags)
    }

    fn remote(&self) -> RemoteContext {
        RemoteContext {
            trace_id: Some(self.trace_id),
            is_64_bit: self.is_64_bit,
            span_id: Some(self.span_id),
            parent_span_id: None,
            sampled: self.sampled,
            debug: self.debug,
        }
    }

    /// The header fields that carry the context in this format, in the order in which they are
    /// sent. Empty tracestate and baggage are not sent.
    pub fn write(&self, format: Format) -> Vec<(String, String)> {
        let remote = self.remote();
        let one = |name: &'static str, value: Option<String>| {
            value.map(|value| (name, value)).into_iter().collect()
        };
        let fields: Vec<(&'static str, String)> = match format {
            Format::W3c => {
                let mut fields = vec![("traceparent", self.traceparent().to_string())];
                if !self.trace_state.is_empty() {
                    fields.push(("tracestate", self.trace_state.to_string()));
                }
                fields
            }
            Format::B3 => vec![(b3::HEADER, b3::single(&remote))],
            Format::B3Multi => b3::several(&remote),
            Format::Jaeger => one(jaeger::HEADER, jaeger::write(&remote)),
            Format::Xray => one(xray::HEADER, xray::write(&remote)),
            Format::Datadog => datadog::write(&remote),
            Format::Gcp => one(gcp::HEADER, gcp::write(&remote)),
            Format::Sentry => one(sentry::HEADER, sentry::write(&remote)),
        };
        let mut fields: Vec<(String, String)> =
            fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        match format {
            Format::Jaeger => fields.extend(self.baggage.members().iter().map(|member| {
                let name = format!("{}{}", jaeger::BAGGAGE_PREFIX, member.key);
                (name, percent_encode(&member.value))
            })),
            _ if self.baggage.is_empty() => {}
            _ => fields.push(("baggage".to_owned(), self.baggage.to_string())),
        }
        fields
    }

    /// What of this context the format cannot say.
    pub fn losses(&self, format: Format) -> Vec<Loss> {
        let mut losses = Vec::new();
        let has_debug =
            matches!(format, Format::B3 | Format::B3Multi | Format::Jaeger | Format::Datadog);
        let has_undecided = !matches!(format, Format::W3c | Format::Jaeger);
        if !self.trace_state.is_empty() && format != Format::W3c {
            losses.push(Loss::TraceState);
        }
        if self.debug && !has_debug {
            losses.push(Loss::Debug);
        }
        if self.sampled.is_none() && !has_undecided {
            losses.push(Loss::Undecided);
        }
        if self.random && format != Format::W3c {
            losses.push(Loss::RandomFlag);
        }
        if format == Format::Xray && self.is_64_bit {
            losses.push(Loss::XrayTime);
        }
        losses
    }
}

/// Something that a conversion cannot carry over.
///
/// ```
/// use traceline::trace_context::{Format, Loss, OutgoingContext, TraceParent};
///
/// let value = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03";
/// let context = OutgoingContext::from(TraceParent::parse(value).unwrap());
/// assert_eq!(context.losses(Format::B3), [Loss::RandomFlag]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// Only W3C has a tracestate.
    TraceState,
    /// No format but W3C Level 2 says that the trace id is random.
    RandomFlag,
    /// Debug became plain sampled.
    Debug,
    /// Undecided became not sampled.
    Undecided,
    /// The parent of the sender's span.
    ParentSpan(SpanId),
    /// Flag bits without a meaning in the new format.
    Flags(u8),
    /// What a traceparent of a higher version may have said besides.
    Version(u8),
    /// A field of the format that was read: its name and value.
    Field(&'static str, String),
    /// The time part of the X-Ray id is not a time: X-Ray refuses traces older than 30 days.
    XrayTime,
    /// No span was sent, so a new span id was drawn.
    NoSpan,
}

impl Loss {
    /// What converting this value drops, whatever the new format is.
    pub fn of_source(source: &Propagation, format: Format) -> Vec<Loss> {
        let mut losses = Vec::new();
        if let Some(parent) = source.context().and_then(|context| context.parent_span_id) {
            losses.push(Loss::ParentSpan(parent));
        }
        match source {
            Propagation::TraceParent(traceparent) => {
                if traceparent.version > 0 {
                    losses.push(Loss::Version(traceparent.version));
                }
                if traceparent.trace_flags.unknown_bits() != 0 {
                    losses.push(Loss::Flags(traceparent.trace_flags.unknown_bits()));
                }
            }
            Propagation::UberTraceId(jaeger) if jaeger.flags & !0x03 != 0 => {
                losses.push(Loss::Flags(jaeger.flags & !0x03));
            }
            Propagation::Xray(xray) => {
                if let Some(lineage) = &xray.lineage {
                    losses.push(Loss::Field("Lineage", lineage.clone()));
                }
            }
            Propagation::Datadog(datadog) => {
                if let Some(priority) = datadog
                    .sampling_priority
                    .filter(|priority| format != Format::Datadog || !matches!(priority, 0 | 1))
                {
                    losses.push(Loss::Field("sampling priority", priority.to_string()));
                }
                if let Some(origin) = &datadog.origin {
                    losses.push(Loss::Field("origin", origin.clone()));
                }
            }
            _ => {}
        }
        losses
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Loss::TraceState => f.write_str("tracestate: only w3c has a place for it"),
            Loss::RandomFlag => f.write_str("the flag that says the trace-id is random"),
            Loss::Debug => f.write_str("debug, which became sampled"),
            Loss::Undecided => f.write_str("the open sampling decision, which became not sampled"),
            Loss::ParentSpan(parent) => write!(f, "the sender's parent span {parent}"),
            Loss::Flags(bits) => write!(f, "flag bits {bits:02x}"),
            Loss::Version(version) => {
                write!(f, "version {version:02x} and whatever it added, 00 is sent on")
            }
            Loss::Field(name, value) => write!(f, "{name} {value}"),
            Loss::XrayTime => f.write_str("time: the id does not begin with one, as X-Ray expects"),
            Loss::NoSpan => f.write_str("the value names no span: a new span id was drawn"),
        }
    }
}
