//! A TRACE argument: an id in any spelling, a header value, or the beginning of an id, with what
//! sticks to it when it is copied from a log or a shell.
//!
//! Says only how the text may be read. Which trace that is depends on what the input holds: see
//! [`super::names`].

use super::error::CliError;
use super::name::{Name, Reading};
use crate::record::{TraceKey, named_trace, trace_argument};
use crate::trace::normalized;

pub(crate) use super::resolve::resolve;

/// What the user named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TraceArgument {
    /// A whole id.
    Key(Name),
    /// The first digits of one, or sixteen, which may be the whole of one or a half.
    Prefix(Name),
    /// An id that is any text.
    Text(Name),
}

impl TraceArgument {
    /// The fewest digits of a prefix.
    pub(crate) const SHORTEST_PREFIX: usize = 6;

    /// What is looked for.
    pub(crate) fn name(&self) -> &Name {
        match self {
            TraceArgument::Key(name) | TraceArgument::Prefix(name) | TraceArgument::Text(name) => {
                name
            }
        }
    }

    /// Reads an argument. `any_text`: what is no id in any usual spelling is one all the same.
    pub(crate) fn parse(text: &str, any_text: bool) -> Option<TraceArgument> {
        let candidates = as_copied(text);
        if let Some(known) = candidates.iter().find_map(|part| of_value(part, text, any_text)) {
            return Some(known);
        }
        let mut name = Name::new(text);
        for part in candidates.iter().filter(|_| any_text) {
            name.add_text(part);
        }
        (!name.exact.is_empty()).then_some(TraceArgument::Text(name))
    }

    /// Reads an argument, or says what is wrong with it.
    pub(crate) fn read(text: &str, any_text: bool) -> Result<TraceArgument, CliError> {
        TraceArgument::parse(text, any_text).ok_or_else(|| {
            CliError::usage(
                format!("{:?} is no trace id", text),
                "write 32 or 16 hex digits, a traceparent or another header value, a Datadog \
                 decimal, or the first 6 digits or more; for other ids say where they stand: \
                 --id-key KEY",
            )
        })
    }
}

/// One value, without anything around it. `text`: what the user wrote.
fn of_value(value: &str, text: &str, any_text: bool) -> Option<TraceArgument> {
    let mut name = Name::new(text);
    let Some(digits) = undashed(value) else {
        match trace_argument(value.as_bytes()).map(normalized)? {
            TraceKey::Opaque(_) => {
                // The key is that of the bare text; something may still stick to this one.
                let is_bare = named_trace(value.as_bytes()) == trace_argument(value.as_bytes());
                name.add_text(value);
                return is_bare.then_some(TraceArgument::Text(name));
            }
            key => name.add_id(key, Reading::Hex),
        }
        return Some(TraceArgument::Key(name));
    };
    let is_decimal = digits.len() <= 20 && value.bytes().all(|byte| byte.is_ascii_digit());
    let decimal = (is_decimal && !value.starts_with('0')).then(|| value.parse().ok()).flatten();
    let whole = u128::from_str_radix(&digits, 16).ok();
    match (digits.len(), decimal) {
        (17..=20, Some(decimal)) => {
            name.add_id(TraceKey::Low64(decimal), Reading::Decimal);
        }
        (16, decimal) => {
            let half = whole.filter(|half| *half != 0)? as u64;
            name.add_id(TraceKey::Low64(half), Reading::Hex);
            name.high = Some(half);
            // Datadog's decimals have that few digits now and then.
            if let Some(decimal) = decimal {
                name.add_id(TraceKey::Low64(decimal), Reading::Decimal);
            }
            return Some(TraceArgument::Prefix(name));
        }
        (32, _) => name.add_id(normalized(trace_argument(digits.as_bytes())?), Reading::Hex),
        (TraceArgument::SHORTEST_PREFIX..32, decimal) => {
            // Some ids are short, and then this is the whole of one.
            if let Some(key @ (TraceKey::Full(_) | TraceKey::Low64(_))) =
                named_trace(digits.as_bytes())
            {
                name.add_id(normalized(key), Reading::Hex);
            }
            if let Some(decimal) = decimal {
                name.add_id(TraceKey::Low64(decimal), Reading::Decimal);
            }
            if any_text {
                name.add_text(value);
            }
            name.prefix = Some(digits);
            return Some(TraceArgument::Prefix(name));
        }
        _ => return None,
    }
    Some(TraceArgument::Key(name))
}

/// The digits of a hexadecimal id or of the beginning of one, in lowercase; dashes only where a
/// UUID or an X-Ray id has them.
fn undashed(value: &str) -> Option<String> {
    let (value, dashes) = match value.strip_prefix("1-") {
        Some(rest) => (rest, &[8][..]),
        None => (value, &[8, 13, 18, 23][..]),
    };
    let is_in_place = |(at, byte): (usize, u8)| match byte {
        b'-' => dashes.contains(&at),
        digit => digit.is_ascii_hexdigit(),
    };
    let is_id = value.bytes().enumerate().all(is_in_place);
    let digits = value.replace('-', "").to_ascii_lowercase();
    (is_id && (TraceArgument::SHORTEST_PREFIX..=32).contains(&digits.len())).then_some(digits)
}

