//! The recognisers of event records with a fixed frame: Windows events as XML, CEF and LEEF,
//! VPC flow logs. Rows of [`super::layout`], strict like all of them.

use super::layout::Reading;
use crate::record::severity::Severity;
use crate::record::timestamp::{Reference, from_epoch, parse_at};

/// `<Event xmlns=…>…</Event>` on one line.
pub(super) fn windows_event<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
    line.strip_prefix(b"<Event").filter(|rest| matches!(rest.first(), Some(b' ' | b'>')))?;
    let value = after(line, b"<TimeCreated SystemTime=")?.get(1..)?;
    let stamp = parse_at(value, reference)?;
    let severity = after(line, b"<Level>").and_then(|level| match level {
        [b'1', b'<', ..] => Some(Severity::FATAL),
        [b'2', b'<', ..] => Some(Severity::ERROR),
        [b'3', b'<', ..] => Some(Severity::WARN),
        [b'0' | b'4', b'<', ..] => Some(Severity::INFO),
        [b'5', b'<', ..] => Some(Severity::DEBUG),
        _ => None,
    });
    Some(Reading {
        timestamp: Some(stamp.timestamp),
        severity,
        body: line.trim_ascii(),
        ..Reading::default()
    })
}

/// What follows the first occurrence of a text.
fn after<'a>(line: &'a [u8], text: &[u8]) -> Option<&'a [u8]> {
    memchr::memmem::find(line, text).map(|at| &line[at + text.len()..])
}

/// `CEF:0|vendor|product|version|class|name|severity|key=value …` and `LEEF:1.0|…|key=value\t…`:
/// the time is a pair of the extension.
pub(super) fn event_format<'a>(line: &'a [u8], reference: &Reference) -> Option<Reading<'a>> {
    const TIMES: [&[u8]; 4] = [b"rt=", b"devTime=", b"end=", b"start="];
    let begins = line.starts_with(b"CEF:") || line.starts_with(b"LEEF:");
    if !begins || line.iter().filter(|b| **b == b'|').count() < 5 {
        return None;
    }
    let timestamp = TIMES.iter().find_map(|key| {
        let at = memchr::memmem::find_iter(line, key)
            .find(|at| matches!(line[at - 1], b' ' | b'\t' | b'|' | b'^'))?;
        parse_at(&line[at + key.len()..], reference).map(|stamp| stamp.timestamp)
    });
    Some(Reading { timestamp, body: line.trim_ascii(), ..Reading::default() })
}

/// A VPC flow log of version 2: `2 ACCOUNT eni-… SRC DST … START END ACTION STATUS`.
pub(super) fn vpc_flow<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    if line.get(1) != Some(&b' ') {
        return None;
    }
    let mut columns = line.trim_ascii().split(|b| *b == b' ');
    let (_version, account, interface) = (columns.next()?, columns.next()?, columns.next()?);
    if account.len() != 12 || !interface.starts_with(b"eni-") {
        return None;
    }
    let (start, end) = (columns.nth(7)?, columns.next()?);
    let (timestamp, _) = (from_epoch(start)?, from_epoch(end)?);
    Some(Reading { timestamp: Some(timestamp), body: line.trim_ascii(), ..Reading::default() })
}
