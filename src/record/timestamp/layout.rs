//! The layouts of a point in time in text, recognised at a given position.
//!
//! One entry point, [`parse_at`]: what begins here, and how long is it? The common layout (ISO 8601
//! and its cousins) is tried first; the rest is told apart by its first character.

use super::clock::{
    after_seconds, dotted_time, fraction_behind, half_of_day, minutes_only, time_of_day, zone_after,
};
use super::compact::{compact, day_of_year, epoch, exponent, short_compact, short_year, tai64n};
use super::month::month_name;
use super::{Civil, DAY, Reference, SECOND, TimeZone, Timestamp};

/// A stamp found in text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The moment.
    pub timestamp: Timestamp,
    /// Bytes read.
    pub length: usize,
    /// It said its date itself (the year may have been completed).
    pub has_date: bool,
    /// It said its zone itself.
    pub has_zone: bool,
}

const WEEKDAYS: [&[u8; 3]; 7] = [b"mon", b"tue", b"wed", b"thu", b"fri", b"sat", b"sun"];

/// Reads the stamp that begins at the first byte, in any layout that is known.
///
/// A bare number is a stamp only with the digits of a plausible epoch time, and a bare `HH:MM` is
/// none. What follows must not be a letter or digit that would make the stamp part of a word.
pub fn parse_at(bytes: &[u8], reference: &Reference) -> Option<Stamp> {
    let stamp = match *bytes.first()? {
        b'0'..=b'9' => iso(bytes, reference).or_else(|| leading_digits(bytes, reference)),
        b'A'..=b'Z' | b'a'..=b'z' => leading_letters(bytes, reference),
        b'@' => tai64n(bytes),
        _ => None,
    }?;
    match bytes.get(stamp.length) {
        Some(next) if next.is_ascii_alphanumeric() => with_unknown_zone(bytes, stamp),
        _ => Some(stamp),
    }
}

/// `2026-11-22T10:30:45.120456ABC`: letters in capitals behind a whole date and time can only be a
/// zone, even if it is not known.
fn with_unknown_zone(bytes: &[u8], stamp: Stamp) -> Option<Stamp> {
    let rest = &bytes[stamp.length..];
    let letters = rest.iter().take(6).take_while(|b| b.is_ascii_uppercase()).count();
    let ends = !rest.get(letters).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let is_whole = stamp.has_date && !stamp.has_zone && bytes[..stamp.length].contains(&b':');
    (is_whole && ends && (3..=5).contains(&letters))
        .then(|| Stamp { length: stamp.length + letters, ..stamp })
}

#[inline]
pub(super) fn two(bytes: &[u8], at: usize) -> Option<u32> {
    let pair = bytes.get(at..at + 2)?;
    let (a, b) = (pair[0].wrapping_sub(b'0'), pair[1].wrapping_sub(b'0'));
    if a < 10 && b < 10 { Some(u32::from(a) * 10 + u32::from(b)) } else { None }
}

#[inline]
pub(super) fn four(bytes: &[u8], at: usize) -> Option<u32> {
    Some(two(bytes, at)? * 100 + two(bytes, at + 2)?)
}

/// `2026-11-22T10:30:45.120Z` with `-`, `/` or `.` in the date; `T`, a blank, `_`, `:`, `|` or ` - `
/// between; any zone or none.
#[inline]
fn iso(bytes: &[u8], reference: &Reference) -> Option<Stamp> {
    let separator = *bytes.get(4)?;
    if !matches!(separator, b'-' | b'/' | b'.') {
        return None;
    }
    if bytes.get(7) != Some(&separator) {
        return ordinal(bytes, reference);
    }
    if let Some((date, time)) = usual(bytes) {
        let (time, end) = after_seconds(bytes, time, 19)?;
        return finish(bytes, end, date, time, reference);
    }
    let (year, month, day) = (four(bytes, 0)?, two(bytes, 5)?, two(bytes, 8)?);
    let at = between_date_and_time(bytes, 10)?;
    let (time, end) = match time_of_day(bytes, at) {
        Some(found) => found,
        None => dotted_time(bytes, at).or_else(|| minutes_only(bytes, at))?,
    };
    finish(bytes, end, date(year, month, day)?, time, reference)
}

/// A year, a month and a day.
type Date = (i64, u32, u32);

