//! Terminal colours and other escape sequences, taken out of a line.

use bumpalo::Bump;

/// The line without escape sequences (ECMA-48: CSI, OSC and two-byte sequences).
pub(super) fn strip<'a>(line: &'a [u8], arena: &'a Bump) -> &'a [u8] {
    let mut out = bumpalo::collections::Vec::with_capacity_in(line.len(), arena);
    let mut at = 0;
    while at < line.len() {
        if line[at] != 0x1b {
            let length = memchr::memchr(0x1b, &line[at..]).unwrap_or(line.len() - at);
            out.extend_from_slice(&line[at..at + length]);
            at += length;
            continue;
        }
        at += match line.get(at + 1) {
            Some(b'[') => {
                let body = &line[at + 2..];
                2 + body
                    .iter()
                    .position(|b| (0x40..=0x7e).contains(b))
                    .map_or(body.len(), |end| end + 1)
            }
            Some(b']') => {
                let body = &line[at + 2..];
                let end = body.iter().position(|b| *b == 7 || *b == 0x1b);
                match end {
                    Some(end) if body[end] == 7 => 2 + end + 1,
                    Some(end) => 2 + end + usize::from(body.get(end + 1) == Some(&b'\\')) + 1,
                    None => 2 + body.len(),
                }
            }
            Some(_) => 2,
            None => 1,
        };
    }
    out.into_bump_slice()
}

/// How escape sequences are written out at the beginning of a line, if they are: rsyslog prints
/// `#033[1m`, others `\x1b[1m` or `\u001b[1m`.
pub(super) fn written_out(line: &[u8]) -> Option<&'static [u8]> {
    if !matches!(line.first(), Some(b'#' | b'\\')) {
        return None;
    }
    const MARKS: [&[u8]; 4] = [b"#033[", b"\\x1b[", b"\\u001b[", b"\\033["];
    MARKS.into_iter().find(|mark| line.starts_with(mark))
}

/// The line without escape sequences that are written out.
pub(super) fn strip_written<'a>(line: &'a [u8], mark: &[u8], arena: &'a Bump) -> &'a [u8] {
    let mut out = bumpalo::collections::Vec::with_capacity_in(line.len(), arena);
    let mut rest = line;
    while let Some(at) = memchr::memmem::find(rest, mark) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at + mark.len()..];
        let length = rest.iter().take(24).position(|b| (0x40..=0x7e).contains(b));
        rest = &rest[length.map_or(0, |length| length + 1)..];
    }
    out.extend_from_slice(rest);
    out.into_bump_slice()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sequences_vanish_and_text_stays() {
        let arena = Bump::new();
        for (line, expected) in [
            ("\u{1b}[1;31merr\u{1b}[0m: x", "err: x"),
            ("a\u{1b}]8;;http://x\u{7}b", "ab"),
            ("a\u{1b}", "a"),
            ("a\u{1b}[", "a"),
        ] {
            assert_eq!(strip(line.as_bytes(), &arena), expected.as_bytes(), "{line:?}");
        }
        let line: &[u8] = b"#033[32mINFO#033[0m x";
        let mark = written_out(line).unwrap_or_default();
        assert_eq!(strip_written(line, mark, &arena), b"INFO x");
        assert_eq!(written_out(b"# a comment"), None);
    }
}
