//! What a value says that is known to be an id, or to hold some: ids in any spelling, headers of any
//! propagation format. Absent values (`0`, zeros, `-`, `null`, …) are no ids. Which words of a text
//! are ids at all is for [`super::scan`] to say.

use super::fields::Slot;
use super::{Text, TraceKey};
use crate::trace_context::{SpanId, TraceId};

/// A trace id with the bytes that spelled it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FoundTrace<'a> {
    pub(crate) key: TraceKey,
    /// As written.
    pub(crate) text: &'a [u8],
}

/// What a propagation value says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Propagated<'a> {
    pub(crate) trace: FoundTrace<'a>,
    /// The sender's span, or (see `is_own`) the record's.
    pub(crate) span: Option<SpanId>,
    pub(crate) flags: Option<u8>,
    /// The value was printed by the span's own program, not received by it.
    pub(crate) is_own: bool,
}

/// The ids of a record, as far as found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Identity<'a> {
    pub(crate) trace: Option<FoundTrace<'a>>,
    pub(crate) span: Option<SpanId>,
    pub(crate) parent: Option<SpanId>,
    pub(crate) caller: Option<SpanId>,
    pub(crate) flags: Option<u8>,
}

const NOT_HEX: u8 = 0xff;

const NIBBLES: [u8; 256] = {
    let mut table = [NOT_HEX; 256];
    let mut digit = 0;
    while digit < 10 {
        table[b'0' as usize + digit] = digit as u8;
        digit += 1;
    }
    let mut letter = 0;
    while letter < 6 {
        table[b'a' as usize + letter] = 10 + letter as u8;
        table[b'A' as usize + letter] = 10 + letter as u8;
        letter += 1;
    }
    table
};

#[inline]
pub(crate) const fn is_hex(byte: u8) -> bool {
    NIBBLES[byte as usize] != NOT_HEX
}

/// The value of eight hexadecimal digits of either case, all at once: each byte of the word is
/// tested and turned into its nibble, then nibbles are drawn together pair by pair.
#[inline]
fn hex_of_eight(digits: [u8; 8]) -> Option<u32> {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let each = |byte: u8| u64::from(byte) * 0x0101_0101_0101_0101;
    let word = u64::from_be_bytes(digits);
    // Bytes below 0x80, so that adding to one never carries into the next.
    let low = word & !HIGH;
    let at_least = |bytes: u64, least: u8| (bytes + each(0x80 - least)) & HIGH;
    let folded = low | each(0x20);
    let is_digit = at_least(low, b'0') & !at_least(low, b'9' + 1);
    let is_letter = at_least(folded, b'a') & !at_least(folded, b'f' + 1) & at_least(low, b'A');
    if (is_digit | is_letter) & !word & HIGH != HIGH {
        return None;
    }
    // A letter's low four bits are 1 to 6.
    let nibbles = (low & each(0x0f)) + (is_letter >> 7) * 9;
    let pairs = (nibbles >> 4 | nibbles) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs >> 8 | pairs) & 0x0000_ffff_0000_ffff;
    Some((fours >> 16 | fours) as u32)
}

/// The value of exactly sixteen hexadecimal digits, the length of nearly all ids.
#[inline]
fn hex_of_sixteen(text: &[u8]) -> Option<u64> {
    let (high, low) = text.split_first_chunk::<8>()?;
    let low: &[u8; 8] = low.try_into().ok()?;
    Some(u64::from(hex_of_eight(*high)?) << 32 | u64::from(hex_of_eight(*low)?))
}

/// The value of up to 32 hexadecimal digits of either case.
#[inline]
pub(crate) fn hex(text: &[u8]) -> Option<u128> {
    match text.len() {
        16 => return hex_of_sixteen(text).map(u128::from),
        32 => {
            let (high, low) = (hex_of_sixteen(&text[..16])?, hex_of_sixteen(&text[16..])?);
            return Some(u128::from(high) << 64 | u128::from(low));
        }
        1..32 => {}
        _ => return None,
    }
    let mut value = 0u128;
    // Two halves of a machine word each: twice as fast as one 128-bit loop.
    let (high, low) = text.split_at(text.len().saturating_sub(16));
    for half in [high, low] {
        let mut part = 0u64;
        let mut bad = 0u8;
        for &byte in half {
            let nibble = NIBBLES[byte as usize];
            bad |= nibble;
            part = part << 4 | u64::from(nibble & 15);
        }
        if bad & 0xf0 != 0 {
            return None;
        }
        value = value << 64 | u128::from(part);
    }
    Some(value)
}

