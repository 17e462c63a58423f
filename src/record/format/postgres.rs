//! PostgreSQL's own log lines: what belongs together, and to which server process.
//!
//! An error is followed by lines of the same process that explain it (DETAIL, HINT, STATEMENT,
//! CONTEXT, QUERY), each with a header of its own. Those are continuations, joined by process id
//! even when other processes write in between.

use crate::record::duration::duration as duration_of;
use crate::record::field_set::{Kind, Value};
use crate::record::{LogRecord, Severity, Text, envelope};
use bumpalo::Bump;
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// What a PostgreSQL line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PostgresLine<'a> {
    /// Process id, as the log prints it; may be empty.
    pub(crate) process: &'a [u8],
    /// DETAIL, STATEMENT, …: explains the line of the same process before it.
    pub(crate) explains: bool,
    /// The message.
    pub(crate) message: &'a [u8],
    /// The severity word.
    pub(crate) severity: &'a [u8],
}

impl<'a> PostgresLine<'a> {
    /// Says it in a record. Gives the process as a number; 0: none is named.
    pub(crate) fn fill(&self, record: &mut LogRecord<'a>) -> u64 {
        record.format = "postgres";
        record.body = Text::Borrowed(self.message);
        record.severity_text = Some(Text::Borrowed(self.severity));
        record.severity = Severity::from_field(self.severity);
        record.duration = duration(self.message).or(record.duration);
        if self.process.is_empty() { 0 } else { envelope::hash(0, self.process) }
    }
}

const SEVERITIES: [&[u8]; 12] = [
    b"LOG", b"ERROR", b"FATAL", b"PANIC", b"WARNING", b"NOTICE", b"INFO", b"DEBUG1", b"DEBUG2",
    b"DEBUG3", b"DEBUG4", b"DEBUG5",
];
const EXPLANATIONS: [&[u8]; 6] =
    [b"DETAIL", b"HINT", b"STATEMENT", b"CONTEXT", b"QUERY", b"LOCATION"];

/// Built once: building a searcher costs more than one search of a short line.
static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b":  "));

/// Recognises a line by PostgreSQL's severity word, colon and two blanks, behind a process id in
/// brackets where `log_line_prefix` has `[%p]`.
pub(crate) fn recognise(line: &[u8]) -> Option<PostgresLine<'_>> {
    let window = &line[..line.len().min(240)];
    let colon = MARK.find(window)?;
    let head = &line[..colon];
    let start = head.iter().rposition(|b| !b.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    let word = &head[start..];
    // Some prefixes number the lines right before the severity.
    let digits = word.iter().take_while(|b| b.is_ascii_digit()).count();
    let word = &word[digits..];
    let explains = EXPLANATIONS.contains(&word);
    if !explains && !SEVERITIES.contains(&word) {
        return None;
    }
    // `[2959-3]` numbers the process's lines.
    let process = memchr::memchr(b'[', head).map_or(&b""[..], |open| {
        let process = &head[open + 1..];
        let digits = process.iter().take_while(|b| b.is_ascii_digit()).count();
        if matches!(process.get(digits), Some(b']' | b'-')) { &process[..digits] } else { b"" }
    });
    // Without a process the header must end in the word itself.
    if process.is_empty() && !matches!(head.get(start.wrapping_sub(1)), Some(b' ' | b':')) {
        return None;
    }
    Some(PostgresLine { process, explains, message: &line[colon + 3..], severity: word })
}

/// Fields of a line of `csvlog` that are looked at: severity and message, by their place.
const CSV_SEVERITY: usize = 11;
const CSV_MESSAGE: usize = 13;
/// How many fields Greenplum has before them that PostgreSQL has not.
const GREENPLUM_MORE: usize = 5;
/// Fields before which a line is no csvlog (version 9.0 has 23).
const CSV_FEWEST: usize = 21;

/// Recognises a line of `csvlog`: more than twenty fields, the twelfth a severity.
pub(crate) fn csv<'a>(line: &'a [u8], arena: &'a Bump) -> Option<PostgresLine<'a>> {
    // A cheap look first: the comma behind the zone.
    let comma = memchr::memchr(b',', &line[..line.len().min(36)])?;
    if comma < 20 || !line[0].is_ascii_digit() {
        return None;
    }
    let (mut severity, mut message, mut process) = (&b""[..], &b""[..], &b""[..]);
    let (mut later_severity, mut later_message) = (&b""[..], &b""[..]);
    let mut at = 0;
    let mut count = 0;
    while at <= line.len() {
        let rest = &line[at..];
        let (content, length) = csv_field(rest, b',');
        match count {
            3 => process = content,
            CSV_SEVERITY => severity = content,
            CSV_MESSAGE => message = content,
            _ if count == CSV_SEVERITY + GREENPLUM_MORE => later_severity = content,
            _ if count == CSV_MESSAGE + GREENPLUM_MORE => later_message = content,
            _ => {}
        }
        count += 1;
        at += length + 1;
    }
    if !SEVERITIES.contains(&severity) {
        (severity, message) = (later_severity, later_message);
    }
    if count < CSV_FEWEST || !SEVERITIES.contains(&severity) {
        return None;
    }
    Some(PostgresLine { process, explains: false, message: undoubled(message, arena), severity })
}

/// How long a statement took, where the message says so: `duration: 4.118 ms  statement: …`.
fn duration(message: &[u8]) -> Option<u64> {
    let rest = message.strip_prefix(b"duration: ")?;
    let end = memchr::memmem::find(rest, b" ms")?;
    let milliseconds = Value { bytes: &rest[..end], kind: Kind::Number };
    duration_of(milliseconds, 1e6)
}

/// The content of the first field, and its length with its quotes.
pub(super) fn csv_field(rest: &[u8], separator: u8) -> (&[u8], usize) {
    let Some(quoted) = rest.strip_prefix(b"\"") else {
        let length = memchr::memchr(separator, rest).unwrap_or(rest.len());
        return (&rest[..length], length);
    };
    let mut at = 0;
    while let Some(quote) = quoted.get(at..).and_then(|text| memchr::memchr(b'"', text)) {
        at += quote;
        if quoted.get(at + 1) != Some(&b'"') {
            return (&quoted[..at], at + 2);
        }
        at += 2;
    }
    (quoted, rest.len())
}

/// A quote in a field is written twice.
pub(super) fn undoubled<'a>(field: &'a [u8], arena: &'a Bump) -> &'a [u8] {
    if memchr::memmem::find(field, b"\"\"").is_none() {
        return field;
    }
    let mut out = bumpalo::collections::Vec::with_capacity_in(field.len(), arena);
    let mut at = 0;
    while let Some(&byte) = field.get(at) {
        out.push(byte);
        at += if field[at..].starts_with(b"\"\"") { 2 } else { 1 };
    }
    out.into_bump_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explanations_name_the_process_they_belong_to() {
        let line = b"2026-11-22 14:22:32.712 UTC [2962] shop@shop STATEMENT:  SELECT 1";
        let found = recognise(line);
        assert_eq!(found.map(|l| (l.process, l.explains)), Some((&b"2962"[..], true)));
        assert_eq!(found.map(|l| l.message), Some(&b"SELECT 1"[..]));
        let line = b"2026-11-22 14:22:32.712 UTC [2962] ERROR:  no such column";
        assert_eq!(recognise(line).map(|l| l.explains), Some(false));
        assert_eq!(recognise(b"2026-11-22 14:22:32 INFO [main] DETAIL: x"), None);
    }
}
