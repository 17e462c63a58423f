//! Whether the clocks of two services agree, as far as one trace can tell: [`clock_skews`]; and the
//! trace as it would be if they did: [`Trace::adjust_clocks`].
//!
//! A span cannot begin before the one that called it, and one that was waited for ends before it. So
//! each call bounds by how much the callee's clock can be ahead; if equal clocks are out of these
//! bounds, they differ, and the middle of what all calls allow is the estimate, as in NTP.
//!
//! Not every callee is waited for. One that begins inside its caller and outlives it shows no skew; one
//! that lies wholly outside does only if it fills most of its caller, as a call does that is its
//! caller's whole business. What took longer than its caller was not waited for, and says nothing.

use crate::record::Timestamp;
use crate::trace::facts::{NANOSECONDS_PER_SECOND, is_whole_second};
use crate::trace::tree::{Edge, grow};
use crate::trace::{Name, Parent, Span, SpanBounds, Trace};
use std::collections::{BTreeMap, BTreeSet};

/// How far a service's clock is ahead of that of its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockSkew {
    /// The service of the callee.
    pub service_name: Name,
    /// The service of the caller.
    pub relative_to: Name,
    /// Nanoseconds; positive: the callee's clock is ahead.
    pub offset: i64,
    /// Calls that cannot be true with equal clocks.
    pub evidence: u64,
}

/// Below this, in nanoseconds, the offset may be the rounding of stamps.
const ROUNDING: i64 = 1_000_000;

/// The skews that a trace shows, sorted by the services' names. Only parents that a record states
/// count; and a pair of services only if most of its calls disagree.
pub fn clock_skews(trace: &Trace) -> Vec<ClockSkew> {
    compared(trace).into_iter().filter(|clocks| clocks.offset != 0).collect()
}

/// Every two services of which one called the other, as far as calls tell anything; with offset 0
/// where their clocks agree.
fn compared(trace: &Trace) -> Vec<ClockSkew> {
    let mut calls: BTreeMap<(Name, Name), Vec<Call>> = BTreeMap::new();
    for span in &trace.spans {
        if let Some((parent, pair)) = remote_parent(trace, span)
            && let Some(call) = Call::of(parent, span)
        {
            calls.entry(pair).or_default().push(call);
        }
    }
    calls
        .into_iter()
        .map(|((relative_to, service_name), calls)| {
            let (telling, agreeing): (Vec<&Call>, Vec<&Call>) =
                calls.iter().partition(|call| call.contradicts_equal_clocks);
            let (offset, evidence) = match telling.len() > agreeing.len() {
                true => (estimate(&telling), telling.len()),
                false => (0, agreeing.len()),
            };
            ClockSkew { service_name, relative_to, offset, evidence: evidence as u64 }
        })
        .collect()
}

/// The middle of the offsets that all calls allow; where there are none, the middle call's.
fn estimate(calls: &[&Call]) -> i64 {
    let middle = |low: i64, high: i64| (low / 2).saturating_add(high / 2);
    let low = calls.iter().map(|call| call.least).max().unwrap_or(0);
    let high = calls.iter().map(|call| call.most).min().unwrap_or(0);
    if low <= high {
        return middle(low, high);
    }
    let mut offsets: Vec<i64> = calls.iter().map(|call| middle(call.least, call.most)).collect();
    offsets.sort_unstable();
    offsets[offsets.len() / 2]
}

fn remote_parent<'a>(trace: &'a Trace, span: &Span) -> Option<(&'a Span, (Name, Name))> {
    let Parent::Reported(stated) = span.parent else { return None };
    let parent = &trace.spans[span.parent_index?];
    let caller = parent.service_name.as_ref().filter(|_| !parent.service_is_inferred)?;
    let callee = span.service_name.as_ref().filter(|_| !span.service_is_inferred)?;
    (parent.span_id == stated && caller != callee)
        .then(|| (parent, (caller.clone(), callee.clone())))
}

#[derive(Clone, Copy, Debug)]
struct Call {
    /// The callee's clock is ahead by at least so much, if it was waited for.
    least: i64,
    /// And by no more than so much.
    most: i64,
    contradicts_equal_clocks: bool,
}

impl Call {
    /// `None`: says nothing.
    fn of(parent: &Span, child: &Span) -> Option<Call> {
        let (outer, inner) = (parent.bounds?, child.bounds?);
        let [outer_start, outer_end, inner_start, inner_end] =
            [outer.start(), outer.end(), inner.start(), inner.end()].map(Timestamp::nanoseconds);
        let (length, room) = (inner_end.abs_diff(inner_start), outer_end.abs_diff(outer_start));
        if length > room || room == 0 {
            return None;
        }
        let is_coarse = is_whole_second(outer_end) || is_whole_second(inner_end);
        let slack = if is_coarse { NANOSECONDS_PER_SECOND } else { ROUNDING };
        let least = inner_end.saturating_sub(outer_end);
        let most = inner_start.saturating_sub(outer_start);
        let is_inside = least <= slack && most >= -slack;
        let is_outside = inner_start > outer_end.saturating_add(slack)
            || inner_end < outer_start.saturating_sub(slack);
        let is_whole_business = length >= room / 2;
        // First and last record tell nothing of what was before.
        let begins_early = matches!(outer, SpanBounds::Reported { .. }) && most < -slack;
        let contradicts_equal_clocks = begins_early || is_outside && is_whole_business;
        (is_inside || contradicts_equal_clocks).then_some(Call {
            least,
            most,
            contradicts_equal_clocks,
        })
    }
}

