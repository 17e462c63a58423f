//! Fragments to [`Trace`]s: bounds settled, parents found, spans in tree order.
//!
//! Everything here works on sorted lists, so that neither the numbers of symbols nor the order of
//! arrival can show in a trace.

use crate::record::{Timestamp, TraceKey};
use crate::trace::call_graph::{CallGraph, Guess, Observed};
use crate::trace::facts::{Interval, KeptRecord, NANOSECONDS_PER_SECOND, is_whole_second};
use crate::trace::fragment::{SpanFacts, TraceFragment};
use crate::trace::precision::{MILLISECOND, Precisions};
use crate::trace::symbols::{Symbol, Symbols};
use crate::trace::tree::{Edge, grow};
use crate::trace::{Name, Parent, Span, SpanBounds, Status, Trace, TraceRecord};
use crate::trace_context::SpanId;
use hashbrown::HashMap;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All that was gathered of one trace, before it is assembled.
#[derive(Debug)]
pub struct Draft {
    key: TraceKey,
    fragment: TraceFragment,
}

impl Draft {
    /// How many spans were logged.
    pub fn span_count(&self) -> usize {
        self.fragment.spans.spans.len()
    }

    /// Whether any record of it is an error.
    pub fn is_error(&self) -> bool {
        self.fragment.error_count > 0
    }
}

/// Makes traces of drafts, with what was learnt from all of them.
#[derive(Debug)]
pub struct Assembler {
    graph: CallGraph,
    precisions: Precisions,
    symbols: Arc<Symbols>,
}

impl Assembler {
    /// Learns from all traces what one alone does not tell.
    pub(crate) fn prepare(
        traces: Vec<(TraceKey, TraceFragment)>,
        precisions: Precisions,
        symbols: Arc<Symbols>,
    ) -> (Vec<Draft>, Assembler) {
        let drafts: Vec<Draft> =
            traces.into_iter().map(|(key, fragment)| Draft { key, fragment }).collect();
        let mut order: Vec<&Draft> =
            drafts.iter().filter(|draft| CallGraph::learns_from(draft.span_count())).collect();
        order.sort_unstable_by_key(|draft| draft.key);
        let graph =
            CallGraph::learn(order.into_iter().map(|draft| observe(&draft.fragment, &precisions)));
        (drafts, Assembler { graph, precisions, symbols })
    }

    /// Assembles one trace.
    pub fn assemble(&self, mut draft: Draft) -> Trace {
        draft.fragment.spans.spans.sort_unstable_by_key(|span| span.id);
        let observed = observe(&draft.fragment, &self.precisions);
        let guesses = self.graph.guess(&observed);
        let names = &mut Names::new(&self.symbols);
        finish(draft, &observed, &guesses, &self.precisions, names)
    }
}

/// By start (those without time last), then by id.
pub(crate) fn sort(traces: &mut [Trace]) {
    traces.sort_by(|left, right| {
        let rank = |trace: &Trace| (trace.start.is_none(), trace.start);
        rank(left).cmp(&rank(right)).then_with(|| left.trace_id.cmp(&right.trace_id))
    });
}

/// Names as shared texts: a trace has few, so the table is asked once for each.
struct Names<'a> {
    symbols: &'a Symbols,
    known: Vec<(Symbol, Name)>,
}

