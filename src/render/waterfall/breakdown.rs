//! Where the time went, counted: the critical path, self time by service and operation, the
//! longest silences.

use super::super::duration::{count, duration, share};
use super::super::escape::{cut, cut_start, escape, width};
use super::super::line::write_wrapped;
use super::super::style::{DIM, PLAIN, Paint};
use super::{Picture, first_line, heading};
use crate::trace::Name;
use std::io::{self, Write};

/// Steps of the critical path shown; the shortest are folded.
const MAX_STEPS: usize = 24;
/// Services, and operations of one service, shown.
const MAX_SERVICES: usize = 12;
const MAX_OPERATIONS: usize = 5;

/// `gateway 22 ms → payment 790 ms → …`
pub(super) fn write_critical_path(out: &mut dyn Write, picture: &Picture<'_>) -> io::Result<()> {
    let spans = &picture.timeline.trace.spans;
    let steps: Vec<(usize, u64)> = picture
        .timeline
        .critical_path
        .iter()
        .filter(|step| step.span < spans.len())
        .map(|step| (step.span, step.end.nanoseconds().abs_diff(step.start.nanoseconds())))
        .collect();
    if steps.len() < 2 {
        return Ok(());
    }
    let mut lengths: Vec<u64> = steps.iter().map(|&(_, time)| time).collect();
    lengths.sort_unstable_by(|a, b| b.cmp(a));
    let least = lengths.get(MAX_STEPS - 1).copied().unwrap_or(0).max(1);

    let mut pieces: Vec<Vec<(String, Paint)>> = Vec::new();
    let mut skipped = (0u64, 0u64);
    let flush = |skipped: &mut (u64, u64), pieces: &mut Vec<Vec<(String, Paint)>>| {
        if skipped.0 > 0 && skipped.1 > 0 {
            let text = format!(
                "{} {} ({})",
                picture.glyphs.ellipsis,
                count(skipped.0, "step"),
                picture.duration(skipped.1)
            );
            pieces.push(vec![(text, DIM)]);
        }
        *skipped = (0, 0);
    };
    for (span, time) in steps {
        if time < least {
            skipped = (skipped.0 + 1, skipped.1 + time);
            continue;
        }
        flush(&mut skipped, &mut pieces);
        let span = &spans[span];
        let (label, paint) = match span.service_name.as_deref() {
            Some(name) => (escape(name).into_owned(), picture.paints.get(Some(name))),
            None => picture.operation(span),
        };
        let label = cut(&label, 24, picture.glyphs.ellipsis).into_owned();
        pieces.push(vec![(label, paint), (format!(" {}", picture.duration(time)), PLAIN)]);
    }
    flush(&mut skipped, &mut pieces);
    writeln!(out)?;
    let mut line = picture.line();
    heading(&mut line, "critical path  ");
    let arrow = format!(" {} ", picture.glyphs.arrow);
    let indent = if picture.width >= 60 { 15 } else { 2 };
    write_wrapped(out, line, indent, &arrow, &pieces)
}

/// A row of the table of self times.
struct Share {
    service: (String, Paint),
    name: (String, Paint),
    spans: u64,
    self_time: u64,
    part: f64,
    is_detail: bool,
}

/// Self time by service, and by operation where a service has several.
pub(super) fn write_shares(out: &mut dyn Write, picture: &Picture<'_>) -> io::Result<()> {
    let timeline = picture.timeline;
    if timeline.services.iter().all(|service| service.self_time == 0) {
        return Ok(());
    }
    let mut rows = Vec::new();
    for service in timeline.services.iter().take(MAX_SERVICES) {
        rows.extend(service_rows(picture, service));
    }
    let hidden = timeline.services.len().saturating_sub(MAX_SERVICES);
    if hidden > 0 {
        rows.push(rest_row(
            picture,
            count(hidden as u64, "more service"),
            timeline.services[MAX_SERVICES..].iter().map(|s| (s.span_count, s.self_time, s.share)),
        ));
    }
    write_share_rows(out, picture, &rows)
}

fn service_rows(picture: &Picture<'_>, service: &crate::analysis::ServiceShare) -> Vec<Share> {
    let operations: Vec<_> = picture
        .timeline
        .operations
        .iter()
        .filter(|operation| operation.service_name == service.service_name)
        .collect();
    let name = |name: &Option<Name>| match name {
        Some(name) => (escape(name).into_owned(), PLAIN),
        None => (String::new(), DIM),
    };
    let service_name = service.service_name.as_deref();
    let mut rows = vec![Share {
        service: (picture.service(service_name).into_owned(), picture.paints.get(service_name)),
        name: match operations[..] {
            [only] => name(&only.name),
            [] => (String::new(), DIM),
            _ => (count(operations.len() as u64, "operation"), DIM),
        },
        spans: service.span_count,
        self_time: service.self_time,
        part: service.share,
        is_detail: false,
    }];
    if operations.len() > 1 {
        rows.extend(operations.iter().take(MAX_OPERATIONS).map(|operation| Share {
            service: (String::new(), PLAIN),
            name: match name(&operation.name) {
                (text, _) if text.is_empty() => ("(no name)".to_owned(), DIM),
                named => named,
            },
            spans: operation.span_count,
            self_time: operation.self_time,
            part: operation.share,
            is_detail: true,
        }));
        if operations.len() > MAX_OPERATIONS {
            let rest = &operations[MAX_OPERATIONS..];
            rows.push(Share {
                is_detail: true,
                ..rest_row(
                    picture,
                    count(rest.len() as u64, "more operation"),
                    rest.iter().map(|o| (o.span_count, o.self_time, o.share)),
                )
            });
        }
    }
    rows
}

