//! The alias table: which keys mean trace id, time, severity, service, …
//!
//! One table for JSON, logfmt and every other keyed text. Keys are compared without case and
//! without `_`, `-`, `.`, `/`, `:` and blanks, so `trace_id`, `traceId`, `trace.id` and a nested
//! `{"trace":{"id":…}}` are one row. Makes [`Slot`]s from keys; reads no values.

mod cache;
mod hints;
mod table;

pub use cache::KeyCache;
use table::{FOREIGN, GROUPING, index};

/// What a field is, in the terms of [`super::LogRecord`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Slot {
    /// A trace id in hex, in any spelling.
    Trace,
    /// A Datadog trace id: decimal (specs: Datadog log correlation), or 32 hex digits.
    DatadogTrace,
    Span,
    DatadogSpan,
    ParentSpan,
    TraceFlags,
    /// A W3C `traceparent` value.
    TraceParent,
    B3,
    Uber,
    Xray,
    SentryTrace,
    /// `X-Cloud-Trace-Context`.
    CloudTrace,
    Time,
    /// A date without a time, or (`TimeOfDay`) a time without a date: firewalls print both apart.
    Date,
    TimeOfDay,
    /// Nanoseconds beside whole seconds.
    TimeFraction,
    /// A moment by the words of its key: the record's time if nothing else is.
    TimeHint,
    Severity,
    /// Application Insights' own scale: 0 verbose to 4 critical.
    SeverityLevel,
    SeverityNumber,
    /// Words about the record, of which one may be its level.
    Tags,
    Body,
    /// A text that says what happened, where no message does.
    BodyHint,
    /// The line as a shipper found it.
    Original,
    Service,
    /// Container, pod or program: what a wrapper or shipper added.
    WrapperService,
    /// A logger's or program's name: a service only where nothing else names one.
    NameHint,
    SpanName,
    HttpMethod,
    HttpPath,
    HttpStatus,
    DurationSeconds,
    DurationMilliseconds,
    DurationMicroseconds,
    DurationNanoseconds,
    /// With its unit in the text, or milliseconds.
    Duration,
    /// How long a span was worked on, and (`IdleTime`) not: together, how long it was open (Rust
    /// tracing, when a span closes).
    BusyTime,
    IdleTime,
    SpanStart,
    SpanEnd,
    /// The user says that it names a trace.
    UserTrace,
    /// The user says that it leads to a trace.
    Link,
    Exception,
}

impl Slot {
    /// Slots there are.
    pub(crate) const COUNT: usize = Slot::Exception as usize + 1;
}

/// Where a key counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// At any depth: nothing else is called so.
    Anywhere,
    /// At the top, or inside an object that only groups fields ([`is_grouping`]).
    Grouped,
    /// At the top only.
    Top,
}

/// A row of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Alias {
    pub(crate) slot: Slot,
    /// Lower wins where a record has several keys of one slot.
    pub(crate) rank: u8,
    pub(crate) scope: Scope,
}

/// Longest normalised key of interest.
const LONGEST: usize = 40;

/// A key without case and separators.
#[derive(Clone, Copy)]
pub(crate) struct Normalised {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Normalised {
    pub(crate) fn new() -> Normalised {
        Normalised { bytes: [0; LONGEST], length: 0 }
    }

