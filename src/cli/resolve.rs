//! From names of traces to ids: reads the input as often as that takes.
//!
//! A part of an id costs one reading before the one that prints. A whole id costs none, unless a
//! record turns up that has only half of it: only then the input is asked whether that half is
//! unique. An input that cannot be read twice is judged as it comes: see [`Judge`].

use super::Context;
use super::error::CliError;
use super::input::{Ask, Inputs};
use super::names::{Meaning, Names, Several};
use super::trace_argument::TraceArgument;
use crate::pipeline::{Delivery, LineTable, ReadOutcome, Search, Visit};
use crate::record::{Detail, ReadRecord, TraceKey};
use crate::source::Chunks;
use crate::trace::{Wanted, normalized};
use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

/// Gathers the ids in the input that have to do with the names.
struct Census<'a> {
    names: &'a Names,
    search: Option<&'a Search>,
    found: Mutex<BTreeSet<TraceKey>>,
    is_settled: AtomicBool,
}

impl Visit for Census<'_> {
    type Part = BTreeSet<TraceKey>;

    fn part(&self) -> BTreeSet<TraceKey> {
        BTreeSet::new()
    }

    fn record(&self, part: &mut BTreeSet<TraceKey>, record: &ReadRecord<'_, '_>) {
        // That another record of the same chunk was searched for must not make a difference.
        let is_found =
            || self.search.is_none_or(|search| record.texts.iter().any(|t| search.is_match(t)));
        if let Some(key) = record.record.trace.map(normalized)
            && !part.contains(&key)
            && self.names.is_touched(key)
            && is_found()
        {
            part.insert(key);
        }
    }

    fn gathered(&self, part: BTreeSet<TraceKey>) -> Option<BTreeSet<TraceKey>> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let before = found.len();
        found.extend(part);
        if found.len() > before && self.names.has_parts() && self.names.are_settled_by(&found) {
            self.is_settled.store(true, Ordering::Relaxed);
        }
        None
    }

    fn deliver(&self, _: Delivery<Self::Part>) -> bool {
        !self.is_settled.load(Ordering::Relaxed)
    }
}

/// Reads the input for the ids that have to do with the names.
fn census(
    names: &Names,
    inputs: &Inputs,
    chunks: &Chunks,
    search: Option<&Search>,
    context: &Context,
) -> (BTreeSet<TraceKey>, ReadOutcome) {
    let visitor =
        Census { names, search, found: Mutex::default(), is_settled: AtomicBool::new(false) };
    let ask = Ask { detail: Detail::Fields, search, primed_bytes: 0, number_lines: false };
    let outcome = inputs.read(chunks, &visitor, &LineTable::new(), ask, context);
    (visitor.found.into_inner().unwrap_or_else(PoisonError::into_inner), outcome)
}

/// Names with every part of an id replaced by the id that it was found to be a part of.
pub(crate) struct Resolved {
    pub(crate) names: Names,
    /// How names were read that can be read in more than one way.
    pub(crate) readings: Vec<String>,
    /// The ids, if all is known of them.
    pub(crate) keys: Vec<TraceKey>,
    /// The input was read once already.
    pub(crate) outcome: Option<ReadOutcome>,
}

/// Turns arguments into ids. A part of an id costs one reading of the input; one that fits several
/// traces is an error that lists them.
pub(crate) fn resolve(
    arguments: &[TraceArgument],
    inputs: &Inputs,
    context: &Context,
) -> Result<Resolved, CliError> {
    let names = Names::new(arguments.iter().map(TraceArgument::name));
    let mut resolved = complete(names, inputs, context)?;
    inputs.named.set(resolved.names.clone()).ok();
    inputs.notes.set(std::mem::take(&mut resolved.readings)).ok();
    Ok(resolved)
}

