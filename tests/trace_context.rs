//! Every vector of `fixtures/w3c/trace_context.jsonl`, and round trips of every format.
//!
//! A vector is one fact of a specification, of the W3C test harness, or of a library's own tests:
//! an input, whether it is valid, and what it means. Nothing in a vector may go unchecked: a key
//! that no test reads fails.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use proptest::prelude::*;
use serde_json::{Map, Value, json};
use traceline::trace_context::{
    Baggage, BaggageMember, Carrier, DatadogContext, Format, IdGenerator, IncomingContext, Kind,
    Level, OtelState, OutgoingContext, Propagation, RemoteContext, SpanId, TraceFlags, TraceId,
    TraceParent, TraceState, cloud_log_fields, recognize,
};

const VECTORS: &str = include_str!("../fixtures/w3c/trace_context.jsonl");
const PARENT: &str = "00-12345678901234567890123456789012-1234567890123456-00";

/// A vector, with the keys of its expectation that have been checked.
struct Vector {
    id: String,
    body: Value,
    unread: Map<String, Value>,
}

impl Vector {
    fn of_kind(kind: &str) -> Vec<Vector> {
        let vectors: Vec<Vector> = VECTORS
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap())
            .filter(|body| body["kind"] == kind)
            .map(|body| Vector {
                id: body["id"].as_str().unwrap().to_owned(),
                unread: body["expect"].as_object().cloned().unwrap_or_default(),
                body,
            })
            .collect();
        assert!(!vectors.is_empty(), "no vector of kind {kind}");
        vectors
    }

    fn is_valid(&self) -> bool {
        self.body["valid"].as_bool().unwrap()
    }

    fn input(&self) -> &Value {
        &self.body["input"]
    }

    /// The input as header fields; a bare value or list goes under `name`.
    fn carrier(&self, name: &str) -> Carrier {
        let mut fields = Vec::new();
        let mut add = |name: &str, value: &Value| match value {
            Value::Array(values) => {
                for value in values {
                    fields.push((name.as_bytes().to_vec(), bytes(value)));
                }
            }
            value => fields.push((name.as_bytes().to_vec(), bytes(value))),
        };
        match self.input() {
            Value::Object(map) => map.iter().for_each(|(name, value)| add(name, value)),
            value => add(name, value),
        }
        if self.body["carrier"] == "env" {
            return Carrier::environment(fields);
        }
        let mut carrier = Carrier::headers();
        fields.iter().for_each(|(name, value)| carrier.push(name, value));
        carrier
    }

    /// Compares a fact with the expectation, if the vector has one of that name.
    fn expect(&mut self, name: &str, found: Value) {
        if let Some(expected) = self.unread.remove(name) {
            assert_eq!(found, expected, "{}: {name}", self.id);
        }
    }

    fn expect_context(&mut self, context: &RemoteContext) {
        self.expect("trace_id", text(context.trace_id));
        self.expect("span_id", text(context.span_id));
        self.expect("parent_span_id", text(context.parent_span_id));
        self.expect("sampled", json!(context.sampled));
        self.expect("debug", json!(context.debug));
        let bits = context.trace_id.map(|_| if context.is_64_bit { 64 } else { 128 });
        self.expect("trace_id_bits", json!(bits));
    }

    fn finish(self) {
        assert!(self.unread.is_empty(), "{}: nobody checked {:?}", self.id, self.unread);
    }
}

fn bytes(value: &Value) -> Vec<u8> {
    value.as_str().map_or_else(|| value.to_string().into_bytes(), |text| text.as_bytes().to_vec())
}

fn text(value: Option<impl ToString>) -> Value {
    value.map_or(Value::Null, |value| Value::String(value.to_string()))
}

fn ids() -> IdGenerator {
    IdGenerator::from_seed([7; 32])
}

