//! Android's long layout (`logcat -v long`): a header in brackets, the message on the lines below,
//! a blank line.

use super::layout::{Reading, Role};
use super::level::letter_before_tag;
use crate::record::severity::Severity;
use crate::record::timestamp::{Reference, parse_at};

/// `[ 11-22 10:30:45.123  1234: 1240 I/ActivityManager ]`.
pub(super) fn logcat_long<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
    let inside = line.strip_prefix(b"[ ")?.trim_ascii_end().strip_suffix(b" ]")?;
    if !inside.first()?.is_ascii_digit() {
        return None;
    }
    let stamp = parse_at(inside, reference)?;
    // The process and, behind a colon, the thread.
    let rest = inside[stamp.length..].trim_ascii_start();
    let colon = rest.iter().position(|b| !b.is_ascii_digit()).filter(|at| *at > 0)?;
    let thread = rest[colon..].strip_prefix(b":")?.trim_ascii_start();
    let digits = thread.iter().take_while(|b| b.is_ascii_digit()).count();
    let (severity, text) = letter_before_tag(thread[digits..].strip_prefix(b" ")?)?;
    Some(Reading {
        timestamp: Some(stamp.timestamp),
        severity: Some(severity),
        severity_text: Some(text),
        ..Reading::default()
    })
}

/// `FATAL EXCEPTION: main`, how Android's runtime reports a crash: below a header of the long layout
/// it is the message, not a record that begins with its level.
pub(super) fn crash<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    line.starts_with(b"FATAL EXCEPTION: ").then(|| Reading {
        role: Role::Seconds("logcat-long"),
        severity: Some(Severity::FATAL),
        severity_text: Some(&line[..5]),
        has_exception: true,
        body: line.trim_ascii(),
        ..Reading::default()
    })
}
