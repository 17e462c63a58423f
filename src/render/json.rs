//! JSON for scripts: one object a line (NDJSON), each naming the version of its shape.
//!
//! The shapes are a promise to users: keys stand in the documented order, every key is always
//! there, and what is not known is `null`. They may differ from the shapes in memory. Text of a
//! log is written whole, with U+FFFD for what is not UTF-8; control characters, C1 and DEL included,
//! are escaped, so that JSON is as safe on a terminal as text is.

use super::machine::{
    between, bounds_name, parent_fields, record_parent, record_trace_id, status_name,
};
use super::time::rfc3339;
use super::warning::warning_text;
use super::{Origins, Render, explain};
use crate::analysis::{ServiceShare, Timeline, TraceSummary, Warning};
use crate::record::{
    AttributeValue, Explanation, LineOrigin, LogRecord, ReadRecord, SourceId, Timestamp,
};
use crate::trace::{Span, Trace, TraceRecord};
use crate::trace_context::SpanId;
use std::io::{self, Write};

/// Writes JSON, one object a line.
#[derive(Debug, Default)]
pub struct JsonRenderer {
    buffer: Json,
    is_context: Option<bool>,
}

/// JSON under construction. Knows where commas go; the caller sees to it that braces match.
#[derive(Debug, Default)]
pub(super) struct Json {
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

    pub(super) fn open(&mut self, bracket: u8) -> &mut Self {
        self.separate().bytes.push(bracket);
        self
    }

    pub(super) fn close(&mut self, bracket: u8) -> &mut Self {
        self.bytes.push(bracket);
        self
    }

    pub(super) fn key(&mut self, key: &str) -> &mut Self {
        self.separate().quote(key).bytes.push(b':');
        self
    }

    fn quote(&mut self, text: &str) -> &mut Self {
        // serde_json fails only where the writer does, and a vector does not.
        let _ = serde_json::to_writer(&mut self.bytes, text);
        self
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.separate().quote(text)
    }

    pub(super) fn bytes(&mut self, text: &[u8]) -> &mut Self {
        self.text(&String::from_utf8_lossy(text))
    }

    /// Our own literals and integers.
    pub(super) fn literal(&mut self, literal: impl std::fmt::Display) -> &mut Self {
        self.separate();
        let _ = write!(self.bytes, "{literal}");
        self
    }

    pub(super) fn optional_text(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(text),
            None => self.literal("null"),
        }
    }

    pub(super) fn optional_id(&mut self, id: Option<impl std::fmt::Display>) -> &mut Self {
        match id {
            Some(id) => self.literal(format_args!("\"{id}\"")),
            None => self.literal("null"),
        }
    }

    pub(super) fn optional(&mut self, number: Option<impl std::fmt::Display>) -> &mut Self {
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

    pub(super) fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.bytes.push(b'\n');
        if self.bytes.iter().any(|byte| matches!(byte, 0x7f | 0xc2)) {
            escape_controls(&mut self.bytes);
        }
        let result = out.write_all(&self.bytes);
        self.bytes.clear();
        result
    }
}

/// Escapes DEL and the C1 controls, which JSON allows as they are. They can stand only in strings.
fn escape_controls(json: &mut Vec<u8>) {
    let mut escaped = Vec::with_capacity(json.len() + 16);
    let mut bytes = json.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        let control = match (byte, bytes.peek()) {
            (0x7f, _) => Some(0x7f),
            // U+0080 to U+009F in UTF-8.
            (0xc2, Some(second @ 0x80..=0x9f)) => {
                let second = *second;
                bytes.next();
                Some(second)
            }
            _ => None,
        };
        match control {
            // Writing to a vector does not fail.
            Some(control) => drop(write!(escaped, "\\u{control:04x}")),
            None => escaped.push(byte),
        }
    }
    *json = escaped;
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
    json.key("links").open(b'[');
    for value in &trace.links {
        json.text(value);
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
        let above = span.parent_index.and_then(|above| trace.spans.get(above));
        let self_time = self_times.get(at).copied().flatten();
        write_span(json, span, above.map(|above| above.span_id), self_time);
    }
    json.close(b']');
    json.key("missing_spans").open(b'[');
    for missing in &trace.missing_spans {
        let above = missing.parent_index.and_then(|above| trace.spans.get(above));
        json.open(b'{').key("span_id").optional_id(Some(missing.span_id));
        json.key("parent_span_id").optional_id(above.map(|above| above.span_id));
        json.key("parent").optional_text(above.map(|_| "inferred"));
        json.key("record_count").literal(missing.record_count).close(b'}');
    }
    json.close(b']');
}

