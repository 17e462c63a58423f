//! Words and brackets of a header: which still belong to it, and what some of them name.

use crate::record::Timestamp;
use crate::record::identity::{self, FoundTrace};
use crate::record::timestamp::{Reference, parse_at};

/// `[app,trace,span]` and `[app,trace,span,exportable]` of Spring Cloud Sleuth, ids possibly empty.
pub(super) fn service_of_triple(inside: &[u8]) -> Option<&[u8]> {
    let (app, rest) = inside.split_at(inside.iter().take(65).position(|b| *b == b',')?);
    let rest = &rest[1..];
    // Ids have one of few lengths.
    let end = [32, 16, 0, 1].into_iter().find(|at| rest.get(*at) == Some(&b','));
    let (trace, rest) = rest.split_at(end.or_else(|| rest.iter().position(|b| *b == b','))?);
    let span = rest[1..].split(|b| *b == b',').next()?;
    let is_id = |part: &[u8]| {
        let part = part.trim_ascii();
        part.is_empty()
            || part == b"-"
            || matches!(part.len(), 12..=16 | 32) && identity::hex(part).is_some()
    };
    let named = !app.is_empty()
        && app.len() <= 64
        && app.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    (named && is_id(trace) && is_id(span)).then_some(app)
}

/// The trace of `[TID:…]` and `[SW_CTX:[service,instance,trace,segment,span]]` (SkyWalking), and of
/// `[TxId : agent^start^sequence , SpanId : …]` (Pinpoint).
pub(super) fn opaque_id(inside: &[u8]) -> Option<FoundTrace<'_>> {
    if let Some(id) = inside.strip_prefix(b"TID:") {
        return identity::skywalking(id.trim_ascii());
    }
    if let Some(context) = inside.strip_prefix(b"SW_CTX:[") {
        return identity::skywalking(context.split(|b| *b == b',').nth(2)?.trim_ascii());
    }
    let key = inside.get(..4).filter(|key| key.eq_ignore_ascii_case(b"txid"))?;
    let value = inside[key.len()..].trim_ascii_start();
    let value = value.strip_prefix(b":").or(value.strip_prefix(b"="))?.trim_ascii_start();
    let end = value.iter().position(|b| matches!(b, b' ' | b',' | b']')).unwrap_or(value.len());
    let text = &value[..end];
    let is_id = text.len() >= 5 && text.iter().filter(|b| **b == b'^').count() == 2;
    is_id.then(|| FoundTrace { key: identity::opaque(text), text })
}

/// A word that still belongs to the header once time or severity are known: a process or thread
/// number, a logger (`c.e.orders.OrderService`, `app::db`), a place (`main.go:12`).
pub(super) fn is_header_word(word: &[u8], rest: &[u8]) -> bool {
    if word.iter().all(|b| b.is_ascii_digit() || matches!(b, b'#' | b':' | b'.' | b'%')) {
        // An address is message: `127.0.0.1:38866 - "GET /"`.
        return word.iter().filter(|b| **b == b'.').count() < 3;
    }
    // `1702-2395` (process and thread) and a request's UUID.
    let is_uuid = word.len() == 36
        && word.iter().all(|b| b.is_ascii_hexdigit() || *b == b'-')
        && word.iter().filter(|b| **b == b'-').count() == 4;
    if is_uuid || word.iter().all(|b| b.is_ascii_digit() || *b == b'-') {
        return true;
    }
    let after = rest.trim_ascii_start();
    // `_request_in||code=0` of DiDi is the message.
    let is_column = rest.starts_with(b" ") && after.starts_with(b": ")
        || rest.starts_with(b"|") && !rest.starts_with(b"||");
    let ends =
        word.ends_with(b":") || is_column || rest.starts_with(b" - ") || rest.starts_with(b"\t");
    let dotted = word.contains(&b'.') || word.windows(2).any(|pair| pair == b"::");
    let plain = word.iter().all(|b| {
        b.is_ascii_alphanumeric()
            || matches!(b, b'.' | b'_' | b'$' | b':' | b'/' | b'-' | b'#' | b'@' | b'<' | b'>')
    });
    let is_name = word.iter().any(u8::is_ascii_alphabetic);
    plain && is_name && (ends && dotted || is_column)
}

