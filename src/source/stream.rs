//! A source that can only be read from front to back: a pipe, a terminal, compressed data, or a file
//! that is followed as it grows.
//!
//! One thread at a time reads it and takes the next chunk; what was read beyond the chunk is carried
//! over to the next. A plain live stream is looked at before each read, so that taking from it never
//! blocks: it gives what whole lines are there, or says that it is pending.

use super::SourceId;
use super::archive::ArchiveFormat;
use super::chunk::{Buffer, Chunk, Cutting, Fill};
use super::decompress::{Compression, Recognition};
use super::error::SourceErrorKind;
use super::raw::Raw;
use memchr::memrchr;
use std::fmt;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How much is read beyond a window in the first go, to see the end of its last line.
const READ_AHEAD: u64 = 4 << 10;
/// The most that is read in one go to find the end of a long line.
const LONGEST_STEP: u64 = 1 << 20;
/// Buffer for compressed bytes.
const COMPRESSED_BUFFER: usize = 64 << 10;
/// The most that is asked of a decoder at a time. Some lose what they have decoded in the call in
/// which they find the data damaged; so no call should be a big one.
const DECODED_PIECE: usize = 32 << 10;
/// How long lines of a live stream wait for what may belong to them. Users are promised 200 ms; the
/// rest of that is for us.
pub(crate) const QUIET: Duration = Duration::from_millis(150);
/// While lines keep coming, those before are looked after this often.
const ROUND: Duration = Duration::from_millis(40);

/// A stream, and what has been read of it and not been handed out.
pub(crate) struct Stream {
    source: SourceId,
    reader: Reader,
    cutting: Cutting,
    live: Option<Live>,
    /// Read and not handed out; begins where a line begins.
    carry: Fill,
    /// Offset of the carry's first byte.
    offset: u64,
    /// The first bytes of the carry that are known to hold no end of the chunk.
    seen: usize,
    /// Index of the next chunk.
    index: u32,
    /// Nothing more can be read.
    ended: bool,
    /// Why it ended, if not because that was all; or why it is not kept any longer.
    failures: Vec<SourceErrorKind>,
    spool: Option<Spool>,
}

enum Reader {
    /// Nothing was read yet, or too little to know whether it is compressed.
    Unknown(Raw),
    Plain(Raw),
    Decoding(Compression, Box<dyn Read + Send>),
    /// Nothing to read from: between two of the others.
    None,
}

/// What a live stream needs to know.
struct Live {
    /// What can be waited for; nothing tells when a file grows.
    file: Option<Arc<File>>,
    /// When bytes came last.
    last_bytes: Instant,
    /// When the first of the lines came that were handed out and not looked after since.
    waiting_since: Option<Instant>,
}

impl Live {
    /// When lines that were handed out have waited long enough.
    fn deadline(&self) -> Option<Instant> {
        self.waiting_since.map(|since| since + QUIET)
    }
}

/// A copy of what was handed out, for a second look.
#[derive(Debug)]
pub(crate) struct Spool {
    pub file: Arc<File>,
    pub size: u64,
}

/// What came of taking a chunk.
pub(crate) enum Attempt {
    /// A chunk.
    Taken(Chunk),
    /// Nothing whole is there yet; look again when the file is readable, or at that time. The
    /// buffer comes back.
    Pending(Pending, Buffer),
}

/// What a live stream waits for.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    /// Until this can be read.
    pub file: Option<Arc<File>>,
    /// At the longest until then.
    pub deadline: Option<Instant>,
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stream({:?} #{} at {})", self.source, self.index, self.offset)
    }
}

impl Stream {
    /// A stream of bytes that may or may not be compressed.
    pub fn new(source: SourceId, raw: Raw, cutting: Cutting) -> Stream {
        Stream::with_reader(source, Reader::Unknown(raw), cutting)
    }

    fn with_reader(source: SourceId, reader: Reader, cutting: Cutting) -> Stream {
        Stream {
            source,
            reader,
            cutting,
            live: None,
            carry: Fill::default(),
            offset: 0,
            seen: 0,
            index: 0,
            ended: false,
            failures: Vec::new(),
            spool: None,
        }
    }

    /// A stream that is known to be compressed.
    pub fn compressed(
        source: SourceId,
        raw: Raw,
        compression: Compression,
        cutting: Cutting,
    ) -> Stream {
        let mut stream = Stream::with_reader(source, Reader::None, cutting);
        stream.decode(compression, Vec::new(), raw);
        stream
    }

    /// Makes it live: `file` is what it is read from, if that can be waited for.
    pub fn live(mut self, file: Option<Arc<File>>) -> Stream {
        self.live = Some(Live { file, last_bytes: Instant::now(), waiting_since: None });
        self
    }

