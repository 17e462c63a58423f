//! Headers: lines that name the columns of the lines after them.
//!
//! Makes a [`Header`] of the first line of a CSV or TSV file, or of a `#Fields:` directive (W3C
//! extended log format; Zeek writes `#fields`), and splits rows by it. Which header is in force for a
//! chunk is for `pipeline` to say, since it may stand in a chunk before.

use crate::record::fields::{self, Slot};
use crate::record::format::postgres::{csv_field, undoubled};
use crate::record::timestamp::from_epoch;
use bumpalo::Bump;
use memchr::memmem;
use smallvec::SmallVec;
use std::sync::Arc;

/// The names of columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    kind: HeaderKind,
    separator: u8,
    columns: Vec<Vec<u8>>,
    /// The line itself: where files were joined, it comes again.
    line: Vec<u8>,
}

/// How the columns of a source are known.
#[derive(Clone, Copy, Debug, Default)]
pub enum Columns<'c> {
    /// They are not.
    #[default]
    Unnamed,
    /// By its first line.
    Fixed(&'c Arc<Header>),
    /// By directives, which may change them.
    Directives {
        /// By those so far.
        header: Option<&'c Arc<Header>>,
        /// The source begins with a directive: other lines that begin like one are comments.
        has_comments: bool,
    },
}

impl<'c> Columns<'c> {
    pub(super) fn named(self) -> Option<&'c Arc<Header>> {
        match self {
            Columns::Unnamed => None,
            Columns::Fixed(header) => Some(header),
            Columns::Directives { header, .. } => header,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum HeaderKind {
    Csv,
    W3c,
    Zeek,
}

/// A cell and the name of its column.
pub(super) struct Cell<'h, 'a> {
    pub(super) name: &'h [u8],
    pub(super) value: &'a [u8],
}

/// Directives that name columns.
const DIRECTIVES: [&[u8]; 2] = [b"#Fields:", b"#fields"];

impl Header {
    /// Fewer columns tell nothing apart from a sentence with commas.
    const FEWEST: usize = 3;
    const FEWEST_SPACED: usize = 6;
    const LONGEST_NAME: usize = 48;

    /// The header that a source begins with, if its first line names columns.
    pub fn of_first_line(line: &[u8]) -> Option<Header> {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line).trim_ascii_end();
        let separator = *b" ,;\t|".iter().max_by_key(|b| memchr::memchr_iter(**b, line).count())?;
        if separator == b' ' {
            return Self::of_spaced_line(line);
        }
        let arena = Bump::new();
        let cells = split(line, separator);
        let columns: Vec<Vec<u8>> =
            cells.iter().map(|cell| undoubled(cell.trim_ascii(), &arena).to_vec()).collect();
        let is_name = |name: &Vec<u8>| {
            (1..=Self::LONGEST_NAME).contains(&name.len())
                && name.iter().any(u8::is_ascii_alphabetic)
                && !name[0].is_ascii_digit()
                && name
                    .iter()
                    .all(|b| b.is_ascii_alphanumeric() || b"_ .-()/@#%:$".contains(b) || *b > 0x7f)
        };
        let mut slots: Vec<Slot> = columns
            .iter()
            .filter_map(|name| fields::lookup(name))
            .map(|alias| alias.slot)
            .collect();
        slots.sort_unstable();
        slots.dedup();
        let says_when = slots.contains(&Slot::Time);
        let is_header = columns.len() >= Self::FEWEST
            && columns.iter().all(is_name)
            && says_when
            && slots.len() >= 2;
        is_header.then(|| Header { kind: HeaderKind::Csv, separator, columns, line: line.to_vec() })
    }

    /// `version account-id interface-id … start end action log-status` of flow logs: names with
    /// nothing but a blank between them are a sentence, unless most look like no words of one.
    fn of_spaced_line(line: &[u8]) -> Option<Header> {
        let columns: Vec<Vec<u8>> = line.split(|b| *b == b' ').map(<[u8]>::to_vec).collect();
        let is_name = |name: &Vec<u8>| {
            name.first().is_some_and(u8::is_ascii_lowercase)
                && name.len() <= Self::LONGEST_NAME
                && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        };
        const OF_SENTENCES: [&[u8]; 16] = [
            b"a", b"an", b"and", b"are", b"as", b"at", b"by", b"for", b"from", b"in", b"is", b"of",
            b"on", b"the", b"to", b"with",
        ];
        let is_of_sentence = |name: &Vec<u8>| OF_SENTENCES.contains(&&name[..]);
        let is_joined = |name: &&Vec<u8>| name.iter().any(|b| matches!(b, b'-' | b'_'));
        let says_when = |name: &Vec<u8>| {
            matches!(&name[..], b"start" | b"end")
                || fields::lookup(name).is_some_and(|alias| alias.slot == Slot::Time)
        };
        let distinct: std::collections::HashSet<&Vec<u8>> = columns.iter().collect();
        let is_header = columns.len() >= Self::FEWEST_SPACED
            && distinct.len() == columns.len()
            && columns.iter().all(is_name)
            && !columns.iter().any(is_of_sentence)
            && columns.iter().filter(is_joined).count() >= Self::FEWEST
            && columns.iter().any(says_when);
        let (kind, line) = (HeaderKind::Csv, line.to_vec());
        is_header.then_some(Header { kind, separator: b' ', columns, line })
    }

    /// The header that a directive states.
    pub fn of_directive(line: &[u8]) -> Option<Header> {
        let line = line.trim_ascii_end();
        let name = DIRECTIVES.iter().find(|name| line.starts_with(name))?;
        let rest = line[name.len()..].trim_ascii_start();
        let separator = [b'\t', b',', b' '].into_iter().find(|b| rest.contains(b))?;
        let columns: Vec<Vec<u8>> = rest
            .split(|b| *b == separator)
            .map(|name| plain_name(name.trim_ascii()).to_vec())
            .filter(|name| !name.is_empty())
            .collect();
        let kind = if *name == DIRECTIVES[0] { HeaderKind::W3c } else { HeaderKind::Zeek };
        (columns.len() >= 2).then(|| Header { kind, separator, columns, line: line.to_vec() })
    }

    /// Whether a line is a directive, of columns or of anything else.
    pub fn is_directive(line: &[u8]) -> bool {
        is_directive(line)
    }

    /// The last directive among whole lines.
    pub fn last_directive(lines: &[u8]) -> Option<Header> {
        let last = |name: &&[u8]| {
            let mut end = lines.len();
            loop {
                let at = memmem::rfind(&lines[..end], name)?;
                if at == 0 || lines[at - 1] == b'\n' {
                    return Some(at);
                }
                end = at;
            }
        };
        let at = DIRECTIVES.iter().filter_map(last).max()?;
        let length = memchr::memchr(b'\n', &lines[at..]).unwrap_or(lines.len() - at);
        Header::of_directive(&lines[at..at + length])
            .or_else(|| Header::last_directive(&lines[..at]))
    }

    /// Whether a line is the header again.
    pub(super) fn is_repeated(&self, line: &[u8]) -> bool {
        line.trim_ascii_end() == self.line
    }

    /// Name of the format, as in the record's `format`.
    pub(super) fn format(&self) -> &'static str {
        match (self.kind, self.separator) {
            (HeaderKind::W3c, _) => "w3c",
            (HeaderKind::Zeek, _) => "zeek",
            (HeaderKind::Csv, b'\t') => "tsv",
            (HeaderKind::Csv, b' ') => "table",
            (HeaderKind::Csv, _) => "csv",
        }
    }

