//! Text of a log, made safe for a person's terminal, measured and cut.
//!
//! A log may hold anything: escape sequences that clear the screen, a right-to-left override that
//! makes `gpj.exe` read as `exe.jpg`, bytes that are no text at all. Everything that does not
//! simply stand there as a visible character is shown as an escape. Backslashes of the log's own
//! are left alone: the reader loses a little certainty, and gains readable Windows paths.

use std::borrow::Cow;
use std::fmt::Write;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Whether a character would do something other than appear.
///
/// C0 and C1 controls and DEL; bidirectional controls (Unicode Standard Annex 9, section 2);
/// line and paragraph separators; characters without width that can hide text. The zero-width
/// joiner stays: emoji and several scripts are made with it.
fn is_hostile(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn push_escape(escaped: &mut String, character: char) {
    // Writing to a string cannot fail.
    let _ = match character {
        '\n' => escaped.write_str("\\n"),
        '\r' => escaped.write_str("\\r"),
        '\t' => escaped.write_str("\\t"),
        '\0'..='\u{7f}' => write!(escaped, "\\x{:02x}", character as u32),
        _ => write!(escaped, "\\u{{{:x}}}", character as u32),
    };
}

/// The text with every control, bidirectional and invisible character as an escape
/// (`\n`, `\x1b`, `\u{202e}`).
pub fn escape(text: &str) -> Cow<'_, str> {
    let Some(first) = text.find(is_hostile) else { return Cow::Borrowed(text) };
    let mut escaped = String::with_capacity(text.len() + 16);
    escaped.push_str(&text[..first]);
    for character in text[first..].chars() {
        if is_hostile(character) {
            push_escape(&mut escaped, character);
        } else {
            escaped.push(character);
        }
    }
    Cow::Owned(escaped)
}

/// As [`escape`], for bytes: what is not UTF-8 appears as `\xNN`.
pub fn escape_bytes(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return escape(text);
    }
    let mut escaped = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        escaped.push_str(&escape(chunk.valid()));
        for byte in chunk.invalid() {
            let _ = write!(escaped, "\\x{byte:02x}");
        }
    }
    Cow::Owned(escaped)
}

/// As [`escape_bytes`], for a line that is shown as it was: a tab moves the cursor and does no harm,
/// so it stays. Not for columns, whose width it would change.
pub fn escape_line(line: &[u8]) -> Cow<'_, str> {
    if !line.contains(&b'\t') {
        return escape_bytes(line);
    }
    let parts: Vec<_> = line.split(|&byte| byte == b'\t').map(escape_bytes).collect();
    Cow::Owned(parts.join("\t"))
}

/// Terminal cells that (escaped) text takes.
pub fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { UnicodeWidthStr::width(text) }
}

/// The text, cut to at most `cells` terminal cells; where something is cut, it ends in `ellipsis`.
pub fn cut<'a>(text: &'a str, cells: usize, ellipsis: &str) -> Cow<'a, str> {
    if text.len() <= cells && text.is_ascii() || width(text) <= cells {
        return Cow::Borrowed(text);
    }
    let Some(room) = cells.checked_sub(width(ellipsis)) else {
        return Cow::Borrowed("");
    };
    let mut cut = text[..prefix(text, room)].trim_end().to_owned();
    cut.push_str(ellipsis);
    Cow::Owned(cut)
}

/// As [`cut`], but keeps the end: of a path, that is the part that tells.
pub fn cut_start<'a>(text: &'a str, cells: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= cells {
        return Cow::Borrowed(text);
    }
    let Some(room) = cells.checked_sub(width(ellipsis)) else {
        return Cow::Borrowed("");
    };
    let mut from = text.len();
    let mut used = 0;
    for (at, character) in text.char_indices().rev() {
        used += character.width().unwrap_or(0);
        if used > room {
            break;
        }
        from = at;
    }
    Cow::Owned(format!("{ellipsis}{}", &text[from..]))
}

/// Length in bytes of the longest prefix of at most `room` cells.
///
/// Measured as a whole at each step, because a character may change the width of the one before
/// it; and no longer than a few times the room, so that a flood of combining marks stays short.
pub(super) fn prefix(text: &str, room: usize) -> usize {
    let mut end = 0;
    for (count, (at, character)) in text.char_indices().enumerate() {
        let next = at + character.len_utf8();
        if count > 4 * room + 16 || UnicodeWidthStr::width(&text[..next]) > room {
            break;
        }
        end = next;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_bytes_and_overrides_are_shown_not_obeyed() {
        for (raw, shown) in [
            ("plain é 漢 🚀", "plain é 漢 🚀"),
            ("\x1b[2Jgone", "\\x1b[2Jgone"),
            ("a\nb\tc\rd", "a\\nb\\tc\\rd"),
            ("nul\0del\x7f", "nul\\x00del\\x7f"),
            ("c1\u{9b}31m", "c1\\u{9b}31m"),
            ("exe\u{202e}gpj", "exe\\u{202e}gpj"),
            ("iso\u{2066}late\u{2069}", "iso\\u{2066}late\\u{2069}"),
            ("\u{feff}zero\u{200b}width", "\\u{feff}zero\\u{200b}width"),
            ("👩\u{200d}💻", "👩\u{200d}💻"),
            (r"C:\temp", r"C:\temp"),
        ] {
            assert_eq!(escape(raw), shown);
        }
    }

    #[test]
    fn bytes_that_are_no_text_are_shown_in_hexadecimal() {
        assert_eq!(escape_bytes(b"caf\xe9 \xff\x1b ok"), "caf\\xe9 \\xff\\x1b ok");
        assert_eq!(escape_bytes("café".as_bytes()), "café");
        assert_eq!(escape_bytes(b"\xe2\x82"), "\\xe2\\x82");
    }

    /// Stack traces once showed a literal `\t` before each call.
    #[test]
    fn a_line_shown_as_it_was_keeps_its_tabs() {
        assert_eq!(escape_line(b"\tat foo\x1b[2J\xff\t\r"), "\tat foo\\x1b[2J\\xff\t\\r");
        assert_eq!(escape_line(b"a\x07"), "a\\x07");
    }

    #[test]
    fn width_counts_cells() {
        for (text, cells) in [("abc", 3), ("漢字", 4), ("é", 1), ("e\u{301}", 1), ("🚀", 2)] {
            assert_eq!(width(text), cells, "{text}");
        }
    }

    #[test]
    fn cut_text_never_takes_more_than_its_room() {
        for (text, cells, expected) in [
            ("short", 5, "short"),
            ("longer", 5, "long…"),
            ("ab cd", 4, "ab…"),
            ("漢字漢字", 5, "漢字…"),
            ("漢字漢字", 4, "漢…"),
            ("abc", 1, "…"),
            ("abc", 0, ""),
        ] {
            assert_eq!(cut(text, cells, "…"), expected);
            assert!(width(&cut(text, cells, "…")) <= cells);
        }
        let flood = format!("a{}", "\u{301}".repeat(100_000));
        assert!(cut(&format!("{flood}bcdef"), 4, "…").len() < 200);
    }

    #[test]
    fn a_path_keeps_its_end() {
        assert_eq!(cut_start("logs/prod/payment.log:120", 16, "…"), "…payment.log:120");
        assert_eq!(cut_start("a.log:1", 16, "…"), "a.log:1");
        assert_eq!(cut_start("漢字.log", 7, "…"), "…字.log");
    }
}
