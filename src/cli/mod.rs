//! The command line: arguments to calls to exit codes. Thin; stands on top of everything.

mod child;
mod completions;
mod config;
mod decode;
mod error;
mod exec;
mod explainer;
mod filter;
mod gather;
mod incoming;
mod input;
mod links;
mod mint;
mod name;
mod names;
mod number_argument;
mod ordered;
mod outgoing;
mod output;
mod piece_writer;
mod process;
mod progress;
mod record_query;
mod record_visitor;
mod records;
mod resolve;
mod select;
mod stamp;
mod time_argument;
mod timeline;
mod trace_argument;
mod traces;

use crate::record::Timestamp;
use crate::render::escape;
use crate::trace_context::IdGenerator;
use clap::{CommandFactory, Parser, Subcommand};
use error::{CliError, TROUBLE};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

/// Filter, mint and time traces in any mix of log files
///
/// Takes any logs, of any mix of formats, without configuration: finds each record's trace and span,
/// and shows a request's whole story. A TRACE is an id in any spelling, a header value, or the
/// first digits of an id. No file means standard input; a directory means the files in it.
#[derive(Parser, Debug)]
#[command(
    name = "traceline",
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 100,
    after_help = "\
Examples:
  kubectl logs -l app=shop --prefix | traceline timeline --slowest 3
  traceline filter 4bf92f3577b34da6a3ce929d0e0e4736 /var/log/shop/
  traceline traces --errors --min-duration 500ms *.log
  curl -H \"traceparent: $(traceline mint)\" https://example.org/"
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

// What each takes is put together only where it is run or its help is shown: there are hundreds of
// arguments, and `exec` must start quickly. The line about it must be known before that, for the
// list of commands, and is the first of its help.
#[derive(Subcommand, Debug)]
#[command(defer = true)]
enum Command {
    /// Print a new traceparent
    Mint(mint::MintArgs),
    /// Explain a traceparent or any other propagation value
    Decode(decode::DecodeArgs),
    /// Print the context that a child span sends on
    Child(child::ChildArgs),
    /// Run a command inside a span
    Exec(exec::ExecArgs),
    /// Put trace and span ids into lines that have none
    Stamp(stamp::StampArgs),
    /// Print the records of a trace, exactly as they were
    Filter(filter::FilterArgs),
    /// Show what happened in a trace, and where the time went
    Timeline(timeline::TimelineArgs),
    /// List the traces of the logs: start, duration, spans, records, services, errors
    Traces(traces::TracesArgs),
    /// Print every record in one shape: what was understood of each line
    Records(records::RecordsArgs),
    /// Print the completion script of a shell
    Completions(completions::CompletionsArgs),
}

/// What the commands know of the world: found once, here, and handed down.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) now: Timestamp,
    /// Columns of the terminal that stdout is; `None`: it is none.
    pub(crate) width: Option<usize>,
    pub(crate) stdin_is_terminal: bool,
    pub(crate) stdout_is_terminal: bool,
    pub(crate) stderr_is_terminal: bool,
    /// NO_COLOR, CLICOLOR_FORCE and TERM, as far as they decide.
    color: Option<bool>,
    pub(crate) is_quiet: bool,
    /// Where a configuration may be.
    pub(crate) config_path: Option<PathBuf>,
}

