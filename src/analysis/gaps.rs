//! Silences: the longest times in which a span, and all below it, logged nothing.
//!
//! A caller is silent while its callee works; that is no finding where the callee's records fill
//! the time. So a silence counts only if no span below logged within it. Records in no span are
//! broken off by any other record.

use crate::analysis::{Gap, Timeline};
use crate::trace::Trace;
use std::collections::HashMap;

/// The longest silences, longest first; at most [`Timeline::MAX_GAPS`].
pub(crate) fn gaps(trace: &Trace) -> Vec<Gap> {
    let places: HashMap<_, _> =
        trace.spans.iter().enumerate().map(|(place, span)| (span.span_id, place)).collect();
    let span_of =
        |record: usize| trace.records[record].span_id.and_then(|id| places.get(&id).copied());
    let mut latest: HashMap<Option<usize>, (usize, i64)> = HashMap::new();
    let mut silences: Vec<Gap> = Vec::new();
    for (after, record) in trace.records.iter().enumerate() {
        let Some(time) = record.timestamp.map(|time| time.nanoseconds()) else { continue };
        let span = span_of(after);
        if let Some((before, earlier)) = latest.insert(span, (after, time))
            && earlier < time
        {
            silences.push(Gap { span, before, after, duration: time.abs_diff(earlier) });
        }
    }
    silences.sort_unstable_by_key(|gap| (std::cmp::Reverse(gap.duration), gap.before));

    let ends = subtree_ends(trace);
    let is_silent_below = |gap: &&Gap| {
        !(gap.before + 1..gap.after)
            .filter(|&record| trace.records[record].timestamp.is_some())
            .any(|record| match (gap.span, span_of(record)) {
                (None, _) => true,
                (Some(_), None) => false,
                (Some(span), Some(other)) => span < other && other < ends[span],
            })
    };
    silences.iter().filter(is_silent_below).take(Timeline::MAX_GAPS).copied().collect()
}

/// By span, the place behind its last descendant: spans are in tree order.
fn subtree_ends(trace: &Trace) -> Vec<usize> {
    let mut ends: Vec<usize> = (1..=trace.spans.len()).collect();
    for (place, span) in trace.spans.iter().enumerate().rev() {
        if let Some(parent) = span.parent_index {
            ends[parent] = ends[parent].max(ends[place]);
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::test_support::{RecordSpec, trace_of_records};

    fn found(records: &[RecordSpec]) -> Vec<(u64, u64)> {
        let trace = trace_of_records(records);
        gaps(&trace)
            .into_iter()
            .map(|gap| (gap.span.map_or(0, |span| trace.spans[span].span_id.get()), gap.duration))
            .collect()
    }

    fn record(span: u64, parent: u64, time: i64) -> RecordSpec {
        RecordSpec { span, parent, time: Some(time) }
    }

    #[test]
    fn a_caller_is_not_silent_while_its_callee_logs() {
        let records = [record(1, 0, 0), record(2, 1, 10), record(2, 1, 70), record(1, 0, 80)];
        assert_eq!(found(&records), [(2, 60)]);
    }

    #[test]
    fn a_silence_that_nobody_fills_is_named() {
        let records = [record(1, 0, 0), record(3, 0, 10), record(1, 0, 80)];
        assert_eq!(found(&records), [(1, 80)]);
    }

    #[test]
    fn records_in_no_span_are_broken_off_by_any_other() {
        let records = [record(0, 0, 0), record(1, 0, 10), record(0, 0, 20), record(0, 0, 25)];
        assert_eq!(found(&records), [(0, 5)]);
    }

    #[test]
    fn records_without_time_end_no_silence() {
        let untimed = RecordSpec { span: 1, parent: 0, time: None };
        assert_eq!(found(&[record(1, 0, 0), untimed, record(1, 0, 9)]), [(1, 9)]);
    }

    #[test]
    fn only_the_longest_are_kept() {
        let records: Vec<_> = (0..20).map(|n| record(1, 0, n * n)).collect();
        let found = found(&records);
        assert_eq!(found.len(), Timeline::MAX_GAPS);
        assert_eq!(found[0], (1, 37));
    }
}
