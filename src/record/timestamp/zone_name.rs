//! Zones as stamps name them: offsets, abbreviations, and names written out in words.
//!
//! Makes seconds east of UTC, and says how long the name is. Zones of the IANA database, which need
//! the moment too, are [`super::zone`]'s.

/// Abbreviations as loggers print them. Where one stands for several zones, the one that logs
/// use most; `--tz` and a numeric offset in the log are the ways to be exact.
const NAMES: &[(&str, i32)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("WET", 0),
    ("WEST", 60),
    ("BST", 60),
    ("CET", 60),
    ("CEST", 120),
    ("EET", 120),
    ("EEST", 180),
    ("MSK", 180),
    ("IST", 330),
    ("JST", 540),
    ("KST", 540),
    ("HKT", 480),
    ("SGT", 480),
    ("AWST", 480),
    ("ACST", 570),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("BRT", -180),
    ("ART", -180),
    ("AST", -240),
    ("ADT", -180),
    ("EST", -300),
    ("EDT", -240),
    ("CST", -360),
    ("CDT", -300),
    ("MST", -420),
    ("MDT", -360),
    ("PST", -480),
    ("PDT", -420),
    ("AKST", -540),
    ("AKDT", -480),
    ("HST", -600),
    ("UCT", 0),
    ("MEZ", 60),
    ("MESZ", 120),
    ("WAT", 60),
    ("CAT", 120),
    ("SAST", 120),
    ("IDT", 180),
    ("EAT", 180),
    ("TRT", 180),
    ("MSD", 240),
    ("GST", 240),
    ("SAMT", 240),
    ("AZT", 240),
    ("PKT", 300),
    ("UZT", 300),
    ("YEKT", 300),
    ("NPT", 345),
    ("OMST", 360),
    ("ICT", 420),
    ("WIB", 420),
    ("NOVT", 420),
    ("KRAT", 420),
    ("WITA", 480),
    ("PHT", 480),
    ("PHST", 480),
    ("MYT", 480),
    ("IRKT", 480),
    ("WIT", 540),
    ("YAKT", 540),
    ("VLAT", 600),
    ("CHST", 600),
    ("ACDT", 630),
    ("MAGT", 660),
    ("PETT", 720),
    ("BRST", -120),
    ("NDT", -150),
    ("UYT", -180),
    ("CLST", -180),
    ("NST", -210),
    ("CLT", -240),
    ("VET", -240),
    ("COT", -300),
    ("PET", -300),
    ("SST", -660),
];

/// Names written out, as Java and Windows print them, in standard and in daylight time. Where the
/// two systems differ, both.
const LONG_NAMES: &[(&str, i32, i32)] = &[
    ("Coordinated Universal", 0, 0),
    ("Greenwich Mean", 0, 60),
    ("GMT", 0, 60),
    ("British", 0, 60),
    ("Western European", 0, 60),
    ("Central European", 60, 120),
    ("Central Europe", 60, 120),
    ("W. Europe", 60, 120),
    ("Romance", 60, 120),
    ("West Africa", 60, 120),
    ("W. Central Africa", 60, 60),
    ("Eastern European", 120, 180),
    ("E. Europe", 120, 180),
    ("FLE", 120, 180),
    ("GTB", 120, 180),
    ("Central Africa", 120, 120),
    ("South Africa", 120, 120),
    ("Israel", 120, 180),
    ("Moscow", 180, 240),
    ("Russian", 180, 240),
    ("Turkey", 180, 180),
    ("Arab", 180, 180),
    ("East Africa", 180, 180),
    ("Eastern African", 180, 180),
    ("E. Africa", 180, 180),
    ("Arabian", 240, 240),
    ("Gulf", 240, 240),
    ("Pakistan", 300, 360),
    ("India", 330, 330),
    ("Nepal", 345, 345),
    ("Indochina", 420, 420),
    ("SE Asia", 420, 420),
    ("Western Indonesia", 420, 420),
    ("China", 480, 540),
    ("Hong Kong", 480, 540),
    ("Singapore", 480, 480),
    ("Taipei", 480, 540),
    ("Philippine", 480, 540),
    ("Australian Western", 480, 540),
    ("W. Australia", 480, 540),
    ("Japan", 540, 600),
    ("Tokyo", 540, 600),
    ("Korea", 540, 600),
    ("Korean", 540, 600),
    ("Australian Central", 570, 630),
    ("Cen. Australia", 570, 630),
    ("Australian Eastern", 600, 660),
    ("AUS Eastern", 600, 660),
    ("E. Australia", 600, 600),
    ("New Zealand", 720, 780),
    ("Brasilia", -180, -120),
    ("E. South America", -180, -120),
    ("Argentina", -180, -120),
    ("Newfoundland", -210, -150),
    ("Atlantic", -240, -180),
    ("Chile", -240, -180),
    ("Eastern", -300, -240),
    ("Colombia", -300, -240),
    ("Peru", -300, -240),
    ("Central", -360, -300),
    ("Mountain", -420, -360),
    ("Pacific", -480, -420),
    ("Alaska", -540, -480),
    ("Alaskan", -540, -480),
    ("Hawaii", -600, -540),
    ("Hawaiian", -600, -540),
    ("Hawaii-Aleutian", -600, -540),
];

