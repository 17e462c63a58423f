//! Finds ids in a text: which of its words are ids at all.
//!
//! Tiers, strongest first: a known key; a propagation value of unmistakable shape; a positional
//! convention (`[app,trace,span]`, `[trace] [span]`). A bare hexadecimal word is never an id:
//! checksums, tenants and request ids look the same. What a found word says is for
//! [`super::identity`] to read.

use super::fields::{self, Slot};
use super::identity::{
    FoundTrace, Identity, Propagated, b3, cloud, hex, is_hex, is_long_enough, key_of, looks_random,
    skywalking, span_value, trace_value, traceparent, uber, uuid, xray, xray_id,
};
use super::short_ids;
use crate::trace_context::SpanId;

/// The shortest run of digits that can be (the tail of) an id: the last group of a UUID.
const SHORTEST_RUN: usize = 12;

/// Finds the next run of at least [`SHORTEST_RUN`] hex digits at or after `from`.
///
/// Looks at every twelfth byte only, until one is a hex digit: most text has none there.
#[inline]
fn next_run(text: &[u8], from: usize) -> Option<(usize, usize)> {
    let mut probe = from + SHORTEST_RUN - 1;
    while let Some(&byte) = text.get(probe) {
        if !is_hex(byte) {
            probe += SHORTEST_RUN;
            continue;
        }
        let mut start = probe;
        while start > from && is_hex(text[start - 1]) {
            start -= 1;
        }
        let mut end = probe + 1;
        while text.get(end).is_some_and(|byte| is_hex(*byte)) {
            end += 1;
        }
        if end - start >= SHORTEST_RUN {
            return Some((start, end));
        }
        probe = end + SHORTEST_RUN;
    }
    None
}

/// How sure an id of a text is; lower is surer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    Key(u8),
    Shape,
    Position,
}

/// Collects the ids of a text while its runs of digits are looked at.
struct TextScan<'a> {
    text: &'a [u8],
    trace: Option<(Tier, FoundTrace<'a>)>,
    span: Option<(Tier, SpanId)>,
    parent: Option<SpanId>,
    caller: Option<SpanId>,
    flags: Option<u8>,
}

/// Finds the ids in free text.
pub(crate) fn scan_text(text: &[u8]) -> Identity<'_> {
    let mut scan =
        TextScan { text, trace: None, span: None, parent: None, caller: None, flags: None };
    let mut at = 0;
    while let Some((start, end)) = next_run(text, at) {
        at = scan.run(start, end).max(end);
    }
    if scan.trace.is_none()
        && let Some((trace, span)) = short_ids::find(text)
    {
        scan.trace(Tier::Key(1), trace);
        scan.span = scan.span.or(span.map(|span| (Tier::Key(1), span)));
    }
    let trace = scan.trace.map(|(_, trace)| trace);
    Identity {
        trace,
        // A span without a trace says nothing that could be joined.
        span: scan.span.map(|(_, span)| span),
        parent: scan.parent,
        caller: scan.caller.filter(|_| trace.is_some()),
        flags: scan.flags,
    }
}

/// Finds propagation values of unmistakable shape only: traceparent, and the X-Ray header.
pub(crate) fn scan_shapes(text: &[u8]) -> Option<Propagated<'_>> {
    let mut at = 0;
    while let Some((start, end)) = next_run(text, at) {
        if end - start == 32
            && let Some((propagated, _)) = traceparent_around(text, start)
        {
            return Some(propagated);
        }
        // `Root=1-…;Parent=…;Sampled=1` cannot be anything else.
        if end - start == 24 && start >= 16 && text[start - 16..].starts_with(b"Root=1-") {
            let rest = &text[start - 16..];
            let length = rest
                .iter()
                .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'=' | b'-' | b';')))
                .unwrap_or(rest.len());
            if let Some(found) = xray(&rest[..length]) {
                return Some(found);
            }
        }
        at = end;
    }
    None
}

/// The traceparent whose trace-id begins at `start`, and where it ends.
fn traceparent_around(text: &[u8], start: usize) -> Option<(Propagated<'_>, usize)> {
    let begin = start.checked_sub(3)?;
    if begin > 0 && (text[begin - 1].is_ascii_alphanumeric() || text[begin - 1] == b'-') {
        return None;
    }
    let end = begin + 55;
    let value = text.get(begin..end)?;
    if text.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'-') {
        // Higher versions may go on; version 00 may not.
        let rest = &text[begin..];
        let length = rest
            .iter()
            .position(|b| !(b.is_ascii_alphanumeric() || *b == b'-'))
            .unwrap_or(rest.len());
        return traceparent(&rest[..length]).map(|found| (found, begin + length));
    }
    traceparent(value).map(|found| (found, end))
}

