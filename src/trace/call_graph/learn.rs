//! Counting what surrounds what, over all traces.

use crate::trace::call_graph::{CallGraph, Kind, Observed, Scene, Side};
use hashbrown::{HashMap, HashSet};

/// A span that was called from another service, while learning.
struct Entry {
    kind: Kind,
    side: Side,
    /// The sides that surround it, with the length of the tightest span; sorted by side.
    around: Vec<(Side, i64)>,
}

impl CallGraph {
    /// Whether a trace of so many spans is learnt from.
    pub(crate) fn learns_from(span_count: usize) -> bool {
        (2..=Self::DENSE_LIMIT).contains(&span_count)
    }

    /// Learns from traces, their spans sorted by id, in an order that does not depend on chance.
    pub(crate) fn learn(traces: impl Iterator<Item = Vec<Observed>>) -> CallGraph {
        let mut graph = CallGraph::default();
        let mut budget = Self::PAIR_BUDGET;
        let mut learnt_from = Vec::new();
        for spans in traces {
            let pairs = spans.len() * spans.len();
            if pairs > budget {
                break;
            }
            budget -= pairs;
            graph.number(&spans);
            learnt_from.push(spans);
        }
        let scenes: Vec<Scene<'_>> = learnt_from.iter().map(|spans| graph.scene(spans)).collect();
        for scene in &scenes {
            let sides = || scene.members.iter().map(|(side, _)| *side);
            graph.companions.extend(sides().flat_map(|one| sides().map(move |other| (one, other))));
            graph.learn_order(scene);
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

    fn learn_nesting(&mut self, scene: &Scene<'_>) {
        let mut latest: HashMap<Kind, usize> = HashMap::new();
        let mut open: Vec<Kind> = Vec::new();
        for (c, child) in scene.spans.iter().enumerate() {
            *self.spans.entry(scene.kinds[c]).or_default() += 1;
            open.clear();
            let is_open = |&p: &usize| scene.spans[p].is_open_at(child.start);
            open.extend(scene.peers(c).filter(is_open).map(|p| scene.kinds[p]));
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
                    if scene.begin(p) > scene.begin(*known) {
                        *known = p;
                    }
                }
            }
            for (&kind, &p) in &latest {
                // Where nothing of that service surrounds the child, the kind has no say.
                let members = scene.members(scene.sides[p]);
                let is_asked = members.iter().any(|&other| self.surrounds(scene, other, c));
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
        for c in 0..scene.spans.len() {
            let is_inner = self.is_inner_kind(scene.kinds[c]);
            if scene.stated(c).is_some() || is_inner || self.within_service(scene, c).is_some() {
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
}
