//! Text for people: tables, waterfalls, one record a line.

use super::escape::{cut, escape, escape_bytes, width};
use super::line::{Line, write_flowing};
use super::style::{DIM, PLAIN, Style, service_paint};
use super::table::TraceTable;
use super::time::{clock, date};
use super::waterfall::{severity_label, write_timeline};
use super::{Options, Origins, Placement, Render, explain};
use crate::analysis::{Timeline, TraceSummary};
use crate::record::{AttributeValue, Explanation, LineOrigin, LogRecord, ReadRecord, SourceId};
use std::io::{self, Write};

/// Writes text for people.
pub struct TextRenderer {
    style: Style,
    options: Options,
    table: TraceTable,
    /// Timelines are separated by an empty line.
    has_timeline: bool,
    /// The widest service so far, so that bodies stand below each other.
    service_width: usize,
    /// Whether the next records stand only near what was asked for; `None`: that is not told.
    is_context: Option<bool>,
    placement: Placement,
}

/// Services longer than this push their record's body to the right.
const MAX_SERVICE_WIDTH: usize = 24;

/// Where the lines of a record that goes on begin.
const CONTINUED: usize = 4;

impl TextRenderer {
    /// Text in this style.
    pub fn new(style: Style, options: Options) -> TextRenderer {
        TextRenderer {
            style,
            options,
            table: TraceTable::new(style),
            has_timeline: false,
            service_width: 8,
            is_context: None,
            placement: Placement::default(),
        }
    }
}

impl Render for TextRenderer {
    fn begin_traces(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.table.begin(out)
    }

    fn trace(&mut self, out: &mut dyn Write, summary: &TraceSummary) -> io::Result<()> {
        self.table.row(out, summary)
    }

    fn end_traces(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.table.end(out)
    }

    fn timeline(
        &mut self,
        out: &mut dyn Write,
        origins: &dyn Origins,
        timeline: &Timeline,
    ) -> io::Result<()> {
        if std::mem::replace(&mut self.has_timeline, true) {
            writeln!(out)?;
        }
        write_timeline(out, &self.style, self.options, origins, timeline)
    }

    fn explained(
        &mut self,
        out: &mut dyn Write,
        origins: &dyn Origins,
        read: &ReadRecord<'_, '_>,
        explanation: &Explanation,
    ) -> io::Result<()> {
        self.record(out, origins, read.source, read.lines, read.record)?;
        explain::write_text(out, &self.style, origins, read, explanation)
    }

    fn mark_context(&mut self, is_context: bool) {
        self.is_context = Some(is_context);
    }

    fn mark_places(&mut self, placement: Placement) {
        self.placement = placement;
    }

    /// Time, severity, service, the first digits of the span, body; further lines of the body
    /// indented, fields the parser did not need for anything else after it.
    fn record(
        &mut self,
        out: &mut dyn Write,
        origins: &dyn Origins,
        source: SourceId,
        lines: &[LineOrigin],
        record: &LogRecord<'_>,
    ) -> io::Result<()> {
        let style = self.style;
        let glyphs = style.glyphs();
        let is_error = record.has_exception
            || record.span_error == Some(true)
            || record.http_status.is_some_and(|status| status >= 500);
        let mut line = Line::new(&style);
        match self.is_context {
            Some(true) => line.push("- ", DIM),
            Some(false) => line.space(2),
            None => &mut line,
        };
        if self.placement.has_name {
            line.push(&escape(origins.source_name(source)), DIM).push(":", DIM);
        }
        if let (true, Some(first)) = (self.placement.has_number, lines.first()) {
            line.push(&origins.line_number(source, *first).to_string(), DIM).push(":", DIM);
        }
        // The date goes first where there is little room, then the end of long names.
        let room = style.width.unwrap_or(usize::MAX);
        let has_date = room >= 60;
        let time_width = if has_date { 23 } else { 12 };
        let start = line.width();
        match record.timestamp {
            Some(at) if has_date => {
                line.plain(&date(style.time_zone, at)).space(1).plain(&clock(style.time_zone, at))
            }
            Some(at) => line.plain(&clock(style.time_zone, at)),
            None => line.right(glyphs.dash, time_width, DIM),
        };
        let (severity, paint) = severity_label(record.severity, is_error, glyphs);
        let at_service = start + time_width + 9;
        line.space(2).push(severity, paint).pad_to(at_service);
        let most = room.saturating_sub(at_service + 12).clamp(8, MAX_SERVICE_WIDTH);
        let service = record.service_name.as_deref().map(escape_bytes);
        let service = service.as_deref().unwrap_or(glyphs.dash);
        self.service_width = self.service_width.max(width(service)).min(most);
        line.push(
            &cut(service, most, glyphs.ellipsis),
            match service {
                dash if dash == glyphs.dash => DIM,
                name => service_paint(name),
            },
        );
        let at_span = at_service + self.service_width + 2;
        line.pad_to(at_span);
        match record.span_id {
            Some(span_id) => line.push(&span_id.to_string()[..8], DIM),
            None => line.push(glyphs.dash, DIM),
        };
        line.pad_to(at_span + 8 + 2);
        let mut body = record.body.split(|&byte| byte == b'\n');
        let first = body.next().unwrap_or(&[]);
        let paint = if paint == PLAIN || paint == DIM { PLAIN } else { paint };
        let mut texts = vec![(escape_bytes(without_return(first)).into_owned(), paint)];
        for (key, value) in &record.attributes {
            let value = match value {
                AttributeValue::Text(text) => escape_bytes(text),
                AttributeValue::Json(json) => escape_bytes(json),
            };
            texts.push((format!("  {}={value}", escape_bytes(key)), DIM));
        }
        write_flowing(out, line, CONTINUED, &texts)?;
        for rest in body {
            let mut line = Line::new(&style);
            line.space(CONTINUED);
            let text = escape_bytes(without_return(rest)).replace("\\t", "    ");
            write_flowing(out, line, CONTINUED, &[(text, PLAIN)])?;
        }
        Ok(())
    }
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::record::{Severity, Timestamp};
    use crate::render::sample::{Files, span_id};
    use std::borrow::Cow;