impl<'a> TextScan<'a> {
    /// Judges one run of digits; gives where to go on.
    fn run(&mut self, start: usize, end: usize) -> usize {
        let text = self.text;
        let run = &text[start..end];
        if start > 0 && (text[start - 1].is_ascii_alphanumeric() || text[start - 1] == b'_') {
            if let Some(mark) = hex_mark_before(text, start)
                && !self.followed_by_word(end)
            {
                // A number in any program is written so: only its key makes it an id.
                self.keyed(mark, end);
            }
            return end;
        }
        match run.len() {
            32 => {
                if let Some((found, after)) = traceparent_around(text, start) {
                    self.propagated(Tier::Shape, found);
                    return after;
                }
                self.thirty_two(start, end)
            }
            24 if start >= 11 && xray_id(&text[start - 11..end]).is_some() => {
                let rest = &text[start - 11..];
                let length = rest
                    .iter()
                    .position(|b| {
                        matches!(b, b' ' | b'"' | b'\'' | b'\t' | b',' | b']' | b'|' | b'\\')
                    })
                    .unwrap_or(rest.len());
                if let Some(found) = xray(&rest[..length]) {
                    self.propagated(Tier::Shape, found);
                    return start - 11 + length;
                }
                end
            }
            12 if start >= 24 => {
                let begin = start - 24;
                let Some(key) = uuid(&text[begin..end]).and_then(|value| key_of(value, 32)) else {
                    return end;
                };
                let found = FoundTrace { key, text: &text[begin..end] };
                match slot_before(text, begin) {
                    Some((Slot::Trace, rank)) => self.trace(Tier::Key(rank), found),
                    _ if is_third_of_list(&text[..begin], &text[end..]) => {
                        self.trace(Tier::Position, found);
                    }
                    _ => {}
                }
                end
            }
            length => {
                if length <= 16 && text.get(end) == Some(&b':') {
                    let after = self.uber(start, end);
                    if after > end {
                        return after;
                    }
                }
                if self.followed_by_word(end) {
                    return end;
                }
                self.keyed(start, end);
                if length == 16 && self.trace.is_none() {
                    self.positional(start, end);
                }
                end
            }
        }
    }

    fn followed_by_word(&self, end: usize) -> bool {
        self.text.get(end).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
    }

    fn trace(&mut self, tier: Tier, found: FoundTrace<'a>) {
        if self.trace.is_none_or(|(known, _)| tier < known) {
            self.trace = Some((tier, found));
        }
    }

    fn span(&mut self, tier: Tier, span: SpanId) {
        if self.span.is_none_or(|(known, _)| tier < known) {
            self.span = Some((tier, span));
        }
    }

    fn propagated(&mut self, tier: Tier, found: Propagated<'a>) {
        self.trace(tier, found.trace);
        if !found.is_own {
            self.caller = self.caller.or(found.span);
        } else if let Some(span) = found.span {
            self.span(tier, span);
        }
        self.flags = self.flags.or(found.flags);
    }

    /// An id by the key that stands before it.
    fn keyed(&mut self, start: usize, end: usize) {
        let Some((slot, rank)) = slot_before(self.text, start) else { return };
        let run = &self.text[start..end];
        match slot {
            Slot::Trace | Slot::DatadogTrace => {
                if slot == Slot::Trace && !is_long_enough(rank, run) {
                    return;
                }
                if let Some(found) = trace_value(run, slot == Slot::DatadogTrace) {
                    self.trace(Tier::Key(rank), found);
                }
            }
            Slot::Span | Slot::DatadogSpan => {
                if let Some(span) = span_value(run, slot == Slot::DatadogSpan) {
                    self.span(Tier::Key(rank), span);
                }
            }
            Slot::ParentSpan => {
                self.parent = self.parent.or_else(|| span_value(run, false));
            }
            Slot::Uber => {
                let rest = &self.text[start..];
                let length =
                    rest.iter().position(|b| !(is_hex(*b) || *b == b':')).unwrap_or(rest.len());
                if let Some(found) = uber(&rest[..length]) {
                    self.propagated(Tier::Key(rank), found);
                }
            }
            _ => {}
        }
    }

