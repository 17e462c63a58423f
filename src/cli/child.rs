//! `traceline child`: what a span sends on, given what came in.

use super::incoming::{environment_carrier, read_head, stale_variables, talk, warn, warnings};
use super::number_argument::whole_number;
use super::outgoing::OutgoingArgs;
use crate::render::{Ancestry, OutgoingForm, outgoing_context};
use crate::trace_context::{Carrier, IdGenerator, IncomingContext};
use clap::Args;
use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead, Write};

/// Print the context that a child span sends on
///
/// Reads what came in and prints what goes out: the same trace with a new span-id, or, where the
/// incoming traceparent is missing or invalid, a new trace. What came in is read from the flags
/// below, from header lines, or else from the environment (TRACEPARENT, TRACESTATE, BAGGAGE).
///
/// The rules are those of W3C Trace Context: an invalid traceparent takes its tracestate with it,
/// two traceparents are none, and one bad member spoils a tracestate. Baggage goes on either way.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  export $(traceline child --format env)
  traceline child --traceparent=\"$HTTP_TRACEPARENT\" --format curl
  traceline child --headers - < request.txt")]
pub struct ChildArgs {
    /// Incoming traceparent; may be empty, and repeated as headers may be
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    traceparent: Vec<OsString>,

    /// Incoming tracestate; repeat for several fields, which are one list
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    tracestate: Vec<OsString>,

    /// Incoming baggage; repeat for several fields, which are one list
    #[arg(long, value_name = "VALUE", allow_hyphen_values = true)]
    baggage: Vec<OsString>,

    /// Read the header lines of the incoming message from standard input
    #[arg(
        long,
        value_name = "-",
        value_parser = ["-"],
        conflicts_with_all = ["traceparent", "tracestate", "baggage"]
    )]
    headers: Option<String>,

    /// Fail, with exit code 2, where anything came in that cannot be used, or no traceparent
    #[arg(long)]
    strict: bool,

    /// Leave the sampled flag of a new trace unset; a trace that goes on keeps its own
    #[arg(long)]
    unsampled: bool,

    /// Cut the tracestate to this many characters, whole members at a time
    #[arg(long, value_name = "CHARACTERS", value_parser = whole_number::<usize>)]
    max_tracestate: Option<usize>,

    #[command(flatten)]
    outgoing: OutgoingArgs,

    /// Say nothing on stderr but errors
    #[arg(long, short)]
    quiet: bool,
}

/// Why there is no child.
#[derive(Debug)]
pub enum ChildError {
    /// `--strict`: what came in cannot be used; the reasons.
    Strict(Vec<String>),
    /// `--format value` where the system needs several headers.
    SeveralHeaders,
    /// Standard input could not be read.
    Input(io::Error),
    /// Writing failed.
    Output(io::Error),
}

impl fmt::Display for ChildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChildError::Strict(reasons) => f.write_str(&reasons.join("\n  also: ")),
            ChildError::SeveralHeaders => f.write_str(
                "--format value: this system needs several headers, so it has no single value",
            ),
            ChildError::Input(error) => write!(f, "cannot read standard input: {error}"),
            ChildError::Output(error) => write!(f, "cannot write: {error}"),
        }
    }
}

impl std::error::Error for ChildError {}

impl From<io::Error> for ChildError {
    fn from(error: io::Error) -> ChildError {
        ChildError::Output(error)
    }
}

impl ChildArgs {
    /// Reads the incoming context and writes the outgoing one. `environment` is looked at only
    /// when no flag says what came in.
    ///
    /// # Errors
    /// `--strict` and something that cannot be used, or a failed read or write.
    pub fn run(
        self,
        ids: &mut IdGenerator,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        stdin: &mut dyn BufRead,
        stdout: &mut dyn Write,
        stderr: &mut dyn Write,
    ) -> Result<u8, ChildError> {
        let form = self.outgoing.form(OutgoingForm::Header).ok_or(ChildError::SeveralHeaders)?;
        let carrier = self.carrier(environment, stdin)?;
        let incoming = IncomingContext::extract(&carrier);
        if self.strict {
            // Nothing begins and nothing is dropped, so only what is wrong is said.
            let mut faults: Vec<String> =
                incoming.warnings.iter().map(ToString::to_string).collect();
            if incoming.parent.is_none() && faults.is_empty() {
                faults.push("no traceparent came in".to_owned());
            }
            if !faults.is_empty() {
                return Err(ChildError::Strict(faults));
            }
        }
        let warnings = warnings(&incoming);
        warn(&warnings, &mut talk(self.quiet, stderr));
        let mut child = incoming.child(ids, self.outgoing.level(), !self.unsampled);
        if let Some(max_length) = self.max_tracestate {
            child.trace_state.truncate(max_length);
        }
        let ancestry = Ancestry::Child {
            parent_span_id: incoming.parent.map(|parent| parent.parent_id),
            warnings,
        };
        outgoing_context(stdout, &child, self.outgoing.system(), form, &ancestry)?;
        if form == OutgoingForm::Environment {
            for name in stale_variables(&carrier, &child, self.outgoing.system()) {
                // Whoever exports these lines must not keep what belongs to another trace.
                writeln!(stdout, "{name}=")?;
            }
        }
        Ok(0)
    }

