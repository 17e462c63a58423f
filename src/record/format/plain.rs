//! Plain text of any logger: a header of time, severity, ids, logger and thread in any order, then
//! the message.
//!
//! Reads the header token by token and stops where the message begins; numbers and words of the
//! message are never taken for a time or a severity. A line without any of these is no record of
//! its own. Layouts that need more than this (access logs, PostgreSQL) build on it.

use super::ahead::level_in_message;
use super::block::begins_with_key;
use super::column::column_level;
use super::level::{
    channel_level, cisco, glued_level, hana_level, letter_before_tag, special_level,
};
use super::own_context::is_own_context;
use super::pairs::{answer_time, pairs, request_line};
use super::token::{self, Word};
use super::words::{
    is_address, is_date_of_message, is_header_word, is_place, is_row_without_time,
    stamp_before_bar, without_separators,
};
use crate::record::fields::{self, KeyCache, Slot};
use crate::record::identity::{self, FoundTrace, Identity};
use crate::record::severity::Severity;
use crate::record::timestamp::{Civil, Reference, SECOND, Stamp, klog, parse_at};
use crate::record::{LogRecord, Text, Timestamp, scan};
use bumpalo::Bump;

/// The header may be this long, in bytes.
pub(super) const LONGEST_HEADER: usize = 400;
/// Words (host, program, thread) that may stand before the time.
pub(super) const WORDS_BEFORE_TIME: usize = 4;

/// What stands in a header, as far as read.
pub(super) struct Header<'a> {
    pub(super) text: &'a [u8],
    pub(super) reference: Reference,
    pub(super) at: usize,
    /// Where the message begins, after the last thing recognised.
    pub(super) body: usize,
    pub(super) timestamp: Option<Timestamp>,
    pub(super) severity: Option<(Severity, &'a [u8])>,
    pub(super) service: Option<&'a [u8]>,
    pub(super) unknown_words: usize,
    /// Plain words came before: a number behind them may be anything.
    pub(super) words_of_sentence: usize,
    /// Whether time and severity were known after the token before.
    pub(super) known: (bool, bool),
    /// Where the last token began, if it is neither time nor severity; else 0.
    pub(super) last_unnamed: usize,
    /// Nothing but the time and numbers came before: a level may follow in any writing.
    pub(super) after_time: bool,
    /// The time says its date itself.
    pub(super) has_date: bool,
    /// An id that is no hexadecimal number (SkyWalking), by its own bracket.
    pub(super) opaque: Option<FoundTrace<'a>>,
    pub(super) is_klog: bool,
    /// A wrapper told the time already.
    pub(super) is_wrapped: bool,
}

