//! Severity numbers of the OpenTelemetry log data model.

/// A severity: 1 (TRACE) to 24 (FATAL4), as in the OpenTelemetry log data model, "SeverityNumber".
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Severity(u8);

impl Severity {
    /// Fine-grained debugging.
    pub const TRACE: Severity = Severity(1);
    /// Debugging.
    pub const DEBUG: Severity = Severity(5);
    /// Informational.
    pub const INFO: Severity = Severity(9);
    /// Informational, but worth a look (syslog's notice).
    pub const INFO2: Severity = Severity(10);
    /// Not an error, but likely more important than informational.
    pub const WARN: Severity = Severity(13);
    /// Something went wrong.
    pub const ERROR: Severity = Severity(17);
    /// Something went wrong, and worse (syslog's critical).
    pub const ERROR2: Severity = Severity(18);
    /// The program cannot go on.
    pub const FATAL: Severity = Severity(21);

    /// The severity with this number; `None` outside 1 to 24.
    pub const fn new(number: u8) -> Option<Severity> {
        if number >= 1 && number <= 24 { Some(Severity(number)) } else { None }
    }

    /// 1 to 24.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// The short name of the range: TRACE, DEBUG, INFO, WARN, ERROR or FATAL.
    pub const fn name(self) -> &'static str {
        match self.0 {
            1..=4 => "TRACE",
            5..=8 => "DEBUG",
            9..=12 => "INFO",
            13..=16 => "WARN",
            17..=20 => "ERROR",
            _ => "FATAL",
        }
    }

    /// ERROR or worse.
    pub const fn is_error(self) -> bool {
        self.0 >= 17
    }
}
