//! What is learnt of an input, so that it is the same whatever is asked for: [`Primer`].
//!
//! One trace alone does not tell which service calls which, or which service writes whole seconds.
//! All traces together do, but who asks for one trace does not want to read all. So what is learnt
//! is learnt from the *beginning* of each source, a bounded part that every reading reads in full,
//! and the answer for a trace does not depend on how it was asked for.
//!
//! The sources' beginnings need not be of the same time. Of the traces in them, those are learnt
//! from that lie within as many of the cut sources as any do: a trace of which a busy source's part
//! is missing would teach that its spans have no caller.

use crate::record::{LineOrigin, LogRecord};
use crate::source::SourceId;
use crate::trace::assemble::{Apprentice, Draft};
use crate::trace::call_graph::CallGraph;
use crate::trace::precision::Precisions;
use crate::trace::store::lock;
use crate::trace::{Batch, Options, TraceStore};
use std::collections::BTreeMap;
use std::sync::Mutex;

/// All traces of the beginning of an input.
#[derive(Debug)]
pub struct Primer {
    store: TraceStore,
    seen: Mutex<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    precisions: Precisions,
    /// From when to when a source's beginning reaches.
    reach: BTreeMap<SourceId, (i64, i64)>,
}

impl Seen {
    fn reach(&mut self, source: SourceId, (first, last): (i64, i64)) {
        let reach = self.reach.entry(source).or_insert((first, last));
        *reach = (reach.0.min(first), reach.1.max(last));
    }

    fn merge(&mut self, other: Seen) {
        self.precisions.merge(&other.precisions);
        for (source, reach) in other.reach {
            self.reach(source, reach);
        }
    }
}

/// What one worker gathers of it.
#[derive(Debug)]
pub struct PrimerBatch {
    batch: Batch,
    seen: Seen,
}

impl PrimerBatch {
    /// Adds a record of a source's beginning, whatever trace it is of.
    pub fn push(&mut self, source: SourceId, record: &LogRecord<'_>, lines: &[LineOrigin]) {
        // Lines without an id, which may be another program's altogether, teach nothing.
        if let (Some(_), Some(time)) = (record.trace, record.timestamp) {
            let stamp = time.nanoseconds();
            self.seen.reach(source, (stamp, stamp));
            let service = self.batch.service(record);
            self.seen.precisions.observe(service, stamp, record.is_to_the_second);
        }
        self.batch.push(source, record, lines);
    }
}

impl Primer {
    /// An empty one beside the store of the traces that are wanted.
    pub fn beside(store: &TraceStore) -> Primer {
        Primer { store: store.beside(Options::default()), seen: Mutex::default() }
    }

    /// An empty batch for one worker, as [`TraceStore::batch`].
    pub fn batch(&self) -> PrimerBatch {
        PrimerBatch { batch: self.store.batch(), seen: Seen::default() }
    }

    /// Takes over what a batch has gathered and leaves it empty.
    pub fn absorb(&self, batch: &mut PrimerBatch) {
        lock(&self.seen).merge(std::mem::take(&mut batch.seen));
        self.store.absorb(&mut batch.batch);
    }

    /// Ready to learn. `cut`: sources of which only the beginning was gathered here.
    pub fn into_apprentice(self, cut: &[SourceId]) -> Apprentice {
        let seen = std::mem::take(&mut *lock(&self.seen));
        let drafts = self.store.into_drafts();
        let reach: Vec<(i64, i64)> =
            cut.iter().filter_map(|source| seen.reach.get(source)).copied().collect();
        Apprentice::new(most_covered(drafts.drafts, &reach), seen.precisions, drafts.symbols)
    }
}

