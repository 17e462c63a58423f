//! JSON lines of any logger.
//!
//! Scans an object once, from left to right, looks each key up in the alias table and skips what
//! it does not know. It is not a validator: a line that is cut short gives the fields before the
//! cut. (`serde_json` is what it is tested against.)

use super::shape::{Lead, Leaf};
use crate::record::field_set::{FieldSet, Kind, Value};
use crate::record::fields::{self, Alias, KeyCache, Slot};
use crate::record::{AttributeValue, Text};
use bumpalo::Bump;
use smallvec::SmallVec;

/// Objects nested deeper than this are skipped, not looked into.
const DEEPEST: usize = 8;

/// The outcome of scanning an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scanned {
    /// The object ends at this offset.
    Whole(usize),
    /// The text ended (or broke) inside the object.
    Cut,
}

/// Attributes as they are collected: dotted key and value.
pub(crate) type Attributes<'a> = Vec<(Text<'a>, AttributeValue<'a>)>;

/// A pass over one object.
pub(crate) struct Scanner<'a, 's> {
    text: &'a [u8],
    at: usize,
    fields: &'s mut FieldSet<'a>,
    cache: &'s mut KeyCache,
    /// Where attributes go, when they are wanted.
    attributes: Option<(&'s mut Attributes<'a>, &'a Bump)>,
    /// Keys that lead to the object at hand, for dotted attribute keys.
    path: Vec<&'a [u8]>,
    /// The values met.
    leaves: SmallVec<[Leaf; 32]>,
    /// What an object's fields mean depends on more than where they stand.
    is_irregular: bool,
}

/// Where a key stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    depth: usize,
    parent: &'a [u8],
    /// Later equals win: inside `spans[]`, whose last element is the innermost.
    later_wins: bool,
}

