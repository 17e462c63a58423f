//! What a part of the input says of one trace: [`TraceFragment`].
//!
//! Fragments merge in any order and any grouping to the same result, so threads, chunks and spill
//! files are the same operation. Each thing remembered is therefore a sum, a minimum, a maximum or
//! a choice by a total order, never "the first that came". Small: no text, no map while a trace
//! has few spans.

use crate::trace::facts::{Interval, KeptRecord, NEVER, RecordFacts, is_whole_second};
use crate::trace::identity::Spellings;
use crate::trace::precision::weight;
use crate::trace::symbols::{Symbol, Symbols};
use hashbrown::HashMap;
use smallvec::SmallVec;
use std::cmp::{Ordering, Reverse};

/// All that a part of the input says of one trace.
#[derive(Clone, Debug)]
pub(crate) struct TraceFragment {
    pub(crate) spellings: Spellings,
    pub(crate) record_count: u32,
    pub(crate) error_count: u32,
    /// One of them fails the span that it speaks of.
    pub(crate) is_failed: bool,
    pub(crate) untimed_count: u32,
    /// Earliest and latest moment, of stamps finer than a second.
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// The same of stamps in whole seconds, by service: only the whole input tells whether a
    /// service writes whole seconds always (they are then up to a second early) or by chance.
    pub(crate) whole_seconds: SmallVec<[WholeSeconds; 1]>,
    pub(crate) spans: SpanTable,
    /// Records that are in no span, by the service that wrote them.
    pub(crate) loose: SmallVec<[(Option<Symbol>, u32); 2]>,
    pub(crate) kept: Vec<KeptRecord>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct WholeSeconds {
    pub(crate) service: Option<Symbol>,
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// Records of such a stamp; one that is known to be no more exact counts for as many as it takes.
    pub(crate) count: u32,
}

impl Default for TraceFragment {
    fn default() -> TraceFragment {
        TraceFragment {
            spellings: Spellings::default(),
            record_count: 0,
            error_count: 0,
            is_failed: false,
            untimed_count: 0,
            first: i64::MAX,
            last: i64::MIN,
            whole_seconds: SmallVec::new(),
            spans: SpanTable::default(),
            loose: SmallVec::new(),
            kept: Vec::new(),
        }
    }
}

impl TraceFragment {
    /// A fragment that says nothing.
    pub(crate) fn new() -> TraceFragment {
        TraceFragment::default()
    }

    /// Adds what one record says. The record's key must be that of this trace.
    pub(crate) fn insert(&mut self, facts: RecordFacts, symbols: &Symbols) {
        self.spellings.add(facts.spelling);
        self.record_count = self.record_count.saturating_add(1);
        self.error_count = self.error_count.saturating_add(u32::from(facts.is_error));
        self.is_failed |= facts.fails_span;
        self.untimed_count = self.untimed_count.saturating_add(u32::from(facts.is_untimed()));
        if let Some(stamp) = facts.timestamp.or(facts.lone_start) {
            self.reach(
                is_whole_second(stamp),
                WholeSeconds {
                    service: facts.service,
                    first: stamp,
                    last: stamp,
                    count: weight(facts.is_to_the_second),
                },
            );
        }
        if let Some(interval) = facts.interval {
            self.reach(
                interval.is_coarse,
                WholeSeconds {
                    service: facts.service,
                    first: interval.start,
                    last: interval.end(),
                    count: 0,
                },
            );
        }
        if facts.span == 0 || facts.is_from_outside {
            self.add_loose(facts.service, 1);
        }
        if facts.span != 0 {
            self.spans.entry(facts.span).insert(&facts, symbols);
        }
        if let Some(kept) = facts.kept {
            self.kept.push(*kept);
        }
    }

