//! From when to when: [`Bounds`] of spans and the [`Extent`] of a trace.
//!
//! Reported intervals outrank what first and last record show. Stamps in whole seconds are up to a
//! second early: next to finer ones they are moved, within that second, to where they fit.

use crate::record::Timestamp;
use crate::trace::SpanBounds;
use crate::trace::call_graph::Observed;
use crate::trace::facts::{Interval, NANOSECONDS_PER_SECOND, is_whole_second};
use crate::trace::fragment::{Intervals, SpanFacts, SpanView, TraceFragment};
use crate::trace::precision::{MILLISECOND, Units};
use crate::trace::tree::Tree;

/// Start and end of a span in nanoseconds, and where they are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) start: i64,
    /// Not before `start`.
    pub(crate) end: i64,
    pub(crate) is_reported: bool,
    /// Known to the second only.
    is_coarse: bool,
}

/// The side that says most of a span: the records written in it; without them, those of callees.
pub(crate) fn view(span: &SpanFacts) -> &SpanView {
    match &span.outside {
        Some(outside) if span.own.record_count == 0 => outside,
        _ => &span.own,
    }
}

/// The reported interval, unless a record of the span is older than its start: the interval is
/// then that of a part (`query took 35ms`). A record after its end proves nothing, spans log late.
fn reported(view: &SpanView, is_coarse_service: bool) -> Option<Interval> {
    let interval = longest(view, is_coarse_service)?;
    // Durations are rounded, and stamps too.
    let rounding = (2 * MILLISECOND).max(i64::try_from(interval.duration / 10).unwrap_or(i64::MAX));
    let is_whole = view.first >= interval.start.saturating_sub(rounding)
        || view.first > view.last
        || is_coarse_service && (interval.is_coarse || is_whole_second(view.first));
    is_whole.then_some(interval)
}

/// The longest interval; where whole seconds are rounded, one of a finer stamp is better.
fn longest(view: &SpanView, is_coarse_service: bool) -> Option<Interval> {
    let Intervals { fine, whole, .. } = view.intervals();
    match (fine, whole) {
        (Some(fine), Some(whole)) if !is_coarse_service && whole.rank() > fine.rank() => {
            Some(whole)
        }
        (fine, whole) => fine.or(whole),
    }
}

impl Bounds {
    /// The bounds that the records give to a span; `None` when none has a time.
    pub(crate) fn of(span: &SpanFacts, units: &Units) -> Option<Bounds> {
        let bounds = Bounds::of_view(view(span), units);
        bounds.or_else(|| Bounds::of_view(span.outside.as_deref()?, units))
    }

    fn of_view(view: &SpanView, units: &Units) -> Option<Bounds> {
        let is_coarse_service = units.is_coarse(view.service);
        if let Some(interval) = reported(view, is_coarse_service) {
            return Some(Bounds {
                start: interval.start,
                end: interval.end(),
                is_reported: true,
                is_coarse: interval.is_coarse && is_coarse_service,
            });
        }
        let (mut start, mut end) = (view.first.min(view.intervals().began), view.last);
        if let Some(part) = longest(view, is_coarse_service) {
            (start, end) = (start.min(part.start), end.max(part.end()));
        }
        let is_whole = is_whole_second(start) && is_whole_second(end);
        (start <= end).then_some(Bounds {
            start,
            end,
            is_reported: false,
            is_coarse: is_coarse_service && is_whole,
        })
    }

    /// As shown to others.
    pub(crate) fn published(self) -> SpanBounds {
        let [start, end] = [self.start, self.end].map(Timestamp::from_nanoseconds);
        match self.is_reported {
            true => SpanBounds::Reported { start, end },
            false => SpanBounds::Observed { start, end },
        }
    }

    fn shift(&mut self, by: i64) {
        self.start = self.start.saturating_add(by);
        self.end = self.end.saturating_add(by);
    }
}

