//! Comma-separated values: a header, quotes where needed as RFC 4180 has them, and lines that end in
//! "\n", as the tools do that scripts are made of. Several services in one field have `;` between.
//!
//! `traces` has a row a trace, `timeline` a row a span, `records` a row a record. A view's header
//! is written before its first row. Text is written whole, invalid UTF-8 as U+FFFD. A field that a
//! spreadsheet would take for a formula stays what it is: this is for programs that read data.

use super::escape::escape;
use super::machine::{
    between, bounds_name, parent_fields, record_parent, record_trace_id, status_name,
};
use super::time::rfc3339;
use super::{Origins, Render, Style};
use crate::analysis::{Timeline, TraceSummary};
use crate::record::{LineOrigin, LogRecord, SourceId, Timestamp};
use std::borrow::Cow;
use std::io::{self, Write};

/// Writes comma-separated values.
#[derive(Debug, Default)]
pub struct CsvRenderer {
    /// Control characters are escaped.
    escapes: bool,
    /// The header of the view has been written.
    has_header: bool,
    row: String,
}

const TRACES: &str = "trace_id,start,start_unix_ns,duration_ns,status,span_count,record_count,\
                      error_count,services,root_service_name,root_name";
const SPANS: &str = "trace_id,span_id,parent_span_id,parent,service_name,name,start_unix_ns,\
                     end_unix_ns,duration_ns,self_time_ns,bounds,status,record_count";
const RECORDS: &str = "source,line,format,timestamp,trace_id,span_id,parent_span_id,trace_flags,\
                       severity_text,severity_number,service_name,body,duration_ns";

impl CsvRenderer {
    /// CSV for a file or pipe, or for a terminal.
    pub fn new(style: Style) -> CsvRenderer {
        CsvRenderer { escapes: style.is_terminal, ..CsvRenderer::default() }
    }

    fn header(&mut self, out: &mut dyn Write, header: &str) -> io::Result<()> {
        if std::mem::replace(&mut self.has_header, true) {
            return Ok(());
        }
        writeln!(out, "{header}")
    }

    /// Our own words and numbers: nothing to quote.
    fn plain(&mut self, field: impl std::fmt::Display) -> &mut Self {
        use std::fmt::Write;
        // Writing to a string cannot fail.
        let _ = write!(self.row, "{field},");
        self
    }

    fn optional(&mut self, field: Option<impl std::fmt::Display>) -> &mut Self {
        match field {
            Some(field) => self.plain(field),
            None => self.plain(""),
        }
    }

    /// Text of a log.
    fn text(&mut self, field: &str) -> &mut Self {
        let field = if self.escapes { escape(field) } else { Cow::Borrowed(field) };
        let is_quoted = field.contains(['"', ',', '\n', '\r'])
            || field.starts_with(' ')
            || field.ends_with(' ');
        if is_quoted {
            self.row.push('"');
        }
        if is_quoted {
            self.row.push_str(&field.replace('"', "\"\""));
            self.row.push('"');
        } else {
            self.row.push_str(&field);
        }
        self.row.push(',');
        self
    }

    fn bytes(&mut self, field: Option<&[u8]>) -> &mut Self {
        self.text(&String::from_utf8_lossy(field.unwrap_or(&[])))
    }

    fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.row.pop();
        self.row.push('\n');
        let result = out.write_all(self.row.as_bytes());
        self.row.clear();
        result
    }
}

impl Render for CsvRenderer {
    fn begin_traces(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.header(out, TRACES)
    }

    fn trace(&mut self, out: &mut dyn Write, summary: &TraceSummary) -> io::Result<()> {
        let trace = &summary.trace;
        let services: Vec<&str> =
            summary.services.iter().filter_map(|service| service.service_name.as_deref()).collect();
        let root = summary.root.and_then(|root| trace.spans.get(root));
        self.text(&trace.trace_id)
            .optional(trace.start.map(rfc3339))
            .optional(trace.start.map(Timestamp::nanoseconds))
            .optional(trace.start.zip(trace.end).map(|(start, end)| between(start, end)))
            .plain(status_name(trace.status))
            .plain(trace.spans.len())
            .plain(trace.record_count)
            .plain(trace.error_count)
            .text(&services.join(";"))
            .text(root.and_then(|root| root.service_name.as_deref()).unwrap_or(""))
            .text(root.and_then(|root| root.name.as_deref()).unwrap_or(""))
            .end(out)
    }

