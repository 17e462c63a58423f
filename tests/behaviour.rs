//! What data cannot say: pipes that close or never end, terminals, threads, and input that is
//! broken in every way.

#[path = "support/logs.rs"]
mod logs;
#[cfg(unix)]
#[path = "support/terminal.rs"]
mod terminal;

use logs::{Folder, ID, checkout, scenario, spans};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The program, with nothing of the caller's environment that could change what it does.
fn traceline() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_traceline"));
    command.env_clear().env("TZ", "UTC").stdin(Stdio::null());
    command
}

fn run(arguments: &[&str], files: &[PathBuf]) -> Output {
    traceline().args(arguments).args(files).output().expect("the program runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is UTF-8")
}

#[track_caller]
fn assert_code(output: &Output, code: i32) {
    let talk = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{talk}");
    assert!(!talk.contains("panicked"), "{talk}");
}

// Pipes.

#[test]
fn a_closed_pipe_is_quiet_and_no_failure() {
    let folder = Folder::new();
    let line = format!("2026-11-22T10:00:00Z INFO api trace_id={ID} hello\n");
    let log = folder.write("big.log", line.repeat(50_000).as_bytes());
    for arguments in [&["filter", ID][..], &["records"], &["records", "--format", "json"]] {
        let mut child = traceline()
            .args(arguments)
            .arg(&log)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut first = String::new();
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        stdout.read_line(&mut first).expect("a line comes");
        drop(stdout);
        let output = child.wait_with_output().expect("the program ends");
        assert_code(&output, 0);
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
    }
}

/// Longer than the 200 ms that are promised, for machines that are busy with other tests.
const SOON: Duration = Duration::from_millis(1500);

#[test]
fn a_live_record_is_shown_within_a_moment_of_quiet_and_only_once() {
    let mut child = traceline()
        .args(["filter", ID])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut say_and_hear = |said: &str| {
        stdin.write_all(said.as_bytes()).expect("the program reads");
        let begin = Instant::now();
        for expected in said.lines().filter(|line| !line.contains("other request")) {
            let mut heard = String::new();
            stdout.read_line(&mut heard).expect("the program writes");
            assert_eq!(heard.trim_end_matches('\n'), expected);
        }
        assert!(begin.elapsed() < SOON, "it took {:?}", begin.elapsed());
    };
    let head = |message: &str| {
        format!("2026-11-22T10:00:00Z ERROR [pay,{ID},b7ad6b7169203331] {message}\n")
    };
    say_and_hear(&head("boom"));
    say_and_hear("\tat pay.Card.charge(Card.java:71)\n\tat pay.Main.main(Main.java:3)\n");
    say_and_hear("2026-11-22T10:00:01Z ERROR [pay,,] other request\n");
    say_and_hear(&head("boom again"));
    drop(stdin);
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).expect("the program ends");
    assert_eq!(rest, "", "nothing is shown twice");
    assert_eq!(child.wait().expect("the program ends").code(), Some(0));
}

#[test]
fn followed_files_are_shown_as_they_grow_and_what_is_missing_is_named_at_once() {
    let directory = tempfile::tempdir().expect("a place for files");
    let path = |name: &str| directory.path().join(name);
    let line = |message: &str| format!("2026-11-22T10:00:00Z INFO [pay,{ID},] {message}\n");
    std::fs::write(path("a.log"), line("before")).expect("it is written");
    std::fs::write(path("b.log"), "").expect("it is written");
    let mut child = traceline()
        .args(["filter", "-F", ID, "-m", "2"])
        .args([path("missing.log"), path("a.log"), path("b.log")])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
    let mut said = String::new();
    stderr.read_line(&mut said).expect("it is said while reading goes on");
    assert!(said.contains("missing.log: no such file"), "{said}");
    let mut hear = |expected: String| {
        let mut heard = String::new();
        stdout.read_line(&mut heard).expect("the program writes");
        assert_eq!(heard, expected);
    };
    let append = |name, text: String| {
        let file = std::fs::OpenOptions::new().append(true).open(path(name));
        file.and_then(|mut file| file.write_all(text.as_bytes())).expect("it is written");
    };
    hear(line("before"));
    let begin = Instant::now();
    append("b.log", line("b grew"));
    hear(line("b grew"));
    assert!(begin.elapsed() < SOON, "it took {:?}", begin.elapsed());
    // With the second match in each file, reading is over.
    append("a.log", line("a grew"));
    hear(line("a grew"));
    append("b.log", line("enough"));
    hear(line("enough"));
    assert_eq!(child.wait().expect("the program ends").code(), Some(2), "a file was missing");
}

