//! Lines to records: one pass over lines in order, joining cut lines and continuations by stream.
//!
//! An [`Assembler`] may begin in the middle of a source, at a chunk's first line. What it cannot
//! decide there (lines that may belong to a record before the chunk) it hands back as the chunk's
//! *leading* lines; what may go on after the chunk, as its *tails*: see [`super::stitch`].

use super::continuation::{
    FARTHEST, MOST_LINES, Texture, adopt, adopt_ids, goes_on, is_stack_frame, opens_trace,
};
use super::envelope::Peeled;
use super::fields::KeyCache;
use super::format::{Header, LineKind, LineParser, SourceContext};
use super::open::{Lines, Open, RawLine, Texts, join, keep};
use super::stitch::{ChunkEdge, OwnedLine};
use super::tally::Tally;
use super::timestamp::is_to_the_second;
use super::{LineOrigin, LogRecord, ReadRecord, Text};
use crate::source::SourceId;
use bumpalo::Bump;
use hashbrown::HashMap;
use smallvec::{SmallVec, smallvec};
use std::sync::Arc;

/// One writer within a stream: a process of PostgreSQL, else simply the stream.
struct Writer<'a> {
    process: u64,
    /// `None`: the record that this writer has open began before the chunk.
    open: Option<Open<'a>>,
}

/// Lines that the container runtime cut.
struct Cut<'a> {
    lines: Lines,
    texts: Texts<'a>,
    parts: Vec<&'a [u8]>,
    /// The columns in force where they begin.
    header: Option<Arc<Header>>,
}

impl Cut<'_> {
    fn keep(&self, out: &mut Vec<OwnedLine>) {
        let first = out.len();
        keep(out, &self.lines, &self.texts, false);
        out[first..].iter_mut().for_each(|line| line.header.clone_from(&self.header));
    }
}

/// A line that may belong to a record before the chunk.
struct Leading<'a> {
    line: RawLine<'a>,
    /// The stream that it belongs to, if that is decided.
    follows: Option<u64>,
    /// The columns in force where it stands.
    header: Option<Arc<Header>>,
}

struct Stream<'a> {
    key: u64,
    /// It is known that the line before was not cut.
    is_whole: bool,
    cut: Option<Cut<'a>>,
    writers: SmallVec<[Writer<'a>; 1]>,
    /// Who wrote last.
    last: usize,
}

/// What stood last: a logging daemon puts a header before a message, not before each of its lines,
/// so a line without an envelope belongs to the message before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Message {
    /// It stood before the chunk.
    #[default]
    Unknown,
    /// No daemon's message.
    Other,
    /// A message of this stream.
    Of(u64),
}

/// Joins the lines of a chunk to records.
pub struct Assembler<'a, 'k> {
    parser: LineParser<'a, 'k>,
    source: SourceId,
    /// Where the unknown before this chunk ends; `None`: nothing came before.
    begins_at: Option<u64>,
    streams: Vec<Stream<'a>>,
    index: HashMap<u64, usize>,
    last_stream: usize,
    /// Whose lines may follow.
    pub(super) message: Message,
    /// What was decided of the line at hand when it was read before.
    follows: Option<u64>,
    /// Whose the line at hand is depends on what stands before the chunk.
    is_undecided: bool,
    /// Lines that whoever knows what came before must read.
    leading: Vec<Leading<'a>>,
    /// Offsets of headless lines that are known to begin a record of their own.
    beginnings: Vec<u64>,
    /// Records so far. (Lines are counted by whoever cuts them.)
    pub tally: Tally,
}

/// What takes the records.
pub type Sink<'s> = dyn FnMut(&ReadRecord<'_, '_>) + 's;

impl<'a, 'k> Assembler<'a, 'k> {
    /// For lines from `begins_at` on; `None`: from the beginning of the source.
    pub fn new(
        source: SourceId,
        begins_at: Option<u64>,
        context: SourceContext<'a>,
        arena: &'a Bump,
        cache: &'k mut KeyCache,
    ) -> Assembler<'a, 'k> {
        Assembler {
            parser: LineParser::new(context, arena, cache),
            source,
            begins_at,
            streams: Vec::new(),
            index: HashMap::new(),
            last_stream: usize::MAX,
            message: if begins_at.is_some() { Message::Unknown } else { Message::Other },
            follows: None,
            is_undecided: false,
            leading: Vec::new(),
            beginnings: Vec::new(),
            tally: Tally::default(),
        }
    }