    /// 32 digits: with their key, in a propagation value other than traceparent, or in position.
    fn thirty_two(&mut self, start: usize, end: usize) -> usize {
        let text = self.text;
        let rest = &text[end..];
        let before = slot_before(text, start);
        match (rest.first(), before) {
            (Some(b'-'), _) if is_run(&rest[1..], 16) => {
                let own = matches!(start.checked_sub(1).map(|at| text[at]), Some(b'[' | b'('));
                let keyed = matches!(
                    before,
                    Some((Slot::B3 | Slot::SentryTrace | Slot::Trace | Slot::TraceParent, _))
                );
                let after = end + 17;
                if let Some(found) = b3(&text[start..after]) {
                    if own {
                        self.trace(Tier::Position, found.trace);
                        if let Some(span) = found.span {
                            self.span(Tier::Position, span);
                        }
                    } else if keyed {
                        self.propagated(Tier::Key(1), found);
                    }
                }
                return after;
            }
            (Some(b':'), _) => {
                let after = self.uber(start, end);
                if after > end {
                    return after;
                }
            }
            (Some(b'.'), _) => {
                if let Some(after) = self.skywalking(start, end) {
                    return after;
                }
            }
            // The span and the options may be left out.
            (_, Some((Slot::CloudTrace, _))) => {
                let length = rest
                    .iter()
                    .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'/' | b';' | b'=')))
                    .unwrap_or(rest.len());
                if let Some(found) = cloud(&text[start..end + length]) {
                    self.propagated(Tier::Key(0), found);
                }
                return end + length;
            }
            _ => {}
        }
        if self.followed_by_word(end) {
            return end;
        }
        if text[..start].ends_with(b"/traces/")
            && let Some(found) = trace_value(&text[start..end], false)
        {
            self.trace(Tier::Key(0), found);
        }
        self.keyed(start, end);
        self.positional(start, end);
        end
    }

    /// `trace:span:parent:flags` of Jaeger: of the caller where a header's name stands before it,
    /// else of the span that its own program reports. Where to go on, if it is one.
    fn uber(&mut self, start: usize, end: usize) -> usize {
        let (text, rest) = (self.text, &self.text[end..]);
        let length = rest.iter().position(|b| !(is_hex(*b) || *b == b':')).unwrap_or(rest.len());
        let value = &text[start..end + length];
        let is_whole = value.iter().filter(|b| **b == b':').count() == 3;
        let Some(found) = uber(value).filter(|_| is_whole) else { return end };
        match slot_before(text, start) {
            Some((Slot::Uber, rank)) => self.propagated(Tier::Key(rank), found),
            _ => {
                self.propagated(Tier::Shape, Propagated { is_own: true, ..found });
                let parent = value.split(|b| *b == b':').nth(2).unwrap_or_default();
                self.parent = self.parent.or_else(|| hex(parent).and_then(span_of));
            }
        }
        end + length
    }

    /// `[TID:segment.thread.sequence]`, `[SW_CTX:[service,instance,trace,segment,span]]`: the first
    /// id of that shape, if SkyWalking's name stands before it. Where to go on.
    fn skywalking(&mut self, start: usize, end: usize) -> Option<usize> {
        let (text, rest) = (self.text, &self.text[end..]);
        let length =
            rest.iter().position(|b| !(b.is_ascii_digit() || *b == b'.')).unwrap_or(rest.len());
        let found = skywalking(&text[start..end + length])?;
        let before = &text[start.saturating_sub(160)..start];
        let is_named = before.trim_ascii_end().ends_with(b"TID:")
            || memchr::memmem::rfind(before, b"SW_CTX:[").is_some()
            || slot_before(text, start).is_some_and(|(slot, _)| slot == Slot::Trace);
        if is_named {
            self.trace(Tier::Shape, found);
        }
        Some(end + length)
    }

    /// `[app,trace,span]`, `[trace,span]`, `[trace] [span]`, `trace/span`, `trace span` in a log's
    /// header.
    fn positional(&mut self, start: usize, end: usize) {
        let text = self.text;
        let rest = &text[end..];
        let before = start.checked_sub(1).map(|at| text[at]);
        let opened = matches!(before, Some(b'[' | b'(' | b'{'));
        // `level | trace | span | message` of loguru and others.
        let in_column = text[..start].ends_with(b"| ") && rest.starts_with(b" | ");
        let is_listed = before == Some(b',') || text[..start].ends_with(b", ");
        let separated = is_listed || before == Some(b'|') || opened || in_column;
        let skip = if opened && (rest.starts_with(b"] [") || rest.starts_with(b") (")) {
            3
        } else if opened && rest.starts_with(b"][") {
            2
        } else if opened && rest.starts_with(b":") {
            1
        } else if in_column {
            3
        } else if separated && rest.first().is_some_and(|b| matches!(b, b',' | b'|' | b' ' | b'/'))
        {
            1 + usize::from(rest.starts_with(b", "))
        } else if matches!(before, None | Some(b' '))
            && start < 200
            && (rest.starts_with(b" ") || rest.starts_with(b"/") && end - start == 32)
        {
            1
        } else {
            return;
        };
        let run = &text[start..end];
        let span = &rest[skip..];
        // A span's leading zeros are left out by some: only where a list says what it is.
        let (digits, is_short) = match is_run(span, 16) {
            true => (16, false),
            false if is_listed => {
                let digits = span.iter().take(17).take_while(|b| is_hex(**b)).count();
                (digits, (12..16).contains(&digits) && is_run(span, digits))
            }
            false => (0, false),
        };
        // `[app,trace,]` and `[trace] [-]`: a trace without a span, where the brackets say so.
        let closes = span.first().is_some_and(|b| matches!(b, b']' | b',' | b'-'));
        if digits == 16 || is_short {
            let span = &span[..digits];
            // Two words that merely look alike are no ids: ask for both letters and digits.
            let bare = !separated;
            if bare && !(looks_random(run) && looks_random(span)) {
                return;
            }
            if let (Some(found), Some(span)) = (trace_value(run, false), span_value(span, false)) {
                self.trace(Tier::Position, found);
                self.span(Tier::Position, span);
            }
        } else if closes
            && run.len() == 32
            && (before == Some(b',') || rest.starts_with(b"] ["))
            && let Some(found) = trace_value(run, false)
        {
            self.trace(Tier::Position, found);
        }
    }
}

