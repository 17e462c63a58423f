//! A file that is read as it grows, by its name: [`Followed`].
//!
//! At its end it is looked at again and again: more bytes may come, it may be cut short and begun
//! anew, or another file may take its name, as log rotation does. Then what was left of the old one
//! is read first. Nothing is missed but what came and went between two looks.

use super::raw::{Stretch, read_at};
use std::fs::{File, Metadata};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// A growing file, and how far it was read.
#[derive(Debug)]
pub(crate) struct Followed {
    path: PathBuf,
    file: Arc<File>,
    position: u64,
    /// A line was begun and not ended. If nothing more of it can come, it ends there.
    is_within_line: bool,
    /// That line's end is to be read next.
    owes_newline: bool,
}

impl Followed {
    /// Follows the file of this name, which was opened as `stretch`, from where that begins.
    pub fn new(path: PathBuf, stretch: Stretch) -> Followed {
        Followed {
            path,
            file: stretch.file,
            position: stretch.start,
            is_within_line: false,
            owes_newline: false,
        }
    }

    /// Whether there is something to read now. Goes over to the file that has the name now, if all
    /// of the one before was read.
    pub fn has_more(&mut self) -> bool {
        if self.owes_newline {
            return true;
        }
        match self.file.metadata() {
            Ok(now) if now.len() > self.position => return true,
            // Cut short: whoever did that writes anew.
            Ok(now) if now.len() < self.position => self.begin_anew(),
            Ok(now) => self.find_successor(&now),
            Err(_) => {}
        }
        self.owes_newline || self.file.metadata().is_ok_and(|now| now.len() > self.position)
    }

    /// Opens the file that has the name now, if that is another one. If there is none, or it cannot
    /// be opened, that may change until the next look.
    fn find_successor(&mut self, read: &Metadata) {
        let is_other = std::fs::metadata(&self.path).is_ok_and(|named| !is_same(read, &named));
        if is_other && let Ok(file) = File::open(&self.path) {
            self.file = Arc::new(file);
            self.begin_anew();
        }
    }

    fn begin_anew(&mut self) {
        self.position = 0;
        self.owes_newline = self.is_within_line;
        self.is_within_line = false;
    }

    /// What has come since the last read; no bytes if nothing has.
    pub fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        if std::mem::take(&mut self.owes_newline) {
            buffer[0] = b'\n';
            return Ok(1);
        }
        let length = loop {
            match read_at(&self.file, buffer, self.position) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        self.position += length as u64;
        if let Some(last) = buffer[..length].last() {
            self.is_within_line = *last != b'\n';
        }
        Ok(length)
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere files have no number that is cheap to ask for; when they were made has to do.
#[cfg(not(unix))]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    one.created().ok() == other.created().ok()
}
