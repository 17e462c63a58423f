//! What any propagation value says of its sender, in one shape for all formats.

use super::id::{SpanId, TraceId};

/// The sender's context: the trace, the span, and whether it is sampled.
///
/// Every format knows more or less than this; what only one of them knows stays with it.
///
/// ```
/// use traceline::trace_context::Kind;
///
/// let value = b"Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=?";
/// let context = Kind::Xray.parse(value).unwrap().context().unwrap();
/// assert_eq!((context.span_id, context.sampled), (None, None));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct RemoteContext {
    /// The trace; `None` where only a sampling decision is sent.
    pub trace_id: Option<TraceId>,
    /// The trace id was written with 64 bits, so the upper half is unknown rather than zero.
    pub is_64_bit: bool,
    /// The sender's span.
    pub span_id: Option<SpanId>,
    /// The parent of that span.
    pub parent_span_id: Option<SpanId>,
    /// The sampling decision; `None` leaves it to the receiver.
    pub sampled: Option<bool>,
    /// Sampled whatever samplers say.
    pub debug: bool,
}