/// The layout of nearly all stamps, `2026-11-22T10:30:45` with any of the usual separators: all of its
/// places at once, where the general way asks for each whether it is there.
#[inline]
fn usual(bytes: &[u8]) -> Option<(Date, i64)> {
    let text = bytes.first_chunk::<19>()?;
    let is_laid_out = text[7] == text[4]
        && matches!(text[10], b'T' | b' ')
        && text[13] == b':'
        && text[16] == b':';
    let digit = |at: usize| u32::from(text[at].wrapping_sub(b'0'));
    const DIGITS: [usize; 14] = [0, 1, 2, 3, 5, 6, 8, 9, 11, 12, 14, 15, 17, 18];
    if !is_laid_out || DIGITS.iter().any(|at| digit(*at) > 9) {
        return None;
    }
    let two = |at: usize| digit(at) * 10 + digit(at + 1);
    let (hour, minute, second) = (two(11), two(14), two(17));
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let date = date(two(0) * 100 + two(2), two(5), two(8))?;
    Some((date, i64::from(hour * 3600 + minute * 60 + second) * SECOND))
}

/// `2026-326T10:30:45`: the day of the year (ISO 8601, ordinal date).
fn ordinal(bytes: &[u8], reference: &Reference) -> Option<Stamp> {
    if bytes[4] != b'-' || bytes.get(8) != Some(&b'T') {
        return None;
    }
    let year = four(bytes, 0)?;
    let day = i64::from(two(bytes, 5)?) * 10 + i64::from(bytes[7].checked_sub(b'0')?);
    let (time, end) = time_of_day(bytes, 9)?;
    let first = Civil { year: i64::from(year), month: 1, day: 1, time: 0 };
    let Civil { year: of_year, month, day, .. } =
        Civil::of_utc(first.as_if_utc()?.checked_add((day - 1).checked_mul(DAY)?)?);
    let is_of_year = of_year == i64::from(year);
    finish(bytes, end, date(year, month, day).filter(|_| is_of_year)?, time, reference)
}

pub(super) fn between_date_and_time(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b' ' if bytes.get(at + 1..at + 3) == Some(b"- ") => Some(at + 3),
        b' ' if bytes.get(at + 1) == Some(&b' ') => Some(at + 2),
        b':' if bytes.get(at + 1) == Some(&b':') => Some(at + 2),
        b'T' | b't' | b' ' | b'_' | b':' | b'-' | b'\t' | b'|' => Some(at + 1),
        b',' if bytes.get(at + 1) == Some(&b' ') => Some(at + 2),
        _ => None,
    }
}

pub(super) fn date(year: u32, month: u32, day: u32) -> Option<(i64, u32, u32)> {
    let year = i64::from(year);
    ((1970..2262).contains(&year) && Civil::is_valid_date(year, month, day))
        .then_some((year, month, day))
}

/// Adds the zone and makes the moment.
#[inline]
pub(super) fn finish(
    bytes: &[u8],
    end: usize,
    (year, month, day): (i64, u32, u32),
    time: i64,
    reference: &Reference,
) -> Option<Stamp> {
    let (zone, length) = zone_after(bytes, end);
    let (time, length) = fraction_behind(bytes, end, time, length);
    let civil = Civil { year, month, day, time };
    let nanoseconds = zone.unwrap_or(reference.time_zone).resolve(civil)?;
    Some(Stamp {
        timestamp: Timestamp::from_nanoseconds(nanoseconds),
        length,
        has_date: true,
        has_zone: zone.is_some(),
    })
}

/// Everything else that begins with a digit.
fn leading_digits(bytes: &[u8], reference: &Reference) -> Option<Stamp> {
    let digits = bytes.iter().take(20).take_while(|b| b.is_ascii_digit()).count();
    match digits {
        1 if bytes.get(1) == Some(&b'.') && exponent(bytes).is_some() => exponent(bytes),
        1 | 2 => {
            if bytes.get(digits) == Some(&b':') {
                return time_only(bytes, reference);
            }
            day_first(bytes, digits, reference)
        }
        3 => day_of_year(bytes, reference),
        // 20261122 10:30:45, 20261122T103045Z, 20261122103045
        6 => short_compact(bytes, reference),
        8 | 14 => compact(bytes, digits, reference),
        10 | 13 | 16 | 19 => epoch(bytes, digits),
        _ => None,
    }
}

