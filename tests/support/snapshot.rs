//! Committed folders compared with what a test makes: same files, same bytes, none too many.
//!
//! With `SNAPSHOTS=overwrite` in the environment the folder is written instead of compared, and
//! files that nothing makes any more are removed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// File names and what is in them.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Compares a folder of the repository with the files that it should hold, and nothing else.
///
/// # Panics
/// If they differ: with the name of every file that is missing, stale or left over.
pub fn check(folder: &str, expected: &Files) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        overwrite(&path, expected);
    }
    let found = read(&path);
    let missing = expected.keys().filter(|name| !found.contains_key(*name));
    let missing = missing.map(|name| format!("{folder}/{name}: missing"));
    let left_over = found.keys().filter(|name| !expected.contains_key(*name));
    let left_over = left_over.map(|name| format!("{folder}/{name}: nothing makes it any more"));
    let stale = expected.iter().filter_map(|(name, bytes)| {
        let line = first_difference(found.get(name)?, bytes)?;
        Some(format!("{folder}/{name}:{line}: differs from what the program gives"))
    });
    let complaints: Vec<String> = missing.chain(left_over).chain(stale).collect();
    assert!(
        complaints.is_empty(),
        "\n{}\nrefresh with: SNAPSHOTS=overwrite cargo test --test generated, and read the diff\n",
        complaints.join("\n")
    );
}

fn read(folder: &Path) -> Files {
    let Ok(entries) = fs::read_dir(folder) else { return Files::new() };
    entries
        .map(|entry| {
            let path = entry.expect("the folder is readable").path();
            let name = path.file_name().expect("entries have names").to_string_lossy().into_owned();
            (name, fs::read(&path).expect("generated files are readable"))
        })
        .collect()
}

fn overwrite(folder: &Path, expected: &Files) {
    fs::create_dir_all(folder).expect("the folder can be made");
    for name in read(folder).keys().filter(|name| !expected.contains_key(*name)) {
        fs::remove_file(folder.join(name)).expect("left-over files can be removed");
    }
    for (name, bytes) in expected {
        fs::write(folder.join(name), bytes).expect("generated files can be written");
    }
}

/// The first line, from 1, that is not the same; `None` if all are.
fn first_difference(found: &[u8], expected: &[u8]) -> Option<usize> {
    if found == expected {
        return None;
    }
    let mut lines = found.split(|&byte| byte == b'\n').zip(expected.split(|&byte| byte == b'\n'));
    let same = lines.position(|(found, expected)| found != expected);
    let shorter = found.len().min(expected.len());
    let common = found[..shorter].iter().filter(|&&byte| byte == b'\n').count();
    Some(same.unwrap_or(common) + 1)
}