/// Feeds a command line by line, with a pause after each, and gives how long after its last line a
/// text was seen; `None`: only when the input ended.
fn heard_while_busy(arguments: &[&str], first: &str, noise: &str) -> Option<Duration> {
    let mut child = traceline()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
    let begin = Instant::now();
    writeln!(stdin, "{first}").expect("the program reads");
    let hearing = std::thread::spawn(move || {
        let mut heard = String::new();
        stdout.read_line(&mut heard).expect("the program writes");
        (heard, begin.elapsed())
    });
    let busy = 2 * SOON;
    while begin.elapsed() < busy && !hearing.is_finished() {
        std::thread::sleep(Duration::from_millis(40));
        writeln!(stdin, "{noise}").expect("the program reads");
    }
    drop(stdin);
    let (heard, after) = hearing.join().expect("it hears");
    assert_eq!(heard.trim_end(), first);
    child.wait().expect("the program ends");
    (after < busy).then_some(after)
}

#[test]
fn a_silent_stream_does_not_wait_for_a_busy_one() {
    // One pod's record was shown only when all pods were silent.
    let record = format!("[pod/a-1/a] 2026-11-22T10:00:00Z INFO trace_id={ID} one");
    let noise = "[pod/b-1/b] 2026-11-22T10:00:00Z INFO noise";
    for arguments in [&["filter", ID][..], &["filter", "-A1", ID], &["filter", &ID[..8]]] {
        let after = heard_while_busy(arguments, &record, noise);
        assert!(after.is_some_and(|after| after < SOON), "{arguments:?}: {after:?}");
    }
    // Nor does it wait for ever for the end of a record that goes on and on.
    let record = format!("2026-11-22T10:00:00Z INFO trace_id={ID} one");
    let after = heard_while_busy(&["filter", ID], &record, "\tat a.b.c(D.java:1)");
    assert!(after.is_some_and(|after| after < 2 * SOON), "{after:?}");
}

