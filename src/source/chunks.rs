//! Hands out the chunks of many sources to many threads.
//!
//! There is one desk, with a slot per source, locked only for bookkeeping and never while bytes are
//! read. A plain file lies on the desk while it is read: each thread takes the next chunk's number
//! and reads for itself. A stream is taken off the desk by one thread, which takes a chunk and puts
//! it back; the others go on to later sources, and wait only when there are none.

use super::chunk::{Buffer, Chunk, Cutting, MAX_LINE};
use super::error::{SourceError, SourceErrorKind};
use super::opening::{Opened, Opening, open};
use super::positioned::Positioned;
use super::raw::{Raw, Stretch};
use super::stream::{Attempt, Pending, Stream};
use super::wait::{Stop, until_readable};
use super::{Source, SourceKind};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// While some source is with another thread, a thread that waits for live streams looks up this
/// often whether it has come back.
const LOOK_UP: Duration = Duration::from_millis(50);

/// How to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// How many bytes of lines a chunk has, about. At least 1 and at most [`MAX_LINE`]; a line that
    /// is longer makes its chunk longer.
    pub chunk_size: usize,
    /// Hand out the lines of a pipe as they come rather than gather them to full chunks, and say
    /// when some have waited long enough (150 ms; see [`Chunk::is_quiet`]). Does nothing for regular files and
    /// compressed data. Where chunks of a live stream are cut is a matter of time: line offsets are
    /// the same for every reading, chunk indexes are not.
    pub live: bool,
    /// Read plain files by their names, as they grow, are cut short or are followed by others of the
    /// same name; they have no end. Their lines are handed out as those of live pipes.
    pub follow: bool,
    /// Keep what is read from pipes in a temporary file, for [`Chunks::again`].
    pub keep: bool,
}

impl Default for ReadOptions {
    fn default() -> ReadOptions {
        ReadOptions { chunk_size: 1 << 18, live: false, follow: false, keep: false }
    }
}

/// How far reading has come, in bytes as stored (of compressed files: compressed).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes read.
    pub read: u64,
    /// Bytes in all; `None` when a pipe is among the sources.
    pub total: Option<u64>,
}

/// The chunks of some sources, for any number of threads at once.
#[derive(Debug)]
pub struct Chunks {
    sources: Arc<[Source]>,
    options: ReadOptions,
    cutting: Cutting,
    desk: Mutex<Desk>,
    /// A slot changed.
    changed: Condvar,
    stop: Arc<Stop>,
    read: Arc<AtomicU64>,
}

#[derive(Debug)]
struct Desk {
    slots: Vec<Slot>,
    /// All slots before this one are finished.
    first: usize,
    /// How often a source was put back: tells a thread that looked at all slots, with breaks,
    /// whether to look again before it waits.
    returns: u64,
    errors: VecDeque<SourceError>,
    /// How each source would be opened a second time.
    openings: Vec<Opening>,
}

/// Where a source stands.
#[derive(Debug)]
enum Slot {
    Unopened,
    /// A plain file, and the index of its next chunk.
    Plain(Arc<Positioned>, u32),
    Stream(Box<Stream>),
    /// With a thread, which opens or reads it.
    Away,
    /// A live stream with nothing to give, with a thread that waits for it.
    Watched,
    /// Has no bytes, but its one chunk is still to be handed out.
    Empty,
    Finished,
}

/// A thread's look at one slot after the other.
struct Look {
    position: usize,
    /// Some source is being opened or read by another thread.
    is_away: bool,
    /// Another thread waits for some live stream.
    is_watched: bool,
}

/// What a thread found to do.
enum Work {
    Open(Opening),
    Read(Arc<Positioned>, u32),
    Take(Box<Stream>),
    /// To hand out the one, empty, chunk of a source that cannot be read.
    Nothing,
}

