//! The propagation formats: one file each, and the one list of them.
//!
//! [`Kind`] is what a value is read as; [`Format`] is what a context is written as. They differ
//! because W3C writes three kinds, and B3 one kind in two ways.

use std::fmt;

use crate::trace_context::carrier::Carrier;
use crate::trace_context::traceparent::trim_ows;
use crate::trace_context::{Baggage, Fault, RemoteContext, TraceParent, TraceState, ValueError};

mod b3;
mod datadog;
mod format;
mod gcp;
mod jaeger;
mod recognize;
mod sentry;
mod w3c;
mod xray;

pub use datadog::DatadogContext;
pub use format::{Format, Loss, OutgoingContext};
pub use gcp::cloud_log_fields;
pub use jaeger::UberTraceId;
pub use recognize::recognize;
pub use w3c::{IncomingContext, IncomingWarning};
pub use xray::{XrayTraceId, xray_root};

/// What a propagation value is.
///
/// ```
/// use traceline::trace_context::{Carrier, Kind};
///
/// let mut carrier = Carrier::headers();
/// carrier.push(b"X-B3-TraceId", b"4bf92f3577b34da6a3ce929d0e0e4736");
/// carrier.push(b"X-B3-SpanId", b"00f067aa0ba902b7");
/// let value = Kind::B3.extract(&carrier).unwrap()?;
/// assert_eq!(value.context().unwrap().sampled, None); // left to the receiver
/// assert!(Kind::TraceParent.extract(&carrier).is_none());
/// # Ok::<(), traceline::trace_context::ValueError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// W3C `traceparent`.
    TraceParent,
    /// W3C `tracestate`.
    TraceState,
    /// W3C `baggage`.
    Baggage,
    /// B3, single or multiple.
    B3,
    /// Jaeger's `uber-trace-id`.
    UberTraceId,
    /// AWS's `X-Amzn-Trace-Id`.
    Xray,
    /// Datadog's `x-datadog-*`.
    Datadog,
    /// Google Cloud's `X-Cloud-Trace-Context`.
    Gcp,
    /// Sentry's `sentry-trace`.
    Sentry,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Kind; 9] = [
        Kind::TraceParent,
        Kind::TraceState,
        Kind::Baggage,
        Kind::B3,
        Kind::UberTraceId,
        Kind::Xray,
        Kind::Datadog,
        Kind::Gcp,
        Kind::Sentry,
    ];

    /// The name in options and output.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::TraceParent => "traceparent",
            Kind::TraceState => "tracestate",
            Kind::Baggage => "baggage",
            Kind::B3 => "b3",
            Kind::UberTraceId => "uber-trace-id",
            Kind::Xray => "xray",
            Kind::Datadog => "datadog",
            Kind::Gcp => "gcp",
            Kind::Sentry => "sentry",
        }
    }

    /// The names of the headers that carry it, and of variables that no header name gives.
    pub const fn carrier_names(self) -> &'static [&'static str] {
        match self {
            Kind::TraceParent => &["traceparent"],
            Kind::TraceState => &["tracestate"],
            Kind::Baggage => &["baggage", "sentry-baggage"],
            Kind::B3 => &[
                b3::HEADER,
                b3::HEADERS[0],
                b3::HEADERS[1],
                b3::HEADERS[2],
                b3::HEADERS[3],
                b3::HEADERS[4],
            ],
            Kind::UberTraceId => &[jaeger::HEADER],
            Kind::Xray => &[xray::HEADER, xray::VARIABLE],
            Kind::Datadog => &datadog::HEADERS,
            Kind::Gcp => &[gcp::HEADER],
            Kind::Sentry => &[sentry::HEADER],
        }
    }

    /// The kind that a header or variable of this name carries, in any case.
    pub fn of_carrier_name(name: &[u8]) -> Option<Kind> {
        Kind::ALL.into_iter().find(|kind| {
            kind.carrier_names().iter().any(|known| {
                let known = known.as_bytes();
                // The length first: this is asked of every word of a scanned text.
                known.len() == name.len()
                    && (name.eq_ignore_ascii_case(known) || is_environment_name(name, known))
            })
        })
    }

    /// Reads a value of this kind. White space around it does not count.
    ///
    /// # Errors
    /// The field, byte and rule of the first fault.
    pub fn parse(self, value: &[u8]) -> Result<Propagation, ValueError> {
        let (trimmed, start) = trim_ows(value);
        let inside =
            |parsed: Result<Propagation, ValueError>| parsed.map_err(|error| error.shifted(start));
        match self {
            // These two see to white space themselves: it is part of what may be wrong with them.
            Kind::TraceParent => TraceParent::parse(value).map(Propagation::TraceParent),
            Kind::TraceState => TraceState::parse(value).map(Propagation::TraceState),
            _ if trimmed.is_empty() => Err(ValueError::new(self.name(), start, Fault::Empty)),
            Kind::Baggage => inside(Baggage::parse(trimmed).map(Propagation::Baggage)),
            Kind::B3 => inside(b3::parse(trimmed).map(Propagation::B3)),
            Kind::UberTraceId => inside(UberTraceId::parse(trimmed).map(Propagation::UberTraceId)),
            Kind::Xray => inside(XrayTraceId::parse(trimmed).map(Propagation::Xray)),
            Kind::Datadog => {
                inside(DatadogContext::parse_trace_id(trimmed).map(Propagation::Datadog))
            }
            Kind::Gcp => inside(gcp::parse(trimmed).map(Propagation::Gcp)),
            Kind::Sentry => inside(sentry::parse(trimmed).map(Propagation::Sentry)),
        }
    }

    /// Reads whatever a carrier holds of this kind; `None` if it holds none.
    ///
    /// Several fields are joined where the format is a list, and refused where it is not; B3's
    /// single header wins over the several, unless it is malformed and they are there.
    pub fn extract(self, carrier: &Carrier) -> Option<Result<Propagation, ValueError>> {
        let mut values = self.carrier_names().iter().flat_map(|name| carrier.all(name));
        match self {
            Kind::TraceState | Kind::Baggage | Kind::Sentry => {
                let values: Vec<&[u8]> = values.collect();
                (!values.is_empty()).then(|| self.parse(&values.join(&b',')))
            }
            Kind::TraceParent => {
                let values: Vec<&[u8]> = values.collect();
                match values[..] {
                    [] => None,
                    [value] => Some(self.parse(value)),
                    [first, ..] => {
                        let are_equal = values.iter().all(|value| *value == first);
                        let fault = Fault::Repeated { count: values.len(), are_equal };
                        Some(Err(ValueError::new("traceparent", 0, fault)))
                    }
                }
            }
            Kind::B3 => {
                let single = carrier.first(b3::HEADER).map(|value| self.parse(value));
                match single {
                    Some(Ok(context)) => Some(Ok(context)),
                    failed => b3::from_carrier(carrier)
                        .map(|several| several.map(Propagation::B3))
                        .filter(|several| several.is_ok() || failed.is_none())
                        .or(failed),
                }
            }
            Kind::Datadog => DatadogContext::from_carrier(carrier)
                .map(|context| context.map(Propagation::Datadog)),
            Kind::UberTraceId | Kind::Xray | Kind::Gcp => {
                values.next().map(|value| self.parse(value))
            }
        }
    }
}

