//! Arguments that say which records to show.

use super::Context;
use super::error::CliError;
use super::names::Names;
use super::ordered::Verdict;
use super::resolve::Meant;
use super::select::parse_sample;
use super::time_argument::time_argument;
use crate::record::{
    LogRecord, ReadRecord, Severity, TimeZone, Timestamp, TraceKey, link_value, span_argument,
};
use crate::trace_context::{Sample, SpanId};
use std::collections::{BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};

/// Conditions on records.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct RecordArgs {
    /// Show only records of this span, by its id or the first 6 digits or more; may be repeated
    #[arg(long, value_name = "SPAN", value_parser = parse_span, help_heading = "Selecting records")]
    pub(crate) span: Vec<SpanArgument>,

    /// Show only records of at least this severity: trace, debug, info, warn, error, fatal, or a
    /// number from 1 to 24 as in OpenTelemetry
    #[arg(long, value_name = "SEVERITY", value_parser = parse_severity, help_heading = "Selecting records")]
    pub(crate) severity: Option<Severity>,

    /// Show only records of this service; may be repeated
    #[arg(long, value_name = "NAME", help_heading = "Selecting records")]
    pub(crate) service: Vec<String>,

    /// Show only records at or after this time: 2026-11-22T10:30:00Z, a date, a time, now, today,
    /// yesterday, @SECONDS since 1970, or 15min, 1h30m, 1w for so long ago
    #[arg(
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        help_heading = "Selecting records"
    )]
    pub(crate) since: Option<String>,

    /// Show only records at or before this time; written as for --since
    #[arg(
        long,
        value_name = "TIME",
        allow_hyphen_values = true,
        help_heading = "Selecting records"
    )]
    pub(crate) until: Option<String>,

    /// Show only records of this share of all traces, 0 to 1: the same ones everywhere, chosen by
    /// their ids as samplers do
    #[arg(long, value_name = "P", value_parser = parse_sample, help_heading = "Selecting records")]
    pub(crate) sample: Option<Sample>,
}

/// A span that the user names: ids that the text may stand for, and the beginning of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SpanArgument {
    text: String,
    ids: Vec<SpanId>,
    prefix: Option<String>,
}

impl SpanArgument {
    fn matches(&self, span: SpanId) -> bool {
        self.ids.contains(&span)
            || self.prefix.as_ref().is_some_and(|prefix| span.to_string().starts_with(prefix))
    }
}

fn parse_span(text: &str) -> Result<SpanArgument, String> {
    let text = text.trim().trim_matches(['"', '\'', ',']);
    let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_prefix = is_hex && (6..16).contains(&text.len());
    let may_be_decimal = text.len() >= 6 && !text.starts_with('0');
    let decimal = text.parse().ok().filter(|_| may_be_decimal).and_then(SpanId::new);
    let hex = span_argument(text.as_bytes()).filter(|_| !is_prefix);
    let argument = SpanArgument {
        text: text.to_owned(),
        ids: hex.into_iter().chain(decimal).collect(),
        prefix: is_prefix.then(|| text.to_ascii_lowercase()),
    };
    if argument.ids.is_empty() && argument.prefix.is_none() {
        return Err("a span id has 16 hex digits, of which 6 are enough, or is a Datadog decimal"
            .to_owned());
    }
    Ok(argument)
}

/// A word means the beginning of its range; a number is the log data model's, as in our JSON.
fn parse_severity(text: &str) -> Result<Severity, String> {
    let severity = match text.trim().parse() {
        Ok(number) => Severity::new(number),
        Err(_) => Severity::from_field(text.as_bytes())
            .and_then(|named| Severity::new((named.number() - 1) / 4 * 4 + 1)),
    };
    severity.ok_or_else(|| {
        "write trace, debug, info, warn, error or fatal, or a number from 1 to 24".to_owned()
    })
}

/// Spans that an argument fits, with their traces.
type SpansSeen = BTreeSet<(Option<TraceKey>, SpanId)>;

/// Which traces are meant.
pub(crate) enum Traces<'a> {
    /// Any or none.
    Any,
    /// Those that are named.
    Meant(Meant<'a>),
    /// Those that are named, in an input that tells only as it comes which these are.
    Judged(&'a Names),
}

/// The conditions, read.
pub(crate) struct RecordQuery<'a> {
    pub(crate) traces: Traces<'a>,
    /// Records of other traces and spans are wanted instead.
    pub(crate) invert: bool,
    /// Values of link keys that lead to these traces.
    pub(crate) links: HashSet<u128>,
    spans: Vec<SpanArgument>,
    /// Of each argument for a span: what was found.
    seen_spans: Mutex<Vec<SpansSeen>>,
    severity: Option<Severity>,
    services: Vec<String>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    sample: Option<Sample>,
}

impl RecordArgs {
    pub(crate) fn query<'a>(
        &self,
        zone: TimeZone,
        context: &Context,
    ) -> Result<RecordQuery<'a>, CliError> {
        Ok(RecordQuery {
            traces: Traces::Any,
            invert: false,
            links: HashSet::new(),
            spans: self.span.clone(),
            seen_spans: Mutex::new(vec![BTreeSet::new(); self.span.len()]),
            severity: self.severity,
            services: self.service.clone(),
            since: time_argument("--since", self.since.as_deref(), zone, context.now)?,
            until: time_argument("--until", self.until.as_deref(), zone, context.now)?,
            sample: self.sample,
        })
    }
}

