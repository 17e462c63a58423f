//! Output in the order of the input, from records that are read side by side.
//!
//! Records of a source come in parts; what a part holds may begin before what another held. They
//! are written in the order of their first lines, source after source, as soon as nothing earlier
//! can come.

use super::error::CliError;
use crate::pipeline::Delivery;
use crate::record::TraceKey;
use crate::source::SourceId;
use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;

/// A record ready to be written.
#[derive(Clone, Debug)]
pub(crate) struct Piece {
    /// Offset of its first line.
    pub(crate) offset: u64,
    /// Its number among the records of that line.
    pub(crate) number: u32,
    /// Whether it is asked for; others are here for context and counts only.
    pub(crate) verdict: Verdict,
    /// The rest of a record that was shown before it was complete.
    pub(crate) is_rest: bool,
    /// What to sort by.
    pub(crate) timestamp: Option<i64>,
    /// As a match if it may be one, else as context.
    pub(crate) bytes: Vec<u8>,
    /// What may be a match, as context; empty where there is no context to print.
    pub(crate) as_context: Vec<u8>,
}

/// Whether a record is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Match,
    Other,
    /// If records with this id are meant (or, inverted, if not), which can be told only in the
    /// order of the input.
    IfMeant(TraceKey),
}

/// What takes the pieces in order.
pub(crate) trait PieceWriter: Send {
    /// The next piece. False: enough.
    fn piece(&mut self, source: SourceId, piece: Piece) -> io::Result<bool>;

    /// Nothing more of this source comes.
    fn end_of_source(&mut self, source: SourceId) -> io::Result<bool>;

    /// What was written should be seen.
    fn flush(&mut self) -> io::Result<()>;
}

/// Brings pieces in order.
pub(crate) struct Ordered<W> {
    state: Mutex<State<W>>,
}

struct State<W> {
    writer: W,
    sources: Vec<Held>,
    /// The source whose turn it is.
    current: usize,
    failure: Option<io::Error>,
    is_done: bool,
    is_live: bool,
}

#[derive(Default)]
struct Held {
    pieces: BTreeMap<(u64, u32), Piece>,
    unseen_from: u64,
    is_over: bool,
    /// Records as they were shown before they were complete: they come again, perhaps longer.
    shown: BTreeMap<(u64, u32), Piece>,
}

impl<W: PieceWriter> Ordered<W> {
    /// `is_live`: sources do not wait for each other, and what is written is flushed at once.
    pub(crate) fn new(writer: W, sources: usize, is_live: bool) -> Ordered<W> {
        let sources = (0..sources).map(|_| Held::default()).collect();
        let state = State { writer, sources, current: 0, failure: None, is_done: false, is_live };
        Ordered { state: Mutex::new(state) }
    }

    /// Takes pieces of a source; true to go on reading.
    pub(crate) fn deliver(&self, delivery: Delivery<Vec<Piece>>) -> bool {
        let Delivery { source, parts, open_from, unseen_from, is_early, is_last } = delivery;
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if state.is_done {
            return false;
        }
        let held = &mut state.sources[source.0 as usize];
        for piece in parts.into_iter().flatten() {
            held.take(piece, is_early);
        }
        held.shown.retain(|(offset, _), _| *offset >= open_from);
        held.unseen_from = unseen_from;
        held.is_over |= is_last;
        match state.write(source.0 as usize) {
            Ok(go_on) => state.is_done |= !go_on,
            Err(error) => {
                state.failure = Some(error);
                state.is_done = true;
            }
        }
        !state.is_done
    }

    /// The writer, when everything is read.
    pub(crate) fn finish(self) -> Result<W, CliError> {
        let mut state = self.state.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        match state.failure {
            Some(error) => Err(error.into()),
            None => {
                state.writer.flush()?;
                Ok(state.writer)
            }
        }
    }
}

impl Held {
    /// Takes a piece; of one that was shown early, only what is new.
    fn take(&mut self, mut piece: Piece, is_early: bool) {
        let key = (piece.offset, piece.number);
        let whole = is_early.then(|| piece.clone());
        // One that still waits for its turn is simply replaced.
        if let Some(before) = self.shown.remove(&key)
            && before.verdict == piece.verdict
            && !self.pieces.contains_key(&key)
        {
            piece.is_rest = true;
            // A line that was printed is not printed again; an object that has grown is, whole.
            cut(&mut piece.bytes, &before.bytes);
            cut(&mut piece.as_context, &before.as_context);
        }
        if let Some(whole) = whole {
            self.shown.insert(key, whole);
        }
        self.pieces.insert(key, piece);
    }
}

fn cut(bytes: &mut Vec<u8>, before: &[u8]) {
    if bytes.starts_with(before) {
        bytes.drain(..before.len());
    }
}

impl<W: PieceWriter> State<W> {
    fn write(&mut self, source: usize) -> io::Result<bool> {
        if self.is_live {
            if !self.write_source(source)? {
                return Ok(false);
            }
            self.writer.flush()?;
            return Ok(true);
        }
        while self.current < self.sources.len() {
            if !self.write_source(self.current)? {
                return Ok(false);
            }
            if !self.sources[self.current].is_over {
                return Ok(true);
            }
            self.current += 1;
        }
        Ok(true)
    }

    fn write_source(&mut self, source: usize) -> io::Result<bool> {
        let id = SourceId(source as u32);
        let held = &mut self.sources[source];
        while let Some(entry) = held.pieces.first_entry() {
            let is_shown = held.shown.contains_key(entry.key());
            if entry.key().0 >= held.unseen_from && !is_shown && !held.is_over {
                break;
            }
            let piece = entry.remove();
            if !self.writer.piece(id, piece)? {
                return Ok(false);
            }
        }
        if held.is_over {
            return self.writer.end_of_source(id);
        }
        Ok(true)
    }
}
