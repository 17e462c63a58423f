//! Assembles traces side by side, and only those that are asked for.

use crate::trace::{Apprentice, Draft, Drafts, Linked, Outline, Selection, Trace};
use rayon::prelude::*;
use std::cmp::Ordering;

/// Which traces to keep, and in which order.
#[derive(Clone, Copy, Debug)]
pub struct Pick<'p> {
    /// Keep those that meet these conditions.
    pub selection: &'p Selection,
    /// Their order. Traces that it calls equal are ordered by start, then by id.
    pub order: fn(&Outline, &Outline) -> Ordering,
    /// At most so many.
    pub limit: Option<usize>,
}

/// Traces that were picked.
#[derive(Debug, Default)]
pub struct Picked {
    /// In order.
    pub traces: Vec<Trace>,
    /// How many there were to pick from.
    pub total: usize,
    /// Ids of 64 bits that may be several traces.
    pub ambiguous_ids: Vec<String>,
    /// What became of records with links.
    pub linked: Linked,
}

/// The best of the drafts so far, by their outlines.
#[derive(Default)]
struct Best {
    /// Outlines and places.
    known: Vec<(Outline, usize)>,
    /// The last of them when they were last cut: what comes after it is not among the best.
    last: Option<Outline>,
    /// Places of drafts that have to be assembled to tell.
    unknown: Vec<usize>,
}

impl Pick<'static> {
    /// Every trace, in the order of their starts.
    pub fn all() -> Pick<'static> {
        static ALL: Selection = Selection {
            services: Vec::new(),
            min_duration: None,
            errors: false,
            since: None,
            until: None,
            sample: None,
        };
        Pick { selection: &ALL, order: |_, _| Ordering::Equal, limit: None }
    }
}

impl Pick<'_> {
    /// Picks from traces that were assembled.
    pub fn choose_from(&self, mut traces: Vec<Trace>) -> Vec<Trace> {
        traces.retain(|trace| self.selection.matches(trace));
        traces.sort_by_cached_key(|trace| trace.key);
        traces.sort_by(|left, right| self.compare(&Outline::of(left), &Outline::of(right)));
        traces.truncate(self.limit.unwrap_or(usize::MAX));
        traces
    }

    fn compare(&self, left: &Outline, right: &Outline) -> Ordering {
        (self.order)(left, right).then_with(|| left.by_start(right))
    }

    fn cut(&self, best: &mut Best) {
        let Some(limit) = self.limit else { return };
        best.known.sort_unstable_by(|(left, _), (right, _)| self.compare(left, right));
        best.known.truncate(limit);
        if best.known.len() == limit {
            best.last = best.known.last().map(|(outline, _)| *outline);
        }
    }

    /// Looks at one draft; cuts now and then, so that no more is held than needed.
    fn look(&self, mut best: Best, place: usize, draft: &Draft, apprentice: &Apprentice) -> Best {
        let outline =
            if self.selection.services.is_empty() { apprentice.outline(draft) } else { None };
        let Some(outline) = outline else {
            best.unknown.push(place);
            return best;
        };
        let is_late = best
            .last
            .as_ref()
            .is_some_and(|last| self.compare(&outline, last) == Ordering::Greater);
        if !is_late && self.selection.matches_outline(&outline) {
            best.known.push((outline, place));
            if self.limit.is_some_and(|limit| best.known.len() > 2 * limit + 64) {
                self.cut(&mut best);
            }
        }
        best
    }

    fn join(&self, mut left: Best, mut right: Best) -> Best {
        left.known.append(&mut right.known);
        left.unknown.append(&mut right.unknown);
        self.cut(&mut left);
        left
    }

    /// Places of the drafts worth assembling, sorted.
    fn choose(&self, drafts: &[Draft], apprentice: &Apprentice) -> Vec<usize> {
        let best = drafts
            .par_iter()
            .enumerate()
            .fold(Best::default, |best, (place, draft)| self.look(best, place, draft, apprentice))
            .reduce(Best::default, |left, right| self.join(left, right));
        let mut places = best.unknown;
        places.extend(best.known.iter().map(|(_, place)| place));
        places.sort_unstable();
        places
    }

    fn run(&self, drafts: Vec<Draft>, apprentice: Apprentice) -> Vec<Trace> {
        let (places, lessons) =
            rayon::join(|| self.choose(&drafts, &apprentice), || apprentice.learn());
        let assembler = apprentice.graduate(lessons);
        let mut traces: Vec<(Outline, Trace)> = drafts
            .into_par_iter()
            .enumerate()
            .filter(|(place, _)| places.binary_search(place).is_ok())
            .map(|(_, draft)| assembler.assemble(draft))
            .filter(|trace| self.selection.matches(trace))
            .map(|trace| (Outline::of(&trace), trace))
            .collect();
        traces.sort_unstable_by(|(left, _), (right, _)| self.compare(left, right));
        traces.truncate(self.limit.unwrap_or(usize::MAX));
        traces.into_iter().map(|(_, trace)| trace).collect()
    }
}

/// Picks and assembles with so many threads.
pub fn assemble(drafts: Drafts, apprentice: Apprentice, pick: &Pick<'_>, threads: usize) -> Picked {
    let Drafts { drafts, ambiguous_ids, linked, .. } = drafts;
    let total = drafts.len();
    let traces = match rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build() {
        Ok(pool) => pool.install(|| pick.run(drafts, apprentice)),
        Err(_) => pick.run(drafts, apprentice),
    };
    Picked { traces, total, ambiguous_ids, linked }
}
