//! Names of months: English ones, whole or shortened, and those of other languages.
//!
//! Makes the number of a month from a name at a given position. What stands around it is the
//! layout's business.

const MONTHS: [&[u8; 3]; 12] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
];

/// Months as other languages shorten them, where English does not: systems log in the language of
/// their users.
const FOREIGN_MONTHS: &[(&str, u32)] = &[
    ("janv", 1),
    ("jän", 1),
    ("ene", 1),
    ("gen", 1),
    ("févr", 2),
    ("fév", 2),
    ("fevr", 2),
    ("mars", 3),
    ("mär", 3),
    ("märz", 3),
    ("mrz", 3),
    ("mrt", 3),
    ("avr", 4),
    ("avril", 4),
    ("abr", 4),
    ("mai", 5),
    ("maj", 5),
    ("mei", 5),
    ("mag", 5),
    ("juin", 6),
    ("juni", 6),
    ("giu", 6),
    ("juil", 7),
    ("juli", 7),
    ("lug", 7),
    ("août", 8),
    ("aout", 8),
    ("ago", 8),
    ("okt", 10),
    ("ott", 10),
    ("déc", 12),
    ("dez", 12),
    ("dic", 12),
];

/// The month that is named at a position, and where the name ends.
pub(super) fn month_name(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    let name = bytes.get(at..at + 3)?;
    // No month begins with another letter, in any of the languages.
    if !matches!(name[0] | 0x20, b'a' | b'd'..=b'g' | b'j' | b'l'..=b'o' | b's') {
        return None;
    }
    let english = MONTHS.iter().position(|month| name.eq_ignore_ascii_case(*month));
    let Some(month) = english.map(|month| month as u32 + 1) else {
        return foreign_month(bytes, at);
    };
    // "November" and "Sept" are months as well, "Marble" is none.
    let letters = bytes[at..].iter().take(12).take_while(|b| b.is_ascii_alphabetic()).count();
    let known: &[&str] = &[
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "sept",
        "october",
        "november",
        "december",
    ];
    let word = &bytes[at..at + letters];
    if letters == 3 || known.iter().any(|k| word.eq_ignore_ascii_case(k.as_bytes())) {
        return Some((month, at + letters));
    }
    foreign_month(bytes, at)
}

fn foreign_month(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    // The shortest have three letters, the longest, in bytes, five; then comes a separator.
    let ends = |at: usize| matches!(bytes.get(at), Some(b' ' | b'.' | b'-' | b'/'));
    if !(3..=5).any(|length| ends(at + length)) {
        return None;
    }
    let is_letter = |b: &&u8| b.is_ascii_alphabetic() || **b > 0x7f;
    let letters = bytes[at..].iter().take(8).take_while(is_letter).count();
    let word = std::str::from_utf8(&bytes[at..at + letters]).ok()?;
    let (_, month) = FOREIGN_MONTHS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name))?;
    // Some are printed with a dot.
    let dot = usize::from(bytes.get(at + letters) == Some(&b'.'));
    Some((*month, at + letters + dot))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_are_known_by_their_names_in_several_languages() {
        for (text, expected) in [
            ("Nov 22", Some((11, 3))),
            ("Sept 22", Some((9, 4))),
            ("août 19", Some((8, 5))),
            ("févr. 19", Some((2, 6))),
            ("Okt 3", Some((10, 3))),
            ("mars 3", Some((3, 4))),
            ("Marble 3", None),
            ("magic 3", None),
        ] {
            assert_eq!(month_name(text.as_bytes(), 0), expected, "{text}");
        }
    }
}
