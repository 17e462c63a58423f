//! Reading logs into traces: what `traces` and `timeline` share.

use super::Context;
use super::error::CliError;
use super::input::{Ask, Inputs};
use crate::pipeline::{LineTable, Pick, Picked, ReadOutcome, Search, TraceVisitor, assemble};
use crate::record::Detail;
use crate::source::Chunks;
use crate::trace::{Options, TraceStore, Wanted};

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
}

/// Reads the inputs.
pub(crate) fn gather(
    inputs: &Inputs,
    chunks: &Chunks,
    want: Want<'_>,
    pick: &Pick<'_>,
    context: &Context,
) -> Result<Gathered, CliError> {
    let store = TraceStore::new(Options { keep_records: want.records, only: want.only });
    let lines = LineTable::new();
    let ask = Ask { detail: Detail::Fields, search: want.search, number_lines: want.records };
    let outcome = inputs.read(chunks, &TraceVisitor::new(&store), &lines, ask, context);
    Ok(Gathered { picked: assemble(store.into_drafts(), pick, inputs.threads), outcome, lines })
}
