//! Objects that are printed over many lines and are no JSON: what `util.inspect` of Node,
//! OpenTelemetry's console exporters for JavaScript and C++, `pprint` of Python, `pp` of Ruby and
//! Clojure, and Rust's `{:#?}` make of a record.
//!
//! Reads the pairs of a whole block into a [`FieldSet`]. All of them are keys and values between
//! braces, and differ in quotes and separators, so one tolerant reader serves: it goes line by line
//! and takes the nesting from the indentation. Which lines are one block is not decided here.

use crate::record::field_set::{FieldSet, Kind, Value};
use crate::record::fields::{KeyCache, Slot};
use crate::record::format::json::Attributes;
use crate::record::severity::Severity;
use crate::record::{AttributeValue, Text, identity};
use bumpalo::Bump;

/// Whether a text is one block: a first line that opens a brace, indented lines, and a closing brace.
pub(super) fn is_block(text: &[u8]) -> bool {
    let Some(first) = memchr::memchr(b'\n', text) else { return false };
    let (opening, rest) = (text[..first].trim_ascii_end(), &text[first + 1..]);
    let opens = match opening {
        [b'{'] => true,
        [name @ .., b' ', b'{'] => is_name(name),
        _ => opens_with_pair(opening),
    };
    let closes = text.trim_ascii_end();
    let closes = closes.strip_suffix(b",").unwrap_or(closes);
    opens
        && closes.ends_with(b"}")
        && rest
            .split(|b| *b == b'\n')
            .all(|line| matches!(line.first(), None | Some(b' ' | b'\t' | b'}')))
}

/// `{:level :info,` and `{ traceId: '4bf9…',`: the first line of a block that goes on below. Such a
/// line is no record by itself, whatever it holds.
pub(super) fn opens_with_pair(line: &[u8]) -> bool {
    let Some(pair) = line.strip_prefix(b"{") else { return false };
    key(pair.trim_ascii_start()).is_some() && closing(line).is_none()
}

fn is_name(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_alphabetic)
        && text.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'.'))
}

/// Whether an indented line is a pair of a block, whose value is no header of a record however much
/// it looks like a time.
pub(super) fn begins_with_key(text: &[u8]) -> bool {
    !text.first().is_none_or(u8::is_ascii_digit)
        && key(text).is_some_and(|(key, _)| Severity::from_position(key).is_none())
}

/// The key that a text begins with, and what is behind its separator.
fn key(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (name, rest) = match text.first()? {
        quote @ (b'\'' | b'"') => {
            let end = memchr::memchr(*quote, &text[1..])?;
            (&text[1..=end], &text[end + 2..])
        }
        first => {
            let symbol = usize::from(*first == b':');
            let inside = &text[symbol..];
            let is_key = |b: &u8| {
                b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'@' | b'/' | b'$')
            };
            let length = inside.iter().take_while(|b| is_key(b)).count();
            let rest = &inside[length..];
            // Clojure has nothing between a key and its value.
            if symbol == 1 && length > 0 && rest.starts_with(b" ") {
                let value = rest.trim_ascii_start();
                return Some((&inside[..length], value.strip_prefix(b"=>").unwrap_or(value)));
            }
            (&inside[..length], rest)
        }
    };
    let is_word = name.iter().any(u8::is_ascii_alphabetic) && name.len() <= 64;
    let value = match rest.trim_ascii_start() {
        [b'=', b'>', value @ ..] => value,
        [b':', value @ ..] if !value.starts_with(b":") => value,
        [b'=', value @ ..] if value.starts_with(b" ") => value,
        _ => return None,
    };
    let is_apart = value.first().is_none_or(|b| !(b.is_ascii_alphanumeric() || *b == b'/'));
    (is_word && (is_apart || rest.trim_ascii_start().starts_with(b"=>"))).then_some((name, value))
}

