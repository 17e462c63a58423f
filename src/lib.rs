//! Filter, mint and time traces in any mix of log files.
//!
//! ```text
//!  Source ──► Line ──► LogRecord ──► Trace ──► Timeline, Breakdown, CriticalPath ──► text | json | csv
//!  source/   source/   record/       trace/    analysis/                             render/
//!             trace_context/ lies under all: TraceId, SpanId, TraceParent, …
//!             pipeline joins source + record + trace;   cli/ stands on top of everything
//! ```
//!
//! Each room makes one noun and exports it; data flows one way. The words are those of
//! OpenTelemetry and of W3C Trace Context. Nothing below [`cli`] prints, exits, or reads the
//! environment, the clock or the terminal.
//!
//! # Example
//!
//! Everything begins with an id, in whatever way it is written:
//!
//! ```
//! use traceline::trace_context::{Format, OutgoingContext, TraceParent, read_trace_id};
//!
//! let header = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
//! let traceparent = TraceParent::parse(header.as_bytes())?;
//! assert_eq!(traceparent.to_string(), header);
//!
//! // The same trace, as another system would pass it on, and as one might paste it from there.
//! let (name, value) = OutgoingContext::from(traceparent).write(Format::Xray).remove(0);
//! assert_eq!(name, "X-Amzn-Trace-Id");
//! assert_eq!(read_trace_id(value.as_bytes())?.trace_id, traceparent.trace_id);
//! # Ok::<(), traceline::trace_context::ValueError>(())
//! ```

pub mod trace_context;

pub mod source;

pub mod record;

pub mod trace;

pub mod analysis;

pub mod render;

pub mod pipeline;

pub mod cli;