    /// The cells of a row that are not absent. `None`: it has more or fewer than there are columns,
    /// unless its last one goes on in the next line.
    pub(super) fn row<'h, 'a>(
        &'h self,
        line: &'a [u8],
        arena: &'a Bump,
    ) -> Option<SmallVec<[Cell<'h, 'a>; 16]>> {
        let line = line.trim_ascii_end();
        let mut cells = split(line, self.separator);
        if self.kind == HeaderKind::W3c && cells.len() > self.columns.len() {
            // Lined up with blanks: an empty cell is a dash there.
            cells.retain(|cell| !cell.is_empty());
        }
        if cells.len() != self.columns.len() && !(ends_open(line, &cells) && cells.len() > 1) {
            return None;
        }
        let cell = |(name, value): (&'h Vec<u8>, &&'a [u8])| Cell {
            name,
            value: undoubled(value.trim_ascii(), arena),
        };
        let is_present = |cell: &Cell<'_, '_>| !matches!(cell.value, b"" | b"-" | b"(empty)");
        Some(self.columns.iter().zip(&cells).map(cell).filter(is_present).collect())
    }

    /// What a column means, where the format gives its name a sense of its own.
    pub(super) fn slot(&self, slot: Slot, value: &[u8]) -> Option<Slot> {
        match (self.kind, slot) {
            // Zeek's `service` is a protocol.
            (HeaderKind::Zeek, Slot::Service) => None,
            (HeaderKind::Zeek, Slot::Duration) => Some(Slot::DurationSeconds),
            // IIS counts milliseconds, others have seconds with a fraction.
            (HeaderKind::W3c, Slot::Duration) if value.contains(&b'.') => {
                Some(Slot::DurationSeconds)
            }
            // In a table, `start` says when a row's story began, in whatever unit.
            (HeaderKind::Csv, Slot::TimeHint) if from_epoch(value).is_some() => Some(Slot::Time),
            (_, slot) => Some(slot),
        }
    }
}

/// Whether a line is a directive of W3C extended or Zeek logs.
pub(super) fn is_directive(line: &[u8]) -> bool {
    const WORDS: [&[u8]; 16] = [
        b"Software:",
        b"Version:",
        b"Fields:",
        b"Date:",
        b"Start-Date:",
        b"End-Date:",
        b"Remark:",
        b"separator",
        b"set_separator",
        b"empty_field",
        b"unset_field",
        b"path",
        b"open",
        b"close",
        b"fields",
        b"types",
    ];
    line.strip_prefix(b"#").is_some_and(|rest| {
        WORDS.iter().any(|word| {
            rest.starts_with(word)
                && matches!(rest.get(word.len()), Some(b' ' | b'\t' | b'\r') | None)
        })
    })
}

