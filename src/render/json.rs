//! JSON for scripts: one object a line (NDJSON), each naming the version of its shape.
//!
//! The shapes are a promise to users: keys stand in the documented order, every key is always
//! there, and what is not known is `null`. They may differ from the shapes in memory. Text of a
//! log is written whole, with U+FFFD for what is not UTF-8.

use super::machine::{
    between, bounds_name, parent_fields, record_parent, record_trace_id, status_name,
};
use super::time::rfc3339;
use super::warning::warning_text;
use super::{Origins, Render};
use crate::analysis::{ServiceShare, Timeline, TraceSummary, Warning};
use crate::record::{AttributeValue, LineOrigin, LogRecord, SourceId, Timestamp};
use crate::trace::{Span, Trace, TraceRecord};
use std::io::{self, Write};

/// Writes JSON, one object a line.
#[derive(Debug, Default)]
pub struct JsonRenderer {
    buffer: Json,
}

/// JSON under construction. Knows where commas go; the caller sees to it that braces match.
#[derive(Debug, Default)]
struct Json {
    bytes: Vec<u8>,
}

impl Json {
    /// Ends what stands before with a comma, unless nothing of this object or array does.
    fn separate(&mut self) -> &mut Self {
        if !matches!(self.bytes.last(), None | Some(b'{' | b'[' | b':' | b'\n')) {
            self.bytes.push(b',');
        }
        self
    }

    fn open(&mut self, bracket: u8) -> &mut Self {
        self.separate().bytes.push(bracket);
        self
    }

    fn close(&mut self, bracket: u8) -> &mut Self {
        self.bytes.push(bracket);
        self
    }

    fn key(&mut self, key: &str) -> &mut Self {
        self.separate().quote(key).bytes.push(b':');
        self
    }

    fn quote(&mut self, text: &str) -> &mut Self {
        // serde_json fails only where the writer does, and a vector does not.
        let _ = serde_json::to_writer(&mut self.bytes, text);
        self
    }

    fn text(&mut self, text: &str) -> &mut Self {
        self.separate().quote(text)
    }

    fn bytes(&mut self, text: &[u8]) -> &mut Self {
        self.text(&String::from_utf8_lossy(text))
    }

    /// Our own literals and integers.
    fn literal(&mut self, literal: impl std::fmt::Display) -> &mut Self {
        self.separate();
        let _ = write!(self.bytes, "{literal}");
        self
    }

    fn optional_text(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.literal("null"),
        }
    }

    fn optional_id(&mut self, id: Option<impl std::fmt::Display>) -> &mut Self {
        match id {
            Some(id) => self.literal(format_args!("\"{id}\"")),
            None => self.literal("null"),
        }
    }

    fn optional(&mut self, number: Option<impl std::fmt::Display>) -> &mut Self {
        match number {
            Some(number) => self.literal(number),
            None => self.literal("null"),
        }
    }

    /// A part of a whole, to six decimals.
    fn share(&mut self, share: f64) -> &mut Self {
        let share = if share.is_finite() { share } else { 0.0 };
        self.literal((share * 1e6).round() / 1e6)
    }

    fn lines(&mut self, origins: &dyn Origins, source: SourceId, lines: &[LineOrigin]) {
        self.key("lines").open(b'[');
        for &line in lines {
            self.literal(origins.line_number(source, line));
        }
        self.close(b']');
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.bytes.push(b'\n');
        let result = out.write_all(&self.bytes);
        self.bytes.clear();
        result
    }
}

