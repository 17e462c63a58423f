//! Puts the chunks of one source together in order.

use super::early::Early;
use super::headers::HeaderTable;
use super::search::Search;
use crate::record::{
    Assembler, ChunkEdge, KeyCache, LineOrigin, MOST_APART, ReadRecord, RecordSink, SourceContext,
    Stitcher, Tally,
};
use crate::source::{Buffer, Chunk, SourceId, lines};
use bumpalo::Bump;
use std::collections::{BTreeMap, VecDeque};

/// What lines mean beside themselves.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'c> {
    /// Without columns, which differ from chunk to chunk.
    pub(super) context: SourceContext<'c>,
    pub(super) headers: &'c HeaderTable,
    /// As in the plan.
    pub(super) primed_bytes: u64,
}

/// What a worker made of a chunk.
pub(super) enum Finished<P> {
    /// It was read.
    Read { edge: ChunkEdge, part: Option<P> },
    /// It holds none of the ids that are searched for.
    Skipped,
    /// It holds nothing: lines before it have waited long enough.
    Quiet,
}

/// Of which lines before the next chunk the stitcher knows what is open.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    /// Of all that a record may reach over.
    All,
    /// Of those since a chunk that was read after others were skipped: a writer who is silent in it
    /// may have a record open from before.
    Some,
    /// Of none: the last chunk was skipped.
    Nothing,
}

/// The state between the chunks of one source.
pub(super) struct Joint<P> {
    next: u32,
    waiting: BTreeMap<u32, (Chunk, Finished<P>)>,
    stitcher: Stitcher,
    /// While searching: the last chunks, in case a record of theirs goes on in the next.
    recent: VecDeque<Chunk>,
    known: Known,
    spare: Vec<Buffer>,
    position: u64,
    /// Of a live source: what is open and how much of that was shown.
    early: Early,
}

impl<P> Joint<P> {
    pub(super) fn new() -> Joint<P> {
        Joint {
            next: 0,
            waiting: BTreeMap::new(),
            stitcher: Stitcher::new(),
            recent: VecDeque::new(),
            known: Known::All,
            spare: Vec::new(),
            position: 0,
            early: Early::default(),
        }
    }

    pub(super) fn submit(&mut self, chunk: Chunk, finished: Finished<P>) {
        self.waiting.insert(chunk.index, (chunk, finished));
    }

    /// The chunk that is next in order, if it is there.
    pub(super) fn next(&mut self) -> Option<(Chunk, Finished<P>)> {
        let next = self.waiting.remove(&self.next)?;
        self.next += 1;
        Some(next)
    }

    pub(super) fn spare_buffer(&mut self) -> Option<Buffer> {
        self.spare.pop()
    }

    /// Records that begin before this offset are complete.
    pub(super) fn open_from(&self) -> u64 {
        self.stitcher.open_from().unwrap_or(self.position)
    }

    /// Records that begin before this offset are complete, or were shown as they are.
    pub(super) fn unseen_from(&self) -> u64 {
        match self.early.is_live {
            true => self.early.unseen_from.unwrap_or(self.position),
            false => self.open_from(),
        }
    }

    /// Shows the open records that have waited long enough, and keeps them open.
    pub(super) fn show_open(
        &mut self,
        chunk: &Chunk,
        context: SourceContext<'_>,
        cache: &mut KeyCache,
        sink: &mut RecordSink<'_>,
    ) {
        let Joint { stitcher, early, .. } = self;
        early.begin();
        let mut sink = |record: &ReadRecord<'_, '_>| early.consider(record, chunk.moment, sink);
        stitcher.show_open(chunk.source, context, cache, &mut sink);
        early.forget_arrivals(chunk.moment);
    }

    /// After a live chunk: which open records are still to be shown.
    fn survey(&mut self, chunk: &Chunk, context: SourceContext<'_>, cache: &mut KeyCache) {
        let open_from = self.open_from();
        let Joint { stitcher, early, .. } = self;
        early.arrived(chunk, open_from);
        early.begin();
        let mut sink = |record: &ReadRecord<'_, '_>| early.consider(record, None, &mut |_| {});
        stitcher.show_open(chunk.source, context, cache, &mut sink);
    }

    /// Records that were shown and never came to their end, since reading was called off.
    pub(super) fn unfinished(&self) -> Tally {
        let mut tally = Tally::default();
        self.early.shown.values().for_each(|shown| tally.merge(&shown.tally));
        tally
    }

