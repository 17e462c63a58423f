//! Levels that stand in a column of their own, some columns behind the time.
//!
//! Makes a [`Severity`] from the columns that make the layout certain: a letter or a word alone
//! would be a guess. The header reader asks right behind the time.

use crate::record::severity::Severity;

/// The level of the columns at the beginning of `rest`, its text, and how far the header reaches.
pub(super) fn column_level(rest: &[u8]) -> Option<(Severity, &[u8], usize)> {
    let first = columns(rest).next()?;
    match first {
        [b'0', b'x', digits @ ..] if is_hex(digits) => unified_log(rest),
        thread if thread.len() == 8 && is_hex(thread) => websphere(rest),
        processes if is_pair_of_numbers(processes) => android_studio(rest),
        _ => threadtime(rest),
    }
}

fn columns(rest: &[u8]) -> impl Iterator<Item = &[u8]> {
    rest[..rest.len().min(200)].split(|b| matches!(b, b' ' | b'\t')).filter(|c| !c.is_empty())
}

fn is_hex(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(u8::is_ascii_hexdigit)
}

fn is_pair_of_numbers(text: &[u8]) -> bool {
    let mut parts = text.split(|b| *b == b'-');
    let is_number = |part: Option<&[u8]>| {
        part.is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
    };
    is_number(parts.next()) && is_number(parts.next()) && parts.next().is_none()
}

/// Where a column ends that was cut from `rest`.
fn end_of(rest: &[u8], column: &[u8]) -> usize {
    column.as_ptr() as usize - rest.as_ptr() as usize + column.len()
}

/// `0x1a2b  Error  0x0  123  0  locationd: text` of Apple's unified log.
fn unified_log(rest: &[u8]) -> Option<(Severity, &[u8], usize)> {
    let mut columns = columns(rest).skip(1);
    let (word, activity) = (columns.next()?, columns.next()?);
    let severity = match word {
        b"Default" | b"Activity" | b"Info" => Severity::INFO,
        b"Debug" => Severity::DEBUG,
        b"Error" => Severity::ERROR,
        b"Fault" => Severity::FATAL,
        _ => return None,
    };
    activity.starts_with(b"0x").then(|| (severity, word, end_of(rest, word)))
}

/// `0000005c ServletWrappe E   SRVE0068E: text` of WebSphere and Liberty: thread, logger, event.
fn websphere(rest: &[u8]) -> Option<(Severity, &[u8], usize)> {
    let event = columns(rest).nth(2).filter(|event| event.len() == 1)?;
    let severity = match event {
        b"F" => Severity::FATAL,
        b"E" | b"R" => Severity::ERROR,
        b"W" => Severity::WARN,
        b"A" => Severity::INFO2,
        b"I" | b"O" => Severity::INFO,
        b"C" | b"D" | b"1" => Severity::DEBUG,
        b"2" | b"3" | b">" | b"<" => Severity::TRACE,
        _ => return None,
    };
    Some((severity, event, end_of(rest, event)))
}

/// `root  1215  1215 W tag: text` of logcat with the user: user, process, thread, level.
fn threadtime(rest: &[u8]) -> Option<(Severity, &[u8], usize)> {
    let mut columns = columns(rest).skip(1);
    let is_number = |column: &&[u8]| column.iter().all(u8::is_ascii_digit);
    let _process = columns.next().filter(is_number)?;
    let _thread = columns.next().filter(is_number)?;
    let level = columns.next()?;
    let [letter @ (b'V' | b'D' | b'I' | b'W' | b'E' | b'F')] = level else { return None };
    Some((Severity::from_letter(*letter)?, level, end_of(rest, level)))
}

/// `1234-5678  Tag  com.example.app  D  text` of Android Studio.
fn android_studio(rest: &[u8]) -> Option<(Severity, &[u8], usize)> {
    // The tag may hold blanks; the package holds none, and a dot or `pid-…`.
    let mut package: &[u8] = b"";
    for column in columns(rest).skip(1).take(6) {
        if let [letter @ (b'V' | b'D' | b'I' | b'W' | b'E' | b'A')] = column
            && (package.contains(&b'.') || package.starts_with(b"pid-"))
        {
            let severity = Severity::from_letter(*letter)?;
            return Some((severity, column, end_of(rest, column)));
        }
        package = column;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_is_read_from_its_column() {
        for (rest, expected) in [
            ("0x1a2b     Error       0x0   123  0  locationd: [x] text", Some((17, "Error"))),
            ("0000005c ServletWrappe E   SRVE0068E: text", Some((17, "E"))),
            ("0000005d SystemOut     O text", Some((9, "O"))),
            ("1234-5678  CartTag   com.example.shop   W  text", Some((13, "W"))),
            ("1234-5678  I am I", None),
            ("0x1a2b Error in page", None),
            ("deadbeef is a word", None),
        ] {
            let found = column_level(rest.as_bytes())
                .map(|(severity, text, _)| (severity.number(), str_of(text)));
            assert_eq!(found, expected, "{rest}");
        }
    }

    fn str_of(text: &[u8]) -> &str {
        std::str::from_utf8(text).unwrap_or_default()
    }
}
