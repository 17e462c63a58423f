//! `records --explain`: explains records as they are printed, and counts what they were taken for.

use super::Context;
use crate::pipeline::SourceInfo;
use crate::record::{Explanation, ReadRecord, SourceId, explain};
use crate::render::{count, escape, grouped};
use crate::source::Source;
use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Mutex, PoisonError};

/// Explains records, and remembers their formats.
pub(crate) struct Explainer<'a> {
    infos: &'a [SourceInfo],
    counts: Mutex<BTreeMap<(SourceId, String), Counts>>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Counts {
    records: u64,
    with_time: u64,
    with_trace: u64,
}

impl<'a> Explainer<'a> {
    pub(crate) fn new(infos: &'a [SourceInfo]) -> Explainer<'a> {
        Explainer { infos, counts: Mutex::default() }
    }

    /// Finds what gave each field of a record.
    pub(crate) fn explain(&self, read: &ReadRecord<'_, '_>) -> Explanation {
        let info = &self.infos[read.source.0 as usize];
        let explanation = explain(read, &info.reference, info.midnights.as_deref());
        let mut format = explanation.envelopes.join(" > ");
        if !format.is_empty() {
            format.push_str(" > ");
        }
        format.push_str(read.record.format);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let counts = counts.entry((read.source, format)).or_default();
        counts.records += 1;
        counts.with_time += u64::from(read.record.timestamp.is_some());
        counts.with_trace += u64::from(read.record.trace.is_some());
        explanation
    }

    /// A line for each source and format.
    pub(crate) fn report(self, sources: &[Source], context: &Context, stderr: &mut dyn Write) {
        if context.is_quiet {
            return;
        }
        let counts = self.counts.into_inner().unwrap_or_else(PoisonError::into_inner);
        for ((source, format), counts) in counts {
            let name = sources.get(source.0 as usize).map_or("", |source| source.name.as_str());
            let _ = writeln!(
                stderr,
                "{}: {} of {format}; {} with a time, {} with a trace id",
                escape(name),
                count(counts.records, "record"),
                grouped(counts.with_time),
                grouped(counts.with_trace),
            );
        }
    }
}