/// Reads a line of plain text into a record that says nothing yet. `None`: it has no header, and
/// so continues something; the record is then as it was.
pub(crate) fn parse<'a>(
    line: &'a [u8],
    reference: &Reference,
    wrapper: Option<Timestamp>,
    cache: &mut KeyCache,
    arena: &'a Bump,
    record: &mut LogRecord<'a>,
) -> Option<()> {
    let indent = line.iter().take_while(|b| matches!(b, b' ' | b'\t')).count();
    let text = &line[indent..];
    let mut header = Header {
        text,
        reference: *reference,
        at: 0,
        body: 0,
        timestamp: None,
        severity: None,
        service: None,
        unknown_words: 0,
        words_of_sentence: 0,
        known: (false, false),
        last_unnamed: 0,
        after_time: false,
        has_date: true,
        opaque: None,
        is_klog: false,
        is_wrapped: wrapper.is_some(),
    };
    header.read();
    // A time of day says less than a wrapper's whole stamp, unless that has seconds only.
    if let Some(whole) = wrapper
        && !header.has_date
        && whole.nanoseconds() % SECOND != 0
    {
        header.timestamp = Some(whole);
    }
    if header.timestamp.is_none() && header.severity.is_none() && wrapper.is_some() {
        header.severity = level_in_message(text);
    }
    if header.timestamp.is_none() && wrapper.is_none() && indent == 0 {
        header.timestamp = match header.severity {
            None => stamp_at_end(text, reference),
            Some(_) => stamp_at_end_of_column(text, reference),
        };
    }
    if header.timestamp.is_none() && header.severity.is_some() && wrapper.is_none() {
        header.timestamp = stamp_before_bar(text, reference);
    }
    // An indented line is a record only if its very first token says when it was written, and not as
    // the value of a key.
    if indent > 0
        && !is_row_without_time(indent, text)
        && (header.timestamp.is_none() || begins_with_key(text))
    {
        return None;
    }
    let ids = scan::scan_text(text);
    if header.timestamp.is_none() && header.severity.is_none() && ids.trace.is_none() {
        return None;
    }
    record.format = if header.is_klog { "klog" } else { "text" };
    record.timestamp = header.timestamp;
    record.severity = header.severity.map(|(severity, _)| severity);
    record.severity_text = header.severity.map(|(_, text)| Text::Borrowed(text));
    record.service_name = header.service.map(Text::Borrowed);
    // In a sentence that names a time, the words before it are the message too.
    let body = without_separators(&text[header.body..]);
    let is_sentence = body.is_empty() || header.words_of_sentence > 2;
    record.body = Text::Borrowed(if is_sentence { without_separators(text) } else { body });
    identify(record, ids);
    if record.span_id.is_none()
        && record.caller_span_id.is_some()
        && is_own_context(text, header.body)
    {
        record.span_id = record.caller_span_id.take();
    }
    if let (None, Some(opaque)) = (record.trace, header.opaque) {
        record.trace = Some(opaque.key);
        record.trace_spelling = identity::spelling(opaque);
    }
    pairs(text, record, reference, cache, arena);
    record.duration = record.duration.or_else(|| answer_time(text));
    request_line(text, record, arena);
    Some(())
}

/// `Failed login for … at 2026-11-22 10:30:45`, `=== Start of dump at Sun Nov 22 10:30:45 UTC 2026 ===`:
/// a sentence that ends with its whole date and time.
fn stamp_at_end(text: &[u8], reference: &Reference) -> Option<Timestamp> {
    let text = text.trim_ascii_end();
    let is_ruled = text.starts_with(b"==");
    let end = text.iter().rposition(|b| !matches!(b, b'=' | b' ' | b'.')).map_or(0, |at| at + 1);
    let window = &text[..end];
    if !(text[0].is_ascii_uppercase() || is_ruled) || !window.last()?.is_ascii_alphanumeric() {
        return None;
    }
    let from = window.len().saturating_sub(40);
    let at = from + memchr::memmem::rfind(&window[from..], b" at ")? + 4;
    let stamp = parse_at(&window[at..], reference)?;
    (stamp.has_date && at + stamp.length == window.len()).then_some(stamp.timestamp)
}

/// `INFO  | admin called getName[] at 22-11-2026 10:30:45,120 | qtp2064787513-43`: a column that ends
/// with its whole date and time (ActiveMQ's audit log).
fn stamp_at_end_of_column(text: &[u8], reference: &Reference) -> Option<Timestamp> {
    let first = memchr::memchr(b'|', &text[..text.len().min(16)])?;
    let end = memchr::memrchr(b'|', text).filter(|end| *end > first)?;
    let window = text[first + 1..end].trim_ascii();
    let at = memchr::memmem::rfind(window, b" at ")? + 4;
    let stamp = parse_at(&window[at..], reference)?;
    (stamp.has_date && at + stamp.length == window.len()).then_some(stamp.timestamp)
}

