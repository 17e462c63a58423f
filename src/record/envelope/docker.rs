//! Container runtimes: the CRI log format of Kubernetes nodes and Docker's `json-file` driver.

use super::Envelope;
use crate::record::format::json::unescape;
use crate::record::timestamp::{Reference, parse_at};
use bumpalo::Bump;

/// `2026-11-22T14:22:32.450939774Z stderr F text`; `P` marks a line that goes on in the next.
pub(super) fn cri<'a>(line: &'a [u8], reference: &Reference) -> Option<Envelope<'a>> {
    let blank = memchr::memchr(b' ', &line[..line.len().min(40)])?;
    let rest = &line[blank + 1..];
    let stream = rest.get(..6)?;
    if !(stream == b"stdout" || stream == b"stderr") || rest.get(6) != Some(&b' ') {
        return None;
    }
    // Tags are separated by colons; the first says whether the line is partial.
    let tag = *rest.get(7)?;
    if !matches!(tag, b'F' | b'P') {
        return None;
    }
    let after = rest[8..].iter().position(|b| *b == b' ').map(|at| 8 + at + 1);
    let inner = match after {
        Some(at) if rest[8..at - 1].is_empty() || rest[8] == b':' => &rest[at..],
        None if rest.len() == 8 => &rest[8..],
        _ => return None,
    };
    let stamp = parse_at(line, reference)?;
    Some(Envelope {
        name: "cri",
        inner: super::trim_end(inner),
        stream,
        timestamp: Some(stamp.timestamp),
        is_cut: Some(tag == b'P'),
        ..Envelope::default()
    })
}

/// `2026-11-22T14:22:32.450939774Z text`: what `docker logs -t`, `docker compose logs -t` and
/// `kubectl logs --timestamps` put before each line. Loggers print such stamps too, so it is only
/// taken for a wrapper's where the text shows that: it has a stamp of its own, is an object, or is
/// indented.
pub(super) fn timestamped<'a>(line: &'a [u8], reference: &Reference) -> Option<Envelope<'a>> {
    // Seven digits of a second at least: others have fewer.
    let is_fine = line.get(10) == Some(&b'T')
        && line.get(19) == Some(&b'.')
        && line[20..].iter().take(7).take_while(|b| b.is_ascii_digit()).count() == 7;
    if !is_fine {
        return None;
    }
    let end = memchr::memchr(b' ', &line[..line.len().min(40)])?;
    let inner = &line[end + 1..];
    let is_wrapped = match inner.first() {
        None | Some(b'{' | b'\t') => true,
        Some(b' ') if inner.starts_with(b"  ") => true,
        Some(_) => {
            let words = inner[..inner.len().min(64)].split_inclusive(|b| *b == b' ').take(4);
            let mut at = 0;
            let mut starts = words.map(|word| {
                let start = at;
                at += word.len();
                start
            });
            starts.any(|start| {
                let word = &inner[start..];
                let word = word.strip_prefix(b"[").unwrap_or(word);
                word.first().is_some_and(u8::is_ascii_digit)
                    && parse_at(word, reference).is_some_and(|stamp| stamp.length > 7)
            })
        }
    };
    if !is_wrapped {
        return None;
    }
    let stamp = parse_at(line, reference).filter(|stamp| stamp.length == end)?;
    Some(Envelope {
        name: "docker-timestamps",
        inner: super::trim_end(inner),
        timestamp: Some(stamp.timestamp),
        ..Envelope::default()
    })
}

/// `{"log":"text\n","stream":"stderr","time":"…"}` with nothing else of weight; without the `\n`,
/// the line goes on in the next.
pub(super) fn json_file<'a>(
    line: &'a [u8],
    reference: &Reference,
    arena: &'a Bump,
) -> Option<Envelope<'a>> {
    let start = line.strip_prefix(b"{\"log\":\"")?;
    let mut end = 0;
    loop {
        end += memchr::memchr2(b'"', b'\\', &start[end..])?;
        if start[end] == b'"' {
            break;
        }
        end += 2;
        if end >= start.len() {
            return None;
        }
    }
    let rest = &start[end + 1..];
    let stream = value_of(rest, b"\"stream\":\"")?;
    let time = value_of(rest, b"\"time\":\"")?;
    let stamp = parse_at(time, reference)?;
    let text = unescape(&start[..end], arena);
    let (inner, is_cut) = match text.strip_suffix(b"\n") {
        Some(inner) => (inner, false),
        None => (text, true),
    };
    let inner = if memchr::memchr(0x1b, inner).is_some() {
        super::ansi::strip(inner, arena)
    } else {
        inner
    };
    Some(Envelope {
        name: "docker",
        inner: if is_cut { inner } else { super::trim_end(inner) },
        stream,
        timestamp: Some(stamp.timestamp),
        is_cut: Some(is_cut),
        ..Envelope::default()
    })
}

fn value_of<'a>(text: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let start = memchr::memmem::find(text, key)? + key.len();
    let length = memchr::memchr(b'"', &text[start..])?;
    Some(&text[start..start + length])
}