    /// Adds what another part of the input says of the same trace.
    pub(crate) fn merge(&mut self, other: TraceFragment, symbols: &Symbols) {
        self.spellings.merge(&other.spellings);
        self.record_count = self.record_count.saturating_add(other.record_count);
        self.error_count = self.error_count.saturating_add(other.error_count);
        self.is_failed |= other.is_failed;
        self.untimed_count = self.untimed_count.saturating_add(other.untimed_count);
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        for whole in other.whole_seconds {
            self.reach(true, whole);
        }
        for span in other.spans.spans {
            self.spans.entry(span.id).merge(span, symbols);
        }
        for (service, count) in other.loose {
            self.add_loose(service, count);
        }
        self.kept.extend(other.kept);
    }

    fn reach(&mut self, is_whole: bool, new: WholeSeconds) {
        if !is_whole {
            self.first = self.first.min(new.first);
            self.last = self.last.max(new.last);
            return;
        }
        match self.whole_seconds.iter_mut().find(|whole| whole.service == new.service) {
            Some(whole) => {
                whole.first = whole.first.min(new.first);
                whole.last = whole.last.max(new.last);
                whole.count = whole.count.saturating_add(new.count);
            }
            None => self.whole_seconds.push(new),
        }
    }

    fn add_loose(&mut self, service: Option<Symbol>, count: u32) {
        match self.loose.iter_mut().find(|(known, _)| *known == service) {
            Some((_, sum)) => *sum = sum.saturating_add(count),
            None => self.loose.push((service, count)),
        }
    }
}

/// The spans of a fragment, found by id.
#[derive(Clone, Debug, Default)]
pub(crate) struct SpanTable {
    pub(crate) spans: Vec<SpanFacts>,
    /// Places by id, once a search through the list would take long.
    #[allow(clippy::box_collection, reason = "most traces have none, and there are many traces")]
    index: Option<Box<HashMap<u64, u32>>>,
}

impl SpanTable {
    const LIST_LIMIT: usize = 24;

    fn entry(&mut self, id: u64) -> &mut SpanFacts {
        let place = match &mut self.index {
            None => {
                // Records of one span come in runs: the newest span is the likeliest.
                let known = self.spans.iter().rposition(|span| span.id == id);
                if known.is_none() && self.spans.len() >= Self::LIST_LIMIT {
                    let ids = self.spans.iter().map(|span| span.id);
                    let mut index: HashMap<u64, u32> = ids.zip(0..).collect();
                    index.insert(id, self.spans.len() as u32);
                    self.index = Some(Box::new(index));
                }
                known.unwrap_or(self.spans.len())
            }
            Some(index) => *index.entry(id).or_insert(self.spans.len() as u32) as usize,
        };
        if place == self.spans.len() {
            if self.spans.is_empty() {
                // Many traces have one span only; a vector would begin with room for four.
                self.spans.reserve_exact(1);
            }
            self.spans.push(SpanFacts::new(id));
        }
        &mut self.spans[place]
    }
}

/// What a fragment says of one span.
#[derive(Clone, Debug)]
pub(crate) struct SpanFacts {
    pub(crate) id: u64,
    pub(crate) parent: ParentClaim,
    /// By records written in the span.
    pub(crate) own: SpanView,
    /// By records of its callees.
    pub(crate) outside: Option<Box<SpanView>>,
}

impl SpanFacts {
    fn new(id: u64) -> SpanFacts {
        SpanFacts { id, parent: ParentClaim::default(), own: SpanView::default(), outside: None }
    }

    fn insert(&mut self, facts: &RecordFacts, symbols: &Symbols) {
        let view = SpanView::of(facts);
        match (&mut self.outside, facts.is_from_outside) {
            (Some(outside), true) => outside.merge(&view, symbols),
            (outside, true) => *outside = Some(Box::new(view)),
            (_, false) if self.own.record_count == 0 => self.own = view,
            (_, false) => self.own.merge(&view, symbols),
        }
        if facts.parent != 0 {
            self.parent.merge(ParentClaim {
                id: facts.parent,
                is_field: facts.parent_is_field,
                record_count: 1,
            });
        }
    }

