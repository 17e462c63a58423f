//! Values as scripts get them, common to JSON and CSV: the words and spellings that are promised.

use crate::record::{LogRecord, Timestamp, TraceKey};
use crate::trace::{Parent, SpanBounds, Status};
use crate::trace_context::SpanId;

/// Nanoseconds from one to the other; 0 where they are the wrong way round.
pub(super) fn between(start: Timestamp, end: Timestamp) -> u64 {
    u64::try_from(i128::from(end.nanoseconds()) - i128::from(start.nanoseconds())).unwrap_or(0)
}

/// `error`, `ok` or `unset`.
pub(super) fn status_name(status: Status) -> &'static str {
    match status {
        Status::Error => "error",
        Status::Ok => "ok",
        Status::Unset => "unset",
    }
}

/// The parent's id, and `reported` or `inferred`.
pub(super) fn parent_fields(parent: Parent) -> (Option<SpanId>, Option<&'static str>) {
    match parent {
        Parent::Reported(id) => (Some(id), Some("reported")),
        Parent::Inferred(id) => (Some(id), Some("inferred")),
        Parent::None => (None, None),
    }
}

/// `reported` or `observed`.
pub(super) fn bounds_name(bounds: SpanBounds) -> &'static str {
    match bounds {
        SpanBounds::Reported { .. } => "reported",
        SpanBounds::Observed { .. } => "observed",
    }
}

/// The trace id of a record: as many hex digits as are known, or an opaque id as written.
pub(super) fn record_trace_id(record: &LogRecord<'_>) -> Option<String> {
    Some(match record.trace? {
        TraceKey::Full(id) => id.to_string(),
        TraceKey::Low64(id) => format!("{id:016x}"),
        TraceKey::Opaque(hash) => match &record.trace_spelling {
            Some(spelling) => String::from_utf8_lossy(spelling).into_owned(),
            None => format!("{hash:032x}"),
        },
    })
}

/// The parent that a record states: in a parent field, or as the span that called.
pub(super) fn record_parent(record: &LogRecord<'_>) -> Option<SpanId> {
    record.parent_span_id.or(record.caller_span_id)
}