/// Whether a name is what an environment calls a header ([`environment_name`]), without making
/// the name.
///
/// [`environment_name`]: crate::trace_context::environment_name
fn is_environment_name(name: &[u8], header: &[u8]) -> bool {
    let normalised = |byte: u8| match byte {
        _ if byte.is_ascii_alphanumeric() => byte.to_ascii_uppercase(),
        _ => b'_',
    };
    name.iter().zip(header).all(|(&byte, &other)| byte == normalised(other))
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A valid propagation value of any kind.
///
/// ```
/// use traceline::trace_context::{Kind, Propagation};
///
/// let value = Kind::TraceState.parse(b"a=1,b=2")?;
/// let Propagation::TraceState(state) = &value else { unreachable!() };
/// assert_eq!(state.members().len(), 2);
/// assert_eq!(value.context(), None); // names no trace
/// # Ok::<(), traceline::trace_context::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Propagation {
    /// W3C `traceparent`.
    TraceParent(TraceParent),
    /// W3C `tracestate`.
    TraceState(TraceState),
    /// W3C `baggage`.
    Baggage(Baggage),
    /// B3.
    B3(RemoteContext),
    /// Jaeger.
    UberTraceId(UberTraceId),
    /// AWS.
    Xray(XrayTraceId),
    /// Datadog.
    Datadog(DatadogContext),
    /// Google Cloud.
    Gcp(RemoteContext),
    /// Sentry.
    Sentry(RemoteContext),
}

impl Propagation {
    /// What it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Propagation::TraceParent(_) => Kind::TraceParent,
            Propagation::TraceState(_) => Kind::TraceState,
            Propagation::Baggage(_) => Kind::Baggage,
            Propagation::B3(_) => Kind::B3,
            Propagation::UberTraceId(_) => Kind::UberTraceId,
            Propagation::Xray(_) => Kind::Xray,
            Propagation::Datadog(_) => Kind::Datadog,
            Propagation::Gcp(_) => Kind::Gcp,
            Propagation::Sentry(_) => Kind::Sentry,
        }
    }

    /// The sender's context; `None` for tracestate and baggage, which have none.
    pub fn context(&self) -> Option<RemoteContext> {
        match self {
            Propagation::TraceParent(traceparent) => Some(RemoteContext::from(*traceparent)),
            Propagation::TraceState(_) | Propagation::Baggage(_) => None,
            Propagation::B3(context) | Propagation::Gcp(context) | Propagation::Sentry(context) => {
                Some(*context)
            }
            Propagation::UberTraceId(jaeger) => Some(jaeger.context),
            Propagation::Xray(xray) => Some(xray.context),
            Propagation::Datadog(datadog) => Some(datadog.context),
        }
    }
}

impl From<TraceParent> for RemoteContext {
    fn from(traceparent: TraceParent) -> RemoteContext {
        RemoteContext {
            trace_id: Some(traceparent.trace_id),
            span_id: Some(traceparent.parent_id),
            sampled: Some(traceparent.trace_flags.is_sampled()),
            ..RemoteContext::default()
        }
    }
}

impl Carrier {
    /// Whether a header or variable of this name belongs to one of the formats.
    pub fn is_known_name(name: &[u8]) -> bool {
        Kind::of_carrier_name(name).is_some()
    }
}