/// Reads the pairs of a block.
pub(super) struct BlockReader<'a, 's> {
    fields: &'s mut FieldSet<'a>,
    cache: &'s mut KeyCache,
    /// Where attributes go, when they are wanted.
    attributes: Option<&'s mut Attributes<'a>>,
    arena: &'a Bump,
    /// The keys that are open: their column, and their name.
    open: Vec<(usize, &'a [u8])>,
    /// The key whose value is alone on the next line.
    wrapped: Option<&'a [u8]>,
    /// `id` and `name` at the top, which mean a span's where there is a trace.
    pub(super) id: Option<&'a [u8]>,
    pub(super) name: Option<&'a [u8]>,
    /// `start` at the top: when a span began.
    pub(super) start: Option<Value<'a>>,
}

impl<'a, 's> BlockReader<'a, 's> {
    pub(super) fn new(
        fields: &'s mut FieldSet<'a>,
        cache: &'s mut KeyCache,
        attributes: Option<&'s mut Attributes<'a>>,
        arena: &'a Bump,
    ) -> BlockReader<'a, 's> {
        let (open, wrapped) = (Vec::new(), None);
        let (id, name, start) = (None, None, None);
        BlockReader { fields, cache, attributes, arena, open, wrapped, id, name, start }
    }

    pub(super) fn read(&mut self, text: &'a [u8]) {
        for (number, line) in text.split(|b| *b == b'\n').enumerate() {
            let inside = line.trim_ascii_start();
            let mut column = line.len() - inside.len();
            let mut inside = inside.trim_ascii_end();
            if number == 0 {
                let Some(pair) = inside.strip_prefix(b"{") else { continue };
                inside = pair;
                column += 1;
            }
            self.pair(inside, column);
        }
    }

    fn pair(&mut self, text: &'a [u8], column: usize) {
        while self.open.last().is_some_and(|(opened, _)| *opened >= column) {
            self.open.pop();
        }
        let text = text.trim_ascii_start();
        let wrapped = self.wrapped.take();
        let Some((key, value)) = key(text) else {
            if let Some(key) = wrapped {
                self.leaf(key, text.strip_suffix(b",").unwrap_or(text));
            }
            return;
        };
        let behind = text.len() - value.trim_ascii_start().len();
        let value = value.trim_ascii();
        let value = value.strip_suffix(b",").unwrap_or(value);
        let open_at = self.open.len();
        match value.first() {
            None => self.open.push((column, key)),
            // `Inner {` of Rust, and `Some(` with the value on the next line.
            Some(_) if value.strip_suffix(b" {").is_some_and(is_name) => {
                self.open.push((column, key));
            }
            Some(_) if value == b"Some(" => self.wrapped = Some(key),
            Some(b'{' | b'[') => {
                self.open.push((column, key));
                match closing(value) {
                    Some(end) if value[0] == b'{' => {
                        self.inline(&value[1..end], column);
                        self.open.truncate(open_at);
                    }
                    Some(_) => {
                        self.open.truncate(open_at);
                        self.attribute(key, AttributeValue::Text(Text::Borrowed(value)));
                    }
                    // The first pair of the object may be on the same line.
                    None => self.pair(&value[1..], column + behind + 1),
                }
            }
            Some(_) => self.leaf(key, value),
        }
    }

    /// The pairs of an object on one line.
    fn inline(&mut self, text: &'a [u8], column: usize) {
        let mut rest = text;
        while !rest.is_empty() {
            let end = end_of_pair(rest);
            self.pair(&rest[..end], column + 1);
            rest = rest.get(end + 1..).unwrap_or_default();
        }
    }

    fn leaf(&mut self, key: &'a [u8], text: &'a [u8]) {
        let value = scalar(text);
        // A key of Clojure may say whose it is: `:mulog/timestamp`.
        let bare = &key[memchr::memrchr(b'/', key).map_or(0, |slash| slash + 1)..];
        let alias = match self.open.last() {
            Some((_, parent)) => self.cache.lookup_nested(parent, key),
            None => self.cache.lookup(key).or_else(|| self.cache.lookup(bare)),
        };
        if let Some(alias) = alias.filter(|alias| alias.slot != Slot::NameHint) {
            self.fields.offer(alias, self.open.len(), value, false);
        }
        if self.open.is_empty() {
            match bare {
                b"id" => self.id = Some(value.bytes),
                b"name" => self.name = Some(value.bytes),
                b"start" => self.start = Some(value),
                _ => {}
            }
        }
        self.attribute(
            key,
            match value.kind {
                Kind::Number | Kind::Literal => AttributeValue::Json(value.bytes),
                _ => AttributeValue::Text(Text::Borrowed(value.text(self.arena))),
            },
        );
    }

