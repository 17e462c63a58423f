//! W3C Trace Context and its cousins as pure values.
//!
//! Makes [`TraceId`], [`SpanId`] and the propagation values built from them, from bytes, and
//! prints them back. Knows nothing of logs, files or terminals, and imports no other room.

mod id;

pub use id::{IdError, SpanId, TraceId};