impl Desk {
    /// The next slot, from where `look` stands, with something to do: this is the caller's now. A
    /// source that is to be opened will be looked at again.
    fn pick(&mut self, look: &mut Look) -> Option<(usize, Work)> {
        while let Some(slot) = self.slots.get_mut(look.position) {
            let position = look.position;
            look.position += 1;
            match slot {
                Slot::Finished => {}
                Slot::Away => look.is_away = true,
                Slot::Watched => look.is_watched = true,
                Slot::Empty => {
                    *slot = Slot::Finished;
                    return Some((position, Work::Nothing));
                }
                Slot::Unopened => {
                    *slot = Slot::Away;
                    look.position = position;
                    return Some((position, Work::Open(self.openings[position].clone())));
                }
                Slot::Plain(file, next) => {
                    let (file, index) = (Arc::clone(file), *next);
                    *next += 1;
                    if index == file.last_index() {
                        *slot = Slot::Finished;
                    }
                    return Some((position, Work::Read(file, index)));
                }
                Slot::Stream(_) => {
                    if let Slot::Stream(stream) = std::mem::replace(slot, Slot::Away) {
                        return Some((position, Work::Take(stream)));
                    }
                }
            }
        }
        None
    }
}

impl Chunks {
    /// The chunks of `sources`. Files are opened when their turn comes.
    pub fn new(sources: Vec<Source>, options: ReadOptions) -> Chunks {
        Chunks::with_max_line(sources, options, MAX_LINE)
    }

    pub(crate) fn with_max_line(
        sources: Vec<Source>,
        options: ReadOptions,
        max_line: u64,
    ) -> Chunks {
        let openings = vec![Opening::Fresh { limit: None }; sources.len()];
        let chunk_size = (options.chunk_size as u64).clamp(1, max_line);
        Chunks::open_as(sources.into(), options, Cutting { chunk_size, max_line }, openings)
    }

    fn open_as(
        sources: Arc<[Source]>,
        options: ReadOptions,
        cutting: Cutting,
        openings: Vec<Opening>,
    ) -> Chunks {
        let slots = sources.iter().map(|_| Slot::Unopened).collect();
        let desk = Desk { slots, first: 0, returns: 0, errors: VecDeque::new(), openings };
        Chunks {
            sources,
            options,
            cutting,
            desk: Mutex::new(desk),
            changed: Condvar::new(),
            stop: Arc::new(Stop::new()),
            read: Arc::new(AtomicU64::new(0)),
        }
    }

    /// The sources, in order: [`SourceId`](super::SourceId) counts them.
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// The next chunk, or what went wrong with a source; `None` when there is no more to take.
    ///
    /// To be called by as many threads as like. Chunks are handed out in the order of the sources
    /// and within each by index, except that a source which another thread is reading is passed
    /// over. An error takes no chunk away: each source has its chunks from 0 to one with `is_last`,
    /// with what could be read.
    ///
    /// `buffer` is a chunk's bytes to be used again. Its contents do not matter, but should be
    /// left: then they need not be zeroed.
    pub fn next(&self, mut buffer: Buffer) -> Option<Result<Chunk, SourceError>> {
        let mut desk = self.desk();
        loop {
            // What went wrong before reading was called off is told all the same.
            if let Some(error) = desk.errors.pop_front() {
                return Some(Err(error));
            }
            if self.stop.is_stopped() {
                return None;
            }
            while matches!(desk.slots.get(desk.first), Some(Slot::Finished)) {
                desk.first += 1;
            }
            let returns = desk.returns;
            let mut look = Look { position: desk.first, is_away: false, is_watched: false };
            let mut waiting = Waiting { chunks: self, pending: Vec::new() };
            while let Some((position, work)) = desk.pick(&mut look) {
                drop(desk);
                match work {
                    Work::Nothing => return Some(Ok(self.empty_chunk(position))),
                    Work::Read(file, index) => {
                        return Some(Ok(self.read_plain(&file, index, position, buffer)));
                    }
                    Work::Open(opening) => desk = self.open(position, &opening),
                    Work::Take(mut stream) => {
                        let away = Away { chunks: self, position };
                        match stream.take(buffer) {
                            Attempt::Taken(chunk) => {
                                drop(away.bring_back(|desk| {
                                    self.taken(desk, position, stream, chunk.is_last)
                                }));
                                // A stream that was called off ends anywhere.
                                return (!self.stop.is_stopped()).then_some(Ok(chunk));
                            }
                            Attempt::Pending(pending, same_buffer) => {
                                buffer = same_buffer;
                                waiting.pending.push((position, stream, pending));
                                desk = away.watch();
                            }
                        }
                    }
                }
            }
            if !waiting.pending.is_empty() {
                let has_news = desk.returns != returns || !desk.errors.is_empty();
                drop(desk);
                if !has_news {
                    waiting.wait(look.is_away);
                }
                drop(waiting);
                desk = self.desk();
            } else if desk.returns != returns || !desk.errors.is_empty() || self.stop.is_stopped() {
                // Something came back while we looked elsewhere, or all is called off.
            } else if look.is_away || look.is_watched {
                desk = self.changed.wait(desk).unwrap_or_else(PoisonError::into_inner);
            } else {
                return None;
            }
        }
    }

