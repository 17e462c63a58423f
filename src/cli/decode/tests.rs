//! What is read as which kind, from arguments and from standard input.

#![allow(clippy::unwrap_used)]
use super::*;
use clap::Parser;

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    args: DecodeArgs,
}

const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// Exit code, and of each object its kind and validity.
fn decode(arguments: &[&str], stdin: &str) -> (u8, Vec<String>) {
    let arguments = ["decode", "--format=json"].iter().chain(arguments);
    let args = Command::try_parse_from(arguments).unwrap().args;
    let (mut out, mut talk) = (Vec::new(), Vec::new());
    let code = args.run(&mut stdin.as_bytes(), &mut out, &mut talk, false).unwrap();
    let objects = String::from_utf8(out).unwrap();
    let summary = objects.lines().map(|line| {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        let verdict = if object["valid"] == true { "valid" } else { "invalid" };
        format!("{} {verdict}", object["kind"].as_str().unwrap())
    });
    (code, summary.collect())
}

#[test]
fn values_are_recognised_or_fixed() {
    assert_eq!(decode(&[GOOD], ""), (0, vec!["traceparent valid".into()]));
    assert_eq!(decode(&["hello"], ""), (1, vec!["traceparent invalid".into()]));
    assert_eq!(decode(&["--as=b3", GOOD], ""), (1, vec!["b3 invalid".into()]));
    assert_eq!(decode(&["--as=tracestate", ""], ""), (0, vec!["tracestate valid".into()]));
    assert_eq!(decode(&["X-B3-Sampled: 1"], ""), (0, vec!["b3 valid".into()]));
    assert_eq!(
        decode(&["TRACESTATE=a=1", "UBER_TRACE_ID=1:2:0:1"], ""),
        (0, vec!["tracestate valid".into(), "uber-trace-id valid".into()])
    );
}

#[test]
fn standard_input_is_read_line_by_line() {
    let bad = GOOD.to_uppercase();
    let input = format!("{GOOD}\r\n\n{bad}\n{GOOD}");
    let expected = ["traceparent valid", "traceparent invalid", "traceparent valid"];
    assert_eq!(decode(&[], &input), (1, expected.map(String::from).to_vec()));
    assert_eq!(decode(&[], ""), (1, vec![]));
}

#[test]
fn a_transcript_of_curl_gives_the_headers_it_shows() {
    let input = format!(
        "* Connected to localhost\n> GET / HTTP/1.1\r\n> Host: x\r\n> traceparent: {GOOD}\r\n\
         > tracestate: a=1\r\n> tracestate: b=2\r\n>\r\n< HTTP/1.1 200 OK\r\n\
         < traceparent: {GOOD}\r\n<\r\n{{ [12 bytes data]\n"
    );
    let expected = ["traceparent valid", "tracestate valid", "traceparent valid"];
    assert_eq!(decode(&[], &input), (0, expected.map(String::from).to_vec()));
}

#[test]
fn the_body_in_a_transcript_is_no_value() {
    let input = format!("< HTTP/1.1 200 OK\r\n< b3: 0\r\n< \r\nhello\n1\n{{\"id\":\"{GOOD}\"}}\n");
    let expected = ["b3 valid", "traceparent valid"];
    assert_eq!(decode(&[], &input), (0, expected.map(String::from).to_vec()));
}

#[test]
fn a_tracestate_is_judged_with_its_traceparent() {
    let both = |state| vec!["traceparent invalid".to_owned(), format!("tracestate {state}")];
    let twice = format!("traceparent: {GOOD}\ntraceparent: {GOOD}\ntracestate: a=1\n");
    assert_eq!(decode(&[], &twice), (1, both("invalid")));
    assert_eq!(decode(&[], "TRACEPARENT=x\nTRACESTATE=a=1\n"), (1, both("invalid")));
    // Alone it may have been pasted alone.
    let valid = (0, vec!["tracestate valid".into()]);
    assert_eq!(decode(&["--headers=-"], "tracestate: a=1\n"), valid);
}