    /// Takes the next line (without its newline); records that it ends go to the sink.
    pub fn line(&mut self, origin: LineOrigin, text: &'a [u8], sink: &mut Sink<'_>) {
        let line = RawLine { origin, text };
        let mut peeled = self.parser.peel(text);
        self.parser.date(peeled.stream, origin.offset);
        let stream = self.stream(peeled.stream, origin.offset);
        if peeled.depth > 0 {
            let key = peeled.stream;
            self.message = if peeled.is_message { Message::Of(key) } else { Message::Other };
        }
        let mut lines: Lines = smallvec![origin];
        let mut texts: Texts<'a> = smallvec![text];
        if let Some(is_cut) = peeled.is_cut {
            if !self.streams[stream].is_whole {
                // It may be the end of a line that began before the chunk.
                self.streams[stream].is_whole = !is_cut;
                self.is_undecided = false;
                self.lead(stream, u64::MAX, line);
                return;
            }
            let far = self.streams[stream].cut.as_ref().is_some_and(|cut| {
                cut.lines.last().is_some_and(|last| origin.offset - last.offset > FARTHEST)
            });
            if far {
                self.end_cut(stream, &peeled, sink);
            }
            if is_cut || self.streams[stream].cut.is_some() {
                let cut = self.streams[stream].cut.get_or_insert_with(|| Cut {
                    lines: Lines::new(),
                    texts: Texts::new(),
                    parts: Vec::new(),
                    header: self.parser.header.clone(),
                });
                cut.lines.push(origin);
                cut.texts.push(text);
                cut.parts.push(peeled.inner);
                if is_cut {
                    return;
                }
                if let Some(cut) = self.streams[stream].cut.take() {
                    peeled.inner = join(&cut.parts, b"", self.parser.arena);
                    lines = cut.lines;
                    texts = cut.texts;
                }
            }
        }
        self.whole_line(stream, &peeled, lines, texts, sink);
    }

    /// Takes a line again that was kept open. What stood before it may be gone by now, so what was
    /// decided by that must not be decided anew.
    pub(crate) fn line_again(&mut self, line: &'a OwnedLine, sink: &mut Sink<'_>) {
        if line.begins {
            self.beginnings.push(line.origin.offset);
        }
        self.parser.header.clone_from(&line.header);
        self.follows = line.follows;
        self.line(line.origin, line.text(), sink);
        self.follows = None;
    }

    fn stream(&mut self, key: u64, offset: u64) -> usize {
        if let Some(stream) = self.streams.get(self.last_stream)
            && stream.key == key
        {
            return self.last_stream;
        }
        let at = match self.index.get(&key) {
            Some(at) => *at,
            None => {
                let is_whole = !self.is_unknown_before(offset);
                self.streams.push(Stream {
                    key,
                    is_whole,
                    cut: None,
                    writers: SmallVec::new(),
                    last: usize::MAX,
                });
                self.index.insert(key, self.streams.len() - 1);
                self.streams.len() - 1
            }
        };
        self.last_stream = at;
        at
    }

    /// Whether a record from before the chunk may still be open for a line at this offset.
    fn is_unknown_before(&self, offset: u64) -> bool {
        self.begins_at.is_some_and(|begin| offset.saturating_sub(begin) <= FARTHEST)
    }

    /// Leaves a line to whoever knows what came before the chunk.
    fn lead(&mut self, stream: usize, process: u64, line: RawLine<'a>) {
        let writer = self.writer(stream, process);
        let stream = &mut self.streams[stream];
        let key = stream.key;
        stream.writers[writer].open = None;
        stream.last = writer;
        self.leave(line, key);
    }

