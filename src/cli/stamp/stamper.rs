//! Puts ids into lines: [`Stamper`] takes bytes as they come and gives them back stamped.
//!
//! Looks at a line at a time, and at no more of it than tells whether it begins a record, carries
//! an id already, or is JSON or logfmt. Changes no other byte.

use super::ids::carries_ids;
use super::shape::{is_logfmt, json_object_end};
use crate::trace_context::{SpanId, TraceId};

/// What to put where.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    pub(crate) trace_id: TraceId,
    pub(crate) span_id: SpanId,
    /// Key of the trace id in JSON and logfmt lines.
    pub(crate) trace_key: String,
    /// Key of the span id.
    pub(crate) span_key: String,
}

/// A line that becomes longer than this is passed on as it comes, rather than held until its end is
/// seen. Text has its stamp in front; JSON, whose fields would stand at the end, has none.
const LONGEST: usize = 16 << 20;

/// Stays where it is: at the beginning of a file, or of a file that was appended to another.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Stamps a stream of lines.
#[derive(Debug)]
pub(crate) struct Stamper {
    prefix: Vec<u8>,
    json_fields: Vec<u8>,
    logfmt_fields: Vec<u8>,
    trace_key: Vec<u8>,
    /// The beginning of a line whose end has not come.
    partial: Vec<u8>,
    /// The line is too long to be held: its rest is passed on.
    is_passing: bool,
    lines: Continuations,
}

impl Stamper {
    pub(crate) fn new(stamp: &Stamp) -> Stamper {
        let Stamp { trace_id, span_id, trace_key, span_key } = stamp;
        Stamper {
            prefix: format!("[{trace_id}] [{span_id}] ").into_bytes(),
            json_fields: format!("{trace_key:?}:\"{trace_id}\",{span_key:?}:\"{span_id}\"")
                .into_bytes(),
            logfmt_fields: format!("{trace_key}={trace_id} {span_key}={span_id}").into_bytes(),
            trace_key: trace_key.clone().into_bytes(),
            partial: Vec::new(),
            is_passing: false,
            lines: Continuations::default(),
        }
    }

    /// Takes the next bytes and appends every line that they complete.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            if std::mem::take(&mut self.is_passing) {
                out.extend_from_slice(&rest[..end]);
            } else if self.partial.is_empty() {
                self.line(&rest[..end], out);
            } else {
                let mut line = std::mem::take(&mut self.partial);
                line.extend_from_slice(&rest[..end]);
                self.line(&line, out);
            }
            out.push(b'\n');
            rest = &rest[end + 1..];
        }
        if self.is_passing {
            out.extend_from_slice(rest);
            return;
        }
        self.partial.extend_from_slice(rest);
        if self.partial.len() > LONGEST {
            let line = std::mem::take(&mut self.partial);
            if !self.stays(&line) && line[0] != b'{' {
                out.extend_from_slice(&self.prefix);
            }
            out.extend_from_slice(&line);
            self.is_passing = true;
        }
    }

    /// Appends the last line where nothing ended it.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        let line = std::mem::take(&mut self.partial);
        if !line.is_empty() {
            self.line(&line, out);
        }
    }

    fn line(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let (line, mark) = match line.strip_prefix(BYTE_ORDER_MARK) {
            Some(line) => (line, BYTE_ORDER_MARK),
            None => (line, &b""[..]),
        };
        let (text, ending) = match line.strip_suffix(b"\r") {
            Some(text) => (text, &b"\r"[..]),
            None => (line, &b""[..]),
        };
        out.extend_from_slice(mark);
        if self.stays(text) {
            out.extend_from_slice(text);
        } else if let Some((brace, is_empty)) = json_object_end(text) {
            out.extend_from_slice(&text[..brace]);
            if !is_empty {
                out.push(b',');
            }
            out.extend_from_slice(&self.json_fields);
            out.extend_from_slice(&text[brace..]);
        } else if is_logfmt(text) {
            out.extend_from_slice(text);
            if !text.ends_with(b" ") {
                out.push(b' ');
            }
            out.extend_from_slice(&self.logfmt_fields);
        } else {
            out.extend_from_slice(&self.prefix);
            out.extend_from_slice(text);
        }
        out.extend_from_slice(ending);
    }

    /// Whether the line is not to be stamped: its record is, or carries ids.
    fn stays(&mut self, line: &[u8]) -> bool {
        self.lines.continues(line) || carries_ids(line, &self.trace_key)
    }
}

