//! Stored bytes, before decompression: a stretch of a file by position, a stream as it comes, or a
//! file as it grows.

use super::follow::Followed;
use super::wait::{CAN_LOOK, Stop, is_readable, until_readable};
use std::fs::File;
use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A stretch of a regular file, read by position: any number of threads, no shared cursor.
#[derive(Clone, Debug)]
pub(crate) struct Stretch {
    pub file: Arc<File>,
    /// Where in the file it begins (standard input may be a file that was partly read).
    pub start: u64,
    /// How long it is.
    pub size: u64,
}

impl Stretch {
    /// Reads from `offset` until `buffer` is full or the stretch or the file ends.
    ///
    /// On an error, the bytes before it count: the error comes again with the next call.
    pub fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = buffer.len().min(left);
        let mut filled = 0;
        while filled < wanted {
            let position = self.start + offset + filled as u64;
            match read_at(&self.file, &mut buffer[filled..wanted], position) {
                Ok(0) => break,
                Ok(length) => filled += length,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) if filled > 0 => break,
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// How long it is by now, if the file can tell: never longer than it was.
    pub fn size_now(&self) -> io::Result<u64> {
        let length = self.file.metadata()?.len();
        Ok(length.saturating_sub(self.start).min(self.size))
    }
}

#[cfg(unix)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, position)
}

#[cfg(windows)]
pub(crate) fn read_at(file: &File, buffer: &mut [u8], position: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, position)
}

/// Stored bytes read from front to back, counted.
#[derive(Debug)]
pub(crate) struct Raw {
    from: From,
    /// Bytes read so far, of all sources together.
    counter: Arc<AtomicU64>,
}

#[derive(Debug)]
enum From {
    Stretch { stretch: Stretch, position: u64 },
    Stream { file: Arc<File>, stop: Arc<Stop> },
    Followed(Followed),
}

impl Raw {
    pub fn of_stretch(stretch: Stretch, counter: Arc<AtomicU64>) -> Raw {
        Raw { from: From::Stretch { stretch, position: 0 }, counter }
    }

    pub fn of_stream(file: Arc<File>, stop: Arc<Stop>, counter: Arc<AtomicU64>) -> Raw {
        Raw { from: From::Stream { file, stop }, counter }
    }

    pub fn of_followed(followed: Followed, counter: Arc<AtomicU64>) -> Raw {
        Raw { from: From::Followed(followed), counter }
    }

    /// Whether a read would give something at once: bytes, the end, or an error. Where that cannot
    /// be asked, whether to read is the caller's `wish`.
    pub fn is_ready(&mut self, wish: bool) -> bool {
        match &mut self.from {
            From::Stretch { .. } => true,
            From::Stream { file, .. } if CAN_LOOK => is_readable(file),
            From::Stream { .. } => wish,
            From::Followed(followed) => followed.has_more(),
        }
    }

    /// Whether more may come after no bytes were read.
    pub fn is_endless(&self) -> bool {
        matches!(self.from, From::Followed(_))
    }
}

impl Read for Raw {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = match &mut self.from {
            From::Stretch { stretch, position } => {
                let length = stretch.read_at(buffer, *position)?;
                *position += length as u64;
                length
            }
            From::Stream { file, stop } => read_stream(file, stop, buffer)?,
            From::Followed(followed) => followed.read(buffer)?,
        };
        self.counter.fetch_add(length as u64, Ordering::Relaxed);
        Ok(length)
    }
}

/// One read that returns bytes, the end, or an error; also when the descriptor was set not to
/// block by whoever gave it to us.
fn read_stream(file: &File, stop: &Stop, buffer: &mut [u8]) -> io::Result<usize> {
    loop {
        if !is_readable(file) {
            until_readable([file], stop, None);
        }
        if stop.is_stopped() {
            return Err(io::Error::other("reading was stopped"));
        }
        let mut reader = file;
        match reader.read(buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if cfg!(unix) && error.kind() == io::ErrorKind::WouldBlock => {}
            other => return other,
        }
    }
}