impl RecordQuery<'_> {
    /// Whether a record is meant.
    ///
    /// To invert turns round whose records are wanted. When, how severe and of which service they are
    /// to be narrows the answer either way.
    pub(crate) fn verdict(&self, read: &ReadRecord<'_, '_>) -> Verdict {
        if !self.meets_conditions(read.record) {
            return Verdict::Other;
        }
        match (self.ownership(read.record), self.invert) {
            (Verdict::Match, true) => Verdict::Other,
            (Verdict::Other, true) => Verdict::Match,
            (verdict, _) => verdict,
        }
    }

    /// Whether a record is of the traces and spans that are named.
    fn ownership(&self, record: &LogRecord<'_>) -> Verdict {
        let is_sampled = self
            .sample
            .is_none_or(|sample| record.trace.is_some_and(|key| sample.accepts(key.low64())));
        if !is_sampled {
            return Verdict::Other;
        }
        let of_trace = match (&self.traces, record.trace) {
            (Traces::Any, _) => Verdict::Match,
            (Traces::Meant(meant), Some(key)) if meant.contains(key) => Verdict::Match,
            (Traces::Judged(names), Some(key)) if names.is_touched(key) => Verdict::IfMeant(key),
            (_, Some(_)) => Verdict::Other,
            (_, None) => {
                let leads = |link: &[u8]| self.links.contains(&link_value(link));
                match record.link.as_deref().is_some_and(leads) {
                    true => Verdict::Match,
                    false => Verdict::Other,
                }
            }
        };
        // Spans of other traces must not be taken note of: a name may fit them by chance.
        match of_trace == Verdict::Other || self.spans.is_empty() || self.matches_span(record) {
            true => of_trace,
            false => Verdict::Other,
        }
    }

    /// Whether a record meets the conditions that have nothing to do with traces and spans.
    fn meets_conditions(&self, record: &LogRecord<'_>) -> bool {
        self.severity.is_none_or(|least| record.severity.is_some_and(|severity| severity >= least))
            && (self.services.is_empty()
                || record.service_name.as_deref().is_some_and(|name| {
                    self.services.iter().any(|service| service.as_bytes() == name)
                }))
            && self.since.is_none_or(|since| record.timestamp.is_some_and(|time| time >= since))
            && self.until.is_none_or(|until| record.timestamp.is_some_and(|time| time <= until))
    }

    fn matches_span(&self, record: &LogRecord<'_>) -> bool {
        let mut is_match = false;
        for span in [record.span_id, record.caller_span_id].into_iter().flatten() {
            for (at, argument) in self.spans.iter().enumerate() {
                if argument.matches(span) {
                    is_match = true;
                    if argument.prefix.is_some() {
                        let mut seen =
                            self.seen_spans.lock().unwrap_or_else(PoisonError::into_inner);
                        seen[at].insert((record.trace, span));
                    }
                }
            }
        }
        is_match
    }

    /// The first digits of a span turned out to be those of several. `is_meant`: whether a trace is
    /// one of those that are named, where only the whole input tells.
    pub(crate) fn several_spans(&self, is_meant: impl Fn(TraceKey) -> bool) -> Option<CliError> {
        let seen = self.seen_spans.lock().unwrap_or_else(PoisonError::into_inner);
        let (argument, spans) =
            self.spans.iter().zip(seen.iter()).find_map(|(argument, seen)| {
                let meant = seen.iter().filter(|(trace, _)| trace.is_none_or(&is_meant));
                let spans: BTreeSet<SpanId> = meant.map(|(_, span)| *span).collect();
                (spans.len() > 1).then_some((argument, spans))
            })?;
        let shown: Vec<String> = spans.iter().take(10).map(SpanId::to_string).collect();
        Some(CliError::usage(
            format!(
                "{:?} is the beginning of {} spans:\n  {}",
                argument.text,
                spans.len(),
                shown.join("\n  ")
            ),
            "write more digits",
        ))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_severity_is_a_word_or_a_number_of_the_log_data_model() {
        for (text, number) in [
            ("error", 17),
            ("ERROR", 17),
            ("17", 17),
            ("24", 24),
            ("1", 1),
            ("notice", 9),
            ("critical", 21),
            ("warning", 13),
        ] {
            assert_eq!(parse_severity(text).unwrap().number(), number, "{text}");
        }
        for text in ["0", "25", "loud", "-1", ""] {
            assert!(parse_severity(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_span_is_named_by_its_id_or_its_first_digits() {
        let span = SpanId::new(0x00f0_67aa_0ba9_02b7).unwrap();
        for text in
            ["00f067aa0ba902b7", "00F067AA0BA902B7", "67667974448284343", "00f067", "00f067aa"]
        {
            assert!(parse_span(text).unwrap().matches(span), "{text}");
        }
        for text in ["00f06", "zzzzzz", "00f067aa0ba902b7a", "0000000000000000", ""] {
            assert!(parse_span(text).is_err(), "{text}");
        }
        assert!(!parse_span("00f068").unwrap().matches(span));
    }
}
