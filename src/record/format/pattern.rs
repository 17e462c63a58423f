//! Layouts that the user describes: a regular expression with named groups.
//!
//! A pattern is tried before everything else, on each line without its envelopes. A line that it
//! does not match is read as any other.

use crate::record::identity;
use crate::record::severity::Severity;
use crate::record::timestamp::{Reference, parse_at};
use crate::record::user_keys::named_trace;
use crate::record::{LogRecord, Text};
use regex::bytes::{Captures, Regex};
use std::fmt;

/// A layout that the user describes.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As in the record's `format`.
    name: &'static str,
    regex: Regex,
}

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// It is no regular expression; what is wrong with it.
    Syntax(String),
    /// It has a group that means nothing here.
    UnknownGroup(String),
    /// It has none of the groups.
    NoGroup,
}

/// The groups that a pattern may name.
const GROUPS: [&str; 7] =
    ["timestamp", "trace_id", "span_id", "parent_span_id", "severity", "service", "body"];

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatternError::Syntax(message) => {
                write!(f, "the pattern is no regular expression: {message}")
            }
            PatternError::UnknownGroup(name) => {
                write!(f, "the pattern has a group {name:?}; groups are {}", GROUPS.join(", "))
            }
            PatternError::NoGroup => {
                write!(f, "the pattern names no group; groups are {}", GROUPS.join(", "))
            }
        }
    }
}

impl std::error::Error for PatternError {}

impl Pattern {
    /// Reads a regular expression with at least one of the named groups.
    ///
    /// # Errors
    /// No regular expression, a group of another name, or none.
    pub fn new(text: &str) -> Result<Pattern, PatternError> {
        let regex = Regex::new(text).map_err(|error| PatternError::Syntax(error.to_string()))?;
        let mut names = regex.capture_names().flatten().peekable();
        if names.peek().is_none() {
            return Err(PatternError::NoGroup);
        }
        match names.find(|name| !GROUPS.contains(name)) {
            Some(unknown) => Err(PatternError::UnknownGroup(unknown.to_owned())),
            None => Ok(Pattern { name: "pattern", regex }),
        }
    }

    /// Gives the layout a name of its own. The name is never freed: a program has few patterns.
    #[must_use]
    pub fn named(self, name: &str) -> Pattern {
        Pattern { name: name.to_owned().leak(), ..self }
    }

    /// Whether the user says where the trace id stands.
    pub fn has_trace_id(&self) -> bool {
        self.regex.capture_names().flatten().any(|name| name == "trace_id")
    }

    /// Reads a line that has this layout.
    pub(crate) fn read<'a>(&self, line: &'a [u8], reference: &Reference) -> Option<LogRecord<'a>> {
        let captures = self.regex.captures(line)?;
        let mut record =
            LogRecord { format: self.name, body: Text::Borrowed(line), ..LogRecord::default() };
        if let Some(text) = group(&captures, "timestamp") {
            record.timestamp = parse_at(text, reference).map(|stamp| stamp.timestamp);
        }
        if let Some(text) = group(&captures, "trace_id") {
            record.trace = named_trace(text);
            let plain = text.len() == 32 && !text.iter().any(u8::is_ascii_uppercase);
            record.trace_spelling = (!plain).then_some(Text::Borrowed(text));
        }
        let span = |name| group(&captures, name).and_then(|text| identity::span_value(text, false));
        record.span_id = span("span_id");
        record.parent_span_id = span("parent_span_id");
        if let Some(text) = group(&captures, "severity") {
            record.severity = Severity::from_field(text);
            record.severity_text = Some(Text::Borrowed(text));
        }
        record.service_name = group(&captures, "service").map(Text::Borrowed);
        if let Some(text) = group(&captures, "body") {
            record.body = Text::Borrowed(text);
        }
        Some(record)
    }
}

fn group<'a>(captures: &Captures<'a>, name: &str) -> Option<&'a [u8]> {
    captures.name(name).map(|found| found.as_bytes()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::record::timestamp::{TimeZone, Timestamp};

    #[test]
    fn a_pattern_reads_its_groups() {
        let pattern = Pattern::new(
            r"^<(?<timestamp>[^>]+)> (?<severity>\w+) (?<service>\w+)#(?<trace_id>\S*) (?<body>.*)",
        )
        .unwrap();
        let reference = Reference {
            latest: Timestamp::from_nanoseconds(0),
            time_zone: TimeZone::UTC,
            slack: Reference::SURE,
        };
        let line = b"<2026-11-22 10:30:45> warn cart#req-77 low stock";
        let record = pattern.read(line, &reference).unwrap();
        assert_eq!(record.timestamp.unwrap().nanoseconds(), 1_795_343_445_000_000_000);
        assert_eq!(record.severity, Some(Severity::WARN));
        assert_eq!(record.service_name.as_deref(), Some(&b"cart"[..]));
        assert_eq!(record.body, b"low stock".as_slice());
        assert!(pattern.read(b"something else", &reference).is_none());
    }

    #[test]
    fn patterns_without_a_known_group_are_refused() {
        assert_eq!(Pattern::new("a+").unwrap_err(), PatternError::NoGroup);
        assert_eq!(
            Pattern::new("(?<level>a)").unwrap_err(),
            PatternError::UnknownGroup("level".to_owned())
        );
        assert!(matches!(Pattern::new("(").unwrap_err(), PatternError::Syntax(_)));
    }
}