/// Whether a line is nothing but a field of the record before it: the name of a time or an id, and
/// its value (`Trace ID: 4bf9…`, `ObservedTimestamp: 2026-11-22 10:30:45 +0000 UTC`).
pub(crate) fn is_field(line: &[u8], reference: &Reference) -> bool {
    if !line[0].is_ascii_alphabetic() {
        return false;
    }
    let window = &line[..line.len().min(48)];
    let Some(colon) = memchr::memchr(b':', window).filter(|at| *at > 0) else { return false };
    if !matches!(line.get(colon + 1), Some(b' ' | b'\t')) {
        return false;
    }
    let value = line[colon + 1..].trim_ascii();
    let key = &line[..colon];
    let last = &key[memchr::memrchr(b'.', key).map_or(0, |dot| dot + 1)..];
    match fields::lookup(key).or_else(|| fields::lookup(last)).map(|alias| alias.slot) {
        Some(
            Slot::Trace
            | Slot::Span
            | Slot::ParentSpan
            | Slot::Severity
            | Slot::SeverityNumber
            | Slot::Duration
            // Headers of a request that is printed line by line.
            | Slot::TraceParent
            | Slot::B3
            | Slot::Uber
            | Slot::Xray
            | Slot::SentryTrace
            | Slot::CloudTrace,
        ) => !value.contains(&b' '),
        Some(Slot::Time) => parse_at(value, reference).is_some_and(|stamp| {
            let rest = &value[stamp.length..];
            stamp.has_date
                && rest.iter().all(|b| b.is_ascii_uppercase() || b" +-:0123456789".contains(b))
        }),
        _ => false,
    }
}

/// Adds to a record what any text may say beside its header: ids, pairs, a request.
pub(crate) fn enrich<'a>(
    text: &'a [u8],
    record: &mut LogRecord<'a>,
    reference: &Reference,
    cache: &mut KeyCache,
    arena: &'a Bump,
) {
    identify(record, scan::scan_text(text));
    pairs(text, record, reference, cache, arena);
    request_line(text, record, arena);
}

fn identify<'a>(record: &mut LogRecord<'a>, ids: Identity<'a>) {
    record.trace = ids.trace.map(|found| found.key);
    record.trace_spelling = ids.trace.and_then(identity::spelling);
    record.span_id = ids.span;
    record.parent_span_id = ids.parent;
    record.caller_span_id = ids.caller;
    record.trace_flags = ids.flags;
}

/// A stamp with a date and a fraction in brackets in the message, in the same second of the year
/// as a daemon's coarse one: it is the same moment, told better.
pub(crate) fn finer_stamp(
    body: &[u8],
    coarse: Timestamp,
    reference: &Reference,
) -> Option<Timestamp> {
    if coarse.nanoseconds() % SECOND != 0 {
        return None;
    }
    let window = &body[..body.len().min(LONGEST_HEADER)];
    memchr::memchr2_iter(b'[', b'(', window).find_map(|at| {
        let stamp = parse_at(&body[at + 1..], reference).filter(|stamp| stamp.has_date)?;
        let fine = stamp.timestamp.nanoseconds();
        let (a, b) = (Civil::of_utc(fine), Civil::of_utc(coarse.nanoseconds()));
        let same = (a.month, a.day, a.time / SECOND) == (b.month, b.day, b.time / SECOND);
        (same && fine % SECOND != 0).then_some(stamp.timestamp)
    })
}

impl<'a> Header<'a> {
    fn read(&mut self) {
        if let Some(stamp) = self.klog() {
            self.at = stamp;
            self.body = stamp;
        }
        for _ in 0..32 {
            self.at += token::gap(&self.text[self.at..]);
            if self.at >= self.text.len() || self.at > LONGEST_HEADER {
                break;
            }
            if !self.token() {
                break;
            }
        }
        if self.timestamp.is_none() && self.severity.is_none() {
            self.body = 0;
        }
        // All of it looked like header: the last part is the message.
        if self.body >= self.text.len() && self.last_unnamed > 0 {
            self.body = self.last_unnamed;
        }
    }

