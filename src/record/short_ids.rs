//! Trace and span ids of few digits in a text: only the key before them makes them ids.
//!
//! [`super::scan`] finds ids by their values, and to do so looks at every twelfth byte only. An id of
//! eight digits would cost it half as many looks again, in all text. Such ids are rare, so here it
//! is the key that is looked for, and only in a text that has no longer id. Which keys are enough is
//! one rule for text and JSON: [`identity::is_long_enough`].

use super::fields::Slot;
use super::identity::{self, FoundTrace, is_hex};
use super::scan::slot_before;
use crate::trace_context::SpanId;
use memchr::memmem::Finder;
use std::sync::LazyLock;

/// Built once: building a searcher costs more than one search of a short line.
static TRACE: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b"race"));

/// Keys of a text that are looked at.
const MOST: usize = 8;

/// The trace id, and the span id where there is one.
pub(super) fn find(text: &[u8]) -> Option<(FoundTrace<'_>, Option<SpanId>)> {
    let trace = TRACE.find_iter(text).take(MOST).find_map(|at| {
        let (value, rank) = value_behind(text, at + 4, Slot::Trace)?;
        // `trace` alone is a word: only the first key of a bracket is the logger's.
        let is_named = rank <= 1 || text[..at].ends_with(b"[t") || text[..at].ends_with(b"[T");
        let is_id = is_named && identity::is_long_enough(rank, value);
        if is_id { identity::trace_value(value, false) } else { None }
    })?;
    let span = memchr::memmem::find_iter(text, b"pan").take(MOST).find_map(|at| {
        let (value, rank) = value_behind(text, at + 3, Slot::Span)?;
        if rank <= 1 { identity::span_value(value, false) } else { None }
    });
    Some((trace, span))
}

/// The hex digits behind the key in the middle of which `at` is, if that key names the slot.
fn value_behind(text: &[u8], at: usize, wanted: Slot) -> Option<(&[u8], u8)> {
    let rest = &text[at..];
    let key = rest
        .iter()
        .take(16)
        .take_while(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b'.'))
        .count();
    let between = rest[key..]
        .iter()
        .take(6)
        .take_while(|b| matches!(b, b'=' | b':' | b' ' | b'"' | b'\'' | b'\\'))
        .count();
    if !rest[key..key + between].iter().any(|b| matches!(b, b'=' | b':')) {
        return None;
    }
    let start = at + key + between;
    let value = &text[start..];
    let digits = value.iter().take(32).take_while(|b| is_hex(**b)).count();
    let ends = value.get(digits).is_none_or(|b| {
        matches!(b, b' ' | b'\t' | b',' | b';' | b'|' | b']' | b')' | b'}' | b'"' | b'\'' | b'\\')
    });
    if !ends || digits < identity::FEWEST_DIGITS {
        return None;
    }
    let (slot, rank) = slot_before(text, start)?;
    (slot == wanted).then_some((&value[..digits], rank))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::TraceKey;

    #[test]
    fn a_key_makes_eight_digits_an_id() {
        for (text, trace, span) in [
            ("INFO traceId=8f23a9c2 checked", Some(0x8f23_a9c2), None),
            ("[trace_id: 8f23a9c2, span_id: 1a2b3c4d] hello", Some(0x8f23_a9c2), Some(0x1a2b_3c4d)),
            ("INFO TraceID=12345678", Some(0x1234_5678), None),
            ("WARN [trace=6a3c4dea tenant=acme] x", Some(0x6a3c_4dea), None),
            ("INFO [trace:a1b2c3d4] [INIT] x", Some(0xa1b2_c3d4), None),
            // Words and numbers under weaker keys.
            ("INFO [trace=20261122] x", None, None),
            ("INFO stack trace=6a3c4dea", None, None),
            ("INFO trace 6a3c4dea", None, None),
            ("INFO trace_id=00000000", None, None),
            ("INFO trace_id=deadline", None, None),
            ("INFO trace_id=6a3c4d", None, None),
            ("INFO trace_id=6a3c4dea-x", None, None),
            ("INFO embrace=6a3c4dea", None, None),
        ] {
            let found = find(text.as_bytes());
            let expected = trace.map(|low| (TraceKey::Low64(low), span));
            let found = found.map(|(trace, span)| (trace.key, span.map(SpanId::get)));
            assert_eq!(found, expected, "{text}");
        }
    }
}