impl<'a, 's> Scanner<'a, 's> {
    pub(crate) fn new(
        text: &'a [u8],
        fields: &'s mut FieldSet<'a>,
        cache: &'s mut KeyCache,
        attributes: Option<(&'s mut Attributes<'a>, &'a Bump)>,
    ) -> Scanner<'a, 's> {
        let (path, leaves) = (Vec::new(), SmallVec::new());
        Scanner { text, at: 0, fields, cache, attributes, path, leaves, is_irregular: false }
    }

    /// Scans the object that begins at `at`.
    // Inline, or the scanner with its room for values would be moved for each line.
    #[inline(always)]
    pub(crate) fn scan(mut self, at: usize) -> Scanned {
        if self.attributes.is_none() {
            if let Some(end) = self.cache.shapes.read(self.text, at, self.fields) {
                return Scanned::Whole(end);
            }
            self.fields.clear();
        }
        self.at = at;
        if self.object(Place { depth: 0, parent: b"", later_wins: false }).is_none() {
            return Scanned::Cut;
        }
        if !self.is_irregular {
            self.cache.shapes.learn(self.text, at, self.at, &self.leaves);
        }
        Scanned::Whole(self.at)
    }

    #[inline]
    fn peek(&mut self) -> Option<u8> {
        // Most loggers print no blanks between tokens, some print one.
        loop {
            let byte = *self.text.get(self.at)?;
            if !matches!(byte, b' ' | b'\t' | b'\r' | b'\n') {
                return Some(byte);
            }
            self.at += 1;
        }
    }

    /// Reads the string that begins at the quote under the cursor; content and whether it has
    /// escapes.
    #[inline]
    fn string(&mut self) -> Option<(&'a [u8], bool)> {
        let start = self.at + 1;
        let (end, escaped) = end_of_string(self.text, start)?;
        self.at = end + 1;
        Some((&self.text[start..end], escaped))
    }

    fn object(&mut self, place: Place<'a>) -> Option<()> {
        self.at += 1;
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            if self.peek()? != b'"' {
                return None;
            }
            let (key, alias) = self.key(place)?;
            self.member(key, alias, place)?;
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// A key and its colon, and what the key means.
    #[inline]
    fn key(&mut self, place: Place<'a>) -> Option<(&'a [u8], Option<Alias>)> {
        let (key, _) = self.string()?;
        if self.peek()? != b':' {
            return None;
        }
        self.at += 1;
        let alias = if place.depth == 0 {
            self.cache.lookup(key)
        } else {
            self.cache.lookup_nested(place.parent, key)
        };
        Some((key, alias))
    }

    /// The value of a key.
    #[inline]
    fn member(&mut self, key: &'a [u8], alias: Option<Alias>, place: Place<'a>) -> Option<()> {
        let first = self.peek()?;
        match first {
            b'"' => {
                let (bytes, escaped) = self.string()?;
                let kind = if escaped { Kind::Escaped } else { Kind::Text };
                let end = self.at - 1;
                self.met(end - bytes.len(), end, alias, place, Lead::String);
                self.leaf(key, alias, place, Value { bytes, kind });
            }
            b'{' => self.nested(key, alias, place)?,
            b'[' => self.array(key, alias, place)?,
            _ => {
                let start = self.at;
                self.at += scalar_length(&self.text[start..])?;
                let bytes = &self.text[start..self.at];
                let kind = Kind::of_scalar(first);
                self.met(start, self.at, alias, place, Lead::Scalar);
                self.leaf(key, alias, place, Value { bytes, kind });
            }
        }
        Some(())
    }

    /// Notes a value for the shape of the object.
    #[inline]
    fn met(
        &mut self,
        start: usize,
        end: usize,
        alias: Option<Alias>,
        place: Place<'a>,
        lead: Lead,
    ) {
        self.leaves.push(Leaf { start, end, alias, depth: place.depth, lead });
    }

    #[inline]
    fn leaf(&mut self, key: &'a [u8], alias: Option<Alias>, place: Place<'a>, value: Value<'a>) {
        if let Some(alias) = alias {
            // A record's `span` states the span's own fields; those of `spans[]` its ancestors'.
            self.fields.offer(alias, place.depth, value, place.later_wins);
        }
        self.attribute(key, value);
    }

    fn nested(&mut self, key: &'a [u8], alias: Option<Alias>, place: Place<'a>) -> Option<()> {
        let start = self.at;
        if place.depth >= DEEPEST || fields::is_foreign(key) {
            self.skip_compound()?;
            self.met(start, self.at, None, place, Lead::Object);
        } else {
            let is_path_wanted = self.attributes.is_some();
            if is_path_wanted {
                self.path.push(key);
            }
            let inside =
                Place { depth: place.depth + 1, parent: key, later_wins: place.later_wins };
            let done = if key == b"span" { self.span_object(inside) } else { self.object(inside) };
            if is_path_wanted {
                self.path.pop();
            }
            done?;
        }
        if alias.is_some_and(|alias| alias.slot == Slot::Exception) {
            let value = Value { bytes: &self.text[start..self.at], kind: Kind::Compound };
            self.is_irregular = true;
            self.leaf(key, alias, place, value);
        }
        Some(())
    }

    /// An object that describes a span: its name counts only beside an id of its own, for else
    /// it would name an ancestor that has one.
    fn span_object(&mut self, place: Place<'a>) -> Option<()> {
        self.is_irregular = true;
        let name = self.fields.saved(Slot::SpanName);
        let id = self.fields.saved(Slot::Span).map(|(_, value)| value.bytes.as_ptr());
        let done = self.object(place);
        if self.fields.saved(Slot::Span).map(|(_, value)| value.bytes.as_ptr()) == id {
            self.fields.restore(Slot::SpanName, name);
        }
        done
    }

    /// Only the objects of `spans` and `Scopes` are looked into; other arrays are skipped.
    fn array(&mut self, key: &'a [u8], alias: Option<Alias>, place: Place<'a>) -> Option<()> {
        let start = self.at;
        let alias = alias.filter(|alias| alias.slot == Slot::Tags);
        // .NET's console logger lists its scopes.
        let is_scopes = key == b"Scopes";
        if (key == b"spans" || is_scopes) && place.depth < DEEPEST {
            self.is_irregular = true;
            self.at += 1;
            if self.peek()? == b']' {
                self.at += 1;
                return Some(());
            }
            loop {
                if self.peek()? == b'{' {
                    let parent: &[u8] = if is_scopes { b"scopes" } else { b"span" };
                    let inside = Place { depth: place.depth + 2, parent, later_wins: true };
                    // Their fields are the ancestors', not attributes of the record.
                    let kept = self.attributes.take();
                    let done = self.span_object(inside);
                    self.attributes = kept;
                    done?;
                } else {
                    self.skip_value()?;
                }
                match self.peek()? {
                    b',' => self.at += 1,
                    b']' => {
                        self.at += 1;
                        break;
                    }
                    _ => return None,
                }
            }
        } else {
            self.skip_compound()?;
            self.met(start, self.at, alias, place, Lead::Array);
        }
        let value = Value { bytes: &self.text[start..self.at], kind: Kind::Compound };
        self.leaf(key, alias, place, value);
        Some(())
    }

    fn skip_value(&mut self) -> Option<()> {
        match self.peek()? {
            b'"' => self.string().map(|_| ()),
            b'{' | b'[' => self.skip_compound(),
            _ => {
                let rest = &self.text[self.at..];
                self.at += rest.iter().position(|b| matches!(b, b',' | b'}' | b']'))?;
                Some(())
            }
        }
    }

    fn skip_compound(&mut self) -> Option<()> {
        self.at = end_of_compound(self.text, self.at)?;
        Some(())
    }

    fn attribute(&mut self, key: &'a [u8], value: Value<'a>) {
        let Some((attributes, arena)) = &mut self.attributes else { return };
        let name: &'a [u8] = if self.path.is_empty() {
            key
        } else {
            let mut name = bumpalo::collections::Vec::new_in(arena);
            for part in &self.path {
                name.extend_from_slice(part);
                name.push(b'.');
            }
            name.extend_from_slice(key);
            name.into_bump_slice()
        };
        let value = match value.kind {
            Kind::Text | Kind::Escaped => AttributeValue::Text(Text::Borrowed(value.text(arena))),
            _ => AttributeValue::Json(value.bytes),
        };
        attributes.push((Text::Borrowed(name), value));
    }
}

/// Bytes of the number or literal that the text begins with; there is at least one.
#[inline]
pub(crate) fn scalar_length(text: &[u8]) -> Option<usize> {
    text.iter()
        .position(|b| matches!(b, b',' | b'}' | b']' | b' ' | b'\t' | b'\r' | b'\n'))
        .filter(|length| *length > 0)
}

/// The end of the object or array that begins at `at`, by counting brackets outside strings: no
/// recursion, any depth.
pub(crate) fn end_of_compound(text: &[u8], mut at: usize) -> Option<usize> {
    let mut depth = 0usize;
    loop {
        match text.get(at)? {
            b'"' => at = end_of_string(text, at + 1)?.0,
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Some(at);
        }
    }
}

/// The end of the string content that begins at `at` (the offset of its closing quote), and
/// whether it has escapes.
#[inline]
pub(crate) fn end_of_string(text: &[u8], at: usize) -> Option<(usize, bool)> {
    const QUOTES: u64 = 0x2222_2222_2222_2222;
    const BACKSLASHES: u64 = 0x5c5c_5c5c_5c5c_5c5c;
    const LOW: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x8080_8080_8080_8080;
    let has_zero = |word: u64| word.wrapping_sub(LOW) & !word & HIGH;
    let mut at = at;
    // Eight bytes at a time: most strings of a log are short, and a call into a vector routine
    // costs more than it saves on them.
    while let Some(bytes) = text.get(at..at + 8) {
        let mut word = [0u8; 8];
        word.copy_from_slice(bytes);
        let word = u64::from_le_bytes(word);
        let found = has_zero(word ^ QUOTES) | has_zero(word ^ BACKSLASHES);
        if found != 0 {
            let at = at + (found.trailing_zeros() / 8) as usize;
            if text[at] == b'"' {
                return Some((at, false));
            }
            return end_after_escape(text, at);
        }
        at += 8;
    }
    loop {
        match text.get(at)? {
            b'"' => return Some((at, false)),
            b'\\' => return end_after_escape(text, at),
            _ => at += 1,
        }
    }
}

/// As [`end_of_string`], from the first backslash on.
fn end_after_escape(text: &[u8], mut at: usize) -> Option<(usize, bool)> {
    loop {
        match text.get(at)? {
            b'"' => return Some((at, true)),
            b'\\' => at += 2,
            _ => at += 1,
        }
        if at < text.len() {
            at += memchr::memchr2(b'"', b'\\', &text[at..])?;
        }
    }
}

/// Resolves the escapes of JSON string content. What is no valid escape is kept as it stands.
pub(crate) fn unescape<'a>(text: &'a [u8], arena: &'a Bump) -> &'a [u8] {
    let Some(first) = memchr::memchr(b'\\', text) else { return text };
    let mut out = bumpalo::collections::Vec::with_capacity_in(text.len(), arena);
    out.extend_from_slice(&text[..first]);
    let mut at = first;
    while let Some(&byte) = text.get(at) {
        if byte != b'\\' {
            let length = memchr::memchr(b'\\', &text[at..]).unwrap_or(text.len() - at);
            out.extend_from_slice(&text[at..at + length]);
            at += length;
            continue;
        }
        let simple = match text.get(at + 1) {
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'b') => 8,
            Some(b'f') => 12,
            Some(mark @ (b'"' | b'\\' | b'/')) => *mark,
            Some(b'u') => {
                match unicode(text, at) {
                    Some((character, length)) => {
                        let mut buffer = [0; 4];
                        out.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
                        at += length;
                    }
                    None => {
                        out.extend_from_slice(b"\\u");
                        at += 2;
                    }
                }
                continue;
            }
            _ => {
                out.push(b'\\');
                at += 1;
                continue;
            }
        };
        out.push(simple);
        at += 2;
    }
    out.into_bump_slice()
}

