//! Progress on stderr: only on a terminal, only once reading has taken a second.
//!
//! A bar where it is known how much there is, else how much was read so far. It goes when reading
//! ends, also when that is because the user has had enough.

use super::Context;
use crate::source::Chunks;
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(1);
const TICK: Duration = Duration::from_millis(100);

const BAR: &str = "{wide_bar} {bytes} of {total_bytes} ({bytes_per_sec}, {eta} left)";
const COUNT: &str = "{spinner} {bytes} read ({bytes_per_sec})";

/// Does the work, and shows how far reading has come. `is_live`: what is read is shown as it comes.
pub(crate) fn with_progress<T>(
    chunks: &Chunks,
    context: &Context,
    is_live: bool,
    work: impl FnOnce() -> T,
) -> T {
    let has_total = chunks.progress().total.is_some();
    // Records of a live source that appear on the same terminal are progress enough.
    let is_shown_anyway = !has_total && is_live && context.stdout_is_terminal;
    if !context.stderr_is_terminal || context.is_quiet || is_shown_anyway {
        return work();
    }
    std::thread::scope(|scope| {
        let (done, is_done) = channel::<()>();
        scope.spawn(move || {
            if is_done.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                show(chunks, &is_done);
            }
        });
        let result = work();
        drop(done);
        result
    })
}

/// Shows progress until all is done.
fn show(chunks: &Chunks, is_done: &Receiver<()>) {
    let interrupt = Interrupt::catch();
    let (bar, template) = match chunks.progress().total {
        Some(total) => (ProgressBar::new(total), BAR),
        None => (ProgressBar::no_length(), COUNT),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    while is_done.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) && !interrupt.came() {
        bar.set_position(chunks.progress().read);
        bar.tick();
    }
    bar.finish_and_clear();
    interrupt.obey();
}

/// Ctrl-C, which waits until the bar is gone.
#[cfg(unix)]
struct Interrupt {
    came: std::sync::Arc<std::sync::atomic::AtomicBool>,
    /// Nothing has to be tidied up any longer.
    is_over: std::sync::Arc<std::sync::atomic::AtomicBool>,
}

#[cfg(unix)]
impl Interrupt {
    fn catch() -> Interrupt {
        use signal_hook::{consts::SIGINT, flag};
        let interrupt = Interrupt { came: Default::default(), is_over: Default::default() };
        // Where it cannot be caught, it ends us as ever, and the bar stays.
        if flag::register_conditional_default(SIGINT, interrupt.is_over.clone()).is_ok() {
            let _ = flag::register(SIGINT, interrupt.came.clone());
        }
        interrupt
    }

    fn came(&self) -> bool {
        self.came.load(std::sync::atomic::Ordering::SeqCst)
    }

    /// From now on it ends the program at once; if it came, now.
    fn obey(&self) {
        self.is_over.store(true, std::sync::atomic::Ordering::SeqCst);
        if self.came() {
            let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGINT);
        }
    }
}

/// Where there are no such signals, the bar stays.
#[cfg(not(unix))]
struct Interrupt;

#[cfg(not(unix))]
impl Interrupt {
    fn catch() -> Interrupt {
        Interrupt
    }

    fn came(&self) -> bool {
        false
    }

    fn obey(&self) {}
}
