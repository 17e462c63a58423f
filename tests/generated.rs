//! The committed completions and man pages are what the command line gives today.
//!
//! The test that checks the files is the code that makes them:
//! `SNAPSHOTS=overwrite cargo test --test generated`.

#[path = "support/snapshot.rs"]
mod snapshot;

use clap::Command;
use clap_complete::Shell;
use clap_complete::aot::Generator;
use clap_mangen::Man;
use snapshot::Files;

const NAME: &str = "traceline";

#[test]
fn completions_are_fresh() {
    let shells = [Shell::Bash, Shell::Zsh, Shell::Fish, Shell::PowerShell, Shell::Elvish];
    let files = shells.map(|shell| {
        let mut script = Vec::new();
        clap_complete::generate(shell, &mut traceline::cli::command(), NAME, &mut script);
        (shell.file_name(NAME), script)
    });
    snapshot::check("completions", &Files::from(files));
}

#[test]
fn man_pages_are_fresh() {
    // Not built before: clap_mangen builds it, after taking out the `help` subcommand.
    let mut command = traceline::cli::command().disable_help_subcommand(true);
    command.build();
    let mut files = Files::new();
    add_pages(&command, &mut files);
    snapshot::check("man", &files);
}

/// A page for the command and for every visible one below it.
fn add_pages(command: &Command, files: &mut Files) {
    for subcommand in command.get_subcommands().filter(|subcommand| !subcommand.is_hide_set()) {
        add_pages(subcommand, files);
    }
    let man = Man::new(command.clone());
    let mut page = Vec::new();
    man.render(&mut page).expect("writing to memory does not fail");
    files.insert(man.get_filename(), page);
}

#[test]
fn the_command_line_is_consistent() {
    traceline::cli::command().debug_assert();
}

#[test]
fn the_list_of_commands_says_what_the_help_of_each_begins_with() {
    let lines = |command: &Command| -> Vec<(String, Option<String>)> {
        let commands = command.get_subcommands().filter(|command| command.get_name() != "help");
        commands
            .map(|command| {
                (command.get_name().into(), command.get_about().map(ToString::to_string))
            })
            .collect()
    };
    let listed = lines(&traceline::cli::command());
    let mut command = traceline::cli::command();
    command.build();
    assert_eq!(listed, lines(&command));
}

#[test]
fn every_subcommand_says_what_it_does_and_which_version_it_is() {
    let mut command = traceline::cli::command();
    command.build();
    assert_eq!(command.get_name(), NAME);
    for subcommand in command.get_subcommands() {
        let name = subcommand.get_name();
        assert!(subcommand.get_about().is_some(), "{name}: no help text");
        // Pages of subcommands have a version only with `propagate_version`.
        let is_versioned = subcommand.get_version().is_some() || name == "help";
        assert!(is_versioned, "{name}: set `propagate_version` on the command");
    }
}
