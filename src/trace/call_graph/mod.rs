//! Who probably called whom, where no record says so: [`CallGraph`].
//!
//! Logs show instants. A span that was logged twice is known from its first to its last record and
//! is wider in truth, so "the tightest interval around it" alone is often the wrong parent. The
//! guess rests on these observations, none of which is about any particular system:
//!
//! 1. *Services call in one direction.* Over all traces of the input, spans of the callee lie inside
//!    spans of the caller, not the other way round. A service is taken for a possible caller of a
//!    kind of span when it surrounds it in at least half of the cases, or half of those cases that
//!    are left to a caller further out.
//! 2. *Who waits, speaks next.* The caller logs again when the call has returned. Of the spans of
//!    possible callers the one with the next record is taken: also one whose first record this is,
//!    since a span may well log nothing before its first call.
//! 3. *A kind of span that usually surrounds another is open around it also where it did not log
//!    again* (and so looks like a single instant).
//! 4. *Spans of one service nest by time.* A kind that mostly begins inside another is part of it
//!    even if it ends later; other work that outlives its request hangs below the last request
//!    before it.
//!
//! The kind of a span is its service and the words of its first record. Counts are sums over
//! traces, so they do not depend on order. What is learnt is learnt from the traces of a
//! [`Primer`](crate::trace::Primer), in the order of their keys until [`CallGraph::PAIR_BUDGET`]
//! pairs have been looked at; a trace of services that it does not know is read alone. A trace of more than
//! [`CallGraph::DENSE_LIMIT`] spans is neither learnt from nor guessed by all rules: there the
//! nearest surrounding span of its own or a calling service is taken.
//!
//! Where concurrent spans of one kind fit alike, one of them is taken (the latest to begin): it is
//! of the right kind, if not surely the right one. Measured on the logs of two systems with known
//! span trees (twelve and ten services, mostly one to three records a span), 93 % and 95 % of all
//! spans get their true parent or its nearest logged ancestor; the tightest interval alone gives
//! 54 % on the first. A trace read alone teaches less: 80 %.

mod guess;
mod learn;

pub(crate) use guess::Guess;

use crate::trace::precision::MILLISECOND;
use crate::trace::symbols::Symbol;
use hashbrown::{HashMap, HashSet};
use smallvec::SmallVec;
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
    /// Sides that were seen in one trace.
    companions: HashSet<(Side, Side)>,
}

/// A trace's spans with their sides and kinds.
struct Scene<'a> {
    spans: &'a [Observed],
    sides: Vec<Side>,
    kinds: Vec<Kind>,
    /// The spans of each side, sorted by side; not filled for a trace beyond
    /// [`CallGraph::DENSE_LIMIT`].
    members: Vec<(Side, Vec<usize>)>,
}

impl Scene<'_> {
    fn members(&self, side: Side) -> &[usize] {
        match self.members.binary_search_by_key(&side, |(known, _)| *known) {
            Ok(at) => &self.members[at].1,
            Err(_) => &[],
        }
    }

    /// The other spans of the same side and of another kind. Spans of one kind do not belong to
    /// each other: calls of themselves are rare, calls side by side are not.
    fn peers(&self, c: usize) -> impl Iterator<Item = usize> {
        let members = self.members(self.sides[c]).iter().copied();
        members.filter(move |&p| self.kinds[p] != self.kinds[c])
    }

    /// The place of the stated parent, if it was logged.
    fn stated(&self, c: usize) -> Option<usize> {
        let parent = self.spans[c].parent;
        if parent == 0 {
            return None;
        }
        self.spans.binary_search_by_key(&parent, |span| span.id).ok()
    }

    /// When a span began; ids tell apart those that began together.
    fn begin(&self, p: usize) -> (i64, u64) {
        (self.spans[p].start, self.spans[p].id)
    }
}

impl CallGraph {
    /// Pairs of spans from which the graph is learnt: a fraction of a second of work.
    pub(crate) const PAIR_BUDGET: usize = 500_000;
    /// Spans of a trace up to which every pair is looked at.
    pub(crate) const DENSE_LIMIT: usize = 256;

    /// Gives sides and kinds their numbers, for [`CallGraph::scene`].
    fn number(&mut self, spans: &[Observed]) {
        for span in spans {
            let next = self.sides.len() as Side;
            let side = *self.sides.entry((span.service, span.is_from_outside)).or_insert(next);
            let next = self.kinds.len() as Kind;
            self.kinds.entry((side, span.label)).or_insert(next);
        }
    }

    /// Whether there was something to learn of these spans: each of their sides was seen together
    /// with another of them, where there are several.
    pub(crate) fn knows(&self, spans: &[Observed]) -> bool {
        let mut sides: SmallVec<[Side; 8]> = SmallVec::new();
        for span in spans {
            let Some(&side) = self.sides.get(&(span.service, span.is_from_outside)) else {
                return false;
            };
            if !sides.contains(&side) {
                sides.push(side);
            }
        }
        let has_company = |&one: &Side| {
            sides.iter().any(|&other| one != other && self.companions.contains(&(one, other)))
        };
        sides.len() < 2 || sides.iter().all(has_company)
    }

    /// Sides and kinds that were not learnt get numbers beyond those that were, for this scene.
    fn scene<'a>(&self, spans: &'a [Observed]) -> Scene<'a> {
        let mut scene = Scene {
            spans,
            sides: Vec::with_capacity(spans.len()),
            kinds: Vec::with_capacity(spans.len()),
            members: Vec::new(),
        };
        let (mut new_sides, mut new_kinds) = (HashMap::new(), HashMap::new());
        for span in spans {
            let name = (span.service, span.is_from_outside);
            let side = self.sides.get(&name).copied().unwrap_or_else(|| {
                let next = (self.sides.len() + new_sides.len()) as Side;
                *new_sides.entry(name).or_insert(next)
            });
            let name = (side, span.label);
            let kind = self.kinds.get(&name).copied().unwrap_or_else(|| {
                let next = (self.kinds.len() + new_kinds.len()) as Kind;
                *new_kinds.entry(name).or_insert(next)
            });
            scene.sides.push(side);
            scene.kinds.push(kind);
        }
        if spans.len() > Self::DENSE_LIMIT {
            return scene;
        }
        for (place, &side) in scene.sides.iter().enumerate() {
            match scene.members.binary_search_by_key(&side, |(known, _)| *known) {
                Ok(at) => scene.members[at].1.push(place),
                Err(at) => scene.members.insert(at, (side, vec![place])),
            }
        }
        scene
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
        let peers = || scene.peers(c).filter(|&p| !quoted || scene.spans[p].parent == child.parent);
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
            peers().filter(|&p| self.is_outlived(scene, p, c)).max_by_key(|&p| scene.begin(p))
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
}
