//! The program as a user sees it: cases as data, and the README's own examples.
//!
//! Each `tests/cli/<subcommand>/*.trycmd` holds commands with all that they print, on both outputs,
//! and their exit codes; a `.toml` is one command, with its input and outputs in files beside it. They
//! run in `fixtures/scenarios/`. The README's `console` blocks are run
//! by a shell in the repository's root. Refresh both with `TRYCMD=overwrite cargo test --test cli`,
//! and read the difference.

#[path = "support/console.rs"]
mod console;

use std::path::Path;

/// Nothing in the caller's environment may change what is printed.
const ENVIRONMENT: &[(&str, &str)] = &[
    ("TZ", "UTC"),
    ("NO_COLOR", ""),
    ("CLICOLOR_FORCE", ""),
    ("TERM", "xterm"),
    ("XDG_CONFIG_HOME", "/nowhere"),
];

#[test]
fn commands_print_what_the_cases_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    // Cases name the logs as their reader would; only this test depends on the folder.
    std::env::set_current_dir(root.join("fixtures/scenarios")).expect("the scenarios are there");
    let cases = trycmd::TestCases::new();
    for (name, value) in ENVIRONMENT {
        cases.env(*name, *value);
    }
    for pattern in ["tests/cli/*/*.trycmd", "tests/cli/*/*.toml"] {
        cases.case(root.join(pattern).to_str().expect("the path is UTF-8"));
    }
}

#[cfg(unix)]
#[test]
fn the_readme_shows_real_output() {
    console::check("README.md", ENVIRONMENT);
}
