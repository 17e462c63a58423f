//! Where the time went, counted: the critical path, self time by service and operation, the
//! longest silences.

use super::{Picture, heading};
use crate::analysis::Gap;
use crate::render::{
    duration::{count, grouped, share},
    escape::{cut, cut_start, escape, width},
    line::write_wrapped,
    style::{DIM, PLAIN, Paint},
};
use crate::trace::Name;
use std::io::{self, Write};

/// Steps of the critical path below this part of it are summed up at its end.
const LEAST_STEP: f64 = 0.02;
/// Steps of the critical path shown at most.
const MAX_STEPS: usize = 20;
/// Services, and operations of one service, shown.
const MAX_SERVICES: usize = 6;
const MAX_OPERATIONS: usize = 4;

/// `gateway 22 ms → payment 790 ms → …`
pub(super) fn write_critical_path(out: &mut dyn Write, picture: &Picture<'_>) -> io::Result<()> {
    let spans = &picture.timeline.trace.spans;
    let (steps, short) = long_steps(picture);
    if steps.is_empty() {
        return Ok(());
    }
    let mut pieces: Vec<Vec<(String, Paint)>> = steps
        .into_iter()
        .map(|(span, time)| {
            let Some(span) = span else {
                return vec![(format!("no span {}", picture.duration(time)), DIM)];
            };
            let (label, paint) = match spans[span].service_name.as_deref() {
                Some(name) => (escape(name).into_owned(), picture.paints.get(Some(name))),
                None => picture.operation(&spans[span]),
            };
            let label =
                cut(&label, (picture.width / 2).min(24), picture.glyphs.ellipsis).into_owned();
            vec![(label, paint), (format!(" {}", picture.duration(time)), PLAIN)]
        })
        .collect();
    if let (Some(last), true) = (pieces.last_mut(), short.0 > 0) {
        let steps = count(short.0, "short step");
        last.push((format!(" (+ {} in {steps})", picture.duration(short.1)), DIM));
    }
    writeln!(out)?;
    let mut line = picture.line();
    heading(&mut line, "critical path  ");
    let arrow = format!(" {} ", picture.glyphs.arrow);
    let indent = if picture.width >= 60 { 15 } else { 2 };
    write_wrapped(out, line, indent, &arrow, &pieces)
}

/// A step of the critical path, or a time between two (`None`), and its nanoseconds.
type Step = (Option<usize>, u64);

/// The steps that matter, and how many others there are, taking how long. What stands side by side
/// in one span once the others are left out becomes one step.
fn long_steps(picture: &Picture<'_>) -> (Vec<Step>, (u64, u64)) {
    let mut steps: Vec<Step> = Vec::new();
    let mut reached = None;
    let spans = picture.timeline.trace.spans.len();
    for step in picture.timeline.critical_path.iter().filter(|step| step.span < spans) {
        let (start, end) = (step.start.nanoseconds(), step.end.nanoseconds());
        steps.extend(reached.map(|reached: i64| (None, start.abs_diff(reached))));
        steps.push((Some(step.span), end.abs_diff(start)));
        reached = Some(end);
    }
    steps.retain(|&(_, time)| time > 0);
    let total: u64 = steps.iter().map(|&(_, time)| time).sum();
    let mut times: Vec<u64> = steps.iter().map(|&(_, time)| time).collect();
    times.sort_unstable_by(|a, b| b.cmp(a));
    let least = times.get(MAX_STEPS).map_or(0, |&time| time + 1);
    let least = least.max((total as f64 * LEAST_STEP) as u64);
    let mut long: Vec<Step> = Vec::new();
    let mut short = (0, 0);
    for (span, time) in steps {
        match long.last_mut() {
            _ if time < least => short = (short.0 + 1, short.1 + time),
            Some((last, sum)) if *last == span => *sum += time,
            _ => long.push((span, time)),
        }
    }
    (long, short)
}

