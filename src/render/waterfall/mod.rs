//! One trace for a person: what failed, where the time went, which lines to read, how far to
//! trust it.
//!
//! From the top: [`story`] says it in words, [`chart`] draws it (rows from [`tree`], widths from
//! [`columns`], [`bar`]s on a time [`axis`]), [`breakdown`] counts it, [`notes`] explain the marks
//! that occur and give the warnings. Decides how facts look, never what they are.

mod axis;
mod bar;
mod breakdown;
mod chart;
mod columns;
mod known_ids;
mod notes;
mod story;
#[cfg(test)]
mod tests;
mod tree;

use super::duration::duration;
use super::escape::{cut, cut_start, escape, width};
use super::line::Line;
use super::style::{BOLD, DIM, ERROR, Glyphs, PLAIN, Paint, ServicePaints, Style, WARN};
use super::{Options, Origins};
use crate::analysis::Timeline;
use crate::record::{Severity, Timestamp};
use crate::trace::{Span, TraceRecord};
use crate::trace_context::SpanId;
use known_ids::KnownIds;
use std::borrow::Cow;
use std::io::{self, Write};

/// A timeline with all that is needed to draw it.
struct Picture<'a> {
    style: &'a Style,
    glyphs: &'static Glyphs,
    options: Options,
    origins: &'a dyn Origins,
    timeline: &'a Timeline,
    paints: ServicePaints,
    /// From the first to the last moment; `None` where there are no times.
    range: Option<(Timestamp, Timestamp)>,
    /// Left out of texts of the log.
    known_ids: KnownIds,
    /// For each span, whether the critical path goes through it.
    is_on_path: Vec<bool>,
    /// Cells in a line.
    width: usize,
    /// Cells of a record's offset.
    offset_width: usize,
}

/// Cells that the offset of a record takes, mostly.
const OFFSET_WIDTH: usize = 9;

/// Writes one trace.
///
/// # Errors
/// The writer's.
pub(super) fn write_timeline(
    out: &mut dyn Write,
    style: &Style,
    options: Options,
    origins: &dyn Origins,
    timeline: &Timeline,
) -> io::Result<()> {
    let picture = Picture::new(style, options, origins, timeline);
    story::write_header(out, &picture)?;
    story::write_diagnosis(out, &picture)?;
    let marks = chart::write_chart(out, &picture)?;
    breakdown::write_critical_path(out, &picture)?;
    breakdown::write_shares(out, &picture)?;
    breakdown::write_gaps(out, &picture)?;
    notes::write_notes(out, &picture, marks)
}

