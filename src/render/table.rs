//! Tables: the only place that knows comfy-table, which arranges cells into columns.
//!
//! On a terminal the table of traces is fitted to the width. As it narrows, columns give way in
//! this order: roots and services are cut; ids are cut to 16 digits, or as many as tell them apart,
//! by which a trace can still be named; services go; records go; the root goes; the start goes. Where all traces are of one day,
//! the heading has the date, once. Without a terminal nothing is cut, and rows are written at
//! once, in columns that do not depend on what comes later.

use super::duration::{duration, grouped};
use super::escape::{cut, escape, width};
use super::line::Line;
use super::style::{BOLD, DIM, ERROR, PLAIN, Paint, Style, service_paint};
use super::time::{clock, date, zone_name};
use crate::analysis::TraceSummary;
use crate::trace::{Span, Status};
use comfy_table::{
    CellAlignment, ColumnConstraint, ContentArrangement, ContentLineStyle, Row, Table, TableStyle,
    Width,
};
use std::io::{self, Write};

/// Between cells while the table is arranged. It cannot occur in escaped text.
const SEPARATOR: char = '\u{1f}';

/// A column of a table.
#[derive(Clone, Copy, Debug)]
struct Column {
    heading: &'static str,
    is_number: bool,
    /// Cells that a column whose text may be cut keeps if it has as many; `None`: never cut.
    least: Option<usize>,
}

/// Arranges cells into aligned columns of at most `width` in all; cuts what may be cut. Returns
/// the padded cells of each row.
fn arrange(
    columns: &[Column],
    rows: &[Vec<String>],
    width: usize,
    ellipsis: &str,
) -> Vec<Vec<String>> {
    let mut table = Table::new();
    let lines = ContentLineStyle::none().junction(SEPARATOR);
    table
        .load_style(TableStyle::new().content_lines(lines))
        .force_no_tty()
        .set_truncation_indicator(ellipsis)
        // Cells are cut where their room ends, not after a word.
        .set_delimiter(SEPARATOR)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(u16::try_from(width).unwrap_or(u16::MAX));
    for row in rows {
        let mut row = Row::from(row.clone());
        row.max_height(1);
        table.add_row(row);
    }
    for (at, column) in columns.iter().enumerate() {
        let Some(arranged) = table.column_mut(at) else { continue };
        let is_last = at + 1 == columns.len();
        arranged.set_padding((0, u16::from(!is_last)));
        if column.is_number {
            arranged.set_cell_alignment(CellAlignment::Right);
        }
        arranged.set_constraint(match column.least {
            Some(least) => {
                let widest = widest_cell(rows, at).min(least);
                // The padding counts as part of the column.
                ColumnConstraint::LowerBoundary(Width::Fixed(
                    u16::try_from(widest + usize::from(!is_last)).unwrap_or(u16::MAX),
                ))
            }
            None => ColumnConstraint::ContentWidth,
        });
    }
    table.lines().map(|line| line.split(SEPARATOR).map(str::to_owned).collect()).collect()
}

/// Terminal cells that the longest text of a column takes.
fn widest_cell(rows: &[Vec<String>], column: usize) -> usize {
    rows.iter().map(|row| width(&row[column])).max().unwrap_or(0)
}

/// The table of traces, row by row.
pub(super) struct TraceTable {
    style: Style,
    has_heading: bool,
    rows: Vec<TraceRow>,
}

/// A trace as text, escaped.
struct TraceRow {
    trace_id: String,
    date: String,
    clock: String,
    zone: String,
    duration: String,
    spans: String,
    records: String,
    errors: String,
    services: Vec<String>,
    root_service: String,
    root: String,
}

impl TraceTable {
    pub(super) fn new(style: Style) -> TraceTable {
        TraceTable { style, has_heading: false, rows: Vec::new() }
    }

