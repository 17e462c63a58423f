//! Consistent probability sampling: OpenTelemetry's entry `ot` in tracestate.
//!
//! Reads and writes the rejection threshold `th` and the explicit randomness `rv`
//! (OpenTelemetry specification, trace/tracestate-handling.md and
//! trace/tracestate-probability-sampling.md). Decides nothing by chance: the randomness is in the
//! trace id, or in `rv`.

use std::fmt;

use super::hex;
use super::id::TraceId;
use super::tracestate::TraceState;
use super::value_error::{Fault, ValueError};

/// 2^56: one more than the largest threshold or randomness.
const RANGE: u64 = 1 << 56;
const DIGITS: u32 = 14;

/// A rejection threshold: a trace is sampled if its randomness is not below it.
///
/// ```
/// use traceline::trace_context::{Randomness, Threshold, TraceId};
///
/// let tenth = Threshold::from_probability(0.1).unwrap();
/// assert_eq!(tenth.to_string(), "e666");
/// let id = TraceId::from_lower_hex(b"4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
/// assert!(!tenth.accepts(Randomness::of_trace(id)));
/// assert_eq!(Threshold::parse("c").unwrap().adjusted_count(), 4.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Threshold(u64);

impl Threshold {
    /// Nothing is rejected.
    pub const ALWAYS: Threshold = Threshold(0);

    /// The threshold for a probability above 0 and at most 1, with four significant digits as the
    /// specification recommends; `None` for any other number, and for one below 2^-56.
    pub fn from_probability(probability: f64) -> Option<Threshold> {
        if !(probability > 0.0 && probability <= 1.0) {
            return None;
        }
        let accepted = (probability * RANGE as f64).round() as u64;
        if accepted == 0 {
            return None;
        }
        let exact = RANGE - accepted;
        // Digits that only say "almost all" or "almost none" are not counted as significant.
        let repeated = if exact >= RANGE / 2 { !exact & (RANGE - 1) } else { exact };
        let insignificant = (repeated.leading_zeros() - 8) / 4;
        let dropped = DIGITS.saturating_sub(4 + insignificant) * 4;
        if dropped == 0 {
            return Some(Threshold(exact));
        }
        let rounded = (exact + (1 << (dropped - 1))) >> dropped << dropped;
        Some(Threshold(if rounded < RANGE { rounded } else { exact }))
    }

    /// Reads `th`: 1 to 14 lowercase hex digits, padded on the right.
    pub fn parse(digits: &str) -> Option<Threshold> {
        let value = hex::read_short(digits.as_bytes())?;
        let missing = DIGITS.checked_sub(u32::try_from(digits.len()).ok()?)?;
        Some(Threshold((value as u64) << (missing * 4)))
    }

    /// The threshold as 56 bits.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The part of all traces that are sampled, above 0 and at most 1.
    pub fn probability(self) -> f64 {
        (RANGE - self.0) as f64 / RANGE as f64
    }

    /// How many traces one sampled trace stands for.
    pub fn adjusted_count(self) -> f64 {
        1.0 / self.probability()
    }

    /// Whether a trace with this randomness is sampled.
    pub const fn accepts(self, randomness: Randomness) -> bool {
        randomness.0 >= self.0
    }
}

impl fmt::Display for Threshold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = format!("{:014x}", self.0);
        let digits = digits.trim_end_matches('0');
        f.write_str(if digits.is_empty() { "0" } else { digits })
    }
}

/// A share of all traces: the same ones wherever it is asked for, and those that `mint
/// --sample-rate` calls sampled. A smaller share is part of a larger one.
///
/// ```
/// use traceline::trace_context::Sample;
///
/// let (tenth, half) = (Sample::of(0.1).unwrap(), Sample::of(0.5).unwrap());
/// assert!(half.accepts(0x00f0_67aa_0ba9_02b7) && tenth.accepts(0x00f0_67aa_0ba9_02b7));
/// assert!(half.accepts(0x0080_0000_0000_0000) && !tenth.accepts(0x0080_0000_0000_0000));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample(Option<Threshold>);

