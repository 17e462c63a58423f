//! Fragments to [`Trace`]s: bounds settled, parents found, spans in tree order.
//!
//! Everything here works on sorted lists, so that neither the numbers of symbols nor the order of
//! arrival can show in a trace.

use crate::record::{Timestamp, TraceKey};
use crate::trace::bounds::{Bounds, Extent, observe, place_coarse, view};
use crate::trace::call_graph::{CallGraph, Guess, Observed};
use crate::trace::fragment::{SpanFacts, TraceFragment};
use crate::trace::identity::Called;
use crate::trace::kept::{first_bodies, records};
use crate::trace::precision::{Precisions, Units};
use crate::trace::symbols::{Symbol, Symbols};
use crate::trace::tree::{Edge, grow};
use crate::trace::{MissingSpan, Name, Outline, Parent, Span, Status, Trace};
use crate::trace_context::SpanId;
use std::collections::BTreeMap;
use std::sync::Arc;

/// All that was gathered of one trace, before it is assembled.
#[derive(Clone, Debug)]
pub struct Draft {
    key: TraceKey,
    fragment: TraceFragment,
}

impl Draft {
    pub(crate) fn new(key: TraceKey, fragment: TraceFragment) -> Draft {
        Draft { key, fragment }
    }

    /// How many spans were logged.
    pub fn span_count(&self) -> usize {
        self.fragment.spans.spans.len()
    }

    /// From its first to its last stamp.
    pub(crate) fn interval(&self) -> Option<(i64, i64)> {
        let TraceFragment { first, last, whole_seconds, .. } = &self.fragment;
        let whole = whole_seconds.iter().map(|whole| (whole.first, whole.last));
        let known = (first <= last).then_some((*first, *last)).into_iter().chain(whole);
        known.reduce(|one, other| (one.0.min(other.0), one.1.max(other.1)))
    }
}

/// What turns drafts into traces, before anything is learnt.
#[derive(Debug)]
pub struct Apprentice {
    /// The traces to learn from.
    examples: Vec<Draft>,
    precisions: Precisions,
    symbols: Arc<Symbols>,
}

/// What many traces together tell about each.
#[derive(Debug)]
pub struct Lessons(CallGraph);

/// Makes traces of drafts, with what was learnt.
#[derive(Debug)]
pub struct Assembler {
    graph: CallGraph,
    precisions: Precisions,
    symbols: Arc<Symbols>,
}

impl Apprentice {
    pub(crate) fn new(
        examples: Vec<Draft>,
        precisions: Precisions,
        symbols: Arc<Symbols>,
    ) -> Apprentice {
        Apprentice { examples, precisions, symbols }
    }

    /// Learns from the examples what one trace alone does not tell.
    pub fn learn(&self) -> Lessons {
        let teaches = |draft: &&Draft| CallGraph::learns_from(draft.span_count());
        let mut order: Vec<&Draft> = self.examples.iter().filter(teaches).collect();
        order.sort_unstable_by_key(|draft| draft.key);
        let observed = order
            .into_iter()
            .map(|draft| observe(&draft.fragment, &self.precisions.of_trace(&draft.fragment)));
        Lessons(CallGraph::learn(observed))
    }

    #[cfg(test)]
    pub(crate) fn keys(&self) -> Vec<u64> {
        self.examples.iter().map(|draft| draft.key.low64()).collect()
    }

    /// Ready to assemble.
    pub fn graduate(self, lessons: Lessons) -> Assembler {
        Assembler { graph: lessons.0, precisions: self.precisions, symbols: self.symbols }
    }

    /// What can be said of a trace before it is assembled. `None`: its start or end depends on the
    /// tree, because some of its spans are known to the second only.
    pub fn outline(&self, draft: &Draft) -> Option<Outline> {
        let Draft { key, fragment } = draft;
        // Units matter only where some stamp is a whole second.
        let units = match fragment.whole_seconds.is_empty() {
            true => Units::default(),
            false => self.precisions.of_trace(fragment),
        };
        let mut extent = Extent::of(fragment, &units);
        for span in &fragment.spans.spans {
            if !extent.add(Bounds::of(span, &units)) {
                return None;
            }
        }
        let whole = extent.around(&[]);
        Some(Outline {
            key: *key,
            start: whole.map(|(start, _)| Timestamp::from_nanoseconds(start)),
            end: whole.map(|(_, end)| Timestamp::from_nanoseconds(end)),
            span_count: draft.span_count(),
            record_count: u64::from(fragment.record_count),
            error_count: u64::from(fragment.error_count),
        })
    }
}

