//! Records to the bytes that are printed of them: what `filter` and `records` share.

use super::explainer::Explainer;
use super::ordered::{Ordered, Piece, Verdict};
use super::output::Places;
use super::piece_writer::Writer;
use super::record_query::{RecordQuery, Traces};
use crate::pipeline::{Delivery, Visit};
use crate::record::ReadRecord;
use crate::render::{self, Options, OutputFormat, Placement, Render, Style, escape, escape_line};
use std::io::Write;

/// In which form to print records.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RecordFormat {
    /// As they were
    Raw,
    /// One line a record, for people
    Text,
    /// One JSON object a line
    Json,
}

/// Renders the records that are meant.
pub(crate) struct RecordVisitor<'a, W: Write + Send> {
    pub(crate) query: &'a RecordQuery<'a>,
    /// The others are wanted as well, as context.
    pub(crate) keep_others: bool,
    /// Only counted or named: nothing is rendered.
    pub(crate) is_listing: bool,
    pub(crate) format: RecordFormat,
    pub(crate) escape: bool,
    /// The names of files may not do anything to a terminal either.
    pub(crate) escapes_names: bool,
    pub(crate) line_number: bool,
    pub(crate) with_name: bool,
    pub(crate) style: Style,
    pub(crate) places: Places<'a>,
    /// Says of each record which bytes gave what, and counts formats.
    pub(crate) explainer: Option<Explainer<'a>>,
    pub(crate) ordered: Ordered<Writer<W>>,
}

impl<W: Write + Send> Visit for RecordVisitor<'_, W> {
    type Part = Vec<Piece>;

    fn part(&self) -> Vec<Piece> {
        Vec::new()
    }

    fn record(&self, part: &mut Vec<Piece>, record: &ReadRecord<'_, '_>) {
        let verdict = self.query.verdict(record);
        if verdict == Verdict::Other && !self.keep_others {
            return;
        }
        let offset = record.lines[0].offset;
        let number = match part.last() {
            Some(last) if last.offset == offset => last.number + 1,
            _ => 0,
        };
        // Several records of one line are printed once.
        let is_silent = self.is_listing || number > 0 && self.format == RecordFormat::Raw;
        let render = |is_wanted: bool, is_match| match is_wanted && !is_silent {
            true => self.render(record, is_match),
            false => Vec::new(),
        };
        part.push(Piece {
            offset,
            number,
            verdict,
            timestamp: record.record.timestamp.map(|time| time.nanoseconds()),
            is_rest: false,
            bytes: render(true, verdict != Verdict::Other),
            as_context: render(self.keep_others && verdict != Verdict::Other, false),
        });
    }

    fn gathered(&self, part: Vec<Piece>) -> Option<Vec<Piece>> {
        Some(part)
    }

    fn deliver(&self, delivery: Delivery<Vec<Piece>>) -> bool {
        let is_understood = match &self.query.traces {
            Traces::Meant(meant) => meant.several().is_none(),
            Traces::Any | Traces::Judged(_) => true,
        };
        self.ordered.deliver(delivery) && is_understood
    }
}

impl<W: Write + Send> RecordVisitor<'_, W> {
    fn render(&self, record: &ReadRecord<'_, '_>, is_match: bool) -> Vec<u8> {
        use crate::render::Origins as _;
        let mut out = Vec::new();
        // As in grep, what is only around a match has another mark.
        let mark = if is_match { b':' } else { b'-' };
        let format = match self.format {
            RecordFormat::Raw => {
                for (origin, text) in record.lines.iter().zip(record.texts) {
                    if self.with_name {
                        let name = self.places.source_name(record.source);
                        let is_shown = self.escapes_names;
                        let name = if is_shown { escape(name) } else { name.into() };
                        out.extend_from_slice(name.as_bytes());
                        out.push(mark);
                    }
                    if self.line_number {
                        let number = self.places.line_number(record.source, *origin);
                        out.extend_from_slice(number.to_string().as_bytes());
                        out.push(mark);
                    }
                    if self.escape {
                        out.extend_from_slice(escape_line(text).as_bytes());
                    } else {
                        out.extend_from_slice(text);
                    }
                    out.push(b'\n');
                }
                return out;
            }
            RecordFormat::Text => OutputFormat::Text,
            RecordFormat::Json => OutputFormat::Json,
        };
        let mut renderer: Box<dyn Render> =
            render::renderer(format, self.style, Options::default());
        if self.keep_others {
            renderer.mark_context(!is_match);
        }
        renderer.mark_places(Placement { has_name: self.with_name, has_number: self.line_number });
        // Writing to memory does not fail.
        if let Some(explainer) = &self.explainer {
            let explanation = explainer.explain(record);
            let _ = renderer.explained(&mut out, &self.places, record, &explanation);
            return out;
        }
        let _ = renderer.record(&mut out, &self.places, record.source, record.lines, record.record);
        out
    }
}
