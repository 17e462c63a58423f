//! Points in time, and all the ways to write one.
//!
//! Makes [`Timestamp`]s from text in any usual layout, and completes stamps that lack a year, a
//! date or a zone from a [`Reference`]. Decides nothing about *which* of several stamps on a line
//! is the record's own: that is the format's business.

mod clock;
mod compact;
mod epoch;
mod layout;
mod midnights;
mod minute;
mod month;
mod second;
mod zone;
mod zone_name;

pub(crate) use compact::klog;
pub use epoch::from_epoch;
pub use layout::{Stamp, parse_at};
pub use midnights::{MidnightWatch, Midnights};
pub(crate) use minute::Minute;
pub(crate) use second::is_to_the_second;
pub use zone::{TimeZone, TimeZoneError};

/// Nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// Nanoseconds in a second.
pub(crate) const SECOND: i64 = 1_000_000_000;
/// Nanoseconds in a day.
pub(crate) const DAY: i64 = 86_400 * SECOND;

impl Timestamp {
    /// From nanoseconds since the Unix epoch.
    pub const fn from_nanoseconds(nanoseconds: i64) -> Timestamp {
        Timestamp(nanoseconds)
    }

    /// Nanoseconds since the Unix epoch.
    pub const fn nanoseconds(self) -> i64 {
        self.0
    }

    /// Later by this many nanoseconds (earlier, if negative); stops at the ends of the range.
    pub const fn plus(self, nanoseconds: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(nanoseconds))
    }

    /// Reads a whole text as one stamp, with nothing before or after it.
    pub fn parse(text: &[u8], reference: &Reference) -> Option<Timestamp> {
        let stamp = parse_at(text, reference)?;
        (stamp.length == text.len()).then_some(stamp.timestamp)
    }
}

/// What completes a stamp that does not say everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reference {
    /// A moment not before the stamps: a stamp without year or date is the latest one that does
    /// not lie after it. Usually the file's modification time.
    pub latest: Timestamp,
    /// The zone of stamps that name none.
    pub time_zone: TimeZone,
    /// How much later a stamp without a year may be all the same, in nanoseconds: [`Self::UNSURE`] if
    /// the zone of the stamps is only assumed, so that they may be ahead of `latest`.
    pub slack: i64,
}

impl Reference {
    /// No zone is farther from UTC.
    pub const UNSURE: i64 = 14 * 3600 * SECOND;
    /// `latest` is in the zone of the stamps.
    pub const SURE: i64 = 0;

    /// What no stamp without a year lies after.
    pub(crate) const fn latest_date(&self) -> i64 {
        self.latest.nanoseconds().saturating_add(self.slack)
    }
}

/// A calendar date and a time of day, before its zone is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: u32,
    pub(crate) day: u32,
    /// Nanoseconds since midnight.
    pub(crate) time: i64,
}

impl Civil {
    /// Days since 1970-01-01 of the date (proleptic Gregorian calendar).
    fn days(self) -> i64 {
        let year = if self.month <= 2 { self.year - 1 } else { self.year };
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let month = i64::from(self.month);
        let shifted = if month > 2 { month - 3 } else { month + 9 };
        let day_of_year = (153 * shifted + 2) / 5 + i64::from(self.day) - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * 146_097 + day_of_era - 719_468
    }

    /// Nanoseconds since the epoch if the zone were UTC; `None` outside the range of a [`Timestamp`].
    pub(crate) fn as_if_utc(self) -> Option<i64> {
        self.days().checked_mul(DAY)?.checked_add(self.time)
    }

    /// The date (at midnight) of a moment read as UTC.
    pub(crate) fn of_utc(nanoseconds: i64) -> Civil {
        let days = nanoseconds.div_euclid(DAY) + 719_468;
        let era = days.div_euclid(146_097);
        let day_of_era = days.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * shifted + 2) / 5 + 1) as u32;
        let month = if shifted < 10 { shifted + 3 } else { shifted - 9 } as u32;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Civil { year, month, day, time: nanoseconds.rem_euclid(DAY) }
    }

    pub(crate) fn is_valid_date(year: i64, month: u32, day: u32) -> bool {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let days = match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
            4 | 6 | 9 | 11 => 30,
            2 if leap => 29,
            2 => 28,
            _ => return false,
        };
        day >= 1 && day <= days
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_days_are_inverse() {
        for days in (-200_000..200_000).step_by(37) {
            let civil = Civil::of_utc((days / 2) * DAY + 5);
            assert_eq!(civil.as_if_utc().map(Civil::of_utc), Some(civil));
        }
        let civil = Civil { year: 2026, month: 11, day: 22, time: 0 };
        assert_eq!(civil.as_if_utc(), Some(1_795_305_600 * SECOND));
    }
}
