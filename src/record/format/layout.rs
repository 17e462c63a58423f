//! Layouts of text that the general header reader cannot know: one row each in [`LAYOUTS`].
//!
//! A row is a name, the bytes its lines may begin with, a recogniser, and samples with what must
//! be read from them; the tests walk the rows. A recogniser is strict: it takes a line only on a
//! shape that nothing else has, for a row wins over the header reader. Ids and `key=value` pairs
//! are read afterwards from the whole line, as for any text.

use super::java::{virtual_machine, weblogic};
use super::julia::julia;
use super::logcat_long::{crash, logcat_long};
use super::recognise::{
    auditd, chromium, cmtrace, directive, dotnet, erlang, java_util_logging,
    java_util_logging_message, lambda, log4j_xml, logcat, mysql_slow, panic, rails, redis, sql,
    stern_notice,
};
use super::security::{event_format, vpc_flow, windows_event};
use crate::record::Timestamp;
use crate::record::severity::Severity;
use crate::record::timestamp::Reference;

/// What a line of a layout is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// It begins a record.
    #[default]
    Head,
    /// It explains the record before it.
    Explains,
    /// It explains the record before it if that has this format and one line only; else it
    /// begins one.
    Seconds(&'static str),
    /// It never begins a record of its own, whatever it holds.
    Headless,
    /// It describes the lines after it, and is no record.
    Header,
}

/// What a recogniser read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reading<'a> {
    pub(crate) role: Role,
    pub(crate) timestamp: Option<Timestamp>,
    pub(crate) severity: Option<Severity>,
    pub(crate) severity_text: Option<&'a [u8]>,
    /// Nanoseconds.
    pub(crate) duration: Option<u64>,
    pub(crate) has_exception: bool,
    pub(crate) service: Option<&'a [u8]>,
    pub(crate) body: &'a [u8],
}

type Recognise = for<'a> fn(&'a [u8], &Reference) -> Option<Reading<'a>>;

/// One layout.
#[cfg_attr(not(test), allow(dead_code))]
pub(crate) struct Layout {
    /// As in the record's `format`.
    pub(crate) name: &'static str,
    /// Bytes that lines begin with.
    begins: &'static [u8],
    recognise: Recognise,
    /// Never empty.
    samples: &'static [Sample],
}

/// A line and what must be read from it.
#[cfg_attr(not(test), allow(dead_code))]
struct Sample {
    line: &'static str,
    /// Nanoseconds since the epoch.
    timestamp: Option<i64>,
    /// 0: none.
    severity: u8,
    body: &'static str,
}

const fn sample(
    line: &'static str,
    timestamp: Option<i64>,
    severity: u8,
    body: &'static str,
) -> Sample {
    Sample { line, timestamp, severity, body }
}

/// 2026-11-22T10:30:45Z.
const MOMENT: i64 = 1_795_343_445_000_000_000;