    fn attribute(&mut self, key: &'a [u8], value: AttributeValue<'a>) {
        let Some(attributes) = &mut self.attributes else { return };
        let parents = self.open.iter().map(|(_, parent)| *parent);
        let path: Vec<&[u8]> = parents.chain(std::iter::once(key)).collect();
        let name = self.arena.alloc_slice_copy(&path.join(&b'.'));
        attributes.push((Text::Borrowed(name), value));
    }
}

/// What a value says, without quotes, tags and what closes objects behind it.
fn scalar(text: &[u8]) -> Value<'_> {
    let mut text = text;
    // `#inst "2026-…"` and `#uuid "…"` of Clojure.
    if text.starts_with(b"#")
        && let Some(blank) = memchr::memchr(b' ', text)
        && text[blank..].starts_with(b" \"")
    {
        text = &text[blank + 1..];
    }
    if let Some(quote @ (b'"' | b'\'')) = text.first() {
        let inside = &text[1..];
        let mut escaped = false;
        let mut end = 0;
        while let Some(&byte) = inside.get(end) {
            match byte {
                b'\\' => {
                    escaped = true;
                    end += 1;
                }
                _ if byte == *quote => break,
                _ => {}
            }
            end += 1;
        }
        let bytes = &inside[..end.min(inside.len())];
        return Value { bytes, kind: if escaped { Kind::Escaped } else { Kind::Text } };
    }
    let count = |text: &[u8], wanted: u8| text.iter().filter(|b| **b == wanted).count();
    while text.ends_with(b"}") && count(text, b'}') > count(text, b'{') {
        text = text[..text.len() - 1].trim_ascii_end();
    }
    // `Some(5)`, `TraceId(4bf9…)`, `Str(text)`.
    if let Some(inside) = text.strip_suffix(b")")
        && let Some(open) = memchr::memchr(b'(', inside)
        && is_name(&inside[..open])
    {
        return scalar(&inside[open + 1..]);
    }
    // A symbol of Ruby, a keyword of Clojure.
    text = text.strip_prefix(b":").unwrap_or(text);
    let digits = text.strip_suffix(b"n").unwrap_or(text);
    let is_number = digits.first().is_some_and(|b| b.is_ascii_digit() || *b == b'-')
        && digits.iter().skip(1).all(|b| b.is_ascii_digit() || *b == b'.')
        && digits.last() != Some(&b'.')
        // A number of JSON has no zero in front, and ids and flags do.
        && (digits.len() == 1 || digits[0] != b'0' || digits[1] == b'.');
    match text {
        _ if is_number => Value { bytes: digits, kind: Kind::Number },
        b"true" | b"false" => Value { bytes: text, kind: Kind::Literal },
        b"null" | b"nil" | b"None" | b"undefined" => Value { bytes: b"null", kind: Kind::Literal },
        _ => Value { bytes: text, kind: Kind::Text },
    }
}

/// Where the brace or bracket is closed that a text begins with.
fn closing(text: &[u8]) -> Option<usize> {
    let mut depth = 0usize;
    let mut quote = None;
    for (at, byte) in text.iter().enumerate() {
        match (quote, byte) {
            (Some(open), _) if *byte == open && text[at - 1] != b'\\' => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'{' | b'[' | b'(') => depth += 1,
            (None, b'}' | b']' | b')') => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Where the first pair of several ends: at a comma that is in no object and no text.
fn end_of_pair(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b',' => return at,
            b'{' | b'[' | b'(' => at += closing(&text[at..]).unwrap_or(text.len()),
            quote @ (b'"' | b'\'') => {
                at += memchr::memchr(quote, &text[at + 1..]).map_or(text.len(), |end| end + 1);
            }
            _ => {}
        }
        at += 1;
    }
    text.len()
}

