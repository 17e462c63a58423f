//! A plain regular file: every chunk is read by position, on its own, by whichever thread.

use super::SourceId;
use super::chunk::{Chunk, Cutting, Fill};
use super::error::SourceErrorKind;
use super::raw::Stretch;
use memchr::{memchr, memrchr};
use std::sync::atomic::{AtomicBool, Ordering};

/// How much is read beyond a window in the first go, to see the end of its last line; also the
/// first look for the window's first line.
const READ_AHEAD: usize = 4 << 10;
/// How much is read at a time to find the end of a long line.
const PIECE: usize = 64 << 10;

/// A file of known size that is read by position.
#[derive(Debug)]
pub(crate) struct Positioned {
    source: SourceId,
    stretch: Stretch,
    cutting: Cutting,
    /// Something went wrong with this file and was told: once is enough.
    told: AtomicBool,
}

impl Positioned {
    pub fn new(source: SourceId, stretch: Stretch, cutting: Cutting) -> Positioned {
        Positioned { source, stretch, cutting, told: AtomicBool::new(false) }
    }

    /// The index of the last chunk.
    pub fn last_index(&self) -> u32 {
        let count = self.stretch.size.div_ceil(self.cutting.chunk_size).max(1);
        u32::try_from(count - 1).unwrap_or(u32::MAX)
    }

    /// How many bytes the window of chunk `index` spans.
    pub fn window_length(&self, index: u32) -> u64 {
        let start = u64::from(index).saturating_mul(self.cutting.chunk_size);
        self.cutting.window_end(index).min(self.stretch.size).saturating_sub(start)
    }

    /// Chunk `index`, and what went wrong on the way to it. The chunk holds what could be read.
    pub fn chunk(&self, index: u32, buffer: Vec<u8>) -> (Chunk, Option<SourceErrorKind>) {
        let window_start = u64::from(index).saturating_mul(self.cutting.chunk_size);
        let mut chunk = Chunk {
            source: self.source,
            index,
            offset: window_start,
            bytes: Vec::new(),
            is_last: index == self.last_index(),
            is_quiet: false,
        };
        let mut fill = Fill::recycle(buffer);
        let failure = match self.first_line(index, &mut fill) {
            Ok(Some(start)) => {
                chunk.offset = start;
                let (length, failure) = self.lines_from(start, index, &mut fill);
                chunk.bytes = fill.into_bytes(length);
                failure
            }
            Ok(None) => {
                chunk.bytes = fill.into_bytes(0);
                None
            }
            Err(failure) => Some(failure),
        };
        (chunk, failure.filter(|_| !self.told.swap(true, Ordering::Relaxed)))
    }

    /// Where the first line that begins in the window of chunk `index` begins.
    fn first_line(&self, index: u32, fill: &mut Fill) -> Result<Option<u64>, SourceErrorKind> {
        if index == 0 {
            return Ok(Some(0));
        }
        let window_end = self.cutting.window_end(index).min(self.stretch.size);
        let window_start = window_end - self.window_length(index);
        let mut line = None;
        // The line that begins at the window's first byte follows a newline before the window.
        let mut position = window_start - 1;
        let mut piece = READ_AHEAD;
        while position + 1 < window_end && line.is_none() {
            let left = usize::try_from(window_end - 1 - position).unwrap_or(usize::MAX);
            let bytes = self.look(fill, position, piece.min(left))?;
            if bytes.is_empty() {
                break;
            }
            line = memchr(b'\n', bytes).map(|newline| position + newline as u64 + 1);
            position += bytes.len() as u64;
            piece = PIECE;
        }
        let max_line = self.cutting.max_line;
        let multiple = window_start.div_ceil(max_line) * max_line;
        if multiple < window_end
            && line.is_none_or(|line| line > multiple)
            && !self.has_newline(multiple - max_line, window_start, fill)?
        {
            return Ok(Some(multiple));
        }
        Ok(line)
    }

    /// Whether there is a newline between two offsets: the last one is looked for.
    fn has_newline(&self, from: u64, to: u64, fill: &mut Fill) -> Result<bool, SourceErrorKind> {
        let mut end = to;
        while end > from {
            let start = end.saturating_sub(PIECE as u64).max(from);
            let length = usize::try_from(end - start).unwrap_or(PIECE);
            let bytes = self.look(fill, start, length)?;
            if memrchr(b'\n', bytes).is_some() {
                return Ok(true);
            }
            end = start;
        }
        Ok(false)
    }

    /// Up to `length` bytes at `offset`, in `fill` but not counted as filled.
    fn look<'a>(
        &self,
        fill: &'a mut Fill,
        offset: u64,
        length: usize,
    ) -> Result<&'a [u8], SourceErrorKind> {
        let room = fill.room(length);
        let read = self
            .stretch
            .read_at(room, offset)
            .map_err(|error| SourceErrorKind::ReadFailed { offset, error })?;
        Ok(&room[..read])
    }

    /// Fills in the lines from `start` on that begin in the window: how many bytes they are.
    fn lines_from(
        &self,
        start: u64,
        index: u32,
        fill: &mut Fill,
    ) -> (usize, Option<SourceErrorKind>) {
        let window_end = self.cutting.window_end(index);
        let mut piece = usize::try_from(window_end - start).unwrap_or(PIECE) + READ_AHEAD;
        let mut seen = 0;
        loop {
            let end = start + fill.len() as u64;
            if end >= self.stretch.size {
                return (fill.len(), None);
            }
            let left = usize::try_from(self.stretch.size - end).unwrap_or(usize::MAX);
            piece = piece.min(left);
            let failure = match self.stretch.read_at(fill.room(piece), end) {
                Ok(0) => Some(SourceErrorKind::Shrunk { expected: self.stretch.size, found: end }),
                Ok(length) => {
                    fill.advance(length);
                    None
                }
                Err(error) => Some(SourceErrorKind::ReadFailed { offset: end, error }),
            };
            match self.cutting.length(fill.filled(), start, window_end, seen) {
                Some(length) => return (length, None),
                None if failure.is_some() => return (fill.len(), failure),
                None => {}
            }
            seen = fill.len();
            // Growing steps, so that a long line costs few calls and no more than its own length.
            let beyond = (start + fill.len() as u64).saturating_sub(window_end);
            piece = usize::try_from(beyond).unwrap_or(PIECE).clamp(PIECE, 16 << 20);
        }
    }
}
