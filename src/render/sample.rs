//! Stories for the tests: traces put together by hand, with the times a reader can check.

#![allow(clippy::unwrap_used)]

use super::Origins;
use crate::analysis::{
    Gap, OperationShare, PathStep, ServiceShare, Timeline, TraceSummary, Warning,
};
use crate::record::{LineOrigin, Severity, SourceId, Timestamp, TraceKey};
use crate::trace::{MissingSpan, Name, Parent, Span, SpanBounds, Status, Trace, TraceRecord};
use crate::trace_context::{SpanId, TraceId};

/// 2026-11-22T10:30:45.120Z.
const BEGIN: i64 = 1_795_343_445_120_000_000;

/// Names of files; lines are numbered as in their chunk, from 1.
pub(super) struct Files;

const FILES: [&str; 6] =
    ["gateway.log", "cart.log", "pricing.log", "payment.log", "fraud.log", "bank.log"];

impl Origins for Files {
    fn source_name(&self, source: SourceId) -> &str {
        FILES[source.0 as usize % FILES.len()]
    }

    fn line_number(&self, _source: SourceId, line: LineOrigin) -> u64 {
        u64::from(line.line) + 1
    }
}

pub(super) fn span_id(id: u64) -> SpanId {
    SpanId::new(id).unwrap()
}

/// Milliseconds after the beginning.
pub(super) fn at(milliseconds: i64) -> Timestamp {
    Timestamp::from_nanoseconds(BEGIN + milliseconds * 1_000_000)
}

/// A span from and to these milliseconds, reported.
pub(super) fn span(
    id: u64,
    parent: Option<usize>,
    service: &str,
    name: &str,
    (start, end): (i64, i64),
) -> Span {
    Span {
        span_id: span_id(id),
        parent: Parent::None,
        parent_index: parent,
        depth: 0,
        service_name: Some(service.into()),
        service_is_inferred: false,
        name: Some(name.into()),
        first_body: None,
        bounds: Some(SpanBounds::Reported { start: at(start), end: at(end) }),
        is_placed: false,
        status: Status::Ok,
        record_count: 1,
        error_count: 0,
        outside_count: 0,
        is_seen_from_outside: false,
    }
}

/// A record of that span, in line `line` of file `file`.
pub(super) fn record(
    (file, line): (u32, u32),
    milliseconds: i64,
    span: Option<&Span>,
    severity: Severity,
    body: &str,
) -> TraceRecord {
    TraceRecord {
        source: SourceId(file),
        lines: Box::new([LineOrigin { chunk: 0, line: line - 1, offset: 0, length: 80 }]),
        timestamp: Some(at(milliseconds)),
        span_id: span.map(|span| span.span_id),
        service_name: span.and_then(|span| span.service_name.clone()),
        severity: Some(severity),
        is_error: severity.is_error(),
        is_coarse: false,
        body: body.into(),
    }
}

/// A timeline of these spans and records: self times, shares and the root are computed, plainly.
pub(super) fn timeline(mut spans: Vec<Span>, records: Vec<TraceRecord>) -> Timeline {
    for at in 0..spans.len() {
        if let (Some(parent), Parent::None) = (spans[at].parent_index, spans[at].parent) {
            spans[at].parent = Parent::Reported(spans[parent].span_id);
        }
        spans[at].depth = spans[at].parent_index.map_or(0, |parent| spans[parent].depth + 1);
    }
    let self_times: Vec<Option<u64>> = (0..spans.len()).map(|at| self_time(&spans, at)).collect();
    let bounds = || spans.iter().filter_map(|span| span.bounds);
    let times = || records.iter().filter_map(|record| record.timestamp);
    let start = bounds().map(SpanBounds::start).chain(times()).min();
    let end = bounds().map(SpanBounds::end).chain(times()).max();
    let trace_id = TraceId::new(0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736).unwrap();
    let mut loose_records: Vec<(Option<Name>, u64)> = Vec::new();
    for record in records.iter().filter(|record| record.span_id.is_none()) {
        match loose_records.iter_mut().find(|(name, _)| *name == record.service_name) {
            Some((_, count)) => *count += 1,
            None => loose_records.push((record.service_name.clone(), 1)),
        }
    }
    let errors = records.iter().filter(|record| record.is_error).count() as u64;
    let trace = Trace {
        trace_id: trace_id.to_string(),
        key: TraceKey::Full(trace_id),
        aliases: Vec::new(),
        links: Vec::new(),
        start,
        end,
        status: if errors > 0 { Status::Error } else { Status::Unset },
        record_count: records.len() as u64,
        error_count: errors,
        untimed_count: 0,
        spans,
        coarse_services: Vec::new(),
        loose_records,
        records,
        missing_spans: Vec::new(),
        loops: Vec::new(),
        clock_adjustments: Vec::new(),
        ends_before_start: Vec::new(),
    };
    let (services, operations) = shares(&trace, &self_times);
    Timeline {
        root: (!trace.spans.is_empty()).then_some(0),
        self_times,
        services,
        operations,
        critical_path: Timeline::new(trace.clone()).critical_path,
        gaps: Vec::new(),
        silences: Vec::new(),
        warnings: Vec::new(),
        trace,
    }
}

