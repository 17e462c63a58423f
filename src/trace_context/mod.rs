//! W3C Trace Context and its cousins as pure values.
//!
//! Makes [`TraceId`], [`SpanId`] and the propagation values built from them, from bytes, and
//! prints them back. Knows nothing of logs, files or terminals, and imports no other room.
//!
//! A service takes the context out of what came in and makes the one of what goes out:
//!
//! ```
//! use traceline::trace_context::{Carrier, Format, IdGenerator, IncomingContext, Level};
//!
//! let mut request = Carrier::headers();
//! request.push(b"traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
//! request.push(b"tracestate", b"vendor=1");
//!
//! let incoming = IncomingContext::extract(&request);
//! assert!(incoming.warnings.is_empty());
//!
//! // A real seed is 32 bytes of the system's randomness.
//! let mut ids = IdGenerator::from_seed([7; 32]);
//! let outgoing = incoming.child(&mut ids, Level::Two, true);
//! for (name, value) in outgoing.write(Format::W3c) {
//!     println!("{name}: {value}");
//! }
//! assert_eq!(outgoing.trace_id, incoming.parent.unwrap().trace_id);
//! assert_ne!(outgoing.span_id, incoming.parent.unwrap().parent_id);
//! ```
//!
//! A single value is read by its [`Kind`], and a bad one says what is wrong with it:
//!
//! ```
//! use traceline::trace_context::{Kind, recognize};
//!
//! let value = b"4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1";
//! assert_eq!(recognize(value), Some(Kind::B3));
//! let context = Kind::B3.parse(value)?.context().unwrap();
//! assert_eq!(context.sampled, Some(true));
//!
//! let error = Kind::B3.parse(b"4bf92f3577b34da6-00f067aa0ba902b7-yes").unwrap_err();
//! assert_eq!(error.to_string(), "sampling state has 3 characters, expected 0, 1 or d (byte 34)");
//! # Ok::<(), traceline::trace_context::ValueError>(())
//! ```

mod baggage;
mod carrier;
mod fields;
mod flags;
mod hex;
mod id;
mod mint;
mod propagator;
mod remote;
mod sampling;
mod scan;
mod spelling;
mod traceparent;
mod tracestate;
mod value_error;

pub use baggage::{Baggage, BaggageMember};
pub use carrier::{Carrier, Direction, HeaderLine, environment_name};
pub use flags::{Level, TraceFlags};
pub use id::{IdError, SpanId, TraceId};
pub use mint::IdGenerator;
pub use propagator::{
    DatadogContext, Format, IncomingContext, IncomingWarning, Kind, Loss, OutgoingContext,
    Propagation, UberTraceId, XrayTraceId, cloud_log_fields, recognize, xray_root,
};
pub use remote::RemoteContext;
pub use sampling::{OtelState, Randomness, Sample, Threshold};
pub use scan::{ScannedValue, scan};
pub use spelling::{TraceIdSpelling, read_trace_id};
pub use traceparent::TraceParent;
pub use tracestate::TraceState;
pub use value_error::{Fault, ValueError};
