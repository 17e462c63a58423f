//! Plain text of any logger: a header of time, severity, ids, logger and thread in any order, then
//! the message.
//!
//! Reads the header token by token and stops where the message begins; numbers and words of the
//! message are never taken for a time or a severity. A line without any of these is no record of
//! its own. Layouts that need more than this (access logs, PostgreSQL) build on it.

use crate::record::field_set::{FieldSet, Kind, Value, is_http_method, request_name};
use crate::record::fields::{self, KeyCache, Slot};
use crate::record::identity;
use crate::record::severity::Severity;
use crate::record::timestamp::{Reference, klog, parse_at};
use crate::record::{LogRecord, Text};
use bumpalo::Bump;
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// The header may be this long, in bytes.
const LONGEST_HEADER: usize = 400;
/// Words (host, program, thread) that may stand before the time.
const WORDS_BEFORE_TIME: usize = 4;

/// What stands in a header, as far as read.
struct Header<'a> {
    text: &'a [u8],
    reference: Reference,
    at: usize,
    /// Where the message begins, after the last thing recognised.
    body: usize,
    timestamp: Option<crate::record::Timestamp>,
    severity: Option<(Severity, &'a [u8])>,
    service: Option<&'a [u8]>,
    unknown_words: usize,
    /// The token before was the time.
    after_time: bool,
    is_klog: bool,
}

/// Reads a line of plain text. `None`: it has no header, and so continues something.
pub(crate) fn parse<'a>(
    line: &'a [u8],
    reference: &Reference,
    cache: &mut KeyCache,
    arena: &'a Bump,
) -> Option<LogRecord<'a>> {
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
        after_time: false,
        is_klog: false,
    };
    header.read();
    // An indented line is a record only if its very first token says when it was written.
    if indent > 0 && header.timestamp.is_none() {
        return None;
    }
    let ids = identity::scan_text(text);
    if header.timestamp.is_none() && header.severity.is_none() && ids.trace.is_none() {
        return None;
    }
    let mut record = LogRecord {
        format: if header.is_klog { "klog" } else { "text" },
        timestamp: header.timestamp,
        severity: header.severity.map(|(severity, _)| severity),
        severity_text: header.severity.map(|(_, text)| Text::Borrowed(text)),
        service_name: header.service.map(Text::Borrowed),
        body: Text::Borrowed(text[header.body..].trim_ascii()),
        trace: ids.trace.map(|found| found.key),
        trace_spelling: ids.trace.and_then(identity::spelling),
        span_id: ids.span,
        parent_span_id: ids.parent,
        caller_span_id: ids.caller,
        trace_flags: ids.flags,
        ..LogRecord::default()
    };
    pairs(text, &mut record, reference, cache, arena);
    request_line(text, &mut record, arena);
    Some(record)
}

