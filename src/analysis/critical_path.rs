//! For whom the trace waited: the chain of intervals that ends last, walked back from the end.
//!
//! From the end backwards: as long as no child is running, the root itself is waited for; where a
//! child ended, the walk continues inside that child, and goes on with what had ended before it
//! began. Where nothing ended there and another child was running, that one is what time passed in,
//! until there: nowhere is a span on the path while a child of it was at work, unless that child
//! outlives it. The end is that of the trace: work that outlives its request and ends last is what
//! the trace took so long for.

use crate::analysis::PathStep;
use crate::analysis::nesting::Nesting;
use crate::record::Timestamp;
use crate::trace::{SpanBounds, Trace};
use std::cmp::Reverse;

/// Stamps are rounded: an overlap as short as this (nanoseconds), or a twentieth of the child, is
/// no overlap.
const ROUNDING: i64 = 1_000_000;
const TOLERATED_PART: u64 = 20;

/// A span that is being walked back through.
struct Frame {
    /// `None`: the whole trace, above its roots.
    span: Option<usize>,
    start: i64,
    /// Everything later is accounted for.
    cursor: i64,
    /// Children not yet looked at; the one that ends last is at the end.
    children: Vec<usize>,
    /// Of the children that were still running at the cursor, the one that began first.
    running: Option<usize>,
}

/// A trace's spans as the walk needs them.
struct Walk<'a> {
    trace: &'a Trace,
    intervals: &'a [Option<(i64, i64)>],
    /// By span: when it and all below it had ended.
    ends: Vec<i64>,
    /// By span: its children. Taken when the span is entered, which is once.
    children: Vec<Vec<usize>>,
}

/// The steps in time order; they do not overlap. They reach from the root's start to the end of
/// what ends last, be it the root or work that it did not wait for. In what is left between two
/// steps no span was at work.
pub(crate) fn critical_path(trace: &Trace, nesting: &Nesting) -> Vec<PathStep> {
    let (mut walk, roots) = Walk::of(trace, nesting);
    let start = roots.iter().filter_map(|&root| walk.intervals[root]).map(|i| i.0).min();
    let end = roots.iter().map(|&root| walk.ends[root]).max();
    let mut stack = Vec::new();
    if let (Some(start), Some(cursor)) = (start, end) {
        // Nobody waits for a root: it counts until the last of what it began has ended.
        let mut children = roots;
        children.sort_unstable_by_key(|&root| {
            (walk.ends[root], walk.intervals[root].map(|(start, _)| Reverse(start)), root)
        });
        stack.push(Frame { span: None, start, cursor, children, running: None });
    }

    let mut backwards: Vec<PathStep> = Vec::new();
    let mut step = |span: Option<usize>, start: i64, end: i64| {
        let Some(span) = span else { return };
        // A span whose children outlive it is not at work until they have ended.
        let end = walk_end(trace, span).map_or(end, |own| own.min(end));
        if start >= end {
            return;
        }
        let [start, end] = [start, end].map(Timestamp::from_nanoseconds);
        match backwards.last_mut() {
            Some(later) if later.span == span && later.start == end => later.start = start,
            _ => backwards.push(PathStep { span, start, end }),
        }
    };
    while let Some(frame) = stack.last_mut() {
        let Some((child, end)) = walk.next_child(frame) else {
            step(frame.span, frame.start, frame.cursor);
            let start = frame.start;
            stack.pop();
            if let Some(above) = stack.last_mut() {
                above.cursor = above.cursor.min(start);
            }
            continue;
        };
        let Some((start, _)) = walk.intervals[child] else { continue };
        let (start, end) = (start.max(frame.start), end.min(frame.cursor));
        if start >= end {
            continue;
        }
        step(frame.span, end, frame.cursor);
        frame.cursor = end;
        let children = std::mem::take(&mut walk.children[child]);
        stack.push(Frame { span: Some(child), start, cursor: end, children, running: None });
    }
    backwards.reverse();
    backwards
}

fn walk_end(trace: &Trace, span: usize) -> Option<i64> {
    trace.spans[span].bounds.map(|bounds| bounds.end().nanoseconds())
}