/// `22/Nov/2026:10:30:45 +0000`, `22-Nov-2026 10:30:45.123`, `22 Nov 2026 10:30:45`,
/// `11/22/2026 10:30:45`, `22.11.2026 10:30:45`, `22/11/26 10:30:45`.
fn day_first(bytes: &[u8], digits: usize, reference: &Reference) -> Option<Stamp> {
    let first = if digits == 2 { two(bytes, 0)? } else { u32::from(bytes[0] - b'0') };
    let separator = *bytes.get(digits)?;
    if separator.is_ascii_uppercase() {
        // 22Nov2026 10:30:45.120
        let (month, at) = month_name(bytes, digits)?;
        let year = four(bytes, at)?;
        let (time, end) = time_of_day(bytes, between_date_and_time(bytes, at + 4)?)?;
        return finish(bytes, end, date(year, month, first)?, time, reference);
    }
    if !matches!(separator, b'/' | b'-' | b' ' | b'.') {
        return None;
    }
    let at = digits + 1;
    let (date, at) = if bytes.get(at)?.is_ascii_alphabetic() {
        let (month, at) = month_name(bytes, at)?;
        let same = bytes.get(at)? == &separator || *bytes.get(at)? == b' ';
        if !same {
            return None;
        }
        let at = at + 1;
        match four(bytes, at) {
            Some(year) => (date(year, month, first)?, at + 4),
            // Without a year: 22 Nov 10:30:45, and Bacula's 22-Nov 10:30.
            None => return without_year(bytes, at, month, first, reference),
        }
    } else {
        if separator == b' ' {
            return None;
        }
        // `5/1/26`: only with slashes.
        let short = separator == b'/' && bytes.get(at + 1) == Some(&b'/');
        let second = if short {
            u32::from(bytes[at].checked_sub(b'0').filter(|digit| *digit < 10)?)
        } else {
            two(bytes, at)?
        };
        let at = at - usize::from(short);
        if bytes.get(at + 2)? != &separator {
            // `11-22 10:30:45.120` (Android), `11.22 10:30:45`, `11/22-10:30:45` (Snort),
            // `11-22|10:30:45` (geth).
            let is_date = digits == 2 && Civil::is_valid_date(2000, first, second);
            if !matches!(bytes[at + 2], b' ' | b'-' | b'|') || !is_date {
                return None;
            }
            return without_year(bytes, at + 3, first, second, reference);
        }
        let Some(year) = four(bytes, at + 3) else {
            let third = two(bytes, at + 3)?;
            let at = between_date_and_time(bytes, at + 5)?;
            let (time, end) = time_of_day(bytes, at)?;
            let date = short_year((first, second, third), separator, reference)?;
            return finish(bytes, end, date, time, reference);
        };
        let at = at + 7;
        // Slashes are American unless the first number can be no month; dots and dashes are not.
        let date = if separator == b'/' && first <= 12 {
            date(year, first, second).or_else(|| date(year, second, first))?
        } else {
            date(year, second, first).or_else(|| date(year, first, second))?
        };
        (date, at)
    };
    let at = between_date_and_time(bytes, at)?;
    let (time, end) = time_of_day(bytes, at)?;
    finish(bytes, end, date, time, reference)
}

/// `Nov 22 10:30:45`, `Nov 22 2026 10:30:45`, `Nov 22, 2026 10:30:45 AM`, `Sun Nov 22 10:30:45 2026`,
/// `Sun, 22 Nov 2026 10:30:45 GMT`, `I1122 10:30:45.123456` (klog).
fn leading_letters(bytes: &[u8], reference: &Reference) -> Option<Stamp> {
    let name = bytes.get(..3)?;
    if let Some((month, at)) = month_name(bytes, 0) {
        return month_first(bytes, at, month, reference);
    }
    if WEEKDAYS.iter().any(|day| name.eq_ignore_ascii_case(*day)) {
        let letters = bytes.iter().take(10).take_while(|b| b.is_ascii_alphabetic()).count();
        let comma = usize::from(bytes.get(letters) == Some(&b','));
        let at = letters + comma + 1;
        if bytes.get(at - 1) != Some(&b' ') {
            return None;
        }
        let rest = bytes.get(at..)?;
        let mut stamp = match rest.first()? {
            b'0'..=b'9' => iso(rest, reference).or_else(|| leading_digits(rest, reference)),
            _ => {
                month_name(rest, 0).and_then(|(month, at)| month_first(rest, at, month, reference))
            }
        }?;
        stamp.length += at;
        return stamp.has_date.then_some(stamp);
    }
    None
}

