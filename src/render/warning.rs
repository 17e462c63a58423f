//! What to know before trusting a timeline, in one sentence each: the same for people and scripts.

use super::duration::{count, duration};
use crate::analysis::Warning;

/// Ids that a warning names before it only counts.
const NAMED: usize = 3;

/// The warning as a sentence. Holds text of the logs as it is: escape it for people.
pub fn warning_text(warning: &Warning) -> String {
    match warning {
        Warning::RootMissing => {
            "root span missing: the start of the request was never logged".to_owned()
        }
        Warning::SpansNeverLogged { spans } => {
            let total = count(spans.len() as u64, "span");
            let named = listed(
                spans
                    .iter()
                    .map(|(id, records)| format!("{id} (by {})", count(*records, "record"))),
            );
            format!("{total} named but never logged: {named}")
        }
        Warning::RecordsWithoutTime(records) => {
            let (verb, noun) = if *records == 1 { ("is", "record") } else { ("are", "records") };
            format!("{records} {noun} without time {verb} placed after the one before")
        }
        Warning::SpellingsJoined(spellings) => {
            format!("trace id also written {}", listed(spellings.iter().cloned()))
        }
        Warning::Linked(values) => {
            format!("records without a trace id joined by {}", listed(values.iter().cloned()))
        }
        Warning::WholeSeconds(service_name) => format!(
            "{service_name} writes whole seconds: its spans were moved, by less than one, to where they fit"
        ),
        Warning::ClockSkew { service_name, relative_to, offset, evidence, is_adjusted } => {
            let direction = if *offset < 0 { "behind" } else { "ahead of" };
            let offset = duration(offset.unsigned_abs(), false);
            let calls = count(*evidence, "call");
            let verb = if *evidence == 1 { "shows" } else { "show" };
            let done = if *is_adjusted { "adjusted" } else { "not adjusted" };
            format!(
                "clock of {service_name} {offset} {direction} {relative_to} ({calls} {verb} it), {done}"
            )
        }
        Warning::ParentLoop(spans) => format!(
            "spans name each other as parents: {}; the loop was cut",
            listed(spans.iter().map(ToString::to_string))
        ),
        Warning::EndsBeforeStart(span) => {
            format!("span {span} ends before it starts by its own word")
        }
    }
}

/// The first few, and how many more.
fn listed(items: impl ExactSizeIterator<Item = String>) -> String {
    let total = items.len();
    let mut text = items.take(NAMED).collect::<Vec<_>>().join(", ");
    if total > NAMED {
        text.push_str(&format!(" and {} more", total - NAMED));
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::trace_context::SpanId;

    #[test]
    fn each_warning_is_one_sentence() {
        let span = |id: u64| SpanId::new(id).unwrap();
        for (warning, text) in [
            (Warning::RootMissing, "root span missing: the start of the request was never logged"),
            (
                Warning::SpansNeverLogged { spans: vec![(span(1), 3)] },
                "1 span named but never logged: 0000000000000001 (by 3 records)",
            ),
            (
                Warning::SpansNeverLogged { spans: (1..=5).map(|id| (span(id), 1)).collect() },
                "5 spans named but never logged: 0000000000000001 (by 1 record), \
                 0000000000000002 (by 1 record), 0000000000000003 (by 1 record) and 2 more",
            ),
            (
                Warning::RecordsWithoutTime(1),
                "1 record without time is placed after the one before",
            ),
            (
                Warning::RecordsWithoutTime(2),
                "2 records without time are placed after the one before",
            ),
            (
                Warning::SpellingsJoined(vec!["123".to_owned(), "ABC".to_owned()]),
                "trace id also written 123, ABC",
            ),
            (
                Warning::Linked(vec!["req-8842".to_owned()]),
                "records without a trace id joined by req-8842",
            ),
            (
                Warning::WholeSeconds("nginx".into()),
                "nginx writes whole seconds: its spans were moved, by less than one, to where they fit",
            ),
            (
                Warning::ClockSkew {
                    service_name: "bank".into(),
                    relative_to: "payment".into(),
                    offset: -4_000_000,
                    evidence: 1,
                    is_adjusted: true,
                },
                "clock of bank 4 ms behind payment (1 call shows it), adjusted",
            ),
            (
                Warning::ParentLoop(vec![span(1), span(2)]),
                "spans name each other as parents: 0000000000000001, 0000000000000002; \
                 the loop was cut",
            ),
            (
                Warning::EndsBeforeStart(span(7)),
                "span 0000000000000007 ends before it starts by its own word",
            ),
        ] {
            assert_eq!(warning_text(&warning), text);
        }
    }
}
