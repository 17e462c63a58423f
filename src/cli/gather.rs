//! Reading logs into traces: what `traces` and `timeline` share.

use super::Context;
use super::error::CliError;
use super::input::{Ask, Inputs};
use super::names::Names;
use super::trace_argument::{TraceArgument, resolve};
use crate::pipeline::{LineTable, Pick, Picked, ReadOutcome, Search, TraceVisitor, assemble};
use crate::record::{Detail, TraceKey};
use crate::source::Chunks;
use crate::trace::{Options, Primer, TraceStore, Wanted};

/// The traces of some inputs.
pub(crate) struct Gathered {
    pub(crate) picked: Picked,
    pub(crate) outcome: ReadOutcome,
    pub(crate) lines: LineTable,
}

/// What to gather.
#[derive(Clone, Debug, Default)]
pub(crate) struct Want<'a> {
    /// Only these traces.
    pub(crate) only: Option<Wanted>,
    /// Their needles.
    pub(crate) search: Option<&'a Search>,
    /// Their records too.
    pub(crate) records: bool,
    /// Only their records: how their spans hang together was found out before.
    pub(crate) is_second: bool,
}

/// Bytes of each of `count` sources from which is learnt what one trace alone does not tell.
///
/// Few sources share 16 MiB. Of many, some may be other programs' and teach nothing, so each keeps
/// 1 MiB as long as all together stay below 64 MiB, which any reading can afford.
fn primed_bytes(count: usize) -> u64 {
    let share = |all: u64| all / count.max(1) as u64;
    share(16 << 20).max(share(64 << 20).min(1 << 20)).max(128 << 10)
}

/// Reads the inputs.
///
/// # Errors
/// Several traces fit a name that the user gave.
pub(crate) fn gather(
    inputs: &Inputs,
    chunks: &Chunks,
    want: Want<'_>,
    pick: &Pick<'_>,
    context: &Context,
) -> Result<Gathered, CliError> {
    let lines = LineTable::new();
    let primed_bytes = match want.is_second {
        true => 0,
        false => primed_bytes(inputs.sources().len()),
    };
    let ask = Ask {
        detail: Detail::Fields,
        search: want.search,
        primed_bytes,
        number_lines: want.records,
    };
    // Of ids that an earlier reading found to be short for several, all those are let in: else
    // this reading would take them for one.
    let ambiguous = inputs.ambiguous.get().filter(|_| want.is_second && !inputs.keys.has_links());
    let wanted = want.only.clone().unwrap_or_default();
    let is_wanted = |key: TraceKey| {
        wanted.contains(key) || ambiguous.is_some_and(|lows| lows.contains(&key.low64()))
    };
    let only = if ambiguous.is_some() { None } else { want.only.clone() };
    let store = TraceStore::new(Options { keep_records: want.records, only });
    let primer = Primer::beside(&store);
    let mut visitor = TraceVisitor::new(&store).learning(&primer, primed_bytes);
    if ambiguous.is_some() {
        visitor = visitor.only(&is_wanted);
    }
    let outcome = inputs.read(chunks, &visitor, &lines, ask, context);
    drop(visitor);
    let apprentice = primer.into_apprentice(&outcome.longer);
    let drafts = store.into_drafts();
    let picked = match inputs.named.get() {
        Some(names) => {
            let mut picked = assemble(drafts, apprentice, &Pick::all(), inputs.threads);
            keep_named(names, &mut picked)?;
            picked.traces = pick.choose_from(picked.traces);
            picked
        }
        None => assemble(drafts, apprentice, pick, inputs.threads),
    };
    if want.only.is_none() {
        let low = |id: &String| Some(u128::from_str_radix(id, 16).ok()? as u64);
        inputs.ambiguous.set(picked.ambiguous_ids.iter().filter_map(low).collect()).ok();
    }
    Ok(Gathered { picked, outcome, lines })
}

/// Gathers the traces that are named, with their `records` or without: only what holds their ids is
/// read.
///
/// # Errors
/// Several traces fit a name that the user gave.
pub(crate) fn gather_named(
    named: &[TraceArgument],
    inputs: &Inputs,
    records: bool,
    pick: &Pick<'_>,
    context: &Context,
) -> Result<Gathered, CliError> {
    let resolved = resolve(named, inputs, context)?;
    // What the links of a trace are is not known before all is read.
    let search = if inputs.keys.has_links() { None } else { resolved.search() };
    let want =
        Want { only: Some(resolved.wanted()), search: search.as_ref(), records, is_second: false };
    let second = resolved.outcome.as_ref().map(|_| inputs.chunks.again());
    let chunks = second.as_ref().unwrap_or(&inputs.chunks);
    let mut gathered = gather(inputs, chunks, want, pick, context)?;
    if resolved.keys.is_empty() {
        gathered.picked.traces.clear();
    }
    Ok(gathered)
}

/// Drops the traces that were gathered only to tell what the names do not mean.
fn keep_named(names: &Names, picked: &mut Picked) -> Result<(), CliError> {
    let mut names = names.clone();
    names.see_all(&picked.traces.iter().map(|trace| trace.key).collect())?;
    picked.traces.retain(|trace| names.is_meant(trace.key));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::primed_bytes;

    #[test]
    fn few_sources_share_what_many_get_each() {
        let of = |count| primed_bytes(count) >> 10;
        assert_eq!([0, 1, 2, 16, 17, 64].map(of), [16384, 16384, 8192, 1024, 1024, 1024]);
        assert_eq!([128, 512, 100_000].map(of), [512, 128, 128]);
    }
}
