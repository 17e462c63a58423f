//! `mint --from`: a given context in another format, and what that format cannot say.

use std::ffi::OsString;
use std::io::{BufRead, Write};

use super::{MintError, Plan};
use crate::cli::incoming::{push_named, read_head};
use crate::trace_context::{
    Baggage, Carrier, Fault, IdGenerator, IncomingContext, Kind, Loss, OutgoingContext,
    Propagation, TraceFlags, TraceParent, TraceState, ValueError, recognize,
};

/// What `--from` names.
pub(super) struct Source {
    value: Propagation,
    /// What came along in other headers of the same message.
    trace_state: TraceState,
    baggage: Baggage,
    /// What came along and cannot be used.
    dropped: Vec<String>,
}

impl Source {
    /// Reads the values of `--from`; `None` if there is none.
    ///
    /// # Errors
    /// One that cannot be read, or none that names a trace.
    pub(super) fn of(
        values: &[OsString],
        stdin: &mut dyn BufRead,
    ) -> Result<Option<Source>, MintError> {
        let wrong = |error| MintError::Option("--from", error);
        let mut carrier = Carrier::headers();
        for value in values {
            let bytes = value.as_encoded_bytes();
            if bytes == b"-" {
                read_head(stdin, &mut carrier).map_err(MintError::Input)?;
            } else if push_named(&mut carrier, bytes) {
            } else if let [_] = values {
                let value = recognize(bytes).unwrap_or(Kind::TraceParent).parse(bytes);
                return Ok(Some(Source::from(value.map_err(wrong)?)));
            } else {
                return Err(MintError::Unnamed(value.to_string_lossy().into_owned()));
            }
        }
        if values.is_empty() {
            return Ok(None);
        }
        let names_traces = |kind: &Kind| !matches!(kind, Kind::TraceState | Kind::Baggage);
        let mut kinds = Kind::ALL.into_iter().filter(names_traces);
        let Some(value) = kinds.find_map(|kind| kind.extract(&carrier)) else {
            let fault = Fault::Rule("is in no header");
            return Err(wrong(ValueError { field: "a trace", byte: 0, fault }));
        };
        let mut source = Source::from(value.map_err(wrong)?);
        let incoming = IncomingContext::extract(&carrier);
        source.trace_state = incoming.trace_state;
        source.baggage = incoming.baggage;
        source.dropped = incoming.warnings.iter().map(ToString::to_string).collect();
        Ok(Some(source))
    }
}

impl From<Propagation> for Source {
    fn from(value: Propagation) -> Source {
        let (trace_state, baggage) = Default::default();
        Source { value, trace_state, baggage, dropped: Vec::new() }
    }
}

impl Plan {
    /// Writes the source in the format of this plan, and tells what is lost.
    ///
    /// # Errors
    /// A source without a trace, or a failed write.
    pub(super) fn convert(
        &self,
        source: Source,
        ids: &mut IdGenerator,
        out: &mut dyn Write,
        stderr: &mut dyn Write,
    ) -> Result<(), MintError> {
        let Source { value, trace_state, baggage, mut dropped } = source;
        let no_trace = MintError::Option("--from", {
            let field = value.kind().name();
            ValueError { field, byte: 0, fault: Fault::Rule("names no trace") }
        });
        let Some(remote) = value.context() else { return Err(no_trace) };
        let Some(trace_id) = remote.trace_id else { return Err(no_trace) };
        let mut losses = Loss::of_source(&value, self.format);
        let flags = match &value {
            Propagation::TraceParent(traceparent) => traceparent.trace_flags.outgoing(self.level),
            _ => TraceFlags::NONE,
        };
        let span_id = remote.span_id.unwrap_or_else(|| {
            losses.push(Loss::NoSpan);
            ids.span_id()
        });
        let mut context = OutgoingContext::from(TraceParent::new(trace_id, span_id, flags));
        context.sampled = remote.sampled;
        context.debug = remote.debug;
        context.is_64_bit = remote.is_64_bit;
        context.trace_state = trace_state;
        context.baggage = baggage;
        self.add_members(&mut context)?;
        losses.extend(context.losses(self.format));
        self.write(&context, false, out)?;
        let is_lost = |loss: &&Loss| **loss != Loss::NoSpan;
        dropped.extend(losses.iter().filter(is_lost).map(ToString::to_string));
        for loss in dropped {
            writeln!(stderr, "note: not carried over: {loss}")?;
        }
        if losses.contains(&Loss::NoSpan) {
            writeln!(stderr, "note: {}", Loss::NoSpan)?;
        }
        Ok(())
    }
}
