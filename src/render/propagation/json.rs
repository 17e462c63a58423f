//! Decoded values as JSON: `traceline.decode/1`, one object a line.
//!
//! Written by hand, because the keys stand in an order that is a promise, and the values are ids
//! and numbers.

use std::fmt::Write as _;
use std::io::{self, Write};

use crate::trace_context::Propagation;

use super::Decoded;
use super::explain::{hint, notes};

/// The text as a JSON string, quotes included.
pub fn json_string(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    json.push('"');
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            '\r' => json.push_str("\\r"),
            '\t' => json.push_str("\\t"),
            control if control < ' ' || control == '\u{7f}' => {
                let _ = write!(json, "\\u{:04x}", control as u32);
            }
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

fn optional(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| json_string(&value.to_string()))
}

fn literal(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "null".to_owned(), |value| value.to_string())
}

/// Writes what a value means as one line of JSON.
///
/// Every key is always there; `null` where the kind has no such field. `random` is `null` except
/// in a traceparent, and `sampled` where the decision is open.
///
/// # Errors
/// The writer's.
pub fn decoded_json(out: &mut dyn Write, decoded: &Decoded<'_>) -> io::Result<()> {
    let input = json_string(&String::from_utf8_lossy(decoded.input));
    let error = match decoded.parsed {
        Ok(_) => "null".to_owned(),
        Err(error) => format!(
            "{{\"message\":{},\"byte\":{},\"hint\":{}}}",
            json_string(&error.to_string()),
            error.byte,
            optional(hint(decoded.kind, decoded.input, error))
        ),
    };
    let traceparent = match decoded.parsed {
        Ok(Propagation::TraceParent(traceparent)) => Some(traceparent),
        _ => None,
    };
    let context = decoded.context().unwrap_or_default();
    let notes: Vec<String> = match decoded.parsed {
        Ok(propagation) => notes(propagation).iter().map(|note| json_string(note)).collect(),
        Err(_) => Vec::new(),
    };
    let place = match decoded.place {
        Some(place) => format!(",\"line\":{},\"offset\":{}", place.line, place.byte),
        None => String::new(),
    };
    writeln!(
        out,
        "{{\"schema\":\"traceline.decode/1\",\"input\":{input},\"kind\":\"{}\",\"valid\":{},\
         \"error\":{error},\"version\":{},\"trace_id\":{},\"span_id\":{},\"parent_span_id\":{},\
         \"trace_flags\":{},\"sampled\":{},\"random\":{},\"members\":{},\"notes\":[{}]{place}}}",
        decoded.kind,
        decoded.parsed.is_ok(),
        optional(traceparent.map(|traceparent| format!("{:02x}", traceparent.version))),
        optional(context.trace_id),
        optional(context.span_id),
        optional(context.parent_span_id),
        optional(traceparent.map(|traceparent| traceparent.trace_flags)),
        literal(context.sampled),
        literal(traceparent.map(|traceparent| traceparent.trace_flags.is_random())),
        decoded.parsed.as_ref().map_or_else(|_| "null".to_owned(), members),
        notes.join(","),
    )
}

fn members(propagation: &Propagation) -> String {
    let objects: Vec<String> = match propagation {
        Propagation::TraceState(state) => state
            .members()
            .iter()
            .map(|(key, value)| {
                format!("{{\"key\":{},\"value\":{}}}", json_string(key), json_string(value))
            })
            .collect(),
        Propagation::Baggage(baggage) => baggage
            .members()
            .iter()
            .map(|member| {
                let properties: Vec<String> = member
                    .properties
                    .iter()
                    .map(|(key, value)| {
                        let (key, value) = (json_string(key), optional(value.as_ref()));
                        format!("{{\"key\":{key},\"value\":{value}}}")
                    })
                    .collect();
                format!(
                    "{{\"key\":{},\"value\":{},\"properties\":[{}]}}",
                    json_string(&member.key),
                    json_string(&member.value),
                    properties.join(",")
                )
            })
            .collect(),
        _ => return "null".to_owned(),
    };
    format!("[{}]", objects.join(","))
}