    /// `I1122 14:22:32.123456   12345 file.go:12] message`.
    fn klog(&mut self) -> Option<usize> {
        let letter = *self.text.first()?;
        if !matches!(letter, b'I' | b'W' | b'E' | b'F' | b'D') {
            return None;
        }
        // Before it knows its zone, Abseil prints the epoch: `I0000 00:00:1795343445.123456`.
        let skip = if self.text[1..].starts_with(b"0000 00:00:") { 12 } else { 1 };
        let stamp = match skip {
            1 => klog(&self.text[1..], &self.reference)?,
            _ => parse_at(&self.text[skip..], &self.reference)?,
        };
        let end = skip + stamp.length;
        let bracket = memchr::memchr(b']', &self.text[..self.text.len().min(LONGEST_HEADER)])?;
        self.timestamp = Some(stamp.timestamp);
        self.severity = Severity::from_letter(letter).map(|s| (s, &self.text[..1]));
        self.is_klog = true;
        Some(end.max(bracket + 1))
    }

    /// Reads one token; false where the message begins.
    #[inline(always)]
    fn token(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let first = rest[0];
        let was_after_time = std::mem::take(&mut self.after_time);
        if self.timestamp.is_none()
            && (first.is_ascii_alphanumeric() || first == b'@')
            && let Some(stamp) = parse_at(rest, &self.reference)
            && !((self.words_of_sentence > 0 || self.is_wrapped && self.at > 0)
                && is_weak(&stamp, rest))
        {
            return self.stamped(&stamp, stamp.length);
        }
        match first {
            b'[' | b'(' | b'<' | b'{' => self.group(first),
            b'"' | b'\'' => {
                // A quoted time; anything else quoted is message.
                if self.timestamp.is_none()
                    && rest.len() > 1
                    && let Some(stamp) = parse_at(&rest[1..], &self.reference)
                {
                    return self.stamped(&stamp, stamp.length + 2);
                }
                self.quoted_column(first)
            }
            _ => self.word(was_after_time),
        }
    }

    /// A quoted column of CSV: the level, or something before the time.
    fn quoted_column(&mut self, quote: u8) -> bool {
        let inside = &self.text[self.at + 1..];
        let window = &inside[..inside.len().min(64)];
        let Some(length) = memchr::memchr(quote, window) else { return false };
        if !matches!(inside.get(length + 1), Some(b',' | b';' | b'\t')) {
            return false;
        }
        if self.timestamp.is_none() {
            self.unknown_words += 1;
            self.at += length + 2;
            return self.unknown_words <= WORDS_BEFORE_TIME;
        }
        let Some(severity) = Severity::from_position(&inside[..length]) else { return false };
        if self.severity.is_some() {
            return false;
        }
        self.severity = Some((severity, &inside[..length]));
        self.accept(length + 2)
    }

    /// Takes the time, `length` bytes with what is around it.
    pub(super) fn stamped(&mut self, stamp: &Stamp, length: usize) -> bool {
        self.timestamp = Some(stamp.timestamp);
        self.has_date = stamp.has_date;
        self.after_time = true;
        self.accept(length)
    }

    /// Moves on; everything so far belongs to the header.
    pub(super) fn accept(&mut self, length: usize) -> bool {
        let known = (self.timestamp.is_some(), self.severity.is_some());
        self.last_unnamed = if known == self.known { self.at } else { 0 };
        self.known = known;
        self.at = (self.at + length).min(self.text.len());
        self.body = self.at;
        true
    }

