//! One trace, one identity: which keys are the same trace, and under which spellings it went.
//!
//! Datadog writes the low 64 bits in decimal, 64-bit systems write 16 digits, others all 128 bits.
//! The short form joins the full id whose low half it is when there is exactly one such id in the
//! input; two different upper halves never become one trace.

use crate::record::{TraceKey, link_value};
use crate::trace::symbols::{Symbol, SymbolCache, Symbols};
use crate::trace_context::TraceId;
use hashbrown::{HashMap, HashSet};
use smallvec::SmallVec;

/// The key under which a trace is gathered: a full id without an upper half was 64 bits long where
/// it was made, and is the same as its low half alone.
pub fn normalized(key: TraceKey) -> TraceKey {
    match key {
        TraceKey::Full(id) if id.high64() == 0 => TraceKey::Low64(id.low64()),
        other => other,
    }
}

/// Traces that are wanted, in whatever spelling the records have them.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    keys: HashSet<TraceKey>,
    /// Low halves of the full ids that are wanted: a record that knows only these 64 bits may
    /// belong to one of them.
    low64: HashSet<u64>,
    /// Upper halves that are wanted.
    high64: HashSet<u64>,
}

impl Wanted {
    /// Traces with these keys. A 64-bit key wants every full id with that low half.
    pub fn new(keys: impl IntoIterator<Item = TraceKey>) -> Wanted {
        let keys: HashSet<TraceKey> = keys.into_iter().map(normalized).collect();
        let low64 = keys
            .iter()
            .filter_map(|key| match key {
                TraceKey::Full(id) => Some(id.low64()),
                _ => None,
            })
            .collect();
        Wanted { keys, low64, high64: HashSet::new() }
    }

    /// Wants every full id with one of these upper halves as well: sixteen digits that a person
    /// names may be either half.
    pub fn or_upper_halves(mut self, halves: impl IntoIterator<Item = u64>) -> Wanted {
        self.high64.extend(halves);
        self
    }

    /// Whether a record with this key may belong to a wanted trace.
    pub fn contains(&self, key: TraceKey) -> bool {
        let key = normalized(key);
        self.keys.contains(&key)
            || match key {
                TraceKey::Full(id) => {
                    self.keys.contains(&TraceKey::Low64(id.low64()))
                        || self.high64.contains(&id.high64())
                }
                TraceKey::Low64(low) => self.low64.contains(&low),
                TraceKey::Opaque(_) => false,
            }
    }
}

impl FromIterator<TraceKey> for Wanted {
    fn from_iter<I: IntoIterator<Item = TraceKey>>(keys: I) -> Wanted {
        Wanted::new(keys)
    }
}

/// The ways in which the records of a trace spell its id. The usual ones are a bit each, made into
/// text only when asked; a decimal id for every trace of an input would be a text for each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Spellings {
    usual: u8,
    others: SmallVec<[Other; 2]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Other {
    text: Symbol,
    /// Not the id, but a value that led to the trace.
    is_link: bool,
}

/// How a trace is called.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Called {
    /// As printed.
    pub(crate) trace_id: String,
    /// Other spellings, sorted.
    pub(crate) aliases: Vec<String>,
    /// Values of links, sorted.
    pub(crate) links: Vec<String>,
}

/// The usual spellings.
const HEX_32: u8 = 1;
const DECIMAL: u8 = 2;
const HEX_16: u8 = 4;
const UPPER_HEX_32: u8 = 8;

/// A spelling as a record has it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Spelling {
    Usual(u8),
    Other(Symbol),
    /// No spelling, but the value of a link.
    Link(Symbol),
    Unknown,
}

fn is_decimal_of(text: &[u8], value: u64) -> bool {
    let mut digits = [0u8; 20];
    let mut at = digits.len();
    let mut rest = value;
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            return text == &digits[at..];
        }
    }
}

fn is_hex_of(text: &[u8], value: u128, length: usize, alphabet: &[u8; 16]) -> bool {
    text.len() == length
        && text
            .iter()
            .rev()
            .enumerate()
            .all(|(place, &digit)| digit == alphabet[(value >> (4 * place)) as usize & 15])
}

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

