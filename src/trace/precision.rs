//! How finely each service writes time: [`Precisions`].
//!
//! A log that writes whole seconds is up to a second early, one that writes milliseconds up to a
//! millisecond. A single stamp cannot tell (12:00:00.000 may be exact), all stamps of a service can.

use crate::trace::facts::NANOSECONDS_PER_SECOND;
use crate::trace::symbols::Symbol;
use hashbrown::HashMap;

/// By service, the unit in which its times are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Precisions {
    seen: HashMap<Option<Symbol>, Seen>,
    /// The last service known to write the finest unit: nothing more to learn of it.
    settled: Option<Option<Symbol>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    below_second: bool,
    below_millisecond: bool,
}

pub(crate) const MILLISECOND: i64 = 1_000_000;

impl Precisions {
    /// Takes note of a time that a service wrote.
    pub(crate) fn observe(&mut self, service: Option<Symbol>, nanoseconds: i64) {
        if self.settled == Some(service) {
            return;
        }
        let seen = self.seen.entry(service).or_default();
        seen.below_second |= nanoseconds % NANOSECONDS_PER_SECOND != 0;
        seen.below_millisecond |= nanoseconds % MILLISECOND != 0;
        if seen.below_millisecond {
            self.settled = Some(service);
        }
    }

    pub(crate) fn merge(&mut self, other: &Precisions) {
        for (&service, new) in &other.seen {
            let seen = self.seen.entry(service).or_default();
            seen.below_second |= new.below_second;
            seen.below_millisecond |= new.below_millisecond;
        }
    }

    /// The unit in nanoseconds: a stamp of the service may be early by almost as much.
    pub(crate) fn unit(&self, service: Option<Symbol>) -> i64 {
        match self.seen.get(&service) {
            Some(Seen { below_millisecond: true, .. }) | None => 1_000,
            Some(Seen { below_second: true, .. }) => MILLISECOND,
            Some(_) => NANOSECONDS_PER_SECOND,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_fine_stamp_makes_the_service_fine_in_any_order() {
        let stamps = [2 * NANOSECONDS_PER_SECOND, 3 * MILLISECOND, 5];
        let mut forward = Precisions::default();
        stamps.iter().for_each(|&stamp| forward.observe(None, stamp));
        let mut backward = Precisions::default();
        for &stamp in stamps.iter().rev() {
            let mut one = Precisions::default();
            one.observe(None, stamp);
            backward.merge(&one);
        }
        assert_eq!((forward.unit(None), backward.unit(None)), (1_000, 1_000));
    }

    #[test]
    fn whole_seconds_only_is_a_second() {
        let mut precisions = Precisions::default();
        precisions.observe(None, 7 * NANOSECONDS_PER_SECOND);
        assert_eq!(precisions.unit(None), NANOSECONDS_PER_SECOND);
        precisions.observe(None, 7 * NANOSECONDS_PER_SECOND + MILLISECOND);
        assert_eq!(precisions.unit(None), MILLISECOND);
    }
}
