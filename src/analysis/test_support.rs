//! Traces for tests, made as the program makes them: out of records.
#![allow(clippy::unwrap_used)]

use crate::record::{LineOrigin, LogRecord, Timestamp, TraceKey};
use crate::source::SourceId;
use crate::trace::{Options, Trace, TraceStore};
use crate::trace_context::SpanId;

/// A span that one record reports.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SpanSpec {
    pub(crate) id: u64,
    /// 0 for none.
    pub(crate) parent: u64,
    pub(crate) service: &'static str,
    /// Start and end; `None`: the record has no time.
    pub(crate) times: Option<(i64, i64)>,
}

/// A record of one moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RecordSpec {
    /// 0 for none.
    pub(crate) span: u64,
    pub(crate) parent: u64,
    pub(crate) time: Option<i64>,
}

/// A trace of these spans.
pub(crate) fn trace(spans: &[SpanSpec]) -> Trace {
    assemble(spans.iter().map(|span| LogRecord {
        span_id: SpanId::new(span.id),
        parent_span_id: SpanId::new(span.parent),
        service_name: Some(span.service.as_bytes().into()),
        span_start: span.times.map(|(start, _)| Timestamp::from_nanoseconds(start)),
        duration: span.times.map(|(start, end)| end.abs_diff(start)),
        ..LogRecord::default()
    }))
}

/// A trace of these records.
pub(crate) fn trace_of_records(records: &[RecordSpec]) -> Trace {
    assemble(records.iter().map(|record| LogRecord {
        span_id: SpanId::new(record.span),
        parent_span_id: SpanId::new(record.parent),
        timestamp: record.time.map(Timestamp::from_nanoseconds),
        ..LogRecord::default()
    }))
}

fn assemble<'a>(records: impl Iterator<Item = LogRecord<'a>>) -> Trace {
    let store = TraceStore::new(Options { keep_records: true, only: None });
    let mut batch = store.batch();
    let mut any = LogRecord { trace: Some(TraceKey::Low64(1)), ..LogRecord::default() };
    let mut offset = 0;
    for record in records {
        any = LogRecord { trace: any.trace, ..record };
        let origin = LineOrigin { chunk: 0, line: offset, offset: u64::from(offset), length: 0 };
        batch.push(SourceId(0), &any, &[origin]);
        offset += 1;
    }
    if offset == 0 {
        // A trace needs a record; this one is in no span.
        batch.push(SourceId(0), &any, &[]);
    }
    store.absorb(&mut batch);
    store.into_assembly().traces.pop().unwrap()
}
