//! Stamps without separators (epoch numbers, `20261122T103045Z`, klog's `1122 10:30:45`, TAI64N),
//! and dates of three pairs of digits.

use super::clock::{fraction, time_of_day};
use super::layout::{Stamp, between_date_and_time, date, finish, four, two, without_year};
use super::{Civil, DAY, Reference, SECOND, Timestamp, from_epoch};

pub(super) fn epoch(bytes: &[u8], digits: usize) -> Option<Stamp> {
    let mut length = digits;
    if bytes.get(digits) == Some(&b'.') {
        let more = bytes[digits + 1..].iter().take(10).take_while(|b| b.is_ascii_digit()).count();
        if more > 0 {
            length += 1 + more;
        }
        // `1690466804.2171960.0` is no number: Webmin's time, process and count.
        if bytes.get(length) == Some(&b'.') && bytes.get(length + 1).is_some_and(u8::is_ascii_digit)
        {
            return None;
        }
    }
    let timestamp = from_epoch(&bytes[..length])?;
    Some(Stamp { timestamp, length, has_date: true, has_zone: true })
}

/// `261122 10:30:45` (MySQL before 5.7) and `081109 203615` (HDFS): two digits of a year, and a
/// time right behind.
pub(super) fn short_compact(bytes: &[u8], reference: &Reference) -> Option<Stamp> {
    let date = date(2000 + two(bytes, 0)?, two(bytes, 2)?, two(bytes, 4)?)?;
    if bytes.get(6) != Some(&b' ') {
        return None;
    }
    let blanks = 1 + usize::from(bytes.get(7) == Some(&b' '));
    match time_of_day(bytes, 6 + blanks) {
        Some((time, end)) => finish(bytes, end, date, time, reference),
        None if bytes.get(13) == Some(&b' ') => compact_time(bytes, 7, date, reference),
        None => None,
    }
}

/// `@4000000050…`: TAI64N as daemontools' multilog prints it, eight bytes of seconds (2⁶² and ten
/// more than Unix time) and four of nanoseconds, in hex.
pub(super) fn tai64n(bytes: &[u8]) -> Option<Stamp> {
    let digits = bytes.get(1..25)?;
    if !digits.starts_with(b"4") || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    let digits = std::str::from_utf8(digits).ok()?;
    let seconds = i64::from_str_radix(&digits[1..16], 16).ok()?.checked_sub(10)?;
    let nanoseconds = i64::from_str_radix(&digits[16..], 16).ok().filter(|n| *n < SECOND)?;
    let timestamp = seconds.checked_mul(SECOND)?.checked_add(nanoseconds)?;
    Some(Stamp {
        timestamp: Timestamp::from_nanoseconds(timestamp),
        length: 25,
        has_date: true,
        has_zone: true,
    })
}

pub(super) fn compact(bytes: &[u8], digits: usize, reference: &Reference) -> Option<Stamp> {
    let date = date(four(bytes, 0)?, two(bytes, 4)?, two(bytes, 6)?)?;
    if digits == 8 {
        // `20261122.103045`
        let dotted = bytes.get(8) == Some(&b'.') && two(bytes, 13).is_some();
        let at = if dotted { 9 } else { between_date_and_time(bytes, 8)? };
        if let Some((time, end)) = time_of_day(bytes, at) {
            return finish(bytes, end, date, time, reference);
        }
        return compact_time(bytes, at, date, reference);
    }
    compact_time(bytes, 8, date, reference)
}

pub(super) fn compact_time(
    bytes: &[u8],
    at: usize,
    date: (i64, u32, u32),
    reference: &Reference,
) -> Option<Stamp> {
    let (hour, minute, second) = (two(bytes, at)?, two(bytes, at + 2)?, two(bytes, at + 4)?);
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let mut end = at + 6;
    let mut time = i64::from(hour * 3600 + minute * 60 + second) * SECOND;
    if matches!(bytes.get(end), Some(b'.' | b',')) {
        let (fraction, digits) = fraction(bytes, end + 1);
        if digits > 0 {
            time += fraction;
            end += 1 + digits;
        }
    }
    finish(bytes, end, date, time, reference)
}

/// The stamp of klog and glog after their severity letter: `1122 10:30:45.123456`.
pub(crate) fn klog(bytes: &[u8], reference: &Reference) -> Option<Stamp> {
    let (month, day) = (two(bytes, 0)?, two(bytes, 2)?);
    // CockroachDB prints a short year.
    if bytes.get(6) == Some(&b' ')
        && let (Some(year), Some(month), Some(day)) = (two(bytes, 0), two(bytes, 2), two(bytes, 4))
    {
        let (time, end) = time_of_day(bytes, 7)?;
        return finish(bytes, end, date(2000 + year, month, day)?, time, reference);
    }
    // glog since 0.6 prints the year.
    if let Some(year) = four(bytes, 0)
        && bytes.get(8) == Some(&b' ')
        && let (Some(month), Some(day)) = (two(bytes, 4), two(bytes, 6))
    {
        let (time, end) = time_of_day(bytes, 9)?;
        return finish(bytes, end, date(year, month, day)?, time, reference);
    }
    if bytes.get(4) != Some(&b' ') {
        return None;
    }
    let blank = usize::from(bytes.get(5) == Some(&b' '));
    without_year(bytes, 5 + blank, month, day, reference)
}

