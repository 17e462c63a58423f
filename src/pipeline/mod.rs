//! Joins source, record and trace: reads all inputs in parallel and gathers what was asked for.
//!
//! The only parallel code. Workers pull chunks, read them side by side, and leave their edges to a
//! `Joint` per source, which puts them together in the order of the source. The answer
//! does not depend on the number of threads, the size of the chunks, or who finishes first.

mod assemble;
mod early;
mod headers;
mod joint;
mod line_table;
mod midnights;
mod search;

use crate::record::{
    Assembler, Columns, Detail, KeyCache, LineOrigin, Midnights, Pattern, ReadRecord, Reference,
    SourceContext, Tally, TraceKey, UserKeys,
};
use crate::source::{Buffer, Chunk, Chunks, SourceError, SourceId, lines};
use crate::trace::{Batch, Primer, PrimerBatch, TraceStore};
use bumpalo::Bump;
use headers::HeaderTable;
use joint::{Finished, Joint, Surroundings};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use assemble::{Pick, Picked, assemble};
pub use line_table::LineTable;
pub use midnights::midnights;
pub use search::Search;

/// What the meaning of a source's lines depends on.
#[derive(Clone, Debug)]
pub struct SourceInfo {
    /// The service of lines that name none.
    pub service_name: Option<Vec<u8>>,
    /// Completes stamps without year, date or zone.
    pub reference: Reference,
    /// Where stamps without a date pass midnight: see [`midnights()`].
    pub midnights: Option<Arc<Midnights>>,
}

/// How to read.
#[derive(Clone, Debug)]
pub struct ReadPlan<'p> {
    /// Per source, in the order of the sources.
    pub sources: &'p [SourceInfo],
    /// What to collect of each record.
    pub detail: Detail,
    /// Look only at chunks that hold one of these ids (and at what their records need).
    pub search: Option<&'p Search>,
    /// Layouts that the user describes.
    pub patterns: &'p [Pattern],
    /// Keys that the user names.
    pub keys: &'p UserKeys,
    /// So many bytes at the beginning of each source are looked at whatever is searched for.
    pub primed_bytes: u64,
    /// Number the lines: see [`LineTable`].
    pub number_lines: bool,
    /// Threads.
    pub threads: usize,
}

/// What is done with the records.
///
/// Workers gather records in parts of their own, one for each chunk and one for each joint between
/// chunks.
pub trait Visit: Sync {
    /// What one worker gathers from one chunk.
    type Part: Send;

    /// An empty part.
    fn part(&self) -> Self::Part;

    /// Takes one record.
    fn record(&self, part: &mut Self::Part, record: &ReadRecord<'_, '_>);

    /// A part is full. Called at once, in any order. What is given back comes to
    /// [`Visit::deliver`] in the order of its source.
    fn gathered(&self, part: Self::Part) -> Option<Self::Part>;

    /// Parts of a source in order. Gives false to end reading.
    fn deliver(&self, _delivery: Delivery<Self::Part>) -> bool {
        true
    }
}

/// Parts of a source, in its order.
#[derive(Debug)]
pub struct Delivery<P> {
    /// The source.
    pub source: SourceId,
    /// The parts.
    pub parts: Vec<P>,
    /// Records that begin before this offset are all there, and complete; those of later offsets
    /// may still come.
    pub open_from: u64,
    /// Records that begin before this offset are all there; some may be shown early.
    pub unseen_from: u64,
    /// The records are shown early, as they are: each comes again when it has grown or is complete.
    pub is_early: bool,
    /// Nothing more of this source comes.
    pub is_last: bool,
}

/// What reading amounted to.
#[derive(Debug, Default)]
pub struct ReadOutcome {
    /// Counts.
    pub tally: Tally,
    /// What went wrong, in the order of the sources.
    pub errors: Vec<SourceError>,
    /// Sources that are longer than [`ReadPlan::primed_bytes`], sorted.
    pub longer: Vec<SourceId>,
}

