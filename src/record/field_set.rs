//! The keyed fields of one record, gathered by slot, and what they amount to.
//!
//! JSON, logfmt and CSV fill a [`FieldSet`]; one place turns it into a [`LogRecord`]. Where a
//! record has several keys of a slot, the better alias wins, then the shallower one.

use super::duration::duration;
use super::fields::{Alias, Slot};
use super::identity::{self, FoundTrace};
use super::severity::Severity;
use super::timestamp::{Minute, Reference, SECOND, Timestamp, from_epoch};
use super::user_keys::{UserIds, is_id};
use super::{LogRecord, Text};
use bumpalo::Bump;

/// What kind of value stands behind a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text without escapes.
    Text,
    /// JSON string content with escapes still in it.
    Escaped,
    Number,
    /// `true`, `false`, `null`.
    Literal,
    /// An object or an array, as written.
    Compound,
}

impl Kind {
    /// By its first byte.
    pub(crate) const fn of_scalar(first: u8) -> Kind {
        if matches!(first, b'0'..=b'9' | b'-' | b'+') { Kind::Number } else { Kind::Literal }
    }
}

/// A value as it stands in the line (strings without their quotes).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Value<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) kind: Kind,
}

impl<'a> Value<'a> {
    /// The text of a string, with JSON escapes resolved; numbers as written.
    pub(crate) fn text(self, arena: &'a Bump) -> &'a [u8] {
        match self.kind {
            Kind::Escaped => super::format::json::unescape(self.bytes, arena),
            _ => self.bytes,
        }
    }

    /// Whether it is an epoch time beside one that has no zone, and so could mean many moments.
    fn tells_more_than(self, other: Value<'_>) -> bool {
        let is_fine_epoch = self.kind == Kind::Number && self.bytes.len() >= 13;
        let behind_seconds = other.bytes.get(19..).unwrap_or_default();
        is_fine_epoch
            && matches!(other.bytes, [_, _, _, _, b'-', _, _, b'-', _, _, b' ' | b'T', ..])
            && behind_seconds.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b','))
    }

    fn is_null(self) -> bool {
        self.kind == Kind::Literal && self.bytes == b"null"
    }
}

/// The best value of each slot so far.
pub(crate) struct FieldSet<'a> {
    filled: u64,
    minute: Minute,
    /// The line's wrapper has a time: a better one than a date whose key only suggests that it is
    /// the record's.
    pub(crate) has_wrapper_time: bool,
    ranks: [u8; Slot::COUNT],
    values: [Value<'a>; Slot::COUNT],
}

impl<'a> FieldSet<'a> {
    pub(crate) fn new() -> FieldSet<'a> {
        FieldSet {
            filled: 0,
            minute: Minute::default(),
            has_wrapper_time: false,
            ranks: [0; Slot::COUNT],
            values: [Value { bytes: b"", kind: Kind::Text }; Slot::COUNT],
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        self.filled = 0;
    }

