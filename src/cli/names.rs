//! What the user's names of traces mean, given which ids the input holds.
//!
//! A name may be a whole id, a half of one, or its first digits; a decimal is the low half of a
//! longer id, if of exactly one. So [`Names`] is told of the ids that are seen, and decides for each
//! name: this trace, none, or several. It reads nothing itself. The rules are those by which all
//! traces are put together: 64 bits join a 128-bit id only where that is unique.

use super::error::CliError;
use super::name::{Name, Reading};
use crate::pipeline::Search;
use crate::record::TraceKey;
use crate::trace::{Wanted, normalized};
use crate::trace_context::TraceId;
use std::collections::{BTreeSet, HashMap, HashSet};

/// As printed.
fn spelled(key: TraceKey) -> String {
    match key {
        TraceKey::Full(id) => id.to_string(),
        TraceKey::Low64(low) => format!("{low:016x}"),
        TraceKey::Opaque(hash) => format!("{hash:032x}"),
    }
}

/// Several traces fit a name that should be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Several {
    name: String,
    is_prefix: bool,
    /// As printed, in order.
    pub(crate) traces: Vec<String>,
}

impl From<Several> for CliError {
    fn from(several: Several) -> CliError {
        let shown: Vec<&str> = several.traces.iter().take(10).map(String::as_str).collect();
        let more = several.traces.len() - shown.len();
        let more = if more > 0 { format!("\n  … {more} more") } else { String::new() };
        let relation =
            if several.is_prefix { "is the beginning of" } else { "is half of the id of" };
        CliError::usage(
            format!(
                "{:?} {relation} {} traces:\n  {}{more}",
                several.name,
                several.traces.len(),
                shown.join("\n  ")
            ),
            "write more digits",
        )
    }
}

/// What a name means.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Choice {
    /// The ids of its records: of one trace, or of one for each reading.
    keys: Vec<TraceKey>,
    readings: Vec<Reading>,
    /// 64 bits that were not joined, since several full ids end in them.
    not_joined: Option<u64>,
}

#[derive(Clone, Debug)]
struct State {
    name: Name,
    /// Ids in the input that have to do with the name.
    seen: BTreeSet<TraceKey>,
    choice: Choice,
    /// Records were taken for the trace's, and later it turned out that they may be another's.
    was_hasty: bool,
}

/// Whether a record with some id is meant, as far as that can be said without the rest of the
/// input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    No,
    Yes,
    /// It depends on which other ids there are.
    Depends,
}

/// All names, and what is known of the input's ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    states: Vec<State>,
    by_key: HashMap<TraceKey, Vec<usize>>,
    by_low: HashMap<u64, Vec<usize>>,
    by_high: HashMap<u64, Vec<usize>>,
    prefixes: Vec<usize>,
}

