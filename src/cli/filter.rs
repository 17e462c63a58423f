//! `traceline filter`: the records of a trace, exactly as they were, with grep's manners.

use super::Context;
use super::error::{CliError, FOUND, NOTHING, TROUBLE};
use super::explainer::Explainer;
use super::input::{Ask, InputArgs, Inputs};
use super::links::links_to;
use super::ordered::{Ordered, Piece};
use super::output::{OutputArgs, Places, report_errors};
use super::piece_writer::{Counting, Shape, Writer};
use super::record_query::{RecordArgs, RecordQuery};
use super::trace_argument::{TraceArgument, resolve};
use crate::pipeline::{LineTable, Visit};
use crate::record::{Detail, ReadRecord, TraceKey};
use crate::render::{self, Options, OutputFormat, Render, Style, escape_bytes};
use crate::source::{SourceId, reason};
use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;

/// Print the records of a trace, exactly as they were
///
/// Whole records, stack traces and other continuation lines included, in the order of the input.
/// With -t or -f, all arguments are files. Exits with 0 if something was found, 1 if not, 2 on
/// trouble.
#[derive(clap::Args, Debug)]
#[command(disable_help_flag = true)]
pub(crate) struct FilterArgs {
    /// The trace, then log files or directories; - is standard input
    #[arg(value_name = "TRACE|FILE")]
    arguments: Vec<OsString>,

    /// Print records of this trace; may be repeated
    #[arg(short = 't', long = "trace", value_name = "TRACE", help_heading = "Selecting records")]
    traces: Vec<String>,

    /// Print records of the traces named in this file, one a line
    #[arg(short = 'f', long = "file", value_name = "FILE", help_heading = "Selecting records")]
    trace_file: Option<PathBuf>,

    /// Print the records that are not of the trace
    #[arg(short = 'v', long, help_heading = "Selecting records")]
    invert_match: bool,

    #[command(flatten)]
    records: RecordArgs,

    /// Print only how many records match, for each file
    #[arg(short, long, help_heading = "Printing")]
    count: bool,

    /// Print only the names of files with a match
    #[arg(short = 'l', long, conflicts_with = "count", help_heading = "Printing")]
    files_with_matches: bool,

    /// Put the line number before each line, and the file's name where there are several
    #[arg(short = 'n', long, help_heading = "Printing")]
    line_number: bool,

    /// Put the file name before each line
    #[arg(short = 'H', long, overrides_with = "no_filename", help_heading = "Printing")]
    with_filename: bool,

    /// Do not put the file name before lines and counts
    #[arg(short = 'h', long, help_heading = "Printing")]
    no_filename: bool,

    /// Stop after this many matching records in each file
    #[arg(short = 'm', long, value_name = "N", help_heading = "Printing")]
    max_count: Option<u64>,

    /// Print so many records after each match
    #[arg(short = 'A', long, value_name = "N", default_value_t = 0, help_heading = "Printing")]
    after_context: usize,

    /// Print so many records before each match
    #[arg(short = 'B', long, value_name = "N", default_value_t = 0, help_heading = "Printing")]
    before_context: usize,

    /// Print so many records before and after each match
    #[arg(short = 'C', long, value_name = "N", help_heading = "Printing")]
    context: Option<usize>,

    /// Print in the order of time, across all files
    #[arg(long, help_heading = "Printing")]
    sort: bool,

    /// How to print [default: raw; on a terminal, raw with control bytes escaped]
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<RecordFormat>,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    output: OutputArgs,

    /// Print help
    #[arg(long, action = clap::ArgAction::Help)]
    help: Option<bool>,
}

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