#[test]
fn what_was_shown_early_is_counted_when_reading_stops() {
    let mut child = traceline()
        .args(["records", "-n", "1"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    writeln!(stdin, "INFO trace_id={ID} a").expect("the program reads");
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(text(&output.stderr), "read 1 line in 1 record; 1 with a trace id, 0 without\n");
}

#[test]
fn a_prefix_is_followed_live_until_a_second_trace_fits() {
    let (one, two) = (ID, &format!("{}{}", &ID[..8], &ID[..24]));
    let log = format!("INFO trace_id={one} a\nINFO other\nINFO trace_id={one} b\n");
    let output = piped(traceline().args(["filter", &ID[..8]]), log.as_bytes());
    assert_code(&output, 0);
    assert_eq!(text(&output.stdout), log.replace("INFO other\n", ""));
    let log = format!("{log}INFO trace_id={two} c\nINFO trace_id={one} d\n");
    let output = piped(traceline().args(["filter", &ID[..8]]), log.as_bytes());
    assert_code(&output, 2);
    assert!(text(&output.stdout).starts_with(&format!("INFO trace_id={one} a\n")));
    assert!(!text(&output.stdout).contains(two.as_str()));
    let talk = text(&output.stderr);
    assert!(talk.contains("is the beginning of 2 traces") && talk.contains(two.as_str()), "{talk}");
}

#[test]
fn waiting_for_the_end_of_a_pipe_is_said_at_once() {
    for option in ["--sort", "--link=request_id"] {
        let mut child = traceline()
            .args(["filter", option, ID])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let stdin = child.stdin.take();
        let mut stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut said = String::new();
        stderr.read_line(&mut said).expect("the program talks");
        assert!(said.starts_with("waiting for the end of the input, because of --"), "{said}");
        drop(stdin);
        child.wait().expect("the program ends");
    }
}

#[test]
fn a_live_record_that_grows_is_counted_once_and_its_lines_are_numbered() {
    // The numbers of lines after a silence once waited for a chunk that had no lines.
    for (arguments, expected) in [
        (&["filter", "-c", ID][..], "1\n".to_owned()),
        (&["filter", "-n", ID], format!("1:INFO trace_id={ID} a\n2:\tat b\n")),
    ] {
        let mut child = traceline()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let mut stdin = child.stdin.take().expect("it is piped");
        writeln!(stdin, "INFO trace_id={ID} a").expect("the program reads");
        std::thread::sleep(Duration::from_millis(400));
        writeln!(stdin, "\tat b").expect("the program reads");
        drop(stdin);
        let output = child.wait_with_output().expect("the program ends");
        assert_eq!(text(&output.stdout), expected);
    }
}

#[test]
fn standard_input_is_a_file_like_any_other() {
    let log = scenario("checkout-kubernetes/kubectl.log");
    let bytes = std::fs::read(&log).expect("the scenario is there");
    for arguments in [
        &["records", "--format", "json"][..],
        &["timeline", "--all", "--format", "json"],
        &["timeline", "c5f96e", "--format", "json"],
        &["timeline", "--slowest", "1", "--format", "json"],
        &["traces", "--format", "json"],
        &["filter", "c5f96e75c454fa23d827923c76e6b5d1"],
        &["filter", "c5f96e75"],
    ] {
        let of_file = run(arguments, std::slice::from_ref(&log));
        for dash in [None, Some("-")] {
            let of_pipe = piped(traceline().args(arguments).args(dash), &bytes);
            let name = format!("\"{}\"", log.display());
            let expected = text(&of_file.stdout).replace(&name, "\"(standard input)\"");
            assert_eq!(text(&of_pipe.stdout), expected, "{arguments:?}");
        }
    }
}

/// Feeds a command and gathers what it says.
fn piped(command: &mut Command, bytes: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    let bytes = bytes.to_vec();
    let feeder = std::thread::spawn(move || {
        // A program that has seen enough may close its end.
        let _ = stdin.write_all(&bytes);
    });
    let output = child.wait_with_output().expect("the program ends");
    feeder.join().expect("the feeder ends");
    output
}

// The same answer, however it is read.

const VIEWS: &[&[&str]] = &[
    &["timeline", "--all", "--format", "json"],
    &["traces", "--format", "json"],
    &["records", "--format", "json"],
    &["records", "--format", "json", "--sort"],
];

#[test]
fn threads_and_chunks_do_not_change_the_answer() {
    // The smallest chunks cost the most, and short stories have as many borders for their length.
    for (story, sizes) in [
        ("checkout", &["64", "4096"][..]),
        ("checkout-kubernetes", &["64", "4096"]),
        ("clock-ahead", &["1", "7", "64"]),
        ("lost-parent", &["1", "7", "64"]),
    ] {
        let folder = [scenario(story)];
        for view in VIEWS {
            let expected = run(view, &folder);
            assert_code(&expected, 0);
            for (threads, size) in
                ["-j1", "-j2"].iter().flat_map(|j| sizes.iter().map(move |s| (j, s)))
            {
                let how = [threads, "--chunk-size", size];
                let answer = run(&[view, &how[..]].concat(), &folder);
                assert!(answer.stdout == expected.stdout, "{story}: {view:?} {how:?} differs");
            }
        }
    }
}

#[test]
fn threads_and_chunks_do_not_change_what_a_name_means() {
    let logs =
        ["datadog", "gateway", "alone"].map(|name| scenario(&format!("same-low-half/{name}.log")));
    for name in [
        "d82792",
        "d827923c76e6b5d1",
        "15575578624674674129",
        "aaaaaa",
        "aaaaaaaaaaaaaaaad827923c76e6b5d1",
        "11803532876627986230",
        "1234567890123456",
        "a3ce92",
    ] {
        for view in [&["filter", name][..], &["filter", "-A1", name], &["traces", "-t", name]] {
            let said = |how: &[&str]| {
                let output = run(&[view, how].concat(), &logs);
                (output.status.code(), text(&output.stdout), text(&output.stderr))
            };
            let expected = said(&[]);
            for how in [["-j1", "--chunk-size", "1"], ["-j2", "--chunk-size", "64"]] {
                assert_eq!(said(&how), expected, "{view:?} {how:?}");
            }
        }
    }
}

#[test]
fn threads_and_chunks_do_not_change_the_answer_of_a_real_corpus() {
    let packed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpora/shop/shop.tar.gz");
    if !packed.exists() {
        // Said aloud, so that nobody takes it for a comparison that was made.
        let _ = writeln!(std::io::stderr(), "skipped: no shop corpus beside the repository");
        return;
    }
    let folder = Folder::new();
    let unpacked = Command::new("tar").arg("-xzf").arg(&packed).current_dir(folder.path()).status();
    assert!(unpacked.is_ok_and(|status| status.success()), "the corpus can be unpacked");
    let logs = folder.logs_below("raw");
    assert!(!logs.is_empty(), "the corpus has raw logs");
    for view in &VIEWS[..3] {
        let expected = run(view, &logs);
        assert_code(&expected, 0);
        for how in [["-j1", "--chunk-size", "65536"], ["-j2", "--chunk-size", "4096"]] {
            let answer = run(&[view, &how[..]].concat(), &logs);
            assert!(answer.stdout == expected.stdout, "{view:?} {how:?} differs");
        }
    }
}

// What a trace looked like once depended on how it was asked for: guesses were learnt from all that was
// read, and a named trace reads less.
#[test]
fn a_trace_is_the_same_whether_it_is_named_or_one_of_all() {
    for story in ["checkout", "checkout-kubernetes", "clock-ahead", "lost-parent"] {
        let folder = [scenario(story)];
        let json = ["timeline", "--format", "json"];
        let all = run(&[&json[..], &["--all"]].concat(), &folder);
        let slowest = run(&[&json[..], &["--slowest", "1"]].concat(), &folder);
        assert!(text(&all.stdout).contains(text(&slowest.stdout).trim_end()), "{story}");
        for expected in text(&all.stdout).lines() {
            let (_, rest) = expected.split_once(r#""trace_id":""#).expect("a trace has an id");
            let named = run(&[&json[..], &["-t", &rest[..32]]].concat(), &folder);
            assert_eq!(text(&named.stdout).trim_end(), expected, "{story}");
        }
    }
}

// Broken input.

#[test]
fn bytes_that_are_no_text_are_kept_and_their_json_is_text() {
    let folder = Folder::new();
    let mut bytes = format!("INFO trace_id={ID} caf\u{e9} ").into_bytes();
    bytes.extend_from_slice(b"\xff\xfe\xc3( \0\0 \x80 end\n\0\0\0\n\xf0\x9f\n");
    bytes.extend_from_slice(format!("WARN trace_id={ID} second\n").as_bytes());
    let log = folder.write("odd.log", &bytes);
    let whole = run(&["records", "--format", "raw"], std::slice::from_ref(&log));
    assert_code(&whole, 0);
    assert_eq!(whole.stdout, bytes, "raw output is byte for byte what was read");
    let json = run(&["records", "--format", "json"], std::slice::from_ref(&log));
    for line in text(&json.stdout).lines() {
        let record: serde_json::Value = serde_json::from_str(line).expect("each line is JSON");
        assert_eq!(record["schema"], "traceline.records/1");
    }
    for view in [&["timeline"][..], &["traces"], &["records"], &["filter", ID]] {
        assert_code(&run(view, std::slice::from_ref(&log)), 0);
    }
}

#[test]
fn a_line_of_a_hundred_megabytes_is_a_line() {
    let folder = Folder::new();
    let mut bytes = format!("2026-11-22T10:00:00Z INFO api trace_id={ID} ").into_bytes();
    bytes.resize(100 << 20, b'x');
    bytes.extend_from_slice(
        format!("\n2026-11-22T10:00:01Z INFO api trace_id={ID} after\n").as_bytes(),
    );
    let log = folder.write("long.log", &bytes);
    let counted = run(&["filter", "-c", ID], std::slice::from_ref(&log));
    assert_code(&counted, 0);
    assert_eq!(text(&counted.stdout), "2\n");
    let shown = run(&["timeline", "--width", "80"], std::slice::from_ref(&log));
    assert_code(&shown, 0);
    assert!(shown.stdout.len() < 10_000, "a long message is cut to the width");
}

#[test]
fn a_record_of_too_many_lines_is_cut_once_and_told_of() {
    let folder = Folder::new();
    let mut log = format!("2026-11-22T10:00:00Z ERROR api trace_id={ID} boom\n");
    for line in 0..12_000 {
        log.push_str(&format!("    at example.Deep.call(Deep.java:{line})\n"));
    }
    let log = folder.write("deep.log", log.as_bytes());
    for chunk_size in ["50000", "10000000"] {
        let arguments = ["records", "--chunk-size", chunk_size, "--format", "raw"];
        let output = run(&arguments, std::slice::from_ref(&log));
        let told = text(&output.stderr);
        assert!(told.contains("12 001 lines in 2 records"), "{told}");
        assert!(told.contains("1 record cut for having too many lines"), "{told}");
    }
}

#[test]
fn nothing_to_read_is_nothing_found() {
    let folder = Folder::new();
    let empty = folder.write("empty.log", b"");
    let blank = folder.write("blank.log", b"\n\n  \r\n\t\n");
    let no_logs = folder.folder("none");
    for place in [empty, blank, no_logs] {
        for view in [&["timeline"][..], &["traces"], &["records"], &["filter", ID]] {
            let output = run(view, std::slice::from_ref(&place));
            assert_code(&output, 1);
            assert_eq!(text(&output.stdout), "", "{view:?} {}", place.display());
        }
    }
    assert_code(&piped(traceline().arg("traces"), b""), 1);
}

#[test]
fn a_missing_file_is_named_and_the_others_are_read() {
    let missing = PathBuf::from("no/such/file.log");
    let files = [missing, scenario("checkout/bank.log")];
    for view in
        [&["timeline", "--all"][..], &["traces"], &["records"], &["filter", checkout::FAILS]]
    {
        let output = run(view, &files);
        assert_code(&output, 2);
        assert!(text(&output.stdout).contains("bank"), "{view:?}");
        assert!(text(&output.stderr).contains("no/such/file.log: no such file"), "{view:?}");
    }
}

#[test]
fn what_can_be_read_of_a_damaged_gzip_file_is_used() {
    let folder = Folder::new();
    let log = logs::many_lines(2000);
    let packed = logs::gzip(&log);
    let whole = folder.write("whole.log.gz", &packed);
    let cut = folder.write("cut.log.gz", &packed[..packed.len() / 2]);
    let of_whole = run(&["records", "--format", "raw"], std::slice::from_ref(&whole));
    assert_code(&of_whole, 0);
    assert_eq!(of_whole.stdout, log);
    let of_cut = run(&["records", "--format", "raw"], std::slice::from_ref(&cut));
    assert_code(&of_cut, 2);
    assert!(of_cut.stdout.len() > 1000, "some of it can be read");
    assert!(log.starts_with(of_cut.stdout.strip_suffix(b"\n").expect("lines end")));
    let talk = text(&of_cut.stderr);
    assert!(talk.contains("cut.log.gz: gzip data ends early"), "{talk}");
}

#[test]
fn a_hundred_thousand_spans_in_one_trace_are_one_picture() {
    let folder = Folder::new();
    const MANY: usize = 100_000;
    // All below one root, and each below the one before.
    type Shape = (&'static str, fn(usize) -> usize);
    let shapes: [Shape; 2] = [("wide", |at| usize::from(at > 1)), ("deep", |at| at - 1)];
    for (name, parent) in shapes {
        let log = folder.write(&format!("{name}.jsonl"), &spans(MANY, parent));
        let machine = run(&["timeline", "--format", "json"], std::slice::from_ref(&log));
        assert_code(&machine, 0);
        let object: serde_json::Value =
            serde_json::from_slice(&machine.stdout).expect("it is one object");
        assert_eq!(object["span_count"], MANY);
        assert_eq!(object["spans"].as_array().map(Vec::len), Some(MANY));
        let picture = run(&["timeline", "--width", "80"], std::slice::from_ref(&log));
        assert_code(&picture, 0);
        let rows = text(&picture.stdout).lines().count();
        assert!((10..150).contains(&rows), "{name}: {rows} rows");
    }
}

#[test]
fn a_loop_of_parents_is_cut_and_told_of() {
    let folder = Folder::new();
    let log = folder.write("loop.jsonl", &spans(4, |at| at % 4 + 1));
    let output = run(&["timeline", "--width", "80"], std::slice::from_ref(&log));
    assert_code(&output, 0);
    assert!(text(&output.stdout).contains("loop"), "{}", text(&output.stdout));
    let own = folder.write("own.jsonl", &spans(1, |at| at));
    assert_code(&run(&["timeline"], std::slice::from_ref(&own)), 0);
}

#[test]
fn a_span_that_ends_before_it_starts_is_told_of() {
    let folder = Folder::new();
    let line = format!(
        "{{\"resourceSpans\":[{{\"scopeSpans\":[{{\"spans\":[{{\"traceId\":\"{ID}\",\
         \"spanId\":\"b7ad6b7169203331\",\"name\":\"GET /\",\
         \"startTimeUnixNano\":\"1795343445000000000\",\
         \"endTimeUnixNano\":\"1795343440000000000\"}}]}}]}}]}}\n"
    );
    let log = folder.write("back.jsonl", line.as_bytes());
    let output = run(&["timeline", "--width", "80"], std::slice::from_ref(&log));
    assert_code(&output, 0);
    let picture = text(&output.stdout);
    assert!(picture.contains("ends before it starts"), "{picture}");
    let machine = run(&["timeline", "--format", "json"], std::slice::from_ref(&log));
    let object: serde_json::Value = serde_json::from_slice(&machine.stdout).expect("an object");
    assert!(object["duration_ns"].as_u64().is_some(), "{object}");
}

// Terminals.

#[cfg(unix)]
#[test]
fn control_bytes_reach_a_terminal_only_if_asked_for() {
    let folder = Folder::new();
    let bytes = format!("INFO trace_id={ID} \x1b]0;owned\x07 \x1b[2J \u{9b}31m\rhidden\n");
    let log = folder.write("evil.log", bytes.as_bytes());
    for view in
        [&["filter", ID][..], &["records"], &["timeline"], &["timeline", "--records"], &["traces"]]
    {
        let (seen, status) =
            terminal::on_terminal(traceline().args(view).args(["--color", "never"]).arg(&log), 80);
        assert_eq!(status.code(), Some(0), "{view:?}");
        let seen = String::from_utf8(seen).expect("what a terminal sees is text");
        let lines = seen.replace("\r\n", "\n");
        let control = lines.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(control, None, "{view:?}: {lines:?}");
        let shows_bodies = !matches!(view, ["timeline"] | ["traces"]);
        assert!(lines.contains("hidden") || !shows_bodies, "{view:?}: {lines:?}");
    }
    // Names of files, and services that are named after them, may hold anything too.
    let other =
        folder.write("e\x1b[2Jvil.\u{9b}31m.log", format!("INFO trace_id={ID} a\n").as_bytes());
    for view in [
        &["filter", "-c", ID][..],
        &["filter", "-l", ID],
        &["filter", "-H", ID],
        &["filter", "--format", "json", ID],
        &["records", "--format", "json"],
        &["traces", "--format", "csv"],
        &["traces", "--format", "json"],
        &["timeline", "--format", "json"],
    ] {
        let (seen, status) = terminal::on_terminal(traceline().args(view).args([&log, &other]), 80);
        assert_eq!(status.code(), Some(0), "{view:?}");
        let seen = String::from_utf8(seen).expect("what a terminal sees is text");
        let lines = seen.replace("\r\n", "\n");
        let control = lines.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(control, None, "{view:?}: {lines:?}");
        assert!(lines.contains("vil"), "{view:?}: {lines:?}");
    }
    let (seen, _) =
        terminal::on_terminal(traceline().args(["filter", "--format", "raw", ID]).arg(&log), 80);
    assert_eq!(seen.strip_suffix(b"\r\n"), bytes.as_bytes().strip_suffix(b"\n"));
}

#[cfg(unix)]
#[test]
fn pictures_fit_the_terminal() {
    for columns in [60, 80, 120, 200] {
        for view in [
            &["timeline", "--all"][..],
            &["timeline", "--all", "--records"],
            &["traces"],
            &["records"],
            &["filter", "--format", "text", checkout::FAILS],
        ] {
            let mut command = traceline();
            command.args(view).args(["--color", "never"]).arg(scenario("checkout"));
            let (seen, _) = terminal::on_terminal(&mut command, columns);
            for line in text(&seen).lines() {
                let width = line.trim_end_matches('\r').chars().count();
                assert!(width <= usize::from(columns), "{columns}: {width}: {line}");
            }
        }
    }
}

#[cfg(unix)]
#[test]
fn a_terminal_has_colours_and_a_pipe_has_none() {
    let view = |command: &mut Command| {
        command.args(["timeline"]).arg(scenario("clock-ahead"));
        terminal::on_terminal(command, 80).0.contains(&0x1b)
    };
    assert!(view(traceline().env("TERM", "xterm-256color")));
    assert!(!view(traceline().env("TERM", "dumb")));
    assert!(!view(traceline().env("TERM", "xterm-256color").env("NO_COLOR", "1")));
    let piped = |variables: &[(&str, &str)]| {
        let mut command = traceline();
        command.envs(variables.iter().copied()).args(["timeline"]).arg(scenario("clock-ahead"));
        command.output().expect("the program runs").stdout.contains(&0x1b)
    };
    assert!(!piped(&[]));
    assert!(piped(&[("CLICOLOR_FORCE", "1")]));
    assert!(!piped(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}
