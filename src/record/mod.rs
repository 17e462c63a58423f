//! A line's meaning: from the bytes of lines to [`LogRecord`]s that borrow from them.
//!
//! Peels envelopes, recognises formats, finds identity and time, and joins continuation lines to
//! the record before them. Does not group records by trace, and never fails: a line becomes a
//! record, a continuation or a count.

pub use crate::source::SourceId;
use crate::trace_context::{SpanId, TraceId};
use std::borrow::Cow;

mod continuation;
mod duration;
mod envelope;
mod explain;
mod field_set;
mod fields;
mod format;
mod identity;
mod open;
mod reader;
mod scan;
pub mod service;
mod severity;
mod short_ids;
mod stitch;
mod tally;
mod timestamp;
mod user_keys;

pub use continuation::FARTHEST as MOST_APART;
pub use explain::{Explanation, FieldOrigin, explain};
pub use fields::KeyCache;
pub use format::{Columns, Header, Pattern, PatternError, SourceContext};
pub(crate) use identity::is_absent;
pub use identity::{span_argument, trace_argument};
pub use reader::{Assembler, Sink as RecordSink};
pub use severity::Severity;
pub use stitch::{ChunkEdge, Stitcher};
pub use tally::Tally;
pub use timestamp::{
    MidnightWatch, Midnights, Reference, Stamp, TimeZone, TimeZoneError, Timestamp, from_epoch,
    parse_at,
};
pub use user_keys::{UserKeys, link_value, named_trace};

/// Text of a log, not necessarily UTF-8; owned only where an escape had to be resolved.
pub type Text<'a> = Cow<'a, [u8]>;

/// What a record says about which trace it belongs to.
///
/// The same trace may be spelled in several ways in several logs; [`crate::trace`] joins them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TraceKey {
    /// All 128 bits are known.
    Full(TraceId),
    /// Only 64 bits are written: a decimal (Datadog) or 16-digit id. Never zero.
    Low64(u64),
    /// An id that is not hexadecimal: a hash of its bytes.
    Opaque(u128),
}

impl TraceKey {
    /// The last 64 bits, which all spellings of an id have; of an id that is text, some of its hash.
    pub fn low64(self) -> u64 {
        match self {
            TraceKey::Full(id) => id.low64(),
            TraceKey::Low64(low) => low,
            TraceKey::Opaque(hash) => hash as u64,
        }
    }
}

/// One log record in the terms of the OpenTelemetry log data model.
///
/// Borrows from the chunk it was read from. `None` is "the record does not say".
#[derive(Clone, Debug, Default)]
pub struct LogRecord<'a> {
    /// Name of the format that took the line, as in `--explain` and in the tally.
    pub format: &'static str,
    /// When it happened, by the record's own word, else by its wrapper's.
    pub timestamp: Option<Timestamp>,
    /// That is written without a fraction of a second, so it is up to a second early. Known only of
    /// records with a trace id.
    pub is_to_the_second: bool,
    /// The trace.
    pub trace: Option<TraceKey>,
    /// The trace id as written, when it is not plain lowercase 32-digit hex.
    pub trace_spelling: Option<Text<'a>>,
    /// The span in which the record was written.
    pub span_id: Option<SpanId>,
    /// The parent of that span, stated by a parent field.
    pub parent_span_id: Option<SpanId>,
    /// The caller's span: the parent-id of a propagation value quoted in the record
    /// (`traceparent` of an access log, of `req.headers`, of an SQL comment). It is the parent of
    /// `span_id`, or, where there is none, the span as seen from outside.
    pub caller_span_id: Option<SpanId>,
    /// A value that leads to the trace, if other records carry both: see [`UserKeys`].
    pub link: Option<Text<'a>>,
    /// W3C trace flags.
    pub trace_flags: Option<u8>,
    /// The severity as written.
    pub severity_text: Option<Text<'a>>,
    /// The severity as a number of the log data model.
    pub severity: Option<Severity>,
    /// `service.name`: the record's own, else the wrapper's, else the source's.
    pub service_name: Option<Text<'a>>,
    /// What the span does, where the record names it (`GET /checkout`, `spans[].name`).
    pub span_name: Option<Text<'a>>,
    /// The message.
    pub body: Text<'a>,
    /// How long the span (or the request that the record reports) took, in nanoseconds.
    pub duration: Option<u64>,
    /// The span's start, where stated. Without it, `duration` ends at `timestamp`.
    pub span_start: Option<Timestamp>,
    /// HTTP (or gRPC mapped to HTTP) status of the request that the record reports.
    pub http_status: Option<u16>,
    /// The record carries an exception or a stack trace.
    pub has_exception: bool,
    /// The record states the span's status: `Some(true)` is error.
    pub span_error: Option<bool>,
    /// Every other field, dotted keys; filled only on request ([`Detail::Attributes`]).
    pub attributes: Vec<(Text<'a>, AttributeValue<'a>)>,
}

impl LogRecord<'_> {
    /// Forgets everything, to be filled again. Field by field, since most need one word written
    /// to be `None`, where a new record would be copied as a whole.
    pub(crate) fn reset(&mut self, format: &'static str) {
        let LogRecord {
            format: name,
            timestamp,
            is_to_the_second,
            trace,
            trace_spelling,
            span_id,
            parent_span_id,
            caller_span_id,
            link,
            trace_flags,
            severity_text,
            severity,
            service_name,
            span_name,
            body,
            duration,
            span_start,
            http_status,
            has_exception,
            span_error,
            attributes,
        } = self;
        *name = format;
        *timestamp = None;
        *is_to_the_second = false;
        *trace = None;
        *trace_spelling = None;
        *span_id = None;
        *parent_span_id = None;
        *caller_span_id = None;
        *link = None;
        *trace_flags = None;
        *severity_text = None;
        *severity = None;
        *service_name = None;
        *span_name = None;
        *body = Text::default();
        *duration = None;
        *span_start = None;
        *http_status = None;
        *has_exception = false;
        *span_error = None;
        attributes.clear();
    }
}

/// A value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum AttributeValue<'a> {
    /// Text.
    Text(Text<'a>),
    /// JSON exactly as written: numbers, booleans, null, arrays, objects.
    Json(&'a [u8]),
}

/// How much of a record to collect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Everything but the attributes.
    Fields,
    /// Attributes too.
    Attributes,
}

/// Where one physical line of a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineOrigin {
    /// The chunk's number within the source.
    pub chunk: u32,
    /// The line's number within the chunk, from 0. Line numbers of a whole source are known only
    /// when every chunk before has been counted: see `pipeline::LineTable`.
    pub line: u32,
    /// Offset of the line's first byte within the source.
    pub offset: u64,
    /// Length in bytes, without the newline.
    pub length: u32,
}

/// A record with the physical lines that it was made of.
#[derive(Clone, Debug)]
pub struct ReadRecord<'a, 'b> {
    /// The source.
    pub source: SourceId,
    /// The stream within an interleaved source (pod, container), as a hash.
    pub stream: u64,
    /// What the lines mean.
    pub record: &'b LogRecord<'a>,
    /// The physical lines, in order. Never empty.
    pub lines: &'b [LineOrigin],
    /// Their bytes, without the newlines, as they stand in the source.
    pub texts: &'b [&'a [u8]],
}