    fn word(&mut self, after_time: bool) -> bool {
        let rest = &self.text[self.at..];
        let Word { length, bare_length, equals } = token::word(rest);
        let word = &rest[..length];
        if self.timestamp.is_none() && is_address(word) {
            self.unknown_words += 1;
            self.at += length;
            return self.unknown_words <= WORDS_BEFORE_TIME;
        }
        if equals > 0 {
            return self.pair(equals, length);
        }
        if self.timestamp.is_none() && word.ends_with(b":") && is_date_of_message(rest) {
            return false;
        }
        // `E [22/Nov/2026:…]` of CUPS, `I[2026-11-22|…]` of Tendermint.
        if length == 1
            && self.at == 0
            && matches!(rest, [_, b' ', b'[', b'0'..=b'9', ..] | [_, b'[', b'0'..=b'9', ..])
            && let Some(severity) = Severity::from_letter(word[0])
        {
            self.severity = Some((severity, word));
            return self.accept(length);
        }
        // `info 10:30:45 text`: in lowercase only right before the time.
        if self.at == 0
            && self.timestamp.is_none()
            && let Some(severity) = Severity::from_beginning(word)
            && parse_at(rest[length..].trim_ascii_start(), &self.reference).is_some()
        {
            self.severity = Some((severity, word));
            return self.accept(length);
        }
        // `Zigbee2MQTT:info 2026-11-22T10:30:45: text`
        if self.timestamp.is_none()
            && self.severity.is_none()
            && let Some(colon) = memchr::memchr(b':', word)
            && let Some(severity) = Severity::from_position(&word[colon + 1..])
            && parse_at(rest[length..].trim_ascii_start(), &self.reference).is_some()
        {
            self.severity = Some((severity, &word[colon + 1..]));
            return self.accept(length);
        }
        if let Some(level) = cisco(word) {
            self.severity = self.severity.or(Some(level));
            return false;
        }
        let bare = &word[..bare_length];
        let followed = rest.get(bare_length).copied();
        if after_time
            && self.severity.is_none()
            && let Some((severity, text, end)) = column_level(rest)
        {
            self.severity = Some((severity, text));
            return self.accept(end);
        }
        if self.severity.is_none() && bare.first().is_some_and(u8::is_ascii_alphabetic) {
            let capitals = bare.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
            let lower = bare.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            let placed = capitals
                || (self.timestamp.is_some() || self.is_wrapped && self.at == 0)
                    && (after_time || matches!(followed, Some(b':' | b'\t' | b']')))
                || lower && followed == Some(b':') && self.unknown_words == 0
                || followed == Some(b'\t') && self.at == 0;
            let alone = capitals
                && after_time
                && matches!(bare, [_] | [_, b'0'..=b'9'])
                && !matches!(followed, Some(b':' | b','));
            if after_time && bare == b"fail" && followed == Some(b':') {
                // .NET's console logger behind a stamp.
                self.severity = Some((Severity::ERROR, bare));
                return self.accept(bare_length);
            }
            if after_time && let Some(severity) = hana_level(&self.text[..self.at], rest) {
                self.severity = Some((severity, bare));
                return self.accept(bare_length);
            }
            // `warning/Notification: text` of Icinga
            if after_time
                && followed == Some(b':')
                && let Some(slash) = memchr::memchr(b'/', bare)
                && let Some(severity) = Severity::from_position(&bare[..slash])
            {
                self.severity = Some((severity, &bare[..slash]));
                return self.accept(bare_length);
            }
            if after_time && let Some((severity, level)) = glued_level(bare, followed) {
                self.severity = Some((severity, level));
                return self.accept(bare_length);
            }
            // `FAIL LOGIN: …` of vsftpd says what failed.
            let is_verdict = bare == b"FAIL" && followed == Some(b' ');
            if placed
                && !is_verdict
                && let Some(severity) = Severity::from_position(bare)
            {
                self.severity = Some((severity, bare));
                // Boost writes `*warning*`.
                return self.accept(bare_length + usize::from(followed == Some(b'*')));
            }
            if alone && let Some(severity) = Severity::from_letter(bare[0]) {
                self.severity = Some((severity, bare));
                return self.accept(bare_length);
            }
            if after_time && let Some((severity, text)) = letter_before_tag(rest) {
                self.severity = Some((severity, text));
                return self.accept(2);
            }
            if self.timestamp.is_some()
                && let Some((severity, length)) = special_level(rest)
            {
                self.severity = Some((severity, &rest[..length]));
                return if rest.starts_with(b"PHP ") { false } else { self.accept(length) };
            }
            if let Some((severity, level)) = channel_level(bare, followed) {
                self.severity = Some((severity, level));
                return self.accept(bare_length);
            }
        }
        let known = self.timestamp.is_some() || self.severity.is_some();
        if known {
            if is_header_word(word, rest.get(length..).unwrap_or_default()) {
                let is_number = !word.iter().any(u8::is_ascii_alphabetic);
                self.after_time = after_time && (is_number || word.len() == 36);
                if is_number {
                    // A process number if more of the header follows, else the message's own.
                    self.at += length;
                    return true;
                }
                return self.accept(length);
            }
            if self.timestamp.is_none() && is_place(word) {
                return self.accept(length);
            }
            return if self.timestamp.is_some() { self.level_ahead() } else { self.time_column() };
        }
        if bare_length < length
            && followed == Some(b':')
            && word.get(bare_length + 1) == Some(&b':')
        {
            // `MainThread::INFO::2026-…`
            self.unknown_words += 1;
            self.at += bare_length + 2;
            return self.unknown_words <= WORDS_BEFORE_TIME;
        }
        self.words_of_sentence += usize::from(
            word.iter().all(u8::is_ascii_alphabetic) && word.iter().any(u8::is_ascii_lowercase),
        );
        if matches!(followed, Some(b':' | b',' | b';'))
            && bare_length > 0
            && bare_length + 1 < length
        {
            // `2878:M 22 Nov 2026`: a pid and a role before the time.
            self.at += bare_length + 1;
        } else {
            self.at += length;
        }
        self.unknown_words += 1;
        self.unknown_words <= WORDS_BEFORE_TIME
    }

