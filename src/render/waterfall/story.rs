//! The trace in words: what it is, what failed first, where most of the time went.

use super::Picture;
use crate::analysis::Gap;
use crate::render::{
    duration::{count, grouped, share},
    escape::escape,
    line::{words, write_wrapped},
    style::{BOLD, DIM, ERROR, GOOD, PLAIN, Paint},
    time::{clock, date, zone_name},
};
use crate::trace::Status;
use std::collections::BTreeSet;
use std::io::{self, Write};

type Piece = Vec<(String, Paint)>;

/// Id, status, duration, start, counts.
pub(super) fn write_header(out: &mut dyn Write, picture: &Picture<'_>) -> io::Result<()> {
    let trace = &picture.timeline.trace;
    let mut pieces: Vec<Piece> =
        vec![vec![("trace ".to_owned(), DIM), (escape(&trace.trace_id).into_owned(), BOLD)]];
    pieces.push(vec![match trace.status {
        Status::Error => (format!("{} error", picture.glyphs.error), ERROR.bold()),
        // Only a 5xx that somebody else saw is an error and fails no span.
        _ if trace.error_count > 0 => {
            (format!("{} 5xx seen from outside", picture.glyphs.error), ERROR.bold())
        }
        Status::Ok => (format!("{} ok", picture.glyphs.ok), GOOD),
        Status::Unset => ("no errors".to_owned(), DIM),
    }]);
    // The trace's own extent, as in the other views; the chart may have to reach further.
    if let (Some(start), Some(length)) = (trace.start, trace.duration()) {
        pieces.push(vec![(picture.duration(length), BOLD)]);
        let zone = picture.style.time_zone;
        let start =
            format!("{} {} {}", date(zone, start), clock(zone, start), zone_name(zone, start));
        pieces.push(vec![(start, PLAIN)]);
    } else {
        pieces.push(vec![("no times".to_owned(), DIM)]);
    }
    let services: BTreeSet<_> = picture
        .timeline
        .services
        .iter()
        .map(|service| &service.service_name)
        .chain(trace.loose_records.iter().map(|(service_name, _)| service_name))
        .flatten()
        .collect();
    let mut counts = vec![
        count(services.len() as u64, "service"),
        count(trace.spans.len() as u64, "span"),
        count(trace.record_count, "record"),
    ];
    if trace.error_count > 0 {
        counts.push(count(trace.error_count, "error"));
    }
    pieces.push(vec![(counts.join(", "), DIM)]);
    write_wrapped(out, picture.line(), 0, "  ", &pieces)
}

/// The first error and the largest part of the time, each with the lines to read.
pub(super) fn write_diagnosis(out: &mut dyn Write, picture: &Picture<'_>) -> io::Result<()> {
    let mut is_spaced = false;
    let records = &picture.timeline.trace.records;
    if let Some(error) = records.iter().find(|record| record.is_error) {
        writeln!(out)?;
        is_spaced = true;
        let span =
            picture.timeline.trace.spans.iter().find(|span| Some(span.span_id) == error.span_id);
        let mut sentence = vec![(format!("{} first error", picture.glyphs.error), ERROR.bold())];
        let place = match span {
            Some(span) => picture.span_label(span),
            None => error
                .service_name
                .as_deref()
                .map(|name| (escape(name).into_owned(), picture.paints.get(Some(name))))
                .into_iter()
                .collect(),
        };
        if !place.is_empty() {
            sentence.push((" in ".to_owned(), PLAIN));
            sentence.extend(place);
        }
        write_sentence(out, picture, sentence)?;
        let mut line = picture.line();
        line.space(2);
        picture.record_line(line, error).write(out)?;
    }
    let Some(most) = Most::of(picture) else { return Ok(()) };
    if !is_spaced {
        writeln!(out)?;
    }
    if let Some(sentence) = many_calls(picture, most.time) {
        return write_sentence(out, picture, sentence);
    }
    write_sentence(out, picture, most.sentence(picture))?;
    if let Some(gap) = most.gap {
        for record in [gap.before, gap.after].into_iter().filter_map(|at| records.get(at)) {
            let mut line = picture.line();
            line.space(2);
            picture.record_line(line, record).write(out)?;
        }
    }
    Ok(())
}

fn write_sentence(
    out: &mut dyn Write,
    picture: &Picture<'_>,
    sentence: Vec<(String, Paint)>,
) -> io::Result<()> {
    write_wrapped(out, picture.line(), 2, " ", &words(&sentence))
}

/// A span that takes less than this part of a trace does not explain it.
const LEAST_PART: f64 = 0.1;

/// Where one operation, called many times, took more than any single span: says that instead.
fn many_calls(picture: &Picture<'_>, most: u64) -> Option<Piece> {
    let operation =
        picture.timeline.operations.iter().max_by_key(|operation| operation.self_time)?;
    if operation.span_count < 2 || operation.self_time <= most {
        return None;
    }
    let service_name = operation.service_name.as_deref();
    let mut sentence = vec![
        (format!("{} of the self time", share(operation.share)), BOLD),
        (format!(" ({}) in ", picture.duration(operation.self_time)), PLAIN),
        (picture.short(&picture.service(service_name)), picture.paints.get(service_name)),
    ];
    if let Some(name) = operation.name.as_deref() {
        sentence.push((format!(" {}", picture.short(&picture.name(name))), PLAIN));
    }
    let times = format!(", called {} times", grouped(operation.span_count));
    sentence.push((times, PLAIN));
    Some(sentence)
}

