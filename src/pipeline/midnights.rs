//! Finds the midnights of files whose stamps say no date, by reading such files once before.
//!
//! Makes [`Midnights`]. Only of regular files, which can be read again; what comes from a pipe is
//! shown before its end is known.

use super::{Delivery, LineTable, ReadPlan, SourceInfo, Visit, lock, read};
use crate::record::{Detail, MidnightWatch, Midnights, Pattern, ReadRecord, Reference, UserKeys};
use crate::source::{Chunks, ReadOptions, Source, SourceId};
use std::sync::Mutex;

/// How much of a file tells whether its stamps say no date.
const SAMPLE: usize = 4 << 10;

/// The midnights of each source, in order; `None` where dates are stated, or cannot be known.
pub fn midnights(
    sources: &[Source],
    infos: &[SourceInfo],
    patterns: &[Pattern],
    threads: usize,
) -> Vec<Option<Midnights>> {
    let regular = |source: &&Source| source.size.is_some_and(|size| size > 0);
    let mut found: Vec<Option<Midnights>> = sources.iter().map(|_| None).collect();
    for source in sources.iter().filter(regular) {
        let at = source.id.0 as usize;
        let whole = infos[at].reference;
        let watch = |most, threads| {
            let source = Source { id: SourceId(0), ..source.clone() };
            watch(source, &infos[at], patterns, most, threads)
        };
        let is_undated = watch(Some(SAMPLE), 1).is_some();
        if is_undated && let Some(watch) = watch(None, threads) {
            found[at] = Some(watch.into_midnights(whole)).filter(|found| !found.is_empty());
        }
    }
    found
}

/// Reads one source, or the beginning of it; `None` if no stamp is without a date.
fn watch(
    source: Source,
    info: &SourceInfo,
    patterns: &[Pattern],
    most: Option<usize>,
    threads: usize,
) -> Option<MidnightWatch> {
    let reference = MidnightWatch::reference(info.reference);
    let infos = [SourceInfo { reference, ..info.clone() }];
    let plan = ReadPlan {
        sources: &infos,
        detail: Detail::Fields,
        search: None,
        primed_bytes: 0,
        patterns,
        keys: &UserKeys::default(),
        number_lines: false,
        threads,
    };
    let chunk_size = most.unwrap_or(ReadOptions::default().chunk_size);
    let options = ReadOptions { chunk_size, ..ReadOptions::default() };
    let chunks = Chunks::new(vec![source], options);
    let visitor = Undated { reference, is_sample: most.is_some(), seen: Mutex::default() };
    read(&chunks, &plan, &LineTable::new(), &visitor);
    let seen = visitor.seen.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    seen.any.then_some(seen.watch)
}

/// Gathers times of day.
struct Undated {
    reference: Reference,
    /// The first chunk is enough.
    is_sample: bool,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    watch: MidnightWatch,
    any: bool,
    /// Those that later parts may still have a place before.
    waiting: Vec<(u64, u64, i64)>,
}

impl Visit for Undated {
    /// Offset, stream, time of day.
    type Part = Vec<(u64, u64, i64)>;

    fn part(&self) -> Self::Part {
        Vec::new()
    }

    fn record(&self, part: &mut Self::Part, record: &ReadRecord<'_, '_>) {
        let stamp = record.record.timestamp;
        if let Some(time) = stamp.and_then(|at| MidnightWatch::time_of_day(at, self.reference)) {
            part.push((record.lines[0].offset, record.stream, time));
        }
    }

    fn gathered(&self, part: Self::Part) -> Option<Self::Part> {
        Some(part)
    }

    fn deliver(&self, delivery: Delivery<Self::Part>) -> bool {
        let Delivery { parts, open_from, is_last, .. } = delivery;
        let mut seen = lock(&self.seen);
        seen.waiting.extend(parts.into_iter().flatten());
        seen.waiting.sort_unstable();
        let ready = seen.waiting.partition_point(|(offset, ..)| *offset < open_from || is_last);
        let ready: Vec<_> = seen.waiting.drain(..ready).collect();
        seen.any |= !ready.is_empty();
        for (offset, stream, time) in ready {
            seen.watch.see(stream, offset, time);
        }
        !self.is_sample
    }
}
