//! Real and realistic lines of many loggers against what is read from them.
//!
//! Each `fixtures/formats/<format>/<case>.log` has a `<case>.records.json` beside it: what
//! `traceline records --format json` prints, with 2026-11-22T18:00:00Z as the reference date.
//! Refresh with `SNAPSHOTS=overwrite cargo test --test formats`, and read the diff.

#[path = "support/snapshot.rs"]
mod snapshot;

use snapshot::Files;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use traceline::pipeline::{LineTable, ReadPlan, SourceInfo, Visit, read};
use traceline::record::{
    Detail, LineOrigin, LogRecord, ReadRecord, Reference, TimeZone, Timestamp, UserKeys, service,
};
use traceline::render::{JsonRenderer, Origins, Render};
use traceline::source::{Chunks, Input, ReadOptions, SourceId, expand};

const ROOT: &str = "fixtures/formats";

/// Renders records as they come, with the offsets that order them.
struct Rendered<'a> {
    name: &'a str,
    lines: &'a LineTable,
    records: Mutex<Vec<(u64, usize, Vec<u8>)>>,
}

impl Origins for Rendered<'_> {
    fn source_name(&self, _: SourceId) -> &str {
        self.name
    }

    fn line_number(&self, source: SourceId, line: LineOrigin) -> u64 {
        self.lines.line_number(source, line)
    }
}

impl Visit for Rendered<'_> {
    type Part = ();

    fn part(&self) {}

    fn record(&self, (): &mut (), read: &ReadRecord<'_, '_>) {
        let mut json = Vec::new();
        let record: &LogRecord<'_> = read.record;
        JsonRenderer::default()
            .record(&mut json, self, read.source, read.lines, record)
            .expect("a vector takes everything");
        let mut records = self.records.lock().expect("no thread panicked");
        let number = records.len();
        records.push((read.lines[0].offset, number, json));
    }

    fn gathered(&self, (): ()) -> Option<()> {
        None
    }
}

/// What a file's records are, when it is read in chunks of this size.
fn records(path: &Path, chunk_size: usize) -> Vec<u8> {
    let (sources, errors) = expand(&[Input::Path(path.to_owned())]);
    assert!(errors.is_empty(), "{}: {errors:?}", path.display());
    let latest = Timestamp::from_nanoseconds(1_795_370_400_000_000_000);
    let info = SourceInfo {
        service_name: service::of_file(path.as_os_str().as_encoded_bytes()).map(<[u8]>::to_vec),
        reference: Reference { latest, time_zone: TimeZone::UTC, slack: Reference::SURE },
        midnights: None,
    };
    let chunks = Chunks::new(sources, ReadOptions { chunk_size, ..ReadOptions::default() });
    let lines = LineTable::new();
    let name = path.file_name().expect("a file").to_string_lossy();
    let rendered = Rendered { name: &name, lines: &lines, records: Mutex::new(Vec::new()) };
    let plan = ReadPlan {
        patterns: &[],
        sources: std::slice::from_ref(&info),
        detail: Detail::Attributes,
        search: None,
        keys: &UserKeys::default(),
        number_lines: true,
        primed_bytes: 0,
        threads: 1,
    };
    let outcome = read(&chunks, &plan, &lines, &rendered);
    assert!(outcome.errors.is_empty(), "{}: {:?}", path.display(), outcome.errors);
    let mut records = rendered.records.into_inner().expect("no thread panicked");
    records.sort();
    records.into_iter().flat_map(|(_, _, json)| json).collect()
}

/// Every log of every format, in order.
fn logs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(ROOT);
    let mut logs = Vec::new();
    for format in fs::read_dir(root).expect("the fixtures are there") {
        let format = format.expect("the folder is readable").path();
        for file in fs::read_dir(&format).expect("formats are folders") {
            let path = file.expect("the folder is readable").path();
            if path.extension().is_some_and(|extension| extension == "log") {
                logs.push(path);
            }
        }
    }
    logs.sort();
    assert!(logs.len() > 40, "most of the fixtures are gone");
    logs
}

#[test]
fn every_fixture_gives_its_records() {
    let mut formats = std::collections::BTreeMap::<PathBuf, Files>::new();
    for log in logs() {
        let folder = log.parent().expect("in a folder").to_owned();
        let case = log.file_stem().expect("a name").to_string_lossy().into_owned();
        let files = formats.entry(folder).or_default();
        files.insert(format!("{case}.log"), fs::read(&log).expect("the log is readable"));
        files.insert(format!("{case}.records.json"), records(&log, 1 << 20));
    }
    for (folder, files) in formats {
        let name = folder.file_name().expect("a name").to_string_lossy();
        snapshot::check(&format!("{ROOT}/{name}"), &files);
    }
}

#[test]
fn records_are_the_same_wherever_a_file_is_cut() {
    for log in logs() {
        let whole = records(&log, 1 << 20);
        for chunk_size in [1, 64, 300] {
            let cut = records(&log, chunk_size);
            assert!(
                whole == cut,
                "{} in chunks of {chunk_size} bytes:\n{}\ninstead of\n{}",
                log.display(),
                String::from_utf8_lossy(&cut),
                String::from_utf8_lossy(&whole)
            );
        }
    }
}

#[test]
fn every_line_that_is_not_blank_is_in_a_record() {
    for log in logs() {
        let text = fs::read(&log).expect("the log is readable");
        let read = records(&log, 1 << 20);
        let mut owned = std::collections::BTreeSet::new();
        for record in read.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            let record: serde_json::Value = serde_json::from_slice(record).expect("JSON");
            let lines = record["lines"].as_array().expect("lines");
            owned.extend(lines.iter().filter_map(serde_json::Value::as_u64));
        }
        for (at, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let number = at as u64 + 1;
            let is_blank = line.trim_ascii().is_empty();
            let is_header = is_header(&log, number, line);
            assert!(
                is_blank || is_header != owned.contains(&number),
                "{}:{number} is lost",
                log.display()
            );
        }
    }
}

/// Whether a line describes the lines after it, and is no record.
fn is_header(log: &Path, number: u64, line: &[u8]) -> bool {
    let is_table = log.parent().is_some_and(|folder| folder.ends_with("csv"));
    is_table && number == 1
        || line.starts_with(b"#") && line.get(1).is_some_and(u8::is_ascii_alphabetic)
}