    /// Joins the next chunk.
    pub(super) fn join(
        &mut self,
        mut chunk: Chunk,
        finished: Finished<P>,
        search: Option<&Search>,
        at: Surroundings<'_>,
        cache: &mut KeyCache,
        sink: &mut RecordSink<'_>,
    ) -> (Tally, Option<P>) {
        let source = chunk.source;
        let header = at.headers.at(&chunk);
        let context = SourceContext { columns: header.columns(), ..at.context };
        let is_last = chunk.is_last;
        self.position = chunk.end();
        let mut tally = Tally::default();
        let mut own = None;
        let edge = match finished {
            Finished::Read { edge, part } => {
                own = part;
                if self.known == Known::Nothing {
                    self.known = Known::Some;
                }
                tally.merge(&edge.tally);
                Some(edge)
            }
            Finished::Skipped => {
                // Only a record that is searched for, or is learnt from, makes it worth to see
                // where it ends.
                let is_searched = || {
                    search.is_some_and(|search| self.stitcher.holds(|line| search.is_match(line)))
                };
                let is_primed =
                    || self.stitcher.open_from().is_some_and(|open| open < at.primed_bytes);
                let wanted = self.known != Known::Nothing && (is_primed() || is_searched());
                if wanted {
                    Some(read_again(&mut chunk, at, cache, sink))
                } else {
                    self.stitcher = Stitcher::new();
                    self.known = Known::Nothing;
                    None
                }
            }
            Finished::Quiet => None,
        };
        if let Some(edge) = edge {
            if self.known == Known::Some && edge.has_leading() {
                self.catch_up(source, at, cache);
                self.known = Known::All;
            }
            tally.merge(&self.stitcher.join(source, edge, is_last, context, cache, sink));
        }
        if chunk.moment.is_some() {
            self.survey(&chunk, context, cache);
        }
        self.retire(chunk, search.is_some());
        (tally, own)
    }

    /// Reads the chunks that were skipped, to know what is open after them.
    fn catch_up(&mut self, source: SourceId, at: Surroundings<'_>, cache: &mut KeyCache) {
        self.stitcher = Stitcher::new();
        for chunk in &mut self.recent {
            // What begins in these chunks was looked at before; only what is open matters.
            let edge = read_again(chunk, at, cache, &mut |_| {});
            let header = at.headers.at(chunk);
            let context = SourceContext { columns: header.columns(), ..at.context };
            self.stitcher.join(source, edge, false, context, cache, &mut |_| {});
        }
    }

    /// Keeps a chunk for as long as a record may reach over it, then its buffer.
    fn retire(&mut self, chunk: Chunk, is_search: bool) {
        if !is_search {
            self.keep_buffer(chunk);
            return;
        }
        let end = chunk.end();
        self.recent.push_back(chunk);
        // An empty chunk lies within the long line of a chunk before, whose end is farther.
        let is_far = |chunk: &Chunk| end.saturating_sub(chunk.end()) > MOST_APART;
        while let Some(oldest) = self.recent.pop_front() {
            if !is_far(&oldest) {
                self.recent.push_front(oldest);
                break;
            }
            self.keep_buffer(oldest);
        }
    }

    fn keep_buffer(&mut self, chunk: Chunk) {
        if !chunk.bytes.is_empty() && self.spare.len() < 4 {
            self.spare.push(chunk.bytes);
        }
    }
}

/// Reads a chunk that was skipped.
fn read_again(
    chunk: &mut Chunk,
    at: Surroundings<'_>,
    cache: &mut KeyCache,
    sink: &mut RecordSink<'_>,
) -> ChunkEdge {
    chunk.fetch();
    let arena = Bump::new();
    let context = at.context;
    let header = at.headers.at(chunk);
    let service = context.service_name.map(|name| &*arena.alloc_slice_copy(name));
    let context = SourceContext { service_name: service, columns: header.columns(), ..context };
    let begins_at = (chunk.offset > 0).then_some(chunk.offset);
    let mut assembler = Assembler::new(chunk.source, begins_at, context, &arena, cache);
    for (number, (at, text)) in lines(&chunk.bytes).enumerate() {
        let origin = LineOrigin {
            chunk: chunk.index,
            line: number as u32,
            offset: chunk.offset + at as u64,
            length: text.len() as u32,
        };
        assembler.line(origin, text, sink);
    }
    assembler.into_edge(chunk.end(), sink)
}