#[inline]
fn hex64(text: &[u8]) -> Option<u64> {
    if text.len() > 16 { None } else { hex(text).map(|value| value as u64) }
}

fn decimal(text: &[u8]) -> Option<u64> {
    if text.is_empty() || text.len() > 20 {
        return None;
    }
    text.iter().try_fold(0u64, |value, byte| {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 { None } else { value.checked_mul(10)?.checked_add(u64::from(digit)) }
    })
}

pub(crate) fn key_of(value: u128, digits: usize) -> Option<TraceKey> {
    let id = TraceId::new(value)?;
    Some(if digits <= 16 || id.high64() == 0 {
        TraceKey::Low64(id.low64())
    } else {
        TraceKey::Full(id)
    })
}

/// Whether a value stands for "no id".
pub(crate) fn is_absent(text: &[u8]) -> bool {
    text.iter().all(|b| matches!(b, b'0' | b'-' | b'.' | b' '))
        || [
            &b"null"[..],
            b"none",
            b"nil",
            b"n/a",
            b"na",
            b"undefined",
            b"unknown",
            b"false",
            b"<nil>",
            b"(null)",
            b"nan",
            b"true",
        ]
        .iter()
        .any(|word| text.eq_ignore_ascii_case(word))
}

/// Reads the value of a trace id field in any spelling: 32 or 16 hex digits of either case, a
/// dashed UUID, X-Ray's `1-…-…`, a cloud resource path, a decimal, or base64.
///
/// `is_decimal`: sixteen decimal digits are a decimal number (specs: Datadog ids are decimal unless
/// they have 32 digits).
pub(crate) fn trace_value(text: &[u8], is_decimal: bool) -> Option<FoundTrace<'_>> {
    let text = without_mark(text.trim_ascii());
    let found = |key| Some(FoundTrace { key, text });
    if text.len() == 32
        && let Some(value) = hex(text)
    {
        return found(key_of(value, 32)?);
    }
    if is_absent(text) {
        return None;
    }
    let all_digits = text.iter().all(u8::is_ascii_digit);
    match text.len() {
        1..=20 if all_digits && (is_decimal || text.len() > 16) => {
            return found(TraceKey::Low64(decimal(text).filter(|value| *value != 0)?));
        }
        8..=31 => {
            if let Some(value) = hex(text) {
                return found(key_of(value, text.len())?);
            }
        }
        36 => {
            if let Some(value) = uuid(text) {
                return found(key_of(value, 32)?);
            }
        }
        _ => {}
    }
    if let Some(value) = xray_id(text) {
        return found(key_of(value, 32)?);
    }
    if let Some(at) = memchr::memmem::find(text, b"traces/") {
        return trace_value(&text[at + 7..], is_decimal);
    }
    if let Some(value) = base64::<16>(text) {
        return found(key_of(u128::from_be_bytes(value), 32)?);
    }
    None
}

/// No id that is known has fewer hex digits: some tracers for one program make 32 bits.
pub(crate) const FEWEST_DIGITS: usize = 8;

/// Whether the value of a trace key may be an id, by its length; the same in text and in JSON.
///
/// Under a key that says "trace id" in as many words (ranks 0 and 1 of the alias table) any hex of
/// [`FEWEST_DIGITS`] is one. A weaker key (`trace`, `operation_id`) may as well lead to a number, a
/// date or a word: less than 14 digits must hold both digits and letters.
pub(crate) fn is_long_enough(rank: u8, text: &[u8]) -> bool {
    rank <= 1 || text.len() >= 14 || text.len() >= FEWEST_DIGITS && looks_random(text)
}

/// Whether a run of hex digits holds letters and digits, as nearly all random ones do.
pub(crate) fn looks_random(run: &[u8]) -> bool {
    run.iter().any(u8::is_ascii_digit) && run.iter().any(u8::is_ascii_alphabetic)
}

