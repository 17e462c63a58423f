//! Arguments that say how to print, and what comes of them on this terminal.

use super::Context;
use super::error::CliError;
use super::input::{InputArgs, Inputs};
use crate::pipeline::{LineTable, Picked, ReadOutcome};
use crate::record::{LineOrigin, TimeZone};
use crate::render::{Origins, Style, count, escape};
use crate::source::{Source, SourceError, SourceId};
use std::io::Write;

/// When to use colours.
#[derive(clap::ValueEnum, Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ColorChoice {
    /// On a terminal that shows them
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// How to print.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct OutputArgs {
    /// When to use colours; NO_COLOR and CLICOLOR_FORCE are respected
    #[arg(long, value_enum, value_name = "WHEN", default_value_t, help_heading = "Printing")]
    pub(crate) color: ColorChoice,

    /// Draw with ASCII characters only
    #[arg(long, help_heading = "Printing")]
    pub(crate) ascii: bool,

    /// Fit text to this many columns [default: the terminal's]
    #[arg(long, value_name = "COLUMNS", help_heading = "Printing")]
    pub(crate) width: Option<usize>,

    /// Say nothing on stderr but errors
    #[arg(short, long, help_heading = "Printing")]
    pub(crate) quiet: bool,
}

impl OutputArgs {
    /// The style of text on this terminal.
    pub(crate) fn style(&self, context: &Context, time_zone: TimeZone) -> Style {
        let color = match self.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => context.wants_color(),
        };
        Style {
            width: self.width.or(context.width),
            color,
            ascii: self.ascii,
            time_zone,
            is_terminal: context.stdout_is_terminal,
        }
    }
}

/// Names of sources and numbers of lines, for the renderers.
pub(crate) struct Places<'a> {
    pub(crate) sources: &'a [Source],
    pub(crate) lines: &'a LineTable,
}

impl Origins for Places<'_> {
    fn source_name(&self, source: SourceId) -> &str {
        self.sources.get(source.0 as usize).map_or("", |source| source.name.as_str())
    }

    fn line_number(&self, source: SourceId, line: LineOrigin) -> u64 {
        self.lines.line_number(source, line)
    }
}

/// Names of the sources as they may be shown: on a terminal they must not do anything to it.
pub(crate) fn source_names(inputs: &Inputs, context: &Context) -> Vec<String> {
    let shown = |source: &Source| match context.stdout_is_terminal {
        true => escape(&source.name).into_owned(),
        false => source.name.clone(),
    };
    inputs.sources().iter().map(shown).collect()
}

/// Says how names were understood, and names what could not be read. True if that was anything.
pub(crate) fn report_errors(
    inputs: &Inputs,
    outcome: &ReadOutcome,
    stderr: &mut dyn Write,
) -> Result<bool, CliError> {
    let mut failed = false;
    for note in inputs.notes.get().into_iter().flatten().filter(|_| !inputs.is_quiet) {
        let _ = writeln!(stderr, "{}", escape(note));
    }
    for error in inputs.missing.iter().chain(&outcome.errors) {
        failed |= report_error(error, inputs.is_quiet, stderr);
    }
    Ok(failed)
}

/// Names what did not become a source, before anything is read. True if that was anything.
pub(crate) fn report_missing(inputs: &mut Inputs, stderr: &mut dyn Write) -> bool {
    let missing = std::mem::take(&mut inputs.missing);
    missing
        .iter()
        .fold(false, |failed, error| report_error(error, inputs.is_quiet, stderr) | failed)
}

/// Names what could not be read. True if that is a failure.
fn report_error(error: &SourceError, is_quiet: bool, stderr: &mut dyn Write) -> bool {
    let text = escape(&error.to_string()).to_string();
    // Talk that cannot be heard is no reason to fail.
    let _ = match (error.is_note(), error.is_warning()) {
        (true, _) if is_quiet => Ok(()),
        (true, _) => writeln!(stderr, "{text}"),
        (false, true) => writeln!(stderr, "traceline: warning: {text}"),
        (false, false) => writeln!(stderr, "traceline: error: {text}"),
    };
    if let (false, Some(hint)) = (error.is_note(), super::error::source_hint(error)) {
        let _ = writeln!(stderr, "  hint: {hint}");
    }
    !error.is_warning()
}

/// What was joined, and what was not because it could be several traces.
pub(crate) fn report_joins(
    picked: &Picked,
    args: &InputArgs,
    context: &Context,
    stderr: &mut dyn Write,
) {
    if context.is_quiet {
        return;
    }
    let keys = args.link.join(", ");
    if picked.linked.joined > 0 {
        let records = count(picked.linked.joined, "record");
        let _ = writeln!(stderr, "{records} joined a trace by {keys}");
    }
    if picked.linked.ambiguous > 0 {
        let records = count(picked.linked.ambiguous, "record");
        let _ = writeln!(stderr, "{records} not joined: the same {keys} is in several traces");
    }
    if let [first, rest @ ..] = picked.ambiguous_ids.as_slice() {
        let more = match rest.len() {
            0 => String::new(),
            more => format!(" and {}", count(more as u64, "other id")),
        };
        let _ = writeln!(
            stderr,
            "{first}{more} of 64 bits not joined: several ids of 128 bits end in the same digits"
        );
    }
}

/// One line of counts.
pub(crate) fn report_tally(outcome: &ReadOutcome, context: &Context, stderr: &mut dyn Write) {
    if context.is_quiet {
        return;
    }
    let tally = &outcome.tally;
    let mut text = format!(
        "read {} in {}; {} with a trace id, {} without",
        count(tally.lines, "line"),
        count(tally.records, "record"),
        crate::render::grouped(tally.with_trace),
        crate::render::grouped(tally.records - tally.with_trace),
    );
    if tally.headers > 0 {
        text.push_str(&format!("; {}", count(tally.headers, "header line")));
    }
    if tally.unparsed > 0 {
        text.push_str(&format!(", {} unparsed", crate::render::grouped(tally.unparsed)));
    }
    if tally.cut_records > 0 {
        let cut = count(tally.cut_records, "record");
        text.push_str(&format!("; {cut} cut for having too many lines"));
    }
    let _ = writeln!(stderr, "{text}");
}
