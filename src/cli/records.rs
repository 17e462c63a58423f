//! `traceline records`: every record in one normalised shape.

use super::Context;
use super::error::{CliError, FOUND, NOTHING, TROUBLE};
use super::explainer::Explainer;
use super::input::{Ask, InputArgs, Manner};
use super::ordered::Ordered;
use super::output::{
    OutputArgs, Places, report_errors, report_missing, report_tally, source_names,
};
use super::piece_writer::{Counting, Shape, Writer};
use super::record_query::RecordArgs;
use super::record_visitor::{RecordFormat, RecordVisitor};
use super::resolve::Judge;
use crate::pipeline::LineTable;
use crate::record::Detail;
use std::collections::HashSet;
use std::ffi::OsString;
use std::io::Write;

/// Print every record in one shape: what was understood of each line
///
/// The shape is that of the OpenTelemetry log data model.
#[derive(clap::Args, Debug)]
pub(crate) struct RecordsArgs {
    /// Log files or directories; - is standard input
    #[arg(value_name = "FILE")]
    files: Vec<OsString>,

    #[command(flatten)]
    records: RecordArgs,

    /// Say of each record which bytes gave what, and count the formats of each file
    #[arg(long, help_heading = "Printing")]
    explain: bool,

    /// Print in the order of time, across all files
    #[arg(long, help_heading = "Printing")]
    sort: bool,

    /// Go on as files grow, as with tail -F
    #[arg(short = 'F', long, conflicts_with_all = ["sort", "explain"], help_heading = "Printing")]
    follow: bool,

    /// Print at most this many records of each file
    #[arg(short = 'n', long, value_name = "N", help_heading = "Printing")]
    limit: Option<u64>,

    /// How to print
    #[arg(long, value_enum, value_name = "FORMAT", default_value = "text")]
    format: RecordFormat,

    #[command(flatten)]
    input: InputArgs,

    #[command(flatten)]
    output: OutputArgs,
}

impl RecordsArgs {
    pub(crate) fn run(mut self, context: &Context, stderr: &mut dyn Write) -> Result<u8, CliError> {
        let context = &self.input.context(self.output.quiet, context)?;
        let manner = match (self.follow, self.sort) {
            (true, _) => Manner::Followed,
            (false, true) => Manner::Once,
            (false, false) => Manner::Live,
        };
        let mut inputs = self.input.open(&self.files, context, manner)?;
        let has_missing = self.follow && report_missing(&mut inputs, stderr);
        inputs.find_days();
        let query = self.records.query(self.input.time_zone(), context)?;
        let lines = LineTable::new();
        let shape = Shape {
            names: source_names(&inputs, context),
            before: 0,
            after: 0,
            most: self.limit,
            invert: false,
            sort: self.sort,
            counting: Counting::No,
            with_name: false,
            with_separators: false,
        };
        let visitor = RecordVisitor {
            query: &query,
            invert: false,
            keep_others: false,
            is_listing: false,
            format: self.format,
            escape: false,
            escapes_names: context.stdout_is_terminal,
            line_number: false,
            with_name: false,
            style: self.output.style(context, self.input.time_zone()),
            places: Places { sources: inputs.sources(), lines: &lines },
            explainer: self.explain.then(|| Explainer::new(&inputs.infos)),
            ordered: Ordered::new(
                Writer::new(shape, Judge::default(), std::io::stdout()),
                inputs.sources().len(),
                inputs.is_shown_live(),
            ),
        };
        let ask = Ask {
            detail: match self.format {
                RecordFormat::Json => Detail::Attributes,
                _ => Detail::Fields,
            },
            search: None,
            primed_bytes: 0,
            number_lines: self.format != RecordFormat::Raw,
        };
        let outcome = inputs.read(&inputs.chunks, &visitor, &lines, ask, context);
        let RecordVisitor { ordered, explainer, .. } = visitor;
        let mut writer = ordered.finish()?;
        writer.finish(&HashSet::new())?;
        let found = writer.matches > 0;
        if let Some(explainer) = explainer {
            explainer.report(inputs.sources(), context, stderr);
        }
        report_tally(&outcome, context, stderr);
        let failed = report_errors(&inputs, &outcome, stderr)? || has_missing;
        if let Some(error) = query.several_spans() {
            return Err(error);
        }
        Ok(match (failed, found) {
            (true, _) => TROUBLE,
            (false, true) => FOUND,
            (false, false) => NOTHING,
        })
    }
}
