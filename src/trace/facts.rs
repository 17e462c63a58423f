//! What one record says of its trace, small and owned: [`RecordFacts`].
//!
//! The reading of a record is decided here and nowhere else: which span it speaks of, whether from
//! inside or from outside, who its parent is, whether it is an error, and what interval it reports.

use crate::record::{LineOrigin, LogRecord, Severity, TraceKey};
use crate::source::SourceId;
use crate::trace::Name;
use crate::trace::identity::{Spelling, normalized};
use crate::trace::precision::MILLISECOND;
use crate::trace::symbols::{Symbol, SymbolCache, Symbols};
use std::cmp::Reverse;
use std::sync::Arc;

/// The stamp of what has none, and the start of an interval not yet known: later than all.
pub(crate) const NEVER: i64 = i64::MAX;

pub(crate) const NANOSECONDS_PER_SECOND: i64 = 1_000_000_000;

/// A trace key and what one record says of that trace.
#[derive(Clone, Debug)]
pub(crate) struct RecordFacts {
    pub(crate) key: TraceKey,
    pub(crate) spelling: Spelling,
    pub(crate) timestamp: Option<i64>,
    /// The stamp is known to be no more exact.
    pub(crate) is_to_the_second: bool,
    /// The span that the record speaks of; 0 for none.
    pub(crate) span: u64,
    /// The record is the callee's: it knows the span only as its caller's.
    pub(crate) is_from_outside: bool,
    /// The parent of `span`; 0 for none.
    pub(crate) parent: u64,
    /// A parent field says so, not the quoted context of the caller.
    pub(crate) parent_is_field: bool,
    pub(crate) interval: Option<Interval>,
    /// A start without a duration.
    pub(crate) lone_start: Option<i64>,
    /// The record was written before the start that it states, by more than the rounding of times.
    pub(crate) ends_before_start: bool,
    pub(crate) service: Option<Symbol>,
    pub(crate) name: Option<Symbol>,
    /// What kind of thing the record says; [`NO_LABEL`] where an earlier record of the span is
    /// known, whose label counts.
    pub(crate) label: u32,
    /// By severity, exception, stated status or a 5xx: so is the span that it speaks of.
    pub(crate) is_error: bool,
    /// The span that it speaks of failed.
    pub(crate) fails_span: bool,
    pub(crate) states_success: bool,
    pub(crate) kept: Option<Box<KeptRecord>>,
}

/// A reported interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) start: i64,
    pub(crate) duration: u64,
    /// Placed by a stamp that is a whole second.
    pub(crate) is_coarse: bool,
}

impl Interval {
    pub(crate) fn end(self) -> i64 {
        self.start.saturating_add_unsigned(self.duration)
    }

    /// Of two intervals of a span, the longer one is the whole span's.
    pub(crate) fn rank(self) -> (u64, Reverse<i64>) {
        (self.duration, Reverse(self.start))
    }
}

/// A record kept whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KeptRecord {
    pub(crate) source: SourceId,
    pub(crate) lines: Box<[LineOrigin]>,
    pub(crate) timestamp: Option<i64>,
    pub(crate) span: u64,
    pub(crate) is_from_outside: bool,
    pub(crate) service: Option<Symbol>,
    pub(crate) severity: Option<Severity>,
    pub(crate) is_error: bool,
    pub(crate) body: Name,
}

/// The label of what has none; after all others in order.
pub(crate) const NO_LABEL: u32 = u32::MAX;

/// Whether a time has no part smaller than a second.
pub(crate) const fn is_whole_second(nanoseconds: i64) -> bool {
    nanoseconds % NANOSECONDS_PER_SECOND == 0
}

/// A hash of what kind of thing a record says: `stock lookup 627` and `stock lookup 9` are one
/// kind. Of the body the first few words without digits, or of the span's name where the body has
/// none; the same in every run, since guesses are built on it. The body comes first because
/// frameworks give all records of a request the request's name, whatever span they are in.
fn label_of(body: &[u8], name: Option<&[u8]>) -> u32 {
    let label = words_label(body);
    if label == 0 { name.map_or(0, words_label) } else { label }
}

/// 0 when there are no words.
fn words_label(text: &[u8]) -> u32 {
    /// As many words as tell messages apart, after those that introduce ids (`trace_id: … span: …`).
    const WORDS: usize = 5;
    /// No further than this: a message begins with what it is about.
    const BYTES: usize = 160;
    let text = &text[..text.len().min(BYTES)];
    let mut hash = 0u64;
    let (mut at, mut words) = (0, 0);
    while at < text.len() && words < WORDS {
        let start = at;
        let mut has_digit = false;
        while let Some(byte) = text.get(at).filter(|byte| **byte > b' ') {
            has_digit |= byte.is_ascii_digit();
            at += 1;
        }
        let word = &text[start..at];
        at += 1;
        if word.is_empty() || has_digit {
            continue;
        }
        words += 1;
        hash = (hash ^ word.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for part in word.chunks(8) {
            let mut bytes = [0; 8];
            bytes[..part.len()].copy_from_slice(part);
            hash = (hash ^ u64::from_le_bytes(bytes)).wrapping_mul(0xff51_afd7_ed55_8ccd);
            hash ^= hash >> 32;
        }
    }
    hash as u32
}

/// What a worker remembers from record to record. It only saves work: facts are the same without.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    symbols: SymbolCache,
    labels: LabelCache,
}

