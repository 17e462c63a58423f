//! Values that lead to a trace: [`Links`].
//!
//! A record that names no trace, but a request, belongs to the trace of the records that name both,
//! if that is one trace. Which trace that is can only be told when all is read, so what such
//! records say is gathered by the value, and joins its trace at the end.

use crate::record::TraceKey;
use crate::trace::facts::RecordFacts;
use crate::trace::fragment::TraceFragment;
use crate::trace::identity::{Spelling, Wanted, normalized};
use crate::trace::symbols::{Symbol, Symbols};
use hashbrown::HashMap;
use smallvec::SmallVec;
use std::collections::HashSet;

/// What is known of the values of links, by the value's number.
#[derive(Debug, Default)]
pub struct Links {
    by_value: HashMap<u128, Link>,
}

#[derive(Debug, Default)]
struct Link {
    /// Traces of records that have the value: the first few in their own order.
    traces: SmallVec<[TraceKey; 1]>,
    /// There are more.
    is_crowded: bool,
    name: Option<Symbol>,
    /// What records say that have the value and no trace.
    fragment: Option<Box<TraceFragment>>,
}

/// What became of records that name no trace but have a link.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Linked {
    /// Records that joined a trace.
    pub joined: u64,
    /// Records whose value stands in records of several traces.
    pub ambiguous: u64,
}

impl Link {
    /// More traces than a value of one can have by being spelled in several ways.
    const MOST_TRACES: usize = 4;

    fn add(&mut self, key: TraceKey) {
        if let Err(place) = self.traces.binary_search(&key) {
            self.traces.insert(place, key);
            self.is_crowded |= self.traces.len() > Self::MOST_TRACES;
            self.traces.truncate(Self::MOST_TRACES);
        }
    }

    /// The one trace that the value leads to.
    fn trace(&self) -> Option<TraceKey> {
        let full = self.traces.iter().copied().find(|key| matches!(key, TraceKey::Full(_)));
        let one = full.or(self.traces.first().copied())?;
        let is_same = |key: &TraceKey| {
            *key == one
                || matches!((key, one), (TraceKey::Low64(low), TraceKey::Full(id)) if *low == id.low64())
        };
        (!self.is_crowded && self.traces.iter().all(is_same)).then_some(one)
    }
}

impl Links {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.by_value.is_empty()
    }

    /// A record has this value and is of this trace.
    pub fn lead(&mut self, value: u128, key: TraceKey) {
        self.by_value.entry(value).or_default().add(normalized(key));
    }

    /// A record has this value and no trace. `facts`: what it says.
    pub(crate) fn follow(
        &mut self,
        value: u128,
        name: Option<Symbol>,
        facts: RecordFacts,
        symbols: &Symbols,
    ) {
        let link = self.by_value.entry(value).or_default();
        link.name = link.name.or(name);
        link.fragment.get_or_insert_default().insert(facts, symbols);
    }

    /// Adds what another part of the input says.
    pub fn merge(&mut self, other: Links) {
        self.merge_with(other, &Symbols::new());
    }

    pub(crate) fn merge_with(&mut self, other: Links, symbols: &Symbols) {
        for (value, theirs) in other.by_value {
            let link = self.by_value.entry(value).or_default();
            theirs.traces.iter().for_each(|key| link.add(*key));
            link.is_crowded |= theirs.is_crowded;
            link.name = link.name.or(theirs.name);
            if let Some(fragment) = theirs.fragment {
                link.fragment.get_or_insert_default().merge(*fragment, symbols);
            }
        }
    }

    /// The values that lead to one of these traces and to no other.
    pub fn leading_to(&self, wanted: &Wanted) -> HashSet<u128> {
        let leads = |link: &Link| link.trace().is_some_and(|key| wanted.contains(key));
        self.by_value.iter().filter(|(_, link)| leads(link)).map(|(value, _)| *value).collect()
    }

    /// Adds what the records without a trace say to the traces that their values lead to.
    pub(crate) fn join(
        self,
        traces: &mut [(TraceKey, TraceFragment)],
        symbols: &Symbols,
    ) -> Linked {
        let mut linked = Linked::default();
        if self.is_empty() {
            return linked;
        }
        let places: HashMap<TraceKey, usize> =
            traces.iter().enumerate().map(|(place, (key, _))| (*key, place)).collect();
        for link in self.by_value.into_values() {
            let key = link.trace();
            let Some(fragment) = link.fragment else { continue };
            let count = u64::from(fragment.record_count);
            match key {
                Some(key) => {
                    // None of the traces that are wanted.
                    let Some(&place) = places.get(&key) else { continue };
                    linked.joined += count;
                    let trace = &mut traces[place].1;
                    trace.merge(*fragment, symbols);
                    trace.spellings.add(link.name.map_or(Spelling::Unknown, Spelling::Link));
                }
                None if link.traces.is_empty() => {}
                None => linked.ambiguous += count,
            }
        }
        linked
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::trace_context::TraceId;

    fn full(low: u64, high: u64) -> TraceKey {
        TraceKey::Full(TraceId::new(u128::from(high) << 64 | u128::from(low)).unwrap())
    }

    fn leads_to(keys: &[TraceKey]) -> Option<TraceKey> {
        // The order and the grouping of what was read must not matter.
        let whole = keys.iter().fold(Links::default(), |mut links, key| {
            links.lead(1, *key);
            links
        });
        let parts = keys.iter().rev().fold(Links::default(), |mut links, key| {
            let mut part = Links::default();
            part.lead(1, *key);
            links.merge(part);
            links
        });
        let found = |links: Links| links.by_value[&1].trace();
        let (whole, parts) = (found(whole), found(parts));
        assert_eq!(whole, parts);
        whole
    }

    #[test]
    fn a_value_leads_to_a_trace_only_if_it_is_one() {
        assert_eq!(leads_to(&[full(7, 1), full(7, 1)]), Some(full(7, 1)));
        assert_eq!(leads_to(&[full(7, 1), TraceKey::Low64(7)]), Some(full(7, 1)));
        assert_eq!(leads_to(&[TraceKey::Low64(7)]), Some(TraceKey::Low64(7)));
        assert_eq!(leads_to(&[full(7, 1), full(7, 2)]), None);
        assert_eq!(leads_to(&[full(7, 1), full(8, 1)]), None);
        assert_eq!(leads_to(&[full(7, 1), TraceKey::Low64(8)]), None);
        let many: Vec<TraceKey> = (1..9).map(|n| full(n, n)).collect();
        assert_eq!(leads_to(&many), None);
    }
}
