//! The shapes of objects that a log repeats: [`Shapes`], a shortcut of the JSON scanner.
//!
//! A logger writes the same keys in the same order, line after line. What stands between two
//! values (quotes, commas, braces, keys) is then the same text as in some line before, and one
//! comparison passes over it. All shapes seen make a tree: a node is such a text and the kind of
//! value that it leads to. A line that leaves the tree is scanned as if there were none, and its
//! path is added. Only saves work: what is read is what [`super::json`] reads, as a property test
//! shows.

use super::json::{end_of_compound, end_of_string, scalar_length};
use crate::record::field_set::{FieldSet, Kind, Value};
use crate::record::fields::Alias;

/// A value that the scanner met, in the order of the text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaf {
    /// Where its bytes are (without quotes).
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) alias: Option<Alias>,
    pub(crate) depth: usize,
    pub(crate) lead: Lead,
}

/// What a text between values leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lead {
    /// The content of a string.
    String,
    /// A number, `true`, `false` or `null`.
    Scalar,
    /// An array that is skipped.
    Array,
    /// An object that is skipped.
    Object,
    /// The end of the object.
    End,
}

/// Nodes of the tree, by number.
type NodeIndex = u32;

const NONE: NodeIndex = NodeIndex::MAX;

/// Bytes of text between two values that are remembered.
const LONGEST: usize = 48;

#[derive(Clone, Copy)]
struct Node {
    text: [u8; LONGEST],
    length: u8,
    lead: Lead,
    depth: u8,
    alias: Option<Alias>,
    child: NodeIndex,
    sibling: NodeIndex,
}

/// The shapes seen so far.
pub(crate) struct Shapes {
    nodes: Vec<Node>,
    first: NodeIndex,
}

impl Shapes {
    /// A log of more shapes than fit begins anew: its shapes hardly repeat.
    const MOST_NODES: usize = 2048;
    /// Texts that are tried at one place.
    const MOST_SIBLINGS: usize = 12;

    pub(crate) const fn new() -> Shapes {
        Shapes { nodes: Vec::new(), first: NONE }
    }

    /// Reads an object of a known shape that begins at `at`: where it ends. Without an answer, the
    /// fields hold what was read until the line left the tree.
    #[inline]
    pub(crate) fn read<'a>(
        &self,
        text: &'a [u8],
        mut at: usize,
        fields: &mut FieldSet<'a>,
    ) -> Option<usize> {
        let mut next = self.first;
        loop {
            let rest = text.get(at..)?;
            let node = loop {
                let node = self.nodes.get(next as usize)?;
                if node.stands_in(rest) {
                    break node;
                }
                next = node.sibling;
            };
            at += usize::from(node.length);
            let start = at;
            let kind = match node.lead {
                Lead::End => return Some(at),
                Lead::String => {
                    let (end, is_escaped) = end_of_string(text, at)?;
                    at = end;
                    if is_escaped { Kind::Escaped } else { Kind::Text }
                }
                Lead::Scalar => {
                    at += scalar_length(&text[at..])?;
                    Kind::of_scalar(text[start])
                }
                Lead::Array | Lead::Object => {
                    at = end_of_compound(text, at)?;
                    Kind::Compound
                }
            };
            if let Some(alias) = node.alias {
                let value = Value { bytes: &text[start..at], kind };
                fields.offer(alias, usize::from(node.depth), value, false);
            }
            next = node.child;
        }
    }

    /// Adds the shape of the object between `start` and `end` with these leaves.
    pub(crate) fn learn(&mut self, text: &[u8], start: usize, end: usize, leaves: &[Leaf]) {
        let last = Leaf { start: end, end, alias: None, depth: 0, lead: Lead::End };
        let mut at = start;
        let mut fits = leaves.len() < Self::MOST_NODES;
        for leaf in leaves.iter().chain([&last]) {
            fits &= leaf.start - at <= LONGEST;
            at = leaf.end;
        }
        if !fits {
            return;
        }
        if self.nodes.len() + leaves.len() >= Self::MOST_NODES {
            self.nodes.clear();
            self.first = NONE;
        }
        let mut at = start;
        let mut parent = NONE;
        for leaf in leaves.iter().chain([&last]) {
            match self.child(parent, &text[at..leaf.start], leaf) {
                Some(node) => parent = node,
                None => return,
            }
            at = leaf.end;
        }
    }

    /// The child of a node that has this text, made if there is none.
    fn child(&mut self, parent: NodeIndex, text: &[u8], leaf: &Leaf) -> Option<NodeIndex> {
        let mut before = NONE;
        let mut this = match self.nodes.get(parent as usize) {
            Some(parent) => parent.child,
            None => self.first,
        };
        let mut siblings = 0;
        while let Some(node) = self.nodes.get(this as usize) {
            if node.lead == leaf.lead && &node.text[..usize::from(node.length)] == text {
                return Some(this);
            }
            siblings += 1;
            before = this;
            this = node.sibling;
        }
        if siblings >= Self::MOST_SIBLINGS {
            return None;
        }
        let added = self.nodes.len() as NodeIndex;
        let mut node = Node {
            text: [0; LONGEST],
            length: text.len() as u8,
            lead: leaf.lead,
            depth: leaf.depth.min(255) as u8,
            alias: leaf.alias,
            child: NONE,
            sibling: NONE,
        };
        node.text[..text.len()].copy_from_slice(text);
        self.nodes.push(node);
        if let Some(before) = self.nodes.get_mut(before as usize) {
            before.sibling = added;
        } else if let Some(parent) = self.nodes.get_mut(parent as usize) {
            parent.child = added;
        } else {
            self.first = added;
        }
        Some(added)
    }
}

