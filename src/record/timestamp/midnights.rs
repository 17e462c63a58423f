//! Where in a source a new day begins, for stamps that say no date.
//!
//! Makes [`Midnights`] from the times of day in the order of the source: a clock that goes back by
//! hours has passed midnight. Each stream of an interleaved source has days of its own, since its
//! parts may lie one after the other. What a stamp without a year or a zone lacks is not decided
//! here.

use super::{Civil, DAY, Reference, SECOND, Timestamp};
use hashbrown::HashMap;

/// A clock that goes back this far did so at midnight, or else another process wrote. Records that
/// are late, and clocks that are set back for winter, go back less.
const TURN: i64 = 8 * 3600 * SECOND;

/// The midnights of one source.
#[derive(Clone, Debug, Default)]
pub struct Midnights {
    streams: HashMap<u64, Days>,
}

/// The days of one stream.
#[derive(Clone, Debug)]
struct Days {
    /// Offsets of the first records of each day but the first of the source, ascending.
    turns: Vec<u64>,
    /// The newest records come first.
    is_reversed: bool,
    /// What no stamp of the newest day, of the day before it, and so on, lies after.
    latest: Vec<Timestamp>,
}

impl Midnights {
    /// No midnight is in the source: any stamp is of the latest day that is possible.
    pub fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    /// What completes the stamps of a line.
    pub(crate) fn reference(&self, stream: u64, offset: u64, whole: Reference) -> Reference {
        let Some(days) = self.streams.get(&stream) else { return whole };
        let passed = days.turns.partition_point(|turn| *turn <= offset);
        let back = if days.is_reversed { passed } else { days.turns.len() - passed };
        Reference { latest: days.latest[back], ..whole }
    }
}

/// Follows the times of day of a source.
#[derive(Debug, Default)]
pub struct MidnightWatch {
    clocks: HashMap<u64, Clock>,
}

#[derive(Debug)]
struct Clock {
    first: i64,
    last: i64,
    /// Steps onwards and back that are no turns: which there are more of is the direction.
    onwards: u64,
    back: u64,
    /// Where the clock went back, or ahead, by hours.
    turns_back: Vec<u64>,
    turns_ahead: Vec<u64>,
}

impl MidnightWatch {
    /// What to read the source with: each stamp without a date then falls on the first day of 1970,
    /// on which no log has stamps with one.
    pub fn reference(whole: Reference) -> Reference {
        let end = Civil { year: 1970, month: 1, day: 1, time: DAY - 1 };
        let latest = Timestamp::from_nanoseconds(whole.time_zone.resolve(end).unwrap_or(DAY - 1));
        Reference { latest, ..whole }
    }

    /// The time of day of a stamp that was read with that reference and says no date.
    pub fn time_of_day(timestamp: Timestamp, reference: Reference) -> Option<i64> {
        let time = DAY - 1 - (reference.latest.nanoseconds() - timestamp.nanoseconds());
        (0..DAY).contains(&time).then_some(time)
    }

    /// The next record in the order of the source.
    pub fn see(&mut self, stream: u64, offset: u64, time: i64) {
        let clock = self.clocks.entry(stream).or_insert_with(|| Clock {
            first: time,
            last: time,
            onwards: 0,
            back: 0,
            turns_back: Vec::new(),
            turns_ahead: Vec::new(),
        });
        match time - clock.last {
            step if step <= -TURN => clock.turns_back.push(offset),
            step if step >= TURN => clock.turns_ahead.push(offset),
            step => {
                clock.onwards += u64::from(step > 0);
                clock.back += u64::from(step < 0);
            }
        }
        clock.last = time;
    }

    /// The midnights of all that was seen. `whole`: what completes the stamps of the newest day.
    pub fn into_midnights(self, whole: Reference) -> Midnights {
        let days = |clock: Clock| {
            let is_reversed = clock.back > clock.onwards;
            let (turns, newest) = if is_reversed {
                (clock.turns_ahead, clock.first)
            } else {
                (clock.turns_back, clock.last)
            };
            let latest = latest(turns.len(), newest, whole)?;
            (!turns.is_empty()).then_some(Days { turns, is_reversed, latest })
        };
        let streams = self.clocks.into_iter().filter_map(|(key, clock)| Some((key, days(clock)?)));
        Midnights { streams: streams.collect() }
    }
}