fn write_span(json: &mut Json, span: &Span, above: Option<SpanId>, self_time: Option<u64>) {
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
    json.key("record_count").literal(span.record_count);
    json.key("service_name_inferred").literal(span.service_is_inferred);
    json.key("is_placed").literal(span.is_placed);
    json.key("below_span_id").optional_id(above).close(b'}');
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
            json.key("uncovered_ns").literal(gap.uncovered);
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

    fn explained(
        &mut self,
        out: &mut dyn Write,
        origins: &dyn Origins,
        read: &ReadRecord<'_, '_>,
        explanation: &Explanation,
    ) -> io::Result<()> {
        let json = &mut self.buffer;
        write_record(json, origins, read.source, read.lines, read.record);
        explain::write_json(json, origins, read, explanation);
        json.close(b'}').end(out)
    }

    fn mark_context(&mut self, is_context: bool) {
        self.is_context = Some(is_context);
    }

    fn record(
        &mut self,
        out: &mut dyn Write,
        origins: &dyn Origins,
        source: SourceId,
        lines: &[LineOrigin],
        record: &LogRecord<'_>,
    ) -> io::Result<()> {
        write_record(&mut self.buffer, origins, source, lines, record);
        if let Some(is_context) = self.is_context {
            self.buffer.key("context").literal(is_context);
        }
        self.buffer.close(b'}').end(out)
    }
}

/// A record, without its last brace.
fn write_record(
    json: &mut Json,
    origins: &dyn Origins,
    source: SourceId,
    lines: &[LineOrigin],
    record: &LogRecord<'_>,
) {
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
    json.close(b'}');
}

