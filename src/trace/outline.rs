//! What can be said of a trace without its tree: enough to choose and to sort by.

use crate::record::{Timestamp, TraceKey};
use crate::trace::Trace;
use std::cmp::Ordering;

/// A trace in a few numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outline {
    /// The key.
    pub key: TraceKey,
    /// As [`Trace::start`].
    pub start: Option<Timestamp>,
    /// As [`Trace::end`].
    pub end: Option<Timestamp>,
    /// Spans that records show.
    pub span_count: usize,
    /// Records.
    pub record_count: u64,
    /// Error records.
    pub error_count: u64,
}

impl Outline {
    /// The outline of an assembled trace.
    pub fn of(trace: &Trace) -> Outline {
        Outline {
            key: trace.key,
            start: trace.start,
            end: trace.end,
            span_count: trace.spans.len(),
            record_count: trace.record_count,
            error_count: trace.error_count,
        }
    }

    /// Nanoseconds from start to end; `None` without times.
    pub fn duration(&self) -> Option<u64> {
        let (start, end) = (self.start?, self.end?);
        Some(end.nanoseconds().abs_diff(start.nanoseconds()))
    }

    /// By start (those without time last), then by id.
    pub fn by_start(&self, other: &Outline) -> Ordering {
        let rank = |outline: &Outline| (outline.start.is_none(), outline.start, outline.key);
        rank(self).cmp(&rank(other))
    }
}
