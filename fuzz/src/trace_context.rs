//! Bytes as propagation values: what is accepted prints back and means the same, and what is not
//! is told by the byte that is wrong.

use crate::output::{assert_json, assert_tame};
use traceline::render::{Decoded, decoded_json, decoded_text};
use traceline::trace_context::{
    Baggage, Carrier, Fault, Format, HeaderLine, IdGenerator, IncomingContext, IncomingWarning,
    Kind, Level, OtelState, OutgoingContext, Propagation, RemoteContext, TraceParent, TraceState,
    ValueError, read_trace_id, recognize, scan, xray_root,
};

/// Reads the bytes as one value, as a line of text that holds values, and as header lines.
pub fn check(bytes: &[u8]) {
    for kind in Kind::ALL {
        value(kind, bytes);
    }
    spelling(bytes);
    for line in bytes.split(|&byte| byte == b'\n') {
        for found in scan(line) {
            let text = &line[found.range.clone()];
            show(&Decoded { input: text, place: None, kind: found.kind, parsed: &found.parsed });
        }
    }
    let (mut headers, mut variables) = (Carrier::headers(), Vec::new());
    for line in bytes.split(|&byte| byte == b'\n') {
        if let Some(HeaderLine::Field { name, value, .. }) = HeaderLine::parse(line) {
            headers.push(name, value);
            let name = name.to_ascii_uppercase();
            let to_variable = |byte: &u8| if *byte == b'-' { b'_' } else { *byte };
            variables.push((name.iter().map(to_variable).collect(), value.to_vec()));
        }
    }
    message(&headers);
    message(&Carrier::environment(variables));
}

fn value(kind: Kind, bytes: &[u8]) {
    let parsed = kind.parse(bytes);
    show(&Decoded { input: bytes, place: None, kind, parsed: &parsed });
    match &parsed {
        Ok(value) => {
            assert_eq!(value.kind(), kind);
            prints_back(value);
        }
        Err(error) => names_its_byte(error, bytes),
    }
    if kind == Kind::Baggage {
        let (kept, errors) = Baggage::parse_forgiving(bytes);
        errors.iter().for_each(|error| names_its_byte(error, bytes));
        prints_back(&Propagation::Baggage(kept));
    }
}

/// The byte that an error names lies in the value and is what the error says it is.
fn names_its_byte(error: &ValueError, value: &[u8]) {
    let found = value.get(error.byte).copied();
    let is_there = error.byte <= value.len();
    let is_so = is_there
        && match error.fault {
            // It stands for the byte that is meant.
            _ if found == Some(b'%') => true,
            Fault::Hex(byte) | Fault::Decimal(byte) | Fault::Forbidden(byte) => found == Some(byte),
            Fault::Beginning { found: byte, .. } | Fault::Trailing { first: byte, .. } => {
                found == Some(byte)
            }
            // The end of the value, or of the first of several.
            Fault::Separator { found: None, .. } => {
                matches!(value[error.byte..].trim_ascii().first(), None | Some(b','))
            }
            Fault::Separator { found: byte, .. } => found == byte,
            Fault::Choice { found: Some(byte), .. } => found == Some(byte),
            _ => true,
        };
    assert!(is_so, "{error} in {:?}", value.escape_ascii().to_string());
}

/// What was read prints as something that is read as the same.
fn prints_back(value: &Propagation) {
    match value {
        Propagation::TraceParent(parent) => {
            let again = TraceParent::parse(parent.to_string().as_bytes());
            assert_eq!(again, Ok(*parent));
            assert_eq!(TraceParent::parse(&parent.to_bytes()), Ok(*parent));
        }
        Propagation::TraceState(state) => {
            let printed = state.to_string();
            assert_eq!(printed.len(), state.length());
            let again = TraceState::parse(printed.as_bytes()).expect("it was accepted before");
            assert_eq!(again.members(), state.members());
            let _ = OtelState::of(state);
            let mut cut = state.clone();
            cut.truncate(state.length() / 2);
            assert!(cut.length() <= state.length() / 2);
        }
        Propagation::Baggage(baggage) => {
            let printed = baggage.to_string();
            assert_eq!(printed.len(), baggage.length());
            if !baggage.is_empty() {
                assert_eq!(Baggage::parse(printed.as_bytes()).as_ref(), Ok(baggage));
            }
        }
        _ => {
            let context = value.context().expect("every other kind has one");
            let format = match value.kind() {
                Kind::B3 => Format::B3,
                Kind::UberTraceId => Format::Jaeger,
                Kind::Xray => Format::Xray,
                Kind::Datadog => Format::Datadog,
                Kind::Gcp => Format::Gcp,
                _ => Format::Sentry,
            };
            if let Some(outgoing) = outgoing(&context) {
                reads_back(&outgoing, format, value.kind());
            }
        }
    }
}

