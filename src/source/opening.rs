//! Opening a source: finds out whether it is read by position or as a stream, and whether it has to
//! be decompressed.

use super::archive::ArchiveFormat;
use super::decompress::{Compression, Recognition};
use super::error::SourceErrorKind;
use super::follow::Followed;
use super::raw::Stretch;
use super::{Source, SourceKind};
use std::fs::File;
use std::io::{self, Seek};
use std::sync::Arc;

/// How a source is to be opened: afresh, or for a second look.
#[derive(Clone, Debug)]
pub(crate) enum Opening {
    /// By its path (or standard input), and no further than `limit` where that is given.
    Fresh { limit: Option<u64> },
    /// A file that is open already, since it has no path: regular standard input.
    Handle(Stretch),
    /// What was kept of a stream, decompressed.
    Spool(Stretch),
    /// A stream that was read and not kept.
    NotKept,
    /// Could not be read the first time, and said so.
    Failed,
}

/// A source that is open.
#[derive(Debug)]
pub(crate) enum Opened {
    /// A plain regular file.
    Plain(Stretch),
    /// A compressed regular file.
    Compressed(Compression, Stretch),
    /// A pipe, FIFO, socket, terminal or device; compressed or not is not known yet. Or (the flag)
    /// a regular file that claims to be empty.
    Stream(Arc<File>, bool),
    /// A plain regular file, to be read as it grows.
    Followed(Followed),
    /// Nothing to read, for a reason that is known.
    Nothing,
}

impl Opened {
    /// The same to be followed, if it is a plain file that has a name.
    pub fn into_followed(self, source: &Source) -> Opened {
        let SourceKind::Path(path) = &source.kind else { return self };
        let stretch = match self {
            Opened::Plain(stretch) => stretch,
            Opened::Stream(file, true) => Stretch { file, start: 0, size: 0 },
            other => return other,
        };
        Opened::Followed(Followed::new(path.clone(), stretch))
    }
}

/// Opens `source`. A FIFO blocks until somebody opens its other end.
pub(crate) fn open(source: &Source, opening: &Opening) -> Result<Opened, SourceErrorKind> {
    match opening {
        Opening::Fresh { limit } => {
            let file = match &source.kind {
                SourceKind::Path(path) => File::open(path),
                SourceKind::StandardInput => standard_input(),
            };
            of_file(file.map_err(SourceErrorKind::Unreadable)?, *limit)
        }
        Opening::Handle(stretch) => of_stretch(stretch.clone()),
        Opening::Spool(stretch) => Ok(Opened::Plain(stretch.clone())),
        Opening::NotKept => Err(SourceErrorKind::NotKept(None)),
        Opening::Failed => Ok(Opened::Nothing),
    }
}

fn of_file(mut file: File, limit: Option<u64>) -> Result<Opened, SourceErrorKind> {
    let metadata = file.metadata().map_err(SourceErrorKind::Unreadable)?;
    if metadata.is_dir() {
        return Err(SourceErrorKind::Unreadable(io::ErrorKind::IsADirectory.into()));
    }
    // Files of size 0 may have bytes all the same: those under /proc.
    if !metadata.is_file() || metadata.len() == 0 {
        return Ok(Opened::Stream(Arc::new(file), metadata.is_file()));
    }
    let start = file.stream_position().map_err(SourceErrorKind::Unreadable)?;
    let size = limit.unwrap_or(metadata.len().saturating_sub(start));
    of_stretch(Stretch { file: Arc::new(file), start, size })
}

fn of_stretch(stretch: Stretch) -> Result<Opened, SourceErrorKind> {
    let mut head = [0; ArchiveFormat::HEAD];
    let length = stretch
        .read_at(&mut head, 0)
        .map_err(|error| SourceErrorKind::ReadFailed { offset: 0, error })?;
    let head = &head[..length];
    if let Some(format) = ArchiveFormat::recognise(head) {
        return Err(SourceErrorKind::Archive(format));
    }
    Ok(match Compression::recognise(head) {
        Recognition::Compressed(compression) => Opened::Compressed(compression, stretch),
        Recognition::Plain | Recognition::Undecided => Opened::Plain(stretch),
    })
}

/// Standard input as a file of its own: without the lock and the buffer of [`io::stdin`], and by
/// position where it is a regular file.
#[cfg(unix)]
pub(crate) fn standard_input() -> io::Result<File> {
    use std::os::fd::AsFd;
    io::stdin().as_fd().try_clone_to_owned().map(File::from)
}

/// Standard input as a file of its own.
#[cfg(windows)]
pub(crate) fn standard_input() -> io::Result<File> {
    use std::os::windows::io::AsHandle;
    io::stdin().as_handle().try_clone_to_owned().map(File::from)
}
