//! The shape of a line: one JSON object, or logfmt. Decides where fields can be put, so it judges the
//! whole line: what only begins like JSON is text, and text keeps every byte.

use std::ops::Range;

/// What may come next in JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Next {
    Value,
    /// At the start of an array.
    ValueOrEnd,
    Key,
    /// At the start of an object.
    KeyOrEnd,
    Colon,
    CommaOrEnd,
}

/// A field of a line: where its key stands, without quotes, and its value, with them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) key: Range<usize>,
    pub(super) value: Range<usize>,
}

/// A line that is one JSON object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct JsonObject {
    /// Those of the object itself, not those of objects in it.
    pub(super) fields: Vec<Field>,
    /// Behind the last of them, or behind the brace.
    pub(super) end: usize,
}

/// Reads a line that is one JSON object.
pub(super) fn json_object(line: &[u8]) -> Option<JsonObject> {
    if line.first() != Some(&b'{') {
        return None;
    }
    let mut open: Vec<u8> = Vec::new();
    let mut next = Next::Value;
    let mut at = 0;
    // Behind the last thing that is no white space.
    let mut end = 0;
    let mut fields = Vec::new();
    let (mut key, mut value) = (0..0, 0);
    loop {
        at += line[at..].iter().position(|byte| !byte.is_ascii_whitespace())?;
        let byte = line[at];
        let is_in_object = open.last() == Some(&b'{');
        let is_in_line = open.len() == 1;
        if is_in_line && next == Next::Value {
            value = at;
        }
        (at, next) = match (next, byte) {
            (Next::Key | Next::KeyOrEnd, b'"') => {
                let end = quoted_end(line, at)?;
                if is_in_line {
                    key = at + 1..end - 1;
                }
                (end, Next::Colon)
            }
            (Next::Colon, b':') => (at + 1, Next::Value),
            (Next::CommaOrEnd, b',') => {
                (at + 1, if is_in_object { Next::Key } else { Next::Value })
            }
            (Next::KeyOrEnd | Next::CommaOrEnd, b'}') if is_in_object => {
                open.pop();
                if open.is_empty() {
                    let is_last = line[at + 1..].trim_ascii().is_empty();
                    return is_last.then_some(JsonObject { fields, end });
                }
                (at + 1, Next::CommaOrEnd)
            }
            (Next::ValueOrEnd | Next::CommaOrEnd, b']') if !is_in_object => {
                open.pop();
                (at + 1, Next::CommaOrEnd)
            }
            (Next::Value | Next::ValueOrEnd, b'{' | b'[') => {
                open.push(byte);
                (at + 1, if byte == b'{' { Next::KeyOrEnd } else { Next::ValueOrEnd })
            }
            (Next::Value | Next::ValueOrEnd, b'"') => (quoted_end(line, at)?, Next::CommaOrEnd),
            (Next::Value | Next::ValueOrEnd, _) => (at + scalar(&line[at..])?, Next::CommaOrEnd),
            _ => return None,
        };
        end = at;
        if open.len() == 1 && next == Next::CommaOrEnd {
            fields.push(Field { key: key.clone(), value: value..at });
        }
    }
}

/// Length of a number or word. (NaN and infinities are no JSON, but loggers write them.)
fn scalar(text: &[u8]) -> Option<usize> {
    let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let length = text.iter().position(|byte| !belongs(byte)).unwrap_or(text.len());
    let word = &text[..length];
    let is_known =
        matches!(word, b"true" | b"false" | b"null" | b"NaN" | b"Infinity" | b"-Infinity");
    (is_known || is_number(word)).then_some(length)
}

/// JSON's own grammar of numbers: no zeros in front, digits on both sides of the point.
fn is_number(word: &[u8]) -> bool {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = word.strip_prefix(b"-").unwrap_or(word);
    let whole = digits(rest);
    if whole == 0 || whole > 1 && rest[0] == b'0' {
        return false;
    }
    rest = &rest[whole..];
    if let Some(fraction) = rest.strip_prefix(b".") {
        let length = digits(fraction);
        if length == 0 {
            return false;
        }
        rest = &fraction[length..];
    }
    match rest {
        [] => true,
        [b'e' | b'E', exponent @ ..] => {
            let exponent =
                exponent.strip_prefix(b"+").or(exponent.strip_prefix(b"-")).unwrap_or(exponent);
            !exponent.is_empty() && digits(exponent) == exponent.len()
        }
        _ => false,
    }
}

/// Behind the closing quote of the text whose opening one stands at `at`.
fn quoted_end(line: &[u8], at: usize) -> Option<usize> {
    let mut is_escaped = false;
    for (offset, &byte) in line.iter().enumerate().skip(at + 1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return Some(offset + 1),
            _ => {}
        }
    }
    None
}

/// The fields of a line that is at least two pairs, and nothing else.
pub(super) fn logfmt_fields(line: &[u8]) -> Option<Vec<Field>> {
    let mut fields = Vec::new();
    let mut rest = line;
    loop {
        let start = line.len() - rest.len();
        let key = rest.iter().position(|&byte| !is_key_byte(byte)).unwrap_or(rest.len());
        if key == 0 || rest.get(key) != Some(&b'=') {
            return None;
        }
        rest = &rest[key + 1..];
        let value = match rest.first() {
            Some(b'"') => quoted_end(rest, 0)?,
            _ => rest.iter().position(|&byte| byte == b' ').unwrap_or(rest.len()),
        };
        // Behind a value there is a blank, or the end.
        if !matches!(rest.get(value), None | Some(b' ' | b'\t')) {
            return None;
        }
        let key = start..start + key;
        fields.push(Field { value: key.end + 1..key.end + 1 + value, key });
        rest = rest[value..].trim_ascii_start();
        if rest.is_empty() {
            return (fields.len() >= 2).then_some(fields);
        }
    }
}

