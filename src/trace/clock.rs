//! Whether the clocks of two services agree, as far as one trace can tell: [`clock_skews`].
//!
//! A callee's span lies inside its caller's. Where it does not by the clocks' word, but is short
//! enough to, the clocks differ: the offset that puts it in the middle is the estimate, as in NTP.
//! Nothing is adjusted here. A callee that took longer than its caller was not waited for, and
//! says nothing.

use crate::trace::facts::{NANOSECONDS_PER_SECOND, is_whole_second};
use crate::trace::{Name, Parent, Span, SpanBounds, Trace};
use std::collections::BTreeMap;

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

/// The skews that a trace shows, sorted by the services' names. Only parents that a record states,
/// with bounds that a record states, count; and a pair of services only if most of its calls
/// disagree.
pub fn clock_skews(trace: &Trace) -> Vec<ClockSkew> {
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
        .filter_map(|((relative_to, service_name), mut calls)| {
            let evidence = calls.iter().filter(|call| call.contradicts_equal_clocks).count();
            if evidence * 2 <= calls.len() {
                return None;
            }
            calls.sort_unstable_by_key(|call| call.offset);
            let offset = calls[calls.len() / 2].offset;
            Some(ClockSkew { service_name, relative_to, offset, evidence: evidence as u64 })
        })
        .collect()
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
    offset: i64,
    contradicts_equal_clocks: bool,
}

impl Call {
    fn of(parent: &Span, child: &Span) -> Option<Call> {
        let (Some(SpanBounds::Reported { start, end }), Some(inner)) =
            (parent.bounds, child.bounds)
        else {
            return None;
        };
        let times = [start, end, inner.start(), inner.end()].map(|time| time.nanoseconds());
        let [outer_start, outer_end, inner_start, inner_end] = times;
        if inner_end.abs_diff(inner_start) > outer_end.abs_diff(outer_start) {
            return None;
        }
        let ahead_at_start = inner_start.saturating_sub(outer_start);
        let ahead_at_end = inner_end.saturating_sub(outer_end);
        let is_coarse = is_whole_second(outer_end) || is_whole_second(inner_end);
        let slack = if is_coarse { NANOSECONDS_PER_SECOND } else { ROUNDING };
        Some(Call {
            offset: (ahead_at_start / 2).saturating_add(ahead_at_end / 2),
            contradicts_equal_clocks: ahead_at_start < -slack || ahead_at_end > slack,
        })
    }
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
    fn skews(spans: &[(&str, u64, u64, i64, i64)]) -> Vec<(String, String, i64, u64)> {
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
        let trace = store.into_assembly().traces.pop().unwrap();
        clock_skews(&trace)
            .into_iter()
            .map(|skew| {
                let names = (skew.service_name.to_string(), skew.relative_to.to_string());
                (names.0, names.1, skew.offset / MS, skew.evidence)
            })
            .collect()
    }

    #[test]
    fn a_clock_forty_milliseconds_ahead_is_measured() {
        let spans = [("shop", 1, 0, 1000, 100), ("bank", 2, 1, 1060, 80)];
        assert_eq!(skews(&spans), [("bank".into(), "shop".into(), 50, 1)]);
        let spans = [("shop", 1, 0, 1000, 100), ("bank", 2, 1, 930, 80)];
        assert_eq!(skews(&spans), [("bank".into(), "shop".into(), -80, 1)]);
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
