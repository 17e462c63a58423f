//! The formats: from one line (without its envelopes) to what it is.
//!
//! Makes [`LineKind`]s. Each line is judged on its own; nothing learnt from one line changes how
//! the next is read, so that a file may mix formats and be cut anywhere.

pub(crate) mod json;
mod logfmt;
mod otlp;
mod plain;
mod postgres;

use super::envelope::{self, Peeled};
use super::field_set::FieldSet;
use super::fields::KeyCache;
use super::timestamp::Reference;
use super::{Detail, LogRecord, Text, identity};
use bumpalo::Bump;
use json::{Attributes, Scanned, Scanner};

/// What a line is.
#[derive(Debug)]
pub(crate) enum LineKind<'a> {
    /// Nothing but blanks.
    Blank,
    /// It begins a record.
    Head(Box<LogRecord<'a>>),
    /// It holds several records (OTLP).
    Many(Vec<LogRecord<'a>>),
    /// It has a header of its own, but explains the record before it of the same process.
    Explains(Box<LogRecord<'a>>),
    /// It has no header: a continuation, or a line of its own, depending on what came before.
    Headless,
}

/// A line, understood as far as it can be alone.
#[derive(Debug)]
pub(crate) struct ParsedLine<'a> {
    pub(crate) kind: LineKind<'a>,
    /// The process within the stream (PostgreSQL), as a hash; 0: not told apart.
    pub(crate) process: u64,
}

/// Everything a line's meaning depends on, beside the line.
#[derive(Clone, Copy, Debug)]
pub struct SourceContext<'c> {
    /// The service of lines that name none: see [`super::service::of_file`].
    pub service_name: Option<&'c [u8]>,
    /// Completes stamps.
    pub reference: Reference,
    /// What to collect.
    pub detail: Detail,
}

/// Reads lines of one chunk.
pub(crate) struct LineParser<'a, 'k> {
    pub(crate) context: SourceContext<'a>,
    pub(crate) arena: &'a Bump,
    cache: &'k mut KeyCache,
    fields: FieldSet<'a>,
    /// Records that were handed over, to be filled again: saves an allocation a line.
    pub(crate) spare: Vec<Box<LogRecord<'a>>>,
}

impl<'a, 'k> LineParser<'a, 'k> {
    pub(crate) fn new(
        context: SourceContext<'a>,
        arena: &'a Bump,
        cache: &'k mut KeyCache,
    ) -> LineParser<'a, 'k> {
        LineParser { context, arena, cache, fields: FieldSet::new(), spare: Vec::new() }
    }

