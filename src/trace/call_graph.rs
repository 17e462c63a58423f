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

use crate::trace::symbols::Symbol;
use hashbrown::HashMap;
use std::cmp::Reverse;

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

    /// Whether `child` may lie within this span, as far as the clocks' units allow to say.
    fn may_surround(&self, child: &Observed) -> bool {
        let slack = self.unit.max(child.unit);
        self.start <= child.start.saturating_add(slack)
            && child.end <= self.end.saturating_add(slack)
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
    /// Of two kinds that surround each other within the clocks' units: how often the first was
    /// the longer.
    longer: HashMap<(Kind, Kind), u32>,
    /// Whether the first kind, seen more than once, surrounds the second.
    surrounds: HashMap<(Kind, Kind), Votes>,
    /// Spans that were called from another service.
    entries_by_kind: HashMap<Kind, u32>,
    entries_by_side: HashMap<Side, u32>,
    /// Of these, those that the side surrounds.
    within_by_kind: HashMap<(Side, Kind), u32>,
    within_by_side: HashMap<(Side, Side), u32>,
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
            graph.learn_lengths(&scene);
            scenes.push(scene);
        }
        for scene in &scenes {
            graph.learn_nesting(scene);
        }
        for scene in &scenes {
            graph.learn_calls(scene);
        }
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

    fn learn_lengths(&mut self, scene: &Scene<'_>) {
        for (p, parent) in scene.spans.iter().enumerate() {
            for (c, child) in scene.spans.iter().enumerate() {
                if parent.length() > child.length()
                    && scene.kinds[p] != scene.kinds[c]
                    && parent.may_surround(child)
                    && child.may_surround(parent)
                {
                    *self.longer.entry((scene.kinds[p], scene.kinds[c])).or_default() += 1;
                }
            }
        }
    }

    /// Whether one span surrounds another. Of two that could surround each other, the kind that is
    /// longer over all traces is the outer.
    fn surrounds(&self, scene: &Scene<'_>, p: usize, c: usize) -> bool {
        let (parent, child) = (&scene.spans[p], &scene.spans[c]);
        if p == c || !parent.may_surround(child) {
            return false;
        }
        if !child.may_surround(parent) {
            return true;
        }
        let (outer, inner) = (scene.kinds[p], scene.kinds[c]);
        let longer = |pair| self.longer.get(&pair).copied().unwrap_or(0);
        match longer((outer, inner)).cmp(&longer((inner, outer))) {
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Less => false,
            std::cmp::Ordering::Equal => {
                let key = |span: &Observed| (Reverse(span.length()), span.start, span.id);
                key(parent) < key(child)
            }
        }
    }

    fn learn_nesting(&mut self, scene: &Scene<'_>) {
        let mut seen: HashMap<Kind, bool> = HashMap::new();
        for (c, child) in scene.spans.iter().enumerate() {
            seen.clear();
            for (p, parent) in scene.spans.iter().enumerate() {
                let same_kind = scene.kinds[p] == scene.kinds[c];
                if p == c || same_kind || parent.is_from_outside || parent.is_instant() {
                    continue;
                }
                let yes = self.surrounds(scene, p, c);
                let no = parent.end < child.start
                    || (parent.start < child.start && parent.end < child.end);
                if yes || no {
                    *seen.entry(scene.kinds[p]).or_default() |= yes;
                }
            }
            for (&kind, &yes) in &seen {
                let votes = self.surrounds.entry((kind, scene.kinds[c])).or_default();
                if yes {
                    votes.yes += 1;
                } else {
                    votes.no += 1;
                }
            }
        }
    }

    fn learn_calls(&mut self, scene: &Scene<'_>) {
        let mut around: Vec<Side> = Vec::new();
        for (c, child) in scene.spans.iter().enumerate() {
            let stated = child.parent != 0
                && scene.spans.binary_search_by_key(&child.parent, |span| span.id).is_ok();
            if stated || self.within_service(scene, c).is_some() {
                continue;
            }
            let (kind, side) = (scene.kinds[c], scene.sides[c]);
            *self.entries_by_kind.entry(kind).or_default() += 1;
            *self.entries_by_side.entry(side).or_default() += 1;
            around.clear();
            around.extend(
                (0..scene.spans.len())
                    .filter(|&p| scene.sides[p] != side && self.surrounds(scene, p, c))
                    .map(|p| scene.sides[p]),
            );
            around.sort_unstable();
            around.dedup();
            for &caller in &around {
                *self.within_by_kind.entry((caller, kind)).or_default() += 1;
                *self.within_by_side.entry((caller, side)).or_default() += 1;
            }
        }
    }

    /// Rule 3.
    fn is_usually_open(&self, scene: &Scene<'_>, p: usize, c: usize) -> bool {
        let (parent, child) = (&scene.spans[p], &scene.spans[c]);
        let votes = self.surrounds.get(&(scene.kinds[p], scene.kinds[c]));
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
        among
            .filter(|&p| self.is_usually_open(scene, p, c))
            .max_by_key(|&p| (scene.spans[p].start, scene.spans[p].id))
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
            .filter(|&p| self.surrounds(scene, p, c))
            .min_by_key(|&p| (scene.spans[p].length(), scene.spans[p].id));
        if quoted {
            return around;
        }
        let open = self.usually_open(scene, c, peers());
        match (around, open) {
            (Some(around), Some(open))
                if scene.spans[open].start >= scene.spans[around].start
                    && self.surrounds(scene, around, open) =>
            {
                Some(open)
            }
            (None, open) => open,
            (around, _) => around,
        }
    }

    /// Rule 1: whether spans of `caller` usually surround spans of this kind.
    fn calls(&self, caller: Side, callee: Side, kind: Kind) -> bool {
        let count = |map: &HashMap<(Side, Side), u32>, pair| map.get(&pair).copied().unwrap_or(0);
        let share = |part: u32, whole: Option<&u32>| match whole {
            Some(&whole) if whole > 0 => f64::from(part) / f64::from(whole),
            _ => 0.0,
        };
        let forth =
            share(count(&self.within_by_side, (caller, callee)), self.entries_by_side.get(&callee));
        let back =
            share(count(&self.within_by_side, (callee, caller)), self.entries_by_side.get(&caller));
        let usual = match self.entries_by_kind.get(&kind) {
            None => forth,
            whole => share(count(&self.within_by_kind, (caller, kind)), whole),
        };
        usual >= 0.5 && back < forth
    }

    /// The calling span in another service, by rules 1 to 3.
    fn caller(&self, scene: &Scene<'_>, c: usize) -> Option<usize> {
        let child = &scene.spans[c];
        let mut callers: Vec<Side> = scene.sides.clone();
        callers.sort_unstable();
        callers.dedup();
        callers.retain(|&side| {
            side != scene.sides[c] && self.calls(side, scene.sides[c], scene.kinds[c])
        });
        let mut best: Option<((i64, i64, u64), usize)> = None;
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
            let slack = any.unit.max(child.unit);
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
            let Some(((at, ..), next)) = next else { continue };
            match self.usually_open(scene, c, members()) {
                Some(open)
                    if scene.spans[next].start <= scene.spans[open].start
                        && scene.spans[open].is_instant() =>
                {
                    offer(at.saturating_sub(1), open);
                }
                _ => offer(at, next),
            }
        }
        best.map(|(_, p)| p)
    }

    /// Guesses the parent of every span, also of those whose stated parent was never logged.
    /// `spans` must be sorted by id.
    pub(crate) fn guess(&mut self, spans: &[Observed]) -> Vec<Guess> {
        let scene = self.scene(spans);
        if spans.len() > Self::DENSE_LIMIT {
            return self.guess_by_nesting(&scene);
        }
        (0..spans.len())
            .map(|c| {
                let inner = self.within_service(&scene, c);
                let is_quoted = spans[c].parent != 0 && spans[c].parent_is_quoted;
                let parent = inner
                    .or_else(|| self.caller(&scene, c))
                    .or_else(|| self.request_before(&scene, c));
                Guess { parent, outranks_quote: is_quoted && inner.is_some() }
            })
            .collect()
    }

    /// The first span of the service that began before: work that outlives its request.
    fn request_before(&self, scene: &Scene<'_>, c: usize) -> Option<usize> {
        let child = &scene.spans[c];
        (0..scene.spans.len())
            .filter(|&p| {
                !child.is_from_outside
                    && scene.sides[p] == scene.sides[c]
                    && scene.kinds[p] != scene.kinds[c]
                    && scene.spans[p].start < child.start
            })
            .min_by_key(|&p| (scene.spans[p].start, scene.spans[p].id))
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
                        || self.calls(scene.sides[p], scene.sides[c], scene.kinds[c])
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
