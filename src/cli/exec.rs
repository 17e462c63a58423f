//! `traceline exec`: runs a command inside a span.

use super::incoming::{environment_carrier, stale_variables, talk, warn, warnings};
use super::process::{Ending, Supervised, heed_signals};
use super::stamp::{StampKeys, Stamper, comes_within, copy_stamped};
use crate::record::Timestamp;
use crate::render::{ProcessEnd, ProcessSpan, process_record};
use crate::source::reason;
use crate::trace_context::{Format, IdGenerator, IncomingContext, Level, environment_name};
use clap::Args;
use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::{Builder, JoinHandle};
use std::time::Instant;

/// Run a command inside a span
///
/// Starts the command as a child span of TRACEPARENT in the environment, or of a new trace, with
/// its own TRACEPARENT, TRACESTATE and BAGGAGE. Input, output and signals pass through, and its
/// exit code becomes this one's: 128 and the number if a signal ended it, 127 if it was not
/// found, 126 if it could not be run. Nested and parallel runs share the trace.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  traceline exec --log build.log -- make test
  traceline exec --stamp --service nightly -- ./nightly.sh >> nightly.log
  traceline timeline build.log")]
pub struct ExecArgs {
    /// What the span does [default: the command's name]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,

    /// The span's service [default: OTEL_SERVICE_NAME]
    #[arg(long, value_name = "NAME")]
    service: Option<String>,

    /// Put the ids into the lines that the command prints, as `stamp` does: its output is then no
    /// terminal. What is written over itself, as progress is, gets them each time
    #[arg(long)]
    stamp: bool,

    /// Append a record when the command starts and one when it ends, which `timeline` reads
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,

    #[command(flatten)]
    keys: StampKeys,

    /// Say nothing on stderr but errors; what the command says stays
    #[arg(long, short)]
    quiet: bool,

    /// The command and its arguments
    // What begins with a dash before it is an option of ours, and a mistyped one is no command.
    #[arg(required = true, trailing_var_arg = true, value_name = "CMD")]
    command: Vec<OsString>,
}

/// Why the command was not run to its end.
#[derive(Debug)]
pub enum ExecError {
    /// The log file cannot be opened or written: its path, and why.
    Log(PathBuf, io::Error),
    /// The process cannot be watched.
    Process(io::Error),
}

impl fmt::Display for ExecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ExecError::Log(path, error) => {
                write!(f, "{}: {}", path.display(), reason(error))
            }
            ExecError::Process(error) => write!(f, "cannot watch the command: {error}"),
        }
    }
}

impl std::error::Error for ExecError {}

/// As shells have it.
const NOT_FOUND: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;

/// A file that several processes append whole lines to.
struct SpanLog<'a> {
    path: &'a Path,
    file: File,
}

impl SpanLog<'_> {
    fn open(path: &Path) -> Result<SpanLog<'_>, ExecError> {
        let file = File::options().append(true).create(true).open(path);
        let file = file.map_err(|error| ExecError::Log(path.to_owned(), error))?;
        Ok(SpanLog { path, file })
    }

    /// One `write`, because only that is atomic with O_APPEND. (The rest of a short one, on a full
    /// disk, is not told from another's line; there is nothing better to do with it.)
    fn append(&mut self, span: &ProcessSpan, end: Option<ProcessEnd>) -> Result<(), ExecError> {
        let mut line = Vec::new();
        process_record(&mut line, span, end)
            .and_then(|()| self.file.write_all(&line))
            .map_err(|error| ExecError::Log(self.path.to_owned(), error))
    }
}