    pub(super) fn begin(&mut self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    pub(super) fn row(&mut self, out: &mut dyn Write, summary: &TraceSummary) -> io::Result<()> {
        let row = TraceRow::new(&self.style, summary);
        if self.style.width.is_some() {
            self.rows.push(row);
            return Ok(());
        }
        if !std::mem::replace(&mut self.has_heading, true) {
            let start = format!("start ({})", if row.zone.is_empty() { "UTC" } else { &row.zone });
            write_plain_row(
                out,
                &self.style,
                ["trace", &start, "duration", "spans", "records", "errors", "root", "services"],
            )?;
        }
        let start = if row.date.is_empty() {
            self.style.glyphs().dash.to_owned()
        } else {
            format!("{} {}", row.date, row.clock)
        };
        write_plain_row(
            out,
            &self.style,
            [
                &row.trace_id,
                &start,
                &row.duration,
                &row.spans,
                &row.records,
                &row.errors,
                &row.root,
                &row.services.join(", "),
            ],
        )
    }

    pub(super) fn end(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let rows = std::mem::take(&mut self.rows);
        let Some(width) = self.style.width.filter(|_| !rows.is_empty()) else { return Ok(()) };
        write_fitted(out, &self.style, &rows, width.max(Style::MIN_WIDTH))
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
        TraceRow {
            trace_id: escape(&trace.trace_id).into_owned(),
            date: at(&|start| date(zone, start)),
            clock: at(&|start| clock(zone, start)),
            zone: at(&|start| zone_name(zone, start)),
            duration: summary
                .duration()
                .map_or(glyphs.dash.to_owned(), |time| duration(time, style.ascii)),
            spans: grouped(trace.spans.len() as u64),
            records: grouped(trace.record_count),
            errors: match (trace.status, trace.error_count) {
                (Status::Error, 0) => glyphs.error.to_owned(),
                (_, 0) => String::new(),
                (_, errors) => format!("{} {}", glyphs.error, grouped(errors)),
            },
            services: summary
                .services
                .iter()
                .filter_map(|service| service.service_name.as_deref())
                .map(|name| escape(name).into_owned())
                .collect(),
            root_service: root
                .and_then(|root| root.service_name.as_deref())
                .map_or(String::new(), |name| escape(name).into_owned()),
            root: root.map_or(glyphs.dash.to_owned(), root_label),
        }
    }
}

/// Service and name of a root, as far as they are known.
fn root_label(root: &Span) -> String {
    let label = [root.service_name.as_deref(), root.name.as_deref()];
    let label: Vec<&str> = label.into_iter().flatten().collect();
    if label.is_empty() {
        format!("span {}", root.span_id)
    } else {
        escape(&label.join(" ")).into_owned()
    }
}

/// Cells of the plain table's columns; the last are as wide as they need.
const PLAIN_WIDTHS: [usize; 8] = [32, 23, 13, 6, 8, 8, 32, 0];

fn write_plain_row(out: &mut dyn Write, style: &Style, cells: [&str; 8]) -> io::Result<()> {
    let mut line = Line::new(style);
    for (at, (cell, cells)) in cells.into_iter().zip(PLAIN_WIDTHS).enumerate() {
        let column = line.width();
        if (2..=5).contains(&at) {
            line.right(cell, cells, PLAIN);
        } else {
            line.plain(cell).pad_to(column + cells);
        }
        line.space(2);
    }
    line.write(out)
}

const TRACE: usize = 0;
const START: usize = 1;
const ERRORS: usize = 5;
const SERVICES: usize = 6;
const ROOT: usize = 7;
const RECORDS: usize = 4;

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

/// Digits of an id that name a trace where there is no room for all, unless several begin with them.
const SHORT_ID: usize = 16;

/// Characters that tell the ids of all rows apart, and [`SHORT_ID`] at least.
fn telling_length(rows: &[TraceRow]) -> usize {
    let mut ids: Vec<&str> = rows.iter().map(|row| row.trace_id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    let in_common = |pair: &[&str]| {
        pair[0].chars().zip(pair[1].chars()).take_while(|(left, right)| left == right).count()
    };
    let needed = ids.windows(2).map(|pair| in_common(pair) + 1).max().unwrap_or(0);
    needed.max(SHORT_ID)
}

fn write_fitted(
    out: &mut dyn Write,
    style: &Style,
    rows: &[TraceRow],
    room: usize,
) -> io::Result<()> {
    let glyphs = style.glyphs();
    let one_day = rows.iter().all(|row| row.date == rows[0].date) && !rows[0].date.is_empty();
    let zone = rows.iter().map(|row| row.zone.as_str()).find(|zone| !zone.is_empty());
    let cells_of = |row: &TraceRow| {
        let start = match (row.date.is_empty(), one_day) {
            (true, _) => glyphs.dash.to_owned(),
            (_, true) => row.clock.clone(),
            _ => format!("{} {}", row.date, row.clock),
        };
        vec![
            row.trace_id.clone(),
            start,
            row.duration.clone(),
            row.spans.clone(),
            row.records.clone(),
            row.errors.clone(),
            row.services.join(", "),
            row.root.clone(),
        ]
    };
    let mut cells: Vec<Vec<String>> = rows.iter().map(cells_of).collect();
    let mut headings: Vec<String> =
        COLUMNS.iter().map(|column| column.heading.to_owned()).collect();
    headings[START] = match (one_day, zone) {
        // The zone that everybody expects needs no name here.
        (true, Some("UTC")) => rows[0].date.clone(),
        (true, Some(zone)) => format!("{} {zone}", rows[0].date),
        (_, Some(zone)) => format!("start {zone}"),
        _ => "start".to_owned(),
    };
    cells.insert(0, headings);

    let mut shown: Vec<usize> = (0..COLUMNS.len()).collect();
    if cells[1..].iter().all(|row| row[ERRORS].is_empty()) {
        shown.retain(|&column| column != ERRORS);
    }
    let needed = |shown: &[usize], cells: &[Vec<String>]| -> usize {
        let column = |&at: &usize| {
            let widest = widest_cell(cells, at);
            2 + COLUMNS[at].least.map_or(widest, |least| widest.min(least))
        };
        shown.iter().map(column).sum::<usize>() - 2
    };
    for step in 0..5 {
        if needed(&shown, &cells) <= room {
            break;
        }
        match step {
            0 => {
                let length = telling_length(rows);
                for row in &mut cells[1..] {
                    row[TRACE] = cut(&row[TRACE], length, "").into_owned();
                }
            }
            1 => shown.retain(|&column| column != SERVICES),
            2 => shown.retain(|&column| column != RECORDS),
            3 => shown.retain(|&column| column != ROOT),
            _ => shown.retain(|&column| column != START),
        }
    }
    let columns: Vec<Column> = shown.iter().map(|&at| COLUMNS[at]).collect();
    let cells: Vec<Vec<String>> =
        cells.into_iter().map(|row| shown.iter().map(|&at| row[at].clone()).collect()).collect();
    for (at, row) in arrange(&columns, &cells, room, glyphs.ellipsis).iter().enumerate() {
        let mut line = Line::new(style);
        for (&column, cell) in shown.iter().zip(row) {
            let paint = match at.checked_sub(1).and_then(|at| rows.get(at)) {
                None => DIM,
                Some(row) => cell_paint(column, row),
            };
            line.push(cell, paint).space(1);
        }
        line.write(out)?;
    }
    Ok(())
}

fn cell_paint(column: usize, row: &TraceRow) -> Paint {
    match column {
        TRACE => BOLD,
        ERRORS => ERROR,
        SERVICES => DIM,
        ROOT if !row.root_service.is_empty() => service_paint(&row.root_service),
        _ => PLAIN,
    }
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

    /// Columns of short texts once kept the room that longer ones would have been left.
    #[test]
    fn short_services_and_roots_leave_their_room_to_others() {
        for width in 64..120 {
            let mut table = TraceTable::new(Style { width: Some(width), ..Style::default() });
            let mut out = Vec::new();
            table.row(&mut out, &summary(&many_queries(300))).unwrap();
            table.end(&mut out).unwrap();
            for line in String::from_utf8(out).unwrap().lines() {
                assert!(super::width(line) <= width, "wider than {width}: {line}");
            }
        }
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

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in [44, 60, 80, 100, 120, 200] {
            for line in drawn(Some(columns)).lines() {
                assert!(width(line) <= columns, "{columns}: {line:?}");
            }
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
