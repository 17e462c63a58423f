//! Waiting for bytes without reading them, and being called off while waiting.
//!
//! On Unix by `poll`. Elsewhere a file always counts as readable, so that a read simply blocks.

use std::fs::File;
use std::io::{PipeReader, PipeWriter};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Whether [`is_readable`] knows.
pub(crate) const CAN_LOOK: bool = cfg!(unix);

/// Calls off every wait of the readers that share it.
#[derive(Debug)]
pub(crate) struct Stop {
    stopped: AtomicBool,
    /// Written to once, never read: from then on every wait sees it readable.
    bell: Option<(PipeReader, PipeWriter)>,
}

impl Stop {
    pub fn new() -> Stop {
        // Without a pipe (no descriptors left) waits still end when their bytes come.
        let bell = if cfg!(unix) { std::io::pipe().ok() } else { None };
        Stop { stopped: AtomicBool::new(false), bell }
    }

    pub fn stop(&self) {
        use std::io::Write;
        if !self.stopped.swap(true, Ordering::SeqCst)
            && let Some((_, writer)) = &self.bell
        {
            // One byte into an empty pipe neither blocks nor fails while we hold its reader.
            let mut writer: &PipeWriter = writer;
            let _ = writer.write(b"!");
        }
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }
}

/// Whether a read would return at once: with bytes, with the end, or with an error.
#[cfg(unix)]
pub(crate) fn is_readable(file: &File) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut polled = [PollFd::new(file, PollFlags::IN)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    // A failing poll says nothing; the read will say it.
    !matches!(poll(&mut polled, Some(&at_once)), Ok(0))
}

/// Whether a read would return at once: cannot be known here.
#[cfg(not(unix))]
pub(crate) fn is_readable(_file: &File) -> bool {
    true
}

/// Returns when one of the files is readable, when the readers are stopped, after the timeout, or
/// (when a signal comes) earlier.
#[cfg(unix)]
pub(crate) fn until_readable<'a>(
    files: impl IntoIterator<Item = &'a File>,
    stop: &Stop,
    timeout: Option<Duration>,
) {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut polled: Vec<PollFd<'_>> =
        files.into_iter().map(|file| PollFd::new(file, PollFlags::IN)).collect();
    if let Some((reader, _)) = &stop.bell {
        polled.push(PollFd::new(reader, PollFlags::IN));
    }
    let timeout = timeout.map(|timeout| Timespec {
        tv_sec: timeout.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: timeout.subsec_nanos() as _,
    });
    // Whatever poll says, the caller looks again.
    let _ = poll(&mut polled, timeout.as_ref());
}

/// Returns at once: what is waited for is found by reading.
#[cfg(not(unix))]
pub(crate) fn until_readable<'a>(
    _files: impl IntoIterator<Item = &'a File>,
    _stop: &Stop,
    _timeout: Option<Duration>,
) {
}
