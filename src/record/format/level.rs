//! Levels in writings of their own, as some loggers put them behind the time or a name.
//!
//! Makes a [`Severity`] from a word in its place; whether the place is right is the header
//! reader's business.

use crate::record::severity::Severity;

/// Levels in capitals that no sentence has by chance.
pub(super) fn strict_level(word: &[u8]) -> Option<Severity> {
    const LEVELS: [&[u8]; 11] = [
        b"TRACE",
        b"DEBUG",
        b"INFO",
        b"WARN",
        b"WARNING",
        b"ERROR",
        b"FATAL",
        b"CRITICAL",
        b"NOTICE",
        b"SEVERE",
        b"PANIC",
    ];
    // quill writes LOG_INFO.
    let word = word.strip_prefix(b"LOG_").unwrap_or(word);
    LEVELS.contains(&word).then(|| Severity::from_position(word)).flatten()
}

/// Levels in writings of their own behind the time: `In(182)` of ESXi, `I005:` of VMware,
/// `PHP Warning:`. With the bytes they take.
pub(super) fn special_level(rest: &[u8]) -> Option<(Severity, usize)> {
    match rest {
        [a @ b'A'..=b'Z', b @ b'a'..=b'z', b'(', b'0'..=b'9', ..] => {
            let severity = match (a, b) {
                (b'E', b'm') => Severity::FATAL,
                (b'A', b'l') => Severity::ERROR3,
                (b'C', b'r') => Severity::ERROR2,
                (b'E', b'r') => Severity::ERROR,
                (b'W', b'a') => Severity::WARN,
                (b'N', b'o') => Severity::INFO2,
                (b'I', b'n') => Severity::INFO,
                (b'D', b'b') => Severity::DEBUG,
                _ => return None,
            };
            let close = rest.iter().take(8).position(|b| *b == b')')?;
            Some((severity, close + 1))
        }
        [letter @ (b'I' | b'W' | b'E' | b'D'), x, y, z, b':', ..]
            if [x, y, z].iter().all(|b| b.is_ascii_digit()) =>
        {
            Severity::from_letter(*letter).map(|severity| (severity, 4))
        }
        [b'P', b'H', b'P', b' ', kind @ ..] => {
            let severity = match kind {
                [b'F' | b'P', b'a', ..] => Severity::FATAL,
                [b'W', b'a', ..] | [b'D', b'e', b'p', ..] => Severity::WARN,
                [b'N', b'o', ..] => Severity::INFO2,
                [b'R' | b'C', ..] => Severity::ERROR,
                _ => return None,
            };
            let colon = kind.iter().take(32).position(|b| *b == b':')?;
            Some((severity, 4 + colon))
        }
        _ => None,
    }
}

/// `WARN574240[Thread-35]`: a level with a number behind it, before a bracket.
pub(super) fn glued_level(word: &[u8], followed: Option<u8>) -> Option<(Severity, &[u8])> {
    let digits = word.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || followed != Some(b'[') {
        return None;
    }
    let level = &word[..word.len() - digits];
    strict_level(level).map(|severity| (severity, level))
}

/// `firewall,info`, `system,error,critical`: topics in lowercase, the level the last of them
/// (MikroTik).
pub(super) fn topics_level(word: &[u8]) -> Option<(Severity, &[u8])> {
    let comma = memchr::memrchr(b',', word)?;
    let is_topics = word.iter().all(|b| b.is_ascii_lowercase() || matches!(b, b',' | b'-'));
    let level = &word[comma + 1..];
    let known = [&b"info"[..], b"warning", b"error", b"critical", b"debug"].contains(&level);
    (is_topics && known).then(|| Severity::from_position(level)).flatten().map(|s| (s, level))
}

/// `W/System.err( 1702):` behind a time.
pub(super) fn letter_before_tag(rest: &[u8]) -> Option<(Severity, &[u8])> {
    let is_tag = matches!(rest, [b'V' | b'D' | b'I' | b'W' | b'E' | b'F' | b'A', b'/', tag, ..]
        if tag.is_ascii_alphabetic());
    if !is_tag {
        return None;
    }
    Severity::from_letter(rest[0]).map(|severity| (severity, &rest[..1]))
}

/// `app.ERROR:`, the channel and level of Monolog.
pub(super) fn channel_level(word: &[u8], followed: Option<u8>) -> Option<(Severity, &[u8])> {
    if followed != Some(b':') {
        return None;
    }
    let level = &word[memchr::memrchr(b'.', word)? + 1..];
    let capitals = level.iter().all(u8::is_ascii_uppercase);
    capitals.then(|| Severity::from_position(level)).flatten().map(|severity| (severity, level))
}

/// `%SYS-5-CONFIG_I:`, `%PIM-SW1-6-INVALID_RP_JOIN:`: Cisco's facility, severity (of syslog) and
/// mnemonic; the severity as written too.
pub(super) fn cisco(word: &[u8]) -> Option<(Severity, &[u8])> {
    let rest = word.strip_prefix(b"%")?.strip_suffix(b":")?;
    let is_digit = |part: &&[u8]| matches!(part, [b'0'..=b'7']);
    let mut parts = rest.split(|b| *b == b'-').skip(1);
    let digit = parts.find(is_digit)?;
    parts.next().map(|_| (Severity::from_syslog(digit[0] - b'0'), digit))
}

/// `[1234]{-1}[-1/-1] 2026-11-22 10:30:45.120456 e Basis file.cpp(00042) : text` of SAP HANA: a
/// letter in lowercase behind the time, where brackets and braces stand `before`.
pub(super) fn hana_level(before: &[u8], rest: &[u8]) -> Option<Severity> {
    let [letter @ (b'd' | b'i' | b'w' | b'e' | b'f'), b' ', ..] = rest else { return None };
    (before.starts_with(b"[") && memchr::memmem::find(before, b"]{").is_some())
        .then(|| Severity::from_letter(*letter))
        .flatten()
}
