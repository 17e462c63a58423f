//! Carriers: the lists of names and values that propagation values travel in.
//!
//! Makes [`Carrier`] from header lines or from an environment. Knows how names are matched in
//! each, and leaves the values to their formats.

use super::traceparent::trim_ows;

/// How a carrier matches names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Names {
    /// ASCII case does not count (RFC 9110, section 5.1).
    Headers,
    /// Only the normalised name counts (OpenTelemetry specification, context/env-carriers.md).
    Environment,
}

/// Named values in their order: the header fields of a message, or an environment.
///
/// ```
/// use traceline::trace_context::Carrier;
///
/// let mut headers = Carrier::headers();
/// headers.push(b"TraceState", b" a=1 ");
/// headers.push(b"tracestate", b"b=2");
/// let values: Vec<&[u8]> = headers.all("tracestate").collect();
/// assert_eq!(values, [b"a=1", b"b=2"]);
///
/// // An environment knows only the normalised name.
/// let variable = |name: &[u8]| (name.to_vec(), b"a=1".to_vec());
/// let environment = Carrier::environment([variable(b"TRACESTATE"), variable(b"tracestate")]);
/// assert_eq!(environment.all("tracestate").count(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carrier {
    fields: Vec<(Vec<u8>, Vec<u8>)>,
    names: Names,
}

/// A line of a message head, as HTTP writes it or as `curl -v` shows it.
///
/// ```
/// use traceline::trace_context::{Direction, HeaderLine};
///
/// let line = HeaderLine::parse(b"> b3: 0\r");
/// let direction = Direction::Sent;
/// assert_eq!(line, Some(HeaderLine::Field { direction, name: b"b3", value: b"0" }));
/// assert_eq!(HeaderLine::parse(b"* Connected to localhost"), Some(HeaderLine::Other));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderLine<'a> {
    /// `name: value`.
    Field {
        /// Sent, received, or not said.
        direction: Direction,
        /// The name as written.
        name: &'a [u8],
        /// The value without white space around it.
        value: &'a [u8],
    },
    /// A request or status line, or what `curl` says about itself.
    Other,
    /// The empty line that ends a head.
    Blank,
}

/// Whose header a line of a transcript shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `> `
    Sent,
    /// `< `
    Received,
    /// No mark: plain header lines.
    Unmarked,
}