impl FilterArgs {
    pub(crate) fn run(mut self, context: &Context, stderr: &mut dyn Write) -> Result<u8, CliError> {
        let context = &self.input.context(self.output.quiet, context)?;
        let (named, files) = self.split_arguments()?;
        let has_prefix = named.iter().any(|name| matches!(name, TraceArgument::Prefix(_)));
        let has_links = !self.input.link.is_empty();
        let is_read_twice = has_prefix || has_links;
        let is_live = !is_read_twice && !self.sort;
        let mut inputs = self.input.open(&files, context, is_read_twice, is_live)?;
        let format = self.format.unwrap_or(RecordFormat::Raw);
        let by_time = self.sort || self.records.since.is_some() || self.records.until.is_some();
        if by_time || format != RecordFormat::Raw {
            inputs.find_days();
        }
        let resolved = resolve(&named, &inputs, context)?;
        let mut query = self.records.query(self.input.time_zone(), context)?;
        // With --sample alone, every trace of the sample is meant.
        let is_any = named.is_empty();
        query.traces = (!is_any).then(|| resolved.wanted());
        query.mentions = resolved
            .keys
            .iter()
            .filter_map(|key| match key {
                TraceKey::Full(id) => Some(id.to_string()),
                _ => None,
            })
            .collect();
        let mut second = resolved.outcome.as_ref().map(|_| inputs.chunks.again());
        if has_links && !resolved.keys.is_empty() && !is_any {
            let chunks = second.as_ref().unwrap_or(&inputs.chunks);
            query.links = links_to(&resolved.wanted(), &inputs, chunks, context);
            second = Some(chunks.again());
        }
        let chunks = second.as_ref().unwrap_or(&inputs.chunks);
        let around = self.context.unwrap_or(0);
        let (before, after) = (self.before_context.max(around), self.after_context.max(around));
        let needs_all = self.invert_match || before > 0 || after > 0 || has_links;
        let search = if needs_all { None } else { resolved.search() };
        let lines = LineTable::new();
        let is_listing = self.count || self.files_with_matches;
        let writer = Writer::new(
            Shape {
                names: inputs.sources().iter().map(|source| source.name.clone()).collect(),
                before,
                after,
                most: self.max_count,
                sort: self.sort,
                counting: match (self.count, self.files_with_matches) {
                    (true, _) => Counting::Count,
                    (_, true) => Counting::Names,
                    _ => Counting::No,
                },
                with_name: !self.no_filename && (self.with_filename || inputs.sources().len() > 1),
            },
            std::io::stdout(),
        );
        let visitor = RecordVisitor {
            query: &query,
            invert: self.invert_match,
            keep_others: before > 0 || after > 0,
            is_listing,
            format,
            escape: context.stdout_is_terminal && self.format.is_none(),
            line_number: self.line_number,
            with_name: self.with_filename
                || (self.line_number && !self.no_filename && inputs.sources().len() > 1),
            style: self.output.style(context, self.input.time_zone()),
            places: Places { sources: inputs.sources(), lines: &lines },
            explainer: None,
            ordered: Ordered::new(writer, inputs.sources().len(), is_live && is_one_pipe(&inputs)),
        };
        let ask = Ask {
            detail: if format == RecordFormat::Json { Detail::Attributes } else { Detail::Fields },
            search: search.as_ref(),
            primed_bytes: 0,
            number_lines: self.line_number || format != RecordFormat::Raw,
        };
        let outcome = if resolved.keys.is_empty() && !needs_all && !is_any {
            resolved.outcome.unwrap_or_default()
        } else {
            inputs.read(chunks, &visitor, &lines, ask, context)
        };
        let found = visitor.ordered.finish()?.matches > 0;
        let failed = report_errors(&inputs, &outcome, stderr)?;
        Ok(match (failed, found) {
            (true, _) => TROUBLE,
            (false, true) => FOUND,
            (false, false) => NOTHING,
        })
    }

    fn split_arguments(&self) -> Result<(Vec<TraceArgument>, Vec<OsString>), CliError> {
        let any_text = self.input.names_ids();
        let mut named = Vec::new();
        for text in &self.traces {
            named.push(TraceArgument::read(text, any_text)?);
        }
        if let Some(path) = &self.trace_file {
            let text = std::fs::read_to_string(path).map_err(|error| {
                CliError::usage(format!("cannot read {}: {}", path.display(), reason(&error)), "")
            })?;
            for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
                named.push(TraceArgument::read(line, any_text)?);
            }
        }
        let mut files = self.arguments.clone();
        if self.traces.is_empty() && self.trace_file.is_none() && self.records.sample.is_none() {
            if files.is_empty() {
                return Err(CliError::usage(
                    "no trace is named",
                    "traceline filter TRACE [FILE]..., or -t TRACE, or -f FILE; --help shows all options",
                ));
            }
            named.push(TraceArgument::read(&files.remove(0).to_string_lossy(), any_text)?);
        }
        Ok((named, files))
    }
}

/// Whether the only source is a pipe, which may be shown as it comes.
pub(crate) fn is_one_pipe(inputs: &Inputs) -> bool {
    inputs.sources().len() == 1 && inputs.sources().iter().all(|source| source.size.is_none())
}

/// Renders the records that are meant.
pub(crate) struct RecordVisitor<'a, W: Write + Send> {
    pub(crate) query: &'a RecordQuery,
    pub(crate) invert: bool,
    /// The others are wanted as well, as context.
    pub(crate) keep_others: bool,
    /// Only counted or named: nothing is rendered.
    pub(crate) is_listing: bool,
    pub(crate) format: RecordFormat,
    pub(crate) escape: bool,
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
        let is_match = self.query.matches(record) != self.invert;
        if !is_match && !self.keep_others {
            return;
        }
        let offset = record.lines[0].offset;
        let number = match part.last() {
            Some(last) if last.offset == offset => last.number + 1,
            _ => 0,
        };
        // Several records of one line are printed once.
        let is_repeat = number > 0 && self.format == RecordFormat::Raw;
        let bytes =
            if self.is_listing || is_repeat { Vec::new() } else { self.render(record, is_match) };
        part.push(Piece {
            offset,
            number,
            is_match,
            timestamp: record.record.timestamp.map(|time| time.nanoseconds()),
            is_rest: false,
            bytes,
        });
    }

    fn gathered(&self, part: Vec<Piece>) -> Option<Vec<Piece>> {
        Some(part)
    }

    fn deliver(
        &self,
        source: SourceId,
        parts: Vec<Vec<Piece>>,
        open_from: u64,
        is_last: bool,
    ) -> bool {
        self.ordered.deliver(source, parts, open_from, is_last)
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
                        out.extend_from_slice(self.places.source_name(record.source).as_bytes());
                        out.push(mark);
                    }
                    if self.line_number {
                        let number = self.places.line_number(record.source, *origin);
                        out.extend_from_slice(number.to_string().as_bytes());
                        out.push(mark);
                    }
                    if self.escape {
                        out.extend_from_slice(escape_bytes(text).as_bytes());
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
