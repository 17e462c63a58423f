//! Fragments by trace: [`TraceStore`], which all workers fill at once.
//!
//! A worker gathers the facts of its chunk in a [`Batch`] without any lock; [`TraceStore::absorb`]
//! then locks each shard at most once. What is in the store at the end does not depend on which
//! worker came first.

use crate::record::{LineOrigin, LogRecord, TraceKey};
use crate::source::SourceId;
use crate::trace::Trace;
use crate::trace::assemble::assemble;
use crate::trace::facts::RecordFacts;
use crate::trace::fragment::TraceFragment;
use crate::trace::identity::{Joined, Joins, Wanted};
use crate::trace::precision::Precisions;
use crate::trace::symbols::{SymbolCache, Symbols};
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What a store gathers.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Keep every record of the traces, with its body and its lines; else only what they add up to.
    pub keep_records: bool,
    /// Only these traces; `None` for all.
    pub only: Option<Wanted>,
}

/// All traces of an input, as fragments that grow.
#[derive(Debug)]
pub struct TraceStore {
    options: Arc<Options>,
    symbols: Arc<Symbols>,
    hasher: DefaultHashBuilder,
    shards: Box<[Mutex<Shard>]>,
    totals: Mutex<Totals>,
}

type Shard = HashTable<(TraceKey, TraceFragment)>;

#[derive(Debug, Default)]
struct Totals {
    untraced: u64,
    precisions: Precisions,
}

/// The traces of a store, assembled.
#[derive(Clone, Debug, Default)]
pub struct Assembly {
    /// Sorted by start (those without time last), then by id.
    pub traces: Vec<Trace>,
    /// Ids of 64 bits that stayed traces of their own because several full ids end in them; as
    /// printed, sorted.
    pub ambiguous_ids: Vec<String>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TraceStore {
    const SHARD_BITS: u32 = 6;

    /// An empty store.
    pub fn new(options: Options) -> TraceStore {
        let shards = (0..1 << Self::SHARD_BITS).map(|_| Mutex::default()).collect();
        TraceStore {
            options: Arc::new(options),
            symbols: Arc::new(Symbols::new()),
            hasher: DefaultHashBuilder::default(),
            shards,
            totals: Mutex::default(),
        }
    }

    /// An empty batch for one worker. It may be used for one chunk or, after each
    /// [`absorb`](Self::absorb), for the next.
    pub fn batch(&self) -> Batch {
        Batch {
            options: Arc::clone(&self.options),
            symbols: Arc::clone(&self.symbols),
            cache: SymbolCache::default(),
            facts: Vec::new(),
            untraced: 0,
            precisions: Precisions::default(),
        }
    }

    /// Takes over what a batch has gathered and leaves it empty.
    pub fn absorb(&self, batch: &mut Batch) {
        {
            let mut totals = lock(&self.totals);
            totals.untraced += std::mem::take(&mut batch.untraced);
            totals.precisions.merge(&std::mem::take(&mut batch.precisions));
        }
        let hashes: Vec<u64> =
            batch.facts.iter().map(|facts| self.hasher.hash_one(facts.key)).collect();
        let shard_of = |hash: u64| (hash >> (u64::BITS - Self::SHARD_BITS)) as usize;
        // The top bits tell tags apart inside a table too; there they would all be alike.
        let in_shard = |hash: u64| hash.rotate_left(Self::SHARD_BITS);
        let mut by_shard: Vec<Vec<u32>> = vec![Vec::new(); self.shards.len()];
        for (place, &hash) in (0..).zip(&hashes) {
            by_shard[shard_of(hash)].push(place);
        }
        let mut facts: Vec<Option<RecordFacts>> = batch.facts.drain(..).map(Some).collect();
        for (shard, places) in self.shards.iter().zip(by_shard) {
            if places.is_empty() {
                continue;
            }
            let mut shard = lock(shard);
            for place in places {
                let Some(facts) = facts[place as usize].take() else { continue };
                let hash = in_shard(hashes[place as usize]);
                let entry = shard.entry(
                    hash,
                    |(key, _)| *key == facts.key,
                    |(key, _)| in_shard(self.hasher.hash_one(key)),
                );
                let mut entry = entry.or_insert_with(|| (facts.key, TraceFragment::new()));
                entry.get_mut().1.insert(facts, &self.symbols);
            }
        }
    }

    /// Records that name no trace.
    pub fn untraced_count(&self) -> u64 {
        lock(&self.totals).untraced
    }

    /// Trace ids so far, before spellings are joined.
    pub fn key_count(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).len()).sum()
    }

    /// Joins spellings and assembles every trace.
    pub fn into_assembly(self) -> Assembly {
        let TraceStore { symbols, shards, totals, .. } = self;
        let precisions = totals.into_inner().unwrap_or_else(PoisonError::into_inner).precisions;
        let mut fragments: HashMap<TraceKey, TraceFragment> = HashMap::new();
        for shard in shards {
            fragments.extend(shard.into_inner().unwrap_or_else(PoisonError::into_inner));
        }
        let joins = Joins::new(fragments.keys().copied());
        let mut ambiguous_ids = Vec::new();
        let short: Vec<TraceKey> =
            fragments.keys().copied().filter(|key| matches!(key, TraceKey::Low64(_))).collect();
        for key in short {
            match joins.resolve(key) {
                Joined::Alone => {}
                Joined::Ambiguous => {
                    if let Some(fragment) = fragments.get(&key) {
                        ambiguous_ids.push(fragment.spellings.resolve(key, &symbols).0);
                    }
                }
                Joined::Into(full) => {
                    if let Some(fragment) = fragments.remove(&key) {
                        fragments.entry(full).or_default().merge(fragment, &symbols);
                    }
                }
            }
        }
        ambiguous_ids.sort_unstable();
        let traces = assemble(fragments.into_iter().collect(), &precisions, &symbols);
        Assembly { traces, ambiguous_ids }
    }
}

/// The facts of a chunk, gathered by one worker.
#[derive(Debug)]
pub struct Batch {
    options: Arc<Options>,
    symbols: Arc<Symbols>,
    cache: SymbolCache,
    facts: Vec<RecordFacts>,
    untraced: u64,
    precisions: Precisions,
}

impl Batch {
    /// Adds a record. One without a trace id is only counted; one of a trace that is not wanted is
    /// passed over.
    pub fn push(&mut self, source: SourceId, record: &LogRecord<'_>, lines: &[LineOrigin]) {
        let Some(key) = record.trace else {
            self.untraced += 1;
            return;
        };
        if self.options.only.as_ref().is_some_and(|only| !only.contains(key)) {
            return;
        }
        let keep = self.options.keep_records;
        let facts = RecordFacts::of(source, record, lines, keep, &mut self.cache, &self.symbols);
        if let Some(facts) = facts {
            if let Some(stamp) = facts.timestamp {
                self.precisions.observe(facts.service, stamp);
            }
            self.facts.push(facts);
        }
    }

    /// Records gathered since the last [`TraceStore::absorb`], without those that name no trace.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// Whether nothing was gathered.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty() && self.untraced == 0
    }
}