impl Node {
    /// Whether the text begins with this node's, and what follows is of its kind.
    #[inline]
    fn stands_in(&self, text: &[u8]) -> bool {
        let length = usize::from(self.length);
        begins_with(text, &self.text, length)
            && match self.lead {
                Lead::String | Lead::End => true,
                Lead::Scalar => !matches!(text.get(length), None | Some(b'"' | b'{' | b'[')),
                Lead::Array => text.get(length) == Some(&b'['),
                Lead::Object => text.get(length) == Some(&b'{'),
            }
    }
}

/// Whether the text begins with the first `length` bytes of a node's. Eight bytes at a time,
/// because a call to compare a dozen bytes costs more than they do.
#[inline]
fn begins_with(text: &[u8], known: &[u8; LONGEST], length: usize) -> bool {
    let Some(text) = text.first_chunk::<LONGEST>() else {
        return text.get(..length).is_some_and(|text| text == &known[..length]);
    };
    let word = |bytes: &[u8; LONGEST], at: usize| {
        let mut word = [0; 8];
        word.copy_from_slice(&bytes[at..at + 8]);
        u64::from_le_bytes(word)
    };
    let mut at = 0;
    while at + 8 <= length {
        if word(text, at) != word(known, at) {
            return false;
        }
        at += 8;
    }
    let rest = length - at;
    rest == 0 || (word(text, at) ^ word(known, at)) << (64 - 8 * rest) == 0
}

#[cfg(test)]
mod tests {
    use crate::record::field_set::FieldSet;
    use crate::record::fields::{KeyCache, Slot};
    use crate::record::format::json::{Scanned, Scanner};
    use proptest::prelude::*;

    /// What a scanner with this memory reads: where it ends, and the values of some slots.
    fn read(text: &str, cache: &mut KeyCache) -> (Scanned, Vec<Option<String>>) {
        const SLOTS: [Slot; 6] =
            [Slot::Trace, Slot::Span, Slot::Body, Slot::Severity, Slot::Service, Slot::Exception];
        let mut fields = FieldSet::new();
        let scanned = Scanner::new(text.as_bytes(), &mut fields, cache, None).scan(0);
        let values = SLOTS.map(|slot| fields.get(slot).map(|value| format!("{value:?}")));
        (scanned, values.into())
    }

    /// Objects of few keys, so that shapes come again, in part or in whole; some are cut.
    fn object() -> impl Strategy<Value = String> {
        let scalar = prop::sample::select(vec![
            "\"plain\"",
            r#""with \"escape""#,
            "\"0af7651916cd43dd8448eb211c80319c\"",
            "17",
            "null",
            "{}",
            "[]",
            r#"["a",{"trace_id":"7"}]"#,
            r#"{"name":"x","span_id":"b7ad6b7169203331"}"#,
            "",
            "\"",
        ]);
        let key = prop::sample::select(vec![
            "trace_id", "span_id", "span", "spans", "msg", "level", "links", "error", "service",
            "x",
        ]);
        let blank = prop::sample::select(vec!["", "", "", " "]);
        let member = (key, blank, scalar).prop_map(|(k, b, v)| format!("\"{k}\":{b}{v}"));
        let cut = prop_oneof![4 => Just(usize::MAX), 1 => 0usize..60];
        (prop::collection::vec(member, 0..5), cut).prop_map(|(members, cut)| {
            let text = format!("{{{}}}", members.join(","));
            text[..cut.min(text.len())].to_owned()
        })
    }

    proptest! {
        #[test]
        fn what_was_read_before_changes_nothing(
            texts in prop::collection::vec(object().prop_filter("begins", |t| !t.is_empty()), 1..30)
        ) {
            let mut cache = KeyCache::default();
            for text in &texts {
                prop_assert_eq!(read(text, &mut cache), read(text, &mut KeyCache::default()), "{}", text);
            }
        }
    }
}
