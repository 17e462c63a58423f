//! The invariants of gathering, as properties: the same records give the same traces, however they
//! are split, ordered and merged.
#![allow(clippy::unwrap_used)]

use crate::record::{LineOrigin, LogRecord, Severity, Timestamp, TraceKey};
use crate::source::SourceId;
use crate::trace::precision::Precisions;
use crate::trace::{
    Apprentice, Assembly, Drafts, Options, Outline, Parent, SpanBounds, TraceStore,
};
use crate::trace_context::{SpanId, TraceId};
use proptest::prelude::*;

type Record = (SourceId, LogRecord<'static>, LineOrigin);

fn keys() -> impl Strategy<Value = (TraceKey, Option<&'static str>)> {
    let full = |high: u128, low: u128| TraceKey::Full(TraceId::new(high << 64 | low).unwrap());
    prop_oneof![
        Just((full(7, 10), None)),
        Just((TraceKey::Low64(10), Some("10"))),
        Just((TraceKey::Low64(10), Some("000000000000000a"))),
        Just((full(8, 11), Some("x-Trace-8b"))),
        Just((full(9, 11), None)),
        Just((TraceKey::Low64(11), Some("11"))),
        Just((TraceKey::Opaque(3), Some("job-3"))),
    ]
}

/// Times that collide often, with extremes among them.
fn times() -> impl Strategy<Value = Option<i64>> {
    prop_oneof![
        1 => Just(None),
        1 => prop_oneof![Just(i64::MIN), Just(i64::MAX), Just(0)].prop_map(Some),
        6 => (0i64..6).prop_map(|n| Some(n * 500_000_000)),
        6 => (0i64..40).prop_map(|n| Some(n * 7_000_001)),
    ]
}

fn record() -> impl Strategy<Value = LogRecord<'static>> {
    let ids = (0u64..6, 0u64..6, 0u64..6);
    let clock = (times(), times(), prop::option::of(0u64..2_000_000_000));
    let texts = (0usize..4, 0usize..4, 0usize..4);
    let signs =
        (1u8..25, any::<bool>(), prop::option::of(200u16..600), prop::option::of(any::<bool>()));
    (keys(), ids, clock, texts, signs).prop_map(|(key, ids, clock, texts, signs)| {
        let text = |n: usize, texts: [&'static str; 3]| texts.get(n).map(|t| t.as_bytes().into());
        LogRecord {
            trace: Some(key.0),
            trace_spelling: key.1.map(|spelling| spelling.as_bytes().into()),
            span_id: SpanId::new(ids.0),
            parent_span_id: SpanId::new(ids.1 % 4),
            caller_span_id: SpanId::new(ids.2),
            timestamp: clock.0.map(Timestamp::from_nanoseconds),
            span_start: clock.1.filter(|at| at % 3 == 0).map(Timestamp::from_nanoseconds),
            duration: clock.2,
            service_name: text(texts.0, ["cart", "bank", "shop"]),
            span_name: text(texts.1, ["GET /a", "GET /b", "charge"]),
            body: text(texts.2, ["one 1", "two", ""]).unwrap_or_default(),
            severity: Severity::new(signs.0),
            has_exception: signs.1 && signs.0 > 20,
            http_status: signs.2,
            span_error: signs.3,
            ..LogRecord::default()
        }
    })
}

/// Records at places of their own, so that none can be mistaken for another.
fn records() -> impl Strategy<Value = Vec<Record>> {
    prop::collection::vec(record(), 0..40).prop_map(|records| {
        (0u32..)
            .zip(records)
            .map(|(n, record)| {
                let offset = u64::from(n / 3);
                let origin = LineOrigin { chunk: 0, line: n / 3, offset, length: 1 };
                (SourceId(n % 3), record, origin)
            })
            .collect()
    })
}

fn assembled(batches: &[&[Record]], keep_records: bool) -> Assembly {
    let store = TraceStore::new(Options { keep_records, only: None });
    for records in batches {
        let mut batch = store.batch();
        for (source, record, origin) in *records {
            batch.push(*source, record, &[*origin]);
        }
        store.absorb(&mut batch);
    }
    store.into_assembly()
}

proptest! {
    #[test]
    fn any_order_and_any_split_give_the_same_traces(
        (records, shuffled) in records().prop_flat_map(|records| {
            (Just(records.clone()), Just(records).prop_shuffle())
        }),
        cuts in prop::collection::vec(0usize..40, 0..4),
    ) {
        let whole = assembled(&[&records], true);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(shuffled.len())).collect();
        cuts.extend([0, shuffled.len()]);
        cuts.sort_unstable();
        let parts: Vec<&[Record]> = cuts.windows(2).map(|cut| &shuffled[cut[0]..cut[1]]).collect();
        let split = assembled(&parts, true);
        prop_assert_eq!(format!("{whole:#?}"), format!("{split:#?}"));
    }

    #[test]
    fn an_outline_says_what_the_assembled_trace_says(records in records()) {
        let store = TraceStore::new(Options::default());
        let mut batch = store.batch();
        for (source, record, origin) in &records {
            batch.push(*source, record, &[*origin]);
        }
        store.absorb(&mut batch);
        let Drafts { drafts, symbols, .. } = store.into_drafts();
        let apprentice = Apprentice::new(drafts.clone(), Precisions::default(), symbols);
        let outlines: Vec<_> = drafts.iter().map(|draft| apprentice.outline(draft)).collect();
        let lessons = apprentice.learn();
        let assembler = apprentice.graduate(lessons);
        for (draft, outline) in drafts.into_iter().zip(outlines) {
            let trace = assembler.assemble(draft);
            prop_assert!(outline.is_none_or(|outline| outline == Outline::of(&trace)));
        }
    }

    #[test]
    fn every_record_of_a_trace_is_counted_once(records in records()) {
        let assembly = assembled(&[&records], true);
        let count: u64 = assembly.traces.iter().map(|trace| trace.record_count).sum();
        prop_assert_eq!(count, records.len() as u64);
        for trace in &assembly.traces {
            prop_assert_eq!(trace.records.len() as u64, trace.record_count);
            let in_spans: u64 = trace.spans.iter().map(|span| span.record_count).sum();
            let loose: u64 = trace.loose_records.iter().map(|(_, count)| count).sum();
            prop_assert_eq!(in_spans + loose, trace.record_count);
        }
    }

    #[test]
    fn bounds_and_parents_are_sound(records in records()) {
        for trace in assembled(&[&records], false).traces {
            for (place, span) in trace.spans.iter().enumerate() {
                if let Some(SpanBounds::Reported { start, end } | SpanBounds::Observed { start, end }) = span.bounds {
                    prop_assert!(start <= end);
                }
                if let Some(bounds) = span.bounds {
                    prop_assert!(trace.start.unwrap() <= bounds.start());
                    prop_assert!(bounds.end() <= trace.end.unwrap());
                }
                let above = span.parent_index.map(|parent| &trace.spans[parent]);
                prop_assert!(span.parent_index.is_none_or(|parent| parent < place));
                prop_assert_eq!(span.depth, above.map_or(0, |above| above.depth + 1));
                if let Parent::Inferred(id) = span.parent {
                    prop_assert_eq!(Some(id), above.map(|above| above.span_id));
                }
            }
        }
    }

    #[test]
    fn keeping_records_changes_nothing_else(records in records()) {
        let (with, mut without) = (assembled(&[&records], true), assembled(&[&records], false));
        let mut with = with;
        for trace in with.traces.iter_mut().chain(&mut without.traces) {
            trace.records.clear();
            trace.spans.iter_mut().for_each(|span| span.first_body = None);
        }
        prop_assert_eq!(format!("{with:?}"), format!("{without:?}"));
    }
}
