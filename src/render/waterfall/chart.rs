//! The picture itself: one row a span, a bar on a common time axis.

use super::axis::axis;
use super::bar::{Cells, Scale, span_bar, waiting_bar};
use super::columns::Columns;
use super::tree::{Folded, Item, Row, rows};
use super::{Picture, short_span};
use crate::record::Timestamp;
use crate::render::{
    duration::count,
    escape::{cut, width},
    style::{DIM, ERROR, PLAIN, Paint},
};
use crate::trace::{Parent, Span, SpanBounds};
use std::io::{self, Write};

/// Which marks a chart used: only those are explained below it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks {
    pub inferred_parent: bool,
    /// Index of the first span whose service is a guess.
    pub inferred_service: Option<usize>,
    pub observed: bool,
    pub waiting: bool,
    pub never_logged: bool,
    pub loose: bool,
    pub record: bool,
}

/// A row, worded but not yet fitted.
struct Drawn<'r> {
    row: &'r Row,
    label: Vec<(String, Paint)>,
    name: (String, Paint),
    is_error: bool,
    bar_paint: Paint,
    duration: String,
    self_time: String,
}

/// Draws the chart; says which marks it used.
pub(super) fn write_chart(out: &mut dyn Write, picture: &Picture<'_>) -> io::Result<Marks> {
    let max_levels = (picture.width / 12).clamp(3, 12);
    let options = picture.options;
    let rows =
        rows(picture.timeline, options.max_rows, options.records, max_levels, picture.glyphs);
    let mut marks = Marks::default();
    if rows.is_empty() {
        return Ok(marks);
    }
    writeln!(out)?;
    let names_are_labels = picture.timeline.trace.spans.iter().all(|s| s.service_name.is_none())
        && picture.timeline.trace.loose_records.is_empty();
    let drawn: Vec<Drawn<'_>> =
        rows.iter().map(|row| draw(picture, row, names_are_labels, &mut marks)).collect();
    let columns = fit(picture, &drawn);
    let scale = picture.range.map(|(start, end)| Scale {
        start: start.nanoseconds(),
        end: end.nanoseconds(),
        cells: columns.bar,
    });
    if let Some(scale) = scale.filter(|scale| scale.cells > 0 && scale.length() > 0) {
        write_head(out, picture, &columns, &scale)?;
    }
    let children = picture.timeline.waits();
    for drawn in &drawn {
        if let Item::Record(at) = drawn.row.item {
            let record = &picture.timeline.trace.records[at];
            let mut line = picture.line();
            line.push(&drawn.row.tree, DIM);
            // Who wrote it, which is not always whose span it is.
            let service_name = record.service_name.as_deref();
            // Without bars services may take nearly all the room, which the records need too.
            let service = columns.service.min(picture.width / 2);
            let room = service.saturating_sub(line.width());
            line.cut(&picture.service(service_name), room, picture.paints.get(service_name));
            line.pad_to(service);
            picture.record_line(line, record).write(out)?;
            continue;
        }
        write_row(out, picture, drawn, &columns, scale.as_ref(), &children)?;
    }
    Ok(marks)
}

fn draw<'r>(
    picture: &Picture<'_>,
    row: &'r Row,
    names_are_labels: bool,
    marks: &mut Marks,
) -> Drawn<'r> {
    let mut drawn = Drawn {
        row,
        label: Vec::new(),
        name: (String::new(), PLAIN),
        is_error: false,
        bar_paint: DIM,
        duration: String::new(),
        self_time: String::new(),
    };
    match &row.item {
        Item::Span(at) => {
            let span = &picture.timeline.trace.spans[*at];
            draw_span(picture, &mut drawn, span, *at, marks);
            if names_are_labels {
                drawn.label = vec![std::mem::replace(&mut drawn.name, (String::new(), PLAIN))];
            }
        }
        Item::Missing(id, bounds) => {
            marks.never_logged = true;
            let missing = picture.timeline.trace.missing_span(*id);
            marks.inferred_parent |= missing.is_some_and(|span| span.parent_index.is_some());
            drawn.label = vec![("?".to_owned(), DIM)];
            drawn.name = (short_span(*id), DIM);
            drawn.duration.push_str(if bounds.is_some() { picture.glyphs.dash } else { "" });
        }
        Item::Folded(folded) => {
            drawn.label = vec![(fold_label(picture, folded), DIM)];
            drawn.is_error = folded.errors > 0;
            drawn.self_time = picture.duration(folded.self_time);
        }
        Item::Loose(service_name, records) => {
            marks.loose = true;
            let paint = picture.paints.get(service_name.as_deref());
            drawn.label = vec![(picture.service(service_name.as_deref()).into_owned(), paint)];
            drawn.name = (count(*records, "record"), DIM);
            drawn.bar_paint = paint;
            drawn.is_error = loose_records(picture, service_name.as_deref()).any(|(_, e)| e);
        }
        Item::Record(_) => marks.record = true,
    }
    drawn
}