impl Sample {
    /// This share, from 0 (none) to 1 (all); `None` for any other number.
    pub fn of(probability: f64) -> Option<Sample> {
        let is_none = (0.0..2f64.powi(-56)).contains(&probability);
        match Threshold::from_probability(probability) {
            None if !is_none => None,
            threshold => Some(Sample(threshold)),
        }
    }

    /// Whether the traces whose ids end in these 64 bits are part of it.
    pub const fn accepts(self, low64: u64) -> bool {
        match self.0 {
            Some(threshold) => threshold.accepts(Randomness(low64 & (RANGE - 1))),
            None => false,
        }
    }
}

/// 56 random bits that all samplers of a trace share.
///
/// ```
/// use traceline::trace_context::{Randomness, TraceId};
///
/// let id = TraceId::from_lower_hex(b"4bf92f3577b34da6a3ce929d0e0e4736").unwrap();
/// assert_eq!(Randomness::of_trace(id).to_string(), "ce929d0e0e4736");
/// assert_eq!(Randomness::parse("ce929d0e0e4736"), Some(Randomness::of_trace(id)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Randomness(u64);

impl Randomness {
    /// The right-most 56 bits of the trace id: what counts unless `rv` says otherwise.
    pub const fn of_trace(trace_id: TraceId) -> Randomness {
        Randomness(trace_id.low64() & (RANGE - 1))
    }

    /// Reads `rv`: exactly 14 lowercase hex digits.
    pub fn parse(digits: &str) -> Option<Randomness> {
        let value = hex::read_short(digits.as_bytes())?;
        (digits.len() == DIGITS as usize).then_some(Randomness(value as u64))
    }
}

impl fmt::Display for Randomness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:014x}", self.0)
    }
}

/// OpenTelemetry's entry of a tracestate.
///
/// A bad `th` or `rv` spoils neither the other nor the tracestate.
///
/// ```
/// use traceline::trace_context::{OtelState, TraceState};
///
/// let state = TraceState::parse(b"ot=th:8;rv:6e6d1a75832a2f,vendor=1").unwrap();
/// let entry = OtelState::of(&state).unwrap();
/// let (threshold, randomness) = (entry.threshold.unwrap()?, entry.randomness.unwrap()?);
/// assert_eq!(threshold.probability(), 0.5);
/// assert!(!threshold.accepts(randomness));
/// # Ok::<(), traceline::trace_context::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtelState {
    /// The threshold, if the entry has one.
    pub threshold: Option<Result<Threshold, ValueError>>,
    /// The explicit randomness, if the entry has one.
    pub randomness: Option<Result<Randomness, ValueError>>,
}

impl OtelState {
    /// The key of the entry.
    pub const KEY: &'static str = "ot";

    /// Why an entry breaks the grammar of OpenTelemetry (trace/tracestate-handling.md): it is still
    /// a valid member of the tracestate.
    pub fn fault(value: &str) -> Option<ValueError> {
        let mut seen: Vec<&str> = Vec::new();
        let mut byte = 0;
        for part in value.split(';') {
            let Some((key, text)) = part.split_once(':') else {
                let fault = Fault::Rule("is not followed by \":\"");
                return Some(ValueError::new("a key", byte + part.len(), fault));
            };
            let is_key = key.starts_with(|first: char| first.is_ascii_lowercase())
                && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            if !is_key {
                let fault = Fault::Rule("must be a-z, then a-z and 0-9");
                return Some(ValueError::new("a key", byte, fault));
            }
            if seen.contains(&key) {
                return Some(ValueError::new("a key", byte, Fault::Rule("occurs again")));
            }
            seen.push(key);
            let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
            if let Some(at) = text.bytes().position(|byte| !is_allowed(byte)) {
                let fault = Fault::Forbidden(text.as_bytes()[at]);
                return Some(ValueError::new("a value", byte + key.len() + 1 + at, fault));
            }
            byte += part.len() + 1;
        }
        None
    }

