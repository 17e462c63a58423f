//! Propagation values, decoded: for a person as text that teaches, for a script as JSON.
//!
//! Says what every field means, and of a bad value which byte is wrong and what would be right.
//! The remarks on other libraries come from their own tests at the time of writing.

use std::io::{self, Write};

use crate::render::{escape, escape_bytes, width};
use crate::trace_context::{Fault, Kind, Propagation, RemoteContext, ValueError};

mod explain;
mod json;
mod notes;
mod outgoing;

use explain::{Row, rows};
pub use json::decoded_json;
use notes::{hint, notes};
pub use outgoing::{Ancestry, OutgoingForm, outgoing_context};

/// A value, and what came of reading it.
#[derive(Clone, Debug)]
pub struct Decoded<'a> {
    /// The value as given; several header lines where they make one value together.
    pub input: &'a [u8],
    /// Where it stood in a text.
    pub place: Option<Place>,
    /// What it was read as.
    pub kind: Kind,
    /// What it says, or what is wrong with it.
    pub parsed: &'a Result<Propagation, ValueError>,
}

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line number, from 1.
    pub line: u64,
    /// Offset of the value's first byte in the line, from 0.
    pub byte: usize,
}

impl Decoded<'_> {
    fn context(&self) -> Option<RemoteContext> {
        self.parsed.as_ref().ok().and_then(Propagation::context)
    }
}

const BOLD: anstyle::Style = anstyle::Style::new().bold();
const DIM: anstyle::Style = anstyle::Style::new().dimmed();
const RED: anstyle::Style = anstyle::AnsiColor::Red.on_default().bold();

fn painted(text: &str, style: anstyle::Style, color: bool) -> String {
    if color && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// Writes what a value means as text for a person.
///
/// # Errors
/// The writer's.
pub fn decoded_text(out: &mut dyn Write, decoded: &Decoded<'_>, color: bool) -> io::Result<()> {
    let kind = decoded.kind.name();
    let place = match decoded.place {
        Some(place) => format!("  line {}, byte {}", place.line, place.byte),
        None => String::new(),
    };
    let kind = painted(kind, BOLD, color);
    match decoded.parsed {
        Ok(_) => writeln!(out, "{kind}  valid{}", painted(&place, DIM, color))?,
        Err(error) => {
            let verdict = painted("invalid", RED, color);
            writeln!(out, "{kind}  {verdict}: {error}{}", painted(&place, DIM, color))?;
        }
    }
    for line in decoded.input.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        writeln!(out, "  {}", escape_bytes(line))?;
    }
    match decoded.parsed {
        Ok(propagation) => {
            write_rows(out, &rows(propagation), color)?;
            for note in notes(propagation, decoded.input) {
                writeln!(out, "  {} {}", painted("note:", BOLD, color), escape(&note))?;
            }
        }
        Err(error) => {
            if let Some(caret) = caret(decoded.input, error) {
                writeln!(out, "  {}", painted(&caret, RED, color))?;
            }
            if let Some(hint) = hint(decoded.kind, decoded.input, error) {
                writeln!(out, "  {} {}", painted("hint:", BOLD, color), escape(hint))?;
            }
        }
    }
    Ok(())
}

/// A mark below the byte that is wrong; several where a whole field is.
fn caret(input: &[u8], error: &ValueError) -> Option<String> {
    if input.is_empty() || input.contains(&b'\n') || error.byte > input.len() {
        return None;
    }
    let indent = width(&escape_bytes(&input[..error.byte]));
    let length = match error.fault {
        Fault::Length { found, .. } => found.max(1),
        Fault::Trailing { count, .. } => count,
        _ => 1,
    };
    Some(format!("{}{}", " ".repeat(indent), "^".repeat(length.min(200))))
}

fn write_rows(out: &mut dyn Write, rows: &[Row], color: bool) -> io::Result<()> {
    let widest = |field: fn(&Row) -> &str| rows.iter().map(|row| width(&escape(field(row)))).max();
    let label_width = widest(|row| &row.label).unwrap_or(0);
    let value_width =
        widest(|row| if row.remark.is_empty() { "" } else { &row.value }).unwrap_or(0);
    for row in rows {
        let label = escape(&row.label);
        let value = escape(&row.value);
        let label = painted(&format!("{label:label_width$}"), DIM, color);
        if row.remark.is_empty() {
            writeln!(out, "  {label}  {value}")?;
        } else {
            writeln!(out, "  {label}  {value:value_width$}  {}", escape(&row.remark))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn shown(kind: Kind, input: &str) -> String {
        let parsed = kind.parse(input.as_bytes());
        let decoded = Decoded { input: input.as_bytes(), place: None, kind, parsed: &parsed };
        let mut out = Vec::new();
        decoded_text(&mut out, &decoded, false).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_good_traceparent_is_explained_field_by_field() {
        let value = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(
            shown(Kind::TraceParent, value),
            "traceparent  valid
  00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
  version       00                                the current version
  trace-id      4bf92f3577b34da6a3ce929d0e0e4736  the trace
  parent-id     00f067aa0ba902b7                  the sender's span
  trace-flags   01                                sampled
  also written  1-4bf92f35-77b34da6a3ce929d0e0e4736 (X-Ray), 11803532876627986230 (Datadog, lower half)
  note: the random flag (02) is not set, which proves nothing: Level 1 has none
"
        );
    }

    #[test]
    fn a_bad_value_is_marked_where_it_is_bad() {
        let value = "00-bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(
            shown(Kind::TraceParent, value),
            "traceparent  invalid: trace-id has 31 digits, expected 32 (byte 3)
  00-bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
"
        );
    }

    #[test]
    fn control_bytes_never_reach_the_terminal() {
        assert!(shown(Kind::TraceState, "a=\u{1b}[2J").contains("  a=\\x1b[2J\n    ^\n"));
        // Properties are shown decoded, and were not escaped.
        let decoded = shown(Kind::Baggage, "a=%1b[2J;p=%1b[2J");
        assert_eq!(decoded.matches("\\x1b[2J").count(), 2, "{decoded}");
        assert!(!decoded.contains('\u{1b}'));
    }
}