fn optional_bytes(json: &mut Json, text: Option<&[u8]>) {
    match text {
        Some(text) => json.bytes(text),
        None => json.literal("null"),
    };
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::record::{Severity, TraceKey};
    use crate::render::sample::{Files, checkout, hostile, span_id, summary, without_spans};
    use serde_json::Value;
    use std::borrow::Cow;

    fn json(write: impl Fn(&mut JsonRenderer, &mut Vec<u8>)) -> String {
        let (mut renderer, mut out) = (JsonRenderer::default(), Vec::new());
        write(&mut renderer, &mut out);
        String::from_utf8(out).unwrap()
    }

    fn record(record: &LogRecord<'_>) -> String {
        let line = LineOrigin { chunk: 0, line: 11, offset: 0, length: 9 };
        json(|renderer, out| {
            renderer.record(out, &Files, SourceId(3), &[line, line], record).unwrap();
        })
    }

    #[test]
    fn control_characters_are_escaped_all_of_them() {
        let body = "esc \x1b nul \0 del \x7f c1 \u{9b}31m kept é\u{a0}".as_bytes();
        let attributes =
            vec![(Cow::Borrowed(&b"raw"[..]), AttributeValue::Json("[\"\u{85}\x7f\"]".as_bytes()))];
        let text =
            record(&LogRecord { body: Cow::Borrowed(body), attributes, ..LogRecord::default() });
        assert_eq!(text.trim_end().chars().find(|c| c.is_control()), None, "{text:?}");
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["body"].as_str().unwrap().as_bytes(), body);
        assert_eq!(value["attributes"]["raw"][0], "\u{85}\x7f");
    }

    #[test]
    fn a_record_has_every_key_in_the_promised_order() {
        assert_eq!(
            record(&LogRecord { format: "plain", ..LogRecord::default() }),
            concat!(
                r#"{"schema":"traceline.records/1","source":"payment.log","lines":[12,12],"#,
                r#""format":"plain","timestamp":null,"timestamp_unix_ns":null,"trace_id":null,"#,
                r#""span_id":null,"parent_span_id":null,"trace_flags":null,"#,
                r#""severity_text":null,"severity_number":null,"service_name":null,"body":"","#,
                r#""duration_ns":null,"attributes":{}}"#,
                "\n"
            )
        );
    }

    #[test]
    fn a_full_record_loses_nothing() {
        let text = record(&LogRecord {
            format: "json",
            timestamp: Some(Timestamp::from_nanoseconds(1_795_343_445_120_456_789)),
            trace: Some(TraceKey::Low64(255)),
            span_id: Some(span_id(1)),
            caller_span_id: Some(span_id(2)),
            trace_flags: Some(1),
            severity_text: Some(Cow::Borrowed(b"Err\xff")),
            severity: Some(Severity::ERROR),
            service_name: Some(Cow::Borrowed("bänk".as_bytes())),
            body: Cow::Borrowed(b"a \"b\"\n\x1b[0m\xe2\x82"),
            duration: Some(35_000_000),
            attributes: vec![
                (Cow::Borrowed(b"http.status"), AttributeValue::Json(b"502")),
                (Cow::Borrowed(b"big"), AttributeValue::Json(b"1.0000000000000000001e400")),
                (Cow::Borrowed(b"list"), AttributeValue::Json(b"[1,\n {\"a\": null}]")),
                (Cow::Borrowed(b"broken"), AttributeValue::Json(b"{\"a\":")),
                (Cow::Borrowed(b"te\"xt"), AttributeValue::Text(Cow::Borrowed(b"\t"))),
            ],
            ..LogRecord::default()
        });
        assert_eq!(
            text,
            concat!(
                r#"{"schema":"traceline.records/1","source":"payment.log","lines":[12,12],"#,
                r#""format":"json","timestamp":"2026-11-22T10:30:45.120456789Z","#,
                r#""timestamp_unix_ns":1795343445120456789,"trace_id":"00000000000000ff","#,
                r#""span_id":"0000000000000001","parent_span_id":"0000000000000002","#,
                r#""trace_flags":"01","severity_text":"Err\ufffd_","severity_number":17,"#,
                r#""service_name":"bänk","body":"a \"b\"\n\u001b[0m_","#,
                r#""duration_ns":35000000,"attributes":{"http.status":502,"#,
                r#""big":"1.0000000000000000001e400","list":[1,  {"a": null}],"#,
                r#""broken":"{\"a\":","te\"xt":"\t"}}"#,
                "\n"
            )
            .replace("\\ufffd_", "\u{fffd}")
            .replace("[0m_", "[0m\u{fffd}")
        );
    }

    fn keys(object: &str) -> Vec<&str> {
        // Keys of the outermost object, in the order in which they are written.
        let (mut keys, mut depth, mut quote) = (Vec::new(), 0, None);
        let mut escaped = false;
        for (at, byte) in object.bytes().enumerate() {
            match (byte, quote) {
                _ if escaped => escaped = false,
                (b'\\', Some(_)) => escaped = true,
                (b'"', None) => quote = Some(at + 1),
                (b'"', Some(from)) => {
                    if depth == 1 && object.as_bytes().get(at + 1) == Some(&b':') {
                        keys.push(&object[from..at]);
                    }
                    quote = None;
                }
                (b'{' | b'[', None) => depth += 1,
                (b'}' | b']', None) => depth -= 1,
                _ => {}
            }
        }
        keys
    }

    #[test]
    fn a_timeline_has_the_promised_keys() {
        let text = json(|renderer, out| renderer.timeline(out, &Files, &checkout()).unwrap());
        assert_eq!(
            keys(&text).join(" "),
            "schema trace_id aliases links start_unix_ns end_unix_ns duration_ns status record_count \
             span_count error_count root services spans missing_spans records gaps critical_path warnings"
        );
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["schema"], "traceline.timeline/1");
        assert_eq!(value["status"], "error");
        assert_eq!(value["root"]["name"], "GET /checkout");
        assert_eq!(value["spans"][2]["parent"], "inferred");
        assert_eq!(value["spans"][4]["bounds"], "observed");
        assert_eq!(value["spans"][4]["self_time_ns"], 790_000_000);
        assert_eq!(value["gaps"][0]["uncovered_ns"], 40_000_000);
        assert_eq!(value["gaps"][1]["before"]["lines"][0], 120);
        assert_eq!(value["gaps"][1]["after"]["source"], "payment.log");
        assert_eq!(value["spans"][2]["service_name_inferred"], true);
        assert_eq!(value["spans"][2]["below_span_id"], "00f067aa0ba902b7");
        assert_eq!(value["missing_spans"][0]["span_id"], "0123456789abcdef");
        assert_eq!(value["critical_path"][0]["service_name"], "gateway");
        assert_eq!(value["services"][0]["share"], 0.606759);
        assert_eq!(
            value["warnings"][0],
            "1 span named but never logged: 0123456789abcdef (by 2 records)"
        );
    }

    #[test]
    fn a_row_of_traces_has_no_records_gaps_or_path() {
        let text = json(|renderer, out| {
            renderer.begin_traces(out).unwrap();
            renderer.trace(out, &summary(&checkout())).unwrap();
            renderer.end_traces(out).unwrap();
        });
        assert_eq!(
            keys(&text).join(" "),
            "schema trace_id aliases links start_unix_ns end_unix_ns duration_ns status record_count \
             span_count error_count root services spans missing_spans warnings"
        );
    }

    #[test]
    fn every_object_is_one_line() {
        for timeline in [checkout(), without_spans(), hostile()] {
            let text = json(|renderer, out| renderer.timeline(out, &Files, &timeline).unwrap());
            assert_eq!(text.matches('\n').count(), 1);
            serde_json::from_str::<Value>(&text).unwrap();
        }
    }
}