    fn carrier(
        &self,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        stdin: &mut dyn BufRead,
    ) -> Result<Carrier, ChildError> {
        let mut carrier = Carrier::headers();
        if self.headers.is_some() {
            read_head(stdin, &mut carrier).map_err(ChildError::Input)?;
            return Ok(carrier);
        }
        let flags = [
            ("traceparent", &self.traceparent),
            ("tracestate", &self.tracestate),
            ("baggage", &self.baggage),
        ];
        if flags.iter().all(|(_, values)| values.is_empty()) {
            return Ok(environment_carrier(environment));
        }
        for (name, values) in flags {
            for value in values {
                carrier.push(name.as_bytes(), value.as_encoded_bytes());
            }
        }
        Ok(carrier)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        args: ChildArgs,
    }

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    /// What goes out, without the ids that are new, and what is said.
    fn child(
        arguments: &[&str],
        environment: &[(&str, &str)],
        stdin: &str,
    ) -> Result<(String, String), String> {
        let arguments = ["child"].iter().chain(arguments);
        let args = Command::try_parse_from(arguments).unwrap().args;
        let environment =
            environment.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        let (mut out, mut talk) = (Vec::new(), Vec::new());
        let mut ids = IdGenerator::from_seed([1; 32]);
        args.run(&mut ids, environment, &mut stdin.as_bytes(), &mut out, &mut talk)
            .map_err(|error| error.to_string())?;
        Ok((String::from_utf8(out).unwrap(), String::from_utf8(talk).unwrap()))
    }

    const RESTART: &str = "a new trace begins";
    const DROPPED: &str = "it is dropped";

    fn continues(outgoing: &str) -> bool {
        outgoing.contains("00-4bf92f3577b34da6a3ce929d0e0e4736-")
            && !outgoing.contains("00f067aa0ba902b7")
    }

    #[test]
    fn without_a_traceparent_the_context_of_another_system_goes_on() {
        const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
        const SPAN: &str = "00f067aa0ba902b7";
        for headers in [
            format!("b3: {TRACE}-{SPAN}-1\n"),
            format!("X-B3-TraceId: {TRACE}\nX-B3-SpanId: {SPAN}\nX-B3-Sampled: 1\n"),
            format!("uber-trace-id: {TRACE}:{SPAN}:0:1\n"),
            format!(
                "X-Amzn-Trace-Id: Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent={SPAN};Sampled=1\n"
            ),
            format!("sentry-trace: {TRACE}-{SPAN}-1\n"),
            format!("b3: {TRACE}-{SPAN}\ntracestate: a=1\n"),
        ] {
            let (out, _) = child(&["--headers", "-"], &[], &headers).unwrap();
            assert!(continues(&out) && out.trim_end().ends_with("-01"), "{headers}{out}");
            assert!(!out.contains("tracestate"), "{out}");
        }
        let refused = format!("b3: {TRACE}-{SPAN}-0\n");
        let (out, _) = child(&["--headers", "-"], &[], &refused).unwrap();
        assert!(continues(&out) && out.trim_end().ends_with("-00"), "{out}");
        // A traceparent that is there and invalid begins anew, whatever else came.
        let invalid = format!("traceparent: x\nb3: {TRACE}-{SPAN}-1\n");
        let (out, talk) = child(&["--headers", "-"], &[], &invalid).unwrap();
        assert!(!out.contains(TRACE) && talk.contains(RESTART), "{out}{talk}");
        let (_, talk) = child(&["--headers", "-"], &[], "b3: nonsense\n").unwrap();
        assert!(talk.contains("invalid b3: ") && talk.contains(DROPPED), "{talk}");
    }

