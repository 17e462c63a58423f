//! Silences: the longest times between two consecutive records of a span.
//!
//! A caller is silent while its callee works, and that is no news. So of each silence is measured,
//! too, how much of it no span below covers: [`Gap::uncovered`]. By that the silences are chosen
//! that a person should look into. Records in no span are broken off by any other record.

use crate::analysis::{Gap, Timeline};
use crate::trace::Trace;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

/// The longest silences, and those of which most is uncovered; longest first.
pub(crate) fn gaps(trace: &Trace) -> Vec<Gap> {
    let all = measured(trace);
    let mut gaps: Vec<Gap> = all.iter().take(Timeline::MAX_GAPS).copied().collect();
    for gap in chosen(&all) {
        if !gaps.contains(&gap) {
            gaps.push(gap);
        }
    }
    gaps.sort_by_key(rank);
    gaps
}

/// The silences for a person: those of which most is uncovered, most first; the longest that is
/// uncovered as a whole is among them.
pub(crate) fn chosen(gaps: &[Gap]) -> Vec<Gap> {
    let mut chosen: Vec<Gap> = gaps.iter().filter(|gap| gap.uncovered > 0).copied().collect();
    chosen.sort_by_key(|gap| (Reverse(gap.uncovered), rank(gap)));
    let silent = chosen.iter().find(|gap| gap.uncovered == gap.duration).copied();
    chosen.truncate(Timeline::MAX_SILENCES);
    if let (Some(silent), Some(last)) = (silent, chosen.last_mut())
        && silent.uncovered < last.uncovered
    {
        *last = silent;
    }
    chosen
}

fn rank(gap: &Gap) -> impl Ord + use<> {
    (Reverse(gap.duration), gap.before)
}

/// All silences, longest first.
fn measured(trace: &Trace) -> Vec<Gap> {
    let mut gaps = silences(trace);
    let mut by_span: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
    for (place, gap) in gaps.iter().enumerate() {
        by_span.entry(gap.span).or_default().push(place);
    }
    let moment = |record: usize| trace.records[record].timestamp.map_or(0, |at| at.nanoseconds());
    // Children come after their parents, so from the end each span's descendants are known. What
    // they cover is mostly one interval, namely that of the child around them.
    let mut covers: Vec<Cover> = trace.spans.iter().map(|_| Cover::default()).collect();
    let mut whole = Cover::default();
    let measure = |gaps: &mut [Gap], span: Option<usize>, cover: &Cover| {
        for &place in by_span.get(&span).into_iter().flatten() {
            let gap = &mut gaps[place];
            let covered = cover.within(moment(gap.before), moment(gap.after));
            gap.uncovered = gap.duration.saturating_sub(covered);
        }
    };
    for (place, span) in trace.spans.iter().enumerate().rev() {
        let mut cover = std::mem::take(&mut covers[place]);
        measure(&mut gaps, Some(place), &cover);
        if let Some(bounds) = span.bounds {
            cover.add(bounds.start().nanoseconds(), bounds.end().nanoseconds());
        }
        match span.parent_index {
            Some(parent) => covers[parent].merge(cover),
            None => whole.merge(cover),
        }
    }
    measure(&mut gaps, None, &whole);
    gaps.sort_by_key(rank);
    gaps
}

/// The times between consecutive records of each span. A stamp in whole seconds is up to a second
/// early: beside finer ones it says nothing of silence.
fn silences(trace: &Trace) -> Vec<Gap> {
    let places: HashMap<_, _> =
        trace.spans.iter().enumerate().map(|(place, span)| (span.span_id, place)).collect();
    let span_of =
        |record: usize| trace.records[record].span_id.and_then(|id| places.get(&id).copied());
    let mut has_fine = vec![false; trace.spans.len() + 1];
    let slot = |span: Option<usize>| span.map_or(0, |span| span + 1);
    for (place, record) in trace.records.iter().enumerate() {
        has_fine[slot(span_of(place))] |= record.timestamp.is_some() && !record.is_coarse;
    }
    let mut latest: HashMap<Option<usize>, (usize, i64)> = HashMap::new();
    let mut last_in_span = None;
    let mut silences: Vec<Gap> = Vec::new();
    for (after, record) in trace.records.iter().enumerate() {
        let Some(time) = record.timestamp.map(|time| time.nanoseconds()) else { continue };
        let span = span_of(after);
        if record.is_coarse && has_fine[slot(span)] {
            continue;
        }
        if span.is_some() {
            last_in_span = Some(after);
        }
        let Some((before, earlier)) = latest.insert(span, (after, time)) else { continue };
        let is_broken_off = span.is_none() && last_in_span.is_some_and(|last| last > before);
        let least = if record.is_coarse { 1_000_000_000 } else { 0 };
        let duration = time.abs_diff(earlier);
        if !is_broken_off && earlier < time && duration > least {
            silences.push(Gap { span, before, after, duration, uncovered: duration });
        }
    }
    silences
}