/// What the views of a trace have in common, up to and with `spans`.
fn write_trace(
    json: &mut Json,
    schema: &str,
    trace: &Trace,
    root: Option<usize>,
    services: &[ServiceShare],
    self_times: &[Option<u64>],
) {
    json.open(b'{').key("schema").text(schema).key("trace_id").text(&trace.trace_id);
    json.key("aliases").open(b'[');
    for alias in &trace.aliases {
        json.text(alias);
    }
    json.close(b']');
    json.key("start_unix_ns").optional(trace.start.map(Timestamp::nanoseconds));
    json.key("end_unix_ns").optional(trace.end.map(Timestamp::nanoseconds));
    let duration = trace.start.zip(trace.end).map(|(start, end)| between(start, end));
    json.key("duration_ns").optional(duration);
    json.key("status").text(status_name(trace.status));
    json.key("record_count").literal(trace.record_count);
    json.key("span_count").literal(trace.spans.len());
    json.key("error_count").literal(trace.error_count);
    json.key("root");
    match root.and_then(|root| trace.spans.get(root)) {
        Some(root) => {
            json.open(b'{').key("span_id").optional_id(Some(root.span_id));
            json.key("service_name").optional_text(root.service_name.as_deref());
            json.key("name").optional_text(root.name.as_deref()).close(b'}');
        }
        None => {
            json.literal("null");
        }
    }
    json.key("services").open(b'[');
    for service in services {
        json.open(b'{').key("service_name").optional_text(service.service_name.as_deref());
        json.key("span_count").literal(service.span_count);
        json.key("record_count").literal(service.record_count);
        json.key("self_time_ns").literal(service.self_time);
        json.key("share").share(service.share).close(b'}');
    }
    json.close(b']');
    json.key("spans").open(b'[');
    for (at, span) in trace.spans.iter().enumerate() {
        write_span(json, span, self_times.get(at).copied().flatten());
    }
    json.close(b']');
}

fn write_span(json: &mut Json, span: &Span, self_time: Option<u64>) {
    let (parent_id, parent) = parent_fields(span.parent);
    let (start, end) = (span.bounds.map(|b| b.start()), span.bounds.map(|b| b.end()));
    json.open(b'{').key("span_id").optional_id(Some(span.span_id));
    json.key("parent_span_id").optional_id(parent_id);
    json.key("parent").optional_text(parent);
    json.key("service_name").optional_text(span.service_name.as_deref());
    json.key("name").optional_text(span.name.as_deref());
    json.key("start_unix_ns").optional(start.map(Timestamp::nanoseconds));
    json.key("end_unix_ns").optional(end.map(Timestamp::nanoseconds));
    json.key("duration_ns").optional(start.zip(end).map(|(start, end)| between(start, end)));
    json.key("self_time_ns").optional(self_time);
    json.key("bounds").optional_text(span.bounds.map(bounds_name));
    json.key("status").text(status_name(span.status));
    json.key("record_count").literal(span.record_count).close(b'}');
}

fn write_trace_record(json: &mut Json, origins: &dyn Origins, record: &TraceRecord) {
    json.open(b'{').key("source").text(origins.source_name(record.source));
    json.lines(origins, record.source, &record.lines);
    json.key("timestamp_unix_ns").optional(record.timestamp.map(Timestamp::nanoseconds));
    json.key("span_id").optional_id(record.span_id);
    json.key("service_name").optional_text(record.service_name.as_deref());
    json.key("severity_number").optional(record.severity.map(|severity| severity.number()));
    json.key("body").text(&record.body).close(b'}');
}

fn write_warnings(json: &mut Json, warnings: &[Warning]) {
    json.key("warnings").open(b'[');
    for warning in warnings {
        json.text(&warning_text(warning));
    }
    json.close(b']');
}

/// JSON of a log, copied as it is, or as text where it is not valid.
fn write_verbatim(json: &mut Json, value: &[u8]) {
    if !is_plain_literal(value) && serde_json::from_slice::<serde_json::Value>(value).is_err() {
        json.bytes(value);
        return;
    }
    // Valid JSON has line breaks only between tokens, where a space does as well: the record
    // has to stay on one line.
    json.separate();
    json.bytes.extend(value.trim_ascii().iter().map(|&byte| match byte {
        b'\n' | b'\r' => b' ',
        byte => byte,
    }));
}

/// The values that make up most logs, known without a parser: `true`, `null`, `0`, `-12`.
fn is_plain_literal(value: &[u8]) -> bool {
    if matches!(value, b"true" | b"false" | b"null" | b"0") {
        return true;
    }
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    matches!(digits.first(), Some(b'1'..=b'9')) && digits.iter().all(u8::is_ascii_digit)
}

