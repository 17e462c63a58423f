//! What each option makes of a minted or converted context.

#![allow(clippy::unwrap_used)]
use super::*;
use clap::Parser;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: MintArgs,
}

const EPOCH: u32 = 0x640c_fd8d;
const STDIN: &str = "x-datadog-trace-id: 1234567890123456789\r\nX-Datadog-Parent-Id: 987654321\r
x-datadog-tags: _dd.p.tid=640cfd8d00000000\r\nbaggage: k=v,b c=1\r\n\r\n";

fn run(arguments: &str) -> Result<(String, String), String> {
    let arguments = ["mint"].into_iter().chain(arguments.split_whitespace());
    let args = Command::try_parse_from(arguments).map_err(|error| error.to_string())?.args;
    let (mut out, mut talk) = (Vec::new(), Vec::new());
    let mut stdin = STDIN.as_bytes();
    args.run(&mut IdGenerator::from_seed([1; 32]), EPOCH, &mut stdin, &mut out, &mut talk)
        .map_err(|error| error.to_string())?;
    Ok((String::from_utf8(out).unwrap(), String::from_utf8(talk).unwrap()))
}

fn mint(arguments: &str) -> String {
    run(arguments).unwrap().0
}

const FROM: &str = "--from 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[test]
fn a_minted_value_is_a_traceparent_with_these_flags() {
    for (arguments, flags) in [
        ("", 0x03),
        ("--unsampled", 0x02),
        ("--level 1", 0x01),
        ("--level 1 --unsampled", 0x00),
        ("--trace-id a3ce929d0e0e4736", 0x01),
        ("--sample-rate 1", 0x03),
        ("--sample-rate 0", 0x02),
    ] {
        let value = mint(arguments);
        let traceparent = TraceParent::parse(value.trim_end().as_bytes()).unwrap();
        assert_eq!(traceparent.trace_flags.bits(), flags, "{arguments}");
    }
}

#[test]
fn count_gives_different_ones() {
    let minted = mint("--count 100");
    let mut lines: Vec<&str> = minted.lines().collect();
    lines.sort();
    lines.dedup();
    assert_eq!(lines.len(), 100);
}

