//! Numbers that are points in time: seconds, milliseconds, microseconds or nanoseconds since the
//! epoch, told apart by their magnitude.

use super::{SECOND, Timestamp};

/// Seconds that a log's epoch time may lie between: 2001-09-09 (ten digits) and 2128-06-11.
const PLAUSIBLE: std::ops::Range<i64> = 1_000_000_000..5_000_000_000;

/// Reads a decimal number as a moment, by its magnitude; `None` when it is no plausible one.
///
/// Exact for integers and for decimal fractions of up to nine digits. `1.7e9` is understood.
pub fn from_epoch(text: &[u8]) -> Option<Timestamp> {
    let text = text.strip_prefix(b"+").unwrap_or(text);
    let integer_length = text.iter().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (integer, rest) = text.split_at(integer_length);
    // What follows the digits of a number; a date gets no further.
    if integer_length > 0 && !matches!(rest.first(), None | Some(b'.' | b'e' | b'E')) {
        return None;
    }
    if !(10..=19).contains(&integer_length) {
        return exponential(text);
    }
    let mut value: i64 = 0;
    for digit in integer {
        value = value.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
    }
    let unit = match integer_length {
        10 => SECOND,
        13 => 1_000_000,
        16 => 1_000,
        19 => 1,
        // Lengths between are moments too far from now to be told from other numbers.
        _ => return None,
    };
    if !PLAUSIBLE.contains(&(value / (SECOND / unit))) {
        return None;
    }
    let mut nanoseconds = value.checked_mul(unit)?;
    match rest.split_first() {
        None => {}
        Some((b'.', fraction)) if !fraction.is_empty() => {
            let mut scale = unit;
            for digit in fraction {
                if !digit.is_ascii_digit() {
                    return exponential(text);
                }
                scale /= 10;
                nanoseconds += i64::from(digit - b'0') * scale;
            }
        }
        _ => return exponential(text),
    }
    Some(Timestamp::from_nanoseconds(nanoseconds))
}

/// `1.731391316698e9` and the like, as some JSON encoders print floats.
fn exponential(text: &[u8]) -> Option<Timestamp> {
    let text = std::str::from_utf8(text).ok()?;
    if !text.bytes().any(|b| b == b'e' || b == b'E') || text.len() > 40 {
        return None;
    }
    let value: f64 = text.parse().ok()?;
    for unit in [1.0, 1e3, 1e6, 1e9] {
        let seconds = value / unit;
        if PLAUSIBLE.contains(&(seconds as i64)) && seconds.is_finite() {
            // A double holds about microseconds here; more digits would be noise.
            let microseconds = (seconds * 1e6).round() as i64;
            return Some(Timestamp::from_nanoseconds(microseconds.checked_mul(1_000)?));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magnitude_tells_the_unit() {
        let cases: [(&str, Option<i64>); 10] = [
            ("1795357350", Some(1_795_357_350_000_000_000)),
            ("1795357350.591", Some(1_795_357_350_591_000_000)),
            ("1795357350591", Some(1_795_357_350_591_000_000)),
            ("1795357350591.25", Some(1_795_357_350_591_250_000)),
            ("1795357350591123", Some(1_795_357_350_591_123_000)),
            ("1795357350591123456", Some(1_795_357_350_591_123_456)),
            ("1.795357350591e9", Some(1_795_357_350_591_000_000)),
            ("12345", None),
            ("99999999999", None),
            ("1795357350x", None),
        ];
        for (text, expected) in cases {
            assert_eq!(from_epoch(text.as_bytes()).map(Timestamp::nanoseconds), expected, "{text}");
        }
    }
}
