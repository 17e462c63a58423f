//! `traceline stamp`: ids into the lines of a program that has none.

use super::incoming::{environment_carrier, talk, warn, warnings};
use crate::trace_context::{Carrier, IdGenerator, IncomingContext, TraceParent, ValueError};
use clap::Args;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead, Write};
use std::time::Duration;

mod continuations;
mod ids;
mod shape;
mod stamper;

pub(crate) use stamper::{Stamp, Stamper};

/// Put trace and span ids into lines that have none
///
/// Copies standard input to standard output, so that programs without an SDK take part in a trace.
/// A text line gets `[trace_id] [span_id] ` in front, a JSON object and a logfmt line get fields
/// at their end. Lines that carry an id, and lines that continue a record (stack traces, indented
/// lines), stay as they are; keys and brackets without an id get theirs in place. Every line is passed
/// on at once, and the beginning of one, as of a prompt, after a moment of quiet.
///
/// The ids are those of `--traceparent`, else of TRACEPARENT in the environment, else new ones.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  ./nightly.sh 2>&1 | traceline stamp >> nightly.log
  traceline exec --stamp -- ./nightly.sh >> nightly.log")]
pub struct StampArgs {
    /// Use the ids of this traceparent
    #[arg(long, value_name = "VALUE")]
    traceparent: Option<String>,

    #[command(flatten)]
    keys: StampKeys,

    /// Say nothing on stderr but errors
    #[arg(long, short)]
    quiet: bool,
}

/// Names of the fields in JSON and logfmt lines.
#[derive(Args, Clone, Debug)]
pub(crate) struct StampKeys {
    /// Key of the trace id in JSON and logfmt lines
    #[arg(long, value_name = "KEY", default_value = "trace_id", value_parser = parse_key)]
    trace_key: String,

    /// Key of the span id in JSON and logfmt lines
    #[arg(long, value_name = "KEY", default_value = "span_id", value_parser = parse_key)]
    span_key: String,
}

/// A key that means the same in JSON and logfmt, without quotes or escapes.
fn parse_key(text: &str) -> Result<String, String> {
    let is_allowed = |byte: u8| byte.is_ascii_graphic() && !b"\"\\=,:{}[]".contains(&byte);
    match text.bytes().all(is_allowed) && !text.is_empty() {
        true => Ok(text.to_owned()),
        false => Err("must be letters, digits, and signs such as . _ - @ /".to_owned()),
    }
}

impl StampKeys {
    pub(crate) fn stamp(self, traceparent: &TraceParent) -> Stamp {
        Stamp {
            trace_id: traceparent.trace_id,
            span_id: traceparent.parent_id,
            trace_key: self.trace_key,
            span_key: self.span_key,
        }
    }
}

/// Why nothing is stamped any more.
#[derive(Debug)]
pub enum StampError {
    /// `--traceparent` is none.
    TraceParent(ValueError),
    /// Standard input could not be read.
    Input(io::Error),
    /// Writing failed.
    Output(io::Error),
}

impl fmt::Display for StampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StampError::TraceParent(error) => write!(f, "--traceparent: {error}"),
            StampError::Input(error) => write!(f, "cannot read standard input: {error}"),
            StampError::Output(error) => write!(f, "cannot write: {error}"),
        }
    }
}

impl std::error::Error for StampError {}

impl StampArgs {
    /// Copies until the input ends. `comes_soon`: whether standard input gives more, or its end,
    /// within so long.
    ///
    /// # Errors
    /// A wrong `--traceparent`, or a failed read or write.
    pub fn run(
        self,
        ids: &mut IdGenerator,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        stdin: &mut dyn BufRead,
        comes_soon: ComesSoon<'_>,
        stdout: &mut dyn Write,
        stderr: &mut dyn Write,
    ) -> Result<u8, StampError> {
        let stderr = &mut talk(self.quiet, stderr);
        let traceparent = match &self.traceparent {
            Some(value) => TraceParent::parse(value.as_bytes()).map_err(StampError::TraceParent)?,
            None => ambient(&environment_carrier(environment), ids, stderr)
                .map_err(StampError::Output)?,
        };
        let mut stamper = Stamper::new(&self.keys.stamp(&traceparent));
        copy_stamped(&mut stamper, stdin, comes_soon, stdout)?;
        Ok(0)
    }
}

/// The context of the environment, or a new one, which is told.
fn ambient(
    carrier: &Carrier,
    ids: &mut IdGenerator,
    stderr: &mut dyn Write,
) -> io::Result<TraceParent> {
    let incoming = IncomingContext::extract(carrier);
    warn(&warnings(&incoming), stderr);
    match incoming.parent {
        Some(parent) => Ok(parent),
        None => {
            let root = ids.root(true);
            writeln!(stderr, "new trace {}", root.trace_id)?;
            Ok(root)
        }
    }
}

/// The beginning of a line is held for so long. Users are promised 200 ms.
const PATIENCE: Duration = Duration::from_millis(150);

/// Whether an input gives more, or its end, within so long.
pub(crate) type ComesSoon<'a> = &'a mut dyn FnMut(Duration) -> bool;

/// Whether reading a file would give something within so long.
#[cfg(unix)]
pub(crate) fn comes_within(file: impl std::os::fd::AsFd, patience: Duration) -> bool {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let timeout = Timespec {
        tv_sec: patience.as_secs().try_into().unwrap_or(i64::MAX),
        tv_nsec: patience.subsec_nanos() as _,
    };
    loop {
        let mut polled = [PollFd::new(&file, PollFlags::IN)];
        match poll(&mut polled, Some(&timeout)) {
            Err(rustix::io::Errno::INTR) => {}
            // A failing poll says nothing; the read will say it.
            outcome => return !matches!(outcome, Ok(0)),
        }
    }
}

/// Whether reading would give something cannot be known here: it is waited for.
#[cfg(not(unix))]
pub(crate) fn comes_within<T>(_file: T, _patience: Duration) -> bool {
    true
}

/// Copies until the input ends. What one read gives is written before the next one waits.
pub(crate) fn copy_stamped(
    stamper: &mut Stamper,
    input: &mut dyn BufRead,
    comes_soon: ComesSoon<'_>,
    output: &mut dyn Write,
) -> Result<(), StampError> {
    let mut stamped = Vec::new();
    loop {
        // All that was read is used up, so only the file itself can have more.
        if stamper.holds_some() && !comes_soon(PATIENCE) {
            stamper.pass_on(&mut stamped);
            output.write_all(&stamped).and_then(|()| output.flush()).map_err(StampError::Output)?;
            stamped.clear();
        }
        let bytes = match input.fill_buf() {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(StampError::Input(error)),
        };
        let length = bytes.len();
        if length == 0 {
            stamper.finish(&mut stamped);
        } else {
            stamper.push(bytes, &mut stamped);
        }
        input.consume(length);
        output.write_all(&stamped).and_then(|()| output.flush()).map_err(StampError::Output)?;
        if length == 0 {
            return Ok(());
        }
        stamped.clear();
    }
}