/// Where the trace waited longest.
struct Most<'a> {
    place: MostPlace,
    /// How long it kept the trace waiting, in nanoseconds.
    time: u64,
    /// That time as a part of the critical path.
    part: f64,
    /// The silence in it that takes most of that time.
    gap: Option<&'a Gap>,
}

#[derive(Clone, Copy)]
enum MostPlace {
    /// A span.
    Span(usize),
    /// No span was at work, between these two.
    Between(usize, usize),
    /// Records that name no span.
    NoSpan,
}

impl<'a> Most<'a> {
    fn of(picture: &Picture<'a>) -> Option<Most<'a>> {
        let timeline = picture.timeline;
        let mut times = vec![0u64; timeline.trace.spans.len()];
        for step in &timeline.critical_path {
            if let Some(time) = times.get_mut(step.span) {
                *time += step.end.nanoseconds().abs_diff(step.start.nanoseconds());
            }
        }
        // The first of the largest: spans are in tree order.
        let largest = (0..times.len()).rev().max_by_key(|&span| times[span]);
        let Some(span) = largest.filter(|&span| times[span] > 0) else {
            return Most::of_silences(picture);
        };
        let whole = critical_path_length(picture);
        let part = |time: u64| time as f64 / whole.max(1) as f64;
        let steps = timeline.critical_path.windows(2);
        let idle = steps.map(|pair| {
            let time = pair[1].start.nanoseconds().abs_diff(pair[0].end.nanoseconds());
            (time, pair[0].span, pair[1].span)
        });
        let time = times[span];
        if let Some((idle, before, after)) =
            idle.max_by_key(|(time, ..)| *time).filter(|(idle, ..)| *idle > time)
        {
            let place = MostPlace::Between(before, after);
            return Some(Most { place, time: idle, part: part(idle), gap: None });
        }
        let gap = timeline
            .gaps
            .iter()
            .filter(|gap| gap.span == Some(span))
            .map(|gap| (waited(picture, span, gap), gap))
            .filter(|&(waited, gap)| waited >= gap.uncovered / 2 && waited >= time / 2)
            .max_by_key(|&(waited, _)| waited)
            .map(|(_, gap)| gap);
        Some(Most { place: MostPlace::Span(span), time, part: part(time), gap })
    }

    /// Where no span has a time: the longest silence between records.
    fn of_silences(picture: &Picture<'a>) -> Option<Most<'a>> {
        let gap = picture.timeline.gaps.first().filter(|gap| gap.duration > 0)?;
        let part = gap.duration as f64 / picture.total().max(1) as f64;
        Some(Most { place: MostPlace::NoSpan, time: gap.duration, part, gap: Some(gap) })
    }

    fn sentence(&self, picture: &Picture<'_>) -> Piece {
        let time = picture.duration(self.time);
        let spans = &picture.timeline.trace.spans;
        let part = share(self.part);
        match self.place {
            MostPlace::Span(span) if self.part < LEAST_PART => {
                let mut sentence = vec![
                    ("the time is spread".to_owned(), BOLD),
                    (
                        format!(": at most {time} ({part} of the critical path) in one span, "),
                        PLAIN,
                    ),
                ];
                sentence.extend(picture.span_label(&spans[span]));
                sentence
            }
            MostPlace::Span(span) => {
                let mut sentence = vec![
                    (format!("{part} of the critical path"), BOLD),
                    (format!(" ({time}) in "), PLAIN),
                ];
                sentence.extend(picture.span_label(&spans[span]));
                if let Some(gap) = self.gap {
                    let whole = match gap.uncovered == gap.duration {
                        true => String::new(),
                        false => format!(" of the {}", picture.duration(gap.duration)),
                    };
                    let silent = picture.duration(gap.uncovered);
                    let silence = format!(", silent for {silent}{whole} between");
                    sentence.push((silence, PLAIN));
                }
                sentence
            }
            MostPlace::Between(before, after) => {
                let mut sentence = vec![
                    (format!("{part} of the critical path"), BOLD),
                    (format!(" ({time}) in no span, between "), PLAIN),
                ];
                let label = |span| spans.get(span).map(|span| picture.span_label(span));
                sentence.extend(label(before).into_iter().flatten());
                sentence.push((" and ".to_owned(), PLAIN));
                sentence.extend(label(after).into_iter().flatten());
                sentence
            }
            MostPlace::NoSpan => vec![
                (format!("{part} of the time"), BOLD),
                (format!(" is a silence of {time} between"), PLAIN),
            ],
        }
    }
}

/// From the first step to the end of the last, in nanoseconds.
fn critical_path_length(picture: &Picture<'_>) -> u64 {
    let steps = &picture.timeline.critical_path;
    steps
        .first()
        .zip(steps.last())
        .map_or(0, |(first, last)| last.end.nanoseconds().abs_diff(first.start.nanoseconds()))
}

/// How much of a silence the trace spent waiting for that span itself.
fn waited(picture: &Picture<'_>, span: usize, gap: &Gap) -> u64 {
    let timeline = picture.timeline;
    let at = |record: usize| timeline.trace.records.get(record).and_then(|record| record.timestamp);
    let (Some(before), Some(after)) = (at(gap.before), at(gap.after)) else { return 0 };
    timeline
        .critical_path
        .iter()
        .filter(|step| step.span == span)
        .map(|step| {
            let (start, end) = (step.start.max(before), step.end.min(after));
            u64::try_from(i128::from(end.nanoseconds()) - i128::from(start.nanoseconds()))
                .unwrap_or(0)
        })
        .sum()
}
