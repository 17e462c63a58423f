//! Decoded values as JSON: `traceline.decode/1`, one object a line.

use std::io::{self, Write};

use super::Decoded;
use super::notes::{hint, notes};
use crate::render::json::Json;
use crate::trace_context::{Propagation, TraceParent};

/// Writes what a value means as one line of JSON.
///
/// Every key is always there; `null` where the kind has no such field. `random` is `null` except
/// in a traceparent, and `sampled` where the decision is open.
///
/// # Errors
/// The writer's.
pub fn decoded_json(out: &mut dyn Write, decoded: &Decoded<'_>) -> io::Result<()> {
    let context = decoded.context().unwrap_or_default();
    let mut json = Json::default();
    json.open(b'{').key("schema").text("traceline.decode/1");
    json.key("input").bytes(decoded.input);
    json.key("kind").text(decoded.kind.name());
    json.key("valid").literal(decoded.parsed.is_ok());
    json.key("error");
    match decoded.parsed {
        Ok(_) => json.literal("null"),
        Err(error) => {
            json.open(b'{').key("message").text(&error.to_string());
            json.key("byte").literal(error.byte);
            json.key("hint").optional_text(hint(decoded.kind, decoded.input, error)).close(b'}')
        }
    };
    let traceparent = match decoded.parsed {
        Ok(Propagation::TraceParent(traceparent)) => Some(traceparent),
        _ => None,
    };
    let flags = traceparent.map(|traceparent| traceparent.trace_flags);
    json.key("version").optional_id(traceparent.map(TraceParent::version_digits));
    json.key("trace_id").optional_id(context.trace_id);
    json.key("span_id").optional_id(context.span_id);
    json.key("parent_span_id").optional_id(context.parent_span_id);
    json.key("trace_flags").optional_id(flags);
    json.key("sampled").optional(context.sampled);
    json.key("random").optional(flags.map(|flags| flags.is_random()));
    json.key("members");
    match decoded.parsed {
        Ok(propagation) => write_members(&mut json, propagation),
        Err(_) => drop(json.literal("null")),
    }
    json.key("notes").open(b'[');
    let notes = |propagation| notes(propagation, decoded.input);
    for note in decoded.parsed.iter().flat_map(notes) {
        json.text(&note);
    }
    json.close(b']');
    if let Some(place) = decoded.place {
        json.key("line").literal(place.line).key("offset").literal(place.byte);
    }
    json.close(b'}').end(out)
}

fn write_members(json: &mut Json, propagation: &Propagation) {
    match propagation {
        Propagation::TraceState(state) => {
            json.open(b'[');
            for (key, value) in state.members() {
                json.open(b'{').key("key").text(key).key("value").text(value).close(b'}');
            }
        }
        Propagation::Baggage(baggage) => {
            json.open(b'[');
            for member in baggage.members() {
                json.open(b'{').key("key").text(&member.key).key("value").text(&member.value);
                json.key("properties").open(b'[');
                for (key, value) in &member.properties {
                    json.open(b'{').key("key").text(key);
                    json.key("value").optional_text(value.as_deref()).close(b'}');
                }
                json.close(b']').close(b'}');
            }
        }
        _ => {
            json.literal("null");
            return;
        }
    }
    json.close(b']');
}
