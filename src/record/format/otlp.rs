//! OTLP/JSON: one line holds many log records or spans (`resourceLogs`, `resourceSpans`).
//!
//! Ids are hex of either case here, not base64 (opentelemetry-proto, docs/specification.md, "JSON
//! Protobuf Encoding"). Rare enough to be read with `serde_json`.

use crate::record::identity;
use crate::record::severity::Severity;
use crate::record::timestamp::Timestamp;
use crate::record::{AttributeValue, LogRecord, Text};
use bumpalo::Bump;
use serde_json::Value;

/// Whether a line is worth a look by [`parse`]: its first key says so.
pub(crate) fn recognise(line: &[u8]) -> bool {
    let Some(quote) = line.iter().take(16).position(|b| *b == b'"') else { return false };
    let key = &line[quote + 1..];
    key.starts_with(b"resourceLogs\"") || key.starts_with(b"resourceSpans\"")
}

/// The records of a line; `None` when it is no OTLP.
pub(crate) fn parse<'a>(line: &'a [u8], arena: &'a Bump) -> Option<Vec<LogRecord<'a>>> {
    let root: Value = serde_json::from_slice(line).ok()?;
    let mut records = Vec::new();
    for (outer, inner, leaf) in
        [("resourceLogs", "scopeLogs", "logRecords"), ("resourceSpans", "scopeSpans", "spans")]
    {
        for resource in items(&root, outer) {
            let attributes = &resource["resource"]["attributes"];
            let service =
                attribute(attributes, "service.name").and_then(|v| keep(v.as_str(), arena));
            for scope in items(resource, inner) {
                for item in items(scope, leaf) {
                    let mut record =
                        if leaf == "spans" { span(item, arena) } else { log_record(item, arena) };
                    record.service_name = service.clone();
                    record.format = "otlp";
                    records.push(record);
                }
            }
        }
    }
    (!records.is_empty()
        || root.get("resourceLogs").is_some()
        || root.get("resourceSpans").is_some())
    .then_some(records)
}

fn items<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn keep<'a>(text: Option<&str>, arena: &'a Bump) -> Option<Text<'a>> {
    text.map(|text| Text::Borrowed(arena.alloc_str(text).as_bytes()))
}

fn attribute<'v>(attributes: &'v Value, key: &str) -> Option<&'v Value> {
    attributes
        .as_array()?
        .iter()
        .find(|pair| pair["key"] == key)
        .map(|pair| any_value(&pair["value"]))
}

/// The value inside an OTLP `AnyValue`.
fn any_value(value: &Value) -> &Value {
    value.as_object().and_then(|object| object.values().next()).unwrap_or(value)
}

/// Integers are strings in protobuf's JSON, numbers in some writers'.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_i64(),
        _ => None,
    }
}

fn moment(value: &Value) -> Option<Timestamp> {
    integer(value).filter(|n| *n > 0).map(Timestamp::from_nanoseconds)
}

fn identify<'a>(item: &Value, record: &mut LogRecord<'a>, arena: &'a Bump) {
    if let Some(text) = item["traceId"].as_str()
        && let Some(found) = identity::trace_value(arena.alloc_str(text).as_bytes(), false)
    {
        record.trace = Some(found.key);
        record.trace_spelling = identity::spelling(found);
    }
    let span = |value: &Value| {
        value.as_str().and_then(|text| identity::span_value(text.as_bytes(), false))
    };
    record.span_id = span(&item["spanId"]);
    record.parent_span_id = span(&item["parentSpanId"]);
    record.trace_flags = item["flags"].as_u64().map(|flags| (flags & 0xff) as u8);
}

fn log_record<'a>(item: &Value, arena: &'a Bump) -> LogRecord<'a> {
    let mut record = LogRecord {
        timestamp: moment(&item["timeUnixNano"]).or_else(|| moment(&item["observedTimeUnixNano"])),
        severity_text: keep(item["severityText"].as_str(), arena),
        ..LogRecord::default()
    };
    identify(item, &mut record, arena);
    record.severity = integer(&item["severityNumber"])
        .and_then(|number| Severity::new(u8::try_from(number).ok()?))
        .or_else(|| Severity::from_field(item["severityText"].as_str()?.as_bytes()));
    let body = any_value(&item["body"]);
    let body = match body {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    };
    record.body = Text::Borrowed(arena.alloc_str(&body).as_bytes());
    record.has_exception = attribute(&item["attributes"], "exception.type").is_some()
        || attribute(&item["attributes"], "exception.message").is_some();
    attributes(&item["attributes"], &mut record, arena);
    record
}

/// A span is a record at its start, with exact bounds.
fn span<'a>(item: &Value, arena: &'a Bump) -> LogRecord<'a> {
    let start = moment(&item["startTimeUnixNano"]);
    let end = moment(&item["endTimeUnixNano"]);
    let mut record = LogRecord {
        timestamp: start,
        span_start: start,
        span_name: keep(item["name"].as_str(), arena),
        ..LogRecord::default()
    };
    identify(item, &mut record, arena);
    record.body = record.span_name.clone().unwrap_or_default();
    if let (Some(start), Some(end)) = (start, end) {
        record.duration = u64::try_from(end.nanoseconds().saturating_sub(start.nanoseconds())).ok();
        if end < start {
            // No interval; both moments stay, so that the contradiction can be told of.
            record.timestamp = Some(end);
        }
    }
    // 0 unset, 1 ok, 2 error; or the enum's names.
    record.span_error = match &item["status"]["code"] {
        Value::Number(code) => match code.as_i64() {
            Some(1) => Some(false),
            Some(2) => Some(true),
            _ => None,
        },
        Value::String(code) => match code.as_str() {
            "STATUS_CODE_OK" => Some(false),
            "STATUS_CODE_ERROR" => Some(true),
            _ => None,
        },
        _ => None,
    };
    attributes(&item["attributes"], &mut record, arena);
    record
}

fn attributes<'a>(pairs: &Value, record: &mut LogRecord<'a>, arena: &'a Bump) {
    for pair in pairs.as_array().map_or(&[][..], Vec::as_slice) {
        let Some(key) = keep(pair["key"].as_str(), arena) else { continue };
        let value = match any_value(&pair["value"]) {
            Value::String(text) => {
                AttributeValue::Text(Text::Borrowed(arena.alloc_str(text).as_bytes()))
            }
            other => AttributeValue::Json(arena.alloc_str(&other.to_string()).as_bytes()),
        };
        record.attributes.push((key, value));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn log_records_and_spans_are_read() {
        let line = br#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1795343445000000000","severityNumber":17,"body":{"stringValue":"boom"},"traceId":"4BF92F3577B34DA6A3CE929D0E0E4736","spanId":"00f067aa0ba902b7"}]}]}],"resourceSpans":[{"scopeSpans":[{"spans":[{"name":"GET /","traceId":"4bf92f3577b34da6a3ce929d0e0e4736","spanId":"00f067aa0ba902b7","startTimeUnixNano":"1795343445000000000","endTimeUnixNano":"1795343446000000000","status":{"code":2}}]}]}]}"#;
        assert!(recognise(line));
        let arena = Bump::new();
        let records = parse(line, &arena).unwrap();
        assert_eq!(records.len(), 2);
        assert_eq!(records[0].trace, records[1].trace);
        assert_eq!(records[0].service_name.as_deref(), Some(&b"shop"[..]));
        assert_eq!(records[0].severity, Some(Severity::ERROR));
        assert_eq!(records[1].duration, Some(1_000_000_000));
        assert_eq!(records[1].span_error, Some(true));
    }
}