impl<'a> HeaderLine<'a> {
    /// Reads a line without its ending; `None` if it is no part of a message head.
    pub fn parse(line: &'a [u8]) -> Option<HeaderLine<'a>> {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let (direction, rest) = match line {
            [b'>', rest @ ..] => (Direction::Sent, rest),
            [b'<', rest @ ..] => (Direction::Received, rest),
            [b'*', b' ', ..] => return Some(HeaderLine::Other),
            [b'{' | b'}', b' ', b'[', ..] => return Some(HeaderLine::Other),
            _ => (Direction::Unmarked, line),
        };
        let is_marked = direction != Direction::Unmarked;
        if is_marked && !rest.is_empty() && rest[0] != b' ' {
            return None;
        }
        let rest = trim_ows(rest).0;
        if rest.is_empty() {
            return Some(HeaderLine::Blank);
        }
        let colon = rest.iter().position(|&byte| byte == b':');
        if let Some(colon) = colon {
            let (name, value) = (&rest[..colon], &rest[colon + 1..]);
            let is_spaced = value.is_empty() || matches!(value[0], b' ' | b'\t');
            if is_field_name(name) && (is_spaced || is_marked || Carrier::is_known_name(name)) {
                let value = trim_ows(value).0;
                return Some(HeaderLine::Field { direction, name, value });
            }
        }
        let is_start = rest.starts_with(b"HTTP/") || has_http_version(rest);
        (is_marked || is_start).then_some(HeaderLine::Other)
    }
}

fn has_http_version(line: &[u8]) -> bool {
    line.rsplit(|&byte| byte == b' ').next().is_some_and(|last| last.starts_with(b"HTTP/"))
}

fn is_field_name(name: &[u8]) -> bool {
    !name.is_empty()
        && name.iter().all(|&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The name under which an environment carries a header: upper case, and `_` for every byte that is
/// no letter or digit (OpenTelemetry specification, context/env-carriers.md).
///
/// ```
/// use traceline::trace_context::environment_name;
///
/// assert_eq!(environment_name("traceparent"), "TRACEPARENT");
/// assert_eq!(environment_name("X-B3-TraceId"), "X_B3_TRACEID");
/// ```
pub fn environment_name(name: &str) -> String {
    let normalise = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => byte.to_ascii_uppercase() as char,
        _ => '_',
    };
    let mut normalised: String = name.bytes().map(normalise).collect();
    if normalised.is_empty() || normalised.starts_with(|first: char| first.is_ascii_digit()) {
        normalised.insert(0, '_');
    }
    normalised
}

impl Carrier {
    /// Header fields; add them with [`Carrier::push`].
    pub const fn headers() -> Carrier {
        Carrier { fields: Vec::new(), names: Names::Headers }
    }

    /// The environment with these variables.
    pub fn environment(variables: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>) -> Carrier {
        Carrier { fields: variables.into_iter().collect(), names: Names::Environment }
    }

    /// Adds a field after the others.
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        self.fields.push((name.to_vec(), value.to_vec()));
    }

    /// Whether it has no field at all.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// Whether names and values are an environment's.
    pub fn is_environment(&self) -> bool {
        self.names == Names::Environment
    }

    /// The values of a header name, in order, without white space around them in headers and
    /// untouched in an environment.
    pub fn all<'a>(&'a self, header: &str) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let name = match self.names {
            Names::Headers => header.to_owned(),
            Names::Environment => environment_name(header),
        };
        self.fields.iter().filter_map(move |(other, value)| match self.names {
            Names::Headers if other.eq_ignore_ascii_case(name.as_bytes()) => {
                Some(trim_ows(value).0)
            }
            Names::Environment if other == name.as_bytes() => Some(value.as_slice()),
            _ => None,
        })
    }

    /// The first value of a header name.
    pub fn first(&self, header: &str) -> Option<&[u8]> {
        self.all(header).next()
    }

    /// The fields in order, as they were given.
    pub fn fields(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        self.fields.iter().map(|(name, value)| (name.as_slice(), value.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environment_names_are_normalised() {
        let table = [
            ("traceparent", "TRACEPARENT"),
            ("X-B3-TraceId", "X_B3_TRACEID"),
            ("uber-trace-id", "UBER_TRACE_ID"),
            ("", "_"),
            ("0x", "_0X"),
            ("é", "__"),
        ];
        for (name, expected) in table {
            assert_eq!(environment_name(name), expected);
        }
    }

    #[test]
    fn a_lower_case_variable_is_not_read() {
        let carrier = Carrier::environment([(b"traceparent".to_vec(), b"x".to_vec())]);
        assert_eq!(carrier.first("traceparent"), None);
    }

    #[test]
    fn header_names_match_in_any_case_but_no_other_spelling() {
        let mut carrier = Carrier::headers();
        carrier.push(b"TraceParent", b" x ");
        carrier.push(b"trace-parent", b"y");
        assert_eq!(carrier.all("traceparent").collect::<Vec<_>>(), [b"x"]);
    }

    #[test]
    fn lines_of_a_transcript_are_told_apart() {
        let field = |direction, name, value| Some(HeaderLine::Field { direction, name, value });
        let table: [(&[u8], Option<HeaderLine>); 10] = [
            (b"> traceparent: 00-\r", field(Direction::Sent, b"traceparent", b"00-")),
            (b"< server: x", field(Direction::Received, b"server", b"x")),
            (b"b3: 0", field(Direction::Unmarked, b"b3", b"0")),
            (b"b3:0", field(Direction::Unmarked, b"b3", b"0")),
            (b"> GET / HTTP/1.1", Some(HeaderLine::Other)),
            (b"GET / HTTP/1.1", Some(HeaderLine::Other)),
            (b"* Connected to localhost", Some(HeaderLine::Other)),
            (b">", Some(HeaderLine::Blank)),
            (b"a1ce:00f0:0:1", None),
            (b"00-4bf9", None),
        ];
        for (line, expected) in table {
            assert_eq!(HeaderLine::parse(line), expected, "{}", line.escape_ascii());
        }
    }
}