/// Reads a zone that is written out: `India Standard Time`, `Central European Summer Time`. Gives
/// seconds east of UTC and the length read.
pub(crate) fn parse_long_zone(bytes: &[u8]) -> Option<(i32, usize)> {
    const SEASONS: [(&[u8], bool); 4] = [
        (b" Standard Time", false),
        (b" Daylight Time", true),
        (b" Summer Time", true),
        (b" Time", false),
    ];
    // A cheap look first, since most that stands here is a level: `India`, `W. Europe`, `SE Asia`, `GMT`.
    if !matches!(
        bytes,
        [b'A'..=b'Z', b'a'..=b'z' | b'.', ..]
            | [b'A'..=b'Z', b'A'..=b'Z', b' ', ..]
            | [b'A'..=b'Z', b'A'..=b'Z', b'A'..=b'Z', b' ', ..]
    ) {
        return None;
    }
    let mut candidates = LONG_NAMES.iter().filter(|(name, ..)| bytes.starts_with(name.as_bytes()));
    candidates.find_map(|(name, standard, daylight)| {
        let rest = &bytes[name.len()..];
        let (season, is_daylight) = SEASONS.iter().find(|(words, _)| rest.starts_with(words))?;
        let ends = !rest.get(season.len()).is_some_and(u8::is_ascii_alphanumeric);
        let minutes = if *is_daylight { daylight } else { standard };
        ends.then_some((minutes * 60, name.len() + season.len()))
    })
}

/// Reads a zone at the start of the bytes: `Z`, `+02:00`, `+0200`, `+02`, `UTC`, `CEST`. Gives
/// seconds east of UTC and the length read.
pub(crate) fn parse_zone(bytes: &[u8]) -> Option<(i32, usize)> {
    match *bytes.first()? {
        b'Z' | b'z' if !bytes.get(1).is_some_and(u8::is_ascii_alphanumeric) => Some((0, 1)),
        sign @ (b'+' | b'-') => {
            // DB2 counts the minutes: `+480`.
            let digits = bytes[1..].iter().take(5).take_while(|b| b.is_ascii_digit()).count();
            if digits == 3 {
                let minutes = bytes[1..4].iter().fold(0, |n, b| n * 10 + i32::from(b - b'0'));
                let offset = minutes * 60;
                return (minutes <= 840)
                    .then_some((if sign == b'-' { -offset } else { offset }, 4));
            }
            let hours = two(bytes, 1)?;
            let (minutes, length) = if bytes.get(3) == Some(&b':') {
                // What follows may be a field of its own: `-03:10.0.0.7`.
                match two(bytes, 4)? {
                    minutes if minutes % 15 == 0 => (minutes, 6),
                    _ => (0, 3),
                }
            } else if let Some(minutes) = two(bytes, 3) {
                (minutes, 5)
            } else {
                (0, 3)
            };
            if hours > 15 || minutes > 59 || bytes.get(length).is_some_and(u8::is_ascii_digit) {
                return None;
            }
            let offset = (hours * 60 + minutes) as i32 * 60;
            Some((if sign == b'-' { -offset } else { offset }, length))
        }
        b'A'..=b'Z' => {
            let length = bytes.iter().take_while(|b| b.is_ascii_uppercase()).count();
            if bytes.get(length).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_') {
                return None;
            }
            let name = &bytes[..length];
            let (_, minutes) = NAMES.iter().find(|(known, _)| known.as_bytes() == name)?;
            Some((minutes * 60, length))
        }
        _ => None,
    }
}

fn two(bytes: &[u8], at: usize) -> Option<u32> {
    match (bytes.get(at)?, bytes.get(at + 1)?) {
        (a @ b'0'..=b'9', b @ b'0'..=b'9') => Some(u32::from(a - b'0') * 10 + u32::from(b - b'0')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_read_in_all_spellings() {
        for (text, expected) in [
            ("Z", Some((0, 1))),
            ("+02:00 x", Some((7200, 6))),
            ("-0330", Some((-12600, 5))),
            ("+01", Some((3600, 3))),
            ("CEST [12]", Some((7200, 4))),
            ("SAST", Some((7200, 4))),
            ("-03:17", Some((-10800, 3))),
            ("UTCX", None),
            ("INFO", None),
            ("+2", None),
            ("-12345", None),
        ] {
            assert_eq!(parse_zone(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn zones_are_read_that_are_written_out() {
        for (text, expected) in [
            ("India Standard Time> <x", Some((19_800, 19))),
            ("Central European Summer Time", Some((7200, 28))),
            ("W. Europe Standard Time", Some((3600, 23))),
            ("Eastern Daylight Time", Some((-14_400, 21))),
            ("SE Asia Standard Time", Some((25_200, 21))),
            ("Central Timeout reached", None),
            ("Eastern wind", None),
            ("Middle Earth Time", None),
        ] {
            assert_eq!(parse_long_zone(text.as_bytes()), expected, "{text}");
        }
    }
}
