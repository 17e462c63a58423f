//! A tree of commands, nested and side by side, each run by `exec`, and read back by `timeline`.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

const PROGRAM: &str = env!("CARGO_BIN_EXE_traceline");

/// Runs a script in which `$run NAME COMMAND…` runs a command in a span of that name.
fn run(folder: &Path, script: &str) -> Vec<Value> {
    let log = folder.join("spans.log");
    let runner = folder.join("run");
    let text = format!(
        "#!/bin/sh\nname=$1; shift\nexec {PROGRAM} exec --service tree --log {} --name \"$name\" -- \"$@\"\n",
        log.display()
    );
    fs::write(&runner, text).unwrap();
    let status = Command::new("sh")
        .args(["-c", script])
        .env_remove("TRACEPARENT")
        .env("run", format!("sh {}", runner.display()))
        .current_dir(folder)
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(status.success(), "{status}");
    let output = Command::new(PROGRAM)
        .args(["timeline", "--no-config", "--all", "-q", "--format", "json"])
        .arg(&log)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

/// The only trace's spans by name: the parent's name, and the span.
fn tree(traces: &[Value]) -> HashMap<String, (Option<String>, Value)> {
    assert_eq!(traces.len(), 1, "{traces:#?}");
    let spans = traces[0]["spans"].as_array().unwrap();
    let name = |span: &Value| span["name"].as_str().unwrap().to_owned();
    let by_id: HashMap<&str, String> =
        spans.iter().map(|span| (span["span_id"].as_str().unwrap(), name(span))).collect();
    let parent = |span: &Value| span["parent_span_id"].as_str().map(|id| by_id[id].clone());
    spans.iter().map(|span| (name(span), (parent(span), span.clone()))).collect()
}

#[test]
fn nested_and_parallel_commands_are_one_trace_with_the_right_tree() {
    let folder = tempfile::tempdir().unwrap();
    let traces = run(
        folder.path(),
        "$run root sh -c '
            seq 8 | xargs -P8 -I{} $run leaf-{} sh -c \"sleep 0.05\"
            $run nested sh -c \"$run inner true; $run fails sh -c \\\"exit 3\\\"; true\"
            $run missing /nonexistent/command 2>/dev/null; true'",
    );
    let tree = tree(&traces);
    assert_eq!(tree.len(), 1 + 8 + 3 + 1, "{:?}", tree.keys());
    let parent = |name: &str| tree[name].0.as_deref();
    assert_eq!(parent("root"), None);
    for leaf in 1..=8 {
        assert_eq!(parent(&format!("leaf-{leaf}")), Some("root"));
    }
    assert_eq!(parent("nested"), Some("root"));
    assert_eq!((parent("inner"), parent("fails")), (Some("nested"), Some("nested")));
    assert_eq!(parent("missing"), Some("root"));
    for (name, (_, span)) in &tree {
        assert_eq!(span["bounds"], "reported", "{name}");
        let is_failed = matches!(name.as_str(), "fails" | "missing");
        assert_eq!(span["status"] == "error", is_failed, "{name}: {span}");
        let (start, end) = (span["start_unix_ns"].as_i64(), span["end_unix_ns"].as_i64());
        let root = &tree["root"].1;
        assert!(start >= root["start_unix_ns"].as_i64() && end >= start, "{name}");
        assert!(end <= root["end_unix_ns"].as_i64(), "{name} ends after root: {span} {root}");
        if name.starts_with("leaf") {
            assert!(span["duration_ns"].as_i64() >= Some(50_000_000), "{name}");
        }
    }
}

#[test]
fn commands_of_a_parallel_make_are_children_of_the_span_around_it() {
    if Command::new("make").arg("--version").stdout(Stdio::null()).status().is_err() {
        eprintln!("skipped: there is no make");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let targets: Vec<String> = (1..=6).map(|n| format!("t{n}")).collect();
    let rules: String =
        targets.iter().map(|target| format!("{target}:\n\t@$$run {target} true\n")).collect();
    let text = format!("all: {}\n{rules}", targets.join(" "));
    fs::write(folder.path().join("Makefile"), text).unwrap();
    let tree = tree(&run(folder.path(), "$run make make -j4"));
    assert_eq!(tree.len(), 7);
    for target in targets {
        assert_eq!(tree[&target].0.as_deref(), Some("make"));
    }
}