    /// Calls reading off: from now on [`next`](Chunks::next) gives `None` to every thread, also to
    /// those that wait for a pipe (on Unix; elsewhere once the pipe has given something). Only a
    /// thread that waits for a named pipe to be opened at its other end goes on waiting.
    pub fn stop(&self) {
        self.stop.stop();
        // Under the lock, so that no thread is between its look and its wait.
        let _desk = self.desk();
        self.changed.notify_all();
    }

    /// How far reading has come.
    pub fn progress(&self) -> Progress {
        let total: Option<u64> = self.sources.iter().map(|source| source.size).sum();
        let read = self.read.load(Ordering::Relaxed);
        // A file may have grown since its size was looked up.
        Progress { read, total: total.map(|total| total.max(read)) }
    }

    /// The same sources once more, from the beginning, as they were handed out the first time:
    /// files no further than their first size, pipes from what was kept ([`ReadOptions::keep`]; one
    /// that was not kept is an error and empty).
    ///
    /// Chunks have the same indexes and bytes as before, except those of live streams. Damaged data
    /// is reported again. To be called when the first reading is over: what was not read from a
    /// pipe by then is not there.
    pub fn again(&self) -> Chunks {
        let openings = self.desk().openings.clone();
        let options = ReadOptions { keep: false, live: false, follow: false, ..self.options };
        Chunks::open_as(Arc::clone(&self.sources), options, self.cutting, openings)
    }

    fn desk(&self) -> MutexGuard<'_, Desk> {
        // A thread that panicked held the desk only for a moment's bookkeeping.
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Opens a source and lays it on the desk.
    fn open(&self, position: usize, opening: &Opening) -> MutexGuard<'_, Desk> {
        let away = Away { chunks: self, position };
        let source = &self.sources[position];
        let opened = open(source, opening).map(|opened| match self.options.follow {
            true => opened.into_followed(source),
            false => opened,
        });
        away.bring_back(|desk| self.opened(desk, position, opened))
    }

    /// Lays a source on the desk that was just opened.
    fn opened(&self, desk: &mut Desk, position: usize, opened: Result<Opened, SourceErrorKind>) {
        let source = &self.sources[position];
        let counter = Arc::clone(&self.read);
        let again = |stretch: &Stretch| match &source.kind {
            SourceKind::Path(_) => Opening::Fresh { limit: Some(stretch.size) },
            SourceKind::StandardInput => Opening::Handle(stretch.clone()),
        };
        let is_spool = matches!(desk.openings[position], Opening::Spool(_));
        let (slot, opening) = match opened {
            Ok(Opened::Followed(followed)) => {
                let raw = Raw::of_followed(followed, counter);
                let stream = Stream::new(source.id, raw, self.cutting).live(None);
                (Slot::Stream(Box::new(stream)), Opening::NotKept)
            }
            Ok(Opened::Plain(stretch)) => {
                let opening =
                    if is_spool { Opening::Spool(stretch.clone()) } else { again(&stretch) };
                let file = Positioned::new(source.id, stretch, self.cutting);
                (Slot::Plain(Arc::new(file), 0), opening)
            }
            Ok(Opened::Compressed(compression, stretch)) => {
                let opening = again(&stretch);
                let raw = Raw::of_stretch(stretch, counter);
                let stream = Stream::compressed(source.id, raw, compression, self.cutting);
                (Slot::Stream(Box::new(stream)), opening)
            }
            Ok(Opened::Stream(file, is_file)) => {
                let raw = Raw::of_stream(Arc::clone(&file), Arc::clone(&self.stop), counter);
                let mut stream = Stream::new(source.id, raw, self.cutting);
                if self.options.live {
                    stream = stream.live(Some(file));
                }
                if self.options.keep && !is_file {
                    stream = stream.keep();
                }
                let opening =
                    if is_file { Opening::Fresh { limit: Some(0) } } else { Opening::NotKept };
                (Slot::Stream(Box::new(stream)), opening)
            }
            Ok(Opened::Nothing) => (Slot::Empty, Opening::Failed),
            Err(kind) => {
                desk.errors.push_back(SourceError::of(source, kind));
                (Slot::Empty, Opening::Failed)
            }
        };
        desk.slots[position] = slot;
        desk.openings[position] = opening;
    }

    /// Puts a stream back from which a chunk was taken.
    fn taken(&self, desk: &mut Desk, position: usize, mut stream: Box<Stream>, is_last: bool) {
        // That it was called off is none.
        for kind in stream.take_failures().into_iter().filter(|_| !self.stop.is_stopped()) {
            desk.errors.push_back(SourceError::of(&self.sources[position], kind));
        }
        if let Some(spool) = stream.spool() {
            let file = Arc::clone(&spool.file);
            desk.openings[position] = Opening::Spool(Stretch { file, start: 0, size: spool.size });
        }
        desk.slots[position] = if is_last { Slot::Finished } else { Slot::Stream(stream) };
    }

    fn read_plain(
        &self,
        file: &Arc<Positioned>,
        index: u32,
        position: usize,
        buffer: Buffer,
    ) -> Chunk {
        let (chunk, failure) = file.chunk(index, buffer);
        self.read.fetch_add(file.window_length(index), Ordering::Relaxed);
        if let Some(kind) = failure {
            let mut desk = self.desk();
            desk.errors.push_back(SourceError::of(&self.sources[position], kind));
            desk.returns += 1;
            self.changed.notify_all();
        }
        chunk
    }

    fn empty_chunk(&self, position: usize) -> Chunk {
        let source = self.sources[position].id;
        Chunk {
            source,
            index: 0,
            offset: 0,
            bytes: Buffer::default(),
            is_last: true,
            is_quiet: false,
            moment: None,
            file: None,
            length: 0,
        }
    }
}

