//! Where the time went: self times of spans, and their sums by service and by operation.

use crate::analysis::nesting::Nesting;
use crate::analysis::{OperationShare, ServiceShare};
use crate::trace::{Name, Trace};
use std::collections::BTreeMap;

/// Self time of each span: its interval minus the union of its children's, in nanoseconds.
/// So is what children reach beyond records of theirs that end early. `None` without bounds.
pub(crate) fn self_times(nesting: &Nesting) -> Vec<Option<u64>> {
    let intervals = &nesting.intervals;
    let timed =
        intervals.iter().enumerate().filter_map(|(span, interval)| Some((span, (*interval)?)));
    let mut order: Vec<(usize, i64, i64)> = timed
        .flat_map(|(span, (start, end))| {
            nesting.holders(span).map(move |holder| (holder, start, end))
        })
        .collect();
    order.sort_unstable();
    let mut self_times: Vec<Option<u64>> =
        intervals.iter().map(|interval| interval.map(|(start, end)| end.abs_diff(start))).collect();
    // Children come by parent and start; `covered` is where the union so far ends.
    let mut current = None;
    let mut covered = i64::MIN;
    for (parent, start, end) in order {
        let Some((outer_start, outer_end)) = intervals[parent] else { continue };
        if current != Some(parent) {
            (current, covered) = (Some(parent), outer_start);
        }
        let (start, end) = (start.max(covered), end.min(outer_end));
        if start < end {
            covered = end;
            if let Some(rest) = &mut self_times[parent] {
                *rest = rest.saturating_sub(end.abs_diff(start));
            }
        }
    }
    self_times
}

fn share(part: u64, total: u64) -> f64 {
    if total == 0 { 0.0 } else { part as f64 / total as f64 }
}

fn sum(times: &[Option<u64>]) -> u64 {
    times.iter().flatten().fold(0, |sum, &time| sum.saturating_add(time))
}

/// By service: spans, records, self time; largest self time first, then most spans, most records,
/// and by name. Records that are in no span count for the service that wrote them.
pub(crate) fn services(trace: &Trace, self_times: &[Option<u64>]) -> Vec<ServiceShare> {
    let total = sum(self_times);
    let mut by_name: BTreeMap<Option<&Name>, ServiceShare> = BTreeMap::new();
    fn of<'a, 'b>(
        by_name: &'b mut BTreeMap<Option<&'a Name>, ServiceShare>,
        service: Option<&'a Name>,
    ) -> &'b mut ServiceShare {
        by_name.entry(service).or_insert_with(|| ServiceShare {
            service_name: service.cloned(),
            span_count: 0,
            record_count: 0,
            self_time: 0,
            share: 0.0,
        })
    }
    for (span, time) in trace.spans.iter().zip(self_times) {
        let service = of(&mut by_name, span.service_name.as_ref());
        service.span_count += 1;
        service.record_count = service.record_count.saturating_add(span.record_count);
        service.self_time = service.self_time.saturating_add(time.unwrap_or(0));
    }
    for (service, count) in &trace.loose_records {
        let service = of(&mut by_name, service.as_ref());
        service.record_count = service.record_count.saturating_add(*count);
    }
    let mut services: Vec<ServiceShare> = by_name.into_values().collect();
    for service in &mut services {
        service.share = share(service.self_time, total);
    }
    services.sort_by(|left, right| {
        let rank = |share: &ServiceShare| (share.self_time, share.span_count, share.record_count);
        rank(right).cmp(&rank(left))
    });
    services
}

/// By service and operation: spans and self time, largest self time first, then by name. Where no
/// name is known, the first record's body stands for it.
pub(crate) fn operations(trace: &Trace, self_times: &[Option<u64>]) -> Vec<OperationShare> {
    type Operation<'a> = (Option<&'a Name>, Option<&'a Name>);
    let total = sum(self_times);
    let mut by_name: BTreeMap<Operation<'_>, (u64, u64)> = BTreeMap::new();
    for (span, time) in trace.spans.iter().zip(self_times) {
        let name = span.name.as_ref().or(span.first_body.as_ref());
        let (count, sum) = by_name.entry((span.service_name.as_ref(), name)).or_default();
        *count += 1;
        *sum = sum.saturating_add(time.unwrap_or(0));
    }
    let mut operations: Vec<OperationShare> = by_name
        .into_iter()
        .map(|((service_name, name), (span_count, self_time))| OperationShare {
            service_name: service_name.cloned(),
            name: name.cloned(),
            span_count,
            self_time,
            share: share(self_time, total),
        })
        .collect();
    operations.sort_by_key(|operation| std::cmp::Reverse(operation.self_time));
    operations
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::test_support::{RecordSpec, SpanSpec, trace, trace_of_records};

    const ROOT: SpanSpec = SpanSpec { id: 1, parent: 0, service: "a", times: Some((0, 100)) };

    fn child(id: u64, parent: u64, start: i64, end: i64) -> SpanSpec {
        SpanSpec { id, parent, service: "b", times: Some((start, end)) }
    }

    fn by_id(specs: &[SpanSpec]) -> Vec<Option<u64>> {
        let trace = trace(specs);
        let times = self_times(&Nesting::of(&trace));
        let mut by_id: Vec<_> = trace.spans.iter().map(|span| span.span_id).zip(times).collect();
        by_id.sort_unstable();
        by_id.into_iter().map(|(_, time)| time).collect()
    }

    #[test]
    fn overlapping_children_are_subtracted_once() {
        let times = by_id(&[ROOT, child(2, 1, 10, 40), child(3, 1, 30, 60), child(4, 1, 35, 38)]);
        assert_eq!(times, [Some(50), Some(30), Some(30), Some(3)]);
    }

    #[test]
    fn a_child_that_outlives_its_parent_takes_only_what_is_inside() {
        let times = by_id(&[ROOT, child(2, 1, 90, 200), child(3, 1, -50, 10)]);
        assert_eq!(times, [Some(80), Some(110), Some(60)]);
    }

    #[test]
    fn a_span_without_times_passes_its_children_up() {
        let silent = SpanSpec { id: 2, parent: 1, service: "b", times: None };
        let times = by_id(&[ROOT, silent, child(3, 2, 20, 50)]);
        assert_eq!(times, [Some(70), None, Some(30)]);
    }

    // One line of a span in the middle hid what was below it from the spans above.
    #[test]
    fn what_reaches_beyond_the_records_of_its_parent_is_waited_for_above() {
        let at = |span, parent, time| RecordSpec { span, parent, time: Some(time) };
        let records = [at(1, 0, 0), at(2, 1, 10), at(3, 2, 20), at(3, 2, 80), at(1, 0, 100)];
        let trace = trace_of_records(&records);
        assert_eq!(self_times(&Nesting::of(&trace)), [Some(40), Some(0), Some(60)]);
    }

    #[test]
    fn shares_add_up_and_are_sorted() {
        let trace = trace(&[ROOT, child(2, 1, 10, 90), child(3, 1, 92, 94)]);
        let times = self_times(&Nesting::of(&trace));
        let services = services(&trace, &times);
        let known: Vec<_> = services.iter().map(|s| (s.self_time, s.span_count)).collect();
        assert_eq!(known, [(82, 2), (18, 1)]);
        assert!((services.iter().map(|s| s.share).sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!(operations(&trace, &times).len(), 2);
    }
}