    /// Appends a key; false when it gets too long to be in the table.
    pub(crate) fn push(&mut self, key: &[u8]) -> bool {
        for &byte in key {
            if matches!(byte, b'_' | b'-' | b'.' | b'/' | b':' | b' ') {
                continue;
            }
            let Some(place) = self.bytes.get_mut(self.length) else { return false };
            *place = byte.to_ascii_lowercase();
            self.length += 1;
        }
        true
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// Looks a key up that stands at the top of a record. A dotted one that is in no row means what it
/// would mean in an object of that name, one with an `@` what it means without.
pub(crate) fn lookup(key: &[u8]) -> Option<Alias> {
    if key.is_empty() || key.len() > LONGEST + 12 {
        return None;
    }
    if let Some(alias) = lookup_whole(key).filter(|_| key != b"operation.id") {
        return Some(alias);
    }
    if let Some(bare) = key.strip_prefix(b"@") {
        return lookup_whole(bare);
    }
    let dot = memchr::memrchr(b'.', key)?;
    lookup_within(&key[..dot], &key[dot + 1..])
}

/// What a key at the top suggests, if it is in no row: see [`hints`].
pub(crate) fn suggested(key: &[u8]) -> Option<Alias> {
    hints::of(b"", key)
}

fn lookup_whole(key: &[u8]) -> Option<Alias> {
    let mut normalised = Normalised::new();
    if !normalised.push(key) {
        return None;
    }
    index().get(normalised.as_bytes())
}

/// Looks a key up inside an object that is itself the value of `parent`: the two together
/// (`trace` + `id`), else the key alone as far as its scope allows.
pub(crate) fn lookup_nested(parent: &[u8], key: &[u8]) -> Option<Alias> {
    lookup_joined(parent, key)
        .or_else(|| lookup_within(parent, key))
        .or_else(|| part_of_moment(parent, key))
        .or_else(|| hints::of(parent, key))
}

fn lookup_joined(parent: &[u8], key: &[u8]) -> Option<Alias> {
    // Google Cloud's `operation` groups the lines of a long call. It is not `operation_Id` of
    // Application Insights, which is flat.
    if parent == b"operation" && key == b"id" {
        return None;
    }
    let mut joined = Normalised::new();
    if joined.push(parent) && joined.push(key) { index().get(joined.as_bytes()) } else { None }
}

/// What a moment has that is an object: `{"$date":…}`, `{"epochSecond":…,"nano":…}`.
fn part_of_moment(parent: &[u8], key: &[u8]) -> Option<Alias> {
    const SECONDS: [&[u8]; 7] =
        [b"$date", b"epochSecond", b"epochSeconds", b"epoch_second", b"seconds", b"sec", b"iso"];
    const FRACTIONS: [&[u8]; 6] =
        [b"nano", b"nanos", b"nanoseconds", b"nanoOfSecond", b"nano_of_second", b"nsec"];
    let slot = if SECONDS.contains(&key) {
        Slot::Time
    } else if FRACTIONS.contains(&key) {
        Slot::TimeFraction
    } else {
        return None;
    };
    let whole = lookup(parent).filter(|alias| alias.slot == Slot::Time)?;
    Some(Alias { slot, ..whole })
}

/// What a key means by itself inside an object, as far as its scope allows.
fn lookup_within(parent: &[u8], key: &[u8]) -> Option<Alias> {
    let alias = lookup_whole(key)?;
    let allowed = match alias.scope {
        Scope::Anywhere => !is_one_of(FOREIGN, parent),
        Scope::Grouped => is_one_of(GROUPING, parent),
        Scope::Top => false,
    };
    allowed.then_some(alias)
}

fn is_one_of(known: &[&str], key: &[u8]) -> bool {
    let mut normalised = Normalised::new();
    normalised.push(key) && known.iter().any(|k| k.as_bytes() == normalised.as_bytes())
}

/// Whether ids inside this object are somebody else's.
pub(crate) fn is_foreign(parent: &[u8]) -> bool {
    // All of them begin so.
    if !matches!(parent.first(), Some(b'l' | b'L' | b's' | b'S' | b'e' | b'E')) {
        return false;
    }
    is_one_of(FOREIGN, parent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_key_are_one_row() {
        for key in ["trace_id", "traceId", "TraceID", "trace.id", "trace-id", "TRACE_ID"] {
            assert_eq!(lookup(key.as_bytes()).map(|a| a.slot), Some(Slot::Trace), "{key}");
        }
        assert_eq!(lookup(b"dd.trace_id").map(|a| a.slot), Some(Slot::DatadogTrace));
        assert_eq!(lookup(b"logging.googleapis.com/spanId").map(|a| a.slot), Some(Slot::Span));
        assert_eq!(lookup(b"request_id"), None);
        assert_eq!(lookup(b"a key that is far too long to stand in any table of names"), None);
    }

    #[test]
    fn nested_keys_join_their_parent_or_obey_their_scope() {
        let slot = |parent: &str, key: &str| {
            lookup_nested(parent.as_bytes(), key.as_bytes()).map(|alias| alias.slot)
        };
        assert_eq!(slot("trace", "id"), Some(Slot::Trace));
        assert_eq!(slot("service", "name"), Some(Slot::Service));
        assert_eq!(slot("span", "span_id"), Some(Slot::Span));
        assert_eq!(slot("fields", "message"), Some(Slot::Body));
        assert_eq!(slot("user", "message"), Some(Slot::BodyHint));
        assert_eq!(slot("operation", "id"), None);
        assert_eq!(slot("ts", "$date"), Some(Slot::Time));
        assert_eq!(slot("timestamp", "nano"), Some(Slot::TimeFraction));
        assert_eq!(slot("user", "seconds"), None);
        assert_eq!(slot("links", "trace_id"), None);
        assert_eq!(slot("user", "id"), None);
    }
}