impl Spelling {
    /// What a record's id looks like. `written` is `None` for 32 lowercase digits.
    pub(crate) fn of(
        key: TraceKey,
        written: Option<&[u8]>,
        cache: &mut SymbolCache,
        symbols: &Symbols,
    ) -> Spelling {
        let Some(written) = written else {
            return match key {
                TraceKey::Full(_) => Spelling::Usual(HEX_32),
                _ => Spelling::Unknown,
            };
        };
        let value = match key {
            TraceKey::Full(id) => Some(id.get()),
            TraceKey::Low64(low) => Some(u128::from(low)),
            TraceKey::Opaque(_) => None,
        };
        if let Some(value) = value {
            if is_hex_of(written, value, 32, LOWER) {
                return Spelling::Usual(HEX_32);
            }
            if is_decimal_of(written, value as u64) {
                return Spelling::Usual(DECIMAL);
            }
            if is_hex_of(written, value & u128::from(u64::MAX), 16, LOWER) {
                return Spelling::Usual(HEX_16);
            }
            if is_hex_of(written, value, 32, UPPER) {
                return Spelling::Usual(UPPER_HEX_32);
            }
        }
        cache.intern(written, symbols).map_or(Spelling::Unknown, Spelling::Other)
    }
}

impl Spellings {
    pub(crate) fn add(&mut self, spelling: Spelling) {
        match spelling {
            Spelling::Usual(bit) => self.usual |= bit,
            Spelling::Other(text) => self.add_other(Other { text, is_link: false }),
            Spelling::Link(text) => self.add_other(Other { text, is_link: true }),
            Spelling::Unknown => {}
        }
    }

    fn add_other(&mut self, other: Other) {
        if !self.others.contains(&other) {
            self.others.push(other);
        }
    }

    pub(crate) fn merge(&mut self, other: &Spellings) {
        self.usual |= other.usual;
        for &other in &other.others {
            self.add_other(other);
        }
    }

    /// The trace id as printed, every other spelling, and what led to it. The same digits in upper
    /// case are no other spelling.
    pub(crate) fn resolve(&self, key: TraceKey, symbols: &Symbols) -> Called {
        let texts = |is_link: bool| {
            let others = self.others.iter().filter(move |other| other.is_link == is_link);
            others.map(|other| symbols.name(other.text).to_string())
        };
        let mut links: Vec<String> = texts(true).collect();
        links.sort_unstable();
        let mut all: Vec<String> = texts(false).collect();
        let value = match key {
            TraceKey::Full(id) => Some(id.get()),
            TraceKey::Low64(low) => Some(u128::from(low)),
            TraceKey::Opaque(_) => None,
        };
        if let Some(value) = value {
            let low = value as u64;
            for (bit, text) in [
                (HEX_32, format!("{value:032x}")),
                (DECIMAL, low.to_string()),
                (HEX_16, format!("{low:016x}")),
                (UPPER_HEX_32, format!("{value:032X}")),
            ] {
                if self.usual & bit != 0 {
                    all.push(text);
                }
            }
        }
        all.sort_unstable();
        all.dedup();
        let printed = match key {
            TraceKey::Full(id) => id.to_string(),
            TraceKey::Low64(low) if self.usual & HEX_32 != 0 => format!("{low:032x}"),
            TraceKey::Low64(low) => format!("{low:016x}"),
            TraceKey::Opaque(hash) => {
                let is_own = |text: &&String| link_value(text.as_bytes()) == hash;
                all.iter()
                    .find(is_own)
                    .or(all.first())
                    .cloned()
                    .unwrap_or_else(|| format!("{hash:032x}"))
            }
        };
        all.retain(|spelling| !spelling.eq_ignore_ascii_case(&printed));
        Called { trace_id: printed, aliases: all, links }
    }
}

/// Which 64-bit keys are the low half of exactly one full id.
#[derive(Debug, Default)]
pub(crate) struct Joins {
    /// `None`: several full ids have this low half.
    by_low64: HashMap<u64, Option<TraceId>>,
}

impl Joins {
    pub(crate) fn new(keys: impl Iterator<Item = TraceKey>) -> Joins {
        let mut by_low64: HashMap<u64, Option<TraceId>> = HashMap::new();
        for key in keys {
            if let TraceKey::Full(id) = key {
                by_low64
                    .entry(id.low64())
                    .and_modify(|only| *only = only.filter(|&known| known == id))
                    .or_insert(Some(id));
            }
        }
        Joins { by_low64 }
    }

