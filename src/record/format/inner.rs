//! Records within records: an object in a message, behind one, or a whole line in an object's string.
//!
//! Adds to a record what is inside it. The inner record's own words win, since it is what the
//! program wrote; the outer one is a shipper's.

use super::json::{Attributes, Scanned};
use super::{LineKind, LineParser, named_by_logger};
use crate::record::fields::Slot;
use crate::record::timestamp::{DAY, Reference, parse_at};
use crate::record::{LogRecord, Text};
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// Built once: building a searcher costs more than one search of a short line.
static OBJECT: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"{\""));
static STREAM: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"\"stream\":\"std"));

/// Date and time of day, or the time of day with a fraction: less may be the message's.
const SHORTEST_STAMP: usize = 12;

/// Whether there is a year in a line's stamp.
fn names_a_year(line: &[u8]) -> bool {
    let head = &line[..line.len().min(40)];
    head.windows(4).any(|word| {
        matches!(word, [b'1', b'9', ..] | [b'2', b'0', ..]) && word.iter().all(u8::is_ascii_digit)
    })
}

impl<'a> LineParser<'a, '_> {
    /// `message {"key":"value"}`, as zap's console, winston and Monolog print fields: they say what
    /// the header does not.
    pub(super) fn trailing_object(&mut self, record: &mut LogRecord<'a>, reference: &Reference) {
        let Text::Borrowed(body) = record.body else { return };
        if !body.ends_with(b"}") {
            return;
        }
        let Some(start) = OBJECT.find(body).filter(|at| *at > 0) else { return };
        if !matches!(body[start - 1], b' ' | b'\t') {
            return;
        }
        self.fields.clear();
        let mut attributes = Attributes::new();
        if self.scan(body, start, &mut attributes) != Scanned::Whole(body.len()) {
            return;
        }
        let mut said = LogRecord::default();
        self.fields.fill(&mut said, reference, self.arena);
        self.note_named();
        record.timestamp = record.timestamp.or(said.timestamp);
        record.severity = record.severity.or(said.severity);
        record.severity_text = record.severity_text.take().or(said.severity_text);
        record.service_name = record.service_name.take().or(said.service_name);
        record.duration = record.duration.or(said.duration);
        record.has_exception |= said.has_exception;
        named_by_logger::fill_from_zipkin(&body[start..], record);
        record.attributes.append(&mut attributes);
    }

    /// JSON inside a message: the inner record's own words win.
    pub(super) fn unwrap_body(&mut self, record: &mut LogRecord<'a>, reference: &Reference) {
        let Text::Borrowed(body) = record.body else { return };
        if !body.starts_with(b"{") || body.len() < 8 {
            return;
        }
        self.fields.clear();
        let mut attributes = Attributes::new();
        let scanned = self.scan(body, 0, &mut attributes);
        let whole = matches!(scanned, Scanned::Whole(end) if body[end..].trim_ascii().is_empty());
        if whole && self.fields.weight() >= 1 {
            self.fields.fill(record, reference, self.arena);
            self.note_named();
            named_by_logger::fill_from_zipkin(body, record);
            record.attributes.append(&mut attributes);
            record.format = "json";
        }
    }

    /// Whether an object is a shipper's, around a line that somebody else wrote: it says where the
    /// line comes from, or the line has a stamp of its own, and it says nothing that only the program
    /// can know.
    pub(super) fn is_shipped(
        &self,
        line: &[u8],
        record: &LogRecord<'a>,
        reference: &Reference,
    ) -> bool {
        let begins_with_stamp = || {
            let body = record.body.strip_prefix(b"[").unwrap_or(&record.body);
            parse_at(body, reference).is_some_and(|stamp| stamp.length >= SHORTEST_STAMP)
        };
        record.severity.is_none()
            && record.trace.is_none()
            && !record.body.is_empty()
            && (self.fields.get(Slot::WrapperService).is_some()
                || STREAM.find(line).is_some()
                || begins_with_stamp())
    }

    /// Makes the line as a shipper found it the message of a record that has none. Whether it did.
    pub(super) fn take_original(&self, record: &mut LogRecord<'a>) -> bool {
        let Some(original) = self.fields.get(Slot::Original).filter(|_| record.body.is_empty())
        else {
            return false;
        };
        let line = original.text(self.arena).trim_ascii();
        // The number of a line of source code is none.
        if line.iter().all(u8::is_ascii_digit) {
            return false;
        }
        record.body = Text::Borrowed(line);
        true
    }

    /// Reads the message as a line, and takes what its header says.
    pub(super) fn unwrap_line(&mut self, record: &mut LogRecord<'a>) {
        let Text::Borrowed(line) = record.body else { return };
        if self.is_inside || line.len() < 8 {
            return;
        }
        let mut peeled = self.peel(line.trim_ascii_end());
        if let Some(Text::Borrowed(service)) = record.service_name {
            peeled.service = peeled.service.or(Some(service));
        }
        peeled.timestamp = peeled.timestamp.or(record.timestamp);
        let (named, header) = (self.named, self.header.clone());
        self.is_inside = true;
        let kind = self.read(&peeled).kind;
        self.is_inside = false;
        (self.named, self.header) = (named.or(self.named), header);
        let LineKind::Head(mut inner) = kind else { return };
        if let (Some(outer), Some(own)) = (record.timestamp, inner.timestamp)
            && own.nanoseconds().abs_diff(outer.nanoseconds()) > DAY.unsigned_abs()
            && !names_a_year(line)
        {
            // Which year it was, the outer one knows.
            inner.timestamp = Some(outer);
        }
        // What is around the line is one line, whatever stands in it.
        inner.format = record.format;
        inner.severity = inner.severity.or(record.severity);
        inner.severity_text = inner.severity_text.take().or(record.severity_text.take());
        inner.service_name = inner.service_name.take().or(record.service_name.take());
        inner.span_name = inner.span_name.take().or(record.span_name.take());
        inner.duration = inner.duration.or(record.duration);
        inner.span_start = inner.span_start.or(record.span_start);
        inner.http_status = inner.http_status.or(record.http_status);
        inner.has_exception |= record.has_exception;
        inner.span_error = inner.span_error.or(record.span_error);
        if inner.span_id.is_none() && inner.trace.is_none() {
            inner.span_id = record.span_id;
            inner.parent_span_id = record.parent_span_id;
        }
        inner.caller_span_id = inner.caller_span_id.or(record.caller_span_id);
        inner.trace_flags = inner.trace_flags.or(record.trace_flags);
        let mut attributes = std::mem::take(&mut record.attributes);
        attributes.append(&mut inner.attributes);
        inner.attributes = attributes;
        *record = *inner;
    }
}