/// A row of the table of self times.
struct Share {
    service: (String, Paint),
    name: (String, Paint),
    /// Spans, where several make up one row.
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
    if hidden == 1 {
        rows.extend(service_rows(picture, &timeline.services[MAX_SERVICES]));
    } else if hidden > 1 {
        rows.push(rest_row(
            picture,
            hidden,
            timeline.services[MAX_SERVICES..].iter().map(|s| (s.self_time, s.share)),
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
        Some(name) => (picture.name(name), PLAIN),
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
            let rest = rest_row(picture, rest.len(), rest.iter().map(|o| (o.self_time, o.share)));
            rows.push(Share {
                service: (String::new(), PLAIN),
                name: rest.service,
                is_detail: true,
                ..rest
            });
        }
    }
    rows
}

/// The services, or operations, that are not shown: how many, and their sum.
fn rest_row(picture: &Picture<'_>, hidden: usize, of: impl Iterator<Item = (u64, f64)>) -> Share {
    let (self_time, part) = of.fold((0, 0.0), |sum, of| (sum.0 + of.0, sum.1 + of.1));
    let what = (format!("{} {} more", picture.glyphs.ellipsis, grouped(hidden as u64)), DIM);
    let name = (String::new(), DIM);
    Share { service: what, name, spans: 0, self_time, part, is_detail: false }
}

impl Share {
    /// `GET cart ×12`
    fn times(&self, picture: &Picture<'_>) -> String {
        if self.spans > 1 {
            format!(" {}{}", picture.glyphs.times, grouped(self.spans))
        } else {
            String::new()
        }
    }
}

fn write_share_rows(out: &mut dyn Write, picture: &Picture<'_>, rows: &[Share]) -> io::Result<()> {
    const PART: usize = 2 + 5;
    const LEAST_BAR: usize = 2 + 10;
    let widest = |of: &dyn Fn(&Share) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let time = 2 + widest(&|row| width(&picture.duration(row.self_time))).max(9);
    let service = widest(&|row| width(&row.service.0)).clamp(7, (picture.width / 4).max(9));
    let name_room = picture.width.saturating_sub(service + 2 + time + PART + LEAST_BAR);
    let name = widest(&|row| width(&row.name.0) + width(&row.times(picture)));
    let name = if name_room >= 9 { name.min(name_room).max(9) } else { 0 };
    let numbers = service + if name > 0 { 2 + name } else { 0 };

    writeln!(out)?;
    let mut line = picture.line();
    heading(&mut line, "service");
    if name > 0 {
        line.pad_to(service + 2).push("operation", DIM);
    }
    line.pad_to(numbers).right("self", time, DIM).right("share", PART, DIM);
    line.write(out)?;
    // Without room for names an operation has nothing to be known by.
    for row in rows.iter().filter(|row| name > 0 || !row.is_detail) {
        let mut line = picture.line();
        line.cut(&row.service.0, service, row.service.1);
        line.pad_to(service);
        if name > 0 {
            let times = row.times(picture);
            line.space(2).cut(&row.name.0, name.saturating_sub(width(&times)), row.name.1);
            line.push(&times, DIM);
        }
        line.pad_to(numbers);
        let paint = if row.is_detail { DIM } else { PLAIN };
        line.right(&picture.duration(row.self_time), time, paint);
        line.right(&share(row.part), PART, paint);
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

/// How long a silence was, and how much of it no span below was at work, where that is less.
fn silence(picture: &Picture<'_>, gap: &Gap) -> String {
    /// The texts on both sides are worth more than a second figure.
    const ROOMY: usize = 72;
    let uncovered = picture.duration(gap.uncovered);
    if gap.uncovered == gap.duration || picture.width < ROOMY {
        return uncovered;
    }
    format!("{uncovered} of {}", picture.duration(gap.duration))
}

/// The longest silences, with the texts on both sides and where they stand.
pub(super) fn write_gaps(out: &mut dyn Write, picture: &Picture<'_>) -> io::Result<()> {
    let trace = &picture.timeline.trace;
    let gaps: Vec<_> = picture
        .timeline
        .silences
        .iter()
        .filter_map(|gap| {
            let (before, after) = (trace.records.get(gap.before)?, trace.records.get(gap.after)?);
            let span = gap.span.and_then(|span| trace.spans.get(span));
            let service = span
                .and_then(|span| span.service_name.as_deref())
                .or(before.service_name.as_deref());
            Some((silence(picture, gap), service, before, after))
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
    let time_room = gaps.iter().map(|gap| width(&gap.0)).max().unwrap_or(0).max(9);
    let used = time_room + 2 + service_room + 2;
    let rest = picture.width.saturating_sub(used);
    let location_room = locations.iter().map(|text| width(text)).max().unwrap_or(0).min(rest / 2);
    let texts_room = rest.saturating_sub(location_room + 2);
    for ((time, service, before, after), location) in gaps.into_iter().zip(&locations) {
        let mut line = picture.line();
        line.right(&time, time_room, PLAIN).space(2);
        line.cut(&picture.service(service), service_room, picture.paints.get(service));
        line.pad_to(used);
        if texts_room >= 16 {
            let arrow = format!(" {} ", picture.glyphs.arrow);
            let (first, second) =
                (picture.first_line(&before.body).0, picture.first_line(&after.body).0);
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
