//! Arguments of the commands that write a context: for which system, in which form.

use crate::render::OutgoingForm;
use crate::trace_context::{Format, Level};
use clap::{Args, ValueEnum};

/// How to write a context.
#[derive(Args, Clone, Debug)]
pub(crate) struct OutgoingArgs {
    /// In which form to print
    #[arg(long, value_enum)]
    format: Option<Form>,

    /// For which tracing system
    #[arg(long = "as", value_enum, value_name = "SYSTEM", default_value_t = System::W3c)]
    system: System,

    /// Edition of W3C Trace Context: 1 knows no random-trace-id flag
    #[arg(long, value_name = "LEVEL", default_value = "2", value_parser = ["1", "2"])]
    level: String,
}

/// The form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Form {
    /// The value alone
    Value,
    /// Header lines: `curl -H @-` reads them
    Header,
    /// Environment variables: `export $(traceline … --format env)`
    Env,
    /// One JSON object a line
    Json,
    /// Options to paste behind `curl`
    Curl,
}

/// The systems of `--as`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum System {
    W3c,
    B3,
    B3Multi,
    Jaeger,
    Xray,
    Datadog,
    Gcp,
    Sentry,
}

impl OutgoingArgs {
    pub(crate) fn system(&self) -> Format {
        match self.system {
            System::W3c => Format::W3c,
            System::B3 => Format::B3,
            System::B3Multi => Format::B3Multi,
            System::Jaeger => Format::Jaeger,
            System::Xray => Format::Xray,
            System::Datadog => Format::Datadog,
            System::Gcp => Format::Gcp,
            System::Sentry => Format::Sentry,
        }
    }

    pub(crate) fn level(&self) -> Level {
        if self.level == "1" { Level::One } else { Level::Two }
    }

    /// The form asked for, else this one; `None` for a single value where there is none.
    pub(crate) fn form(&self, default: OutgoingForm) -> Option<OutgoingForm> {
        let has_value = !matches!(self.system, System::B3Multi | System::Datadog);
        match self.format {
            Some(Form::Value) => has_value.then_some(OutgoingForm::Value),
            Some(Form::Header) => Some(OutgoingForm::Header),
            Some(Form::Env) => Some(OutgoingForm::Environment),
            Some(Form::Json) => Some(OutgoingForm::Json),
            Some(Form::Curl) => Some(OutgoingForm::Curl),
            None if default == OutgoingForm::Value && !has_value => Some(OutgoingForm::Header),
            None => Some(default),
        }
    }
}
