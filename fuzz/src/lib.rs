//! What must hold for any bytes at all. Each check takes an input and panics if a promise of
//! ARCHITECTURE.md ("What always holds") is broken.
//!
//! The checks know nothing of who makes the inputs: a fuzzer does in `fuzz_targets/`, and
//! the example `replay` runs them over files with any compiler.

pub mod reading;
pub mod timeline;
pub mod trace_context;

mod logs;
mod output;
