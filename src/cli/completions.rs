//! `traceline completions`: the shell's completion script.

use super::error::{CliError, FOUND};
use clap::Command;
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

/// The same command without the arguments that are hidden: completions would offer them.
pub(super) fn without_hidden(command: &Command) -> Command {
    let arguments = command.get_arguments().filter(|argument| !argument.is_hide_set());
    let mut visible = Command::new(command.get_name().to_owned())
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .args(arguments.cloned())
        .subcommands(command.get_subcommands().map(without_hidden));
    if let Some(about) = command.get_about() {
        visible = visible.about(about.clone());
    }
    if let Some(version) = command.get_version() {
        visible = visible.version(version.to_owned());
    }
    visible
}

impl CompletionsArgs {
    pub(crate) fn run(self, out: &mut dyn Write) -> Result<u8, CliError> {
        let mut script = Vec::new();
        generate(self.shell, &mut super::completed_command(), "traceline", &mut script);
        out.write_all(&script)?;
        Ok(FOUND)
    }
}
