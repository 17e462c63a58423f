//! Ids that the reader knows already, left out of texts on the screen.
//!
//! Many loggers put `TraceID: … SpanID: …` before each message, and what tells messages apart is
//! then cut off. The ids of the trace that is shown are named in its head; here they go, with their
//! keys and the brackets around them. Scripts get every text whole.

use crate::trace::Trace;
use std::borrow::Cow;
use std::collections::HashSet;

/// The ids of a trace and of its spans.
pub(super) struct KnownIds {
    /// As printed and as otherwise written, in lower case.
    traces: Vec<String>,
    numbers: HashSet<u64>,
}

impl KnownIds {
    pub(super) fn of(trace: &Trace) -> KnownIds {
        let written = std::iter::once(&trace.trace_id).chain(&trace.aliases);
        let spans = trace.spans.iter().map(|span| span.span_id);
        let missing = trace.missing_spans.iter().map(|span| span.span_id);
        let mut numbers: HashSet<u64> = spans.chain(missing).map(|id| id.get()).collect();
        numbers.insert(trace.key.low64());
        KnownIds { traces: written.map(|id| id.to_ascii_lowercase()).collect(), numbers }
    }

    /// Whether a word is one of them, or a `traceparent` of them.
    fn is_known(&self, word: &str) -> bool {
        // Shorter words are more likely numbers of something else.
        const SHORTEST: usize = 15;
        if word.len() < SHORTEST {
            return false;
        }
        let is_one = |word: &str| {
            let is_hex = word.len() == 16 && word.bytes().all(|b| b.is_ascii_hexdigit());
            let number = if is_hex { u64::from_str_radix(word, 16) } else { word.parse() };
            number.is_ok_and(|number| self.numbers.contains(&number))
                || self.traces.iter().any(|id| id.eq_ignore_ascii_case(word))
        };
        is_one(word) || word.split('-').count() == 4 && word.split('-').nth(1).is_some_and(is_one)
    }

    /// The text without them. Where nothing else would be left, the text as it is.
    pub(super) fn elide<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let is_part = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        let bytes = text.as_bytes();
        let mut kept = String::new();
        let mut from = 0;
        let mut at = 0;
        while at < bytes.len() {
            if !is_part(bytes[at]) {
                at += 1;
                continue;
            }
            let start = at;
            while at < bytes.len() && is_part(bytes[at]) {
                at += 1;
            }
            if self.is_known(&text[start..at]) {
                let (left, right) = with_key(bytes, start, at);
                kept.push_str(&text[from..left.max(from)]);
                kept.push(GONE);
                (from, at) = (right, right);
            }
        }
        if from == 0 {
            return Cow::Borrowed(text);
        }
        kept.push_str(&text[from..]);
        let kept = tidy(&kept);
        if kept.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(kept) }
    }
}

/// Stands where something was left out, until the place is tidied.
const GONE: char = '\0';

/// The place of an id with the quotes around it and the key before it.
fn with_key(bytes: &[u8], start: usize, end: usize) -> (usize, usize) {
    let is_quote = |b: u8| matches!(b, b'"' | b'\'');
    let is_key = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    let before = |at: usize, is: &dyn Fn(u8) -> bool| at > 0 && is(bytes[at - 1]);
    let (mut left, mut right) = (start, end);
    if before(left, &is_quote) && right < bytes.len() && bytes[right] == bytes[left - 1] {
        (left, right) = (left - 1, right + 1);
    }
    let mut key = left;
    while before(key, &|b| b == b' ') {
        key -= 1;
    }
    if !before(key, &|b| matches!(b, b':' | b'=')) {
        return (left, right);
    }
    key -= 1;
    let is_quoted = before(key, &is_quote);
    key -= usize::from(is_quoted);
    let name_end = key;
    while before(key, &is_key) {
        key -= 1;
    }
    if key == name_end {
        return (left, right);
    }
    if is_quoted && before(key, &is_quote) {
        key -= 1;
    }
    (key, right)
}

/// Takes away what only held or parted the things that were left out.
fn tidy(text: &str) -> String {
    let is_between = |c: char| matches!(c, ' ' | '\t' | ',' | ';' | '|' | GONE);
    let mut tidied = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(GONE) {
        tidied.push_str(&rest[..at]);
        rest = &rest[at..];
        let behind = rest.trim_start_matches(is_between);
        let before = tidied.trim_end_matches(is_between);
        let closed = match before.chars().next_back() {
            Some('[') => behind.strip_prefix(']'),
            Some('(') => behind.strip_prefix(')'),
            Some('{') => behind.strip_prefix('}'),
            _ => None,
        };
        if let Some(closed) = closed {
            // An empty pair of brackets goes, and is itself a thing left out.
            tidied.truncate(before.len() - 1);
            let emptied = format!("{tidied}{GONE}{closed}");
            return tidy(&emptied);
        }
        // Of what parted it from its neighbours one side is enough.
        let is_first = before.is_empty() || before.ends_with(['[', '(', '{']);
        let is_last = behind.is_empty() || behind.starts_with([']', ')', '}']);
        let is_parted = before.len() < tidied.len();
        rest =
            if is_first || is_last || is_parted { behind } else { rest.trim_start_matches(GONE) };
        if is_first || is_last {
            tidied.truncate(before.len());
        }
    }
    tidied.push_str(rest);
    // A dash or a colon that stood between the ids and the message parts nothing any more.
    let start = tidied.trim_start_matches([' ', ',', ';', '|']);
    let start = start.strip_prefix("- ").or_else(|| start.strip_prefix(": ")).unwrap_or(start);
    start.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample::checkout;

    #[test]
    fn ids_of_the_trace_go_with_their_keys_and_brackets() {
        // Trace and first span of the sample.
        let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "b7ad6b7169203331");
        let timeline = checkout();
        let ids = KnownIds::of(&timeline.trace);
        for (text, expected) in [
            ("TraceID: {t} SpanID: {s} Get user", "Get user"),
            ("api [trace_id={t} span_id={s}] GET /export", "api GET /export"),
            ("[{t}] [{s}] started", "started"),
            ("asking stock trace_id={t}, sku=9", "asking stock sku=9"),
            ("started cart=627 traceparent=00-{t}-{s}-01", "started cart=627"),
            ("{\"trace_id\": \"{t}\", \"sku\": 9}", "{\"sku\": 9}"),
            ("[shop,{t},{s}] - charged", "[shop] - charged"),
            ("({t}) done", "done"),
            ("TraceID: {T} in upper case", "in upper case"),
            (
                "nothing known: 0af7651916cd43dd8448eb211c80319c",
                "nothing known: 0af7651916cd43dd8448eb211c80319c",
            ),
            ("{t}", "{t}"),
            ("naïve – {s}", "naïve –"),
        ] {
            let put = |text: &str| {
                let text = text.replace("{t}", trace).replace("{s}", span);
                text.replace("{T}", &trace.to_uppercase())
            };
            assert_eq!(ids.elide(&put(text)), put(expected), "{text}");
        }
    }
}
