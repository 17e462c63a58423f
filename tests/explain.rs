//! What `records --explain` claims is true: for every log in `fixtures/formats`, the bytes that are
//! named for a field say that field.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use traceline::pipeline::{LineTable, ReadPlan, SourceInfo, Visit, read};
use traceline::record::{
    Detail, FieldOrigin, ReadRecord, Reference, TimeZone, Timestamp, UserKeys, explain, from_epoch,
    parse_at, service,
};
use traceline::source::{Chunks, Input, ReadOptions, expand};

/// Checks each record as it comes.
struct Checked<'a> {
    path: &'a Path,
    reference: Reference,
    /// Claims that were checked, and fields that no bytes say.
    counts: Mutex<(usize, usize)>,
}

impl Visit for Checked<'_> {
    type Part = ();

    fn part(&self) {}

    fn record(&self, (): &mut (), read: &ReadRecord<'_, '_>) {
        let record = read.record;
        for (field, origin) in explain(read, &self.reference, None).fields {
            let FieldOrigin::Bytes { line, start, end } = origin else {
                self.counts.lock().unwrap().1 += usize::from(origin == FieldOrigin::Derived);
                continue;
            };
            let text = &read.texts[line][start..end];
            let shown = String::from_utf8_lossy(text);
            let is_true = match field {
                "timestamp" => {
                    // What follows a stamp may be needed to tell that it is one.
                    let stamp = parse_at(&read.texts[line][start..], &self.reference)
                        .filter(|stamp| stamp.length == text.len())
                        .map(|stamp| stamp.timestamp);
                    [stamp, from_epoch(text)].contains(&record.timestamp)
                }
                "trace_id" => match &record.trace_spelling {
                    Some(spelling) => spelling.as_ref() == text,
                    None => text.len() == 32,
                },
                "span_id" => is_id(&shown, record.span_id.unwrap().get()),
                "parent_span_id" => is_id(&shown, record.parent_span_id.unwrap().get()),
                "caller_span_id" => is_id(&shown, record.caller_span_id.unwrap().get()),
                "severity" => record.severity_text.as_deref() == Some(text),
                "service_name" => record.service_name.as_deref() == Some(text),
                "body" => &*record.body == text,
                "duration_ns" => text.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.'),
                other => panic!("a field that is not checked: {other}"),
            };
            assert!(is_true, "{}: {field} is not {shown:?}: {record:?}", self.path.display());
            self.counts.lock().unwrap().0 += 1;
        }
    }

    fn gathered(&self, (): ()) -> Option<()> {
        None
    }
}

fn is_id(text: &str, value: u64) -> bool {
    u64::from_str_radix(text, 16) == Ok(value) || text.parse() == Ok(value)
}

fn logs() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/formats");
    let folders = fs::read_dir(root).unwrap().map(|folder| folder.unwrap().path());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap());
    let paths = files.map(|file| file.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "log")).collect()
}

#[test]
fn the_bytes_that_are_named_say_the_field() {
    let latest = Timestamp::from_nanoseconds(1_795_370_400_000_000_000);
    let reference = Reference { latest, time_zone: TimeZone::UTC, slack: Reference::SURE };
    let (mut checked, mut derived) = (0, 0);
    for path in logs() {
        let (sources, _) = expand(&[Input::Path(path.clone())]);
        let service_name =
            service::of_file(path.as_os_str().as_encoded_bytes()).map(<[u8]>::to_vec);
        let plan = ReadPlan {
            patterns: &[],
            sources: &[SourceInfo { service_name, reference, midnights: None }],
            detail: Detail::Fields,
            search: None,
            keys: &UserKeys::default(),
            number_lines: false,
            primed_bytes: 0,
            threads: 1,
        };
        let visitor = Checked { path: &path, reference, counts: Mutex::default() };
        let chunks = Chunks::new(sources, ReadOptions::default());
        read(&chunks, &plan, &LineTable::new(), &visitor);
        let counts = visitor.counts.into_inner().unwrap();
        checked += counts.0;
        derived += counts.1;
    }
    // Most fields stand in their lines as they are.
    assert!(checked > 1000 && checked > 4 * derived, "{checked} checked, {derived} derived");
}
