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
    /// Something went wrong, and still worse (syslog's alert).
    pub const ERROR3: Severity = Severity(19);
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

/// Words that loggers print, lowercase, and what they mean.
const WORDS: &[(&str, Severity)] = &[
    ("trace", Severity::TRACE),
    ("trc", Severity::TRACE),
    ("trce", Severity::TRACE),
    // supervisord cuts its levels to four letters, the one below TRACE included.
    ("trac", Severity::TRACE),
    ("blat", Severity::TRACE),
    ("verbose", Severity::TRACE),
    ("vrb", Severity::TRACE),
    ("finest", Severity::TRACE),
    ("finer", Severity::TRACE),
    ("all", Severity::TRACE),
    ("silly", Severity::TRACE),
    ("trace1", Severity::TRACE),
    ("trace2", Severity::TRACE),
    ("trace3", Severity::TRACE),
    ("trace4", Severity::TRACE),
    ("trace5", Severity::TRACE),
    ("trace6", Severity::TRACE),
    ("trace7", Severity::TRACE),
    ("trace8", Severity::TRACE),
    ("debug", Severity::DEBUG),
    ("debug1", Severity::DEBUG),
    ("debug2", Severity::DEBUG),
    ("debug3", Severity::DEBUG),
    ("debug4", Severity::DEBUG),
    ("debug5", Severity::DEBUG),
    ("ddebug", Severity::DEBUG),
    ("subdebug", Severity::DEBUG),
    ("dbg", Severity::DEBUG),
    ("dbug", Severity::DEBUG),
    ("debg", Severity::DEBUG),
    ("fine", Severity::DEBUG),
    ("config", Severity::DEBUG),
    ("info", Severity::INFO),
    ("inf", Severity::INFO),
    ("information", Severity::INFO),
    ("informational", Severity::INFO),
    ("log", Severity::INFO),
    ("note", Severity::INFO),
    ("system", Severity::INFO),
    ("default", Severity::INFO),
    ("success", Severity::INFO),
    ("statement", Severity::INFO),
    ("notice", Severity::INFO2),
    ("ntc", Severity::INFO2),
    ("warn", Severity::WARN),
    ("warning", Severity::WARN),
    ("wrn", Severity::WARN),
    ("warni", Severity::WARN),
    ("error", Severity::ERROR),
    ("err", Severity::ERROR),
    ("eror", Severity::ERROR),
    ("erro", Severity::ERROR),
    ("fail", Severity::ERROR),
    ("severe", Severity::ERROR),
    // Python, .NET, Windows and Google Cloud have nothing worse (appendix B); syslog and nginx,
    // which do, write `crit`.
    ("critical", Severity::FATAL),
    ("crit", Severity::ERROR2),
    ("crt", Severity::ERROR2),
    ("alert", Severity::FATAL),
    ("emerg", Severity::FATAL),
    ("emergency", Severity::FATAL),
    ("fatal", Severity::FATAL),
    ("ftl", Severity::FATAL),
    ("panic", Severity::FATAL),
    ("pnc", Severity::FATAL),
    ("dpanic", Severity::FATAL),
];

/// Words of [`WORDS`] that are also everyday words: a severity as the value of a severity field,
/// but not where one is only guessed from its position.
const EVERYDAY: &[&str] = &[
    "all",
    "fine",
    "finer",
    "log",
    "note",
    "system",
    "default",
    "success",
    "config",
    "statement",
    "fail",
    "silly",
];

impl Severity {
    /// Reads the value of a severity field: a word in any case, a single letter, or a number
    /// (pino and bunyan: 10 to 60; syslog and GELF: 0 to 7; Monolog: 100 to 600).
    pub fn from_field(text: &[u8]) -> Option<Severity> {
        let text = text.trim_ascii();
        if text.first().is_some_and(u8::is_ascii_digit) {
            return Self::from_number(text);
        }
        match text {
            // MongoDB numbers its debug levels: D1 to D5.
            [letter] | [letter @ b'D', b'0'..=b'9'] => return Self::from_letter(*letter),
            _ => {}
        }
        Self::from_word(text)
    }

    /// Reads the word of a field that may as well be an HTTP status or an outcome.
    pub(crate) fn from_status(text: &[u8]) -> Option<Severity> {
        let lower = text.iter().all(u8::is_ascii_lowercase);
        (lower || text.iter().all(u8::is_ascii_uppercase))
            .then(|| Self::from_word(text))
            .flatten()
            .filter(|_| !EVERYDAY.iter().any(|known| text.eq_ignore_ascii_case(known.as_bytes())))
    }