/// Spans seen lately, with the earliest time of a record whose label was taken: a label is the
/// costliest of the facts, and only that of a span's first record counts.
#[derive(Debug)]
struct LabelCache {
    slots: Box<[Option<Labelled>]>,
}

#[derive(Clone, Copy, Debug)]
struct Labelled {
    key: TraceKey,
    span: u64,
    is_from_outside: bool,
    time: i64,
}

impl Default for LabelCache {
    fn default() -> LabelCache {
        LabelCache { slots: vec![None; Self::SLOTS].into() }
    }
}

impl LabelCache {
    const SLOTS: usize = 512;

    /// Whether the label of an earlier record of this span was taken; if not, this one's is to be.
    fn knows_earlier(&mut self, this: Labelled) -> bool {
        let slot = &mut self.slots[this.span as usize % Self::SLOTS];
        let is_known = slot.is_some_and(|known| {
            known.span == this.span
                && known.key == this.key
                && known.is_from_outside == this.is_from_outside
                && known.time < this.time
        });
        if !is_known {
            *slot = Some(this);
        }
        is_known
    }
}

impl Cache {
    pub(crate) fn intern(&mut self, name: &[u8], symbols: &Symbols) -> Option<Symbol> {
        self.symbols.intern(name, symbols)
    }
}

impl RecordFacts {
    /// Reads a record of this trace.
    ///
    /// `lines` are kept, with the body, only if `keep_record`.
    pub(crate) fn of(
        source: SourceId,
        record: &LogRecord<'_>,
        written: TraceKey,
        lines: &[LineOrigin],
        keep_record: bool,
        cache: &mut Cache,
        symbols: &Symbols,
    ) -> RecordFacts {
        let key = normalized(written);
        let Cache { symbols: cache, labels } = cache;
        let spelling = Spelling::of(written, record.trace_spelling.as_deref(), cache, symbols);
        let id = |id: Option<crate::trace_context::SpanId>| id.map_or(0, |id| id.get());
        let own = id(record.span_id);
        let (field, caller) = (id(record.parent_span_id), id(record.caller_span_id));
        // Without a span of its own, the record is seen from outside of the caller's: a parent
        // field alone says the same as a quoted context.
        let is_from_outside = own == 0;
        let (span, mut parent) = match own {
            0 if caller != 0 => (caller, 0),
            0 => (field, 0),
            _ if field != 0 => (own, field),
            _ => (own, caller),
        };
        if parent == span {
            parent = 0;
        }
        let timestamp = record.timestamp.map(|time| time.nanoseconds());
        let start = record.span_start.map(|time| time.nanoseconds());
        let interval = record.duration.and_then(|duration| match (start, timestamp) {
            (Some(start), _) => {
                Some(Interval { start, duration, is_coarse: is_whole_second(start) })
            }
            (None, Some(end)) => Some(Interval {
                start: end.saturating_sub_unsigned(duration),
                duration,
                is_coarse: is_whole_second(end),
            }),
            (None, None) => None,
        });
        let service = record.service_name.as_deref().and_then(|name| cache.intern(name, symbols));
        let name = record.span_name.as_deref().and_then(|name| cache.intern(name, symbols));
        let status = record.http_status;
        let lone_start = start.filter(|_| interval.is_none());
        let is_label_known = span != 0
            && timestamp.into_iter().chain(lone_start).min().is_some_and(|time| {
                labels.knows_earlier(Labelled { key, span, is_from_outside, time })
            });
        let states_failure = record.severity.is_some_and(Severity::is_error)
            || record.has_exception
            || record.span_error == Some(true);
        // A 5xx that a server in front, or a callee, saw is an error record; what became of the span
        // that it quotes is not for others to say.
        let is_server_error = status.is_some_and(|status| status >= 500);
        let is_error = states_failure || is_server_error;
        let kept = keep_record.then(|| {
            Box::new(KeptRecord {
                source,
                lines: lines.into(),
                timestamp,
                span,
                is_from_outside,
                service,
                severity: record.severity,
                is_error,
                body: Arc::from(&*String::from_utf8_lossy(&record.body)),
            })
        });
        RecordFacts {
            key,
            spelling,
            timestamp,
            is_to_the_second: record.is_to_the_second,
            span,
            is_from_outside: is_from_outside && span != 0,
            parent,
            parent_is_field: parent != 0 && parent == field,
            interval,
            lone_start,
            ends_before_start: lone_start.zip(timestamp).is_some_and(|(start, end)| {
                let rounding =
                    if is_whole_second(end) { NANOSECONDS_PER_SECOND } else { MILLISECOND };
                end < start.saturating_sub(rounding)
            }),
            service,
            name,
            label: if span == 0 || is_label_known {
                NO_LABEL
            } else {
                label_of(&record.body, record.span_name.as_deref())
            },
            is_error,
            fails_span: states_failure || is_server_error && !is_from_outside,
            states_success: !is_error && (record.span_error == Some(false) || status.is_some()),
            kept,
        }
    }

