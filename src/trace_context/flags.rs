//! Trace flags: a bit field of which Level 2 knows two bits.

use std::fmt;

/// Which edition of W3C Trace Context to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Level {
    /// The Recommendation: only the sampled flag; stricter tracestate keys.
    One,
    /// The Candidate Recommendation that OpenTelemetry requires: the random-trace-id flag too.
    #[default]
    Two,
}

/// The trace-flags field (W3C Trace Context Level 2, section "trace-flags").
///
/// Holds all eight bits as received, because unknown bits are no error; only
/// [`TraceFlags::outgoing`] drops them.
///
/// ```
/// use traceline::trace_context::{Level, TraceFlags};
///
/// let flags = TraceFlags::from_bits(0xff);
/// assert!(flags.is_sampled() && flags.is_random());
/// assert_eq!(flags.unknown_bits(), 0xfc);
/// assert_eq!(flags.outgoing(Level::Two).to_string(), "03");
/// assert_eq!(flags.outgoing(Level::One).to_string(), "01");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TraceFlags(u8);

impl TraceFlags {
    /// No flag.
    pub const NONE: TraceFlags = TraceFlags(0);
    /// Bit 0: the caller may have recorded the trace.
    pub const SAMPLED: TraceFlags = TraceFlags(0x01);
    /// Bit 1, Level 2 only: at least the right-most 7 bytes of the trace-id are random.
    pub const RANDOM: TraceFlags = TraceFlags(0x02);

    /// The flags with these bits.
    pub const fn from_bits(bits: u8) -> TraceFlags {
        TraceFlags(bits)
    }

    /// All eight bits.
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Whether bit 0 is set.
    pub const fn is_sampled(self) -> bool {
        self.0 & TraceFlags::SAMPLED.0 != 0
    }

    /// Whether bit 1 is set. Unset proves nothing: Level 1 libraries drop the bit.
    pub const fn is_random(self) -> bool {
        self.0 & TraceFlags::RANDOM.0 != 0
    }

    /// The bits that no edition gives a meaning to.
    pub const fn unknown_bits(self) -> u8 {
        self.0 & !(TraceFlags::SAMPLED.0 | TraceFlags::RANDOM.0)
    }

    /// These flags with bit 0 set or cleared.
    #[must_use]
    pub const fn with_sampled(self, sampled: bool) -> TraceFlags {
        TraceFlags(self.0 & !TraceFlags::SAMPLED.0 | sampled as u8)
    }

    /// These flags with bit 1 set or cleared.
    #[must_use]
    pub const fn with_random(self, random: bool) -> TraceFlags {
        TraceFlags(self.0 & !TraceFlags::RANDOM.0 | (random as u8) << 1)
    }

    /// What may be sent on: unknown bits must be zero (section "Other Flags"), and Level 1 knows
    /// no random-trace-id.
    #[must_use]
    pub const fn outgoing(self, level: Level) -> TraceFlags {
        match level {
            Level::One => TraceFlags(self.0 & 0x01),
            Level::Two => TraceFlags(self.0 & 0x03),
        }
    }
}

impl fmt::Display for TraceFlags {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02x}", self.0)
    }
}
