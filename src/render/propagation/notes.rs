//! What is good to know beside the fields of a value: where the editions of the specification differ,
//! which libraries read it otherwise, and of a bad value what would be right.

use crate::trace_context::{
    Baggage, Fault, Kind, OtelState, Propagation, TraceParent, TraceState, ValueError, recognize,
};

/// What is valid, and yet good to know.
pub(super) fn notes(propagation: &Propagation, input: &[u8]) -> Vec<String> {
    let holds = |part: &[u8]| input.windows(part.len()).any(|window| window == part);
    let mut notes = Vec::new();
    let mut note = |text: &str| notes.push(text.to_owned());
    match propagation {
        Propagation::TraceParent(traceparent) => return traceparent_notes(traceparent),
        Propagation::TraceState(state) => return tracestate_notes(state),
        Propagation::Baggage(baggage) => return baggage_notes(baggage, input),
        Propagation::B3(context) => {
            if context.trace_id.is_some() && context.sampled.is_none() {
                note("no sampling state: opentelemetry-python reads that as sampled");
            }
        }
        Propagation::UberTraceId(jaeger) => {
            if jaeger.flags & 0x03 == 0x02 {
                note("debug (02) counts only together with sampled (01)");
            }
            if jaeger.context.parent_span_id.is_some() {
                note("the parent-span-id is deprecated: readers ignore it");
            }
            if !input.contains(&b':') {
                note("URL-encoded, as some clients send it");
            }
        }
        Propagation::Xray(xray) => {
            if holds(b"Sampled=?") {
                note("opentelemetry-python refuses Sampled=?, and means the same by no Sampled");
            }
            if holds(b"Lineage=") && xray.lineage.is_none() {
                note("the Lineage is malformed, so it is dropped; the rest stays valid");
            }
        }
        Propagation::Datadog(datadog) => {
            if let Some(error) = datadog.upper_half_error {
                notes.push(format!("the upper half of the trace id is not used: {error}"));
            } else if datadog.context.is_64_bit {
                note(
                    "only the lower half of the trace-id is here: _dd.p.tid would be the upper one",
                );
            }
        }
        Propagation::Gcp(context) => {
            if context.span_id.is_none() {
                note("opentelemetry-operations-go wants a span-id");
            }
            if context.sampled.is_none() {
                note("no option: opentelemetry-operations-go reads that as not sampled");
            }
        }
        Propagation::Sentry(context) => {
            if context.sampled.is_none() {
                note("no sampling decision: it is deferred to the receiver");
            }
        }
    }
    notes
}

fn traceparent_notes(traceparent: &TraceParent) -> Vec<String> {
    let mut notes = Vec::new();
    let flags = traceparent.trace_flags;
    notes.push(match flags.is_random() {
        true => {
            "the random flag (02) is Level 2's: Level 1 and opentelemetry-rust do not pass it on"
        }
        false => "the random flag (02) is not set, which proves nothing: Level 1 has none",
    });
    if traceparent.version == 0 && flags.unknown_bits() != 0 {
        notes.push("opentelemetry-go refuses flags above 03 and starts a new trace");
    }
    if flags.unknown_bits() != 0 {
        notes.push("opentelemetry-js and -dotnet pass the bits on that mean nothing");
    }
    notes.into_iter().map(str::to_owned).collect()
}

fn tracestate_notes(state: &TraceState) -> Vec<String> {
    let mut notes = Vec::new();
    if state.is_empty() {
        notes.push("no members: valid, and not sent on".to_owned());
    }
    for key in state.repeated_keys() {
        notes.push(format!(
            "{key} occurs again: the first, more recent one is kept; Level 1 and opentelemetry-go \
             drop the whole tracestate"
        ));
    }
    let keys: Vec<&str> = state.level_two_keys().collect();
    if !keys.is_empty() {
        notes.push(format!(
            "valid by Level 2 of the specification only ({}): OpenTelemetry for Go, Java, \
             JavaScript and Python drops the whole tracestate, for Rust in part",
            keys.join(", ")
        ));
    }
    if state.members().iter().any(|(_, value)| value.starts_with(' ')) {
        notes.push("blanks in front of a value belong to it; those behind it do not".to_owned());
    }
    if let Some(value) = state.get(OtelState::KEY)
        && let Some(fault) = OtelState::fault(value)
    {
        notes.push(format!("OpenTelemetry's entry is not as it should be: {fault}"));
    }
    if state.length() > 512 {
        let length = state.length();
        notes.push(format!("{length} characters: only 512 need to be passed on"));
    }
    notes
}