impl ExecArgs {
    /// Runs the command. `environment` is this process's, which the command inherits.
    ///
    /// # Errors
    /// The log cannot be written, or the process not be watched; that the command cannot be
    /// started is no error but an exit code.
    pub fn run(
        self,
        ids: &mut IdGenerator,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        now: Timestamp,
        stderr: &mut dyn Write,
    ) -> Result<u8, ExecError> {
        let begun = Instant::now();
        let environment: Vec<(OsString, OsString)> = environment.into_iter().collect();
        let service = environment.iter().find(|(name, _)| name == "OTEL_SERVICE_NAME");
        let service = service.map(|(_, value)| value.to_string_lossy().into_owned());
        let carrier = environment_carrier(environment);
        let incoming = IncomingContext::extract(&carrier);
        warn(&warnings(&incoming), &mut talk(self.quiet, stderr));
        let context = incoming.child(ids, Level::Two, true);
        let mut log = self.log.as_deref().map(SpanLog::open).transpose()?;

        let program = self.command[0].clone();
        let mut command = Command::new(&program);
        command.args(&self.command[1..]);
        for (header, value) in context.write(Format::W3c) {
            command.env(environment_name(&header), value);
        }
        for name in stale_variables(&carrier, &context, Format::W3c) {
            command.env_remove(name);
        }
        if self.stamp {
            command.stdout(Stdio::piped()).stderr(Stdio::piped());
        }

        let traceparent = context.traceparent();
        let spawned = Supervised::spawn(&mut command);
        let span = ProcessSpan {
            traceparent,
            parent_span_id: incoming.parent.map(|parent| parent.parent_id),
            service_name: self.service.or(service).filter(|name| !name.is_empty()),
            name: self.name.unwrap_or_else(|| base_name(&program)),
            command: command_line(&self.command),
            process_id: spawned.as_ref().map_or(0, |process| process.child.id()),
            start: now,
        };
        let mut process = match spawned {
            Ok(process) => process,
            Err(error) => {
                let reason = reason(&error);
                let _ = writeln!(stderr, "traceline: {}: {reason}", program.to_string_lossy());
                let is_missing = error.kind() == io::ErrorKind::NotFound;
                let exit_code = if is_missing { NOT_FOUND } else { NOT_EXECUTABLE };
                if let Some(log) = &mut log {
                    let duration = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
                    let end = ProcessEnd { duration, exit_code, signal: None };
                    log.append(&span, Some(end))?;
                }
                return Ok(exit_code);
            }
        };
        // From here on the command runs: whatever fails, it is waited for.
        let started = log.as_mut().map_or(Ok(()), |log| log.append(&span, None));
        let stamp = self.keys.stamp(&traceparent);
        let copies: Vec<_> = [
            process.child.stdout.take().map(|pipe| copy(Stamper::new(&stamp), pipe, io::stdout())),
            process.child.stderr.take().map(|pipe| copy(Stamper::new(&stamp), pipe, io::stderr())),
        ]
        .into_iter()
        .flatten()
        .collect();
        let ending = process.wait().map_err(ExecError::Process)?;
        let duration = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        let exit_code = ending.exit_code();
        let signal = match ending {
            Ending::Signal(signal) => Some(signal),
            Ending::Code(_) => None,
        };
        let end = ProcessEnd { duration, exit_code, signal };
        let ended = log.as_mut().map_or(Ok(()), |log| log.append(&span, Some(end)));
        if let Err(error) = started.and(ended) {
            // The command's own code says more than ours.
            let _ = writeln!(stderr, "traceline: {error}");
        }
        if !copies.is_empty() {
            // What the command left running may still print, and may do so for ever.
            heed_signals();
            for thread in copies.into_iter().flatten() {
                let _ = thread.join();
            }
        }
        Ok(exit_code)
    }
}

/// Copies one of the command's outputs in a thread of its own, so that neither waits for the other.
fn copy(
    mut stamper: Stamper,
    pipe: impl Read + AsFd + Send + 'static,
    mut output: impl Write + Send + 'static,
) -> io::Result<JoinHandle<()>> {
    let watched = pipe.as_fd().try_clone_to_owned()?;
    Builder::new().name("stamp".to_owned()).spawn(move || {
        let mut pipe = BufReader::with_capacity(1 << 16, pipe);
        // Where our reader is gone, the pipe is closed here, and the command learns of it by its
        // own next write, as without us.
        let comes_soon = &mut |patience| comes_within(&watched, patience);
        let _ = copy_stamped(&mut stamper, &mut pipe, comes_soon, &mut output);
    })
}

fn base_name(program: &OsString) -> String {
    let name = Path::new(program).file_name().unwrap_or(program);
    name.to_string_lossy().into_owned()
}

