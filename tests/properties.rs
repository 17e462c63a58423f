//! What holds for any input: reading is the same however the input is cut and by however many
//! threads it is read, no line is lost, and nothing panics.
//!
//! Inputs are mixes of lines of real loggers, wrapped as container runtimes and log shippers do,
//! with stack traces, groups of lines, and garbage in between.

#[path = "support/logs.rs"]
mod logs;

use logs::Folder;
use proptest::collection::vec;
use proptest::prelude::*;
use std::path::Path;
use std::sync::Mutex;
use traceline::pipeline::{
    LineTable, Pick, ReadOutcome, ReadPlan, Search, SourceInfo, TraceVisitor, Visit, assemble, read,
};
use traceline::record::{Detail, ReadRecord, Reference, TimeZone, Timestamp, TraceKey, UserKeys};
use traceline::source::{Chunks, Input, ReadOptions, expand, lines};
use traceline::trace::{Options, Primer, TraceStore, Wanted};

/// Ids are few, so that records meet in traces.
fn trace_id() -> impl Strategy<Value = String> {
    (1u8..5).prop_map(|n| format!("4bf92f3577b34da6a3ce929d0e0e47{n:02x}"))
}

fn span_id() -> impl Strategy<Value = String> {
    (1u8..9).prop_map(|n| format!("b7ad6b71692033{n:02x}"))
}

