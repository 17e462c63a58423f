//! What is peeled off a line before its format is looked at: container runtimes, `kubectl logs`,
//! compose, stern, syslog, grep, colours.
//!
//! An envelope tells the stream a line belongs to, and, where the line itself does not, its time
//! and its service. Envelopes nest (a kubectl prefix around a CRI line around a syslog line).

mod ansi;
mod docker;
mod prefix;
mod syslog;

use super::severity::Severity;
use super::timestamp::{Reference, Timestamp};
use bumpalo::Bump;

/// Envelopes within envelopes, at most.
const DEEPEST: usize = 4;

/// A line without its envelopes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peeled<'a> {
    /// What is left.
    pub(crate) inner: &'a [u8],
    /// The stream within the source, as a hash of the prefixes; 0: no envelope names one.
    pub(crate) stream: u64,
    /// The wrapper's time.
    pub(crate) timestamp: Option<Timestamp>,
    /// Container, pod or program.
    pub(crate) service: Option<&'a [u8]>,
    pub(crate) severity: Option<Severity>,
    /// The kind of the message, which stands for a message without text (RFC 5424's MSGID).
    pub(crate) message_id: Option<&'a [u8]>,
    /// Whether the runtime cut the line here (`Some(true)`), ended it here (`Some(false)`), or
    /// cannot cut lines (`None`).
    pub(crate) is_cut: Option<bool>,
    /// A logging daemon wrote the envelope: one line is one message.
    pub(crate) is_message: bool,
    /// Names of the envelopes, outermost first.
    pub(crate) names: [&'static str; DEEPEST],
    pub(crate) depth: usize,
}

impl<'a> Peeled<'a> {
    /// A line that has none.
    pub(crate) const fn bare(line: &'a [u8]) -> Peeled<'a> {
        Peeled {
            inner: line,
            stream: 0,
            timestamp: None,
            service: None,
            severity: None,
            message_id: None,
            is_cut: None,
            is_message: false,
            names: [""; DEEPEST],
            depth: 0,
        }
    }
}

/// What one envelope says.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Envelope<'a> {
    pub(crate) name: &'static str,
    pub(crate) inner: &'a [u8],
    /// Distinguishes streams; empty: says nothing of streams.
    pub(crate) stream: &'a [u8],
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) service: Option<&'a [u8]>,
    pub(crate) severity: Option<Severity>,
    pub(crate) message_id: Option<&'a [u8]>,
    pub(crate) is_cut: Option<bool>,
    pub(crate) is_message: bool,
}

/// Peels all envelopes off a line.
pub(crate) fn peel<'a>(line: &'a [u8], reference: &Reference, arena: &'a Bump) -> Peeled<'a> {
    let mut peeled = Peeled::bare(trim_end(line));
    if peeled.inner.starts_with(b"\xef\xbb\xbf") {
        peeled.inner = &peeled.inner[3..];
    }
    if memchr::memchr(0x1b, peeled.inner).is_some() {
        peeled.inner = ansi::strip(peeled.inner, arena);
    }
    if let Some(mark) = ansi::written_out(peeled.inner) {
        peeled.inner = ansi::strip_written(peeled.inner, mark, arena);
    }
    while peeled.depth < DEEPEST {
        let Some(envelope) = one(peeled.inner, reference, arena) else { break };
        peeled.names[peeled.depth] = envelope.name;
        peeled.depth += 1;
        peeled.inner = envelope.inner;
        if !envelope.stream.is_empty() {
            peeled.stream = hash(peeled.stream, envelope.stream);
        }
        peeled.timestamp = envelope.timestamp.or(peeled.timestamp);
        // The inner envelope stands nearer to the program; but a program name inside a container
        // (syslog in a pod) says less than the container.
        peeled.service = peeled.service.or(envelope.service);
        peeled.severity = envelope.severity.or(peeled.severity);
        peeled.message_id = envelope.message_id.or(peeled.message_id);
        peeled.is_cut = envelope.is_cut.or(peeled.is_cut);
        peeled.is_message |= envelope.is_message;
    }
    peeled
}

fn one<'a>(line: &'a [u8], reference: &Reference, arena: &'a Bump) -> Option<Envelope<'a>> {
    match *line.first()? {
        b'{' => docker::json_file(line, reference, arena),
        b'[' => prefix::kubectl(line),
        b'<' => syslog::with_priority(line, reference),
        b'0'..=b'9' => docker::cri(line, reference)
            .or_else(|| docker::timestamped(line, reference))
            .or_else(|| syslog::iso(line, reference))
            .or_else(|| prefix::any(line)),
        b'A'..=b'Z' | b'a'..=b'z' => syslog::bsd(line, reference)
            .or_else(|| prefix::any(line))
            .or_else(|| prefix::java_service_wrapper(line, reference)),
        b'.' | b'/' | b'_' => prefix::any(line),
        _ => None,
    }
}