fn rest_row(
    picture: &Picture<'_>,
    what: String,
    of: impl Iterator<Item = (u64, u64, f64)>,
) -> Share {
    let (spans, self_time, part) =
        of.fold((0, 0, 0.0), |sum, of| (sum.0 + of.0, sum.1 + of.1, sum.2 + of.2));
    let what = (format!("{} {what}", picture.glyphs.ellipsis), DIM);
    Share { service: (String::new(), DIM), name: what, spans, self_time, part, is_detail: false }
}

fn write_share_rows(out: &mut dyn Write, picture: &Picture<'_>, rows: &[Share]) -> io::Result<()> {
    const TIME: usize = 9;
    const PART: usize = 5;
    const SPANS: usize = 5;
    let widest = |of: &dyn Fn(&Share) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let service = widest(&|row| width(&row.service.0)).clamp(7, (picture.width / 4).max(12));
    let has_names = rows.iter().any(|row| !row.name.0.is_empty()) && picture.width >= 50;
    let name_room = picture.width.saturating_sub(service + TIME + PART + SPANS + 8 + 12).max(8);
    let name = if has_names { widest(&|row| width(&row.name.0)).clamp(9, name_room) } else { 0 };

    writeln!(out)?;
    let mut line = picture.line();
    heading(&mut line, "service");
    if name > 0 {
        line.pad_to(service + 2);
        line.push("operation", DIM).pad_to(service + 2 + name);
    } else {
        line.pad_to(service);
    }
    line.right("spans", SPANS + 2, DIM).right("self", TIME + 2, DIM).right("share", PART + 2, DIM);
    line.write(out)?;
    for row in rows {
        let mut line = picture.line();
        line.cut(&row.service.0, service, row.service.1);
        line.pad_to(service);
        if name > 0 {
            line.space(2).cut(&row.name.0, name, row.name.1).pad_to(service + 2 + name);
        }
        let paint = if row.is_detail { DIM } else { PLAIN };
        line.right(&row.spans.to_string(), SPANS + 2, DIM);
        line.right(&picture.duration(row.self_time), TIME + 2, paint);
        line.right(&share(row.part), PART + 2, paint);
        if !row.is_detail {
            let room = picture.width.saturating_sub(line.width() + 2).min(40);
            line.space(2).push(&share_bar(picture, row.part, room), row.service.1);
        }
        line.write(out)?;
    }
    Ok(())
}

/// A bar as long as the share.
fn share_bar(picture: &Picture<'_>, part: f64, cells: usize) -> String {
    let part = if part.is_finite() { part.clamp(0.0, 1.0) } else { 0.0 };
    let eighths = (part * (cells * 8) as f64).round() as usize;
    let mut bar = picture.glyphs.eighths[7].repeat(eighths / 8);
    let is_whole = eighths.is_multiple_of(8);
    if !is_whole && (!picture.style.ascii || eighths % 8 >= 4) {
        bar.push_str(picture.glyphs.eighths[eighths % 8 - 1]);
    }
    bar
}

/// The longest silences, with the texts on both sides and where they stand.
pub(super) fn write_gaps(out: &mut dyn Write, picture: &Picture<'_>) -> io::Result<()> {
    let trace = &picture.timeline.trace;
    let gaps: Vec<_> = picture
        .timeline
        .gaps
        .iter()
        .filter_map(|gap| {
            let (before, after) = (trace.records.get(gap.before)?, trace.records.get(gap.after)?);
            let span = gap.span.and_then(|span| trace.spans.get(span));
            let service = span
                .and_then(|span| span.service_name.as_deref())
                .or(before.service_name.as_deref());
            Some((gap.duration, service, before, after))
        })
        .collect();
    if gaps.is_empty() {
        return Ok(());
    }
    writeln!(out)?;
    let mut line = picture.line();
    heading(&mut line, "longest silences");
    line.write(out)?;

    let widest_service = gaps.iter().map(|gap| width(&picture.service(gap.1))).max().unwrap_or(0);
    let service_room = widest_service.min((picture.width / 6).max(8));
    let locations: Vec<String> =
        gaps.iter().map(|&(_, _, before, after)| picture.locations(before, after)).collect();
    let used = 9 + 2 + service_room + 2;
    let rest = picture.width.saturating_sub(used);
    let location_room = locations.iter().map(|text| width(text)).max().unwrap_or(0).min(rest / 2);
    let texts_room = rest.saturating_sub(location_room + 2);
    for ((time, service, before, after), location) in gaps.into_iter().zip(&locations) {
        let mut line = picture.line();
        line.right(&duration(time, picture.style.ascii), 9, PLAIN).space(2);
        line.cut(&picture.service(service), service_room, picture.paints.get(service));
        line.pad_to(used);
        if texts_room >= 16 {
            let arrow = format!(" {} ", picture.glyphs.arrow);
            let (first, second) = (first_line(&before.body).0, first_line(&after.body).0);
            let room = texts_room - width(&arrow);
            // Each may have half; what one does not need the other gets.
            let second_room = (room - room / 2).max(room.saturating_sub(width(&first)));
            let second = cut(&second, second_room, picture.glyphs.ellipsis);
            line.cut(&first, room - width(&second), PLAIN).push(&arrow, DIM).plain(&second);
        }
        let location = cut_start(location, location_room, picture.glyphs.ellipsis);
        line.pad_to(picture.width - width(&location)).push(&location, DIM);
        line.write(out)?;
    }
    Ok(())
}
