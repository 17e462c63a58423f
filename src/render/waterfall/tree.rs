//! The rows of a waterfall: the span tree with a placeholder for every parent that was never
//! logged, folded to the number of rows asked for.
//!
//! Walks without recursion: a log decides how deep a tree is.

use crate::analysis::Timeline;
use crate::record::Timestamp;
use crate::render::{escape::width, style::Glyphs};
use crate::trace::{Name, Parent};
use crate::trace_context::SpanId;
use std::collections::BTreeMap;

/// What a row shows.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Item {
    /// A span: index into `Trace::spans`.
    Span(usize),
    /// A parent that no record shows, and from when to when its children were open.
    Missing(SpanId, Option<(Timestamp, Timestamp)>),
    /// Spans that were folded away.
    Folded(Folded),
    /// Records of a service that name no span: how many.
    Loose(Option<Name>, u64),
    /// A record: index into `Trace::records`.
    Record(usize),
}

/// What was folded away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Folded {
    pub spans: u64,
    pub self_time: u64,
    pub errors: u64,
}

/// A row: its place in the tree, drawn, and what it shows.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub tree: String,
    pub item: Item,
}

/// Spans and placeholders: node `i` is span `i`, placeholders follow.
struct Forest {
    parents: Vec<Option<usize>>,
    children: Vec<Vec<usize>>,
    tops: Vec<usize>,
    missing: Vec<SpanId>,
    /// Of each node with everything below it.
    weights: Vec<Folded>,
}

impl Forest {
    fn new(timeline: &Timeline) -> Forest {
        let spans = &timeline.trace.spans;
        let mut forest = Forest {
            parents: vec![None; spans.len()],
            children: vec![Vec::new(); spans.len()],
            tops: Vec::new(),
            missing: Vec::new(),
            weights: Vec::new(),
        };
        let mut placeholders = BTreeMap::new();
        for (at, span) in spans.iter().enumerate() {
            let parent = match (span.parent_index, span.parent) {
                // Parents come before their children; whatever says otherwise would be a loop.
                (parent, Parent::Reported(id)) if timeline.trace.missing_span(id).is_some() => {
                    let parent = parent.filter(|&parent| parent < at);
                    let add = || forest.add_missing(id, parent);
                    Some(*placeholders.entry(id).or_insert_with(add))
                }
                (Some(parent), _) if parent < at => Some(parent),
                // A root, or where a loop was cut.
                _ => None,
            };
            match parent {
                Some(parent) => forest.children[parent].push(at),
                None => forest.tops.push(at),
            }
            forest.parents[at] = parent;
        }
        forest.weigh(timeline);
        forest
    }

    fn add_missing(&mut self, id: SpanId, parent: Option<usize>) -> usize {
        let node = self.children.len();
        self.missing.push(id);
        self.children.push(Vec::new());
        self.parents.push(parent);
        match parent {
            Some(parent) => self.children[parent].push(node),
            None => self.tops.push(node),
        }
        node
    }

    fn weigh(&mut self, timeline: &Timeline) {
        let spans = &timeline.trace.spans;
        self.weights = vec![Folded::default(); self.children.len()];
        for (at, span) in spans.iter().enumerate().rev() {
            let own = &mut self.weights[at];
            own.spans += 1;
            own.self_time += timeline.self_times.get(at).copied().flatten().unwrap_or(0);
            own.errors += u64::from(span.has_error());
            let whole = *own;
            // What hangs below a placeholder hangs below the placeholder's parent: all that stands
            // before it in the order of spans has yet to come.
            let mut above = self.parents[at];
            while let Some(parent) = above {
                self.weights[parent].add(whole);
                above = if self.is_missing(parent) { self.parents[parent] } else { None };
            }
        }
    }

    fn is_missing(&self, node: usize) -> bool {
        node >= self.children.len() - self.missing.len()
    }

    fn item(&self, node: usize, timeline: &Timeline) -> Item {
        if !self.is_missing(node) {
            return Item::Span(node);
        }
        let spans = &timeline.trace.spans;
        let bounds = || self.children[node].iter().filter_map(|&child| spans[child].bounds);
        let start = bounds().map(|bounds| bounds.start()).min();
        let end = bounds().map(|bounds| bounds.end()).max();
        let id = self.missing[node - (self.children.len() - self.missing.len())];
        Item::Missing(id, start.zip(end))
    }

    /// Which nodes to show so that they and the rows for the folded ones are at most `max_rows`.
    fn choose(&self, timeline: &Timeline, max_rows: usize) -> Vec<bool> {
        let mut choice = Choice {
            forest: self,
            is_shown: vec![false; self.children.len()],
            hidden_children: vec![0; self.children.len()],
            hidden_tops: self.tops.len(),
            rows: usize::from(!self.tops.is_empty()),
        };
        for node in self.by_interest(timeline) {
            choice.try_show(node, max_rows);
        }
        choice.is_shown
    }

