//! A progress bar on stderr: only on a terminal, only once reading has taken a second.

use super::Context;
use crate::source::Chunks;
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(100);

/// Does the work, and shows how far reading has come.
pub(crate) fn with_progress<T>(chunks: &Chunks, context: &Context, work: impl FnOnce() -> T) -> T {
    if !context.stderr_is_terminal || context.is_quiet || chunks.progress().total.is_none() {
        return work();
    }
    std::thread::scope(|scope| {
        let (done, is_done) = channel::<()>();
        scope.spawn(move || {
            if is_done.recv_timeout(PATIENCE) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let bar = ProgressBar::new(chunks.progress().total.unwrap_or(0));
            if let Ok(style) = ProgressStyle::with_template(
                "{wide_bar} {bytes} of {total_bytes} ({bytes_per_sec}, {eta} left)",
            ) {
                bar.set_style(style);
            }
            while is_done.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                bar.set_position(chunks.progress().read);
            }
            bar.finish_and_clear();
        });
        let result = work();
        drop(done);
        result
    })
}
