//! Moments in the reader's time zone.
//!
//! Machine output is always UTC with nine digits; people get milliseconds and their own zone.

use crate::record::Timestamp;
use chrono::{
    DateTime, Datelike, FixedOffset, NaiveDateTime, Offset, TimeZone as _, Timelike, Utc,
};
use std::fmt;

/// The zone in which people read times.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimeZone {
    /// Coordinated Universal Time.
    #[default]
    Utc,
    /// The zone of the machine, as the system has it.
    Local,
    /// A fixed offset, in seconds east of UTC.
    Fixed(FixedOffset),
    /// A zone of the IANA database.
    Named(chrono_tz::Tz),
}

/// Text that names no time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownTimeZone(String);

impl fmt::Display for UnknownTimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown time zone {:?}, expected utc, local, Area/City or +hh:mm", self.0)
    }
}

impl std::error::Error for UnknownTimeZone {}

impl TimeZone {
    /// Reads `utc`, `local`, `Area/City`, `+02:00`, `-0330` or `+2`.
    ///
    /// # Errors
    /// The text is none of these.
    pub fn parse(text: &str) -> Result<TimeZone, UnknownTimeZone> {
        if text.eq_ignore_ascii_case("utc") || text.eq_ignore_ascii_case("z") {
            return Ok(TimeZone::Utc);
        }
        if text.eq_ignore_ascii_case("local") {
            return Ok(TimeZone::Local);
        }
        if let Some(offset) = parse_offset(text) {
            return Ok(TimeZone::Fixed(offset));
        }
        chrono_tz::TZ_VARIANTS
            .iter()
            .find(|zone| zone.name().eq_ignore_ascii_case(text))
            .map(|&zone| TimeZone::Named(zone))
            .ok_or_else(|| UnknownTimeZone(text.to_owned()))
    }

    /// The wall clock at this moment, and what the zone is called then (`UTC`, `CEST`, `+02:00`).
    fn wall_clock(self, timestamp: Timestamp) -> (NaiveDateTime, String) {
        let utc = DateTime::<Utc>::from_timestamp_nanos(timestamp.nanoseconds()).naive_utc();
        match self {
            TimeZone::Utc => (utc, "UTC".to_owned()),
            TimeZone::Local => {
                let offset = chrono::Local.offset_from_utc_datetime(&utc).fix();
                (utc + offset, offset.to_string())
            }
            TimeZone::Fixed(offset) => (utc + offset, offset.to_string()),
            TimeZone::Named(zone) => {
                let offset = zone.offset_from_utc_datetime(&utc);
                (utc + offset.fix(), offset.to_string())
            }
        }
    }

    /// `2026-11-22`.
    pub fn date(self, timestamp: Timestamp) -> String {
        let (at, _) = self.wall_clock(timestamp);
        format!("{:04}-{:02}-{:02}", at.year(), at.month(), at.day())
    }

    /// `10:30:45.120`.
    pub fn clock(self, timestamp: Timestamp) -> String {
        let (at, _) = self.wall_clock(timestamp);
        format!(
            "{:02}:{:02}:{:02}.{:03}",
            at.hour(),
            at.minute(),
            at.second(),
            at.nanosecond() / 1_000_000 % 1000
        )
    }

    /// What the zone is called at that moment: `UTC`, `CEST`, `+02:00`.
    pub fn name(self, timestamp: Timestamp) -> String {
        self.wall_clock(timestamp).1
    }
}

/// `+02:00`, `-0330`, `+2`.
fn parse_offset(text: &str) -> Option<FixedOffset> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'+' => (1, &text[1..]),
        b'-' => (-1, &text[1..]),
        _ => return None,
    };
    let digits = digits.replace(':', "");
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.as_str(), "0"),
        4 => digits.split_at(2),
        _ => return None,
    };
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    if hours > 18 || minutes > 59 {
        return None;
    }
    FixedOffset::east_opt(sign * (hours * 3600 + minutes * 60))
}

/// RFC 3339 in UTC with nine digits: `2026-11-22T10:30:45.120000000Z`.
pub fn rfc3339(timestamp: Timestamp) -> String {
    let at = DateTime::<Utc>::from_timestamp_nanos(timestamp.nanoseconds());
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second(),
        at.nanosecond()
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const MOMENT: Timestamp = Timestamp::from_nanoseconds(1_795_343_445_120_456_789);

    #[test]
    fn machine_time_is_utc_with_nine_digits() {
        assert_eq!(rfc3339(MOMENT), "2026-11-22T10:30:45.120456789Z");
        assert_eq!(rfc3339(Timestamp::from_nanoseconds(0)), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(rfc3339(Timestamp::from_nanoseconds(-1)), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(
            rfc3339(Timestamp::from_nanoseconds(i64::MAX)),
            "2262-04-11T23:47:16.854775807Z"
        );
        assert_eq!(
            rfc3339(Timestamp::from_nanoseconds(i64::MIN)),
            "1677-09-21T00:12:43.145224192Z"
        );
    }

    #[test]
    fn zones_are_read_in_all_their_spellings() {
        for (text, date, clock, name) in [
            ("UTC", "2026-11-22", "10:30:45.120", "UTC"),
            ("+02:00", "2026-11-22", "12:30:45.120", "+02:00"),
            ("-0330", "2026-11-22", "07:00:45.120", "-03:30"),
            ("+14", "2026-11-23", "00:30:45.120", "+14:00"),
            ("Europe/Berlin", "2026-11-22", "11:30:45.120", "CET"),
            ("asia/kolkata", "2026-11-22", "16:00:45.120", "IST"),
        ] {
            let zone = TimeZone::parse(text).unwrap();
            assert_eq!(zone.date(MOMENT), date, "{text}");
            assert_eq!(zone.clock(MOMENT), clock, "{text}");
            assert_eq!(zone.name(MOMENT), name, "{text}");
        }
        for text in ["", "+", "+25:00", "+2:3:4", "Mars/Olympus", "+é", "+02:60"] {
            assert!(TimeZone::parse(text).is_err(), "{text}");
        }
        assert_eq!(
            TimeZone::parse("Mars").unwrap_err().to_string(),
            "unknown time zone \"Mars\", expected utc, local, Area/City or +hh:mm"
        );
    }
}
