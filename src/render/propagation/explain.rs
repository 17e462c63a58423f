//! What the fields of a value mean, in words.

use crate::record::Timestamp;
use crate::render::rfc3339;
use crate::trace_context::{
    Baggage, Fault, Kind, OtelState, Propagation, RemoteContext, TraceParent, TraceState,
    ValueError, recognize, xray_root,
};

/// A field: its name, its value, and what there is to say about it.
pub(super) struct Row {
    pub label: String,
    pub value: String,
    pub remark: String,
}

fn row(label: &str, value: impl ToString, remark: impl Into<String>) -> Row {
    Row { label: label.to_owned(), value: value.to_string(), remark: remark.into() }
}

/// The fields of a value in their order.
pub(super) fn rows(propagation: &Propagation) -> Vec<Row> {
    let mut rows = match propagation {
        Propagation::TraceParent(traceparent) => traceparent_rows(traceparent),
        Propagation::TraceState(state) => tracestate_rows(state),
        Propagation::Baggage(baggage) => baggage_rows(baggage),
        _ => propagation.context().map(|context| context_rows(&context)).unwrap_or_default(),
    };
    match propagation {
        Propagation::UberTraceId(jaeger) => {
            let firehose = if jaeger.is_firehose() { "firehose" } else { "" };
            rows.push(row("flags", format!("{:02x}", jaeger.flags), firehose));
        }
        Propagation::Xray(xray) => {
            // A time part outside these years was no time: the id was converted from another format.
            if (1_400_000_000..2_600_000_000).contains(&xray.epoch) {
                rows.push(row("begun", instant(xray.epoch), "if AWS minted the id"));
            }
            if let Some(lineage) = &xray.lineage {
                rows.push(row("lineage", lineage, "calls between Lambda functions"));
            }
        }
        Propagation::Datadog(datadog) => {
            if let Some(priority) = datadog.sampling_priority {
                rows.push(row("sampling priority", priority, "above 0 is kept"));
            }
            if let Some(origin) = &datadog.origin {
                rows.push(row("origin", origin, ""));
            }
            if let Some(tags) = &datadog.tags {
                rows.push(row("tags", tags, ""));
            }
        }
        _ => {}
    }
    if let Some(context) = propagation.context() {
        rows.extend(spellings(&context, propagation.kind()));
    }
    rows
}

/// Seconds since 1970 as a date and time of day.
fn instant(epoch: u32) -> String {
    let at = rfc3339(Timestamp::from_nanoseconds(i64::from(epoch) * 1_000_000_000));
    at.replace(".000000000", "")
}

fn traceparent_rows(traceparent: &TraceParent) -> Vec<Row> {
    let version = match traceparent.version {
        0 => "",
        _ => "higher than 00: read as far as 00 goes, and 00 is sent on",
    };
    let flags = traceparent.trace_flags;
    let mut meaning = if flags.is_sampled() { "sampled" } else { "not sampled" }.to_owned();
    if flags.is_random() {
        meaning.push_str(", and the trace-id is random");
    }
    if flags.unknown_bits() != 0 {
        let bits = flags.unknown_bits();
        meaning.push_str(&format!(
            "; bits {bits:02x} mean nothing, which is valid, and are not sent on"
        ));
    }
    vec![
        row("version", traceparent.version_digits(), version),
        row("trace-id", traceparent.trace_id, width_remark(traceparent.trace_id.high64() == 0)),
        row("parent-id", traceparent.parent_id, "the sender's span"),
        row("trace-flags", flags, meaning),
    ]
}

fn width_remark(is_64_bit: bool) -> &'static str {
    if is_64_bit { "64 bits, padded with zeros" } else { "" }
}

