//! Brackets of a header: a time, a level, an id, a name, or several of them in one.
//!
//! Adds to the header what a bracket says, and decides whether it still belongs to the header.

use super::ahead::level_ahead;
use super::level::{letter_before_tag, strict_level};
use super::plain::{Header, LONGEST_HEADER, WORDS_BEFORE_TIME};
use super::words::{matching, opaque_id, service_of_triple};
use crate::record::severity::Severity;
use crate::record::timestamp::{Stamp, parse_at};

/// A bracket that is longer holds a level only if nothing else can be meant.
const SHORT: usize = 64;
const LONGEST: usize = 240;

impl<'a> Header<'a> {
    /// Reads a bracket; false where the message begins.
    pub(super) fn group(&mut self, open: u8) -> bool {
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
        // `[#|2026-…|INFO|` of GlassFish.
        let inside = inside.strip_prefix(b"#|").unwrap_or(inside);
        // `name[1001430319]` is a process number.
        let is_process = self.at > 0
            && self.text[self.at - 1].is_ascii_alphanumeric()
            && inside.iter().all(u8::is_ascii_digit);
        if self.timestamp.is_none() && !is_process {
            if let Some((stamp, end)) = self.stamp_inside(inside) {
                if self.severity.is_none() {
                    self.severity = level_behind_stamp(inside, end);
                }
                return self.stamped(&stamp, length + 2);
            }
            if let Some((stamp, more)) = self.date_and_time(inside, &rest[length + 1..]) {
                return self.stamped(&stamp, length + 2 + more);
            }
        }
        if self.severity.is_none()
            && open == b'('
            && let Some(severity) = xorg_level(inside)
        {
            self.severity = Some((severity, inside));
            return self.accept(length + 2);
        }
        if self.severity.is_none() {
            let after = rest.get(length + 1..).unwrap_or_default();
            let severity = self.severity_in_brackets(inside, after);
            if let Some(severity) = severity {
                self.severity = Some((severity, inside));
                return self.accept(length + 2);
            }
        }
        if inside.starts_with(b"\"") || open == b'{' && self.timestamp.is_some() {
            return self.level_ahead();
        }
        if let Some(opaque) = opaque_id(inside) {
            self.opaque = self.opaque.or(Some(opaque));
        }
        if self.service.is_none() && open == b'[' {
            self.service = service_of_triple(inside);
        }
        if self.severity.is_none() {
            self.severity = level_among(inside, self.timestamp.is_some());
        }
        if self.timestamp.is_none() && self.severity.is_none() {
            // Could be a message in brackets; it counts when a time follows.
            self.unknown_words += usize::from(self.unknown_words < 2);
            self.at += length + 2;
            return self.unknown_words <= WORDS_BEFORE_TIME;
        }
        self.accept(length + 2)
    }

    /// The time at the beginning of a bracket, or behind its first word, which may be a level
    /// (`[ N 2026-…`, `[DEBUG 2026-…`) or a name (`[otel.javaagent 2026-…`). And where it ends.
    fn stamp_inside(&mut self, inside: &'a [u8]) -> Option<(Stamp, usize)> {
        if let Some(stamp) = parse_at(inside, &self.reference) {
            return Some((stamp, stamp.length));
        }
        let end = inside.iter().take(40).position(|b| matches!(b, b' ' | b','))?;
        let word = &inside[..end];
        let behind = inside[end + 1..].trim_ascii_start();
        let stamp = parse_at(behind, &self.reference).filter(|stamp| stamp.has_date)?;
        // `[ns_server:info,2026-…` of Couchbase.
        let word = word.rsplit(|b| *b == b':').next().unwrap_or(word);
        let severity = match word {
            [letter] => Severity::from_letter(*letter),
            word => Severity::from_position(word),
        };
        self.severity = self.severity.or(severity.map(|severity| (severity, word)));
        Some((stamp, inside.len() - behind.len() + stamp.length))
    }

    /// `[2026-11-22][10:30:45]`: the date and the time in a bracket each.
    fn date_and_time(&self, date: &[u8], after: &[u8]) -> Option<(Stamp, usize)> {
        if !(8..=11).contains(&date.len()) || !date[0].is_ascii_digit() {
            return None;
        }
        let time = after.trim_ascii_start().strip_prefix(b"[")?;
        let length = memchr::memchr(b']', &time[..time.len().min(32)])?;
        let mut joined = [0u8; 44];
        let end = date.len() + 1 + length;
        joined[..date.len()].copy_from_slice(date);
        joined[date.len()] = b' ';
        joined[date.len() + 1..end].copy_from_slice(&time[..length]);
        let stamp = parse_at(&joined[..end], &self.reference).filter(|stamp| stamp.has_date)?;
        Some((stamp, after.len() - time.len() + length + 1))
    }