fn baggage_notes(baggage: &Baggage, input: &[u8]) -> Vec<String> {
    let mut notes = Vec::new();
    let (members, bytes) = (baggage.members().len(), baggage.length());
    if members > Baggage::CARRIED_MEMBERS || bytes > Baggage::CARRIED_BYTES {
        notes.push(format!(
            "{members} members, {bytes} bytes: only {} and {} need to be passed on",
            Baggage::CARRIED_MEMBERS,
            Baggage::CARRIED_BYTES
        ));
    }
    if (0..members).any(|number| baggage.is_overridden(number)) {
        notes.push("a key may occur again: W3C keeps all, OpenTelemetry the last".to_owned());
    }
    let is_blank = |byte: Option<&u8>| matches!(byte, Some(b' ' | b'\t'));
    let is_spaced = |(at, byte): (usize, &u8)| {
        *byte == b'=' && (is_blank(input.get(at.wrapping_sub(1))) || is_blank(input.get(at + 1)))
    };
    if input.iter().enumerate().any(is_spaced) {
        notes.push(
            "blanks round = are legal, but not all releases of opentelemetry-python take them"
                .to_owned(),
        );
    }
    if baggage.members().iter().any(|member| member.value.contains('+')) && input.contains(&b'+') {
        notes.push("+ is a plus; opentelemetry-python reads and writes a blank by it".to_owned());
    }
    let is_code = |text: &[u8]| matches!(text, [b'%', a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
    let mut percents = input.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    if !percents.all(|(at, _)| input.get(at..at + 3).is_some_and(is_code)) {
        notes.push(
            "a % that begins no code is kept as it is; opentelemetry-go drops such a member"
                .to_owned(),
        );
    }
    notes
}

/// What would be right, where that can be told.
pub(super) fn hint(kind: Kind, input: &[u8], error: &ValueError) -> Option<&'static str> {
    match kind {
        Kind::TraceParent => traceparent_hint(input, error),
        Kind::TraceState => Some(tracestate_hint(error)),
        Kind::Baggage => Some(baggage_hint(error)),
        _ => other_hint(kind, error),
    }
}

fn traceparent_hint(input: &[u8], error: &ValueError) -> Option<&'static str> {
    let text = input.trim_ascii();
    let is_hex = text.iter().all(u8::is_ascii_hexdigit);
    let is_trace_id = error.field == "trace-id";
    Some(match error.fault {
        Fault::Repeated { .. } => {
            "a proxy or a library has added its own: receivers cannot tell which one holds"
        }
        _ if is_hex && matches!(text.len(), 16 | 32) => {
            "this is a bare id: a traceparent is 00-<trace-id>-<parent-id>-<trace-flags>"
        }
        _ if is_uuid(text) => {
            "this is a bare id, written as a UUID: a traceparent is \
             00-<trace-id>-<parent-id>-<trace-flags>, and its trace-id has no dashes"
        }
        _ if text.contains(&b',') => {
            "this looks like two values joined with a comma: receivers may use neither"
        }
        Fault::Hex(byte) if byte.is_ascii_uppercase() => UPPER_CASE,
        Fault::Hex(b'\r' | b'\n') | Fault::Trailing { first: b'\r' | b'\n', .. } => {
            "a line ending is no part of the value: it was not taken off"
        }
        Fault::Length { .. } if is_trace_id && has_uuid(text) => {
            "a trace-id has no dashes inside: take them out of a UUID"
        }
        Fault::Length { found: 16, .. } if is_trace_id => {
            "a 64-bit id is padded with 16 zeros on the left"
        }
        Fault::Length { .. } | Fault::Separator { .. } if is_higher_version(text) => {
            "a higher version begins with the same four fields, and a dash is all that may follow"
        }
        Fault::Zero => "all zeros stands for \"no trace\": receivers start a new one",
        Fault::Trailing { count: 1, first: b'-' } => {
            "opentelemetry-go and -rust accept this dash, the specification does not"
        }
        Fault::Trailing { first: b'-', .. } => {
            "only versions above 00 may have more fields, and they do not exist yet"
        }
        Fault::Rule(_) if error.field == "version" => {
            "ff is kept free for ever: the current version is 00"
        }
        _ if !text.is_empty() && recognize(text).is_none() => {
            "this looks like no known format; a traceparent is \
             00-<32 hex digits>-<16 hex digits>-<2 hex digits>"
        }
        _ => return None,
    })
}

const UPPER_CASE: &str =
    "ids are lower-case on the wire: receivers refuse the value rather than fold it";