/// The rows. No line is recognised by two of them.
pub(crate) const LAYOUTS: &[Layout] = &[
    Layout {
        name: "dotnet",
        begins: b"tdiwfc",
        recognise: dotnet,
        samples: &[
            sample("info: Shop.Orders.OrderService[0]", None, 9, ""),
            sample("crit: Shop.Program[7] giving up", None, 21, "giving up"),
        ],
    },
    Layout {
        name: "aws-lambda",
        begins: b"SERIX",
        recognise: lambda,
        samples: &[
            sample(
                "START RequestId: 5f0c7e6c-1d4b-4a3e-9d1c-3c2f4be0b2a1 Version: 3",
                None,
                0,
                "START RequestId: 5f0c7e6c-1d4b-4a3e-9d1c-3c2f4be0b2a1 Version: 3",
            ),
            sample("END RequestId: 5f0c", None, 0, "END RequestId: 5f0c"),
        ],
    },
    Layout {
        name: "redis",
        begins: b"0123456789[",
        recognise: redis,
        samples: &[
            sample("17:M 22 Nov 2026 10:30:45.000 * Ready", Some(MOMENT), 10, "Ready"),
            sample("[17] 22 Nov 10:30:45.000 # Fork failed", Some(MOMENT), 13, "Fork failed"),
        ],
    },
    Layout {
        name: "logcat",
        begins: b"VDIWEFA",
        recognise: logcat,
        samples: &[sample("D/dalvikvm(  617): GC freed 3K", None, 5, "GC freed 3K")],
    },
    Layout {
        name: "erlang",
        begins: b"=",
        recognise: erlang,
        samples: &[sample(
            "=ERROR REPORT==== 22-Nov-2026::10:30:45 ===",
            Some(MOMENT),
            17,
            "ERROR REPORT",
        )],
    },
    Layout {
        name: "rails",
        begins: b"S[",
        recognise: rails,
        samples: &[sample(
            "Started GET \"/orders\" for 10.0.0.7 at 2026-11-22 10:30:45 +0000",
            Some(MOMENT),
            0,
            "Started GET \"/orders\" for 10.0.0.7",
        )],
    },
    Layout {
        name: "panic",
        begins: b"tE",
        recognise: panic,
        samples: &[
            sample(
                "thread 'main' panicked at src/main.rs:42:5:",
                None,
                21,
                "thread 'main' panicked at src/main.rs:42:5:",
            ),
            sample(
                "Exception in thread \"main\" java.lang.IllegalStateException: closed",
                None,
                17,
                "Exception in thread \"main\" java.lang.IllegalStateException: closed",
            ),
        ],
    },
    Layout {
        name: "directive",
        begins: b"#",
        recognise: directive,
        samples: &[
            sample("#Fields: date time cs-method", None, 0, "#Fields: date time cs-method"),
            sample("#Date: 2026-11-22 10:30:45", None, 0, "#Date: 2026-11-22 10:30:45"),
        ],
    },
    Layout {
        name: "mysql-slow",
        begins: b"#",
        recognise: mysql_slow,
        samples: &[sample(
            "# Time: 2026-11-22T10:30:45.000000Z",
            Some(MOMENT),
            0,
            "# Time: 2026-11-22T10:30:45.000000Z",
        )],
    },
    Layout {
        name: "sql",
        begins: b"SIUDW",
        recognise: sql,
        samples: &[sample("SELECT 1 /*traceparent='…'*/;", None, 0, "")],
    },
    Layout {
        name: "java-util-logging",
        begins: b"JFMASOND",
        recognise: java_util_logging,
        samples: &[sample(
            "Nov 22, 2026 10:30:45 AM com.example.Shop place",
            Some(MOMENT),
            0,
            "com.example.Shop place",
        )],
    },
    // Its second line; many other loggers write alike, so that alone it is just text.
    Layout {
        name: "text",
        begins: b"SWICF",
        recognise: java_util_logging_message,
        samples: &[sample("SEVERE: payment failed", None, 17, "payment failed")],
    },
    Layout {
        name: "auditd",
        begins: b"tn",
        recognise: auditd,
        samples: &[sample(
            "type=SYSCALL msg=audit(1795343445.000:42): arch=c000003e syscall=59",
            Some(MOMENT),
            0,
            "type=SYSCALL msg=audit(1795343445.000:42): arch=c000003e syscall=59",
        )],
    },
    Layout {
        name: "cmtrace",
        begins: b"<",
        recognise: cmtrace,
        samples: &[sample(
            "<![LOG[gone]LOG]!><time=\"10:30:45.000+000\" date=\"11-22-2026\" component=\"x\" type=\"3\">",
            Some(MOMENT),
            17,
            "gone",
        )],
    },
    Layout {
        name: "stern",
        begins: b"+-",
        recognise: stern_notice,
        samples: &[sample("+ orders-1 › orders", None, 0, "+ orders-1 › orders")],
    },
    Layout {
        name: "windows-event",
        begins: b"<",
        recognise: windows_event,
        samples: &[sample(
            "<Event><System><Level>2</Level><TimeCreated SystemTime='2026-11-22T10:30:45.000000000Z'/></System></Event>",
            Some(MOMENT),
            17,
            "<Event><System><Level>2</Level><TimeCreated SystemTime='2026-11-22T10:30:45.000000000Z'/></System></Event>",
        )],
    },
    Layout {
        name: "chromium",
        begins: b"[",
        recognise: chromium,
        samples: &[
            sample("[1122/103045.000000:WARNING:dns.cc(33)] gone", Some(MOMENT), 13, "gone"),
            sample("[12:34:1122/103045.000:ERROR:gpu.cc(9)] gone", Some(MOMENT), 17, "gone"),
        ],
    },
    Layout {
        name: "log4j-xml",
        begins: b"<",
        recognise: log4j_xml,
        samples: &[sample(
            "<log4j:event logger=\"a.B\" timestamp=\"1795343445000\" level=\"INFO\" thread=\"main\">",
            Some(MOMENT),
            9,
            "<log4j:event logger=\"a.B\" timestamp=\"1795343445000\" level=\"INFO\" thread=\"main\">",
        )],
    },
    Layout {
        name: "julia",
        // Of `┌`, `│` and `└`.
        begins: b"[\xe2",
        recognise: julia,
        samples: &[
            sample("[ Info: listening", None, 9, "listening"),
            sample("┌ Warning: slow request", None, 13, "slow request"),
        ],
    },
    Layout {
        name: "logcat-long",
        begins: b"[",
        recognise: logcat_long,
        samples: &[sample("[ 11-22 10:30:45.000  1234: 1240 W/Cart ]", Some(MOMENT), 13, "")],
    },
    Layout {
        name: "text",
        begins: b"F",
        recognise: crash,
        samples: &[sample("FATAL EXCEPTION: main", None, 21, "FATAL EXCEPTION: main")],
    },
    Layout {
        name: "security-event",
        begins: b"CL",
        recognise: event_format,
        samples: &[
            sample(
                "CEF:0|Acme|Wall|1.0|7|port scan|5|src=10.0.0.7 rt=1795343445000 msg=x",
                Some(MOMENT),
                0,
                "CEF:0|Acme|Wall|1.0|7|port scan|5|src=10.0.0.7 rt=1795343445000 msg=x",
            ),
            sample(
                "LEEF:1.0|Acme|Wall|1.0|7|src=10.0.0.7\tdevTime=2026-11-22 10:30:45\tsev=5",
                Some(MOMENT),
                0,
                "LEEF:1.0|Acme|Wall|1.0|7|src=10.0.0.7\tdevTime=2026-11-22 10:30:45\tsev=5",
            ),
        ],
    },
    Layout {
        name: "weblogic",
        begins: b"#<",
        recognise: weblogic,
        samples: &[
            sample(
                "####<Nov 22, 2026 4:00:45,000 PM India Standard Time> <Warning> <Socket> <box> <AdminServer> <[ACTIVE] Thread: '0'> <<WLS Kernel>> <> <> <1795343445000> <BEA-000449> <Closing \"x\".> ",
                Some(MOMENT),
                13,
                "Closing \"x\".",
            ),
            sample(
                "<Nov 22, 2026 10:30:45 AM GMT> <Notice> <WebLogicServer> <BEA-000365> <Server state changed to <RUNNING>.>",
                Some(MOMENT),
                10,
                "Server state changed to <RUNNING>.",
            ),
        ],
    },
    Layout {
        name: "java-vm",
        begins: b"OJE",
        recognise: virtual_machine,
        samples: &[sample(
            "OpenJDK 64-Bit Server VM warning: Option X was deprecated.",
            None,
            13,
            "Option X was deprecated.",
        )],
    },
    Layout {
        name: "vpc-flow",
        begins: b"2345678",
        recognise: vpc_flow,
        samples: &[sample(
            "2 123456789012 eni-0a1 10.0.0.7 10.0.0.8 443 49152 6 12 3000 1795343445 1795343505 ACCEPT OK",
            Some(MOMENT),
            0,
            "2 123456789012 eni-0a1 10.0.0.7 10.0.0.8 443 49152 6 12 3000 1795343445 1795343505 ACCEPT OK",
        )],
    },
];

