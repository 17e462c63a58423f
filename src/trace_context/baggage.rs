//! The `baggage` header (W3C Baggage, section "Baggage HTTP Header Format").
//!
//! Makes [`Baggage`]: the members in their order, repeated keys included. Texts are kept as they
//! were written beside what they mean, so that passing baggage on changes no byte of a member.

use std::fmt;

use super::hex;
use super::traceparent::{is_ows, trim_ows};
use super::value_error::{Fault, ValueError};

/// What a request carries along for whoever handles it.
///
/// ```
/// use traceline::trace_context::{Baggage, BaggageMember};
///
/// let mut baggage = Baggage::parse(b"user=alice;private, city=Z%C3%BCrich")?;
/// assert_eq!(baggage.members()[1].value, "Zürich");
/// assert_eq!(baggage.members()[0].properties, [("private".to_owned(), None)]);
///
/// baggage.set(BaggageMember::new("user", "Ann Lee")?);
/// assert_eq!(baggage.to_string(), "city=Z%C3%BCrich,user=Ann%20Lee");
///
/// // A bad member does not spoil the others.
/// let (kept, errors) = Baggage::parse_forgiving(b"a=1,b c=2");
/// assert_eq!((kept.members().len(), errors.len()), (1, 1));
/// # Ok::<(), traceline::trace_context::ValueError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Baggage {
    members: Vec<BaggageMember>,
}

/// One entry of a [`Baggage`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaggageMember {
    /// The key: case counts, percent signs mean nothing.
    pub key: String,
    /// The value, percent-decoded.
    pub value: String,
    /// Properties in order: key, and percent-decoded value where there is one.
    pub properties: Vec<(String, Option<String>)>,
    /// The member as it goes on the wire.
    wire: String,
}

/// RFC 9110, section 5.6.2: the characters of a token.
const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

const fn is_value_byte(byte: u8) -> bool {
    matches!(byte, 0x21..=0x7e) && !matches!(byte, b'"' | b',' | b';' | b'\\')
}

/// Whether a byte of decoded text may stand for itself.
const fn is_plain_byte(byte: u8) -> bool {
    is_value_byte(byte) && byte != b'%'
}

fn check(
    text: &[u8],
    field: &'static str,
    is_allowed: impl Fn(u8) -> bool,
) -> Result<String, ValueError> {
    match text.iter().position(|&byte| !is_allowed(byte)) {
        Some(at) => Err(ValueError::new(field, at, Fault::Forbidden(text[at]))),
        None => Ok(String::from_utf8_lossy(text).into_owned()),
    }
}

fn check_key(key: &[u8], field: &'static str) -> Result<String, ValueError> {
    if key.is_empty() {
        return Err(ValueError::new(field, 0, Fault::Empty));
    }
    check(key, field, is_token_byte)
}

/// The bytes that a percent-encoded text stands for, each with the number of bytes that it is
/// written with. A percent sign without two hex digits stands for itself.
pub(crate) fn percent_decoded(text: &[u8]) -> impl Iterator<Item = (u8, usize)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (&first, after) = rest.split_first()?;
        let pair = match after {
            [high, low, ..] if first == b'%' => {
                hex::read_u8(high.to_ascii_lowercase(), low.to_ascii_lowercase())
            }
            _ => None,
        };
        rest = if pair.is_some() { &after[2..] } else { after };
        Some((pair.unwrap_or(first), if pair.is_some() { 3 } else { 1 }))
    })
}

