//! A context on its way out, in the forms in which people and programs pass it on.

use std::io::{self, Write};

use crate::render::json::Json;
use crate::trace_context::{Format, OutgoingContext, SpanId, environment_name};

/// How an outgoing context is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutgoingForm {
    /// The value of the first field, and nothing else.
    Value,
    /// `name: value` lines.
    Header,
    /// `NAME=value` lines.
    Environment,
    /// One object a line.
    Json,
    /// `-H 'name: value'` options on one line, quoted for a shell.
    Curl,
}

/// Where an outgoing context came from, for its JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ancestry {
    /// Minted: it has no parent, and nothing to warn of.
    Minted,
    /// A child: of this span, or of none; and what was not used of what came in.
    Child {
        /// The incoming span; `None` started a new trace.
        parent_span_id: Option<SpanId>,
        /// What came in and was not used, in words.
        warnings: Vec<String>,
    },
}

/// Writes a context for a system in a form.
///
/// # Errors
/// The writer's.
pub fn outgoing_context(
    out: &mut dyn Write,
    context: &OutgoingContext,
    format: Format,
    form: OutgoingForm,
    ancestry: &Ancestry,
) -> io::Result<()> {
    let fields = context.write(format);
    match form {
        OutgoingForm::Value => writeln!(out, "{}", fields.first().map_or("", |field| &field.1)),
        OutgoingForm::Header => {
            fields.iter().try_for_each(|(name, value)| writeln!(out, "{name}: {value}"))
        }
        OutgoingForm::Environment => fields
            .iter()
            .try_for_each(|(name, value)| writeln!(out, "{}={value}", environment_name(name))),
        OutgoingForm::Curl => {
            let options: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("-H {}", shell_quote(&format!("{name}: {value}"))))
                .collect();
            writeln!(out, "{}", options.join(" "))
        }
        OutgoingForm::Json => write_json(out, context, &fields, ancestry),
    }
}

fn write_json(
    out: &mut dyn Write,
    context: &OutgoingContext,
    fields: &[(String, String)],
    ancestry: &Ancestry,
) -> io::Result<()> {
    let mut json = Json::default();
    let schema = match ancestry {
        Ancestry::Minted => "traceline.mint/1",
        Ancestry::Child { .. } => "traceline.child/1",
    };
    json.open(b'{').key("schema").text(schema);
    json.key("traceparent").literal(format_args!("\"{}\"", context.traceparent()));
    json.key("trace_id").optional_id(Some(context.trace_id));
    json.key("span_id").optional_id(Some(context.span_id));
    if let Ancestry::Child { parent_span_id, .. } = ancestry {
        json.key("parent_span_id").optional_id(*parent_span_id);
    }
    json.key("trace_flags").optional_id(Some(context.traceparent().trace_flags));
    json.key("sampled").optional(context.sampled);
    json.key("headers").open(b'{');
    for (name, value) in fields {
        json.key(name).text(value);
    }
    json.close(b'}');
    if let Ancestry::Child { warnings, .. } = ancestry {
        json.key("warnings").open(b'[');
        for warning in warnings {
            json.text(warning);
        }
        json.close(b']');
    }
    json.close(b'}').end(out)
}

/// Single quotes, which a POSIX shell takes literally.
fn shell_quote(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
