//! A record that may still grow, and the lines it is made of.
//!
//! Says how far a record reaches and which of its lines must be kept beyond a chunk. What belongs to
//! it is for [`super::reader`] to decide.

use super::continuation::{FARTHEST, Texture};
use super::format::Header;
use super::stitch::OwnedLine;
use super::{LineOrigin, LogRecord};
use bumpalo::Bump;
use smallvec::SmallVec;
use std::sync::Arc;

/// A physical line where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawLine<'a> {
    pub(crate) origin: LineOrigin,
    pub(crate) text: &'a [u8],
}

pub(super) type Lines = SmallVec<[LineOrigin; 1]>;
pub(super) type Texts<'a> = SmallVec<[&'a [u8]; 1]>;

/// A record that may still grow.
pub(super) struct Open<'a> {
    pub(super) stream: u64,
    pub(super) records: SmallVec<[Box<LogRecord<'a>>; 1]>,
    pub(super) lines: Lines,
    pub(super) texts: Texts<'a>,
    /// What continuation lines say, without their envelopes.
    pub(super) continued: Vec<&'a [u8]>,
    /// Blank lines since: they belong to the record if it goes on.
    pub(super) blanks: Vec<RawLine<'a>>,
    pub(super) texture: Texture,
    pub(super) in_trace: bool,
    /// The columns in force, and from which of its lines on.
    pub(super) headers: SmallVec<[(usize, Option<Arc<Header>>); 1]>,
}

/// Keeps lines beyond their chunk. `begins`: the first one has no header, and begins a record.
pub(super) fn keep(out: &mut Vec<OwnedLine>, lines: &[LineOrigin], texts: &[&[u8]], begins: bool) {
    let first = out.len();
    out.extend(lines.iter().zip(texts).map(|(origin, text)| OwnedLine::new(*origin, text)));
    if let Some(first) = out.get_mut(first) {
        first.begins = begins;
    }
}

impl<'a> Open<'a> {
    /// A record that nothing continued yet.
    pub(super) fn new(
        records: SmallVec<[Box<LogRecord<'a>>; 1]>,
        lines: Lines,
        texts: Texts<'a>,
        texture: Texture,
        in_trace: bool,
    ) -> Open<'a> {
        let (stream, continued, blanks, headers) = (0, Vec::new(), Vec::new(), SmallVec::new());
        Open { stream, records, lines, texts, continued, blanks, texture, in_trace, headers }
    }

    pub(super) fn keep(&self, out: &mut Vec<OwnedLine>) {
        let first = out.len();
        keep(out, &self.lines, &self.texts, self.texture == Texture::Unparsed);
        out.extend(self.blanks.iter().map(|line| OwnedLine::new(line.origin, line.text)));
        for (at, line) in out[first..].iter_mut().enumerate() {
            let header = self.headers.iter().rfind(|(from, _)| *from <= at);
            line.header = header.and_then(|(_, header)| header.clone());
            line.follows = Some(self.stream);
        }
    }

    /// Whether a line that explains a record can mean this one: not with the id of another trace.
    pub(super) fn is_explained_by(&self, record: &LogRecord<'_>) -> bool {
        let differs = |known: &LogRecord<'_>| known.trace.is_some() && known.trace != record.trace;
        record.trace.is_none() || !self.records.iter().any(|known| differs(known))
    }

    pub(super) fn reaches(&self, offset: u64) -> bool {
        let last = self.lines.last().map_or(0, |line| line.offset);
        offset.saturating_sub(last) <= FARTHEST
    }

    /// Takes lines that belong to it; the columns are those in force where they stand.
    pub(super) fn extend(&mut self, lines: Lines, texts: Texts<'a>, header: Option<&Arc<Header>>) {
        let known = self.headers.last().and_then(|(_, header)| header.as_ref());
        if known.map(Arc::as_ptr) != header.map(Arc::as_ptr) {
            self.headers.push((self.lines.len(), header.cloned()));
        }
        for blank in self.blanks.drain(..) {
            self.lines.push(blank.origin);
            self.texts.push(blank.text);
        }
        self.lines.extend(lines);
        self.texts.extend(texts);
    }
}

pub(super) fn join<'a>(parts: &[&[u8]], separator: &[u8], arena: &'a Bump) -> &'a [u8] {
    let length = parts.iter().map(|part| part.len() + separator.len()).sum();
    let mut out = bumpalo::collections::Vec::with_capacity_in(length, arena);
    for (at, part) in parts.iter().enumerate() {
        if at > 0 {
            out.extend_from_slice(separator);
        }
        out.extend_from_slice(part);
    }
    out.into_bump_slice()
}