impl<'a> Header<'a> {
    fn read(&mut self) {
        if let Some(stamp) = self.klog() {
            self.at = stamp;
            self.body = stamp;
        }
        for _ in 0..32 {
            let rest = &self.text[self.at..];
            let skip = rest
                .iter()
                .position(|b| {
                    !matches!(
                        b,
                        b' ' | b'\t'
                            | b'|'
                            | b'-'
                            | b','
                            | b';'
                            | b':'
                            | b'~'
                            | b'>'
                            | b'#'
                            | b'*'
                            | b'.'
                    )
                })
                .unwrap_or(rest.len());
            self.at += skip;
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
    }

    /// `I1122 14:22:32.123456   12345 file.go:12] message`.
    fn klog(&mut self) -> Option<usize> {
        let letter = *self.text.first()?;
        if !matches!(letter, b'I' | b'W' | b'E' | b'F' | b'D') {
            return None;
        }
        let stamp = klog(&self.text[1..], &self.reference)?;
        let end = 1 + stamp.length;
        let bracket = memchr::memchr(b']', &self.text[..self.text.len().min(LONGEST_HEADER)])?;
        self.timestamp = Some(stamp.timestamp);
        self.severity = Severity::from_letter(letter).map(|s| (s, &self.text[..1]));
        self.is_klog = true;
        Some(end.max(bracket + 1))
    }

    /// Reads one token; false where the message begins.
    fn token(&mut self) -> bool {
        let rest = &self.text[self.at..];
        let first = rest[0];
        let was_after_time = std::mem::take(&mut self.after_time);
        if self.timestamp.is_none()
            && first.is_ascii_alphanumeric()
            && let Some(stamp) = parse_at(rest, &self.reference)
        {
            self.timestamp = Some(stamp.timestamp);
            self.after_time = true;
            return self.accept(stamp.length);
        }
        match first {
            b'[' | b'(' | b'<' | b'{' => self.group(first),
            b'"' | b'\'' => {
                // A quoted time; anything else quoted is message.
                if self.timestamp.is_none()
                    && rest.len() > 1
                    && let Some(stamp) = parse_at(&rest[1..], &self.reference)
                {
                    self.timestamp = Some(stamp.timestamp);
                    return self.accept(stamp.length + 2);
                }
                false
            }
            _ => self.word(was_after_time),
        }
    }

    /// Moves on; everything so far belongs to the header.
    fn accept(&mut self, length: usize) -> bool {
        self.at = (self.at + length).min(self.text.len());
        self.body = self.at;
        true
    }

    fn group(&mut self, open: u8) -> bool {
        let close = match open {
            b'[' => b']',
            b'(' => b')',
            b'<' => b'>',
            _ => b'}',
        };
        let rest = &self.text[self.at + 1..];
        let window = &rest[..rest.len().min(LONGEST_HEADER)];
        let Some(length) = matching(window, open, close) else { return false };
        let inside = window[..length].trim_ascii();
        if self.timestamp.is_none()
            && let Some(stamp) = parse_at(inside, &self.reference)
        {
            self.timestamp = Some(stamp.timestamp);
            if self.severity.is_none() {
                // [2026-11-22T10:30:45Z INFO module]
                for word in inside[stamp.length..].split(|b| matches!(b, b' ' | b'|')) {
                    if let Some(severity) = Severity::from_position(word) {
                        self.severity = Some((severity, word));
                        break;
                    }
                }
            }
            return self.accept(length + 2);
        }
        if self.severity.is_none() {
            let severity = Severity::from_position(inside).or_else(|| match inside {
                [letter] if letter.is_ascii_uppercase() => Severity::from_letter(*letter),
                _ => None,
            });
            if let Some(severity) = severity {
                self.severity = Some((severity, inside));
                return self.accept(length + 2);
            }
        }
        if open == b'{' || inside.starts_with(b"\"") {
            return false;
        }
        if self.service.is_none() && open == b'[' {
            self.service = service_of_triple(inside);
        }
        if self.severity.is_none() && inside.len() < 64 {
            // [12:00:01 INF], [main/INFO], [pid: ERROR]
            for word in inside.split(|b| matches!(b, b' ' | b'/' | b':' | b'|')) {
                if word.iter().all(u8::is_ascii_uppercase)
                    && let Some(severity) = Severity::from_position(word)
                {
                    self.severity = Some((severity, word));
                    break;
                }
            }
        }
        if self.timestamp.is_none() && self.severity.is_none() {
            // Could be a message in brackets; it counts when a time follows.
            self.unknown_words += usize::from(self.unknown_words < 2);
            self.at += length + 2;
            return self.unknown_words <= WORDS_BEFORE_TIME;
        }
        self.accept(length + 2)
    }

    fn word(&mut self, after_time: bool) -> bool {
        let rest = &self.text[self.at..];
        let length = rest
            .iter()
            .position(|b| matches!(b, b' ' | b'\t' | b'|' | b']' | b')' | b'['))
            .unwrap_or(rest.len())
            .max(1);
        let word = &rest[..length];
        if let Some(at) = word.iter().position(|b| *b == b'=')
            && at > 0
        {
            return self.pair(at, length);
        }
        // Separators that loggers put directly behind a word: `INFO:`, `main::`, `ERROR,`.
        let bare_length =
            word.iter().position(|b| matches!(b, b':' | b',' | b';')).unwrap_or(length);
        let bare = &word[..bare_length];
        let followed = rest.get(bare_length).copied();
        if self.severity.is_none() && bare.first().is_some_and(u8::is_ascii_alphabetic) {
            let capitals = bare.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
            let lower = bare.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
            let placed = capitals
                || self.timestamp.is_some()
                    && (after_time || matches!(followed, Some(b':' | b'\t' | b']')))
                || lower && followed == Some(b':') && self.unknown_words == 0;
            let alone = bare.len() == 1 && capitals && after_time;
            if placed && let Some(severity) = Severity::from_position(bare) {
                self.severity = Some((severity, bare));
                return self.accept(bare_length);
            }
            if alone && let Some(severity) = Severity::from_letter(bare[0]) {
                self.severity = Some((severity, bare));
                return self.accept(bare_length);
            }
        }
        let known = self.timestamp.is_some() || self.severity.is_some();
        if known {
            if is_header_word(word, rest.get(length..).unwrap_or_default()) {
                return self.accept(length);
            }
            // `host program[pid]:` between the time and a severity yet to come is left to syslog.
            return false;
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
        if followed == Some(b':') && bare_length > 0 && bare_length + 1 < length {
            // `2878:M 22 Nov 2026`: a pid and a role before the time.
            self.at += bare_length + 1;
        } else {
            self.at += length;
        }
        self.unknown_words += 1;
        self.unknown_words <= WORDS_BEFORE_TIME
    }

    /// `key=value` in a header.
    fn pair(&mut self, equals: usize, length: usize) -> bool {
        let rest = &self.text[self.at..];
        let slot = fields::lookup(&rest[..equals]).map(|alias| alias.slot);
        let value = &rest[equals + 1..length];
        match slot {
            Some(Slot::Time) if self.timestamp.is_none() => {
                let value = value.strip_prefix(b"\"").unwrap_or(value);
                let begin = rest.len() - rest[equals + 1..].len()
                    + usize::from(rest[equals + 1..].starts_with(b"\""));
                if let Some(stamp) = parse_at(&rest[begin..], &self.reference) {
                    self.timestamp = Some(stamp.timestamp);
                    return self.accept(begin + stamp.length + usize::from(begin > equals + 1));
                }
                let _ = value;
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
            None => false,
        }
    }
}

/// The offset of the bracket that closes a group.
fn matching(window: &[u8], open: u8, close: u8) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in window.iter().enumerate() {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
        }
    }
    None
}

/// `[app,trace,span]` and `[app,trace,span,exportable]` of Spring Cloud Sleuth, ids possibly empty.
fn service_of_triple(inside: &[u8]) -> Option<&[u8]> {
    let mut parts = inside.split(|b| *b == b',');
    let (app, trace, span) = (parts.next()?, parts.next()?, parts.next()?);
    let is_id = |part: &[u8]| {
        let part = part.trim_ascii();
        part.is_empty()
            || part == b"-"
            || matches!(part.len(), 16 | 32) && identity::hex(part).is_some()
    };
    let named = !app.is_empty()
        && app.len() <= 64
        && app.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    (named && is_id(trace) && is_id(span)).then_some(app)
}

/// A word that still belongs to the header once time or severity are known: a process or thread
/// number, a logger (`c.e.orders.OrderService`, `app::db`), a place (`main.go:12`).
fn is_header_word(word: &[u8], rest: &[u8]) -> bool {
    if word.iter().all(|b| b.is_ascii_digit() || matches!(b, b'#' | b':' | b'.' | b'%')) {
        // An address is message: `127.0.0.1:38866 - "GET /"`.
        return word.iter().filter(|b| **b == b'.').count() < 3;
    }
    let ends = word.ends_with(b":")
        || rest.starts_with(b" : ")
        || rest.starts_with(b" - ")
        || rest.starts_with(b"\t");
    let dotted =
        memchr::memchr(b'.', word).is_some() || memchr::memmem::find(word, b"::").is_some();
    let plain = word.iter().all(|b| {
        b.is_ascii_alphanumeric()
            || matches!(b, b'.' | b'_' | b'$' | b':' | b'/' | b'-' | b'#' | b'@')
    });
    let is_name = word.iter().any(u8::is_ascii_alphabetic);
    plain && is_name && (ends && dotted || rest.starts_with(b" : "))
}

/// `key=value` pairs anywhere in the line: service, duration, time and severity where the header
/// has none. Ids are found by [`identity::scan_text`].
fn pairs<'a>(
    text: &'a [u8],
    record: &mut LogRecord<'a>,
    reference: &Reference,
    cache: &mut KeyCache,
    arena: &'a Bump,
) {
    let mut set = FieldSet::new();
    let mut any = false;
    for equals in memchr::memchr_iter(b'=', text) {
        let mut start = equals;
        while start > 0
            && (text[start - 1].is_ascii_alphanumeric()
                || matches!(text[start - 1], b'_' | b'.' | b'-' | b'@'))
        {
            start -= 1;
        }
        // The query of a URL is not the logger's word.
        if start == equals
            || start > 0 && matches!(text[start - 1], b'?' | b'&' | b'/' | b'%' | b';')
        {
            continue;
        }
        let Some(alias) = cache.lookup(&text[start..equals]) else { continue };
        let wanted = matches!(
            alias.slot,
            Slot::Service
                | Slot::DurationSeconds
                | Slot::DurationMilliseconds
                | Slot::DurationMicroseconds
                | Slot::DurationNanoseconds
                | Slot::Duration
        ) || alias.slot == Slot::Time && record.timestamp.is_none()
            || alias.slot == Slot::Severity && record.severity.is_none();
        if wanted && let Some(value) = pair_value(&text[equals + 1..]) {
            set.offer(alias, 0, Value { bytes: value, kind: Kind::Text }, false);
            any = true;
        }
    }
    if any {
        let body = std::mem::take(&mut record.body);
        set.fill(record, reference, arena);
        record.body = body;
    }
}