fn command_line(words: &[OsString]) -> String {
    let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::trace_context::TraceParent;
    use clap::Parser;

    #[derive(Parser)]
    struct Shell {
        #[command(flatten)]
        args: ExecArgs,
    }

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /// Exit code and what was said.
    fn exec(arguments: &[&str], environment: &[(&str, &str)]) -> (u8, String) {
        let args = Shell::try_parse_from(["exec"].iter().chain(arguments)).unwrap().args;
        let environment =
            environment.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let mut talk = Vec::new();
        let now = Timestamp::from_nanoseconds(1_700_000_000_000_000_000);
        let mut ids = IdGenerator::from_seed([1; 32]);
        let code = args.run(&mut ids, environment, now, &mut talk).unwrap();
        (code, String::from_utf8(talk).unwrap())
    }

    #[test]
    fn the_end_of_the_command_is_the_exit_code() {
        for (script, code) in [("exit 0", 0), ("exit 7", 7), ("kill -TERM $$", 143)] {
            assert_eq!(exec(&["--", "sh", "-c", script], &[]), (code, String::new()));
        }
        assert_eq!(exec(&["/nonexistent/command"], &[]).0, 127);
        assert_eq!(exec(&["/dev/null"], &[]).0, 126);
    }

    #[test]
    fn the_command_is_a_child_span_with_its_own_variables() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seen");
        let script = format!("echo $TRACEPARENT ${{TRACESTATE-unset}} > {}", path.display());
        let environment = [("TRACEPARENT", PARENT), ("TRACESTATE", "a=1")];
        exec(&["--", "sh", "-c", &script], &environment);
        let seen = std::fs::read_to_string(&path).unwrap();
        let (traceparent, state) = seen.trim_end().split_once(' ').unwrap();
        let traceparent = TraceParent::parse(traceparent.as_bytes()).unwrap();
        assert_eq!(traceparent.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_ne!(traceparent.parent_id.to_string(), "00f067aa0ba902b7");
        assert_eq!(state, "a=1");
    }

    #[test]
    fn the_log_gets_a_record_for_each_end_of_the_span() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("span.log");
        let log = format!("--log={}", path.display());
        let arguments = [&log, "--service=s", "--name=n", "--", "sh", "-c", "exit 3"];
        exec(&arguments, &[("TRACEPARENT", PARENT)]);
        let log = std::fs::read_to_string(&path).unwrap();
        let records: Vec<serde_json::Value> =
            log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(records.len(), 2);
        for record in &records {
            assert_eq!(record["trace_id"], "4bf92f3577b34da6a3ce929d0e0e4736");
            assert_eq!(record["parent_span_id"], "00f067aa0ba902b7");
            assert_eq!(record["service.name"], "s");
            assert_eq!(record["span.name"], "n");
        }
        assert_eq!(records[0]["timestamp"], "2023-11-14T22:13:20.000000000Z");
        assert_eq!(records[1]["exit_code"], 3);
        assert_eq!(records[1]["severity_text"], "ERROR");
        assert!(records[1]["duration_ns"].as_u64().unwrap() > 0);
    }

    #[test]
    fn a_command_that_cannot_be_started_is_in_the_log_too() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("span.log");
        let log = format!("--log={}", path.display());
        assert_eq!(exec(&[&log, "/nonexistent/command"], &[]).0, 127);
        let record = std::fs::read_to_string(&path).unwrap();
        let record: serde_json::Value = serde_json::from_str(&record).unwrap();
        assert_eq!(
            (&record["exit_code"], &record["severity_text"]),
            (&127.into(), &"ERROR".into())
        );
    }

    /// A mistyped option was once run as a command.
    #[test]
    fn what_begins_with_a_dash_before_the_command_is_an_option() {
        for arguments in
            [&["--nmae", "n", "--", "true"][..], &["--nmae", "true"], &["-x"], &["--stamp=1", "a"]]
        {
            assert!(Shell::try_parse_from(["exec"].iter().chain(arguments)).is_err());
        }
        for (arguments, command) in [
            (&["--stamp", "a", "--stamp", "-q"][..], &["a", "--stamp", "-q"][..]),
            (&["--", "-a", "--", "b"], &["-a", "--", "b"]),
            (&["a", "--", "b"], &["a", "--", "b"]),
        ] {
            let read = Shell::try_parse_from(["exec"].iter().chain(arguments)).unwrap();
            assert_eq!(read.args.command, command, "{arguments:?}");
        }
    }

    #[test]
    fn an_invalid_parent_is_told_and_starts_a_trace() {
        let (code, talk) = exec(&["--", "true"], &[("TRACEPARENT", "x")]);
        assert_eq!(code, 0);
        assert!(talk.starts_with("traceline: warning: invalid traceparent: "), "{talk}");
        let environment = [("TRACEPARENT", "x")];
        assert_eq!(exec(&["-q", "--", "true"], &environment), (0, String::new()));
        // Errors are told all the same.
        assert!(exec(&["-q", "/nonexistent/command"], &environment).1.contains("/nonexistent"));
    }
}