fn context_rows(context: &RemoteContext) -> Vec<Row> {
    let mut rows = Vec::new();
    match context.trace_id {
        Some(trace_id) => rows.push(row("trace-id", trace_id, width_remark(context.is_64_bit))),
        None => {
            rows.push(row("trace-id", "none", "a sampling decision only: nothing to correlate"))
        }
    }
    if let Some(span_id) = context.span_id {
        rows.push(row("span-id", span_id, "the sender's span"));
    } else if context.trace_id.is_some() {
        rows.push(row("span-id", "none", "the sender made no span, as load balancers do"));
    }
    if let Some(parent) = context.parent_span_id {
        rows.push(row("parent-span-id", parent, "the parent of the sender's span"));
    }
    let (value, remark) = match context.sampled {
        _ if context.debug => ("yes", "debug: whatever samplers say"),
        Some(true) => ("yes", ""),
        Some(false) => ("no", ""),
        None => ("undecided", "left to the receiver"),
    };
    rows.push(row("sampled", value, remark));
    rows
}

/// The same trace id as other systems show it, for whoever must search there.
fn spellings(context: &RemoteContext, kind: Kind) -> Option<Row> {
    let trace_id = context.trace_id?;
    let mut spellings = Vec::new();
    if kind != Kind::Xray && !context.is_64_bit {
        spellings.push(format!("{} (X-Ray)", xray_root(trace_id)));
    }
    if kind != Kind::Datadog {
        let half = if trace_id.high64() == 0 { "Datadog" } else { "Datadog, lower half" };
        spellings.push(format!("{} ({half})", trace_id.low64()));
    }
    (!spellings.is_empty()).then(|| row("also written", spellings.join(", "), ""))
}

/// Whose entry it is (the vendors' own documentation of their tracestate keys).
fn vendor(key: &str) -> &'static str {
    match key {
        "ot" => "OpenTelemetry",
        "dd" => "Datadog",
        "es" => "Elastic",
        "sw" => "SkyWalking",
        "in" => "Instana",
        "s" => "Splunk",
        key if key == "nr" || key.ends_with("@nr") => "New Relic",
        key if key.ends_with("@dt") => "Dynatrace",
        _ => "",
    }
}

fn tracestate_rows(state: &TraceState) -> Vec<Row> {
    let mut rows = Vec::new();
    for (key, value) in state.members() {
        rows.push(row(key, value, vendor(key)));
        if key == OtelState::KEY {
            rows.extend(OtelState::of(state).iter().flat_map(sampling_rows));
        }
    }
    rows
}

fn sampling_rows(entry: &OtelState) -> Vec<Row> {
    let mut rows = Vec::new();
    match entry.threshold {
        Some(Ok(threshold)) => {
            let percent = threshold.probability() * 100.0;
            let count = threshold.adjusted_count();
            let remark = format!(
                "sampled with a probability of {percent:.4} %, so each counts for {count:.4}"
            );
            rows.push(row("  th", threshold, trim_zeros(&remark)));
        }
        Some(Err(error)) => rows.push(row("  th", "invalid", error.to_string())),
        None => {}
    }
    match entry.randomness {
        Some(Ok(randomness)) => {
            rows.push(row("  rv", randomness, "decides instead of the trace-id's last 14 digits"));
        }
        Some(Err(error)) => rows.push(row("  rv", "invalid", error.to_string())),
        None => {}
    }
    rows
}

/// `25.0000 %` → `25 %`.
fn trim_zeros(text: &str) -> String {
    let trim = |word: &str| -> String {
        let (number, comma) = match word.strip_suffix(',') {
            Some(number) => (number, ","),
            None => (word, ""),
        };
        if number.parse::<f64>().is_ok() && number.contains('.') {
            format!("{}{comma}", number.trim_end_matches('0').trim_end_matches('.'))
        } else {
            word.to_owned()
        }
    };
    text.split(' ').map(trim).collect::<Vec<_>>().join(" ")
}

fn baggage_rows(baggage: &Baggage) -> Vec<Row> {
    let members = baggage.members().iter().enumerate();
    members
        .map(|(number, member)| {
            let properties = member.properties.iter().map(|(key, value)| match value {
                Some(value) => format!("{key}={value}"),
                None => key.clone(),
            });
            let mut remarks: Vec<String> = properties.collect();
            if baggage.is_overridden(number) {
                remarks.push("overridden by the later one in OpenTelemetry".to_owned());
            }
            row(&member.key, &member.value, remarks.join("; "))
        })
        .collect()
}