/// The value after a `=` in free text.
fn pair_value(rest: &[u8]) -> Option<&[u8]> {
    match rest.first()? {
        quote @ (b'"' | b'\'') => {
            let end = memchr::memchr(*quote, &rest[1..])?;
            Some(&rest[1..1 + end])
        }
        _ => {
            let end = rest
                .iter()
                .position(|b| matches!(b, b' ' | b'\t' | b',' | b']' | b')' | b'}' | b';' | b'|'))
                .unwrap_or(rest.len());
            (end > 0).then_some(&rest[..end])
        }
    }
}

/// Built once: building a searcher costs more than one search of a short line.
static HTTP: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b" HTTP/"));

/// `"GET /path HTTP/1.1" 500`: a request that the program itself answered.
fn request_line<'a>(text: &'a [u8], record: &mut LogRecord<'a>, arena: &'a Bump) {
    let Some(http) = HTTP.find(text) else { return };
    let Some(quote) = memchr::memrchr(b'"', &text[..http]) else { return };
    let request = &text[quote + 1..http];
    let Some(blank) = memchr::memchr(b' ', request) else { return };
    let (method, path) = (&request[..blank], request[blank + 1..].trim_ascii());
    if !is_http_method(method) || path.is_empty() {
        return;
    }
    let after = &text[http + 6..];
    let Some(close) = after.iter().take(8).position(|b| *b == b'"') else { return };
    let status = after[close + 1..].trim_ascii_start();
    if let Some(status) = status.get(..3)
        && let Some(status) = std::str::from_utf8(status).ok().and_then(|t| t.parse::<u16>().ok())
        && (100..600).contains(&status)
    {
        record.http_status = Some(status);
        record.span_name = record
            .span_name
            .take()
            .or_else(|| Some(Text::Borrowed(request_name(method, path, arena))));
    }
}
