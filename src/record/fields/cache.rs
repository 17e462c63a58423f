//! What keys were looked up last: [`KeyCache`].

use super::table::FOREIGN;
use super::{Alias, Normalised, Scope, is_one_of, lookup, lookup_nested, suggested};
use crate::record::format::shape::Shapes;
use crate::record::user_keys::UserKeys;
use hashbrown::HashMap;
use smallvec::SmallVec;

/// What the user says that a key means, with or without the key of the object that it is in.
fn named_by_user(user: &UserKeys, parent: &[u8], key: &[u8]) -> Option<Alias> {
    if user.is_empty() || is_one_of(FOREIGN, parent) {
        return None;
    }
    [parent, b""].into_iter().find_map(|parent| {
        let mut joined = Normalised::new();
        let fits = joined.push(parent) && joined.push(key);
        let (slot, rank) = user.slot(joined.as_bytes()).filter(|_| fits)?;
        Some(Alias { slot, rank, scope: Scope::Anywhere })
    })
}

impl Default for KeyCache {
    fn default() -> KeyCache {
        KeyCache::new(UserKeys::default())
    }
}

/// Remembers what keys were looked up last, because the lines of a log repeat their keys. Only a
/// shortcut: the answer is always that of `lookup`, `suggested` and `lookup_nested`.
pub struct KeyCache {
    entries: Vec<CacheEntry>,
    /// What keys inside objects mean; by the length of the object's key, that key, and the key.
    nested: HashMap<Box<[u8]>, Option<Alias>>,
    /// The shapes of JSON objects.
    pub(crate) shapes: Shapes,
    /// What the user adds to the table.
    pub(crate) user: UserKeys,
}

#[derive(Clone, Copy)]
struct CacheEntry {
    key: [u8; CacheEntry::LONGEST],
    length: u8,
    alias: Option<Alias>,
}

impl CacheEntry {
    const LONGEST: usize = 24;
    const EMPTY: CacheEntry = CacheEntry { key: [0; 24], length: u8::MAX, alias: None };
}

impl KeyCache {
    const SIZE: usize = 256;
    const MOST_NESTED: usize = 1024;
    /// An empty cache; one serves many chunks.
    pub fn new(user: UserKeys) -> KeyCache {
        KeyCache {
            entries: vec![CacheEntry::EMPTY; Self::SIZE],
            nested: HashMap::new(),
            shapes: Shapes::new(),
            user,
        }
    }

    /// As [`lookup_nested`].
    pub(crate) fn lookup_nested(&mut self, parent: &[u8], key: &[u8]) -> Option<Alias> {
        let mut place: SmallVec<[u8; 64]> = SmallVec::from_slice(&parent.len().to_le_bytes());
        place.extend_from_slice(parent);
        place.extend_from_slice(key);
        if let Some(alias) = self.nested.get(&*place) {
            return *alias;
        }
        if self.nested.len() >= Self::MOST_NESTED {
            self.nested.clear();
        }
        let alias = named_by_user(&self.user, parent, key).or_else(|| lookup_nested(parent, key));
        self.nested.insert(place.into_vec().into(), alias);
        alias
    }

    fn meaning(&self, key: &[u8]) -> Option<Alias> {
        named_by_user(&self.user, b"", key).or_else(|| lookup(key)).or_else(|| suggested(key))
    }

    /// As [`lookup`], else what the key suggests.
    #[inline]
    pub(crate) fn lookup(&mut self, key: &[u8]) -> Option<Alias> {
        if key.is_empty() || key.len() > CacheEntry::LONGEST {
            return self.meaning(key);
        }
        let first = u32::from(key[0]);
        let last = u32::from(key[key.len() - 1]);
        let middle = u32::from(key[key.len() / 2]);
        let slot = (first.wrapping_mul(31) ^ last.wrapping_mul(131) ^ middle.wrapping_mul(7))
            .wrapping_add(key.len() as u32 * 17) as usize
            % Self::SIZE;
        let entry = &self.entries[slot];
        if usize::from(entry.length) == key.len() && entry.key[..key.len()] == *key {
            return entry.alias;
        }
        let alias = self.meaning(key);
        let entry = &mut self.entries[slot];
        entry.key[..key.len()].copy_from_slice(key);
        entry.length = key.len() as u8;
        entry.alias = alias;
        alias
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fields::table::ALIASES;

    #[test]
    fn the_cache_answers_like_the_table() {
        let mut cache = KeyCache::default();
        for _ in 0..2 {
            for (key, ..) in ALIASES {
                assert_eq!(cache.lookup(key.as_bytes()), lookup(key.as_bytes()));
            }
        }
    }
}
