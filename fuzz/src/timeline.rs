//! Records to traces, timed and drawn: sums are sums, parts are parts, and text is tame.

use crate::logs::{How, pass};
use crate::output::{Places, assert_json, assert_tame};
use std::collections::HashSet;
use traceline::analysis::{Timeline, TraceSummary};
use traceline::pipeline::{LineTable, Pick, TraceVisitor, assemble};
use traceline::render::{Options, OutputFormat, Style, renderer, width};
use traceline::trace::{Options as StoreOptions, Primer, SpanBounds, Trace, TraceStore};

/// Reads the bytes as a log of traces.
pub fn check(bytes: &[u8]) {
    let how = How::any_for(bytes);
    let at_once = How { primed_bytes: how.primed_bytes, ..How::AT_ONCE };
    let (traces, table) = traces(bytes, at_once);
    let text = |traces: &[Trace]| -> Vec<String> {
        // Which chunk a line came in is no part of the answer.
        traces.iter().map(|trace| format!("{:?}", without_origins(trace))).collect()
    };
    assert_eq!(text(&traces), text(&self::traces(bytes, how).0), "{how:?}");

    let mut timelines = Vec::new();
    for trace in &traces {
        let mut adjusted = trace.clone();
        adjusted.adjust_clocks();
        for trace in [trace.clone(), adjusted] {
            timelines.push(Timeline::new(trace));
        }
    }
    for timeline in &timelines {
        assert_consistent(timeline);
    }
    let summaries: Vec<TraceSummary> = traces.into_iter().map(TraceSummary::new).collect();
    for summary in &summaries {
        assert_shares(summary.services.iter().map(|service| service.share));
    }
    draw(&timelines, &summaries, &table, bytes.len());
}

/// All traces, in order.
fn traces(bytes: &[u8], how: How) -> (Vec<Trace>, LineTable) {
    let table = LineTable::new();
    let store = TraceStore::new(StoreOptions { keep_records: true, only: None });
    let primer = Primer::beside(&store);
    let visitor = TraceVisitor::new(&store).learning(&primer, how.primed_bytes);
    let outcome = pass(bytes, how, None, &table, &visitor);
    drop(visitor);
    let apprentice = primer.into_apprentice(&outcome.longer);
    let picked = assemble(store.into_drafts(), apprentice, &Pick::all(), 1);
    assert_eq!(picked.traces.len(), picked.total);
    (picked.traces, table)
}

fn without_origins(trace: &Trace) -> Trace {
    let mut trace = trace.clone();
    for line in trace.records.iter_mut().flat_map(|record| &mut record.lines) {
        (line.chunk, line.line) = (0, 0);
    }
    trace
}

fn assert_consistent(timeline: &Timeline) {
    let trace = &timeline.trace;
    let ids: HashSet<_> = trace.spans.iter().map(|span| span.span_id).collect();
    assert_eq!(ids.len(), trace.spans.len(), "each span is there once");
    assert!(trace.missing_spans.iter().all(|missing| !ids.contains(&missing.span_id)));
    assert_eq!(trace.records.len() as u64, trace.record_count);
    assert!(trace.error_count <= trace.record_count);
    assert_eq!(timeline.self_times.len(), trace.spans.len());
    for (place, (span, self_time)) in trace.spans.iter().zip(&timeline.self_times).enumerate() {
        assert!(span.parent_index.is_none_or(|parent| parent < place), "parents come first");
        assert!(span.error_count <= span.record_count + span.outside_count);
        assert_eq!(span.bounds.is_some(), self_time.is_some());
        let Some(bounds) = span.bounds else { continue };
        assert!(bounds.start() <= bounds.end());
        assert!(self_time.is_none_or(|time| time <= SpanBounds::duration(bounds)));
        let (Some(start), Some(end)) = (trace.start, trace.end) else { panic!("no start or end") };
        assert!(start <= bounds.start() && bounds.end() <= end, "a span lies in its trace");
    }
    assert_shares(timeline.services.iter().map(|service| service.share));
    assert_shares(timeline.operations.iter().map(|operation| operation.share));
    let count = |counts: &mut dyn Iterator<Item = u64>| counts.sum::<u64>();
    let spans = count(&mut timeline.services.iter().map(|service| service.span_count));
    assert_eq!(spans, trace.spans.len() as u64, "each span is some service's");
    let records = count(&mut timeline.services.iter().map(|service| service.record_count));
    assert_eq!(records, trace.record_count, "each record is some service's");
    assert_path(timeline);
    for gap in timeline.gaps.iter().chain(&timeline.silences) {
        assert!(gap.uncovered <= gap.duration);
        assert!(gap.before < gap.after && gap.after < trace.records.len());
    }
}