    /// Takes the envelopes off.
    pub(crate) fn peel(&self, line: &'a [u8]) -> Peeled<'a> {
        envelope::peel(line, &self.context.reference, self.arena)
    }

    /// Reads what is inside the envelopes.
    pub(crate) fn read(&mut self, peeled: &Peeled<'a>) -> ParsedLine<'a> {
        let line = peeled.inner;
        let Some(first) = line.iter().find(|b| !b.is_ascii_whitespace()) else {
            return ParsedLine { kind: LineKind::Blank, process: 0 };
        };
        // A stamp without a date takes it from the wrapper, whose clock is the same machine's.
        let reference = match peeled.timestamp {
            Some(latest) => Reference {
                latest: latest.plus(super::timestamp::SECOND),
                ..self.context.reference
            },
            None => self.context.reference,
        };
        let mut process = 0;
        let mut kind = LineKind::Headless;
        if *first == b'{' {
            kind = self.object(line, &reference);
        }
        if matches!(kind, LineKind::Headless) {
            if let Some(record) = self.logfmt(line, &reference) {
                kind = LineKind::Head(record);
            } else if let Some(mut record) =
                plain::parse(line, &reference, self.cache, self.arena).map(Box::new)
            {
                kind = match postgres::recognise(line) {
                    Some(found) => {
                        process = envelope::hash(0, found.process);
                        record.format = "postgres";
                        record.body = Text::Borrowed(found.message);
                        record.severity_text = Some(Text::Borrowed(found.severity));
                        record.severity = super::Severity::from_field(found.severity);
                        if found.explains {
                            LineKind::Explains(record)
                        } else {
                            LineKind::Head(record)
                        }
                    }
                    None => {
                        self.unwrap_body(&mut record, &reference);
                        LineKind::Head(record)
                    }
                };
            }
        }
        if matches!(kind, LineKind::Headless)
            && peeled.is_message
            && !matches!(line[0], b' ' | b'\t')
        {
            // The daemon wrote one line for one message, whatever its text looks like.
            kind = LineKind::Head(Box::new(LogRecord {
                format: peeled.names[peeled.depth - 1],
                body: Text::Borrowed(line),
                ..LogRecord::default()
            }));
        }
        match &mut kind {
            LineKind::Head(record) | LineKind::Explains(record) => self.complete(record, peeled),
            LineKind::Many(records) => {
                records.iter_mut().for_each(|record| self.complete(record, peeled));
            }
            LineKind::Blank | LineKind::Headless => {}
        }
        ParsedLine { kind, process }
    }

    /// What the record does not say, its wrapper does.
    pub(crate) fn complete(&self, record: &mut LogRecord<'a>, peeled: &Peeled<'a>) {
        record.timestamp = record.timestamp.or(peeled.timestamp);
        record.severity = record.severity.or(peeled.severity);
        if record.service_name.is_none() {
            record.service_name = peeled.service.or(self.context.service_name).map(Text::Borrowed);
        }
    }

    fn fresh(&mut self, format: &'static str) -> Box<LogRecord<'a>> {
        let mut record = self.spare.pop().unwrap_or_default();
        *record = LogRecord { format, ..LogRecord::default() };
        record
    }

    fn object(&mut self, line: &'a [u8], reference: &Reference) -> LineKind<'a> {
        if otlp::recognise(line)
            && let Some(records) = otlp::parse(line, self.arena)
        {
            return LineKind::Many(records);
        }
        let mut record = self.fresh("json");
        let start = line.iter().position(|b| *b == b'{').unwrap_or(0);
        let mut attributes = Attributes::new();
        let scanned = self.scan(line, start, &mut attributes);
        let rest = match scanned {
            Scanned::Whole(end) => line[end..].trim_ascii(),
            Scanned::Cut => b"",
        };
        // Not JSON that broke off, but text that begins with a brace.
        let is_record = match scanned {
            Scanned::Whole(_) => rest.is_empty() || rest == b",",
            Scanned::Cut => self.fields.weight() >= 2,
        };
        if !is_record || start > 0 && self.fields.weight() == 0 {
            return LineKind::Headless;
        }
        self.fields.fill(&mut record, reference, self.arena);
        record.attributes = attributes;
        self.wrapped_service(&mut record);
        self.unwrap_body(&mut record, reference);
        if record.trace.is_none() {
            Self::scan_identity(line, &mut record);
        }
        LineKind::Head(record)
    }

    fn scan(&mut self, line: &'a [u8], start: usize, attributes: &mut Attributes<'a>) -> Scanned {
        self.fields.clear();
        let arena = self.arena;
        let wanted = match self.context.detail {
            Detail::Fields => None,
            Detail::Attributes => Some((attributes, arena)),
        };
        Scanner::new(line, &mut self.fields, self.cache, wanted).scan(start)
    }

    /// Shippers add the container to the program's own object.
    fn wrapped_service(&mut self, record: &mut LogRecord<'a>) {
        use super::fields::Slot;
        if record.service_name.is_some() {
            return;
        }
        let hint = self.fields.get(Slot::WrapperService).or_else(|| {
            // A logger's name is better than nothing, not better than the file's name.
            self.context.service_name.is_none().then(|| self.fields.get(Slot::NameHint)).flatten()
        });
        if let Some(value) = hint {
            record.service_name = Some(Text::Borrowed(value.text(self.arena)));
        }
    }

    fn logfmt(&mut self, line: &'a [u8], reference: &Reference) -> Option<Box<LogRecord<'a>>> {
        self.fields.clear();
        let mut attributes = Attributes::new();
        let wanted = (self.context.detail == Detail::Attributes).then_some(&mut attributes);
        if !logfmt::scan(line, &mut self.fields, self.cache, wanted) {
            return None;
        }
        if self.fields.weight() == 0 {
            return None;
        }
        let mut record = self.fresh("logfmt");
        self.fields.fill(&mut record, reference, self.arena);
        record.attributes = attributes;
        if record.body.is_empty() {
            record.body = Text::Borrowed(line);
        }
        if record.trace.is_none() {
            Self::scan_identity(line, &mut record);
        }
        Some(record)
    }

    /// JSON inside a message: the inner record's own words win.
    fn unwrap_body(&mut self, record: &mut LogRecord<'a>, reference: &Reference) {
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
            record.attributes.append(&mut attributes);
            record.format = "json";
        }
    }

    /// Ids in the message (`TraceID: … SpanID: …`), else a propagation value anywhere in the line.
    fn scan_identity(line: &'a [u8], record: &mut LogRecord<'a>) {
        let Text::Borrowed(body) = record.body else { return };
        let ids = identity::scan_text(body);
        if let Some(found) = ids.trace {
            record.trace = Some(found.key);
            record.trace_spelling = identity::spelling(found);
            record.span_id = record.span_id.or(ids.span);
            record.parent_span_id = record.parent_span_id.or(ids.parent);
            record.caller_span_id = record.caller_span_id.or(ids.caller);
            record.trace_flags = record.trace_flags.or(ids.flags);
        } else if let Some(found) = identity::scan_shapes(line) {
            record.trace = Some(found.trace.key);
            record.trace_spelling = identity::spelling(found.trace);
            record.caller_span_id = found.span;
            record.trace_flags = found.flags;
        }
    }
}