/// Runs the vectors of a kind that is read out of a carrier, and checks what the closure says of
/// the valid ones beside their context.
fn check_kind(name: &str, header: &str, kind: Kind, facts: impl Fn(&mut Vector, &Propagation)) {
    for mut vector in Vector::of_kind(name) {
        if vector.body["carrier"] == "log" || vector.body.get("op").is_some() {
            continue;
        }
        let found =
            kind.extract(&vector.carrier(header)).unwrap_or_else(|| panic!("{}", vector.id));
        assert_eq!(found.is_ok(), vector.is_valid(), "{}: {found:?}", vector.id);
        if let Value::String(value) = vector.input() {
            assert_eq!(kind.parse(value.as_bytes()), found, "{}", vector.id);
        }
        if let Ok(propagation) = found {
            assert_eq!(propagation.kind(), kind);
            if let Some(context) = propagation.context() {
                vector.expect_context(&context);
            }
            facts(&mut vector, &propagation);
        }
        vector.finish();
    }
}

#[test]
fn traceparent_vectors() {
    for mut vector in Vector::of_kind("traceparent") {
        let incoming = IncomingContext::extract(&vector.carrier("traceparent"));
        assert_eq!(incoming.parent.is_some(), vector.is_valid(), "{}", vector.id);
        let child = incoming.child(&mut ids(), Level::Two, true).traceparent();
        let again = incoming.child(&mut IdGenerator::from_seed([8; 32]), Level::Two, true);
        assert_ne!(child.parent_id, again.traceparent().parent_id);
        match incoming.parent {
            Some(parent) => {
                vector.expect("version", json!(format!("{:02x}", parent.version)));
                vector.expect("flags", json!(parent.trace_flags.to_string()));
                vector.expect("sampled", json!(parent.trace_flags.is_sampled()));
                vector.expect("random", json!(parent.trace_flags.is_random()));
                vector.expect("trace_id", json!(parent.trace_id.to_string()));
                vector.expect("span_id", json!(parent.parent_id.to_string()));
                vector.expect("child", json!("continue"));
                vector.expect("child_version", json!(format!("{:02x}", child.version)));
                vector.expect("child_flags", json!(child.trace_flags.to_string()));
                assert_eq!(child.trace_id, parent.trace_id, "{}", vector.id);
                assert_ne!(child.parent_id, parent.parent_id, "{}", vector.id);
            }
            None => {
                assert_eq!(vector.body["child"], "restart", "{}", vector.id);
                let fields = vector.carrier("traceparent");
                let is_absent = fields.is_empty();
                assert_eq!(incoming.warnings.is_empty(), is_absent, "{}", vector.id);
                assert_eq!(child.trace_flags.bits(), 0x03, "{}", vector.id);
            }
        }
        vector.finish();
    }
}

#[test]
fn tracestate_vectors() {
    for mut vector in Vector::of_kind("tracestate") {
        let mut carrier = vector.carrier("tracestate");
        if !vector.input().is_object() {
            carrier.push(b"traceparent", PARENT.as_bytes());
        }
        let incoming = IncomingContext::extract(&carrier);
        let state = &incoming.trace_state;
        if !vector.is_valid() {
            let restarts = match vector.body["result"].as_str().unwrap() {
                "discard tracestate, start a new trace" => true,
                "discard the whole tracestate, keep the traceparent"
                | "no tracestate, keep the traceparent" => false,
                other => panic!("{}: {other}", vector.id),
            };
            assert_eq!(incoming.parent.is_none(), restarts, "{}", vector.id);
            assert!(state.is_empty(), "{}", vector.id);
            vector.finish();
            continue;
        }
        assert!(incoming.warnings.is_empty(), "{}: {:?}", vector.id, incoming.warnings);
        let is_level_one = state.level_two_keys().next().is_none();
        assert_eq!(is_level_one, vector.body.get("level1").is_none(), "{}", vector.id);
        vector.expect("members", json!(state.members()));
        vector.expect("count", json!(state.members().len()));
        if let Some(expected) = vector.unread.remove("ot") {
            assert_eq!(ot_facts(state), expected, "{}", vector.id);
        }
        let mut out = state.clone();
        match vector.body.get("op").and_then(Value::as_object).and_then(|op| op.iter().next()) {
            None => {}
            Some((name, argument)) => match name.as_str() {
                "set" => {
                    let [key, value] = [0, 1].map(|at| argument[at].as_str().unwrap());
                    let is_set = out.set(key, value).is_ok();
                    assert_eq!(is_set, out.get(key) == Some(value), "{}", vector.id);
                }
                "delete" => out.delete(argument.as_str().unwrap()),
                "truncate" => out.truncate(argument.as_u64().unwrap() as usize),
                other => panic!("{}: {other}", vector.id),
            },
        }
        vector.expect("out", json!(out.to_string()));
        vector.finish();
    }
}

