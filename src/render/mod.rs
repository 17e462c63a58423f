//! Facts to bytes, for a person or a script: text, JSON, CSV.
//!
//! Writes to a writer that is handed in. Decides nothing about what is shown, only how; never
//! reads the terminal or the environment. [`Render`] has a method for each view, and each
//! [`OutputFormat`] has one implementation of it. Text of a log reaches a person only escaped
//! ([`escape`]); scripts get it whole.

use crate::analysis::{Timeline, TraceSummary};
use crate::record::{Explanation, LineOrigin, LogRecord, ReadRecord, SourceId};
use std::io::{self, Write};

mod arrange;
mod csv;
mod duration;
mod escape;
mod explain;
mod json;
mod line;
mod machine;
mod process_span;
mod propagation;
#[cfg(test)]
mod sample;
mod style;
mod table;
mod text;
mod time;
mod warning;
mod waterfall;

pub use csv::CsvRenderer;
pub use duration::{count, duration, grouped, share};
pub use escape::{cut, cut_start, escape, escape_bytes, escape_line, width};
pub use json::JsonRenderer;
pub use process_span::{ProcessEnd, ProcessSpan, process_record};
pub use propagation::{
    Ancestry, Decoded, OutgoingForm, Place, decoded_json, decoded_text, outgoing_context,
};
pub use style::Style;
pub use text::TextRenderer;
pub use time::rfc3339;
pub use warning::warning_text;

/// In which form to write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line, each naming its schema.
    Json,
    /// Comma-separated values with a header; lines end in "\n".
    Csv,
}

/// Names of sources and lines, which only the caller knows.
pub trait Origins {
    /// The source as the user would name it: its path as given.
    fn source_name(&self, source: SourceId) -> &str;

    /// The 1-based number of a physical line within its source.
    fn line_number(&self, source: SourceId, line: LineOrigin) -> u64;
}

/// What of a view to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Show each span's records below it. (Text; JSON always has them.)
    pub records: bool,
    /// Fold the least interesting spans of a trace so that it takes no more rows than this; spans
    /// that failed and spans on the critical path are the last to go. (Text.)
    pub max_rows: Option<usize>,
}

/// What of a record's place to write before it. (Text; JSON always has it.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// The name of its source.
    pub has_name: bool,
    /// The number of its first line.
    pub has_number: bool,
}

/// One method per view. An implementation may keep state between calls: use one per output.
pub trait Render {
    /// Begins the table of traces.
    ///
    /// # Errors
    /// The writer's.
    fn begin_traces(&mut self, out: &mut dyn Write) -> io::Result<()>;

    /// A row of the table of traces.
    ///
    /// # Errors
    /// The writer's.
    fn trace(&mut self, out: &mut dyn Write, summary: &TraceSummary) -> io::Result<()>;

    /// Ends the table of traces: tables that are fitted to their content are written only here.
    ///
    /// # Errors
    /// The writer's.
    fn end_traces(&mut self, out: &mut dyn Write) -> io::Result<()>;

    /// One trace, timed.
    ///
    /// # Errors
    /// The writer's.
    fn timeline(
        &mut self,
        out: &mut dyn Write,
        origins: &dyn Origins,
        timeline: &Timeline,
    ) -> io::Result<()>;

    /// One record, and which bytes gave what. Where a form has no room for that, just the record.
    ///
    /// # Errors
    /// The writer's.
    fn explained(
        &mut self,
        out: &mut dyn Write,
        origins: &dyn Origins,
        read: &ReadRecord<'_, '_>,
        _explanation: &Explanation,
    ) -> io::Result<()> {
        self.record(out, origins, read.source, read.lines, read.record)
    }

    /// From now on, records are marked: as standing only near one that was asked for, or as asked for.
    fn mark_context(&mut self, _is_context: bool) {}

    /// From now on, records say where they stand.
    fn mark_places(&mut self, _placement: Placement) {}

    /// One record.
    ///
    /// # Errors
    /// The writer's.
    fn record(
        &mut self,
        out: &mut dyn Write,
        origins: &dyn Origins,
        source: SourceId,
        lines: &[LineOrigin],
        record: &LogRecord<'_>,
    ) -> io::Result<()>;
}

/// The implementation for a format.
pub fn renderer(format: OutputFormat, style: Style, options: Options) -> Box<dyn Render> {
    match format {
        OutputFormat::Text => Box::new(TextRenderer::new(style, options)),
        OutputFormat::Json => Box::new(JsonRenderer::default()),
        OutputFormat::Csv => Box::new(CsvRenderer::new(style)),
    }
}
