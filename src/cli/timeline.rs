//! `traceline timeline`: per trace, what happened when, and where the time went.

use super::Context;
use super::error::{CliError, FOUND, NOTHING, TROUBLE};
use super::gather::{Gathered, Want, gather, gather_named};
use super::input::{InputArgs, Inputs, Manner};
use super::number_argument::whole_number;
use super::output::{OutputArgs, Places, report_errors, report_joins, report_tally};
use super::select::SelectArgs;
use super::trace_argument::TraceArgument;
use crate::analysis::Timeline;
use crate::pipeline::{Pick, Search};
use crate::record::TraceKey;
use crate::render::{self, Options, OutputFormat};
use crate::trace::{Trace, Wanted};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::Write;
use std::path::Path;

/// Show what happened in a trace, and where the time went
///
/// A waterfall of the trace's spans, under it the time by service and operation, the critical path
/// and the longest silences. Name a TRACE, or select traces; with neither, the slowest one is
/// shown. With -t, --all, --slowest, --errors or another selection, all arguments are files.
#[derive(clap::Args, Debug)]
pub(crate) struct TimelineArgs {
    /// The trace, then log files or directories; - is standard input
    #[arg(value_name = "TRACE|FILE")]
    arguments: Vec<OsString>,

    /// Show this trace; may be repeated
    #[arg(short = 't', long = "trace", value_name = "TRACE", help_heading = "Selecting traces")]
    traces: Vec<String>,

    /// Show all traces
    #[arg(long, help_heading = "Selecting traces")]
    all: bool,

    /// Show the log records within their spans
    #[arg(long, help_heading = "Printing")]
    records: bool,

    /// Show times as if the clocks agreed, where calls show that they do not
    #[arg(long, help_heading = "Printing")]
    adjust_clock: bool,

    /// Fold the least interesting spans so that a trace takes at most this many rows; 0: never
    /// [default: 60; with --records: 0]
    #[arg(long, value_name = "N", value_parser = whole_number::<usize>, help_heading = "Printing")]
    max_rows: Option<usize>,

    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: TimelineFormat,

    #[command(flatten)]
    select: SelectArgs,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    output: OutputArgs,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
enum TimelineFormat {
    /// A picture for people
    #[default]
    Text,
    /// One JSON object a line
    Json,
}

impl TimelineArgs {
    pub(crate) fn run(
        mut self,
        context: &Context,
        out: &mut dyn Write,
        stderr: &mut dyn Write,
    ) -> Result<u8, CliError> {
        let context = &self.input.context(self.output.quiet, context)?;
        let (named, files) = self.split_arguments()?;
        let is_default = named.is_empty() && !self.all && !self.select.is_given();
        if is_default {
            self.select.slowest = Some(1);
        }
        let has_prefix = named.iter().any(|name| matches!(name, TraceArgument::Prefix(_)));
        let is_selected = named.is_empty() && self.select.is_given();
        let mut inputs =
            self.input.open(&files, context, Manner::to_the_end(has_prefix || is_selected))?;
        inputs.find_days();
        let shown = if named.is_empty() {
            self.selected(&inputs, is_selected, context)?
        } else {
            self.named(&named, &inputs, context)?
        };
        let found = !shown.gathered.picked.traces.is_empty();
        self.print(&shown, &inputs, context, out)?;
        out.flush()?;
        // Of a named trace the ids were searched for, and most lines not even looked at.
        if named.is_empty() {
            report_tally(&shown.gathered.outcome, context, stderr);
        }
        report_joins(&shown.gathered.picked, &self.input, context, stderr);
        if is_default && shown.gathered.picked.total > 1 && !context.is_quiet {
            let _ = writeln!(
                stderr,
                "this is the slowest of {} traces; name another, or use --slowest N, --errors or --all",
                render::grouped(shown.gathered.picked.total as u64)
            );
        }
        if !found && !named.is_empty() && !context.is_quiet {
            let why = match self.select.is_given() {
                true => "no trace of that name fits the selection",
                false => "no record of the trace was found",
            };
            let _ = writeln!(stderr, "{why}");
        }
        let failed = report_errors(&inputs, &shown.gathered.outcome, stderr)?;
        Ok(match (failed, found) {
            (true, _) => TROUBLE,
            (false, true) => FOUND,
            (false, false) => NOTHING,
        })
    }