/// Which lines belong to the record before them. With something in front, their first byte would no
/// longer tell so.
#[derive(Debug, Default)]
struct Continuations {
    /// There was a line that they can belong to.
    has_record: bool,
    /// What the lines before say of those that follow.
    inside: Inside,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Inside {
    #[default]
    Nothing,
    /// A traceback of Python: what is not indented names the exception, and ends it.
    Traceback,
    /// The calls of a goroutine: `main.main()`, until another kind of line.
    Goroutine,
    /// A panic of Rust whose message is on a line of its own.
    Panic,
}

impl Continuations {
    fn continues(&mut self, line: &[u8]) -> bool {
        const BEGINNINGS: &[&[u8]] = &[
            b"Caused by: ",
            b"Suppressed: ",
            b"During handling of the above exception",
            b"The above exception was the direct cause",
            b"--- End of ",
            b"stack backtrace:",
            b"note: run with `RUST_BACKTRACE",
            b"... ",
        ];
        let Some(&first) = line.first() else { return true };
        // Never the beginning of a line that could be stamped: JSON over several lines.
        if matches!(line, b"{" | b"[" | b"}" | b"]" | b")" | b"}," | b"]," | b"});" | b"};") {
            self.has_record = true;
            return true;
        }
        let is_indented = matches!(first, b' ' | b'\t');
        let (goes_on, inside) = match self.inside {
            inside if is_indented => (true, inside),
            _ if line.starts_with(b"Traceback (most recent call last)") => {
                (true, Inside::Traceback)
            }
            _ if line.starts_with(b"goroutine ") => (true, Inside::Goroutine),
            Inside::Traceback | Inside::Panic => (true, Inside::Nothing),
            Inside::Goroutine if line.ends_with(b")") || line.starts_with(b"created by ") => {
                (true, Inside::Goroutine)
            }
            _ if line.starts_with(b"thread '") && line.ends_with(b":") => (false, Inside::Panic),
            _ => {
                let begins = BEGINNINGS.iter().any(|beginning| line.starts_with(beginning));
                (begins || is_exception(line), Inside::Nothing)
            }
        };
        self.inside = inside;
        // The first line belongs to none: a traceback that is all there is gets its ids so.
        std::mem::replace(&mut self.has_record, true) && goes_on
    }
}

/// `java.lang.IllegalStateException: …`, `ValueError: …`: a class name and nothing before it.
fn is_exception(line: &[u8]) -> bool {
    let name = line
        .iter()
        .position(|&byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$')))
        .unwrap_or(line.len());
    let (name, rest) = line.split_at(name);
    let is_class = name.ends_with(b"Exception") || name.len() > 5 && name.ends_with(b"Error");
    is_class && (rest.is_empty() || rest.starts_with(b": "))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn stamper() -> Stamper {
        Stamper::new(&Stamp {
            trace_id: TraceId::new(0xab).unwrap(),
            span_id: SpanId::new(0xcd).unwrap(),
            trace_key: "trace_id".to_owned(),
            span_key: "span_id".to_owned(),
        })
    }

    fn stamped(text: &str) -> String {
        let mut out = Vec::new();
        let mut stamper = stamper();
        stamper.push(text.as_bytes(), &mut out);
        stamper.finish(&mut out);
        String::from_utf8(out).unwrap()
    }

    const TRACE: &str = "000000000000000000000000000000ab";
    const SPAN: &str = "00000000000000cd";

    #[test]
    fn each_shape_of_line_gets_its_ids_in_its_own_way() {
        let prefix = format!("[{TRACE}] [{SPAN}] ");
        let table = [
            ("hello\n", format!("{prefix}hello\n")),
            ("no end", format!("{prefix}no end")),
            (
                "\u{feff}{}\n",
                format!("\u{feff}{{\"trace_id\":\"{TRACE}\",\"span_id\":\"{SPAN}\"}}\n"),
            ),
            ("windows\r\n", format!("{prefix}windows\r\n")),
            (
                "{\"a\":1 }\r\n",
                format!("{{\"a\":1,\"trace_id\":\"{TRACE}\",\"span_id\":\"{SPAN}\" }}\r\n"),
            ),
            ("{}\n", format!("{{\"trace_id\":\"{TRACE}\",\"span_id\":\"{SPAN}\"}}\n")),
            (
                "level=info msg=\"a \\\" b\"\n",
                format!("level=info msg=\"a \\\" b\" trace_id={TRACE} span_id={SPAN}\n"),
            ),
            ("a=1 is not logfmt\n", format!("{prefix}a=1 is not logfmt\n")),
            ("{not json}\n", format!("{prefix}{{not json}}\n")),
            ("trace_id=- a=1\n", format!("trace_id=- a=1 trace_id={TRACE} span_id={SPAN}\n")),
        ];
        for (line, expected) in table {
            assert_eq!(stamped(line), expected);
        }
    }

    #[test]
    fn lines_that_carry_an_id_stay_as_they_are() {
        let line = "{\"traceId\":\"4bf92f3577b34da6a3ce929d0e0e4736\"}\n";
        assert_eq!(stamped(line), line);
    }

    #[test]
    fn continuation_lines_stay_whole() {
        let traces = [
            "\tat a.b.C(D.java:1)\nCaused by: x\n... 3 more\n",
            "java.lang.IllegalStateException: no\n\tat a.b.C(D.java:1)\n",
            "Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'x'\n",
            "Traceback (most recent call last):\n  x\nmine.Failed\n\n\
             During handling of the above exception, another exception occurred:\n\n\
             Traceback (most recent call last):\n  y\nmine.Worse\n",
            "\ngoroutine 1 [running]:\nmain.f(0x1)\n\t/x.go:4 +0x1d\ncreated by main.g\n\t/x.go:9\n",
            "System.Exception: no\n   at A.B()\n--- End of inner exception stack trace ---\n",
            "{\n  \"a\": 1\n}\n\n",
        ];
        let prefix = format!("[{TRACE}] [{SPAN}] ");
        for trace in traces {
            let text = format!("failed\n{trace}next\n");
            assert_eq!(stamped(&text), format!("{prefix}failed\n{trace}{prefix}next\n"));
        }
        let panic =
            "thread 'main' panicked at src/main.rs:2:5:\nno\nnote: run with `RUST_BACKTRACE=1`\n";
        assert_eq!(stamped(panic), format!("{prefix}{panic}"));
    }

    /// They were left alone, so that an uncaught exception, all that a command had to say, was in no
    /// trace.
    #[test]
    fn a_first_line_continues_nothing() {
        let trace = "Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'x'\n";
        assert_eq!(stamped(trace), format!("[{TRACE}] [{SPAN}] {trace}"));
        assert_eq!(stamped("KeyError: x\n"), format!("[{TRACE}] [{SPAN}] KeyError: x\n"));
        assert_eq!(stamped("{\n  \"a\": 1\n}\n"), "{\n  \"a\": 1\n}\n");
    }

    #[test]
    fn what_only_begins_like_json_is_text() {
        for line in ["{\"a\":1} and {\"b\":2}", "{not json}", "{\"a\":1", "[{\"a\":1}]"] {
            assert_eq!(stamped(line), format!("[{TRACE}] [{SPAN}] {line}"));
        }
    }

    #[test]
    fn any_bytes_are_passed_on() {
        let mut out = Vec::new();
        let mut stamper = stamper();
        stamper.push(b"\0\xff\r\n{\"a\":\"\xff\0\"}\n\x1b[31m\xc3", &mut out);
        stamper.finish(&mut out);
        let prefix = format!("[{TRACE}] [{SPAN}] ");
        let fields = format!(",\"trace_id\":\"{TRACE}\",\"span_id\":\"{SPAN}\"");
        let expected = [
            prefix.as_bytes(),
            b"\0\xff\r\n{\"a\":\"\xff\0\"",
            fields.as_bytes(),
            b"}\n",
            prefix.as_bytes(),
            b"\x1b[31m\xc3",
        ];
        assert_eq!(out, expected.concat());
    }

    #[test]
    fn a_line_too_long_to_be_held_is_passed_on_as_it_comes() {
        let long = "x".repeat(LONGEST + 1);
        let mut stamper = stamper();
        let mut out = Vec::new();
        stamper.push(long.as_bytes(), &mut out);
        assert_eq!(out.len(), 54 + LONGEST + 1);
        stamper.push(b"end\nnext\n{\"a\":\"", &mut out);
        stamper.push(long.as_bytes(), &mut out);
        stamper.push(b"\"}\n", &mut out);
        let text = String::from_utf8(out).unwrap();
        let expected = format!(
            "[{TRACE}] [{SPAN}] {long}end\n[{TRACE}] [{SPAN}] next\n{{\"a\":\"{long}\"}}\n"
        );
        assert!(text == expected);
    }

    #[test]
    fn the_cut_of_the_input_changes_nothing() {
        let text = "a\r\n{\"b\":1}\nTraceback (most recent call last):\n  x\nE: y\nc=1 d=2\nlast";
        let whole = stamped(text);
        for cut in 0..text.len() {
            let mut out = Vec::new();
            let mut stamper = stamper();
            stamper.push(&text.as_bytes()[..cut], &mut out);
            stamper.push(&text.as_bytes()[cut..], &mut out);
            stamper.finish(&mut out);
            assert_eq!(String::from_utf8(out).unwrap(), whole);
        }
    }
}
