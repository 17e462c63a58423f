//! Words and brackets of a header: which still belong to it, and what some of them name.

use crate::record::identity::{self, FoundTrace};

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
    let is_column = rest.starts_with(b" ") && after.starts_with(b": ") || rest.starts_with(b"|");
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