impl ReadOutcome {
    /// Sources of which nothing could be read.
    pub fn unread(&self) -> HashSet<SourceId> {
        self.errors
            .iter()
            .filter(|error| error.is_total())
            .filter_map(|error| error.source)
            .collect()
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads everything and shows each record to the visitor.
pub fn read<V: Visit>(
    chunks: &Chunks,
    plan: &ReadPlan<'_>,
    lines: &LineTable,
    visitor: &V,
) -> ReadOutcome {
    let joints: Vec<Mutex<Joint<V::Part>>> =
        plan.sources.iter().map(|_| Mutex::new(Joint::new())).collect();
    let headers = HeaderTable::new(plan.sources.len());
    let outcome = Mutex::new(ReadOutcome::default());
    let work = || {
        let mut worker = Worker {
            chunks,
            plan,
            lines,
            visitor,
            joints: &joints,
            headers: &headers,
            arena: Bump::new(),
            cache: KeyCache::new(plan.keys.clone()),
            tally: Tally::default(),
            errors: Vec::new(),
            longer: vec![false; plan.sources.len()],
        };
        worker.run();
        let mut outcome = lock(&outcome);
        outcome.longer.extend(
            (0..)
                .map(SourceId)
                .zip(&worker.longer)
                .filter(|(_, is)| **is)
                .map(|(source, _)| source),
        );
        outcome.tally.merge(&worker.tally);
        outcome.errors.append(&mut worker.errors);
    };
    let several = (plan.threads > 1).then_some(plan.threads);
    let pool = several.and_then(|n| rayon::ThreadPoolBuilder::new().num_threads(n).build().ok());
    match pool {
        Some(pool) => {
            pool.broadcast(|_| work());
        }
        // One thread, or none to be had: the calling one does it all.
        None => work(),
    }
    let mut outcome = outcome.into_inner().unwrap_or_else(PoisonError::into_inner);
    for joint in &joints {
        outcome.tally.merge(&lock(joint).unfinished());
    }
    outcome.longer.sort_unstable();
    outcome.longer.dedup();
    outcome.errors.sort_by(|a, b| (a.source, &a.name).cmp(&(b.source, &b.name)));
    outcome
}

/// One thread's work.
struct Worker<'w, V: Visit> {
    chunks: &'w Chunks,
    plan: &'w ReadPlan<'w>,
    lines: &'w LineTable,
    visitor: &'w V,
    joints: &'w [Mutex<Joint<V::Part>>],
    headers: &'w HeaderTable,
    arena: Bump,
    cache: KeyCache,
    tally: Tally,
    errors: Vec<SourceError>,
    /// By source, whether it goes on behind the primed bytes.
    longer: Vec<bool>,
}

impl<V: Visit> Worker<'_, V> {
    fn run(&mut self) {
        let mut buffer = Buffer::default();
        while let Some(next) = self.chunks.next(std::mem::take(&mut buffer)) {
            match next {
                Ok(chunk) => buffer = self.chunk(chunk),
                Err(error) => self.errors.push(error),
            }
        }
    }

    fn context(&self, source: SourceId) -> SourceContext<'_> {
        let info = &self.plan.sources[source.0 as usize];
        SourceContext {
            service_name: info.service_name.as_deref(),
            reference: info.reference,
            midnights: info.midnights.as_deref(),
            detail: self.plan.detail,
            columns: Columns::Unnamed,
            patterns: self.plan.patterns,
        }
    }

    /// Reads one chunk; gives a buffer to use again.
    fn chunk(&mut self, mut chunk: Chunk) -> Buffer {
        let source = chunk.source;
        self.headers.publish(&chunk);
        if chunk.is_quiet {
            if self.plan.number_lines {
                // The lines of later chunks are counted from it as from any other.
                self.lines.publish(chunk.source, chunk.index, 0);
            }
            return self.submit(chunk, Finished::Quiet).unwrap_or_default();
        }
        self.tally.bytes += chunk.end() - chunk.offset;
        if self.plan.number_lines {
            let count = memchr::memchr_iter(b'\n', &chunk.bytes).count();
            self.lines.publish(source, chunk.index, count as u64);
        }
        self.longer[source.0 as usize] |= chunk.end() > self.plan.primed_bytes;
        let is_primed = chunk.offset < self.plan.primed_bytes;
        let is_cold =
            !is_primed && self.plan.search.is_some_and(|search| !search.is_match(&chunk.bytes));
        if is_cold {
            // The next bytes come into memory that the cache still holds.
            let own = chunk.release();
            let spare = self.submit(chunk, Finished::Skipped);
            return own.or(spare).unwrap_or_default();
        }
        let mut part = self.visitor.part();
        let edge = self.read_chunk(&chunk, &mut part);
        let part = self.visitor.gathered(part);
        self.submit(chunk, Finished::Read { edge, part }).unwrap_or_default()
    }

    fn read_chunk(&mut self, chunk: &Chunk, part: &mut V::Part) -> crate::record::ChunkEdge {
        let arena = std::mem::take(&mut self.arena);
        let mut cache = std::mem::take(&mut self.cache);
        let mut line_count = 0;
        let edge = {
            let header = self.headers.at(chunk);
            let context = SourceContext { columns: header.columns(), ..self.context(chunk.source) };
            let begins_at = (chunk.offset > 0).then_some(chunk.offset);
            let mut assembler =
                Assembler::new(chunk.source, begins_at, context, &arena, &mut cache);
            let mut sink = |record: &ReadRecord<'_, '_>| self.visitor.record(part, record);
            for (number, (at, text)) in lines(&chunk.bytes).enumerate() {
                let origin = LineOrigin {
                    chunk: chunk.index,
                    line: number as u32,
                    offset: chunk.offset + at as u64,
                    length: text.len() as u32,
                };
                line_count += u64::from(!text.trim_ascii().is_empty());
                assembler.line(origin, text, &mut sink);
            }
            assembler.into_edge(chunk.end(), &mut sink)
        };
        self.tally.lines += line_count;
        self.arena = arena;
        self.arena.reset();
        self.cache = cache;
        edge
    }

    /// Leaves a chunk to its source's joint, and joins what is next in order. Gives a buffer to use
    /// again, if there is one.
    fn submit(&mut self, chunk: Chunk, finished: Finished<V::Part>) -> Option<Buffer> {
        let source = chunk.source;
        let joints = self.joints;
        let mut joint = lock(&joints[source.0 as usize]);
        joint.submit(chunk, finished);
        while let Some((chunk, finished)) = joint.next() {
            let mut part = self.visitor.part();
            let mut cache = std::mem::take(&mut self.cache);
            let (is_last, is_early) = (chunk.is_last, chunk.is_quiet);
            let mut parts = Vec::new();
            {
                let mut sink = |record: &ReadRecord<'_, '_>| self.visitor.record(&mut part, record);
                if is_early {
                    let header = self.headers.at(&chunk);
                    let context =
                        SourceContext { columns: header.columns(), ..self.context(source) };
                    joint.show_open(&chunk, context, &mut cache, &mut sink);
                } else {
                    let at = Surroundings {
                        context: self.context(source),
                        headers: self.headers,
                        primed_bytes: self.plan.primed_bytes,
                    };
                    let (tally, own) =
                        joint.join(chunk, finished, self.plan.search, at, &mut cache, &mut sink);
                    self.tally.merge(&tally);
                    parts.extend(own);
                }
            }
            self.cache = cache;
            parts.extend(self.visitor.gathered(part));
            let (open_from, unseen_from) = match is_last {
                true => (u64::MAX, u64::MAX),
                false => (joint.open_from(), joint.unseen_from()),
            };
            let delivery = Delivery { source, parts, open_from, unseen_from, is_early, is_last };
            if !self.visitor.deliver(delivery) {
                self.chunks.stop();
            }
        }
        joint.spare_buffer()
    }
}

