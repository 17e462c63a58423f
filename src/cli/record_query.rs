//! Arguments that say which records to show.

use super::Context;
use super::error::CliError;
use super::select::{parse_sample, parse_time};
use crate::record::{ReadRecord, Severity, TimeZone, Timestamp, link_value, span_argument};
use crate::trace::Wanted;
use crate::trace_context::{Sample, SpanId};
use std::collections::HashSet;

/// Conditions on records.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct RecordArgs {
    /// Show only records of this span; may be repeated
    #[arg(long, value_name = "SPAN", value_parser = parse_span, help_heading = "Selecting records")]
    pub(crate) span: Vec<SpanId>,

    /// Show only records of at least this severity: trace, debug, info, warn, error, fatal
    #[arg(long, value_name = "SEVERITY", value_parser = parse_severity, help_heading = "Selecting records")]
    pub(crate) severity: Option<Severity>,

    /// Show only records of this service; may be repeated
    #[arg(long, value_name = "NAME", help_heading = "Selecting records")]
    pub(crate) service: Vec<String>,

    /// Show only records at or after this time
    #[arg(long, value_name = "TIME", help_heading = "Selecting records")]
    pub(crate) since: Option<String>,

    /// Show only records at or before this time
    #[arg(long, value_name = "TIME", help_heading = "Selecting records")]
    pub(crate) until: Option<String>,

    /// Show only records of this share of all traces, 0 to 1: the same ones everywhere, chosen by
    /// their ids as samplers do
    #[arg(long, value_name = "P", value_parser = parse_sample, help_heading = "Selecting records")]
    pub(crate) sample: Option<Sample>,
}

fn parse_span(text: &str) -> Result<SpanId, String> {
    span_argument(text.as_bytes())
        .ok_or_else(|| "a span id has 16 hex digits, or is a Datadog decimal".to_owned())
}

fn parse_severity(text: &str) -> Result<Severity, String> {
    Severity::from_field(text.as_bytes())
        .ok_or_else(|| "write trace, debug, info, warn, error or fatal".to_owned())
}

/// The conditions, read.
#[derive(Clone, Debug)]
pub(crate) struct RecordQuery {
    /// Of these traces; `None`: of any or none.
    pub(crate) traces: Option<Wanted>,
    /// Ids in full, as plain text: a record without an id of its own in which one stands is meant.
    pub(crate) mentions: Vec<String>,
    /// Values of link keys that lead to these traces.
    pub(crate) links: HashSet<u128>,
    spans: Vec<SpanId>,
    severity: Option<Severity>,
    services: Vec<String>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    sample: Option<Sample>,
}

impl RecordArgs {
    pub(crate) fn query(&self, zone: TimeZone, context: &Context) -> Result<RecordQuery, CliError> {
        let time = |text: &Option<String>| match text {
            Some(text) => parse_time(text, zone, context.now).map(Some).ok_or_else(|| {
                CliError::usage(
                    format!("{text:?} is no time"),
                    "write 2026-11-22T10:30:00Z, 2026-11-22, 10:30:00, or 15min for so long ago",
                )
            }),
            None => Ok(None),
        };
        Ok(RecordQuery {
            traces: None,
            mentions: Vec::new(),
            links: HashSet::new(),
            spans: self.span.clone(),
            severity: self.severity,
            services: self.service.clone(),
            since: time(&self.since)?,
            until: time(&self.until)?,
            sample: self.sample,
        })
    }
}

impl RecordQuery {
    /// Whether a record is meant.
    pub(crate) fn matches(&self, read: &ReadRecord<'_, '_>) -> bool {
        let record = read.record;
        let of_trace = match (&self.traces, record.trace) {
            (None, _) => true,
            (Some(wanted), Some(key)) => wanted.contains(key),
            // 128 bits do not stand in a line by chance.
            (Some(_), None) => {
                self.mentions.iter().any(|id| read.mentions(id))
                    || record
                        .link
                        .as_deref()
                        .is_some_and(|link| self.links.contains(&link_value(link)))
            }
        };
        let is_sampled = self
            .sample
            .is_none_or(|sample| record.trace.is_some_and(|key| sample.accepts(key.low64())));
        of_trace
            && is_sampled
            && (self.spans.is_empty()
                || [record.span_id, record.caller_span_id]
                    .into_iter()
                    .flatten()
                    .any(|span| self.spans.contains(&span)))
            && self
                .severity
                .is_none_or(|least| record.severity.is_some_and(|severity| severity >= least))
            && (self.services.is_empty()
                || record.service_name.as_deref().is_some_and(|name| {
                    self.services.iter().any(|service| service.as_bytes() == name)
                }))
            && self.since.is_none_or(|since| record.timestamp.is_some_and(|time| time >= since))
            && self.until.is_none_or(|until| record.timestamp.is_some_and(|time| time <= until))
    }
}
