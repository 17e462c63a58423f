//! The `tracestate` header (W3C Trace Context Level 2, section "Tracestate Header").
//!
//! Makes [`TraceState`]: the members in their order, never more than 32, no key twice. What the
//! members of one vendor mean is that vendor's; OpenTelemetry's own is read in `sampling.rs`.

use std::fmt;

use super::traceparent::trim_ows;
use super::value_error::{Fault, ValueError};

/// A valid tracestate, possibly without members.
///
/// ```
/// use traceline::trace_context::TraceState;
///
/// let mut state = TraceState::parse(b"rojo=00f067aa0ba902b7, congo=t61rcWkgMzE")?;
/// assert_eq!(state.get("congo"), Some("t61rcWkgMzE"));
///
/// // What is set stands left-most, and only once.
/// state.set("congo", "ucfJifl5GOE")?;
/// assert_eq!(state.to_string(), "congo=ucfJifl5GOE,rojo=00f067aa0ba902b7");
/// state.delete("congo");
/// state.truncate(10);
/// assert!(state.is_empty());
/// # Ok::<(), traceline::trace_context::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct TraceState {
    members: Vec<(String, String)>,
    repeated: Vec<String>,
}

/// A member longer than this is the first to go when a tracestate is cut.
const LONG_MEMBER: usize = 128;

const fn is_key_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' | b'*' | b'/' | b'@')
}

const fn is_value_byte(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7e) && !matches!(byte, b',' | b'=')
}

fn check_key(key: &[u8]) -> Result<(), ValueError> {
    match key.first() {
        None => return Err(ValueError::new("key", 0, Fault::Empty)),
        Some(b'a'..=b'z' | b'0'..=b'9') => {}
        Some(&first) if is_key_byte(first) => {
            let fault = Fault::Beginning { found: first, expected: "a-z or 0-9" };
            return Err(ValueError::new("key", 0, fault));
        }
        Some(_) => {}
    }
    if let Some(at) = key.iter().position(|&byte| !is_key_byte(byte)) {
        return Err(ValueError::new("key", at, Fault::Forbidden(key[at])));
    }
    if key.len() > TraceState::MAX_KEY_LENGTH {
        let fault = Fault::Rule("has more than 256 characters");
        return Err(ValueError::new("key", TraceState::MAX_KEY_LENGTH, fault));
    }
    Ok(())
}

fn check_value(value: &[u8]) -> Result<(), ValueError> {
    let Some(last) = value.last() else {
        return Err(ValueError::new("value", 0, Fault::Empty));
    };
    if let Some(at) = value.iter().position(|&byte| !is_value_byte(byte)) {
        return Err(ValueError::new("value", at, Fault::Forbidden(value[at])));
    }
    if *last == b' ' {
        return Err(ValueError::new("value", value.len() - 1, Fault::Rule("ends with a blank")));
    }
    if value.len() > TraceState::MAX_VALUE_LENGTH {
        let fault = Fault::Rule("has more than 256 characters");
        return Err(ValueError::new("value", TraceState::MAX_VALUE_LENGTH, fault));
    }
    Ok(())
}

