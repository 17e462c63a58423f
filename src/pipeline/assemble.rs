//! Assembles traces side by side, and only those that are asked for.

use crate::trace::{Assembler, Draft, Drafts, Outline, Selection, Trace};
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
}

/// A trace that may be picked: assembled only where that is needed to tell.
struct Candidate {
    outline: Outline,
    state: State,
}

enum State {
    Draft(Box<Draft>),
    Trace(Box<Trace>),
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
        };
        Pick { selection: &ALL, order: |_, _| Ordering::Equal, limit: None }
    }
}

impl Pick<'_> {
    /// Sorts, and drops what is over the limit.
    fn cut(&self, candidates: &mut Vec<Candidate>) {
        candidates.sort_unstable_by(|left, right| {
            (self.order)(&left.outline, &right.outline)
                .then_with(|| left.outline.by_start(&right.outline))
        });
        if let Some(limit) = self.limit {
            candidates.truncate(limit);
        }
    }

    /// Adds one; cuts now and then, so that no more is held than needed.
    fn add(&self, candidates: &mut Vec<Candidate>, draft: Draft, assembler: &Assembler) {
        let outline = assembler.outline(&draft).filter(|_| self.selection.services.is_empty());
        let candidate = match outline {
            Some(outline) if !self.selection.matches_outline(&outline) => return,
            Some(outline) => Candidate { outline, state: State::Draft(Box::new(draft)) },
            None => {
                let trace = assembler.assemble(draft);
                if !self.selection.matches(&trace) {
                    return;
                }
                let outline = Outline::of(&trace);
                Candidate { outline, state: State::Trace(Box::new(trace)) }
            }
        };
        candidates.push(candidate);
        if self.limit.is_some_and(|limit| candidates.len() > 2 * limit + 64) {
            self.cut(candidates);
        }
    }

    fn run(&self, drafts: Vec<Draft>, assembler: &Assembler) -> Vec<Trace> {
        let mut candidates = drafts
            .into_par_iter()
            .fold(Vec::new, |mut candidates, draft| {
                self.add(&mut candidates, draft, assembler);
                candidates
            })
            .reduce(Vec::new, |mut left, right| {
                left.extend(right);
                if self.limit.is_some() {
                    self.cut(&mut left);
                }
                left
            });
        self.cut(&mut candidates);
        candidates
            .into_par_iter()
            .map(|candidate| match candidate.state {
                State::Draft(draft) => assembler.assemble(*draft),
                State::Trace(trace) => *trace,
            })
            .collect()
    }
}

/// Picks and assembles with so many threads.
pub fn assemble(drafts: Drafts, pick: &Pick<'_>, threads: usize) -> Picked {
    let Drafts { drafts, assembler, ambiguous_ids } = drafts;
    let total = drafts.len();
    let traces = match rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build() {
        Ok(pool) => pool.install(|| pick.run(drafts, &assembler)),
        Err(_) => pick.run(drafts, &assembler),
    };
    Picked { traces, total, ambiguous_ids }
}
