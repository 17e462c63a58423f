//! A level that stands some words behind the time: finds it past a logger, a thread or a host.
//!
//! Makes a [`Severity`] and says where it ends. Whether a level may stand there at all is the header
//! reader's business.

use super::level::{cisco, letter_before_tag, strict_level, topics_level};
use crate::record::severity::Severity;

/// The level, its text, and how far the header reaches: a level in capitals behind up to three
/// words (a logger, a thread, a host) that are no words of a sentence.
pub(super) fn level_ahead(rest: &[u8]) -> Option<(Severity, &[u8], usize)> {
    let window = &rest[..rest.len().min(240)];
    let words = window.split(|b| matches!(b, b' ' | b'\t' | b'|')).filter(|w| !w.is_empty());
    let mut after_colon = false;
    let mut words = words.peekable();
    let mut passed = 0;
    let mut is_named = false;
    while let Some(word) = words.next() {
        // Fields of a logger's own are no words.
        passed += usize::from(!word.contains(&b'='));
        if passed > 6 {
            break;
        }
        let bare = word.strip_suffix(b":").unwrap_or(word);
        let inside = match bare {
            [b'[', inside @ .., b']'] | [b'(', inside @ .., b')'] | [b'<', inside @ .., b'>'] => {
                Some(inside)
            }
            _ => None,
        };
        let level = match (inside, bare) {
            (Some([letter]), _) if letter.is_ascii_uppercase() => {
                Severity::from_letter(*letter).map(|severity| (severity, inside))
            }
            (Some(inside), _) => {
                Severity::from_position(inside).map(|severity| (severity, Some(inside)))
            }
            // `imap-login: Error: text`, `unbound[17:0] info: text`
            (None, bare) if after_colon && bare.len() < word.len() => {
                let severity = Severity::from_position(bare).map(|severity| (severity, Some(bare)));
                severity.or_else(|| named_level(word, bare))
            }
            // `warning tmm[1234]: text` behind a host
            (None, bare)
                if bare.iter().all(u8::is_ascii_lowercase)
                    && words.peek().is_some_and(|next| next.ends_with(b"]:")) =>
            {
                Severity::from_position(bare).map(|severity| (severity, Some(bare)))
            }
            // `0.017351s notice: text`, `host warn: text`: behind one word
            (None, bare) if passed == 2 && bare.len() < word.len() && !bare.contains(&b'=') => {
                let severity = Severity::from_position(bare).map(|severity| (severity, Some(bare)));
                severity.or_else(|| named_level(word, bare))
            }
            // `slapd debug  text`: a column, since two blanks are behind it
            (None, bare) if passed == 2 && is_column_in_lowercase(rest, bare) => {
                Severity::from_position(bare).map(|severity| (severity, Some(bare)))
            }
            // `LEVEL: Warning` of DB2
            (None, bare) if is_named => Severity::from_field(bare).map(|s| (s, Some(bare))),
            (None, bare) => named_level(word, bare),
        };
        is_named = word.eq_ignore_ascii_case(b"level:");
        if let Some((severity, Some(text))) = level {
            // The words come from this line, so the offset is in it.
            let end = word.as_ptr() as usize - rest.as_ptr() as usize + word.len();
            return Some((severity, text, end));
        }
        let looks_named = bare.iter().any(|b| {
            matches!(b, b'.' | b'/' | b':' | b'_' | b'-' | b'@' | b'[' | b'(' | b'{' | b'$' | b'=')
                || b.is_ascii_digit()
        }) && !word.ends_with(b".");
        let lower = bare.iter().all(u8::is_ascii_lowercase);
        // `LogNet: Warning: text` of Unreal
        let is_part = passed == 1 && bare.len() < word.len();
        // `PaymentJob`: no word of a sentence has a capital behind a small letter.
        let is_class =
            bare.windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
        if !(looks_named || lower || is_named || is_part || is_class || inside.is_some())
            || word.contains(&b'"')
            || word.ends_with(b",")
        {
            return level_in_angles(window);
        }
        after_colon = word.ends_with(b":") || word.ends_with(b"]");
    }
    level_in_angles(window)
}