fn owned(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

impl TraceState {
    /// Members that a tracestate may have.
    pub const MAX_MEMBERS: usize = 32;
    /// Characters of a key.
    pub const MAX_KEY_LENGTH: usize = 256;
    /// Characters of a value.
    pub const MAX_VALUE_LENGTH: usize = 256;

    /// Reads one header value. An empty one is valid and has no members.
    ///
    /// Of a key that occurs twice the first is kept: it is the more recent.
    ///
    /// # Errors
    /// One bad member spoils the whole, as the W3C test harness demands.
    pub fn parse(value: &[u8]) -> Result<TraceState, ValueError> {
        let mut state = TraceState::default();
        let mut start = 0;
        let mut count = 0;
        for part in value.split(|&byte| byte == b',') {
            let (member, blanks) = trim_ows(part);
            if !member.is_empty() {
                count += 1;
                if count > Self::MAX_MEMBERS {
                    let fault = Fault::Rule("has more than 32 members");
                    return Err(ValueError::new("tracestate", start + blanks, fault));
                }
                let has_trailing_blanks = part.len() > blanks + member.len();
                state.read_member(member).map_err(|mut error| {
                    // What was taken off as white space stood where the value should be.
                    if has_trailing_blanks && (error.field, error.fault) == ("value", Fault::Empty)
                    {
                        error.fault = Fault::Rule("has nothing but blanks");
                    }
                    error.shifted(start + blanks)
                })?;
            }
            start += part.len() + 1;
        }
        Ok(state)
    }

    /// Reads several header fields as the one list that they are. Offsets in errors count through
    /// the fields joined with single commas.
    ///
    /// # Errors
    /// As [`TraceState::parse`].
    pub fn parse_fields<'a>(
        fields: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<TraceState, ValueError> {
        let fields: Vec<&[u8]> = fields.into_iter().collect();
        TraceState::parse(&fields.join(&b','))
    }

    fn read_member(&mut self, member: &[u8]) -> Result<(), ValueError> {
        let Some(equals) = member.iter().position(|&byte| byte == b'=') else {
            let fault = Fault::Rule("is not followed by \"=\"");
            return Err(check_key(member).err().unwrap_or(ValueError::new(
                "key",
                member.len(),
                fault,
            )));
        };
        let (key, value) = (&member[..equals], &member[equals + 1..]);
        check_key(key)?;
        check_value(value).map_err(|error| error.shifted(equals + 1))?;
        let key = owned(key);
        if self.get(&key).is_some() {
            self.repeated.push(key);
        } else {
            self.members.push((key, owned(value)));
        }
        Ok(())
    }

    /// The members, left-most (most recent) first.
    pub fn members(&self) -> &[(String, String)] {
        &self.members
    }

    /// Keys that occurred again and were left out, as often as they did.
    pub fn repeated_keys(&self) -> &[String] {
        &self.repeated
    }

    /// Whether there is no member: then no header is sent.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.members.iter().find(|member| member.0 == key).map(|member| member.1.as_str())
    }

    /// Puts a member at the left, in place of any with the same key; the right-most falls off
    /// when there are more than 32.
    ///
    /// # Errors
    /// A key or value that the grammar does not allow; nothing is changed then.
    pub fn set(&mut self, key: &str, value: &str) -> Result<(), ValueError> {
        check_key(key.as_bytes())?;
        check_value(value.as_bytes())?;
        self.delete(key);
        self.members.insert(0, (key.to_owned(), value.to_owned()));
        self.members.truncate(Self::MAX_MEMBERS);
        Ok(())
    }

    /// Takes a member out.
    pub fn delete(&mut self, key: &str) {
        self.members.retain(|member| member.0 != key);
    }

    /// Length in characters of the header value.
    pub fn length(&self) -> usize {
        let members: usize = self.members.iter().map(member_length).sum();
        members + self.members.len().saturating_sub(1)
    }

    /// Drops whole members until the header value has at most this many characters: those longer
    /// than 128 first (from the left), then from the right end (section "tracestate Limits").
    pub fn truncate(&mut self, max_length: usize) {
        while self.length() > max_length {
            match self.members.iter().position(|member| member_length(member) > LONG_MEMBER) {
                Some(long) => drop(self.members.remove(long)),
                None => drop(self.members.pop()),
            }
        }
    }

    /// The keys that Level 1 of the specification refuses, and with it the libraries that follow
    /// it: they discard the whole tracestate.
    pub fn level_two_keys(&self) -> impl Iterator<Item = &str> {
        self.members.iter().map(|member| member.0.as_str()).filter(|key| !is_level_one_key(key))
    }
}

fn member_length(member: &(String, String)) -> usize {
    member.0.len() + 1 + member.1.len()
}

/// Level 1: a letter first, or `tenant@system` with at most 241 and 14 characters.
fn is_level_one_key(key: &str) -> bool {
    let begins_with_letter =
        |part: &str| part.starts_with(|first: char| first.is_ascii_lowercase());
    match key.split_once('@') {
        None => begins_with_letter(key),
        Some((tenant, system)) => {
            (1..=241).contains(&tenant.len())
                && (1..=14).contains(&system.len())
                && begins_with_letter(system)
                && !system.contains('@')
        }
    }
}

impl fmt::Display for TraceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, (key, value)) in self.members.iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            write!(f, "{comma}{key}={value}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn why(value: &str) -> String {
        TraceState::parse(value.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn errors_name_key_or_value_and_the_byte() {
        let table = [
            ("foo=1,Bar=2", "key has uppercase \"B\", which is not allowed there (byte 6)"),
            ("foo =1", "key has a blank, which is not allowed there (byte 3)"),
            ("foo=1, bar=", "value is empty (byte 11)"),
            ("foo= ", "value has nothing but blanks (byte 4)"),
            ("foo=1;bar=2", "value has \"=\", which is not allowed there (byte 9)"),
            ("a=1,b", "key is not followed by \"=\" (byte 5)"),
            ("@a=1", "key begins with \"@\", expected a-z or 0-9 (byte 0)"),
            ("=1", "key is empty (byte 0)"),
        ];
        for (value, message) in table {
            assert_eq!(why(value), message, "{value}");
        }
    }

    #[test]
    fn the_first_of_two_equal_keys_is_kept() {
        let state = TraceState::parse(b"foo=1,bar=2,foo=3").unwrap();
        assert_eq!(state.to_string(), "foo=1,bar=2");
        assert_eq!(state.repeated_keys(), ["foo"]);
    }

    #[test]
    fn leading_blanks_belong_to_the_value() {
        let state = TraceState::parse(b"foo= 1 , bar=2").unwrap();
        assert_eq!(state.get("foo"), Some(" 1"));
    }

    #[test]
    fn a_failed_set_changes_nothing() {
        let mut state = TraceState::parse(b"a=1").unwrap();
        assert!(state.set("a", "x=y").is_err());
        assert_eq!(state.to_string(), "a=1");
    }

    #[test]
    fn level_two_keys_are_told_apart() {
        let state = TraceState::parse(b"a=1,9=1,a@b=1,a@b@c=1,a@1=1,foo@=1,9x@y=1").unwrap();
        assert_eq!(state.level_two_keys().collect::<Vec<_>>(), ["9", "a@b@c", "a@1", "foo@"]);
    }
}