/// SkyWalking's `segment.thread.sequence`, of hex, decimal and decimal digits.
pub(crate) fn skywalking(text: &[u8]) -> Option<FoundTrace<'_>> {
    let mut parts = text.split(|b| *b == b'.');
    let (segment, thread, sequence) = (parts.next()?, parts.next()?, parts.next()?);
    let is_number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    let is_id = parts.next().is_none()
        && (1..=64).contains(&segment.len())
        && segment.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'-')
        && is_number(thread)
        && is_number(sequence)
        && sequence.len() >= 8;
    is_id.then(|| FoundTrace { key: opaque(text), text })
}

/// Reads the value of a span id field.
pub(crate) fn span_value(text: &[u8], is_decimal: bool) -> Option<SpanId> {
    // Nearly all; zeros are no span either way.
    if !is_decimal
        && text.len() == 16
        && let Some(value) = hex_of_sixteen(text)
    {
        return SpanId::new(value);
    }
    let text = without_mark(text.trim_ascii());
    if is_absent(text) {
        return None;
    }
    let all_digits = text.iter().all(u8::is_ascii_digit);
    let value = match text.len() {
        1..=20 if all_digits && (is_decimal || text.len() > 16) => decimal(text)?,
        8..=16 => match hex64(text) {
            Some(value) => value,
            None => u64::from_be_bytes(base64::<8>(text)?),
        },
        _ => return None,
    };
    SpanId::new(value)
}

/// Without `0x`, which OpenTelemetry for Python puts before ids. Where a number is printed so, its
/// leading zeros are left out.
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"0x").filter(|digits| digits.len() >= 12).unwrap_or(text)
}

pub(crate) fn uuid(text: &[u8]) -> Option<u128> {
    if text.len() != 36 || [8, 13, 18, 23].iter().any(|at| text[*at] != b'-') {
        return None;
    }
    let mut digits = [0u8; 32];
    let mut length = 0;
    for byte in text.iter().filter(|byte| **byte != b'-') {
        *digits.get_mut(length)? = *byte;
        length += 1;
    }
    if length == 32 { hex(&digits) } else { None }
}

/// `1-5759e988-bd862e3fe1be46a994272793`: 8 and 24 digits (AWS X-Ray).
pub(crate) fn xray_id(text: &[u8]) -> Option<u128> {
    if text.len() != 35 || !text.starts_with(b"1-") || text[10] != b'-' {
        return None;
    }
    Some(hex(&text[2..10])? << 96 | hex(&text[11..])?)
}

/// Standard base64 of exactly N bytes: what a protobuf-JSON encoder makes of OTLP's id bytes.
fn base64<const N: usize>(text: &[u8]) -> Option<[u8; N]> {
    let padded = N.div_ceil(3) * 4;
    if text.len() != padded || !text.ends_with(b"=") {
        return None;
    }
    let mut out = [0u8; N];
    let mut bits = 0u32;
    let mut pending = 0;
    let mut length = 0;
    for &byte in text {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'=' => break,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        pending += 6;
        if pending >= 8 {
            pending -= 8;
            *out.get_mut(length)? = (bits >> pending) as u8;
            length += 1;
        }
    }
    (length == N).then_some(out)
}

/// A W3C `traceparent` (Level 2: version 00 has exactly 55 bytes, later ones may go on after a
/// dash). An invalid one makes no trace.
pub(crate) fn traceparent(text: &[u8]) -> Option<Propagated<'_>> {
    let text = text.trim_ascii();
    let dashes = text.len() >= 55 && text[2] == b'-' && text[35] == b'-' && text[52] == b'-';
    if !dashes || text[..55].iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    let version = hex64(&text[..2])?;
    match (version, text.get(55)) {
        (0xff, _) | (0, Some(_)) => return None,
        (_, None | Some(b'-')) => {}
        _ => return None,
    }
    let trace = FoundTrace { key: key_of(hex(&text[3..35])?, 32)?, text: &text[3..35] };
    let span = SpanId::new(hex64(&text[36..52])?)?;
    let flags = hex64(&text[53..55])? as u8;
    Some(Propagated { trace, span: Some(span), flags: Some(flags), is_own: false })
}

/// A single-header `b3` value.
pub(crate) fn b3(text: &[u8]) -> Option<Propagated<'_>> {
    let mut parts = text.trim_ascii().split(|b| *b == b'-');
    let (trace, span) = (parts.next()?, parts.next()?);
    if !matches!(trace.len(), 16 | 32) || span.len() != 16 {
        return None;
    }
    let trace = FoundTrace { key: key_of(hex(trace)?, trace.len())?, text: trace };
    let flags = match parts.next() {
        Some(b"1" | b"d") => Some(1),
        Some(b"0") => Some(0),
        _ => None,
    };
    Some(Propagated { trace, span: SpanId::new(hex64(span)?), flags, is_own: false })
}

