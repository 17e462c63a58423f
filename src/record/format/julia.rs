//! The console logger of Julia: `[ Info: text`, and with fields or several lines a frame around them.

use super::layout::{Reading, Role};
use crate::record::severity::Severity;
use crate::record::timestamp::Reference;

/// `┌ Warning: text` begins a record; `│   key = value` and `└ @ Module file:line` go on, whatever
/// times they hold.
pub(super) fn julia<'a>(line: &'a [u8], _: &Reference) -> Option<Reading<'a>> {
    if line.starts_with("│   ".as_bytes()) || line.starts_with("└ @ ".as_bytes()) {
        return Some(Reading { role: Role::Headless, ..Reading::default() });
    }
    let rest = line.strip_prefix(b"[ ").or_else(|| line.strip_prefix("┌ ".as_bytes()))?;
    let colon = rest.iter().take(8).position(|b| *b == b':')?;
    let word = &rest[..colon];
    let severity = match word {
        b"Debug" => Severity::DEBUG,
        b"Info" => Severity::INFO,
        b"Warning" => Severity::WARN,
        b"Error" => Severity::ERROR,
        _ => return None,
    };
    Some(Reading {
        severity: Some(severity),
        severity_text: Some(word),
        body: rest[colon + 1..].trim_ascii(),
        ..Reading::default()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::record::Timestamp;
    use crate::record::timestamp::TimeZone;

    #[test]
    fn what_is_inside_the_frame_begins_no_record() {
        let reference = Reference {
            latest: Timestamp::from_nanoseconds(1_795_343_445_000_000_000),
            time_zone: TimeZone::UTC,
            slack: Reference::SURE,
        };
        for line in ["│   start = 2026-11-22T10:30:45", "└ @ Main.Shop /srv/shop.jl:7"] {
            let reading = julia(line.as_bytes(), &reference).unwrap();
            assert_eq!(reading.role, Role::Headless, "{line}");
        }
        for line in ["[ Info 7]", "│ a │ b │", "[ Note: x"] {
            assert!(julia(line.as_bytes(), &reference).is_none(), "{line}");
        }
    }
}
