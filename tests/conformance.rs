//! What the W3C Trace Context specification (Level 2) asks of whoever passes a context on, tried on
//! `traceline child` as an HTTP front would run it: raw header fields in, outgoing fields out.
//!
//! `tests/conformance/front.py` is such a front, for running a public harness against it.

#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::process::{Command, Stdio};

const TRACE: &str = "12345678901234567890123456789012";
const SPAN: &str = "1234567890123456";

/// Outgoing traceparent and tracestate.
fn child(incoming: &[(&str, &str)]) -> (String, Option<String>) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_traceline"))
        .args(["child", "--headers", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = process.stdin.take().unwrap();
    for (name, value) in incoming {
        write!(stdin, "{name}: {value}\r\n").unwrap();
    }
    drop(stdin);
    let output = process.wait_with_output().unwrap();
    assert!(output.status.success(), "{incoming:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let field = |name: &str| {
        let mut lines = text.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| *known == name).map(|(_, value)| value.to_owned())
    };
    (field("traceparent").unwrap(), field("tracestate"))
}

/// What must go out.
enum Expected<'a> {
    /// The same trace, with these flags and this tracestate.
    Goes(&'a str, Option<&'a str>),
    /// A new trace, and no tracestate.
    Anew,
}
use Expected::{Anew, Goes};

fn check(what: &str, incoming: &[(&str, &str)], expected: &Expected<'_>) {
    let (traceparent, state) = child(incoming);
    let parts: Vec<&str> = traceparent.split('-').collect();
    let [version, trace, span, flags] = parts[..] else { panic!("{what}: {traceparent}") };
    let is_hex = |text: &str| text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    assert!(version == "00" && is_hex(&parts.concat()), "{what}: {traceparent}");
    assert_eq!((trace.len(), span.len(), flags.len()), (32, 16, 2), "{what}: {traceparent}");
    assert!(span != SPAN && span != "0000000000000000", "{what}: {traceparent}");
    match expected {
        Goes(expected_flags, expected_state) => {
            assert_eq!((trace, flags), (TRACE, *expected_flags), "{what}: {traceparent}");
            assert_eq!(state.as_deref(), *expected_state, "{what}");
        }
        Anew => {
            assert_ne!(trace, TRACE, "{what}: {traceparent}");
            assert_eq!(state, None, "{what}");
        }
    }
}

fn parent(text: &str) -> String {
    text.replace('T', TRACE).replace('S', SPAN)
}

#[test]
fn a_traceparent_goes_on_or_begins_anew_as_the_specification_says() {
    let on = |flags| Goes(flags, None);
    for (what, value, expected) in [
        ("valid", "00-T-S-01", on("01")),
        ("not sampled", "00-T-S-00", on("00")),
        ("random and sampled", "00-T-S-03", on("03")),
        ("unknown flags are not passed on", "00-T-S-ff", on("03")),
        ("white space around", " \t00-T-S-01 \t", on("01")),
        ("a later version", "01-T-S-01", on("01")),
        (
            "a later version with fields that are unknown",
            "cc-T-S-01-what-the-future-holds",
            on("01"),
        ),
        ("a later version with a dash at its end", "cc-T-S-01-", on("01")),
        ("the version that is none", "ff-T-S-01", Anew),
        ("version 00 with more behind", "00-T-S-01-extra", Anew),
        ("version 00 with a dash behind", "00-T-S-01-", Anew),
        ("version 00 with a point behind", "00-T-S-01.0", Anew),
        ("a later version whose flags go on", "cc-T-S-01.what", Anew),
        ("a version of one digit", "0-T-S-01", Anew),
        ("a version of three digits", "000-T-S-01", Anew),
        ("a version that is not hex", ".0-T-S-01", Anew),
        ("an upper-case version", "0A-T-S-01", Anew),
        ("a trace-id of zeros", "00-00000000000000000000000000000000-S-01", Anew),
        (
            "a trace-id with a letter that is no digit",
            "00-.2345678901234567890123456789012-S-01",
            Anew,
        ),
        ("an upper-case trace-id", "00-ABCDEF78901234567890123456789012-S-01", Anew),
        ("a trace-id too long", "00-T3-S-01", Anew),
        ("a trace-id too short", "00-1234567890123456789012345678901-S-01", Anew),
        ("a parent-id of zeros", "00-T-0000000000000000-01", Anew),
        ("a parent-id with a letter that is no digit", "00-T-12345678901234g6-01", Anew),
        ("a parent-id too long", "00-T-S7-01", Anew),
        ("a parent-id too short", "00-T-123456789012345-01", Anew),
        ("flags that are not hex", "00-T-S-.0", Anew),
        ("flags of one digit", "00-T-S-1", Anew),
        ("flags of three digits", "00-T-S-001", Anew),
        ("no flags", "00-T-S", Anew),
        ("empty", "", Anew),
        ("a sign", "00-T-S-+1", Anew),
        ("white space inside", "00-T -S-01", Anew),
    ] {
        check(what, &[("traceparent", &parent(value))], &expected);
    }
    check("nothing", &[], &Anew);
    let valid = parent("00-T-S-01");
    let twice = [("traceparent", valid.as_str()), ("traceparent", valid.as_str())];
    check("twice the same", &twice, &Anew);
    check("in any case", &[("TraceParent", &valid)], &Goes("01", None));
    for name in ["trace-parent", "trace.parent"] {
        check("another name", &[(name, &valid)], &Anew);
    }
}

