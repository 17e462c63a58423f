//! The command line: arguments to calls to exit codes. Thin; stands on top of everything.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Parser, Subcommand};

use crate::trace_context::IdGenerator;

mod decode;
mod mint;

/// Filter, mint and time traces in any mix of log files
#[derive(Parser)]
#[command(name = "traceline", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Mint(mint::MintArgs),
    Decode(decode::DecodeArgs),
}

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let epoch = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let mut stdout = io::stdout().lock();
    let mut stderr = io::stderr();
    let mut ids = match mint::system_seed() {
        Ok(seed) => IdGenerator::from_seed(seed),
        Err(error) => {
            let _ = writeln!(stderr, "error: {error}");
            return ExitCode::from(2);
        }
    };
    let result = match cli.command {
        Command::Mint(args) => args
            .run(&mut ids, epoch as u32, &mut stdout, &mut stderr)
            .map_err(|error| error.to_string()),
        Command::Decode(args) => args
            .run(&mut io::stdin().lock(), &mut stdout, &mut stderr, false)
            .map_err(|error| error.to_string()),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let _ = writeln!(stderr, "error: {error}");
            ExitCode::from(2)
        }
    }
}
