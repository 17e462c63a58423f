//! `traceline decode`: explains propagation values, and says where a bad one is bad.

use super::output::ColorChoice;
use crate::render::{Decoded, Place, decoded_json, decoded_text};
use crate::trace_context::{
    Carrier, Direction, Fault, HeaderLine, Kind, Propagation, ValueError, recognize, scan,
};
use clap::{Args, ValueEnum};
use lines::{
    Line, classify, holds_values, is_prose, offset_in, read_more, shows_messages, skip_traceparents,
};
use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead, BufWriter, Write};

mod lines;

/// Explain a traceparent or any other propagation value
///
/// Says what each field means, and of a bad value which byte is wrong and why. The kind is found
/// by itself. Without VALUE, reads standard input: one value a line, header lines, the output of
/// `curl -v` or of `env`, or any text, from which it takes the values it finds. Each is explained as
/// its line comes, those in header lines and variables when all that stand together are read.
///
/// Ends with 0 if every value is valid, with 1 if one is not or there is none.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  traceline decode 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
  curl -sv https://example.org/ 2>&1 | traceline decode
  env | traceline decode
  traceline decode --scan --format json < app.log")]
pub struct DecodeArgs {
    /// The values, with or without their header's name; standard input if there is none or `-`
    #[arg(value_name = "VALUE", allow_hyphen_values = false)]
    values: Vec<OsString>,

    /// Read every value as this kind
    #[arg(long = "as", value_enum, value_name = "KIND", conflicts_with_all = ["scan", "headers"])]
    kind: Option<KindName>,

    /// Take values out of any text, and tell where they stand
    #[arg(long, conflicts_with = "headers")]
    scan: bool,

    /// Read standard input as the header lines of one message: what belongs together is read
    /// together, and a repeated traceparent is invalid
    #[arg(long, value_name = "-", value_parser = ["-"], conflicts_with = "values")]
    headers: Option<String>,

    /// In which form to print
    #[arg(long, value_enum, default_value_t = DecodeFormat::Text)]
    format: DecodeFormat,

    /// Print nothing: only the exit code tells
    #[arg(long, short)]
    quiet: bool,

    /// When to use colours; NO_COLOR and CLICOLOR_FORCE are respected
    #[arg(long, value_enum, value_name = "WHEN", default_value_t)]
    color: ColorChoice,
}

/// The form of `decode`'s output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DecodeFormat {
    /// For people
    Text,
    /// One object a line
    Json,
}

/// The kinds of `--as`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)] // Their names say it, and become the help.
pub enum KindName {
    Traceparent,
    Tracestate,
    Baggage,
    B3,
    #[value(alias = "jaeger")]
    UberTraceId,
    Xray,
    Datadog,
    Gcp,
    Sentry,
}

impl From<KindName> for Kind {
    fn from(name: KindName) -> Kind {
        match name {
            KindName::Traceparent => Kind::TraceParent,
            KindName::Tracestate => Kind::TraceState,
            KindName::Baggage => Kind::Baggage,
            KindName::B3 => Kind::B3,
            KindName::UberTraceId => Kind::UberTraceId,
            KindName::Xray => Kind::Xray,
            KindName::Datadog => Kind::Datadog,
            KindName::Gcp => Kind::Gcp,
            KindName::Sentry => Kind::Sentry,
        }
    }
}

/// Why nothing was decoded.
#[derive(Debug)]
pub enum DecodeError {
    /// Standard input could not be read.
    Input(io::Error),
    /// Writing failed.
    Output(io::Error),
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeError::Input(error) => write!(f, "cannot read standard input: {error}"),
            DecodeError::Output(error) => write!(f, "cannot write: {error}"),
        }
    }
}

impl std::error::Error for DecodeError {}

impl DecodeArgs {
    fn reads_stdin(&self) -> bool {
        self.values.is_empty() || self.values == ["-"]
    }