/// A source that is with this thread. If the thread panics, the source counts as finished, so that
/// the other threads do not wait for it for ever.
struct Away<'a> {
    chunks: &'a Chunks,
    position: usize,
}

impl<'a> Away<'a> {
    /// Brings it back to the desk, and tells the others.
    fn bring_back(self, put: impl FnOnce(&mut Desk)) -> MutexGuard<'a, Desk> {
        let chunks = self.chunks;
        std::mem::forget(self);
        let mut desk = chunks.desk();
        put(&mut desk);
        desk.returns += 1;
        chunks.changed.notify_all();
        desk
    }

    /// Keeps it, to wait for it. Nobody needs to be told.
    fn watch(self) -> MutexGuard<'a, Desk> {
        let (chunks, position) = (self.chunks, self.position);
        std::mem::forget(self);
        let mut desk = chunks.desk();
        desk.slots[position] = Slot::Watched;
        desk
    }
}

impl Drop for Away<'_> {
    fn drop(&mut self) {
        let mut desk = self.chunks.desk();
        desk.slots[self.position] = Slot::Finished;
        desk.returns += 1;
        self.chunks.changed.notify_all();
    }
}

/// Live streams that this thread waits for. They return to the desk when it is dropped.
struct Waiting<'a> {
    chunks: &'a Chunks,
    pending: Vec<(usize, Box<Stream>, Pending)>,
}

impl Waiting<'_> {
    /// Until one of them has something to give, or to say.
    fn wait(&self, is_away: bool) {
        let deadline = self.pending.iter().filter_map(|(_, _, pending)| pending.deadline).min();
        let patience = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let timeout = patience.into_iter().chain(is_away.then_some(LOOK_UP)).min();
        let files = self.pending.iter().filter_map(|(_, _, pending)| pending.file.as_deref());
        until_readable(files, &self.chunks.stop, timeout);
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let mut desk = self.chunks.desk();
        for (position, stream, _) in self.pending.drain(..) {
            desk.slots[position] = Slot::Stream(stream);
        }
        desk.returns += 1;
        self.chunks.changed.notify_all();
    }
}
