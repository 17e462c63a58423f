//! `traceline filter`: the records of a trace, exactly as they were, with grep's manners.

use super::Context;
use super::error::{CliError, FOUND, NOTHING, TROUBLE};
use super::input::{Ask, InputArgs, Inputs, Manner};
use super::links::read_links;
use super::names::Names;
use super::ordered::Ordered;
use super::output::{OutputArgs, Places, report_errors, report_missing, source_names};
use super::piece_writer::{Counting, Shape, Writer};
use super::record_query::{RecordArgs, RecordQuery, Traces};
use super::record_visitor::{RecordFormat, RecordVisitor};
use super::resolve::{Judge, Meant, Resolved, complete};
use super::trace_argument::TraceArgument;
use crate::pipeline::LineTable;
use crate::record::Detail;
use crate::source::reason;
use std::ffi::OsString;
use std::io::{Stdout, Write};
use std::path::{Path, PathBuf};

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

    /// Print records of the traces named in this file, one a line; - is standard input. Blank lines
    /// and those that begin with # are passed over
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
    #[arg(short = 'l', long, help_heading = "Printing")]
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

    /// Go on as files grow, as with tail -F: also when they are cut short, or another file takes
    /// their name. Records of several files are printed as they come
    #[arg(
        short = 'F',
        long,
        conflicts_with_all = ["sort", "count", "files_with_matches", "link"],
        help_heading = "Printing"
    )]
    follow: bool,

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

impl FilterArgs {
    pub(crate) fn run(mut self, context: &Context, stderr: &mut dyn Write) -> Result<u8, CliError> {
        let context = &self.input.context(self.output.quiet, context)?;
        let (arguments, files) = self.split_arguments()?;
        let names = Names::new(arguments.iter().flatten().map(TraceArgument::name));
        let has_links = !self.input.link.is_empty() && arguments.is_some();
        let manner = self.manner(has_links)?;
        let mut inputs = self.input.open(&files, context, manner)?;
        let has_missing = self.follow && report_missing(&mut inputs, stderr);
        if !manner.is_live() && !inputs.are_files() && !context.is_quiet {
            let why = if has_links { "--link" } else { "--sort" };
            let _ = writeln!(stderr, "waiting for the end of the input, because of {why}");
        }
        let by_time = self.sort || self.records.since.is_some() || self.records.until.is_some();
        if by_time || self.format() != RecordFormat::Raw {
            inputs.find_days();
        }
        // What comes only once is judged as it comes; of the rest, all is known beforehand.
        let is_judged = !inputs.are_files() && !has_links;
        let resolved = match is_judged {
            true => Resolved::as_named(names),
            false => complete(names, &inputs, context)?,
        };
        let names = &resolved.names;
        let mut second = resolved.outcome.as_ref().map(|_| inputs.chunks.again());
        let mut query = self.records.query(self.input.time_zone(), context)?;
        let links = (has_links && !names.is_empty()).then(|| {
            let chunks = second.as_ref().unwrap_or(&inputs.chunks);
            let links = read_links(&inputs, chunks, context);
            second = Some(chunks.again());
            links
        });
        let chunks = second.as_ref().unwrap_or(&inputs.chunks);
        query.traces = match (&arguments, is_judged) {
            (None, _) => Traces::Any,
            (Some(_), true) => Traces::Judged(names),
            (Some(_), false) => Traces::Meant(Meant::new(names, &inputs, chunks, context)),
        };
        if let Traces::Meant(meant) = &query.traces
            && (self.invert_match || links.is_some())
        {
            let keys = meant.keys()?.iter().copied().collect();
            query.links = links.map(|links| links.leading_to(&keys)).unwrap_or_default();
        }
        let needs_all = self.invert_match
            || self.keeps_context()
            || has_links
            || arguments.is_none()
            || names.has_parts();
        let search = if needs_all { None } else { names.search() };
        let lines = LineTable::new();
        let visitor = self.visitor(&query, names, &inputs, &lines, context);
        let ask = Ask {
            detail: match self.format() {
                RecordFormat::Json => Detail::Attributes,
                RecordFormat::Raw | RecordFormat::Text => Detail::Fields,
            },
            search: search.as_ref(),
            primed_bytes: 0,
            number_lines: self.line_number || self.format() != RecordFormat::Raw,
        };
        let is_hopeless = arguments.is_some() && names.is_empty() && !self.invert_match;
        let outcome = if is_hopeless {
            resolved.outcome.unwrap_or_default()
        } else {
            inputs.read(chunks, &visitor, &lines, ask, context)
        };
        let mut writer = visitor.ordered.finish()?;
        let meant = match &query.traces {
            Traces::Meant(meant) => Some(meant),
            Traces::Any | Traces::Judged(_) => None,
        };
        let several = meant.and_then(Meant::several).or(writer.judge.several.as_ref()).cloned();
        if several.is_none() {
            writer.finish(&outcome.unread())?;
        }
        let notes = meant.map_or(&[][..], |meant| meant.notes());
        let mut notes = [&resolved.readings, notes, &writer.judge.notes()].concat();
        notes.dedup();
        inputs.notes.set(notes).ok();
        let failed = report_errors(&inputs, &outcome, stderr)? || has_missing;
        if let Some(error) = several.map(CliError::from).or_else(|| query.several_spans()) {
            return Err(error);
        }
        Ok(match (failed, writer.matches > 0) {
            (true, _) => TROUBLE,
            (false, true) => FOUND,
            (false, false) => NOTHING,
        })
    }