    /// Reads a word that stands where loggers put the severity. Everyday words count only in
    /// capitals.
    pub fn from_position(word: &[u8]) -> Option<Severity> {
        let severity = Self::from_word(word)?;
        let is_everyday =
            || EVERYDAY.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()));
        (word.iter().all(u8::is_ascii_uppercase) || !is_everyday()).then_some(severity)
    }

    /// Reads a word that stands first on a line, right before a stamp: there words count that mean
    /// something else anywhere else (Chronicles for Nim has three letters for each level).
    pub(crate) fn from_beginning(word: &[u8]) -> Option<Severity> {
        match word {
            b"NOT" => Some(Severity::INFO2),
            b"FAT" => Some(Severity::FATAL),
            _ => Self::from_position(word),
        }
    }

    fn from_word(word: &[u8]) -> Option<Severity> {
        // What nearly every line says.
        match word {
            b"INFO" | b"info" => return Some(Severity::INFO),
            b"DEBUG" | b"debug" => return Some(Severity::DEBUG),
            b"WARN" | b"warn" | b"WARNING" | b"warning" => return Some(Severity::WARN),
            b"ERROR" | b"error" => return Some(Severity::ERROR),
            _ => {}
        }
        if !(3..=13).contains(&word.len()) {
            return None;
        }
        // A level and a distance from it: "INFO+2" and "DEBUG-2" of Go's slog.
        let base = match word.iter().position(|b| matches!(b, b'+' | b'-')) {
            Some(at) if word[at] == b'+' || word[at + 1..].iter().all(u8::is_ascii_digit) => {
                &word[..at]
            }
            _ => word,
        };
        if base.len() < 3 {
            return None;
        }
        let lower = base.first()?.to_ascii_lowercase();
        WORDS
            .iter()
            .find(|(known, _)| {
                known.as_bytes()[0] == lower && base.eq_ignore_ascii_case(known.as_bytes())
            })
            .map(|(_, severity)| *severity)
    }

    /// Reads the single letter that klog, Android, MongoDB and others print.
    pub const fn from_letter(letter: u8) -> Option<Severity> {
        match letter.to_ascii_uppercase() {
            b'T' | b'V' => Some(Severity::TRACE),
            b'D' => Some(Severity::DEBUG),
            b'I' => Some(Severity::INFO),
            b'N' => Some(Severity::INFO2),
            b'W' => Some(Severity::WARN),
            b'E' => Some(Severity::ERROR),
            b'C' => Some(Severity::ERROR2),
            b'F' | b'A' | b'P' => Some(Severity::FATAL),
            _ => None,
        }
    }

    fn from_number(text: &[u8]) -> Option<Severity> {
        let value: u32 = std::str::from_utf8(text).ok()?.parse().ok()?;
        match value {
            0..=7 => Some(Self::from_syslog(value as u8)),
            10..=19 => Some(Severity::TRACE),
            20..=29 => Some(Severity::DEBUG),
            30..=39 => Some(Severity::INFO),
            40..=49 => Some(Severity::WARN),
            50..=59 => Some(Severity::ERROR),
            60..=69 => Some(Severity::FATAL),
            // Monolog.
            100 => Some(Severity::DEBUG),
            200 => Some(Severity::INFO),
            250 => Some(Severity::INFO2),
            300 => Some(Severity::WARN),
            400 => Some(Severity::ERROR),
            500 => Some(Severity::ERROR2),
            550 => Some(Severity::ERROR3),
            600 => Some(Severity::FATAL),
            // java.util.logging.
            800 => Some(Severity::INFO),
            900 => Some(Severity::WARN),
            1000 => Some(Severity::ERROR),
            _ => None,
        }
    }

    /// Application Insights' `severityLevel`: 0 verbose to 4 critical, or the word.
    pub(crate) fn from_azure(text: &[u8]) -> Option<Severity> {
        match text {
            b"0" => Some(Severity::DEBUG),
            b"1" => Some(Severity::INFO),
            b"2" => Some(Severity::WARN),
            b"3" => Some(Severity::ERROR),
            b"4" => Some(Severity::FATAL),
            _ => Self::from_word(text),
        }
    }

    /// The severity of a syslog priority modulo 8 (RFC 5424, section 6.2.1; the mapping is the
    /// OpenTelemetry log data model's, appendix B).
    pub const fn from_syslog(severity: u8) -> Severity {
        match severity {
            0 => Severity::FATAL,
            1 => Severity::ERROR3,
            2 => Severity::ERROR2,
            3 => Severity::ERROR,
            4 => Severity::WARN,
            5 => Severity::INFO2,
            6 => Severity::INFO,
            _ => Severity::DEBUG,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_word_letter_or_number() {
        for (text, expected) in [
            ("INFO", Some(Severity::INFO)),
            ("warning", Some(Severity::WARN)),
            ("30", Some(Severity::INFO)),
            ("3", Some(Severity::ERROR)),
            ("E", Some(Severity::ERROR)),
            ("DEBUG2", Some(Severity::DEBUG)),
            ("WARN+1", Some(Severity::WARN)),
            ("DEBUG-2", Some(Severity::DEBUG)),
            ("info-desk", None),
            ("medium", None),
            ("", None),
        ] {
            assert_eq!(Severity::from_field(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn everyday_words_are_no_severity_by_position_alone() {
        assert_eq!(Severity::from_position(b"log"), None);
        assert_eq!(Severity::from_position(b"LOG"), Some(Severity::INFO));
        assert_eq!(Severity::from_position(b"invalid"), None);
    }
}
