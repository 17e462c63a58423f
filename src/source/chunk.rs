//! What a chunk is, and the one rule that says where it ends.
//!
//! With chunk size `S`, chunk `k` of a source holds the lines that *begin* in the window of the
//! bytes from `k·S` to `(k+1)·S`. The rule looks only at the bytes, so a file read by position, the
//! same bytes from a pipe and the same bytes decompressed give the same chunks; only live streams
//! (see [`ReadOptions::live`](super::ReadOptions::live)) cut by time instead.

use super::SourceId;
use super::positioned::Positioned;
use memchr::{memchr, memrchr};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Instant;

/// A physical line may become this long, in bytes, before it may be cut.
///
/// A line is cut where it crosses a multiple of `MAX_LINE` (counted in bytes from the source's
/// beginning) and the whole stretch back to the multiple before belongs to it too. So no line is
/// longer than twice `MAX_LINE` (256 MiB), a line shorter than `MAX_LINE` is never cut, and where
/// the cut falls depends on nothing but the bytes. What follows the cut counts as a line of its own.
pub const MAX_LINE: u64 = 128 << 20;

/// A run of whole lines of one source.
///
/// Chunks of a source cover it without gap or overlap. Every chunk but the last ends with a newline
/// (or with the cut of an overlong line, see [`MAX_LINE`]), and none begins inside a line. Each
/// source has exactly one chunk with `is_last`, whatever goes wrong with it.
pub struct Chunk {
    /// Where the bytes are from.
    pub source: SourceId,
    /// The chunk's number within its source, from 0, without gaps.
    pub index: u32,
    /// Offset of the first byte within the (decompressed) source. An empty chunk, which has no
    /// first byte, has the beginning of its window, which may lie inside a line.
    pub offset: u64,
    /// The bytes. Empty where no line begins in the chunk's window: a long line lies across it.
    pub bytes: Buffer,
    /// Nothing of this source follows.
    pub is_last: bool,
    /// An empty chunk of a live stream that says: what came at its [`Chunk::moment`] or before has
    /// waited long enough, so what of it is held open in the hope of a continuation should be given
    /// out.
    pub is_quiet: bool,
    /// Of a live stream: when the bytes came.
    pub moment: Option<Instant>,
    /// What the bytes can be read from once more.
    pub(crate) file: Option<Arc<Positioned>>,
    /// How many bytes there are, or were before they were let go.
    pub(crate) length: u64,
}

impl Chunk {
    /// Offset of the byte after the last one, within the (decompressed) source.
    pub fn end(&self) -> u64 {
        self.offset + self.length
    }

    /// Lets the bytes go if [`Chunk::fetch`] can bring them back. Gives their memory, to be used
    /// for other bytes while it is still in the processor's cache.
    pub fn release(&mut self) -> Option<Buffer> {
        self.file.as_ref().map(|_| std::mem::take(&mut self.bytes))
    }

    /// Brings back the bytes that were let go. If the file was changed since, these may be others,
    /// or fewer.
    pub fn fetch(&mut self) {
        if let Some(file) = &self.file
            && self.bytes.is_empty()
            && self.length > 0
        {
            self.bytes = file.chunk(self.index, Buffer::default()).0.bytes;
        }
    }
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Chunk({:?} #{} at {} +{}{}{})",
            self.source,
            self.index,
            self.offset,
            self.length,
            if self.is_last { " last" } else { "" },
            if self.is_quiet { " quiet" } else { "" },
        )
    }
}

/// How chunks are cut: the sizes that the rule needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cutting {
    /// The window's length, `S`; from 1 to `max_line`.
    pub chunk_size: u64,
    /// [`MAX_LINE`], or less in tests.
    pub max_line: u64,
}

impl Cutting {
    /// The end of the window of chunk `index`.
    pub fn window_end(self, index: u32) -> u64 {
        (u64::from(index) + 1).saturating_mul(self.chunk_size)
    }