    fn leave(&mut self, line: RawLine<'a>, key: u64) {
        let follows = (!self.is_undecided).then_some(key);
        self.leading.push(Leading { line, follows, header: self.parser.header.clone() });
    }

    fn writer(&mut self, stream: usize, process: u64) -> usize {
        let writers = &mut self.streams[stream].writers;
        match writers.iter().position(|writer| writer.process == process) {
            Some(at) => at,
            None => {
                writers.push(Writer { process, open: None });
                writers.len() - 1
            }
        }
    }

    /// Takes a line that the runtime did not cut, or that was joined again.
    fn whole_line(
        &mut self,
        stream: usize,
        peeled: &Peeled<'a>,
        lines: Lines,
        texts: Texts<'a>,
        sink: &mut Sink<'_>,
    ) {
        let parsed = self.parser.read(peeled);
        let first = lines[0];
        let is_bare = peeled.depth == 0;
        let goes_on = matches!(parsed.kind, LineKind::Headless | LineKind::Blank);
        let stream = match (self.follows, self.message) {
            _ if !(is_bare && goes_on) => stream,
            (Some(key), _) | (None, Message::Of(key)) => self.stream(key, first.offset),
            (None, Message::Other | Message::Unknown) => stream,
        };
        self.is_undecided =
            is_bare && goes_on && self.follows.is_none() && self.message == Message::Unknown;
        if is_bare && !goes_on {
            self.message = Message::Other;
        }
        match parsed.kind {
            LineKind::Header => self.tally.headers += 1,
            // Nothing but an envelope, or a colour: it is some record's line all the same.
            LineKind::Blank if !texts[0].trim_ascii().is_empty() => {
                self.headless(stream, peeled, lines, texts, sink);
            }
            LineKind::Blank => self.blank(stream, RawLine { origin: first, text: texts[0] }),
            LineKind::Head(record) => {
                let texture = Texture::of(&record);
                let in_trace = texture != Texture::Structured && opens_trace(&record.body);
                let open = Open::new(smallvec![record], lines, texts, texture, in_trace);
                self.begin(stream, parsed.process, open, sink);
            }
            LineKind::Many(records) => {
                let open = Open::new(
                    records.into_iter().map(Box::new).collect(),
                    lines,
                    texts,
                    Texture::Structured,
                    false,
                );
                self.begin(stream, parsed.process, open, sink);
            }
            LineKind::Explains(record) => {
                self.explain(stream, parsed.process, record, lines, texts, sink);
            }
            LineKind::Seconds(record, first) => {
                let process = parsed.process;
                let writer = self.writer(stream, process);
                let begins = match &self.streams[stream].writers[writer].open {
                    Some(open) => open.lines.len() > 1 || open.records[0].format != first,
                    None => !self.is_unknown_before(lines[0].offset),
                };
                if begins {
                    let open = {
                        let in_trace = opens_trace(&record.body);
                        let texture = Texture::of(&record);
                        Open::new(smallvec![record], lines, texts, texture, in_trace)
                    };
                    self.begin(stream, process, open, sink);
                } else {
                    self.explain(stream, process, record, lines, texts, sink);
                }
            }
            LineKind::Headless => self.headless(stream, peeled, lines, texts, sink),
        }
    }

    /// A new record: the one that its writer had open is complete.
    fn begin(&mut self, stream: usize, process: u64, mut open: Open<'a>, sink: &mut Sink<'_>) {
        open.headers = smallvec![(0, self.parser.header.clone())];
        let writer = self.writer(stream, process);
        let stream = &mut self.streams[stream];
        open.stream = stream.key;
        stream.last = writer;
        if let Some(complete) = stream.writers[writer].open.replace(open) {
            self.close(complete, sink);
        }
    }

    fn blank(&mut self, stream: usize, line: RawLine<'a>) {
        let is_unknown = self.is_unknown_before(line.origin.offset);
        let known = &mut self.streams[stream];
        let key = known.key;
        match known.writers.get_mut(known.last) {
            Some(Writer { open: Some(open), .. }) => open.blanks.push(line),
            Some(Writer { open: None, .. }) => self.leave(line, key),
            None if is_unknown => self.lead(stream, u64::MAX, line),
            None => {}
        }
    }