    fn merge(&mut self, other: SpanFacts, symbols: &Symbols) {
        self.own.merge(&other.own, symbols);
        if let Some(view) = other.outside {
            match &mut self.outside {
                Some(known) => known.merge(&view, symbols),
                unknown => *unknown = Some(view),
            }
        }
        self.parent.merge(other.parent);
    }
}

/// Which parent the records state, and how many of them do. A parent field outranks a quoted
/// context; among equals the smallest id is taken (not the earliest or the most frequent: the
/// number of records that name the winner would then depend on how the input was split).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct ParentClaim {
    /// 0 for none.
    pub(crate) id: u64,
    pub(crate) is_field: bool,
    pub(crate) record_count: u32,
}

impl ParentClaim {
    fn merge(&mut self, other: ParentClaim) {
        let rank = |claim: &ParentClaim| (claim.id == 0, !claim.is_field, claim.id);
        match rank(self).cmp(&rank(&other)) {
            Ordering::Less => {}
            Ordering::Equal => {
                self.record_count = self.record_count.saturating_add(other.record_count);
            }
            Ordering::Greater => *self = other,
        }
    }
}

/// Intervals that records report of a span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Intervals {
    /// The longest of those placed by a stamp finer than a second.
    pub(crate) fine: Option<Interval>,
    /// The longest of those placed by a whole second: what it is worth depends on the service.
    pub(crate) whole: Option<Interval>,
    /// When the first of the finer ones began, were it a short one; else [`i64::MAX`].
    pub(crate) began: i64,
}

impl Intervals {
    fn merged(self, other: Intervals) -> Intervals {
        let longer = |one: Option<Interval>, other: Option<Interval>| {
            if other.map(Interval::rank) > one.map(Interval::rank) { other } else { one }
        };
        Intervals {
            fine: longer(self.fine, other.fine),
            whole: longer(self.whole, other.whole),
            began: self.began.min(other.began),
        }
    }
}

/// Beside a finer interval that is the longest: a coarse one, and when a shorter one began.
#[derive(Clone, Debug)]
struct OtherIntervals {
    began: i64,
    whole: Option<Interval>,
}

/// No interval takes as long.
const NO_DURATION: u64 = u64::MAX;

/// What the records of one side, inside or outside, say of a span.
#[derive(Clone, Debug)]
pub(crate) struct SpanView {
    pub(crate) record_count: u32,
    pub(crate) error_count: u32,
    /// One of them fails the span that it speaks of.
    pub(crate) is_failed: bool,
    /// Of records with a time; `first` > `last` while there is none.
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// The longest interval that a record reports, of those placed by a stamp finer than a second;
    /// where there is none, of those placed by a whole second. [`NO_DURATION`]: there is none.
    /// In parts, for there are many spans.
    interval_start: i64,
    interval_duration: u64,
    interval_is_coarse: bool,
    /// What few spans have.
    other_intervals: Option<Box<OtherIntervals>>,
    /// Of the earliest record.
    pub(crate) label: u32,
    /// When the record was written that names the service: the earliest that does.
    service_at: i64,
    pub(crate) service: Option<Symbol>,
    /// The name stated by the record of the longest interval, then by the earliest.
    pub(crate) name: Option<Symbol>,
    name_interval: u64,
    name_at: i64,
    pub(crate) states_success: bool,
    pub(crate) ends_before_start: bool,
}

impl Default for SpanView {
    fn default() -> SpanView {
        SpanView {
            record_count: 0,
            error_count: 0,
            is_failed: false,
            first: i64::MAX,
            last: i64::MIN,
            interval_start: 0,
            interval_duration: NO_DURATION,
            interval_is_coarse: false,
            other_intervals: None,
            label: u32::MAX,
            service_at: NEVER,
            service: None,
            name: None,
            name_interval: 0,
            name_at: NEVER,
            states_success: false,
            ends_before_start: false,
        }
    }
}