fn month_first(bytes: &[u8], at: usize, month: u32, reference: &Reference) -> Option<Stamp> {
    if bytes.get(at) == Some(&b'-')
        && let Some(day) = two(bytes, at + 1)
        && bytes.get(at + 3) == Some(&b' ')
    {
        // `Mar-18 21:41:15.684` of Nextflow.
        return without_year(bytes, at + 4, month, day, reference);
    }
    if bytes.get(at) != Some(&b' ') {
        return None;
    }
    // The day is padded with a blank ("Nov  3") or a zero, or not at all.
    let at = at + 1 + usize::from(bytes.get(at + 1) == Some(&b' '));
    let (day, at) = match two(bytes, at) {
        Some(day) => (day, at + 2),
        None => (u32::from(bytes.get(at)?.checked_sub(b'0').filter(|d| *d < 10)?), at + 1),
    };
    let comma = usize::from(bytes.get(at) == Some(&b','));
    let at = at + comma;
    if bytes.get(at) != Some(&b' ') {
        return None;
    }
    let at = at + 1;
    if let Some(year) = four(bytes, at) {
        let after = at + 4 + usize::from(bytes.get(at + 4) == Some(&b','));
        if bytes.get(after) == Some(&b' ')
            && let Some((time, end)) = time_of_day(bytes, after + 1)
        {
            return finish(bytes, end, date(year, month, day)?, time, reference);
        }
    }
    without_year(bytes, at, month, day, reference)
}

/// The time of a stamp without year, and the year where it follows (`Sun Nov 22 10:30:45 2026`).
pub(super) fn without_year(
    bytes: &[u8],
    at: usize,
    month: u32,
    day: u32,
    reference: &Reference,
) -> Option<Stamp> {
    let (time, end) = match time_of_day(bytes, at) {
        Some(found) => found,
        None if at >= 7 && bytes[at - 5] == b'-' => minutes_only(bytes, at)?,
        None => return None,
    };
    // asctime puts the year last, `date` puts the zone before it.
    let (zone, after_zone) = zone_after(bytes, end);
    if bytes.get(after_zone) == Some(&b' ')
        && let Some(year) = four(bytes, after_zone + 1)
        && !bytes.get(after_zone + 5).is_some_and(u8::is_ascii_alphanumeric)
        && let Some((year, month, day)) = date(year, month, day)
    {
        let civil = Civil { year, month, day, time };
        let nanoseconds = zone.unwrap_or(reference.time_zone).resolve(civil)?;
        return Some(Stamp {
            timestamp: Timestamp::from_nanoseconds(nanoseconds),
            length: after_zone + 5,
            has_date: true,
            has_zone: zone.is_some(),
        });
    }
    let zone_or_default = zone.unwrap_or(reference.time_zone);
    // The latest year in which the stamp does not lie after the reference; eight years back at
    // most, for a 29th of February.
    let limit = reference.latest_date();
    let year = Civil::of_utc(limit).year;
    let nanoseconds = (0..8).find_map(|back| {
        let year = year - back;
        if !Civil::is_valid_date(year, month, day) {
            return None;
        }
        zone_or_default.resolve(Civil { year, month, day, time }).filter(|moment| *moment <= limit)
    })?;
    Some(Stamp {
        timestamp: Timestamp::from_nanoseconds(nanoseconds),
        length: after_zone,
        has_date: true,
        has_zone: zone.is_some(),
    })
}

/// `10:30:45.123`: the latest day on which it does not lie after the reference.
fn time_only(bytes: &[u8], reference: &Reference) -> Option<Stamp> {
    let (time, end) = match time_of_day(bytes, 0) {
        Some(found) => found,
        None => hour_and_minute(bytes)?,
    };
    let (zone, end) = zone_after(bytes, end);
    let nanoseconds = on_latest_day(time, zone.unwrap_or(reference.time_zone), reference)?;
    Some(Stamp {
        timestamp: Timestamp::from_nanoseconds(nanoseconds),
        length: end,
        has_date: false,
        has_zone: zone.is_some(),
    })
}

