//! What the fields of a value mean, in words.

use crate::record::Timestamp;
use crate::render::rfc3339;
use crate::trace_context::{
    Baggage, Kind, OtelState, Propagation, RemoteContext, TraceParent, TraceState, xray_root,
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
        _ => propagation
            .context()
            .map(|context| context_rows(&context, propagation.kind()))
            .unwrap_or_default(),
    };
    match propagation {
        Propagation::UberTraceId(jaeger) => {
            const NAMES: [(u8, &str); 3] = [(0x01, "sampled"), (0x02, "debug"), (0x08, "firehose")];
            let set = NAMES.iter().filter(|(bit, _)| jaeger.flags & bit != 0);
            let meaning: Vec<String> =
                set.map(|(bit, name)| format!("{name} ({bit:02x})")).collect();
            rows.push(row("flags", format!("{:02x}", jaeger.flags), meaning.join(", ")));
        }
        Propagation::Gcp(context) => {
            if let Some(span_id) = context.span_id {
                rows.push(row("on the wire", span_id.get(), "the span-id, which is decimal there"));
            }
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
                let meaning = match priority {
                    ..0 => "dropped by a person",
                    0 => "dropped by a sampler",
                    1 => "kept by a sampler",
                    2.. => "kept by a person",
                };
                rows.push(row("sampling priority", priority, meaning));
            }
            if let Some(origin) = &datadog.origin {
                rows.push(row("origin", origin, "where the trace began"));
            }
            if let Some(tags) = &datadog.tags {
                rows.push(row("tags", tags, "_dd.p.tid is the upper half of the trace-id"));
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
        0 => "the current version",
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
        row("trace-id", traceparent.trace_id, trace_remark(traceparent.trace_id.high64() == 0)),
        row("parent-id", traceparent.parent_id, "the sender's span"),
        row("trace-flags", flags, meaning),
    ]
}

fn trace_remark(is_64_bit: bool) -> &'static str {
    if is_64_bit { "the trace: 64 bits, padded with zeros" } else { "the trace" }
}

fn context_rows(context: &RemoteContext, kind: Kind) -> Vec<Row> {
    let mut rows = Vec::new();
    match context.trace_id {
        Some(trace_id) => rows.push(row("trace-id", trace_id, trace_remark(context.is_64_bit))),
        None => {
            rows.push(row("trace-id", "none", "a sampling decision only: nothing to correlate"))
        }
    }
    if let Some(span_id) = context.span_id {
        let meaning = match kind {
            Kind::B3 => "the sender's span, which the receiver may share",
            _ => "the sender's span",
        };
        rows.push(row("span-id", span_id, meaning));
    } else if context.trace_id.is_some() {
        let meaning = match kind {
            Kind::Datadog => "no x-datadog-parent-id came along",
            Kind::Xray => "the sender made no span, as load balancers do",
            _ => "the sender made no span",
        };
        rows.push(row("span-id", "none", meaning));
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
        match key.as_str() {
            OtelState::KEY => rows.extend(OtelState::of(state).iter().flat_map(sampling_rows)),
            "dd" => rows.extend(value.split(';').filter_map(datadog_row)),
            _ => {}
        }
    }
    rows
}

/// A part of Datadog's entry, `key:value`.
fn datadog_row(part: &str) -> Option<Row> {
    let (key, value) = part.split_once(':')?;
    let meaning = match key {
        "s" => "sampling priority",
        "o" => "where the trace began",
        "p" => "the last span that Datadog saw",
        "t.dm" => "who decided on sampling",
        "t.tid" => "upper half of the trace-id; the traceparent's wins",
        key if key.starts_with("t.") => "a tag of the trace",
        _ => "",
    };
    Some(row(&format!("  {key}"), value, meaning))
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
            let verdict = match entry.threshold {
                Some(Ok(threshold)) if threshold.accepts(randomness) => {
                    ": not below th, so sampled"
                }
                Some(Ok(_)) => ": below th, so not sampled",
                _ => "",
            };
            let meaning = format!("counts instead of the trace-id's last 14 digits{verdict}");
            rows.push(row("  rv", randomness, meaning));
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
            let properties: Vec<String> = properties.collect();
            let mut remarks = Vec::new();
            if !properties.is_empty() {
                let word = if properties.len() == 1 { "property" } else { "properties" };
                remarks.push(format!("{word} {}", properties.join(", ")));
            }
            if baggage.is_overridden(number) {
                remarks.push("overridden by the later one in OpenTelemetry".to_owned());
            }
            row(&member.key, &member.value, remarks.join("; "))
        })
        .collect()
}
