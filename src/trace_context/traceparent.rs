//! The `traceparent` header (W3C Trace Context Level 2, section "Traceparent Header").
//!
//! Reading is done twice: [`TraceParent::parse`] judges a good value by a few machine words and
//! without allocating, because logs hold millions of them; only a value that fails there is
//! walked byte by byte, to say what is wrong and where.

use std::fmt;

use super::flags::{Level, TraceFlags};
use super::hex;
use super::id::{SpanId, TraceId};
use super::value_error::{Fault, ValueError};

/// A valid `traceparent`: which trace, which span sent it, and how it is sampled.
///
/// ```
/// use traceline::trace_context::{Level, SpanId, TraceParent};
///
/// let value = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
/// let parent = TraceParent::parse(value)?;
/// assert!(parent.trace_flags.is_sampled());
///
/// let child = parent.child(SpanId::new(0xab).unwrap(), Level::Two);
/// assert_eq!(child.to_string(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00000000000000ab-01");
///
/// let error = TraceParent::parse(b"00-4bf92f3577b34da6-00f067aa0ba902b7-01").unwrap_err();
/// assert_eq!(error.to_string(), "trace-id has 16 digits, expected 32 (byte 3)");
/// # Ok::<(), traceline::trace_context::ValueError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceParent {
    /// 0 to 0xfe. Above 0, fields may have followed that are not kept.
    pub version: u8,
    /// The trace.
    pub trace_id: TraceId,
    /// The sender's span, called parent-id on the wire.
    pub parent_id: SpanId,
    /// All eight bits as received.
    pub trace_flags: TraceFlags,
}

/// Optional white space of HTTP (RFC 9110, section 5.6.3): these two bytes only.
pub(crate) const fn is_ows(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// The value without optional white space around it, and how many bytes of it stood in front.
pub(crate) fn trim_ows(value: &[u8]) -> (&[u8], usize) {
    let start = value.iter().position(|&byte| !is_ows(byte)).unwrap_or(value.len());
    let end = value.iter().rposition(|&byte| !is_ows(byte)).map_or(start, |last| last + 1);
    (&value[start..end], start)
}

impl TraceParent {
    /// Length in bytes of a version 00 value.
    pub const LENGTH: usize = 55;

    /// A version 00 value.
    pub const fn new(trace_id: TraceId, parent_id: SpanId, trace_flags: TraceFlags) -> TraceParent {
        TraceParent { version: 0, trace_id, parent_id, trace_flags }
    }

    /// Reads a header value; optional white space around it does not belong to it.
    ///
    /// # Errors
    /// Whatever the specification tells a receiver to restart the trace for, with the field, the
    /// byte and the rule. A line ending is such a byte: whoever reads lines takes it off.
    #[inline]
    pub fn parse(value: &[u8]) -> Result<TraceParent, ValueError> {
        match Self::parse_plain(value) {
            Some(traceparent) => Ok(traceparent),
            None => Self::parse_slowly(value),
        }
    }

    /// The common case: version 00 and nothing around it.
    #[inline]
    fn parse_plain(value: &[u8]) -> Option<TraceParent> {
        let value: &[u8; Self::LENGTH] = value.try_into().ok()?;
        if [value[0], value[1], value[2], value[35], value[52]] != *b"00---" {
            return None;
        }
        Some(TraceParent {
            version: 0,
            trace_id: TraceId::new(hex::read_u128(&value[3..35])?)?,
            parent_id: SpanId::new(hex::read_u64(&value[36..52])?)?,
            trace_flags: TraceFlags::from_bits(hex::read_u8(value[53], value[54])?),
        })
    }

    /// Every case, and the reason where it is none.
    #[cold]
    fn parse_slowly(value: &[u8]) -> Result<TraceParent, ValueError> {
        let (value, start) = trim_ows(value);
        if value.is_empty() {
            return Err(ValueError::new("traceparent", start, Fault::Empty));
        }
        Self::parse_trimmed(value).map_err(|error| error.shifted(start))
    }

    fn parse_trimmed(value: &[u8]) -> Result<TraceParent, ValueError> {
        let version = hex_field(value, 0, 2, "version", "2")? as u8;
        if version == 0xff {
            return Err(ValueError::new("version", 0, Fault::Rule("ff is forbidden")));
        }
        separator(value, 2, "version")?;
        let trace_id = hex_field(value, 3, 32, "trace-id", "32")?;
        let trace_id = TraceId::new(trace_id).ok_or(ValueError::new("trace-id", 3, Fault::Zero))?;
        separator(value, 35, "trace-id")?;
        let parent_id = hex_field(value, 36, 16, "parent-id", "16")? as u64;
        let parent_id =
            SpanId::new(parent_id).ok_or(ValueError::new("parent-id", 36, Fault::Zero))?;
        separator(value, 52, "parent-id")?;
        let trace_flags = hex_field(value, 53, 2, "trace-flags", "2")? as u8;
        match (version, value.get(Self::LENGTH)) {
            (_, None) | (1.., Some(b'-')) => {}
            (0, Some(&first)) => {
                let count = value.len() - Self::LENGTH;
                let fault = Fault::Trailing { count, first };
                return Err(ValueError::new("trace-flags", Self::LENGTH, fault));
            }
            (1.., Some(&found)) => {
                let fault = Fault::Separator { found: Some(found), expected: b'-' };
                return Err(ValueError::new("trace-flags", Self::LENGTH, fault));
            }
        }
        let trace_flags = TraceFlags::from_bits(trace_flags);
        Ok(TraceParent { version, trace_id, parent_id, trace_flags })
    }

    /// What a span with this id sends on: the same trace, the highest version known here (00,
    /// which is all that may be done about a higher one), and no flag without a meaning.
    #[must_use]
    pub const fn child(&self, span_id: SpanId, level: Level) -> TraceParent {
        TraceParent::new(self.trace_id, span_id, self.trace_flags.outgoing(level))
    }

    /// The version as its two digits.
    pub fn version_digits(&self) -> String {
        format!("{:02x}", self.version)
    }

    /// The 55 bytes of the header value.
    #[inline]
    pub fn to_bytes(&self) -> [u8; Self::LENGTH] {
        let mut bytes = [b'-'; Self::LENGTH];
        bytes[..2].copy_from_slice(&hex::digits_u8(self.version));
        hex::write_u64(self.trace_id.high64(), &mut bytes[3..19]);
        hex::write_u64(self.trace_id.low64(), &mut bytes[19..35]);
        hex::write_u64(self.parent_id.get(), &mut bytes[36..52]);
        bytes[53..].copy_from_slice(&hex::digits_u8(self.trace_flags.bits()));
        bytes
    }
}

impl fmt::Display for TraceParent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TraceParent { version, trace_id, parent_id, trace_flags } = self;
        write!(f, "{version:02x}-{trace_id}-{parent_id}-{trace_flags}")
    }
}

