//! Lowercase hexadecimal, eight digits at a time.
//!
//! The grammars of trace context know only `0-9a-f`, so nothing here folds case. Reading works on
//! whole machine words because logs hold many more ids than anything else; which digit is wrong
//! is found out afterwards, by whoever has to tell.

const HIGH_BITS: u64 = 0x8080_8080_8080_8080;

const fn repeat(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// Whether the byte is `0`–`9` or `a`–`f`.
pub const fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// Reads 8 lowercase hex digits; `None` if one of them is anything else.
#[inline]
pub(crate) fn read_u32(digits: &[u8; 8]) -> Option<u32> {
    let word = u64::from_be_bytes(*digits);
    if word & HIGH_BITS != 0 {
        return None;
    }
    // No byte is above 0x7f and no addend above 0x50, so no sum carries into its neighbour: the
    // high bit of each byte says whether it reached the bound.
    let reached = |bound: u8| word.wrapping_add(repeat(0x80 - bound));
    let decimal = reached(b'0') & !reached(b'9' + 1);
    let letter = reached(b'a') & !reached(b'f' + 1);
    if (decimal | letter) & HIGH_BITS != HIGH_BITS {
        return None;
    }
    let nibbles = (word & repeat(0x0f)).wrapping_add(((word >> 6) & repeat(0x01)).wrapping_mul(9));
    let bytes = (nibbles | nibbles >> 4) & 0x00ff_00ff_00ff_00ff;
    let halves = (bytes | bytes >> 8) & 0x0000_ffff_0000_ffff;
    Some((halves | halves >> 16) as u32)
}

/// Reads 16 lowercase hex digits; `None` if there are not 16 or one of them is anything else.
#[inline]
pub(crate) fn read_u64(digits: &[u8]) -> Option<u64> {
    let (high, low) = digits.split_first_chunk::<8>()?;
    let low: &[u8; 8] = low.try_into().ok()?;
    Some(u64::from(read_u32(high)?) << 32 | u64::from(read_u32(low)?))
}

/// Reads 32 lowercase hex digits; `None` if there are not 32 or one of them is anything else.
#[inline]
pub(crate) fn read_u128(digits: &[u8]) -> Option<u128> {
    let (high, low) = digits.split_at_checked(16)?;
    Some(u128::from(read_u64(high)?) << 64 | u128::from(read_u64(low)?))
}

/// Reads 2 lowercase hex digits.
#[inline]
pub(crate) fn read_u8(high: u8, low: u8) -> Option<u8> {
    Some(nibble(high)? << 4 | nibble(low)?)
}

#[inline]
const fn nibble(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

/// Reads 1 to 32 hex digits of any number; `None` for none, for more, or for another byte.
pub(crate) fn read_short(digits: &[u8]) -> Option<u128> {
    if digits.is_empty() || digits.len() > 32 {
        return None;
    }
    digits.iter().try_fold(0u128, |value, &byte| Some(value << 4 | u128::from(nibble(byte)?)))
}

/// The 8 digits of a 32-bit value, padded.
#[inline]
pub(crate) fn digits_u32(value: u32) -> [u8; 8] {
    let halves = u64::from(value);
    let bytes = (halves | halves << 16) & 0x0000_ffff_0000_ffff;
    let pairs = (bytes | bytes << 8) & 0x00ff_00ff_00ff_00ff;
    let nibbles = (pairs | pairs << 4) & repeat(0x0f);
    let letters = (nibbles.wrapping_add(repeat(6)) >> 4) & repeat(0x01);
    nibbles
        .wrapping_add(repeat(b'0'))
        .wrapping_add(letters.wrapping_mul(u64::from(b'a' - b'0' - 10)))
        .to_be_bytes()
}

/// Writes the 16 digits of a 64-bit value.
///
/// # Panics
/// If `out` is not 16 bytes long; all callers slice by constants.
#[inline]
pub(crate) fn write_u64(value: u64, out: &mut [u8]) {
    out[..8].copy_from_slice(&digits_u32((value >> 32) as u32));
    out[8..16].copy_from_slice(&digits_u32(value as u32));
}

/// The 2 digits of a byte.
#[inline]
pub(crate) fn digits_u8(value: u8) -> [u8; 2] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    [DIGITS[usize::from(value >> 4)], DIGITS[usize::from(value & 15)]]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_byte_is_judged_like_the_slow_way() {
        for at in 0..8 {
            for byte in 0..=255u8 {
                let mut digits = *b"0f9a5c3e";
                digits[at] = byte;
                let expected = std::str::from_utf8(&digits)
                    .ok()
                    .filter(|text| text.bytes().all(is_lower_hex))
                    .map(|text| u32::from_str_radix(text, 16).unwrap());
                assert_eq!(read_u32(&digits), expected, "{digits:?}");
            }
        }
    }

    #[test]
    fn digits_are_padded_and_read_back() {
        for value in [0, 1, 9, 10, 0xabc, 0x0123_4567, 0x89ab_cdef, u32::MAX] {
            assert_eq!(digits_u32(value), format!("{value:08x}").as_bytes());
            assert_eq!(read_u32(&digits_u32(value)), Some(value));
        }
        for value in 0..=255u8 {
            let [high, low] = digits_u8(value);
            assert_eq!(read_u8(high, low), Some(value));
        }
    }

    #[test]
    fn short_digits_have_any_number_up_to_32() {
        assert_eq!(read_short(b"3ce9"), Some(0x3ce9));
        assert_eq!(read_short(&[b'f'; 32]), Some(u128::MAX));
        assert_eq!(read_short(&[b'0'; 33]), None);
        assert_eq!(read_short(b""), None);
        assert_eq!(read_short(b"+1"), None);
    }
}
