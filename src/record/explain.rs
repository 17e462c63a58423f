//! Which bytes of a line gave what: [`explain`].
//!
//! Makes an [`Explanation`] of a record that was read, for a person who doubts it. Nothing is noted
//! while records are read, for that would cost those who do not ask; the bytes are found again
//! afterwards. So what is claimed is only that these bytes say this, and where several do, those
//! under a fitting key are named. What no bytes of the line say is told as such.

use super::envelope;
use super::fields::Slot;
use super::scan::slot_before;
use super::timestamp::{Midnights, Reference, Timestamp, from_epoch, parse_at};
use super::{LogRecord, ReadRecord};
use crate::trace_context::SpanId;
use bumpalo::Bump;

/// Where the fields of a record come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// What was around the line, outermost first: `cri`, `kubectl`, ….
    pub envelopes: Vec<&'static str>,
    /// Fields that the record has, by their names in the JSON output, and where they come from.
    pub fields: Vec<(&'static str, FieldOrigin)>,
}

/// Where a field comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldOrigin {
    /// Bytes of one of the record's lines.
    Bytes {
        /// Which of its lines, from 0.
        line: usize,
        /// Offset of the first byte within the line.
        start: usize,
        /// Offset after the last byte.
        end: usize,
    },
    /// The name of the file.
    FileName,
    /// Not any bytes as they stand: escapes were resolved, several fields put together, a number
    /// converted.
    Derived,
}

/// Finds what gave each field. `whole` and `midnights`: as when the record was read.
pub fn explain(
    read: &ReadRecord<'_, '_>,
    whole: &Reference,
    midnights: Option<&Midnights>,
) -> Explanation {
    let offset = read.lines[0].offset;
    let reference = &midnights.map_or(*whole, |days| days.reference(read.stream, offset, *whole));
    let record = read.record;
    let arena = Bump::new();
    let envelopes = match read.texts.first() {
        Some(line) => {
            let peeled = envelope::peel(line, reference, &arena);
            peeled.names[..peeled.depth].to_vec()
        }
        None => Vec::new(),
    };
    let lines = Lines { texts: read.texts };
    let or_derived = |found: Option<FieldOrigin>| found.unwrap_or(FieldOrigin::Derived);
    let mut fields = Vec::new();
    if let Some(time) = record.timestamp {
        fields.push(("timestamp", or_derived(lines.stamp(time, reference))));
    }
    if record.trace.is_some() {
        fields.push(("trace_id", or_derived(lines.trace(record))));
    }
    for (name, span, slots) in [
        ("span_id", record.span_id, &[Slot::Span, Slot::DatadogSpan][..]),
        ("parent_span_id", record.parent_span_id, &[Slot::ParentSpan]),
        ("caller_span_id", record.caller_span_id, &[Slot::TraceParent]),
    ] {
        if let Some(span) = span {
            fields.push((name, or_derived(lines.span(span, slots))));
        }
    }
    if record.severity.is_some() {
        let text = record.severity_text.as_deref();
        fields.push(("severity", or_derived(text.and_then(|text| lines.text(text)))));
    }
    if let Some(service) = &record.service_name {
        fields.push(("service_name", lines.text(service).unwrap_or(FieldOrigin::FileName)));
    }
    if !record.body.is_empty() {
        fields.push(("body", or_derived(lines.text(&record.body))));
    }
    if let Some(duration) = record.duration {
        fields.push(("duration_ns", or_derived(lines.duration(duration))));
    }
    Explanation { envelopes, fields }
}

/// The lines of a record, to be searched.
struct Lines<'t, 'a> {
    texts: &'t [&'a [u8]],
}

impl Lines<'_, '_> {
    /// A text that was borrowed from a line; else one that stands in it.
    fn text(&self, text: &[u8]) -> Option<FieldOrigin> {
        if text.is_empty() {
            return None;
        }
        let address = text.as_ptr() as usize;
        let borrowed = self.texts.iter().enumerate().find_map(|(line, whole)| {
            let start = address.checked_sub(whole.as_ptr() as usize)?;
            let end = start + text.len();
            (whole.get(start..end)? == text).then_some(FieldOrigin::Bytes { line, start, end })
        });
        borrowed.or_else(|| {
            self.texts.iter().enumerate().find_map(|(line, whole)| {
                let start = memchr::memmem::find(whole, text)?;
                Some(FieldOrigin::Bytes { line, start, end: start + text.len() })
            })
        })
    }

