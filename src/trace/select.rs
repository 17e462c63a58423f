//! Which traces to show: [`Selection`].

use crate::record::Timestamp;
use crate::trace::{Outline, Trace};
use crate::trace_context::Sample;

/// Conditions on a trace; those not set hold for every trace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// One of these services wrote a record or has a span in it. Empty: any.
    pub services: Vec<String>,
    /// It took at least this long, in nanoseconds.
    pub min_duration: Option<u64>,
    /// It failed.
    pub errors: bool,
    /// It was still going on at this time, or began later.
    pub since: Option<Timestamp>,
    /// It had begun by this time.
    pub until: Option<Timestamp>,
    /// Its id is in this share.
    pub sample: Option<Sample>,
}

impl Selection {
    /// Whether a trace meets all conditions. One without time meets none about time.
    pub fn matches(&self, trace: &Trace) -> bool {
        self.matches_outline(&Outline::of(trace)) && self.matches_service(trace)
    }

    /// Whether a trace meets the conditions that its outline can tell: all but the services.
    pub fn matches_outline(&self, trace: &Outline) -> bool {
        let is_long_enough = self
            .min_duration
            .is_none_or(|least| trace.duration().is_some_and(|duration| duration >= least));
        let is_after = self.since.is_none_or(|since| trace.end.is_some_and(|end| end >= since));
        let is_before =
            self.until.is_none_or(|until| trace.start.is_some_and(|start| start <= until));
        let is_sampled = self.sample.is_none_or(|sample| sample.accepts(trace.key.low64()));
        is_sampled
            && is_long_enough
            && is_after
            && is_before
            && (!self.errors || trace.error_count > 0)
    }

    fn matches_service(&self, trace: &Trace) -> bool {
        let of_spans = trace.spans.iter().map(|span| &span.service_name);
        let of_records = trace.loose_records.iter().map(|(service, _)| service);
        self.services.is_empty()
            || of_spans
                .chain(of_records)
                .flatten()
                .any(|service| self.services.iter().any(|wanted| **wanted == **service))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::record::{LogRecord, TraceKey};
    use crate::source::SourceId;
    use crate::trace::{Options, TraceStore};

    fn at(nanoseconds: i64) -> Option<Timestamp> {
        Some(Timestamp::from_nanoseconds(nanoseconds))
    }

    fn trace(times: &[Option<i64>]) -> Trace {
        let store = TraceStore::new(Options::default());
        let mut batch = store.batch();
        for time in times {
            let record = LogRecord {
                trace: Some(TraceKey::Low64(1)),
                timestamp: time.map(Timestamp::from_nanoseconds),
                service_name: Some(b"cart".as_slice().into()),
                ..LogRecord::default()
            };
            batch.push(SourceId(0), &record, &[]);
        }
        store.absorb(&mut batch);
        store.into_assembly().traces.pop().unwrap()
    }

    #[test]
    fn every_condition_must_hold() {
        let trace = trace(&[Some(100), Some(350)]);
        let none = Selection::default();
        let cases = [
            (none.clone(), true),
            (Selection { min_duration: Some(250), ..none.clone() }, true),
            (Selection { min_duration: Some(251), ..none.clone() }, false),
            (Selection { since: at(350), until: at(100), ..none.clone() }, true),
            (Selection { since: at(351), ..none.clone() }, false),
            (Selection { until: at(99), ..none.clone() }, false),
            (Selection { errors: true, ..none.clone() }, false),
            (Selection { services: vec!["cart".into()], ..none.clone() }, true),
            (Selection { services: vec!["car".into()], ..none.clone() }, false),
        ];
        for (selection, expected) in cases {
            assert_eq!(selection.matches(&trace), expected, "{selection:?}");
        }
    }

    #[test]
    fn a_trace_without_time_meets_no_condition_about_time() {
        let trace = trace(&[None]);
        assert!(Selection::default().matches(&trace));
        assert!(!Selection { since: at(i64::MIN), ..Selection::default() }.matches(&trace));
        assert!(!Selection { min_duration: Some(0), ..Selection::default() }.matches(&trace));
    }
}