    /// `INFO  | jvm 1    | 2026/11/22 10:30:45 | text`: the time in a column of its own.
    fn time_column(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let window = &rest[..rest.len().min(120)];
        for bar in memchr::memchr_iter(b'|', window).take(3) {
            let column = rest[bar + 1..].trim_ascii_start();
            if let Some(stamp) = parse_at(column, &self.reference) {
                let begin = rest.len() - column.len();
                return self.stamped(&stamp, begin + stamp.length);
            }
        }
        false
    }

    /// `key=value` in a header.
    fn pair(&mut self, equals: usize, length: usize) -> bool {
        let rest = &self.text[self.at..];
        let slot = fields::lookup(&rest[..equals]).map(|alias| alias.slot);
        let value = &rest[equals + 1..length];
        match slot {
            Some(Slot::Time) if self.timestamp.is_none() => {
                let begin = rest.len() - rest[equals + 1..].len()
                    + usize::from(rest[equals + 1..].starts_with(b"\""));
                if let Some(stamp) = parse_at(&rest[begin..], &self.reference) {
                    self.timestamp = Some(stamp.timestamp);
                    return self.accept(begin + stamp.length + usize::from(begin > equals + 1));
                }
                false
            }
            Some(Slot::Severity) if self.severity.is_none() => {
                let value =
                    value.strip_prefix(b"\"").and_then(|v| v.strip_suffix(b"\"")).unwrap_or(value);
                self.severity = Severity::from_field(value).map(|severity| (severity, value));
                self.accept(length)
            }
            Some(_) if self.timestamp.is_some() || self.severity.is_some() => self.accept(length),
            Some(_) => {
                self.at += length;
                true
            }
            None => self.level_ahead(),
        }
    }
}

/// A stamp that could as well be a count or a duration: a bare number, or a time of day.
fn is_weak(stamp: &Stamp, text: &[u8]) -> bool {
    !stamp.has_date || text[..stamp.length].iter().all(|b| b.is_ascii_digit() || *b == b'.')
}