    /// The entry of this tracestate; `None` if it has none.
    pub fn of(state: &TraceState) -> Option<OtelState> {
        let mut entry = OtelState { threshold: None, randomness: None };
        let value = state.get(Self::KEY)?;
        let mut at = 0;
        for part in value.split(';') {
            let (key, text) = part.split_once(':').unwrap_or((part, ""));
            let byte = at + key.len() + 1;
            match key {
                "th" if entry.threshold.is_none() => {
                    let fault = Fault::Rule("must be 1 to 14 lower-case hex digits");
                    let error = ValueError::new("th", byte, fault);
                    entry.threshold = Some(Threshold::parse(text).ok_or(error));
                }
                "rv" if entry.randomness.is_none() => {
                    let fault = Fault::Rule("must be 14 lower-case hex digits");
                    let error = ValueError::new("rv", byte, fault);
                    entry.randomness = Some(Randomness::parse(text).ok_or(error));
                }
                _ => {}
            }
            at += part.len() + 1;
        }
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn probabilities_are_written_as_the_specification_shows() {
        let table = [
            (1.0, "0"),
            (0.5, "8"),
            (0.25, "c"),
            (0.1, "e666"),
            (0.01, "fd70a"),
            (1.0 / 3.0, "aaab"),
            (2f64.powi(-56), "ffffffffffffff"),
        ];
        for (probability, th) in table {
            let threshold = Threshold::from_probability(probability).unwrap();
            assert_eq!(threshold.to_string(), th);
            assert_eq!(Threshold::parse(th), Some(threshold));
            assert!((threshold.probability() / probability - 1.0).abs() < 1e-3, "{probability}");
        }
    }

    #[test]
    fn what_is_no_probability_has_no_threshold() {
        for number in [0.0, -0.5, 1.5, f64::NAN, f64::INFINITY, 1e-18] {
            assert_eq!(Threshold::from_probability(number), None);
        }
    }

    #[test]
    fn a_sample_is_what_the_threshold_of_the_same_rate_accepts() {
        let ids = (1..2000u64).map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let (half, tenth) = (Sample::of(0.5).unwrap(), Sample::of(0.1).unwrap());
        let threshold = Threshold::from_probability(0.5).unwrap();
        let (mut halves, mut tenths) = (0, 0);
        for low in ids {
            let id = TraceId::new(u128::from(low) | 7 << 64).unwrap();
            assert_eq!(half.accepts(low), threshold.accepts(Randomness::of_trace(id)));
            assert!(half.accepts(low) || !tenth.accepts(low));
            assert!(
                Sample::of(1.0).unwrap().accepts(low) && !Sample::of(0.0).unwrap().accepts(low)
            );
            halves += u32::from(half.accepts(low));
            tenths += u32::from(tenth.accepts(low));
        }
        assert!((900..1100).contains(&halves) && (150..250).contains(&tenths), "{halves} {tenths}");
        for number in [-0.1, 1.1, f64::NAN] {
            assert_eq!(Sample::of(number), None);
        }
    }

    #[test]
    fn an_entry_of_opentelemetry_has_a_grammar_of_its_own() {
        for (value, fault) in [
            ("th:8;rv:6e6d1a75832a2f;x1:A._-", None),
            ("th:", None),
            ("th", Some("a key is not followed by \":\" (byte 2)")),
            ("th:8;", Some("a key is not followed by \":\" (byte 5)")),
            ("Th:8", Some("a key must be a-z, then a-z and 0-9 (byte 0)")),
            (":8", Some("a key must be a-z, then a-z and 0-9 (byte 0)")),
            ("th:8;th:4", Some("a key occurs again (byte 5)")),
            ("th:8;x:a b", Some("a value has a blank, which is not allowed there (byte 8)")),
        ] {
            let found = OtelState::fault(value).map(|fault| fault.to_string());
            assert_eq!(found.as_deref(), fault, "{value}");
        }
    }

    #[test]
    fn the_low_56_bits_of_the_trace_id_decide() {
        let half = Threshold::from_probability(0.5).unwrap();
        let below = TraceId::new(0xff7f_ffff_ffff_ffff).unwrap();
        let above = TraceId::new(0x0080_0000_0000_0000).unwrap();
        assert!(!half.accepts(Randomness::of_trace(below)));
        assert!(half.accepts(Randomness::of_trace(above)));
    }
}
