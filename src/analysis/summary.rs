//! A trace in one line: [`TraceSummary`]; and the warnings that every view shares.

use crate::analysis::breakdown::{self_times, services};
use crate::analysis::nesting::Nesting;
use crate::analysis::{TraceSummary, Warning};
use crate::trace::{Parent, Trace, clock_skews};
use std::cmp::Reverse;

impl TraceSummary {
    /// Sums up a trace. Its records are dropped: a summary does not show them.
    pub fn new(mut trace: Trace) -> TraceSummary {
        trace.records = Vec::new();
        let self_times = self_times(&Nesting::of(&trace));
        let services = services(&trace, &self_times);
        let (root, warnings) = (root(&trace), warnings(&trace));
        TraceSummary { trace, self_times, root, services, warnings }
    }
}

/// The root: of several, the longest, then the earliest.
pub(crate) fn root(trace: &Trace) -> Option<usize> {
    let length = |place: usize| trace.spans[place].bounds.map_or(0, |bounds| bounds.duration());
    (0..trace.spans.len())
        .filter(|&place| trace.spans[place].parent_index.is_none())
        .max_by_key(|&place| (length(place), Reverse(place)))
}

/// What the reader should know before trusting the picture, in a fixed order.
pub(crate) fn warnings(trace: &Trace) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let has_root =
        trace.spans.iter().any(|span| span.parent_index.is_none() && span.parent == Parent::None);
    if !trace.spans.is_empty() && !has_root {
        warnings.push(Warning::RootMissing);
    }
    if !trace.missing_spans.is_empty() {
        warnings.push(Warning::SpansNeverLogged {
            spans: trace
                .missing_spans
                .iter()
                .map(|span| (span.span_id, span.record_count))
                .collect(),
        });
    }
    if trace.untimed_count > 0 {
        warnings.push(Warning::RecordsWithoutTime(trace.untimed_count));
    }
    if !trace.aliases.is_empty() {
        warnings.push(Warning::SpellingsJoined(trace.aliases.clone()));
    }
    if !trace.links.is_empty() {
        warnings.push(Warning::Linked(trace.links.clone()));
    }
    warnings.extend(trace.coarse_services.iter().cloned().map(Warning::WholeSeconds));
    let adjusted = trace.clock_adjustments.iter().map(|skew| (skew.clone(), true));
    let left = clock_skews(trace).into_iter().map(|skew| (skew, false));
    warnings.extend(adjusted.chain(left).map(|(skew, is_adjusted)| Warning::ClockSkew {
        service_name: skew.service_name,
        relative_to: skew.relative_to,
        offset: skew.offset,
        evidence: skew.evidence,
        is_adjusted,
    }));
    warnings.extend(trace.loops.iter().cloned().map(Warning::ParentLoop));
    warnings.extend(trace.ends_before_start.iter().copied().map(Warning::EndsBeforeStart));
    warnings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::test_support::{SpanSpec, trace};

    fn spec(id: u64, parent: u64, start: i64, end: i64) -> SpanSpec {
        SpanSpec { id, parent, service: "a", times: Some((start, end)) }
    }

    #[test]
    fn the_longest_root_is_the_root() {
        let trace = trace(&[spec(1, 0, 0, 10), spec(2, 0, 50, 90), spec(3, 2, 50, 80)]);
        assert_eq!(root(&trace).map(|place| trace.spans[place].span_id.get()), Some(2));
    }

    #[test]
    fn a_trace_whose_top_was_never_logged_says_so() {
        let trace = trace(&[spec(2, 1, 0, 10), spec(3, 2, 0, 5)]);
        let warnings = warnings(&trace);
        assert!(matches!(
            &warnings[..],
            [Warning::RootMissing, Warning::SpansNeverLogged { spans }]
                if spans.len() == 1 && spans[0].0.get() == 1
        ));
    }

    #[test]
    fn a_loop_of_parents_is_named() {
        let warnings = warnings(&trace(&[spec(1, 2, 0, 10), spec(2, 1, 0, 10)]));
        assert!(
            matches!(&warnings[..], [Warning::RootMissing, Warning::ParentLoop(ids)] if ids.len() == 2)
        );
    }
}
