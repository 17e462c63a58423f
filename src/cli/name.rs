//! A name of a trace, as far as its text says: the ids of which it may be the whole or a part.

use crate::record::{TraceKey, named_trace};

/// How a name is read as a whole id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Hex,
    Decimal,
    Text,
}

impl Reading {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Reading::Hex => "hexadecimal",
            Reading::Decimal => "decimal",
            Reading::Text => "text",
        }
    }
}

/// A name, and the ways in which it may fit an id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Name {
    /// As the user wrote it.
    pub(crate) text: String,
    /// The ids of which it may be the whole.
    pub(crate) exact: Vec<(TraceKey, Reading)>,
    /// It may be the lower half of a full id.
    pub(crate) lows: Vec<u64>,
    /// It may be the upper half of a full id.
    pub(crate) high: Option<u64>,
    /// It may be the first digits of an id or of its lower half; lowercase.
    pub(crate) prefix: Option<String>,
    /// Of ids that are any text: the text.
    pub(crate) texts: Vec<String>,
}

impl Name {
    pub(crate) fn new(text: &str) -> Name {
        Name { text: text.trim().to_owned(), ..Name::default() }
    }

    /// One reading as a whole id.
    pub(crate) fn add_id(&mut self, key: TraceKey, reading: Reading) {
        self.exact.push((key, reading));
        if let TraceKey::Low64(low) = key {
            self.lows.push(low);
        }
    }

    /// The id that consists of this text.
    pub(crate) fn add_text(&mut self, text: &str) {
        let is_known = |key: &TraceKey| self.exact.iter().any(|(known, _)| known == key);
        if let Some(key) = named_trace(text.as_bytes()).filter(|key| !is_known(key)) {
            self.exact.push((key, Reading::Text));
            self.texts.push(text.trim().to_owned());
        }
    }

    /// Whether it may be only a part of an id, so that the input has to tell which.
    pub(crate) fn is_part(&self) -> bool {
        self.prefix.is_some() || self.high.is_some()
    }

    /// The id that is named, if there is only one way to read it.
    pub(crate) fn only_key(&self) -> Option<TraceKey> {
        match self.exact.as_slice() {
            [(key, _)] if self.prefix.is_none() => Some(*key),
            _ => None,
        }
    }

    /// Whether a full or a 64-bit id may be meant, though the name is not the whole of it.
    pub(crate) fn fits_part(&self, key: TraceKey) -> bool {
        let is_half = match key {
            TraceKey::Full(id) => self.high == Some(id.high64()) || self.lows.contains(&id.low64()),
            _ => false,
        };
        is_half || self.prefix.as_deref().is_some_and(|prefix| begins_with(key, prefix))
    }
}

/// Whether these are the first digits of an id, or of its lower half.
fn begins_with(key: TraceKey, prefix: &str) -> bool {
    match key {
        TraceKey::Full(id) => {
            let digits = id.to_string();
            digits.starts_with(prefix) || digits[16..].starts_with(prefix)
        }
        TraceKey::Low64(low) => format!("{low:016x}").starts_with(prefix),
        TraceKey::Opaque(_) => false,
    }
}
