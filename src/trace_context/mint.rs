//! New identities: [`IdGenerator`] draws ids from a cryptographic generator.
//!
//! The seed is handed in, because nothing below `cli` asks the system for anything: real ones are
//! 32 bytes of the system's randomness, tests give a fixed one.

use chacha20::ChaCha12Rng;
use chacha20::rand_core::{Rng, SeedableRng};

use super::flags::TraceFlags;
use super::id::{SpanId, TraceId};
use super::traceparent::TraceParent;

/// Draws trace and span ids.
///
/// ChaCha with 12 rounds, so that a million ids cost no more than reading as many bytes from the
/// system, and nobody can tell the next one from those before.
///
/// ```
/// use traceline::trace_context::IdGenerator;
///
/// let mut ids = IdGenerator::from_seed([7; 32]);
/// let root = ids.root(true);
/// assert_eq!(root.trace_flags.to_string(), "03"); // sampled, and the trace id is random
/// assert_ne!(ids.span_id(), root.parent_id);
/// ```
#[derive(Debug)]
pub struct IdGenerator(ChaCha12Rng);

impl IdGenerator {
    /// A generator whose ids follow from the seed alone.
    pub fn from_seed(seed: [u8; 32]) -> IdGenerator {
        IdGenerator(ChaCha12Rng::from_seed(seed))
    }

    /// A new trace id: 128 random bits.
    pub fn trace_id(&mut self) -> TraceId {
        loop {
            let bits = u128::from(self.0.next_u64()) << 64 | u128::from(self.0.next_u64());
            if let Some(id) = TraceId::new(bits) {
                return id;
            }
        }
    }

    /// A new span id: 64 random bits.
    pub fn span_id(&mut self) -> SpanId {
        loop {
            if let Some(id) = SpanId::new(self.0.next_u64()) {
                return id;
            }
        }
    }

    /// The root of a new trace. Its random-trace-id flag is set, because the trace id is.
    pub fn root(&mut self, sampled: bool) -> TraceParent {
        let flags = TraceFlags::RANDOM.with_sampled(sampled);
        TraceParent::new(self.trace_id(), self.span_id(), flags)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_ids_and_another_gives_others() {
        let mut one = IdGenerator::from_seed([1; 32]);
        let mut again = IdGenerator::from_seed([1; 32]);
        let mut other = IdGenerator::from_seed([2; 32]);
        let first = one.root(true);
        assert_eq!(first, again.root(true));
        assert_ne!(first, other.root(true));
        assert_ne!(first.trace_id, one.root(true).trace_id);
        assert_eq!(first.trace_flags.bits(), 0x03);
    }

    /// A fair coin thrown a million times is within six standard deviations of half in all but one
    /// of five hundred million trials; the seed is fixed, so the test never fails by chance.
    #[test]
    fn a_million_ids_are_distinct_and_no_bit_is_biased() {
        const COUNT: usize = 1_000_000;
        let mut ids = IdGenerator::from_seed([7; 32]);
        let mut ones = [0u32; 192];
        let mut traces = Vec::with_capacity(COUNT);
        let mut spans = Vec::with_capacity(COUNT);
        for _ in 0..COUNT {
            let root = ids.root(true);
            let (trace, span) = (root.trace_id.get(), root.parent_id.get());
            for (bit, count) in ones.iter_mut().enumerate() {
                let word = if bit < 128 { trace >> bit } else { u128::from(span >> (bit - 128)) };
                *count += (word & 1) as u32;
            }
            traces.push(trace);
            spans.push(span);
        }
        let half = COUNT as f64 / 2.0;
        let deviation = COUNT as f64 / 4.0;
        for (bit, count) in ones.iter().enumerate() {
            let distance = (f64::from(*count) - half).abs();
            assert!(distance < 6.0 * deviation.sqrt(), "bit {bit}: {count} of {COUNT}");
        }
        traces.sort_unstable();
        traces.dedup();
        spans.sort_unstable();
        spans.dedup();
        assert_eq!((traces.len(), spans.len()), (COUNT, COUNT));
    }
}