    /// Has everything that is handed out written to a temporary file too.
    pub fn keep(mut self) -> Stream {
        match tempfile::tempfile() {
            Ok(file) => self.spool = Some(Spool { file: Arc::new(file), size: 0 }),
            Err(error) => self.failures.push(SourceErrorKind::NotKept(Some(error))),
        }
        self
    }

    /// What was kept so far.
    pub fn spool(&self) -> Option<&Spool> {
        self.spool.as_ref()
    }

    /// What went wrong since the last call.
    pub fn take_failures(&mut self) -> Vec<SourceErrorKind> {
        std::mem::take(&mut self.failures)
    }

    /// The next chunk. Blocks until there is one, unless this is a live stream.
    pub fn take(&mut self, buffer: Buffer) -> Attempt {
        if self.live.is_none() {
            return Attempt::Taken(self.take_window(buffer));
        }
        self.take_live(buffer).unwrap_or_else(|buffer| {
            self.live = None;
            Attempt::Taken(self.take_window(buffer))
        })
    }

    /// The chunk of the next window.
    fn take_window(&mut self, buffer: Buffer) -> Chunk {
        let window_end = self.cutting.window_end(self.index);
        loop {
            let end = self.end();
            if self.offset > window_end || self.offset == window_end && self.carry.len() > 0 {
                return self.hand_out(0, false, buffer);
            }
            if !self.ended && end <= window_end {
                self.read(window_end - end + READ_AHEAD);
                continue;
            }
            let is_last = self.ended && end <= window_end;
            if is_last {
                return self.hand_out(self.carry.len(), true, buffer);
            }
            let carry = self.carry.filled();
            match self.cutting.length(carry, self.offset, window_end, self.seen) {
                Some(length) => return self.hand_out(length, false, buffer),
                None if self.ended => return self.hand_out(self.carry.len(), false, buffer),
                None => {
                    self.seen = self.carry.len();
                    self.read((end - window_end).clamp(READ_AHEAD, LONGEST_STEP));
                }
            }
        }
    }

    /// The whole lines that are there now. Gives the buffer back when it cannot be said what is
    /// there, since the stream is compressed and a decoder cannot stop halfway.
    fn take_live(&mut self, buffer: Buffer) -> Result<Attempt, Buffer> {
        let chunk_size = self.cutting.chunk_size;
        loop {
            if matches!(self.reader, Reader::Decoding(..)) {
                return Err(buffer);
            }
            if self.ended {
                return Ok(Attempt::Taken(self.hand_out(self.carry.len(), true, buffer)));
            }
            // Lines of one stream that fell silent do not wait for the others within the source.
            if let Some(chunk) = self.look_after() {
                return Ok(Attempt::Taken(chunk));
            }
            let carried = self.carry.len() as u64;
            let newline = memrchr(b'\n', &self.carry.filled()[self.seen..]);
            let whole = newline.map(|newline| self.seen + newline + 1);
            let limit = self.cutting.cut_after(self.offset) - self.offset;
            let length = whole.or((carried >= limit).then_some(self.carry.len()));
            // Where it cannot be asked whether a read would block, what is there has to do.
            let has_more = match &mut self.reader {
                Reader::Unknown(raw) | Reader::Plain(raw) => raw.is_ready(length.is_none()),
                Reader::Decoding(..) | Reader::None => true,
            };
            if !has_more || length.is_some() && carried >= chunk_size {
                return Ok(match length {
                    Some(length) => Attempt::Taken(self.hand_out(length, false, buffer)),
                    None => self.wait(buffer),
                });
            }
            let wanted = match whole {
                Some(_) => chunk_size - carried,
                None => {
                    self.seen = self.carry.len();
                    chunk_size.min(limit - carried)
                }
            };
            self.read_once(usize::try_from(wanted).unwrap_or(DECODED_PIECE));
            if let Some(live) = &mut self.live {
                live.last_bytes = Instant::now();
            }
        }
    }

    /// Nothing whole is there.
    fn wait(&mut self, buffer: Buffer) -> Attempt {
        self.seen = self.carry.len();
        let file = self.live.as_ref().and_then(|live| live.file.clone());
        let deadline = self.live.as_ref().and_then(Live::deadline);
        let next_look = file.is_none().then(|| Instant::now() + ROUND);
        let deadline = deadline.into_iter().chain(next_look).min();
        Attempt::Pending(Pending { file, deadline }, buffer)
    }

    /// A quiet chunk, when lines have waited long enough.
    fn look_after(&mut self) -> Option<Chunk> {
        let live = self.live.as_mut()?;
        let now = Instant::now();
        if live.deadline()? > now {
            return None;
        }
        let moment = now.checked_sub(QUIET)?;
        // Those that came later have their turn: at the latest in the next round.
        let is_left = live.last_bytes > moment;
        live.waiting_since = is_left.then(|| live.last_bytes.min(moment + ROUND));
        let mut chunk = self.hand_out(0, false, Buffer::default());
        (chunk.is_quiet, chunk.moment) = (true, Some(moment));
        Some(chunk)
    }