/// Percent-decodes to text; bad UTF-8 becomes U+FFFD.
fn percent_decode(text: &[u8]) -> String {
    let bytes: Vec<u8> = percent_decoded(text).map(|(byte, _)| byte).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Percent-encodes every byte that a baggage value may not hold, and the percent sign itself.
pub(crate) fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if is_plain_byte(byte) {
            encoded.push(byte as char);
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// `key OWS "=" OWS value`, or `key` alone, with the offset of the value.
fn split_pair(text: &[u8]) -> (&[u8], Option<(&[u8], usize)>) {
    match text.iter().position(|&byte| byte == b'=') {
        None => (trim_ows(text).0, None),
        Some(equals) => {
            let (value, blanks) = trim_ows(&text[equals + 1..]);
            (trim_end(&text[..equals]), Some((value, equals + 1 + blanks)))
        }
    }
}

fn trim_end(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|&byte| !is_ows(byte)).map_or(0, |last| last + 1);
    &text[..end]
}

impl BaggageMember {
    fn parse(member: &[u8]) -> Result<BaggageMember, ValueError> {
        let mut parts = member.split(|&byte| byte == b';');
        let first = parts.next().unwrap_or_default();
        let (key, value) = split_pair(first);
        let key_text = check_key(key, "key")?;
        let Some((value, at)) = value else {
            let fault = Fault::Rule("is not followed by \"=\"");
            return Err(ValueError::new("key", key.len(), fault));
        };
        let mut wire = format!(
            "{key_text}={}",
            check(value, "value", is_value_byte).map_err(|error| error.shifted(at))?
        );
        let mut properties = Vec::new();
        let mut start = first.len() + 1;
        for part in parts {
            let (property, blanks) = trim_ows(part);
            let at = start + blanks;
            let (key, value) = split_pair(property);
            let key = check_key(key, "property key").map_err(|error| error.shifted(at))?;
            wire.push(';');
            wire.push_str(&key);
            let value = match value {
                None => None,
                Some((value, offset)) => {
                    let text = check(value, "property value", is_value_byte)
                        .map_err(|error| error.shifted(at + offset))?;
                    wire.push('=');
                    wire.push_str(&text);
                    Some(percent_decode(value))
                }
            };
            properties.push((key, value));
            start += part.len() + 1;
        }
        Ok(BaggageMember { key: key_text, value: percent_decode(value), properties, wire })
    }

    /// A member for this text, percent-encoded as far as needed.
    ///
    /// # Errors
    /// A key that is not a token of HTTP; keys are never encoded.
    pub fn new(key: &str, value: &str) -> Result<BaggageMember, ValueError> {
        let key = check_key(key.as_bytes(), "key")?;
        let wire = format!("{key}={}", percent_encode(value));
        Ok(BaggageMember { key, value: value.to_owned(), properties: Vec::new(), wire })
    }
}

impl Baggage {
    /// Members that the grammar allows.
    pub const MAX_MEMBERS: usize = 180;
    /// Members that every platform must carry.
    pub const CARRIED_MEMBERS: usize = 64;
    /// Bytes that every platform must carry.
    pub const CARRIED_BYTES: usize = 8192;

    /// Reads one header value strictly.
    ///
    /// # Errors
    /// The first place that the grammar does not allow.
    pub fn parse(value: &[u8]) -> Result<Baggage, ValueError> {
        let (baggage, errors) = Baggage::parse_forgiving(value);
        match errors.into_iter().next() {
            Some(error) => Err(error),
            None => Ok(baggage),
        }
    }

    /// Reads one header value, leaving out each member that the grammar does not allow.
    pub fn parse_forgiving(value: &[u8]) -> (Baggage, Vec<ValueError>) {
        let mut baggage = Baggage::default();
        let mut errors = Vec::new();
        let mut start = 0;
        for part in value.split(|&byte| byte == b',') {
            let (member, blanks) = trim_ows(part);
            match BaggageMember::parse(member) {
                Ok(_) if baggage.members.len() == Baggage::MAX_MEMBERS => {
                    let fault = Fault::Rule("has more than 180 members");
                    errors.push(ValueError::new("baggage", start + blanks, fault));
                    break;
                }
                Ok(member) => baggage.members.push(member),
                Err(error) => errors.push(error.shifted(start + blanks)),
            }
            start += part.len() + 1;
        }
        (baggage, errors)
    }

    /// The members in order, repeated keys included.
    pub fn members(&self) -> &[BaggageMember] {
        &self.members
    }

    /// Whether there is no member: then no header is sent.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    /// Adds a member at the end, in place of any with the same key: the last one wins in
    /// OpenTelemetry's API, so there must be no other.
    pub fn set(&mut self, member: BaggageMember) {
        self.members.retain(|other| other.key != member.key);
        self.members.push(member);
    }

    /// Whether a later member has the same key, and so wins.
    pub fn is_overridden(&self, number: usize) -> bool {
        let mut later = self.members.iter().skip(number);
        later.next().is_some_and(|member| later.any(|other| other.key == member.key))
    }

    /// Length in bytes of the header value.
    pub fn length(&self) -> usize {
        let members: usize = self.members.iter().map(|member| member.wire.len()).sum();
        members + self.members.len().saturating_sub(1)
    }
}

impl fmt::Display for Baggage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, member) in self.members.iter().enumerate() {
            let comma = if number > 0 { "," } else { "" };
            write!(f, "{comma}{}", member.wire)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn passing_on_changes_no_byte_of_a_member() {
        let baggage = Baggage::parse(b"a = %41%20;p ;q = 1 , b=%zz").unwrap();
        assert_eq!(baggage.to_string(), "a=%41%20;p;q=1,b=%zz");
        assert_eq!(baggage.members()[0].value, "A ");
        assert_eq!(Baggage::parse(baggage.to_string().as_bytes()), Ok(baggage));
    }

    #[test]
    fn new_members_are_encoded() {
        let member = BaggageMember::new("k", "50% ä,b").unwrap();
        assert_eq!(member.wire, "k=50%25%20%C3%A4%2Cb");
        assert_eq!(BaggageMember::parse(member.wire.as_bytes()), Ok(member));
    }

    #[test]
    fn errors_count_from_the_first_byte_of_the_header() {
        let table = [
            ("a=1,b", "key is not followed by \"=\" (byte 5)"),
            ("a=1, b=x y", "value has a blank, which is not allowed there (byte 8)"),
            ("a=1;p q", "property key has a blank, which is not allowed there (byte 5)"),
            ("a=1;p=\"", "property value has a quote, which is not allowed there (byte 6)"),
            ("a=1,,b=2", "key is empty (byte 4)"),
        ];
        for (value, message) in table {
            assert_eq!(Baggage::parse(value.as_bytes()).unwrap_err().to_string(), message);
        }
    }

    #[test]
    fn the_grammar_ends_at_180_members() {
        let members = |count: usize| {
            let members: Vec<String> = (0..count).map(|number| format!("k{number}=v")).collect();
            Baggage::parse_forgiving(members.join(",").as_bytes())
        };
        assert!(members(180).1.is_empty());
        let (baggage, errors) = members(200);
        assert_eq!((baggage.members().len(), errors.len()), (180, 1));
        assert_eq!(errors[0].to_string(), "baggage has more than 180 members (byte 1150)");
    }

    #[test]
    fn the_last_of_two_equal_keys_wins() {
        let baggage = Baggage::parse(b"a=1,b=2,a=3").unwrap();
        assert_eq!(
            [0, 1, 2, 3].map(|number| baggage.is_overridden(number)),
            [true, false, false, false]
        );
    }
}