/// Intervals that do not touch, by their starts.
#[derive(Debug, Default)]
struct Cover(BTreeMap<i64, i64>);

impl Cover {
    fn add(&mut self, mut start: i64, mut end: i64) {
        // The one that reaches over the start, and then all that begin within.
        if let Some((&before, &reach)) = self.0.range(..=start).next_back()
            && reach >= start
        {
            (start, end) = (before, end.max(reach));
        }
        while let Some((&next, &reach)) = self.0.range(start..=end).next() {
            self.0.remove(&next);
            end = end.max(reach);
        }
        if start < end {
            self.0.insert(start, end);
        }
    }

    /// The smaller one is added to the larger, so that many small ones cost no more than one.
    fn merge(&mut self, mut other: Cover) {
        if self.0.len() < other.0.len() {
            std::mem::swap(&mut self.0, &mut other.0);
        }
        other.0.into_iter().for_each(|(start, end)| self.add(start, end));
    }

    /// How much of an interval is covered.
    fn within(&self, start: i64, end: i64) -> u64 {
        let reaching = self.0.range(..start).next_back();
        let inside = self.0.range(start..end.max(start));
        reaching
            .into_iter()
            .chain(inside)
            .map(|(&from, &to)| (from.max(start), to.min(end)))
            .filter(|(from, to)| from < to)
            .fold(0, |sum: u64, (from, to)| sum.saturating_add(to.abs_diff(from)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::test_support::{RecordSpec, trace_of_records};
    use proptest::prelude::*;

    /// Silences as (span, duration, uncovered).
    fn shown(trace: &Trace, gaps: &[Gap]) -> Vec<(u64, u64, u64)> {
        let id = |gap: &Gap| gap.span.map_or(0, |span| trace.spans[span].span_id.get());
        gaps.iter().map(|gap| (id(gap), gap.duration, gap.uncovered)).collect()
    }

    fn found(records: &[RecordSpec]) -> Vec<(u64, u64, u64)> {
        let trace = trace_of_records(records);
        shown(&trace, &gaps(&trace))
    }

    fn record(span: u64, parent: u64, time: i64) -> RecordSpec {
        RecordSpec { span, parent, time: Some(time) }
    }

    #[test]
    fn a_caller_is_silent_only_while_its_callee_does_not_work() {
        let records = [record(1, 0, 0), record(2, 1, 10), record(2, 1, 70), record(1, 0, 80)];
        assert_eq!(found(&records), [(1, 80, 20), (2, 60, 60)]);
    }

    // The longest silence was dropped as soon as a child's record lay in it.
    #[test]
    fn a_short_call_does_not_break_a_long_silence() {
        let records = [record(1, 0, 0), record(2, 1, 10), record(2, 1, 20), record(1, 0, 1000)];
        assert_eq!(found(&records), [(1, 1000, 990), (2, 10, 10)]);
    }

    #[test]
    fn what_grandchildren_cover_is_covered() {
        let records = [
            record(1, 0, 0),
            record(2, 1, 10),
            record(3, 2, 20),
            record(3, 2, 90),
            record(1, 0, 100),
        ];
        assert_eq!(found(&records), [(1, 100, 30), (3, 70, 70)]);
    }

    #[test]
    fn a_silence_that_nobody_fills_is_named() {
        let records = [record(1, 0, 0), record(3, 0, 10), record(1, 0, 80)];
        assert_eq!(found(&records), [(1, 80, 80)]);
    }

    #[test]
    fn records_in_no_span_are_broken_off_by_any_other() {
        let records = [record(0, 0, 0), record(1, 0, 10), record(0, 0, 20), record(0, 0, 25)];
        assert_eq!(found(&records), [(0, 5, 5)]);
    }

    #[test]
    fn records_without_time_end_no_silence() {
        let untimed = RecordSpec { span: 1, parent: 0, time: None };
        assert_eq!(found(&[record(1, 0, 0), untimed, record(1, 0, 9)]), [(1, 9, 9)]);
    }

    // A whole-second line beside finer ones gave a trace of 7 ms a silence of 733 ms.
    #[test]
    fn a_stamp_of_whole_seconds_is_no_end_of_a_silence() {
        let mut trace =
            trace_of_records(&[record(1, 0, 1_000_000_000), record(1, 0, 1_733_000_000)]);
        trace.records[0].is_coarse = true;
        assert!(gaps(&trace).is_empty());
        trace.records[1].is_coarse = true;
        assert!(gaps(&trace).is_empty());
    }

    #[test]
    fn the_longest_are_kept_and_the_silent_ones() {
        // A caller that is silent while it calls, six times, and once for itself.
        let mut records = vec![record(1, 0, 0)];
        for call in 0..6 {
            let at = call * 1000;
            records.push(record(2 + call as u64, 1, at + 10));
            records.push(record(2 + call as u64, 1, at + 500));
            records.push(record(2 + call as u64, 1, at + 990));
            records.push(record(1, 0, at + 1000));
        }
        records.push(record(1, 0, 6030));
        let trace = trace_of_records(&records);
        let gaps = gaps(&trace);
        assert_eq!(gaps[0].duration, 1000);
        let read = shown(&trace, &chosen(&gaps));
        assert!(read.iter().all(|&(span, duration, uncovered)| span > 1 && duration == uncovered));
    }

    #[test]
    fn the_longest_silent_one_is_never_lost() {
        let gap = |duration, uncovered, before| Gap {
            span: None,
            before,
            after: before + 1,
            duration,
            uncovered,
        };
        let gaps =
            [gap(1000, 500, 0), gap(900, 450, 1), gap(800, 440, 2), gap(430, 430, 3), gap(9, 0, 4)];
        let read: Vec<u64> = chosen(&gaps).iter().map(|gap| gap.duration).collect();
        assert_eq!(read, [1000, 900, 430]);
    }

    proptest! {
        #[test]
        fn the_first_gap_is_the_longest_between_two_records_of_a_span(
            records in prop::collection::vec((1u64..5, 0u64..4, 0i64..200), 0..30),
        ) {
            let parents = [0, 0, 1, 1, 3];
            let specs: Vec<_> = records
                .iter()
                .map(|&(span, _, time)| record(span, parents[span as usize], time))
                .collect();
            let trace = trace_of_records(&specs);
            let mut longest = 0;
            for span in 1..5 {
                let mut times: Vec<i64> =
                    records.iter().filter(|record| record.0 == span).map(|record| record.2).collect();
                times.sort_unstable();
                longest = times.windows(2).map(|pair| pair[1] - pair[0]).chain([longest]).max().unwrap_or(0);
            }
            let gaps = gaps(&trace);
            prop_assert_eq!(gaps.first().map_or(0, |gap| gap.duration), longest as u64);
            prop_assert!(gaps.iter().all(|gap| gap.uncovered <= gap.duration));
        }

        #[test]
        fn a_cover_is_the_union_of_its_intervals(
            intervals in prop::collection::vec((0i64..50, 0i64..20), 0..12),
            from in 0i64..60, length in 0i64..40,
        ) {
            let mut cover = Cover::default();
            intervals.iter().for_each(|&(start, length)| cover.add(start, start + length));
            let holds = |at: &i64| intervals.iter().any(|&(s, l)| s <= *at && *at < s + l);
            let expected = (from..from + length).filter(holds).count() as u64;
            prop_assert_eq!(cover.within(from, from + length), expected);
        }
    }
}
