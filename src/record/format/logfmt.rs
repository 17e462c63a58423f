//! logfmt: lines of `key=value` pairs from the first byte on.

use crate::record::field_set::{FieldSet, Kind, Value};
use crate::record::fields::KeyCache;
use crate::record::format::json::Attributes;
use crate::record::{AttributeValue, Text};

/// Reads the pairs of a line into the set. False if the line is something else: it must begin with
/// a pair, and pairs must be most of it.
pub(crate) fn scan<'a>(
    line: &'a [u8],
    fields: &mut FieldSet<'a>,
    cache: &mut KeyCache,
    mut attributes: Option<&mut Attributes<'a>>,
) -> bool {
    let mut at = 0;
    let mut pairs = 0usize;
    let mut others = 0usize;
    while at < line.len() {
        match line[at] {
            b' ' | b'\t' => {
                at += 1;
                continue;
            }
            _ => {}
        }
        let rest = &line[at..];
        let key_length =
            rest.iter().position(|b| matches!(b, b'=' | b' ' | b'\t' | b'"')).unwrap_or(rest.len());
        if rest.get(key_length) != Some(&b'=') || key_length == 0 {
            others += 1;
            at += key_length.max(1);
            continue;
        }
        pairs += 1;
        let key = &rest[..key_length];
        let (value, length) = value(&rest[key_length + 1..]);
        at += key_length + 1 + length;
        if let Some(alias) = cache.lookup(key) {
            fields.offer(alias, 0, value, false);
        }
        if let Some(attributes) = &mut attributes {
            let text = match value.kind {
                Kind::Number => AttributeValue::Json(value.bytes),
                _ => AttributeValue::Text(Text::Borrowed(value.bytes)),
            };
            attributes.push((Text::Borrowed(key), text));
        }
    }
    pairs >= 2 && others <= pairs
}

/// The value after `=`, and how many bytes it takes.
fn value(rest: &[u8]) -> (Value<'_>, usize) {
    if rest.first() == Some(&b'"') {
        let mut escaped = false;
        let mut at = 1;
        while let Some(&byte) = rest.get(at) {
            match byte {
                b'\\' => {
                    escaped = true;
                    at += 1;
                }
                b'"' => break,
                _ => {}
            }
            at += 1;
        }
        let end = at.min(rest.len());
        let kind = if escaped { Kind::Escaped } else { Kind::Text };
        return (Value { bytes: &rest[1..end.max(1)], kind }, (end + 1).min(rest.len()));
    }
    let end = rest.iter().position(|b| matches!(b, b' ' | b'\t')).unwrap_or(rest.len());
    let bytes = &rest[..end];
    let is_number = !bytes.is_empty() && bytes.iter().all(|b| b.is_ascii_digit() || *b == b'.');
    (Value { bytes, kind: if is_number { Kind::Number } else { Kind::Text } }, end)
}

/// Whether the line begins with `key=`.
pub(crate) fn begins_with_pair(line: &[u8]) -> bool {
    let key = line
        .iter()
        .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'@' | b'/')))
        .unwrap_or(0);
    key > 0 && line[key] == b'='
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::fields::Slot;

    fn read(line: &str) -> Option<Vec<String>> {
        let mut fields = FieldSet::new();
        let mut cache = KeyCache::default();
        let ok = begins_with_pair(line.as_bytes())
            && scan(line.as_bytes(), &mut fields, &mut cache, None);
        ok.then(|| {
            [Slot::Time, Slot::Severity, Slot::Body, Slot::Trace]
                .iter()
                .filter_map(|slot| fields.get(*slot))
                .map(|value| String::from_utf8_lossy(value.bytes).into_owned())
                .collect()
        })
    }

    #[test]
    fn pairs_are_read_quoted_or_not() {
        assert_eq!(
            read(
                r#"ts=2026-11-22T10:00:00Z level=info msg="a \"b\" c" trace_id=4bf92f3577b34da6a3ce929d0e0e4736 x="#
            ),
            Some(vec![
                "2026-11-22T10:00:00Z".to_owned(),
                "info".to_owned(),
                "a \\\"b\\\" c".to_owned(),
                "4bf92f3577b34da6a3ce929d0e0e4736".to_owned(),
            ])
        );
        assert_eq!(read("a=1 and then a long sentence that is no logfmt"), None);
        assert_eq!(read("hello a=1 b=2"), None);
        assert_eq!(read("a=\"unclosed b=2"), None);
    }
}
