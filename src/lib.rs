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

pub mod trace_context;

pub mod source;

pub mod record;

pub mod trace;

pub mod analysis;

pub mod render;

pub mod pipeline;

pub mod cli;
