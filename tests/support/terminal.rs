//! A terminal for a child process, so that tests see what its user would.

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use std::fs::{File, OpenOptions};
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::process::{Command, ExitStatus, Stdio};

/// Runs a command with its standard output on a terminal of so many columns; gives all that it
/// wrote there and how it ended.
///
/// # Panics
/// If there is no terminal to be had or the command cannot be run.
pub fn on_terminal(command: &mut Command, columns: u16) -> (Vec<u8>, ExitStatus) {
    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&controller).expect("it is ours");
    unlockpt(&controller).expect("it can be opened");
    let size = Winsize { ws_row: 50, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    let name = ptsname(&controller, Vec::new()).expect("it has a name");
    let path = std::ffi::OsStr::from_bytes(name.to_bytes());
    let user = OpenOptions::new().read(true).write(true).open(path).expect("it opens");
    tcsetwinsize(&user, size).expect("it has a size");
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::from(user))
        .stderr(Stdio::null())
        .spawn()
        .expect("the program runs");
    // The command holds the other end too: without it the last reader would never see the end.
    command.stdout(Stdio::null());
    let mut seen = Vec::new();
    // When the last user of a terminal is gone, reading it fails on Linux and ends elsewhere.
    let _ = File::from(controller).read_to_end(&mut seen);
    (seen, child.wait().expect("the program ends"))
}
