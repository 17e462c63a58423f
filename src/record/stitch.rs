//! Joins the chunks of a source: records that lie across a chunk's border.
//!
//! Chunks are read side by side; each leaves an edge: the lines at its head that may continue a
//! record from before, and the lines of records that may go on after it. Put together in the order
//! of the source, edges give exactly the records that one pass over the whole source would give,
//! whatever the chunks' size. (`tests/properties.rs` holds it.)

use super::LineOrigin;
use super::fields::KeyCache;
use super::format::{Header, SourceContext};
use super::reader::{Assembler, Message, Sink};
use super::tally::Tally;
use crate::source::SourceId;
use bumpalo::Bump;
use std::sync::Arc;

/// A physical line kept beyond its chunk.
#[derive(Clone, Debug)]
pub(crate) struct OwnedLine {
    pub(crate) origin: LineOrigin,
    pub(super) text: Box<[u8]>,
    /// It has no header and begins a record all the same.
    pub(crate) begins: bool,
    /// The columns in force where it stands; `None` where none are named so far, which those of the
    /// chunk at hand must not make up for.
    pub(crate) header: Option<Arc<Header>>,
    /// The stream that it belongs to if it has no envelope and no header: what stood before it
    /// decided that. `None`: that is not known yet.
    pub(crate) follows: Option<u64>,
}

impl OwnedLine {
    pub(crate) fn new(origin: LineOrigin, text: &[u8]) -> OwnedLine {
        OwnedLine { origin, text: text.into(), begins: false, header: None, follows: None }
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }
}

/// What a chunk leaves to its neighbours.
#[derive(Debug)]
pub struct ChunkEdge {
    /// Lines that may belong to a record before the chunk.
    pub(crate) leading: Vec<OwnedLine>,
    /// Writers (stream, process) that began a record in the chunk: theirs from before are complete.
    pub(crate) settled: Vec<(u64, u64)>,
    /// Lines of records that may go on after the chunk.
    pub(crate) tails: Vec<OwnedLine>,
    /// Whose lines may follow the chunk's last line.
    pub(crate) message: Message,
    /// Offset of the chunk's end.
    pub(crate) end: u64,
    /// Records that the chunk completed by itself.
    pub tally: Tally,
}

impl ChunkEdge {
    /// Whether the chunk has lines that may belong to a record before it.
    pub fn has_leading(&self) -> bool {
        !self.leading.is_empty()
    }
}

/// Joins the edges of one source's chunks, given in order.
#[derive(Debug, Default)]
pub struct Stitcher {
    carried: Vec<OwnedLine>,
    message: Message,
}

impl Stitcher {
    /// Nothing read yet.
    pub fn new() -> Stitcher {
        Stitcher::default()
    }

    /// Offset of the first line of a record that is still open; records that begin before it are
    /// all complete.
    pub fn open_from(&self) -> Option<u64> {
        self.carried.first().map(|line| line.origin.offset)
    }

    /// Whether a line that is still open passes the test.
    pub fn holds(&self, test: impl Fn(&[u8]) -> bool) -> bool {
        self.carried.iter().any(|line| test(&line.text))
    }

    /// Shows the records that are open as they are now, and keeps them open.
    pub fn show_open(
        &self,
        source: SourceId,
        context: SourceContext<'_>,
        cache: &mut KeyCache,
        sink: &mut Sink<'_>,
    ) {
        finish(source, &self.carried, context, cache, sink);
    }

    /// Joins the next chunk's edge. Records that lie across the border and are now complete go to
    /// the sink. `is_last`: nothing follows, so everything is complete.
    pub fn join(
        &mut self,
        source: SourceId,
        edge: ChunkEdge,
        is_last: bool,
        context: SourceContext<'_>,
        cache: &mut KeyCache,
        sink: &mut Sink<'_>,
    ) -> Tally {
        let lines = std::mem::take(&mut self.carried);
        let mut tally = Tally::default();
        if !(lines.is_empty() && edge.leading.is_empty()) {
            let arena = Bump::new();
            // The service name must live as long as the lines at hand.
            let service = context.service_name.map(|name| &*arena.alloc_slice_copy(name));
            let context = SourceContext { service_name: service, ..context };
            let mut assembler = Assembler::new(source, None, context, &arena, cache);
            for line in &lines {
                assembler.line_again(line, sink);
            }
            assembler.message = self.message;
            for line in &edge.leading {
                assembler.line_again(line, sink);
            }
            self.message = assembler.message;
            let (carried, joined) = assembler.into_carried(&edge.settled, edge.end, sink);
            tally = joined;
            self.carried = carried;
        }
        if edge.message != Message::Unknown {
            self.message = edge.message;
        }
        self.carried.extend(edge.tails);
        self.carried.sort_by_key(|line| line.origin.offset);
        if is_last {
            let rest = std::mem::take(&mut self.carried);
            tally.merge(&finish(source, &rest, context, cache, sink));
        }
        tally
    }
}

/// Takes lines as all there is.
fn finish(
    source: SourceId,
    lines: &[OwnedLine],
    context: SourceContext<'_>,
    cache: &mut KeyCache,
    sink: &mut Sink<'_>,
) -> Tally {
    if lines.is_empty() {
        return Tally::default();
    }
    let arena = Bump::new();
    let service = context.service_name.map(|name| &*arena.alloc_slice_copy(name));
    let context = SourceContext { service_name: service, ..context };
    let mut assembler = Assembler::new(source, None, context, &arena, cache);
    for line in lines {
        assembler.line_again(line, sink);
    }
    assembler.finish(sink)
}
