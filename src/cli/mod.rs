//! The command line: arguments to calls to exit codes. Thin; stands on top of everything.

use std::process::ExitCode;

/// The command line as clap knows it: for parsing, completions and man pages.
pub fn command() -> clap::Command {
    clap::Command::new("traceline").version(env!("CARGO_PKG_VERSION")).propagate_version(true)
}

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
