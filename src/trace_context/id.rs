//! Trace and span identifiers: 16 and 8 bytes, printed as padded lowercase hex, never zero.

use std::fmt;

use super::hex;

/// A 128-bit trace id (W3C Trace Context Level 2, section "trace-id"). Never zero.
///
/// ```
/// use traceline::trace_context::TraceId;
///
/// let id = TraceId::from_lower_hex(b"4bf92f3577b34da6a3ce929d0e0e4736")?;
/// assert_eq!(id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
/// // What 64-bit systems show of it.
/// assert_eq!(id.low64(), 11803532876627986230);
/// assert_eq!(TraceId::new(0), None);
/// # Ok::<(), traceline::trace_context::IdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TraceId(u128);

/// A 64-bit span id (W3C Trace Context Level 2, section "parent-id"). Never zero.
///
/// ```
/// use traceline::trace_context::SpanId;
///
/// let id = SpanId::from_lower_hex(b"00f067aa0ba902b7")?;
/// assert_eq!(id.get(), 67667974448284343);
/// let error = SpanId::from_lower_hex(b"00F067AA0BA902B7").unwrap_err();
/// assert_eq!(error.to_string(), "has uppercase 'F' at byte 2, only 0-9 and a-f are allowed");
/// # Ok::<(), traceline::trace_context::IdError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SpanId(u64);

/// Why bytes are not an id. Offsets count from the first byte given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdError {
    /// Not the number of digits that was expected.
    Length {
        /// Digits found.
        found: usize,
        /// Digits expected.
        expected: usize,
    },
    /// A byte that is not a lowercase hexadecimal digit.
    Digit {
        /// The byte.
        byte: u8,
        /// Its offset.
        at: usize,
    },
    /// All digits are zero, which the specification declares invalid.
    Zero,
}

impl fmt::Display for IdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            IdError::Length { found, expected } => {
                write!(f, "has {found} digits, expected {expected}")
            }
            IdError::Digit { byte, at } if byte.is_ascii_uppercase() => {
                write!(
                    f,
                    "has uppercase {:?} at byte {at}, only 0-9 and a-f are allowed",
                    *byte as char
                )
            }
            IdError::Digit { byte, at } => {
                write!(f, "has {:?} at byte {at}, only 0-9 and a-f are allowed", *byte as char)
            }
            IdError::Zero => f.write_str("is all zeros"),
        }
    }
}

impl std::error::Error for IdError {}

/// Says which digit is wrong, once it is known that one is.
#[cold]
fn explain(digits: &[u8], expected: usize) -> IdError {
    if digits.len() != expected {
        return IdError::Length { found: digits.len(), expected };
    }
    match digits.iter().position(|&byte| !hex::is_lower_hex(byte)) {
        Some(at) => IdError::Digit { byte: digits[at], at },
        None => IdError::Zero,
    }
}

impl TraceId {
    /// The id with this value; `None` for zero.
    pub const fn new(value: u128) -> Option<TraceId> {
        if value == 0 { None } else { Some(TraceId(value)) }
    }

    /// Reads exactly 32 lowercase hex digits.
    ///
    /// # Errors
    /// Wrong length, a byte that is no lowercase hex digit, or all zeros.
    pub fn from_lower_hex(digits: &[u8]) -> Result<TraceId, IdError> {
        hex::read_u128(digits).and_then(TraceId::new).ok_or_else(|| explain(digits, 32))
    }

    /// The value as an integer.
    pub const fn get(self) -> u128 {
        self.0
    }

    /// The right-most 64 bits: what 64-bit systems keep of a 128-bit id.
    pub const fn low64(self) -> u64 {
        self.0 as u64
    }

    /// The left-most 64 bits; zero for an id that was 64 bits long at its source.
    pub const fn high64(self) -> u64 {
        (self.0 >> 64) as u64
    }
}

impl SpanId {
    /// The id with this value; `None` for zero.
    pub const fn new(value: u64) -> Option<SpanId> {
        if value == 0 { None } else { Some(SpanId(value)) }
    }

    /// Reads exactly 16 lowercase hex digits.
    ///
    /// # Errors
    /// Wrong length, a byte that is no lowercase hex digit, or all zeros.
    pub fn from_lower_hex(digits: &[u8]) -> Result<SpanId, IdError> {
        hex::read_u64(digits).and_then(SpanId::new).ok_or_else(|| explain(digits, 16))
    }

    /// The value as an integer.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Display for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TraceId({self})")
    }
}

impl fmt::Debug for SpanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SpanId({self})")
    }
}