    fn explain(
        &mut self,
        stream: usize,
        process: u64,
        record: Box<LogRecord<'a>>,
        lines: Lines,
        texts: Texts<'a>,
        sink: &mut Sink<'_>,
    ) {
        let writer = self.writer(stream, process);
        self.streams[stream].last = writer;
        let is_unknown = self.is_unknown_before(lines[0].offset);
        match &mut self.streams[stream].writers[writer].open {
            Some(open) if open.reaches(lines[0].offset) && open.is_explained_by(&record) => {
                open.continued.push(match record.body {
                    Text::Borrowed(body) => body,
                    Text::Owned(_) => b"",
                });
                open.extend(lines, texts, self.parser.header.as_ref());
                for known in &mut open.records {
                    adopt(known, &record);
                }
            }
            None if is_unknown => {
                for (origin, text) in lines.iter().zip(&texts) {
                    self.lead(stream, process, RawLine { origin: *origin, text });
                }
            }
            _ => {
                let open = Open::new(smallvec![record], lines, texts, Texture::Text, false);
                self.begin(stream, process, open, sink);
            }
        }
    }

    fn headless(
        &mut self,
        stream: usize,
        peeled: &Peeled<'a>,
        lines: Lines,
        texts: Texts<'a>,
        sink: &mut Sink<'_>,
    ) {
        let offset = lines[0].offset;
        let last = self.streams[stream].last;
        match self.streams[stream].writers.get_mut(last) {
            _ if self.beginnings.contains(&offset) => {}
            Some(Writer { open: Some(open), .. }) => {
                let goes_on =
                    open.reaches(offset) && goes_on(open.texture, open.in_trace, peeled.inner);
                let is_full = open.lines.len() + lines.len() > MOST_LINES;
                self.tally.cut_records += u64::from(goes_on && is_full);
                if goes_on && !is_full {
                    open.continued.push(peeled.inner);
                    open.in_trace |= opens_trace(peeled.inner);
                    open.extend(lines, texts, self.parser.header.as_ref());
                    return;
                }
            }
            Some(Writer { open: None, .. }) => {
                let key = self.streams[stream].key;
                for (origin, text) in lines.iter().zip(&texts) {
                    self.leave(RawLine { origin: *origin, text }, key);
                }
                return;
            }
            None => {
                if self.is_unknown_before(offset) {
                    for (origin, text) in lines.iter().zip(&texts) {
                        self.lead(stream, u64::MAX, RawLine { origin: *origin, text });
                    }
                    return;
                }
            }
        }
        let mut record = Box::new(LogRecord {
            format: "unparsed",
            body: Text::Borrowed(peeled.inner),
            has_exception: is_stack_frame(peeled.inner),
            ..LogRecord::default()
        });
        adopt_ids(&mut record, peeled.inner);
        self.parser.complete(&mut record, peeled);
        let open = Open::new(
            smallvec![record],
            lines,
            texts,
            Texture::Unparsed,
            opens_trace(peeled.inner),
        );
        self.begin(stream, 0, open, sink);
    }

    /// What was cut and never ended is taken as it is.
    fn end_cut(&mut self, stream: usize, peeled: &Peeled<'a>, sink: &mut Sink<'_>) {
        if let Some(cut) = self.streams[stream].cut.take() {
            let mut whole = *peeled;
            whole.inner = join(&cut.parts, b"", self.parser.arena);
            whole.timestamp = self.parser.peel(cut.texts[0]).timestamp;
            let header = std::mem::replace(&mut self.parser.header, cut.header);
            self.whole_line(stream, &whole, cut.lines, cut.texts, sink);
            self.parser.header = header;
        }
    }

