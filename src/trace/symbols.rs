//! Names as numbers: service and span names repeat, so a span keeps four bytes for each.
//!
//! [`Symbols`] is shared by all workers; a [`SymbolCache`] in front of it answers the common case
//! without a lock. Numbers depend on which worker came first, so nothing may be *decided* by them:
//! ties are settled on the text ([`Symbols::compare`]).

use crate::trace::Name;
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use std::borrow::Cow;
use std::cmp::Ordering;
use std::hash::BuildHasher;
use std::num::NonZeroU32;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// A text of a [`Symbols`] table. Equal symbols of one table are equal texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Symbol(NonZeroU32);

impl Symbol {
    fn from_index(index: usize) -> Option<Symbol> {
        u32::try_from(index).ok()?.checked_add(1).and_then(NonZeroU32::new).map(Symbol)
    }

    fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

/// A thread-safe table of texts, each held once.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    texts: Vec<Name>,
    table: HashTable<Symbol>,
    hasher: DefaultHashBuilder,
}

impl Inner {
    fn find(&self, text: &str) -> Option<Symbol> {
        let hash = self.hasher.hash_one(text);
        self.table.find(hash, |&symbol| &*self.texts[symbol.index()] == text).copied()
    }
}

impl Symbols {
    /// An empty table.
    pub(crate) fn new() -> Symbols {
        Symbols::default()
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// The symbol of a text; bytes that are not UTF-8 are replaced, so two spellings that print
    /// alike are one symbol. `None` only when four thousand million texts are held already.
    pub(crate) fn intern(&self, bytes: &[u8]) -> Option<Symbol> {
        let text: Cow<'_, str> = String::from_utf8_lossy(bytes);
        if let Some(symbol) = self.read().find(&text) {
            return Some(symbol);
        }
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(symbol) = inner.find(&text) {
            return Some(symbol);
        }
        let symbol = Symbol::from_index(inner.texts.len())?;
        let Inner { texts, table, hasher } = &mut *inner;
        texts.push(Arc::from(&*text));
        table.insert_unique(hasher.hash_one(&*text), symbol, |other| {
            hasher.hash_one(&*texts[other.index()])
        });
        Some(symbol)
    }

    /// The text.
    pub(crate) fn name(&self, symbol: Symbol) -> Name {
        Arc::clone(&self.read().texts[symbol.index()])
    }

    /// Order by text; a missing text comes last.
    pub(crate) fn compare(&self, left: Option<Symbol>, right: Option<Symbol>) -> Ordering {
        match (left, right) {
            (left, right) if left == right => Ordering::Equal,
            (None, _) => Ordering::Greater,
            (_, None) => Ordering::Less,
            (Some(left), Some(right)) => {
                let inner = self.read();
                inner.texts[left.index()].cmp(&inner.texts[right.index()])
            }
        }
    }
}

/// A worker's own answers, so that a name seen before costs no lock.
#[derive(Debug, Default)]
pub(crate) struct SymbolCache {
    /// Texts seen last, by their ends: a name that comes again costs no hashing of the whole.
    recent: Vec<Option<(Box<[u8]>, Symbol)>>,
    known: HashMap<Box<[u8]>, Symbol>,
}

impl SymbolCache {
    /// How many texts are held before the cache starts anew: names with ids in them (paths) would
    /// otherwise fill it with texts that never come back.
    const LIMIT: usize = 4096;
    const RECENT: usize = 128;

    /// The symbol of a text, from the cache or from the table.
    pub(crate) fn intern(&mut self, bytes: &[u8], symbols: &Symbols) -> Option<Symbol> {
        if self.recent.is_empty() {
            self.recent.resize(Self::RECENT, None);
        }
        let place = Self::place(bytes);
        if let Some((text, symbol)) = &self.recent[place]
            && **text == *bytes
        {
            return Some(*symbol);
        }
        let symbol = match self.known.get(bytes) {
            Some(&symbol) => symbol,
            None => {
                let symbol = symbols.intern(bytes)?;
                if self.known.len() >= Self::LIMIT {
                    self.known.clear();
                }
                self.known.insert(bytes.into(), symbol);
                symbol
            }
        };
        match &mut self.recent[place] {
            Some((text, known)) if text.len() == bytes.len() => {
                text.copy_from_slice(bytes);
                *known = symbol;
            }
            recent => *recent = Some((bytes.into(), symbol)),
        }
        Some(symbol)
    }

    /// Where a text stands among the recent ones: by its length and the four bytes at either end.
    fn place(bytes: &[u8]) -> usize {
        let word =
            |part: Option<&[u8; 4]>| u64::from(part.map_or(0, |part| u32::from_le_bytes(*part)));
        let ends = word(bytes.first_chunk()) | word(bytes.last_chunk()) << 32;
        let hash = (ends ^ bytes.len() as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (hash >> 32) as usize % Self::RECENT
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn equal_texts_are_one_symbol_through_any_cache() {
        let symbols = Symbols::new();
        let (mut one, mut two) = (SymbolCache::default(), SymbolCache::default());
        let cart = one.intern(b"cart", &symbols).unwrap();
        assert_ne!(one.intern(b"user", &symbols).unwrap(), cart);
        assert_eq!(two.intern(b"cart", &symbols).unwrap(), cart);
        assert_eq!(one.intern(b"cart", &symbols).unwrap(), cart);
        assert_eq!(&*symbols.name(cart), "cart");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced_not_refused() {
        let symbols = Symbols::new();
        let symbol = symbols.intern(b"caf\xe9").unwrap();
        assert_eq!(&*symbols.name(symbol), "caf\u{fffd}");
        assert_eq!(symbols.intern(b"caf\xe8"), Some(symbol));
    }

    #[test]
    fn order_is_that_of_the_texts_not_of_arrival() {
        let symbols = Symbols::new();
        let zebra = symbols.intern(b"zebra");
        let ant = symbols.intern(b"ant");
        assert_eq!(symbols.compare(ant, zebra), Ordering::Less);
        assert_eq!(symbols.compare(zebra, None), Ordering::Less);
    }
}
