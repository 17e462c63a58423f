//! One line of output under construction: knows how many cells it takes, whatever its colours.

use super::escape::{cut, escape, prefix, width};
use super::style::{PLAIN, Paint, Style};
use std::io::{self, Write};

/// A line being written from left to right.
pub(super) struct Line<'s> {
    style: &'s Style,
    text: String,
    width: usize,
    /// Spaces owed: written only when something follows, so that no line ends in spaces.
    spaces: usize,
}

impl<'s> Line<'s> {
    pub(super) fn new(style: &'s Style) -> Line<'s> {
        Line { style, text: String::new(), width: 0, spaces: 0 }
    }

    /// Cells so far.
    pub(super) fn width(&self) -> usize {
        self.width + self.spaces
    }

    /// Our own words, or text that was escaped before.
    pub(super) fn push(&mut self, text: &str, paint: Paint) -> &mut Self {
        debug_assert!(escape(text) == text, "unescaped text in a line: {text:?}");
        let visible = text.trim_end_matches(' ');
        if !visible.is_empty() {
            self.settle();
            self.style.push(&mut self.text, visible, paint);
            self.width += width(visible);
        }
        self.spaces += text.len() - visible.len();
        self
    }

    /// As [`Line::push`], without paint.
    pub(super) fn plain(&mut self, text: &str) -> &mut Self {
        self.push(text, PLAIN)
    }

    /// Escaped text, cut to `cells`.
    pub(super) fn cut(&mut self, text: &str, cells: usize, paint: Paint) -> &mut Self {
        let ellipsis = self.style.glyphs().ellipsis;
        self.push(&cut(text, cells, ellipsis), paint)
    }

    /// Text that ends `cells` further right.
    pub(super) fn right(&mut self, text: &str, cells: usize, paint: Paint) -> &mut Self {
        self.space(cells.saturating_sub(width(text))).push(text, paint)
    }

    /// Spaces.
    pub(super) fn space(&mut self, cells: usize) -> &mut Self {
        self.spaces += cells;
        self
    }

    /// Spaces up to this column; none if the line is longer already.
    pub(super) fn pad_to(&mut self, column: usize) -> &mut Self {
        self.space(column.saturating_sub(self.width()))
    }

    fn settle(&mut self) {
        self.text.extend(std::iter::repeat_n(' ', self.spaces));
        self.width += self.spaces;
        self.spaces = 0;
    }

    /// Writes the line and a newline.
    pub(super) fn write(mut self, out: &mut dyn Write) -> io::Result<()> {
        self.text.push('\n');
        out.write_all(self.text.as_bytes())
    }
}

/// Writes escaped text, beginning a new line, indented, where one is full: after a word, if there is
/// one, and in the middle of what is longer than a line.
pub(super) fn write_flowing(
    out: &mut dyn Write,
    mut line: Line<'_>,
    indent: usize,
    texts: &[(String, Paint)],
) -> io::Result<()> {
    let style = line.style;
    let room = style.width.map_or(usize::MAX, |width| width.max(Style::MIN_WIDTH));
    for (text, paint) in texts {
        let mut rest = text.as_str();
        loop {
            let left = room.saturating_sub(line.width());
            if rest.len() <= left || width(rest) <= left {
                line.push(rest, *paint);
                break;
            }
            let fitting = prefix(rest, left);
            let is_fresh = line.width() <= indent;
            let at = match rest[..fitting].rfind(' ') {
                _ if rest[fitting..].starts_with(' ') => fitting,
                Some(space) if space > 0 => space,
                _ if is_fresh => fitting.max(rest.chars().next().map_or(1, char::len_utf8)),
                _ => 0,
            };
            line.push(rest[..at].trim_end(), *paint);
            line.write(out)?;
            line = Line::new(style);
            line.space(indent);
            rest = rest[at..].trim_start();
        }
    }
    line.write(out)
}

/// A sentence as pieces that may stand on different lines: its words.
pub(super) fn words(sentence: &[(String, Paint)]) -> Vec<Vec<(String, Paint)>> {
    let mut words: Vec<Vec<(String, Paint)>> = vec![Vec::new()];
    for (text, paint) in sentence {
        for (at, word) in text.split(' ').enumerate() {
            if at > 0 {
                words.push(Vec::new());
            }
            if let (Some(last), false) = (words.last_mut(), word.is_empty()) {
                last.push((word.to_owned(), *paint));
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Writes pieces with `separator` between them, beginning a new line, indented, when one is full.
pub(super) fn write_wrapped(
    out: &mut dyn Write,
    mut line: Line<'_>,
    indent: usize,
    separator: &str,
    pieces: &[Vec<(String, Paint)>],
) -> io::Result<()> {
    let style = line.style;
    let room = style.picture_width();
    let separator_width = width(separator);
    for (at, piece) in pieces.iter().enumerate() {
        let cells: usize = piece.iter().map(|(text, _)| width(text)).sum();
        let is_first = at == 0;
        let needed = cells + if is_first { 0 } else { separator_width };
        let trailing = if at + 1 < pieces.len() { width(separator.trim_end()) } else { 0 };
        if line.width() + needed + trailing > room && line.width() > indent {
            if !is_first {
                line.push(separator.trim_end(), super::style::DIM);
            }
            line.write(out)?;
            line = Line::new(style);
            line.space(indent);
        } else if !is_first {
            line.push(separator, super::style::DIM);
        }
        for (text, paint) in piece {
            let left = room.saturating_sub(line.width());
            line.cut(text, left.max(1), *paint);
        }
    }
    line.write(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::render::style::ERROR;

    #[test]
    fn columns_align_whatever_the_colours() {
        let style = Style { color: true, ..Style::default() };
        let mut line = Line::new(&style);
        line.push("漢", ERROR).pad_to(5).plain("x").right("12 ms", 8, PLAIN).space(9);
        assert_eq!(line.width(), 23);
        let mut out = Vec::new();
        line.write(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "\x1b[31m漢\x1b[0m   x   12 ms\n");
    }

    #[test]
    fn text_flows_over_lines_of_the_width() {
        let style = Style { width: Some(24), ..Style::default() };
        for (text, expected) in [
            ("short", "head  short\n"),
            ("some words that go on", "head  some words that go\n    on\n"),
            (
                "/a/path/without/any/space/in/it",
                "head\n    /a/path/without/any/\n    space/in/it\n",
            ),
        ] {
            let mut line = Line::new(&style);
            line.plain("head  ");
            let mut out = Vec::new();
            write_flowing(&mut out, line, 4, &[(text.to_owned(), PLAIN)]).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn pieces_wrap_with_an_indent() {
        let style = Style { width: Some(24), ..Style::default() };
        let mut line = Line::new(&style);
        line.plain("path  ");
        let pieces: Vec<_> = ["gateway 22 ms", "payment 790 ms", "bank"]
            .map(|text| vec![(text.to_owned(), PLAIN)])
            .into();
        let mut out = Vec::new();
        write_wrapped(&mut out, line, 6, " → ", &pieces).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "path  gateway 22 ms →\n      payment 790 ms →\n      bank\n"
        );
    }
}
