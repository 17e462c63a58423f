//! A child process that stands in for this one: signals go down to it, its end comes up.
//!
//! What the terminal sends (Ctrl-C, Ctrl-Z) reaches the whole foreground group, the child too, so
//! only signals that a process sent to this one alone are passed on. When the child stops, this
//! process stops as well, so that a shell sees the job stopped; continued, it continues the child.
//!
//! No thread waits: the child's end is a signal as well, SIGCHLD, so one wait is for everything.

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, Signal, WaitOptions, getpid, kill_process, waitpid};
use signal_hook::consts::{
    SIGCHLD, SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2,
};
use signal_hook::flag::register_conditional_default;
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::low_level::siginfo::{Cause, Origin};
use std::io;
use std::os::unix::net::UnixStream;
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

const PASSED_ON: [i32; 8] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGUSR1, SIGUSR2];

/// How often to look after a child of whose end nobody tells.
const UNTOLD: Timespec = Timespec { tv_sec: 0, tv_nsec: 50_000_000 };

/// How a process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// By itself, with this code.
    Code(u8),
    /// By this signal.
    Signal(i32),
}

impl Ending {
    /// The code that a shell shows: 128 and the number of the signal.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Ending::Code(code) => code,
            Ending::Signal(signal) => u8::try_from(128 + signal).unwrap_or(u8::MAX),
        }
    }
}

/// The signals that whoever started this process told it to ignore, the first as the lowest bit; all
/// of them where the system does not tell.
fn ignored_signals() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let digits = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    digits.and_then(|digits| u64::from_str_radix(digits.trim(), 16).ok()).unwrap_or(u64::MAX)
}

/// Lets signals end this process again, once there is no child to pass them to. (Not SIGHUP: it may
/// have been ignored when we were started, and who lost a terminal loses its pipes too.)
pub(crate) fn heed_signals() {
    for signal in [SIGINT, SIGTERM, SIGQUIT] {
        // It fails for signals that do not exist.
        let _ = register_conditional_default(signal, Arc::new(AtomicBool::new(true)));
    }
}

/// A child under supervision. [`Supervised::wait`] must be called, or it becomes a zombie.
pub(crate) struct Supervised {
    /// The child, for its pipes and its number; not to be waited for.
    pub(crate) child: Child,
    pid: Pid,
    signals: SignalDelivery<UnixStream, WithOrigin>,
    /// Whether SIGCHLD comes: whoever started this process may have blocked it.
    is_told: bool,
}

impl Supervised {
    /// Starts the command.
    ///
    /// # Errors
    /// The command cannot be started, or signals cannot be received.
    pub(crate) fn spawn(command: &mut Command) -> io::Result<Supervised> {
        let (read, write) = UnixStream::pair()?;
        // SIGCHLD first: where it is ignored, the system keeps no exit code for us.
        let mut signals = SignalDelivery::with_pipe(read, write, WithOrigin::default(), [SIGCHLD])?;
        let _ = kill_process(getpid(), Signal::CHILD);
        let is_told = signals.pending().next().is_some();
        // Before the child is there, so that no signal ends us and leaves it behind; but what is
        // ignored only afterwards, because a handler would make the child forget that it is: under
        // nohup, SIGHUP.
        let ignored = ignored_signals();
        let (late, early): (Vec<i32>, Vec<i32>) =
            PASSED_ON.into_iter().partition(|signal| ignored & 1 << (signal - 1) != 0);
        for signal in early {
            signals.handle().add_signal(signal)?;
        }
        let child = command.spawn()?;
        for signal in late {
            signals.handle().add_signal(signal)?;
        }
        let pid = i32::try_from(child.id())
            .ok()
            .and_then(Pid::from_raw)
            .ok_or_else(|| io::Error::other("the process has no usable number"))?;
        Ok(Supervised { child, pid, signals, is_told })
    }

    /// Waits for the end of the child, stopping and continuing with it.
    ///
    /// # Errors
    /// The system refuses to tell how it ended.
    pub(crate) fn wait(mut self) -> io::Result<Ending> {
        loop {
            // The child is not reaped before this, so its number is still its own.
            let origins: Vec<Origin> = self.signals.pending().collect();
            self.pass_on(&origins);
            match waitpid(Some(self.pid), WaitOptions::UNTRACED | WaitOptions::NOHANG)? {
                None => self.pause()?,
                Some((_, status)) => {
                    if let Some(code) = status.exit_status() {
                        return Ok(Ending::Code(code as u8));
                    }
                    if let Some(signal) = status.terminating_signal() {
                        return Ok(Ending::Signal(signal));
                    }
                    if status.stopped() {
                        let _ = kill_process(getpid(), Signal::STOP);
                    }
                }
            }
        }
    }

    /// Passes on what came in since the last time.
    fn pass_on(&self, origins: &[Origin]) {
        // We run, so whatever continued us came after whatever stopped us: a stop that is still to
        // be passed on would stop the child again.
        let is_continued = origins.iter().any(|origin| origin.signal == SIGCONT);
        for origin in origins {
            let is_overtaken = origin.signal == SIGTSTP && is_continued;
            let is_sent = matches!(origin.cause, Cause::Sent(_));
            let is_ours = origin.signal == SIGCHLD;
            let signal = Signal::from_named_raw(origin.signal);
            if let (Some(signal), true) = (signal, is_sent && !is_overtaken && !is_ours) {
                // It fails where the child has just ended: then there is nobody to tell.
                let _ = kill_process(self.pid, signal);
            }
        }
    }

    /// Returns when there may be something new.
    fn pause(&self) -> io::Result<()> {
        let mut pipe = [PollFd::new(self.signals.get_read(), PollFlags::IN)];
        match poll(&mut pipe, if self.is_told { None } else { Some(&UNTOLD) }) {
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}
