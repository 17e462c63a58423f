//! W3C Trace Context and its cousins as pure values.
//!
//! Makes [`TraceId`], [`SpanId`] and the propagation values built from them, from bytes, and
//! prints them back. Knows nothing of logs, files or terminals, and imports no other room.

mod flags;
mod hex;
mod id;
mod mint;
mod traceparent;
mod value_error;

pub use flags::{Level, TraceFlags};
pub use id::{IdError, SpanId, TraceId};
pub use mint::IdGenerator;
pub use traceparent::TraceParent;
pub use value_error::{Fault, ValueError};
