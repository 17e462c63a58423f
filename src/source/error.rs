//! What can go wrong with a source. An error names the source; reading goes on with the others.

use super::archive::ArchiveFormat;
use super::decompress::Compression;
use super::{Source, SourceId};
use std::fmt;
use std::io;

/// Something that went wrong with one source.
#[derive(Debug)]
pub struct SourceError {
    /// The source; `None` when it did not become one (a file that is not there).
    pub source: Option<SourceId>,
    /// The name as the user gave it.
    pub name: String,
    /// What went wrong.
    pub kind: SourceErrorKind,
}

/// What went wrong with a source. Offsets count decompressed bytes.
#[derive(Debug)]
pub enum SourceErrorKind {
    /// It cannot be opened, or a directory cannot be listed.
    Unreadable(io::Error),
    /// Reading failed on the way; the bytes before `offset` were read.
    ReadFailed {
        /// Where.
        offset: u64,
        /// Why.
        error: io::Error,
    },
    /// Compressed data ends early or does not decompress; the bytes before `offset` were read.
    Damaged {
        /// The compression.
        format: Compression,
        /// Decompressed bytes that came out before.
        offset: u64,
        /// Why; [`io::ErrorKind::UnexpectedEof`] when the data just ends.
        error: io::Error,
    },
    /// An archive of many files: not read. See [`ArchiveFormat::unpack_command`] for a hint.
    Archive(ArchiveFormat),
    /// Standard input was named more than once. A warning: it is read once.
    StandardInputTwice,
    /// The file became shorter while it was read. A warning: what was there was read.
    Shrunk {
        /// Its size when it was opened.
        expected: u64,
        /// Where it ended.
        found: u64,
    },
    /// Not all that lies in a directory was read, as is meant; or nothing. A note.
    Skipped(Skipped),
    /// A second look was asked for, but the stream was not (or could not be) kept.
    NotKept(Option<io::Error>),
}

/// What in a directory was not read, and how much was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Files that are read.
    pub read: usize,
    /// Files and directories whose names begin with a dot.
    pub hidden: usize,
    /// Pipes, sockets and devices.
    pub special: usize,
    /// Links that lead nowhere.
    pub dangling: usize,
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        for (count, one, many) in [
            (self.hidden, "hidden file", "hidden files"),
            (self.special, "pipe or device", "pipes or devices"),
            (self.dangling, "dangling link", "dangling links"),
        ] {
            match count {
                0 => {}
                1 => parts.push(format!("1 {one}")),
                count => parts.push(format!("{count} {many}")),
            }
        }
        match (self.read, parts.is_empty()) {
            (0, true) => f.write_str("no files in it"),
            (0, false) => write!(f, "nothing in it to read; skipped: {}", parts.join(", ")),
            (_, _) => write!(f, "skipped: {}", parts.join(", ")),
        }
    }
}

impl SourceError {
    pub(crate) fn of(source: &Source, kind: SourceErrorKind) -> SourceError {
        SourceError { source: Some(source.id), name: source.name.clone(), kind }
    }

    /// Whether it only says what was passed over, as is meant.
    pub fn is_note(&self) -> bool {
        matches!(self.kind, SourceErrorKind::Skipped(_))
    }

    /// Whether nothing at all could be read.
    pub fn is_total(&self) -> bool {
        matches!(
            self.kind,
            SourceErrorKind::Unreadable(_)
                | SourceErrorKind::Archive(_)
                | SourceErrorKind::NotKept(None)
        )
    }

    /// Whether everything that could be meant was read all the same.
    pub fn is_warning(&self) -> bool {
        matches!(
            self.kind,
            SourceErrorKind::Shrunk { .. }
                | SourceErrorKind::Skipped(_)
                | SourceErrorKind::StandardInputTwice
        )
    }
}

/// Why something cannot be read: the reason alone, in lowercase and without the number of the
/// system's error.
pub fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error ").next().unwrap_or(&text);
            let mut letters = text.chars();
            match letters.next() {
                Some(first) => first.to_lowercase().chain(letters).collect(),
                None => "unknown reason".to_owned(),
            }
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.name)?;
        match &self.kind {
            SourceErrorKind::Unreadable(error) => f.write_str(&reason(error)),
            SourceErrorKind::ReadFailed { offset, error } => {
                write!(f, "{} (at byte {offset})", reason(error))
            }
            SourceErrorKind::Damaged { format, offset, error }
                if error.kind() == io::ErrorKind::UnexpectedEof =>
            {
                write!(f, "{format} data ends early, after {offset} decompressed bytes")
            }
            SourceErrorKind::Damaged { format, offset, error } => write!(
                f,
                "{format} data is damaged after {offset} decompressed bytes: {}",
                reason(error)
            ),
            SourceErrorKind::Archive(format) => write!(f, "{format} archives are not read"),
            SourceErrorKind::Skipped(skipped) => skipped.fmt(f),
            SourceErrorKind::StandardInputTwice => {
                f.write_str("named more than once, and read once")
            }
            SourceErrorKind::Shrunk { expected, found } => {
                write!(f, "became shorter while being read: ends at byte {found} of {expected}")
            }
            SourceErrorKind::NotKept(None) => f.write_str("cannot be read a second time"),
            SourceErrorKind::NotKept(Some(error)) => {
                write!(f, "cannot be kept for a second look: {}", reason(error))
            }
        }
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            SourceErrorKind::Unreadable(error)
            | SourceErrorKind::ReadFailed { error, .. }
            | SourceErrorKind::Damaged { error, .. }
            | SourceErrorKind::NotKept(Some(error)) => Some(error),
            SourceErrorKind::Archive(_)
            | SourceErrorKind::StandardInputTwice
            | SourceErrorKind::Shrunk { .. }
            | SourceErrorKind::Skipped(_)
            | SourceErrorKind::NotKept(None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_thing_and_the_place() {
        let ended = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let table = [
            (
                SourceErrorKind::Unreadable(io::ErrorKind::NotFound.into()),
                "a.log: no such file or directory",
            ),
            (
                SourceErrorKind::Damaged { format: Compression::Gzip, offset: 7, error: ended() },
                "a.log: gzip data ends early, after 7 decompressed bytes",
            ),
            (
                SourceErrorKind::ReadFailed { offset: 9, error: io::Error::from_raw_os_error(5) },
                "a.log: input/output error (at byte 9)",
            ),
            (SourceErrorKind::Archive(ArchiveFormat::Zip), "a.log: zip archives are not read"),
        ];
        for (kind, expected) in table {
            let error = SourceError { source: None, name: "a.log".to_owned(), kind };
            if cfg!(unix) || !expected.contains("input/output") {
                assert_eq!(error.to_string(), expected);
            }
        }
    }
}
