//! The formats: from one line (without its envelopes) to what it is.
//!
//! Makes [`LineKind`]s. Each line is judged on its own; nothing learnt from one line changes how
//! the next is read, so that a file may mix formats and be cut anywhere.

mod ahead;
mod block;
mod bracket;
mod clef;
mod column;
mod header;
mod inner;
mod java;
pub(crate) mod json;
mod julia;
pub(crate) mod layout;
mod level;
mod logcat_long;
mod logfmt;
mod ltsv;
mod named_by_logger;
mod otlp;
mod own_context;
mod pairs;
mod pattern;
mod plain;
mod postgres;
mod pretty;
mod recognise;
mod security;
pub(crate) mod shape;
mod token;
mod words;

use super::envelope::{self, Peeled};
use super::field_set::{FieldSet, Kind, Value};
use super::fields::{Alias, KeyCache};
use super::identity::FoundTrace;
use super::timestamp::{Midnights, Reference, parse_at};
use super::user_keys::{self, UserIds};
use super::{AttributeValue, Detail, LogRecord, Text, identity, scan};
use bumpalo::Bump;
pub use header::{Columns, Header};
use json::{Attributes, Scanned, Scanner};
use layout::{Layout, Reading, Role};
pub use pattern::{Pattern, PatternError};
use std::sync::Arc;