impl Render for JsonRenderer {
    fn begin_traces(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn trace(&mut self, out: &mut dyn Write, summary: &TraceSummary) -> io::Result<()> {
        let json = &mut self.buffer;
        let TraceSummary { trace, self_times, root, services, warnings } = summary;
        write_trace(json, "traceline.traces/1", trace, *root, services, self_times);
        write_warnings(json, warnings);
        json.close(b'}').end(out)
    }

    fn end_traces(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn timeline(
        &mut self,
        out: &mut dyn Write,
        origins: &dyn Origins,
        timeline: &Timeline,
    ) -> io::Result<()> {
        let json = &mut self.buffer;
        let Timeline { trace, self_times, root, services, .. } = timeline;
        write_trace(json, "traceline.timeline/1", trace, *root, services, self_times);
        json.key("records").open(b'[');
        for record in &trace.records {
            write_trace_record(json, origins, record);
        }
        json.close(b']');
        json.key("gaps").open(b'[');
        for gap in &timeline.gaps {
            let span = gap.span.and_then(|span| trace.spans.get(span));
            json.open(b'{').key("span_id").optional_id(span.map(|span| span.span_id));
            json.key("service_name")
                .optional_text(span.and_then(|span| span.service_name.as_deref()));
            json.key("duration_ns").literal(gap.duration);
            for (key, record) in [("before", gap.before), ("after", gap.after)] {
                json.key(key);
                match trace.records.get(record) {
                    Some(record) => write_trace_record(json, origins, record),
                    None => {
                        json.literal("null");
                    }
                }
            }
            json.close(b'}');
        }
        json.close(b']');
        json.key("critical_path").open(b'[');
        for step in &timeline.critical_path {
            let span = trace.spans.get(step.span);
            json.open(b'{').key("span_id").optional_id(span.map(|span| span.span_id));
            json.key("service_name")
                .optional_text(span.and_then(|span| span.service_name.as_deref()));
            json.key("name").optional_text(span.and_then(|span| span.name.as_deref()));
            json.key("start_unix_ns").literal(step.start.nanoseconds());
            json.key("end_unix_ns").literal(step.end.nanoseconds());
            json.key("duration_ns").literal(between(step.start, step.end)).close(b'}');
        }
        json.close(b']');
        write_warnings(json, &timeline.warnings);
        json.close(b'}').end(out)
    }

    fn record(
        &mut self,
        out: &mut dyn Write,
        origins: &dyn Origins,
        source: SourceId,
        lines: &[LineOrigin],
        record: &LogRecord<'_>,
    ) -> io::Result<()> {
        let json = &mut self.buffer;
        json.open(b'{').key("schema").text("traceline.records/1");
        json.key("source").text(origins.source_name(source));
        json.lines(origins, source, lines);
        json.key("format").text(record.format);
        json.key("timestamp").optional_text(record.timestamp.map(rfc3339).as_deref());
        json.key("timestamp_unix_ns").optional(record.timestamp.map(Timestamp::nanoseconds));
        json.key("trace_id").optional_text(record_trace_id(record).as_deref());
        json.key("span_id").optional_id(record.span_id);
        json.key("parent_span_id").optional_id(record_parent(record));
        json.key("trace_flags");
        json.optional_id(record.trace_flags.map(|flags| format!("{flags:02x}")));
        json.key("severity_text");
        optional_bytes(json, record.severity_text.as_deref());
        json.key("severity_number").optional(record.severity.map(|severity| severity.number()));
        json.key("service_name");
        optional_bytes(json, record.service_name.as_deref());
        json.key("body").bytes(&record.body);
        json.key("duration_ns").optional(record.duration);
        json.key("attributes").open(b'{');
        for (key, value) in &record.attributes {
            json.key(&String::from_utf8_lossy(key));
            match value {
                AttributeValue::Text(text) => {
                    json.bytes(text);
                }
                AttributeValue::Json(value) => write_verbatim(json, value),
            }
        }
        json.close(b'}').close(b'}').end(out)
    }
}

fn optional_bytes(json: &mut Json, text: Option<&[u8]>) {
    match text {
        Some(text) => json.bytes(text),
        None => json.literal("null"),
    };
}