impl<'a> Names<'a> {
    fn new(symbols: &'a Symbols) -> Names<'a> {
        Names { symbols, known: Vec::new() }
    }

    fn get(&mut self, symbol: Option<Symbol>) -> Option<Name> {
        /// A search beyond this takes longer than to ask.
        const KEPT: usize = 16;
        let symbol = symbol?;
        if let Some((_, name)) = self.known.iter().find(|(known, _)| *known == symbol) {
            return Some(Name::clone(name));
        }
        let name = self.symbols.name(symbol);
        if self.known.len() < KEPT {
            self.known.push((symbol, Name::clone(&name)));
        }
        Some(name)
    }
}

/// Bounds of a span as `(start, end, is_reported)`.
///
/// The records written in the span decide; what callees say of it counts only without them. A
/// callee's interval is its own, so of several the hull is taken, and it is *reported* only where
/// one of them is the hull.
fn bounds(span: &SpanFacts) -> Option<(i64, i64, bool)> {
    let settle = |view: &crate::trace::fragment::SpanView| match view.interval {
        Some(interval) => Some((interval.start, Interval::end(interval), true)),
        None if view.first <= view.last => Some((view.first, view.last, false)),
        None => None,
    };
    settle(&span.own).or_else(|| span.outside.as_deref().and_then(settle))
}

/// The spans that have bounds, sorted by id.
fn observe(fragment: &TraceFragment, precisions: &Precisions) -> Vec<Observed> {
    let spans = fragment.spans.spans.iter();
    let mut observed: Vec<Observed> =
        spans.filter_map(|span| observe_span(span, precisions)).collect();
    observed.sort_unstable_by_key(|span| span.id);
    observed
}

fn observe_span(span: &SpanFacts, precisions: &Precisions) -> Option<Observed> {
    let (start, end, is_reported) = bounds(span)?;
    let is_from_outside = span.own.record_count == 0 && span.outside.is_some();
    let view = match &span.outside {
        Some(outside) if is_from_outside => &**outside,
        _ => &span.own,
    };
    let (first, last) =
        if view.first <= view.last { (view.first, view.last) } else { (start, end) };
    // A span may be seen by a service that writes whole seconds and by one that does not; these
    // bounds are as fine as the stamps they were taken from.
    let is_fine = match view.interval {
        Some(interval) => !interval.is_coarse,
        None => !is_whole_second(first) || !is_whole_second(last),
    };
    let unit = precisions.unit(view.service);
    Some(Observed {
        id: span.id,
        service: view.service,
        is_from_outside,
        label: view.label,
        start,
        end,
        is_reported,
        first,
        last,
        unit: if is_fine { unit.min(MILLISECOND) } else { unit },
        parent: span.parent.id,
        parent_is_quoted: !span.parent.is_field,
    })
}

fn timestamp(nanoseconds: i64) -> Timestamp {
    Timestamp::from_nanoseconds(nanoseconds)
}

/// Start and end of a trace. A stamp in whole seconds may be up to a second early; where finer
/// ones are known it counts only if it lies outside of theirs all the same.
fn extent(fragment: &TraceFragment, precisions: &Precisions) -> Option<(i64, i64)> {
    let (mut first, mut last) = (fragment.first, fragment.last);
    let is_coarse = |service: Option<Symbol>| precisions.unit(service) == NANOSECONDS_PER_SECOND;
    for whole in &fragment.whole_seconds {
        if !is_coarse(whole.service) {
            (first, last) = (first.min(whole.first), last.max(whole.last));
        }
    }
    let is_known = first <= last;
    let (fine_first, fine_last) = (first, last);
    for whole in fragment.whole_seconds.iter().filter(|whole| is_coarse(whole.service)) {
        let latest = whole.first.saturating_add(NANOSECONDS_PER_SECOND);
        // A start within a second was reckoned from a stated duration: that is taken by its word
        // unless it would have ended before the rest began.
        let is_reckoned = whole.first % NANOSECONDS_PER_SECOND != 0
            && whole.first <= fine_last
            && whole.last >= fine_first;
        if !is_known || latest <= fine_first || is_reckoned {
            first = first.min(whole.first);
        }
        if !is_known || whole.last > fine_last {
            last = last.max(whole.last);
        }
    }
    (first <= last).then_some((first, last))
}

fn finish(
    draft: Draft,
    observed: &[Observed],
    guesses: &[Guess],
    precisions: &Precisions,
    names: &mut Names<'_>,
) -> Trace {
    let Draft { key, fragment } = draft;
    let (trace_id, aliases) = fragment.spellings.resolve(key, names.symbols);
    let extent = extent(&fragment, precisions);
    let facts = &fragment.spans.spans;

    let place = |id: u64| facts.binary_search_by_key(&id, |span| span.id).ok();
    let mut missing: BTreeMap<u64, u64> = BTreeMap::new();
    let mut edges = vec![Edge::None; facts.len()];
    let mut parents = vec![Parent::None; facts.len()];
    for (c, span) in facts.iter().enumerate() {
        let guess = observed
            .binary_search_by_key(&span.id, |seen| seen.id)
            .map_or_else(|_| Guess::default(), |at| guesses[at]);
        let guessed = guess.parent.and_then(|at| place(observed[at].id));
        let stated = SpanId::new(span.parent.id);
        let known = stated.and_then(|id| place(id.get()));
        if let (Some(id), None) = (stated, known) {
            *missing.entry(id.get()).or_default() += u64::from(span.parent.record_count);
        }
        let (parent, edge) = match (stated, guessed) {
            (Some(_), Some(p)) if guess.outranks_quote => {
                (inferred(facts[p].id), Edge::Inferred(p))
            }
            (Some(id), guessed) => {
                let guessed = guessed.map_or(Edge::None, Edge::Inferred);
                (Parent::Reported(id), known.map_or(guessed, Edge::Reported))
            }
            (None, Some(p)) => (inferred(facts[p].id), Edge::Inferred(p)),
            (None, None) => (Parent::None, Edge::None),
        };
        (parents[c], edges[c]) = (parent, edge);
    }

    let rank = |place: usize| {
        let span = &facts[place];
        let start = bounds(span).map(|(start, ..)| start);
        (start.is_none(), start, span.id)
    };
    let tree = grow(edges, rank);
    let mut new_place = vec![0; facts.len()];
    for (new, &old) in tree.order.iter().enumerate() {
        new_place[old] = new;
    }
    let mut bodies = first_bodies(&fragment.kept);
    let mut spans: Vec<Span> = Vec::with_capacity(facts.len());
    for &old in &tree.order {
        let facts = &facts[old];
        let parent_index = match tree.edges[old] {
            Edge::None => None,
            Edge::Reported(parent) | Edge::Inferred(parent) => Some(new_place[parent]),
        };
        let parent = match (parents[old], tree.edges[old]) {
            // The guess would have closed a loop.
            (Parent::Inferred(_), Edge::None) => Parent::None,
            (parent, _) => parent,
        };
        let above = parent_index.map(|index| &spans[index]);
        let Some(span_id) = SpanId::new(facts.id) else { continue };
        spans.push(span(facts, span_id, parent, parent_index, above, &mut bodies, names));
        if let Some(span) = spans.last_mut() {
            span.depth = tree.depth[old];
        }
    }

    let mut loops: Vec<Vec<SpanId>> = tree
        .loops
        .iter()
        .map(|members| {
            let ids = members.iter().filter_map(|&member| SpanId::new(facts[member].id));
            let mut ids: Vec<SpanId> = ids.collect();
            ids.sort_unstable();
            ids
        })
        .collect();
    loops.sort_unstable();
    let mut loose_records: Vec<(Option<Name>, u64)> = fragment
        .loose
        .iter()
        .map(|&(service, count)| (names.get(service), u64::from(count)))
        .collect();
    loose_records.sort_unstable();
    let ends_before_start = facts
        .iter()
        .filter(|span| span.own.ends_before_start)
        .filter_map(|span| SpanId::new(span.id))
        .collect();
    let is_error = fragment.is_failed;
    let is_ok = spans.iter().any(|span| span.status == Status::Ok);
    Trace {
        trace_id,
        key,
        aliases,
        start: extent.map(|(start, _)| timestamp(start)),
        end: extent.map(|(_, end)| timestamp(end)),
        status: status(is_error, is_ok),
        record_count: u64::from(fragment.record_count),
        error_count: u64::from(fragment.error_count),
        untimed_count: u64::from(fragment.untimed_count),
        spans,
        loose_records,
        records: records(fragment.kept, names),
        missing_spans: missing
            .into_iter()
            .filter_map(|(id, count)| SpanId::new(id).map(|id| (id, count)))
            .collect(),
        loops,
        ends_before_start,
    }
}

fn inferred(id: u64) -> Parent {
    SpanId::new(id).map_or(Parent::None, Parent::Inferred)
}

fn status(is_error: bool, is_ok: bool) -> Status {
    match (is_error, is_ok) {
        (true, _) => Status::Error,
        (false, true) => Status::Ok,
        (false, false) => Status::Unset,
    }
}

fn span(
    facts: &SpanFacts,
    span_id: SpanId,
    parent: Parent,
    parent_index: Option<usize>,
    above: Option<&Span>,
    bodies: &mut HashMap<u64, Name>,
    names: &mut Names<'_>,
) -> Span {
    let outside = facts.outside.as_deref();
    let is_seen_from_outside = facts.own.record_count == 0 && outside.is_some();
    let own_service = names.get(facts.own.service);
    let callee = outside.and_then(|view| view.service);
    // A span seen only by its callee is the caller's: the callee's name would be wrong, and is
    // shown, as a guess, only where the caller is unknown.
    let service_name = match (&own_service, above) {
        (None, Some(above)) if is_seen_from_outside && above.service_name.is_some() => {
            above.service_name.clone()
        }
        (None, _) if is_seen_from_outside => names.get(callee),
        _ => own_service.clone(),
    };
    let error_count =
        facts.own.error_count.saturating_add(outside.map_or(0, |view| view.error_count));
    let is_failed = facts.own.is_failed || outside.is_some_and(|view| view.is_failed);
    let states_success =
        facts.own.states_success || outside.is_some_and(|view| view.states_success);
    Span {
        span_id,
        parent,
        parent_index,
        depth: 0,
        service_is_inferred: own_service.is_none() && service_name.is_some(),
        service_name,
        name: names.get(facts.own.name.or_else(|| outside.and_then(|view| view.name))),
        first_body: bodies.remove(&facts.id),
        bounds: bounds(facts).map(|(start, end, is_reported)| {
            let (start, end) = (timestamp(start), timestamp(end));
            if is_reported {
                SpanBounds::Reported { start, end }
            } else {
                SpanBounds::Observed { start, end }
            }
        }),
        status: status(is_failed, states_success),
        record_count: u64::from(facts.own.record_count),
        error_count: u64::from(error_count),
        outside_count: outside.map_or(0, |view| u64::from(view.record_count)),
        is_seen_from_outside,
    }
}

/// By span, the body of its earliest record; of those written in it, if there are any.
fn first_bodies(kept: &[KeptRecord]) -> HashMap<u64, Name> {
    let mut first: HashMap<u64, &KeptRecord> = HashMap::new();
    fn rank(record: &KeptRecord) -> impl Ord + '_ {
        (
            record.is_from_outside,
            record.timestamp.unwrap_or(i64::MAX),
            record.source,
            record.lines.first().map(|line| line.offset),
            &record.body,
        )
    }
    for record in kept.iter().filter(|record| record.span != 0 && !record.body.is_empty()) {
        first
            .entry(record.span)
            .and_modify(|known| {
                if rank(record) < rank(known) {
                    *known = record;
                }
            })
            .or_insert(record);
    }
    first.into_iter().map(|(span, record)| (span, Name::clone(&record.body))).collect()
}