#[test]
fn headers_of_one_message_are_read_together() {
    let input =
        "X-B3-TraceId: 4bf92f3577b34da6a3ce929d0e0e4736\nHost: x\nX-B3-SpanId: 00f067aa0ba902b7\n";
    assert_eq!(decode(&["--headers=-"], input), (0, vec!["b3 valid".into()]));
    let twice = format!("traceparent: {GOOD}\ntraceparent: {GOOD}\n");
    assert_eq!(decode(&["--headers=-"], &twice), (1, vec!["traceparent invalid".into()]));
}

#[test]
fn an_environment_gives_its_carriers() {
    let input = format!("HOME=/root\nTRACEPARENT={GOOD}\nPATH=/a:/b\nBAGGAGE=a=1\n");
    let expected = ["traceparent valid", "baggage valid"];
    assert_eq!(decode(&[], &input), (0, expected.map(String::from).to_vec()));
}

#[test]
fn text_gives_the_values_in_it() {
    let input = format!("INFO a=1 traceparent={GOOD}\nERROR: b3: 0\nnothing here\n");
    let expected = ["traceparent valid", "b3 valid"];
    assert_eq!(decode(&["--scan"], &input), (0, expected.map(String::from).to_vec()));
}

#[test]
fn lines_of_other_text_are_passed_over() {
    let input = format!("INFO starting a=1\n{{\"a\":1}}\n==> x <==\n{GOOD} \n  indented text\n");
    assert_eq!(decode(&[], &input), (0, vec!["traceparent valid".into()]));
    assert_eq!(decode(&[], "foo bar=1\n"), (1, vec![]));
    assert_eq!(decode(&["--as=tracestate"], "foo bar=1\n"), (1, vec!["tracestate invalid".into()]));
}

/// Nothing was once printed before the end of the input: nothing at all where that does not come.
#[test]
fn each_value_is_explained_before_the_next_line_is_waited_for() {
    use std::cell::RefCell;
    use std::rc::Rc;

    /// Gives a line at a time, and notes how much was printed when it is asked for more.
    struct Typed<'a> {
        lines: Vec<&'a [u8]>,
        printed: Rc<RefCell<Vec<u8>>>,
        seen: Vec<usize>,
        is_waited_for: bool,
    }
    impl io::Read for Typed<'_> {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            unreachable!("lines are read from the buffer")
        }
    }
    impl BufRead for Typed<'_> {
        fn fill_buf(&mut self) -> io::Result<&[u8]> {
            if std::mem::take(&mut self.is_waited_for) {
                self.seen.push(self.printed.borrow().split(|byte| *byte == b'\n').count() - 1);
            }
            Ok(self.lines.first().copied().unwrap_or_default())
        }
        fn consume(&mut self, used: usize) {
            if let Some(line) = self.lines.first_mut() {
                *line = &line[used..];
                if line.is_empty() {
                    self.lines.remove(0);
                    self.is_waited_for = true;
                }
            }
        }
    }
    struct Shared(Rc<RefCell<Vec<u8>>>);
    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().write(bytes)
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }
    let two = format!("{GOOD}\nINFO traceparent={GOOD}\n");
    let cut = GOOD.split_at(9);
    let header = format!("traceparent: {GOOD}\n");
    let lines = [&two, cut.0, cut.1, "\n", &header, "\n"].map(str::as_bytes).to_vec();
    let printed = Rc::new(RefCell::new(Vec::new()));
    let mut stdin = Typed { lines, printed: printed.clone(), seen: vec![], is_waited_for: true };
    let args = Command::try_parse_from(["decode", "--format=json"]).unwrap().args;
    args.run(&mut stdin, &mut Shared(printed), &mut Vec::new(), false).unwrap();
    assert_eq!(stdin.seen, [0, 2, 2, 2, 3, 3, 4]);
}

#[test]
fn quiet_tells_by_the_exit_code() {
    let good = format!("{GOOD}\n").repeat(5000);
    assert_eq!(decode(&["-q"], &good), (0, vec![]));
    assert_eq!(decode(&["-q"], &format!("{good}x\n")), (1, vec![]));
}
