//! `traceline completions`: the shell's completion script.

use super::error::{CliError, FOUND};
use clap_complete::{Shell, generate};
use std::io::Write;

/// Print the completion script of a shell
///
/// For example, for bash: traceline completions bash > ~/.local/share/bash-completion/completions/traceline
#[derive(clap::Args, Debug)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl CompletionsArgs {
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<u8, CliError> {
        let mut script = Vec::new();
        generate(self.shell, &mut super::command(), "traceline", &mut script);
        out.write_all(&script)?;
        Ok(FOUND)
    }
}