/// Records by time, then source, then line. One without time stays behind the record before it
/// in its source.
fn records(mut kept: Vec<KeptRecord>, names: &mut Names<'_>) -> Vec<TraceRecord> {
    fn place(record: &KeptRecord) -> impl Ord + '_ {
        (
            record.source,
            record.lines.first().map(|line| line.offset),
            record.timestamp,
            record.span,
            &record.body,
            record.severity,
        )
    }
    kept.sort_by(|left, right| place(left).cmp(&place(right)));
    let mut times = Vec::with_capacity(kept.len());
    let mut before = (None, i64::MIN);
    for record in &kept {
        if before.0 != Some(record.source) {
            before = (Some(record.source), i64::MIN);
        }
        before.1 = record.timestamp.unwrap_or(before.1);
        times.push(before.1);
    }
    let mut timed: Vec<(i64, KeptRecord)> = times.into_iter().zip(kept).collect();
    timed.sort_by_key(|&(time, _)| time);
    timed
        .into_iter()
        .map(|(_, record)| TraceRecord {
            source: record.source,
            lines: record.lines,
            timestamp: record.timestamp.map(timestamp),
            span_id: SpanId::new(record.span),
            service_name: names.get(record.service),
            severity: record.severity,
            is_error: record.is_error,
            body: record.body,
        })
        .collect()
}
