//! Below the picture: what its marks mean, if they occur, and what to know before trusting it.

use super::Picture;
use super::chart::Marks;
use crate::render::{
    escape::escape,
    line::{words, write_wrapped},
    style::{DIM, PLAIN, Paint, WARN},
    warning::warning_text,
};
use std::io::{self, Write};

/// Footnotes for the marks that occur, then the warnings.
pub(super) fn write_notes(
    out: &mut dyn Write,
    picture: &Picture<'_>,
    marks: Marks,
) -> io::Result<()> {
    let glyphs = picture.glyphs;
    let inferred = marks.inferred_service.and_then(|at| picture.timeline.trace.spans.get(at));
    let inferred =
        inferred.map(|span| format!("{}?", picture.service(span.service_name.as_deref())));
    let notes: Vec<String> = [
        (marks.waiting, glyphs.waiting[0], "waits for spans below"),
        (marks.observed, glyphs.observed, "first to last log line"),
        (marks.inferred_parent, &format!("{}{}", glyphs.last, glyphs.guess), "parent guessed"),
        (inferred.is_some(), inferred.as_deref().unwrap_or("?"), "service guessed"),
        (marks.record, glyphs.record, "log line"),
        (marks.loose && !marks.record, glyphs.record, "record of no span"),
        (marks.never_logged, "?", "named but never logged"),
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
        let words = words(&[(escape(&text).into_owned(), PLAIN)]);
        let mut line = picture.line();
        line.push("note: ", WARN);
        write_wrapped(out, line, 6, " ", &words)?;
    }
    Ok(())
}
