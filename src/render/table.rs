//! The table of traces.
//!
//! On a terminal it is fitted to the width. As it narrows, columns give way in this order: services
//! are cut, then roots; ids are cut to 16 digits, or as many as tell them apart, by which a trace can
//! still be named; services go; records go; the root goes; the start goes; spans go; the duration
//! goes; errors go; ids are cut to what room there is. Where all traces are of one day, the heading
//! has the date, once. Without a terminal nothing is cut, and rows are written at once, in columns
//! that do not depend on what comes later.

use super::arrange::{ArrangedColumn, arrange};
use super::duration::{duration, grouped};
use super::escape::{cut, escape, width};
use super::line::Line;
use super::style::{BOLD, DIM, ERROR, PLAIN, Paint, Style, service_paint};
use super::time::{clock, date, zone_name};
use crate::analysis::TraceSummary;
use crate::trace::{Span, Status};
use std::io::{self, Write};

/// Text of a cell, escaped, in parts of one paint each.
#[derive(Clone, Debug, Default)]
struct Cell(Vec<(String, Paint)>);

impl Cell {
    fn new(text: impl Into<String>, paint: Paint) -> Cell {
        Cell(vec![(text.into(), paint)])
    }

    fn is_empty(&self) -> bool {
        self.0.iter().all(|(text, _)| text.is_empty())
    }

    fn text(&self) -> String {
        self.0.iter().map(|(text, _)| text.as_str()).collect()
    }

    fn width(&self) -> usize {
        width(&self.text())
    }

    /// The same, cut to so many cells of the terminal.
    fn cut(&self, cells: usize, ellipsis: &str) -> Cell {
        let text = self.text();
        let shown = cut(&text, cells, ellipsis);
        if *shown == *text {
            return self.clone();
        }
        let mut left = shown.len().saturating_sub(ellipsis.len());
        let mut parts = Vec::with_capacity(self.0.len() + 1);
        for (part, paint) in &self.0 {
            let length = part.len().min(left);
            parts.push((part[..length].to_owned(), *paint));
            left -= length;
        }
        if !shown.is_empty() {
            let is_between_words = text[shown.len() - ellipsis.len()..].starts_with(' ');
            let space = if is_between_words && width(&shown) < cells { " " } else { "" };
            parts.push((format!("{space}{ellipsis}"), DIM));
        }
        Cell(parts)
    }

    fn write(&self, line: &mut Line<'_>) {
        for (part, paint) in &self.0 {
            line.push(part, *paint);
        }
    }
}

/// A column of the table.
#[derive(Clone, Copy, Debug)]
struct Column {
    heading: &'static str,
    is_number: bool,
    /// Cells that a column whose text may be cut keeps; `None`: never cut.
    least: Option<usize>,
}

const TRACE: usize = 0;
const START: usize = 1;
const DURATION: usize = 2;
const SPANS: usize = 3;
const RECORDS: usize = 4;
const ERRORS: usize = 5;
const SERVICES: usize = 6;
const ROOT: usize = 7;

const COLUMNS: [Column; 8] = [
    Column { heading: "trace", is_number: false, least: None },
    Column { heading: "start", is_number: false, least: None },
    Column { heading: "duration", is_number: true, least: None },
    Column { heading: "spans", is_number: true, least: None },
    Column { heading: "records", is_number: true, least: None },
    Column { heading: "errors", is_number: true, least: None },
    Column { heading: "services", is_number: false, least: Some(16) },
    Column { heading: "root", is_number: false, least: Some(20) },
];

/// Between two columns.
const SPACE: usize = 2;

/// The table, row by row.
pub(super) struct TraceTable {
    style: Style,
    has_heading: bool,
    rows: Vec<TraceRow>,
}

/// A trace as text, escaped.
struct TraceRow {
    date: String,
    clock: String,
    zone: String,
    /// Of each column; that of the start is empty, for its text depends on the other rows.
    cells: [Cell; COLUMNS.len()],
}

impl TraceTable {
    pub(super) fn new(style: Style) -> TraceTable {
        TraceTable { style, has_heading: false, rows: Vec::new() }
    }