    /// Hands a complete record over.
    fn close(&mut self, mut open: Open<'a>, sink: &mut Sink<'_>) {
        if !open.continued.is_empty() {
            let arena = self.parser.arena;
            let exception = open.continued.iter().any(|line| is_stack_frame(line));
            for record in &mut open.records {
                record.has_exception |= exception;
                let mut parts: Vec<&[u8]> = Vec::with_capacity(open.continued.len() + 1);
                if let Text::Borrowed(body) = record.body
                    && !body.is_empty()
                {
                    parts.push(body);
                }
                parts.extend(&open.continued);
                let body = join(&parts, b"\n", arena);
                record.body = Text::Borrowed(body);
                if record.trace.is_none() || record.span_id.is_none() {
                    adopt_ids(record, body);
                }
            }
            if open.texture == Texture::Unparsed
                && let [record] = &mut *open.records
                && let Text::Borrowed(body) = record.body
                && let Some(whole) = self.parser.object_of_lines(body, record)
            {
                **record = whole;
            }
        }
        for record in &mut open.records {
            if record.trace.is_some()
                && let Some(timestamp) = record.timestamp
            {
                record.is_to_the_second = is_to_the_second(open.texts[0], timestamp);
            }
            self.tally.records += 1;
            self.tally.with_trace += u64::from(record.trace.is_some());
            self.tally.without_time += u64::from(record.timestamp.is_none());
            self.tally.unparsed += u64::from(record.format == "unparsed");
            self.tally.count_format(record.format);
            sink(&ReadRecord {
                source: self.source,
                stream: open.stream,
                record,
                lines: &open.lines,
                texts: &open.texts,
            });
        }
        let room = 64usize.saturating_sub(self.parser.spare.len());
        self.parser.spare.extend(open.records.drain(..).take(room));
    }

    /// Ends the source: everything open is complete.
    pub fn finish(mut self, sink: &mut Sink<'_>) -> Tally {
        for stream in 0..self.streams.len() {
            if let Some(cut) = &self.streams[stream].cut {
                let peeled = self.parser.peel(cut.texts[cut.texts.len() - 1]);
                self.end_cut(stream, &peeled, sink);
            }
        }
        for open in self.take_open() {
            self.close(open.2, sink);
        }
        self.tally
    }

    fn take_open(&mut self) -> Vec<(u64, u64, Open<'a>)> {
        let mut taken = Vec::new();
        for stream in &mut self.streams {
            for writer in &mut stream.writers {
                if let Some(open) = writer.open.take() {
                    taken.push((stream.key, writer.process, open));
                }
            }
        }
        // In the order of the source, so that a sink sees a stable order.
        taken.sort_by_key(|(_, _, open)| open.lines[0].offset);
        taken
    }

    /// Ends the chunk, at `end`: what may go on, and what may belong to the chunk before.
    pub fn into_edge(mut self, end: u64, sink: &mut Sink<'_>) -> ChunkEdge {
        let mut settled = Vec::new();
        let mut tails = Vec::new();
        for stream in &mut self.streams {
            if let Some(cut) = stream.cut.take() {
                cut.keep(&mut tails);
            }
        }
        for (stream, process, open) in self.take_open() {
            settled.push((stream, process));
            if open.reaches(end) {
                open.keep(&mut tails);
            } else {
                self.close(open, sink);
            }
        }
        tails.sort_by_key(|line| line.origin.offset);
        let owned = |leading: &Leading<'_>| OwnedLine {
            follows: leading.follows,
            header: leading.header.clone(),
            ..OwnedLine::new(leading.line.origin, leading.line.text)
        };
        let leading = self.leading.iter().map(owned).collect();
        ChunkEdge { leading, settled, tails, message: self.message, end, tally: self.tally }
    }

    /// Ends a joint between chunks: records whose writer wrote on in the next chunk are complete;
    /// the lines of the others are given back.
    pub(crate) fn into_carried(
        mut self,
        settled: &[(u64, u64)],
        end: u64,
        sink: &mut Sink<'_>,
    ) -> (Vec<OwnedLine>, Tally) {
        let mut carried = Vec::new();
        for stream in &mut self.streams {
            if let Some(cut) = stream.cut.take() {
                cut.keep(&mut carried);
            }
        }
        for (stream, process, open) in self.take_open() {
            if settled.contains(&(stream, process)) || !open.reaches(end) {
                self.close(open, sink);
            } else {
                open.keep(&mut carried);
            }
        }
        (carried, self.tally)
    }
}
