//! What came in: the carriers that arguments, standard input and the environment make, and what is
//! said of what cannot be used.

use crate::trace_context::{
    Carrier, Format, HeaderLine, IncomingContext, IncomingWarning, Kind, OutgoingContext,
    environment_name,
};
use std::ffi::OsString;
use std::io::{self, BufRead, Write};

/// The variables of an environment, as a carrier.
pub(crate) fn environment_carrier(
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Carrier {
    let bytes = |text: OsString| text.into_encoded_bytes();
    Carrier::environment(variables.into_iter().map(|(name, value)| (bytes(name), bytes(value))))
}

/// Adds a `name: value` or `NAME=value` that belongs to a format; false for any other text.
pub(crate) fn push_named(carrier: &mut Carrier, text: &[u8]) -> bool {
    if let Some(HeaderLine::Field { name, value, .. }) = HeaderLine::parse(text)
        && Carrier::is_known_name(name)
    {
        carrier.push(name, value);
        return true;
    }
    let Some(equals) = text.iter().position(|&byte| byte == b'=') else { return false };
    let (name, value) = (&text[..equals], &text[equals + 1..]);
    let mut headers = Kind::ALL.into_iter().flat_map(|kind| kind.carrier_names());
    let header = headers.find(|header| environment_name(header).as_bytes() == name);
    if let Some(header) = header {
        carrier.push(header.as_bytes(), value);
    }
    header.is_some()
}

/// Reads the header lines of the first message: up to the first empty line behind a header.
pub(crate) fn read_head(stdin: &mut dyn BufRead, carrier: &mut Carrier) -> io::Result<()> {
    let mut line = Vec::new();
    while stdin.read_until(b'\n', &mut line)? > 0 {
        let text = line.strip_suffix(b"\n").unwrap_or(&line);
        match HeaderLine::parse(text) {
            Some(HeaderLine::Field { name, value, .. }) => carrier.push(name, value),
            Some(HeaderLine::Blank) if !carrier.is_empty() => break,
            _ => {}
        }
        line.clear();
    }
    Ok(())
}

/// Variables of the environment that the outgoing context does not replace, and that would tell the
/// command of another span: W3C's where it has nothing to put there, and all of other systems.
pub(crate) fn stale_variables(
    carrier: &Carrier,
    child: &OutgoingContext,
    system: Format,
) -> Vec<String> {
    let is_set = |header: &str| {
        carrier.is_environment() && carrier.first(header).is_some_and(|value| !value.is_empty())
    };
    let written: Vec<String> =
        child.write(system).iter().map(|(header, _)| environment_name(header)).collect();
    let headers = Kind::ALL.into_iter().flat_map(|kind| kind.carrier_names());
    headers
        .filter(|header| is_set(header))
        .map(|header| environment_name(header))
        .filter(|name| !written.contains(name))
        .collect()
}

/// Each thing that is not used, and what is done instead.
pub(crate) fn warnings(incoming: &IncomingContext) -> Vec<String> {
    let consequence = |warning: &IncomingWarning| match warning {
        warning if warning.is_restart() => "a new trace begins",
        _ => "it is dropped",
    };
    let warnings = incoming.warnings.iter();
    warnings.map(|warning| format!("{warning}; {}", consequence(warning))).collect()
}

/// Where talk goes that is no error: nowhere, if it is not wanted.
pub(crate) fn talk<'w>(is_quiet: bool, stderr: &'w mut dyn Write) -> Box<dyn Write + 'w> {
    if is_quiet { Box::new(io::sink()) } else { Box::new(stderr) }
}

/// Tells the warnings. That nobody hears them is no reason to stop.
pub(crate) fn warn(warnings: &[String], stderr: &mut dyn Write) {
    for warning in warnings {
        let _ = writeln!(stderr, "traceline: warning: {warning}");
    }
}
