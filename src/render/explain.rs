//! Why a record was read so: its [`Explanation`] as text and as JSON.
//!
//! Shows the bytes that gave each field. Which bytes those are was found by [`crate::record`].

use super::Origins;
use super::escape::escape_bytes;
use super::json::Json;
use super::line::Line;
use super::style::{DIM, PLAIN, Style};
use crate::record::{Explanation, FieldOrigin, ReadRecord};
use std::io::{self, Write};

/// Texts longer than this are cut.
const LONGEST_TEXT: usize = 60;

const FILE_NAME: &str = "file name";
const DERIVED: &str = "derived";

/// Adds `"explain":{"envelopes":[…],"fields":{…}}`.
pub(super) fn write_json(
    json: &mut Json,
    origins: &dyn Origins,
    read: &ReadRecord<'_, '_>,
    explanation: &Explanation,
) {
    json.key("explain").open(b'{').key("envelopes").open(b'[');
    for name in &explanation.envelopes {
        json.text(name);
    }
    json.close(b']').key("fields").open(b'{');
    for (field, origin) in &explanation.fields {
        json.key(field).open(b'{');
        match *origin {
            FieldOrigin::Bytes { line, start, end } => {
                let number = origins.line_number(read.source, read.lines[line]);
                json.key("line").optional(Some(number));
                json.key("start").optional(Some(start)).key("end").optional(Some(end));
                json.key("text").bytes(&read.texts[line][start..end]);
            }
            FieldOrigin::FileName => {
                json.key("from").text(FILE_NAME);
            }
            FieldOrigin::Derived => {
                json.key("from").text(DERIVED);
            }
        }
        json.close(b'}');
    }
    json.close(b'}').close(b'}');
}

/// Rows under a record: its format with what was around it, then a field each.
pub(super) fn write_text(
    out: &mut dyn Write,
    style: &Style,
    origins: &dyn Origins,
    read: &ReadRecord<'_, '_>,
    explanation: &Explanation,
) -> io::Result<()> {
    let first = origins.line_number(read.source, read.lines[0]);
    let mut formats = explanation.envelopes.join(" > ");
    if !formats.is_empty() {
        formats.push_str(" > ");
    }
    formats.push_str(read.record.format);
    let mut head = Line::new(style);
    let place = format!("{}:{first}", escape_bytes(origins.source_name(read.source).as_bytes()));
    head.space(4).push(&formats, PLAIN).space(2).push(&place, DIM);
    head.write(out)?;
    for (field, origin) in &explanation.fields {
        let mut row = Line::new(style);
        row.space(4).plain(field).pad_to(20);
        match *origin {
            FieldOrigin::Bytes { line, start, end } => {
                let number = origins.line_number(read.source, read.lines[line]);
                let place = match number == first {
                    true => format!("{start}..{end}"),
                    false => format!("line {number}, {start}..{end}"),
                };
                let text = escape_bytes(&read.texts[line][start..end]);
                row.push(&place, DIM).pad_to(32).space(1);
                row.cut(&text, LONGEST_TEXT, PLAIN);
            }
            FieldOrigin::FileName => {
                row.push("the file's name", DIM);
            }
            FieldOrigin::Derived => {
                row.push("derived from the line, not any of its bytes as they stand", DIM);
            }
        }
        row.write(out)?;
    }
    Ok(())
}