fn ot_facts(state: &TraceState) -> Value {
    let mut facts = Map::new();
    let entry = OtelState::of(state).unwrap();
    match entry.threshold {
        Some(Ok(threshold)) => {
            let number = |number: f64| {
                if number.fract() == 0.0 { json!(number as u64) } else { json!(number) }
            };
            facts.insert("th".into(), json!(threshold.to_string()));
            facts.insert("threshold".into(), json!(format!("{:014x}", threshold.get())));
            facts.insert("probability".into(), number(threshold.probability()));
            facts.insert("adjusted_count".into(), number(threshold.adjusted_count()));
        }
        Some(Err(error)) => {
            let message = error.to_string();
            let rule = message.strip_prefix("th ").unwrap().split(" (").next().unwrap();
            facts.insert("th_error".into(), json!(rule));
        }
        None => {}
    }
    if let Some(randomness) = entry.randomness {
        facts.insert("rv".into(), json!(randomness.unwrap().to_string()));
    }
    Value::Object(facts)
}

fn members(baggage: &Baggage) -> Value {
    let member = |member: &BaggageMember| json!({"key": member.key, "value": member.value, "properties": member.properties});
    baggage.members().iter().map(member).collect()
}

#[test]
fn baggage_vectors() {
    for mut vector in Vector::of_kind("baggage") {
        let value = bytes(vector.input());
        let strict = Baggage::parse(&value);
        assert_eq!(strict.is_ok(), vector.is_valid(), "{}: {strict:?}", vector.id);
        let incoming = IncomingContext::extract(&vector.carrier("baggage"));
        assert_eq!(incoming.warnings.is_empty(), vector.is_valid(), "{}", vector.id);
        match strict {
            Ok(baggage) => {
                vector.expect("members", members(&baggage));
                let winners: Vec<_> = (0..baggage.members().len())
                    .filter(|&number| !baggage.is_overridden(number))
                    .map(|number| &baggage.members()[number])
                    .map(|member| json!([member.key, member.value]))
                    .collect();
                vector.expect("last_wins", json!(winners));
                assert_eq!(incoming.baggage, baggage, "{}", vector.id);
            }
            Err(_) => {
                let kept = &vector.body["lenient"]["members"];
                assert_eq!(members(&incoming.baggage), *kept, "{}", vector.id);
            }
        }
        vector.finish();
    }
}

#[test]
fn b3_vectors() {
    check_kind("b3", "b3", Kind::B3, |_, _| {});
}

#[test]
fn uber_trace_id_vectors() {
    check_kind("uber", "uber-trace-id", Kind::UberTraceId, |vector, propagation| {
        let Propagation::UberTraceId(jaeger) = propagation else { unreachable!() };
        vector.expect("firehose", json!(jaeger.is_firehose()));
    });
}

