//! Which service and message some loggers of JSON name in a way of their own.
//!
//! Fills what the alias table cannot say, because the same keys mean something else elsewhere: asked
//! only where the table left it open.

use super::LineParser;
use crate::record::fields::Slot;
use crate::record::{LogRecord, Text, identity};

impl<'a> LineParser<'a, '_> {
    /// What the fields leave open. Shippers add the container to the program's own object.
    pub(super) fn named_by_logger(&mut self, object: &'a [u8], record: &mut LogRecord<'a>) {
        fill_from_zipkin(object, record);
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

/// What a span of Zipkin calls simply `id`, and how long it took, in microseconds: `{"traceId":"…",
/// "id":"…","duration":1234,"localEndpoint":{…}}`. Nothing else has the last of these keys.
pub(super) fn fill_from_zipkin(object: &[u8], record: &mut LogRecord<'_>) {
    if record.trace.is_none()
        || record.span_id.is_some()
        || memchr::memmem::find(object, b"\"localEndpoint\":").is_none()
    {
        return;
    }
    let Some(id) = string_behind(object, b"\"id\":\"") else { return };
    record.span_id = identity::span_value(id, false);
    let duration = memchr::memmem::find(object, b"\"duration\":").and_then(|at| {
        let number = &object[at + 11..];
        let digits = number.iter().take_while(|b| b.is_ascii_digit()).count();
        std::str::from_utf8(&number[..digits]).ok()?.parse::<u64>().ok()?.checked_mul(1000)
    });
    record.duration = duration.or(record.duration);
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
    fn a_span_of_zipkin_has_an_id_and_microseconds() {
        let mut record = LogRecord { trace: Some(identity::opaque(b"x")), ..LogRecord::default() };
        let line = br#"{"traceId":"4bf92f3577b34da6a3ce929d0e0e4736","id":"00f067aa0ba902b7","duration":1234,"localEndpoint":{}}"#;
        fill_from_zipkin(line, &mut record);
        assert_eq!(record.span_id.map(|id| id.to_string()).as_deref(), Some("00f067aa0ba902b7"));
        assert_eq!(record.duration, Some(1_234_000));
    }

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
