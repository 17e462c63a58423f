//! The `console` blocks of a page, run by a shell: `$ command`, then all that it prints on stdout.
//!
//! What a page shows is what a reader types: with patterns of files and with pipes. The talk on
//! stderr is not compared.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs the commands of a page in the repository's root and compares what they print. With
/// `TRYCMD=overwrite` in the environment the page is rewritten instead.
///
/// # Panics
/// If a command cannot be run, or prints something else.
pub fn check(page: &str, environment: &[(&str, &str)]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(page);
    let text = fs::read_to_string(&path).expect("the page is there");
    let fresh = refreshed(&text, environment);
    if std::env::var_os("TRYCMD").is_some_and(|value| value == "overwrite") {
        fs::write(&path, &fresh).expect("the page can be written");
        return;
    }
    for (number, (shown, real)) in text.lines().zip(fresh.lines()).enumerate() {
        assert_eq!(
            shown,
            real,
            "{page}:{}: not what the command prints; refresh with TRYCMD=overwrite cargo test --test cli",
            number + 1
        );
    }
    assert_eq!(text.lines().count(), fresh.lines().count(), "{page}: output is missing");
}

/// The page with the output of its commands as it is today.
fn refreshed(text: &str, environment: &[(&str, &str)]) -> String {
    let mut fresh = String::new();
    let mut is_console = false;
    let mut commands = 0;
    for line in text.lines() {
        if line.starts_with("```") {
            is_console = line == "```console";
        } else if is_console {
            // What was printed before is made anew.
            let Some(command) = line.strip_prefix("$ ") else { continue };
            fresh.push_str(&format!("{line}\n{}", output(command, environment)));
            commands += 1;
            continue;
        }
        fresh.push_str(line);
        fresh.push('\n');
    }
    assert!(commands > 0, "the page has no console block");
    fresh
}

fn output(command: &str, environment: &[(&str, &str)]) -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_traceline"));
    let folder = program.parent().expect("the program is in a folder");
    let mut paths = vec![folder.to_path_buf()];
    paths.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let output = Command::new("sh")
        .args(["-c", command])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("PATH", std::env::join_paths(paths).expect("folders can be joined"))
        .envs(environment.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("there is a shell");
    let talk = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command}: {}\n{talk}", output.status);
    String::from_utf8(output.stdout).expect("the output is text")
}
