//! Finding ids in raw bytes, before anything is parsed.
//!
//! A trace id is searched for in every spelling that [`crate::record`] would understand; what is
//! found is only a candidate, and the parser decides.

use crate::record::TraceKey;
use aho_corasick::{AhoCorasick, MatchKind, packed};
use memchr::memmem::Finder;

/// The needles of some trace ids.
#[derive(Debug)]
pub struct Search {
    engine: Engine,
}

#[derive(Debug)]
enum Engine {
    One(Box<Finder<'static>>),
    /// A handful, by their fragments.
    Few(Box<Fragments>),
    Many(Box<AhoCorasick>),
}

impl Search {
    /// Searches for these traces, and for full ids with these upper halves. `texts`: those of the
    /// ids that are any text. `None`: an id that cannot be searched for in raw bytes is among them.
    pub fn new(keys: &[TraceKey], upper_halves: &[u64], texts: &[String]) -> Option<Search> {
        Search::with_beginnings(keys, upper_halves, texts, &[])
    }

    /// As [`Search::new`]; and for ids that begin with these digits (lowercase, six at least), or
    /// whose lower half does.
    pub fn with_beginnings(
        keys: &[TraceKey],
        upper_halves: &[u64],
        texts: &[String],
        beginnings: &[&str],
    ) -> Option<Search> {
        // What JSON would escape may be written in several ways.
        let is_plain =
            |text: &String| text.bytes().all(|b| b.is_ascii_graphic() && !ESCAPED.contains(&b));
        if !texts.iter().all(is_plain) {
            return None;
        }
        let mut needles: Vec<Vec<u8>> =
            texts.iter().map(|text| text.clone().into_bytes()).collect();
        for half in upper_halves {
            // The first group of a UUID ends after eight digits.
            let head = format!("{:08x}", half >> 32);
            needles.push(head.to_uppercase().into_bytes());
            needles.push(head.into_bytes());
        }
        for digits in beginnings {
            // The dash of a UUID comes after eight digits, and in its lower half after four.
            let head = &digits[..digits.len().min(8)];
            let lower = format!("{}-{}", &head[..4], &head[4..]);
            for needle in [head, &lower] {
                needles.push(needle.to_uppercase().into_bytes());
                needles.push(needle.as_bytes().to_vec());
            }
        }
        for key in keys {
            match key {
                TraceKey::Full(id) => spellings(id.low64(), Some(id.get()), &mut needles),
                TraceKey::Low64(low) => spellings(*low, None, &mut needles),
                TraceKey::Opaque(_) if texts.is_empty() => return None,
                TraceKey::Opaque(_) => {}
            }
        }
        if !needles.is_empty() {
            // A line that the container runtime cut may have been cut in the middle of the id.
            needles.extend([b" stdout P ".to_vec(), b" stderr P ".to_vec()]);
        }
        Search::for_needles(needles)
    }

    /// Searches for these bytes.
    pub fn for_needles(mut needles: Vec<Vec<u8>>) -> Option<Search> {
        needles.sort();
        needles.dedup();
        let engine = match needles.as_slice() {
            [] => return None,
            [one] => Engine::One(Box::new(Finder::new(one).into_owned())),
            many => match Fragments::of(many) {
                Some(fragments) => Engine::Few(Box::new(fragments)),
                None => Engine::Many(Box::new(
                    AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(many).ok()?,
                )),
            },
        };
        Some(Search { engine })
    }

    /// Whether any needle is in the bytes.
    pub fn is_match(&self, bytes: &[u8]) -> bool {
        match &self.engine {
            Engine::One(finder) => finder.find(bytes).is_some(),
            Engine::Few(fragments) => fragments.is_match(bytes),
            Engine::Many(automaton) => automaton.is_match(bytes),
        }
    }
}

/// A few bytes of each needle, found with vector instructions, and the needles to compare then.
///
/// Six times as fast as the automaton. Three bytes cost a quarter less to look for than four, and
/// are as good where they are rare.
#[derive(Debug)]
struct Fragments {
    searcher: packed::Searcher,
    /// The needle of each pattern of the searcher, and where in it the fragment begins.
    needles: Vec<(Vec<u8>, usize)>,
}

impl Fragments {
    const LENGTH: usize = 3;
    /// The searcher compares that many patterns exactly; when more share its buckets, longer ones
    /// tell better.
    const MOST_SHORT: usize = 8;
    const MOST: usize = 48;

    /// `None` where this machine has no such instructions, or the needles do not suit them.
    fn of(needles: &[Vec<u8>]) -> Option<Fragments> {
        if needles.len() > Fragments::MOST {
            return None;
        }
        let is_short = needles.len() <= Fragments::MOST_SHORT;
        let needles: Vec<(Vec<u8>, usize)> = needles
            .iter()
            .map(|needle| (needle.clone(), if is_short { rarest(needle) } else { 0 }))
            .collect();
        let fragments = needles.iter().map(|(needle, start)| {
            let end = if is_short { start + Fragments::LENGTH } else { needle.len() };
            &needle[*start..end.min(needle.len())]
        });
        let searcher = packed::Config::new().builder().extend(fragments).build()?;
        Some(Fragments { searcher, needles })
    }

