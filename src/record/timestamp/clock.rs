//! The time of day within a stamp, in all its writings, and the zone behind it.
//!
//! Makes nanoseconds since midnight and says where they end. The date before it, and what the two
//! together mean, are the layout's business.

use super::layout::two;
use super::zone_name::{parse_long_zone, parse_zone};
use super::{SECOND, TimeZone};

/// `10.30.45.120456` (DB2) and `10.30.45:120` (Unreal), only behind a date.
pub(super) fn dotted_time(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let (hour, minute, second) = (two(bytes, at)?, two(bytes, at + 3)?, two(bytes, at + 6)?);
    let dotted = bytes[at + 2] == b'.' && bytes[at + 5] == b'.';
    if !dotted || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let time = i64::from(hour * 3600 + minute * 60 + second) * SECOND;
    match bytes.get(at + 8) {
        Some(b'.' | b':') => {
            let (fraction, digits) = fraction(bytes, at + 9);
            Some((time + fraction, at + 8 + if digits > 0 { 1 + digits } else { 0 }))
        }
        _ => Some((time, at + 8)),
    }
}

/// `10:30` behind a date, where nothing follows that would make it something else.
pub(super) fn minutes_only(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let (hour, minute) = (two(bytes, at)?, two(bytes, at + 3)?);
    let ends = matches!(bytes.get(at + 5), None | Some(b' ' | b']' | b'Z' | b'+' | b'|' | b'\t'));
    (bytes[at + 2] == b':' && ends && hour < 24 && minute < 60)
        .then(|| (i64::from(hour * 3600 + minute * 60) * SECOND, at + 5))
}

/// `HH:MM:SS` with an optional fraction after `.` or `,` (or `:` and three or six digits), in
/// 12 or 24 hours. Gives nanoseconds since midnight and where it ends.
#[inline]
pub(super) fn time_of_day(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let (hour, at) = match two(bytes, at) {
        Some(hour) if bytes.get(at + 2) == Some(&b':') => (hour, at + 3),
        _ if bytes.get(at + 1) == Some(&b':') => {
            (u32::from(bytes.get(at)?.checked_sub(b'0').filter(|d| *d < 10)?), at + 2)
        }
        _ => return None,
    };
    let minute = two(bytes, at)?;
    if bytes.get(at + 2) != Some(&b':') {
        return None;
    }
    let second = two(bytes, at + 3)?;
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    after_seconds(bytes, i64::from(hour * 3600 + minute * 60 + second) * SECOND, at + 5)
}

/// What may follow the seconds: a fraction, and the half of the day.
#[inline]
pub(super) fn after_seconds(bytes: &[u8], time: i64, end: usize) -> Option<(i64, usize)> {
    let (mut time, mut end) = (time, end);
    match bytes.get(end) {
        Some(b'.' | b',') => {
            let (fraction, digits) = fraction(bytes, end + 1);
            if digits > 0 {
                time += fraction;
                end += 1 + digits;
            }
        }
        Some(b':') => {
            let (fraction, digits) = fraction(bytes, end + 1);
            if matches!(digits, 3 | 6) {
                time += fraction;
                end += 1 + digits;
            }
        }
        _ => {}
    }
    half_of_day(bytes, time, end)
}

/// Digits after the decimal separator as nanoseconds (further digits are cut), and how many.
#[inline]
pub(super) fn fraction(bytes: &[u8], at: usize) -> (i64, usize) {
    const SCALE: [i64; 10] =
        [SECOND, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];
    let rest = bytes.get(at..).unwrap_or_default();
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let counted = digits.min(9);
    let value = rest[..counted].iter().fold(0, |value, b| value * 10 + i64::from(b - b'0'));
    (value * SCALE[counted], digits)
}

