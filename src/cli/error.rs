//! Every room's error to a message, a hint and an exit code.

use super::child::ChildError;
use super::decode::DecodeError;
use super::exec::ExecError;
use super::mint::MintError;
use super::stamp::StampError;
use super::trace_argument::TraceArgument;
use crate::source::{SourceError, SourceErrorKind};
use std::fmt;
use std::io;

/// Exit codes, as grep's.
pub(crate) const FOUND: u8 = 0;
/// Nothing matched.
pub(crate) const NOTHING: u8 = 1;
/// Usage, or an input that could not be read.
pub(crate) const TROUBLE: u8 = 2;

/// Why a command cannot go on.
#[derive(Debug)]
pub(crate) enum CliError {
    /// The arguments ask for something that does not go.
    Usage { message: String, hint: String },
    /// The output cannot be written.
    Output(io::Error),
    /// A command's own error, as it reads.
    Command(String),
}

impl CliError {
    pub(crate) fn usage(message: impl Into<String>, hint: impl Into<String>) -> CliError {
        CliError::Usage { message: message.into(), hint: hint.into() }
    }

    /// The same, with the place where it is.
    pub(crate) fn at(self, place: &str) -> CliError {
        match self {
            CliError::Usage { message, hint } => {
                CliError::Usage { message: format!("{place}: {message}"), hint }
            }
            other => other,
        }
    }

    /// A closed pipe is how a reader says that it has seen enough: `… | head`.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, CliError::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl From<io::Error> for CliError {
    fn from(error: io::Error) -> CliError {
        CliError::Output(error)
    }
}

impl From<MintError> for CliError {
    fn from(error: MintError) -> CliError {
        match error {
            MintError::Output(error) => CliError::Output(error),
            other => CliError::Command(other.to_string()),
        }
    }
}

impl From<ChildError> for CliError {
    fn from(error: ChildError) -> CliError {
        match error {
            ChildError::Output(error) => CliError::Output(error),
            other => CliError::Command(other.to_string()),
        }
    }
}

impl From<ExecError> for CliError {
    fn from(error: ExecError) -> CliError {
        CliError::Command(error.to_string())
    }
}

impl From<StampError> for CliError {
    fn from(error: StampError) -> CliError {
        match error {
            StampError::Output(error) => CliError::Output(error),
            other => CliError::Command(other.to_string()),
        }
    }
}

impl From<DecodeError> for CliError {
    fn from(error: DecodeError) -> CliError {
        match error {
            DecodeError::Output(error) => CliError::Output(error),
            other => CliError::Command(other.to_string()),
        }
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CliError::Usage { message, hint } => {
                write!(f, "{message}")?;
                if !hint.is_empty() {
                    write!(f, "\n  hint: {hint}")?;
                }
                Ok(())
            }
            CliError::Output(error) => write!(f, "cannot write the output: {error}"),
            CliError::Command(message) => f.write_str(message),
        }
    }
}

/// What to do about a source's error, where there is something.
pub(crate) fn source_hint(error: &SourceError) -> Option<String> {
    match &error.kind {
        SourceErrorKind::Archive(format) => {
            Some(format!("unpack it first: {}", format.unpack_command()))
        }
        SourceErrorKind::Unreadable(reason)
            if reason.kind() == io::ErrorKind::NotFound && is_trace_id(&error.name) =>
        {
            Some(
                "this reads as a trace id, but is taken for a file here: name traces with -t; \
                 beside -t, -f, --all, --errors and other selections all arguments are files"
                    .to_owned(),
            )
        }
        _ => None,
    }
}

/// Whether the name of a file that is not there was meant for a trace.
fn is_trace_id(name: &str) -> bool {
    use TraceArgument::{Key, Prefix};
    matches!(TraceArgument::parse(name, false), Some(Key(_) | Prefix(_)))
}
