//! The order of a trace's spans: who hangs below whom, without loops.
//!
//! Works on indexes and knows nothing of times or services but the order it is given. No recursion:
//! a chain may be as long as a trace.

use std::cmp::Reverse;

/// How surely an edge to a parent is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edge {
    None,
    /// A record states this parent.
    Reported(usize),
    /// A guess; dropped where it would close a loop.
    Inferred(usize),
}

impl Edge {
    pub(crate) fn parent(self) -> Option<usize> {
        match self {
            Edge::None => None,
            Edge::Reported(parent) | Edge::Inferred(parent) => Some(parent),
        }
    }
}

/// A tree (or several) over nodes `0..n`.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Tree {
    /// Nodes with parents before children, siblings by rank.
    pub(crate) order: Vec<usize>,
    /// The edges that are left, by node.
    pub(crate) edges: Vec<Edge>,
    /// Loops of reported edges that had to be cut, as nodes.
    pub(crate) loops: Vec<Vec<usize>>,
}

/// Cuts loops and orders the nodes. `rank` must tell any two nodes apart; siblings and roots
/// follow it, and a loop is cut at its lowest.
pub(crate) fn grow<R: Ord>(mut edges: Vec<Edge>, rank: impl Fn(usize) -> R) -> Tree {
    let loops = cut_loops(&mut edges, &rank);
    // Nodes by parent (roots first) and, since a stack gives back the last first, from the last
    // sibling to the first.
    let mut siblings: Vec<usize> = (0..edges.len()).collect();
    siblings.sort_unstable_by_key(|&node| (edges[node].parent(), Reverse(rank(node))));
    let mut next_group = 0;
    let mut groups = vec![0..0; edges.len()];
    let mut stack = Vec::new();
    for group in siblings.chunk_by(|&one, &other| edges[one].parent() == edges[other].parent()) {
        let range = next_group..next_group + group.len();
        next_group = range.end;
        match edges[group[0]].parent() {
            Some(parent) => groups[parent] = range,
            None => stack.extend_from_slice(group),
        }
    }
    let mut order = Vec::with_capacity(edges.len());
    while let Some(node) = stack.pop() {
        order.push(node);
        stack.extend_from_slice(&siblings[groups[node].clone()]);
    }
    Tree { order, edges, loops }
}

/// Each node has one edge, so each connected part has at most one loop, and one cut opens it.
fn cut_loops<R: Ord>(edges: &mut [Edge], rank: &impl Fn(usize) -> R) -> Vec<Vec<usize>> {
    const UNSEEN: usize = usize::MAX;
    // By which walk a node was first reached.
    let mut walk = vec![UNSEEN; edges.len()];
    let mut loops = Vec::new();
    for start in 0..edges.len() {
        let mut node = start;
        while walk[node] == UNSEEN {
            walk[node] = start;
            match edges[node].parent() {
                Some(parent) => node = parent,
                None => break,
            }
        }
        let closes = walk[node] == start && edges[node].parent().is_some();
        if !closes {
            continue;
        }
        let mut members = vec![node];
        let mut next = edges[node].parent();
        while let Some(member) = next.filter(|&member| member != node) {
            members.push(member);
            next = edges[member].parent();
        }
        let is_guess = |&&member: &&usize| matches!(edges[member], Edge::Inferred(_));
        let guess = members.iter().filter(is_guess).copied().min_by_key(|&member| rank(member));
        let cut = guess.or_else(|| members.iter().copied().min_by_key(|&member| rank(member)));
        if let Some(cut) = cut {
            edges[cut] = Edge::None;
        }
        if guess.is_none() {
            loops.push(members);
        }
    }
    loops
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reported(parents: &[Option<usize>]) -> Vec<Edge> {
        parents.iter().map(|parent| parent.map_or(Edge::None, Edge::Reported)).collect()
    }

    #[test]
    fn parents_come_before_children_and_siblings_by_rank() {
        let tree = grow(reported(&[Some(2), None, Some(1), Some(1), Some(2)]), |node| node);
        assert_eq!(tree.order, [1, 2, 0, 4, 3]);
    }

    #[test]
    fn a_loop_is_cut_at_its_lowest_and_reported() {
        let tree = grow(reported(&[Some(1), Some(2), Some(1), Some(0)]), |node| 9 - node);
        assert_eq!(tree.loops, [[1, 2]]);
        assert_eq!(tree.edges[2], Edge::None);
        assert_eq!(tree.order, [2, 1, 0, 3]);
    }

    #[test]
    fn a_loop_through_a_guess_loses_the_guess_silently() {
        let edges = vec![Edge::Reported(1), Edge::Inferred(0)];
        let tree = grow(edges, |node| node);
        assert_eq!(tree.edges, [Edge::Reported(1), Edge::None]);
        assert!(tree.loops.is_empty());
    }

    #[test]
    fn a_span_that_is_its_own_parent_is_a_root() {
        let tree = grow(reported(&[Some(0)]), |node| node);
        assert_eq!((tree.order, tree.loops), (vec![0], vec![vec![0]]));
    }

    #[test]
    fn a_chain_of_a_hundred_thousand_is_walked_like_any_other() {
        let edges = (0..100_000usize).map(|node| node.checked_sub(1));
        let tree = grow(reported(&edges.collect::<Vec<_>>()), |node| node);
        assert!(tree.order.into_iter().eq(0..100_000));
    }
}
