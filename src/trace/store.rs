//! Fragments by trace: [`TraceStore`], which all workers fill at once.
//!
//! A worker gathers the facts of its chunk in a [`Batch`] without any lock; [`TraceStore::absorb`]
//! then locks each shard at most once. What is in the store at the end does not depend on which
//! worker came first.

use crate::record::{LineOrigin, LogRecord, TraceKey, link_value};
use crate::source::SourceId;
use crate::trace::Trace;
use crate::trace::assemble::{Apprentice, Draft, sort};
use crate::trace::facts::{Cache, RecordFacts};
use crate::trace::fragment::TraceFragment;
use crate::trace::identity::{Joined, Joins, Wanted};
use crate::trace::links::{Linked, Links};
use crate::trace::precision::Precisions;
use crate::trace::symbols::{Symbol, Symbols};
use hashbrown::hash_table::Entry;
use hashbrown::{DefaultHashBuilder, HashMap, HashTable};
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicUsize, Ordering};
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
    /// Batches handed out.
    batches: AtomicUsize,
    totals: Mutex<Totals>,
}

/// Fragments in a row and a table of their places: a table's free slots are then small ones.
#[derive(Debug, Default)]
struct Shard {
    places: HashTable<u32>,
    traces: Vec<(TraceKey, TraceFragment)>,
}

impl Shard {
    fn fragment(
        &mut self,
        key: TraceKey,
        hash: u64,
        hasher: &DefaultHashBuilder,
    ) -> &mut TraceFragment {
        let Shard { places, traces } = self;
        let entry = places.entry(
            hash,
            |&place| traces[place as usize].0 == key,
            |&place| hasher.hash_one(traces[place as usize].0),
        );
        let place = match entry {
            Entry::Occupied(entry) => *entry.get() as usize,
            Entry::Vacant(entry) => {
                // A shard of four thousand million traces does not fit into memory.
                entry.insert(traces.len() as u32);
                traces.push((key, TraceFragment::new()));
                traces.len() - 1
            }
        };
        &mut traces[place].1
    }
}

