//! Which values of link keys lead to the traces that are wanted.

use super::Context;
use super::input::{Ask, Inputs};
use crate::pipeline::{LineTable, Visit};
use crate::record::{Detail, ReadRecord, link_value};
use crate::source::Chunks;
use crate::trace::Links;
use std::sync::Mutex;

/// Gathers the links of records that name a trace.
#[derive(Default)]
struct LinkVisitor {
    found: Mutex<Links>,
}

impl Visit for LinkVisitor {
    type Part = Links;

    fn part(&self) -> Links {
        Links::default()
    }

    fn record(&self, part: &mut Links, read: &ReadRecord<'_, '_>) {
        if let (Some(key), Some(link)) = (read.record.trace, &read.record.link) {
            part.lead(link_value(link), key);
        }
    }

    fn gathered(&self, part: Links) -> Option<Links> {
        if let Ok(mut found) = self.found.lock() {
            found.merge(part);
        }
        None
    }
}

/// Reads everything once. A value that leads to several traces leads to none, so only then is it
/// known where any leads.
pub(super) fn read_links(inputs: &Inputs, chunks: &Chunks, context: &Context) -> Links {
    let visitor = LinkVisitor::default();
    let ask = Ask { detail: Detail::Fields, search: None, primed_bytes: 0, number_lines: false };
    // What goes wrong is told by the reading that prints.
    let _ = inputs.read(chunks, &visitor, &LineTable::new(), ask, context);
    visitor.found.into_inner().unwrap_or_default()
}