    pub(super) fn begin(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn row(&mut self, out: &mut dyn Write, summary: &TraceSummary) -> io::Result<()> {
        let mut row = TraceRow::new(&self.style, summary);
        if self.style.width.is_some() {
            self.rows.push(row);
            return Ok(());
        }
        if !std::mem::replace(&mut self.has_heading, true) {
            let mut headings = COLUMNS.map(|column| Cell::new(column.heading, DIM));
            let zone = if row.zone.is_empty() { "UTC" } else { &row.zone };
            headings[START] = Cell::new(format!("start ({zone})"), DIM);
            write_plain_row(out, &self.style, &headings)?;
        }
        row.cells[START] = row.start(&self.style, false);
        write_plain_row(out, &self.style, &row.cells)
    }

    pub(super) fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let Some(width) = self.style.width.filter(|_| !rows.is_empty()) else { return Ok(()) };
        write_fitted(out, &self.style, rows, width.max(Style::MIN_WIDTH))
    }
}

impl TraceRow {
    fn new(style: &Style, summary: &TraceSummary) -> TraceRow {
        let trace = &summary.trace;
        let glyphs = style.glyphs();
        let zone = style.time_zone;
        let at =
            |of: &dyn Fn(crate::record::Timestamp) -> String| trace.start.map_or(String::new(), of);
        let root = summary.root.and_then(|root| trace.spans.get(root));
        let took = summary.duration();
        let took = took.map_or(glyphs.dash.to_owned(), |time| duration(time, style.ascii));
        let errors = match (trace.status, trace.error_count) {
            (Status::Error, 0) => glyphs.error.to_owned(),
            (_, 0) => String::new(),
            (_, errors) => format!("{} {}", glyphs.error, grouped(errors)),
        };
        let names = summary.services.iter().filter_map(|service| service.service_name.as_deref());
        let mut services = Cell::default();
        for name in names {
            if !services.is_empty() {
                services.0.push((", ".to_owned(), DIM));
            }
            services.0.push((escape(name).into_owned(), service_paint(name)));
        }
        TraceRow {
            date: at(&|start| date(zone, start)),
            clock: at(&|start| clock(zone, start)),
            zone: at(&|start| zone_name(zone, start)),
            cells: [
                Cell::new(escape(&trace.trace_id), BOLD),
                Cell::default(),
                Cell::new(took, PLAIN),
                Cell::new(grouped(trace.spans.len() as u64), PLAIN),
                Cell::new(grouped(trace.record_count), PLAIN),
                Cell::new(errors, ERROR),
                services,
                root.map_or(Cell::new(glyphs.dash, DIM), root_label),
            ],
        }
    }

    /// When the trace began. `one_day`: the heading says on which day.
    fn start(&self, style: &Style, one_day: bool) -> Cell {
        match (self.date.is_empty(), one_day) {
            (true, _) => Cell::new(style.glyphs().dash, DIM),
            (_, true) => Cell::new(&self.clock, PLAIN),
            _ => Cell::new(format!("{} {}", self.date, self.clock), PLAIN),
        }
    }
}

/// Service and name of a root, as far as they are known.
fn root_label(root: &Span) -> Cell {
    let name = root.name.as_deref().map(|name| escape(name).into_owned());
    match (root.service_name.as_deref(), name) {
        (None, None) => Cell::new(format!("span {}", root.span_id), PLAIN),
        (None, Some(name)) => Cell::new(name, PLAIN),
        (Some(service), name) => {
            let mut label = Cell::new(escape(service), service_paint(service));
            label.0.extend(name.map(|name| (format!(" {name}"), PLAIN)));
            label
        }
    }
}

/// The plain table's columns, and how wide each is; the last is as wide as it needs.
const PLAIN_COLUMNS: [(usize, usize); 8] = [
    (TRACE, 32),
    (START, 23),
    (DURATION, 13),
    (SPANS, 6),
    (RECORDS, 8),
    (ERRORS, 8),
    (ROOT, 32),
    (SERVICES, 0),
];

fn write_plain_row(
    out: &mut dyn Write,
    style: &Style,
    row: &[Cell; COLUMNS.len()],
) -> io::Result<()> {
    let mut line = Line::new(style);
    for (at, cells) in PLAIN_COLUMNS {
        let column = line.width();
        if COLUMNS[at].is_number {
            line.space(cells.saturating_sub(row[at].width()));
        }
        row[at].write(&mut line);
        line.pad_to(column + cells).space(SPACE);
    }
    line.write(out)
}