    /// The traces that are named, and the files. The first argument is a trace, unless another
    /// option selects traces, or it is the name of a file and of no trace.
    fn split_arguments(&self) -> Result<(Vec<TraceArgument>, Vec<OsString>), CliError> {
        let mut named = Vec::new();
        for text in &self.traces {
            named.push(TraceArgument::read(text, self.input.names_ids())?);
        }
        let mut files = self.arguments.clone();
        if named.is_empty()
            && !self.all
            && !self.select.is_given()
            && let Some(first) = files.first()
        {
            let text = first.to_string_lossy().into_owned();
            let is_file = text == "-" || Path::new(first).exists();
            match TraceArgument::parse(&text, self.input.names_ids()) {
                Some(TraceArgument::Prefix(_) | TraceArgument::Text(_)) if is_file => {}
                Some(argument) => {
                    named.push(argument);
                    files.remove(0);
                }
                None if is_file => {}
                None => {
                    return Err(CliError::usage(
                        format!("{text:?} is neither a trace id nor a file"),
                        "a trace is 32 or 16 hex digits, a header value, a Datadog decimal, or the \
                         first 6 digits or more",
                    ));
                }
            }
        }
        Ok((named, files))
    }

    /// Named traces, of them those that are selected as well.
    fn named(
        &self,
        named: &[TraceArgument],
        inputs: &Inputs,
        context: &Context,
    ) -> Result<Shown, CliError> {
        let selection = self.select.selection(self.input.time_zone(), context.now)?;
        let pick = match self.select.is_given() {
            true => Pick {
                selection: &selection,
                order: self.select.order(),
                limit: self.select.most(),
            },
            false => Pick::all(),
        };
        Ok(Shown { gathered: gather_named(named, inputs, true, &pick, context)? })
    }

    /// Selected traces: a first reading finds them, a second one gets the records of those alone.
    fn selected(
        &self,
        inputs: &Inputs,
        is_selected: bool,
        context: &Context,
    ) -> Result<Shown, CliError> {
        if !is_selected {
            let want = Want { records: true, ..Want::default() };
            return Ok(Shown {
                gathered: gather(inputs, &inputs.chunks, want, &Pick::all(), context)?,
            });
        }
        let selection = self.select.selection(self.input.time_zone(), context.now)?;
        let pick =
            Pick { selection: &selection, order: self.select.order(), limit: self.select.most() };
        let mut gathered = gather(inputs, &inputs.chunks, Want::default(), &pick, context)?;
        let traces = &mut gathered.picked.traces;
        if traces.is_empty() {
            return Ok(Shown { gathered });
        }
        let keys: Vec<TraceKey> = traces.iter().map(|trace| trace.key).collect();
        // Few ids are searched for in the raw bytes; for many, reading all is as quick.
        let search = if keys.len() <= MOST_SEARCHED && !inputs.keys.has_links() {
            Search::new(&keys, &[], &[])
        } else {
            None
        };
        let want = Want {
            only: Some(Wanted::new(keys.iter().copied())),
            search: search.as_ref(),
            records: true,
            is_second: true,
        };
        let second = gather(inputs, &inputs.chunks.again(), want, &Pick::all(), context)?;
        add_records(traces, second.picked.traces);
        gathered.lines = second.lines;
        Ok(Shown { gathered })
    }

    fn print(
        &self,
        shown: &Shown,
        inputs: &Inputs,
        context: &Context,
        out: &mut dyn Write,
    ) -> Result<(), CliError> {
        let format = match self.format {
            TimelineFormat::Text => OutputFormat::Text,
            TimelineFormat::Json => OutputFormat::Json,
        };
        // Who asks for the log lines means all of them.
        let max_rows = self.max_rows.unwrap_or(if self.records { 0 } else { MAX_ROWS });
        let options =
            Options { records: self.records, max_rows: Some(max_rows).filter(|rows| *rows > 0) };
        let style = self.output.style(context, self.input.time_zone());
        let mut renderer = render::renderer(format, style, options);
        let places = Places { sources: inputs.sources(), lines: &shown.gathered.lines };
        for trace in &shown.gathered.picked.traces {
            let mut trace = trace.clone();
            if self.adjust_clock {
                trace.adjust_clocks();
            }
            renderer.timeline(out, &places, &Timeline::new(trace))?;
        }
        Ok(())
    }
}

/// Rows of a trace, unless something else is asked for.
const MAX_ROWS: usize = 60;

/// More ids than this are not searched for in raw bytes.
const MOST_SEARCHED: usize = 64;

/// The traces to show.
struct Shown {
    gathered: Gathered,
}

/// Gives the traces of a first reading the records that the second one kept.
fn add_records(traces: &mut [Trace], with_records: Vec<Trace>) {
    let mut by_key: BTreeMap<TraceKey, Trace> =
        with_records.into_iter().map(|trace| (trace.key, trace)).collect();
    for trace in traces {
        let Some(full) = by_key.remove(&trace.key) else { continue };
        let bodies: BTreeMap<_, _> =
            full.spans.into_iter().map(|span| (span.span_id, span.first_body)).collect();
        for span in &mut trace.spans {
            if let Some(body) = bodies.get(&span.span_id) {
                span.first_body.clone_from(body);
            }
        }
        trace.records = full.records;
    }
}