/// Whether a word in small letters is followed by two blanks, as a padded column is.
fn is_column_in_lowercase(rest: &[u8], word: &[u8]) -> bool {
    let end = word.as_ptr() as usize - rest.as_ptr() as usize + word.len();
    word.iter().all(u8::is_ascii_lowercase) && rest[end..].starts_with(b"  ")
}

/// `Cluster Inviter:7fe5 <WARNING> text`: a level in capitals between angles, which no sentence has,
/// behind the name of a thread, of any words.
fn level_in_angles(window: &[u8]) -> Option<(Severity, &[u8], usize)> {
    for open in memchr::memmem::find_iter(window, b" <").take(3) {
        let inside = &window[open + 2..];
        let close = inside.iter().take(12).position(|b| !b.is_ascii_uppercase())?;
        let is_column = inside[close..].starts_with(b"> ");
        let is_name = !window[..open].iter().any(|b| matches!(b, b'"' | b'=' | b',' | b'.'));
        if let Some(severity) = strict_level(&inside[..close]).filter(|_| is_column && is_name) {
            return Some((severity, &inside[..close], open + close + 3));
        }
    }
    None
}

/// A level that needs no bracket: `INFO`, `util.py[DEBUG]:`, `%ASA-4-106023:`, `D/Tag:`.
fn named_level<'a>(word: &'a [u8], bare: &'a [u8]) -> Option<(Severity, Option<&'a [u8]>)> {
    if let Some(severity) = strict_level(bare) {
        return Some((severity, Some(bare)));
    }
    if let Some(inside) = bare.strip_suffix(b"]")
        && let Some(open) = memchr::memrchr(b'[', inside)
    {
        return strict_level(&inside[open + 1..])
            .map(|severity| (severity, Some(&inside[open + 1..])));
    }
    if let Some((severity, digit)) = cisco(word) {
        return Some((severity, Some(digit)));
    }
    // `web_php[118770].ERR`
    if let Some(at) = memchr::memmem::rfind(word, b"].") {
        let level = &word[at + 2..];
        let severity = Severity::from_position(level).filter(|_| is_capitals(level))?;
        return Some((severity, Some(level)));
    }
    if let Some((severity, text)) = topics_level(word) {
        return Some((severity, Some(text)));
    }
    let (severity, text) = letter_before_tag(word).filter(|_| word.ends_with(b":"))?;
    Some((severity, Some(text)))
}

fn is_capitals(word: &[u8]) -> bool {
    !word.is_empty() && word.iter().all(u8::is_ascii_uppercase)
}

/// The level in the message that a logging daemon or a container's runtime carries, behind at most
/// two names of parts: `pop3-login: Info: text`, `[CLOUDINIT] util.py[DEBUG]: text`, `error - text`.
pub(super) fn level_in_message(text: &[u8]) -> Option<(Severity, &[u8])> {
    let mut rest = text.trim_ascii_start();
    for part in 0..3 {
        let end = rest.iter().take(80).position(|b| *b == b' ')?;
        let word = &rest[..end];
        let bare = word.strip_suffix(b":").unwrap_or(word);
        let is_before_dash = part == 0 && rest[end..].starts_with(b" - ");
        if (part > 0 && bare.len() < word.len() || is_before_dash)
            && let Some(severity) = Severity::from_position(bare)
        {
            return Some((severity, bare));
        }
        if let Some((severity, Some(level))) = named_level(word, bare) {
            return Some((severity, level));
        }
        let is_part = bare.len() < word.len() || word.starts_with(b"[") && word.ends_with(b"]");
        if !is_part {
            return None;
        }
        rest = rest[end..].trim_ascii_start();
    }
    None
}
