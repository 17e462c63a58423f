//! What records add up to, told as small stories.
#![allow(clippy::unwrap_used)]

use crate::record::{LogRecord, Severity, Timestamp, TraceKey};
use crate::trace::test_support::{MS, assembly, bounds, parents, record, trace};
use crate::trace::{Parent, Status, Trace};
use crate::trace_context::{SpanId, TraceId};

const SECOND: i64 = 1000 * MS;

fn quoting(record: LogRecord<'static>, caller: u64) -> LogRecord<'static> {
    LogRecord { caller_span_id: SpanId::new(caller), ..record }
}

fn lasting(record: LogRecord<'static>, duration: i64) -> LogRecord<'static> {
    LogRecord { duration: u64::try_from(duration).ok(), ..record }
}

/// A stamp of whole seconds as an access log writes it.
fn at_second(record: LogRecord<'static>, second: i64) -> LogRecord<'static> {
    LogRecord { timestamp: Some(Timestamp::from_nanoseconds(second * SECOND)), ..record }
}

// Parents.

#[test]
fn the_callee_hangs_below_the_span_that_speaks_next() {
    // Span 3 says nothing before its first call has returned.
    let trace = trace(&[
        record("shop", 1, 0, "request started"),
        record("shop", 2, 1_000, "cart checked"),
        record("stock", 4, 3_000, "lookup"),
        record("stock", 4, 4_000, "found"),
        record("shop", 3, 6_000, "stock answered"),
        record("shop", 3, 9_000, "context loaded"),
        record("shop", 1, 20_000, "request finished"),
    ]);
    let expected = [(1, 0, false), (2, 1, true), (3, 1, true), (4, 3, true)];
    assert_eq!(parents(&trace), expected);
}

#[test]
fn a_span_seen_only_by_its_callee_takes_the_name_of_its_caller() {
    let trace = trace(&[
        record("orders", 1, 0, "creating"),
        quoting(record("postgres", 0, 5_000, "duration: 2 ms"), 7),
        record("orders", 1, 9_000, "created"),
    ]);
    let span = trace.spans.iter().find(|span| span.span_id.get() == 7).unwrap();
    assert!(span.is_seen_from_outside && span.service_is_inferred);
    assert_eq!(span.service_name.as_deref(), Some("orders"));
    assert_eq!((span.record_count, span.outside_count), (0, 1));
    assert_eq!(trace.loose_records, [(Some("postgres".into()), 1)]);
}

#[test]
fn without_a_known_caller_the_callee_lends_its_name() {
    let trace = trace(&[quoting(record("nginx", 0, 5_000, "GET /"), 7)]);
    assert_eq!(trace.spans[0].service_name.as_deref(), Some("nginx"));
    assert!(trace.spans[0].service_is_inferred);
}

#[test]
fn of_two_spans_that_quote_one_caller_the_inner_hangs_below_the_outer() {
    let trace = trace(&[
        quoting(lasting(record("stock", 2, 20_000, "request completed"), 20 * MS), 1),
        quoting(record("stock", 3, 5_000, "lookup"), 1),
        quoting(record("stock", 3, 15_000, "found"), 1),
    ]);
    assert_eq!(parents(&trace), [(2, 1, false), (3, 2, true)]);
    let missing = trace.missing_spans.iter().map(|span| (span.span_id.get(), span.record_count));
    assert_eq!(missing.collect::<Vec<_>>(), [(1, 3)]);
}

#[test]
fn a_child_of_a_span_never_logged_hangs_below_the_nearest_that_was() {
    let trace = trace(&[
        record("shop", 1, 0, "request started"),
        quoting(record("stock", 3, 5_000, "lookup"), 2),
        record("shop", 1, 9_000, "request finished"),
    ]);
    let span = trace.spans.iter().find(|span| span.span_id.get() == 3).unwrap();
    assert_eq!(span.parent, Parent::Reported(SpanId::new(2).unwrap()));
    assert_eq!(span.parent_index.map(|index| trace.spans[index].span_id.get()), Some(1));
    assert_eq!(trace.missing_spans[0].parent_index, span.parent_index);
}

#[test]
fn children_of_a_span_never_logged_stay_together() {
    let child = |span, at, body| LogRecord {
        parent_span_id: SpanId::new(9),
        ..record("stock", span, at, body)
    };
    let trace = trace(&[
        record("shop", 1, 0, "request started"),
        child(2, 5_000, "lookup"),
        record("shop", 1, 9_000, "request finished"),
        child(3, 20_000, "audit"),
    ]);
    let above: Vec<_> = trace.spans.iter().map(|span| span.parent_index).collect();
    assert_eq!(above, [None, Some(0), Some(0)]);
    assert_eq!(trace.missing_spans[0].parent_index, Some(0));
}

#[test]
fn work_that_outlives_its_request_hangs_below_it() {
    let trace = trace(&[
        record("shop", 1, 0, "request started"),
        record("shop", 1, 9_000, "request finished"),
        record("shop", 2, 50_000, "audit written"),
    ]);
    assert_eq!(parents(&trace), [(1, 0, false), (2, 1, true)]);
}

#[test]
fn a_loop_of_parents_is_cut_and_told() {
    let child = |span, parent, at| LogRecord {
        parent_span_id: SpanId::new(parent),
        ..record("shop", span, at, "working")
    };
    let trace = trace(&[child(1, 2, 10), child(2, 3, 5), child(3, 1, 20), child(4, 3, 30)]);
    let ids = |ids: &[u64]| ids.iter().map(|&id| SpanId::new(id).unwrap()).collect::<Vec<_>>();
    assert_eq!(trace.loops, [ids(&[1, 2, 3])]);
    let order: Vec<u64> = trace.spans.iter().map(|span| span.span_id.get()).collect();
    assert_eq!(order, [2, 1, 3, 4]);
}

#[test]
fn a_hundred_thousand_spans_in_a_chain_are_assembled() {
    let records: Vec<_> = (1..=100_000)
        .map(|span| LogRecord {
            parent_span_id: SpanId::new(span - 1),
            ..record("shop", span, span as i64, "working")
        })
        .collect();
    assert_eq!(trace(&records).spans.last().map(|span| span.depth), Some(99_999));
    let unlinked: Vec<_> = (1..=100_000).map(|n| record("shop", n, n as i64, "working")).collect();
    assert_eq!(trace(&unlinked).spans.len(), 100_000);
}

// Bounds.

#[test]
fn the_longest_reported_interval_is_the_span() {
    let trace = trace(&[
        lasting(record("shop", 1, 50_000, "query took 30 ms"), 30 * MS),
        lasting(record("shop", 1, 90_000, "request took 80 ms"), 80 * MS),
        record("shop", 1, 95_000, "bye"),
    ]);
    assert_eq!(bounds(&trace, 1), Some((10 * MS, 90 * MS, true)));
    assert_eq!(trace.end, Some(Timestamp::from_nanoseconds(95 * MS)));
}

// The trace began with the first statement, and no span covered it.
#[test]
fn of_several_parts_the_first_counts_too() {
    let trace = trace(&[
        lasting(record("shop", 1, 20_000, "first query took 20 ms"), 20 * MS),
        lasting(record("shop", 1, 100_000, "second query took 30 ms"), 30 * MS),
    ]);
    assert_eq!(bounds(&trace, 1), Some((0, 100 * MS, false)));
    assert_eq!(trace.start, trace.spans[0].bounds.map(|bounds| bounds.start()));
}

#[test]
fn a_record_before_the_reported_start_shows_that_it_was_a_part() {
    let trace = trace(&[
        record("shop", 1, 10_000, "request started"),
        lasting(record("shop", 1, 90_000, "query took 20 ms"), 20 * MS),
    ]);
    assert_eq!(bounds(&trace, 1), Some((10 * MS, 90 * MS, false)));
}

// One line was too little to show that nginx writes whole seconds: it stood beside its callee.
#[test]
fn a_stamp_seen_without_a_fraction_needs_no_others_to_be_known_as_coarse() {
    let line = at_second(quoting(record("nginx", 0, 0, "POST /"), 1), 1);
    let line = LogRecord { is_to_the_second: true, ..lasting(line, 1_200 * MS) };
    let trace = trace(&[
        line,
        record("shop", 2, 100_000, "request started"),
        record("stock", 3, 150_000, "lookup"),
        record("stock", 3, 390_000, "found"),
        record("shop", 2, 400_000, "stock answered"),
        record("shop", 2, 1_160_000, "request finished"),
    ]);
    assert_eq!(parents(&trace), [(1, 0, false), (2, 1, true), (3, 2, true)]);
    assert!(trace.spans[0].is_placed);
}

/// The trace of these records, where nginx has written whole seconds before.
fn trace_beside_whole_seconds(records: &[LogRecord<'static>]) -> Trace {
    let earlier = (1..=4).map(|second| LogRecord {
        trace: Some(TraceKey::Low64(2)),
        ..at_second(record("nginx", 0, 0, "GET /"), second)
    });
    let all: Vec<_> = earlier.chain(records.iter().cloned()).collect();
    let mut traces = assembly(&all).traces;
    traces.retain(|trace| trace.key == TraceKey::Low64(1));
    traces.pop().unwrap()
}

#[test]
fn whole_seconds_do_not_stretch_a_trace_of_finer_times() {
    let trace = trace_beside_whole_seconds(&[
        at_second(quoting(lasting(record("nginx", 0, 0, "GET /"), 500 * MS), 1), 50),
        record("shop", 2, 50_200_123, "request started"),
        record("shop", 2, 50_600_456, "request finished"),
    ]);
    assert_eq!(parents(&trace), [(1, 0, false), (2, 1, true)]);
    // Moved so that it holds the span that it called, by less than a second.
    let (start, end, is_reported) = bounds(&trace, 1).unwrap();
    assert!(start <= 50_200_123 * 1000 && end >= 50_600_456 * 1000);
    assert_eq!((end - start, is_reported), (500 * MS, true));
    assert!(trace.duration().unwrap() <= 500 * MS as u64);
    // Never silently.
    assert!(trace.spans[0].is_placed && !trace.spans[1].is_placed);
    assert_eq!(trace.coarse_services, ["nginx".into()]);
}

// A span of milliseconds that ended on a full second was moved so that it held its child.
#[test]
fn one_stamp_of_a_full_second_moves_nothing() {
    let trace = trace(&[
        lasting(record("web", 1, 1_000_000, "GET /"), 1000 * MS),
        LogRecord {
            parent_span_id: SpanId::new(1),
            ..lasting(record("mail", 2, 1_300_000, "send"), 400 * MS)
        },
    ]);
    assert_eq!(bounds(&trace, 1), Some((0, SECOND, true)));
    assert_eq!(bounds(&trace, 2), Some((900 * MS, 1300 * MS, true)));
}

#[test]
fn a_service_that_writes_finer_times_elsewhere_means_a_whole_second_exactly() {
    let trace = trace(&[
        record("shop", 1, 50_000_000, "request started"),
        record("shop", 1, 50_600_456, "request finished"),
    ]);
    assert_eq!(bounds(&trace, 1), Some((50 * SECOND, 50_600_456 * 1000, false)));
    assert_eq!(trace.start, Some(Timestamp::from_nanoseconds(50 * SECOND)));
}

// Status and counts.

#[test]
fn a_failed_answer_seen_from_outside_is_an_error_record_and_fails_no_span() {
    let answer = |status| LogRecord {
        http_status: Some(status),
        ..quoting(record("nginx", 0, 5_000, "GET /"), 7)
    };
    for (status, expected, errors) in
        [(503, Status::Unset, 1), (404, Status::Ok, 0), (200, Status::Ok, 0)]
    {
        let trace = trace(&[answer(status)]);
        assert_eq!((trace.status, trace.spans[0].status), (expected, expected), "{status}");
        assert_eq!((trace.error_count, trace.spans[0].error_count), (errors, errors), "{status}");
    }
}

#[test]
fn an_error_in_no_span_makes_the_trace_an_error() {
    let record = LogRecord { severity: Some(Severity::ERROR), ..record("shop", 0, 0, "boom") };
    let trace = trace(&[record]);
    assert_eq!((trace.status, trace.error_count), (Status::Error, 1));
}

#[test]
fn records_without_time_stay_behind_the_one_before_them() {
    let untimed = LogRecord { timestamp: None, ..record("shop", 1, 0, "second") };
    let trace = trace(&[record("shop", 1, 9, "first"), untimed, record("shop", 1, 20, "third")]);
    let bodies: Vec<_> = trace.records.iter().map(|record| &*record.body).collect();
    assert_eq!(bodies, ["first", "second", "third"]);
    assert_eq!(trace.untimed_count, 1);
}

// Identity.

#[test]
fn a_decimal_id_joins_the_trace_whose_low_half_it_is() {
    let full = |high: u128| TraceKey::Full(TraceId::new(high << 64 | 77).unwrap());
    let with = |key, spelling: Option<&'static str>| LogRecord {
        trace: Some(key),
        trace_spelling: spelling.map(|text| text.as_bytes().into()),
        ..record("shop", 1, 0, "hello")
    };
    let decimal = with(TraceKey::Low64(77), Some("77"));
    let joined = trace(&[with(full(5), None), decimal.clone()]);
    assert_eq!(joined.trace_id, "0000000000000005000000000000004d");
    assert_eq!((joined.aliases, joined.record_count), (vec!["77".to_owned()], 2));

    let apart = assembly(&[with(full(5), None), with(full(6), None), decimal]);
    assert_eq!(apart.traces.len(), 3);
    assert_eq!(apart.ambiguous_ids, ["000000000000004d"]);
}