impl<'a> Picture<'a> {
    fn new(
        style: &'a Style,
        options: Options,
        origins: &'a dyn Origins,
        timeline: &'a Timeline,
    ) -> Picture<'a> {
        let trace = &timeline.trace;
        let names = trace
            .spans
            .iter()
            .map(|span| span.service_name.as_deref())
            .chain(trace.loose_records.iter().map(|(service_name, _)| service_name.as_deref()))
            .chain(trace.records.iter().map(|record| record.service_name.as_deref()));
        let bounds = trace.spans.iter().filter_map(|span| span.bounds);
        // A whole second is up to a second early: the picture does not begin there.
        let fine = trace.records.iter().filter(|record| !record.is_coarse);
        let times = bounds
            .flat_map(|bounds| [bounds.start(), bounds.end()])
            .chain(fine.filter_map(|record| record.timestamp))
            .chain(trace.start)
            .chain(trace.end);
        let range = times.fold(None, |range: Option<(Timestamp, Timestamp)>, at| {
            Some(range.map_or((at, at), |(start, end)| (start.min(at), end.max(at))))
        });
        let mut is_on_path = vec![false; trace.spans.len()];
        for step in &timeline.critical_path {
            if let Some(is_on_path) = is_on_path.get_mut(step.span) {
                *is_on_path = true;
            }
        }
        let mut picture = Picture {
            is_on_path,
            known_ids: KnownIds::of(trace),
            style,
            glyphs: style.glyphs(),
            options,
            origins,
            timeline,
            paints: ServicePaints::new(names.flatten()),
            range,
            width: style.picture_width(),
            offset_width: OFFSET_WIDTH,
        };
        // From an hour on they are longer.
        if picture.total() >= 3_600_000_000_000 {
            let offsets = trace.records.iter().filter_map(|record| picture.record_offset(record));
            picture.offset_width = offsets.map(|text| width(&text)).fold(OFFSET_WIDTH, usize::max);
        }
        picture
    }

    fn line(&self) -> Line<'a> {
        Line::new(self.style)
    }

    fn duration(&self, nanoseconds: u64) -> String {
        duration(nanoseconds, self.style.ascii)
    }

    /// Nanoseconds from the start of the picture.
    fn offset(&self, at: Timestamp) -> u64 {
        let (start, _) = self.range.unwrap_or((at, at));
        u64::try_from(i128::from(at.nanoseconds()) - i128::from(start.nanoseconds())).unwrap_or(0)
    }

    /// Nanoseconds from the first to the last moment.
    fn total(&self) -> u64 {
        self.range.map_or(0, |(_, end)| self.offset(end))
    }

    /// The service as shown: escaped, a dash where none is known.
    fn service<'n>(&self, service_name: Option<&'n str>) -> Cow<'n, str> {
        service_name.map_or(Cow::Borrowed(self.glyphs.dash), escape)
    }

    /// What a span does, as far as the log says: its name, else its first words, else its id.
    /// The paint is dim where it is not a name.
    fn operation(&self, span: &Span) -> (String, Paint) {
        if let Some(name) = &span.name {
            return (self.name(name), PLAIN);
        }
        match &span.first_body {
            Some(body) => (self.quoted(body), DIM),
            None => (short_span(span.span_id), DIM),
        }
    }

    /// A name out of the log, without ids that are known.
    fn name(&self, name: &str) -> String {
        escape(&self.known_ids.elide(name)).into_owned()
    }

    /// The first line of a text without ids that are known, escaped, and how many lines follow.
    fn first_line(&self, body: &str) -> (String, usize) {
        let body = body.trim_end_matches(['\n', '\r']);
        let (first, more) = match body.split_once('\n') {
            Some((first, rest)) => (first.trim_end_matches('\r'), 1 + rest.matches('\n').count()),
            None => (body, 0),
        };
        (self.name(first), more)
    }

    /// Service and operation in a sentence.
    fn span_label(&self, span: &Span) -> Vec<(String, Paint)> {
        let mut label = Vec::new();
        if let Some(service_name) = span.service_name.as_deref() {
            let name = self.short(&escape(service_name));
            label.push((name, self.paints.get(Some(service_name))));
        }
        let (operation, paint) = self.operation(span);
        let operation = self.short(&operation);
        if span.name.is_some() || label.is_empty() {
            let space = if label.is_empty() { "" } else { " " };
            label.push((format!("{space}{operation}"), paint));
        }
        label
    }

    /// A name, fit for a sentence.
    fn short(&self, name: &str) -> String {
        cut(name, 32, self.glyphs.ellipsis).into_owned()
    }

    fn quoted(&self, body: &str) -> String {
        let [open, close] = self.glyphs.quotes;
        format!("{open}{}{close}", self.first_line(body).0)
    }

    /// `payment.log:120`, escaped.
    fn location(&self, record: &TraceRecord) -> String {
        let source = escape(self.origins.source_name(record.source));
        match record.lines.first() {
            Some(&line) => {
                format!("{source}:{}", self.origins.line_number(record.source, line))
            }
            None => source.into_owned(),
        }
    }

    /// `payment.log:120 → 121`, or both in full where the sources differ.
    fn locations(&self, before: &TraceRecord, after: &TraceRecord) -> String {
        let second = match after.lines.first() {
            Some(&line) if before.source == after.source => {
                self.origins.line_number(after.source, line).to_string()
            }
            _ => self.location(after),
        };
        format!("{} {} {second}", self.location(before), self.glyphs.arrow)
    }

    /// `+12 ms`; `~` before it where the stamp is a whole second, up to one early.
    fn record_offset(&self, record: &TraceRecord) -> Option<String> {
        let about = if record.is_coarse { "~" } else { "" };
        Some(format!("{about}+{}", self.duration(self.offset(record.timestamp?))))
    }

    /// A record in a line of its own: offset, severity, body; on the right where it stands.
    fn record_line(&self, mut line: Line<'a>, record: &TraceRecord) -> Line<'a> {
        let offset = self.record_offset(record);
        line.right(offset.as_deref().unwrap_or(self.glyphs.dash), self.offset_width, DIM).space(2);
        let (severity, paint) = severity_label(record.severity, record.is_error, self.glyphs);
        let location = self.location(record);
        let used = line.width();
        if self.width > used + 40 {
            line.push(severity, paint).pad_to(used + 7);
        } else if record.is_error {
            line.push(self.glyphs.error, ERROR).space(1);
        }
        let room = self.width.saturating_sub(line.width());
        let location = if room > 32 {
            cut_start(&location, room / 2, self.glyphs.ellipsis)
        } else {
            Cow::Borrowed("")
        };
        let reserved = if location.is_empty() { 0 } else { width(&location) + 2 };
        let (body, more) = self.first_line(&record.body);
        let more = if more > 0 { format!(" (+{more} lines)") } else { String::new() };
        let room = room.saturating_sub(reserved);
        let body_room = room.saturating_sub(width(&more)).max(1);
        line.push(
            &cut(&body, body_room, self.glyphs.ellipsis),
            if record.is_error { ERROR } else { PLAIN },
        );
        if room > width(&more) {
            line.push(&more, DIM);
        }
        if !location.is_empty() {
            let column = self.width - width(&location);
            line.pad_to(column).push(&location, DIM);
        }
        line
    }
}

/// The severity's name and colour.
pub(super) fn severity_label(
    severity: Option<Severity>,
    is_error: bool,
    glyphs: &Glyphs,
) -> (&'static str, Paint) {
    match severity {
        Some(severity) if severity.is_error() => (severity.name(), ERROR.bold()),
        _ if is_error => (severity.map_or(glyphs.error, Severity::name), ERROR),
        Some(severity) if severity >= Severity::WARN => (severity.name(), WARN),
        Some(severity) if severity >= Severity::INFO => (severity.name(), PLAIN),
        Some(severity) => (severity.name(), DIM),
        None => (glyphs.dash, DIM),
    }
}

/// A span without a name: the first digits of its id, by which it is found in the logs.
fn short_span(id: SpanId) -> String {
    format!("span {}", &id.to_string()[..8])
}

/// A heading of a section.
fn heading(line: &mut Line<'_>, text: &str) {
    line.push(text, BOLD);
}