/// Parts of one: none is more, and together they are all or, where nothing took time, nothing.
fn assert_shares(shares: impl Iterator<Item = f64>) {
    let mut sum = 0.0;
    for share in shares {
        assert!((0.0..=1.0).contains(&share), "{share}");
        sum += share;
    }
    assert!(sum == 0.0 || (sum - 1.0).abs() < 1e-6, "{sum}");
}

/// The critical path goes forward, and each step lies in its span.
fn assert_path(timeline: &Timeline) {
    let mut before = None;
    for step in &timeline.critical_path {
        assert!(step.start < step.end);
        assert!(before.is_none_or(|end| end <= step.start));
        before = Some(step.end);
        let bounds = timeline.trace.spans[step.span].bounds.expect("a step has a time");
        assert!(bounds.start() <= step.start && step.end <= bounds.end());
    }
}

/// Writes everything in every form; the seed chooses what only changes the looks.
fn draw(timelines: &[Timeline], summaries: &[TraceSummary], table: &LineTable, seed: usize) {
    // Narrower pictures are drawn too, but not every number has room in them.
    let cells = 40 + seed % 140;
    let options =
        Options { records: seed.is_multiple_of(2), max_rows: Some(seed % 7).filter(|n| *n > 0) };
    let style = Style { width: Some(cells), ascii: seed.is_multiple_of(3), ..Style::default() };
    let text = written(timelines, &[], table, OutputFormat::Text, style, options);
    assert_tame(&text, false);
    assert_fits(&text, cells);
    let text = written(&[], summaries, table, OutputFormat::Text, style, options);
    assert_tame(&text, false);
    // Ids are never cut to where they are no longer told apart, whatever room there is.
    if cells >= 64 && summaries.iter().all(|summary| summary.trace.trace_id.len() <= 32) {
        assert_fits(&text, cells);
    }
    let style = Style { color: true, width: None, ..style };
    assert_tame(&written(timelines, summaries, table, OutputFormat::Text, style, options), true);
    let style = Style { is_terminal: true, ..style };
    assert_tame(&written(timelines, &[], table, OutputFormat::Csv, style, options), false);
    assert_tame(&written(&[], summaries, table, OutputFormat::Csv, style, options), false);
    let json = written(timelines, &[], table, OutputFormat::Json, style, options);
    assert_eq!(assert_json(&json, "traceline.timeline/1").len(), timelines.len());
    let json = written(&[], summaries, table, OutputFormat::Json, style, options);
    assert_eq!(assert_json(&json, "traceline.traces/1").len(), summaries.len());
}

fn assert_fits(text: &[u8], cells: usize) {
    for line in String::from_utf8_lossy(text).lines() {
        assert!(width(line) <= cells, "wider than {cells}: {line}");
    }
}

fn written(
    timelines: &[Timeline],
    summaries: &[TraceSummary],
    table: &LineTable,
    format: OutputFormat,
    style: Style,
    options: Options,
) -> Vec<u8> {
    let mut out = Vec::new();
    let takes_all = "a vector takes all";
    let mut renderer = renderer(format, style, options);
    for timeline in timelines {
        renderer.timeline(&mut out, &Places(table), timeline).expect(takes_all);
    }
    if !summaries.is_empty() {
        renderer.begin_traces(&mut out).expect(takes_all);
        for summary in summaries {
            renderer.trace(&mut out, summary).expect(takes_all);
        }
        renderer.end_traces(&mut out).expect(takes_all);
    }
    out
}