/// `[user/address/…/12ms GET /orders]`: the third part of the bracket in which Egg, a framework for
/// Node, prints its context.
fn is_third_of_list(before: &[u8], after: &[u8]) -> bool {
    let Some(rest) = after.strip_prefix(b"/") else { return false };
    let digits = rest.iter().take(12).take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    let before = &before[before.len().saturating_sub(120)..];
    let list = memchr::memrchr(b'[', before).map_or(&b""[..], |open| &before[open + 1..]);
    digits > 0
        && rest[digits..].starts_with(b"ms ")
        && list.ends_with(b"/")
        && list.iter().filter(|b| **b == b'/').count() == 2
}

/// Where the `0x` before a run of digits begins.
fn hex_mark_before(text: &[u8], start: usize) -> Option<usize> {
    let mark = start.checked_sub(2).filter(|mark| text[*mark..].starts_with(b"0x"))?;
    let is_inside_word = mark > 0 && text[mark - 1].is_ascii_alphanumeric();
    (!is_inside_word).then_some(mark)
}

/// Whether the text begins with exactly `length` hex digits.
fn is_run(text: &[u8], length: usize) -> bool {
    text.len() >= length
        && text[..length].iter().all(|b| is_hex(*b))
        && !text.get(length).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_')
}

fn span_of(value: u128) -> Option<SpanId> {
    SpanId::new(u64::try_from(value).ok()?)
}

