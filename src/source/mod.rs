//! Bytes in: files, directories, standard input, compressed or not, as chunks of whole lines.
//!
//! Makes [`Chunk`]s. Knows where a line begins and ends, and nothing of what it means; imports no
//! other room.

use std::fmt;

/// The number of a source in the order in which the sources were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A run of whole lines of one source.
///
/// Chunks of a source cover it without gap or overlap. Every chunk but the last ends with a
/// newline, and none begins inside a line.
pub struct Chunk {
    /// Where the bytes are from.
    pub source: SourceId,
    /// The chunk's number within its source, from 0, without gaps.
    pub index: u32,
    /// Offset of the first byte within the (decompressed) source.
    pub offset: u64,
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Nothing of this source follows.
    pub is_last: bool,
}

impl fmt::Debug for Chunk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Chunk({:?} #{} at {} +{})",
            self.source,
            self.index,
            self.offset,
            self.bytes.len()
        )
    }
}