#[test]
fn xray_vectors() {
    check_kind("xray", "X-Amzn-Trace-Id", Kind::Xray, |vector, propagation| {
        let Propagation::Xray(xray) = propagation else { unreachable!() };
        vector.expect("epoch", json!(xray.epoch));
        let is_named = vector.body["expect"].get("lineage").is_some();
        assert_eq!(xray.lineage.is_some(), is_named, "{}", vector.id);
        vector.expect("lineage", json!(xray.lineage));
    });
}

#[test]
fn sentry_vectors() {
    check_kind("sentry", "sentry-trace", Kind::Sentry, |_, _| {});
}

#[test]
fn gcp_vectors() {
    let span = |vector: &mut Vector, context: Option<RemoteContext>| {
        let span = context.and_then(|context| context.span_id);
        vector.expect("span_id_dec", text(span.map(SpanId::get)));
    };
    check_kind("gcp", "X-Cloud-Trace-Context", Kind::Gcp, |vector, propagation| {
        span(vector, propagation.context());
    });
    for mut vector in Vector::of_kind("gcp") {
        if vector.body["carrier"] != "log" {
            continue;
        }
        let field = |names: [&str; 2]| {
            names.into_iter().find_map(|name| vector.input().get(name)).cloned().unwrap()
        };
        let trace = bytes(&field(["logging.googleapis.com/trace", "trace"]));
        let span_id = bytes(&field(["logging.googleapis.com/spanId", "spanId"]));
        let sampled = field(["logging.googleapis.com/trace_sampled", "traceSampled"]).as_bool();
        let context = cloud_log_fields(&trace, Some(&span_id), sampled).unwrap();
        vector.expect_context(&context);
        span(&mut vector, Some(context));
        vector.finish();
    }
}

fn datadog_facts(vector: &mut Vector, datadog: &DatadogContext) {
    let low = datadog.context.trace_id.unwrap().low64();
    vector.expect("trace_id_low64", json!(format!("{low:016x}")));
    vector.expect("trace_id_low64_dec", json!(low.to_string()));
    vector.expect("priority", json!(datadog.sampling_priority));
    let has_error = vector.unread.remove("tid_error").is_some();
    assert_eq!(datadog.upper_half_error.is_some(), has_error, "{}", vector.id);
}

#[test]
fn datadog_vectors() {
    check_kind("datadog", "x-datadog-trace-id", Kind::Datadog, |vector, propagation| {
        let Propagation::Datadog(datadog) = propagation else { unreachable!() };
        datadog_facts(vector, datadog);
    });
    for mut vector in Vector::of_kind("datadog") {
        let field = |name: &str| bytes(&vector.input()[name]);
        if vector.body["carrier"] == "log" {
            let span = field("dd.span_id");
            let datadog =
                DatadogContext::from_log_fields(&field("dd.trace_id"), Some(&span)).unwrap();
            vector.expect_context(&datadog.context);
            datadog_facts(&mut vector, &datadog);
            vector.finish();
        } else if vector.body["op"] == "from_w3c" {
            let outgoing = OutgoingContext::from(TraceParent::new(
                TraceId::from_lower_hex(&field("trace_id")).unwrap(),
                SpanId::from_lower_hex(&field("span_id")).unwrap(),
                TraceFlags::SAMPLED,
            ));
            for (name, value) in outgoing.write(Format::Datadog) {
                let (name, value) = match value.split_once('=') {
                    Some((tag, value)) => (tag, value),
                    None => (name.as_str(), value.as_str()),
                };
                vector.expect(name, json!(value));
            }
            vector.finish();
        }
    }
}

#[test]
fn every_vector_is_of_a_kind_that_is_tested() {
    let kinds =
        ["traceparent", "tracestate", "baggage", "b3", "uber", "xray", "datadog", "gcp", "sentry"];
    let count: usize = kinds.into_iter().map(|kind| Vector::of_kind(kind).len()).sum();
    assert_eq!(count, VECTORS.lines().count());
}

