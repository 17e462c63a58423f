//! Records of a live source that are shown before they are complete.
//!
//! A record is complete when its own stream begins the next one, which may take hours; so it is
//! shown when nothing has been added to it for a moment, however busy other streams of the same
//! source are. One that is added to all the time is shown after a second as far as it goes: it would
//! hold back what others wrote after it.

use crate::record::{LineOrigin, ReadRecord, RecordSink, Tally};
use crate::source::Chunk;
use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// A record that is added to all the time is shown when it is older by that much than one that is
/// left alone.
const PATIENCE: Duration = Duration::from_millis(850);

/// What is known of the open records of one live source.
#[derive(Default)]
pub(super) struct Early {
    pub(super) is_live: bool,
    /// Records before this offset are complete or were shown as they are; `None`: all.
    pub(super) unseen_from: Option<u64>,
    /// By the offset of the first line.
    pub(super) shown: HashMap<u64, Shown>,
    /// When the chunks came, in order; those that came long ago are forgotten.
    arrivals: VecDeque<(u32, Instant)>,
    /// The line on which the last record began, and whether that is to be shown.
    last: Option<(u64, bool)>,
}

/// A record that was shown, or several of one line.
#[derive(Default)]
pub(super) struct Shown {
    /// How many lines it had.
    lines: usize,
    pub(super) tally: Tally,
}

impl Early {
    /// A chunk came; what begins before `open_from` is complete.
    pub(super) fn arrived(&mut self, chunk: &Chunk, open_from: u64) {
        self.is_live = true;
        if let Some(moment) = chunk.moment {
            self.arrivals.push_back((chunk.index, moment));
        }
        self.shown.retain(|offset, _| *offset >= open_from && !chunk.is_last);
    }

    /// Before a look at all open records.
    pub(super) fn begin(&mut self) {
        (self.unseen_from, self.last) = (None, None);
    }

    /// Looks at an open record: shows it if what came at this moment or before has waited long
    /// enough, and it was not shown as it is.
    pub(super) fn consider(
        &mut self,
        record: &ReadRecord<'_, '_>,
        moment: Option<Instant>,
        sink: &mut RecordSink<'_>,
    ) {
        let (Some(first), Some(last)) = (record.lines.first(), record.lines.last()) else { return };
        let is_shown = match self.last {
            // One of several of the same line.
            Some((offset, is_shown)) if offset == first.offset => is_shown,
            _ => {
                let known = self.shown.get(&first.offset);
                let is_news = known.is_none_or(|shown| shown.lines != record.lines.len());
                let is_ripe = moment.is_some_and(|moment| {
                    let waited = |line: &LineOrigin, moment| {
                        self.arrival(line).is_none_or(|arrival| arrival <= moment)
                    };
                    let long_ago = moment.checked_sub(PATIENCE);
                    waited(last, moment) || long_ago.is_some_and(|moment| waited(first, moment))
                });
                if is_news && !is_ripe {
                    let unseen = self.unseen_from.unwrap_or(u64::MAX);
                    self.unseen_from = Some(unseen.min(first.offset));
                }
                if is_news && is_ripe {
                    let shown = Shown { lines: record.lines.len(), tally: Tally::default() };
                    self.shown.insert(first.offset, shown);
                }
                is_news && is_ripe
            }
        };
        self.last = Some((first.offset, is_shown));
        if is_shown {
            if let Some(shown) = self.shown.get_mut(&first.offset) {
                count(&mut shown.tally, record);
            }
            sink(record);
        }
    }

    /// When a line came; `None`: long ago.
    fn arrival(&self, line: &LineOrigin) -> Option<Instant> {
        let at = self.arrivals.binary_search_by_key(&line.chunk, |(chunk, _)| *chunk).ok()?;
        Some(self.arrivals[at].1)
    }

    pub(super) fn forget_arrivals(&mut self, moment: Option<Instant>) {
        let long_ago = moment.and_then(|moment| moment.checked_sub(PATIENCE));
        while let (Some((_, oldest)), Some(long_ago)) = (self.arrivals.front(), long_ago)
            && *oldest <= long_ago
        {
            self.arrivals.pop_front();
        }
    }
}

/// Counts a record as the reader counts complete ones.
fn count(tally: &mut Tally, read: &ReadRecord<'_, '_>) {
    tally.records += 1;
    tally.with_trace += u64::from(read.record.trace.is_some());
    tally.without_time += u64::from(read.record.timestamp.is_none());
    tally.unparsed += u64::from(read.record.format == "unparsed");
    tally.count_format(read.record.format);
}
