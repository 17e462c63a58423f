//! Keys that the user names: which fields hold ids beside those of the alias table.
//!
//! Makes [`UserKeys`], once, from what the command line says. An *id key* names a trace where the
//! record names none by itself; a *link key* names something (a request, an order) that leads
//! to a trace if other records carry both. The values are any text, not hex only.

use super::fields::{Normalised, Slot};
use super::{TraceKey, identity};
use aho_corasick::{AhoCorasick, MatchKind};

/// Keys that the user names.
#[derive(Clone, Debug, Default)]
pub struct UserKeys {
    /// In the order given.
    keys: Vec<UserKey>,
    /// Finds the spellings of the keys in text, and which key it is.
    finder: Option<AhoCorasick>,
    spelled: Vec<usize>,
}

#[derive(Clone, Debug)]
struct UserKey {
    /// As the alias table compares keys.
    normalised: Vec<u8>,
    slot: Slot,
}

/// A value found under a key that the user names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct UserIds<'a> {
    pub(crate) trace: Option<&'a [u8]>,
    pub(crate) link: Option<&'a [u8]>,
}

impl<'a> UserIds<'a> {
    /// The values of both; what is here already wins.
    pub(crate) fn or(self, other: UserIds<'a>) -> UserIds<'a> {
        UserIds { trace: self.trace.or(other.trace), link: self.link.or(other.link) }
    }
}

impl UserKeys {
    /// Longer values are no ids.
    const LONGEST_VALUE: usize = 256;

    /// Keys of ids, and keys of links.
    ///
    /// # Errors
    /// Gives the key that cannot be one: it is too long, or has no letter or digit.
    pub fn new(ids: &[String], links: &[String]) -> Result<UserKeys, String> {
        let slots = [(ids, Slot::UserTrace), (links, Slot::Link)];
        let (mut keys, mut texts, mut spelled) = (Vec::new(), Vec::new(), Vec::new());
        for (name, slot) in slots.iter().flat_map(|(names, slot)| names.iter().map(|n| (n, *slot)))
        {
            let mut normalised = Normalised::new();
            if !normalised.push(name.as_bytes()) || normalised.as_bytes().is_empty() {
                return Err(name.clone());
            }
            for separator in ["_", "-", ".", " ", ""] {
                texts.push(name.replace(['_', '-', '.', ' '], separator));
                spelled.push(keys.len());
            }
            texts.push(name.clone());
            spelled.push(keys.len());
            keys.push(UserKey { normalised: normalised.as_bytes().to_vec(), slot });
        }
        let finder = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostLongest)
            .build(&texts)
            .ok()
            .filter(|_| !keys.is_empty());
        Ok(UserKeys { keys, finder, spelled })
    }

    /// Whether the user named none.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// Whether the user named keys of ids.
    pub fn has_ids(&self) -> bool {
        self.keys.iter().any(|key| key.slot == Slot::UserTrace)
    }

    /// Whether the user named keys of links.
    pub fn has_links(&self) -> bool {
        self.keys.iter().any(|key| key.slot == Slot::Link)
    }

    /// What a key means, and how early it was named.
    pub(crate) fn slot(&self, normalised: &[u8]) -> Option<(Slot, u8)> {
        let at = self.keys.iter().position(|key| key.normalised == normalised)?;
        Some((self.keys[at].slot, at.min(31) as u8))
    }

    /// Looks for `key=value`, `key: value`, `"key":"value"` and the like anywhere in a line.
    pub(crate) fn find_in<'a>(&self, text: &'a [u8]) -> UserIds<'a> {
        let mut found = UserIds::default();
        let Some(finder) = &self.finder else { return found };
        let mut rank = [usize::MAX; 2];
        for hit in finder.find_iter(text) {
            let begins = hit.start() == 0 || !is_word(text[hit.start() - 1]);
            let Some(value) = value_after(&text[hit.end()..]).filter(|_| begins) else { continue };
            let key = self.spelled[hit.pattern().as_usize()];
            let (place, best) = match self.keys[key].slot {
                Slot::UserTrace => (&mut found.trace, &mut rank[0]),
                _ => (&mut found.link, &mut rank[1]),
            };
            if key < *best && is_id(value) {
                (*place, *best) = (Some(value), key);
            }
        }
        found
    }
}

/// Whether a value names anything.
pub(crate) fn is_id(value: &[u8]) -> bool {
    value.len() <= UserKeys::LONGEST_VALUE && !identity::is_absent(value)
}

/// The key of a trace that the user says this value names: an id in any spelling, or the text
/// itself. `None`: the value is absent.
pub fn named_trace(value: &[u8]) -> Option<TraceKey> {
    let value = value.trim_ascii();
    if !is_id(value) {
        return None;
    }
    let known = identity::trace_value(value, false).map(|found| found.key);
    Some(known.unwrap_or_else(|| identity::opaque(value)))
}

/// A link's value as a number that other values hardly share.
pub fn link_value(text: &[u8]) -> u128 {
    match identity::opaque(text) {
        TraceKey::Opaque(hash) => hash,
        TraceKey::Full(_) | TraceKey::Low64(_) => 0,
    }
}

const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// The value behind a key: after `=` or `:`, with quotes or without.
fn value_after(text: &[u8]) -> Option<&[u8]> {
    let quotes = |b: &&u8| matches!(**b, b'"' | b'\'' | b'\\' | b'`');
    let blanks = |text: &[u8]| text.iter().take_while(|b| **b == b' ').count();
    let mut at = text.iter().take(2).take_while(quotes).count();
    at += blanks(&text[at..]);
    if !matches!(text.get(at)?, b'=' | b':') {
        return None;
    }
    at += 1;
    at += usize::from(text.get(at) == Some(&b'>'));
    at += blanks(&text[at..]).min(2);
    let opening = text[at..].iter().take(2).take_while(quotes).count();
    at += opening;
    let ends = |b: &u8| match opening {
        0 => {
            matches!(b, b' ' | b'\t' | b',' | b';' | b'"' | b'\'' | b'&' | b'|')
                || matches!(b, b']' | b')' | b'}' | b'>')
        }
        _ => quotes(&b),
    };
    let length = text[at..].iter().position(ends).unwrap_or(text.len() - at);
    (length > 0).then(|| &text[at..at + length])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_named_key_is_found_in_every_way_to_write_a_pair() {
        let keys = UserKeys::new(&["request_id".to_owned()], &["order".to_owned()]).unwrap();
        for text in [
            "GET /a request_id=req-77 200",
            "INFO [request-id:req-77] hello",
            r#"x {"requestId":"req-77","a":1}"#,
            r#"x {"a":1,"REQUEST_ID": "req-77"}"#,
            "Request ID: req-77, done",
            "request_id => 'req-77'",
        ] {
            let found = keys.find_in(text.as_bytes());
            assert_eq!(found.trace, Some(&b"req-77"[..]), "{text}");
        }
        assert_eq!(keys.find_in(b"request_id=- order=o/9").link, Some(&b"o/9"[..]));
        for text in ["my_request_id=7x", "request_id", "request_id=-", "request_ids=7x"] {
            assert_eq!(keys.find_in(text.as_bytes()), UserIds::default(), "{text}");
        }
    }

    #[test]
    fn the_key_named_first_wins() {
        let keys = UserKeys::new(&["a".to_owned(), "b".to_owned()], &[]).unwrap();
        assert_eq!(keys.find_in(b"b=x2 a=x1").trace, Some(&b"x1"[..]));
    }
}
