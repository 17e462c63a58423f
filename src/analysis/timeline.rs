//! A trace, timed: [`Timeline`].

use crate::analysis::Timeline;
use crate::analysis::breakdown::{operations, self_times, services};
use crate::analysis::critical_path::critical_path;
use crate::analysis::gaps::{chosen, gaps};
use crate::analysis::nesting::Nesting;
use crate::analysis::summary::{root, warnings};
use crate::record::Timestamp;
use crate::trace::Trace;

impl Timeline {
    /// Times a trace. Gaps need its records; without them there are none.
    pub fn new(trace: Trace) -> Timeline {
        let nesting = Nesting::of(&trace);
        let self_times = self_times(&nesting);
        let gaps = gaps(&trace);
        Timeline {
            root: root(&trace),
            services: services(&trace, &self_times),
            operations: operations(&trace, &self_times),
            critical_path: critical_path(&trace, &nesting),
            silences: chosen(&gaps),
            gaps,
            warnings: warnings(&trace),
            self_times,
            trace,
        }
    }

    /// By span, the intervals of those that it waited for, in no order: what self times leave out.
    pub fn waits(&self) -> Vec<Vec<(Timestamp, Timestamp)>> {
        let nesting = Nesting::of(&self.trace);
        let mut waits = vec![Vec::new(); self.trace.spans.len()];
        for (at, span) in self.trace.spans.iter().enumerate() {
            for holder in nesting.holders(at) {
                waits[holder].extend(span.bounds.map(|bounds| (bounds.start(), bounds.end())));
            }
        }
        waits
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::analysis::test_support::{SpanSpec, trace};
    use proptest::prelude::*;
    use std::collections::HashSet;

    /// Any spans: parents at random (loops and missing ones too), times at random.
    fn spans() -> impl Strategy<Value = Vec<SpanSpec>> {
        let span = (0u64..12, prop::option::of((0i64..100, 0i64..60)));
        prop::collection::vec(span, 0..12).prop_map(|spans| {
            (1..)
                .zip(spans)
                .map(|(id, (parent, times))| SpanSpec {
                    id,
                    parent,
                    service: ["a", "b", "c"][id as usize % 3],
                    times: times.map(|(start, length)| (start, start + length)),
                })
                .collect()
        })
    }

    /// A well-formed tree: children inside their parent, siblings apart.
    fn nested() -> impl Strategy<Value = Vec<SpanSpec>> {
        prop::collection::vec((0usize..8, 1i64..1000), 0..12).prop_map(|choices| {
            let mut spans =
                vec![SpanSpec { id: 1, parent: 0, service: "a", times: Some((0, 1 << 40)) }];
            // By span, from where on its interval is free.
            let mut free = vec![0i64];
            for (id, (parent, part)) in (2u64..).zip(choices) {
                let parent = parent % spans.len();
                let (_, end) = spans[parent].times.unwrap();
                let rest = end - free[parent];
                let start = free[parent] + rest / (2 + part);
                let stop = start + rest / 3;
                free[parent] = stop;
                free.push(start);
                let parent = spans[parent].id;
                spans.push(SpanSpec { id, parent, service: "b", times: Some((start, stop)) });
            }
            spans
        })
    }

    /// A tree with children inside their parent, side by side as it comes; times in milliseconds.
    fn crowded() -> impl Strategy<Value = Vec<SpanSpec>> {
        const MS: i64 = 1_000_000;
        let choice = (0usize..6, 0i64..100, 0i64..100);
        prop::collection::vec(choice, 0..14).prop_map(|choices| {
            let root = SpanSpec { id: 1, parent: 0, service: "a", times: Some((0, 1000 * MS)) };
            let mut spans = vec![root];
            for (id, (parent, from, to)) in (2u64..).zip(choices) {
                let parent = spans[parent % spans.len()];
                let (start, end) = parent.times.unwrap();
                let at = |percent: i64| start + (end - start) / 100 * percent;
                let times = Some((at(from.min(to)), at(from.max(to))));
                spans.push(SpanSpec { id, parent: parent.id, service: "b", times });
            }
            spans
        })
    }

    proptest! {
        #[test]
        fn no_span_is_on_the_critical_path_while_a_child_of_it_was_at_work(specs in crowded()) {
            let timeline = Timeline::new(trace(&specs));
            let mut times = vec![(0, 0); specs.len()];
            for step in &timeline.critical_path {
                let (time, steps) = &mut times[step.span];
                *time += step.end.nanoseconds().abs_diff(step.start.nanoseconds());
                *steps += 1;
            }
            // At either end of a step, ends within a millisecond count as one.
            for ((time, steps), own) in times.into_iter().zip(&timeline.self_times) {
                prop_assert!(time <= own.unwrap_or(0) + steps * 2_000_000);
            }
        }

        #[test]
        fn each_span_is_shown_once_and_parents_first(specs in spans()) {
            let trace = trace(&specs);
            prop_assert_eq!(trace.spans.len(), specs.len());
            let ids: HashSet<_> = trace.spans.iter().map(|span| span.span_id).collect();
            prop_assert_eq!(ids.len(), specs.len());
            for (place, span) in trace.spans.iter().enumerate() {
                prop_assert!(span.parent_index.is_none_or(|parent| parent < place));
            }
        }

        #[test]
        fn self_time_is_never_longer_than_the_span(specs in spans()) {
            let timeline = Timeline::new(trace(&specs));
            for (span, time) in timeline.trace.spans.iter().zip(&timeline.self_times) {
                prop_assert_eq!(span.bounds.is_some(), time.is_some());
                let whole = span.bounds.map_or(0, |bounds| bounds.duration());
                prop_assert!(time.unwrap_or(0) <= whole);
            }
        }

        #[test]
        fn self_times_of_nested_spans_sum_to_the_root(specs in nested()) {
            let timeline = Timeline::new(trace(&specs));
            let sum: u64 = timeline.self_times.iter().flatten().sum();
            prop_assert_eq!(sum, 1 << 40);
            let path: u64 = timeline
                .critical_path
                .iter()
                .map(|step| step.end.nanoseconds().abs_diff(step.start.nanoseconds()))
                .sum();
            prop_assert_eq!(path, 1 << 40);
        }

        #[test]
        fn the_critical_path_is_in_order_and_inside(specs in spans()) {
            let timeline = Timeline::new(trace(&specs));
            let mut before = None;
            for step in &timeline.critical_path {
                prop_assert!(step.start < step.end);
                prop_assert!(before.is_none_or(|end| end <= step.start));
                prop_assert!(timeline.trace.start.unwrap() <= step.start);
                prop_assert!(step.end <= timeline.trace.end.unwrap());
                let bounds = timeline.trace.spans[step.span].bounds.unwrap();
                prop_assert!(bounds.start() <= step.start && step.end <= bounds.end());
                before = Some(step.end);
            }
        }

        #[test]
        fn shares_are_parts_of_one(specs in spans()) {
            let timeline = Timeline::new(trace(&specs));
            let sum: f64 = timeline.services.iter().map(|service| service.share).sum();
            prop_assert!(sum == 0.0 || (sum - 1.0).abs() < 1e-6);
        }
    }
}