impl Names {
    pub(crate) fn new<'n>(given: impl IntoIterator<Item = &'n Name>) -> Names {
        let mut names = Names::default();
        for name in given {
            names.add(name.clone());
        }
        names
    }

    fn add(&mut self, name: Name) {
        let at = self.states.len();
        for (key, _) in &name.exact {
            self.by_key.entry(*key).or_default().push(at);
            if let TraceKey::Full(id) = key {
                self.by_low.entry(id.low64()).or_default().push(at);
            }
        }
        for low in &name.lows {
            self.by_low.entry(*low).or_default().push(at);
        }
        if let Some(high) = name.high {
            self.by_high.entry(high).or_default().push(at);
        }
        if name.prefix.is_some() {
            self.prefixes.push(at);
        }
        let (seen, choice) = (BTreeSet::new(), Choice::default());
        self.states.push(State { name, seen, choice, was_hasty: false });
    }

    /// Whether nothing is named.
    pub(crate) fn is_empty(&self) -> bool {
        self.states.is_empty()
    }

    /// Whether some name is, or may be, only a part of an id.
    pub(crate) fn has_parts(&self) -> bool {
        self.states.iter().any(|state| state.name.is_part())
    }

    /// Whether these ids settle every name that may be a part of one: it is the whole of one.
    pub(crate) fn are_settled_by(&self, keys: &BTreeSet<TraceKey>) -> bool {
        self.states.iter().all(|State { name, .. }| {
            let is_whole = || name.exact.iter().all(|(key, _)| keys.contains(key));
            name.prefix.is_none() && (name.high.is_none() || is_whole())
        })
    }

    /// The names that an id has to do with: it may be what they mean, or tell what they do not.
    fn touched(&self, key: TraceKey) -> Vec<usize> {
        let mut touched: Vec<usize> = Vec::new();
        let mut extend = |found: Option<&Vec<usize>>| touched.extend(found.into_iter().flatten());
        extend(self.by_key.get(&key));
        if let TraceKey::Full(id) = key {
            extend(self.by_high.get(&id.high64()));
        }
        if !matches!(key, TraceKey::Opaque(_)) {
            extend(self.by_low.get(&key.low64()));
            let fits = |at: &&usize| self.states[**at].name.fits_part(key);
            touched.extend(self.prefixes.iter().filter(fits));
        }
        touched.sort_unstable();
        touched.dedup();
        touched
    }

    /// Whether some name was found to mean nothing.
    pub(crate) fn has_unknown(&self) -> bool {
        self.states.iter().any(|state| state.choice.keys.is_empty())
    }

    /// The ids of which names are the whole.
    pub(crate) fn keys(&self) -> Vec<TraceKey> {
        self.states.iter().flat_map(|state| state.name.exact.iter().map(|(key, _)| *key)).collect()
    }

    /// Whether an id has to do with any name.
    pub(crate) fn is_touched(&self, key: TraceKey) -> bool {
        !self.touched(normalized(key)).is_empty()
    }

    /// What can be said of an id on its own.
    pub(crate) fn meaning(&self, key: TraceKey) -> Meaning {
        let key = normalized(key);
        let touched = self.touched(key);
        let names = || touched.iter().map(|&at| &self.states[at].name);
        if names().any(|name| name.only_key() == Some(key)) {
            return Meaning::Yes;
        }
        let may_be = |name: &Name| {
            name.exact.iter().any(|(known, _)| *known == key)
                || name.fits_part(key)
                || matches!(key, TraceKey::Low64(_))
        };
        if names().any(may_be) { Meaning::Depends } else { Meaning::No }
    }

    /// Takes note of the next id in the input, and decides by those so far.
    ///
    /// # Errors
    /// Several traces fit a name.
    pub(crate) fn see(&mut self, key: TraceKey) -> Result<(), Several> {
        for at in self.note(normalized(key)) {
            let state = &mut self.states[at];
            let before = std::mem::replace(&mut state.choice, choose(&state.name, &state.seen)?);
            state.was_hasty |= before.keys.iter().any(|key| !state.choice.keys.contains(key));
        }
        Ok(())
    }

    /// Takes note of all ids in the input, and decides by all of them.
    ///
    /// # Errors
    /// Several traces fit a name.
    pub(crate) fn see_all(&mut self, keys: &BTreeSet<TraceKey>) -> Result<(), Several> {
        // The second time for those that have something to do with one that was found the first
        // time.
        for key in keys.iter().chain(keys) {
            self.note(normalized(*key));
        }
        for state in &mut self.states {
            state.choice = choose(&state.name, &state.seen)?;
        }
        Ok(())
    }

    /// Takes note of an id. Gives the names for which it is news.
    fn note(&mut self, key: TraceKey) -> Vec<usize> {
        let mut news = self.touched(key);
        news.retain(|&at| self.states[at].seen.insert(key));
        if let TraceKey::Full(id) = key {
            // Other ids with the same lower half matter from now on.
            for &at in news.iter().filter(|&&at| self.states[at].name.fits_part(key)) {
                let names = self.by_low.entry(id.low64()).or_default();
                if !names.contains(&at) {
                    names.push(at);
                }
            }
        }
        news
    }

    /// Whether a record with this id is meant, by what was seen so far.
    pub(crate) fn is_meant(&self, key: TraceKey) -> bool {
        let key = normalized(key);
        let means = |at: &usize| self.states[*at].choice.keys.contains(&key);
        self.touched(key).iter().any(means)
    }

    /// The ids that are meant, by what was seen.
    pub(crate) fn chosen(&self) -> HashSet<TraceKey> {
        self.states.iter().flat_map(|state| state.choice.keys.iter().copied()).collect()
    }

    /// The same names, with each that may be a part of an id replaced by what it was found to mean.
    pub(crate) fn completed(&self) -> Names {
        let mut names = Names::default();
        for State { name, seen, choice, .. } in &self.states {
            if !name.is_part() {
                names.add(name.clone());
                continue;
            }
            let mut known = Name::new(&name.text);
            for (key, reading) in name.exact.iter().filter(|(key, _)| seen.contains(key)) {
                known.add_id(*key, *reading);
            }
            if known.exact.is_empty() {
                let full = choice.keys.iter().find(|key| matches!(key, TraceKey::Full(_)));
                let Some(key) = full.or(choice.keys.first()) else { continue };
                known.add_id(*key, Reading::Hex);
            }
            known.texts.clone_from(&name.texts);
            names.add(known);
        }
        names
    }

    /// The ids as the store wants them: all that the names may mean, and those that tell whether
    /// 64 bits are to be joined.
    pub(crate) fn wanted(&self) -> Wanted {
        let exact = self.by_key.keys().copied();
        let lows = self.by_low.keys().map(|low| TraceKey::Low64(*low));
        Wanted::new(exact.chain(lows)).or_upper_halves(self.by_high.keys().copied())
    }

    /// What to look for in raw bytes; `None` where that would not find all.
    pub(crate) fn search(&self) -> Option<Search> {
        let of_each = |give: fn(&Name) -> Vec<TraceKey>| {
            self.states.iter().flat_map(move |state| give(&state.name))
        };
        let lows = |name: &Name| name.lows.iter().map(|low| TraceKey::Low64(*low)).collect();
        let exact = |name: &Name| name.exact.iter().map(|(key, _)| *key).collect();
        let keys: Vec<TraceKey> = of_each(exact).chain(of_each(lows)).collect();
        let halves: Vec<u64> = self.by_high.keys().copied().collect();
        let names = || self.states.iter().map(|state| &state.name);
        let texts: Vec<String> = names().flat_map(|name| name.texts.iter().cloned()).collect();
        let beginnings: Vec<&str> = names().filter_map(|name| name.prefix.as_deref()).collect();
        Search::with_beginnings(&keys, &halves, &texts, &beginnings)
    }

    /// How names were read that can be read in more than one way, a line each.
    pub(crate) fn readings(&self) -> Vec<String> {
        let is_doubtful =
            |state: &&State| state.name.exact.len() > 1 && !state.choice.readings.is_empty();
        let readings =
            self.states.iter().filter(is_doubtful).map(|State { name, choice, .. }| {
                let readings: Vec<&str> =
                    choice.readings.iter().map(|reading| reading.name()).collect();
                format!("{} was read as {}", name.text, readings.join(" and as "))
            });
        readings.collect()
    }

    /// What the user should know of how the names were understood, a line each.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes = self.readings();
        for State { choice, was_hasty, .. } in &self.states {
            if let Some(low) = choice.not_joined {
                let so_far = if *was_hasty { " from where the second of them came" } else { "" };
                notes.push(format!(
                    "{low:016x} of 64 bits not joined{so_far}: several ids of 128 bits end in the \
                     same digits"
                ));
            }
        }
        notes.dedup();
        notes
    }
}