/// One record of some logger, as one or more lines.
fn record() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let second = 0u8..60;
    (trace_id(), span_id(), span_id(), second, 0u8..20).prop_map(|(trace, span, parent, second, kind)| {
        let stamp = format!("2026-11-22T10:00:{second:02}.250Z");
        let day = format!("2026-11-22 10:00:{second:02}");
        let text = match kind {
            0 => format!(r#"{{"time":"{stamp}","level":"info","trace_id":"{trace}","span_id":"{span}","parent_span_id":"{parent}","duration_ms":12,"msg":"done"}}"#),
            1 => format!(r#"{{"ts":1795341600{second:02},"severity":"ERROR","traceId":"{trace}","message":"a \"quoted\" \u00e9 text","nested":{{"a":[1,2]}}}}"#),
            2 => format!("{stamp} ERROR [pay,{trace},{span}] 1 --- [main] s.e.Card : failed\n\njava.lang.IllegalStateException: no\n\tat a.b.C.d(C.java:1)\n\t... 3 more\nCaused by: x.Y: z"),
            3 => format!("time={stamp} level=warn msg=\"slow one\" trace_id={trace} span_id={span} took=35ms"),
            4 => format!("10.0.0.1 - - [22/Nov/2026:10:00:{second:02} +0000] \"GET /x HTTP/1.1\" 502 12 \"-\" \"curl\" rt=0.120 traceparent=\"00-{trace}-{parent}-01\""),
            5 => format!("{day}.118 UTC [31] shop@shop LOG:  duration: 4.118 ms  statement: SELECT 1 /*traceparent='00-{trace}-{span}-01'*/\n{day}.118 UTC [31] shop@shop DETAIL:  more\n{day}.118 UTC [31] shop@shop STATEMENT:  SELECT\n\t1"),
            6 => format!("{day},250 INFO [api] [api.py:4] [trace_id={trace} span_id={span}] - a message\nof two lines"),
            7 => format!("[{trace}] [{span}] [{stamp}] [WARNING] of the seed"),
            8 => "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    raise E\nE: no".to_owned(),
            9 => format!(r#"{{"resourceSpans":[{{"scopeSpans":[{{"spans":[{{"traceId":"{trace}","spanId":"{span}","name":"a","startTimeUnixNano":"1795341600000000000","endTimeUnixNano":"1795341601000000000"}},{{"traceId":"{trace}","spanId":"{parent}","name":"b","startTimeUnixNano":"1795341600000000000","endTimeUnixNano":"1795341600500000000"}}]}}]}}]}}"#),
            10 => "{\n  \"pretty\": true,\n  \"list\": [\n    1\n  ]\n}".to_owned(),
            11 => "I1122 10:00:01.000000 7 main.go:3] klog".to_owned(),
            12 => "   ".to_owned(),
            13 => format!("{{\n  resource: {{ attributes: {{ 'service.name': 'shop' }} }},\n  timestamp: 17953416{second:02}123000,\n  traceId: '{trace}',\n  spanId: '{span}',\n  body: 'rolled'\n}}"),
            14 => format!("{{:trace-id \"{trace}\",\n :level :info,\n :at #inst \"{stamp}\"}}"),
            15 => format!("Span {{\n    trace_id: {trace},\n    span_id: {span},\n    time: {stamp},\n}}"),
            16 => format!("{day} INFO [trace_id=0x{trace} span_id=0x{span}] marked"),
            17 => format!("[ 11-22 10:00:{second:02}.123  7: 8 E/Runtime ]\nFATAL EXCEPTION: main\nProcess: shop {trace}\n"),
            18 => format!("┌ Warning: slow\n│   trace_id = \"{trace}\"\n│   at = {stamp}\n└ @ Main a.jl:7"),
            19 => "                    WARNING  Slow                      app.py:19\n                             goes on".to_owned(),
            _ => "plain words without anything".to_owned(),
        };
        text.split('\n').map(|line| line.as_bytes().to_vec()).collect()
    })
}

/// What a runtime or a shipper puts around each line of a record.
fn wrapped(lines: Vec<Vec<u8>>, wrapper: u8, pod: u8) -> Vec<Vec<u8>> {
    let with = |prefix: String, line: &[u8], suffix: &str| {
        [prefix.as_bytes(), line, suffix.as_bytes()].concat()
    };
    let each = |make: &dyn Fn(&[u8]) -> Vec<u8>| lines.iter().map(|line| make(line)).collect();
    match wrapper {
        0 => each(&|line| with(format!("[pod/web-{pod}/app] "), line, "")),
        1 => each(&|line| with("2026-11-22T10:00:00.000000001Z stdout F ".to_owned(), line, "")),
        2 => {
            // Cut in pieces, as a runtime cuts long lines.
            let cut = |line: &Vec<u8>| {
                let middle = line.len() / 2;
                let head = "2026-11-22T10:00:00.000000001Z stderr";
                [
                    with(format!("{head} P "), &line[..middle], ""),
                    with(format!("{head} F "), &line[middle..], ""),
                ]
            };
            lines.iter().flat_map(cut).collect()
        }
        3 => each(&|line| with(format!("web-{pod}  | "), line, "")),
        4 => each(&|line| {
            let log = serde_json::to_string(&format!("{}\n", String::from_utf8_lossy(line)))
                .expect("text is JSON");
            with(
                format!("{{\"log\":{log},\"stream\":\"stdout\""),
                b"",
                ",\"time\":\"2026-11-22T10:00:00.5Z\"}",
            )
        }),
        5 => each(&|line| with(format!("web-{pod} app "), line, "")),
        6 => each(&|line| with("<14>Nov 22 10:00:00 host app[7]: ".to_owned(), line, "")),
        7 => each(&|line| with("\x1b[32m".to_owned(), line, "\x1b[0m\r")),
        _ => lines.clone(),
    }
}

/// The bytes of a log, shown as text.
#[derive(Clone)]
struct Log(Vec<u8>);

impl std::fmt::Debug for Log {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for line in self.0.split_inclusive(|&byte| byte == b'\n') {
            write!(f, "\n    {}", line.escape_ascii())?;
        }
        Ok(())
    }
}

/// A log of many records in any mix, with garbage between.
fn log() -> impl Strategy<Value = Log> {
    let garbage = vec(any::<u8>(), 0..60).prop_map(|bytes| vec![bytes]);
    let some = (record(), 0u8..14, 0u8..3).prop_map(|(mut lines, wrapper, pod)| {
        // A wrapper around nothing is a blank line, which is not what a glance at it says.
        if wrapper < 8 {
            lines.retain(|line| !line.trim_ascii().is_empty());
        }
        wrapped(lines, wrapper, pod)
    });
    let part = prop_oneof![12 => some, 1 => garbage];
    (vec(part, 0..24), any::<bool>()).prop_map(|(parts, ends_with_newline)| {
        let mut bytes = parts.into_iter().flatten().collect::<Vec<_>>().join(&b'\n');
        if ends_with_newline {
            bytes.push(b'\n');
        }
        Log(bytes)
    })
}

/// How an input is read.
#[derive(Clone, Copy, Debug)]
struct How {
    chunk_size: usize,
    threads: usize,
    primed_bytes: u64,
}

const AT_ONCE: How = How { chunk_size: 1 << 20, threads: 1, primed_bytes: 0 };

fn how() -> impl Strategy<Value = How> {
    (prop_oneof![1usize..9, 9usize..200, 200usize..4000], 1usize..4, 0u64..6000)
        .prop_map(|(chunk_size, threads, primed_bytes)| How { chunk_size, threads, primed_bytes })
}

/// A record as a test sees it: its lines' offsets, and what was understood of them.
type Seen = (Vec<u64>, String);

#[derive(Default)]
struct Records(Mutex<Vec<Seen>>);

impl Visit for Records {
    type Part = Vec<Seen>;

    fn part(&self) -> Vec<Seen> {
        Vec::new()
    }

    fn record(&self, part: &mut Vec<Seen>, record: &ReadRecord<'_, '_>) {
        let offsets = record.lines.iter().map(|line| line.offset).collect();
        let texts = record.texts.iter().map(|text| format!("\n    {}", text.escape_ascii()));
        let meaning = (record.record.format, record.record.timestamp, record.record.trace);
        let known = format!("{meaning:?} {:?}", record.record);
        part.push((offsets, format!("{}\n  {known}", texts.collect::<String>())));
    }

    fn gathered(&self, part: Vec<Seen>) -> Option<Vec<Seen>> {
        self.0.lock().expect("no thread panicked").extend(part);
        None
    }
}

fn pass<V: Visit>(file: &Path, how: How, search: Option<&Search>, visitor: &V) -> ReadOutcome {
    let (sources, errors) = expand(&[Input::from(file.as_os_str())]);
    assert!(errors.is_empty(), "{errors:?}");
    let latest = Timestamp::from_nanoseconds(1_795_370_400_000_000_000);
    let reference = Reference { latest, time_zone: TimeZone::UTC, slack: Reference::SURE };
    let infos = [SourceInfo { service_name: Some(b"file".to_vec()), reference, midnights: None }];
    let plan = ReadPlan {
        patterns: &[],
        sources: &infos,
        detail: Detail::Attributes,
        search,
        keys: &UserKeys::default(),
        primed_bytes: how.primed_bytes,
        number_lines: true,
        threads: how.threads,
    };
    let options = ReadOptions { chunk_size: how.chunk_size, ..ReadOptions::default() };
    let outcome = read(&Chunks::new(sources, options), &plan, &LineTable::new(), visitor);
    assert!(outcome.errors.is_empty(), "{:?}", outcome.errors);
    outcome
}

/// All records, in the order of the input.
fn records(file: &Path, how: How, search: Option<&Search>) -> Vec<Seen> {
    let visitor = Records::default();
    pass(file, how, search, &visitor);
    let mut records = visitor.0.into_inner().expect("no thread panicked");
    records.sort();
    records
}

/// All traces, or one, as far as their text tells.
fn traces(file: &Path, how: How, only: Option<TraceKey>) -> Vec<String> {
    let wanted = only.map(|key| Wanted::new([key]));
    let search = only.and_then(|key| Search::new(&[key], &[], &[]));
    let store = TraceStore::new(Options { keep_records: false, only: wanted });
    let primer = Primer::beside(&store);
    let visitor = TraceVisitor::new(&store).learning(&primer, how.primed_bytes);
    let outcome = pass(file, how, search.as_ref(), &visitor);
    let apprentice = primer.into_apprentice(&outcome.longer);
    let picked = assemble(store.into_drafts(), apprentice, &Pick::all(), how.threads);
    picked.traces.iter().map(|trace| format!("{trace:?}")).collect()
}

/// The first difference says more than both lists.
fn assert_same(expected: &[Seen], found: &[Seen]) -> Result<(), TestCaseError> {
    for (expected, found) in expected.iter().zip(found) {
        prop_assert!(
            expected == found,
            "at once: {:?} {}\nin chunks: {:?} {}",
            expected.0,
            expected.1,
            found.0,
            found.1
        );
    }
    prop_assert_eq!(expected.len(), found.len());
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96,
        failure_persistence: None,
        ..ProptestConfig::default() })]

    #[test]
    fn records_are_the_same_however_the_input_is_cut(Log(bytes) in log(), how in how()) {
        let folder = Folder::new();
        let file = folder.write("mixed.log", &bytes);
        assert_same(&records(&file, AT_ONCE, None), &records(&file, how, None))?;
    }

    #[test]
    fn traces_are_the_same_however_the_input_is_cut(Log(bytes) in log(), how in how()) {
        let folder = Folder::new();
        let file = folder.write("mixed.log", &bytes);
        let at_once = How { primed_bytes: how.primed_bytes, ..AT_ONCE };
        prop_assert_eq!(traces(&file, at_once, None), traces(&file, how, None));
    }

    // Guesses once were learnt from all that was read, which is less where a trace is named.
    #[test]
    fn a_trace_is_the_same_whether_it_is_named_or_one_of_all(Log(bytes) in log(), how in how(), id in trace_id()) {
        let folder = Folder::new();
        let file = folder.write("mixed.log", &bytes);
        let id = traceline::trace_context::TraceId::from_lower_hex(id.as_bytes()).expect("an id");
        let key = TraceKey::Full(id);
        let mark = format!("key: {key:?}");
        let mut all = traces(&file, How { primed_bytes: how.primed_bytes, ..AT_ONCE }, None);
        all.retain(|trace| trace.contains(&mark));
        prop_assert_eq!(all, traces(&file, how, Some(key)));
    }

    #[test]
    fn every_line_is_in_one_record_or_in_several_that_it_holds(Log(bytes) in log(), how in how()) {
        let folder = Folder::new();
        let file = folder.write("mixed.log", &bytes);
        let mut groups: Vec<Vec<u64>> =
            records(&file, how, None).into_iter().map(|(offsets, _)| offsets).collect();
        // Records that one line holds have the same lines.
        groups.dedup();
        let mut seen: Vec<u64> = groups.into_iter().flatten().collect();
        seen.sort_unstable();
        let expected: Vec<u64> = lines(&bytes)
            .filter(|(_, line)| !line.trim_ascii().is_empty())
            .map(|(at, _)| at as u64)
            .collect();
        // Blank lines may stand inside a record, and nowhere else.
        let blank = |at: &u64| !expected.contains(at);
        seen.retain(|at| !blank(at));
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn a_search_finds_what_reading_everything_finds(Log(bytes) in log(), how in how(), id in trace_id()) {
        let folder = Folder::new();
        let file = folder.write("mixed.log", &bytes);
        let id = traceline::trace_context::TraceId::from_lower_hex(id.as_bytes()).expect("an id");
        let search = Search::new(&[TraceKey::Full(id)], &[], &[]);
        let mark = format!("{:?}", TraceKey::Full(id));
        let of_trace = |records: Vec<Seen>| -> Vec<Seen> {
            records.into_iter().filter(|(_, known)| known.contains(&mark)).collect()
        };
        let found = of_trace(records(&file, how, search.as_ref()));
        assert_same(&of_trace(records(&file, AT_ONCE, None)), &found)?;
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..2000), how in how()) {
        let folder = Folder::new();
        let file = folder.write("garbage.log", &bytes);
        assert_same(&records(&file, AT_ONCE, None), &records(&file, how, None))?;
        traces(&file, how, None);
    }
}

