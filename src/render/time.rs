//! Moments in the reader's time zone.
//!
//! Machine output is always UTC with nine digits; people get milliseconds and their own zone.

use crate::record::{TimeZone, Timestamp};
use chrono::{DateTime, Datelike, FixedOffset, NaiveDateTime, Timelike, Utc};

/// The wall clock at this moment, and what the zone is called then (`UTC`, `CEST`, `+02:00`).
fn wall_clock(zone: TimeZone, timestamp: Timestamp) -> (NaiveDateTime, String) {
    let utc = DateTime::<Utc>::from_timestamp_nanos(timestamp.nanoseconds()).naive_utc();
    match zone {
        TimeZone::Fixed(0) => (utc, "UTC".to_owned()),
        TimeZone::Named(zone) => {
            let seconds = timestamp.nanoseconds().div_euclid(1_000_000_000);
            let offset = chrono::TimeDelta::seconds(i64::from(zone.offset_at(seconds)));
            (utc + offset, zone.abbreviation_at(seconds).to_owned())
        }
        TimeZone::Fixed(_) | TimeZone::Local => {
            let seconds = zone.offset_at(timestamp.nanoseconds());
            match FixedOffset::east_opt(seconds) {
                Some(offset) => (utc + offset, offset.to_string()),
                None => (utc, "UTC".to_owned()),
            }
        }
    }
}

/// `2026-11-22`.
pub(super) fn date(zone: TimeZone, timestamp: Timestamp) -> String {
    let (at, _) = wall_clock(zone, timestamp);
    format!("{:04}-{:02}-{:02}", at.year(), at.month(), at.day())
}

/// `10:30:45.120`.
pub(super) fn clock(zone: TimeZone, timestamp: Timestamp) -> String {
    let (at, _) = wall_clock(zone, timestamp);
    format!(
        "{:02}:{:02}:{:02}.{:03}",
        at.hour(),
        at.minute(),
        at.second(),
        at.nanosecond() / 1_000_000 % 1000
    )
}

/// What the zone is called at that moment: `UTC`, `CEST`, `+02:00`.
pub(super) fn zone_name(zone: TimeZone, timestamp: Timestamp) -> String {
    wall_clock(zone, timestamp).1
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
        for (text, expected_date, expected_clock, name) in [
            ("UTC", "2026-11-22", "10:30:45.120", "UTC"),
            ("+02:00", "2026-11-22", "12:30:45.120", "+02:00"),
            ("-0330", "2026-11-22", "07:00:45.120", "-03:30"),
            ("+14", "2026-11-23", "00:30:45.120", "+14:00"),
            ("Europe/Berlin", "2026-11-22", "11:30:45.120", "CET"),
            ("Asia/Kolkata", "2026-11-22", "16:00:45.120", "IST"),
        ] {
            let zone = text.parse::<TimeZone>().unwrap();
            assert_eq!(date(zone, MOMENT), expected_date, "{text}");
            assert_eq!(clock(zone, MOMENT), expected_clock, "{text}");
            assert_eq!(zone_name(zone, MOMENT), name, "{text}");
        }
    }
}
