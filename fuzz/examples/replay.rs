//! Runs a check over files and folders, without a fuzzer: `cargo run --example replay reading ../fixtures`.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let name = arguments.next().unwrap_or_default();
    let check = match name.to_str() {
        Some("reading") => traceline_fuzz::reading::check,
        Some("timeline") => traceline_fuzz::timeline::check,
        Some("trace_context") => traceline_fuzz::trace_context::check,
        _ => panic!("usage: replay reading|timeline|trace_context PATH…"),
    };
    let mut count = 0;
    for path in arguments {
        for file in files(Path::new(&path)) {
            // Said before, so that it is known which file makes the check fail.
            println!("{}", file.display());
            check(&fs::read(&file).expect("the file is readable"));
            count += 1;
        }
    }
    println!("all is well with {count} inputs");
}

/// The file, or all files below the folder.
fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_path_buf()];
    }
    let entries = fs::read_dir(path).expect("the folder is readable");
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder is readable").path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| files(path)).collect()
}