    /// The first `length` bytes of the carry as the next chunk.
    fn hand_out(&mut self, length: usize, is_last: bool, buffer: Buffer) -> Chunk {
        let bytes = self.carry.split_off_front(length, buffer);
        if length > 0 {
            self.seen = 0;
            self.write_spool(&bytes);
            if let Some(live) = &mut self.live {
                live.waiting_since.get_or_insert(live.last_bytes);
            }
        }
        let window_start = u64::from(self.index).saturating_mul(self.cutting.chunk_size);
        let is_empty_window = length == 0 && self.live.is_none();
        let chunk = Chunk {
            source: self.source,
            index: self.index,
            offset: if is_empty_window { window_start } else { self.offset },
            bytes,
            is_last,
            is_quiet: false,
            moment: self.live.as_ref().map(|live| live.last_bytes),
            file: None,
            length: length as u64,
        };
        self.offset += length as u64;
        self.index = self.index.wrapping_add(1);
        chunk
    }

    fn write_spool(&mut self, bytes: &[u8]) {
        let Some(spool) = &mut self.spool else { return };
        let mut file: &File = &spool.file;
        match file.write_all(bytes) {
            Ok(()) => spool.size += bytes.len() as u64,
            Err(error) => {
                self.failures.push(SourceErrorKind::NotKept(Some(error)));
                self.spool = None;
            }
        }
    }

    /// Offset of the first byte that was not read.
    fn end(&self) -> u64 {
        self.offset + self.carry.len() as u64
    }

    /// Reads `wanted` bytes (or all that are left) to the carry.
    fn read(&mut self, wanted: u64) {
        let goal = self.end() + wanted;
        while !self.ended && self.end() < goal {
            let left = usize::try_from(goal - self.end()).unwrap_or(DECODED_PIECE);
            self.read_once(left);
        }
    }

    /// One read, of up to `wanted` bytes, to the carry; what is read first decides what it is.
    fn read_once(&mut self, wanted: usize) {
        let result = match &mut self.reader {
            Reader::Unknown(raw) | Reader::Plain(raw) => raw.read(self.carry.room(wanted)),
            Reader::Decoding(_, decoder) => {
                let room = self.carry.room(wanted.min(DECODED_PIECE));
                loop {
                    match decoder.read(room) {
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        other => break other,
                    }
                }
            }
            Reader::None => Ok(0),
        };
        match result {
            Ok(0) => self.ended = !self.is_endless(),
            Ok(length) => self.carry.advance(length),
            Err(error) => self.fail(error),
        }
        if matches!(self.reader, Reader::Unknown(_)) {
            self.recognise();
        } else if self.offset == 0 {
            self.refuse_archive();
        }
    }

    /// Whether that nothing was read does not mean the end.
    fn is_endless(&self) -> bool {
        match &self.reader {
            Reader::Unknown(raw) | Reader::Plain(raw) => raw.is_endless(),
            Reader::Decoding(..) | Reader::None => false,
        }
    }

    fn recognise(&mut self) {
        match Compression::recognise(self.carry.filled()) {
            Recognition::Compressed(compression) => {
                let head = std::mem::take(&mut self.carry).filled().to_vec();
                if let Reader::Unknown(raw) = std::mem::replace(&mut self.reader, Reader::None) {
                    self.decode(compression, head, raw);
                }
            }
            Recognition::Undecided if !self.ended => {}
            Recognition::Plain | Recognition::Undecided => {
                if let Reader::Unknown(raw) = std::mem::replace(&mut self.reader, Reader::None) {
                    self.reader = Reader::Plain(raw);
                }
                self.refuse_archive();
            }
        }
    }

    /// Decompresses `head` and what follows it in `raw`.
    fn decode(&mut self, compression: Compression, head: Vec<u8>, raw: Raw) {
        let compressed = Cursor::new(head).chain(BufReader::with_capacity(COMPRESSED_BUFFER, raw));
        match compression.decoder(compressed) {
            Ok(decoder) => self.reader = Reader::Decoding(compression, decoder),
            Err(error) => {
                self.ended = true;
                self.failures.push(SourceErrorKind::Unreadable(error));
            }
        }
    }

    /// Gives up on an archive, before anything of it is handed out.
    fn refuse_archive(&mut self) {
        if let Some(format) = ArchiveFormat::recognise(self.carry.filled()) {
            self.carry = Fill::default();
            self.reader = Reader::None;
            self.ended = true;
            self.failures.push(SourceErrorKind::Archive(format));
        }
    }

    fn fail(&mut self, error: io::Error) {
        let offset = self.end();
        self.ended = true;
        self.failures.push(match &self.reader {
            Reader::Decoding(format, _) => {
                SourceErrorKind::Damaged { format: *format, offset, error }
            }
            _ => SourceErrorKind::ReadFailed { offset, error },
        });
    }
}