    /// Forgets what one slot held since `before`.
    pub(crate) fn restore(&mut self, slot: Slot, before: Option<(u8, Value<'a>)>) {
        let index = slot as usize;
        match before {
            Some((rank, value)) => {
                self.ranks[index] = rank;
                self.values[index] = value;
            }
            None => self.filled &= !(1 << index),
        }
    }

    /// What [`FieldSet::restore`] needs.
    pub(crate) fn saved(&self, slot: Slot) -> Option<(u8, Value<'a>)> {
        self.get(slot).map(|value| (self.ranks[slot as usize], value))
    }

    /// Offers a value found `depth` levels down. `later_wins`: of equals, the last is the innermost.
    #[inline]
    pub(crate) fn offer(&mut self, alias: Alias, depth: usize, value: Value<'a>, later_wins: bool) {
        let slot = match (alias.slot, value.bytes) {
            // Half a stamp gives way to a whole one, whatever their keys.
            (Slot::Time, [_, _, b':', ..]) => Slot::TimeOfDay,
            (Slot::Time, [_, _, _, _, b'-' | b'/', _, _, b'-' | b'/', _, _]) => Slot::Date,
            // API Gateway's `requestTime` is the moment, nginx's `request_time` how long it took.
            (Slot::DurationSeconds, [_, _, b'/', ..]) => Slot::Time,
            // An operation's id is a trace's only in the form that W3C gives it: anything else is
            // somebody's own count of calls.
            (Slot::Trace, id) if alias.rank >= 4 && id.len() != 32 => return,
            // What lies deeper is rather of something that the record tells of.
            (Slot::TimeHint, _) if depth > 1 => return,
            (slot, _) => slot,
        } as usize;
        let rank = alias.rank * 8 + depth.min(7) as u8;
        let bit = 1u64 << slot;
        let is_better = self.filled & bit == 0
            || rank < self.ranks[slot]
            || rank == self.ranks[slot]
                && (later_wins
                    || alias.slot == Slot::Time && value.tells_more_than(self.values[slot]));
        if is_better && Self::counts(alias, value) {
            self.filled |= bit;
            self.ranks[slot] = rank;
            self.values[slot] = value;
        }
    }

    /// Absent ids and nulls leave a slot to the next candidate.
    fn counts(alias: Alias, value: Value<'_>) -> bool {
        let slot = alias.slot;
        // The plain spelling, for which the first digit is enough to tell that it is not absent.
        let looks_like_id = matches!(value.bytes.len(), 16 | 32)
            && value.kind == Kind::Text
            && matches!(value.bytes[0], b'1'..=b'9' | b'a'..=b'f');
        match slot {
            Slot::Trace | Slot::Span if looks_like_id => true,
            Slot::Trace | Slot::DatadogTrace => {
                matches!(value.kind, Kind::Text | Kind::Escaped | Kind::Number)
                    && (slot != Slot::Trace || identity::is_long_enough(alias.rank, value.bytes))
                    && (identity::trace_value(value.bytes, slot == Slot::DatadogTrace).is_some()
                        || identity::xray(value.bytes).is_some())
            }
            Slot::Span | Slot::DatadogSpan | Slot::ParentSpan => {
                let is_decimal = slot == Slot::DatadogSpan || value.kind == Kind::Number;
                matches!(value.kind, Kind::Text | Kind::Number)
                    && identity::span_value(value.bytes, is_decimal).is_some()
            }
            Slot::Body => !value.is_null() && value.kind != Kind::Compound,
            Slot::UserTrace | Slot::Link => value.kind != Kind::Compound && is_id(value.bytes),
            Slot::Exception => !value.is_null() && !value.bytes.is_empty() && value.bytes != b"{}",
            Slot::HttpStatus => {
                value.bytes.len() == 3 && value.bytes.iter().all(u8::is_ascii_digit)
                    || value.kind == Kind::Text && Severity::from_status(value.bytes).is_some()
            }
            // A number under a key such as `time_ms` may be a duration.
            Slot::Time => match value.kind {
                Kind::Number => from_epoch(value.bytes).is_some(),
                kind => matches!(kind, Kind::Text | Kind::Escaped) && !is_small_number(value.bytes),
            },
            Slot::TimeHint => is_exact_moment(value),
            Slot::Tags => value.kind == Kind::Compound,
            Slot::Severity => value.kind != Kind::Compound && !value.is_null(),
            // `service=35ms` is how long Heroku's router waited.
            Slot::Service => {
                matches!(value.kind, Kind::Text | Kind::Escaped)
                    && !value.bytes.first().is_none_or(u8::is_ascii_digit)
                    && value.bytes != b"-"
            }
            _ => {
                !value.is_null()
                    && value.kind != Kind::Compound
                    && !value.bytes.is_empty()
                    && value.bytes != b"-"
            }
        }
    }

    pub(crate) fn get(&self, slot: Slot) -> Option<Value<'a>> {
        (self.filled & 1 << slot as usize != 0).then(|| self.values[slot as usize])
    }