    /// What stands in brackets as the level; `after` is the rest of the line.
    fn severity_in_brackets(&self, inside: &[u8], after: &[u8]) -> Option<Severity> {
        if let [letter] = inside {
            return letter.is_ascii_uppercase().then(|| Severity::from_letter(*letter)).flatten();
        }
        if let Some(severity) = Severity::from_position(inside) {
            return Some(severity);
        }
        // MySQL writes `[Note]` and `[System]`, both before its error code in version 8.
        let is_title = inside.first().is_some_and(u8::is_ascii_uppercase);
        let in_mysql = after.starts_with(b" [MY-");
        (self.timestamp.is_some() && is_title && (in_mysql || inside == b"Note"))
            .then(|| Severity::from_field(inside))
            .flatten()
    }

    /// Takes a level that stands some words ahead: see [`level_ahead`].
    pub(super) fn level_ahead(&mut self) -> bool {
        if self.severity.is_some() || self.timestamp.is_none() {
            return false;
        }
        let rest = &self.text[self.at..];
        let Some((severity, text, end)) = level_ahead(rest) else { return false };
        self.severity = Some((severity, text));
        self.accept(end)
    }
}

/// `(EE)`: how the X server marks its lines.
fn xorg_level(inside: &[u8]) -> Option<Severity> {
    Some(match inside {
        b"EE" => Severity::ERROR,
        b"WW" => Severity::WARN,
        b"II" => Severity::INFO,
        _ => return None,
    })
}

/// The level behind the time in the same bracket.
fn level_behind_stamp(inside: &[u8], end: usize) -> Option<(Severity, &[u8])> {
    // [ 11-22 10:30:45.123  1234: 5678 I/Tag ] of logcat
    let last = inside.rsplit(|b| *b == b' ').next().unwrap_or_default();
    if !inside.starts_with(last)
        && let Some(found) = letter_before_tag(last)
    {
        return Some(found);
    }
    // [2026-11-22 10:30:45,120 W 325 362]: a letter, then nothing but numbers
    let mut words = inside[end..].split(|b| *b == b' ').filter(|word| !word.is_empty());
    if let Some(word @ [letter]) = words.next()
        && letter.is_ascii_uppercase()
        && words.all(|word| word.iter().all(u8::is_ascii_digit))
    {
        return Some((Severity::from_letter(*letter)?, word));
    }
    // [2026-11-22T10:30:45Z INFO module], [2026-11-22 10:30:45,120: INFO/MainProcess]
    let parts = inside[end..].split(|b| matches!(b, b' ' | b'|' | b'/' | b':'));
    parts.filter_map(|word| Some((Severity::from_position(word)?, word))).next()
}

/// The level among the words of a bracket: `[12:00:01 INF]`, `[main/INFO]`, `[pid: ERROR]`,
/// `[core:error]`, `[pool-1-thread-1  INFO  com.example.a.very.long.ClassName  opId=]`.
fn level_among(inside: &[u8], after_time: bool) -> Option<(Severity, &[u8])> {
    let is_border = |b: &u8| matches!(b, b' ' | b'/' | b':' | b'|' | b'#' | b'.');
    // A cheap look first: ids have neither.
    if !(inside.iter().any(u8::is_ascii_uppercase) || after_time && inside.iter().any(is_border)) {
        return None;
    }
    if inside.len() >= SHORT {
        let mut words = inside[..inside.len().min(LONGEST)].split(is_border);
        return words.find_map(|word| Some((strict_level(word)?, word)));
    }
    let mut parts = inside.split(is_border).peekable();
    while let Some(word) = parts.next() {
        let is_last = parts.peek().is_none() && after_time;
        // `[ALERT:torev]` in a message names what is told; OpenCV's `[WARN:0]` is a level.
        let end = word.as_ptr() as usize - inside.as_ptr() as usize + word.len();
        let names_another = !after_time
            && inside.get(end) == Some(&b':')
            && inside.get(end + 1).is_some_and(u8::is_ascii_lowercase);
        if names_another && strict_level(word).is_none() {
            continue;
        }
        if (word.iter().all(u8::is_ascii_uppercase) || is_last && word.len() < inside.len())
            && let Some(severity) = Severity::from_position(word)
        {
            return Some((severity, word));
        }
    }
    None
}
