//! What the lines of standard input are: header lines, variables, values, or other text.

use crate::trace_context::{Carrier, Direction, HeaderLine, Kind, TraceParent, scan};
use std::io::{self, BufRead};

/// What a line of standard input is.
pub(super) enum Line<'a> {
    /// Direction (none: a variable), name and value of one that belongs to a format.
    Field(Option<Direction>, &'a [u8], &'a [u8]),
    /// Part of a message head or environment, but of no format.
    Ignored,
    Blank,
    Value(&'a [u8]),
}

/// Tells header lines and variables from values.
pub(super) fn classify(line: &[u8]) -> Line<'_> {
    if line.trim_ascii().is_empty() {
        return Line::Blank;
    }
    match HeaderLine::parse(line) {
        Some(HeaderLine::Field { direction, name, value }) if Carrier::is_known_name(name) => {
            return Line::Field(Some(direction), name, value);
        }
        Some(HeaderLine::Field { name, value, .. }) if !is_log_line(name, value) => {
            return Line::Ignored;
        }
        Some(HeaderLine::Other) => return Line::Ignored,
        Some(HeaderLine::Blank) => return Line::Blank,
        _ => {}
    }
    let line = line.strip_prefix(b"export ").unwrap_or(line);
    if let Some(equals) = line.iter().position(|&byte| byte == b'=') {
        let (name, value) = (&line[..equals], &line[equals + 1..]);
        let is_variable = name.first().is_some_and(|first| !first.is_ascii_digit())
            && name
                .iter()
                .all(|&byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        if is_variable && Carrier::is_known_name(name) {
            return Line::Field(None, name, unquoted(value));
        }
        if is_variable && scan(line).is_empty() {
            return Line::Ignored;
        }
    }
    Line::Value(line)
}

/// Whether a line shows that messages of HTTP are quoted here: `curl -v` has marked it as sent, as
/// received or as its own talk, or a message begins with it.
pub(super) fn shows_messages(line: &[u8]) -> bool {
    let is_marked =
        matches!(line, [b'>' | b'<' | b'*', b' ', ..] | [b'>' | b'<'] | [b'>' | b'<', b'\r']);
    is_marked || line.starts_with(b"HTTP/") && HeaderLine::parse(line) == Some(HeaderLine::Other)
}

/// Where a part of a line begins.
pub(super) fn offset_in(line: &[u8], part: &[u8]) -> usize {
    (part.as_ptr() as usize).saturating_sub(line.as_ptr() as usize)
}

/// `ERROR: … traceparent=…` has the form of a header line, and is none.
fn is_log_line(name: &[u8], value: &[u8]) -> bool {
    !name.contains(&b'-') && !scan(value).is_empty()
}

/// Whether there are values in the text, rather than that it is one.
pub(super) fn holds_values(text: &[u8]) -> bool {
    let whole = text.trim_ascii();
    scan(text).iter().any(|found| text[found.range.clone()] != *whole)
}

/// Whether a line of standard input without any value is other text, rather than a value that
/// failed: it is indented or has several words and the shape of none, or is JSON or markup.
pub(super) fn is_prose(text: &[u8], kind: Option<Kind>) -> bool {
    let is_indented = text.first().is_some_and(u8::is_ascii_whitespace);
    let text = text.trim_ascii();
    let has_words = text.iter().any(u8::is_ascii_whitespace);
    matches!(text.first(), Some(b'{' | b'[' | b'<'))
        || (has_words || is_indented) && !matches!(kind, Some(Kind::TraceParent | Kind::B3))
}

fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] | [b'\'', inner @ .., b'\''] => inner,
        _ => value,
    }
}

/// Reads on to the end of the line, or of what is here. Returns how many bytes are left that are here
/// already; `None` at the end of the input.
pub(super) fn read_more(input: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<Option<usize>> {
    let buffer = match input.fill_buf() {
        Err(error) if error.kind() == io::ErrorKind::Interrupted => return Ok(Some(0)),
        buffer => buffer?,
    };
    if buffer.is_empty() {
        return Ok(None);
    }
    let used = buffer.iter().position(|&byte| byte == b'\n').map_or(buffer.len(), |end| end + 1);
    line.extend_from_slice(&buffer[..used]);
    let left = buffer.len() - used;
    input.consume(used);
    Ok(Some(left))
}

/// Passes over lines that are valid version 00 traceparents, without copying them; returns how
/// many. Stops at any other line, and at one that the buffer does not hold whole.
pub(super) fn skip_traceparents(input: &mut dyn BufRead) -> io::Result<u64> {
    const LINE: usize = TraceParent::LENGTH + 1;
    let mut count = 0;
    loop {
        let mut used = 0;
        let buffer = input.fill_buf()?;
        for line in buffer.chunks_exact(LINE) {
            if line[LINE - 1] != b'\n' || TraceParent::parse(&line[..LINE - 1]).is_err() {
                break;
            }
            used += LINE;
        }
        input.consume(used);
        count += (used / LINE) as u64;
        if used == 0 {
            return Ok(count);
        }
    }
}
