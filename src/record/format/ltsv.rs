//! LTSV: lines of `label:value`, separated by tabs (ltsv.org).

use crate::record::field_set::{FieldSet, Kind, Value};
use crate::record::fields::KeyCache;
use crate::record::format::json::Attributes;
use crate::record::{AttributeValue, Text};

/// Whether the line begins with a label, and has a tab.
pub(crate) fn begins_with_label(line: &[u8]) -> bool {
    label(line) > 0 && memchr::memchr(b'\t', line).is_some()
}

/// The length of the label before a colon; 0: there is none.
fn label(field: &[u8]) -> usize {
    let is_label = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-');
    if !field.first().is_some_and(u8::is_ascii_alphabetic) {
        return 0;
    }
    let length = field.iter().take(64).take_while(|b| is_label(**b)).count();
    if field.get(length) == Some(&b':') { length } else { 0 }
}

/// Reads the fields of a line into the set. False if a field has no label.
pub(crate) fn scan<'a>(
    line: &'a [u8],
    fields: &mut FieldSet<'a>,
    cache: &mut KeyCache,
    mut attributes: Option<&mut Attributes<'a>>,
) -> bool {
    let mut count = 0;
    for field in line.split(|b| *b == b'\t') {
        if field.is_empty() {
            continue;
        }
        let length = label(field);
        // A blank behind the colon is prose: `note: text`.
        if length == 0 || field.get(length + 1) == Some(&b' ') {
            return false;
        }
        count += 1;
        let (key, bytes) = (&field[..length], &field[length + 1..]);
        let is_number = !bytes.is_empty() && bytes.iter().all(|b| b.is_ascii_digit() || *b == b'.');
        let kind = if is_number { Kind::Number } else { Kind::Text };
        if let Some(alias) = cache.lookup(key) {
            fields.offer(alias, 0, Value { bytes, kind }, false);
        }
        if let Some(attributes) = &mut attributes {
            let value = match kind {
                Kind::Number => AttributeValue::Json(bytes),
                _ => AttributeValue::Text(Text::Borrowed(bytes)),
            };
            attributes.push((Text::Borrowed(key), value));
        }
    }
    count >= 2
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fields::Slot;

    #[test]
    fn every_field_needs_a_label() {
        for (line, expected) in [
            ("time:2026-11-22T10:30:45Z\tlevel:ERROR\tmessage:a b", true),
            ("time:x\tno label", false),
            ("note: text\tmore: text", false),
            ("2026:x\ty:z", false),
        ] {
            let mut fields = FieldSet::new();
            let mut cache = KeyCache::default();
            let read = begins_with_label(line.as_bytes())
                && scan(line.as_bytes(), &mut fields, &mut cache, None);
            assert_eq!(read, expected, "{line}");
            assert_eq!(fields.get(Slot::Severity).is_some(), expected, "{line}");
        }
    }
}