impl Context {
    fn of_process() -> Context {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let stdout_is_terminal = io::stdout().is_terminal();
        let color = if set("NO_COLOR") {
            Some(false)
        } else if std::env::var("CLICOLOR_FORCE")
            .is_ok_and(|value| !value.is_empty() && value != "0")
        {
            Some(true)
        } else if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
            Some(false)
        } else {
            None
        };
        Context {
            now: Timestamp::from_nanoseconds(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX)),
            width: stdout_is_terminal
                .then(|| terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)))
                .flatten(),
            stdin_is_terminal: io::stdin().is_terminal(),
            stdout_is_terminal,
            stderr_is_terminal: io::stderr().is_terminal(),
            color,
            is_quiet: false,
            config_path: config::default_path(|name| std::env::var_os(name)),
        }
    }

    /// How many threads can run at once. Asked for only where threads are wanted: the system tells
    /// it by a dozen files, the limits of control groups.
    pub(crate) fn cores(&self) -> usize {
        std::thread::available_parallelism().map_or(1, usize::from)
    }

    /// Whether output is coloured unless an argument says otherwise.
    pub(crate) fn wants_color(&self) -> bool {
        self.color.unwrap_or(self.stdout_is_terminal)
    }

    /// Draws ids from the system's randomness.
    fn id_generator(&self) -> Result<IdGenerator, CliError> {
        let mut seed = [0; 32];
        match getrandom::fill(&mut seed) {
            Ok(()) => Ok(IdGenerator::from_seed(seed)),
            Err(error) => {
                Err(CliError::Command(format!("the system gives no randomness: {error}")))
            }
        }
    }

    /// The current time in seconds since 1970.
    fn epoch(&self) -> u32 {
        u32::try_from(self.now.nanoseconds() / 1_000_000_000).unwrap_or_default()
    }
}

/// The command line as clap knows it: for parsing, completions and man pages.
pub fn command() -> clap::Command {
    Cli::command()
}

/// The command line as far as completions offer it: without what is hidden.
pub fn completed_command() -> clap::Command {
    let mut command = command();
    command.build();
    completions::without_hidden(&command)
}

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let context = Context::of_process();
    let mut stderr = io::stderr();
    match run(cli.command, &context, &mut stderr) {
        Ok(code) => ExitCode::from(code),
        // The reader has seen enough, and that is no failure. The runtime hides the signal that
        // would have ended us quietly, so we do it by hand.
        Err(error) if error.is_closed_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            // The names of files in it may hold anything; its lines are ours.
            let message = error.to_string();
            let lines: Vec<_> = message.split('\n').map(escape).collect();
            let _ = writeln!(stderr, "traceline: {}", lines.join("\n"));
            ExitCode::from(TROUBLE)
        }
    }
}

fn run(command: Command, context: &Context, stderr: &mut dyn Write) -> Result<u8, CliError> {
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout());
    let code = match command {
        Command::Mint(args) => {
            let mut ids = context.id_generator()?;
            Ok(args.run(&mut ids, context.epoch(), &mut io::stdin().lock(), &mut out, stderr)?)
        }
        Command::Decode(args) => {
            let color = context.wants_color();
            if let Some(invitation) = args.invitation().filter(|_| context.stdin_is_terminal) {
                let _ = writeln!(stderr, "{invitation}");
            }
            Ok(args.run(&mut io::stdin().lock(), &mut out, stderr, color)?)
        }
        Command::Child(args) => {
            let mut ids = context.id_generator()?;
            let environment = std::env::vars_os();
            Ok(args.run(&mut ids, environment, &mut io::stdin().lock(), &mut out, stderr)?)
        }
        Command::Exec(args) => {
            let mut ids = context.id_generator()?;
            Ok(args.run(&mut ids, std::env::vars_os(), context.now, stderr)?)
        }
        Command::Stamp(args) => {
            let mut ids = context.id_generator()?;
            let environment = std::env::vars_os();
            let stdin = &mut io::stdin().lock();
            let comes_soon = &mut |patience| stamp::comes_within(io::stdin(), patience);
            Ok(args.run(&mut ids, environment, stdin, comes_soon, &mut out, stderr)?)
        }
        Command::Filter(args) => args.run(context, stderr),
        Command::Timeline(args) => args.run(context, &mut out, stderr),
        Command::Traces(args) => args.run(context, &mut out, stderr),
        Command::Records(args) => args.run(context, stderr),
        Command::Completions(args) => args.run(&mut out),
    }?;
    out.flush()?;
    Ok(code)
}