/// Nanoseconds per 1 of a span's duration: the unit of the epoch beside it, as exporters count both
/// alike.
pub(super) fn unit_of_epoch(value: Value<'_>) -> Option<f64> {
    if value.kind != Kind::Number {
        return None;
    }
    match value.bytes.len() {
        13 => Some(1e6),
        16 => Some(1e3),
        19 => Some(1.0),
        _ => None,
    }
}

/// Whether an `id` beside a trace id is a span's.
pub(super) fn span_of_id(id: Option<&[u8]>) -> Option<crate::trace_context::SpanId> {
    id.filter(|id| id.len() == 16).and_then(|id| identity::span_value(id, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let arena = Bump::new();
        let text = arena.alloc_str(text).as_bytes();
        assert!(is_block(text), "{}", String::from_utf8_lossy(text));
        let mut attributes = Attributes::new();
        let (mut fields, mut cache) = (FieldSet::new(), KeyCache::default());
        let mut reader = BlockReader::new(&mut fields, &mut cache, Some(&mut attributes), &arena);
        reader.read(text);
        attributes
            .iter()
            .map(|(key, value)| {
                let key = String::from_utf8_lossy(key);
                match value {
                    AttributeValue::Text(text) => {
                        format!("{key}=\"{}\"", String::from_utf8_lossy(text))
                    }
                    AttributeValue::Json(text) => {
                        format!("{key}={}", String::from_utf8_lossy(text))
                    }
                }
            })
            .collect()
    }

    #[test]
    fn blocks_of_many_printers_are_read_alike() {
        for (text, expected) in [
            (
                "{\n  resource: { attributes: { 'service.name': 'shop', 'a': 1 } },\n  timestamp: 1795343445000000,\n  body: 'a, b',\n  traceFlags: 1,\n  name: undefined,\n  links: []\n}",
                &[
                    "resource.attributes.service.name=\"shop\"",
                    "resource.attributes.a=1",
                    "timestamp=1795343445000000",
                    "body=\"a, b\"",
                    "traceFlags=1",
                    "name=null",
                    "links=\"[]\"",
                ][..],
            ),
            (
                "{\n  trace_flags   : 01\n  body          : a, b: c\n  resource      : \n    service.name: shop\n  event         : \n  id            : 7\n}",
                &[
                    "trace_flags=\"01\"",
                    "body=\"a, b: c\"",
                    "resource.service.name=\"shop\"",
                    "id=7",
                ],
            ),
            (
                "{:shop/level :info,\n :at #inst \"2026-11-22T10:30:45Z\",\n :in {:b 2}}",
                &["shop/level=\"info\"", "at=\"2026-11-22T10:30:45Z\"", "in.b=2"],
            ),
            (
                "{'level': 'INFO',\n 'fields': {'a': 1,\n            'b': None},\n 'c': 'x'}",
                &["level=\"INFO\"", "fields.a=1", "fields.b=null", "c=\"x\""],
            ),
            ("{:a=>\"x\",\n :b=>nil}", &["a=\"x\"", "b=null"]),
            (
                "Record {\n    level: Info,\n    span: Some(\"x\"),\n    body: Some(\n        \"y, z\",\n    ),\n    inner: Inner {\n        a: 1,\n    },\n    b: 2,\n}",
                &["level=\"Info\"", "span=\"x\"", "body=\"y, z\"", "inner.a=1", "b=2"],
            ),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn other_lines_are_no_block_and_no_pair() {
        for text in ["{", "{\nx\n}", "{ text\n  a: 1\n}", "INFO x {\n  a: 1\n}", "{\n  a: 1\n"] {
            assert!(!is_block(text.as_bytes()), "{text}");
        }
        for text in [
            "2026-11-22 10:30:45 x",
            "10:30:45 x",
            "Nov 22 10:30:45 x",
            "WARN: [Nov 22 10:30:45] x",
            "a b: c",
            "std::x y",
            "",
        ] {
            assert!(!begins_with_key(text.as_bytes()), "{text}");
        }
    }
}
