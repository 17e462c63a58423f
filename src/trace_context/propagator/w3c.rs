//! The context taken out of a carrier: W3C Trace Context and Baggage together, by the rules that
//! tie them (without a valid traceparent there is no tracestate: W3C Trace Context, "Processing
//! Model"); where there is no traceparent at all, the first of the other formats that names a span.

use std::fmt;

use super::format::OutgoingContext;
use super::{Kind, Propagation};
use crate::trace_context::carrier::Carrier;
use crate::trace_context::{
    Baggage, IdGenerator, Level, RemoteContext, TraceFlags, TraceParent, TraceState, ValueError,
};

/// What a receiver keeps of incoming headers or of its environment.
///
/// ```
/// use traceline::trace_context::{Carrier, IncomingContext};
///
/// let mut request = Carrier::headers();
/// request.push(b"traceparent", b"00-00000000000000000000000000000000-00f067aa0ba902b7-01");
/// request.push(b"tracestate", b"vendor=1");
/// let incoming = IncomingContext::extract(&request);
/// assert!(incoming.parent.is_none() && incoming.trace_state.is_empty());
/// let warnings: Vec<String> = incoming.warnings.iter().map(ToString::to_string).collect();
/// assert_eq!(warnings, [
///     "invalid traceparent: trace-id is all zeros (byte 3)",
///     "a tracestate goes with no valid traceparent",
/// ]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct IncomingContext {
    /// The sender; `None` starts a new trace.
    pub parent: Option<TraceParent>,
    /// Empty unless there is a parent.
    pub trace_state: TraceState,
    /// The members that are well formed.
    pub baggage: Baggage,
    /// What was there and is not used.
    pub warnings: Vec<IncomingWarning>,
}

/// Why something incoming is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IncomingWarning {
    /// A traceparent that is none, or several of them.
    TraceParentInvalid(ValueError),
    /// A value of another format that is none, where no traceparent came in.
    OtherInvalid(Kind, ValueError),
    /// A tracestate without a traceparent to go with.
    TraceStateAlone,
    /// A tracestate that is none.
    TraceStateInvalid(ValueError),
    /// A member of the baggage that is none.
    BaggageInvalid(ValueError),
}

impl fmt::Display for IncomingWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IncomingWarning::TraceParentInvalid(error) => write!(f, "invalid traceparent: {error}"),
            IncomingWarning::OtherInvalid(kind, error) => write!(f, "invalid {kind}: {error}"),
            IncomingWarning::TraceStateAlone => {
                f.write_str("a tracestate goes with no valid traceparent")
            }
            IncomingWarning::TraceStateInvalid(error) => write!(f, "invalid tracestate: {error}"),
            IncomingWarning::BaggageInvalid(error) => write!(f, "invalid baggage member: {error}"),
        }
    }
}

impl IncomingWarning {
    /// Whether a new trace begins for it; everything else is only left out.
    pub const fn is_restart(&self) -> bool {
        matches!(self, IncomingWarning::TraceParentInvalid(_))
    }
}

impl IncomingContext {
    /// Takes the context out of a carrier.
    ///
    /// An empty variable `TRACEPARENT` starts a new trace without a warning: that is how shells
    /// unset it for one command.
    pub fn extract(carrier: &Carrier) -> IncomingContext {
        let mut incoming = IncomingContext::default();
        let is_unset = carrier.is_environment() && carrier.first("traceparent") == Some(b"");
        let is_w3c = match Kind::TraceParent.extract(carrier) {
            _ if is_unset => false,
            Some(Ok(Propagation::TraceParent(parent))) => {
                incoming.parent = Some(parent);
                true
            }
            Some(Err(error)) => {
                incoming.warnings.push(IncomingWarning::TraceParentInvalid(error));
                false
            }
            _ => {
                incoming.continue_other(carrier);
                false
            }
        };
        let states: Vec<&[u8]> = carrier.all("tracestate").collect();
        if !is_w3c {
            if states.iter().any(|state| !state.is_empty()) {
                incoming.warnings.push(IncomingWarning::TraceStateAlone);
            }
        } else {
            match TraceState::parse_fields(states) {
                Ok(state) => incoming.trace_state = state,
                Err(error) => incoming.warnings.push(IncomingWarning::TraceStateInvalid(error)),
            }
        }
        let baggage: Vec<&[u8]> =
            carrier.all("baggage").filter(|value| !value.is_empty()).collect();
        if !baggage.is_empty() {
            let (baggage, errors) = Baggage::parse_forgiving(&baggage.join(&b','));
            incoming.baggage = baggage;
            incoming.warnings.extend(errors.into_iter().map(IncomingWarning::BaggageInvalid));
        }
        incoming
    }

    /// Continues the trace of another format, where its value names a span. Its sampling decision
    /// goes on; where it leaves that to the receiver, the span is sampled, as a new trace is.
    fn continue_other(&mut self, carrier: &Carrier) {
        const OTHERS: [Kind; 6] =
            [Kind::B3, Kind::UberTraceId, Kind::Datadog, Kind::Xray, Kind::Gcp, Kind::Sentry];
        for kind in OTHERS {
            match kind.extract(carrier) {
                Some(Ok(value)) => {
                    let Some(RemoteContext {
                        trace_id: Some(trace_id),
                        span_id: Some(span_id),
                        sampled,
                        debug,
                        ..
                    }) = value.context()
                    else {
                        continue;
                    };
                    let trace_flags = match sampled {
                        Some(false) if !debug => TraceFlags::NONE,
                        _ => TraceFlags::SAMPLED,
                    };
                    self.parent = Some(TraceParent::new(trace_id, span_id, trace_flags));
                    return;
                }
                Some(Err(error)) => {
                    self.warnings.push(IncomingWarning::OtherInvalid(kind, error));
                }
                None => {}
            }
        }
    }

    /// What a new span sends on: the same trace with a new span id, or a new trace. Baggage goes
    /// along either way.
    pub fn child(
        &self,
        ids: &mut IdGenerator,
        level: Level,
        sampled_root: bool,
    ) -> OutgoingContext {
        let traceparent = match &self.parent {
            Some(parent) => parent.child(ids.span_id(), level),
            None => {
                let root = ids.root(sampled_root);
                TraceParent { trace_flags: root.trace_flags.outgoing(level), ..root }
            }
        };
        OutgoingContext {
            trace_state: self.trace_state.clone(),
            baggage: self.baggage.clone(),
            ..OutgoingContext::from(traceparent)
        }
    }
}
