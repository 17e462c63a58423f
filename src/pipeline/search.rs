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
    /// A handful, with vector instructions: six times as fast as the automaton.
    Few(Box<packed::Searcher>),
    Many(Box<AhoCorasick>),
}

impl Search {
    /// Searches for these traces, and for full ids with these upper halves. `texts`: those of the
    /// ids that are any text. `None`: an id that cannot be searched for in raw bytes is among them.
    pub fn new(keys: &[TraceKey], upper_halves: &[u64], texts: &[String]) -> Option<Search> {
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
            many => match few(many) {
                Some(searcher) => Engine::Few(Box::new(searcher)),
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
            Engine::Few(searcher) => searcher.find(bytes).is_some(),
            Engine::Many(automaton) => automaton.is_match(bytes),
        }
    }
}

/// The vector searcher, where this machine has one and the needles suit it.
fn few(needles: &[Vec<u8>]) -> Option<packed::Searcher> {
    if needles.len() > 48 {
        return None;
    }
    packed::Config::new().builder().extend(needles).build()
}

/// Characters that encoders of JSON escape, some of them always.
const ESCAPED: &[u8] = b"\"\\/<>&'";

/// Digits at the end of an id that are searched for. They stand together in every spelling: a
/// dash of a UUID comes before them. Forty-eight bits do not occur by chance.
const DIGITS: usize = 12;

/// Every way in which the low half of an id may stand in a log. The low half, for it is part of all
/// of them, and tells when two traces share it.
fn spellings(low: u64, full: Option<u128>, needles: &mut Vec<Vec<u8>>) {
    let hex = format!("{low:016x}");
    let tail = &hex[hex.len() - DIGITS..];
    needles.push(tail.to_uppercase().into_bytes());
    needles.push(tail.to_owned().into_bytes());
    needles.push(low.to_string().into_bytes());
    // A short id is printed without leading zeros by some.
    let short = format!("{low:x}");
    if short.len() < DIGITS && short.len() >= 8 {
        needles.push(short.into_bytes());
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
