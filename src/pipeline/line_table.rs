//! Line numbers: chunks are read side by side, so a line's number in its file is known only when
//! the lines of all chunks before it are counted.

use super::lock;
use crate::record::LineOrigin;
use crate::source::SourceId;
use std::sync::{Condvar, Mutex, PoisonError};

/// How many lines each chunk of each source has.
#[derive(Debug, Default)]
pub struct LineTable {
    counts: Mutex<Vec<Counts>>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Counts {
    /// Lines before each chunk, as far as known without gap; `before[0]` is 0.
    before: Vec<u64>,
    /// Counts of later chunks that came early.
    early: Vec<(u32, u64)>,
}

impl LineTable {
    /// Nothing counted.
    pub fn new() -> LineTable {
        LineTable::default()
    }

    /// Tells how many lines a chunk has. To be told of every chunk before it is read.
    pub(crate) fn publish(&self, source: SourceId, chunk: u32, count: u64) {
        let mut all = lock(&self.counts);
        let source = source.0 as usize;
        if all.len() <= source {
            all.resize_with(source + 1, Counts::default);
        }
        let counts = &mut all[source];
        if counts.before.is_empty() {
            counts.before.push(0);
        }
        counts.early.push((chunk, count));
        while let Some(at) =
            counts.early.iter().position(|(chunk, _)| *chunk as usize + 1 == counts.before.len())
        {
            let (_, count) = counts.early.swap_remove(at);
            let before = counts.before.last().copied().unwrap_or(0);
            counts.before.push(before + count);
        }
        drop(all);
        self.changed.notify_all();
    }

    /// The 1-based number of a line in its source. Waits until it is known: other workers have the
    /// chunks before, and count them first of all.
    pub fn line_number(&self, source: SourceId, origin: LineOrigin) -> u64 {
        let mut all = lock(&self.counts);
        loop {
            let known = all
                .get(source.0 as usize)
                .and_then(|counts| counts.before.get(origin.chunk as usize));
            if let Some(before) = known {
                return before + u64::from(origin.line) + 1;
            }
            all = self.changed.wait(all).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_may_come_in_any_order() {
        let table = LineTable::new();
        let source = SourceId(1);
        for (chunk, count) in [(2, 5), (0, 3), (1, 4)] {
            table.publish(source, chunk, count);
        }
        let origin = |chunk, line| LineOrigin { chunk, line, offset: 0, length: 0 };
        assert_eq!(table.line_number(source, origin(0, 0)), 1);
        assert_eq!(table.line_number(source, origin(2, 1)), 9);
    }
}
