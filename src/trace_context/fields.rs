//! The fields that all formats are made of: hex ids of some width, decimal ids, separators.

use std::ops::RangeInclusive;

use super::hex;
use super::id::{SpanId, TraceId};
use super::value_error::{Fault, ValueError};

/// The parts of a value between separators, each with the offset of its first byte.
pub(crate) fn split(value: &[u8], separator: u8) -> impl Iterator<Item = (&[u8], usize)> {
    let mut start = 0;
    value.split(move |&byte| byte == separator).map(move |part| {
        let at = start;
        start += part.len() + 1;
        (part, at)
    })
}

/// A value whose hex id has one of these widths and ends at the wrong byte: then that byte is meant
/// as a separator, and is no wrong digit.
pub(crate) fn check_separator(
    value: &[u8],
    field: &'static str,
    widths: &[usize],
    separators: &[u8],
) -> Result<(), ValueError> {
    let digits = value.iter().position(|&byte| !hex::is_lower_hex(byte)).unwrap_or(value.len());
    match value.get(digits) {
        Some(&found)
            if widths.contains(&digits)
                && !separators.contains(&found)
                && !found.is_ascii_alphanumeric() =>
        {
            let fault = Fault::Separator { found: Some(found), expected: separators[0] };
            Err(ValueError::new(field, digits, fault))
        }
        _ => Ok(()),
    }
}

fn hex_value(
    digits: &[u8],
    byte: usize,
    field: &'static str,
    width: RangeInclusive<usize>,
    expected: &'static str,
) -> Result<u128, ValueError> {
    if digits.is_empty() {
        return Err(ValueError::new(field, byte, Fault::Empty));
    }
    if let Some(at) = digits.iter().position(|&byte| !hex::is_lower_hex(byte)) {
        return Err(ValueError::new(field, byte + at, Fault::Hex(digits[at])));
    }
    match hex::read_short(digits) {
        Some(value) if width.contains(&digits.len()) => Ok(value),
        _ => Err(ValueError::new(field, byte, Fault::Length { found: digits.len(), expected })),
    }
}

/// Zero is no id, in any format.
pub(crate) fn zero_or<Id>(
    id: Option<Id>,
    field: &'static str,
    byte: usize,
) -> Result<Id, ValueError> {
    id.ok_or(ValueError::new(field, byte, Fault::Zero))
}

/// A trace id of lowercase hex digits that stands at this byte.
pub(crate) fn hex_trace_id(
    digits: &[u8],
    byte: usize,
    field: &'static str,
    width: RangeInclusive<usize>,
    expected: &'static str,
) -> Result<TraceId, ValueError> {
    let value = hex_value(digits, byte, field, width, expected)?;
    zero_or(TraceId::new(value), field, byte)
}

/// A span id of lowercase hex digits that stands at this byte.
pub(crate) fn hex_span_id(
    digits: &[u8],
    byte: usize,
    field: &'static str,
    width: RangeInclusive<usize>,
    expected: &'static str,
) -> Result<SpanId, ValueError> {
    let value = hex_value(digits, byte, field, width, expected)?;
    zero_or(SpanId::new(value as u64), field, byte)
}

/// A decimal number of 64 bits that stands at this byte.
pub(crate) fn decimal_u64(
    digits: &[u8],
    byte: usize,
    field: &'static str,
) -> Result<u64, ValueError> {
    if digits.is_empty() {
        return Err(ValueError::new(field, byte, Fault::Empty));
    }
    let mut value = 0u64;
    for (at, &digit) in digits.iter().enumerate() {
        if !digit.is_ascii_digit() {
            return Err(ValueError::new(field, byte + at, Fault::Decimal(digit)));
        }
        value = value
            .checked_mul(10)
            .and_then(|value| value.checked_add(u64::from(digit - b'0')))
            .ok_or(ValueError::new(field, byte, Fault::TooLarge))?;
    }
    Ok(value)
}