    fn text(records: &[LogRecord<'_>]) -> String {
        let mut renderer = TextRenderer::new(Style::default(), Options::default());
        let mut out = Vec::new();
        for record in records {
            renderer.record(&mut out, &Files, SourceId(0), &[], record).unwrap();
        }
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_record_fits_the_width() {
        let record = LogRecord {
            timestamp: Some(Timestamp::from_nanoseconds(1_795_343_445_120_456_789)),
            service_name: Some(Cow::Borrowed(b"a-service-with-a-rather-long-name")),
            span_id: Some(span_id(7)),
            body: Cow::Borrowed("some words, then/a/path/that/is/longer/than/any/line/here, 漢字 too\n\tat x.y.z(Some.java:17) and so on and on and on".as_bytes()),
            attributes: vec![(Cow::Borrowed(b"key"), AttributeValue::Json(b"[1, 2, 3, 4, 5, 6]"))],
            ..LogRecord::default()
        };
        for columns in [48, 60, 80, 100] {
            let style = Style { width: Some(columns), ..Style::default() };
            for is_context in [None, Some(true)] {
                let mut renderer = TextRenderer::new(style, Options::default());
                is_context.into_iter().for_each(|is_context| renderer.mark_context(is_context));
                let mut out = Vec::new();
                renderer.record(&mut out, &Files, SourceId(0), &[], &record).unwrap();
                let text = String::from_utf8(out).unwrap();
                assert!(text.lines().all(|line| width(line) <= columns), "{columns}: {text}");
                assert!(text.starts_with("- ") == is_context.is_some(), "{text}");
                let words = |text: &str| text.replace([' ', '\n'], "");
                assert!(words(&text).ends_with("soonandonandon"), "{text}");
            }
        }
    }

    #[test]
    fn a_record_is_a_line_and_its_continuations_are_indented() {
        let record = LogRecord {
            timestamp: Some(Timestamp::from_nanoseconds(1_795_343_445_120_456_789)),
            severity: Some(Severity::ERROR),
            service_name: Some(Cow::Borrowed(b"payment")),
            span_id: Some(span_id(0x00f0_67aa_0ba9_02b7)),
            body: Cow::Borrowed(b"declined \x1b[31m\xff\r\n\tat Card.charge\nCaused by: timeout"),
            attributes: vec![
                (Cow::Borrowed(b"card"), AttributeValue::Text(Cow::Borrowed(b"visa\n"))),
                (Cow::Borrowed(b"attempt"), AttributeValue::Json(b"1")),
            ],
            ..LogRecord::default()
        };
        assert_eq!(
            text(&[record, LogRecord::default()]),
            "2026-11-22 10:30:45.120  ERROR  payment   00f067aa  declined \\x1b[31m\\xff  card=visa\\n  attempt=1\n\
             \x20       at Card.charge\n\
             \x20   Caused by: timeout\n\
             \x20                     –  –      –         –\n"
        );
    }
}