impl<'a> Walk<'a> {
    /// Also gives the spans that hang below none.
    fn of(trace: &'a Trace, nesting: &'a Nesting) -> (Walk<'a>, Vec<usize>) {
        let intervals = &nesting.intervals;
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); trace.spans.len()];
        let mut ends: Vec<i64> =
            intervals.iter().map(|known| known.map_or(i64::MIN, |known| known.1)).collect();
        let mut roots = Vec::new();
        // Parents come before their children.
        for span in (0..trace.spans.len()).rev() {
            match nesting.holders(span).last() {
                _ if intervals[span].is_none() => {}
                Some(parent) => {
                    children[parent].push(span);
                    // Where a clock is off, what seems to outlive its caller does not.
                    if !nesting.is_clock_off[span] {
                        ends[parent] = ends[parent].max(ends[span]);
                    }
                }
                None => roots.push(span),
            }
        }
        for children in &mut children {
            children.sort_unstable_by_key(|&span| {
                intervals[span].map(|(start, end)| (end, Reverse(start), span))
            });
        }
        (Walk { trace, intervals, ends, children }, roots)
    }

    /// The next child to walk through, and when it had ended.
    fn next_child(&self, frame: &mut Frame) -> Option<(usize, i64)> {
        // The walk came here for what ends last, and that is below a child.
        let own_end = frame.span.and_then(|span| walk_end(self.trace, span));
        if own_end.is_some_and(|own_end| own_end < frame.cursor)
            && let Some(last) = frame.children.iter().rposition(|&c| self.ends[c] == frame.cursor)
        {
            return Some((frame.children.remove(last), frame.cursor));
        }
        while let Some(child) = frame.children.pop() {
            let Some((start, end)) = self.intervals[child] else { continue };
            let end = if frame.span.is_none() { self.ends[child] } else { end };
            if start >= frame.cursor {
                continue;
            }
            if is_waited_for(self.trace, frame, (start, end)) {
                // It ended before the cursor; what ran in between comes first.
                if frame.cursor.saturating_sub(end) > ROUNDING
                    && let Some(running) = self.take_running(frame)
                {
                    frame.children.push(child);
                    return Some((running, frame.cursor));
                }
                return Some((child, end));
            }
            // One that outlives a parent of known end was left to itself.
            if self.reported_end(frame.span).is_none_or(|own_end| end <= own_end) {
                let began = |child: usize| self.intervals[child].map(|(start, _)| start);
                let before = frame.running.filter(|&known| began(known) <= Some(start));
                frame.running = before.or(Some(child));
            }
        }
        self.take_running(frame).map(|running| (running, frame.cursor))
    }

    /// The child that was running at the cursor, if one was that did not outlive its parent.
    fn take_running(&self, frame: &mut Frame) -> Option<usize> {
        let running = frame.running.take()?;
        self.intervals[running].filter(|(start, _)| *start < frame.cursor).map(|_| running)
    }

    fn reported_end(&self, span: Option<usize>) -> Option<i64> {
        match self.trace.spans[span?].bounds? {
            SpanBounds::Reported { end, .. } => Some(end.nanoseconds()),
            SpanBounds::Observed { .. } => None,
        }
    }
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
    is_observed_end || over <= ROUNDING.unsigned_abs().max(end.abs_diff(start) / TOLERATED_PART)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::test_support::{RecordSpec, SpanSpec, trace, trace_of_records};

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
        critical_path(&trace, &Nesting::of(&trace))
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
        let steps = path(&[(1, 0, 0, 100), (2, 1, 20, 60), (3, 1, 20, 90), (4, 3, 20, 50)]);
        assert_eq!(steps, [(1, 0, 20), (4, 20, 50), (3, 50, 90), (1, 90, 100)]);
    }

    // The caller was credited with time in which it had nothing to do but to wait.
    #[test]
    fn before_a_call_began_another_that_was_running_counts_until_then() {
        let steps = path(&[(1, 0, 0, 100), (2, 1, 10, 90), (3, 1, 80, 200)]);
        assert_eq!(steps, [(1, 0, 10), (2, 10, 80), (3, 80, 200)]);
        // One that ended right there was waited for; the other is what ran before.
        let calls = [(1, 0, 0, 100), (2, 1, 5, 90), (3, 1, 30, 60), (4, 1, 60, 100)];
        assert_eq!(path(&calls), [(1, 0, 5), (2, 5, 30), (3, 30, 60), (4, 60, 100)]);
    }

    // It was left out, and a trace of two seconds was explained by its first tenth.
    #[test]
    fn work_that_outlives_its_request_and_ends_last_is_on_the_path() {
        let steps = path(&[(1, 0, 0, 100), (2, 1, 10, 40), (3, 1, 50, 300)]);
        assert_eq!(steps, [(1, 0, 10), (2, 10, 40), (1, 40, 50), (3, 50, 300)]);
        // Begun by a child, and after all others had ended.
        let steps = path(&[(1, 0, 0, 100), (2, 1, 10, 60), (3, 2, 150, 300)]);
        assert_eq!(steps, [(1, 0, 10), (2, 10, 60), (3, 150, 300)]);
    }

    #[test]
    fn work_that_outlives_its_caller_but_not_the_request_is_not_waited_for() {
        let steps = path(&[(1, 0, 0, 400), (2, 1, 10, 60), (3, 2, 50, 300)]);
        assert_eq!(steps, [(1, 0, 10), (2, 10, 60), (1, 60, 400)]);
    }

    #[test]
    fn what_a_root_began_counts_before_the_next_root() {
        let steps = path(&[(1, 0, 0, 30), (2, 1, 20, 50), (3, 0, 60, 80)]);
        assert_eq!(steps, [(1, 0, 20), (2, 20, 50), (3, 60, 80)]);
    }

    #[test]
    fn a_span_of_one_line_hides_nothing_that_is_below_it() {
        let at = |span, parent, time| RecordSpec { span, parent, time: Some(time * MS) };
        let records = [at(1, 0, 0), at(2, 1, 10), at(3, 2, 20), at(3, 2, 80), at(1, 0, 100)];
        let trace = trace_of_records(&records);
        let steps = critical_path(&trace, &Nesting::of(&trace));
        let spans: Vec<_> = steps.iter().map(|s| trace.spans[s.span].span_id.get()).collect();
        assert_eq!(spans, [1, 3, 1]);
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
