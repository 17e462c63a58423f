//! A trace, timed: [`Timeline`].

use crate::analysis::Timeline;
use crate::analysis::breakdown::{operations, self_times, services};
use crate::analysis::critical_path::critical_path;
use crate::analysis::gaps::{chosen, gaps};
use crate::analysis::summary::{root, warnings};
use crate::trace::Trace;

impl Timeline {
    /// Times a trace. Gaps need its records; without them there are none.
    pub fn new(trace: Trace) -> Timeline {
        let self_times = self_times(&trace);
        let gaps = gaps(&trace);
        Timeline {
            root: root(&trace),
            services: services(&trace, &self_times),
            operations: operations(&trace, &self_times),
            critical_path: critical_path(&trace),
            silences: chosen(&gaps),
            gaps,
            warnings: warnings(&trace),
            self_times,
            trace,
        }
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

    proptest! {
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
