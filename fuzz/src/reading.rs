//! Bytes to records: nothing is lost, and how the input is cut makes no difference.

use crate::logs::{How, content, pass, reference};
use crate::output::{Places, assert_json, assert_tame};
use std::collections::BTreeSet;
use std::sync::Mutex;
use traceline::pipeline::{LineTable, ReadOutcome, Search, Visit};
use traceline::record::{Explanation, FieldOrigin, ReadRecord, TraceKey, explain};
use traceline::render::{Options, OutputFormat, Style, renderer};
use traceline::source::lines;

/// A record as it is compared: its lines' offsets, its trace, and all that was understood of it.
type Seen = (Vec<u64>, Option<TraceKey>, String);

/// Reads the bytes as a log.
pub fn check(bytes: &[u8]) {
    let how = How::any_for(bytes);
    let (text, errors) = content(bytes, How::AT_ONCE);
    assert!(content(bytes, how) == (text.clone(), errors), "{how:?}");

    let (at_once, outcome) = records(bytes, How::AT_ONCE, None);
    assert_nothing_is_lost(&text, &at_once, &outcome);

    let (in_chunks, other) = records(bytes, how, None);
    assert_same(&at_once, &in_chunks, how);
    assert_eq!(outcome.tally, other.tally, "{how:?}");

    let keys: BTreeSet<TraceKey> = at_once.iter().filter_map(|record| record.1).collect();
    // Two are as good as many, and quicker.
    for key in keys.into_iter().take(2) {
        // An id that is text is not told by its key.
        let Some(search) = Search::new(&[key], &[], &[]) else { continue };
        if is_hidden(key, &text) {
            continue;
        }
        let of_trace = |records: &[Seen]| -> Vec<Seen> {
            records.iter().filter(|record| record.1 == Some(key)).cloned().collect()
        };
        let how = How { primed_bytes: 0, ..how };
        let (found, _) = records(bytes, how, Some(&search));
        assert_same(&of_trace(&at_once), &of_trace(&found), how);
    }
}

/// A search looks at raw bytes, so it is known not to find an id of which JSON writes a digit as an
/// escape, within which a colour changes, or whose letters are of either case.
fn is_hidden(key: TraceKey, text: &[u8]) -> bool {
    let lower = format!("{:016x}", key.low64());
    let tail = &lower.as_bytes()[4..];
    let upper = tail.to_ascii_uppercase();
    let is_mixed = |word: &[u8]| word.eq_ignore_ascii_case(tail) && word != tail && word != upper;
    text.contains(&0x1b)
        || text.windows(2).any(|pair| pair == br"\u")
        || text.windows(tail.len()).any(is_mixed)
}

/// All records in the order of the input. When all is read at once, each is also shown in every
/// form; once is enough, and it takes longer than reading.
fn records(bytes: &[u8], how: How, search: Option<&Search>) -> (Vec<Seen>, ReadOutcome) {
    let table = LineTable::new();
    let visitor = Records { lines: &table, is_shown: how == How::AT_ONCE, seen: Mutex::default() };
    let outcome = pass(bytes, how, search, &table, &visitor);
    let mut seen = visitor.seen.into_inner().expect("no thread panicked");
    seen.sort();
    (seen, outcome)
}

fn assert_same(expected: &[Seen], found: &[Seen], how: How) {
    // The first difference says more than both lists.
    for (expected, found) in expected.iter().zip(found) {
        assert!(
            expected == found,
            "{how:?}\nat once: {:?} {}\nin chunks: {:?} {}",
            expected.0,
            expected.2,
            found.0,
            found.2
        );
    }
    assert_eq!(expected.len(), found.len(), "{how:?}");
}

/// Every line that is not blank, and no header, is in one record, or in several that it holds.
fn assert_nothing_is_lost(text: &[u8], records: &[Seen], outcome: &ReadOutcome) {
    let mut groups: Vec<&[u64]> = records.iter().map(|record| &record.0[..]).collect();
    groups.dedup();
    let is_blank = |line: &[u8]| line.trim_ascii().is_empty();
    let mut seen = BTreeSet::new();
    for offset in groups.into_iter().flatten() {
        assert!(seen.insert(*offset), "the line at {offset} is in two records");
    }
    let expected: BTreeSet<u64> =
        lines(text).filter(|(_, line)| !is_blank(line)).map(|(at, _)| at as u64).collect();
    let lost = expected.difference(&seen).count() as u64;
    let tally = &outcome.tally;
    assert_eq!(lost, tally.headers, "of {} lines", expected.len());
    assert_eq!(tally.lines, expected.len() as u64);
    assert_eq!(tally.bytes, text.len() as u64);
    assert_eq!(tally.records, records.len() as u64);
    assert_eq!(tally.with_trace, records.iter().filter(|record| record.1.is_some()).count() as u64);
}

struct Records<'l> {
    lines: &'l LineTable,
    is_shown: bool,
    seen: Mutex<Vec<Seen>>,
}

impl Visit for Records<'_> {
    type Part = Vec<Seen>;

    fn part(&self) -> Vec<Seen> {
        Vec::new()
    }

    fn record(&self, part: &mut Vec<Seen>, read: &ReadRecord<'_, '_>) {
        let offsets: Vec<u64> = read.lines.iter().map(|line| line.offset).collect();
        assert!(offsets.is_sorted() && !offsets.is_empty());
        assert_eq!(read.lines.len(), read.texts.len());
        for (line, text) in read.lines.iter().zip(read.texts) {
            assert_eq!(line.length as usize, text.len());
        }
        if self.is_shown {
            let explanation = explain(read, &reference(), None);
            assert_true(read, &explanation);
            self.show(read, &explanation);
        }
        let texts: Vec<String> =
            read.texts.iter().map(|text| text.escape_ascii().to_string()).collect();
        part.push((offsets, read.record.trace, format!("{texts:#?}\n{:?}", read.record)));
    }

    fn gathered(&self, part: Vec<Seen>) -> Option<Vec<Seen>> {
        self.seen.lock().expect("no thread panicked").extend(part);
        None
    }
}

impl Records<'_> {
    /// Writes the record in every form that a terminal or a program may be given.
    fn show(&self, read: &ReadRecord<'_, '_>, explanation: &Explanation) {
        let places = Places(self.lines);
        let written = |format, color, is_terminal| {
            let style = Style { color, is_terminal, ..Style::default() };
            let mut renderer = renderer(format, style, Options::default());
            let mut out = Vec::new();
            renderer.explained(&mut out, &places, read, explanation).expect("a vector takes all");
            out
        };
        assert_tame(&written(OutputFormat::Text, true, true), true);
        assert_tame(&written(OutputFormat::Text, false, true), false);
        assert_tame(&written(OutputFormat::Csv, false, true), false);
        let json = assert_json(&written(OutputFormat::Json, false, false), "traceline.records/1");
        assert_eq!(json.len(), 1);
        assert_eq!(json[0]["lines"].as_array().map(Vec::len), Some(read.lines.len()));
    }
}

/// Bytes that are named as a field's say that field.
fn assert_true(read: &ReadRecord<'_, '_>, explanation: &Explanation) {
    for (field, origin) in &explanation.fields {
        let FieldOrigin::Bytes { line, start, end } = *origin else { continue };
        let text = &read.texts[line][start..end];
        let record = read.record;
        let said = match *field {
            "severity" => record.severity_text.as_deref(),
            "service_name" => record.service_name.as_deref(),
            "body" => Some(&*record.body),
            _ => continue,
        };
        assert_eq!(said, Some(text), "{field}");
    }
}
