//! Writes records in order, or counts them: context, limits, separators, as grep does.

use super::ordered::{Piece, PieceWriter, Verdict};
use super::resolve::Judge;
use crate::source::SourceId;
use std::collections::{HashSet, VecDeque};
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
    /// Names of the sources, as they are to be shown.
    pub(crate) names: Vec<String>,
    pub(crate) before: usize,
    pub(crate) after: usize,
    /// Matches of each source, at most.
    pub(crate) most: Option<u64>,
    pub(crate) invert: bool,
    pub(crate) sort: bool,
    pub(crate) counting: Counting,
    /// Put the source's name before its count.
    pub(crate) with_name: bool,
    /// Put a line between groups of records that are not neighbours.
    pub(crate) with_separators: bool,
}

/// Writes pieces.
pub(crate) struct Writer<W: Write> {
    shape: Shape,
    /// Decides of records that could not be decided of without what came before them.
    pub(crate) judge: Judge,
    out: BufWriter<W>,
    /// Matches in all.
    pub(crate) matches: u64,
    sources: Vec<Progress>,
    has_written: bool,
    /// To be sorted: time, source, bytes.
    held: Vec<(i64, u32, Vec<u8>)>,
}

/// How far a source has come.
#[derive(Clone, Debug)]
struct Progress {
    matches: u64,
    /// Records that will be context if a match follows.
    before: VecDeque<Vec<u8>>,
    /// So many records are still wanted after the last match.
    after: usize,
    /// Records were left out since the last that was written.
    has_gap: bool,
    /// All of it was read.
    is_over: bool,
    last_time: i64,
    /// Offsets of the last records that were written as context.
    context: VecDeque<(u64, u32)>,
}

impl Progress {
    /// Context that may still grow is remembered for so many records.
    const MOST_CONTEXT: usize = 64;

    fn new() -> Progress {
        Progress {
            matches: 0,
            before: VecDeque::new(),
            after: 0,
            has_gap: true,
            is_over: false,
            last_time: i64::MIN,
            context: VecDeque::new(),
        }
    }
}

impl<W: Write> Writer<W> {
    pub(crate) fn new(shape: Shape, judge: Judge, out: W) -> Writer<W> {
        Writer {
            sources: shape.names.iter().map(|_| Progress::new()).collect(),
            shape,
            judge,
            out: BufWriter::with_capacity(1 << 16, out),
            matches: 0,
            has_written: false,
            held: Vec::new(),
        }
    }

    fn write(
        &mut self,
        source: SourceId,
        timestamp: Option<i64>,
        bytes: Vec<u8>,
    ) -> io::Result<()> {
        let progress = &mut self.sources[source.0 as usize];
        if self.shape.sort {
            // A record without time comes after the one before it.
            let time = timestamp.unwrap_or(progress.last_time);
            progress.last_time = time;
            self.held.push((time, source.0, bytes));
            return Ok(());
        }
        let has_gap = std::mem::replace(&mut progress.has_gap, false);
        if has_gap && self.has_written && self.shape.with_separators {
            self.out.write_all(b"--\n")?;
        }
        self.has_written = true;
        self.out.write_all(&bytes)
    }

    /// Whether anything may still be written, as far as it was up to this source: it is looked at
    /// first, for it is the one that has changed.
    fn wants_more(&self, source: SourceId) -> bool {
        let is_done = |progress: &Progress| {
            let is_named = self.shape.counting == Counting::Names && progress.matches > 0;
            let is_full = self.shape.most.is_some_and(|most| progress.matches >= most);
            progress.is_over || is_named || is_full && progress.after == 0
        };
        !is_done(&self.sources[source.0 as usize]) || !self.sources.iter().all(is_done)
    }

    /// Whether a source can give no more.
    fn is_full(&self, source: SourceId) -> bool {
        self.shape.most.is_some_and(|most| self.sources[source.0 as usize].matches >= most)
    }

    /// Writes a match, with what is wanted before it.
    fn write_match(&mut self, source: SourceId, piece: Piece) -> io::Result<()> {
        let progress = &mut self.sources[source.0 as usize];
        progress.matches += 1;
        self.matches += 1;
        match self.shape.counting {
            Counting::No => {
                progress.after = self.shape.after;
                for bytes in std::mem::take(&mut progress.before) {
                    self.write(source, None, bytes)?;
                }
                self.write(source, piece.timestamp, piece.bytes)
            }
            Counting::Names if progress.matches == 1 => {
                writeln!(self.out, "{}", self.shape.names[source.0 as usize])
            }
            Counting::Names | Counting::Count => Ok(()),
        }
    }