/// The full ids with this low half.
fn with_low(seen: &BTreeSet<TraceKey>, low: u64) -> Vec<TraceId> {
    let full = seen.iter().filter_map(|key| match key {
        TraceKey::Full(id) if id.low64() == low => Some(*id),
        _ => None,
    });
    full.collect()
}

/// What a name means, given all the ids that have to do with it.
///
/// An id that the name is the whole of wins over those that it is a part of.
fn choose(name: &Name, seen: &BTreeSet<TraceKey>) -> Result<Choice, Several> {
    let mut choice = Choice::default();
    for (key, reading) in &name.exact {
        // A full id is known to be meant before it is seen, so a short form of it may come first.
        let is_sure = name.only_key() == Some(*key) && matches!(key, TraceKey::Full(_));
        if seen.contains(key) || is_sure {
            choice.readings.push(*reading);
            choice.take(*key, seen);
        }
    }
    if !choice.keys.is_empty() {
        return Ok(choice);
    }
    let mut traces: BTreeSet<TraceKey> = BTreeSet::new();
    for &key in seen.iter().filter(|key| name.fits_part(**key)) {
        traces.insert(match (key, with_low(seen, key.low64()).as_slice()) {
            (TraceKey::Low64(_), [only]) => TraceKey::Full(*only),
            _ => key,
        });
    }
    if traces.len() > 1 {
        return Err(Several {
            name: name.text.clone(),
            is_prefix: name.prefix.is_some(),
            traces: traces.into_iter().map(spelled).collect(),
        });
    }
    for key in traces {
        choice.take(key, seen);
    }
    Ok(choice)
}