prop_compose! {
    fn outgoing()(
        trace_id in 1..=u128::MAX,
        span_id in 1..=u64::MAX,
        sampled in any::<bool>(),
        debug in any::<bool>(),
    ) -> OutgoingContext {
        let traceparent = TraceParent::new(
            TraceId::new(trace_id).unwrap(),
            SpanId::new(span_id).unwrap(),
            TraceFlags::NONE.with_sampled(sampled),
        );
        OutgoingContext { debug: debug && sampled, ..OutgoingContext::from(traceparent) }
    }
}

proptest! {
    #[test]
    fn every_version_00_traceparent_prints_back_as_itself(
        value in "00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}",
    ) {
        if let Ok(traceparent) = TraceParent::parse(value.as_bytes()) {
            prop_assert_eq!(traceparent.to_string(), value.clone());
            prop_assert_eq!(&traceparent.to_bytes()[..], value.as_bytes());
        }
    }

    #[test]
    fn no_bytes_make_any_kind_panic(value in prop::collection::vec(any::<u8>(), 0..120)) {
        let _ = recognize(&value);
        for kind in Kind::ALL {
            if let Err(error) = kind.parse(&value) {
                prop_assert!(error.byte <= value.len(), "{error}");
            }
        }
    }

    #[test]
    fn no_near_miss_makes_any_kind_panic(value in "[0-9a-fA-Fd:;=/%., o@-]{0,80}") {
        for kind in Kind::ALL {
            let _ = kind.parse(value.as_bytes());
        }
    }

    #[test]
    fn every_format_reads_back_what_it_wrote(outgoing in outgoing()) {
        let table = [
            (Format::W3c, Kind::TraceParent),
            (Format::B3, Kind::B3),
            (Format::B3Multi, Kind::B3),
            (Format::Jaeger, Kind::UberTraceId),
            (Format::Xray, Kind::Xray),
            (Format::Datadog, Kind::Datadog),
            (Format::Gcp, Kind::Gcp),
            (Format::Sentry, Kind::Sentry),
        ];
        for (format, kind) in table {
            let mut carrier = Carrier::headers();
            for (name, value) in outgoing.write(format) {
                carrier.push(name.as_bytes(), value.as_bytes());
            }
            let context = kind.extract(&carrier).unwrap().unwrap().context().unwrap();
            prop_assert_eq!(context.trace_id, Some(outgoing.trace_id));
            prop_assert_eq!(context.span_id, Some(outgoing.span_id));
            prop_assert_eq!(context.sampled, outgoing.sampled, "{:?}", format);
        }
    }

    #[test]
    fn a_tracestate_prints_back_as_what_it_means(
        members in prop::collection::vec(("[a-z0-9][a-z0-9_*/@-]{0,20}", " ?[!-+\\-.-<>-~]{1,20}"), 0..40),
    ) {
        let text: Vec<String> = members.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let text = text.join(" ,\t");
        match TraceState::parse(text.as_bytes()) {
            Ok(state) => {
                prop_assert!(members.len() <= 32);
                let again = TraceState::parse(state.to_string().as_bytes()).unwrap();
                prop_assert_eq!(again.members(), state.members());
                prop_assert_eq!(state.length(), state.to_string().len());
                let mut cut = state.clone();
                cut.truncate(100);
                prop_assert!(cut.length() <= 100);
            }
            Err(_) => prop_assert!(members.len() > 32),
        }
    }

    #[test]
    fn baggage_carries_any_text(values in prop::collection::vec(".{0,12}", 1..5)) {
        let mut baggage = Baggage::default();
        for (number, value) in values.iter().enumerate() {
            baggage.set(BaggageMember::new(&format!("k{number}"), value).unwrap());
        }
        let read = Baggage::parse(baggage.to_string().as_bytes()).unwrap();
        prop_assert_eq!(&read, &baggage);
        for (member, value) in read.members().iter().zip(&values) {
            prop_assert_eq!(&member.value, value);
        }
        prop_assert_eq!(baggage.length(), baggage.to_string().len());
    }
}
