//! Records that were kept whole: in the order in which they are shown.

use crate::record::Timestamp;
use crate::trace::assemble::Names;
use crate::trace::facts::{KeptRecord, is_whole_second};
use crate::trace::precision::Units;
use crate::trace::{Name, TraceRecord};
use crate::trace_context::SpanId;
use hashbrown::HashMap;

/// By span, the body of its earliest record; of those written in it, if there are any.
pub(crate) fn first_bodies(kept: &[KeptRecord]) -> HashMap<u64, Name> {
    let mut first: HashMap<u64, &KeptRecord> = HashMap::new();
    fn rank(record: &KeptRecord) -> impl Ord + '_ {
        (
            record.is_from_outside,
            record.timestamp.unwrap_or(i64::MAX),
            record.source,
            record.lines.first().map(|line| line.offset),
            &record.body,
        )
    }
    for record in kept.iter().filter(|record| record.span != 0 && !record.body.is_empty()) {
        first
            .entry(record.span)
            .and_modify(|known| {
                if rank(record) < rank(known) {
                    *known = record;
                }
            })
            .or_insert(record);
    }
    first.into_iter().map(|(span, record)| (span, Name::clone(&record.body))).collect()
}

/// Records by time, then source, then line. One without time stays behind the record before it
/// in its source.
pub(crate) fn records(
    mut kept: Vec<KeptRecord>,
    units: &Units,
    names: &mut Names<'_>,
) -> Vec<TraceRecord> {
    fn place(record: &KeptRecord) -> impl Ord + '_ {
        (
            record.source,
            record.lines.first().map(|line| line.offset),
            record.timestamp,
            record.span,
            &record.body,
            record.severity,
        )
    }
    kept.sort_by(|left, right| place(left).cmp(&place(right)));
    let mut times = Vec::with_capacity(kept.len());
    let mut before = (None, i64::MIN);
    for record in &kept {
        if before.0 != Some(record.source) {
            before = (Some(record.source), i64::MIN);
        }
        before.1 = record.timestamp.unwrap_or(before.1);
        times.push(before.1);
    }
    let mut timed: Vec<(i64, KeptRecord)> = times.into_iter().zip(kept).collect();
    timed.sort_by_key(|&(time, _)| time);
    timed
        .into_iter()
        .map(|(_, record)| TraceRecord {
            source: record.source,
            lines: record.lines,
            timestamp: record.timestamp.map(Timestamp::from_nanoseconds),
            span_id: SpanId::new(record.span),
            service_name: names.get(record.service),
            severity: record.severity,
            is_error: record.is_error,
            is_coarse: units.is_coarse(record.service)
                && record.timestamp.is_some_and(is_whole_second),
            body: record.body,
        })
        .collect()
}
