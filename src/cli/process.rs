//! A child process that stands in for this one: signals go down to it, its end comes up.
//!
//! What the terminal sends (Ctrl-C, Ctrl-Z) reaches the whole foreground group, the child too, so
//! only signals that a process sent to this one alone are passed on. When the child stops, this
//! process stops as well, so that a shell sees the job stopped; continued, it continues the child.

use rustix::process::{
    Pid, Signal, WaitId, WaitIdOptions, WaitOptions, getpid, kill_process, waitid, waitpid,
};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2};
use signal_hook::iterator::exfiltrator::WithOrigin;
use signal_hook::iterator::{Handle, SignalsInfo};
use signal_hook::low_level::siginfo::{Cause, Origin};
use std::io;
use std::process::{Child, Command};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

const PASSED_ON: [i32; 8] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGCONT, SIGUSR1, SIGUSR2];

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

/// Whom signals go to.
#[derive(Debug, Default)]
struct Target {
    /// `None` once the child is gone: its number may then be somebody else's.
    pid: Option<Pid>,
    /// The child has stopped, and this process is stopping after it: a stop signal that is still
    /// to be passed on would stop the child again after it was continued.
    is_stopped: bool,
}

impl Target {
    /// Passes on what came in since the last time.
    fn pass_on(&mut self, origins: &[Origin]) {
        // We run, so whatever continued us came after whatever stopped us.
        let is_continued = origins.iter().any(|origin| origin.signal == SIGCONT);
        self.is_stopped &= !is_continued;
        for origin in origins {
            let is_overtaken = origin.signal == SIGTSTP && (is_continued || self.is_stopped);
            let is_sent = matches!(origin.cause, Cause::Sent(_));
            let signal = Signal::from_named_raw(origin.signal);
            if let (Some(pid), Some(signal), true) = (self.pid, signal, is_sent && !is_overtaken) {
                // It fails where the child has just ended: then there is nobody to tell.
                let _ = kill_process(pid, signal);
            }
        }
    }
}

/// A child under supervision. [`Supervised::wait`] must be called, or it becomes a zombie.
pub(crate) struct Supervised {
    /// The child, for its pipes and its number; not to be waited for.
    pub(crate) child: Child,
    pid: Pid,
    target: Arc<Mutex<Target>>,
    handle: Handle,
    thread: JoinHandle<()>,
}

impl Supervised {
    /// Starts the command.
    ///
    /// # Errors
    /// The command cannot be started, or signals cannot be received.
    pub(crate) fn spawn(command: &mut Command) -> io::Result<Supervised> {
        let target = Arc::new(Mutex::new(Target::default()));
        let mut signals = SignalsInfo::<WithOrigin>::new([0; 0])?;
        let handle = signals.handle();
        let seen = Arc::clone(&target);
        let thread = std::thread::spawn(move || {
            while !signals.is_closed() {
                let origins: Vec<Origin> = signals.wait().collect();
                seen.lock().unwrap_or_else(PoisonError::into_inner).pass_on(&origins);
            }
        });
        // The child is started first, because a handler would make it forget what was ignored
        // when we were started: under nohup, SIGHUP.
        let child = command.spawn();
        if let Ok(child) = &child {
            let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            target.lock().unwrap_or_else(PoisonError::into_inner).pid = pid;
            for signal in PASSED_ON {
                handle.add_signal(signal)?;
            }
        }
        let stop = |error| {
            handle.close();
            error
        };
        let child = child.map_err(stop)?;
        let pid = i32::try_from(child.id())
            .ok()
            .and_then(Pid::from_raw)
            .ok_or_else(|| io::Error::other("the process has no usable number"))?;
        Ok(Supervised { child, pid, target, handle, thread })
    }

    /// Waits for the end of the child, stopping and continuing with it.
    ///
    /// # Errors
    /// The system refuses to tell how it ended.
    pub(crate) fn wait(self) -> io::Result<Ending> {
        let ending = loop {
            // Looked at without reaping, so that the number stays the child's until nobody can
            // send to it any more.
            let options = WaitIdOptions::EXITED | WaitIdOptions::STOPPED | WaitIdOptions::NOWAIT;
            match waitid(WaitId::Pid(self.pid), options) {
                Ok(_) => {}
                Err(rustix::io::Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            }
            let mut target = self.target.lock().unwrap_or_else(PoisonError::into_inner);
            let options = WaitOptions::UNTRACED | WaitOptions::NOHANG;
            let Some((_, status)) = waitpid(Some(self.pid), options)? else { continue };
            if let Some(code) = status.exit_status() {
                target.pid = None;
                break Ending::Code(code as u8);
            }
            if let Some(signal) = status.terminating_signal() {
                target.pid = None;
                break Ending::Signal(signal);
            }
            if status.stopped() {
                target.is_stopped = true;
                drop(target);
                let _ = kill_process(getpid(), Signal::STOP);
            }
        };
        self.handle.close();
        // The thread only passes signals on; how it ended says nothing about the child.
        let _ = self.thread.join();
        Ok(ending)
    }
}