#[derive(Debug, Default)]
struct Totals {
    untraced: u64,
    links: Links,
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

impl Assembly {
    /// An assembly of traces that were assembled one by one: puts them in order.
    pub fn new(mut traces: Vec<Trace>, ambiguous_ids: Vec<String>) -> Assembly {
        sort(&mut traces);
        Assembly { traces, ambiguous_ids }
    }
}

/// Traces about to be assembled.
#[derive(Debug)]
pub struct Drafts {
    /// One for each trace, in no order that means anything.
    pub drafts: Vec<Draft>,
    /// Their names.
    pub(crate) symbols: Arc<Symbols>,
    /// As in [`Assembly`].
    pub ambiguous_ids: Vec<String>,
    /// What became of records with links.
    pub linked: Linked,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl TraceStore {
    const SHARDS: usize = 64;

    /// An empty store.
    pub fn new(options: Options) -> TraceStore {
        TraceStore::naming(options, Arc::new(Symbols::new()))
    }

    /// An empty store of the same names.
    pub(crate) fn beside(&self, options: Options) -> TraceStore {
        TraceStore::naming(options, Arc::clone(&self.symbols))
    }

    fn naming(options: Options, symbols: Arc<Symbols>) -> TraceStore {
        let shards = (0..Self::SHARDS).map(|_| Mutex::default()).collect();
        TraceStore {
            options: Arc::new(options),
            symbols,
            hasher: DefaultHashBuilder::default(),
            shards,
            batches: AtomicUsize::new(0),
            totals: Mutex::default(),
        }
    }

    /// An empty batch for one worker. It may be used for one chunk or, after each
    /// [`absorb`](Self::absorb), for the next.
    pub fn batch(&self) -> Batch {
        Batch {
            options: Arc::clone(&self.options),
            symbols: Arc::clone(&self.symbols),
            hasher: self.hasher.clone(),
            cache: Cache::default(),
            shards: (0..self.shards.len()).map(|_| Vec::new()).collect(),
            // Far apart for the first few workers.
            first_shard: self.batches.fetch_add(1, Ordering::Relaxed).wrapping_mul(27)
                % self.shards.len(),
            untraced: 0,
            links: Links::default(),
        }
    }

    /// Takes over what a batch has gathered and leaves it empty.
    pub fn absorb(&self, batch: &mut Batch) {
        {
            let mut totals = lock(&self.totals);
            totals.untraced += std::mem::take(&mut batch.untraced);
            if !batch.links.is_empty() {
                totals.links.merge_with(std::mem::take(&mut batch.links), &self.symbols);
            }
        }
        // Workers that begin at different shards do not wait for each other at every one.
        let (behind, ahead) = batch.shards.split_at_mut(batch.first_shard);
        let shards = self.shards.iter().cycle().skip(batch.first_shard);
        for (shard, gathered) in shards.zip(ahead.iter_mut().chain(behind)) {
            if gathered.is_empty() {
                continue;
            }
            let mut shard = lock(shard);
            for (hash, facts) in gathered.drain(..) {
                let fragment = shard.fragment(facts.key, hash, &self.hasher);
                fragment.insert(facts, &self.symbols);
            }
        }
    }

    /// Records that name no trace.
    pub fn untraced_count(&self) -> u64 {
        lock(&self.totals).untraced
    }

    /// Trace ids so far, before spellings are joined.
    pub fn key_count(&self) -> usize {
        self.shards.iter().map(|shard| lock(shard).traces.len()).sum()
    }

    /// Joins spellings and assembles every trace, learning from all of them: for tests, where all
    /// is in memory and the traces are few.
    pub fn into_assembly(self) -> Assembly {
        let Drafts { drafts, symbols, ambiguous_ids, .. } = self.into_drafts();
        let apprentice = Apprentice::new(drafts.clone(), Precisions::default(), symbols);
        let lessons = apprentice.learn();
        let assembler = apprentice.graduate(lessons);
        let traces = drafts.into_iter().map(|draft| assembler.assemble(draft)).collect();
        Assembly::new(traces, ambiguous_ids)
    }

    /// Joins spellings, and leaves the rest to be done for each trace by itself: in parallel, or only
    /// for those that are shown.
    pub fn into_drafts(self) -> Drafts {
        let TraceStore { symbols, shards, totals, .. } = self;
        let totals = totals.into_inner().unwrap_or_else(PoisonError::into_inner);
        let shards: Vec<Shard> = shards
            .into_iter()
            .map(|shard| shard.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect();
        let total = shards.iter().map(|shard| shard.traces.len()).sum();
        let mut traces: Vec<(TraceKey, TraceFragment)> = Vec::with_capacity(total);
        for shard in shards {
            traces.extend(shard.traces);
        }
        let linked = totals.links.join(&mut traces, &symbols);
        let ambiguous_ids = join(&mut traces, &symbols);
        let drafts = traces.into_iter().map(|(key, fragment)| Draft::new(key, fragment)).collect();
        Drafts { drafts, symbols, ambiguous_ids, linked }
    }
}

/// Merges the traces that are the same under several spellings. Gives the ids that may be several
/// traces, sorted.
fn join(traces: &mut Vec<(TraceKey, TraceFragment)>, symbols: &Symbols) -> Vec<String> {
    // Mostly all ids are whole, and then there is nothing to join.
    if !traces.iter().any(|(key, _)| matches!(key, TraceKey::Low64(_))) {
        return Vec::new();
    }
    let joins = Joins::new(traces.iter().map(|(key, _)| *key));
    let mut ambiguous_ids = Vec::new();
    let mut joined: HashMap<TraceKey, Vec<TraceFragment>> = HashMap::new();
    let mut place = 0;
    while let Some((key, fragment)) = traces.get(place) {
        match joins.resolve(*key) {
            Joined::Alone => place += 1,
            Joined::Ambiguous => {
                ambiguous_ids.push(fragment.spellings.resolve(*key, symbols).trace_id);
                place += 1;
            }
            Joined::Into(full) => {
                let (_, fragment) = traces.swap_remove(place);
                joined.entry(full).or_default().push(fragment);
            }
        }
    }
    if !joined.is_empty() {
        for (key, fragment) in traces {
            for part in joined.remove(key).into_iter().flatten() {
                fragment.merge(part, symbols);
            }
        }
    }
    ambiguous_ids.sort_unstable();
    ambiguous_ids
}

/// The facts of a chunk, gathered by one worker.
#[derive(Debug)]
pub struct Batch {
    options: Arc<Options>,
    symbols: Arc<Symbols>,
    hasher: DefaultHashBuilder,
    cache: Cache,
    /// Facts by shard, with the hash of their key.
    shards: Box<[Vec<(u64, RecordFacts)>]>,
    /// Where absorbing begins.
    first_shard: usize,
    untraced: u64,
    links: Links,
}

impl Batch {
    /// Adds a record. One without a trace id is only counted; one of a trace that is not wanted is
    /// passed over.
    pub fn push(&mut self, source: SourceId, record: &LogRecord<'_>, lines: &[LineOrigin]) {
        let Some(key) = record.trace else {
            self.untraced += 1;
            self.follow(source, record, lines);
            return;
        };
        if let Some(link) = &record.link {
            self.links.lead(link_value(link), key);
        }
        if self.options.only.as_ref().is_some_and(|only| !only.contains(key)) {
            return;
        }
        let keep = self.options.keep_records;
        let facts =
            RecordFacts::of(source, record, key, lines, keep, &mut self.cache, &self.symbols);
        let hash = self.hasher.hash_one(facts.key);
        // Not the top bits: tables tell their entries apart by those.
        let shard = (hash >> 32) as usize % self.shards.len();
        self.shards[shard].push((hash, facts));
    }

    /// The service of a record.
    pub(crate) fn service(&mut self, record: &LogRecord<'_>) -> Option<Symbol> {
        self.cache.intern(record.service_name.as_deref()?, &self.symbols)
    }

    /// A record that names no trace may have a link to one.
    fn follow(&mut self, source: SourceId, record: &LogRecord<'_>, lines: &[LineOrigin]) {
        let Some(link) = &record.link else { return };
        let Batch { options, cache, symbols, links, .. } = self;
        let value = link_value(link);
        let name = cache.intern(link, symbols);
        let key = TraceKey::Opaque(value);
        let keep = options.keep_records;
        let facts = RecordFacts::of(source, record, key, lines, keep, cache, symbols);
        links.follow(value, name, facts, symbols);
    }

    /// Records gathered since the last [`TraceStore::absorb`], without those that name no trace.
    pub fn len(&self) -> usize {
        self.shards.iter().map(Vec::len).sum()
    }

    /// Whether nothing was gathered.
    pub fn is_empty(&self) -> bool {
        self.untraced == 0 && self.links.is_empty() && self.shards.iter().all(Vec::is_empty)
    }
}
