//! W3C Trace Context and its cousins as pure values.
//!
//! Makes [`TraceId`], [`SpanId`] and the propagation values built from them, from bytes, and
//! prints them back. Knows nothing of logs, files or terminals, and imports no other room.

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
