//! Traces for the tests of this room, made of records as the program makes them.
#![allow(clippy::unwrap_used)]

use crate::record::{LineOrigin, LogRecord, Timestamp, TraceKey};
use crate::source::SourceId;
use crate::trace::{Assembly, Drafts, Options, Parent, Primer, SpanBounds, Trace, TraceStore};
use crate::trace_context::SpanId;

pub(crate) const MS: i64 = 1_000_000;

/// A record of trace 1, in a span of a service, at a time in microseconds.
pub(crate) fn record(
    service: &'static str,
    span: u64,
    microseconds: i64,
    body: &'static str,
) -> LogRecord<'static> {
    LogRecord {
        trace: Some(TraceKey::Low64(1)),
        span_id: SpanId::new(span),
        service_name: Some(service.as_bytes().into()),
        timestamp: Some(Timestamp::from_nanoseconds(microseconds * 1000)),
        body: body.as_bytes().into(),
        ..LogRecord::default()
    }
}

pub(crate) fn assembly(records: &[LogRecord<'_>]) -> Assembly {
    let store = TraceStore::new(Options { keep_records: true, only: None });
    let primer = Primer::beside(&store);
    let (mut batch, mut first) = (store.batch(), primer.batch());
    for (line, record) in (0u32..).zip(records) {
        let offset = u64::from(line);
        let lines = [LineOrigin { chunk: 0, line, offset, length: 0 }];
        batch.push(SourceId(0), record, &lines);
        first.push(SourceId(0), record, &lines);
    }
    store.absorb(&mut batch);
    primer.absorb(&mut first);
    let apprentice = primer.into_apprentice(&[]);
    let lessons = apprentice.learn();
    let assembler = apprentice.graduate(lessons);
    let Drafts { drafts, ambiguous_ids, .. } = store.into_drafts();
    let traces = drafts.into_iter().map(|draft| assembler.assemble(draft)).collect();
    Assembly::new(traces, ambiguous_ids)
}

/// The only trace of these records.
pub(crate) fn trace(records: &[LogRecord<'_>]) -> Trace {
    let mut traces = assembly(records).traces;
    assert_eq!(traces.len(), 1);
    traces.pop().unwrap()
}

/// By span, sorted: the guessed parent, 0 for none, and whether it is a guess.
pub(crate) fn parents(trace: &Trace) -> Vec<(u64, u64, bool)> {
    let mut parents: Vec<_> = trace
        .spans
        .iter()
        .map(|span| match span.parent {
            Parent::Reported(id) => (span.span_id.get(), id.get(), false),
            Parent::Inferred(id) => (span.span_id.get(), id.get(), true),
            Parent::None => (span.span_id.get(), 0, false),
        })
        .collect();
    parents.sort_unstable();
    parents
}

/// Bounds of a span in nanoseconds, and whether they are reported.
pub(crate) fn bounds(trace: &Trace, span: u64) -> Option<(i64, i64, bool)> {
    let span = trace.spans.iter().find(|known| known.span_id.get() == span)?;
    let bounds = span.bounds?;
    let is_reported = matches!(bounds, SpanBounds::Reported { .. });
    Some((bounds.start().nanoseconds(), bounds.end().nanoseconds(), is_reported))
}
