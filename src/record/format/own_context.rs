//! A traceparent that a formatter prints as the context of its own line.
//!
//! A `traceparent` is a header: in an access log, or among other headers, it says whose call this
//! is. Some formatters print the span at hand in the same spelling. What tells the two apart is the
//! place: a bracket that holds nothing else, and that is a column of the layout, before the message
//! or set off behind it. The same bracket within a message stays the caller's.

use crate::record::identity;

/// Whether the traceparent of a line is its logger's: `body` is where the message begins.
pub(super) fn is_own_context(text: &[u8], body: usize) -> bool {
    // The line of a request quotes what came with it.
    if memchr::memmem::find(text, b" HTTP/").is_some() {
        return false;
    }
    memchr::memchr_iter(b'[', text).take(16).any(|open| {
        let inside = &text[open + 1..];
        let Some(length) = memchr::memchr(b']', &inside[..inside.len().min(80)]) else {
            return false;
        };
        let (before, after) = (&text[..open], &inside[length + 1..]);
        let stands_apart = before.last().is_none_or(|b| matches!(b, b' ' | b'\t' | b']'))
            && after.first().is_none_or(|b| matches!(b, b' ' | b'\t' | b':' | b'['));
        stands_apart
            && identity::traceparent(value_of(&inside[..length])).is_some()
            && (open + length < body
                || is_before_message(after)
                || is_behind_message(before, after))
    })
}

/// The value of a bracket, without its key.
fn value_of(inside: &[u8]) -> &[u8] {
    const KEY: &[u8] = b"traceparent";
    match inside.get(..KEY.len()) {
        Some(key) if key.eq_ignore_ascii_case(KEY) => {
            inside[KEY.len()..].trim_ascii_start().get(1..).unwrap_or_default()
        }
        _ => inside,
    }
}

fn is_before_message(after: &[u8]) -> bool {
    [&b" - "[..], b" | ", b" -- ", b": "].iter().any(|mark| after.starts_with(mark))
}

fn is_behind_message(before: &[u8], after: &[u8]) -> bool {
    after.trim_ascii().is_empty() && (before.ends_with(b" - ") || before.ends_with(b" | "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_the_loggers_and_a_message_is_not() {
        const VALUE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        for (text, body, expected) in [
            ("INFO worker [@] - done", 5, true),
            ("INFO done - [traceparent=@]", 5, true),
            ("INFO done | [@]", 5, true),
            ("INFO [@] done", 62, true),
            ("INFO request came with [@]", 5, false),
            ("INFO sent [traceparent=@] to bank", 5, false),
            ("INFO headers={traceparent=[@]}", 5, false),
            ("INFO headers [host: x, traceparent: @] - in", 5, false),
            ("INFO \"GET / HTTP/1.1\" 200 - [@]", 5, false),
        ] {
            let line = text.replace('@', VALUE);
            assert_eq!(is_own_context(line.as_bytes(), body), expected, "{line}");
        }
    }
}