    /// A stamp that is this moment.
    fn stamp(&self, time: Timestamp, reference: &Reference) -> Option<FieldOrigin> {
        self.texts.iter().enumerate().find_map(|(line, text)| {
            (0..text.len()).find_map(|start| {
                if start > 0 && text[start - 1].is_ascii_alphanumeric() {
                    return None;
                }
                let length = length_of_stamp(&text[start..], time, reference)?;
                Some(FieldOrigin::Bytes { line, start, end: start + length })
            })
        })
    }

    fn trace(&self, record: &LogRecord<'_>) -> Option<FieldOrigin> {
        let written = match (&record.trace_spelling, record.trace) {
            (Some(spelling), _) => spelling.to_vec(),
            (None, Some(super::TraceKey::Full(id))) => id.to_string().into_bytes(),
            (None, Some(super::TraceKey::Low64(low))) => format!("{low:032x}").into_bytes(),
            (None, _) => return None,
        };
        self.id(&written, &[Slot::Trace, Slot::DatadogTrace, Slot::TraceParent])
    }

    fn span(&self, span: SpanId, slots: &[Slot]) -> Option<FieldOrigin> {
        let lower = span.to_string();
        let spellings = [lower.to_uppercase(), span.get().to_string(), format!("{:x}", span.get())];
        self.id(lower.as_bytes(), slots)
            .or_else(|| spellings.iter().find_map(|text| self.id(text.as_bytes(), slots)))
    }

    /// An id as a word of its own, best under a key of these slots.
    fn id(&self, id: &[u8], slots: &[Slot]) -> Option<FieldOrigin> {
        let mut found = None;
        for (line, text) in self.texts.iter().enumerate() {
            for start in memchr::memmem::find_iter(text, id) {
                let end = start + id.len();
                let is_part = |at: Option<&u8>| at.is_some_and(u8::is_ascii_alphanumeric);
                if is_part(text.get(end)) || start > 0 && is_part(text.get(start - 1)) {
                    continue;
                }
                let place = FieldOrigin::Bytes { line, start, end };
                if slot_before(text, start).is_some_and(|(slot, _)| slots.contains(&slot)) {
                    return Some(place);
                }
                found = found.or(Some(place));
            }
        }
        found
    }

    /// A number under the key of a duration that is so many nanoseconds in some unit.
    fn duration(&self, nanoseconds: u64) -> Option<FieldOrigin> {
        const SLOTS: [Slot; 5] = [
            Slot::Duration,
            Slot::DurationSeconds,
            Slot::DurationMilliseconds,
            Slot::DurationMicroseconds,
            Slot::DurationNanoseconds,
        ];
        let is_number = |b: &u8| b.is_ascii_digit() || *b == b'.';
        self.texts.iter().enumerate().find_map(|(line, text)| {
            (0..text.len()).find_map(|start| {
                let begins = text[start].is_ascii_digit()
                    && (start == 0 || !is_number(&text[start - 1]))
                    && slot_before(text, start).is_some_and(|(slot, _)| SLOTS.contains(&slot));
                let length = text[start..].iter().take_while(|b| is_number(b)).count();
                let number = std::str::from_utf8(&text[start..start + length]).ok()?;
                let number: f64 = number.parse().ok().filter(|_| begins)?;
                let is_it = [1.0, 1e3, 1e6, 1e9, 60e9]
                    .iter()
                    .any(|unit| (number * unit).round() as u64 == nanoseconds);
                is_it.then_some(FieldOrigin::Bytes { line, start, end: start + length })
            })
        })
    }
}

/// The length of the stamp that the text begins with, if it is this moment.
fn length_of_stamp(text: &[u8], time: Timestamp, reference: &Reference) -> Option<usize> {
    if let Some(stamp) = parse_at(text, reference).filter(|stamp| stamp.timestamp == time) {
        return Some(stamp.length);
    }
    let length = text.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    let number = text[..length].strip_suffix(b".").unwrap_or(&text[..length]);
    (from_epoch(number)? == time).then_some(number.len())
}
