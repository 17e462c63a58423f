//! Which lines without a header belong to the record before them.
//!
//! A headless line that is indented always goes on. One that is not goes on after plain text (a
//! message of several lines), but not after a structured record, which would have escaped its
//! newlines: there it is a line of its own, unless it is the next part of a stack trace. What such
//! lines know that their record does not (an id, a severity), the record takes over.

use super::{LogRecord, identity, scan};

/// What the open record is made of, as far as joining goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Texture {
    /// Plain text with a header.
    Text,
    /// Plain text with a header that does not say when: a stream of bare output, where a line
    /// without a level is as likely one of its own.
    Unstamped,
    /// JSON, logfmt: newlines in values are escaped.
    Structured,
    /// A line without a header that stands for itself.
    Unparsed,
}

impl Texture {
    /// That of a record that begins with a header.
    pub(crate) fn of(record: &LogRecord<'_>) -> Texture {
        match record.format {
            "json" | "logfmt" => Texture::Structured,
            _ if record.timestamp.is_none() => Texture::Unstamped,
            _ => Texture::Text,
        }
    }
}

/// A record's lines may lie this far apart, in bytes of the source, with other streams' lines (or
/// other processes') in between. Bounds what has to be held open, and makes the answer independent
/// of where a file is cut.
pub const FARTHEST: u64 = 256 * 1024;

/// Lines of one record, at most; more begin a new one, and are told of.
pub(crate) const MOST_LINES: usize = 10_000;

/// Whether a headless line belongs to the open record.
pub(crate) fn goes_on(texture: Texture, in_trace: bool, line: &[u8]) -> bool {
    if line.first().is_none_or(|b| matches!(b, b' ' | b'\t')) {
        return true;
    }
    match texture {
        Texture::Text => true,
        Texture::Unstamped => in_trace || is_part_of_trace(line) || !stands_alone(line),
        Texture::Structured => is_part_of_trace(line),
        Texture::Unparsed => in_trace || is_part_of_trace(line),
    }
}

/// Whether a line can only be the middle of a stack trace or of a structure.
fn is_part_of_trace(line: &[u8]) -> bool {
    const STARTS: [&[u8]; 12] = [
        b"Caused by:",
        b"Suppressed:",
        b"... ",
        b"at ",
        b"File \"",
        b"During handling of the above exception",
        b"The above exception was the direct cause",
        b"goroutine ",
        b"created by ",
        b"--- End of ",
        b"stack backtrace:",
        b"note: run with",
    ];
    STARTS.iter().any(|start| line.starts_with(start)) || matches!(line, b"}" | b"]" | b")" | b"},")
}

/// Whether a line of bare output is one of its own: `PROCMON: text`, or the beginning of a sentence.
/// What is in no sentence (an exception's name, a statement, a pair, a bracket) goes on.
fn stands_alone(line: &[u8]) -> bool {
    /// What PostgreSQL says more of an error.
    const EXPLANATIONS: [&[u8]; 8] =
        [b"DETAIL", b"HINT", b"CONTEXT", b"STATEMENT", b"QUERY", b"LOCATION", b"LINE", b"NOTE"];
    let mut words = line.trim_ascii_end().split(|b| *b == b' ');
    let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let is_capital = |b: &u8| b.is_ascii_uppercase() || *b == b'_';
    if let Some(name) = first.strip_suffix(b":") {
        let is_name = name.len() >= 2 && name.iter().all(is_capital);
        return is_name && !EXPLANATIONS.contains(&name);
    }
    let is_word = |word: &[u8]| word.iter().all(u8::is_ascii_alphabetic);
    first.len() >= 2
        && is_word(first)
        && !first.iter().all(is_capital)
        && second.first().is_some_and(u8::is_ascii_alphanumeric)
        && !line.trim_ascii_end().ends_with(b":")
}

/// Whether a line opens a stack trace, so that unindented lines after it go on.
pub(crate) fn opens_trace(line: &[u8]) -> bool {
    line.starts_with(b"Traceback (most recent call last)")
        || line.starts_with(b"panic: ")
        || line.starts_with(b"goroutine ")
        || line.starts_with(b"thread '")
        || line.starts_with(b"Exception in thread")
}

/// Whether a continuation line shows that the record carries an exception.
pub(crate) fn is_stack_frame(line: &[u8]) -> bool {
    let text = line.trim_ascii_start();
    let indented = text.len() < line.len();
    line.starts_with(b"Traceback (most recent call last)")
        || text.starts_with(b"Caused by: ")
        || indented && text.starts_with(b"at ") && text.contains(&b'(')
        || indented && text.starts_with(b"File \"")
        || line.starts_with(b"goroutine ")
}

/// What an explaining line knows that the record does not.
pub(crate) fn adopt<'a>(record: &mut LogRecord<'a>, other: &LogRecord<'a>) {
    if record.trace.is_none() && other.trace.is_some() {
        record.trace = other.trace;
        record.trace_spelling.clone_from(&other.trace_spelling);
        record.span_id = record.span_id.or(other.span_id);
        record.caller_span_id = record.caller_span_id.or(other.caller_span_id);
        record.trace_flags = record.trace_flags.or(other.trace_flags);
    }
    record.timestamp = record.timestamp.or(other.timestamp);
    record.severity = record.severity.or(other.severity);
    if record.severity_text.is_none() {
        record.severity_text.clone_from(&other.severity_text);
    }
    record.duration = record.duration.or(other.duration);
}

/// Ids from the lines that go on.
pub(crate) fn adopt_ids<'a>(record: &mut LogRecord<'a>, body: &'a [u8]) {
    let ids = scan::scan_text(body);
    if let Some(found) = ids.trace.filter(|found| record.trace.is_none_or(|key| key == found.key)) {
        if record.trace.is_none() {
            record.trace = Some(found.key);
            record.trace_spelling = identity::spelling(found);
        }
        record.span_id = record.span_id.or(ids.span);
        record.parent_span_id = record.parent_span_id.or(ids.parent);
        record.caller_span_id = record.caller_span_id.or(ids.caller);
        record.trace_flags = record.trace_flags.or(ids.flags);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indented_lines_go_on_and_others_depend_on_the_record() {
        for texture in [Texture::Text, Texture::Structured, Texture::Unparsed] {
            assert!(goes_on(texture, false, b"    at com.example.Foo(Foo.java:1)"));
            assert!(goes_on(texture, false, b"Caused by: java.io.IOException"));
        }
        assert!(goes_on(Texture::Text, false, b"ValueError: x"));
        // One line with a level took all lines without after it, where no line says when.
        for alone in ["starting worker 1", "Listening on 8080", "PROCMON: Monitoring links"] {
            assert!(!goes_on(Texture::Unstamped, false, alone.as_bytes()), "{alone}");
            assert!(goes_on(Texture::Unstamped, true, alone.as_bytes()), "{alone}");
            assert!(goes_on(Texture::Text, false, alone.as_bytes()), "{alone}");
        }
        for more in [
            "java.lang.IllegalStateException: gone",
            "ValueError: x",
            "Stack trace:",
            "#0 /app/index.php(3): run()",
            "DETAIL: it was so",
            "SELECT a FROM b",
            "key = value",
            "[a, b]",
        ] {
            assert!(goes_on(Texture::Unstamped, false, more.as_bytes()), "{more}");
        }
        assert!(!goes_on(Texture::Structured, false, b"listening on 8080"));
        assert!(!goes_on(Texture::Unparsed, false, b"listening on 8080"));
        assert!(goes_on(Texture::Unparsed, true, b"ValueError: x"));
    }
}
