//! The traceline binary: hands over to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    traceline::cli::main()
}
