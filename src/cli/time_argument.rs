//! Times and spans of time as they are written on the command line.

use super::error::CliError;
use crate::record::{Reference, TimeZone, Timestamp, from_epoch};

/// What may be written for `--since` and `--until`, in words.
const HINT: &str = "write 2026-11-22T10:30:00Z, 2026-11-22, 10:30, now, today, yesterday, @1795343445, or \
                    15min, 1h30m, 1w for so long ago";

/// Reads the time of an option.
pub(crate) fn time_argument(
    option: &str,
    text: Option<&str>,
    zone: TimeZone,
    now: Timestamp,
) -> Result<Option<Timestamp>, CliError> {
    let Some(text) = text else { return Ok(None) };
    match parse_time(text, zone, now) {
        Some(time) => Ok(Some(time)),
        None => Err(CliError::usage(format!("{text:?} is no time for {option}"), HINT)),
    }
}

/// A moment, a date (its beginning), a time of the latest day, seconds since 1970, or a span of time
/// before now.
pub(crate) fn parse_time(text: &str, zone: TimeZone, now: Timestamp) -> Option<Timestamp> {
    let text = text.trim();
    let stamp = |text: &str, latest| {
        let reference = Reference { latest, time_zone: zone, slack: Reference::SURE };
        Timestamp::parse(text.as_bytes(), &reference)
    };
    let today = || stamp("00:00:00", now);
    match text.to_ascii_lowercase().as_str() {
        "now" => return Some(now),
        "today" => return today(),
        "yesterday" => return stamp("00:00:00", today()?.plus(-1)),
        _ => {}
    }
    if let Some(epoch) = text.strip_prefix('@') {
        return from_epoch(epoch.as_bytes());
    }
    stamp(text, now)
        .or_else(|| stamp(&format!("{text}:00"), now))
        .or_else(|| stamp(&format!("{text} 00:00:00"), now))
        .or_else(|| {
            let span = text.strip_prefix('-').unwrap_or(text);
            let span = span.strip_suffix("ago").map_or(span, str::trim_end);
            let ago = i64::try_from(parse_duration(span).ok()?).ok()?;
            Some(now.plus(-ago))
        })
}

/// `250ms`, `1.5s`, `2min`, `1h30m`, `1w` in nanoseconds.
pub(crate) fn parse_duration(text: &str) -> Result<u64, String> {
    let hint = || "write numbers with units: 250ms, 1.5s, 2min, 1h30m, 1w".to_owned();
    let mut rest = text.trim();
    let mut sum = 0.0;
    if rest.is_empty() {
        return Err(hint());
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(rest.len());
        let (number, behind) = rest.split_at(digits);
        let behind = behind.trim_start();
        let letters = behind.find(|c: char| !c.is_alphabetic()).unwrap_or(behind.len());
        let (unit, behind) = behind.split_at(letters);
        let unit = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" | "sec" | "second" | "seconds" => 1e9,
            "m" | "min" | "minute" | "minutes" => 60e9,
            "h" | "hour" | "hours" => 3600e9,
            "d" | "day" | "days" => 86_400e9,
            "w" | "week" | "weeks" => 7.0 * 86_400e9,
            _ => return Err(hint()),
        };
        let number: f64 = number.parse().map_err(|_| hint())?;
        sum += number * unit;
        rest = behind.trim_start();
    }
    Ok(sum.round() as u64)
}

/// A time zone; an offset may be as short as `+2`.
pub(crate) fn parse_zone(text: &str) -> Result<TimeZone, String> {
    let text = text.trim();
    text.parse().or_else(|error: crate::record::TimeZoneError| {
        let is_offset = |digits: &str| {
            (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
        };
        let offset = match (text.get(..1), text.get(1..)) {
            (Some(sign @ ("+" | "-")), Some(digits)) if is_offset(digits) => {
                format!("{sign}{digits:0>2}:00").parse().ok()
            }
            _ => None,
        };
        offset.ok_or_else(|| error.to_string())
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SECOND: i64 = 1_000_000_000;
    const HOUR: i64 = 3600 * SECOND;

    #[test]
    fn times_are_moments_dates_or_so_long_ago() {
        // 2026-11-22, six in the evening.
        let now = Timestamp::from_nanoseconds(1_795_370_400 * SECOND);
        let ago =
            |text, zone| parse_time(text, zone, now).map(|t| now.nanoseconds() - t.nanoseconds());
        for (text, expected) in [
            ("15min", HOUR / 4),
            ("-15min", HOUR / 4),
            ("15min ago", HOUR / 4),
            ("15 minutes ago", HOUR / 4),
            ("1h30m", HOUR * 3 / 2),
            ("1h 30m", HOUR * 3 / 2),
            ("1w", 168 * HOUR),
            ("1.5d", 36 * HOUR),
            ("now", 0),
            ("today", 18 * HOUR),
            ("Yesterday", 42 * HOUR),
            ("@1795366800", HOUR),
            ("@1795366800000", HOUR),
            ("2026-11-22T17:00:00Z", HOUR),
            ("2026-11-22T18:00:00+01:00", HOUR),
            ("2026-11-22 17:00", HOUR),
            ("2026-11-22", 18 * HOUR),
            ("17:00", HOUR),
            ("17:00:00", HOUR),
            ("19:00", 23 * HOUR),
        ] {
            assert_eq!(ago(text, TimeZone::UTC), Some(expected), "{text}");
        }
        assert_eq!(ago("today", parse_zone("+2").unwrap()), Some(20 * HOUR));
        for text in ["", "tomorrow", "15", "15 parsecs", "ago", "-", "@x", "h", "25:00"] {
            assert_eq!(ago(text, TimeZone::UTC), None, "{text}");
        }
    }

    #[test]
    fn offsets_of_zones_may_be_short() {
        for (text, seconds) in
            [("+2", 7200), ("-03:30", -12_600), ("+02:00", 7200), ("-11", -39_600), ("UTC", 0)]
        {
            assert_eq!(parse_zone(text), Ok(TimeZone::Fixed(seconds)), "{text}");
        }
        assert!(parse_zone("Europe/Prague").is_ok());
        for text in ["+", "2", "+2x", "Nowhere/Else", ""] {
            assert!(parse_zone(text).is_err(), "{text}");
        }
    }
}
