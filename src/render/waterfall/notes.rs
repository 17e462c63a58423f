//! Below the picture: what its marks mean, if they occur, and what to know before trusting it.

use super::super::escape::escape;
use super::super::line::write_wrapped;
use super::super::style::{DIM, PLAIN, Paint, WARN};
use super::super::warning::warning_text;
use super::Picture;
use super::chart::Marks;
use std::io::{self, Write};

/// Footnotes for the marks that occur, then the warnings.
pub(super) fn write_notes(
    out: &mut dyn Write,
    picture: &Picture<'_>,
    marks: Marks,
) -> io::Result<()> {
    let glyphs = picture.glyphs;
    let notes: Vec<String> = [
        (marks.waiting, glyphs.waiting[0], "waiting for spans below"),
        (marks.observed, glyphs.observed, "from first to last log line, no duration reported"),
        (
            marks.inferred_parent,
            &format!("{}{}", glyphs.last, glyphs.guess),
            "parent guessed from times",
        ),
        (marks.inferred_service, &format!("x{}", glyphs.guess), "service guessed from its callers"),
        (marks.loose, glyphs.record, "record that names no span"),
        (marks.never_logged, "?", "named by other records, never logged"),
    ]
    .into_iter()
    .filter(|(occurs, ..)| *occurs)
    .map(|(_, mark, meaning)| format!("{mark} {meaning}"))
    .collect();
    let warnings = &picture.timeline.warnings;
    if notes.is_empty() && warnings.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    if !notes.is_empty() {
        let pieces: Vec<Vec<(String, Paint)>> =
            notes.into_iter().map(|note| vec![(note, DIM)]).collect();
        write_wrapped(out, picture.line(), 0, "   ", &pieces)?;
    }
    for warning in warnings {
        let text = warning_text(warning);
        let words: Vec<Vec<(String, Paint)>> =
            escape(&text).split(' ').map(|word| vec![(word.to_owned(), PLAIN)]).collect();
        let mut line = picture.line();
        line.push("note: ", WARN);
        write_wrapped(out, line, 6, " ", &words)?;
    }
    Ok(())
}
