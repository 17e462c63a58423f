//! Puts ids into lines: [`Stamper`] takes bytes as they come and gives them back stamped.
//!
//! Looks at a line at a time, and at no more of it than tells whether it begins a record, carries
//! an id already, or is JSON or logfmt. Changes no other byte.

use super::continuations::Continuations;
use super::ids::carries_ids;
use super::shape::{Field, json_object, logfmt_fields, may_get_fields};
use crate::record::is_absent;
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
    stamp: Stamp,
    /// The beginning of a line whose end has not come.
    partial: Vec<u8>,
    /// The line was passed on before its end came: its rest is too.
    passing: Option<Passing>,
    lines: Continuations,
}

/// How the rest of a line is passed on.
#[derive(Clone, Copy, Debug)]
struct Passing {
    /// A carriage return takes the cursor back to where the stamp stands, so the stamp comes again.
    is_restamped: bool,
    /// The last byte was one, or there was none.
    is_at_start: bool,
}

impl Stamper {
    pub(crate) fn new(stamp: &Stamp) -> Stamper {
        let Stamp { trace_id, span_id, .. } = stamp;
        Stamper {
            prefix: format!("[{trace_id}] [{span_id}] ").into_bytes(),
            stamp: stamp.clone(),
            partial: Vec::new(),
            passing: None,
            lines: Continuations::default(),
        }
    }

    /// Takes the next bytes and appends every line that they complete.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            if self.passing.is_some() {
                self.pass(&rest[..end], out);
                self.passing = None;
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
        if self.passing.is_some() {
            self.pass(rest, out);
            return;
        }
        self.partial.extend_from_slice(rest);
        if self.partial.len() > LONGEST {
            let line = std::mem::take(&mut self.partial);
            if !self.stays(&line) && line[0] != b'{' {
                out.extend_from_slice(&self.prefix);
            }
            out.extend_from_slice(&line);
            self.passing = Some(Passing { is_restamped: false, is_at_start: false });
        }
    }

    /// Whether there is the beginning of a line that was not passed on.
    pub(crate) fn holds_some(&self) -> bool {
        !self.partial.is_empty()
    }

    /// Appends the beginning of a line whose end does not come: a prompt, or progress that is
    /// written over itself. What may become JSON or logfmt is held, for its ids go to its end.
    pub(crate) fn pass_on(&mut self, out: &mut Vec<u8>) {
        let text = self.partial.iter().position(|&byte| byte != b'\r');
        let Some(text) = text.filter(|&start| !may_get_fields(&self.partial[start..])) else {
            return;
        };
        let line = std::mem::take(&mut self.partial);
        let is_restamped = !self.stays(&line[text..]);
        self.passing = Some(Passing { is_restamped, is_at_start: true });
        self.pass(&line, out);
    }

    /// Appends more of a line that is passed on.
    fn pass(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        match &mut self.passing {
            Some(passing) if passing.is_restamped => {
                for &byte in bytes {
                    let is_return = byte == b'\r';
                    if passing.is_at_start && !is_return {
                        out.extend_from_slice(&self.prefix);
                    }
                    passing.is_at_start = is_return;
                    out.push(byte);
                }
            }
            _ => out.extend_from_slice(bytes),
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
        } else if let Some(object) = json_object(text) {
            self.put_fields(text, &object.fields, object.end, Syntax::Json, out);
        } else if let Some(fields) = logfmt_fields(text) {
            self.put_fields(text, &fields, text.len(), Syntax::Logfmt, out);
        } else {
            // A logger without a context leaves the place empty.
            let rest = text.strip_prefix(b"[-] [-] ").unwrap_or(text);
            out.extend_from_slice(&self.prefix);
            out.extend_from_slice(rest);
        }
        out.extend_from_slice(ending);
    }

    /// Puts the ids where their keys stand without a value, and else at the end of the fields. A
    /// trace id that cannot be read is one all the same, and a span that is there stays.
    fn put_fields(
        &self,
        line: &[u8],
        fields: &[Field],
        end: usize,
        syntax: Syntax,
        out: &mut Vec<u8>,
    ) {
        let Stamp { trace_id, span_id, trace_key, span_key } = &self.stamp;
        let ids = [(trace_key, trace_id.to_string()), (span_key, span_id.to_string())];
        let is_of = |field: &Field, key: &str| line[field.key.clone()] == *key.as_bytes();
        let is_filled = |field: &Field| !is_absent(unquoted(&line[field.value.clone()]));
        if fields.iter().any(|field| is_of(field, trace_key) && is_filled(field)) {
            out.extend_from_slice(line);
            return;
        }
        let mut done = 0;
        for field in fields.iter().filter(|field| !is_filled(field)) {
            let Some((_, id)) = ids.iter().find(|(key, _)| is_of(field, key)) else { continue };
            out.extend_from_slice(&line[done..field.value.start]);
            syntax.put_value(id, out);
            done = field.value.end;
        }
        out.extend_from_slice(&line[done..end]);
        let mut is_first = fields.is_empty();
        for (key, id) in &ids {
            if !fields.iter().any(|field| is_of(field, key)) {
                syntax.put_separator(std::mem::take(&mut is_first), out);
                syntax.put_key(key, out);
                syntax.put_value(id, out);
            }
        }
        out.extend_from_slice(&line[end..]);
    }

    /// Whether the line is not to be stamped: its record is, or carries ids.
    fn stays(&mut self, line: &[u8]) -> bool {
        self.lines.continues(line) || carries_ids(line, self.stamp.trace_key.as_bytes())
    }
}