/// What is valid, and yet good to know.
pub(super) fn notes(propagation: &Propagation) -> Vec<String> {
    let mut notes = Vec::new();
    match propagation {
        Propagation::TraceParent(traceparent) => {
            let is_level_one = traceparent.trace_flags.unknown_bits() == 0;
            if traceparent.version == 0 && !is_level_one {
                notes.push(
                    "opentelemetry-go refuses flags above 03 and starts a new trace".to_owned(),
                );
            }
        }
        Propagation::TraceState(state) => {
            if state.is_empty() {
                notes.push("no members: valid, and not sent on".to_owned());
            }
            for key in state.repeated_keys() {
                notes.push(format!("{key} occurs again: the first, more recent one is kept"));
            }
            let keys: Vec<&str> = state.level_two_keys().collect();
            if !keys.is_empty() {
                notes.push(format!(
                    "valid by Level 2 of the specification only ({}): OpenTelemetry for Go, Java, \
                     JavaScript and Python drops the whole tracestate",
                    keys.join(", ")
                ));
            }
            if state.length() > 512 {
                let length = state.length();
                notes.push(format!("{length} characters: only 512 need to be passed on"));
            }
        }
        Propagation::Baggage(baggage) => {
            let (members, bytes) = (baggage.members().len(), baggage.length());
            if members > Baggage::CARRIED_MEMBERS || bytes > Baggage::CARRIED_BYTES {
                notes.push(format!(
                    "{members} members, {bytes} bytes: only {} and {} need to be passed on",
                    Baggage::CARRIED_MEMBERS,
                    Baggage::CARRIED_BYTES
                ));
            }
        }
        Propagation::Datadog(datadog) => {
            if let Some(error) = datadog.upper_half_error {
                notes.push(format!("the upper half of the trace id is not used: {error}"));
            }
        }
        _ => {}
    }
    notes
}

/// What would be right, where that can be told.
pub(super) fn hint(kind: Kind, input: &[u8], error: &ValueError) -> Option<&'static str> {
    let text = input.trim_ascii();
    let is_hex = text.iter().all(u8::is_ascii_hexdigit);
    Some(match (kind, error.fault) {
        (Kind::TraceParent, _) if is_hex && matches!(text.len(), 16 | 32) => {
            "this is a bare id: a traceparent is 00-<trace-id>-<parent-id>-<trace-flags>"
        }
        (Kind::TraceParent, _) if text.contains(&b',') => {
            "this looks like two values joined with a comma: receivers may use neither"
        }
        (Kind::TraceParent | Kind::B3 | Kind::Sentry, Fault::Hex(byte))
            if byte.is_ascii_uppercase() =>
        {
            "ids are lower-case on the wire: receivers refuse the value rather than fold it"
        }
        (Kind::TraceParent, Fault::Length { found: 8, .. }) if error.field == "trace-id" => {
            "a trace-id has no dashes inside: take them out of a UUID"
        }
        (Kind::TraceParent, Fault::Length { found: 16, .. }) if error.field == "trace-id" => {
            "a 64-bit id is padded with 16 zeros on the left"
        }
        (Kind::TraceParent, Fault::Zero) => {
            "all zeros stands for \"no trace\": receivers start a new one"
        }
        (Kind::TraceParent, Fault::Trailing { count: 1, first: b'-' }) => {
            "opentelemetry-go and -rust accept this dash, the specification does not"
        }
        (Kind::TraceParent, Fault::Rule(_)) if error.field == "version" => {
            "ff is kept free for ever: the current version is 00"
        }
        (Kind::TraceState, _) => "one bad member spoils the whole tracestate, the trace goes on",
        (Kind::Baggage, Fault::Forbidden(_)) if error.field.ends_with("value") => {
            "percent-encode blanks, quotes, commas, semicolons, backslashes and non-ASCII"
        }
        (Kind::Xray, Fault::Rule(_)) if error.field == "Root" => {
            "X-Ray writes Root=1-<8 hex digits>-<24 hex digits>;Parent=<16>;Sampled=<0|1>"
        }
        (Kind::TraceParent, _) if !text.is_empty() && recognize(text).is_none() => {
            "this looks like no known format; a traceparent is \
             00-<32 hex digits>-<16 hex digits>-<2 hex digits>"
        }
        _ => return None,
    })
}