/// Finds out which ids the parts of ids belong to.
pub(crate) fn complete(
    mut names: Names,
    inputs: &Inputs,
    context: &Context,
) -> Result<Resolved, CliError> {
    if !names.has_parts() {
        return Ok(Resolved::as_named(names));
    }
    let search = names.search();
    let (mut found, mut outcome) = census(&names, inputs, &inputs.chunks, search.as_ref(), context);
    let mut is_decided = names.see_all(&found);
    if search.is_some() && (is_decided.is_err() || names.has_unknown()) {
        // In a decimal or in base64 the digits of the hexadecimal form do not stand.
        (found, outcome) = census(&names, inputs, &inputs.chunks.again(), None, context);
        is_decided = names.see_all(&found);
    }
    is_decided?;
    let completed = names.completed();
    let keys = completed.keys();
    let readings = names.readings();
    Ok(Resolved { names: completed, readings, keys, outcome: Some(outcome) })
}

impl Resolved {
    /// Names as they are given, without a look at the input.
    pub(crate) fn as_named(names: Names) -> Resolved {
        let keys = names.keys();
        Resolved { names, readings: Vec::new(), keys, outcome: None }
    }

    /// The ids as the store wants them.
    pub(crate) fn wanted(&self) -> Wanted {
        self.names.wanted()
    }

    /// Their needles.
    pub(crate) fn search(&self) -> Option<Search> {
        self.names.search()
    }
}

/// What the names mean in an input that can be read again.
pub(crate) struct Meant<'i> {
    names: &'i Names,
    inputs: &'i Inputs,
    chunks: &'i Chunks,
    context: &'i Context,
    decided: OnceLock<Result<Decided, Several>>,
}

/// What was found by asking the input.
struct Decided {
    keys: HashSet<TraceKey>,
    notes: Vec<String>,
}

impl<'i> Meant<'i> {
    pub(crate) fn new(
        names: &'i Names,
        inputs: &'i Inputs,
        chunks: &'i Chunks,
        context: &'i Context,
    ) -> Meant<'i> {
        Meant { names, inputs, chunks, context, decided: OnceLock::new() }
    }

    /// Whether records with this id are meant.
    pub(crate) fn contains(&self, key: TraceKey) -> bool {
        match self.names.meaning(key) {
            Meaning::No => false,
            Meaning::Yes => true,
            Meaning::Depends => match self.decide() {
                Ok(decided) => decided.keys.contains(&normalized(key)),
                Err(_) => false,
            },
        }
    }

    /// Asks the input, once, whichever thread comes first.
    fn decide(&self) -> &Result<Decided, Several> {
        self.decided.get_or_init(|| {
            let mut names = self.names.clone();
            let context = Context { is_quiet: true, ..self.context.clone() };
            let search = names.search();
            let chunks = self.chunks.again();
            let (found, _) = census(&names, self.inputs, &chunks, search.as_ref(), &context);
            names.see_all(&found)?;
            Ok(Decided { keys: names.chosen(), notes: names.notes() })
        })
    }

    /// The ids, all of them.
    ///
    /// # Errors
    /// Several traces fit a name.
    pub(crate) fn keys(&self) -> Result<&HashSet<TraceKey>, Several> {
        self.decide().as_ref().map(|decided| &decided.keys).map_err(Clone::clone)
    }

    /// What a name turned out to fit.
    pub(crate) fn several(&self) -> Option<&Several> {
        self.decided.get()?.as_ref().err()
    }

    /// What the user should know of how the names were understood.
    pub(crate) fn notes(&self) -> &[String] {
        match self.decided.get() {
            Some(Ok(decided)) => &decided.notes,
            _ => &[],
        }
    }
}

/// Decides of records in the order of the input, by what came before them: for input that cannot be
/// read twice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judge {
    names: Names,
    /// Why it gave up.
    pub(crate) several: Option<Several>,
}

impl Judge {
    pub(crate) fn new(names: Names) -> Judge {
        Judge { names, several: None }
    }

    /// Whether the next record with such an id is meant; `None` when several traces fit a name.
    pub(crate) fn is_meant(&mut self, key: TraceKey) -> Option<bool> {
        match self.names.see(key) {
            Ok(()) => Some(self.names.is_meant(key)),
            Err(several) => {
                self.several = Some(several);
                None
            }
        }
    }

    /// Whether records with such an id are meant, by all that came.
    pub(crate) fn means(&self, key: TraceKey) -> bool {
        self.names.is_meant(key)
    }

    /// What the user should know of how the names were understood.
    pub(crate) fn notes(&self) -> Vec<String> {
        self.names.notes()
    }
}