/// Whether the beginning of a line may become JSON or logfmt, whose fields stand at its end.
pub(super) fn may_get_fields(beginning: &[u8]) -> bool {
    let key = beginning.iter().take_while(|byte| is_key_byte(**byte)).count();
    beginning.first() == Some(&b'{') || key > 0 && beginning.get(key) == Some(&b'=')
}

fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_.-@".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type End = Option<(usize, bool)>;

    /// Where the fields of an object end, and whether it has none.
    fn json_object_end(line: &[u8]) -> End {
        json_object(line).map(|object| (object.end, object.fields.is_empty()))
    }

    fn is_logfmt(line: &[u8]) -> bool {
        logfmt_fields(line).is_some()
    }

    #[test]
    fn fields_are_those_of_the_line_itself() {
        let parts = |line: &'static str, fields: &[Field]| -> Vec<(&str, &str)> {
            fields.iter().map(|f| (&line[f.key.clone()], &line[f.value.clone()])).collect()
        };
        let line = "{ \"a\" : \"x\" ,\"b\":{\"a\":[1,{\"c\":2}]},\"d\":[{}], \"e\\\"\":null }";
        let object = json_object(line.as_bytes());
        assert_eq!(
            object.map(|object| parts(line, &object.fields)),
            Some(vec![
                ("a", "\"x\""),
                ("b", "{\"a\":[1,{\"c\":2}]}"),
                ("d", "[{}]"),
                ("e\\\"", "null")
            ])
        );
        let line = "a= b=\"x y\"  c=1";
        let fields = logfmt_fields(line.as_bytes());
        let expected = vec![("a", ""), ("b", "\"x y\""), ("c", "1")];
        assert_eq!(fields.map(|fields| parts(line, &fields)), Some(expected));
    }

    #[test]
    fn an_object_ends_where_its_last_field_ends() {
        let table: [(&[u8], End); 27] = [
            (b"{}", Some((1, true))),
            (b"{ }", Some((1, true))),
            (b"{\"a\":1}", Some((6, false))),
            (b"{\"a\":1 } \t", Some((6, false))),
            (b"{\"a\":{\"b\":[1,{\"c\":[]}]}}", Some((23, false))),
            (b"{\"a\":[],\"b\":{}}", Some((14, false))),
            (b"{\"a\":\"}\"}", Some((8, false))),
            (b"{\"a\":\"\\\"}\"}", Some((10, false))),
            (b"{\"a\":-1.5e+3,\"b\":NaN}", Some((20, false))),
            (b"{\"a\":true,\"b\":null}", Some((18, false))),
            (b"{\"\":\"\xff\0\"}", Some((8, false))),
            (b"", None),
            (b"{", None),
            (b"}", None),
            (b"[]", None),
            (b"[{\"a\":1}]", None),
            (b"{not json}", None),
            (b"{'a':1}", None),
            (b"{\"a\"}", None),
            (b"{\"a\":}", None),
            (b"{\"a\" 1}", None),
            (b"{\"a\":1,}", None),
            (b"{\"a\":1", None),
            (b"{\"a\":[1}", None),
            (b"{\"a\":01x}", None),
            (b"{\"a\":1} and {\"b\":2}", None),
            (b"{\"a\":1}{\"b\":2}", None),
        ];
        for (line, expected) in table {
            assert_eq!(json_object_end(line), expected, "{}", line.escape_ascii());
        }
        assert_eq!(json_object_end(&b"{\"a\":".repeat(100_000)), None);
    }

    /// What is made of pieces of JSON: often JSON, more often nearly so.
    fn near_json() -> impl Strategy<Value = String> {
        let piece = prop::sample::select(vec![
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            " ",
            "\"a\"",
            "\"\\\"}\"",
            "\"",
            "\\",
            "0",
            "-1.5e+3",
            "01",
            "1.",
            "-",
            "true",
            "null",
            "nul",
            "{\"a\":1}",
            "\"a\":",
            "{\"b\":[",
        ]);
        prop::collection::vec(piece, 0..12).prop_map(|pieces| format!("{{{}", pieces.concat()))
    }

    proptest! {
        #[test]
        fn an_object_is_what_a_parser_of_json_takes_for_one(line in near_json()) {
            let parsed: Result<serde_json::Map<String, serde_json::Value>, _> =
                serde_json::from_str(&line);
            let found = json_object_end(line.as_bytes());
            prop_assert_eq!(found.is_some(), parsed.is_ok(), "{}", line);
            if let (Some((end, is_empty)), Ok(fields)) = (found, parsed) {
                prop_assert_eq!(is_empty, fields.is_empty());
                let comma = if is_empty { "" } else { "," };
                let stamped = format!("{}{comma}\"new\":1{}", &line[..end], &line[end..]);
                let stamped: serde_json::Map<String, serde_json::Value> =
                    serde_json::from_str(&stamped).map_err(|error| TestCaseError::fail(error.to_string()))?;
                prop_assert_eq!(stamped.len(), fields.len() + 1);
            }
        }
    }

    #[test]
    fn logfmt_is_pairs_and_nothing_else() {
        for (line, expected) in [
            ("a=1 b=2", true),
            ("a=1 b=\"x y\" c=", true),
            ("a=\"\\\"\" b=\u{e9}", true),
            ("a=1 b=2 ", true),
            ("a=1", false),
            ("a=1 b", false),
            ("a=1 b=\"x", false),
            ("a=1 b=\"x\"y", false),
            ("2026-01-01 a=1 b=2", false),
            ("a = 1 b = 2", false),
            ("", false),
        ] {
            assert_eq!(is_logfmt(line.as_bytes()), expected, "{line}");
        }
    }
}