    /// Writes what is no match, or one too many, if it stands near a match.
    fn write_context(&mut self, source: SourceId, piece: Piece, is_full: bool) -> io::Result<()> {
        let progress = &mut self.sources[source.0 as usize];
        let bytes = match piece.verdict {
            Verdict::Other => piece.bytes,
            Verdict::Match | Verdict::IfMeant(_) => piece.as_context,
        };
        if progress.after > 0 {
            progress.after -= 1;
            progress.context.push_back((piece.offset, piece.number));
            if progress.context.len() > Progress::MOST_CONTEXT {
                progress.context.pop_front();
            }
            return self.write(source, piece.timestamp, bytes);
        }
        if !is_full {
            progress.before.push_back(bytes);
            if progress.before.len() > self.shape.before {
                progress.before.pop_front();
                progress.has_gap = true;
            }
        }
        Ok(())
    }

    /// Writes counts, if they are asked for. `unread`: sources of which nothing could be read, and so
    /// nothing can be said.
    pub(crate) fn finish(&mut self, unread: &HashSet<SourceId>) -> io::Result<()> {
        let is_counting = self.shape.counting == Counting::Count && self.judge.several.is_none();
        for (at, progress) in self.sources.iter().enumerate().filter(|_| is_counting) {
            if unread.contains(&SourceId(at as u32)) {
                continue;
            }
            if self.shape.with_name {
                write!(self.out, "{}:", self.shape.names[at])?;
            }
            writeln!(self.out, "{}", progress.matches)?;
        }
        self.out.flush()
    }
}

impl<W: Write + Send> PieceWriter for Writer<W> {
    fn piece(&mut self, source: SourceId, piece: Piece) -> io::Result<bool> {
        let is_match = match piece.verdict {
            Verdict::Match => true,
            Verdict::Other => false,
            Verdict::IfMeant(key) => match self.judge.is_meant(key) {
                Some(is_meant) => is_meant != self.shape.invert,
                None => return Ok(false),
            },
        };
        if piece.is_rest {
            let context = &self.sources[source.0 as usize].context;
            if self.shape.counting == Counting::No {
                if context.contains(&(piece.offset, piece.number)) {
                    let is_other = piece.verdict == Verdict::Other;
                    self.out.write_all(if is_other { &piece.bytes } else { &piece.as_context })?;
                } else if is_match {
                    self.out.write_all(&piece.bytes)?;
                }
            }
            return Ok(true);
        }
        let is_full = self.is_full(source);
        if is_match && !is_full {
            self.write_match(source, piece)?;
        } else if self.shape.counting == Counting::No {
            self.write_context(source, piece, is_full)?;
        }
        Ok(self.wants_more(source))
    }

    fn end_of_source(&mut self, source: SourceId) -> io::Result<bool> {
        let progress = &mut self.sources[source.0 as usize];
        progress.before.clear();
        progress.is_over = true;
        // Where all is over there is nothing to call off.
        Ok(self.sources.iter().all(|progress| progress.is_over) || self.wants_more(source))
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// What is written of records of one source; capitals match.
    fn written(records: &str, before: usize, after: usize, most: Option<u64>) -> String {
        let shape = Shape {
            names: vec!["a.log".to_owned()],
            before,
            after,
            most,
            invert: false,
            sort: false,
            counting: Counting::No,
            with_name: false,
            with_separators: before + after > 0,
        };
        let mut out = Vec::new();
        let mut writer = Writer::new(shape, Judge::default(), &mut out);
        for (at, letter) in records.char_indices() {
            let is_match = letter.is_ascii_uppercase();
            let piece = Piece {
                offset: at as u64,
                number: 0,
                verdict: if is_match { Verdict::Match } else { Verdict::Other },
                is_rest: false,
                timestamp: None,
                bytes: format!("{letter}\n").into_bytes(),
                as_context: format!("{}\n", letter.to_ascii_lowercase()).into_bytes(),
            };
            if !writer.piece(SourceId(0), piece).unwrap() {
                break;
            }
        }
        writer.finish(&HashSet::new()).unwrap();
        drop(writer);
        String::from_utf8(out).unwrap().replace('\n', "")
    }

    #[test]
    fn context_and_limits_are_as_in_grep() {
        // Compared with GNU grep 3.8; what matches beyond the limit is context.
        for (records, before, after, most, expected) in [
            ("aBcdeFg", 0, 0, None, "BF"),
            ("aBcdeFg", 1, 1, None, "aBc--eFg"),
            ("aBcdFgh", 1, 1, None, "aBcdFg"),
            ("ABxCy", 0, 1, Some(1), "Ab"),
            ("ABxCy", 0, 2, Some(1), "Abx"),
            ("ABxCy", 1, 1, Some(2), "ABx"),
            ("ABxCy", 0, 2, Some(2), "ABxc"),
            ("aBxCy", 1, 0, Some(1), "aB"),
            ("aBC", 0, 0, Some(0), ""),
            ("aBC", 2, 2, Some(0), ""),
        ] {
            assert_eq!(written(records, before, after, most), expected, "{records} {most:?}");
        }
    }
}
