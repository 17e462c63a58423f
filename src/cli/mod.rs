//! The command line: arguments to calls to exit codes. Thin; stands on top of everything.

use std::process::ExitCode;

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    ExitCode::SUCCESS
}
