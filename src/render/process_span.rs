//! The span of a process as log records that this program reads: one when it starts, one when it
//! ends. A record is one line, so that parallel processes can append to one file.

use super::json::Json;
use super::time::rfc3339;
use crate::record::Timestamp;
use crate::trace_context::{SpanId, TraceParent};
use std::io::{self, Write};

/// A process as a span.
#[derive(Clone, Debug)]
pub struct ProcessSpan {
    /// Its context: trace, its own span id, flags.
    pub traceparent: TraceParent,
    /// The span in which it was started.
    pub parent_span_id: Option<SpanId>,
    /// `service.name`.
    pub service_name: Option<String>,
    /// What it does.
    pub name: String,
    /// The command line.
    pub command: String,
    /// The process number.
    pub process_id: u32,
    /// When it was started.
    pub start: Timestamp,
}

/// The end of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessEnd {
    /// How long it ran, in nanoseconds.
    pub duration: u64,
    /// As a shell shows it.
    pub exit_code: u8,
    /// The signal that ended it, if one did.
    pub signal: Option<i32>,
}

/// Writes the record of the start (`end` is `None`) or of the end.
///
/// # Errors
/// The writer's.
pub fn process_record(
    out: &mut dyn Write,
    span: &ProcessSpan,
    end: Option<ProcessEnd>,
) -> io::Result<()> {
    let duration = end.map_or(0, |end| i64::try_from(end.duration).unwrap_or(i64::MAX));
    let at = Timestamp::from_nanoseconds(span.start.nanoseconds().saturating_add(duration));
    let failed = end.is_some_and(|end| end.exit_code != 0);
    let event = match end {
        None => "started".to_owned(),
        Some(ProcessEnd { signal: Some(signal), .. }) => format!("ended by signal {signal}"),
        Some(ProcessEnd { exit_code, .. }) => format!("ended with exit code {exit_code}"),
    };
    let mut json = Json::default();
    json.open(b'{').key("timestamp").text(&rfc3339(at));
    json.key("severity_text").text(if failed { "ERROR" } else { "INFO" });
    json.key("trace_id").optional_id(Some(span.traceparent.trace_id));
    json.key("span_id").optional_id(Some(span.traceparent.parent_id));
    if let Some(parent) = span.parent_span_id {
        json.key("parent_span_id").optional_id(Some(parent));
    }
    json.key("trace_flags").optional_id(Some(span.traceparent.trace_flags));
    if let Some(service_name) = &span.service_name {
        json.key("service.name").text(service_name);
    }
    json.key("span.name").text(&span.name);
    json.key("body").text(&format!("{event}: {}", span.command));
    if let Some(end) = end {
        json.key("duration_ns").literal(end.duration);
        json.key("exit_code").literal(end.exit_code);
        if let Some(signal) = end.signal {
            json.key("signal").literal(signal);
        }
    }
    json.key("process.pid").literal(span.process_id);
    json.close(b'}').end(out)
}