/// Fields of 8, 4, 4, 4 and 12 digits, and nothing else.
fn is_uuid(text: &[u8]) -> bool {
    let fields = || text.split(|&byte| byte == b'-');
    fields().map(<[u8]>::len).eq([8, 4, 4, 4, 12]) && fields().flatten().all(u8::is_ascii_hexdigit)
}

/// Five fields of 8, 4, 4, 4 and 12 digits behind the version.
fn has_uuid(text: &[u8]) -> bool {
    let widths = text.split(|&byte| byte == b'-').skip(1).map(<[u8]>::len);
    widths.take(5).eq([8, 4, 4, 4, 12])
}

fn is_higher_version(text: &[u8]) -> bool {
    matches!(text, [a, b, b'-', ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit()
        && (*a, *b) != (b'0', b'0'))
}

fn tracestate_hint(error: &ValueError) -> &'static str {
    match error.fault {
        Fault::Rule(_) if error.field == "tracestate" && error.byte == 0 => {
            "a new trace starts, and nothing of the old one may go along"
        }
        Fault::Rule(_) if error.field == "tracestate" => {
            "receivers drop the whole tracestate, the trace goes on"
        }
        _ => {
            "one bad member spoils the whole tracestate, the trace goes on; \
             opentelemetry-js drops only that member"
        }
    }
}

fn baggage_hint(error: &ValueError) -> &'static str {
    match error.fault {
        Fault::Forbidden(_) if error.field.ends_with("value") => {
            "percent-encode blanks, quotes, commas, semicolons, backslashes and non-ASCII"
        }
        Fault::Forbidden(_) => "a key is a token of HTTP, and percent codes mean nothing in it",
        _ => "receivers drop such a member and keep the others",
    }
}

fn other_hint(kind: Kind, error: &ValueError) -> Option<&'static str> {
    let field = error.field;
    Some(match (kind, error.fault) {
        (Kind::B3, Fault::Hex(byte)) if byte.is_ascii_uppercase() => {
            "ids are lower-case on the wire: only opentelemetry-python folds them"
        }
        (Kind::Sentry | Kind::Gcp, Fault::Hex(byte)) if byte.is_ascii_uppercase() => UPPER_CASE,
        (Kind::B3, Fault::Choice { length: 16, .. }) => {
            "a parent-span-id needs a sampling state before it: 0, 1 or d"
        }
        (Kind::B3, Fault::Separator { found: None, .. }) => {
            "b3 is <trace-id>-<span-id>[-<state>[-<parent-span-id>]], or a state alone"
        }
        (Kind::B3, Fault::Length { .. }) if field == "trace-id" && error.byte == 0 => {
            "b3 begins with a trace-id of 16 or 32 digits; a traceparent begins with a version"
        }
        (Kind::UberTraceId, Fault::Length { .. }) if field == "flags" => {
            "opentelemetry-go-contrib accepts longer flags"
        }
        (Kind::UberTraceId, Fault::Separator { .. }) => {
            "uber-trace-id is <trace-id>:<span-id>:<parent-span-id>:<flags>"
        }
        (Kind::Xray, Fault::Choice { .. }) if field == "Sampled" => {
            "opentelemetry-go-contrib reads any other value as not sampled"
        }
        (Kind::Xray, Fault::Length { .. }) if field == "Root time" => {
            "the time is 8 hex digits: seconds since 1970; opentelemetry-java pads a short one"
        }
        (Kind::Xray, _) if field.starts_with("Root") => {
            "X-Ray writes Root=1-<8 hex digits>-<24 hex digits>;Parent=<16>;Sampled=<0|1>"
        }
        (Kind::Datadog, Fault::Decimal(_)) => {
            "Datadog's headers are decimal: the lower 64 bits of a hex id, converted"
        }
        (Kind::Gcp, Fault::Decimal(_)) => "the span-id is decimal in this header, unlike in logs",
        (Kind::Gcp, Fault::Separator { .. }) => {
            "X-Cloud-Trace-Context is <trace-id>[/<decimal span-id>][;o=<0|1>]"
        }
        (Kind::Sentry, Fault::Choice { found: None, .. }) => {
            "sentry-python accepts this dash, the specification does not"
        }
        (Kind::Sentry, Fault::Separator { found: None, .. } | Fault::Length { .. })
            if field == "trace-id" =>
        {
            "sentry-trace is <trace-id>-<span-id>[-<0|1>]: a decision alone is not sent"
        }
        _ => return None,
    })
}