    /// What to say where standard input is a terminal, before it is read.
    pub(crate) fn invitation(&self) -> Option<&'static str> {
        match &self.headers {
            _ if !self.reads_stdin() || self.quiet => None,
            Some(_) => Some("waiting for header lines; Ctrl-D ends them"),
            None => Some(
                "waiting for values, one a line, or header lines and then an empty one; Ctrl-D ends",
            ),
        }
    }

    /// What to do where nothing was found.
    fn advice(&self) -> String {
        if self.headers.is_none() {
            return "no propagation value found (--as KIND reads each line as one)".to_owned();
        }
        let names = Kind::ALL.into_iter().flat_map(|kind| kind.carrier_names()).copied();
        // One is a variable of the environment only.
        let names: Vec<&str> = names.filter(|name| !name.starts_with('_')).collect();
        format!("no trace header found; known are {}", names.join(", "))
    }

    /// Decodes; `wants_color` says whether `--color auto` paints the text.
    ///
    /// # Errors
    /// Reading or writing fails.
    pub fn run(
        self,
        stdin: &mut dyn BufRead,
        stdout: &mut dyn Write,
        stderr: &mut dyn Write,
        wants_color: bool,
    ) -> Result<u8, DecodeError> {
        let color = match self.color {
            ColorChoice::Auto => wants_color,
            ColorChoice::Always => true,
            ColorChoice::Never => false,
        };
        let mut out = BufWriter::with_capacity(1 << 16, stdout);
        let mut report = Report {
            args: &self,
            out: &mut out,
            color,
            is_transcript: false,
            count: 0,
            invalid: 0,
        };
        if self.reads_stdin() {
            report.read(stdin)?;
        } else {
            for value in &self.values {
                report.text(value.as_encoded_bytes(), None).map_err(DecodeError::Output)?;
            }
        }
        let (count, invalid) = (report.count, report.invalid);
        out.flush().map_err(DecodeError::Output)?;
        if count == 0 && !self.quiet {
            writeln!(stderr, "{}", self.advice()).map_err(DecodeError::Output)?;
        }
        Ok(u8::from(count == 0 || invalid > 0))
    }
}

/// Reads texts, and writes what they say as it goes.
struct Report<'a> {
    args: &'a DecodeArgs,
    out: &'a mut dyn Write,
    color: bool,
    /// Messages of HTTP are quoted: what is no header line is a message's body.
    is_transcript: bool,
    count: u64,
    invalid: u64,
}

/// Header lines or variables that stand together, until they can be read together.
struct Block {
    direction: Option<Direction>,
    carrier: Carrier,
    /// Of each field, where its value stands.
    places: Vec<Place>,
}

impl Block {
    fn new() -> Block {
        Block { direction: None, carrier: Carrier::headers(), places: Vec::new() }
    }

    /// Of one direction, or (none) of variables.
    fn of(direction: Option<Direction>) -> Block {
        let carrier = match direction {
            Some(_) => Carrier::headers(),
            None => Carrier::environment([]),
        };
        Block { direction, carrier, places: Vec::new() }
    }

    fn push(&mut self, name: &[u8], value: &[u8], place: Place) {
        self.carrier.push(name, value);
        self.places.push(place);
    }

    /// What its fields of a kind say. A tracestate goes with its traceparent.
    fn read(&self, kind: Kind) -> Option<Result<Propagation, ValueError>> {
        let parsed = kind.extract(&self.carrier)?;
        let spoils =
            || Kind::TraceParent.extract(&self.carrier).is_some_and(|value| value.is_err());
        if kind == Kind::TraceState && parsed.is_ok() && spoils() {
            let fault = Fault::Rule("goes with no valid traceparent, so it may not be used");
            return Some(Err(ValueError { field: "tracestate", byte: 0, fault }));
        }
        Some(parsed)
    }
}