    #[test]
    fn variables_of_other_systems_do_not_outlive_their_span() {
        let environment = [
            ("B3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1"),
            ("X_B3_TRACEID", "4bf92f3577b34da6a3ce929d0e0e4736"),
            ("UBER_TRACE_ID", "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1"),
            ("PATH", "/bin"),
        ];
        let (out, _) = child(&["--format", "env"], &environment, "").unwrap();
        assert!(continues(&out), "{out}");
        for line in ["B3=", "X_B3_TRACEID=", "UBER_TRACE_ID="] {
            assert!(out.lines().any(|known| known == line), "{line} in {out}");
        }
        assert!(!out.contains("PATH"), "{out}");
    }

    #[test]
    fn a_valid_context_goes_on_with_a_new_span() {
        let parent = format!("--traceparent={PARENT}");
        let flags = [parent.as_str(), "--tracestate=", "--tracestate=a=1", "--baggage=k = v"];
        let (out, talk) = child(&flags, &[("TRACESTATE", "stale=1")], "").unwrap();
        assert!(continues(&out), "{out}");
        assert!(out.ends_with("-01\ntracestate: a=1\nbaggage: k=v\n"), "{out}");
        assert_eq!(talk, "");
    }

    #[test]
    fn what_cannot_be_used_starts_a_new_trace_and_is_told() {
        let parent = format!("--traceparent={PARENT}");
        let no_digits = "invalid traceparent: version has 0 digits, expected 2 (byte 0)";
        let table: [(&[&str], &str, &str); 5] = [
            (&["--traceparent="], "invalid traceparent: traceparent is empty (byte 0)", RESTART),
            (
                &[&parent, &parent],
                "invalid traceparent: traceparent occurs twice, so none may be used, even though \
                 they are equal (byte 0)",
                RESTART,
            ),
            (&["--tracestate=a=1"], "a tracestate goes with no valid traceparent", DROPPED),
            (&["--traceparent=-"], no_digits, RESTART),
            (&["--traceparent", "-1"], no_digits, RESTART),
        ];
        for (flags, warning, consequence) in table {
            let (out, talk) = child(flags, &[], "").unwrap();
            assert!(!continues(&out) && out.ends_with("-03\n"), "{out}");
            assert_eq!(talk, format!("traceline: warning: {warning}; {consequence}\n"));
            let quiet: Vec<&str> = flags.iter().copied().chain(["-q"]).collect();
            assert_eq!(child(&quiet, &[], "").map(|(_, talk)| talk), Ok(String::new()));
            // Where nothing is done, nothing is said to be done.
            let strict: Vec<&str> = flags.iter().copied().chain(["--strict"]).collect();
            assert_eq!(child(&strict, &[], ""), Err(warning.to_owned()));
        }
        assert_eq!(child(&["--strict"], &[], ""), Err("no traceparent came in".to_owned()));
    }

    #[test]
    fn the_environment_is_read_when_no_flag_is_given() {
        let environment = [("TRACEPARENT", PARENT), ("TRACESTATE", "a=1"), ("traceparent", "x")];
        let (out, _) = child(&["--format=env"], &environment, "").unwrap();
        assert!(continues(&out) && out.ends_with("\nTRACESTATE=a=1\n"), "{out}");
        let stale = [("TRACEPARENT", ""), ("TRACESTATE", "a=1"), ("BAGGAGE", "k=v")];
        let (out, _) = child(&["--format=env"], &stale, "").unwrap();
        assert!(out.ends_with("-03\nBAGGAGE=k=v\nTRACESTATE=\n"), "{out}");
        // What cuts a command off from its caller's trace cuts it off from all of them.
        let cut =
            [("TRACEPARENT", ""), ("B3", "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1")];
        assert!(!continues(&child(&[], &cut, "").unwrap().0));
        let (out, talk) = child(&[], &[], "").unwrap();
        assert!(out.ends_with("-03\n") && talk.is_empty(), "{out}{talk}");
    }

    #[test]
    fn header_lines_are_read_up_to_the_end_of_the_head() {
        let head = format!(
            "GET / HTTP/1.1\r\nTraceParent: {PARENT}\r\nHost: x\r\n\r\ntraceparent: {PARENT}\r\n"
        );
        let (out, talk) = child(&["--headers=-"], &[], &head).unwrap();
        assert!(continues(&out) && talk.is_empty(), "{out}{talk}");
    }

    #[test]
    fn json_names_the_parent_and_the_warnings() {
        let parent = format!("--traceparent={PARENT}");
        let (out, _) = child(&[&parent, "--tracestate=A=1", "--format=json"], &[], "").unwrap();
        let object: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!(object["schema"], "traceline.child/1");
        assert_eq!(object["parent_span_id"], "00f067aa0ba902b7");
        assert_eq!(object["warnings"].as_array().unwrap().len(), 1);
    }
}
