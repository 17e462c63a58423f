//! Logs for tests: the stories in `fixtures/`, and files made on the spot.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A trace id.
pub const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Traces of the story of that name.
pub mod checkout {
    /// The checkout that fails.
    pub const FAILS: &str = "c5f96e75c454fa23d827923c76e6b5d1";
}

/// A story, or a log of it.
pub fn scenario(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/scenarios").join(name)
}

/// A folder that goes when the test ends.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Folder {
        Folder(tempfile::tempdir().expect("a temporary folder"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path().join(name);
        fs::write(&path, bytes).expect("a temporary file");
        path
    }

    pub fn folder(&self, name: &str) -> PathBuf {
        let path = self.path().join(name);
        fs::create_dir(&path).expect("a temporary folder");
        path
    }

    /// The `.log` files in the folders of this name, wherever they are, sorted.
    pub fn logs_below(&self, name: &str) -> Vec<PathBuf> {
        let mut logs = Vec::new();
        let mut folders = vec![self.path().to_path_buf()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(&folder).expect("the folder is readable") {
                let path = entry.expect("the folder is readable").path();
                let is_log = path.extension().is_some_and(|extension| extension == "log");
                if path.is_dir() {
                    folders.push(path);
                } else if is_log && folder.ends_with(name) {
                    logs.push(path);
                }
            }
        }
        logs.sort();
        logs
    }
}

/// So many lines, each with a trace of its own.
pub fn many_lines(count: u64) -> Vec<u8> {
    let mut log = Vec::new();
    for at in 0..count {
        let id = u128::from(at + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        let second = at % 60;
        writeln!(log, "2026-11-22T10:00:{second:02}Z INFO api trace_id={id:032x} line {at}")
            .expect("a vector takes everything");
    }
    log
}

/// One trace of so many spans, one record each, numbered from 1; `parent` gives a span's parent,
/// 0 for none.
pub fn spans(count: usize, parent: fn(usize) -> usize) -> Vec<u8> {
    let mut log = Vec::new();
    for at in 1..=count {
        let start = 1_795_370_400_000 + at;
        let above = match parent(at) {
            0 => String::new(),
            above => format!("\"parent_span_id\":\"{above:016x}\","),
        };
        writeln!(
            log,
            "{{\"time\":{start},\"level\":\"info\",\"service\":\"s{}\",\"trace_id\":\"{ID}\",\
             \"span_id\":\"{at:016x}\",{above}\"duration_ms\":{},\"msg\":\"step\"}}",
            at % 7,
            at % 50
        )
        .expect("a vector takes everything");
    }
    log
}

/// Packs bytes.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packer.write_all(bytes).expect("a vector takes everything");
    packer.finish().expect("a vector takes everything")
}
