//! Where a word of a header ends, and what in it may matter: one look at each byte.
//!
//! Makes [`Word`]s. What a word means is the header reader's business.

/// What a byte is, in bits.
const GAP: u8 = 1;
const END: u8 = 2;
const BARE_END: u8 = 4;
const EQUALS: u8 = 8;

const CLASSES: [u8; 256] = {
    let mut table = [0; 256];
    let sets: [(&[u8], u8); 4] =
        [(b" \t|-,;:~>#*.]", GAP), (b" \t|])[", END), (b":,;>*", BARE_END), (b"=", EQUALS)];
    let mut set = 0;
    while set < sets.len() {
        let mut at = 0;
        while at < sets[set].0.len() {
            table[sets[set].0[at] as usize] |= sets[set].1;
            at += 1;
        }
        set += 1;
    }
    table
};

const fn class(byte: u8) -> u8 {
    CLASSES[byte as usize]
}

/// How many bytes there are between the parts of a header: blanks, bars, dashes and the like.
#[inline]
pub(super) fn gap(rest: &[u8]) -> usize {
    rest.iter().position(|b| class(*b) & GAP == 0).unwrap_or(rest.len())
}

/// A word of a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Word {
    /// Of all of it; at least 1.
    pub(super) length: usize,
    /// Without the separators that loggers put directly behind: `INFO:`, `main::`, `ERROR,`.
    pub(super) bare_length: usize,
    /// Where the first `=` is; 0: nowhere that would make a pair.
    pub(super) equals: usize,
}

/// The word that begins `rest`, which must not be empty.
#[inline]
pub(super) fn word(rest: &[u8]) -> Word {
    let mut word = Word { length: rest.len(), bare_length: usize::MAX, equals: 0 };
    for (at, &byte) in rest.iter().enumerate() {
        match class(byte) & !GAP {
            0 => {}
            bits if bits & END != 0 => {
                word.length = at.max(1);
                break;
            }
            bits if bits & BARE_END != 0 => word.bare_length = word.bare_length.min(at),
            _ if word.equals == 0 => word.equals = at,
            _ => {}
        }
    }
    word.bare_length = word.bare_length.min(word.length);
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_measured_in_one_go() {
        for (text, length, bare_length, equals) in [
            ("INFO: text", 5, 4, 0),
            ("a=b c", 3, 3, 1),
            ("=b", 2, 2, 0),
            ("main::db| x", 8, 4, 0),
            ("[x]", 1, 1, 0),
            ("last", 4, 4, 0),
        ] {
            assert_eq!(word(text.as_bytes()), Word { length, bare_length, equals }, "{text}");
        }
        assert_eq!(gap(b" - | x"), 5);
        assert_eq!(gap(b""), 0);
    }
}
