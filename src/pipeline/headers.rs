//! Headers in force: a chunk's columns may be named in a chunk before it.
//!
//! Makes the [`Header`] at the beginning of a chunk. Each worker tells, before it reads a chunk,
//! which header the chunk leaves behind; who has a later chunk waits for that. Chunks are handed out
//! in order and told of first of all, so the wait is short and has an end.

use super::lock;
use crate::record::{Columns, Header};
use crate::source::Chunk;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// The headers of all sources.
#[derive(Debug)]
pub(super) struct HeaderTable {
    sources: Vec<Mutex<Headers>>,
    changed: Vec<Condvar>,
}

#[derive(Debug, Default)]
struct Headers {
    /// Whether the source's first line begins like a directive, so that some may follow.
    has_directives: bool,
    /// Whether it is one.
    has_comments: bool,
    /// By chunk, the header at its beginning, as far as known without gap; without directives, only
    /// of the first two, and what holds for the second holds for all.
    before: Vec<Option<Arc<Header>>>,
    /// What later chunks leave behind that were told of early. `None`: what was there before.
    early: Vec<(u32, Option<Arc<Header>>)>,
}

/// The header in force where a chunk begins.
#[derive(Debug, Default)]
pub(super) struct InForce {
    has_directives: bool,
    has_comments: bool,
    header: Option<Arc<Header>>,
}

impl InForce {
    pub(super) fn columns(&self) -> Columns<'_> {
        match (self.has_directives, self.header.as_ref()) {
            (true, header) => Columns::Directives { header, has_comments: self.has_comments },
            (false, Some(header)) => Columns::Fixed(header),
            (false, None) => Columns::Unnamed,
        }
    }
}

impl HeaderTable {
    pub(super) fn new(sources: usize) -> HeaderTable {
        HeaderTable {
            sources: (0..sources).map(|_| Mutex::default()).collect(),
            changed: (0..sources).map(|_| Condvar::new()).collect(),
        }
    }

    /// Tells of a chunk. To be told of every chunk before it is read.
    pub(super) fn publish(&self, chunk: &Chunk) {
        let source = chunk.source.0 as usize;
        let left = if chunk.index == 0 {
            let end = memchr::memchr(b'\n', &chunk.bytes).unwrap_or(chunk.bytes.len());
            let first = &chunk.bytes[..end];
            if first.starts_with(b"#") {
                let mut headers = lock(&self.sources[source]);
                headers.has_directives = true;
                headers.has_comments = Header::is_directive(first);
                drop(headers);
                Header::last_directive(&chunk.bytes)
            } else {
                Header::of_first_line(first)
            }
        } else if self.has_directives(source) {
            Header::last_directive(&chunk.bytes)
        } else {
            // Nothing but the first line can be a header, and that is known.
            return;
        };
        let mut headers = lock(&self.sources[source]);
        headers.early.push((chunk.index, left.map(Arc::new)));
        if headers.before.is_empty() {
            headers.before.push(None);
        }
        while let Some(at) = {
            let next = headers.before.len() - 1;
            headers.early.iter().position(|(chunk, _)| *chunk as usize == next)
        } {
            let (_, left) = headers.early.swap_remove(at);
            let known = headers.before.last().cloned().flatten();
            headers.before.push(left.or(known));
        }
        drop(headers);
        self.changed[source].notify_all();
    }

    /// Whether directives are to be looked for: known as soon as the first chunk is told of.
    fn has_directives(&self, source: usize) -> bool {
        let mut headers = lock(&self.sources[source]);
        while headers.before.len() < 2 {
            headers = self.changed[source].wait(headers).unwrap_or_else(PoisonError::into_inner);
        }
        headers.has_directives
    }

    /// The header in force where a chunk begins; of the first chunk, the one that it begins with.
    pub(super) fn at(&self, chunk: &Chunk) -> InForce {
        let source = chunk.source.0 as usize;
        let mut headers = lock(&self.sources[source]);
        loop {
            // A file's own first line is its header.
            let place = if headers.has_directives { chunk.index } else { 1 };
            match headers.before.get(place as usize) {
                Some(header) => {
                    return InForce {
                        has_directives: headers.has_directives,
                        has_comments: headers.has_comments,
                        header: header.clone(),
                    };
                }
                None => {
                    headers =
                        self.changed[source].wait(headers).unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}