/// `cs(User-Agent)` and `cs-method` without what says whose they are: client and server.
fn plain_name(name: &[u8]) -> &[u8] {
    let inner = [&b"cs("[..], b"sc(", b"rs("].iter().find_map(|mark| name.strip_prefix(*mark));
    if let Some(inner) = inner {
        return inner.strip_suffix(b")").unwrap_or(inner);
    }
    [&b"cs-"[..], b"sc-"].iter().find_map(|mark| name.strip_prefix(*mark)).unwrap_or(name)
}

/// The cells of a line, without their quotes.
fn split(line: &[u8], separator: u8) -> SmallVec<[&[u8]; 16]> {
    let mut cells = SmallVec::new();
    let mut at = 0;
    loop {
        let (cell, length) = csv_field(&line[at.min(line.len())..], separator);
        cells.push(cell);
        at += length;
        if line.get(at) != Some(&separator) {
            return cells;
        }
        at += 1;
    }
}

/// Whether the last cell has an opening quote and no closing one.
fn ends_open(line: &[u8], cells: &[&[u8]]) -> bool {
    cells.last().is_some_and(|cell| {
        line.ends_with(cell) && line[..line.len() - cell.len()].ends_with(b"\"")
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn columns(header: &Header) -> Vec<String> {
        header.columns.iter().map(|name| String::from_utf8_lossy(name).into_owned()).collect()
    }

    #[test]
    fn a_first_line_of_names_is_a_header() {
        for (line, count, format) in [
            (&b"timestamp,level,trace_id,message"[..], 4, "csv"),
            (b"\"Time\";\"Level\";\"Message\"\r", 3, "csv"),
            (b"\xef\xbb\xbfLevel,Date and Time,Source,Event ID", 4, "csv"),
            (b"time\tseverity\tmsg", 3, "tsv"),
        ] {
            let header = Header::of_first_line(line).unwrap();
            assert_eq!((header.columns.len(), header.format()), (count, format));
        }
        for line in [
            &b"2026-11-22,INFO,hello,x"[..],
            b"time, level",
            b"a,b,c,d",
            b"Hello, this time, the message is text with level, and more than it takes to be a name",
            b"",
        ] {
            assert!(Header::of_first_line(line).is_none(), "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn names_between_blanks_are_a_header_only_if_they_make_no_sentence() {
        let line = b"version account-id interface-id srcaddr dstaddr start end action log-status";
        let header = Header::of_first_line(line).unwrap();
        assert_eq!((header.columns.len(), header.format()), (9, "table"));
        let arena = Bump::new();
        let row = header.row(b"2 1 eni-1 10.0.0.1 - 1795343445 1795343505 ACCEPT OK", &arena);
        assert_eq!(row.map(|cells| cells.len()), Some(8));
        for line in [
            &b"the server will start at the end of the well-known maintenance-window of to-day"[..],
            b"start end time",
            b"start-time and end-time are read-only from now on until the end",
        ] {
            assert!(Header::of_first_line(line).is_none(), "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn only_known_words_behind_the_mark_are_directives() {
        for line in [&b"#Fields: a b"[..], b"#Software: x", b"#separator \\x09", b"#close\t2026"] {
            assert!(is_directive(line), "{}", String::from_utf8_lossy(line));
        }
        // Lines of WebLogic and of slow query logs were taken for comments, and lost.
        for line in [
            &b"####<Nov 22, 2026 10:30:45 AM GMT> <Info> <x>"[..],
            b"# Time: 2026-11-22T10:30:45Z",
            b"# User@Host: a",
            b"#",
            b"#pathology",
        ] {
            assert!(!is_directive(line), "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn the_last_directive_of_the_lines_counts() {
        let text =
            b"#Fields: date time\nx #Fields: no no\n#Fields: date time cs-method cs(Referer)\na\n";
        let header = Header::last_directive(text).unwrap();
        assert_eq!(columns(&header), ["date", "time", "method", "Referer"]);
        assert_eq!(header.format(), "w3c");
        let header = Header::last_directive(b"#fields\tts\tuid\n").unwrap();
        assert_eq!((columns(&header), header.format()), (vec!["ts".into(), "uid".into()], "zeek"));
        assert!(Header::last_directive(b"x\n#Version: 1.0\n").is_none());
    }

    #[test]
    fn a_row_has_a_cell_for_each_column() {
        let arena = Bump::new();
        let header = Header::of_first_line(b"time,level,message").unwrap();
        let row = |line: &'static [u8]| {
            let cells = header.row(line, &arena)?;
            Some(
                cells
                    .iter()
                    .map(|c| String::from_utf8_lossy(c.value).into_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(row(b"1,-,\"a, \"\"b\"\"\"\r"), Some(vec!["1".into(), "a, \"b\"".into()]));
        assert_eq!(
            row(b"1,info,\"goes on"),
            Some(vec!["1".into(), "info".into(), "goes on".into()])
        );
        assert_eq!(row(b"1,info"), None);
        assert_eq!(row(b"1,info,x,y"), None);
    }
}
