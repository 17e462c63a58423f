//! Records that are one object printed over many lines, JSON or not.
//!
//! Makes a [`LogRecord`] of the joined lines, once all of them are known. Which lines are one object
//! is decided while they come: see [`crate::record::reader`].

use super::block::{self, BlockReader};
use super::json::Attributes;
use super::{LineKind, LineParser};
use crate::record::duration;
use crate::record::field_set::FieldSet;
use crate::record::fields::Slot;
use crate::record::timestamp::Reference;
use crate::record::{Detail, LogRecord, Text};

impl<'a> LineParser<'a, '_> {
    /// An object printed over many lines, joined: `None` if it is none.
    pub(crate) fn object_of_lines(
        &mut self,
        text: &'a [u8],
        first: &LogRecord<'a>,
    ) -> Option<LogRecord<'a>> {
        if !(text.starts_with(b"{\n") || block::is_block(text)) {
            return None;
        }
        let reference = self.context.reference;
        let mut record = match self.object(text, &reference) {
            LineKind::Head(record) if record.format == "json" => record,
            LineKind::Headless => self.block(text, &reference)?,
            _ => return None,
        };
        // What the wrappers said.
        record.timestamp = record.timestamp.or(first.timestamp);
        record.severity = record.severity.or(first.severity);
        record.service_name = record.service_name.take().or_else(|| first.service_name.clone());
        Some(*record)
    }

    /// An object that is no JSON, printed over many lines.
    fn block(&mut self, text: &'a [u8], reference: &Reference) -> Option<Box<LogRecord<'a>>> {
        self.fields.clear();
        let mut attributes = Attributes::new();
        let wanted = self.context.detail == Detail::Attributes;
        let wanted = wanted.then_some(&mut attributes);
        let mut reader = BlockReader::new(&mut self.fields, self.cache, wanted, self.arena);
        reader.read(text);
        let (id, name, start) = (reader.id, reader.name, reader.start);
        if self.fields.weight() == 0 {
            return None;
        }
        let mut record = self.fresh("block");
        self.fields.fill(&mut record, reference, self.arena);
        self.note_named();
        record.attributes = attributes;
        if record.trace.is_some() {
            record.span_id = record.span_id.or_else(|| block::span_of_id(id));
            let began = start.or_else(|| self.fields.get(Slot::Time));
            if let (Some(began), Some(duration)) = (began, self.fields.get(Slot::Duration))
                && let Some(unit) = block::unit_of_epoch(began)
            {
                // The report of a span.
                record.timestamp = record.timestamp.or_else(|| FieldSet::moment(began, reference));
                record.span_start = record.timestamp;
                record.duration = duration::duration(duration, unit);
                record.span_name = record.span_name.take().or(name.map(Text::Borrowed));
            }
        }
        if record.body.is_empty() {
            record.body = record.span_name.clone().unwrap_or(Text::Borrowed(text));
        }
        Some(record)
    }
}