    /// Nodes, most interesting first: the root, the long steps of the critical path, errors, the
    /// other steps, then the busiest subtrees.
    fn by_interest(&self, timeline: &Timeline) -> Vec<usize> {
        let spans = &timeline.trace.spans;
        let mut path_times = vec![0u64; spans.len()];
        for step in &timeline.critical_path {
            if let Some(time) = path_times.get_mut(step.span) {
                *time += step.end.nanoseconds().abs_diff(step.start.nanoseconds()).max(1);
            }
        }
        let whole = path_times.iter().sum::<u64>();
        let mut nodes: Vec<usize> = (0..self.children.len()).collect();
        nodes.sort_by_key(|&node| {
            let weight = self.weights[node].self_time;
            let (class, key) = if timeline.root == Some(node) {
                (0, 0)
            } else if path_times.get(node).is_some_and(|&time| time > whole / LONG_STEP) {
                (1, path_times[node])
            } else if spans.get(node).is_some_and(|span| span.has_error()) {
                (2, weight)
            } else if path_times.get(node).is_some_and(|&time| time > 0) {
                (3, path_times[node])
            } else {
                (4, weight)
            };
            (class, std::cmp::Reverse(key), node)
        });
        nodes
    }
}

/// A step of the critical path is long if it takes more than this part of it.
const LONG_STEP: u64 = 50;

impl Folded {
    fn add(&mut self, other: Folded) {
        self.spans += other.spans;
        self.self_time += other.self_time;
        self.errors += other.errors;
    }
}

/// Nodes chosen so far, and how many rows they take. A shown node's ancestors are shown; a shown
/// node with hidden children has one row for all of them.
struct Choice<'f> {
    forest: &'f Forest,
    is_shown: Vec<bool>,
    hidden_children: Vec<usize>,
    hidden_tops: usize,
    rows: usize,
}

impl Choice<'_> {
    /// Shows a node and its ancestors, if they fit.
    fn try_show(&mut self, node: usize, max_rows: usize) {
        let mut chain = Vec::new();
        let mut at = Some(node);
        while let Some(node) = at.filter(|&node| !self.is_shown[node]) {
            chain.push(node);
            if chain.len() > max_rows {
                return;
            }
            at = self.forest.parents[node];
        }
        let before = self.rows;
        for &node in chain.iter().rev() {
            self.show(node);
        }
        if self.rows > max_rows && (before > 1 || chain.len() > 1) {
            for &node in &chain {
                self.hide(node);
            }
        }
    }

    fn hidden_beside(&mut self, node: usize) -> &mut usize {
        match self.forest.parents[node] {
            Some(parent) => &mut self.hidden_children[parent],
            None => &mut self.hidden_tops,
        }
    }

    fn show(&mut self, node: usize) {
        self.is_shown[node] = true;
        let beside = self.hidden_beside(node);
        *beside -= 1;
        let is_whole = *beside == 0;
        self.rows += 1;
        self.rows -= usize::from(is_whole);
        self.hidden_children[node] = self.forest.children[node].len();
        self.rows += usize::from(self.hidden_children[node] > 0);
    }

    fn hide(&mut self, node: usize) {
        self.is_shown[node] = false;
        self.rows -= 1;
        self.rows -= usize::from(self.hidden_children[node] > 0);
        let beside = self.hidden_beside(node);
        let was_whole = *beside == 0;
        *beside += 1;
        self.rows += usize::from(was_whole);
    }
}

/// A node of which some entries are still to be written.
struct Open {
    /// Entries in reverse: the next is the last.
    entries: Vec<Entry>,
    /// Entries that hang in the tree (all but records) still to come.
    branches: usize,
}

enum Entry {
    Node(usize),
    Folded(Folded),
    Record(usize),
}

/// The rows of a trace.
///
/// `max_rows` bounds the rows of spans; `with_records` adds a row for each record, in time order
/// between the span's children. `max_levels` bounds the levels of the tree that are drawn.
pub(super) fn rows(
    timeline: &Timeline,
    max_rows: Option<usize>,
    with_records: bool,
    max_levels: usize,
    glyphs: &Glyphs,
) -> Vec<Row> {
    let forest = Forest::new(timeline);
    let nodes = forest.children.len();
    let is_shown = match max_rows {
        Some(max_rows) if max_rows < nodes => forest.choose(timeline, max_rows.max(2)),
        _ => vec![true; nodes],
    };
    let records = if with_records { records_by_span(timeline) } else { BTreeMap::new() };
    let entries = |node: Option<usize>| {
        let children = node.map_or(&forest.tops, |node| &forest.children[node]);
        let own = node
            .and_then(|node| timeline.trace.spans.get(node))
            .and_then(|span| records.get(&Some(span.span_id)));
        open(&forest, timeline, &is_shown, children, own.map_or(&[], Vec::as_slice))
    };

    let mut rows = Vec::new();
    let mut stack = vec![entries(None)];
    while let Some(top) = stack.last_mut() {
        let Some(entry) = top.entries.pop() else {
            stack.pop();
            continue;
        };
        let is_branch = !matches!(entry, Entry::Record(_));
        top.branches -= usize::from(is_branch);
        let (item, next) = match entry {
            Entry::Node(node) => (forest.item(node, timeline), Some(node)),
            Entry::Folded(folded) => (Item::Folded(folded), None),
            Entry::Record(record) => (Item::Record(record), None),
        };
        let is_guess = match item {
            Item::Span(at) => matches!(timeline.trace.spans[at].parent, Parent::Inferred(_)),
            Item::Missing(..) => stack.len() > 1,
            _ => false,
        };
        rows.push(Row { tree: tree(&stack, is_branch, is_guess, max_levels, glyphs), item });
        if let Some(node) = next {
            stack.push(entries(Some(node)));
        }
    }
    rows.extend(loose_rows(timeline, with_records, glyphs));
    rows
}

