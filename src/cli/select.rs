//! Arguments that say which traces to show, and in which order.

use super::error::CliError;
use super::number_argument::whole_number;
use super::time_argument::{parse_duration, time_argument};
use crate::record::{TimeZone, Timestamp};
use crate::trace::{Outline, Selection};
use crate::trace_context::Sample;
use std::cmp::Ordering;

/// By what to sort traces.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SortBy {
    /// Earliest first
    Start,
    /// Longest first
    Duration,
    /// Most spans first
    Spans,
    /// Most records first
    Records,
    /// Most errors first
    Errors,
}

/// Which traces.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct SelectArgs {
    /// Sort the traces [default: start]
    #[arg(long, value_enum, value_name = "KEY", help_heading = "Selecting traces")]
    pub(crate) sort: Option<SortBy>,

    /// Show at most this many
    #[arg(short = 'n', long, value_name = "N", value_parser = whole_number::<usize>, help_heading = "Selecting traces")]
    pub(crate) limit: Option<usize>,

    /// Show the N that took longest, longest first
    #[arg(long, value_name = "N", value_parser = whole_number::<usize>, conflicts_with_all = ["sort", "limit"], help_heading = "Selecting traces")]
    pub(crate) slowest: Option<usize>,

    /// Show only traces with an error
    #[arg(long, help_heading = "Selecting traces")]
    pub(crate) errors: bool,

    /// Show only traces that took at least this long: 250ms, 1.5s, 1h30m
    #[arg(long, value_name = "DURATION", value_parser = parse_duration, help_heading = "Selecting traces")]
    pub(crate) min_duration: Option<u64>,

    /// Show only traces that this service took part in; may be repeated
    #[arg(long, value_name = "NAME", help_heading = "Selecting traces")]
    pub(crate) service: Vec<String>,

    /// Show only what goes on at or after this time: 2026-11-22T10:30:00Z, a date, a time, now,
    /// today, yesterday, @SECONDS since 1970, or 15min, 1h30m, 1w for so long ago
    #[arg(
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        help_heading = "Selecting traces"
    )]
    pub(crate) since: Option<String>,

    /// Show only what has begun by this time; written as for --since
    #[arg(
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        help_heading = "Selecting traces"
    )]
    pub(crate) until: Option<String>,

    /// Show only this share of all traces, 0 to 1: the same ones everywhere, chosen by their ids as
    /// samplers do
    #[arg(long, value_name = "P", value_parser = parse_sample, help_heading = "Selecting traces")]
    pub(crate) sample: Option<Sample>,
}

impl SelectArgs {
    /// Whether any of the arguments narrows or orders what is shown.
    pub(crate) fn is_given(&self) -> bool {
        self.slowest.is_some() || self.limit.is_some() || self.sort.is_some() || self.is_condition()
    }

    fn is_condition(&self) -> bool {
        self.errors
            || self.min_duration.is_some()
            || !self.service.is_empty()
            || self.since.is_some()
            || self.until.is_some()
            || self.sample.is_some()
    }

    /// The conditions.
    pub(crate) fn selection(&self, zone: TimeZone, now: Timestamp) -> Result<Selection, CliError> {
        Ok(Selection {
            services: self.service.clone(),
            min_duration: self.min_duration,
            errors: self.errors,
            since: time_argument("--since", self.since.as_deref(), zone, now)?,
            until: time_argument("--until", self.until.as_deref(), zone, now)?,
            sample: self.sample,
        })
    }

    /// The order; equals stay in the order of their starts.
    pub(crate) fn order(&self) -> fn(&Outline, &Outline) -> Ordering {
        let by = if self.slowest.is_some() { Some(SortBy::Duration) } else { self.sort };
        match by {
            None | Some(SortBy::Start) => |_, _| Ordering::Equal,
            Some(SortBy::Duration) => |a, b| b.duration().cmp(&a.duration()),
            Some(SortBy::Spans) => |a, b| b.span_count.cmp(&a.span_count),
            Some(SortBy::Records) => |a, b| b.record_count.cmp(&a.record_count),
            Some(SortBy::Errors) => |a, b| b.error_count.cmp(&a.error_count),
        }
    }

    /// How many, at most.
    pub(crate) fn most(&self) -> Option<usize> {
        self.slowest.or(self.limit)
    }
}

/// A share of all traces.
pub(crate) fn parse_sample(text: &str) -> Result<Sample, String> {
    let share = text.parse().ok().and_then(Sample::of);
    share.ok_or_else(|| "write a number from 0 to 1: 0.1 is a tenth of all traces".to_owned())
}