/// What no stamp of the newest day and of `count` days before it lies after. `newest`: a time on
/// the newest day.
fn latest(count: usize, newest: i64, whole: Reference) -> Option<Vec<Timestamp>> {
    let zone = whole.time_zone;
    let latest = whole.latest.nanoseconds();
    let local = latest.checked_add(i64::from(zone.offset_at(latest)) * SECOND)?;
    // Later than the latest moment is a time of the day before.
    let first = i64::from(newest > local.rem_euclid(DAY));
    let end_of_day = |back| {
        let day = Civil::of_utc(local.checked_sub(back * DAY)?);
        zone.resolve(Civil { time: DAY - 1, ..day }).map(Timestamp::from_nanoseconds)
    };
    let days = first..=first + i64::try_from(count).ok()?;
    days.map(|back| if back == 0 { Some(whole.latest) } else { end_of_day(back) }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{TimeZone, parse_at};
    use super::*;

    /// Reads a source of times of day, a byte each: the dates that they get.
    fn dates(times: &[&str], latest: &str) -> Vec<String> {
        let utc = Reference {
            latest: Timestamp::from_nanoseconds(0),
            time_zone: TimeZone::UTC,
            slack: Reference::SURE,
        };
        let latest = Timestamp::parse(latest.as_bytes(), &utc).unwrap_or(utc.latest);
        let whole = Reference { latest, ..utc };
        let first = MidnightWatch::reference(whole);
        let mut watch = MidnightWatch::default();
        let stamps = |reference| {
            times.iter().filter_map(move |text| {
                parse_at(text.as_bytes(), &reference).map(|stamp| stamp.timestamp)
            })
        };
        for (offset, stamp) in stamps(first).enumerate() {
            if let Some(time) = MidnightWatch::time_of_day(stamp, first) {
                watch.see(7, offset as u64, time);
            }
        }
        let midnights = watch.into_midnights(whole);
        let date = |(offset, text): (usize, &&str)| {
            let reference = midnights.reference(7, offset as u64, whole);
            let stamp = parse_at(text.as_bytes(), &reference)?.timestamp.nanoseconds();
            let Civil { month, day, .. } = Civil::of_utc(stamp);
            Some(format!("{month:02}-{day:02}"))
        };
        times.iter().enumerate().filter_map(date).collect()
    }

    #[test]
    fn a_clock_that_goes_back_by_hours_begins_a_new_day() {
        let times = ["22:00:00", "23:59:59", "00:00:01", "12:00:00", "11:59:58", "01:00:00"];
        assert_eq!(
            dates(&times, "2026-11-23T23:59:59Z"),
            ["11-21", "11-21", "11-22", "11-22", "11-22", "11-23"]
        );
        // The last record is later in the day than the file's last moment: of the day before.
        assert_eq!(
            dates(&times[..4], "2026-11-23T06:00:00Z"),
            ["11-21", "11-21", "11-22", "11-22"]
        );
    }

    #[test]
    fn newest_first_a_clock_that_leaps_ahead_is_in_the_day_before() {
        let times = ["01:00:00", "00:30:00", "23:59:00", "23:58:00", "04:00:00", "23:00:00"];
        assert_eq!(
            dates(&times, "2026-11-23T02:00:00Z"),
            ["11-23", "11-23", "11-22", "11-22", "11-22", "11-21"]
        );
    }

    #[test]
    fn stamps_with_a_date_are_never_of_the_first_day_of_1970() {
        let whole = Reference {
            latest: Timestamp::from_nanoseconds(1_795_348_800 * SECOND),
            time_zone: TimeZone::Fixed(-7200),
            slack: Reference::SURE,
        };
        let reference = MidnightWatch::reference(whole);
        let time = |text: &str| {
            let stamp = parse_at(text.as_bytes(), &reference)?;
            MidnightWatch::time_of_day(stamp.timestamp, reference)
        };
        assert_eq!(time("10:30:45"), Some(37_845 * SECOND));
        assert_eq!(time("2026-11-22 10:30:45"), None);
        assert_eq!(time("Nov 22 10:30:45"), None);
    }
}