/// The spans that have bounds, sorted by id, as the call graph sees them.
pub(crate) fn observe(fragment: &TraceFragment, units: &Units) -> Vec<Observed> {
    let observe = |span: &SpanFacts| {
        let bounds = Bounds::of(span, units)?;
        let view = view(span);
        let (first, last) = match view.first <= view.last {
            true => (view.first, view.last),
            false => (bounds.start, bounds.end),
        };
        let unit = units.unit(view.service);
        Some(Observed {
            id: span.id,
            service: view.service,
            is_from_outside: span.own.record_count == 0 && span.outside.is_some(),
            label: view.label,
            start: bounds.start,
            end: bounds.end,
            is_reported: bounds.is_reported,
            first,
            last,
            // Two services may have seen it, one of which writes whole seconds: these bounds are
            // as fine as the stamps they were taken from.
            unit: if bounds.is_coarse { unit } else { unit.min(MILLISECOND) },
            parent: span.parent.id,
            parent_is_quoted: !span.parent.is_field,
        })
    };
    let mut observed: Vec<Observed> = fragment.spans.spans.iter().filter_map(observe).collect();
    observed.sort_unstable_by_key(|span| span.id);
    observed
}

/// Start and end of a trace, by its records.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Extent {
    /// By stamps finer than a second.
    fine: Option<(i64, i64)>,
    /// By services that write whole seconds.
    coarse: Option<(i64, i64)>,
    /// By spans.
    spans: Option<(i64, i64)>,
}

fn hull(one: Option<(i64, i64)>, other: (i64, i64)) -> Option<(i64, i64)> {
    Some(one.map_or(other, |(start, end)| (start.min(other.0), end.max(other.1))))
}

impl Extent {
    pub(crate) fn of(fragment: &TraceFragment, units: &Units) -> Extent {
        let known = fragment.first <= fragment.last;
        let mut extent = Extent {
            fine: known.then_some((fragment.first, fragment.last)),
            coarse: None,
            spans: None,
        };
        for whole in &fragment.whole_seconds {
            let part = match units.is_coarse(whole.service) {
                true => &mut extent.coarse,
                false => &mut extent.fine,
            };
            *part = hull(*part, (whole.first, whole.last));
        }
        extent
    }

    /// Makes room for a span. False: it is known to the second only, and where it lies within that
    /// second depends on the spans below it.
    pub(crate) fn add(&mut self, span: Option<Bounds>) -> bool {
        let Some(span) = span else { return true };
        self.spans = hull(self.spans, (span.start, span.end));
        !span.is_coarse
    }

    /// Start and end of the trace: no span lies outside. Coarse stamps count next to finer ones
    /// only where they are outside even if they are a second early.
    pub(crate) fn around(self, spans: &[Option<Bounds>]) -> Option<(i64, i64)> {
        let mut whole = match (self.fine, self.coarse) {
            (Some((start, end)), Some((early, late))) => {
                let is_before = early.saturating_add(NANOSECONDS_PER_SECOND) <= start;
                Some((if is_before { early } else { start }, end.max(late)))
            }
            (fine, coarse) => fine.or(coarse),
        };
        if let Some(spans) = self.spans {
            whole = hull(whole, spans);
        }
        for span in spans.iter().flatten() {
            whole = hull(whole, (span.start, span.end));
        }
        whole
    }
}

/// Moves spans that are known to the second only, by less than a second, so that they hold their
/// children, or at least begin no earlier than the trace. Gives those that were moved, sorted.
pub(crate) fn place_coarse(
    bounds: &mut [Option<Bounds>],
    tree: &Tree,
    extent: Extent,
) -> Vec<usize> {
    let Some((trace_start, _)) = extent.fine else { return Vec::new() };
    let mut held: Vec<Option<(i64, i64)>> = vec![None; bounds.len()];
    let mut moved = Vec::new();
    for &span in tree.order.iter().rev() {
        let parent = tree.edges[span].parent();
        let Some(bounds) = &mut bounds[span] else {
            // What has no times passes on what it holds.
            if let (Some(parent), Some(below)) = (parent, held[span]) {
                held[parent] = hull(held[parent], below);
            }
            continue;
        };
        if bounds.is_coarse {
            let wanted = match held[span] {
                Some((start, end)) => {
                    let to_end = end.saturating_sub(bounds.end);
                    to_end.min(start.saturating_sub(bounds.start))
                }
                None => trace_start.saturating_sub(bounds.start),
            };
            let by = wanted.clamp(0, NANOSECONDS_PER_SECOND - 1);
            bounds.shift(by);
            moved.extend((by > 0).then_some(span));
        }
        if let Some(parent) = parent {
            held[parent] = hull(held[parent], (bounds.start, bounds.end));
        }
    }
    moved.sort_unstable();
    moved
}