#[test]
fn one_context_is_written_in_every_format() {
    let table = [
        ("w3c", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n"),
        ("b3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1\n"),
        (
            "b3-multi",
            "X-B3-TraceId: 4bf92f3577b34da6a3ce929d0e0e4736\nX-B3-SpanId: 00f067aa0ba902b7\nX-B3-Sampled: 1\n",
        ),
        ("jaeger", "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1\n"),
        ("xray", "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7;Sampled=1\n"),
        (
            "datadog",
            "x-datadog-trace-id: 11803532876627986230\nx-datadog-parent-id: 67667974448284343\n\
             x-datadog-sampling-priority: 1\nx-datadog-tags: _dd.p.tid=4bf92f3577b34da6\n",
        ),
        ("gcp", "4bf92f3577b34da6a3ce929d0e0e4736/67667974448284343;o=1\n"),
        ("sentry", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1\n"),
    ];
    for (system, expected) in table {
        assert_eq!(mint(&format!("{FROM} --as {system}")), expected);
    }
}

#[test]
fn every_form_of_output_carries_tracestate_and_baggage() {
    let table = [
        (
            "header",
            "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n\
             tracestate: a=1,b=2\nbaggage: k=50%25\n",
        ),
        (
            "env",
            "TRACEPARENT=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n\
             TRACESTATE=a=1,b=2\nBAGGAGE=k=50%25\n",
        ),
        (
            "curl",
            "-H 'traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01' \
             -H 'tracestate: a=1,b=2' -H 'baggage: k=50%25'\n",
        ),
        (
            "json",
            "{\"schema\":\"traceline.mint/1\",\
             \"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\",\
             \"trace_id\":\"4bf92f3577b34da6a3ce929d0e0e4736\",\"span_id\":\"00f067aa0ba902b7\",\
             \"trace_flags\":\"01\",\"sampled\":true,\"headers\":{\
             \"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\",\
             \"tracestate\":\"a=1,b=2\",\"baggage\":\"k=50%25\"}}\n",
        ),
    ];
    for (output, expected) in table {
        let arguments =
            format!("{FROM} --tracestate a=1 --tracestate b=2 --baggage k=50% --format {output}");
        assert_eq!(mint(&arguments), expected);
    }
}

#[test]
fn ids_for_xray_and_datadog_begin_with_the_time() {
    assert!(mint("--as xray").starts_with("Root=1-640cfd8d-"));
    assert!(mint("--as datadog").contains("_dd.p.tid=640cfd8d00000000\n"));
}

#[test]
fn the_sample_rate_is_told_where_the_trace_is_sampled() {
    let minted = mint("--sample-rate 0.25 --count 400 --format header");
    let sampled = minted.lines().filter(|line| line.ends_with("-03")).count();
    assert_eq!(minted.lines().filter(|line| *line == "tracestate: ot=th:c").count(), sampled);
    assert!((60..140).contains(&sampled), "{sampled}");
    for line in minted.lines().filter_map(|line| line.strip_prefix("traceparent: ")) {
        let traceparent = TraceParent::parse(line.as_bytes()).unwrap();
        let randomness = Randomness::of_trace(traceparent.trace_id);
        let threshold = Threshold::from_probability(0.25).unwrap();
        assert_eq!(threshold.accepts(randomness), traceparent.trace_flags.is_sampled());
    }
}

/// `Sampled=?` means it too, but opentelemetry-python refuses the whole header for it.
#[test]
fn an_open_decision_is_told_to_xray_by_saying_nothing() {
    let open = "--from 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7 --as xray";
    assert_eq!(
        run(open).unwrap(),
        (
            "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=00f067aa0ba902b7\n".to_owned(),
            String::new()
        )
    );
}

#[test]
fn what_a_conversion_loses_is_told() {
    let (_, talk) =
        run("--from 4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-d-05e3ac9a4f6e3b90 --as gcp")
            .unwrap();
    assert_eq!(
        talk,
        "note: not carried over: the sender's parent span 05e3ac9a4f6e3b90\n\
         note: not carried over: debug, which became sampled\n"
    );
}

/// A sample rate was once lost in silence where only the value was printed.
#[test]
fn what_a_value_leaves_out_is_told() {
    let talk = |arguments: &str| run(arguments).unwrap().1;
    assert!(talk("--sample-rate 0.5").starts_with("note: only the value itself"));
    assert!(talk("--baggage a=1").starts_with("note: only the value itself"));
    let lost = "note: not carried over: tracestate: only w3c has a place for it\n";
    for arguments in ["--sample-rate 1 --as b3", "--tracestate a=1 --as datadog"] {
        assert_eq!(talk(arguments), lost);
    }
    for arguments in ["", "--sample-rate 0", "--sample-rate 1 --format header", "--as b3"] {
        assert_eq!(talk(arguments), "");
    }
}

#[test]
fn a_span_that_is_drawn_is_told_of_and_quiet_silences_all() {
    let (out, talk) = run("--from 11803532876627986230 --as datadog").unwrap();
    assert!(out.starts_with("x-datadog-trace-id: 11803532876627986230\n"), "{out}");
    assert_eq!(talk, "note: the value names no span: a new span id was drawn\n");
    for arguments in ["-q --from 11803532876627986230", "-q --sample-rate 0.5"] {
        assert_eq!(run(arguments).unwrap().1, "");
    }
}

#[test]
fn several_headers_are_converted_together() {
    let (out, talk) = run("--from - --format header").unwrap();
    assert_eq!(
        out,
        "traceparent: 00-640cfd8d00000000112210f47de98115-000000003ade68b1-00\nbaggage: k=v\n"
    );
    assert_eq!(
        talk,
        "note: not carried over: invalid baggage member: key has a blank, which is not allowed \
         there (byte 5)\nnote: not carried over: the open sampling decision, which became not \
         sampled\n"
    );
    let converted = mint(
        "--from=tracestate:a=1 --from=traceparent:00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03 \
         --tracestate b=2 --format header",
    );
    assert!(converted.ends_with("-03\ntracestate: b=2,a=1\n"), "{converted}");
    let variable = "--from SENTRY_TRACE=4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1";
    assert_eq!(mint(variable), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\n");
}

#[test]
fn errors_name_the_option() {
    const SHORT: &str = "--trace-id: \"123456\" may be a decimal or only a part of an id: write 32 \
                         or 16 hex digits, or a decimal of 17 to 20 digits";
    let table = [
        ("--trace-id 12345678901234567", ""),
        ("--trace-id 1234567890123456", ""),
        ("--trace-id 0", "--trace-id: \"0\" is zero, which stands for no trace"),
        (
            "--trace-id 0000000000000000",
            "--trace-id: \"0000000000000000\" is zero, which stands for no trace",
        ),
        (
            "--trace-id 99999999999999999999",
            "--trace-id: \"99999999999999999999\" does not fit into 64 bits",
        ),
        // It was once read as a decimal, where a TRACE is the beginning of an id.
        ("--trace-id 123456", SHORT),
        ("--trace-id 4bf92f", "--trace-id: trace-id has 6 digits, expected 16 or 32 (byte 0)"),
        ("--trace-id xyz", "--trace-id: trace-id has \"x\", only 0-9 and a-f are allowed (byte 0)"),
        ("--sample-rate 2", "--sample-rate: 2 is no probability between 0 and 1"),
        (
            "--tracestate A=1",
            "--tracestate: key has uppercase \"A\", which is not allowed there (byte 0)",
        ),
        ("--tracestate a", "--tracestate: \"a\" has no \"=\" between key and value"),
        ("--baggage a(=1", "--baggage: key has \"(\", which is not allowed there (byte 1)"),
        ("--from a=1", "--from: tracestate names no trace (byte 0)"),
        (
            "--from host:x --from b3:0",
            "--from: \"host:x\" must be `name: value` where there are several",
        ),
        ("--from b3:0", "--from: b3 names no trace (byte 0)"),
    ];
    for (arguments, message) in table {
        match run(arguments) {
            Err(error) => assert_eq!(error, message),
            Ok(_) => assert_eq!(message, "", "{arguments}"),
        }
    }
}