/// Digits of an id that name a trace where there is no room for all, unless several begin with them.
const SHORT_ID: usize = 16;

/// Characters that tell the ids of all rows apart, and [`SHORT_ID`] at least.
fn telling_length(rows: &[TraceRow]) -> usize {
    let mut ids: Vec<String> = rows.iter().map(|row| row.cells[TRACE].text()).collect();
    ids.sort_unstable();
    ids.dedup();
    let in_common = |pair: &[String]| {
        pair[0].chars().zip(pair[1].chars()).take_while(|(left, right)| left == right).count()
    };
    let needed = ids.windows(2).map(|pair| in_common(pair) + 1).max().unwrap_or(0);
    needed.max(SHORT_ID)
}

fn write_fitted(
    out: &mut dyn Write,
    style: &Style,
    mut rows: Vec<TraceRow>,
    room: usize,
) -> io::Result<()> {
    let one_day = rows.iter().all(|row| row.date == rows[0].date) && !rows[0].date.is_empty();
    let zone = rows.iter().map(|row| row.zone.as_str()).find(|zone| !zone.is_empty());
    let mut headings = COLUMNS.map(|column| Cell::new(column.heading, DIM));
    let start = match (one_day, zone) {
        // The zone that everybody expects needs no name here.
        (true, Some("UTC")) => rows[0].date.clone(),
        (true, Some(zone)) => format!("{} {zone}", rows[0].date),
        (_, Some(zone)) => format!("start {zone}"),
        _ => "start".to_owned(),
    };
    headings[START] = Cell::new(start, DIM);
    for row in &mut rows {
        row.cells[START] = row.start(style, one_day);
    }
    let columns = fitted_columns(&headings, &mut rows, room);
    let ellipsis = style.glyphs().ellipsis;
    let shown = std::iter::once(&headings).chain(rows.iter().map(|row| &row.cells));
    let shown: Vec<Vec<Cell>> = shown
        .map(|row| columns.iter().map(|&(at, cells)| row[at].cut(cells, ellipsis)).collect())
        .collect();
    let texts = shown.iter().map(|row| row.iter().map(Cell::text).collect());
    let widths: Vec<ArrangedColumn> = columns
        .iter()
        .map(|&(at, width)| ArrangedColumn { width, is_number: COLUMNS[at].is_number })
        .collect();
    for (cells, padded) in shown.iter().zip(arrange(&widths, SPACE as u16, texts)) {
        let mut line = Line::new(style);
        for (cell, padded) in cells.iter().zip(padded) {
            let before = padded.len() - padded.trim_start_matches(' ').len();
            let column = line.width() + width(&padded);
            if !cell.is_empty() {
                line.space(before);
            }
            cell.write(&mut line);
            line.pad_to(column);
        }
        line.write(out)?;
    }
    Ok(())
}

