//! Records to traces: [`Trace`] is all that the logs show of one request.
//!
//! Gathers what records say of a trace into fragments that merge in any order, joins the spellings
//! of one identity, and builds the span tree. Does not compute latencies.

use crate::record::{LineOrigin, Severity, Timestamp, TraceKey};
use crate::source::SourceId;
use crate::trace_context::SpanId;
use std::sync::Arc;

mod assemble;
mod bounds;
mod call_graph;
mod clock;
mod facts;
mod fragment;
mod identity;
mod kept;
mod links;
mod outline;
mod precision;
mod primer;
#[cfg(test)]
mod properties;
mod select;
mod store;
mod symbols;
#[cfg(test)]
mod test_support;
#[cfg(test)]
mod tests;
mod tree;

pub use assemble::{Apprentice, Assembler, Draft, Lessons};
pub use clock::{ClockSkew, clock_skews};
pub use identity::{Wanted, normalized};
pub use links::{Linked, Links};
pub use outline::Outline;
pub use primer::{Primer, PrimerBatch};
pub use select::Selection;
pub use store::{Assembly, Batch, Drafts, Options, TraceStore};

/// Interned text: service and span names repeat.
pub type Name = Arc<str>;

/// All that the logs show of one trace, assembled: identity joined, parents found.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The trace id, as printed: 32 hex digits where known in full.
    pub trace_id: String,
    /// The key.
    pub key: TraceKey,
    /// Other spellings of the same trace that were joined, sorted.
    pub aliases: Vec<String>,
    /// Values of links by which records without a trace id joined it, sorted.
    pub links: Vec<String>,
    /// Earliest moment known (record or reported span start).
    pub start: Option<Timestamp>,
    /// Latest moment known.
    pub end: Option<Timestamp>,
    /// Error, if any span or record of it is one.
    pub status: Status,
    /// Records of the trace.
    pub record_count: u64,
    /// Records with severity ERROR or worse, an exception, or a 5xx.
    pub error_count: u64,
    /// Records without a timestamp.
    pub untimed_count: u64,
    /// Spans in tree order (parents before children, siblings by start, then id).
    pub spans: Vec<Span>,
    /// Services that write times in whole seconds and of which spans had to be
    /// [placed](Span::is_placed), sorted.
    pub coarse_services: Vec<Name>,
    /// Per service that wrote them, sorted: records that are in no span. A record that knows a span
    /// only as its caller's is one of them: it is not that span's, see [`Span::outside_count`].
    pub loose_records: Vec<(Option<Name>, u64)>,
    /// The records in time order; empty unless they were asked for.
    pub records: Vec<TraceRecord>,
    /// Spans that are named as parents but that no record shows, sorted by id.
    pub missing_spans: Vec<MissingSpan>,
    /// Spans that name each other as parents, each loop sorted by id; it was cut at its earliest
    /// span, which became a root.
    pub loops: Vec<Vec<SpanId>>,
    /// Clocks that were set back or forward: see [`Trace::adjust_clocks`].
    pub clock_adjustments: Vec<ClockSkew>,
    /// Spans of which a record says that they ended before they started, sorted.
    pub ends_before_start: Vec<SpanId>,
}

/// A span of a trace, as far as the logs show it.
#[derive(Clone, Debug)]
pub struct Span {
    /// The id.
    pub span_id: SpanId,
    /// The parent, reported or guessed.
    pub parent: Parent,
    /// Index into [`Trace::spans`] of the parent, if a record shows it. Where the reported parent
    /// was never logged: the nearest ancestor that was, if it can be guessed; all children of a
    /// [missing span](MissingSpan) have the same.
    pub parent_index: Option<usize>,
    /// Distance from its root.
    pub depth: u32,
    /// The service.
    pub service_name: Option<Name>,
    /// The service was guessed (a span seen only from the callee's side).
    pub service_is_inferred: bool,
    /// What it does, where a record names it.
    pub name: Option<Name>,
    /// The body of its first record: what to show where no name is known. Empty unless records
    /// were asked for.
    pub first_body: Option<Name>,
    /// Start and end; `None` when none of its records has a time.
    pub bounds: Option<SpanBounds>,
    /// Known to the second only, and moved within that second to where it holds its children.
    pub is_placed: bool,
    /// Error, ok or unset.
    pub status: Status,
    /// Records written in it.
    pub record_count: u64,
    /// Records of it with severity ERROR or worse, an exception, or a 5xx.
    pub error_count: u64,
    /// Records of other services that name this span as their caller's.
    pub outside_count: u64,
    /// Seen only through propagation values that its callees logged.
    pub is_seen_from_outside: bool,
}

/// A span that is named as a parent and shown by no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingSpan {
    /// The id.
    pub span_id: SpanId,
    /// Records that name it.
    pub record_count: u64,
    /// Index into [`Trace::spans`] of its nearest ancestor that was logged: a guess.
    pub parent_index: Option<usize>,
}

/// Who says what the parent is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parent {
    /// A record states it.
    Reported(SpanId),
    /// A guess from time and call order.
    Inferred(SpanId),
    /// None known.
    None,
}

/// From when to when, and who says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanBounds {
    /// A record states them, or a duration.
    Reported {
        /// Start.
        start: Timestamp,
        /// End, not before the start.
        end: Timestamp,
    },
    /// First to last record.
    Observed {
        /// First record.
        start: Timestamp,
        /// Last record.
        end: Timestamp,
    },
}

/// Span status of the OpenTelemetry trace API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Status {
    /// Nothing says how it ended.
    #[default]
    Unset,
    /// It went well.
    Ok,
    /// It failed.
    Error,
}

/// A record of a trace.
#[derive(Clone, Debug)]
pub struct TraceRecord {
    /// The source.
    pub source: SourceId,
    /// Its physical lines.
    pub lines: Box<[LineOrigin]>,
    /// When.
    pub timestamp: Option<Timestamp>,
    /// In which span.
    pub span_id: Option<SpanId>,
    /// Service.
    pub service_name: Option<Name>,
    /// Severity.
    pub severity: Option<Severity>,
    /// Error by severity, exception or status.
    pub is_error: bool,
    /// Its service writes whole seconds: the stamp is up to a second early.
    pub is_coarse: bool,
    /// The message, lossily UTF-8.
    pub body: Name,
}

impl Trace {
    /// Nanoseconds from start to end; `None` without times.
    pub fn duration(&self) -> Option<u64> {
        let (start, end) = (self.start?, self.end?);
        Some(end.nanoseconds().abs_diff(start.nanoseconds()))
    }
}

impl Trace {
    /// The span that is named as a parent and was never logged.
    pub fn missing_span(&self, id: SpanId) -> Option<&MissingSpan> {
        let found = self.missing_spans.binary_search_by_key(&id, |missing| missing.span_id);
        found.ok().map(|place| &self.missing_spans[place])
    }

    /// Whether it failed.
    pub fn has_error(&self) -> bool {
        self.status == Status::Error
    }
}

impl Span {
    /// Whether it failed.
    pub fn has_error(&self) -> bool {
        self.status == Status::Error
    }
}

impl SpanBounds {
    /// Nanoseconds from start to end.
    pub const fn duration(self) -> u64 {
        self.end().nanoseconds().abs_diff(self.start().nanoseconds())
    }

    /// The start.
    pub const fn start(self) -> Timestamp {
        match self {
            SpanBounds::Reported { start, .. } | SpanBounds::Observed { start, .. } => start,
        }
    }

    /// The end.
    pub const fn end(self) -> Timestamp {
        match self {
            SpanBounds::Reported { end, .. } | SpanBounds::Observed { end, .. } => end,
        }
    }
}