impl SpanView {
    /// The intervals that its records report.
    pub(crate) fn intervals(&self) -> Intervals {
        let longest = (self.interval_duration != NO_DURATION).then_some(Interval {
            start: self.interval_start,
            duration: self.interval_duration,
            is_coarse: self.interval_is_coarse,
        });
        let (fine, whole) = match longest {
            Some(only) if only.is_coarse => (None, Some(only)),
            fine => (fine, None),
        };
        let began = fine.map_or(i64::MAX, |fine| fine.start);
        match self.other_intervals.as_deref() {
            Some(other) => Intervals { fine, whole: other.whole, began: other.began },
            None => Intervals { fine, whole, began },
        }
    }

    fn set_intervals(&mut self, Intervals { fine, whole, began }: Intervals) {
        let Some(longest) = fine.or(whole) else { return };
        self.interval_start = longest.start;
        self.interval_duration = longest.duration;
        self.interval_is_coarse = longest.is_coarse;
        let has_others = fine.is_some_and(|fine| whole.is_some() || began < fine.start);
        self.other_intervals = has_others.then(|| Box::new(OtherIntervals { began, whole }));
    }

    fn of(facts: &RecordFacts) -> SpanView {
        let at = facts.timestamp.unwrap_or(NEVER);
        let moments = [facts.timestamp, facts.lone_start];
        let known = || moments.into_iter().flatten();
        SpanView {
            record_count: 1,
            error_count: u32::from(facts.is_error),
            is_failed: facts.fails_span,
            first: known().min().unwrap_or(i64::MAX),
            last: known().max().unwrap_or(i64::MIN),
            interval_start: facts.interval.map_or(0, |interval| interval.start),
            interval_duration: facts.interval.map_or(NO_DURATION, |interval| interval.duration),
            interval_is_coarse: facts.interval.is_some_and(|interval| interval.is_coarse),
            other_intervals: None,
            label: facts.label,
            service_at: at,
            service: facts.service,
            name: facts.name,
            name_interval: facts.interval.map_or(0, |interval| interval.duration),
            name_at: at,
            states_success: facts.states_success,
            ends_before_start: facts.ends_before_start,
        }
    }

    fn merge(&mut self, other: &SpanView, symbols: &Symbols) {
        self.record_count = self.record_count.saturating_add(other.record_count);
        self.error_count = self.error_count.saturating_add(other.error_count);
        self.is_failed |= other.is_failed;
        // Before `first` changes: the label belongs to it.
        if (other.first, other.label) < (self.first, self.label) {
            self.label = other.label;
        }
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        if other.interval_duration != NO_DURATION {
            self.set_intervals(self.intervals().merged(other.intervals()));
        }
        let service = |view: &SpanView| (view.service.is_none(), view.service_at);
        let order = service(other).cmp(&service(self));
        if order.then_with(|| symbols.compare(other.service, self.service)).is_lt() {
            (self.service, self.service_at) = (other.service, other.service_at);
        }
        let name =
            |view: &SpanView| (view.name.is_none(), Reverse(view.name_interval), view.name_at);
        let order = name(other).cmp(&name(self));
        if order.then_with(|| symbols.compare(other.name, self.name)).is_lt() {
            self.name = other.name;
            self.name_interval = other.name_interval;
            self.name_at = other.name_at;
        }
        self.states_success |= other.states_success;
        self.ends_before_start |= other.ends_before_start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // Of a million spans, each eight bytes more are eight megabytes, and slow to fill.
    #[test]
    fn a_span_stays_small() {
        assert!(size_of::<SpanView>() <= 88, "{}", size_of::<SpanView>());
        assert!(size_of::<SpanFacts>() <= 120, "{}", size_of::<SpanFacts>());
    }
}
