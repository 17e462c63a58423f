//! The ways in which people and systems write one trace id.

use super::fields::split;
use super::hex;
use super::id::TraceId;
use super::propagator::{Kind, recognize};
use super::traceparent::trim_ows;
use super::value_error::{Fault, ValueError};

/// A trace id, read from any spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TraceIdSpelling {
    /// The id; its upper half is zero where only 64 bits are written.
    pub trace_id: TraceId,
    /// Only the lower 64 bits are written: the upper ones are unknown rather than zero.
    pub is_64_bit: bool,
}

/// Reads a trace id in any spelling: 32 or 16 hex digits in any case, a dashed UUID, X-Ray's
/// `1-…-…`, Datadog's decimal, or any propagation value that names a trace.
///
/// Sixteen digits without a letter are hex: a decimal of that length is a 64-bit id too small to
/// be random.
///
/// # Errors
/// Bytes that are none of these, or zero.
///
/// # Examples
/// ```
/// use traceline::trace_context::read_trace_id;
///
/// let read = |text: &str| read_trace_id(text.as_bytes());
/// let id = read("4bf92f35-77b3-4da6-a3ce-929d0e0e4736")?;
/// assert_eq!(read("1-4bf92f35-77b34da6a3ce929d0e0e4736")?, id);
/// let lower_half = read("11803532876627986230")?;
/// assert!(lower_half.is_64_bit && lower_half.trace_id.low64() == id.trace_id.low64());
/// # Ok::<(), traceline::trace_context::ValueError>(())
/// ```
pub fn read_trace_id(text: &[u8]) -> Result<TraceIdSpelling, ValueError> {
    let (text, start) = trim_ows(text);
    if text.is_empty() {
        return Err(ValueError::new("trace-id", start, Fault::Empty));
    }
    let is_dashed = is_uuid_shape(text);
    let is_dash = |byte: u8| is_dashed && byte == b'-';
    let digits: Vec<u8> = text.iter().filter(|&&byte| !is_dash(byte)).copied().collect();
    let digits = digits.to_ascii_lowercase();
    if matches!(digits.len(), 16 | 32) && digits.iter().all(|&byte| hex::is_lower_hex(byte)) {
        let value = hex::read_short(&digits).unwrap_or_default();
        let trace_id =
            TraceId::new(value).ok_or(ValueError::new("trace-id", start, Fault::Zero))?;
        return Ok(TraceIdSpelling { trace_id, is_64_bit: digits.len() == 16 });
    }
    let is_decimal = text.len() <= 20 && text.iter().all(u8::is_ascii_digit);
    let kind = if is_decimal { Some(Kind::Datadog) } else { recognize(text) };
    let context = match kind {
        Some(kind) => kind.parse(text).map_err(|error| error.shifted(start))?.context(),
        None => {
            let is_digit = |byte: u8| hex::is_lower_hex(byte.to_ascii_lowercase());
            let wrong = text.iter().position(|&byte| !is_digit(byte) && !is_dash(byte));
            let fault = match wrong {
                Some(at) => Fault::Hex(text[at]),
                None => Fault::Length { found: digits.len(), expected: "16 or 32" },
            };
            return Err(ValueError::new("trace-id", start + wrong.unwrap_or(0), fault));
        }
    };
    context
        .and_then(|context| {
            let trace_id = context.trace_id?;
            Some(TraceIdSpelling { trace_id, is_64_bit: context.is_64_bit })
        })
        .ok_or(ValueError::new("the value", start, Fault::Rule("names no trace")))
}

/// Whether dashes stand where a UUID has them.
fn is_uuid_shape(text: &[u8]) -> bool {
    split(text, b'-').map(|(part, _)| part.len()).eq([8, 4, 4, 4, 12])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn one_id_is_read_from_all_its_spellings() {
        let spellings = [
            "4bf92f3577b34da6a3ce929d0e0e4736",
            "4BF92F3577B34DA6A3CE929D0E0E4736",
            " 4bf92f35-77b3-4da6-a3ce-929d0e0e4736 ",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
            "1-4bf92f35-77b34da6a3ce929d0e0e4736",
            "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Sampled=1",
            "4bf92f3577b34da6a3ce929d0e0e4736:00f067aa0ba902b7:0:1",
            "4bf92f3577b34da6a3ce929d0e0e4736/67667974448284343;o=1",
        ];
        for spelling in spellings {
            let read = read_trace_id(spelling.as_bytes()).unwrap();
            assert_eq!(read.trace_id.to_string(), "4bf92f3577b34da6a3ce929d0e0e4736", "{spelling}");
            assert!(!read.is_64_bit);
        }
        for spelling in ["a3ce929d0e0e4736", "11803532876627986230"] {
            let read = read_trace_id(spelling.as_bytes()).unwrap();
            assert_eq!(read.trace_id.get(), 0xa3ce_929d_0e0e_4736, "{spelling}");
            assert!(read.is_64_bit);
        }
    }

    #[test]
    fn what_is_no_id_says_why() {
        let table = [
            ("", "trace-id is empty (byte 0)"),
            ("0000000000000000", "trace-id is all zeros (byte 0)"),
            (
                "4bf92f3577b34da6a3ce929d0e0e473",
                "trace-id has 31 digits, expected 16 or 32 (byte 0)",
            ),
            ("hello", "trace-id has \"h\", only 0-9 and a-f are allowed (byte 0)"),
            // The first byte was once named whichever was wrong.
            (" add up", "trace-id has a blank, only 0-9 and a-f are allowed (byte 4)"),
            (
                "4bf92f35-77b3-4da6-a3ce-929d0e0e473G",
                "trace-id has uppercase \"G\", only 0-9 and a-f are allowed (byte 35)",
            ),
            ("99999999999999999999", "x-datadog-trace-id does not fit into 64 bits (byte 0)"),
            ("d", "the value names no trace (byte 0)"),
        ];
        for (text, message) in table {
            assert_eq!(read_trace_id(text.as_bytes()).unwrap_err().to_string(), message);
        }
    }
}