    fn text(&self, slot: Slot, arena: &'a Bump) -> Option<Text<'a>> {
        self.get(slot).map(|value| Text::Borrowed(value.text(arena)))
    }

    /// How many slots that make a line a record (not just any text with keys) are filled.
    pub(crate) fn weight(&self) -> u32 {
        const TELLING: u64 = 1 << Slot::Trace as u32
            | 1 << Slot::DatadogTrace as u32
            | 1 << Slot::Span as u32
            | 1 << Slot::Time as u32
            | 1 << Slot::TimeOfDay as u32
            | 1 << Slot::TimeHint as u32
            | 1 << Slot::Severity as u32
            | 1 << Slot::Body as u32
            | 1 << Slot::TraceParent as u32
            | 1 << Slot::HttpMethod as u32;
        (self.filled & TELLING).count_ones()
    }

    /// The moment of a value: a number by magnitude, a text in any layout.
    pub(crate) fn moment(value: Value<'_>, reference: &Reference) -> Option<Timestamp> {
        let text = value.bytes.trim_ascii();
        let text = text.strip_prefix(b"+").unwrap_or(text);
        if value.kind == Kind::Number || text.first().is_some_and(u8::is_ascii_digit) {
            if let Some(timestamp) = from_epoch(text) {
                return Some(timestamp);
            }
            if value.kind == Kind::Number {
                return None;
            }
        }
        let text = text.strip_prefix(b"[").unwrap_or(text);
        super::timestamp::parse_at(text, reference).map(|stamp| stamp.timestamp)
    }

    /// The moment of a time without date, with the date where that stands in a field of its own.
    fn time_in_halves(&self, reference: &Reference, arena: &'a Bump) -> Option<Timestamp> {
        let time = self.get(Slot::TimeOfDay)?;
        let Some(date) = self.get(Slot::Date) else { return Self::moment(time, reference) };
        let mut whole = bumpalo::collections::Vec::new_in(arena);
        whole.extend_from_slice(date.bytes);
        whole.push(b' ');
        whole.extend_from_slice(time.bytes);
        Self::moment(Value { bytes: whole.into_bump_slice(), kind: Kind::Text }, reference)
    }

    /// Adds the fraction that stands beside whole seconds (`{"seconds":…,"nanos":…}`).
    fn with_nanoseconds(&self, timestamp: Timestamp) -> Timestamp {
        let fraction = self
            .get(Slot::TimeFraction)
            .and_then(|value| std::str::from_utf8(value.bytes).ok()?.parse().ok())
            .filter(|fraction| (0..SECOND).contains(fraction));
        match fraction {
            Some(fraction) if timestamp.nanoseconds() % SECOND == 0 => timestamp.plus(fraction),
            _ => timestamp,
        }
    }

    /// Fills the record from the slots. What the record has already is kept where the slots are
    /// silent.
    pub(crate) fn fill(
        &mut self,
        record: &mut LogRecord<'a>,
        reference: &Reference,
        arena: &'a Bump,
    ) {
        if let Some(value) = self.get(Slot::Time)
            && let Some(timestamp) =
                self.minute.parse(value.bytes, reference).or_else(|| Self::moment(value, reference))
        {
            record.timestamp = Some(self.with_nanoseconds(timestamp));
        } else if let Some(timestamp) = self.time_in_halves(reference, arena) {
            record.timestamp = Some(timestamp);
        } else if record.timestamp.is_none()
            && !self.has_wrapper_time
            && let Some(value) = self.get(Slot::TimeHint)
        {
            record.timestamp = Self::moment(value, reference);
        }
        self.fill_identity(record);
        self.fill_severity(record, arena);
        if let Some(body) = self.text(Slot::Body, arena) {
            record.body = body;
        }
        if let Some(service) = self.text(Slot::Service, arena) {
            record.service_name = Some(service);
        }
        self.fill_request(record, arena);
        self.fill_bounds(record, reference);
        record.has_exception |= self.get(Slot::Exception).is_some();
    }

    /// What stands under keys that the user named.
    pub(crate) fn user_ids(&self, arena: &'a Bump) -> UserIds<'a> {
        let text = |slot| self.get(slot).map(|value| value.text(arena));
        UserIds { trace: text(Slot::UserTrace), link: text(Slot::Link) }
    }

    fn fill_identity(&self, record: &mut LogRecord<'a>) {
        let mut set = |found: FoundTrace<'a>| {
            record.trace = Some(found.key);
            record.trace_spelling = identity::spelling(found);
        };
        const PROPAGATION: u64 = 1 << Slot::TraceParent as u32
            | 1 << Slot::B3 as u32
            | 1 << Slot::SentryTrace as u32
            | 1 << Slot::Uber as u32
            | 1 << Slot::CloudTrace as u32
            | 1 << Slot::Xray as u32;
        let propagation: &[Slot] = if self.filled & PROPAGATION == 0 {
            &[]
        } else {
            &[
                Slot::TraceParent,
                Slot::B3,
                Slot::SentryTrace,
                Slot::Uber,
                Slot::CloudTrace,
                Slot::Xray,
            ]
        };
        for &slot in propagation {
            if let Some(found) =
                self.get(slot).and_then(|value| identity::propagated(slot, value.bytes))
                && record.caller_span_id.is_none()
            {
                set(found.trace);
                let span =
                    if found.is_own { &mut record.span_id } else { &mut record.caller_span_id };
                *span = found.span;
                record.trace_flags = found.flags;
            }
        }
        let datadog = (Slot::DatadogTrace, Slot::DatadogSpan, true);
        let usual = (Slot::Trace, Slot::Span, false);
        let has_both = self.get(datadog.0).is_some() && self.get(usual.0).is_some();
        let rank = |slot: Slot| self.ranks[slot as usize];
        // What comes later counts.
        let order = if has_both && rank(datadog.0) < rank(usual.0) {
            [usual, datadog]
        } else {
            [datadog, usual]
        };
        for (slot, _, is_decimal) in order {
            let Some(value) = self.get(slot) else { continue };
            let is_decimal = is_decimal || value.kind == Kind::Number;
            if let Some(found) = identity::trace_value(value.bytes, is_decimal) {
                set(found);
            } else if let Some(found) = identity::xray(value.bytes) {
                set(found.trace);
                record.span_id = found.span;
            }
        }
        for (_, slot, is_decimal) in order {
            let Some(value) = self.get(slot) else { continue };
            let is_decimal = is_decimal || value.kind == Kind::Number;
            record.span_id = identity::span_value(value.bytes, is_decimal).or(record.span_id);
        }
        if let Some(value) = self.get(Slot::ParentSpan) {
            record.parent_span_id = identity::span_value(value.bytes, value.kind == Kind::Number);
        }
        if let Some(value) = self.get(Slot::TraceFlags) {
            record.trace_flags = if matches!(value.bytes, b"true" | b"True") {
                Some(1)
            } else if value.kind == Kind::Number {
                std::str::from_utf8(value.bytes).ok().and_then(|text| text.parse().ok())
            } else {
                identity::hex(value.bytes).and_then(|flags| u8::try_from(flags).ok())
            }
            .or(record.trace_flags);
        }
    }

    fn fill_severity(&self, record: &mut LogRecord<'a>, arena: &'a Bump) {
        if let Some(value) = self.get(Slot::Severity) {
            // Some loggers pad it.
            let text = value.text(arena).trim_ascii();
            record.severity = Severity::from_field(text);
            record.severity_text = Some(Text::Borrowed(text));
        } else if let Some(value) = self.get(Slot::SeverityLevel) {
            record.severity = Severity::from_azure(value.bytes);
            record.severity_text = Some(Text::Borrowed(value.bytes));
        } else if let Some(value) = self.get(Slot::HttpStatus)
            && value.kind == Kind::Text
            && let Some(severity) = Severity::from_status(value.bytes)
        {
            // Datadog calls it `status`.
            record.severity = Some(severity);
            record.severity_text = Some(Text::Borrowed(value.bytes));
        } else if record.severity.is_none()
            && let Some((severity, text)) =
                self.get(Slot::Tags).and_then(|value| level_among(value.bytes))
        {
            record.severity = Some(severity);
            record.severity_text = Some(Text::Borrowed(text));
        }
        if let Some(value) = self.get(Slot::SeverityNumber)
            && let Some(number) = std::str::from_utf8(value.bytes).ok().and_then(|t| t.parse().ok())
        {
            record.severity = Severity::new(number).or(record.severity);
        }
    }

    /// An HTTP status is the record's own only beside a method or a path: `http_status: 503` alone
    /// is mostly what somebody else answered.
    fn fill_request(&self, record: &mut LogRecord<'a>, arena: &'a Bump) {
        if let Some(name) = self.text(Slot::SpanName, arena) {
            record.span_name = Some(name);
        }
        let path = self.get(Slot::HttpPath).map_or(&b""[..], |value| value.text(arena));
        let (method, path) = match self.get(Slot::HttpMethod) {
            Some(method) => (method.text(arena), path),
            None => request_of_line(path),
        };
        let status = self.get(Slot::HttpStatus);
        let is_answer = method.is_empty() && path.starts_with(b"/") && status.is_some();
        if !(is_http_method(method) || is_answer) {
            return;
        }
        // Three digits, or it would not be here.
        record.http_status = status.map(|value| {
            value.bytes.iter().fold(0, |status, digit| status * 10 + u16::from(digit - b'0'))
        });
        if record.span_name.is_none() {
            let name = if path.is_empty() { method } else { request_name(method, path, arena) };
            record.span_name = Some(Text::Borrowed(name));
        }
    }

    /// A message for a record of an object that has none: a text that says what happened, the
    /// request and its answer, or the operation's name.
    pub(crate) fn stand_in_for_body(&self, arena: &'a Bump) -> Option<Text<'a>> {
        let text = |slot: Slot| self.get(slot).map(|value| value.text(arena));
        if let Some(hint) = text(Slot::BodyHint) {
            return Some(Text::Borrowed(hint.trim_ascii()));
        }
        let path = text(Slot::HttpPath).unwrap_or_default();
        let (method, path) = match text(Slot::HttpMethod) {
            Some(method) => (method, path),
            None => request_of_line(path),
        };
        if is_http_method(method) && !path.is_empty() {
            let request = request_name(method, path, arena);
            return Some(Text::Borrowed(match self.get(Slot::HttpStatus) {
                Some(status) => {
                    let parts = [request, b" ", status.bytes];
                    let mut whole = bumpalo::collections::Vec::new_in(arena);
                    parts.iter().for_each(|part| whole.extend_from_slice(part));
                    whole.into_bump_slice()
                }
                None => request,
            }));
        }
        text(Slot::SpanName).map(Text::Borrowed)
    }

    /// How long the span was open that a record says is closed, if that span has an id of its own:
    /// else the id is that of an ancestor, which is still open.
    fn open_time(&self) -> Option<u64> {
        let is_own = self.saved(Slot::Span).is_some_and(|(rank, _)| rank % 8 <= 1);
        let time = |slot| self.get(slot).and_then(|value| duration(value, 0.0));
        time(Slot::BusyTime)?.checked_add(time(Slot::IdleTime)?).filter(|_| is_own)
    }

    fn fill_bounds(&self, record: &mut LogRecord<'a>, reference: &Reference) {
        const UNITS: [(Slot, f64); 5] = [
            (Slot::DurationNanoseconds, 1.0),
            (Slot::DurationMicroseconds, 1e3),
            (Slot::DurationMilliseconds, 1e6),
            (Slot::DurationSeconds, 1e9),
            (Slot::Duration, 0.0),
        ];
        const BOUNDS: u64 = 1 << Slot::DurationNanoseconds as u32
            | 1 << Slot::DurationMicroseconds as u32
            | 1 << Slot::DurationMilliseconds as u32
            | 1 << Slot::DurationSeconds as u32
            | 1 << Slot::Duration as u32
            | 1 << Slot::BusyTime as u32
            | 1 << Slot::SpanStart as u32;
        if self.filled & BOUNDS == 0 {
            return;
        }
        record.duration = self.open_time();
        for (slot, unit) in UNITS {
            if let Some(value) = self.get(slot)
                && let Some(duration) = duration(value, unit)
            {
                record.duration = Some(duration);
                break;
            }
        }
        let moment = |slot| self.get(slot).and_then(|value| Self::moment(value, reference));
        if let Some(start) = moment(Slot::SpanStart) {
            record.span_start = Some(start);
            if let Some(end) = moment(Slot::SpanEnd)
                && let Some(length) = end.nanoseconds().checked_sub(start.nanoseconds())
            {
                record.duration = u64::try_from(length).ok();
            }
        }
    }
}

/// Whether a value can only be a moment, whatever its key: a whole date and time, or an epoch time
/// with more digits than a count of something else would have.
fn is_exact_moment(value: Value<'_>) -> bool {
    let bytes = value.bytes;
    match value.kind {
        Kind::Text | Kind::Escaped | Kind::Number => {}
        Kind::Literal | Kind::Compound => return false,
    }
    let is_whole = matches!(bytes, [y, _, _, _, b'-', _, _, b'-', _, _, b'T' | b't' | b' ', h, _, b':', _, _, b':', ..]
        if y.is_ascii_digit() && h.is_ascii_digit());
    let is_fine = bytes.len() >= 13 && bytes[0].is_ascii_digit() || bytes.get(10) == Some(&b'.');
    is_whole || is_fine && from_epoch(bytes).is_some()
}

/// The level among the strings of an array, if exactly one of them is one.
fn level_among(array: &[u8]) -> Option<(Severity, &[u8])> {
    let mut levels = array.split(|b| *b == b'"').skip(1).step_by(2).filter_map(|word| {
        let is_plain = word.iter().all(u8::is_ascii_lowercase);
        Severity::from_status(word).filter(|_| is_plain).map(|severity| (severity, word))
    });
    let first = levels.next()?;
    levels.next().is_none().then_some(first)
}

/// Whether a text is a number too short to be a moment.
fn is_small_number(text: &[u8]) -> bool {
    text.len() < 8 && text.iter().all(|b| b.is_ascii_digit() || *b == b'.')
}

pub(crate) fn is_http_method(method: &[u8]) -> bool {
    const METHODS: [&[u8]; 9] =
        [b"GET", b"POST", b"PUT", b"DELETE", b"PATCH", b"HEAD", b"OPTIONS", b"CONNECT", b"TRACE"];
    matches!(method, b"GET" | b"POST" | b"PUT" | b"DELETE")
        || METHODS.iter().any(|known| method.eq_ignore_ascii_case(known))
}

/// Method and path of `GET /checkout HTTP/1.1`; any other text is the path.
fn request_of_line(text: &[u8]) -> (&[u8], &[u8]) {
    let mut words = text.splitn(3, |b| *b == b' ');
    match (words.next(), words.next(), words.next()) {
        (Some(method), Some(path), Some(version))
            if is_http_method(method) && version.starts_with(b"HTTP/") =>
        {
            (method, path)
        }
        _ => (b"", text),
    }
}

/// `GET /checkout`: method and path without query, as a span name.
pub(crate) fn request_name<'a>(method: &[u8], path: &[u8], arena: &'a Bump) -> &'a [u8] {
    let end = path.iter().position(|b| matches!(b, b'?' | b'#')).unwrap_or(path.len());
    let path = &path[..end];
    let separator: &[u8] = if path.is_empty() || method.is_empty() { b"" } else { b" " };
    let name = arena.alloc_slice_fill_copy(method.len() + separator.len() + path.len(), 0u8);
    for (place, byte) in name.iter_mut().zip(method.iter().chain(separator).chain(path)) {
        *place = *byte;
    }
    name
}
