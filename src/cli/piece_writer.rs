//! Writes records in order, or counts them: context, limits, separators, as grep does.

use super::ordered::{Piece, PieceWriter};
use crate::source::SourceId;
use std::collections::VecDeque;
use std::io::{self, BufWriter, Write};

/// What to print instead of records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Counting {
    No,
    Count,
    Names,
}

/// How the output is to be shaped.
#[derive(Clone, Debug)]
pub(crate) struct Shape {
    /// Names of the sources.
    pub(crate) names: Vec<String>,
    pub(crate) before: usize,
    pub(crate) after: usize,
    /// Matches of each source, at most.
    pub(crate) most: Option<u64>,
    pub(crate) sort: bool,
    pub(crate) counting: Counting,
    /// Put the source's name before its count.
    pub(crate) with_name: bool,
}

/// Writes pieces.
pub(crate) struct Writer<W: Write> {
    shape: Shape,
    out: BufWriter<W>,
    /// Matches in all.
    pub(crate) matches: u64,
    of_source: u64,
    before: VecDeque<Piece>,
    /// So many records are still wanted after the last match.
    after: usize,
    has_gap: bool,
    has_written: bool,
    /// To be sorted: time, source, bytes.
    held: Vec<(i64, u32, Vec<u8>)>,
    last_time: i64,
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(shape: Shape, out: W) -> Writer<W> {
        Writer {
            shape,
            out: BufWriter::with_capacity(1 << 16, out),
            matches: 0,
            of_source: 0,
            before: VecDeque::new(),
            after: 0,
            has_gap: false,
            has_written: false,
            held: Vec::new(),
            last_time: i64::MIN,
        }
    }

    fn write(&mut self, source: SourceId, piece: &Piece) -> io::Result<()> {
        if self.shape.sort {
            // A record without time comes after the one before it.
            let time = piece.timestamp.unwrap_or(self.last_time);
            self.last_time = time;
            self.held.push((time, source.0, piece.bytes.clone()));
            return Ok(());
        }
        if self.has_gap && self.has_written && self.shape.before + self.shape.after > 0 {
            self.out.write_all(b"--\n")?;
        }
        self.has_gap = false;
        self.has_written = true;
        self.out.write_all(&piece.bytes)
    }
}

impl<W: Write + Send> PieceWriter for Writer<W> {
    fn piece(&mut self, source: SourceId, piece: Piece) -> io::Result<bool> {
        if piece.is_rest {
            if self.shape.counting == Counting::No && piece.is_match {
                self.out.write_all(&piece.bytes)?;
            }
            return Ok(true);
        }
        if !piece.is_match {
            if self.after > 0 {
                self.after -= 1;
                self.write(source, &piece)?;
            } else {
                self.before.push_back(piece);
                if self.before.len() > self.shape.before {
                    self.before.pop_front();
                    self.has_gap = true;
                }
            }
            return Ok(true);
        }
        if self.shape.most.is_some_and(|most| self.of_source >= most) {
            return Ok(self.shape.names.len() > 1);
        }
        self.matches += 1;
        self.of_source += 1;
        if self.shape.counting == Counting::No {
            while let Some(before) = self.before.pop_front() {
                self.write(source, &before)?;
            }
            self.write(source, &piece)?;
            self.after = self.shape.after;
        }
        let is_enough = self.shape.names.len() == 1
            && self.shape.after == 0
            && (self.shape.most.is_some_and(|most| self.of_source >= most)
                || self.shape.counting == Counting::Names);
        if is_enough {
            self.end_of_source(source)?;
        }
        Ok(!is_enough)
    }

    fn end_of_source(&mut self, source: SourceId) -> io::Result<bool> {
        let name = self.shape.names.get(source.0 as usize).map_or("", String::as_str);
        match self.shape.counting {
            Counting::Count if self.shape.with_name => {
                writeln!(self.out, "{name}:{}", self.of_source)?;
            }
            Counting::Count => writeln!(self.out, "{}", self.of_source)?,
            Counting::Names if self.of_source > 0 => writeln!(self.out, "{name}")?,
            _ => {}
        }
        self.of_source = 0;
        self.before.clear();
        self.after = 0;
        self.has_gap = true;
        self.last_time = i64::MIN;
        Ok(true)
    }

    fn flush(&mut self) -> io::Result<()> {
        let mut held = std::mem::take(&mut self.held);
        // Stable: equals stay in the order of the input.
        held.sort_by_key(|(time, source, _)| (*time, *source));
        for (_, _, bytes) in &held {
            self.out.write_all(bytes)?;
        }
        self.out.flush()
    }
}
