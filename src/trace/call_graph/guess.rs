//! Guessing parents by what was counted.

use crate::trace::call_graph::{CallGraph, Kind, Observed, Scene, Side};
use std::cmp::Reverse;

/// What is asked for the callers of a span: those of its kind, or of its service at large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trust {
    Kind,
    Service,
}

/// A guessed parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Guess {
    /// Index of the parent.
    pub(crate) parent: Option<usize>,
    /// The guess is nearer than the caller that the span's records quote.
    pub(crate) outranks_quote: bool,
}

impl CallGraph {
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
        let calls = |side: Side| {
            side != scene.sides[c] && self.calls(side, scene.sides[c], scene.kinds[c], trust)
        };
        let mut best: Option<((i64, i64, u64), usize)> = None;
        let mut silent: Option<usize> = None;
        let mut offer = |at: i64, p: usize| {
            // Stamps are early, by half their unit on average.
            let at = at.saturating_add(scene.spans[p].unit / 2);
            let key = (at, scene.spans[p].length(), scene.spans[p].id);
            if best.is_none_or(|(known, _)| key < known) {
                best = Some((key, p));
            }
        };
        for (side, members) in scene.members.iter().filter(|(side, _)| calls(*side)) {
            let side = *side;
            let members = || members.iter().copied();
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
            // So are both of these.
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

    /// Guesses the parent of every span for which no record states one that was logged, and of
    /// those whose stated caller may not be the nearest. `spans` must be sorted by id.
    pub(crate) fn guess(&self, spans: &[Observed]) -> Vec<Guess> {
        let scene = self.scene(spans);
        if spans.len() > Self::DENSE_LIMIT {
            return self.guess_by_nesting(&scene);
        }
        let is_settled: Vec<Option<usize>> = (0..spans.len())
            .map(|c| scene.stated(c).filter(|_| !spans[c].parent_is_quoted))
            .collect();
        let inner: Vec<Option<usize>> = (0..spans.len())
            .map(|c| match is_settled[c] {
                Some(_) => None,
                None => self.within_service(&scene, c),
            })
            .collect();
        let known: Vec<Option<usize>> = (0..spans.len())
            .map(|c| {
                is_settled[c]
                    .or(inner[c])
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
        scene
            .peers(c)
            .filter(|&p| scene.spans[p].start <= child.start)
            .max_by_key(|&p| scene.begin(p))
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
            let is_before = |&p: &usize| scene.spans[p].start < child.start;
            scene.peers(c).filter(is_before).filter(|_| !child.is_from_outside)
        };
        before()
            .filter(|&p| callers[p].is_some_and(|caller| scene.sides[caller] != scene.sides[p]))
            .max_by_key(|&p| scene.begin(p))
            .or_else(|| before().min_by_key(|&p| scene.begin(p)))
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