    fn is_match(&self, bytes: &[u8]) -> bool {
        let mut span = aho_corasick::Span::from(0..bytes.len());
        while let Some(found) = self.searcher.find_in(bytes, span) {
            // Several needles may have the same fragment.
            let holds = |(needle, start): &(Vec<u8>, usize)| {
                let begin = found.start().checked_sub(*start);
                begin.is_some_and(|begin| bytes[begin..].starts_with(needle))
            };
            if self.needles.iter().any(holds) {
                return true;
            }
            span.start = found.start() + 1;
        }
        false
    }
}

/// Where the fragment begins that is rarest in logs, as a rule: digits are everywhere (times,
/// numbers), so letters tell more.
fn rarest(needle: &[u8]) -> usize {
    let letters = |start: &usize| {
        let fragment = needle[*start..].iter().take(Fragments::LENGTH);
        fragment.filter(|byte| !byte.is_ascii_digit()).count()
    };
    (0..=needle.len().saturating_sub(Fragments::LENGTH)).max_by_key(letters).unwrap_or(0)
}

/// Characters that encoders of JSON escape, some of them always.
const ESCAPED: &[u8] = b"\"\\/<>&'";

/// Digits at the end of an id that are searched for. They stand together in every spelling: a
/// dash of a UUID comes before them. Forty-eight bits do not occur by chance.
const DIGITS: usize = 12;

/// The fewest digits of an id that is not marked as one.
const FEWEST_DIGITS: usize = 8;

/// Every way in which the low half of an id may stand in a log. The low half, for it is part of all
/// of them, and tells when two traces share it.
fn spellings(low: u64, full: Option<u128>, needles: &mut Vec<Vec<u8>>) {
    let hex = format!("{low:016x}");
    let tail = &hex[hex.len() - DIGITS..];
    needles.push(tail.to_uppercase().into_bytes());
    needles.push(tail.to_owned().into_bytes());
    needles.push(low.to_string().into_bytes());
    // A short id is printed with fewer leading zeros by some, of eight digits at least; behind `0x`
    // with none at all.
    let short = format!("{low:x}");
    if short.len() < DIGITS {
        let shortest = format!("{low:08x}");
        needles.push(shortest.to_uppercase().into_bytes());
        needles.push(shortest.into_bytes());
        if short.len() < FEWEST_DIGITS {
            for marked in ["0x", "0X"].map(|mark| format!("{mark}{short}")) {
                needles.push(format!("{}{}", &marked[..2], short.to_uppercase()).into_bytes());
                needles.push(marked.into_bytes());
            }
        }
    }
    if let Some(full) = full {
        needles.push(base64(&full.to_be_bytes()).into_bytes());
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let mut bits = 0u32;
        for at in 0..3 {
            bits = bits << 8 | u32::from(group.get(at).copied().unwrap_or(0));
        }
        for at in 0..4 {
            if at <= group.len() {
                text.push(char::from(DIGITS[(bits >> (18 - 6 * at)) as usize & 63]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::trace_context::TraceId;

    // Between eight digits and sixteen, zeros may be left out, some or all.
    #[test]
    fn a_short_id_is_found_however_many_zeros_are_before_it() {
        for (low, texts) in [
            (0x8f2, &["000008f2", "000000008F2", "00000000000008f2", "0x8f2", "0X8F2"][..]),
            (0x12_3456_789a, &["123456789a", "0123456789A", "000000123456789a"]),
        ] {
            let search = Search::new(&[TraceKey::Low64(low)], &[], &[]).unwrap();
            for text in texts {
                assert!(search.is_match(text.as_bytes()), "{text}");
            }
        }
    }

    #[test]
    fn every_spelling_is_found() {
        let id = TraceId::from_lower_hex(b"4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
        let search = Search::new(&[TraceKey::Full(id)], &[], &[]).unwrap();
        for text in [
            "x 4bf92f3577b34da6a3ce929d0e0e4736 y",
            "4BF92F3577B34DA6A3CE929D0E0E4736",
            "4bf92f35-77b3-4da6-a3ce-929d0e0e4736",
            "1-4bf92f35-77b34da6a3ce929d0e0e4736",
            "dd.trace_id=11803532876627986230",
            "a3ce929d0e0e4736",
            "S/kvNXezTaajzpKdDg5HNg==",
        ] {
            assert!(search.is_match(text.as_bytes()), "{text}");
        }
        assert!(!search.is_match(b"4bf92f3577b34da6a3ce929d0e0e4737"));
        let many: Vec<TraceKey> = (1..200).map(|n| TraceKey::Low64(n << 40 | 0xabcdef)).collect();
        assert!(Search::new(&many, &[], &[]).unwrap().is_match(b"x 0000070000abcdef y"));
    }
}