/// The text as it is, and with more and more of what is copied along taken off: quotes and commas,
/// `export`, the key of a pair, `urn:uuid:`.
fn as_copied(text: &str) -> Vec<&str> {
    const AROUND: &[char] =
        &['"', '\'', '`', '\\', ',', ';', '(', ')', '[', ']', '{', '}', '<', '>', '…'];
    let mut candidates = vec![text.trim()];
    while let Some(&last) = candidates.last() {
        let bare = last.trim_matches(AROUND).trim_end_matches('.').trim();
        let after_key = || {
            let (key, value) = bare.split_once(['=', ':'])?;
            let key = key.trim().trim_matches(AROUND);
            let is_key = !key.is_empty()
                && key
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
            is_key.then_some(value.trim())
        };
        let less = if bare == last {
            bare.strip_prefix("export ").map(str::trim).or_else(after_key)
        } else {
            Some(bare)
        };
        match less {
            Some(less) if !less.is_empty() && less.len() < last.len() => candidates.push(less),
            _ => break,
        }
    }
    candidates
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::trace_context::TraceId;

    const ID: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
    const LOW: u64 = 0xa3ce_929d_0e0e_4736;

    fn full() -> TraceKey {
        TraceKey::Full(TraceId::from_lower_hex(ID.as_bytes()).unwrap())
    }

    fn keys(argument: &TraceArgument) -> Vec<TraceKey> {
        argument.name().exact.iter().map(|(key, _)| *key).collect()
    }

    #[test]
    fn a_whole_id_is_read_in_every_spelling_and_as_it_is_copied() {
        for text in [
            ID.to_owned(),
            ID.to_uppercase(),
            format!("  {ID}, "),
            "4bf92f35-77b3-4da6-a3ce-929d0e0e4736".to_owned(),
            "urn:uuid:4bf92f35-77b3-4da6-a3ce-929d0e0e4736".to_owned(),
            "1-4bf92f35-77b34da6a3ce929d0e0e4736".to_owned(),
            "Root=1-4bf92f35-77b34da6a3ce929d0e0e4736;Sampled=1".to_owned(),
            format!("00-{ID}-00f067aa0ba902b7-01"),
            format!("TRACEPARENT=00-{ID}-00f067aa0ba902b7-01"),
            format!("export TRACEPARENT=\"00-{ID}-00f067aa0ba902b7-01\""),
            format!("traceparent: 00-{ID}-00f067aa0ba902b7-01"),
            format!("trace_id={ID}"),
            format!("\"trace_id\":\"{ID}\","),
            format!("\\\"traceId\\\": \\\"{ID}\\\""),
            format!("{ID}\""),
            format!("[{ID}]"),
            format!("{ID}:00f067aa0ba902b7:0:1"),
            format!("{ID}-00f067aa0ba902b7-1"),
        ] {
            let read = TraceArgument::parse(&text, false);
            assert!(matches!(read, Some(TraceArgument::Key(_))), "{text}: {read:?}");
            assert_eq!(keys(&read.unwrap()), [full()], "{text}");
        }
    }

    #[test]
    fn sixteen_decimal_digits_may_be_either_number() {
        let read = |text| TraceArgument::parse(text, false).unwrap();
        let either = read("1234567890123456");
        let expected = [0x1234_5678_9012_3456, 1_234_567_890_123_456].map(TraceKey::Low64);
        assert_eq!(keys(&either), expected);
        assert_eq!(keys(&read("a3ce929d0e0e4736")), [TraceKey::Low64(LOW)]);
        assert_eq!(keys(&read("dd.trace_id: 11803532876627986230")), [TraceKey::Low64(LOW)]);
        assert_eq!(read("a3ce929d0e0e4736").name().high, Some(LOW));
        assert_eq!(read("11803532876627986230").name().high, None);
    }

    #[test]
    fn a_prefix_may_have_dashes_where_ids_have_them() {
        for (text, digits) in [
            ("4bf92f", "4bf92f"),
            ("4BF92F35-77B3-4d", "4bf92f3577b34d"),
            ("trace_id=4bf92f35-", "4bf92f35"),
            ("1-4bf92f35-77b3", "4bf92f3577b3"),
            ("4bf92f3577b34da6…", "4bf92f3577b34da6"),
        ] {
            let read = TraceArgument::parse(text, false).unwrap();
            let name = read.name();
            let prefix = name.prefix.clone().or(name.high.map(|half| format!("{half:016x}")));
            assert_eq!(prefix.as_deref(), Some(digits), "{text}");
        }
        for text in ["4bf92", "4bf9-2f35", "zzz", "", "-", "0000000000000000", "checkout/a.log"] {
            assert_eq!(TraceArgument::parse(text, false), None, "{text}");
        }
    }

    #[test]
    fn ids_that_are_text_are_named_by_their_text() {
        let skywalking = "3f2a8b0c1d4e4f5a9b6c7d8e9f0a1b2c.62.17953434451204567";
        for text in [skywalking.to_owned(), format!("TID:{skywalking}"), format!("{skywalking},")] {
            let read = TraceArgument::parse(&text, false).unwrap();
            assert_eq!(keys(&read), [named_trace(skywalking.as_bytes()).unwrap()], "{text}");
            assert_eq!(read.name().texts, [skywalking], "{text}");
        }
        assert_eq!(TraceArgument::parse("req-8842", false), None);
        let opaque = |text: &str| named_trace(text.as_bytes()).unwrap();
        let read = TraceArgument::parse("req-8842", true).unwrap();
        assert_eq!(keys(&read), [opaque("req-8842")]);
        // A value of a key that the user names may look like the beginning of a hexadecimal id.
        let read = TraceArgument::parse("abc123", true).unwrap();
        assert!(keys(&read).contains(&opaque("abc123")) && read.name().prefix.is_some());
        let read = TraceArgument::parse("request_id=req-8842", true).unwrap();
        assert!(keys(&read).contains(&opaque("req-8842")));
    }
}