/// Lines that were held open before any columns were named once became rows of those named later;
/// and a line was read again by the columns of the record that it goes on, not by its own.
#[test]
fn columns_say_nothing_of_the_lines_before_them() {
    let log = "#Software: a server\n\
               \x20four words and indented\n\
               #Fields: date time cs-method sc-status\n\
               2026-11-22 10:30:45 GET 200\n\
               \x20of four words again\n\
               #Fields: time date sc-status\n\
               \x20four words and indented\n\
               10:30:46 2026-11-22 502\n\
               \x20three words here\n";
    let folder = Folder::new();
    let file = folder.write("columns.log", log.as_bytes());
    let at_once = records(&file, AT_ONCE, None);
    for chunk_size in 1..log.len() {
        let how = How { chunk_size, ..AT_ONCE };
        assert_eq!(at_once, records(&file, how, None), "{how:?}");
    }
}

/// A chunk that was read between skipped ones was once taken to know what is open of every writer,
/// so the head of a record was lost whose other lines name the trace.
#[test]
fn a_search_finds_the_head_of_a_record_beyond_another_writers() {
    let id = "4bf92f3577b34da6a3ce929d0e0e4736";
    let context = format!("/*traceparent='00-{id}-00f067aa0ba902b7-01'*/");
    let day = "2026-11-22 10:30:45.220 UTC";
    let log = format!(
        "{day} [18] shop@shop ERROR:  relation \"orderz\" does not exist at character 15\n\
         {day} [19] shop@shop LOG:  duration: 35.201 ms  statement: SELECT 1 {context}\n\
         {day} [18] shop@shop STATEMENT:  SELECT *\n\
         \tFROM orderz {context}\n"
    );
    let folder = Folder::new();
    let file = folder.write("postgresql.log", log.as_bytes());
    let at_once = records(&file, AT_ONCE, None);
    let id = traceline::trace_context::TraceId::from_lower_hex(id.as_bytes()).expect("an id");
    let search = Search::new(&[TraceKey::Full(id)], &[], &[]);
    for chunk_size in 1..log.len() {
        let how = How { chunk_size, ..AT_ONCE };
        assert_eq!(at_once, records(&file, how, search.as_ref()), "{how:?}");
    }
}
