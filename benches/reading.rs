//! How fast reading is: the common line, a line that matches nothing, and end to end.
//!
//! `cargo bench` prints the median of a few rounds, in MB of log a second. Compare runs on the same
//! quiet machine only.

#![allow(clippy::print_stdout, reason = "a bench is read by people")]

#[path = "../tests/support/logs.rs"]
mod logs;

use logs::Folder;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;
use traceline::pipeline::{LineTable, ReadPlan, Search, SourceInfo, TraceVisitor, read};
use traceline::record::{Detail, Reference, TimeZone, Timestamp, TraceKey, UserKeys};
use traceline::source::{Chunks, Input, ReadOptions, expand};
use traceline::trace::{Options, TraceStore};
use traceline::trace_context::TraceId;

const ROUNDS: usize = 7;
const LINES: u64 = 200_000;

fn main() {
    let folder = Folder::new();
    let json: Vec<u8> = (0..LINES).flat_map(json_line).collect();
    let plain = logs::many_lines(LINES);
    let json = folder.write("common.jsonl", &json);
    let plain = folder.write("plain.log", &plain);
    let absent = TraceId::from_lower_hex(logs::ID.as_bytes()).map(TraceKey::Full);
    let search = absent.ok().and_then(|key| Search::new(&[key], &[], &[]));
    report("a line of JSON into its trace", &json, || gather(&json, None));
    report("a line of text into its trace", &plain, || gather(&plain, None));
    report("a line that holds no id searched for", &json, || gather(&json, search.as_ref()));
    report("traceline traces, end to end", &json, || {
        let status = Command::new(env!("CARGO_BIN_EXE_traceline"))
            .args(["traces", "--quiet", "--slowest", "10"])
            .arg(&json)
            .stdout(Stdio::null())
            .status();
        assert!(status.is_ok_and(|status| status.success()), "it finds traces");
    });
}

fn json_line(at: u64) -> Vec<u8> {
    let id = u128::from(at / 8 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    format!(
        "{{\"time\":\"2026-11-22T10:00:{:02}.{:03}Z\",\"level\":\"info\",\"service\":\"shop-{}\",\
         \"trace_id\":\"{id:032x}\",\"span_id\":\"{:016x}\",\"msg\":\"GET /carts/{at} answered\",\
         \"status\":200,\"duration_ms\":{}}}\n",
        at / 1000 % 60,
        at % 1000,
        at % 5,
        at + 1,
        at % 90
    )
    .into_bytes()
}

/// One reading by one thread.
fn gather(file: &Path, search: Option<&Search>) {
    let (sources, _) = expand(&[Input::from(file.as_os_str())]);
    let latest = Timestamp::from_nanoseconds(1_795_370_400_000_000_000);
    let reference = Reference { latest, time_zone: TimeZone::UTC, slack: Reference::SURE };
    let infos = [SourceInfo { service_name: None, reference, midnights: None }];
    let plan = ReadPlan {
        sources: &infos,
        detail: Detail::Fields,
        search,
        keys: &UserKeys::default(),
        number_lines: false,
        primed_bytes: 0,
        patterns: &[],
        threads: 1,
    };
    let store = TraceStore::new(Options { keep_records: false, only: None });
    let chunks = Chunks::new(sources, ReadOptions::default());
    black_box(read(&chunks, &plan, &LineTable::new(), &TraceVisitor::new(&store)));
}

fn report(name: &str, file: &Path, mut work: impl FnMut()) {
    let bytes = fs::metadata(file).map_or(0, |metadata| metadata.len());
    work();
    let mut seconds: Vec<f64> = (0..ROUNDS)
        .map(|_| {
            let begin = Instant::now();
            work();
            begin.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    let median = seconds[ROUNDS / 2];
    println!(
        "{name:40} {:7.0} MB/s  {:7.1} ns a line",
        bytes as f64 / 1e6 / median,
        median * 1e9 / LINES as f64
    );
}
