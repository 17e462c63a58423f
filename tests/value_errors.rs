//! What is said of values that are none: distinct faults have distinct messages, of every kind.

#![allow(clippy::unwrap_used)]

use traceline::trace_context::Kind;

/// Whoever asks what is wrong must not get the answer to another question.
#[test]
fn distinct_faults_have_distinct_messages() {
    const T: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const S: &str = "00f067aa0ba902b7";
    let table: [(Kind, &[&str]); 9] = [
        (
            Kind::TraceParent,
            &[
                "",
                "00",
                "00-T",
                "00-T-S",
                "00-T-S-",
                "00-T-S-1",
                "00-T-S-001",
                "00-T-S-01-",
                "00-T-S-01.",
                "00-T-S-01-x",
                "cc-T-S-01.",
                "ff-T-S-01",
                "0-T-S-01",
                "000-T-S-01",
                "0A-T-S-01",
                "+0-T-S-01",
                "00_T-S-01",
                "00-T_S-01",
                "00-T-S_01",
                "00-T0-S-01",
                "00-T-S0-01",
                "00-x-S-01",
                "00-T-x-01",
                "00-T-S-x1",
                "00-T-S-0X",
                "00-T -S-01",
                "00-T-S-01,00-T-S-01",
                "00-00000000000000000000000000000000-S-01",
                "00-T-0000000000000000-01",
            ],
        ),
        (
            Kind::TraceState,
            &[
                "a", "=1", "a=", "a= ", "A=1", "@=1", "_=1", "a =1", "a.b=1", "a=b=c", "a=\t1",
                "a=\u{7f}", "a=\u{e9}", "\u{e9}=1", "a=1,b=",
            ],
        ),
        (
            Kind::Baggage,
            &[
                "a",
                "=1",
                "a=1,",
                "a=1;",
                "a b=1",
                "a(=1",
                "a=\"",
                "a=\\",
                "a=b c",
                "a=1;b c",
                "a=1;b=c d",
                "\u{e9}=1",
            ],
        ),
        (
            Kind::B3,
            &[
                "",
                "2",
                "T",
                "T-",
                "T-S-",
                "T-S-2",
                "T-S-true",
                "T-S-S",
                "T-S-1-",
                "T-S-1--",
                "T-S-1-S-",
                "T0-S-1",
                "T-S0-1",
                "T-x-1",
                "x-S-1",
                "T:S:1",
                "00000000000000000000000000000000-S-1",
            ],
        ),
        (
            Kind::UberTraceId,
            &[
                "",
                "T",
                "T:S",
                "T:S:0",
                "T:S:0:",
                "T:S:0:100",
                "T:S:0:g",
                "T:S:0:1:2",
                ":S:0:1",
                "T::0:1",
                "0:S:0:1",
                "T:0:0:1",
                "T-S-0-1",
                "T0:S:0:1",
                "T:S0:0:1",
            ],
        ),
        (
            Kind::Xray,
            &[
                "",
                "Parent=S",
                "Root=",
                "Root=2-x",
                "Root=1",
                "Root=1-T",
                "Root=1-4bf92f35-0",
                "Root=1-4bf92f35-x",
                "Root=1-00000000-000000000000000000000000",
                "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=",
                "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Parent=S0",
                "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Sampled=",
                "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Sampled=x",
                "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736-",
            ],
        ),
        (Kind::Datadog, &["", "0", "x", "-1", "1.0", "18446744073709551616"]),
        (
            Kind::Gcp,
            &[
                "",
                "T0/1",
                "x/1",
                "T-1",
                "T/x",
                "T/18446744073709551616",
                "T/1;",
                "T/1;o=",
                "T/1;o=2",
                "T/1;o=11",
                "T/1;x=1",
                "00000000000000000000000000000000/1",
            ],
        ),
        (
            Kind::Sentry,
            &[
                "",
                "1",
                "T",
                "T-",
                "T-S-",
                "T-S-2",
                "T-S-01",
                "T-S-1-",
                "T-S-1-x",
                "S-S-1",
                "T-x-1",
                "T/S/1",
                "00000000000000000000000000000000-S",
            ],
        ),
    ];
    for (kind, values) in table {
        let mut seen: std::collections::HashMap<String, &str> = std::collections::HashMap::new();
        for value in values {
            let text =
                value.replace('T', T).replace('S', S).replace(&format!("{S}ampled"), "Sampled");
            let error = kind.parse(text.as_bytes()).expect_err(value);
            let message = error.to_string().split(" (byte").next().unwrap().to_owned();
            // The same fault at another place is told apart by its byte alone.
            if let Some(other) = seen.insert(error.to_string(), value) {
                panic!("{kind}: {value:?} and {other:?} are both told {message:?}");
            }
        }
    }
}
