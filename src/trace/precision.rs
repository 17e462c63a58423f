//! How finely each service writes time: [`Precisions`].
//!
//! A log that writes whole seconds is up to a second early, one that writes milliseconds up to a
//! millisecond. Where a stamp was seen without a fraction, that is known; where it is a number, a single
//! one cannot tell, and many of a service can: of a thousand that are written to the millisecond one
//! is a whole second, and hardly four in a row.

use crate::trace::facts::{NANOSECONDS_PER_SECOND, is_whole_second};
use crate::trace::fragment::{SpanView, TraceFragment};
use crate::trace::symbols::Symbol;
use hashbrown::HashMap;
use smallvec::SmallVec;

/// By service, the unit in which its times are written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Precisions {
    seen: HashMap<Option<Symbol>, Seen>,
    /// The last service known to write the finest unit: nothing more to learn of it.
    settled: Option<Option<Symbol>>,
}

/// What the stamps of a service showed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Seen {
    /// Stamps of a whole second.
    whole_seconds: u32,
    below_second: bool,
    below_millisecond: bool,
}

pub(crate) const MILLISECOND: i64 = 1_000_000;

/// So many whole seconds and nothing finer are no chance.
const ENOUGH: u32 = 4;

/// For how many whole seconds one counts.
pub(crate) const fn weight(is_to_the_second: bool) -> u32 {
    if is_to_the_second { ENOUGH } else { 1 }
}

impl Seen {
    fn observe(&mut self, nanoseconds: i64, is_to_the_second: bool) {
        let is_finer = !is_whole_second(nanoseconds);
        let weight = if is_finer { 0 } else { weight(is_to_the_second) };
        self.whole_seconds = self.whole_seconds.saturating_add(weight);
        self.below_second |= is_finer;
        self.below_millisecond |= nanoseconds % MILLISECOND != 0;
    }

    fn merge(&mut self, other: Seen) {
        self.whole_seconds = self.whole_seconds.saturating_add(other.whole_seconds);
        self.below_second |= other.below_second;
        self.below_millisecond |= other.below_millisecond;
    }

    fn unit(self) -> i64 {
        match self {
            Seen { below_millisecond: true, .. } => 1_000,
            Seen { below_second: true, .. } => MILLISECOND,
            Seen { whole_seconds: ENOUGH.., .. } => NANOSECONDS_PER_SECOND,
            // As most logs do.
            _ => MILLISECOND,
        }
    }
}

impl Precisions {
    /// Takes note of a time that a service wrote.
    pub(crate) fn observe(
        &mut self,
        service: Option<Symbol>,
        nanoseconds: i64,
        is_to_the_second: bool,
    ) {
        if self.settled == Some(service) {
            return;
        }
        let seen = self.seen.entry(service).or_default();
        seen.observe(nanoseconds, is_to_the_second);
        if seen.below_millisecond {
            self.settled = Some(service);
        }
    }

    pub(crate) fn merge(&mut self, other: &Precisions) {
        for (&service, new) in &other.seen {
            self.seen.entry(service).or_default().merge(*new);
        }
    }

    /// The units for one trace: of a service of which nothing was known, what it shows itself.
    pub(crate) fn of_trace(&self, fragment: &TraceFragment) -> Units {
        let mut units = Units::default();
        for whole in &fragment.whole_seconds {
            let seen = units.entry(self, whole.service);
            // Not the sum: the trace may be one of those that were learnt from.
            seen.whole_seconds = seen.whole_seconds.max(whole.count);
        }
        for span in &fragment.spans.spans {
            // What is seen from outside may be seen by several services.
            for (view, is_own) in [(Some(&span.own), true), (span.outside.as_deref(), false)] {
                let Some(SpanView { first, last, service, .. }) = view else { continue };
                let is_known = self.seen.contains_key(service);
                let seen = units.entry(self, *service);
                if is_own && !is_known && first <= last {
                    // Whole seconds were counted.
                    let fine = [*first, *last].into_iter();
                    fine.filter(|stamp| !is_whole_second(*stamp))
                        .for_each(|at| seen.observe(at, false));
                }
            }
        }
        units
    }
}

/// The units in which the services of a trace write time.
#[derive(Clone, Debug, Default)]
pub(crate) struct Units {
    seen: SmallVec<[(Option<Symbol>, Seen); 8]>,
}

impl Units {
    fn entry(&mut self, known: &Precisions, service: Option<Symbol>) -> &mut Seen {
        let place = self.seen.iter().position(|(name, _)| *name == service);
        let place = place.unwrap_or_else(|| {
            let seen = known.seen.get(&service).copied().unwrap_or_default();
            self.seen.push((service, seen));
            self.seen.len() - 1
        });
        &mut self.seen[place].1
    }

    /// The unit in nanoseconds: a stamp of the service may be early by almost as much.
    pub(crate) fn unit(&self, service: Option<Symbol>) -> i64 {
        let seen = self.seen.iter().find(|(name, _)| *name == service);
        seen.map_or(MILLISECOND, |(_, seen)| seen.unit())
    }

    /// Whether the service writes whole seconds.
    pub(crate) fn is_coarse(&self, service: Option<Symbol>) -> bool {
        self.unit(service) == NANOSECONDS_PER_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(stamps: &[i64]) -> Seen {
        let mut seen = Seen::default();
        stamps.iter().for_each(|&stamp| seen.observe(stamp, false));
        seen
    }

    #[test]
    fn one_fine_stamp_makes_the_service_fine_in_any_order() {
        let stamps = [2 * NANOSECONDS_PER_SECOND, 3 * MILLISECOND, 5];
        let mut forward = Precisions::default();
        stamps.iter().for_each(|&stamp| forward.observe(None, stamp, false));
        let mut backward = Precisions::default();
        for &stamp in stamps.iter().rev() {
            let mut one = Precisions::default();
            one.observe(None, stamp, false);
            backward.merge(&one);
        }
        let units = [forward, backward].map(|known| known.seen[&None].unit());
        assert_eq!(units, [1_000, 1_000]);
    }

    #[test]
    fn only_many_whole_seconds_are_no_chance() {
        const SECOND: i64 = NANOSECONDS_PER_SECOND;
        // A stamp that ends in .000 once was taken for one of whole seconds.
        assert_eq!(seen(&[7 * SECOND]).unit(), MILLISECOND);
        assert_eq!(seen(&[7 * SECOND, 8 * SECOND, 8 * SECOND]).unit(), MILLISECOND);
        assert_eq!(seen(&[7 * SECOND, 8 * SECOND, 8 * SECOND, 9 * SECOND]).unit(), SECOND);
        let finer = [7 * SECOND, 8 * SECOND, 8 * SECOND, 9 * SECOND, 9 * SECOND + MILLISECOND];
        assert_eq!(seen(&finer).unit(), MILLISECOND);
    }
}