/// A `uber-trace-id` value; `%3A` may stand for the colons.
pub(crate) fn uber(text: &[u8]) -> Option<Propagated<'_>> {
    let text = text.trim_ascii();
    let mut parts = text.split(|b| *b == b':' || *b == b'%');
    let strip =
        |part: &'_ [u8]| part.len() - part.strip_prefix(b"3A").map_or(part.len(), <[u8]>::len);
    let trace = parts.next()?;
    let (span, _parent, flags) = (parts.next()?, parts.next()?, parts.next()?);
    let span = &span[strip(span)..];
    let flags = &flags[strip(flags)..];
    if trace.len() > 32 || span.len() > 16 || flags.len() > 2 {
        return None;
    }
    let key = key_of(hex(trace)?, trace.len())?;
    let flags = hex64(flags).map(|flags| flags as u8 & 1);
    let span = SpanId::new(hex64(span)?);
    let trace = FoundTrace { key, text: trace };
    Some(Propagated { trace, span, flags, is_own: false })
}

/// An `X-Amzn-Trace-Id` value: `Root=1-…;Parent=…;Sampled=1`, or the id alone.
pub(crate) fn xray(text: &[u8]) -> Option<Propagated<'_>> {
    let mut found = None;
    let mut span = None;
    let mut flags = None;
    let mut is_own = false;
    for part in text.split(|b| *b == b';') {
        let part = part.trim_ascii();
        match part.iter().position(|b| *b == b'=') {
            Some(at) => {
                let (key, value) = (&part[..at], &part[at + 1..]);
                if key.eq_ignore_ascii_case(b"root") {
                    found = found.or_else(|| Some((xray_id(value)?, value)));
                } else if key.eq_ignore_ascii_case(b"parent") {
                    span = hex64(value).and_then(SpanId::new);
                } else if key.eq_ignore_ascii_case(b"sampled") {
                    flags = match value {
                        b"1" => Some(1),
                        b"0" => Some(0),
                        _ => None,
                    };
                }
            }
            None => {
                // "AWS-XRAY-TRACE-ID: 1-…" puts its key before the value.
                let value = part.rsplit(|b| *b == b' ').next().unwrap_or(part);
                // "1-…@span" is the form of X-Ray's logging integrations.
                let (value, own) = match value.iter().position(|b| *b == b'@') {
                    Some(at) => (&value[..at], hex64(&value[at + 1..]).and_then(SpanId::new)),
                    None => (value, None),
                };
                span = span.or(own);
                is_own |= own.is_some();
                found = found.or_else(|| Some((xray_id(value)?, value)));
            }
        }
    }
    let (value, text) = found?;
    let trace = FoundTrace { key: key_of(value, 32)?, text };
    Some(Propagated { trace, span, flags, is_own })
}

/// A `sentry-trace` value.
pub(crate) fn sentry(text: &[u8]) -> Option<Propagated<'_>> {
    let text = text.trim_ascii();
    if text.len() < 49 || text[32] != b'-' {
        return None;
    }
    let trace = FoundTrace { key: key_of(hex(&text[..32])?, 32)?, text: &text[..32] };
    let flags = match text.get(49..) {
        Some(b"-1") => Some(1),
        Some(b"-0") => Some(0),
        Some(b"") | None => None,
        Some(_) => return None,
    };
    Some(Propagated { trace, span: SpanId::new(hex64(&text[33..49])?), flags, is_own: false })
}

/// An `X-Cloud-Trace-Context` value: `TRACE/SPAN;o=1`, the span in decimal.
pub(crate) fn cloud(text: &[u8]) -> Option<Propagated<'_>> {
    let text = text.trim_ascii();
    let end = text.iter().position(|b| matches!(b, b'/' | b';')).unwrap_or(text.len());
    if end != 32 {
        return None;
    }
    let trace = FoundTrace { key: key_of(hex(&text[..32])?, 32)?, text: &text[..32] };
    let rest = &text[end..];
    let span = rest.strip_prefix(b"/").and_then(|rest| {
        let end = rest.iter().position(|b| *b == b';').unwrap_or(rest.len());
        decimal(&rest[..end]).and_then(SpanId::new)
    });
    let flags = match memchr::memmem::find(rest, b"o=").and_then(|at| rest.get(at + 2)) {
        Some(b'1') => Some(1),
        Some(b'0') => Some(0),
        _ => None,
    };
    Some(Propagated { trace, span, flags, is_own: false })
}