/// The character of `\u00e9`, or of a pair of surrogates, at `at`; and the bytes it takes.
fn unicode(text: &[u8], at: usize) -> Option<(char, usize)> {
    let unit = |at: usize| -> Option<u32> {
        let digits = text.get(at + 2..at + 6)?;
        if text.get(at..at + 2)? != b"\\u" {
            return None;
        }
        u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let first = unit(at)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, 6));
    }
    match unit(at + 6) {
        Some(second @ 0xdc00..=0xdfff) if first < 0xdc00 => {
            let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            Some((char::from_u32(code)?, 12))
        }
        _ => Some((char::REPLACEMENT_CHARACTER, 6)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    fn slots(text: &str) -> (Scanned, Vec<(Slot, String)>) {
        let mut fields = FieldSet::new();
        let mut cache = KeyCache::default();
        let scanned = Scanner::new(text.as_bytes(), &mut fields, &mut cache, None).scan(0);
        let mut found = Vec::new();
        for slot in [
            Slot::Trace,
            Slot::Span,
            Slot::ParentSpan,
            Slot::Body,
            Slot::Severity,
            Slot::Service,
            Slot::Time,
            Slot::TraceParent,
        ] {
            if let Some(value) = fields.get(slot) {
                found.push((slot, String::from_utf8_lossy(value.bytes).into_owned()));
            }
        }
        (scanned, found)
    }

    #[test]
    fn nested_dotted_and_listed_ids_are_found() {
        let (_, found) = slots(
            r#"{"span":{"sku":"x","name":"inner"},"spans":[{"span_id":"1111111111111111","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"},{"span_id":"2222222222222222"},{"sku":"x"}]}"#,
        );
        assert!(found.contains(&(Slot::Span, "2222222222222222".to_owned())), "{found:?}");
        let (_, found) = slots(
            r#"{"req":{"headers":{"traceparent":"00-x"}},"trace":{"id":"4bf92f3577b34da6a3ce929d0e0e4736"},"links":{"trace_id":"5bf92f3577b34da6a3ce929d0e0e4736"}}"#,
        );
        assert_eq!(
            found,
            [
                (Slot::Trace, "4bf92f3577b34da6a3ce929d0e0e4736".to_owned()),
                (Slot::TraceParent, "00-x".to_owned())
            ]
        );
    }

    #[test]
    fn a_cut_line_gives_the_fields_before_the_cut() {
        let (scanned, found) = slots(r#"{"level":"info","msg":"hello","x":{"y"#);
        assert_eq!(scanned, Scanned::Cut);
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn deep_nesting_does_not_exhaust_the_stack() {
        let deep = format!("{{\"a\":{}1{}}}", "{\"b\":".repeat(100_000), "}".repeat(100_000));
        assert_eq!(slots(&deep).0, Scanned::Whole(deep.len()));
        assert_eq!(slots(&"{\"a\":".repeat(100_000)).0, Scanned::Cut);
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(Into::into),
            any::<i64>().prop_map(Into::into),
            any::<f64>().prop_map(Into::into),
            ".*".prop_map(Into::into),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
                prop::collection::hash_map(".*", inner, 0..4)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn every_object_that_serde_json_writes_is_scanned_whole(value in json(), message in ".*") {
            let mut map = serde_json::Map::new();
            map.insert("first".to_owned(), value);
            map.insert("message".to_owned(), message.clone().into());
            let text = serde_json::Value::Object(map).to_string();
            let mut fields = FieldSet::new();
            let mut cache = KeyCache::default();
            let scanned = Scanner::new(text.as_bytes(), &mut fields, &mut cache, None).scan(0);
            prop_assert_eq!(scanned, Scanned::Whole(text.len()));
            let arena = Bump::new();
            let body = fields.get(Slot::Body).unwrap().text(&arena).to_vec();
            prop_assert_eq!(String::from_utf8(body).unwrap(), message);
        }

        #[test]
        fn no_bytes_make_the_scanner_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let text = [b"{\"a\":".as_slice(), &bytes].concat();
            let mut fields = FieldSet::new();
            let mut cache = KeyCache::default();
            let _ = Scanner::new(&text, &mut fields, &mut cache, None).scan(0);
        }
    }
}
