//! The checks of `fuzz/` over the fixtures: so that they still compile, and hold for real lines.
#![allow(missing_docs, clippy::print_stdout)]

use std::fs;
use std::path::{Path, PathBuf};

#[path = "../fuzz/src/logs.rs"]
mod logs;
#[path = "../fuzz/src/output.rs"]
mod output;
#[path = "../fuzz/src/reading.rs"]
mod reading;
#[path = "../fuzz/src/timeline.rs"]
mod timeline;
#[path = "../fuzz/src/trace_context.rs"]
mod trace_context;

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is readable");
    let paths = entries.map(|entry| entry.expect("the folder is readable").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Runs a check over the beginning of each file.
fn hold(check: fn(&[u8]), most: usize) {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for file in files(&fixtures) {
        let bytes = fs::read(&file).expect("the file is readable");
        println!("{}", file.display());
        check(&bytes[..bytes.len().min(most)]);
    }
}

#[test]
fn no_line_is_lost_and_records_are_the_same_however_they_are_read() {
    hold(reading::check, 1500);
}

#[test]
fn sums_and_pictures_of_traces_hold() {
    hold(timeline::check, 3000);
}

#[test]
fn what_is_accepted_prints_back() {
    hold(trace_context::check, 600);
}