impl Trace {
    /// Sets back the clocks of services that are measured to be ahead, and forward those behind:
    /// times of their spans and records. Notes what was done in [`Trace::clock_adjustments`].
    pub fn adjust_clocks(&mut self) {
        let compared = compared(self);
        let shifts = shifts(&compared);
        let shift = |service_name: &Option<Name>| {
            let service_name = service_name.as_ref()?;
            shifts.get(service_name).map(|ahead| -ahead)
        };
        for span in self.spans.iter_mut().filter(|span| !span.service_is_inferred) {
            if let (Some(by), Some(bounds)) = (shift(&span.service_name), &mut span.bounds) {
                let (SpanBounds::Reported { start, end } | SpanBounds::Observed { start, end }) =
                    bounds;
                (*start, *end) = (start.plus(by), end.plus(by));
            }
        }
        for record in &mut self.records {
            if let Some(by) = shift(&record.service_name) {
                record.timestamp = record.timestamp.map(|at| at.plus(by));
            }
        }
        if !shifts.is_empty() {
            self.order_spans();
            self.order_records();
            self.reach_again();
        }
        self.clock_adjustments = compared;
        self.clock_adjustments.retain(|clocks| clocks.offset != 0);
    }

    /// Siblings by their starts, as they are now.
    fn order_spans(&mut self) {
        let edges =
            self.spans.iter().map(|span| span.parent_index.map_or(Edge::None, Edge::Reported));
        let rank = |place: usize| {
            let span = &self.spans[place];
            let start = span.bounds.map(SpanBounds::start);
            (start.is_none(), start, span.span_id)
        };
        let order = grow(edges.collect(), rank).order;
        let mut new_place = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            new_place[old] = new;
        }
        let above = |old: Option<usize>| old.map(|old| new_place[old]);
        let old = std::mem::take(&mut self.spans);
        let mut old: Vec<Option<Span>> = old.into_iter().map(Some).collect();
        self.spans = order.iter().filter_map(|&place| old[place].take()).collect();
        for span in &mut self.spans {
            span.parent_index = above(span.parent_index);
        }
        for missing in &mut self.missing_spans {
            missing.parent_index = above(missing.parent_index);
        }
    }

    /// By time; one without time stays behind the one before.
    fn order_records(&mut self) {
        let mut before = None;
        let mut timed: Vec<_> = std::mem::take(&mut self.records)
            .into_iter()
            .map(|record| {
                before = record.timestamp.or(before);
                (before, record)
            })
            .collect();
        timed.sort_by_key(|(at, _)| *at);
        self.records = timed.into_iter().map(|(_, record)| record).collect();
    }

    fn reach_again(&mut self) {
        let bounds = self.spans.iter().filter_map(|span| span.bounds);
        let fine = self.records.iter().filter(|record| !record.is_coarse);
        let times = bounds
            .flat_map(|bounds| [bounds.start(), bounds.end()])
            .chain(fine.filter_map(|record| record.timestamp));
        let reach = times.fold(None, |reach: Option<(Timestamp, Timestamp)>, at| {
            Some(reach.map_or((at, at), |(start, end)| (start.min(at), end.max(at))))
        });
        if let Some((start, end)) = reach {
            (self.start, self.end) = (Some(start), Some(end));
        }
    }
}