fn draw_span(
    picture: &Picture<'_>,
    drawn: &mut Drawn<'_>,
    span: &Span,
    at: usize,
    marks: &mut Marks,
) {
    let paint = picture.paints.get(span.service_name.as_deref());
    let service = picture.service(span.service_name.as_deref()).into_owned();
    marks.inferred_parent |= matches!(span.parent, Parent::Inferred(_));
    marks.observed |=
        matches!(span.bounds, Some(SpanBounds::Observed { start, end }) if start < end);
    drawn.label = vec![(service, if span.service_is_inferred { paint.dimmed() } else { paint })];
    if span.service_is_inferred {
        marks.inferred_service = marks.inferred_service.or(Some(at));
        drawn.label.push(("?".to_owned(), DIM));
    }
    drawn.name = picture.operation(span);
    drawn.is_error = span.has_error();
    if drawn.is_error && span.name.is_some() {
        drawn.name.1 = ERROR;
    }
    drawn.bar_paint = paint;
    match span.bounds {
        Some(bounds) => {
            let (start, end) = (bounds.start().nanoseconds(), bounds.end().nanoseconds());
            drawn.duration = picture.duration(end.abs_diff(start));
            let self_time = picture.timeline.self_times.get(at).copied().flatten();
            marks.waiting |= self_time.is_some_and(|own| own < end.abs_diff(start));
            drawn.self_time = self_time.map_or(String::new(), |own| picture.duration(own));
        }
        None => drawn.duration.push_str(picture.glyphs.dash),
    }
}

fn fold_label(picture: &Picture<'_>, folded: &Folded) -> String {
    let mut label = format!("{} {} more", picture.glyphs.ellipsis, count(folded.spans, "span"));
    // "37 more spans" reads better than "37 spans more".
    label = label.replacen(" span more", " more span", 1).replacen(" spans more", " more spans", 1);
    if folded.errors > 0 {
        label.push_str(&format!(", {}", count(folded.errors, "error")));
    }
    label
}