/// What a line is.
#[derive(Debug)]
pub(crate) enum LineKind<'a> {
    /// Nothing but blanks.
    Blank,
    /// It names columns or describes the file: used, and no record.
    Header,
    /// It begins a record.
    Head(Box<LogRecord<'a>>),
    /// It holds several records (OTLP).
    Many(Vec<LogRecord<'a>>),
    /// It has a header of its own, but explains the record before it of the same process.
    Explains(Box<LogRecord<'a>>),
    /// It explains the record before it if that is a single line of this format, else it begins
    /// one.
    Seconds(Box<LogRecord<'a>>, &'static str),
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
    /// Where stamps without a date pass midnight, if that is known.
    pub midnights: Option<&'c Midnights>,
    /// What to collect.
    pub detail: Detail,
    /// The columns of the lines, as far as named before them.
    pub columns: Columns<'c>,
    /// Layouts that the user describes, tried in this order before all others.
    pub patterns: &'c [Pattern],
}

/// Reads lines of one chunk.
pub(crate) struct LineParser<'a, 'k> {
    pub(crate) context: SourceContext<'a>,
    /// What completes the stamps of the newest day.
    whole: Reference,
    pub(crate) arena: &'a Bump,
    cache: &'k mut KeyCache,
    fields: FieldSet<'a>,
    /// The columns in force.
    pub(crate) header: Option<Arc<Header>>,
    /// What the fields of the line at hand say under keys that the user named.
    named: UserIds<'a>,
    /// The line at hand stood in an object.
    is_inside: bool,
    /// Records that were handed over, to be filled again: saves an allocation a line.
    #[expect(clippy::vec_box, reason = "the boxes go in and out, the records stay in them")]
    pub(crate) spare: Vec<Box<LogRecord<'a>>>,
}

impl<'a, 'k> LineParser<'a, 'k> {
    pub(crate) fn new(
        context: SourceContext<'a>,
        arena: &'a Bump,
        cache: &'k mut KeyCache,
    ) -> LineParser<'a, 'k> {
        LineParser {
            whole: context.reference,
            header: context.columns.named().cloned(),
            context,
            arena,
            cache,
            fields: FieldSet::new(),
            named: UserIds::default(),
            is_inside: false,
            spare: Vec::new(),
        }
    }

    /// What completes the stamps of the line at an offset.
    pub(crate) fn date(&mut self, stream: u64, offset: u64) {
        if let Some(midnights) = self.context.midnights {
            self.context.reference = midnights.reference(stream, offset, self.whole);
        }
    }

    /// Takes the envelopes off.
    pub(crate) fn peel(&self, line: &'a [u8]) -> Peeled<'a> {
        // The first column of a table may look like a prefix.
        if self.header.as_ref().is_some_and(|header| header.row(line, self.arena).is_some()) {
            return Peeled::bare(line);
        }
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
        self.named = UserIds::default();
        self.fields.has_wrapper_time = peeled.timestamp.is_some();
        let mut process = 0;
        let mut kind = LineKind::Headless;
        if let Some(role) = self.table_line(line, &reference) {
            kind = role;
        }
        let described = self.context.patterns.iter().find_map(|known| known.read(line, &reference));
        if let Some(record) = described {
            kind = LineKind::Head(Box::new(record));
        } else if matches!(kind, LineKind::Headless) && *first == b'{' {
            kind = self.object(line, &reference);
        }
        if matches!(kind, LineKind::Headless) && !block::opens_with_pair(line) {
            if let Some((layout, reading)) = layout::find(line, &reference) {
                kind = self.laid_out(line, layout, &reading, &reference);
                if matches!(reading.role, Role::Headless | Role::Header) {
                    return ParsedLine { kind, process };
                }
            } else if let Some(record) = self.logfmt(line, &reference) {
                kind = LineKind::Head(record);
            } else {
                let mut record = self.fresh("text");
                let (cache, arena) = (&mut *self.cache, self.arena);
                let time = peeled.timestamp;
                match plain::parse(line, &reference, time, cache, arena, &mut record) {
                    Some(()) if plain::is_field(line, &reference) => {
                        kind = LineKind::Explains(record);
                    }
                    Some(()) => (kind, process) = self.text(line, record, peeled, &reference),
                    None => self.spare.push(record),
                }
            }
        }
        if matches!(kind, LineKind::Headless)
            && peeled.is_message
            && !matches!(line[0], b' ' | b'\t')
        {
            // The daemon wrote one line for one message, whatever its text looks like.
            let mut record = Box::new(LogRecord {
                format: peeled.names[peeled.depth - 1],
                body: Text::Borrowed(line),
                ..LogRecord::default()
            });
            without_structured_data(&mut record);
            kind = LineKind::Head(record);
        }
        match &mut kind {
            LineKind::Head(record) | LineKind::Explains(record) | LineKind::Seconds(record, _) => {
                if !self.cache.user.is_empty() {
                    self.take_named(line, record);
                }
                if self.context.detail == Detail::Attributes && record.attributes.is_empty() {
                    record.attributes = pairs::attributes(line, self.arena);
                }
                self.complete(record, peeled);
            }
            LineKind::Many(records) => {
                records.iter_mut().for_each(|record| self.complete(record, peeled));
            }
            LineKind::Blank | LineKind::Header | LineKind::Headless => {}
        }
        ParsedLine { kind, process }
    }

    /// A row or a header, in a source that names its columns.
    fn table_line(&mut self, line: &'a [u8], reference: &Reference) -> Option<LineKind<'a>> {
        match self.context.columns {
            Columns::Unnamed if self.header.is_none() => return None,
            Columns::Fixed(header) if header.is_repeated(line) => return Some(LineKind::Header),
            Columns::Directives { has_comments, .. } if line.starts_with(b"#") => {
                if let Some(header) = Header::of_directive(line) {
                    self.header = Some(Arc::new(header));
                    return Some(LineKind::Header);
                }
                // A comment is nobody's record, but a line that says when is one.
                let is_comment = has_comments && !holds_stamp(line, reference);
                return is_comment.then_some(LineKind::Header);
            }
            Columns::Unnamed | Columns::Fixed(_) | Columns::Directives { .. } => {}
        }
        let header = self.header.as_ref()?;
        let format = header.format();
        self.fields.clear();
        let mut attributes = Attributes::new();
        for cell in header.row(line, self.arena)? {
            let is_number = cell.value.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.'));
            let kind = if is_number { Kind::Number } else { Kind::Text };
            let value = Value { bytes: cell.value, kind };
            if let Some(alias) = self.cache.lookup(cell.name)
                && let Some(slot) = header.slot(alias.slot, cell.value)
            {
                self.fields.offer(Alias { slot, ..alias }, 0, value, false);
            }
            if self.context.detail == Detail::Attributes {
                let name = Text::Borrowed(&*self.arena.alloc_slice_copy(cell.name));
                let value = AttributeValue::Text(Text::Borrowed(cell.value));
                attributes.push((name, value));
            }
        }
        let record = self.fresh(format);
        Some(LineKind::Head(self.keyed(record, line, attributes, reference)))
    }

    /// Fills a record from the fields of a line that is nothing but fields.
    fn keyed(
        &mut self,
        mut record: Box<LogRecord<'a>>,
        line: &'a [u8],
        attributes: Attributes<'a>,
        reference: &Reference,
    ) -> Box<LogRecord<'a>> {
        self.fields.fill(&mut record, reference, self.arena);
        self.note_named();
        record.attributes = attributes;
        if record.body.is_empty() {
            record.body = Text::Borrowed(line);
        }
        if record.trace.is_none() {
            Self::scan_identity(line, &mut record);
        }
        record
    }

    /// Keeps what the fields say under keys that the user named.
    fn note_named(&mut self) {
        if !self.cache.user.is_empty() {
            self.named = self.named.or(self.fields.user_ids(self.arena));
        }
    }

    /// Ids under keys that the user named: the weakest of all.
    fn take_named(&mut self, line: &'a [u8], record: &mut LogRecord<'a>) {
        let ids = std::mem::take(&mut self.named).or(self.cache.user.find_in(line));
        record.link = ids.link.map(Text::Borrowed);
        if record.trace.is_none()
            && let Some(text) = ids.trace
            && let Some(key) = user_keys::named_trace(text)
        {
            record.trace = Some(key);
            record.trace_spelling = identity::spelling(FoundTrace { key, text });
        }
    }

    /// A record of a layout's own recogniser.
    fn laid_out(
        &mut self,
        line: &'a [u8],
        layout: &Layout,
        reading: &Reading<'a>,
        reference: &Reference,
    ) -> LineKind<'a> {
        match reading.role {
            Role::Headless => return LineKind::Headless,
            Role::Header => return LineKind::Header,
            Role::Head | Role::Explains | Role::Seconds(_) => {}
        }
        let mut record = self.fresh(layout.name);
        record.timestamp = reading.timestamp;
        record.severity = reading.severity;
        record.severity_text = reading.severity_text.map(Text::Borrowed);
        record.duration = reading.duration;
        record.has_exception = reading.has_exception;
        record.service_name = reading.service.map(Text::Borrowed);
        record.body = Text::Borrowed(reading.body);
        plain::enrich(line, &mut record, reference, self.cache, self.arena);
        match reading.role {
            Role::Head | Role::Headless | Role::Header => LineKind::Head(record),
            Role::Explains => LineKind::Explains(record),
            Role::Seconds(first) => LineKind::Seconds(record, first),
        }
    }

    /// What is more to say of a line of plain text.
    fn text(
        &mut self,
        line: &'a [u8],
        mut record: Box<LogRecord<'a>>,
        peeled: &Peeled<'a>,
        reference: &Reference,
    ) -> (LineKind<'a>, u64) {
        let found = postgres::recognise(line).or_else(|| postgres::csv(line, self.arena));
        if let Some(found) = found {
            let process = found.fill(&mut record);
            let kind =
                if found.explains { LineKind::Explains(record) } else { LineKind::Head(record) };
            return (kind, process);
        }
        self.unwrap_body(&mut record, reference);
        self.trailing_object(&mut record, reference);
        if peeled.is_message {
            without_structured_data(&mut record);
        }
        (LineKind::Head(record), 0)
    }

    /// What the record does not say, its wrapper does.
    pub(crate) fn complete(&self, record: &mut LogRecord<'a>, peeled: &Peeled<'a>) {
        if record.timestamp.is_none() {
            record.timestamp = peeled.timestamp.map(|coarse| {
                // A daemon's stamp without fraction gives way to a finer one in the message.
                match (&record.body, peeled.is_message) {
                    (Text::Borrowed(body), true) => {
                        plain::finer_stamp(body, coarse, &self.context.reference).unwrap_or(coarse)
                    }
                    _ => coarse,
                }
            });
        }
        record.severity = record.severity.or(peeled.severity);
        if record.body.is_empty()
            && let Some(kind) = peeled.message_id
        {
            record.body = Text::Borrowed(kind);
        }
        if record.service_name.is_none() {
            record.service_name = peeled.service.or(self.context.service_name).map(Text::Borrowed);
        }
    }

    fn fresh(&mut self, format: &'static str) -> Box<LogRecord<'a>> {
        let mut record = self.spare.pop().unwrap_or_default();
        record.reset(format);
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
            Scanned::Whole(_) if rest.is_empty() || rest == b"," => true,
            // What is behind a whole record is of another writer, or of the logger's layout.
            Scanned::Whole(_) | Scanned::Cut => self.fields.weight() >= 2,
        };
        if !is_record || start > 0 && self.fields.weight() == 0 {
            return LineKind::Headless;
        }
        self.fields.fill(&mut record, reference, self.arena);
        self.note_named();
        record.attributes = attributes;
        self.duration_of_traefik(line, &mut record);
        self.severity_of_nextcloud(line, &mut record);
        if clef::is_compact(&line[start..]) {
            clef::complete(&line[start..], &mut record, self.arena);
        }
        self.named_by_logger(&line[start..], &mut record);
        let is_shipped = self.is_shipped(line, &record, reference);
        let is_original = self.take_original(&mut record);
        self.unwrap_body(&mut record, reference);
        if (is_shipped || is_original) && !record.body.starts_with(b"{") {
            self.unwrap_line(&mut record);
        } else if record.body.is_empty()
            && let Some(body) = self.fields.stand_in_for_body(self.arena)
        {
            record.body = body;
        }
        if !rest.is_empty() && rest != b"," {
            let parts: &[&[u8]] =
                if record.body.is_empty() { &[rest] } else { &[&record.body, b" ", rest] };
            record.body = Text::Borrowed(self.arena.alloc_slice_copy(&parts.concat()));
        }
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

    /// Nextcloud and ownCloud count `level` from 0 (debug) to 4 (fatal).
    fn severity_of_nextcloud(&self, line: &[u8], record: &mut LogRecord<'a>) {
        let Some(value) = self.fields.get(super::fields::Slot::Severity) else { return };
        if let [digit @ b'0'..=b'4'] = value.bytes
            && memchr::memmem::find(line, b"\"reqId\":").is_some()
            && memchr::memmem::find(line, b"\"remoteAddr\":").is_some()
        {
            record.severity = super::Severity::new((digit - b'0') * 4 + 5);
        }
    }

    /// Traefik counts `Duration` in nanoseconds, where others have milliseconds.
    fn duration_of_traefik(&self, line: &[u8], record: &mut LogRecord<'a>) {
        use super::fields::Slot;
        let Some(value) = self.fields.get(Slot::Duration) else { return };
        if value.kind == super::field_set::Kind::Number
            && self.fields.get(Slot::HttpMethod).is_some()
            && memchr::memmem::find(line, b"\"DownstreamStatus\":").is_some()
        {
            record.duration =
                std::str::from_utf8(value.bytes).ok().and_then(|text| text.parse().ok());
        }
    }

    fn logfmt(&mut self, line: &'a [u8], reference: &Reference) -> Option<Box<LogRecord<'a>>> {
        self.fields.clear();
        let mut attributes = Attributes::new();
        let wanted = (self.context.detail == Detail::Attributes).then_some(&mut attributes);
        let format = if logfmt::begins_with_pair(line) {
            logfmt::scan(line, &mut self.fields, self.cache, wanted).then_some("logfmt")
        } else if ltsv::begins_with_label(line) {
            ltsv::scan(line, &mut self.fields, self.cache, wanted).then_some("ltsv")
        } else {
            None
        }?;
        if self.fields.weight() == 0 {
            return None;
        }
        let record = self.fresh(format);
        Some(self.keyed(record, line, attributes, reference))
    }

    /// Ids in the message (`TraceID: … SpanID: …`), else a propagation value anywhere in the line.
    fn scan_identity(line: &'a [u8], record: &mut LogRecord<'a>) {
        // A record without a message has an empty one of its own.
        let body = match record.body {
            Text::Borrowed(body) => body,
            Text::Owned(_) => b"",
        };
        let ids = scan::scan_text(body);
        if let Some(found) = ids.trace {
            record.trace = Some(found.key);
            record.trace_spelling = identity::spelling(found);
            record.span_id = record.span_id.or(ids.span);
            record.parent_span_id = record.parent_span_id.or(ids.parent);
            record.caller_span_id = record.caller_span_id.or(ids.caller);
            record.trace_flags = record.trace_flags.or(ids.flags);
        } else if let Some(found) = scan::scan_shapes(line) {
            record.trace = Some(found.trace.key);
            record.trace_spelling = identity::spelling(found.trace);
            record.caller_span_id = found.span;
            record.trace_flags = found.flags;
        }
    }
}

/// Whether a whole date and time stands near the beginning of a line, behind a `#`, a bracket or a
/// blank.
fn holds_stamp(line: &[u8], reference: &Reference) -> bool {
    let window = &line[..line.len().min(64)];
    window.iter().enumerate().any(|(at, byte)| {
        matches!(byte, b'#' | b'<' | b'[' | b'(' | b' ')
            && parse_at(&line[at + 1..], reference).is_some_and(|stamp| stamp.has_date)
    })
}

/// Takes the structured data of RFC 5424 (section 6.3) off the body.
fn without_structured_data(record: &mut LogRecord<'_>) {
    let Text::Borrowed(mut body) = record.body else { return };
    while let Some(rest) = body.strip_prefix(b"[") {
        let id = rest.iter().take(64).take_while(|b| b.is_ascii_graphic() && **b != b'=').count();
        let mut at = id;
        let mut quoted = false;
        if id == 0 || rest.get(id) != Some(&b' ') || memchr::memmem::find(rest, b"=\"").is_none() {
            return;
        }
        loop {
            match rest.get(at) {
                Some(b'\\') if quoted => at += 1,
                Some(b'"') => quoted = !quoted,
                Some(b']') if !quoted => break,
                Some(_) => {}
                None => return,
            }
            at += 1;
        }
        body = rest[at + 1..].trim_ascii_start();
        record.body = Text::Borrowed(body);
    }
}