/// Reads a propagation value by the slot of its key.
pub(crate) fn propagated(slot: Slot, text: &[u8]) -> Option<Propagated<'_>> {
    match slot {
        Slot::TraceParent => traceparent(text),
        Slot::B3 => b3(text),
        Slot::Uber => uber(text),
        Slot::Xray => xray(text),
        Slot::SentryTrace => sentry(text),
        Slot::CloudTrace => cloud(text),
        _ => None,
    }
}

/// Reads what a user types to name a trace: an id in any spelling, or any propagation value, with
/// or without its header's name.
pub fn trace_argument(text: &[u8]) -> Option<TraceKey> {
    let text = text.trim_ascii();
    let value = match memchr::memmem::find(text, b": ") {
        Some(at) => text[at + 2..].trim_ascii(),
        None => text,
    };
    let quotes: &[u8] = b"\"'";
    let value = match value {
        [first, inside @ .., last] if first == last && quotes.contains(first) => inside,
        _ => value,
    };
    [traceparent, sentry, b3, uber, xray, cloud]
        .iter()
        .find_map(|read| read(value))
        .map(|found| found.trace)
        .or_else(|| trace_value(value, value.len() > 16))
        .or_else(|| skywalking(value))
        .map(|found| found.key)
}

/// Reads what a user types to name a span: 16 hex digits, or a decimal of more.
pub fn span_argument(text: &[u8]) -> Option<SpanId> {
    span_value(text, text.len() > 16)
}

/// The key of an id that is no hexadecimal number: a hash of its bytes (FNV-1a, 128 bits).
pub(crate) fn opaque(text: &[u8]) -> TraceKey {
    let mut hash = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
    for &byte in text {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    TraceKey::Opaque(hash)
}

/// The spelling to remember, where it is not the plain one.
pub(crate) fn spelling(found: FoundTrace<'_>) -> Option<Text<'_>> {
    // Without a way out in the middle, so that all bytes are compared at once.
    let is_lower_hex = |text: &[u8; 32]| {
        text.iter().fold(true, |plain, b| plain & matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    };
    let plain = <&[u8; 32]>::try_from(found.text).is_ok_and(is_lower_hex);
    (!plain).then_some(Text::Borrowed(found.text))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

    fn full() -> TraceKey {
        TraceKey::Full(TraceId::from_lower_hex(TRACE.as_bytes()).unwrap())
    }

    #[test]
    fn eight_digits_at_once_are_read_like_one_by_one() {
        for byte in 0..=u8::MAX {
            for place in 0..8 {
                let mut text = *b"90aAfF1c";
                text[place] = byte;
                let expected = hex(&text).map(|value| value as u32);
                assert_eq!(hex_of_eight(text), expected, "{text:?}");
            }
        }
    }

    #[test]
    fn a_trace_value_is_read_in_every_spelling() {
        for text in [
            TRACE.to_owned(),
            TRACE.to_uppercase(),
            "4bf92f35-77b3-4da6-a3ce-929d0e0e4736".to_owned(),
            "1-4bf92f35-77b34da6a3ce929d0e0e4736".to_owned(),
            format!("projects/shop/traces/{TRACE}"),
            "S/kvNXezTaajzpKdDg5HNg==".to_owned(),
        ] {
            assert_eq!(trace_value(text.as_bytes(), false).map(|f| f.key), Some(full()), "{text}");
        }
        let low = TraceKey::Low64(0xa3ce_929d_0e0e_4736);
        for text in ["a3ce929d0e0e4736", "11803532876627986230", "0000000000000000a3ce929d0e0e4736"]
        {
            assert_eq!(trace_value(text.as_bytes(), false).map(|f| f.key), Some(low), "{text}");
        }
    }

    #[test]
    fn absent_values_are_no_ids() {
        for text in
            ["", "0", "-", "null", "N/A", "...", "undefined", "00000000000000000000000000000000"]
        {
            assert_eq!(trace_value(text.as_bytes(), true), None, "{text}");
            assert_eq!(span_value(text.as_bytes(), true), None, "{text}");
        }
    }
}