    /// How many of `bytes` belong to the chunk whose window ends at `window_end`; `None` while the
    /// end of its last line is not in sight.
    ///
    /// `bytes` begin at `offset`, where a line begins, within the window. The first `seen` bytes
    /// are known to hold no end.
    pub fn length(self, bytes: &[u8], offset: u64, window_end: u64, seen: usize) -> Option<usize> {
        let window = usize::try_from(window_end - offset).ok()?;
        let from = seen.max(window.saturating_sub(1));
        let newline = bytes.get(from..).and_then(|rest| memchr(b'\n', rest));
        let length = newline.map(|position| from + position + 1);
        let line_seen = length.unwrap_or(bytes.len());
        // Nearly always: nothing here is long enough for a cut.
        if (line_seen as u64) < self.max_line {
            return length;
        }
        let last_line = memrchr(b'\n', bytes.get(..window - 1)?).map_or(0, |newline| newline + 1);
        let cut = self.cut_after(offset + last_line as u64) - offset;
        if line_seen as u64 >= cut { usize::try_from(cut).ok() } else { length }
    }

    /// Where a line that begins at `start` and never ends is cut.
    pub fn cut_after(self, start: u64) -> u64 {
        (start.div_ceil(self.max_line) + 1).saturating_mul(self.max_line)
    }
}

/// The bytes of a chunk, in memory that can be used again.
///
/// They need not begin where the memory does: the kernel copies out of the page cache up to twice
/// as fast if a byte's place within its page is the same on both sides, see `Fill::at`.
#[derive(Default)]
pub struct Buffer {
    memory: Vec<u8>,
    start: usize,
    length: usize,
}

impl Deref for Buffer {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.length]
    }
}

impl fmt::Debug for Buffer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.escape_ascii())
    }
}

impl<const N: usize> PartialEq<&[u8; N]> for Buffer {
    fn eq(&self, other: &&[u8; N]) -> bool {
        **self == other[..]
    }
}

/// A growing buffer whose memory, once zeroed, stays usable: recycling it costs no zeroing.
#[derive(Debug, Default)]
pub(crate) struct Fill {
    buffer: Buffer,
    /// Where in a page the first byte is to be.
    place: usize,
}

impl Fill {
    const PAGE: usize = 4096;

    /// An empty one that reuses `buffer`, whose contents do not matter.
    pub fn recycle(buffer: Buffer) -> Fill {
        Fill::at(0, buffer)
    }

    /// An empty one for the bytes of a file from `offset` on.
    pub fn at(offset: u64, mut buffer: Buffer) -> Fill {
        buffer.length = 0;
        Fill { buffer, place: (offset % Fill::PAGE as u64) as usize }
    }

    /// What has been filled in.
    pub fn filled(&self) -> &[u8] {
        &self.buffer
    }

    /// How much has been filled in.
    pub fn len(&self) -> usize {
        self.buffer.length
    }

    /// Room for `length` more bytes, to be confirmed by [`Fill::advance`].
    pub fn room(&mut self, length: usize) -> &mut [u8] {
        let Buffer { memory, start, length: filled } = &mut self.buffer;
        let needed = 2 * Fill::PAGE + *filled + length;
        if memory.len() < needed {
            memory.resize(needed, 0);
        }
        if *filled == 0 {
            // No byte has to be moved, so the beginning can follow where the memory now is.
            *start = memory.as_ptr().align_offset(Fill::PAGE).min(Fill::PAGE) + self.place;
        }
        &mut memory[*start + *filled..][..length]
    }

    /// The first `length` bytes of the room have been written.
    pub fn advance(&mut self, length: usize) {
        let most = self.buffer.memory.len() - self.buffer.start;
        self.buffer.length = (self.buffer.length + length).min(most);
    }

    /// Copies `bytes` to the end.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.room(bytes.len()).copy_from_slice(bytes);
        self.advance(bytes.len());
    }

    /// The first `length` bytes as a buffer of their own; what follows them stays, in `buffer`.
    pub fn split_off_front(&mut self, length: usize, buffer: Buffer) -> Buffer {
        let mut rest = Fill::recycle(buffer);
        if length == 0 {
            return rest.buffer;
        }
        rest.extend(&self.filled()[length..]);
        std::mem::replace(self, rest).into_bytes(0, length)
    }

    /// The bytes from `start` on, `length` of them or all there are.
    pub fn into_bytes(mut self, start: usize, length: usize) -> Buffer {
        let start = start.min(self.buffer.length);
        self.buffer.start += start;
        self.buffer.length = (self.buffer.length - start).min(length);
        self.buffer
    }
}