/// `2001:db8:1:2:3:4:5:6`: an address of IPv6, the client of an access log.
pub(super) fn is_address(word: &[u8]) -> bool {
    word.len() >= 3
        && word.iter().all(|b| b.is_ascii_hexdigit() || matches!(b, b':' | b'.' | b'%'))
        && word.iter().filter(|b| **b == b':').count() >= 2
        && (word.iter().any(u8::is_ascii_alphabetic)
            || memchr::memmem::find(word, b"::").is_some()
            || word.iter().filter(|b| **b == b':').count() > 3)
}

/// `choose_repo:47`: a place in a program.
pub(super) fn is_place(word: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', word) else { return false };
    let (name, line) = (&word[..colon], &word[colon + 1..]);
    name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
        && !line.is_empty()
        && line.iter().all(u8::is_ascii_digit)
}

/// `Date: Sun, 22 Nov 2026 10:30:45 GMT`: a date that is a header of a message that is logged (RFC
/// 9110, section 5.6.7, and RFC 5322, section 3.3), and not when the line was written.
pub(super) fn is_date_of_message(rest: &[u8]) -> bool {
    const NAMES: [&[u8]; 6] = [
        b"date",
        b"last-modified",
        b"expires",
        b"if-modified-since",
        b"if-unmodified-since",
        b"sunset",
    ];
    let Some(colon) = rest.iter().take(20).position(|b| *b == b':') else { return false };
    let is_named = NAMES.iter().any(|name| rest[..colon].eq_ignore_ascii_case(name));
    let value = rest[colon + 1..].trim_ascii_start();
    is_named
        && value.len() > 5
        && value[..3].iter().all(u8::is_ascii_alphabetic)
        && value[3..].starts_with(b", ")
}

/// `                    WARNING  text        app.py:19`: a row of Rich's handler for Python, which
/// leaves out a time that is the same as in the row above. The level's column is eight wide, and the
/// place in the program ends the row; a message that goes on has neither.
pub(super) fn is_row_without_time(indent: usize, text: &[u8]) -> bool {
    const LEVELS: [&[u8]; 5] = [b"DEBUG", b"INFO", b"WARNING", b"ERROR", b"CRITICAL"];
    let Some((column, message)) = text.split_at_checked(9).filter(|_| indent >= 8) else {
        return false;
    };
    let place = message.trim_ascii_end().rsplit(|b| *b == b' ').next().unwrap_or_default();
    let is_python = memchr::memmem::find(place, b".py:")
        .is_some_and(|at| at > 0 && place[at + 4..].iter().all(u8::is_ascii_digit));
    is_python && column[8] == b' ' && LEVELS.contains(&column.trim_ascii_end())
}

/// `INFO  | admin asked for /orders at 22-11-2026 10:30:45,120 | thread-7`: the time that the column
/// of the message ends with, where the level has a column of its own and there is no other time.
pub(super) fn stamp_before_bar(text: &[u8], reference: &Reference) -> Option<Timestamp> {
    let level = text.iter().take(10).take_while(|b| b.is_ascii_uppercase()).count();
    if level == 0 || !text[level..].trim_ascii_start().starts_with(b"| ") {
        return None;
    }
    memchr::memmem::find_iter(text, b" at ").find_map(|at| {
        let rest = &text[at + 4..];
        let stamp = parse_at(rest, reference).filter(|stamp| stamp.has_date)?;
        rest[stamp.length..].starts_with(b" | ").then_some(stamp.timestamp)
    })
}

/// The offset of the bracket that closes a group.
pub(super) fn matching(window: &[u8], open: u8, close: u8) -> Option<usize> {
    // Nearly always there is none inside.
    let first = memchr::memchr2(open, close, window)?;
    if window[first] == close {
        return Some(first);
    }
    let mut depth = 0;
    for (at, byte) in window.iter().enumerate() {
        if *byte == open {
            depth += 1;
        } else if *byte == close {
            if depth == 0 {
                return Some(at);
            }
            depth -= 1;
        }
    }
    None
}

/// The message without what loggers put between it and the header.
pub(super) fn without_separators(body: &[u8]) -> &[u8] {
    let mut body = body.trim_ascii();
    loop {
        let rest = match body {
            [b'|' | b':' | b',' | b';', rest @ ..] | [b'-' | b'>', b' ', rest @ ..] => rest,
            [b'-', b'-', b' ', rest @ ..] => rest,
            _ => return body,
        };
        body = rest.trim_ascii_start();
    }
}