impl Assembler {
    /// Assembles one trace. Where the lessons say nothing of its services, it has to teach itself.
    pub fn assemble(&self, mut draft: Draft) -> Trace {
        draft.fragment.spans.spans.sort_unstable_by_key(|span| span.id);
        let units = self.precisions.of_trace(&draft.fragment);
        let observed = observe(&draft.fragment, &units);
        let guesses = if CallGraph::learns_from(observed.len()) && !self.graph.knows(&observed) {
            CallGraph::learn(std::iter::once(observed.clone())).guess(&observed)
        } else {
            self.graph.guess(&observed)
        };
        let names = &mut Names::new(&self.symbols);
        finish(draft, &observed, &guesses, &units, names)
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
pub(crate) struct Names<'a> {
    symbols: &'a Symbols,
    known: Vec<(Symbol, Name)>,
}

impl<'a> Names<'a> {
    fn new(symbols: &'a Symbols) -> Names<'a> {
        Names { symbols, known: Vec::new() }
    }

    pub(crate) fn get(&mut self, symbol: Option<Symbol>) -> Option<Name> {
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

fn finish(
    draft: Draft,
    observed: &[Observed],
    guesses: &[Guess],
    units: &Units,
    names: &mut Names<'_>,
) -> Trace {
    let Draft { key, fragment } = draft;
    let Called { trace_id, aliases, links } = fragment.spellings.resolve(key, names.symbols);
    let facts = &fragment.spans.spans;

    let place = |id: u64| facts.binary_search_by_key(&id, |span| span.id).ok();
    // Spans that are named and were not logged are nodes of the tree behind those that were.
    let mut missing: BTreeMap<u64, Missing> = BTreeMap::new();
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
            let missing = missing.entry(id.get()).or_default();
            missing.record_count += u64::from(span.parent.record_count);
        }
        (parents[c], edges[c]) = match (stated, guessed) {
            (Some(_), Some(p)) if guess.outranks_quote => {
                (inferred(facts[p].id), Edge::Inferred(p))
            }
            (Some(id), guessed) => {
                if let Some(missing) = missing.get_mut(&id.get()) {
                    missing.children.push((c, guessed));
                }
                (Parent::Reported(id), known.map_or(Edge::None, Edge::Reported))
            }
            (None, Some(p)) => (inferred(facts[p].id), Edge::Inferred(p)),
            (None, None) => (Parent::None, Edge::None),
        };
    }

    let mut bounds: Vec<Option<Bounds>> =
        facts.iter().map(|span| Bounds::of(span, units)).collect();
    bounds.resize(facts.len() + missing.len(), None);
    let ids: Vec<u64> = facts.iter().map(|span| span.id).chain(missing.keys().copied()).collect();
    let mut first_child = vec![None; ids.len()];
    for (node, missing) in (facts.len()..).zip(missing.values()) {
        let start = |c: usize| (bounds[c].is_none(), bounds[c].map(|bounds| bounds.start), ids[c]);
        let children = || missing.children.iter().map(|(c, _)| *c);
        for c in children() {
            edges[c] = Edge::Reported(node);
        }
        first_child[node] = children().min_by_key(|&c| start(c));
        // Siblings should have one guess; where they have not, the earliest child's is taken.
        let guess = missing.children.iter().filter(|(_, guess)| guess.is_some());
        let guess = guess.min_by_key(|(c, _)| start(*c)).and_then(|(_, guess)| *guess);
        edges.push(guess.map_or(Edge::None, Edge::Inferred));
    }
    let rank = |bounds: &[Option<Bounds>], node: usize| {
        let start = bounds[first_child[node].unwrap_or(node)].map(|bounds| bounds.start);
        (start.is_none(), start, ids[node])
    };
    let mut tree = grow(edges, |place| rank(&bounds, place));
    let extent = Extent::of(&fragment, units);
    let placed = place_coarse(&mut bounds, &tree, extent);
    if !placed.is_empty() {
        // Later starts are another order among siblings; loops are cut already.
        let loops = std::mem::take(&mut tree.loops);
        tree = grow(tree.edges, |place| rank(&bounds, place));
        tree.loops = loops;
    }
    let extent = extent.around(&bounds);
    // What is missing is no span of the trace: its children are placed below its own parent.
    let order: Vec<usize> = tree.order.iter().copied().filter(|&old| old < facts.len()).collect();
    let mut new_place = vec![0; facts.len()];
    for (new, &old) in order.iter().enumerate() {
        new_place[old] = new;
    }
    let logged_above = |node: usize| {
        let above = tree.edges[node].parent()?;
        let above = if above < facts.len() { above } else { tree.edges[above].parent()? };
        Some(new_place[above])
    };
    let mut bodies = first_bodies(&fragment.kept);
    let mut spans: Vec<Span> = Vec::with_capacity(facts.len());
    for &old in &order {
        let (facts, bounds) = (&facts[old], bounds[old]);
        let parent_index = logged_above(old);
        let parent = match (parents[old], tree.edges[old]) {
            // The guess would have closed a loop.
            (Parent::Inferred(_), Edge::None) => {
                SpanId::new(facts.parent.id).map_or(Parent::None, Parent::Reported)
            }
            (parent, _) => parent,
        };
        let above = parent_index.map(|index| &spans[index]);
        let Some(span_id) = SpanId::new(facts.id) else { continue };
        spans.push(Span {
            parent,
            parent_index,
            depth: above.map_or(0, |above| above.depth + 1),
            first_body: bodies.remove(&facts.id),
            bounds: bounds.map(Bounds::published),
            is_placed: placed.binary_search(&old).is_ok(),
            ..span(facts, span_id, above, names)
        });
    }

    let mut loops: Vec<Vec<SpanId>> = tree
        .loops
        .iter()
        .map(|members| {
            let ids = members.iter().filter_map(|&member| SpanId::new(ids[member]));
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
    let missing_spans = (facts.len()..)
        .zip(missing.values())
        .filter_map(|(node, missing)| {
            Some(MissingSpan {
                span_id: SpanId::new(ids[node])?,
                record_count: missing.record_count,
                parent_index: logged_above(node),
            })
        })
        .collect();
    let coarse = placed.iter().filter_map(|&node| facts.get(node));
    let mut coarse_services: Vec<Name> =
        coarse.filter_map(|span| names.get(view(span).service)).collect();
    coarse_services.sort_unstable();
    coarse_services.dedup();
    let is_ok = spans.iter().any(|span| span.status == Status::Ok);
    Trace {
        trace_id,
        key,
        aliases,
        links,
        start: extent.map(|(start, _)| Timestamp::from_nanoseconds(start)),
        end: extent.map(|(_, end)| Timestamp::from_nanoseconds(end)),
        status: status(fragment.error_count > 0, is_ok),
        record_count: u64::from(fragment.record_count),
        error_count: u64::from(fragment.error_count),
        untimed_count: u64::from(fragment.untimed_count),
        spans,
        coarse_services,
        loose_records,
        records: records(fragment.kept, units, names),
        missing_spans,
        loops,
        clock_adjustments: Vec::new(),
        ends_before_start,
    }
}

/// A span that is named as a parent and was not logged.
#[derive(Debug, Default)]
struct Missing {
    record_count: u64,
    /// Places of those that name it, and their guessed ancestors.
    children: Vec<(usize, Option<usize>)>,
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

/// What the records say of a span, and its parent's service; its place is left open.
fn span(facts: &SpanFacts, span_id: SpanId, above: Option<&Span>, names: &mut Names<'_>) -> Span {
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
    let states_success =
        facts.own.states_success || outside.is_some_and(|view| view.states_success);
    Span {
        span_id,
        parent: Parent::None,
        parent_index: None,
        depth: 0,
        service_is_inferred: own_service.is_none() && service_name.is_some(),
        service_name,
        name: names.get(facts.own.name.or_else(|| outside.and_then(|view| view.name))),
        first_body: None,
        bounds: None,
        is_placed: false,
        status: status(error_count > 0, states_success),
        record_count: u64::from(facts.own.record_count),
        error_count: u64::from(error_count),
        outside_count: outside.map_or(0, |view| u64::from(view.record_count)),
        is_seen_from_outside,
    }
}