    fn manner(&self, has_links: bool) -> Result<Manner, CliError> {
        match (self.follow, has_links) {
            (true, true) => Err(CliError::usage(
                "link keys need the end of the input, and with --follow there is none",
                "leave out --follow, or with --no-config the link keys of the configuration",
            )),
            (true, false) => Ok(Manner::Followed),
            (false, true) => Ok(Manner::Twice),
            (false, false) if self.sort => Ok(Manner::Once),
            (false, false) => Ok(Manner::Live),
        }
    }

    fn format(&self) -> RecordFormat {
        self.format.unwrap_or(RecordFormat::Raw)
    }

    /// Records to print before and after each match.
    fn around(&self) -> (usize, usize) {
        let around = self.context.unwrap_or(0);
        (self.before_context.max(around), self.after_context.max(around))
    }

    fn keeps_context(&self) -> bool {
        self.around() != (0, 0)
    }

    fn visitor<'a>(
        &self,
        query: &'a RecordQuery<'a>,
        names: &Names,
        inputs: &'a Inputs,
        lines: &'a LineTable,
        context: &Context,
    ) -> RecordVisitor<'a, Stdout> {
        let (before, after) = self.around();
        let several = inputs.sources().len() > 1;
        let counting = match (self.count, self.files_with_matches) {
            // As in grep, names are the stronger wish.
            (_, true) => Counting::Names,
            (true, _) => Counting::Count,
            _ => Counting::No,
        };
        let shape = Shape {
            names: source_names(inputs, context),
            before,
            after,
            most: self.max_count,
            invert: self.invert_match,
            sort: self.sort,
            counting,
            with_name: !self.no_filename && (self.with_filename || several),
            with_separators: self.keeps_context() && self.format() == RecordFormat::Raw,
        };
        let judge = match query.traces {
            Traces::Judged(_) => Judge::new(names.clone()),
            Traces::Any | Traces::Meant(_) => Judge::default(),
        };
        let writer = Writer::new(shape, judge, std::io::stdout());
        RecordVisitor {
            query,
            invert: self.invert_match,
            keep_others: self.keeps_context(),
            is_listing: counting != Counting::No,
            format: self.format(),
            escape: context.stdout_is_terminal && self.format.is_none(),
            escapes_names: context.stdout_is_terminal,
            line_number: self.line_number,
            with_name: self.with_filename || (self.line_number && !self.no_filename && several),
            style: self.output.style(context, self.input.time_zone()),
            places: Places { sources: inputs.sources(), lines },
            explainer: None,
            ordered: Ordered::new(writer, inputs.sources().len(), inputs.is_shown_live()),
        }
    }

    /// The traces that are named, if any are (a file of ids may name none), and the files.
    fn split_arguments(&self) -> Result<(Option<Vec<TraceArgument>>, Vec<OsString>), CliError> {
        let any_text = self.input.names_ids();
        let mut named = Vec::new();
        let mut files = self.arguments.clone();
        for text in &self.traces {
            named.push(TraceArgument::read(text, any_text)?);
        }
        if let Some(path) = &self.trace_file {
            named.extend(read_ids(path, &files, any_text)?);
        }
        if self.traces.is_empty() && self.trace_file.is_none() {
            if self.records.sample.is_some() {
                return Ok((None, files));
            }
            if files.is_empty() {
                return Err(CliError::usage(
                    "no trace is named",
                    "traceline filter TRACE [FILE]..., or -t TRACE, or -f FILE; --help shows all options",
                ));
            }
            named.push(TraceArgument::read(&files.remove(0).to_string_lossy(), any_text)?);
        }
        Ok((Some(named), files))
    }
}

/// Reads a file of ids, one a line; `-` is standard input. Blank lines and those that begin with `#`
/// are passed over.
fn read_ids(
    path: &Path,
    files: &[OsString],
    any_text: bool,
) -> Result<Vec<TraceArgument>, CliError> {
    let is_standard_input = path.as_os_str() == "-";
    if is_standard_input && (files.is_empty() || files.iter().any(|file| file == "-")) {
        return Err(CliError::usage(
            "standard input cannot be both the ids and the logs",
            "name the files of the logs: traceline filter -f - FILE...",
        ));
    }
    let shown = path.display();
    let text = match is_standard_input {
        true => std::io::read_to_string(std::io::stdin()),
        false => std::fs::read_to_string(path),
    };
    let text = text
        .map_err(|error| CliError::usage(format!("cannot read {shown}: {}", reason(&error)), ""))?;
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim).zip(1..);
    lines
        .filter(|(line, _)| !line.is_empty() && !line.starts_with('#'))
        .map(|(line, number)| {
            TraceArgument::read(line, any_text)
                .map_err(|error| error.at(&format!("{shown}:{number}")))
        })
        .collect()
}
