//! For whom the trace waited: the chain of intervals that ends last, walked back from the end.
//!
//! From the end of the root backwards: as long as no child is running, the root itself is waited
//! for; where a child ended, the walk continues inside that child, and goes on with what had ended
//! before it began. Work that ran beside the chosen child is not on the path.

use crate::analysis::PathStep;
use crate::analysis::breakdown::{intervals, timed_parents};
use crate::record::Timestamp;
use crate::trace::{SpanBounds, Trace};

/// Stamps are rounded: an overlap as short as this (nanoseconds), or a twentieth of the child, is
/// no overlap.
const ROUNDING: u64 = 1_000_000;
const TOLERATED_PART: u64 = 20;

/// A span that is being walked back through.
struct Frame {
    /// `None`: the whole trace, above several roots.
    span: Option<usize>,
    start: i64,
    /// Everything later is accounted for.
    cursor: i64,
    /// Children not yet looked at; the one that ends last is at the end.
    children: Vec<usize>,
}

/// The steps in time order; they do not overlap. With a single root they fill its interval; with
/// several, the time between them belongs to nobody.
pub(crate) fn critical_path(trace: &Trace) -> Vec<PathStep> {
    let intervals = intervals(trace);
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); trace.spans.len()];
    let mut roots = Vec::new();
    for (span, parent) in timed_parents(trace).into_iter().enumerate() {
        match parent {
            _ if intervals[span].is_none() => {}
            Some(parent) => children[parent].push(span),
            None => roots.push(span),
        }
    }
    let by_end = |spans: &mut Vec<usize>| {
        spans.sort_unstable_by_key(|&span| {
            intervals[span].map(|(start, end)| (end, std::cmp::Reverse(start), span))
        });
    };
    let mut stack = Vec::new();
    if let [root] = roots[..] {
        if let Some((start, end)) = intervals[root] {
            let mut below = std::mem::take(&mut children[root]);
            by_end(&mut below);
            stack.push(Frame { span: Some(root), start, cursor: end, children: below });
        }
    } else {
        let known = || roots.iter().filter_map(|&root| intervals[root]);
        let (start, end) = (known().map(|i| i.0).min(), known().map(|i| i.1).max());
        if let (Some(start), Some(end)) = (start, end) {
            by_end(&mut roots);
            stack.push(Frame { span: None, start, cursor: end, children: roots });
        }
    }

    let mut backwards: Vec<PathStep> = Vec::new();
    let mut step = |span: Option<usize>, start: i64, end: i64| {
        let Some(span) = span.filter(|_| start < end) else { return };
        let [start, end] = [start, end].map(Timestamp::from_nanoseconds);
        match backwards.last_mut() {
            Some(later) if later.span == span && later.start == end => later.start = start,
            _ => backwards.push(PathStep { span, start, end }),
        }
    };
    while let Some(frame) = stack.last_mut() {
        let Some(child) = frame.children.pop() else {
            step(frame.span, frame.start, frame.cursor);
            let start = frame.start;
            stack.pop();
            if let Some(above) = stack.last_mut() {
                above.cursor = above.cursor.min(start);
            }
            continue;
        };
        let Some((start, end)) = intervals[child] else { continue };
        if !is_waited_for(trace, frame, (start, end)) {
            continue;
        }
        let (start, end) = (start.max(frame.start), end.min(frame.cursor));
        if start >= end {
            continue;
        }
        step(frame.span, end, frame.cursor);
        frame.cursor = end;
        let mut below = std::mem::take(&mut children[child]);
        by_end(&mut below);
        stack.push(Frame { span: Some(child), start, cursor: end, children: below });
    }
    backwards.reverse();
    backwards
}

/// Whether what follows at the cursor waited for the child: it had ended by then. At the end of a
/// parent that is only observed (and is longer in truth than its records) every child counts; one
/// that outlives a parent of reported bounds was left to itself.
fn is_waited_for(trace: &Trace, frame: &Frame, (start, end): (i64, i64)) -> bool {
    if start >= frame.cursor {
        return false;
    }
    if end <= frame.cursor {
        return true;
    }
    let bounds = frame.span.and_then(|span| trace.spans[span].bounds);
    let is_observed_end = matches!(
        bounds,
        Some(SpanBounds::Observed { end, .. }) if end.nanoseconds() == frame.cursor
    );
    let over = end.abs_diff(frame.cursor);
    is_observed_end || over <= ROUNDING.max(end.abs_diff(start) / TOLERATED_PART)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::test_support::{SpanSpec, trace};

    const MS: i64 = 1_000_000;

    /// Spans as (id, parent, start, end) in milliseconds; steps as (id, start, end).
    fn path(spans: &[(u64, u64, i64, i64)]) -> Vec<(u64, i64, i64)> {
        let specs: Vec<SpanSpec> = spans
            .iter()
            .map(|&(id, parent, start, end)| SpanSpec {
                id,
                parent,
                service: "a",
                times: Some((start * MS, end * MS)),
            })
            .collect();
        let trace = trace(&specs);
        critical_path(&trace)
            .into_iter()
            .map(|step| {
                let times = [step.start, step.end].map(|time| time.nanoseconds() / MS);
                (trace.spans[step.span].span_id.get(), times[0], times[1])
            })
            .collect()
    }

    #[test]
    fn a_span_alone_is_its_own_path() {
        assert_eq!(path(&[(1, 0, 0, 100)]), [(1, 0, 100)]);
        assert_eq!(path(&[]), []);
    }

    #[test]
    fn calls_one_after_another_are_all_on_the_path() {
        let steps = path(&[(1, 0, 0, 100), (2, 1, 10, 30), (3, 1, 40, 90)]);
        assert_eq!(steps, [(1, 0, 10), (2, 10, 30), (1, 30, 40), (3, 40, 90), (1, 90, 100)]);
    }

    #[test]
    fn of_parallel_calls_the_one_that_ends_last_counts() {
        let steps = path(&[(1, 0, 0, 100), (2, 1, 10, 60), (3, 1, 20, 90), (4, 3, 20, 50)]);
        assert_eq!(steps, [(1, 0, 20), (4, 20, 50), (3, 50, 90), (1, 90, 100)]);
    }

    #[test]
    fn work_that_outlives_its_request_is_not_waited_for() {
        let steps = path(&[(1, 0, 0, 100), (2, 1, 10, 60), (3, 1, 50, 300)]);
        assert_eq!(steps, [(1, 0, 10), (2, 10, 60), (1, 60, 100)]);
    }

    #[test]
    fn several_roots_are_walked_over_the_whole_trace() {
        let steps = path(&[(1, 0, 0, 30), (2, 0, 50, 80), (3, 2, 60, 80)]);
        assert_eq!(steps, [(1, 0, 30), (2, 50, 60), (3, 60, 80)]);
    }

    #[test]
    fn a_child_that_begins_before_its_parent_is_cut_to_it() {
        assert_eq!(path(&[(1, 0, 50, 100), (2, 1, 0, 80)]), [(2, 50, 80), (1, 80, 100)]);
    }
}