    /// Nothing says when.
    pub(crate) fn is_untimed(&self) -> bool {
        self.timestamp.is_none() && self.interval.is_none() && self.lone_start.is_none()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::record::Timestamp;
    use crate::trace_context::SpanId;

    fn facts(record: LogRecord<'_>) -> RecordFacts {
        let cache = &mut Cache::default();
        RecordFacts::of(
            SourceId(0),
            &record,
            TraceKey::Low64(1),
            &[],
            false,
            cache,
            &Symbols::new(),
        )
    }

    #[test]
    fn a_parent_field_outranks_the_quoted_caller() {
        let record = LogRecord {
            span_id: SpanId::new(1),
            parent_span_id: SpanId::new(2),
            caller_span_id: SpanId::new(3),
            ..LogRecord::default()
        };
        let known = facts(record.clone());
        assert_eq!((known.span, known.parent, known.parent_is_field), (1, 2, true));
        let known = facts(LogRecord { parent_span_id: None, ..record });
        assert_eq!((known.span, known.parent, known.parent_is_field), (1, 3, false));
    }

    #[test]
    fn a_caller_without_own_span_is_seen_from_outside() {
        let known = facts(LogRecord { caller_span_id: SpanId::new(3), ..LogRecord::default() });
        assert_eq!((known.span, known.is_from_outside, known.parent), (3, true, 0));
        assert!(!facts(LogRecord::default()).is_from_outside);
    }

    #[test]
    fn a_span_is_not_its_own_parent() {
        let known = facts(LogRecord {
            span_id: SpanId::new(3),
            caller_span_id: SpanId::new(3),
            ..LogRecord::default()
        });
        assert_eq!((known.span, known.parent), (3, 0));
    }

    #[test]
    fn a_duration_ends_at_the_timestamp_unless_a_start_is_stated() {
        let record = LogRecord {
            timestamp: Some(Timestamp::from_nanoseconds(100)),
            duration: Some(30),
            ..LogRecord::default()
        };
        let bounds = |record| facts(record).interval.map(|known| (known.start, known.end()));
        assert_eq!(bounds(record.clone()), Some((70, 100)));
        let start = Some(Timestamp::from_nanoseconds(5));
        assert_eq!(bounds(LogRecord { span_start: start, ..record }), Some((5, 35)));
        assert_eq!(bounds(LogRecord { duration: Some(1), ..LogRecord::default() }), None);
    }

    #[test]
    fn a_start_after_the_record_is_noticed_unless_it_is_rounding() {
        let at = |n| Some(Timestamp::from_nanoseconds(n));
        for (start, end, expected) in [
            (5 * MILLISECOND, 3 * MILLISECOND, true),
            (3 * MILLISECOND + 9, 3 * MILLISECOND, false),
            (7 * MILLISECOND, 0, false),
            (1, 2, false),
            (i64::MIN, i64::MAX, false),
        ] {
            let known = facts(LogRecord {
                timestamp: at(end),
                span_start: at(start),
                ..LogRecord::default()
            });
            assert_eq!(known.ends_before_start, expected, "{start} {end}");
        }
    }

    #[test]
    fn extreme_times_do_not_overflow() {
        for time in [i64::MIN, -1, 0, i64::MAX] {
            let time = Timestamp::from_nanoseconds(time);
            for start in [None, Some(time)] {
                let interval = facts(LogRecord {
                    timestamp: Some(time),
                    span_start: start,
                    duration: Some(u64::MAX),
                    ..LogRecord::default()
                })
                .interval
                .unwrap();
                assert!(interval.start <= interval.end());
            }
        }
    }

    #[test]
    fn labels_ignore_what_varies() {
        let label = |body: &[u8]| label_of(body, Some(b"GET /a"));
        assert_eq!(label(b"stock lookup 627"), label(b"stock lookup 9"));
        assert_ne!(label(b"stock lookup 627"), label(b"stock low 627"));
        assert_ne!(label(b"abcdefgh"), label(b"abcdefghi"));
        assert_eq!(label(b"TraceID: 0a1 got it"), label(b"TraceID: 77 got it"));
        assert_ne!(label(b"TraceID: 0a1 got it"), label(b"TraceID: 0a1 sent it"));
        assert_eq!(label(b"127.0.0.1:80"), label_of(b"GET /a", None));
        assert_eq!(label_of(b"", None), label_of(b"7", None));
    }
}