    /// The key of the trace that this key belongs to.
    pub(crate) fn resolve(&self, key: TraceKey) -> Joined {
        match key {
            TraceKey::Low64(low) => match self.by_low64.get(&low) {
                Some(Some(id)) => Joined::Into(TraceKey::Full(*id)),
                Some(None) => Joined::Ambiguous,
                None => Joined::Alone,
            },
            _ => Joined::Alone,
        }
    }
}

/// What became of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Joined {
    Alone,
    Into(TraceKey),
    Ambiguous,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    const LOW: u64 = 0xa3ce_929d_0e0e_4736;

    fn full(high: u64) -> TraceKey {
        TraceKey::Full(TraceId::new(u128::from(high) << 64 | u128::from(LOW)).unwrap())
    }

    fn spell(key: TraceKey, written: &[u8], symbols: &Symbols) -> Spellings {
        let mut spellings = Spellings::default();
        spellings.add(Spelling::of(key, Some(written), &mut SymbolCache::default(), symbols));
        spellings
    }

    #[test]
    fn a_full_id_without_upper_half_is_its_low_half() {
        assert_eq!(normalized(full(0)), TraceKey::Low64(LOW));
        assert_eq!(normalized(full(1)), full(1));
    }

    #[test]
    fn a_short_id_joins_the_only_full_id_with_that_low_half() {
        let one = Joins::new([full(7), TraceKey::Low64(LOW), full(7)].into_iter());
        assert_eq!(one.resolve(TraceKey::Low64(LOW)), Joined::Into(full(7)));
        assert_eq!(one.resolve(TraceKey::Low64(1)), Joined::Alone);
        assert_eq!(one.resolve(TraceKey::Opaque(u128::from(LOW))), Joined::Alone);
    }

    #[test]
    fn a_short_id_with_two_candidates_joins_none() {
        let two = Joins::new([full(7), full(8), full(7)].into_iter());
        assert_eq!(two.resolve(TraceKey::Low64(LOW)), Joined::Ambiguous);
    }

    #[test]
    fn usual_spellings_are_known_without_their_text() {
        let symbols = Symbols::new();
        let low = TraceKey::Low64(LOW);
        for (key, written, usual) in [
            (low, "11803532876627986230", DECIMAL),
            (low, "a3ce929d0e0e4736", HEX_16),
            (full(0x4bf9_2f35_77b3_4da6), "11803532876627986230", DECIMAL),
            (full(0x4bf9_2f35_77b3_4da6), "4BF92F3577B34DA6A3CE929D0E0E4736", UPPER_HEX_32),
            (low, "0000000000000000a3ce929d0e0e4736", HEX_32),
        ] {
            let spellings = spell(key, written.as_bytes(), &symbols);
            assert_eq!((spellings.usual, spellings.others.len()), (usual, 0), "{written}");
        }
        let dashed = b"4bf92f35-77b3-4da6-a3ce-929d0e0e4736";
        assert_eq!(spell(full(0x4bf9_2f35_77b3_4da6), dashed, &symbols).others.len(), 1);
    }

    #[test]
    fn the_printed_form_is_not_its_own_alias() {
        let symbols = Symbols::new();
        let key = full(0x4bf9_2f35_77b3_4da6);
        let mut spellings = spell(TraceKey::Low64(LOW), b"11803532876627986230", &symbols);
        spellings.add(Spelling::Usual(HEX_32));
        spellings.add(Spelling::Usual(UPPER_HEX_32));
        spellings.add(symbols.intern(b"req-8842").map_or(Spelling::Unknown, Spelling::Link));
        let called = spellings.resolve(key, &symbols);
        assert_eq!(called.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(called.aliases, ["11803532876627986230"]);
        assert_eq!(called.links, ["req-8842"]);
    }

    #[test]
    fn an_opaque_id_is_printed_as_written() {
        let symbols = Symbols::new();
        let key = TraceKey::Opaque(5);
        let called = spell(key, b"req-77", &symbols).resolve(key, &symbols);
        assert_eq!((called.trace_id.as_str(), called.aliases.len()), ("req-77", 0));
    }

    #[test]
    fn a_wanted_id_is_found_in_its_short_and_long_forms() {
        let by_full = Wanted::new([full(7)]);
        assert!(by_full.contains(full(7)) && by_full.contains(TraceKey::Low64(LOW)));
        assert!(!by_full.contains(full(8)) && !by_full.contains(TraceKey::Low64(1)));
        let by_low = Wanted::new([full(0)]);
        assert!(by_low.contains(full(8)) && by_low.contains(TraceKey::Low64(LOW)));
    }
}
