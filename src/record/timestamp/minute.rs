//! Stamps of the minute of the stamp before: a shortcut, since a log's stamps mostly are.
//!
//! Reads RFC 3339 in UTC (`2026-11-22T10:30:45.120Z`) and nothing else; what it reads is what
//! [`parse_at`] reads.

use super::layout::parse_at;
use super::{Reference, SECOND, Timestamp};

/// The minute of the last stamp.
#[derive(Clone, Debug, Default)]
pub(crate) struct Minute {
    /// `2026-11-22T10:30:`
    text: [u8; Minute::LENGTH],
    start: i64,
}

/// Nanoseconds of one unit in the last of so many decimal places.
const SCALE: [i64; 10] =
    [SECOND, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

impl Minute {
    const LENGTH: usize = 17;

    /// Reads a stamp that has this layout.
    #[inline]
    pub(crate) fn parse(&mut self, text: &[u8], reference: &Reference) -> Option<Timestamp> {
        let (minute, rest) = text.split_first_chunk::<{ Minute::LENGTH }>()?;
        let within = within_minute(rest)?;
        if *minute != self.text {
            let stamp = parse_at(text, reference).filter(|stamp| stamp.length == text.len())?;
            (self.text, self.start) = (*minute, stamp.timestamp.nanoseconds().checked_sub(within)?);
        }
        self.start.checked_add(within).map(Timestamp::from_nanoseconds)
    }
}

/// Nanoseconds of `45.120Z`. A leap second is left to others.
#[inline]
fn within_minute(text: &[u8]) -> Option<i64> {
    let [tens @ b'0'..=b'5', ones @ b'0'..=b'9', rest @ ..] = text else { return None };
    let seconds = i64::from(tens - b'0') * 10 + i64::from(ones - b'0');
    let digits = match rest {
        b"Z" => &[][..],
        [b'.', digits @ .., b'Z'] if matches!(digits.len(), 1..=9) => digits,
        _ => return None,
    };
    let mut fraction = 0;
    for digit in digits {
        let digit = digit.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        fraction = fraction * 10 + i64::from(digit);
    }
    Some(seconds * SECOND + fraction * SCALE[digits.len()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::timestamp::TimeZone;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_it_reads_is_what_all_layouts_read(
            texts in prop::collection::vec(
                "(2026-11-22T10:3[01]:|2026-02-3[0-2]T2[0-9]:00:|2026-11-22 10:30:)[0-6][0-9](\\.[0-9]{0,10})?(Z|z|)",
                1..8,
            )
        ) {
            let latest = Timestamp::from_nanoseconds(1_795_370_400_000_000_000);
            let reference = Reference { latest, time_zone: TimeZone::UTC, slack: Reference::SURE };
            let mut minute = Minute::default();
            for text in &texts {
                let known = minute.parse(text.as_bytes(), &reference);
                let expected = parse_at(text.as_bytes(), &reference)
                    .filter(|stamp| stamp.length == text.len())
                    .map(|stamp| stamp.timestamp);
                prop_assert!(known.is_none() || known == expected, "{text}: {known:?}");
                let is_plain = text.ends_with('Z') && expected.is_some() && !text.contains(' ');
                let is_leap = text.get(17..19).is_some_and(|seconds| seconds >= "60");
                let is_fine = text.len() <= 30 && !text.contains(".Z");
                prop_assert!(known.is_some() || !is_plain || is_leap || !is_fine, "{text}");
            }
        }
    }
}