/// Applies a following ` PM`, where there is one.
pub(super) fn half_of_day(bytes: &[u8], time: i64, end: usize) -> Option<(i64, usize)> {
    let blank = usize::from(bytes.get(end) == Some(&b' '));
    let Some([half, b'M' | b'm']) = bytes.get(end + blank..end + blank + 2) else {
        return Some((time, end));
    };
    let is_pm = match half {
        b'P' | b'p' => true,
        b'A' | b'a' => false,
        _ => return Some((time, end)),
    };
    let after = end + blank + 2;
    if bytes.get(after).is_some_and(u8::is_ascii_alphanumeric) {
        return Some((time, end));
    }
    let noon = 12 * 3600 * SECOND;
    match (is_pm, time >= noon) {
        (true, false) => Some((time + noon, after)),
        (false, true) if time < noon + 3600 * SECOND => Some((time - noon, after)),
        _ => Some((time, after)),
    }
}

/// `10:31:29 PM MST.557710`: a fraction behind the half of the day or the zone, where PHP's
/// formatter puts it.
pub(super) fn fraction_behind(bytes: &[u8], end: usize, time: i64, length: usize) -> (i64, usize) {
    let is_behind = length > end || matches!(bytes[end - 1], b'M' | b'm');
    if !is_behind || time % SECOND != 0 || bytes.get(length) != Some(&b'.') {
        return (time, length);
    }
    match fraction(bytes, length + 1) {
        (fraction, digits @ 3..) => (time + fraction, length + 1 + digits),
        _ => (time, length),
    }
}

/// A zone directly after a stamp, or after one blank; and where the stamp ends.
#[inline]
pub(super) fn zone_after(bytes: &[u8], end: usize) -> (Option<TimeZone>, usize) {
    match bytes.get(end) {
        Some(b'A'..=b'Z') => match parse_zone(&bytes[end..]) {
            Some((offset, length)) => (Some(TimeZone::Fixed(offset)), end + length),
            None => (None, end),
        },
        Some(b'+' | b'-') => match parse_zone(&bytes[end..]) {
            Some((offset, length)) => (Some(TimeZone::Fixed(offset)), end + length),
            None => (None, end),
        },
        Some(b' ') => {
            let rest = &bytes[end + 1..];
            let plausible = match rest.first() {
                Some(b'+' | b'-') => rest.len() >= 3 && rest[1..3].iter().all(u8::is_ascii_digit),
                Some(b'A'..=b'Z') => true,
                _ => false,
            };
            if plausible && let Some((zone, length)) = named_zone(rest) {
                return (Some(zone), end + 1 + length);
            }
            match parse_zone(rest) {
                // After a blank, `+01` alone would rather be a number, and `Z` a word.
                Some((offset, length))
                    if plausible
                        && length >= 3
                        && (length > 3 || rest[0] > b'@' || is_hours_alone(rest)) =>
                {
                    (Some(TimeZone::Fixed(offset)), end + 1 + length)
                }
                None if plausible => match parse_long_zone(rest) {
                    Some((offset, length)) => (Some(TimeZone::Fixed(offset)), end + 1 + length),
                    None => (None, end),
                },
                _ => (None, end),
            }
        }
        _ => (None, end),
    }
}

/// `-03 [123] LOG:  text`, `+05,"user"`: PostgreSQL's zones without a name are hours alone. Only
/// where the field ends, or a process or a level follows.
fn is_hours_alone(rest: &[u8]) -> bool {
    match rest.get(3..).unwrap_or_default() {
        [] | [b',' | b']' | b')' | b':' | b'|' | b'\t', ..] | [b' ', b'[', ..] => true,
        [b' ', word @ ..] => {
            let letters = word.iter().take(8).take_while(|b| b.is_ascii_uppercase()).count();
            letters >= 3 && word[letters..].starts_with(b":  ")
        }
        _ => false,
    }
}

/// `Europe/Prague`, as PHP writes the zone.
fn named_zone(rest: &[u8]) -> Option<(TimeZone, usize)> {
    let is_part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'_' | b'-' | b'+');
    let length = rest.iter().take(40).take_while(is_part).count();
    let name = &rest[..length];
    memchr::memchr(b'/', name)?;
    let zone = std::str::from_utf8(name).ok()?.parse().ok()?;
    Some((zone, length))
}