/// Without carriage returns at the end.
pub(crate) fn trim_end(line: &[u8]) -> &[u8] {
    let mut line = line;
    while let Some(rest) = line.strip_suffix(b"\r") {
        line = rest;
    }
    line
}

pub(crate) fn hash(seed: u64, bytes: &[u8]) -> u64 {
    let mut hash = seed ^ 0xcbf2_9ce4_8422_2325;
    for &byte in bytes {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    // Zero means "no stream".
    hash | 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::timestamp::TimeZone;

    fn peel_text(line: &str) -> (String, Option<String>, usize, Option<bool>, bool) {
        let arena = Bump::new();
        let reference = Reference {
            latest: Timestamp::from_nanoseconds(1_795_370_400_000_000_000),
            time_zone: TimeZone::UTC,
            slack: Reference::SURE,
        };
        let peeled = peel(line.as_bytes(), &reference, &arena);
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (
            text(peeled.inner),
            peeled.service.map(text),
            peeled.depth,
            peeled.is_cut,
            peeled.timestamp.is_some(),
        )
    }

    #[test]
    fn every_envelope_is_peeled() {
        let cases: &[(&str, &str, Option<&str>, usize)] = &[
            ("[pod/gateway-14fedd7f-9cf6c/gateway] hello", "hello", Some("gateway"), 1),
            ("gateway-14fedd7f-9cf6c gateway hello there", "hello there", Some("gateway"), 1),
            ("nginx-json-1 | {\"a\":1}", "{\"a\":1}", Some("nginx-json"), 1),
            ("gateway-1    | hello", "hello", Some("gateway"), 1),
            ("redis  | hello", "hello", Some("redis"), 1),
            ("2026-11-22T14:22:32.450939774Z stderr F hello", "hello", None, 1),
            ("2026-11-22T14:22:32.450939774Z stdout P hel", "hel", None, 1),
            (
                r#"{"log":"a \"b\"\n","stream":"stderr","time":"2026-11-22T14:22:32.450939774Z"}"#,
                "a \"b\"",
                None,
                1,
            ),
            ("Nov  3 01:01:03 host cron[634]: hello", "hello", Some("cron"), 1),
            ("2025-01-22T13:09:20.606136+01:00 host app[9400]: {}", "{}", Some("app"), 1),
            ("<34>1 2026-10-11T22:14:15.003Z host su 12 ID47 - hello", "hello", Some("su"), 1),
            ("<34>Oct 11 22:14:15 host su: hello", "hello", Some("su"), 1),
            // A blank behind the priority, and numbers of a device behind the host, hid the envelope.
            (
                "<134> 22/11/2026:10:30:45  adc 0-PPE-0 : hello there",
                "hello there",
                Some("0-PPE-0"),
                1,
            ),
            (
                "Nov 22 10:30:45 10.0.0.7 1991217: Nov 22 10:30:45.120: %OSPF-4-BAD: hello",
                "Nov 22 10:30:45.120: %OSPF-4-BAD: hello",
                None,
                1,
            ),
            ("app/payment.log:12:hello", "hello", Some("payment"), 1),
            ("\u{1b}[32mINFO\u{1b}[0m hello", "INFO hello", None, 0),
            (
                "[pod/a-1/a] 2026-11-22T14:22:32.450939774Z stdout F x-1 | hello",
                "hello",
                Some("a"),
                3,
            ),
        ];
        for (line, inner, service, depth) in cases {
            let (got_inner, got_service, got_depth, ..) = peel_text(line);
            assert_eq!(got_inner, *inner, "{line}");
            assert_eq!(got_service.as_deref(), *service, "{line}");
            assert_eq!(got_depth, *depth, "{line}");
        }
    }

    #[test]
    fn lines_that_only_look_wrapped_are_left_alone() {
        for line in [
            "INFO | app | hello",
            "2026-11-22 14:22:32 | INFO | hello",
            "2026-11-22T14:22:32Z INFO main: hello",
            "{\"log\":\"x\",\"level\":\"info\"}",
            "[pod] hello",
            "hello world again",
            "May the force be with you: always",
            // A level was taken for a program, and so for the service.
            "2026-11-22T10:30:45Z 0.017351s notice: reading",
            "2026-11-22T10:30:45Z host warn: slow",
            "2026-11-22T10:30:45Z WARN[0012]: slow",
        ] {
            assert_eq!(peel_text(line).2, 0, "{line}");
        }
    }
}