/// The slot of the key before a value in free text: `key=`, `key: `, `"key":"`, `Key=[`, `Key value`,
/// `Key ID: `.
pub(super) fn slot_before(text: &[u8], start: usize) -> Option<(Slot, u8)> {
    /// Values may be lined up behind their keys.
    const MOST_BLANKS: usize = 40;
    let mut at = start;
    let back = |at: &mut usize, accept: &dyn Fn(u8) -> bool, most: usize| {
        let from = *at;
        while *at > 0 && from - *at < most && accept(text[*at - 1]) {
            *at -= 1;
        }
        from - *at
    };
    let is_quote = |b: u8| matches!(b, b'"' | b'\'' | b'\\' | b'`');
    let is_blank = |b: u8| matches!(b, b' ' | b'\t');
    let is_separator = |b: u8| matches!(b, b'=' | b':' | b'>');
    back(&mut at, &is_quote, 4);
    // Headers are printed as lists: `X-B3-TraceId=[463ac35c9f6413ad]`.
    if text[..at].ends_with(b"[") && at > 1 && is_separator(text[at - 2]) {
        at -= 1;
    }
    let blanks = back(&mut at, &is_blank, MOST_BLANKS);
    let separators = back(&mut at, &is_separator, 2);
    if separators > 0 {
        back(&mut at, &is_blank, 2);
    } else if !(1..=2).contains(&blanks) {
        return None;
    }
    back(&mut at, &is_quote, 4);
    let end = at;
    let is_key = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'@' | b'/');
    back(&mut at, &is_key, 48);
    if text[at..end].eq_ignore_ascii_case(b"id") && text[..at].ends_with(b" ") {
        at -= 1;
        back(&mut at, &|b| b.is_ascii_alphabetic(), 8);
    }
    let alias = fields::lookup(&text[at..end])?;
    // "trace 4bf9…" could be the end of a sentence; "TraceID 4bf9…" is a label.
    (separators > 0 || alias.rank == 0).then_some((alias.slot, alias.rank))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::record::TraceKey;
    use crate::trace_context::TraceId;

    const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const SPAN: &str = "00f067aa0ba902b7";

    fn full() -> TraceKey {
        TraceKey::Full(TraceId::from_lower_hex(TRACE.as_bytes()).unwrap())
    }

    #[test]
    fn text_is_scanned_for_keys_shapes_and_positions() {
        let own = [
            format!("[{TRACE}] [{SPAN}] 2026-11-22 hello"),
            format!("INFO [orders,{TRACE},{SPAN}] 1 --- x"),
            format!("INFO [orders,{TRACE},{SPAN},true] 1 --- x"),
            format!("INFO [{TRACE}-{SPAN}] hello"),
            format!("[trace_id={TRACE} span_id={SPAN} resource.service.name=gateway]"),
            format!("TraceID: {TRACE} SpanID: {SPAN} Start"),
            format!("x {{\\\"trace_id\\\":\\\"{TRACE}\\\",\\\"span_id\\\":\\\"{SPAN}\\\"}}"),
            format!("done traceId=4bf92f35-77b3-4da6-a3ce-929d0e0e4736, spanId={SPAN}"),
        ];
        for text in &own {
            let ids = scan_text(text.as_bytes());
            assert_eq!(ids.trace.map(|t| t.key), Some(full()), "{text}");
            assert_eq!(ids.span.map(|s| s.to_string()).as_deref(), Some(SPAN), "{text}");
        }
        let callers = [
            format!("GET / 200 traceparent=\"00-{TRACE}-{SPAN}-01\""),
            format!("SELECT 1 /*traceparent='00-{TRACE}-{SPAN}-01'*/"),
            format!("uber-trace-id: {TRACE}:{SPAN}:0:1"),
            format!("sentry-trace: {TRACE}-{SPAN}-1"),
            format!("Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent={SPAN};Sampled=1 x"),
        ];
        for text in &callers {
            let ids = scan_text(text.as_bytes());
            assert_eq!(ids.trace.map(|t| t.key), Some(full()), "{text}");
            assert_eq!(ids.caller.map(|s| s.to_string()).as_deref(), Some(SPAN), "{text}");
        }
    }

    #[test]
    fn decoys_are_refused() {
        for text in [
            format!("request_id={TRACE}"),
            format!("etag {TRACE}"),
            format!("sha256:{TRACE}{TRACE}"),
            format!("traceparent=\"00-{TRACE}-{SPAN}-01-\""),
            format!("traceparent=\"00-{}-{SPAN}-01\"", "0".repeat(32)),
            format!("tenant [{TRACE}] {SPAN} x"),
            format!("[{TRACE}] hello"),
            "trace_id=0 span_id=0".to_owned(),
            "[-] [-] hello 2026".to_owned(),
        ] {
            assert_eq!(scan_text(text.as_bytes()).trace, None, "{text}");
        }
    }

    #[test]
    fn datadog_ids_of_sixteen_decimal_digits_are_decimal() {
        let ids = scan_text(b"dd.trace_id=1234567890123456 dd.span_id=3955074348436577");
        assert_eq!(ids.trace.map(|t| t.key), Some(TraceKey::Low64(1_234_567_890_123_456)));
        assert_eq!(ids.span.map(SpanId::get), Some(3_955_074_348_436_577));
    }
}
