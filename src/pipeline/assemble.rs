//! Assembles traces side by side, and keeps only those that are asked for.

use crate::trace::{Drafts, Trace};
use rayon::prelude::*;
use std::cmp::Ordering;

/// Which traces to keep, and in which order.
pub struct Pick<'p> {
    /// Keep those that pass.
    pub test: &'p (dyn Fn(&Trace) -> bool + Sync),
    /// Their order. Traces that it calls equal are ordered by start, then by id.
    pub order: &'p (dyn Fn(&Trace, &Trace) -> Ordering + Sync),
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

impl Pick<'_> {
    fn compare(&self, left: &Trace, right: &Trace) -> Ordering {
        let start = |trace: &Trace| (trace.start.is_none(), trace.start);
        (self.order)(left, right)
            .then_with(|| start(left).cmp(&start(right)))
            .then_with(|| left.trace_id.cmp(&right.trace_id))
    }

    /// Sorts, and drops what is over the limit.
    fn cut(&self, traces: &mut Vec<Trace>) {
        traces.sort_by(|left, right| self.compare(left, right));
        if let Some(limit) = self.limit {
            traces.truncate(limit);
        }
    }

    /// Adds one; cuts now and then, so that no more is held than needed.
    fn add(&self, traces: &mut Vec<Trace>, trace: Trace) {
        if !(self.test)(&trace) {
            return;
        }
        traces.push(trace);
        if self.limit.is_some_and(|limit| traces.len() > 2 * limit + 64) {
            self.cut(traces);
        }
    }
}

/// Assembles all drafts with so many threads.
pub fn assemble(drafts: Drafts, pick: &Pick<'_>, threads: usize) -> Picked {
    let Drafts { drafts, assembler, ambiguous_ids } = drafts;
    let total = drafts.len();
    let work = || {
        drafts
            .into_par_iter()
            .fold(Vec::new, |mut traces, draft| {
                pick.add(&mut traces, assembler.assemble(draft));
                traces
            })
            .reduce(Vec::new, |mut left, right| {
                left.extend(right);
                if pick.limit.is_some() {
                    pick.cut(&mut left);
                }
                left
            })
    };
    let mut traces = match rayon::ThreadPoolBuilder::new().num_threads(threads.max(1)).build() {
        Ok(pool) => pool.install(work),
        Err(_) => work(),
    };
    pick.cut(&mut traces);
    Picked { traces, total, ambiguous_ids }
}