/// Reads exactly `width` hex digits that begin at `at` and end at a dash or the end.
fn hex_field(
    value: &[u8],
    at: usize,
    width: usize,
    field: &'static str,
    expected: &'static str,
) -> Result<u128, ValueError> {
    let rest = value.get(at..).unwrap_or_default();
    let digits = rest.iter().position(|&byte| !hex::is_lower_hex(byte)).unwrap_or(rest.len());
    let stop = rest.get(digits).copied();
    if digits == width {
        // What follows the right number of digits is for the next field to judge.
        return Ok(hex::read_short(&rest[..width]).unwrap_or_default());
    }
    Err(match stop {
        Some(byte) if byte != b'-' && digits < width => {
            ValueError::new(field, at + digits, Fault::Hex(byte))
        }
        None if digits == 0 => ValueError::new(field, at, Fault::Rule("is missing")),
        _ => ValueError::new(field, at, Fault::Length { found: digits, expected }),
    })
}

fn separator(value: &[u8], at: usize, after: &'static str) -> Result<(), ValueError> {
    match value.get(at).copied() {
        Some(b'-') => Ok(()),
        found => Err(ValueError::new(after, at, Fault::Separator { found, expected: b'-' })),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const GOOD: &[u8] = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    fn why(value: &str) -> String {
        TraceParent::parse(value.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn a_good_value_prints_back_as_itself() {
        let traceparent = TraceParent::parse(GOOD).unwrap();
        assert_eq!(traceparent.to_string().as_bytes(), GOOD);
        assert_eq!(traceparent.to_bytes(), GOOD);
        assert!(traceparent.trace_flags.is_sampled());
        assert!(!traceparent.trace_flags.is_random());
    }

    #[test]
    fn the_quick_way_and_the_slow_way_agree_on_every_changed_byte() {
        for at in 0..GOOD.len() {
            for byte in 0..=255u8 {
                let mut value = GOOD.to_vec();
                value[at] = byte;
                if let Some(quick) = TraceParent::parse_plain(&value) {
                    assert_eq!(TraceParent::parse_slowly(&value), Ok(quick));
                } else if let Ok(slow) = TraceParent::parse_slowly(&value) {
                    assert!(slow.version > 0 || is_ows(byte), "{value:?}");
                }
            }
        }
    }

    #[test]
    fn errors_name_the_field_the_byte_and_the_rule() {
        let table = [
            ("", "traceparent is empty (byte 0)"),
            (" \t", "traceparent is empty (byte 2)"),
            (
                "00-bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "trace-id has 31 digits, expected 32 (byte 3)",
            ),
            (
                "  00-bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "trace-id has 31 digits, expected 32 (byte 5)",
            ),
            (
                "00-4Bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "trace-id has uppercase \"B\", only 0-9 and a-f are allowed (byte 4)",
            ),
            (
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",
                "trace-flags is followed by \"-\", where the value must end (byte 55)",
            ),
            (
                "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.x",
                "trace-flags is followed by \".\", expected \"-\" (byte 55)",
            ),
            (
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
                "the value ends after parent-id, expected \"-\" (byte 52)",
            ),
            (
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-",
                "trace-flags is missing (byte 53)",
            ),
            (
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "trace-id is all zeros (byte 3)",
            ),
            ("ff-", "version ff is forbidden (byte 0)"),
            ("4bf92f3577b34da6a3ce929d0e0e4736", "version has 32 digits, expected 2 (byte 0)"),
        ];
        for (value, message) in table {
            assert_eq!(why(value), message, "{value}");
        }
    }

    #[test]
    fn unknown_flags_are_kept_but_not_sent_on() {
        let value = b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff";
        let traceparent = TraceParent::parse(value).unwrap();
        assert_eq!(traceparent.trace_flags.unknown_bits(), 0xfc);
        let span = SpanId::new(1).unwrap();
        assert_eq!(traceparent.child(span, Level::Two).trace_flags.bits(), 0x03);
        assert_eq!(traceparent.child(span, Level::One).trace_flags.bits(), 0x01);
    }

    #[test]
    fn a_child_of_a_higher_version_is_version_00() {
        let value = b"cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more";
        let child = TraceParent::parse(value).unwrap().child(SpanId::new(7).unwrap(), Level::Two);
        assert_eq!(child.to_string(), "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000007-01");
    }
}
