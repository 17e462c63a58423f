//! Why bytes are not a propagation value: one shape for all formats, so that all say it alike.

use std::fmt;

/// What is wrong with a propagation value, in which field and at which byte.
///
/// Displays as a full thought: `trace-id has 31 digits, expected 32 (byte 3)`.
///
/// ```
/// use traceline::trace_context::{Fault, TraceParent};
///
/// let error = TraceParent::parse(b"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01");
/// let error = error.unwrap_err();
/// assert_eq!((error.field, error.byte, error.fault), ("trace-id", 4, Fault::Hex(b'B')));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueError {
    /// The field, in the words of its format's specification.
    pub field: &'static str,
    /// Offset of the fault from the first byte of the value as given.
    pub byte: usize,
    /// The rule that is broken.
    pub fault: Fault,
}

/// The rule that a value breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing there, or nothing but blanks.
    Empty,
    /// Not the number of digits that the format wants.
    Length {
        /// Digits found.
        found: usize,
        /// Digits wanted: `32`, `16 or 32`.
        expected: &'static str,
    },
    /// A byte that is not a lowercase hex digit.
    Hex(u8),
    /// A byte that is not a decimal digit.
    Decimal(u8),
    /// A decimal number above 2^64 − 1.
    TooLarge,
    /// All digits are zero, which every format declares invalid.
    Zero,
    /// Another byte than the separator after the field, or the end (`None`).
    Separator {
        /// What stands there.
        found: Option<u8>,
        /// What should.
        expected: u8,
    },
    /// Bytes after the end of the value.
    Trailing {
        /// How many.
        count: usize,
        /// The first of them.
        first: u8,
    },
    /// A byte that the field may not hold.
    Forbidden(u8),
    /// A byte that the field may hold, but not begin with.
    Beginning {
        /// The byte.
        found: u8,
        /// What it may begin with: `a-z or 0-9`.
        expected: &'static str,
    },
    /// None of the few texts that the field may be.
    Choice {
        /// Its first byte; `None` where nothing is there.
        found: Option<u8>,
        /// How many bytes it has.
        length: usize,
        /// What it may be: `0, 1 or d`.
        expected: &'static str,
    },
    /// A header that may occur only once.
    Repeated {
        /// How often it occurs.
        count: usize,
        /// Whether all its values are the same.
        are_equal: bool,
    },
    /// A rule of one format only, as a predicate of the field: `must be 0, 1 or ?`.
    Rule(&'static str),
}

impl ValueError {
    pub(crate) const fn new(field: &'static str, byte: usize, fault: Fault) -> ValueError {
        ValueError { field, byte, fault }
    }

    /// A field that is none of the few texts that it may be.
    pub(crate) const fn choice(
        field: &'static str,
        byte: usize,
        text: &[u8],
        expected: &'static str,
    ) -> ValueError {
        let fault = Fault::Choice { found: text.first().copied(), length: text.len(), expected };
        ValueError::new(field, byte, fault)
    }

    /// The same fault, seen from a value that begins `offset` bytes earlier.
    pub(crate) const fn shifted(self, offset: usize) -> ValueError {
        ValueError { byte: self.byte + offset, ..self }
    }
}