/// A context as it would be sent on; `None` without ids.
fn outgoing(context: &RemoteContext) -> Option<OutgoingContext> {
    Some(OutgoingContext {
        trace_id: context.trace_id?,
        span_id: context.span_id?,
        is_64_bit: context.is_64_bit,
        sampled: context.sampled,
        debug: context.debug,
        random: false,
        trace_state: TraceState::default(),
        baggage: Baggage::default(),
    })
}

/// A context that is written is read as what it was, losses aside.
fn reads_back(outgoing: &OutgoingContext, format: Format, kind: Kind) {
    let mut carrier = Carrier::headers();
    for (name, value) in outgoing.write(format) {
        carrier.push(name.as_bytes(), value.as_bytes());
    }
    let value = kind.extract(&carrier).expect("it was written").expect("what is written is valid");
    let context = value.context().expect("it has ids");
    assert_eq!(context.trace_id, Some(outgoing.trace_id), "{format:?}");
    assert_eq!(context.span_id, Some(outgoing.span_id), "{format:?}");
    if outgoing.losses(format).is_empty() {
        assert_eq!(context.sampled, outgoing.sampled, "{format:?}");
        assert_eq!(context.debug, outgoing.debug, "{format:?}");
    }
}

/// A trace id is the same in each of its spellings.
fn spelling(bytes: &[u8]) {
    match read_trace_id(bytes) {
        Ok(read) => {
            let id = read.trace_id;
            let spellings = match read.is_64_bit {
                true => vec![format!("{:016x}", id.low64()), format!("{:016X}", id.low64())],
                false => vec![id.to_string(), id.to_string().to_uppercase(), xray_root(id)],
            };
            for spelling in spellings {
                assert_eq!(read_trace_id(spelling.as_bytes()), Ok(read), "{spelling}");
            }
        }
        Err(error) => names_its_byte(&error, bytes),
    }
    if let Some(kind) = recognize(bytes) {
        let _ = kind.parse(bytes);
    }
}

/// Header fields or variables as a whole: what goes out for what came in.
fn message(carrier: &Carrier) {
    for kind in Kind::ALL {
        if let Some(parsed) = kind.extract(carrier) {
            show(&Decoded { input: b"", place: None, kind, parsed: &parsed });
            parsed.iter().for_each(prints_back);
        }
    }
    let incoming = IncomingContext::extract(carrier);
    for warning in &incoming.warnings {
        assert_tame(warning.to_string().as_bytes(), false);
    }
    assert!(incoming.parent.is_some() || incoming.trace_state.is_empty());
    let is_restart = incoming.warnings.iter().any(IncomingWarning::is_restart);
    assert!(!(is_restart && incoming.parent.is_some()));
    let child = incoming.child(&mut IdGenerator::from_seed([7; 32]), Level::Two, true);
    if let Some(parent) = incoming.parent {
        assert_eq!(child.trace_id, parent.trace_id);
        assert_ne!(child.span_id, parent.parent_id);
    }
    for (format, kind) in [
        (Format::W3c, Kind::TraceParent),
        (Format::B3, Kind::B3),
        (Format::B3Multi, Kind::B3),
        (Format::Jaeger, Kind::UberTraceId),
        (Format::Xray, Kind::Xray),
        (Format::Datadog, Kind::Datadog),
        (Format::Gcp, Kind::Gcp),
        (Format::Sentry, Kind::Sentry),
    ] {
        reads_back(&child, format, kind);
    }
    let mut sent = Carrier::headers();
    for (name, value) in child.write(Format::W3c) {
        sent.push(name.as_bytes(), value.as_bytes());
    }
    let received = IncomingContext::extract(&sent);
    assert_eq!(received.warnings, []);
    assert_eq!(received.parent, Some(child.traceparent()));
    assert_eq!(received.trace_state.members(), child.trace_state.members());
    assert_eq!(received.baggage, child.baggage);
}

/// Explains the value to a person and to a program.
fn show(decoded: &Decoded<'_>) {
    let mut out = Vec::new();
    let has_colors = decoded.input.len().is_multiple_of(2);
    decoded_text(&mut out, decoded, has_colors).expect("a vector takes all");
    assert_tame(&out, has_colors);
    out.clear();
    decoded_json(&mut out, decoded).expect("a vector takes all");
    let json = assert_json(&out, "traceline.decode/1");
    assert_eq!(json[0]["valid"], decoded.parsed.is_ok());
}
