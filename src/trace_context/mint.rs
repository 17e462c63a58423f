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
}