/// A date of three pairs of digits, whose order nothing tells: of the usual orders the one that is
/// not after the reference, and not more than a year before another that is not.
pub(super) fn short_year(
    (a, b, c): (u32, u32, u32),
    separator: u8,
    reference: &Reference,
) -> Option<(i64, u32, u32)> {
    let year_first = (2000 + a, b, c);
    let day_first = (2000 + c, b, a);
    let month_first = (2000 + c, a, b);
    let orders = match separator {
        b'.' => [day_first, year_first, month_first],
        b'/' => [month_first, year_first, day_first],
        _ => [year_first, day_first, month_first],
    };
    let limit = reference.latest_date() / DAY;
    let dates = orders.map(|(year, month, day)| {
        let date = date(year, month, day)?;
        let (year, month, day) = date;
        let days = Civil { year, month, day, time: 0 }.as_if_utc()? / DAY;
        (days <= limit).then_some((date, days))
    });
    let newest = dates.iter().flatten().map(|(_, days)| *days).max();
    match newest {
        Some(newest) => {
            dates.iter().flatten().find(|(_, days)| newest - days <= 366).map(|(date, _)| *date)
        }
        None => orders.iter().find_map(|(year, month, day)| date(*year, *month, *day)),
    }
}

/// `1.795343445123e+09`, zap's console.
pub(super) fn exponent(bytes: &[u8]) -> Option<Stamp> {
    let length =
        bytes.iter().take(32).take_while(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'+'));
    let length = length.count();
    memchr::memmem::find(&bytes[..length], b"e+")?;
    let timestamp = from_epoch(&bytes[..length])?;
    Some(Stamp { timestamp, length, has_date: true, has_zone: true })
}

/// `325/103045 (`: the day of the year and the time, as HAProxy prints its own messages.
pub(super) fn day_of_year(bytes: &[u8], reference: &Reference) -> Option<Stamp> {
    if bytes.get(3) != Some(&b'/') || bytes.get(10..12) != Some(b" (") {
        return None;
    }
    let day = i64::from(bytes[0] - b'0') * 100 + i64::from(two(bytes, 1)?);
    let (hour, minute, second) = (two(bytes, 4)?, two(bytes, 6)?, two(bytes, 8)?);
    // HAProxy counts from 0.
    if day > 365 || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let time = i64::from(hour * 3600 + minute * 60 + second) * SECOND;
    let limit = reference.latest_date();
    let year = Civil::of_utc(limit).year;
    let nanoseconds = [year, year - 1].into_iter().find_map(|year| {
        let first = Civil { year, month: 1, day: 1, time };
        let moment = reference.time_zone.resolve(first)?.checked_add(day.checked_mul(DAY)?)?;
        (moment <= limit).then_some(moment)
    })?;
    Some(Stamp {
        timestamp: Timestamp::from_nanoseconds(nanoseconds),
        length: 10,
        has_date: true,
        has_zone: false,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{TimeZone, parse_at};
    use super::*;

    /// 2026-11-22T12:00:00Z.
    const NOON: Reference = Reference {
        latest: Timestamp::from_nanoseconds(1_795_348_800 * SECOND),
        time_zone: TimeZone::UTC,
        slack: Reference::SURE,
    };

    /// What a stamp means beside a file that was last written at a moment (UTC).
    fn beside(text: &str, latest: &str) -> Option<i64> {
        let utc = Reference { latest: Timestamp::from_nanoseconds(0), ..NOON };
        let latest = Timestamp::parse(latest.as_bytes(), &utc)?;
        let reference = Reference { latest, ..NOON };
        let stamp = parse_at(text.as_bytes(), &reference)?;
        Some((stamp.timestamp.nanoseconds() - latest.nanoseconds()) / SECOND)
    }

    #[test]
    fn stamps_before_and_after_midnight_or_new_year_follow_each_other() {
        for (text, latest, seconds) in [
            ("23:59:59.900", "2026-11-23T00:00:05Z", -5),
            ("00:00:01", "2026-11-23T00:00:05Z", -4),
            ("Dec 31 23:59:59", "2026-01-01T00:00:05Z", -6),
            ("Jan  1 00:00:01", "2026-01-01T00:00:05Z", -4),
            ("364/235959 (7)", "2026-01-01T00:00:05Z", -6),
            ("000/000001 (7)", "2026-01-01T00:00:05Z", -4),
            ("12-31 23:59:59.000", "2026-01-01T00:00:05Z", -6),
        ] {
            assert_eq!(beside(text, latest), Some(seconds), "{text} beside {latest}");
        }
    }

    #[test]
    fn a_leap_day_without_a_year_is_in_the_last_leap_year() {
        let days = beside("Feb 29 12:00:00", "2026-01-01T12:00:00Z").map(|s| s / 86_400);
        assert_eq!(days, Some(-672));
    }

    #[test]
    fn numbers_that_are_no_whole_stamp_of_their_layout_are_none() {
        for text in ["325/103045", "325/103045 done", "401/103045 (1)", "1.79e+02 ", "1.5 s"] {
            assert_eq!(parse_at(text.as_bytes(), &NOON), None, "{text}");
        }
        let stamp = parse_at(b"1.795343445123e+09\tinfo", &NOON);
        assert_eq!(stamp.map(|stamp| stamp.length), Some(18));
    }
}
