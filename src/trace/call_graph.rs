//! Who probably called whom, where no record says so: [`CallGraph`].
//!
//! Logs show instants. A span that was logged twice is known from its first to its last record and
//! is wider in truth, so "the tightest interval around it" alone is often the wrong parent. The
//! guess rests on four observations, none of which is about any particular system:
//!
//! 1. *Services call in one direction.* Over all traces of the input, spans of the callee lie inside
//!    spans of the caller, not the other way round. A service is taken for a possible caller of a
//!    kind of span when it surrounds it in at least half of the cases.
//! 2. *Who waits, speaks next.* The caller logs again when the call has returned. Of the spans of
//!    possible callers the one with the next record is taken: also one whose first record this is,
//!    since a span may well log nothing before its first call.
//! 3. *A kind of span that usually surrounds another is open around it also where it did not log
//!    again* (and so looks like a single instant).
//! 4. Spans of one service nest by time; work that outlives its request hangs below the request.
//!
//! The kind of a span is its service and the beginning of its first record. Counts are sums over
//! traces, so they do not depend on order. Traces are taken in the order of their keys until
//! [`CallGraph::PAIR_BUDGET`] pairs have been looked at. A trace of more than
//! [`CallGraph::DENSE_LIMIT`] spans is neither learnt from nor guessed by all four rules: there
//! the nearest surrounding span of its own or a calling service is taken.

use crate::trace::precision::MILLISECOND;
use crate::trace::symbols::Symbol;
use hashbrown::{HashMap, HashSet};
use std::cmp::{Ordering, Reverse};

/// What the guess knows of a span.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Observed {
    pub(crate) id: u64,
    pub(crate) service: Option<Symbol>,
    /// Seen only from the callee's side; `service` is the callee.
    pub(crate) is_from_outside: bool,
    pub(crate) label: u32,
    pub(crate) start: i64,
    pub(crate) end: i64,
    pub(crate) is_reported: bool,
    /// First and last record; equal for a single one.
    pub(crate) first: i64,
    pub(crate) last: i64,
    /// The unit of the service's clock.
    pub(crate) unit: i64,
    /// The stated parent; 0 for none.
    pub(crate) parent: u64,
    /// Stated only by the quoted context of a call.
    pub(crate) parent_is_quoted: bool,
}

impl Observed {
    fn length(&self) -> i64 {
        self.end.saturating_sub(self.start)
    }

    fn is_instant(&self) -> bool {
        !self.is_reported && self.first == self.last
    }

    /// By how much the stamps of two spans may be out of order: by the units in which they are
    /// written and, on two machines, by what well-kept clocks differ.
    fn slack(&self, other: &Observed) -> i64 {
        let units = self.unit.max(other.unit);
        if self.service == other.service { units } else { units.max(MILLISECOND) }
    }

    /// Whether `child` may lie within this span, as far as the clocks allow to say.
    fn may_surround(&self, child: &Observed) -> bool {
        let slack = self.slack(child);
        self.start <= child.start.saturating_add(slack)
            && child.end <= self.end.saturating_add(slack)
    }

    /// Whether this span is known to have been going on at a moment.
    fn is_open_at(&self, moment: i64) -> bool {
        !self.is_instant() && self.start <= moment && moment <= self.end
    }

    /// When this span is next known to be active at or after `moment`.
    fn active_after(&self, moment: i64) -> Option<i64> {
        let reported = self.is_reported.then_some(self.end);
        [Some(self.first), Some(self.last), reported]
            .into_iter()
            .flatten()
            .filter(|&at| at >= moment)
            .min()
    }
}

/// A service, or what a service shows of its callers.
type Side = u32;
/// A kind of span.
type Kind = u32;

/// What is asked for the callers of a span: those of its kind, or of its service at large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    Kind,
    Service,
}

#[derive(Clone, Copy, Debug, Default)]
struct Votes {
    yes: u32,
    no: u32,
}