impl Report<'_> {
    /// Nothing can change the exit code any more, and nobody wants to see the rest.
    fn is_decided(&self) -> bool {
        self.args.quiet && self.invalid > 0
    }

    fn read(&mut self, stdin: &mut dyn BufRead) -> Result<(), DecodeError> {
        let mut block = Block::new();
        let mut line = Vec::new();
        let mut number = 0;
        // Bytes of standard input that are here already.
        let mut here = 0;
        let is_plain = !self.args.scan
            && self.args.headers.is_none()
            && self.args.quiet
            && self.args.kind.is_none_or(|kind| kind == KindName::Traceparent);
        loop {
            if is_plain {
                let skipped = skip_traceparents(stdin).map_err(DecodeError::Input)?;
                if skipped > 0 {
                    self.count += skipped;
                    number += skipped;
                    self.end_block(&mut block).map_err(DecodeError::Output)?;
                }
            }
            line.clear();
            while !line.ends_with(b"\n") {
                if here == 0 {
                    // Who types or follows a log sees what a line says before the next one comes.
                    self.out.flush().map_err(DecodeError::Output)?;
                }
                let more = read_more(stdin, &mut line).map_err(DecodeError::Input)?;
                let Some(left) = more else { break };
                here = left;
            }
            if line.is_empty() {
                break;
            }
            number += 1;
            let text = line.strip_suffix(b"\n").unwrap_or(&line);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            self.line(text, number, &mut block).map_err(DecodeError::Output)?;
            if self.is_decided() {
                return Ok(());
            }
        }
        self.end_block(&mut block).map_err(DecodeError::Output)
    }

    fn line(&mut self, line: &[u8], number: u64, block: &mut Block) -> io::Result<()> {
        if self.args.scan || self.args.kind.is_some() {
            return match line.trim_ascii().is_empty() {
                true => Ok(()),
                false => self.text(line, Some(number)),
            };
        }
        self.is_transcript |= shows_messages(line);
        match classify(line) {
            Line::Field(direction, name, value) => {
                if block.direction != direction {
                    self.end_block(block)?;
                }
                if block.carrier.is_empty() {
                    *block = Block::of(direction);
                }
                block.push(name, value, Place { line: number, byte: offset_in(line, value) });
                Ok(())
            }
            Line::Ignored => Ok(()),
            Line::Blank => self.end_block(block),
            Line::Value(_) if self.args.headers.is_some() => Ok(()),
            Line::Value(value) => {
                self.end_block(block)?;
                match self.is_transcript {
                    true => self.scanned(value, Some(number)),
                    false => self.text(value, Some(number)),
                }
            }
        }
    }

    /// Reads everything that the block's fields say together.
    fn end_block(&mut self, block: &mut Block) -> io::Result<()> {
        let block = std::mem::replace(block, Block::new());
        for kind in Kind::ALL {
            let Some(parsed) = block.read(kind) else { continue };
            let is_of_kind = |name: &[u8]| Kind::of_carrier_name(name) == Some(kind);
            let placed = || {
                let fields = block.carrier.fields().zip(&block.places);
                fields.filter(|((name, _), _)| is_of_kind(name))
            };
            let place = placed().next().map(|(_, place)| *place);
            let fields: Vec<(&[u8], &[u8])> = placed().map(|(field, _)| field).collect();
            // Of one field the value is the input, so that error offsets count in it.
            let input = match fields[..] {
                [(_, value)] => value.to_vec(),
                _ => fields
                    .iter()
                    .map(|(name, value)| [name, &b": "[..], value].concat())
                    .collect::<Vec<_>>()
                    .join(&b'\n'),
            };
            self.show(&input, place, kind, &parsed)?;
        }
        Ok(())
    }

    /// Reads a text that should be one value; a text that holds some gives those.
    fn text(&mut self, text: &[u8], line: Option<u64>) -> io::Result<()> {
        let place = |byte| line.map(|line| Place { line, byte });
        if self.args.scan {
            return self.scanned(text, line);
        }
        if let Some(kind) = self.args.kind {
            let value = match HeaderLine::parse(text) {
                Some(HeaderLine::Field { name, value, .. })
                    if Kind::of_carrier_name(name) == Some(kind.into()) =>
                {
                    value
                }
                _ => text,
            };
            return self.value(value, kind.into(), place(0));
        }
        if line.is_none()
            && let Line::Field(direction, name, value) = classify(text)
        {
            let mut block = Block::of(direction);
            block.push(name, value, Place { line: 1, byte: 0 });
            let kind = Kind::of_carrier_name(name);
            let parsed = kind.and_then(|kind| Some((kind, block.read(kind)?)));
            if let Some((kind, parsed)) = parsed {
                return self.show(value, None, kind, &parsed);
            }
        }
        let recognized = recognize(text);
        let parsed = recognized.map(|kind| (kind, kind.parse(text)));
        match parsed {
            Some((kind, parsed @ Ok(_))) => self.show(text, place(0), kind, &parsed),
            _ if holds_values(text) => self.scanned(text, line),
            _ if line.is_some() && is_prose(text, recognized) => Ok(()),
            Some((kind, parsed)) => self.show(text, place(0), kind, &parsed),
            // Most of what people ask about is meant to be a traceparent.
            None => self.value(text, Kind::TraceParent, place(0)),
        }
    }

    fn scanned(&mut self, text: &[u8], line: Option<u64>) -> io::Result<()> {
        for found in scan(text) {
            let place = Place { line: line.unwrap_or(1), byte: found.range.start };
            self.show(&text[found.range], Some(place), found.kind, &found.parsed)?;
        }
        Ok(())
    }

    fn value(&mut self, value: &[u8], kind: Kind, place: Option<Place>) -> io::Result<()> {
        self.show(value, place, kind, &kind.parse(value))
    }

    fn show(
        &mut self,
        input: &[u8],
        place: Option<Place>,
        kind: Kind,
        parsed: &Result<Propagation, ValueError>,
    ) -> io::Result<()> {
        self.count += 1;
        self.invalid += u64::from(parsed.is_err());
        if self.args.quiet {
            return Ok(());
        }
        let decoded = Decoded { input, place, kind, parsed };
        match self.args.format {
            DecodeFormat::Json => decoded_json(self.out, &decoded),
            DecodeFormat::Text => {
                if self.count > 1 {
                    writeln!(self.out)?;
                }
                decoded_text(self.out, &decoded, self.color)
            }
        }
    }
}

#[cfg(test)]
mod tests;
