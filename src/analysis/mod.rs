//! A trace to facts: who waited for whom, how long, and where.
//!
//! Pure functions; no input or output, no text for people.

use crate::record::Timestamp;
use crate::trace::{Name, Trace};
use crate::trace_context::SpanId;

mod breakdown;
mod critical_path;
mod gaps;
mod nesting;
mod summary;
#[cfg(test)]
mod test_support;
mod timeline;

/// One trace, timed: what `timeline` shows.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The trace.
    pub trace: Trace,
    /// Self time of each span of [`Trace::spans`], in nanoseconds: its interval minus the union of
    /// its children's. `None` without bounds.
    pub self_times: Vec<Option<u64>>,
    /// Root span: index into [`Trace::spans`]. The longest, where there are several.
    pub root: Option<usize>,
    /// Self time by service, largest first.
    pub services: Vec<ServiceShare>,
    /// Self time by service and operation, largest first.
    pub operations: Vec<OperationShare>,
    /// The chain of intervals that ends last, in time order.
    pub critical_path: Vec<PathStep>,
    /// The longest silences ([`Timeline::MAX_GAPS`]), and those of [`Timeline::silences`] that are
    /// shorter; longest first.
    pub gaps: Vec<Gap>,
    /// Which lines to read: the silences ([`Timeline::MAX_SILENCES`]) of which most is covered by
    /// no span below, that part longest first.
    pub silences: Vec<Gap>,
    /// What the reader should know before trusting it.
    pub warnings: Vec<Warning>,
}

/// A service's part in a trace.
#[derive(Clone, Debug)]
pub struct ServiceShare {
    /// The service; `None` where no record names it.
    pub service_name: Option<Name>,
    /// Spans.
    pub span_count: u64,
    /// Records.
    pub record_count: u64,
    /// Sum of its spans' self times, in nanoseconds.
    pub self_time: u64,
    /// Part of the sum of all self times, 0 to 1.
    pub share: f64,
}

/// An operation's part in a trace.
#[derive(Clone, Debug)]
pub struct OperationShare {
    /// The service.
    pub service_name: Option<Name>,
    /// The span name (or what is shown for it).
    pub name: Option<Name>,
    /// Spans.
    pub span_count: u64,
    /// Sum of self times, in nanoseconds.
    pub self_time: u64,
    /// Part of the sum of all self times, 0 to 1.
    pub share: f64,
}

/// A step of the critical path: for this long, the trace waited for this span itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathStep {
    /// Index into [`Trace::spans`].
    pub span: usize,
    /// From.
    pub start: Timestamp,
    /// To.
    pub end: Timestamp,
}

/// A silence between two consecutive records of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Index into [`Trace::spans`]; `None`: records that name no span.
    pub span: Option<usize>,
    /// Index into [`Trace::records`]: the record before.
    pub before: usize,
    /// Index into [`Trace::records`]: the record after.
    pub after: usize,
    /// How long, in nanoseconds.
    pub duration: u64,
    /// For how much of it no span below was at work, in nanoseconds.
    pub uncovered: u64,
}

/// Something the reader should know before trusting the picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Warning {
    /// No span is a root: the top of the tree was never logged.
    RootMissing,
    /// Spans named as parents, never logged: how many, and one example.
    SpansNeverLogged {
        /// Ids and the number of records that name each.
        spans: Vec<(SpanId, u64)>,
    },
    /// Records without time.
    RecordsWithoutTime(u64),
    /// Other spellings of the trace id were joined.
    SpellingsJoined(Vec<String>),
    /// Records without a trace id joined by these values.
    Linked(Vec<String>),
    /// A service writes whole seconds: spans of it were moved within a second to their children.
    WholeSeconds(Name),
    /// A child's records lie outside its parent's by this much (nanoseconds): the clocks differ,
    /// or the parent did not wait.
    ClockSkew {
        /// Service of the child.
        service_name: Name,
        /// Service of the parent.
        relative_to: Name,
        /// Nanoseconds; positive: the child's clock is ahead.
        offset: i64,
        /// Calls that show it.
        evidence: u64,
        /// The times that are shown are without it.
        is_adjusted: bool,
    },
    /// Spans that name each other as parents; the loop was cut.
    ParentLoop(Vec<SpanId>),
    /// A span's end is before its start by its own word.
    EndsBeforeStart(SpanId),
}

/// A row of `traces`: a trace in one line.
#[derive(Clone, Debug)]
pub struct TraceSummary {
    /// The trace, without records.
    pub trace: Trace,
    /// Self time of each span, as in [`Timeline::self_times`].
    pub self_times: Vec<Option<u64>>,
    /// Root span: index into [`Trace::spans`].
    pub root: Option<usize>,
    /// By service, largest self time first.
    pub services: Vec<ServiceShare>,
    /// What the reader should know.
    pub warnings: Vec<Warning>,
}

impl Timeline {
    /// How many of the longest gaps are kept.
    pub const MAX_GAPS: usize = 5;
    /// How many silences are worth reading.
    pub const MAX_SILENCES: usize = 3;
}

impl TraceSummary {
    /// Nanoseconds from start to end; `None` without times.
    pub fn duration(&self) -> Option<u64> {
        self.trace.duration()
    }

    /// Whether the trace failed.
    pub fn is_error(&self) -> bool {
        self.trace.has_error()
    }
}
