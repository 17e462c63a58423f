//! A command run by `exec` is as it would be without it: signals reach it, its end is the end,
//! and its environment is its own. `tests/process_tree.rs` is about the spans of many.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "support/terminal.rs"]
mod terminal;

use rustix::process::{Pid, Signal, WaitOptions, kill_process, waitpid};
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_traceline");

/// A shell script in a span of its own.
fn exec(options: &[&str], script: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg("exec").args(options).args(["--", "sh", "-c", script]);
    command.env_remove("TRACEPARENT").env_remove("TRACESTATE").env_remove("BAGGAGE");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Starts it, and returns when it has printed a line: then its traps are set.
fn started(command: &mut Command) -> (Child, BufReader<std::process::ChildStdout>) {
    let mut child = command.spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut String::new()).unwrap();
    (child, stdout)
}

fn send(child: &Child, signal: Signal) {
    kill_process(pid(child), signal).unwrap();
}

fn pid(child: &Child) -> Pid {
    Pid::from_raw(i32::try_from(child.id()).unwrap()).unwrap()
}

#[test]
fn a_signal_ends_the_command_and_its_number_comes_up() {
    let signals =
        [Signal::INT, Signal::TERM, Signal::HUP, Signal::QUIT, Signal::USR1, Signal::USR2];
    for signal in signals {
        let (mut child, _) = started(&mut exec(&[], "echo; exec sleep 60"));
        send(&child, signal);
        let code = child.wait().unwrap().code();
        assert_eq!(code, Some(128 + signal.as_raw()), "{signal:?}");
    }
}

#[test]
fn a_command_that_catches_a_signal_ends_as_it_likes() {
    let script = "trap 'echo caught; exit 9' TERM; echo; while :; do sleep 0.01; done";
    let (mut child, mut stdout) = started(&mut exec(&[], script));
    send(&child, Signal::TERM);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), child.wait().unwrap().code()), ("caught\n", Some(9)));
}

#[test]
fn a_stopped_command_stops_exec_and_goes_on_with_it() {
    let (mut child, mut stdout) = started(&mut exec(&[], "echo; sleep 0.3; echo on; exit 3"));
    send(&child, Signal::TSTP);
    let (_, status) = waitpid(Some(pid(&child)), WaitOptions::UNTRACED).unwrap().unwrap();
    assert!(status.stopped());
    send(&child, Signal::CONT);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!((rest.as_str(), child.wait().unwrap().code()), ("on\n", Some(3)));
}

#[test]
fn what_was_ignored_stays_ignored() {
    let script = format!("trap '' HUP; exec {PROGRAM} exec -- sh -c 'kill -HUP $$; echo goes on'");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "goes on\n");
}

/// A parent that ignores SIGCHLD has the system forget how children end, and one that blocks it
/// keeps the news from us; both are passed on to whoever it starts.
#[test]
fn the_end_is_known_whatever_the_parent_did_with_sigchld() {
    let ignored = format!("trap '' CHLD; exec {PROGRAM} exec -- sh -c 'sleep 0.1; exit 5'");
    let status = Command::new("sh").args(["-c", &ignored]).status().unwrap();
    assert_eq!(status.code(), Some(5));
    let mut blocked = Command::new("env");
    blocked.args(["--block-signal=CHLD", PROGRAM, "exec", "--", "sh", "-c", "sleep 0.1; exit 6"]);
    let output = blocked.output().unwrap();
    if output.status.code() == Some(125) {
        eprintln!("skipped: this env cannot block signals");
        return;
    }
    assert_eq!(output.status.code(), Some(6));
}

#[test]
fn what_the_command_leaves_running_does_not_make_exec_immortal() {
    let begun = Instant::now();
    let (mut child, _stdout) = started(&mut exec(&["--stamp"], "echo; sleep 10 & exit 0"));
    // The command is gone and its pipe still open: nobody is there to pass a signal to.
    std::thread::sleep(Duration::from_millis(200));
    send(&child, Signal::TERM);
    child.wait().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(8));
}

#[test]
fn a_terminal_stays_one_unless_its_lines_are_stamped() {
    let script = "test -t 1 && echo terminal || echo pipe";
    let seen = |options: &[&str]| {
        let mut command = Command::new(PROGRAM);
        command.arg("exec").args(options).args(["--", "sh", "-c", script]);
        let (seen, status) = terminal::on_terminal(&mut command, 80);
        assert_eq!(status.code(), Some(0));
        String::from_utf8(seen).unwrap()
    };
    assert_eq!(seen(&[]), "terminal\r\n");
    assert!(seen(&["--stamp"]).ends_with("] pipe\r\n"));
}

#[test]
fn both_outputs_are_stamped_line_by_line_and_stay_apart() {
    let script = "echo one; echo two >&2; printf 'no end'; printf '\\0\\377' >&2; exit 4";
    let output = exec(&["--stamp"], script)
        .env("TRACEPARENT", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(4));
    let lines = |bytes: &[u8]| -> Vec<Vec<u8>> {
        let stamp = b"[4bf92f3577b34da6a3ce929d0e0e4736] [";
        bytes
            .split_inclusive(|byte| *byte == b'\n')
            .map(|line| line.strip_prefix(stamp).unwrap()[b"00f067aa0ba902b7] ".len()..].to_vec())
            .collect()
    };
    assert_eq!(lines(&output.stdout), [&b"one\n"[..], b"no end"]);
    assert_eq!(lines(&output.stderr), [&b"two\n"[..], b"\0\xff"]);
}

/// A prompt was once held until its line ended, which it does not before it is answered.
#[test]
fn a_prompt_is_shown_while_it_waits() {
    let script = "printf 'name? '; exec sleep 30";
    let mut child = exec(&["--stamp"], script).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let (sender, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let mut shown = [0; 60];
        let _ = stdout.read_exact(&mut shown);
        let _ = sender.send(shown);
    });
    let shown = heard.recv_timeout(Duration::from_secs(10));
    send(&child, Signal::TERM);
    child.wait().unwrap();
    assert!(shown.is_ok_and(|shown| shown.ends_with(b"] name? ")));
}

#[test]
fn a_hostile_environment_does_no_harm() {
    let long = "x".repeat(100_000);
    let table = [
        ("TRACEPARENT", "00-\n\n\r\u{1b}[2J"),
        ("TRACEPARENT", long.as_str()),
        ("TRACESTATE", "a=1\nb=2"),
        ("TRACESTATE", long.as_str()),
        ("BAGGAGE", "a=1\u{7f}"),
        ("BAGGAGE", long.as_str()),
        ("B3", "\n"),
        ("OTEL_SERVICE_NAME", "\u{1b}]0;x\u{7}"),
    ];
    for (name, value) in table {
        let output = exec(&[], "printf %s \"$TRACEPARENT\"").env(name, value).output().unwrap();
        assert_eq!(output.status.code(), Some(0));
        let traceparent = String::from_utf8(output.stdout).unwrap();
        assert_eq!((traceparent.len(), &traceparent[52..]), (55, "-03"), "{name}: {traceparent}");
        let talk = String::from_utf8(output.stderr).unwrap();
        assert!(talk.len() < 300 && talk.lines().count() <= 2, "{name}: {talk}");
        assert!(!talk.contains(|c: char| c.is_control() && c != '\n'), "{name}: {talk:?}");
    }
}