    fn end_traces(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn timeline(
        &mut self,
        out: &mut dyn Write,
        _origins: &dyn Origins,
        timeline: &Timeline,
    ) -> io::Result<()> {
        self.header(out, SPANS)?;
        for (span, self_time) in timeline.trace.spans.iter().zip(&timeline.self_times) {
            let (parent_id, parent) = parent_fields(span.parent);
            let (start, end) = (span.bounds.map(|b| b.start()), span.bounds.map(|b| b.end()));
            self.text(&timeline.trace.trace_id)
                .plain(span.span_id)
                .optional(parent_id)
                .optional(parent)
                .text(span.service_name.as_deref().unwrap_or(""))
                .text(span.name.as_deref().unwrap_or(""))
                .optional(start.map(Timestamp::nanoseconds))
                .optional(end.map(Timestamp::nanoseconds))
                .optional(start.zip(end).map(|(start, end)| between(start, end)))
                .optional(*self_time)
                .optional(span.bounds.map(bounds_name))
                .plain(status_name(span.status))
                .plain(span.record_count)
                .end(out)?;
        }
        Ok(())
    }

    fn record(
        &mut self,
        out: &mut dyn Write,
        origins: &dyn Origins,
        source: SourceId,
        lines: &[LineOrigin],
        record: &LogRecord<'_>,
    ) -> io::Result<()> {
        self.header(out, RECORDS)?;
        self.text(origins.source_name(source))
            .optional(lines.first().map(|&line| origins.line_number(source, line)))
            .plain(record.format)
            .optional(record.timestamp.map(rfc3339))
            .text(&record_trace_id(record).unwrap_or_default())
            .optional(record.span_id)
            .optional(record_parent(record))
            .optional(record.trace_flags.map(|flags| format!("{flags:02x}")))
            .bytes(record.severity_text.as_deref())
            .optional(record.severity.map(|severity| severity.number()))
            .bytes(record.service_name.as_deref())
            .bytes(Some(&record.body))
            .optional(record.duration)
            .end(out)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::render::sample::{Files, checkout, summary};

    fn csv(write: impl Fn(&mut CsvRenderer, &mut Vec<u8>)) -> String {
        let (mut renderer, mut out) = (CsvRenderer::default(), Vec::new());
        write(&mut renderer, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn fields_are_quoted_where_they_must_be() {
        for (field, written) in [
            ("plain", "plain"),
            ("", ""),
            ("a,b", "\"a,b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            (" spaced", "\" spaced\""),
            ("=1+1", "=1+1"),
            ("\r", "\"\r\""),
        ] {
            let text = csv(|renderer, out| renderer.text(field).text("next").end(out).unwrap());
            assert_eq!(text, format!("{written},next\n"));
        }
    }

    #[test]
    fn a_terminal_gets_no_control_characters() {
        let mut renderer = CsvRenderer::new(Style { is_terminal: true, ..Style::default() });
        let mut out = Vec::new();
        renderer.text("a\x1b[2J\u{9b}\n,").end(&mut out).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "\"a\\x1b[2J\\u{9b}\\n,\"\n");
    }

    #[test]
    fn traces_have_a_header_even_when_there_are_none() {
        let text = csv(|renderer, out| {
            renderer.begin_traces(out).unwrap();
            renderer.end_traces(out).unwrap();
        });
        assert_eq!(text, format!("{TRACES}\n"));
    }

    #[test]
    fn a_trace_is_a_row() {
        let text = csv(|renderer, out| {
            renderer.begin_traces(out).unwrap();
            renderer.trace(out, &summary(&checkout())).unwrap();
            renderer.end_traces(out).unwrap();
        });
        assert_eq!(
            text.lines().nth(1).unwrap(),
            "4bf92f3577b34da6a3ce929d0e0e4736,2026-11-22T10:30:45.120000000Z,1795343445120000000,\
             1282000000,error,8,13,3,payment;bank;pricing;gateway;cart;fraud;mailer;redis,\
             gateway,GET /checkout"
        );
    }

    #[test]
    fn every_row_has_as_many_fields_as_the_header() {
        let spans = csv(|renderer, out| renderer.timeline(out, &Files, &checkout()).unwrap());
        let rows: Vec<usize> = spans.lines().map(|row| row.split(',').count()).collect();
        assert_eq!(rows, vec![13; 9]);
        let record = LogRecord { format: "plain", ..LogRecord::default() };
        let records = csv(|renderer, out| {
            renderer.record(out, &Files, SourceId(0), &[], &record).unwrap();
            renderer.record(out, &Files, SourceId(0), &[], &record).unwrap();
        });
        let rows: Vec<usize> = records.lines().map(|row| row.split(',').count()).collect();
        assert_eq!(rows, vec![13; 3]);
    }
}