impl Choice {
    /// Takes an id, and its other forms.
    fn take(&mut self, key: TraceKey, seen: &BTreeSet<TraceKey>) {
        self.keys.push(key);
        let mut full = with_low(seen, key.low64());
        if let TraceKey::Full(id) = key
            && !full.contains(&id)
        {
            full.push(id);
        }
        let short = TraceKey::Low64(key.low64());
        match (key, full.as_slice()) {
            (TraceKey::Opaque(_), _) | (_, []) => {}
            (TraceKey::Low64(_), [only]) => self.keys.push(TraceKey::Full(*only)),
            (TraceKey::Full(_), [_]) if seen.contains(&short) => self.keys.push(short),
            (_, [_]) => {}
            (_, _) if seen.contains(&short) => self.not_joined = Some(key.low64()),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::trace_argument::TraceArgument;
    use super::*;

    const LOW: u64 = 0xd827_923c_76e6_b5d1;
    const SHORT: TraceKey = TraceKey::Low64(LOW);

    fn full(high: u64) -> TraceKey {
        TraceKey::Full(TraceId::new(u128::from(high) << 64 | u128::from(LOW)).unwrap())
    }

    const A: u64 = 0xaaaa_aaaa_aaaa_aaaa;
    const B: u64 = 0xbbbb_bbbb_bbbb_bbbb;

    /// Which of the ids a name means, when they come in this order.
    fn meant(text: &str, keys: &[TraceKey]) -> Result<Vec<TraceKey>, usize> {
        let argument = TraceArgument::parse(text, false).unwrap();
        let mut names = Names::new([argument.name()]);
        for key in keys {
            names.see(*key).map_err(|several| several.traces.len())?;
        }
        Ok(keys.iter().copied().filter(|key| names.is_meant(*key)).collect())
    }

    #[test]
    fn sixty_four_bits_join_only_where_that_is_unique() {
        let named = format!("{A:016x}{LOW:016x}");
        let decimal = LOW.to_string();
        type Row<'r> = (&'r str, &'r [TraceKey], Result<Vec<TraceKey>, usize>);
        let table: &[Row<'_>] = &[
            (&named, &[full(A), SHORT], Ok(vec![full(A), SHORT])),
            (&named, &[SHORT, full(A)], Ok(vec![SHORT, full(A)])),
            (&named, &[SHORT], Ok(vec![SHORT])),
            (&named, &[full(A), SHORT, full(B)], Ok(vec![full(A)])),
            (&named, &[full(B), SHORT], Ok(vec![])),
            (&decimal, &[SHORT, full(A)], Ok(vec![SHORT, full(A)])),
            (&decimal, &[full(A)], Ok(vec![full(A)])),
            (&decimal, &[full(A), SHORT, full(B)], Ok(vec![SHORT])),
            (&decimal, &[full(A), full(B)], Err(2)),
            ("d827923c76e6b5d1", &[SHORT, full(A), full(B)], Ok(vec![SHORT])),
            ("aaaaaaaaaaaaaaaa", &[full(A), full(B)], Ok(vec![full(A)])),
            ("aaaaaaaaaaaaaaaa", &[full(A), SHORT], Ok(vec![full(A), SHORT])),
        ];
        for (text, keys, expected) in table {
            assert_eq!(&meant(text, keys), expected, "{text} {keys:?}");
        }
    }

    #[test]
    fn a_prefix_that_fits_several_traces_lists_them() {
        let meant = |text: &str, keys: &[TraceKey]| {
            let argument = TraceArgument::parse(text, false).unwrap();
            let mut names = Names::new([argument.name()]);
            let all = keys.iter().copied().collect();
            names.see_all(&all).map_err(|several| several.traces.len())?;
            Ok(keys.iter().copied().filter(|key| names.is_meant(*key)).collect())
        };
        let three = [full(A), full(B), SHORT];
        assert_eq!(meant("d82792", &three), Err(3));
        assert_eq!(meant("aaaaaa", &three), Ok(vec![full(A)]));
        assert_eq!(meant("d82792", &[full(A), SHORT]), Ok(vec![full(A), SHORT]));
        assert_eq!(meant("aaaaaa", &[full(A), SHORT]), Ok(vec![full(A), SHORT]));
        assert_eq!(meant("ffffff", &three), Ok(vec![]));
        // The whole of a short id is no beginning of another.
        let whole = TraceKey::Low64(0xabcd_ef12);
        let longer = TraceKey::Low64(0xabcd_ef12_3456_7890);
        assert_eq!(meant("abcdef12", &[whole, longer]), Ok(vec![whole]));
    }

    #[test]
    fn what_can_be_said_without_the_rest_of_the_input_is_said() {
        let of = |text: &str| {
            let argument = TraceArgument::parse(text, false).unwrap();
            let names = Names::new([argument.name()]);
            [full(A), full(B), SHORT, TraceKey::Low64(7)].map(|key| names.meaning(key))
        };
        use Meaning::{Depends, No, Yes};
        assert_eq!(of(&format!("{A:016x}{LOW:016x}")), [Yes, No, Depends, No]);
        assert_eq!(of(&LOW.to_string()), [Depends, Depends, Yes, No]);
        assert_eq!(of("d82792"), [Depends, Depends, Depends, No]);
    }

    #[test]
    fn a_number_that_can_be_read_in_two_ways_says_how_it_was() {
        let argument = TraceArgument::parse("1234567890123456", false).unwrap();
        let mut names = Names::new([argument.name()]);
        names.see(TraceKey::Low64(1_234_567_890_123_456)).unwrap();
        assert_eq!(names.notes(), ["1234567890123456 was read as decimal"]);
        assert!(names.is_meant(TraceKey::Low64(1_234_567_890_123_456)));
    }

    #[test]
    fn a_live_reader_is_told_that_it_joined_too_early() {
        let argument = TraceArgument::parse(&format!("{A:016x}{LOW:016x}"), false).unwrap();
        let mut names = Names::new([argument.name()]);
        for (key, is_meant) in [(SHORT, true), (full(B), false), (SHORT, false), (full(A), true)] {
            names.see(key).unwrap();
            assert_eq!(names.is_meant(key), is_meant, "{key:?}");
        }
        assert!(names.notes()[0].contains("from where the second of them came"));
    }
}
