//! `traceline traces`: the table of traces.

use super::Context;
use super::error::{CliError, FOUND, NOTHING, TROUBLE};
use super::gather::{Gathered, Want, gather};
use super::input::{InputArgs, Inputs, Manner};
use super::output::{OutputArgs, report_errors, report_joins, report_tally};
use super::select::SelectArgs;
use super::trace_argument::{TraceArgument, resolve};
use crate::analysis::TraceSummary;
use crate::pipeline::Pick;
use crate::render::{self, Options, OutputFormat};
use std::ffi::OsString;
use std::io::Write;

/// List the traces of the logs: start, duration, spans, records, services, errors
///
/// One row a trace, earliest first; all that are named with -t, or all there are.
#[derive(clap::Args, Debug)]
pub(crate) struct TracesArgs {
    /// Log files or directories; - is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    /// List only this trace; may be repeated
    #[arg(short = 't', long = "trace", value_name = "TRACE", help_heading = "Selecting traces")]
    traces: Vec<String>,

    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: TracesFormat,

    #[command(flatten)]
    select: SelectArgs,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    output: OutputArgs,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug, Default)]
enum TracesFormat {
    /// A table for people
    #[default]
    Text,
    /// One JSON object a line
    Json,
    /// Comma-separated, with a header
    Csv,
}

impl TracesArgs {
    pub(crate) fn run(
        mut self,
        context: &Context,
        out: &mut dyn Write,
        stderr: &mut dyn Write,
    ) -> Result<u8, CliError> {
        let context = &self.input.context(self.output.quiet, context)?;
        let selection = self.select.selection(self.input.time_zone(), context.now)?;
        let mut named = Vec::new();
        for text in &self.traces {
            named.push(TraceArgument::read(text, self.input.names_ids())?);
        }
        let keep = named.iter().any(|argument| argument.name().is_part());
        let mut inputs = self.input.open(&self.files, context, Manner::to_the_end(keep))?;
        inputs.find_days();
        let pick =
            Pick { selection: &selection, order: self.select.order(), limit: self.select.most() };
        let mut gathered = if named.is_empty() {
            gather(&inputs, &inputs.chunks, Want::default(), &pick, context)?
        } else {
            gather_named(&named, &inputs, &pick, context)?
        };
        let traces = std::mem::take(&mut gathered.picked.traces);
        let format = match self.format {
            TracesFormat::Text => OutputFormat::Text,
            TracesFormat::Json => OutputFormat::Json,
            TracesFormat::Csv => OutputFormat::Csv,
        };
        let style = self.output.style(context, self.input.time_zone());
        let mut renderer = render::renderer(format, style, Options::default());
        let found = !traces.is_empty();
        if found || matches!(self.format, TracesFormat::Csv) {
            renderer.begin_traces(out)?;
            for trace in traces {
                renderer.trace(out, &TraceSummary::new(trace))?;
            }
            renderer.end_traces(out)?;
        }
        out.flush()?;
        // Named ids were searched for, and most lines not even looked at.
        if named.is_empty() {
            report_tally(&gathered.outcome, context, stderr);
        } else if !found && !context.is_quiet {
            let _ = writeln!(stderr, "no such trace was found");
        }
        report_joins(&gathered.picked, &self.input, context, stderr);
        let failed = report_errors(&inputs, &gathered.outcome, stderr)?;
        Ok(match (failed, found) {
            (true, _) => TROUBLE,
            (false, true) => FOUND,
            (false, false) => NOTHING,
        })
    }
}

/// The traces that are named: only what holds their ids is read.
fn gather_named(
    named: &[TraceArgument],
    inputs: &Inputs,
    pick: &Pick<'_>,
    context: &Context,
) -> Result<Gathered, CliError> {
    let resolved = resolve(named, inputs, context)?;
    // What the links of a trace are is not known before all is read.
    let search = if inputs.keys.has_links() { None } else { resolved.search() };
    let want = Want {
        only: Some(resolved.wanted()),
        search: search.as_ref(),
        records: false,
        is_second: false,
    };
    let second = resolved.outcome.as_ref().map(|_| inputs.chunks.again());
    gather(inputs, second.as_ref().unwrap_or(&inputs.chunks), want, pick, context)
}
