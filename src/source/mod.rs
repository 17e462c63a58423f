//! Bytes in: files, directories, standard input, compressed or not, as chunks of whole lines.
//!
//! Makes [`Chunk`]s. [`expand`] turns what the user named into [`Source`]s, in order; [`Chunks`]
//! reads them for any number of threads. Knows where a line begins and ends, and nothing of what
//! it means; imports no other room.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

mod archive;
mod chunk;
mod chunks;
mod decompress;
mod error;
mod expand;
mod follow;
mod line;
mod opening;
mod positioned;
mod raw;
mod stream;
mod wait;

#[cfg(test)]
mod tests;

pub use archive::ArchiveFormat;
pub use chunk::{Buffer, Chunk, MAX_LINE};
pub use chunks::{Chunks, Progress, ReadOptions};
pub use decompress::Compression;
pub use error::{Skipped, SourceError, SourceErrorKind, reason};
pub use expand::{Input, expand};
pub use line::{Lines, lines};

/// The number of a source in the order in which the sources were given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// What a source is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// A file, FIFO or device, by the path as the user gave it; a member of a directory by the
    /// joined path.
    Path(PathBuf),
    /// Standard input.
    StandardInput,
}

/// One input: a file or standard input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Its number.
    pub id: SourceId,
    /// Its name for people and for output: the path as the user gave it (bytes that are not UTF-8
    /// replaced; [`SourceKind::Path`] has the exact ones), or `(standard input)`.
    pub name: String,
    /// What it is read from.
    pub kind: SourceKind,
    /// When the file was last written: a date to go by where the log lines have none. `None` for
    /// pipes and devices.
    pub modified: Option<SystemTime>,
    /// Size in bytes as stored (of a compressed file: compressed). `None` for pipes and devices.
    pub size: Option<u64>,
}

impl Source {
    /// The last part of the path; `None` for standard input and for a name that is not UTF-8.
    pub fn file_name(&self) -> Option<&str> {
        match &self.kind {
            SourceKind::Path(path) => Path::file_name(path)?.to_str(),
            SourceKind::StandardInput => None,
        }
    }
}
