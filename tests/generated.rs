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
        clap_complete::generate(shell, &mut traceline::cli::completed_command(), NAME, &mut script);
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
    let page = String::from_utf8(page).expect("pages are text");
    files.insert(man.get_filename(), as_manuals_have_it(&page, command).into_bytes());
}

/// clap_mangen's page with dots behind arguments that repeat, and with the examples under their own
/// heading, line by line.
fn as_manuals_have_it(page: &str, command: &Command) -> String {
    let mut page = page.to_owned();
    for argument in command.get_positionals() {
        let is_repeated = argument.get_num_args().is_some_and(|range| range.max_values() > 1)
            || matches!(argument.get_action(), clap::ArgAction::Append);
        let name = argument.get_value_names().and_then(|names| names.first());
        if let (true, Some(name)) = (is_repeated, name) {
            for (open, close) in [("[", "]"), ("<", ">")] {
                let once = format!("{open}\\fI{name}\\fR{close}");
                page = page.replacen(&once, &format!("{once}..."), 1);
            }
        }
    }
    let Some((before, extra)) = page.split_once(".SH EXTRA\nExamples:\n") else { return page };
    let (examples, after) = extra.split_once(".SH ").expect("the version follows");
    let examples = examples.lines().map(str::trim_start).map(|line| match line.starts_with('.') {
        // A dot at the beginning of a line is a request.
        true => format!("\\&{line}\n"),
        false => format!("{line}\n"),
    });
    let examples: String = examples.collect();
    format!("{before}.SH EXAMPLES\n.RS 2\n.nf\n{examples}.fi\n.RE\n.SH {after}")
}

#[test]
fn completions_offer_nothing_hidden() {
    let mut script = Vec::new();
    let mut command = traceline::cli::completed_command();
    clap_complete::generate(Shell::Bash, &mut command, NAME, &mut script);
    let script = String::from_utf8(script).expect("scripts are text");
    assert!(script.contains("--threads") && script.contains("--no-filename"));
    // This one was once offered, though it is only for tests.
    assert!(!script.contains("--chunk-size"));
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