/// By how much each service's clock is ahead of those that nobody called: a caller's clock may be off
/// too, and one that agrees with it is off as well. Of several callers, the one with the most
/// evidence counts. Only of those that are ahead or behind.
fn shifts(compared: &[ClockSkew]) -> BTreeMap<Name, i64> {
    let mut best: BTreeMap<&Name, &ClockSkew> = BTreeMap::new();
    for clocks in compared {
        let known = best.entry(&clocks.service_name).or_insert(clocks);
        if clocks.evidence > known.evidence {
            *known = clocks;
        }
    }
    let total = |name: &Name| {
        let (mut ahead, mut at) = (0i64, name);
        // Services may call each other in a circle; its last step would be counted twice.
        let mut passed = BTreeSet::new();
        while passed.insert(at)
            && let Some(above) = best.get(at)
        {
            ahead = ahead.saturating_add(above.offset);
            at = &above.relative_to;
        }
        ahead
    };
    let totals = best.keys().map(|&name| (Name::clone(name), total(name)));
    totals.filter(|(_, ahead)| *ahead != 0).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::record::{LogRecord, Timestamp, TraceKey};
    use crate::source::SourceId;
    use crate::trace::{Options, TraceStore};
    use crate::trace_context::SpanId;

    const MS: i64 = 1_000_000;

    /// Spans as (service, id, parent, start, duration), in milliseconds and a bit.
    fn trace(spans: &[(&str, u64, u64, i64, i64)]) -> Trace {
        let store = TraceStore::new(Options::default());
        let mut batch = store.batch();
        for &(service, id, parent, start, duration) in spans {
            let record = LogRecord {
                trace: Some(TraceKey::Low64(1)),
                span_id: SpanId::new(id),
                parent_span_id: SpanId::new(parent),
                service_name: Some(service.as_bytes().into()),
                timestamp: Some(Timestamp::from_nanoseconds((start + duration) * MS + 1)),
                duration: Some((duration * MS) as u64),
                ..LogRecord::default()
            };
            batch.push(SourceId(0), &record, &[]);
        }
        store.absorb(&mut batch);
        store.into_assembly().traces.pop().unwrap()
    }

    fn skews(spans: &[(&str, u64, u64, i64, i64)]) -> Vec<(String, String, i64, u64)> {
        clock_skews(&trace(spans))
            .into_iter()
            .map(|skew| {
                let names = (skew.service_name.to_string(), skew.relative_to.to_string());
                (names.0, names.1, skew.offset / MS, skew.evidence)
            })
            .collect()
    }

    #[test]
    fn a_clock_forty_milliseconds_ahead_is_measured() {
        let spans = [("shop", 1, 0, 1000, 100), ("bank", 2, 1, 1110, 80)];
        assert_eq!(skews(&spans), [("bank".into(), "shop".into(), 100, 1)]);
        let spans = [("shop", 1, 0, 1000, 100), ("bank", 2, 1, 930, 80)];
        assert_eq!(skews(&spans), [("bank".into(), "shop".into(), -80, 1)]);
    }

    #[test]
    fn a_callee_wholly_outside_of_a_caller_that_only_called_it_shows_skew() {
        // A caller known by its first and last record; the callee fills it, but lies behind it.
        let spans = [("pay", 1, 0, 1000, 35), ("fraud", 2, 1, 1042, 31)];
        assert_eq!(skews(&spans), [("fraud".into(), "pay".into(), 40, 1)]);
    }

    // They were taken for skew.
    #[test]
    fn work_that_was_not_waited_for_is_no_skew() {
        assert!(skews(&[("api", 1, 0, 1000, 200), ("worker", 2, 1, 1150, 150)]).is_empty());
        assert!(skews(&[("web", 1, 0, 1000, 1000), ("mail", 2, 1, 1900, 400)]).is_empty());
        // Begun after the request had ended: it is no more than a part of what the caller did.
        assert!(skews(&[("shop", 1, 0, 1000, 700), ("notify", 2, 1, 1708, 112)]).is_empty());
    }

    #[test]
    fn adjusted_clocks_put_calls_into_their_callers() {
        let calls = [
            ("orders", 1, 0, 1000, 20),
            ("stock", 2, 1, 1043, 14),
            ("orders", 3, 0, 1026, 20),
            ("stock", 4, 3, 1069, 14),
            ("disk", 5, 4, 1110, 8),
        ];
        let mut trace = trace(&calls);
        trace.adjust_clocks();
        let starts: Vec<_> = trace
            .spans
            .iter()
            .map(|span| (span.span_id.get(), span.bounds.unwrap().start().nanoseconds() / MS))
            .collect();
        // Disk's clock is ahead of stock's, which is ahead of orders'.
        assert_eq!(starts, [(1, 1000), (2, 1003), (3, 1026), (4, 1029), (5, 1032)]);
        assert_eq!(trace.clock_adjustments.len(), 2);
        assert!(clock_skews(&trace).is_empty());
        assert_eq!(trace.duration(), Some(46 * MS as u64));
    }

    // It stayed where it was, and then lay before its caller.
    #[test]
    fn a_clock_that_agrees_with_one_that_is_off_is_adjusted_with_it() {
        let calls = [("web", 1, 0, 5000, 100), ("app", 2, 1, 2010, 80), ("db", 3, 2, 2030, 40)];
        let mut trace = trace(&calls);
        trace.adjust_clocks();
        let starts: Vec<_> = trace
            .spans
            .iter()
            .map(|span| span.bounds.unwrap().start().nanoseconds() / MS)
            .collect();
        assert_eq!(starts, [5000, 5010, 5030]);
        assert_eq!(trace.clock_adjustments.len(), 1);
    }

    #[test]
    fn spans_that_fit_show_no_skew() {
        assert!(skews(&[("shop", 1, 0, 1000, 100), ("bank", 2, 1, 1010, 80)]).is_empty());
        // One odd call among three is no clock.
        let spans = [
            ("shop", 1, 0, 1000, 100),
            ("bank", 2, 1, 1010, 10),
            ("bank", 3, 1, 1030, 10),
            ("bank", 4, 1, 1095, 10),
        ];
        assert!(skews(&spans).is_empty());
    }

    #[test]
    fn a_callee_that_nobody_waited_for_says_nothing() {
        assert!(skews(&[("shop", 1, 0, 1000, 10), ("bank", 2, 1, 1005, 80)]).is_empty());
    }
}
