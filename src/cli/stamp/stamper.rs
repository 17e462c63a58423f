//! Puts ids into lines: [`Stamper`] takes bytes as they come and gives them back stamped.
//!
//! Looks at a line at a time, and at no more of it than tells whether it begins a record, carries
//! an id already, or is JSON or logfmt. Changes no other byte.

use crate::trace_context::{SpanId, TraceId, scan};

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

/// Stamps a stream of lines.
#[derive(Debug)]
pub(crate) struct Stamper {
    prefix: Vec<u8>,
    json_fields: Vec<u8>,
    logfmt_fields: Vec<u8>,
    trace_key: Vec<u8>,
    /// The beginning of a line whose end has not come.
    partial: Vec<u8>,
    /// A Python traceback has begun: what is not indented ends it.
    in_traceback: bool,
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
            in_traceback: false,
        }
    }

    /// Takes the next bytes and appends every line that they complete.
    pub(crate) fn push(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        let mut rest = bytes;
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            if self.partial.is_empty() {
                self.line(&rest[..end], out);
            } else {
                let mut line = std::mem::take(&mut self.partial);
                line.extend_from_slice(&rest[..end]);
                self.line(&line, out);
            }
            out.push(b'\n');
            rest = &rest[end + 1..];
        }
        self.partial.extend_from_slice(rest);
    }

    /// Appends the last line where nothing ended it.
    pub(crate) fn finish(&mut self, out: &mut Vec<u8>) {
        let line = std::mem::take(&mut self.partial);
        if !line.is_empty() {
            self.line(&line, out);
        }
    }

    fn line(&mut self, line: &[u8], out: &mut Vec<u8>) {
        let (text, ending) = match line.strip_suffix(b"\r") {
            Some(text) => (text, &b"\r"[..]),
            None => (line, &b""[..]),
        };
        if self.continues(text) || self.carries_ids(text) {
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

    /// Whether the line belongs to the record before it: its first byte would no longer tell so if
    /// there were something in front of it.
    fn continues(&mut self, line: &[u8]) -> bool {
        const BEGINNINGS: &[&[u8]] = &[
            b"Caused by: ",
            b"Suppressed: ",
            b"During handling of the above exception",
            b"The above exception was the direct cause",
            b"... ",
        ];
        let Some(&first) = line.first() else { return true };
        if line.starts_with(b"Traceback (most recent call last)") {
            self.in_traceback = true;
            return true;
        }
        if matches!(first, b' ' | b'\t') {
            return true;
        }
        // The line that names the exception.
        if std::mem::take(&mut self.in_traceback) {
            return true;
        }
        matches!(line, b"{" | b"[" | b"}" | b"]" | b")" | b"}," | b"]," | b"});" | b"};")
            || BEGINNINGS.iter().any(|beginning| line.starts_with(beginning))
            || is_exception(line)
    }

    fn carries_ids(&self, line: &[u8]) -> bool {
        let is_bracketed = line.first() == Some(&b'[')
            && line.get(33) == Some(&b']')
            && TraceId::from_lower_hex(&line[1..33]).is_ok();
        is_bracketed
            || has_trace_key(line, &self.trace_key)
            || scan(line).iter().any(|value| {
                value.parsed.as_ref().is_ok_and(|parsed| {
                    parsed.context().is_some_and(|context| context.trace_id.is_some())
                })
            })
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

/// Where the fields of a line that is one JSON object end, and whether it has none.
fn json_object_end(line: &[u8]) -> Option<(usize, bool)> {
    let inner = line.trim_ascii_end().strip_suffix(b"}")?;
    let fields = inner.strip_prefix(b"{")?.trim_ascii();
    match fields.first() {
        None => Some((inner.len(), true)),
        Some(b'"') => Some((inner.trim_ascii_end().len(), false)),
        Some(_) => None,
    }
}

/// At least two pairs, and the first thing is one.
fn is_logfmt(line: &[u8]) -> bool {
    let mut pairs = 0;
    let mut rest = line;
    loop {
        let key = rest
            .iter()
            .position(|&byte| !(byte.is_ascii_alphanumeric() || b"_.-@".contains(&byte)))
            .unwrap_or(rest.len());
        if key == 0 || rest.get(key) != Some(&b'=') {
            return false;
        }
        pairs += 1;
        rest = &rest[key + 1..];
        let value =
            if rest.first() == Some(&b'"') { quoted_length(rest) } else { word_length(rest) };
        let Some(value) = value else { return false };
        rest = rest[value..].trim_ascii_start();
        if rest.is_empty() {
            return pairs >= 2;
        }
    }
}

fn word_length(text: &[u8]) -> Option<usize> {
    Some(text.iter().position(|&byte| byte == b' ').unwrap_or(text.len()))
}

/// Up to and with the closing quote.
fn quoted_length(text: &[u8]) -> Option<usize> {
    let mut is_escaped = false;
    for (at, &byte) in text.iter().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// A key that means trace id, however spelled, with a value that is one.
fn has_trace_key(line: &[u8], own_key: &[u8]) -> bool {
    let is_key_byte =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'@');
    let mut at = 0;
    while at < line.len() {
        let length =
            line[at..].iter().position(|byte| !is_key_byte(byte)).unwrap_or(line.len() - at);
        let (key, rest) = line[at..].split_at(length);
        if is_trace_key(key) || (!key.is_empty() && key == own_key) {
            let is_between = |byte: &u8| matches!(byte, b'"' | b'\'' | b'\\' | b':' | b'=' | b' ');
            let value =
                &rest[rest.iter().position(|byte| !is_between(byte)).unwrap_or(rest.len())..];
            let is_separated =
                rest[..rest.len() - value.len()].iter().any(|b| matches!(b, b':' | b'='));
            let digits = value.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            if is_separated && digits >= 8 && value[..digits].iter().any(|&byte| byte != b'0') {
                return true;
            }
        }
        at += length.max(1);
    }
    false
}

/// `trace_id`, `traceId`, `trace.id`, `dd.trace_id`, `otelTraceID`, `X-B3-TraceId`, …
fn is_trace_key(key: &[u8]) -> bool {
    let mut ending = b"traceid".iter().rev();
    for byte in key.iter().rev().filter(|byte| byte.is_ascii_alphanumeric()) {
        match ending.next() {
            Some(expected) if byte.eq_ignore_ascii_case(expected) => {}
            Some(_) => return false,
            None => return true,
        }
    }
    ending.next().is_none()
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
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";
        for line in [
            format!("[{id}] [00f067aa0ba902b7] hello\n"),
            format!("{{\"traceId\":\"{id}\"}}\n"),
            format!("level=info dd.trace_id={id}\n"),
            format!("GET / traceparent=00-{id}-00f067aa0ba902b7-01\n"),
            format!("{{\"log\":\"{{\\\"trace_id\\\":\\\"{id}\\\"}}\"}}\n"),
        ] {
            assert_eq!(stamped(&line), line);
        }
    }

    #[test]
    fn continuation_lines_stay_whole() {
        let traces = [
            "\tat a.b.C(D.java:1)\nCaused by: x\n... 3 more\n",
            "java.lang.IllegalStateException: no\n",
            "Traceback (most recent call last):\n  File \"a.py\", line 1\nKeyError: 'x'\n",
            "{\n  \"a\": 1\n}\n\n",
        ];
        for trace in traces {
            assert_eq!(stamped(trace), trace);
        }
        assert!(stamped("Traceback (most recent call last):\n  x\nmine.Failed\nnext\n").ends_with(
            "\nmine.Failed\n[000000000000000000000000000000ab] [00000000000000cd] next\n"
        ));
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