fn fit(picture: &Picture<'_>, rows: &[Drawn<'_>]) -> Columns {
    let widest = |of: &dyn Fn(&Drawn<'_>) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let is_plain_row = |row: &Drawn<'_>| !matches!(row.row.item, Item::Folded(_));
    let heading = |cells: usize, text: &str| if cells == 0 { 0 } else { cells.max(text.len()) };
    let duration = widest(&|row| width(&row.duration));
    let self_time = widest(&|row| width(&row.self_time));
    let wish = Columns {
        service: widest(&|row| {
            let label: usize = row.label.iter().map(|(text, _)| width(text)).sum();
            if is_plain_row(row) { width(&row.row.tree) + label } else { 0 }
        }),
        name: widest(&|row| width(&row.name.0)),
        error: usize::from(rows.iter().any(|row| row.is_error)),
        bar: usize::from(picture.range.is_some_and(|(start, end)| start < end)),
        duration: heading(duration, "duration"),
        self_time: heading(self_time, "self"),
    };
    Columns::fit(wish, picture.width)
}

fn write_head(
    out: &mut dyn Write,
    picture: &Picture<'_>,
    columns: &Columns,
    scale: &Scale,
) -> io::Result<()> {
    let mut line = picture.line();
    line.space(bar_column(columns));
    line.push(&axis(scale, picture.glyphs, picture.style.ascii), DIM);
    line.pad_to(bar_column(columns) + columns.bar);
    if columns.duration > 0 {
        line.space(2).right("duration", columns.duration, DIM);
    }
    if columns.self_time > 0 {
        line.space(2).right("self", columns.self_time, DIM);
    }
    line.write(out)
}

/// Where the bars begin.
fn bar_column(columns: &Columns) -> usize {
    let gap = |column: usize| if column > 0 { column + 1 } else { 0 };
    columns.service + gap(columns.name) + gap(columns.error) + 1
}

fn write_row(
    out: &mut dyn Write,
    picture: &Picture<'_>,
    drawn: &Drawn<'_>,
    columns: &Columns,
    scale: Option<&Scale>,
    children: &[Vec<(Timestamp, Timestamp)>],
) -> io::Result<()> {
    let mut line = picture.line();
    line.push(&cut(&drawn.row.tree, columns.service, ""), DIM);
    // A fold's words may run on into the columns of names and bars, which it does not use.
    let is_folded = matches!(drawn.row.item, Item::Folded(_));
    let label_end = if is_folded { bar_column(columns) + columns.bar } else { columns.service };
    for (text, paint) in &drawn.label {
        let room = label_end.saturating_sub(line.width());
        let weight = if on_critical_path(picture, drawn) { paint.bold() } else { *paint };
        line.cut(text, room, weight);
    }
    line.pad_to(columns.service);
    if columns.name > 0 && !is_folded {
        line.pad_to(columns.service + 1);
        line.cut(&drawn.name.0, columns.name, drawn.name.1);
        line.pad_to(columns.service + 1 + columns.name);
    }
    if columns.error > 0 && !is_folded {
        line.space(1);
        line.push(if drawn.is_error { picture.glyphs.error } else { " " }, ERROR.bold());
    }
    if let Some(scale) = scale.filter(|scale| scale.cells > 0) {
        line.pad_to(bar_column(columns));
        let cells = bar(picture, drawn, scale, children);
        for (cell, is_error) in cells {
            line.push(&cell, if is_error { ERROR.bold() } else { drawn.bar_paint });
        }
        line.pad_to(bar_column(columns) + columns.bar);
    }
    if columns.duration > 0 {
        line.space(2).right(&drawn.duration, columns.duration, PLAIN);
    }
    if columns.self_time > 0 {
        line.space(2).right(&drawn.self_time, columns.self_time, PLAIN);
    }
    line.write(out)
}

fn on_critical_path(picture: &Picture<'_>, drawn: &Drawn<'_>) -> bool {
    match drawn.row.item {
        Item::Span(at) => picture.is_on_path[at],
        _ => false,
    }
}

/// Runs of cells, and whether they show an error.
fn bar(
    picture: &Picture<'_>,
    drawn: &Drawn<'_>,
    scale: &Scale,
    children: &[Vec<(Timestamp, Timestamp)>],
) -> Vec<(String, bool)> {
    let cells: Cells = match &drawn.row.item {
        Item::Span(at) => {
            let Some(bounds) = picture.timeline.trace.spans[*at].bounds else {
                return Vec::new();
            };
            let is_observed = matches!(bounds, SpanBounds::Observed { .. });
            let own = children[*at].iter().copied();
            span_bar(scale, (bounds.start(), bounds.end()), is_observed, own, picture.glyphs)
        }
        Item::Missing(_, Some(bounds)) => waiting_bar(scale, *bounds, picture.glyphs),
        Item::Loose(service_name, _) => {
            return record_marks(picture, service_name.as_deref(), scale);
        }
        Item::Missing(_, None) | Item::Folded(_) | Item::Record(_) => return Vec::new(),
    };
    vec![(cells.concat(), false)]
}

/// Times of the records of a service that name no span, and whether they are errors.
fn loose_records<'p>(
    picture: &'p Picture<'_>,
    service_name: Option<&'p str>,
) -> impl Iterator<Item = (Option<Timestamp>, bool)> + 'p {
    picture
        .timeline
        .trace
        .records
        .iter()
        .filter(move |record| {
            record.span_id.is_none() && record.service_name.as_deref() == service_name
        })
        .map(|record| (record.timestamp, record.is_error))
}

fn record_marks(
    picture: &Picture<'_>,
    service_name: Option<&str>,
    scale: &Scale,
) -> Vec<(String, bool)> {
    let mut marks = vec![None; scale.cells];
    for (at, is_error) in loose_records(picture, service_name) {
        if let Some(at) = at {
            let mark: &mut Option<bool> = &mut marks[scale.cell(at)];
            *mark = Some(mark.unwrap_or(false) || is_error);
        }
    }
    marks
        .into_iter()
        .map(|mark| match mark {
            None => (" ".to_owned(), false),
            Some(true) => (picture.glyphs.error.to_owned(), true),
            Some(false) => (picture.glyphs.record.to_owned(), false),
        })
        .collect()
}