fn self_time(spans: &[Span], at: usize) -> Option<u64> {
    let bounds = spans[at].bounds?;
    let mut children: Vec<(i64, i64)> = spans
        .iter()
        .filter(|span| span.parent_index == Some(at))
        .filter_map(|span| span.bounds)
        .map(|child| {
            let (start, end) = (child.start().max(bounds.start()), child.end().min(bounds.end()));
            (start.nanoseconds(), end.nanoseconds())
        })
        .collect();
    children.sort_unstable();
    let mut covered_to = bounds.start().nanoseconds();
    let mut own = 0;
    for (start, end) in children {
        own += (start - covered_to).max(0);
        covered_to = covered_to.max(end);
    }
    own += (bounds.end().nanoseconds() - covered_to).max(0);
    Some(own as u64)
}

fn shares(trace: &Trace, self_times: &[Option<u64>]) -> (Vec<ServiceShare>, Vec<OperationShare>) {
    let (mut services, mut operations): (Vec<ServiceShare>, Vec<OperationShare>) =
        (Vec::new(), Vec::new());
    let total: u64 = self_times.iter().flatten().sum();
    for (span, own) in trace.spans.iter().zip(self_times) {
        let own = own.unwrap_or(0);
        let share = own as f64 / total.max(1) as f64;
        match services.iter_mut().find(|service| service.service_name == span.service_name) {
            Some(service) => {
                service.span_count += 1;
                service.self_time += own;
                service.share += share;
            }
            None => services.push(ServiceShare {
                service_name: span.service_name.clone(),
                span_count: 1,
                record_count: span.record_count,
                self_time: own,
                share,
            }),
        }
        match operations
            .iter_mut()
            .find(|o| o.service_name == span.service_name && o.name == span.name)
        {
            Some(operation) => {
                operation.span_count += 1;
                operation.self_time += own;
                operation.share += share;
            }
            None => operations.push(OperationShare {
                service_name: span.service_name.clone(),
                name: span.name.clone(),
                span_count: 1,
                self_time: own,
                share,
            }),
        }
    }
    services.sort_by_key(|service| std::cmp::Reverse(service.self_time));
    operations.sort_by_key(|operation| std::cmp::Reverse(operation.self_time));
    (services, operations)
}