/// The rows whose lines may begin with a byte, as bits.
const BY_FIRST: [u32; 256] = {
    let mut table = [0u32; 256];
    let mut row = 0;
    while row < LAYOUTS.len() {
        let mut at = 0;
        while at < LAYOUTS[row].begins.len() {
            table[LAYOUTS[row].begins[at] as usize] |= 1 << row;
            at += 1;
        }
        row += 1;
    }
    table
};

/// Tries the rows on a line.
#[inline]
pub(crate) fn find<'a>(
    line: &'a [u8],
    reference: &Reference,
) -> Option<(&'static Layout, Reading<'a>)> {
    let mut rows = BY_FIRST[usize::from(*line.first()?)];
    while rows != 0 {
        let layout = &LAYOUTS[rows.trailing_zeros() as usize];
        if let Some(reading) = (layout.recognise)(line, reference) {
            return Some((layout, reading));
        }
        rows &= rows - 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::timestamp::TimeZone;

    #[test]
    fn every_sample_is_read_by_its_own_row_first() {
        let reference = Reference {
            latest: Timestamp::from_nanoseconds(MOMENT + 3_600_000_000_000),
            time_zone: TimeZone::UTC,
            slack: Reference::SURE,
        };
        for layout in LAYOUTS {
            assert!(!layout.samples.is_empty(), "{} has no samples", layout.name);
            for sample in layout.samples {
                let found = find(sample.line.as_bytes(), &reference);
                let found = found.map(|(row, reading)| {
                    (
                        row.name,
                        reading.timestamp.map(Timestamp::nanoseconds),
                        reading.severity.map_or(0, Severity::number),
                        String::from_utf8_lossy(reading.body).into_owned(),
                    )
                });
                let expected =
                    (layout.name, sample.timestamp, sample.severity, sample.body.to_owned());
                assert_eq!(found, Some(expected), "{}", sample.line);
            }
        }
    }

    #[test]
    fn lines_of_other_loggers_are_left_alone() {
        let reference = Reference {
            latest: Timestamp::from_nanoseconds(MOMENT),
            time_zone: TimeZone::UTC,
            slack: Reference::SURE,
        };
        for line in [
            "INFO:root:x",
            "info: started",
            "warning: x",
            "Started the server at noon",
            "# a comment",
            "17:30:45 x",
            "[17] [INFO] x",
            "Nov 22 10:30:45 host app[1]: x",
            "D/x",
            "",
        ] {
            let found = find(line.as_bytes(), &reference).map(|(row, _)| row.name);
            assert_eq!(found, None, "{line}");
        }
    }
}