/// Rows for the records that name no span, by service. Records that see a span from outside are
/// told of in the row of that span.
fn loose_rows(timeline: &Timeline, with_records: bool, glyphs: &Glyphs) -> Vec<Row> {
    let records = &timeline.trace.records;
    let mut rows = Vec::new();
    for (service_name, count) in &timeline.trace.loose_records {
        let own = (0..records.len()).filter(|&at| {
            records[at].span_id.is_none() && records[at].service_name == *service_name
        });
        let shown = if records.is_empty() { *count } else { own.clone().count() as u64 };
        if shown == 0 {
            continue;
        }
        rows.push(Row { tree: String::new(), item: Item::Loose(service_name.clone(), shown) });
        if with_records {
            rows.extend(
                own.map(|at| Row { tree: format!(" {}", glyphs.record), item: Item::Record(at) }),
            );
        }
    }
    rows
}

fn records_by_span(timeline: &Timeline) -> BTreeMap<Option<SpanId>, Vec<usize>> {
    let mut by_span: BTreeMap<Option<SpanId>, Vec<usize>> = BTreeMap::new();
    for (at, record) in timeline.trace.records.iter().enumerate() {
        by_span.entry(record.span_id).or_default().push(at);
    }
    by_span
}

/// The entries below a node, merged by time; a record without time stays behind the one before.
fn open(
    forest: &Forest,
    timeline: &Timeline,
    is_shown: &[bool],
    children: &[usize],
    records: &[usize],
) -> Open {
    let trace = &timeline.trace;
    let mut folded = Folded::default();
    let mut entries = Vec::with_capacity(children.len() + records.len());
    let mut records = records.iter().copied().peekable();
    for &child in children {
        if !is_shown[child] {
            folded.add(forest.weights[child]);
            continue;
        }
        let start = match forest.item(child, timeline) {
            Item::Missing(_, bounds) => bounds.map(|(start, _)| start),
            _ => trace.spans[child].bounds.map(|bounds| bounds.start()),
        };
        while let Some(record) =
            records.next_if(|&at| trace.records[at].timestamp.is_none_or(|at| Some(at) <= start))
        {
            entries.push(Entry::Record(record));
        }
        entries.push(Entry::Node(child));
    }
    entries.extend(records.map(Entry::Record));
    if folded.spans > 0 {
        entries.push(Entry::Folded(folded));
    }
    let branches = entries.iter().filter(|entry| !matches!(entry, Entry::Record(_))).count();
    entries.reverse();
    Open { entries, branches }
}

/// Draws the place of the entry just taken from the top of the stack.
fn tree(
    stack: &[Open],
    is_branch: bool,
    is_guess: bool,
    max_levels: usize,
    glyphs: &Glyphs,
) -> String {
    // What hangs from the top of the stack is not drawn as a branch: those are the roots.
    let levels = &stack[1..];
    let mut text = String::new();
    let drawn = if levels.len() > max_levels {
        text.push_str(glyphs.ellipsis);
        text.extend(std::iter::repeat_n(' ', 2usize.saturating_sub(width(&text))));
        &levels[levels.len() + 1 - max_levels.max(1)..]
    } else {
        levels
    };
    for (at, level) in drawn.iter().enumerate() {
        let is_last_level = at + 1 == drawn.len();
        if is_last_level && is_branch {
            text.push_str(if level.branches > 0 { glyphs.branch } else { glyphs.last });
            text.push_str(if is_guess { glyphs.guess } else { glyphs.edge });
        } else if is_last_level {
            // A record: at the level of the spans below the one that it was written in.
            text.push_str(if level.branches > 0 { glyphs.through.trim_end() } else { " " });
            text.push_str(glyphs.record);
        } else {
            text.push_str(if level.branches > 0 { glyphs.through } else { "  " });
        }
    }
    text
}