/// A checkout that fails: the payment waits most of a second before it asks the bank, and the
/// bank refuses. A mail is sent by a span that nobody logged.
pub(super) fn checkout() -> Timeline {
    let mut gateway = span(0xb7ad_6b71_6920_3331, None, "gateway", "GET /checkout", (0, 1282));
    gateway.status = Status::Error;
    let cart = span(0x00f0_67aa_0ba9_02b7, Some(0), "cart", "load cart", (22, 83));
    let mut redis = span(0x1a2b_3c4d_5e6f_7081, Some(1), "redis", "GET cart:627", (40, 52));
    redis.parent = Parent::Inferred(cart.span_id);
    redis.service_is_inferred = true;
    let pricing = span(0x5399_5c3f_42cd_8ad8, Some(0), "pricing", "quote", (90, 182));
    let mut payment = span(0xc1c2_c3c4_c5c6_c7c8, Some(0), "payment", "charge", (190, 1240));
    payment.bounds = Some(SpanBounds::Observed { start: at(190), end: at(1240) });
    payment.status = Status::Error;
    let fraud = span(0xd1d2_d3d4_d5d6_d7d8, Some(4), "fraud", "score", (195, 226));
    let mut bank = span(0xe1e2_e3e4_e5e6_e7e8, Some(4), "bank", "POST /authorize", (1007, 1236));
    bank.parent = Parent::Inferred(payment.span_id);
    bank.status = Status::Error;
    let mut mailer = span(0xf1f2_f3f4_f5f6_f7f8, None, "mailer", "send apology", (1250, 1270));
    mailer.bounds = Some(SpanBounds::Observed { start: at(1250), end: at(1270) });
    mailer.parent = Parent::Reported(span_id(0x0123_4567_89ab_cdef));

    let (info, warn, error) = (Severity::INFO, Severity::WARN, Severity::ERROR);
    let records = vec![
        record((0, 12), 0, Some(&gateway), info, "checkout started user=627"),
        record((1, 40), 22, Some(&cart), info, "loading cart"),
        record((1, 41), 83, Some(&cart), info, "cart loaded items=3 total=59.90"),
        record((2, 7), 182, Some(&pricing), info, "quote 59.90 EUR"),
        record((3, 119), 190, Some(&payment), info, "payment requested amount=59.90"),
        record((4, 3), 226, Some(&fraud), info, "score 0.02"),
        record((3, 120), 241, Some(&payment), info, "charging card attempt=1"),
        record((3, 121), 1007, Some(&payment), warn, "connection pool exhausted, waited 766ms"),
        record(
            (5, 88),
            1236,
            Some(&bank),
            error,
            "authorization declined code=91 issuer unavailable",
        ),
        record(
            (3, 122),
            1240,
            Some(&payment),
            error,
            "charge failed: BankError: declined\n  at Charge.run\n  at main",
        ),
        record((0, 13), 1243, Some(&gateway), error, "GET /checkout 502"),
        record((0, 14), 1250, Some(&mailer), info, "mail queued"),
        record((0, 15), 1270, Some(&mailer), info, "mail sent"),
    ];
    let spans = vec![gateway, cart, redis, pricing, payment, fraud, bank, mailer];
    let mut timeline = timeline(spans, records);
    let step = |span, start, end| PathStep { span, start: at(start), end: at(end) };
    timeline.critical_path = vec![
        step(0, 0, 22),
        step(1, 22, 40),
        step(2, 40, 52),
        step(1, 52, 83),
        step(0, 83, 90),
        step(3, 90, 182),
        step(0, 182, 190),
        step(4, 190, 195),
        step(5, 195, 226),
        step(4, 226, 1007),
        step(6, 1007, 1236),
        step(4, 1236, 1240),
        step(0, 1240, 1282),
    ];
    let gap = |span, before, after, milliseconds: u64, uncovered: u64| Gap {
        span: Some(span),
        before,
        after,
        duration: milliseconds * 1_000_000,
        uncovered: uncovered * 1_000_000,
    };
    timeline.gaps = vec![
        gap(0, 0, 10, 1243, 40),
        gap(4, 6, 7, 766, 766),
        gap(4, 7, 9, 233, 4),
        gap(1, 1, 2, 61, 49),
    ];
    timeline.silences = vec![timeline.gaps[1], timeline.gaps[3], timeline.gaps[0]];
    timeline.trace.missing_spans = vec![MissingSpan {
        span_id: span_id(0x0123_4567_89ab_cdef),
        record_count: 2,
        parent_index: None,
    }];
    timeline.warnings = vec![
        Warning::SpansNeverLogged { spans: vec![(span_id(0x0123_4567_89ab_cdef), 2)] },
        Warning::ClockSkew {
            service_name: "bank".into(),
            relative_to: "payment".into(),
            offset: 4_000_000,
            evidence: 1,
            is_adjusted: false,
        },
    ];
    timeline
}

/// The summary of a timeline.
pub(super) fn summary(timeline: &Timeline) -> TraceSummary {
    let mut trace = timeline.trace.clone();
    trace.records = Vec::new();
    TraceSummary {
        trace,
        self_times: timeline.self_times.clone(),
        root: timeline.root,
        services: timeline.services.clone(),
        warnings: timeline.warnings.clone(),
    }
}

