//! A plain regular file: every chunk is read by position, on its own, by whichever thread.

use super::SourceId;
use super::chunk::{Buffer, Chunk, Cutting, Fill};
use super::error::SourceErrorKind;
use super::raw::Stretch;
use memchr::{memchr, memrchr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Where reading begins is divisible by this.
const CACHE_LINE: u64 = 64;
/// How much is read beyond a window in the first go, to see the end of its last line.
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
    pub fn chunk(self: &Arc<Self>, index: u32, buffer: Buffer) -> (Chunk, Option<SourceErrorKind>) {
        let window_end = self.cutting.window_end(index);
        let window_start = window_end - self.cutting.chunk_size;
        // The line that begins at the window's first byte follows a newline before the window.
        let from = window_start.saturating_sub(1) / CACHE_LINE * CACHE_LINE;
        let mut bytes = Stored { file: self, from, fill: Fill::at(from, buffer), failure: None };
        let window = usize::try_from(window_end - from).unwrap_or(usize::MAX);
        bytes.read(window.saturating_add(READ_AHEAD));
        let (offset, length) = match self.first_line(window_start, window_end, &mut bytes) {
            Some(start) => (start, self.lines_from(start, window_end, &mut bytes)),
            None => (window_start, 0),
        };
        let skipped = usize::try_from(offset - from).unwrap_or(usize::MAX);
        let failure = bytes.failure.filter(|_| !self.told.swap(true, Ordering::Relaxed));
        let bytes = bytes.fill.into_bytes(skipped, length);
        let chunk = Chunk {
            source: self.source,
            index,
            offset,
            length: bytes.len() as u64,
            bytes,
            is_last: index == self.last_index(),
            is_quiet: false,
            moment: None,
            file: Some(Arc::clone(self)),
        };
        (chunk, failure)
    }

    /// Where the first line that begins in the window begins.
    fn first_line(&self, start: u64, end: u64, bytes: &mut Stored<'_>) -> Option<u64> {
        if start == 0 {
            return Some(0);
        }
        let end = end.min(self.stretch.size);
        let newline = memchr(b'\n', bytes.between(start - 1, end.saturating_sub(1)));
        let line = newline.map(|newline| start + newline as u64);
        let max_line = self.cutting.max_line;
        let multiple = start.div_ceil(max_line) * max_line;
        let may_be_cut = multiple < end && line.is_none_or(|line| line > multiple);
        if may_be_cut && !self.has_newline(multiple - max_line, start, bytes)? {
            return Some(multiple);
        }
        line
    }

    /// Whether there is a newline between two offsets, if that can be read: the last one is looked
    /// for. The bytes are read into the room behind the others, and are not kept.
    fn has_newline(&self, from: u64, to: u64, bytes: &mut Stored<'_>) -> Option<bool> {
        let mut end = to;
        while end > from {
            let start = end.saturating_sub(PIECE as u64).max(from);
            let room = bytes.fill.room(usize::try_from(end - start).unwrap_or(PIECE));
            match self.stretch.read_at(room, start) {
                Ok(length) if memrchr(b'\n', &room[..length]).is_some() => return Some(true),
                Ok(_) => end = start,
                Err(error) => {
                    bytes.failure = Some(SourceErrorKind::ReadFailed { offset: start, error });
                    return None;
                }
            }
        }
        Some(false)
    }

    /// Reads on until the lines from `start` on that begin in the window are there: how many bytes
    /// they are.
    fn lines_from(&self, start: u64, window_end: u64, bytes: &mut Stored<'_>) -> usize {
        let mut seen = 0;
        loop {
            let lines = bytes.between(start, u64::MAX);
            let whole = self.cutting.length(lines, start, window_end, seen);
            if bytes.end() >= self.stretch.size || bytes.failure.is_some() {
                return whole.unwrap_or(lines.len());
            }
            if let Some(length) = whole {
                return length;
            }
            seen = lines.len();
            // Growing steps, so that a long line costs few calls and no more than its own length.
            let beyond = bytes.end().saturating_sub(window_end);
            bytes.read(usize::try_from(beyond).unwrap_or(PIECE).clamp(PIECE, 16 << 20));
        }
    }
}

/// Bytes of the file, from an offset on.
struct Stored<'f> {
    file: &'f Positioned,
    from: u64,
    fill: Fill,
    /// Why there are no more.
    failure: Option<SourceErrorKind>,
}

impl Stored<'_> {
    /// The offset after the last byte.
    fn end(&self) -> u64 {
        self.from + self.fill.len() as u64
    }

    /// Those from one offset to another that are there.
    fn between(&self, start: u64, end: u64) -> &[u8] {
        let bytes = self.fill.filled();
        let at = |offset: u64| {
            let at = usize::try_from(offset.saturating_sub(self.from)).unwrap_or(usize::MAX);
            at.min(bytes.len())
        };
        &bytes[at(start)..at(end).max(at(start))]
    }

    /// Reads `length` more, or as many as there are.
    fn read(&mut self, length: usize) {
        let stretch = &self.file.stretch;
        let left = usize::try_from(stretch.size.saturating_sub(self.end())).unwrap_or(usize::MAX);
        let wanted = self.fill.len() + length.min(left);
        while self.fill.len() < wanted && self.failure.is_none() {
            let (offset, missing) = (self.end(), wanted - self.fill.len());
            match stretch.read_at(self.fill.room(missing), offset) {
                Ok(0) => {
                    let found = stretch.size_now().unwrap_or(offset);
                    self.failure = Some(SourceErrorKind::Shrunk { expected: stretch.size, found });
                }
                Ok(found) => self.fill.advance(found),
                Err(error) => self.failure = Some(SourceErrorKind::ReadFailed { offset, error }),
            }
        }
    }
}