/// What surrounds what, over all traces.
#[derive(Debug, Default)]
pub(crate) struct CallGraph {
    sides: HashMap<(Option<Symbol>, bool), Side>,
    kinds: HashMap<(Side, u32), Kind>,
    /// How often a span of the first kind surrounded one of the second; where both could surround
    /// each other within the clocks' units, how often it was the longer.
    outer: HashMap<(Kind, Kind), u32>,
    /// Whether the last span of the first kind to begin before one of the second surrounds it.
    open: HashMap<(Kind, Kind), Votes>,
    /// How many spans of the second kind began while one of the first was open.
    begun_in: HashMap<(Kind, Kind), u32>,
    /// Spans by kind; and of these, those that belong to another of their service.
    spans: HashMap<Kind, u32>,
    inner_spans: HashMap<Kind, u32>,
    /// Spans that were called from another service.
    entries_by_kind: HashMap<Kind, u32>,
    entries_by_side: HashMap<Side, u32>,
    /// Of these, those that the side surrounds.
    within_by_kind: HashMap<(Side, Kind), u32>,
    within_by_side: HashMap<(Side, Side), u32>,
    /// Sides that call spans of a kind.
    callers: HashSet<(Side, Kind)>,
}

/// A span that was called from another service, while learning.
struct Entry {
    kind: Kind,
    side: Side,
    /// The sides that surround it, with the length of the tightest span; sorted by side.
    around: Vec<(Side, i64)>,
}

/// A trace's spans with their sides and kinds.
struct Scene<'a> {
    spans: &'a [Observed],
    sides: Vec<Side>,
    kinds: Vec<Kind>,
}

impl CallGraph {
    /// Pairs of spans from which the graph is learnt: about a second of work at most.
    pub(crate) const PAIR_BUDGET: usize = 8_000_000;
    /// Spans of a trace up to which every pair is looked at.
    pub(crate) const DENSE_LIMIT: usize = 256;

