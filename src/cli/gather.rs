//! Reading logs into traces: what `traces` and `timeline` share.

use super::Context;
use super::error::CliError;
use super::input::{Ask, Inputs};
use crate::pipeline::{LineTable, Pick, Picked, ReadOutcome, Search, TraceVisitor, assemble};
use crate::record::Detail;
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

/// Bytes from which is learnt what one trace alone does not tell, of all sources together.
const PRIMER: u64 = 16 << 20;
/// The fewest of one source.
const LEAST_OF_SOURCE: u64 = 128 << 10;

/// Reads the inputs.
pub(crate) fn gather(
    inputs: &Inputs,
    chunks: &Chunks,
    want: Want<'_>,
    pick: &Pick<'_>,
    context: &Context,
) -> Result<Gathered, CliError> {
    let store = TraceStore::new(Options { keep_records: want.records, only: want.only });
    let primer = Primer::beside(&store);
    let lines = LineTable::new();
    let primed_bytes = match want.is_second {
        true => 0,
        false => (PRIMER / inputs.sources().len().max(1) as u64).max(LEAST_OF_SOURCE),
    };
    let ask = Ask {
        detail: Detail::Fields,
        search: want.search,
        primed_bytes,
        number_lines: want.records,
    };
    let visitor = TraceVisitor::new(&store).learning(&primer, primed_bytes);
    let outcome = inputs.read(chunks, &visitor, &lines, ask, context);
    let apprentice = primer.into_apprentice(&outcome.longer);
    let picked = assemble(store.into_drafts(), apprentice, pick, inputs.threads);
    Ok(Gathered { picked, outcome, lines })
}