/// Whether records with an id are wanted.
pub type IdTest<'t> = dyn Fn(TraceKey) -> bool + Sync + 't;

/// Gathers the traces that are wanted, and what is to be learnt for them.
pub struct TraceVisitor<'t> {
    store: &'t TraceStore,
    only: Option<&'t IdTest<'t>>,
    primer: Option<(&'t Primer, u64)>,
    /// Batches to be filled again.
    spare: Mutex<Vec<(Batch, Option<PrimerBatch>)>>,
}

impl<'t> TraceVisitor<'t> {
    /// Gathers into this store.
    pub fn new(store: &'t TraceStore) -> TraceVisitor<'t> {
        TraceVisitor { store, only: None, primer: None, spare: Mutex::default() }
    }

    /// Passes over records with other ids.
    pub fn only(mut self, test: &'t IdTest<'t>) -> TraceVisitor<'t> {
        self.only = Some(test);
        self
    }

    /// Learns from the first bytes of each source: as many as the plan's
    /// [`primed_bytes`](ReadPlan::primed_bytes).
    pub fn learning(mut self, primer: &'t Primer, primed_bytes: u64) -> TraceVisitor<'t> {
        self.primer = Some((primer, primed_bytes));
        self
    }
}

impl Visit for TraceVisitor<'_> {
    type Part = (Batch, Option<PrimerBatch>);

    fn part(&self) -> Self::Part {
        let new = || (self.store.batch(), self.primer.map(|(primer, _)| primer.batch()));
        lock(&self.spare).pop().unwrap_or_else(new)
    }

    fn record(&self, (batch, first): &mut Self::Part, record: &ReadRecord<'_, '_>) {
        let is_wanted = match (self.only, record.record.trace) {
            (Some(only), Some(key)) => only(key),
            _ => true,
        };
        if is_wanted {
            batch.push(record.source, record.record, record.lines);
        }
        if let (Some(first), Some((_, primed_bytes))) = (first, self.primer)
            && record.lines.first().is_some_and(|line| line.offset < primed_bytes)
        {
            first.push(record.source, record.record, record.lines);
        }
    }

    fn gathered(&self, mut part: Self::Part) -> Option<Self::Part> {
        let (batch, first) = &mut part;
        if !batch.is_empty() {
            self.store.absorb(batch);
        }
        if let (Some(first), Some((primer, _))) = (first, self.primer) {
            primer.absorb(first);
        }
        lock(&self.spare).push(part);
        None
    }
}