/// `2:28PM`: without seconds only with the half of the day, else it could be anything.
fn hour_and_minute(bytes: &[u8]) -> Option<(i64, usize)> {
    let colon = bytes.iter().take(3).position(|b| *b == b':')?;
    let hour = if colon == 2 { two(bytes, 0)? } else { u32::from(bytes[0].checked_sub(b'0')?) };
    let minute = two(bytes, colon + 1)?;
    if hour > 12 || minute > 59 {
        return None;
    }
    let time = i64::from(hour * 3600 + minute * 60) * SECOND;
    let (time, end) = half_of_day(bytes, time, colon + 3)?;
    (end > colon + 3).then_some((time, end))
}

fn on_latest_day(time: i64, zone: TimeZone, reference: &Reference) -> Option<i64> {
    let latest = reference.latest.nanoseconds();
    let local = latest.checked_add(i64::from(zone.offset_at(latest)) * SECOND)?;
    (-1..3).find_map(|back| {
        let day = Civil::of_utc(local.checked_sub(back * DAY)?);
        zone.resolve(Civil { time, ..day }).filter(|moment| *moment <= latest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference() -> Reference {
        // 2026-11-22T18:00:00Z
        Reference {
            latest: Timestamp::from_nanoseconds(1_795_370_400 * SECOND),
            time_zone: TimeZone::UTC,
            slack: Reference::SURE,
        }
    }

    fn read(text: &str) -> Option<(String, usize)> {
        let stamp = parse_at(text.as_bytes(), &reference())?;
        let moment = chrono::DateTime::from_timestamp_nanos(stamp.timestamp.nanoseconds());
        Some((moment.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string(), stamp.length))
    }

    #[test]
    fn every_layout_gives_its_moment_and_its_length() {
        for (text, moment, length) in [
            ("2026-11-22T10:30:45Z rest", "2026-11-22T10:30:45Z", 20),
            ("2026-11-22T10:30:45.120456789Z", "2026-11-22T10:30:45.120456789Z", 30),
            ("2026-11-22 10:30:45,120 INFO", "2026-11-22T10:30:45.120Z", 23),
            ("2026-11-22 10:30:45.120 +01:00]", "2026-11-22T09:30:45.120Z", 30),
            ("2026-11-22T10:30:45+0200", "2026-11-22T08:30:45Z", 24),
            ("2026-11-22 10:30:45.1 CEST [1]", "2026-11-22T08:30:45.100Z", 26),
            ("2026-11-22 10:30:45.1 UTC [1]", "2026-11-22T10:30:45.100Z", 25),
            // Hours alone, and names written out, were read as UTC.
            ("2026-11-22 10:30:45.1 -03 [17] LOG:  x", "2026-11-22T13:30:45.100Z", 25),
            ("2026-11-22 10:30:45.1 +05 LOG:  x", "2026-11-22T05:30:45.100Z", 25),
            ("2026-11-22 10:30:45.1 +0530 [17]", "2026-11-22T05:00:45.100Z", 27),
            ("2026-11-22 10:30:45 +20 points", "2026-11-22T10:30:45Z", 19),
            ("2026-11-22 10:30:45 -03 degrees", "2026-11-22T10:30:45Z", 19),
            ("2026-11-22 10:30:45.1 PKT [17]", "2026-11-22T05:30:45.100Z", 25),
            ("Nov 22, 2026, 4:00:45,5 PM India Standard Time>", "2026-11-22T10:30:45.500Z", 46),
            ("2026/11/22 - 10:30:45 | 200", "2026-11-22T10:30:45Z", 21),
            ("2026/11/22 10:30:45 [error]", "2026-11-22T10:30:45Z", 19),
            ("2026-11-22_10:30:45.55", "2026-11-22T10:30:45.550Z", 22),
            ("20261122 10:30:45.5", "2026-11-22T10:30:45.500Z", 19),
            ("20261122T103045Z", "2026-11-22T10:30:45Z", 16),
            ("22/Nov/2026:10:30:45 +0100]", "2026-11-22T09:30:45Z", 26),
            ("19-Oct-2026 05:34:02.425 client", "2026-10-19T05:34:02.425Z", 24),
            ("22 Nov 2026 14:22:29.281 #", "2026-11-22T14:22:29.281Z", 24),
            ("22.11.2026 14:22:29", "2026-11-22T14:22:29Z", 19),
            ("11/22/2026 2:22:29 PM", "2026-11-22T14:22:29Z", 21),
            ("Nov 22 10:30:45 host", "2026-11-22T10:30:45Z", 15),
            ("Nov  3 10:30:45 host", "2026-11-03T10:30:45Z", 15),
            ("Dec 24 10:30:45 host", "2025-12-24T10:30:45Z", 15),
            ("Nov 22, 2026 10:30:45 AM", "2026-11-22T10:30:45Z", 24),
            ("Sun Nov 22 10:30:45.5 2026] x", "2026-11-22T10:30:45.500Z", 26),
            ("Sun, 22 Nov 2026 10:30:45 GMT", "2026-11-22T10:30:45Z", 29),
            ("10:30:45.123 INFO", "2026-11-22T10:30:45.123Z", 12),
            ("19:30:45 INFO", "2026-11-21T19:30:45Z", 8),
            ("2:28PM WRN", "2026-11-22T14:28:00Z", 6),
            ("1795343445.25 x", "2026-11-22T10:30:45.250Z", 13),
            ("1795343445250", "2026-11-22T10:30:45.250Z", 13),
            ("@400000006b02c45f0ee6b280 rest", "2026-11-22T10:30:45.250Z", 25),
            ("261122 10:30:45", "2026-11-22T10:30:45Z", 15),
            ("261122  9:30:45", "2026-11-22T09:30:45Z", 15),
            ("081109 203615 148 INFO", "2008-11-09T20:36:15Z", 13),
            ("26/11/22 10:30:45", "2026-11-22T10:30:45Z", 17),
            ("11/22/26 10:30:45", "2026-11-22T10:30:45Z", 17),
            ("22.11.26 10:30:45", "2026-11-22T10:30:45Z", 17),
            ("17/06/09 20:10:40", "2017-06-09T20:10:40Z", 17),
            ("2026-11-22 10:30] x", "2026-11-22T10:30:00Z", 16),
            ("2026.11.22-10.30.45:120]", "2026-11-22T10:30:45.120Z", 23),
            ("2026-11-22-10.30.45.120456", "2026-11-22T10:30:45.120456Z", 26),
            ("22Nov2026 10:30:45.120]", "2026-11-22T10:30:45.120Z", 22),
            ("11/22-10:30:45.5 [", "2026-11-22T10:30:45.500Z", 16),
            ("11-22 10:30:45.120  17", "2026-11-22T10:30:45.120Z", 18),
            ("11.24 10:30:45]", "2025-11-24T10:30:45Z", 14),
            ("22-Nov-2026::10:30:45 ===", "2026-11-22T10:30:45Z", 21),
            ("2026-326T10:30:45,120:DEBUG", "2026-11-22T10:30:45.120Z", 21),
            ("20261122.103045,120:DEBUG", "2026-11-22T10:30:45.120Z", 19),
            ("2026-11-22T10:30:45.120456ABC err", "2026-11-22T10:30:45.120456Z", 29),
            ("2026-11-22T10:30:45.120CET err", "2026-11-22T09:30:45.120Z", 26),
            ("Nov-22 10:30:45.120 [main]", "2026-11-22T10:30:45.120Z", 19),
            ("Sun Nov 22 10:30:45:120456 2026) x", "2026-11-22T10:30:45.120456Z", 31),
            ("11/22/26, 10:30:45 AM CET.120456 x", "2026-11-22T09:30:45.120456Z", 32),
            ("août 19 10:30:45 host", "2026-08-19T10:30:45Z", 17),
        ] {
            assert_eq!(read(text), Some((moment.to_owned(), length)), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_time_is_none() {
        for text in [
            "2026-13-22T10:30:45Z",
            "2026-02-30 10:30:45",
            "2026-11-22",
            "10:30",
            "25:00:00",
            "12:34:56abc",
            "1234567",
            "1.2.3.4",
            "127.0.0.1:8080",
            "March of the penguins",
            "Monday is here",
            "may 12 apples",
            "1690466804.2171960.0 x",
            "2026-11-22T10:30:45about",
            "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