/// A byte as a person wants to read it: quoted when printable, named or numbered otherwise.
struct Shown(u8);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            b' ' => f.write_str("a blank"),
            b'\t' => f.write_str("a tab"),
            b'\n' => f.write_str("a line feed"),
            b'\r' => f.write_str("a carriage return"),
            b'"' => f.write_str("a quote"),
            byte if byte.is_ascii_uppercase() => write!(f, "uppercase \"{}\"", byte as char),
            byte if byte.is_ascii_graphic() => write!(f, "\"{}\"", byte as char),
            byte if byte.is_ascii() => write!(f, "control byte 0x{byte:02x}"),
            byte => write!(f, "byte 0x{byte:02x}, which is not ASCII"),
        }
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = self.field;
        match self.fault {
            Fault::Empty => write!(f, "{field} is empty"),
            Fault::Length { found: 1, expected } => {
                write!(f, "{field} has 1 digit, expected {expected}")
            }
            Fault::Length { found, expected } => {
                write!(f, "{field} has {found} digits, expected {expected}")
            }
            Fault::Hex(byte) => {
                write!(f, "{field} has {}, only 0-9 and a-f are allowed", Shown(byte))
            }
            Fault::Decimal(byte) => write!(f, "{field} has {}, only 0-9 are allowed", Shown(byte)),
            Fault::TooLarge => write!(f, "{field} does not fit into 64 bits"),
            Fault::Zero => write!(f, "{field} is all zeros"),
            Fault::Separator { found: Some(found), expected } => {
                write!(
                    f,
                    "{field} is followed by {}, expected \"{}\"",
                    Shown(found),
                    expected as char
                )
            }
            Fault::Separator { found: None, expected } => {
                write!(f, "the value ends after {field}, expected \"{}\"", expected as char)
            }
            Fault::Trailing { count: 1, first } => {
                write!(f, "{field} is followed by {}, where the value must end", Shown(first))
            }
            Fault::Trailing { count, first } => write!(
                f,
                "{field} is followed by {} and {} more bytes, where the value must end",
                Shown(first),
                count - 1
            ),
            Fault::Forbidden(byte) => {
                write!(f, "{field} has {}, which is not allowed there", Shown(byte))
            }
            Fault::Beginning { found, expected } => {
                write!(f, "{field} begins with {}, expected {expected}", Shown(found))
            }
            Fault::Choice { found: None, expected, .. } => {
                write!(f, "{field} is empty, expected {expected}")
            }
            Fault::Choice { found: Some(found), length: 1, expected } => {
                write!(f, "{field} is {}, expected {expected}", Shown(found))
            }
            Fault::Choice { length, expected, .. } => {
                write!(f, "{field} has {length} characters, expected {expected}")
            }
            Fault::Repeated { count, are_equal } => {
                let twice = if count == 2 { "twice".to_owned() } else { format!("{count} times") };
                let though = if are_equal { ", even though they are equal" } else { "" };
                write!(f, "{field} occurs {twice}, so none may be used{though}")
            }
            Fault::Rule(rule) => write!(f, "{field} {rule}"),
        }?;
        write!(f, " (byte {})", self.byte)
    }
}

impl std::error::Error for ValueError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_field_fault_and_byte() {
        let table = [
            (
                Fault::Length { found: 31, expected: "32" },
                "trace-id has 31 digits, expected 32 (byte 3)",
            ),
            (
                Fault::Length { found: 1, expected: "32" },
                "trace-id has 1 digit, expected 32 (byte 3)",
            ),
            (
                Fault::Hex(b'B'),
                "trace-id has uppercase \"B\", only 0-9 and a-f are allowed (byte 3)",
            ),
            (Fault::Hex(b' '), "trace-id has a blank, only 0-9 and a-f are allowed (byte 3)"),
            (
                Fault::Hex(0xef),
                "trace-id has byte 0xef, which is not ASCII, only 0-9 and a-f are allowed (byte 3)",
            ),
            (Fault::Zero, "trace-id is all zeros (byte 3)"),
            (
                Fault::Separator { found: Some(b'+'), expected: b'-' },
                "trace-id is followed by \"+\", expected \"-\" (byte 3)",
            ),
            (
                Fault::Choice { found: None, length: 0, expected: "0 or 1" },
                "trace-id is empty, expected 0 or 1 (byte 3)",
            ),
            (
                Fault::Choice { found: Some(b'T'), length: 1, expected: "0 or 1" },
                "trace-id is uppercase \"T\", expected 0 or 1 (byte 3)",
            ),
            (
                Fault::Choice { found: Some(b't'), length: 4, expected: "0 or 1" },
                "trace-id has 4 characters, expected 0 or 1 (byte 3)",
            ),
            (
                Fault::Separator { found: None, expected: b'-' },
                "the value ends after trace-id, expected \"-\" (byte 3)",
            ),
            (
                Fault::Trailing { count: 3, first: b'-' },
                "trace-id is followed by \"-\" and 2 more bytes, where the value must end (byte 3)",
            ),
        ];
        for (fault, message) in table {
            assert_eq!(ValueError::new("trace-id", 3, fault).to_string(), message);
        }
    }
}