/// How fields are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Syntax {
    Json,
    Logfmt,
}

impl Syntax {
    fn put_separator(self, is_first: bool, out: &mut Vec<u8>) {
        match self {
            Syntax::Json if is_first => {}
            Syntax::Json => out.push(b','),
            Syntax::Logfmt if out.ends_with(b" ") => {}
            Syntax::Logfmt => out.push(b' '),
        }
    }

    fn put_key(self, key: &str, out: &mut Vec<u8>) {
        let key = match self {
            Syntax::Json => format!("{key:?}:"),
            Syntax::Logfmt => format!("{key}="),
        };
        out.extend_from_slice(key.as_bytes());
    }

    fn put_value(self, id: &str, out: &mut Vec<u8>) {
        let value = match self {
            Syntax::Json => format!("\"{id}\""),
            Syntax::Logfmt => id.to_owned(),
        };
        out.extend_from_slice(value.as_bytes());
    }
}

fn unquoted(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value)
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

    /// A key without a value was once followed by the same key with one, and which of them counts
    /// is up to the reader.
    #[test]
    fn a_key_without_a_value_gets_the_id_in_its_place() {
        let json = [
            (
                r#"{"msg":"x","trace_id":"","span_id":""}"#,
                r#"{"msg":"x","trace_id":"T","span_id":"S"}"#,
            ),
            (
                r#"{"trace_id" : null , "msg":"x"}"#,
                r#"{"trace_id" : "T" , "msg":"x","span_id":"S"}"#,
            ),
            (r#"{"span_id":"0","trace_id":0,"a":1}"#, r#"{"span_id":"S","trace_id":"T","a":1}"#),
            (
                r#"{"trace_id":"00000000000000000000000000000000","span_id":"00000000000000aa"}"#,
                r#"{"trace_id":"T","span_id":"00000000000000aa"}"#,
            ),
            (r#"{"a":{"trace_id":""}}"#, r#"{"a":{"trace_id":""},"trace_id":"T","span_id":"S"}"#),
            (r#"{"trace_id":"request 7"}"#, r#"{"trace_id":"request 7"}"#),
        ];
        let logfmt = [
            ("trace_id= msg=x", "trace_id=T msg=x span_id=S"),
            ("msg=x span_id=\"\" trace_id=", "msg=x span_id=S trace_id=T"),
            ("trace_id=- a=1", "trace_id=T a=1 span_id=S"),
            ("a=1 trace_id=0 ", "a=1 trace_id=T span_id=S"),
            ("[-] [-] text", "[T] [S] text"),
        ];
        for (line, expected) in json.into_iter().chain(logfmt) {
            let expected = expected.replace('T', TRACE).replace('S', SPAN);
            assert_eq!(stamped(line), expected, "{line}");
        }
    }

    /// What was shown after some time of quiet, and in all. `|` stands for the quiet.
    fn stamped_with_pauses(text: &str) -> (String, String) {
        let (mut out, mut stamper) = (Vec::new(), stamper());
        let mut parts = text.split('|').peekable();
        let mut first = None;
        while let Some(part) = parts.next() {
            stamper.push(part.as_bytes(), &mut out);
            if parts.peek().is_some() {
                stamper.pass_on(&mut out);
            }
            first.get_or_insert_with(|| out.clone());
        }
        stamper.finish(&mut out);
        let text = |bytes: Vec<u8>| {
            let prefix = format!("[{TRACE}] [{SPAN}] ");
            String::from_utf8(bytes).unwrap().replace(&prefix, "@")
        };
        (text(first.unwrap()), text(out))
    }

    /// Prompts and progress were once held until a newline came.
    #[test]
    fn a_line_whose_end_does_not_come_is_passed_on() {
        for (text, first, all) in [
            ("Continue? |yes\nnext\n", "@Continue? ", "@Continue? yes\n@next\n"),
            ("10 %\r|20 %\r|30 %\r\n", "@10 %\r", "@10 %\r@20 %\r@30 %\r\n"),
            ("\r10 %|\r20 %|\n", "\r@10 %", "\r@10 %\r@20 %\n"),
            ("a\rb\n|c", "@a\rb\n", "@a\rb\n@c"),
            ("\r|\n", "", "\r\n"),
            ("head\n  indented|\ron\n", "@head\n  indented", "@head\n  indented\ron\n"),
            ("a=1 b=|2\n", "", "STAMPED"),
            ("{\"a\":|1}\n", "", "STAMPED"),
        ] {
            let (shown, whole) = stamped_with_pauses(text);
            assert_eq!(shown, first, "{text:?}");
            match all {
                "STAMPED" => assert!(whole.contains(TRACE) && !whole.contains('@'), "{whole:?}"),
                all => assert_eq!(whole, all, "{text:?}"),
            }
        }
    }

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