/// Of the traces that can be learnt from, those that the most of the cut sources cover.
fn most_covered(drafts: Vec<Draft>, reach: &[(i64, i64)]) -> Vec<Draft> {
    let teaches = |draft: &Draft| CallGraph::learns_from(draft.span_count());
    let drafts: Vec<(usize, Draft)> = drafts
        .into_iter()
        .filter(teaches)
        .map(|draft| {
            let covers = |(start, end): (i64, i64)| {
                let reach = reach.iter();
                reach.filter(|(first, last)| *first <= start && end <= *last).count()
            };
            (draft.interval().map_or(0, covers), draft)
        })
        .collect();
    let most = drafts.iter().map(|(cover, _)| *cover).max().unwrap_or(0);
    drafts.into_iter().filter(|(cover, _)| *cover == most).map(|(_, draft)| draft).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::record::TraceKey;
    use crate::trace::test_support::record;
    use crate::trace::{Parent, Trace};

    /// One call of stock by shop, of trace `key`; the callee's span is the shorter one.
    fn call(key: u64, at: i64) -> Vec<(SourceId, LogRecord<'static>)> {
        let (shop, stock) = (SourceId(0), SourceId(1));
        let records = [
            (shop, record("shop", 10 * key + 1, at, "asking")),
            (stock, record("stock", 10 * key + 2, at + 2_000, "lookup")),
            (stock, record("stock", 10 * key + 2, at + 4_000, "found")),
            (shop, record("shop", 10 * key + 1, at + 9_000, "answered")),
        ];
        records
            .map(|(source, record)| {
                (source, LogRecord { trace: Some(TraceKey::Low64(key)), ..record })
            })
            .into()
    }

    fn learnt(records: &[(SourceId, LogRecord<'static>)], cut: &[SourceId]) -> Vec<u64> {
        let store = TraceStore::new(Options::default());
        let primer = Primer::beside(&store);
        let mut batch = primer.batch();
        records.iter().for_each(|(source, record)| batch.push(*source, record, &[]));
        primer.absorb(&mut batch);
        let mut keys = primer.into_apprentice(cut).keys();
        keys.sort_unstable();
        keys
    }

    #[test]
    fn a_trace_is_learnt_from_only_where_all_that_is_cut_reaches() {
        let mut records = call(1, 0);
        records.extend(call(2, 20_000));
        // Of the third call the busier source was cut off.
        records.extend(call(3, 40_000).into_iter().filter(|(source, _)| source.0 == 1));
        let [shop, stock] = [SourceId(0), SourceId(1)];
        // Only what has two spans can teach.
        assert_eq!(learnt(&records, &[]), [1, 2]);
        let mut second = call(3, 40_000);
        second.extend(call(4, 40_500).into_iter().filter(|(source, _)| source.0 == 1));
        second[1].1.span_id = crate::trace_context::SpanId::new(39);
        records.extend(second.into_iter().filter(|(source, _)| source.0 == 1));
        assert_eq!(learnt(&records, &[]), [1, 2, 3]);
        // Stock's log begins within the first call.
        assert_eq!(learnt(&records, &[shop, stock]), [2]);
        assert_eq!(learnt(&records, &[stock]), [2, 3]);
    }

    #[test]
    fn lines_without_an_id_teach_nothing() {
        // Another program's old lines within the same file once counted as the reach of its logs.
        let mut records: Vec<_> = (1..4).flat_map(|key| call(key, 20_000 * key as i64)).collect();
        let without: Vec<_> = [-200_000, 200_000]
            .map(|at| (SourceId(1), LogRecord { trace: None, ..record("cron", 0, at, "tick") }))
            .into();
        let stock = [SourceId(1)];
        assert_eq!(learnt(&records, &stock), [2]);
        records.extend(without);
        assert_eq!(learnt(&records, &stock), [2]);
    }

    /// The trace of a key, where only it was read beyond the primer.
    fn assembled(records: &[(SourceId, LogRecord<'static>)], primed: usize, key: u64) -> Trace {
        let store = TraceStore::new(Options::default());
        let primer = Primer::beside(&store);
        let (mut batch, mut first) = (store.batch(), primer.batch());
        for (place, (source, record)) in records.iter().enumerate() {
            if place < primed {
                first.push(*source, record, &[]);
            }
            if record.trace == Some(TraceKey::Low64(key)) {
                batch.push(*source, record, &[]);
            }
        }
        primer.absorb(&mut first);
        store.absorb(&mut batch);
        let apprentice = primer.into_apprentice(&[]);
        let lessons = apprentice.learn();
        let draft = store.into_drafts().drafts.pop().unwrap();
        apprentice.graduate(lessons).assemble(draft)
    }

    #[test]
    fn what_the_primer_does_not_know_a_trace_tells_of_itself() {
        let mut records = call(1, 0);
        let primed = records.len();
        let of = |service, span, at, text| {
            let record = record(service, span, at, text);
            (SourceId(2), LogRecord { trace: Some(TraceKey::Low64(7)), ..record })
        };
        records.extend([
            of("mail", 71, 60_000, "sending"),
            of("smtp", 72, 61_000, "connect"),
            of("smtp", 72, 63_000, "sent"),
            of("mail", 71, 64_000, "done"),
        ]);
        let trace = assembled(&records, primed, 7);
        let parents: Vec<_> = trace.spans.iter().map(|span| span.parent).collect();
        assert_eq!(parents, [Parent::None, Parent::Inferred(trace.spans[0].span_id)]);
    }
}
