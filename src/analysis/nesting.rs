//! Whose time a span's time is part of: [`Nesting`].
//!
//! Mostly its parent's. But a span without times cannot hold its children's, and one that is known by
//! its log lines lasted longer than from the first to the last of them: a child that reaches beyond
//! was waited for by the spans above as well.

use crate::trace::{SpanBounds, Trace, clock_skews};

/// The intervals of a trace's spans, and which of them lie in which.
#[derive(Debug)]
pub(crate) struct Nesting {
    /// By span, as nanoseconds since the epoch.
    pub(crate) intervals: Vec<Option<(i64, i64)>>,
    /// By span, the nearest ancestor that has an interval.
    parents: Vec<Option<usize>>,
    /// By span, whether it may have lasted longer than its records show: its bounds are observed.
    is_open: Vec<bool>,
    /// By span, whether its clock disagrees with a caller's: where it seems to lie says nothing.
    pub(crate) is_clock_off: Vec<bool>,
}

impl Nesting {
    /// Of the spans of a trace, by their places.
    pub(crate) fn of(trace: &Trace) -> Nesting {
        let spans = &trace.spans;
        let interval =
            |bounds: SpanBounds| (bounds.start().nanoseconds(), bounds.end().nanoseconds());
        let mut parents: Vec<Option<usize>> = Vec::with_capacity(spans.len());
        for span in spans {
            let parent = span.parent_index.and_then(|index| {
                if spans[index].bounds.is_some() { Some(index) } else { parents[index] }
            });
            parents.push(parent);
        }
        let skews = clock_skews(trace);
        let is_clock_off = |service: &Option<crate::trace::Name>| {
            skews.iter().any(|skew| Some(&skew.service_name) == service.as_ref())
        };
        Nesting {
            intervals: spans.iter().map(|span| span.bounds.map(interval)).collect(),
            parents,
            is_open: spans
                .iter()
                .map(|span| matches!(span.bounds, Some(SpanBounds::Observed { .. })))
                .collect(),
            is_clock_off: spans.iter().map(|span| is_clock_off(&span.service_name)).collect(),
        }
    }

    /// The spans that waited for this one, from its parent upwards: as far as it reaches beyond what
    /// the records of those below show.
    pub(crate) fn holders(&self, span: usize) -> impl Iterator<Item = usize> {
        /// A longer chain of spans that logged less than they did is not worth its time.
        const MOST: usize = 64;
        let interval = self.intervals[span].filter(|_| !self.is_clock_off[span]);
        let above = move |&holder: &usize| {
            let ((start, end), (from, to)) = (interval?, self.intervals[holder]?);
            let reaches_beyond = self.is_open[holder] && (start < from || end > to);
            self.parents[holder].filter(|_| reaches_beyond)
        };
        std::iter::successors(self.parents[span], above).take(MOST)
    }
}
