//! A TRACE argument: an id in any spelling, a header value, or the beginning of an id.

use super::Context;
use super::error::CliError;
use super::input::{Ask, Inputs};
use crate::pipeline::{LineTable, ReadOutcome, Search, Visit};
use crate::record::{Detail, ReadRecord, TraceKey, named_trace, trace_argument};
use crate::trace::{Wanted, normalized};
use std::collections::BTreeSet;
use std::sync::Mutex;

/// What the user named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TraceArgument {
    /// A whole id.
    Key(TraceKey),
    /// Sixteen hex digits: an id of 64 bits, or either half of a full one.
    Half(u64),
    /// The first digits of one, lowercase.
    Prefix(String),
    /// Any text, where the user says which fields hold ids.
    Text(String),
}

impl TraceArgument {
    /// The fewest digits of a prefix.
    pub(crate) const SHORTEST_PREFIX: usize = 6;

    /// Reads an argument. `any_text`: what is no id in any usual spelling is one all the same.
    pub(crate) fn parse(text: &str, any_text: bool) -> Option<TraceArgument> {
        let text = text.trim();
        let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit());
        let is_part = (Self::SHORTEST_PREFIX..32).contains(&text.len());
        if is_hex && text.len() == 16 {
            let half = u64::from_str_radix(text, 16).ok()?;
            return (half != 0).then_some(TraceArgument::Half(half));
        }
        if is_hex && is_part && !(is_decimal && text.len() > 16) {
            return Some(TraceArgument::Prefix(text.to_ascii_lowercase()));
        }
        let known = trace_argument(text.as_bytes()).map(|key| TraceArgument::Key(normalized(key)));
        known.or_else(|| {
            (any_text && !text.is_empty()).then(|| TraceArgument::Text(text.to_owned()))
        })
    }

    /// Reads an argument, or says what is wrong with it.
    pub(crate) fn read(text: &str, any_text: bool) -> Result<TraceArgument, CliError> {
        TraceArgument::parse(text, any_text).ok_or_else(|| {
            CliError::usage(
                format!("{:?} is no trace id", text),
                "write 32 or 16 hex digits, a traceparent or another header value, a Datadog \
                 decimal, or the first 6 digits or more; for other ids say where they stand: \
                 --id-key KEY",
            )
        })
    }
}

/// Finds the traces that begin with a prefix, by reading the input once.
struct PrefixVisitor<'a> {
    prefixes: &'a [String],
    found: Mutex<BTreeSet<TraceKey>>,
}

impl Visit for PrefixVisitor<'_> {
    type Part = BTreeSet<TraceKey>;

    fn part(&self) -> BTreeSet<TraceKey> {
        BTreeSet::new()
    }

    fn record(&self, part: &mut BTreeSet<TraceKey>, record: &ReadRecord<'_, '_>) {
        if let Some(key) = record.record.trace {
            let text = spelled(key);
            let written = record.record.trace_spelling.as_deref();
            // Some ids are short, and then the argument is the whole of one.
            let is_meant = |prefix: &String| {
                text.starts_with(prefix.as_str())
                    || written.is_some_and(|text| text.eq_ignore_ascii_case(prefix.as_bytes()))
            };
            if self.prefixes.iter().any(is_meant) {
                part.insert(normalized(key));
            }
        }
    }

    fn gathered(&self, part: BTreeSet<TraceKey>) -> Option<BTreeSet<TraceKey>> {
        if let Ok(mut found) = self.found.lock() {
            found.extend(part);
        }
        None
    }
}

/// As printed.
fn spelled(key: TraceKey) -> String {
    match key {
        TraceKey::Full(id) => id.to_string(),
        TraceKey::Low64(low) => format!("{low:016x}"),
        TraceKey::Opaque(hash) => format!("{hash:032x}"),
    }
}

/// The outcome of looking prefixes up.
pub(crate) struct Resolved {
    pub(crate) keys: Vec<TraceKey>,
    /// Upper halves of full ids.
    halves: Vec<u64>,
    /// Ids that are any text.
    texts: Vec<String>,
    /// The input was read once already.
    pub(crate) outcome: Option<ReadOutcome>,
}

/// Turns arguments into ids. A prefix costs one reading of the input; one that fits several traces
/// is an error that lists them.
pub(crate) fn resolve(
    arguments: &[TraceArgument],
    inputs: &Inputs,
    context: &Context,
) -> Result<Resolved, CliError> {
    let mut keys = Vec::new();
    let mut halves = Vec::new();
    let mut prefixes = Vec::new();
    let mut texts = Vec::new();
    for argument in arguments {
        match argument {
            TraceArgument::Key(key) => keys.push(*key),
            TraceArgument::Half(half) => {
                keys.push(TraceKey::Low64(*half));
                halves.push(*half);
            }
            TraceArgument::Prefix(prefix) => prefixes.push(prefix.clone()),
            TraceArgument::Text(text) => {
                keys.extend(named_trace(text.as_bytes()));
                texts.push(text.clone());
            }
        }
    }
    if prefixes.is_empty() {
        return Ok(Resolved { keys, halves, texts, outcome: None });
    }
    let visitor = PrefixVisitor { prefixes: &prefixes, found: Mutex::default() };
    let needles = prefixes
        .iter()
        .flat_map(|prefix| {
            // The dash of a UUID comes after eight digits.
            let head = prefix[..prefix.len().min(8)].to_owned();
            [head.to_uppercase().into_bytes(), head.into_bytes()]
        })
        .collect();
    let search = Search::for_needles(needles);
    let ask = Ask {
        detail: Detail::Fields,
        search: search.as_ref(),
        primed_bytes: 0,
        number_lines: false,
    };
    let lines = LineTable::new();
    let outcome = inputs.read(&inputs.chunks, &visitor, &lines, ask, context);
    let found = visitor.found.into_inner().unwrap_or_default();
    for prefix in &prefixes {
        let fitting: Vec<String> =
            found.iter().map(|key| spelled(*key)).filter(|id| id.starts_with(prefix)).collect();
        if fitting.len() > 1 {
            let shown: Vec<&str> = fitting.iter().take(10).map(String::as_str).collect();
            let more = fitting.len() - shown.len();
            let more = if more > 0 { format!("\n  … {more} more") } else { String::new() };
            return Err(CliError::usage(
                format!(
                    "{prefix:?} is the beginning of {} traces:\n  {}{more}",
                    fitting.len(),
                    shown.join("\n  ")
                ),
                "write more digits",
            ));
        }
    }
    keys.extend(found);
    Ok(Resolved { keys, halves, texts, outcome: Some(outcome) })
}

impl Resolved {
    /// The ids as the store wants them.
    pub(crate) fn wanted(&self) -> Wanted {
        Wanted::new(self.keys.iter().copied()).or_upper_halves(self.halves.iter().copied())
    }

    /// Their needles.
    pub(crate) fn search(&self) -> Option<Search> {
        Search::new(&self.keys, &self.halves, &self.texts)
    }
}