/// Records that name no span, of two services: a trace by request id.
pub(super) fn without_spans() -> Timeline {
    let of = |service: &str, line, milliseconds, severity, body: &str| TraceRecord {
        service_name: Some(service.into()),
        ..record((u32::from(service == "worker") * 3, line), milliseconds, None, severity, body)
    };
    let (info, error) = (Severity::INFO, Severity::ERROR);
    let records = vec![
        of("api", 1, 0, info, "POST /jobs accepted"),
        of("worker", 7, 4, info, "job 71 picked up"),
        of("worker", 8, 9, info, "fetching https://example.test/a.csv"),
        of("worker", 9, 2009, error, "fetch timed out after 2000 ms"),
        of("worker", 10, 2010, info, "job 71 requeued"),
        of("api", 2, 2012, info, "POST /jobs 202"),
    ];
    let mut timeline = timeline(Vec::new(), records);
    timeline.gaps = vec![Gap {
        span: None,
        before: 2,
        after: 3,
        duration: 2_000_000_000,
        uncovered: 2_000_000_000,
    }];
    timeline.silences = timeline.gaps.clone();
    timeline
}

/// A checkout of which no record has a time.
pub(super) fn without_times() -> Timeline {
    let mut timeline = checkout();
    let trace = &mut timeline.trace;
    (trace.start, trace.end) = (None, None);
    trace.spans.iter_mut().for_each(|span| span.bounds = None);
    trace.records.iter_mut().for_each(|record| record.timestamp = None);
    timeline
}

/// A record of no span, written by a service with a long name. With neither bars nor durations
/// beside it, such a name once took the room of the records too, which ran over.
pub(super) fn long_name() -> Timeline {
    let mut timeline = without_spans();
    timeline.trace.records.truncate(1);
    timeline.trace.end = timeline.trace.start;
    let name: Name = "a-service-".repeat(30).into();
    timeline.trace.records[0].service_name = Some(name.clone());
    timeline.trace.loose_records = vec![(Some(name), 1)];
    timeline.gaps.clear();
    timeline.silences.clear();
    timeline
}

/// A page that asks a database `queries` times, one after the other; every 50th fails.
pub(super) fn many_queries(queries: i64) -> Timeline {
    let mut spans = vec![span(1, None, "web", "GET /orders", (0, 4 * queries + 10))];
    for query in 0..queries {
        let start = 5 + 4 * query;
        let name = if query % 10 == 0 { "SELECT orders" } else { "SELECT customer" };
        let mut select = span(2 + query as u64, Some(0), "db", name, (start, start + 3));
        if query % 50 == 49 {
            select.status = Status::Error;
        }
        spans.push(select);
    }
    timeline(spans, Vec::new())
}

/// A chain of calls, each within the one before.
pub(super) fn deep(levels: usize) -> Timeline {
    let spans = (0..levels).map(|level| {
        let at = level as i64;
        let end = 2 * levels as i64 - at;
        span(
            1 + level as u64,
            level.checked_sub(1),
            "recursion",
            &format!("level {level}"),
            (at, end),
        )
    });
    timeline(spans.collect(), Vec::new())
}

/// Names that a log should not be allowed to write to a terminal, or that are hard to align.
pub(super) fn hostile() -> Timeline {
    let long = "a-service-with-a-name-of-one-hundred-characters-".repeat(2) + "abcd";
    let mut spans = vec![
        span(1, None, &long, &long, (0, 100)),
        span(2, Some(0), "漢字のサービス", "検索 🔎 クエリ", (10, 40)),
        span(3, Some(0), "evil\x1b[2J\u{202e}", "rm -rf\r\n\x07", (40, 90)),
        span(4, Some(2), "👩\u{200d}💻", "e\u{301}te\u{301}", (50, 50)),
    ];
    spans[1].bounds = None;
    let body = format!("\x1b]0;title\x07{}", "漢字".repeat(200));
    let records = vec![record((0, 1), 10, Some(&spans[1]), Severity::ERROR, &body)];
    timeline(spans, records)
}