#[test]
fn a_tracestate_goes_on_only_whole_and_only_with_its_traceparent() {
    let valid = parent("00-T-S-01");
    let long_key = "k".repeat(256);
    let long_value = "v".repeat(256);
    let most: Vec<String> = (1..=32).map(|n| format!("k{n}=v")).collect();
    let most = most.join(",");
    let (key_too_long, value_too_long) = (format!("{long_key}k=1"), format!("k={long_value}v"));
    let (longest_key, longest_value) = (format!("{long_key}=1"), format!("k={long_value}"));
    let too_many = format!("{most},k33=v");
    let same = |state| (state, Some(state));
    let dropped = |state| (state, None);
    for (what, (state, expected)) in [
        ("two members", same("foo=1,bar=2")),
        ("white space between", ("foo=1 \t , \t bar=2, \t baz=3", Some("foo=1,bar=2,baz=3"))),
        ("white space around", (" \tfoo=1\t ", Some("foo=1"))),
        ("an empty member", ("foo=1,,bar=2,", Some("foo=1,bar=2"))),
        ("every letter of a key", same("abcdefghijklmnopqrstuvwxyz0123456789_-*/=1")),
        ("a key that begins with a digit", same("0foo=1")),
        ("a key with a tenant", same("t@sys=1")),
        ("every letter of a value", same("k=!\"#$%&'()*+-./0:;<>?@AZ[\\]^_`az{|}~")),
        ("a space in a value", same("k=a b")),
        ("the longest key", same(&longest_key)),
        ("the longest value", same(&longest_value)),
        ("the most members", same(&most)),
        ("a key twice: the first one counts", ("foo=1,bar=2,foo=3", Some("foo=1,bar=2"))),
        ("empty", dropped("")),
        ("a key too long", dropped(&key_too_long)),
        ("a value too long", dropped(&value_too_long)),
        ("too many members", dropped(&too_many)),
        ("a key in upper case", dropped("FOO=1")),
        ("a key with a space", dropped("foo =1")),
        ("a key with a point", dropped("foo.bar=1")),
        ("a key that begins with @", dropped("@foo=1")),
        ("no key", dropped("=1")),
        ("no value", dropped("foo=")),
        ("no sign", dropped("foo")),
        ("a sign in a value", dropped("foo=bar=baz")),
        ("one bad member among good ones", dropped("foo=1,B=2")),
    ] {
        let incoming = [("traceparent", valid.as_str()), ("tracestate", state)];
        check(what, &incoming, &Goes("01", expected));
    }
    let joined =
        [("traceparent", valid.as_str()), ("tracestate", "foo=1"), ("TraceState", "bar=2")];
    check("several fields are one list", &joined, &Goes("01", Some("foo=1,bar=2")));
    let alone = [("tracestate", "foo=1")];
    check("without a traceparent", &alone, &Anew);
    let invalid = [("traceparent", "00-x"), ("tracestate", "foo=1")];
    check("with an invalid traceparent", &invalid, &Anew);
    let twice = [("traceparent", &*valid), ("traceparent", &*valid), ("tracestate", "foo=1")];
    check("with two traceparents", &twice, &Anew);
}

#[test]
fn each_outgoing_call_has_a_span_of_its_own() {
    let valid = parent("00-T-S-01");
    let spans: std::collections::BTreeSet<String> =
        (0..8).map(|_| child(&[("traceparent", &valid)]).0).collect();
    assert_eq!(spans.len(), 8);
}