    /// Learns from traces, which must come in an order that does not depend on chance.
    pub(crate) fn learn<'a>(traces: impl Iterator<Item = &'a [Observed]>) -> CallGraph {
        let mut graph = CallGraph::default();
        let mut budget = Self::PAIR_BUDGET;
        let mut scenes = Vec::new();
        for spans in traces.filter(|spans| (2..=Self::DENSE_LIMIT).contains(&spans.len())) {
            let pairs = spans.len() * spans.len();
            if pairs > budget {
                break;
            }
            budget -= pairs;
            let scene = graph.scene(spans);
            graph.learn_order(&scene);
            scenes.push(scene);
        }
        for scene in &scenes {
            graph.learn_nesting(scene);
        }
        for scene in &scenes {
            for c in 0..scene.spans.len() {
                if graph.within_service(scene, c).is_some() {
                    *graph.inner_spans.entry(scene.kinds[c]).or_default() += 1;
                }
            }
        }
        let entries: Vec<Entry> = scenes.iter().flat_map(|scene| graph.entries(scene)).collect();
        graph.learn_calls(&entries);
        graph
    }

    fn scene<'a>(&mut self, spans: &'a [Observed]) -> Scene<'a> {
        let mut scene = Scene { spans, sides: Vec::new(), kinds: Vec::new() };
        for span in spans {
            let next = self.sides.len() as Side;
            let side = *self.sides.entry((span.service, span.is_from_outside)).or_insert(next);
            let next = self.kinds.len() as Kind;
            let kind = *self.kinds.entry((side, span.label)).or_insert(next);
            scene.sides.push(side);
            scene.kinds.push(kind);
        }
        scene
    }

    fn learn_order(&mut self, scene: &Scene<'_>) {
        for (p, parent) in scene.spans.iter().enumerate() {
            for (c, child) in scene.spans.iter().enumerate() {
                if p != c
                    && scene.kinds[p] != scene.kinds[c]
                    && !parent.is_instant()
                    && parent.may_surround(child)
                    && (!child.may_surround(parent) || parent.length() > child.length())
                {
                    *self.outer.entry((scene.kinds[p], scene.kinds[c])).or_default() += 1;
                }
            }
        }
    }

    /// Which of two kinds is usually the outer one.
    fn outer_of(&self, one: Kind, other: Kind) -> Ordering {
        let count = |pair| self.outer.get(&pair).copied().unwrap_or(0);
        count((one, other)).cmp(&count((other, one)))
    }

    /// Whether one span surrounds another. Of two that could surround each other, the kind that is
    /// longer over all traces is the outer.
    fn surrounds(&self, scene: &Scene<'_>, p: usize, c: usize) -> bool {
        let (parent, child) = (&scene.spans[p], &scene.spans[c]);
        if p == c || parent.is_instant() || !parent.may_surround(child) {
            return false;
        }
        if child.is_instant() || !child.may_surround(parent) {
            return true;
        }
        match self.outer_of(scene.kinds[p], scene.kinds[c]) {
            Ordering::Greater => true,
            Ordering::Less => false,
            Ordering::Equal => {
                let key = |span: &Observed| (Reverse(span.length()), span.start, span.id);
                key(parent) < key(child)
            }
        }
    }

    fn learn_nesting(&mut self, scene: &Scene<'_>) {
        let mut latest: HashMap<Kind, usize> = HashMap::new();
        let mut open: Vec<Kind> = Vec::new();
        for (c, child) in scene.spans.iter().enumerate() {
            *self.spans.entry(scene.kinds[c]).or_default() += 1;
            open.clear();
            open.extend(
                (0..scene.spans.len())
                    .filter(|&p| scene.sides[p] == scene.sides[c])
                    .filter(|&p| p != c && scene.spans[p].is_open_at(child.start))
                    .map(|p| scene.kinds[p]),
            );
            open.sort_unstable();
            open.dedup();
            for &kind in &open {
                *self.begun_in.entry((kind, scene.kinds[c])).or_default() += 1;
            }
            latest.clear();
            for (p, parent) in scene.spans.iter().enumerate() {
                let kind = scene.kinds[p];
                if p != c
                    && kind != scene.kinds[c]
                    && !parent.is_from_outside
                    && !parent.is_instant()
                    && parent.start <= child.start
                {
                    let known = latest.entry(kind).or_insert(p);
                    let begin = |p: usize| (scene.spans[p].start, scene.spans[p].id);
                    if begin(p) > begin(*known) {
                        *known = p;
                    }
                }
            }
            for (&kind, &p) in &latest {
                // Where nothing of that service surrounds the child, the kind has no say.
                let is_asked = (0..scene.spans.len()).any(|other| {
                    scene.sides[other] == scene.sides[p] && self.surrounds(scene, other, c)
                });
                if is_asked {
                    let is_open = self.surrounds(scene, p, c);
                    let votes = self.open.entry((kind, scene.kinds[c])).or_default();
                    votes.yes += u32::from(is_open);
                    votes.no += u32::from(!is_open);
                }
            }
        }
    }

    fn entries(&self, scene: &Scene<'_>) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (c, child) in scene.spans.iter().enumerate() {
            let is_stated = child.parent != 0
                && scene.spans.binary_search_by_key(&child.parent, |span| span.id).is_ok();
            let is_inner = self.is_inner_kind(scene.kinds[c]);
            if is_stated || is_inner || self.within_service(scene, c).is_some() {
                continue;
            }
            let mut around: Vec<(Side, i64)> = (0..scene.spans.len())
                .filter(|&p| scene.sides[p] != scene.sides[c] && self.surrounds(scene, p, c))
                .map(|p| (scene.sides[p], scene.spans[p].length()))
                .collect();
            around.sort_unstable();
            around.dedup_by_key(|(side, _)| *side);
            entries.push(Entry { kind: scene.kinds[c], side: scene.sides[c], around });
        }
        entries
    }

    /// Rule 1. A side that surrounds a kind in half of the cases calls it. Of what is left to the
    /// outer of two callers, the inner one may again surround half, and so on: a kind may have
    /// several callers.
    fn learn_calls(&mut self, entries: &[Entry]) {
        for entry in entries {
            *self.entries_by_kind.entry(entry.kind).or_default() += 1;
            *self.entries_by_side.entry(entry.side).or_default() += 1;
            for &(side, _) in &entry.around {
                *self.within_by_kind.entry((side, entry.kind)).or_default() += 1;
                *self.within_by_side.entry((side, entry.side)).or_default() += 1;
            }
        }
        let mut callers: HashSet<(Side, Kind)> = HashSet::new();
        for entry in entries {
            for &(side, _) in &entry.around {
                let within = self.within_by_kind.get(&(side, entry.kind)).copied().unwrap_or(0);
                let whole = self.entries_by_kind.get(&entry.kind).copied().unwrap_or(0);
                if within * 2 >= whole && self.is_outer_side(side, entry.side) {
                    callers.insert((side, entry.kind));
                }
            }
        }
        loop {
            let mut left: HashMap<(Kind, Side), u32> = HashMap::new();
            let mut inner: HashMap<(Kind, Side, Side), u32> = HashMap::new();
            for entry in entries {
                let known =
                    entry.around.iter().filter(|(s, _)| callers.contains(&(*s, entry.kind)));
                let Some(&(caller, length)) = known.min_by_key(|&&(side, length)| (length, side))
                else {
                    continue;
                };
                *left.entry((entry.kind, caller)).or_default() += 1;
                for &(side, shorter) in &entry.around {
                    if shorter < length
                        && self.share_within(caller, side) >= 0.5
                        && self.is_outer_side(side, entry.side)
                    {
                        *inner.entry((entry.kind, caller, side)).or_default() += 1;
                    }
                }
            }
            let before = callers.len();
            for ((kind, caller, side), count) in inner {
                let whole = left.get(&(kind, caller)).copied().unwrap_or(0);
                if count >= 2 && count * 2 >= whole {
                    callers.insert((side, kind));
                }
            }
            if callers.len() == before {
                break;
            }
        }
        self.callers = callers;
    }

    /// Part of the spans of `inner` that spans of `outer` surround, 0 to 1.
    fn share_within(&self, outer: Side, inner: Side) -> f64 {
        let part = self.within_by_side.get(&(outer, inner)).copied().unwrap_or(0);
        match self.entries_by_side.get(&inner) {
            Some(&whole) if whole > 0 => f64::from(part) / f64::from(whole),
            _ => 0.0,
        }
    }

    fn is_outer_side(&self, outer: Side, inner: Side) -> bool {
        self.share_within(outer, inner) > self.share_within(inner, outer)
    }

    /// Rule 3.
    fn is_usually_open(&self, scene: &Scene<'_>, p: usize, c: usize) -> bool {
        let (parent, child) = (&scene.spans[p], &scene.spans[c]);
        let votes = self.open.get(&(scene.kinds[p], scene.kinds[c]));
        p != c
            && parent.start <= child.start
            && votes.is_some_and(|votes| votes.yes > votes.no)
            && !(parent.is_reported && parent.end < child.start)
    }

    /// The latest of the spans that are usually open around this kind.
    fn usually_open(
        &self,
        scene: &Scene<'_>,
        c: usize,
        among: impl Iterator<Item = usize>,
    ) -> Option<usize> {
        among.filter(|&p| self.is_usually_open(scene, p, c)).max_by(|&one, &other| {
            let (first, second) = (&scene.spans[one], &scene.spans[other]);
            // Of two that began together, the inner one.
            let is_inner = || self.outer_of(scene.kinds[other], scene.kinds[one]);
            first.start.cmp(&second.start).then_with(is_inner).then(first.id.cmp(&second.id))
        })
    }

    /// The span of the same service around this one, by rules 3 and 4. A span whose parent was
    /// only quoted is below another that quotes the same and surrounds it: both were written while
    /// the same call was served.
    fn within_service(&self, scene: &Scene<'_>, c: usize) -> Option<usize> {
        let child = &scene.spans[c];
        if child.is_from_outside {
            return None;
        }
        let quoted = child.parent != 0 && child.parent_is_quoted;
        let peers = || {
            (0..scene.spans.len()).filter(move |&p| {
                scene.sides[p] == scene.sides[c]
                    && scene.kinds[p] != scene.kinds[c]
                    && (!quoted || scene.spans[p].parent == child.parent)
            })
        };
        let around = peers()
            .filter(|&p| self.is_outer_peer(scene, p, c))
            .min_by_key(|&p| (scene.spans[p].length(), scene.spans[p].id));
        if quoted {
            return around;
        }
        let open = self.usually_open(scene, c, peers());
        let inner = match (around, open) {
            (Some(around), Some(open))
                if scene.spans[open].start >= scene.spans[around].start
                    && self.surrounds(scene, around, open) =>
            {
                Some(open)
            }
            (None, open) => open,
            (around, _) => around,
        };
        inner.or_else(|| {
            let begun = |&p: &usize| (scene.spans[p].start, scene.spans[p].id);
            peers().filter(|&p| self.is_outlived(scene, p, c)).max_by_key(begun)
        })
    }

    /// Whether this span began while another of its service was open that it outlived, as spans of
    /// its kind mostly do: work that was started and not waited for.
    fn is_outlived(&self, scene: &Scene<'_>, p: usize, c: usize) -> bool {
        let (outer, inner) = (scene.kinds[p], scene.kinds[c]);
        let count = |pair| self.begun_in.get(&pair).copied().unwrap_or(0);
        let whole = self.spans.get(&inner).copied().unwrap_or(0);
        scene.spans[p].is_open_at(scene.spans[c].start)
            && count((outer, inner)).saturating_mul(2) >= whole
            && count((outer, inner)) > count((inner, outer))
    }

    /// Whether spans of a kind mostly belong to another of their service.
    fn is_inner_kind(&self, kind: Kind) -> bool {
        let count = |map: &HashMap<Kind, u32>| map.get(&kind).copied().unwrap_or(0);
        count(&self.inner_spans) > 0
            && count(&self.inner_spans).saturating_mul(2) >= count(&self.spans)
    }

    /// Whether a span of the same service is around this one. The kinds' usual order decides also
    /// against a span that outlived the one it belongs to.
    fn is_outer_peer(&self, scene: &Scene<'_>, p: usize, c: usize) -> bool {
        let (parent, child) = (&scene.spans[p], &scene.spans[c]);
        let order = self.outer_of(scene.kinds[p], scene.kinds[c]);
        let slack = parent.slack(child);
        if self.surrounds(scene, p, c) {
            order != Ordering::Less
        } else {
            order == Ordering::Greater
                && self.surrounds(scene, c, p)
                && child.start <= parent.start.saturating_add(slack)
        }
    }

    /// Rule 1: whether spans of `caller` are known to call spans of this kind.
    fn calls(&self, caller: Side, callee: Side, kind: Kind, trust: Trust) -> bool {
        if trust == Trust::Kind && self.entries_by_kind.contains_key(&kind) {
            self.callers.contains(&(caller, kind))
        } else {
            self.share_within(caller, callee) >= 0.5 && self.is_outer_side(caller, callee)
        }
    }

    /// The calling span in another service, by rules 1 to 3.
    fn caller(&self, scene: &Scene<'_>, c: usize, trust: Trust) -> Option<usize> {
        let child = &scene.spans[c];
        let mut callers: Vec<Side> = scene.sides.clone();
        callers.sort_unstable();
        callers.dedup();
        callers.retain(|&side| {
            side != scene.sides[c] && self.calls(side, scene.sides[c], scene.kinds[c], trust)
        });
        let mut best: Option<((i64, i64, u64), usize)> = None;
        let mut silent: Option<usize> = None;
        let mut offer = |at: i64, p: usize| {
            let key = (at, scene.spans[p].length(), scene.spans[p].id);
            if best.is_none_or(|(known, _)| key < known) {
                best = Some((key, p));
            }
        };
        for side in callers {
            let members = || (0..scene.spans.len()).filter(|&p| scene.sides[p] == side);
            let Some(any) = members().next().map(|p| &scene.spans[p]) else { continue };
            if any.is_from_outside {
                // It never speaks for itself: only an interval around the child counts.
                for p in members().filter(|&p| self.surrounds(scene, p, c)) {
                    offer(scene.spans[p].end, p);
                }
                continue;
            }
            let slack = any.slack(child);
            let begin = members().map(|p| scene.spans[p].start).min();
            if begin.is_none_or(|begin| begin > child.start.saturating_add(slack)) {
                continue;
            }
            // Both stamps are early by half their unit on average.
            let returned = child.end.saturating_add(child.unit / 2).saturating_sub(any.unit / 2);
            let next = members()
                .filter_map(|p| {
                    let span = &scene.spans[p];
                    span.active_after(returned).map(|at| ((at, span.length(), span.id), p))
                })
                .min();
            let Some(((at, ..), next)) = next else {
                let last = self.last_before(scene, c, members());
                if last.is_some_and(|_| self.usually_calls(side, scene.kinds[c]))
                    && silent.is_none_or(|known| self.is_outer_side(scene.sides[known], side))
                {
                    silent = last;
                }
                continue;
            };
            match self.usually_open(scene, c, members()) {
                Some(open)
                    if scene.spans[next].start <= scene.spans[open].start
                        && (scene.spans[open].is_instant() || self.surrounds(scene, open, c)) =>
                {
                    offer(at.saturating_sub(1), open);
                }
                _ => offer(at, next),
            }
        }
        let best = best.map(|(_, p)| p);
        match (best, silent) {
            (Some(best), Some(silent))
                if !self.is_outer_side(scene.sides[best], scene.sides[silent]) =>
            {
                Some(best)
            }
            (best, silent) => silent.or(best),
        }
    }

    /// The caller that fell silent, as when it crashed or gave up waiting: the last to speak before
    /// the call, if its end is not known.
    fn last_before(
        &self,
        scene: &Scene<'_>,
        c: usize,
        among: impl Iterator<Item = usize>,
    ) -> Option<usize> {
        let start = scene.spans[c].start;
        among
            .filter(|&p| !scene.spans[p].is_reported && scene.spans[p].start <= start)
            .max_by_key(|&p| (scene.spans[p].last.min(start), scene.spans[p].id))
    }

    /// Whether a side surrounds nearly all spans of a kind.
    fn usually_calls(&self, side: Side, kind: Kind) -> bool {
        let part = self.within_by_kind.get(&(side, kind)).copied().unwrap_or(0);
        let whole = self.entries_by_kind.get(&kind).copied().unwrap_or(0);
        part.saturating_mul(4) >= whole.saturating_mul(3) && whole > 0
    }

    /// Guesses the parent of every span, also of those whose stated parent was never logged.
    /// `spans` must be sorted by id.
    pub(crate) fn guess(&mut self, spans: &[Observed]) -> Vec<Guess> {
        let scene = self.scene(spans);
        if spans.len() > Self::DENSE_LIMIT {
            return self.guess_by_nesting(&scene);
        }
        let inner: Vec<Option<usize>> =
            (0..spans.len()).map(|c| self.within_service(&scene, c)).collect();
        let known: Vec<Option<usize>> = (0..spans.len())
            .map(|c| {
                inner[c]
                    .or_else(|| self.last_begun(&scene, c))
                    .or_else(|| self.caller(&scene, c, Trust::Kind))
            })
            .collect();
        (0..spans.len())
            .map(|c| {
                let is_quoted = spans[c].parent != 0 && spans[c].parent_is_quoted;
                Guess {
                    parent: known[c]
                        .or_else(|| self.request_before(&scene, &known, c))
                        .or_else(|| self.caller(&scene, c, Trust::Service)),
                    outranks_quote: is_quoted && inner[c].is_some(),
                }
            })
            .collect()
    }

    /// For a span of a kind that belongs to others of its service: the last of them to begin before.
    fn last_begun(&self, scene: &Scene<'_>, c: usize) -> Option<usize> {
        let child = &scene.spans[c];
        if !self.is_inner_kind(scene.kinds[c]) || child.is_from_outside || child.parent != 0 {
            return None;
        }
        (0..scene.spans.len())
            .filter(|&p| {
                scene.sides[p] == scene.sides[c]
                    && scene.kinds[p] != scene.kinds[c]
                    && scene.spans[p].start <= child.start
            })
            .max_by_key(|&p| (scene.spans[p].start, scene.spans[p].id))
    }

    /// The request that a span outlived: the last one of its service to begin before it. `callers`
    /// tells what is a request, namely what another service called; without any, the first span of
    /// the service stands for it.
    fn request_before(
        &self,
        scene: &Scene<'_>,
        callers: &[Option<usize>],
        c: usize,
    ) -> Option<usize> {
        let child = &scene.spans[c];
        let before = || {
            (0..scene.spans.len()).filter(|&p| {
                !child.is_from_outside
                    && scene.sides[p] == scene.sides[c]
                    && scene.kinds[p] != scene.kinds[c]
                    && scene.spans[p].start < child.start
            })
        };
        let begin = |&p: &usize| (scene.spans[p].start, scene.spans[p].id);
        before()
            .filter(|&p| callers[p].is_some_and(|caller| scene.sides[caller] != scene.sides[p]))
            .max_by_key(begin)
            .or_else(|| before().min_by_key(begin))
    }

    fn guess_by_nesting(&self, scene: &Scene<'_>) -> Vec<Guess> {
        /// How far up the stack a caller is looked for.
        const REACH: usize = 16;
        let mut order: Vec<usize> = (0..scene.spans.len()).collect();
        order.sort_unstable_by_key(|&place| {
            let span = &scene.spans[place];
            (span.start, Reverse(span.end), span.id)
        });
        let mut guesses = vec![Guess::default(); order.len()];
        let mut open: Vec<usize> = Vec::new();
        for c in order {
            let child = &scene.spans[c];
            while let Some(&top) = open.last()
                && scene.spans[top].end < child.end
            {
                open.pop();
            }
            guesses[c].parent = open.iter().rev().take(REACH).copied().find(|&p| {
                if scene.sides[p] == scene.sides[c] {
                    !child.is_from_outside
                } else {
                    !self.entries_by_side.contains_key(&scene.sides[c])
                        || self.calls(scene.sides[p], scene.sides[c], scene.kinds[c], Trust::Kind)
                }
            });
            open.push(c);
        }
        guesses
    }
}

/// A guessed parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Guess {
    /// Index of the parent.
    pub(crate) parent: Option<usize>,
    /// The guess is nearer than the caller that the span's records quote.
    pub(crate) outranks_quote: bool,
}