/// Which columns there is room for, and how wide each is. Cuts the ids if that is needed.
fn fitted_columns(
    headings: &[Cell; COLUMNS.len()],
    rows: &mut [TraceRow],
    room: usize,
) -> Vec<(usize, usize)> {
    let mut shown: Vec<usize> = (0..COLUMNS.len()).collect();
    shown.retain(|&at| at != ERRORS || rows.iter().any(|row| !row.cells[ERRORS].is_empty()));
    let mut widths = [0; COLUMNS.len()];
    for (at, widest) in widths.iter_mut().enumerate() {
        let cells = rows.iter().map(|row| row.cells[at].width());
        *widest = cells.chain([headings[at].width()]).max().unwrap_or(0);
    }
    let sum = |shown: &[usize], widths: &[usize]| -> usize {
        shown.iter().map(|&at| widths[at] + SPACE).sum::<usize>() - SPACE
    };
    for at in [SERVICES, ROOT] {
        let missing = sum(&shown, &widths).saturating_sub(room);
        let least = COLUMNS[at].least.unwrap_or(widths[at]).min(widths[at]);
        widths[at] = widths[at].saturating_sub(missing).max(least);
    }
    if sum(&shown, &widths) > room {
        let length = telling_length(rows);
        for row in rows.iter_mut() {
            let id = cut(&row.cells[TRACE].text(), length, "").into_owned();
            row.cells[TRACE] = Cell::new(id, BOLD);
        }
        widths[TRACE] = widths[TRACE].min(length);
    }
    for leaves in [SERVICES, RECORDS, ROOT, START, SPANS, DURATION, ERRORS] {
        if sum(&shown, &widths) <= room {
            break;
        }
        shown.retain(|&at| at != leaves);
    }
    widths[TRACE] = widths[TRACE].min(room);
    // What is left over is for those that were cut.
    for at in [ROOT, SERVICES] {
        if shown.contains(&at) {
            let cells = rows.iter().map(|row| row.cells[at].width());
            let widest = cells.chain([headings[at].width()]).max().unwrap_or(0);
            widths[at] = widest.min(widths[at] + room.saturating_sub(sum(&shown, &widths)));
        }
    }
    shown.iter().map(|&at| (at, widths[at])).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::render::sample::{checkout, hostile, many_queries, summary, without_spans};
    use snapbox::{IntoData, assert_data_eq, str};

    fn drawn(width: Option<usize>) -> String {
        let mut table = TraceTable::new(Style { width, ..Style::default() });
        let mut out = Vec::new();
        table.begin(&mut out).unwrap();
        for timeline in [checkout(), without_spans(), many_queries(300), hostile()] {
            table.row(&mut out, &summary(&timeline)).unwrap();
        }
        table.end(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn on_a_terminal_the_table_is_fitted() {
        assert_data_eq!(
            drawn(Some(120)),
            str![[r#"
trace                             2026-11-22    duration  spans  records  errors  services          root
4bf92f3577b34da6a3ce929d0e0e4736  10:30:45.120   1.282 s      8       13     ✗ 3  payment, bank, …  gateway GET /checko…
4bf92f3577b34da6a3ce929d0e0e4736  10:30:45.120   2.012 s      0        6     ✗ 1                    –
4bf92f3577b34da6a3ce929d0e0e4736  10:30:45.120    1.21 s    301        0          db, web           web GET /orders
4bf92f3577b34da6a3ce929d0e0e4736  10:30:45.120    100 ms      4        1     ✗ 1  a-service-with-…  a-service-with-a-na…

"#]].raw()
        );
        assert_data_eq!(
            drawn(Some(80)),
            str![[r#"
trace             2026-11-22    duration  spans  errors  root
4bf92f3577b34da6  10:30:45.120   1.282 s      8     ✗ 3  gateway GET /checkout
4bf92f3577b34da6  10:30:45.120   2.012 s      0     ✗ 1  –
4bf92f3577b34da6  10:30:45.120    1.21 s    301          web GET /orders
4bf92f3577b34da6  10:30:45.120    100 ms      4     ✗ 1  a-service-with-a-name-…

"#]]
            .raw()
        );
        assert_data_eq!(
            drawn(Some(60)),
            str![[r#"
trace             2026-11-22    duration  spans  errors
4bf92f3577b34da6  10:30:45.120   1.282 s      8     ✗ 3
4bf92f3577b34da6  10:30:45.120   2.012 s      0     ✗ 1
4bf92f3577b34da6  10:30:45.120    1.21 s    301
4bf92f3577b34da6  10:30:45.120    100 ms      4     ✗ 1

"#]]
            .raw()
        );
    }

    #[test]
    fn cut_ids_tell_their_traces_apart() {
        let mut table = TraceTable::new(Style { width: Some(80), ..Style::default() });
        let mut out = Vec::new();
        for (id, expected) in [
            ("4bf92f3577b34da6a3ce929d0e0e4736", "4bf92f3577b34da6a3 "),
            ("4bf92f3577b34da6a4ce929d0e0e4736", "4bf92f3577b34da6a4 "),
            ("a3ce929d0e0e4736", "a3ce929d0e0e4736   "),
        ] {
            let mut timeline = checkout();
            timeline.trace.trace_id = id.to_owned();
            table.row(&mut out, &summary(&timeline)).unwrap();
            let mut all = Vec::new();
            if table.rows.len() == 3 {
                table.end(&mut all).unwrap();
                let text = String::from_utf8(all).unwrap();
                assert!(text.contains(expected), "{text}");
                assert!(text.contains("\n4bf92f3577b34da6a3 "), "{text}");
            }
        }
    }

    #[test]
    fn without_a_terminal_nothing_is_cut() {
        assert_data_eq!(
            drawn(None),
            str![[r#"
trace                             start (UTC)                   duration   spans   records    errors  root                              services
4bf92f3577b34da6a3ce929d0e0e4736  2026-11-22 10:30:45.120        1.282 s       8        13       ✗ 3  gateway GET /checkout             payment, bank, pricing, gateway, cart, fraud, mailer, redis
4bf92f3577b34da6a3ce929d0e0e4736  2026-11-22 10:30:45.120        2.012 s       0         6       ✗ 1  –
4bf92f3577b34da6a3ce929d0e0e4736  2026-11-22 10:30:45.120         1.21 s     301         0            web GET /orders                   db, web
4bf92f3577b34da6a3ce929d0e0e4736  2026-11-22 10:30:45.120         100 ms       4         1       ✗ 1  a-service-with-a-name-of-one-hundred-characters-a-service-with-a-name-of-one-hundred-characters-abcd a-service-with-a-name-of-one-hundred-characters-a-service-with-a-name-of-one-hundred-characters-abcd  a-service-with-a-name-of-one-hundred-characters-a-service-with-a-name-of-one-hundred-characters-abcd, evil\x1b[2J\u{202e}, 漢字のサービス, 👩‍💻

"#]].raw()
        );
    }

    /// A column that may be cut once kept its least width where its cells were narrower than that,
    /// and below 41 cells nothing gave way any more.
    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in Style::MIN_WIDTH..200 {
            for line in drawn(Some(columns)).lines() {
                assert!(width(line) <= columns, "{columns}: {line:?}");
            }
        }
    }

    #[test]
    fn columns_give_way_in_a_fixed_order() {
        let headings = |columns| {
            let table = drawn(Some(columns));
            let line = table.lines().next().unwrap_or_default();
            line.split_whitespace().map(str::to_owned).collect::<Vec<_>>().join(" ")
        };
        for (columns, expected) in [
            (104, "trace 2026-11-22 duration spans records errors services root"),
            (103, "trace 2026-11-22 duration spans records errors root"),
            (86, "trace 2026-11-22 duration spans records errors root"),
            (85, "trace 2026-11-22 duration spans errors root"),
            (77, "trace 2026-11-22 duration spans errors root"),
            (76, "trace 2026-11-22 duration spans errors"),
            (55, "trace 2026-11-22 duration spans errors"),
            (54, "trace duration spans errors"),
            (41, "trace duration spans errors"),
            (40, "trace duration errors"),
            (34, "trace duration errors"),
            (33, "trace errors"),
        ] {
            assert_eq!(headings(columns), expected, "{columns}");
        }
    }

    /// Without a terminal, colours that were asked for were once left out.
    #[test]
    fn services_and_errors_have_their_colours_with_and_without_a_width() {
        for width in [None, Some(200)] {
            let mut table = TraceTable::new(Style { width, color: true, ..Style::default() });
            let mut out = Vec::new();
            table.row(&mut out, &summary(&checkout())).unwrap();
            table.end(&mut out).unwrap();
            let text = String::from_utf8(out).unwrap();
            let painted = |text: &str, paint: Paint| {
                format!("{}{text}{}", paint.render(), paint.render_reset())
            };
            assert!(text.contains(&painted("✗ 3", ERROR)), "{text:?}");
            assert!(text.contains(&painted("payment", service_paint("payment"))), "{text:?}");
            assert!(text.contains(&painted("gateway", service_paint("gateway"))), "{text:?}");
        }
    }

    #[test]
    fn no_traces_are_no_table() {
        let mut out = Vec::new();
        for width in [None, Some(80)] {
            let mut table = TraceTable::new(Style { width, ..Style::default() });
            table.begin(&mut out).unwrap();
            table.end(&mut out).unwrap();
        }
        assert!(out.is_empty());
    }
}
