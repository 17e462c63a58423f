//! Which service and message some loggers of JSON name in a way of their own.
//!
//! Fills what the alias table cannot say, because the same keys mean something else elsewhere: asked
//! only where the table left it open.

use super::LineParser;
use crate::record::fields::Slot;
use crate::record::{LogRecord, Text};

impl<'a> LineParser<'a, '_> {
    /// What the fields leave open. Shippers add the container to the program's own object.
    pub(super) fn named_by_logger(&mut self, object: &'a [u8], record: &mut LogRecord<'a>) {
        if record.body.is_empty()
            && let Some(body) = body_of_go(object)
        {
            record.body = Text::Borrowed(body);
        }
        if record.service_name.is_some() {
            return;
        }
        if let Some(service) = service_of_go(object) {
            record.service_name = Some(Text::Borrowed(service));
            return;
        }
        let hint = self.fields.get(Slot::WrapperService).or_else(|| {
            let name = self.fields.get(Slot::NameHint)?;
            // A logger's name is better than nothing, not better than the file's name.
            let counts = self.context.service_name.is_none() || is_name_of_program(object);
            counts.then_some(name)
        });
        if let Some(value) = hint {
            record.service_name = Some(Text::Borrowed(value.text(self.arena)));
        }
    }
}

/// The value of the `service.name` that OpenTelemetry for Go prints to standard output:
/// `"Resource":[{"Key":"service.name","Value":{"Type":"STRING","Value":"shop"}}]`.
pub(super) fn service_of_go(object: &[u8]) -> Option<&[u8]> {
    let key: &[u8] = b"{\"Key\":\"service.name\",\"Value\":{\"Type\":\"STRING\",\"Value\":\"";
    if !is_of_go(object) {
        return None;
    }
    string_behind(object, key)
}

/// The message: `"Body":{"Type":"String","Value":"hello"}`.
pub(super) fn body_of_go(object: &[u8]) -> Option<&[u8]> {
    if !is_of_go(object) {
        return None;
    }
    string_behind(object, b"\"Body\":{\"Type\":\"String\",\"Value\":\"")
}

/// By the first keys of a record and of a span, whose order is fixed.
fn is_of_go(object: &[u8]) -> bool {
    object.starts_with(b"{\"Timestamp\":\"") || object.starts_with(b"{\"Name\":\"")
}

/// Content without escapes: with them it is left where it is.
fn string_behind<'a>(object: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let at = memchr::memmem::find(object, key)? + key.len();
    let end = memchr::memchr2(b'"', b'\\', &object[at..])?;
    (object[at + end] == b'"').then(|| &object[at..at + end])
}

/// Whether `name` is the program's, as in Bunyan and pino, which print process and host beside it:
/// other loggers call themselves so.
pub(super) fn is_name_of_program(object: &[u8]) -> bool {
    [&b"\"pid\":"[..], b"\"hostname\":\"", b"\"level\":"]
        .iter()
        .all(|key| memchr::memmem::find(object, key).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn go_and_bunyan_name_their_service() {
        let line: &[u8] = br#"{"Timestamp":"2026-11-22T10:30:45Z","Body":{"Type":"String","Value":"hello"},"Resource":[{"Key":"service.name","Value":{"Type":"STRING","Value":"shop"}}]}"#;
        assert_eq!(service_of_go(line), Some(&b"shop"[..]));
        assert_eq!(body_of_go(line), Some(&b"hello"[..]));
        assert!(is_name_of_program(
            br#"{"name":"shop","hostname":"h","pid":7,"level":30,"msg":"x"}"#
        ));
        assert!(!is_name_of_program(br#"{"name":"app.orders","level":"info","msg":"x"}"#));
    }
}
