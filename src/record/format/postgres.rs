//! PostgreSQL's own log lines: what belongs together, and to which server process.
//!
//! An error is followed by lines of the same process that explain it (DETAIL, HINT, STATEMENT,
//! CONTEXT, QUERY), each with a header of its own. Those are continuations, joined by process id
//! even when other processes write in between.

use memchr::memmem::Finder;
use std::sync::LazyLock;

/// What a PostgreSQL line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PostgresLine<'a> {
    /// Process id, as the log prints it.
    pub(crate) process: &'a [u8],
    /// DETAIL, STATEMENT, …: explains the line of the same process before it.
    pub(crate) explains: bool,
    /// The message.
    pub(crate) message: &'a [u8],
    /// The severity word.
    pub(crate) severity: &'a [u8],
}

const SEVERITIES: [&[u8]; 12] = [
    b"LOG", b"ERROR", b"FATAL", b"PANIC", b"WARNING", b"NOTICE", b"INFO", b"DEBUG1", b"DEBUG2",
    b"DEBUG3", b"DEBUG4", b"DEBUG5",
];
const EXPLANATIONS: [&[u8]; 6] =
    [b"DETAIL", b"HINT", b"STATEMENT", b"CONTEXT", b"QUERY", b"LOCATION"];

/// Built once: building a searcher costs more than one search of a short line.
static MARK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(b":  "));

/// Recognises a line by PostgreSQL's severity word, colon and two blanks, behind a process id in
/// brackets (`log_line_prefix` with `[%p]`).
pub(crate) fn recognise(line: &[u8]) -> Option<PostgresLine<'_>> {
    let window = &line[..line.len().min(240)];
    let colon = MARK.find(window)?;
    let head = &line[..colon];
    let start = head.iter().rposition(|b| !b.is_ascii_alphanumeric()).map_or(0, |at| at + 1);
    let word = &head[start..];
    let explains = EXPLANATIONS.contains(&word);
    if !explains && !SEVERITIES.contains(&word) {
        return None;
    }
    let open = memchr::memchr(b'[', head)?;
    let process = &head[open + 1..];
    let digits = process.iter().take_while(|b| b.is_ascii_digit()).count();
    // `[2959-3]` numbers the process's lines.
    if digits == 0 || !matches!(process.get(digits), Some(b']' | b'-')) {
        return None;
    }
    Some(PostgresLine {
        process: &process[..digits],
        explains,
        message: &line[colon + 3..],
        severity: word,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn explanations_name_the_process_they_belong_to() {
        let line = b"2026-11-22 14:22:32.712 UTC [2962] shop@shop STATEMENT:  SELECT 1";
        let found = recognise(line);
        assert_eq!(found.map(|l| (l.process, l.explains)), Some((&b"2962"[..], true)));
        assert_eq!(found.map(|l| l.message), Some(&b"SELECT 1"[..]));
        let line = b"2026-11-22 14:22:32.712 UTC [2962] ERROR:  no such column";
        assert_eq!(recognise(line).map(|l| l.explains), Some(false));
        assert_eq!(recognise(b"2026-11-22 14:22:32 INFO [main] DETAIL: x"), None);
    }
}
