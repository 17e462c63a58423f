//! Questions of `filter` for which the stories in `fixtures/` have no logs.

#[path = "support/logs.rs"]
mod logs;
#[cfg(unix)]
#[path = "support/terminal.rs"]
mod terminal;

use logs::{Folder, ID};
use std::fs::File;
use std::path::Path;
use std::process::{Command, Output};

const OTHER: &str = "11111111111111112222222222222222";

/// Records of two traces, whose spans begin with the same digits, and one of none.
fn log() -> String {
    format!(
        "2026-11-22T10:00:00.1Z INFO  [{ID},00f067aa0ba902b7] svc: one\n\
         2026-11-22T10:00:00.2Z INFO  [{OTHER},00f067aa0ba902b8] svc: other\n\
         2026-11-22T10:00:00.3Z ERROR [{ID},00f067aa0ba902b7] svc: two\n\tat foo\n\
         2026-11-22T10:00:00.4Z INFO  [{OTHER},00f067aa0ba902b8] svc: last\n\
         2026-11-22T10:00:00.5Z INFO  svc: none\n"
    )
}

fn filter(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_traceline"));
    command.env_clear().env("TZ", "UTC").arg("filter").args(arguments);
    command
}

/// What it says of a file, which is read as often as it takes, and of the same bytes from a pipe.
fn of_file_and_pipe(arguments: &[&str], path: &Path) -> [Output; 2] {
    let file = filter(arguments).arg(path).output().expect("the program runs");
    let bytes = File::open(path).expect("the log is there");
    let mut cat = Command::new("cat")
        .stdin(bytes)
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("there is cat");
    let pipe = cat.stdout.take().expect("it is piped");
    let piped = filter(arguments).stdin(pipe).output().expect("the program runs");
    cat.wait().expect("cat ends");
    [file, piped]
}

/// The last word of each line.
fn last_words(output: &Output) -> Vec<String> {
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    lines.lines().filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect()
}

/// `-v` once turned every condition round, so that it printed the trace's own records from before
/// `--since`.
#[test]
fn inverted_are_only_trace_and_span() {
    let folder = Folder::new();
    let path = folder.write("a.log", log().as_bytes());
    let table: [(&[&str], &[&str]); 6] = [
        (&["-v", ID], &["other", "last", "none"]),
        (&["-v", ID, "--since", "2026-11-22T10:00:00.4Z"], &["last", "none"]),
        (&["-v", ID, "--until", "2026-11-22T10:00:00.3Z"], &["other"]),
        (&["-v", OTHER, "--severity", "error"], &["two", "foo"]),
        (
            &["-v", ID, "--span", "00f067aa0ba902b8"],
            &["one", "other", "two", "foo", "last", "none"],
        ),
        (&["-v", ID, "--span", "00f067"], &["other", "last", "none"]),
    ];
    for (arguments, expected) in table {
        for output in of_file_and_pipe(arguments, &path) {
            assert_eq!(last_words(&output), expected, "{arguments:?}");
        }
    }
}

/// The first digits of a span were once said to be ambiguous because of spans of other traces.
#[test]
fn the_first_digits_of_a_span_are_looked_for_in_the_trace_alone() {
    let folder = Folder::new();
    let path = folder.write("a.log", log().as_bytes());
    for output in of_file_and_pipe(&["-c", "--span", "00f067", "-t", ID], &path) {
        assert_eq!((output.stdout.as_slice(), output.status.code()), (&b"2\n"[..], Some(0)));
    }
    for output in of_file_and_pipe(&["--span", "00f067", "-t", ID, "-t", OTHER], &path) {
        let talk = String::from_utf8_lossy(&output.stderr);
        assert!(talk.contains("\"00f067\" is the beginning of 2 spans:"), "{talk}");
        assert_eq!(output.status.code(), Some(2));
    }
}

/// Stack traces once showed a literal `\t` on a terminal.
#[cfg(unix)]
#[test]
fn a_tab_reaches_a_terminal_as_it_is() {
    let folder = Folder::new();
    let path = folder.write("a.log", log().as_bytes());
    let (seen, _) = terminal::on_terminal(filter(&[ID]).arg(path), 80);
    let seen = String::from_utf8_lossy(&seen).into_owned();
    assert!(seen.contains("\n\tat foo\r\n") || seen.contains("\n        at foo\r\n"), "{seen:?}");
}
