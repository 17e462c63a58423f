//! `traceline mint`: new contexts, or given ones in another format.

use std::ffi::OsString;
use std::fmt;
use std::io::{self, BufRead, BufWriter, Write};

use clap::Args;

use super::incoming::talk;
use super::number_argument::whole_number;
use super::outgoing::OutgoingArgs;
use crate::render::{Ancestry, OutgoingForm, outgoing_context};
use crate::trace_context::{
    BaggageMember, Format, IdGenerator, Level, Loss, OutgoingContext, Randomness, Threshold,
    TraceFlags, TraceId, TraceIdSpelling, TraceParent, ValueError, read_trace_id,
};

mod convert;

use convert::Source;

/// Print a new traceparent
///
/// Starts a trace: draws a trace-id and a span-id from the system's randomness and prints them as
/// a traceparent, sampled unless told otherwise.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  curl -H \"traceparent: $(traceline mint)\" https://example.org/
  export TRACEPARENT=$(traceline mint)
  traceline mint --format header --baggage user=7 | curl -H @- https://example.org/
  traceline mint --as b3 --from 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
pub struct MintArgs {
    /// Set the sampled flag (the default)
    #[arg(long, conflicts_with_all = ["unsampled", "sample_rate"])]
    sampled: bool,

    /// Leave the sampled flag unset
    #[arg(long, conflicts_with = "sample_rate")]
    unsampled: bool,

    /// Let the trace-id decide with this probability whether the trace is sampled, and tell others
    /// by `ot=th:…` in the tracestate
    #[arg(long, value_name = "P")]
    sample_rate: Option<f64>,

    /// How many to print
    #[arg(long, short = 'n', value_name = "N", default_value_t = 1, value_parser = whole_number::<u64>)]
    count: u64,

    /// Use this trace-id and draw only the span-id: 32 or 16 hex digits, a UUID, X-Ray's 1-…, a
    /// Datadog decimal of 17 to 20 digits, or a header value
    #[arg(long, value_name = "ID")]
    trace_id: Option<String>,

    /// Convert this value of any kind instead of starting a trace; what is lost is told on stderr
    ///
    /// A bare value, or `name: value`, repeated for several headers; `-` reads header lines from
    /// standard input.
    #[arg(
        long,
        value_name = "VALUE",
        allow_hyphen_values = true,
        conflicts_with_all = ["trace_id", "sampled", "unsampled", "sample_rate", "count"]
    )]
    from: Vec<OsString>,

    /// Add a member to the tracestate; repeat for more, the first one stands left-most
    #[arg(long, value_name = "KEY=VALUE")]
    tracestate: Vec<String>,

    /// Add a member to the baggage, percent-encoded where needed; repeat for more
    #[arg(long, value_name = "KEY=VALUE")]
    baggage: Vec<String>,

    /// Draw ids from this number instead of the system's randomness: the same ones every time, for
    /// tests only
    #[arg(long, value_name = "NUMBER", value_parser = whole_number::<u64>)]
    seed: Option<u64>,

    #[command(flatten)]
    outgoing: OutgoingArgs,

    /// Say nothing on stderr but errors
    #[arg(long, short)]
    quiet: bool,
}

/// Why nothing was minted.
#[derive(Debug)]
pub enum MintError {
    /// An option's value is wrong: the option, and why.
    Option(&'static str, ValueError),
    /// A trace id that is none, or not clearly one: what was given, and why.
    TraceId(String, &'static str),
    /// A member without `=`: the option, and what was given.
    Member(&'static str, String),
    /// Not a probability.
    SampleRate(f64),
    /// Several values to convert, and this one does not say which header it is.
    Unnamed(String),
    /// Standard input could not be read.
    Input(io::Error),
    /// `--format value` where the format needs several headers.
    SeveralHeaders,
    /// Writing failed.
    Output(io::Error),
}

impl fmt::Display for MintError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MintError::Option(option, error) => write!(f, "{option}: {error}"),
            MintError::TraceId(given, why) => write!(f, "--trace-id: {given:?} {why}"),
            MintError::Member(option, given) => {
                write!(f, "{option}: {given:?} has no \"=\" between key and value")
            }
            MintError::SampleRate(rate) => {
                write!(f, "--sample-rate: {rate} is no probability between 0 and 1")
            }
            MintError::Unnamed(value) => {
                write!(f, "--from: {value:?} must be `name: value` where there are several")
            }
            MintError::Input(error) => write!(f, "cannot read standard input: {error}"),
            MintError::SeveralHeaders => f.write_str(
                "--format value: this system needs several headers, so it has no single value",
            ),
            MintError::Output(error) => write!(f, "cannot write: {error}"),
        }
    }
}

impl std::error::Error for MintError {}

impl From<io::Error> for MintError {
    fn from(error: io::Error) -> MintError {
        MintError::Output(error)
    }
}

/// The options, judged.
struct Plan {
    format: Format,
    form: OutgoingForm,
    level: Level,
    trace_id: Option<TraceIdSpelling>,
    sampling: Sampling,
    tracestate: Vec<(String, String)>,
    baggage: Vec<BaggageMember>,
}

enum Sampling {
    Fixed(bool),
    /// `None` samples nothing: no threshold says so.
    Rate(Option<Threshold>),
}

impl MintArgs {
    /// Mints. Ids come from `ids` unless `--seed` is given; `epoch` is the current time in seconds
    /// since 1970, which X-Ray and Datadog put into their trace ids.
    ///
    /// # Errors
    /// A wrong option or a failed write.
    pub fn run(
        self,
        ids: &mut IdGenerator,
        epoch: u32,
        stdin: &mut dyn BufRead,
        stdout: &mut dyn Write,
        stderr: &mut dyn Write,
    ) -> Result<u8, MintError> {
        let stderr = &mut talk(self.quiet, stderr);
        let mut seeded = self.seed.map(|seed| {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&seed.to_le_bytes());
            IdGenerator::from_seed(bytes)
        });
        let ids = seeded.as_mut().unwrap_or(ids);
        let plan = self.plan()?;
        let mut out = BufWriter::with_capacity(1 << 16, stdout);
        match Source::of(&self.from, stdin)? {
            Some(source) => plan.convert(source, ids, &mut out, stderr)?,
            None if plan.is_plain() => plan.mint_plain(self.count, ids, &mut out)?,
            None => {
                for number in 0..self.count {
                    let context = plan.context(ids, epoch)?;
                    plan.write(&context, number > 0, &mut out)?;
                }
            }
        }
        out.flush()?;
        // A conversion has told this with all else that it lost.
        if self.from.is_empty() && plan.has_tracestate() && plan.format != Format::W3c {
            writeln!(stderr, "note: not carried over: {}", Loss::TraceState)?;
        }
        let has_more = plan.has_tracestate() && plan.format == Format::W3c;
        if plan.form == OutgoingForm::Value && (has_more || !plan.baggage.is_empty()) {
            writeln!(
                stderr,
                "note: only the value itself is printed; --format header or env has the tracestate and baggage too"
            )?;
        }
        Ok(0)
    }

    fn plan(&self) -> Result<Plan, MintError> {
        let form = self.outgoing.form(OutgoingForm::Value).ok_or(MintError::SeveralHeaders)?;
        let sampling = match self.sample_rate {
            None => Sampling::Fixed(!self.unsampled),
            Some(rate) if (0.0..=1.0).contains(&rate) => {
                Sampling::Rate(Threshold::from_probability(rate))
            }
            Some(rate) => return Err(MintError::SampleRate(rate)),
        };
        let trace_id = match &self.trace_id {
            None => None,
            Some(text) => Some(given_trace_id(text)?),
        };
        let split = |option, member: &str| {
            let pair =
                member.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
            pair.ok_or_else(|| MintError::Member(option, member.to_owned()))
        };
        let tracestate: Result<Vec<_>, _> =
            self.tracestate.iter().rev().map(|member| split("--tracestate", member)).collect();
        let baggage = self.baggage.iter().map(|member| {
            let (key, value) = split("--baggage", member)?;
            BaggageMember::new(&key, &value).map_err(|error| MintError::Option("--baggage", error))
        });
        Ok(Plan {
            format: self.outgoing.system(),
            form,
            level: self.outgoing.level(),
            trace_id,
            sampling,
            tracestate: tracestate?,
            baggage: baggage.collect::<Result<Vec<_>, _>>()?,
        })
    }
}

impl Plan {
    /// Whether contexts may have a tracestate.
    fn has_tracestate(&self) -> bool {
        !self.tracestate.is_empty() || matches!(self.sampling, Sampling::Rate(Some(_)))
    }

    /// Whether each line is a traceparent and nothing else: a million of them must be quick.
    fn is_plain(&self) -> bool {
        self.format == Format::W3c
            && self.form == OutgoingForm::Value
            && self.trace_id.is_none()
            && self.tracestate.is_empty()
            && matches!(self.sampling, Sampling::Fixed(_))
    }

    fn mint_plain(&self, count: u64, ids: &mut IdGenerator, out: &mut dyn Write) -> io::Result<()> {
        let Sampling::Fixed(sampled) = self.sampling else { return Ok(()) };
        let mut line = [b'\n'; TraceParent::LENGTH + 1];
        for _ in 0..count {
            let root = ids.root(sampled);
            let flags = root.trace_flags.outgoing(self.level);
            let root = TraceParent { trace_flags: flags, ..root };
            line[..TraceParent::LENGTH].copy_from_slice(&root.to_bytes());
            out.write_all(&line)?;
        }
        Ok(())
    }

    fn context(&self, ids: &mut IdGenerator, epoch: u32) -> Result<OutgoingContext, MintError> {
        let trace_id = match self.trace_id {
            Some(given) => given.trace_id,
            None => timed_trace_id(ids.trace_id(), epoch, self.format),
        };
        // Nobody can say how random a given id is.
        let random = self.trace_id.is_none() && self.level == Level::Two;
        let flags = TraceFlags::NONE.with_random(random);
        let mut context = OutgoingContext::from(TraceParent::new(trace_id, ids.span_id(), flags));
        context.is_64_bit = self.trace_id.is_some_and(|given| given.is_64_bit);
        self.add_members(&mut context)?;
        match self.sampling {
            Sampling::Fixed(sampled) => context.sampled = Some(sampled),
            Sampling::Rate(threshold) => {
                let randomness = Randomness::of_trace(trace_id);
                let sampled = threshold.is_some_and(|threshold| threshold.accepts(randomness));
                context.sampled = Some(sampled);
                // A threshold says how many traces a sampled one stands for; one that is not
                // sampled stands for none.
                if let Some(threshold) = threshold.filter(|_| sampled) {
                    let value = format!("th:{threshold}");
                    context
                        .trace_state
                        .set("ot", &value)
                        .map_err(|error| MintError::Option("--sample-rate", error))?;
                }
            }
        }
        Ok(context)
    }

    fn add_members(&self, context: &mut OutgoingContext) -> Result<(), MintError> {
        for (key, value) in &self.tracestate {
            context
                .trace_state
                .set(key, value)
                .map_err(|error| MintError::Option("--tracestate", error))?;
        }
        for member in &self.baggage {
            context.baggage.set(member.clone());
        }
        Ok(())
    }

    fn write(
        &self,
        context: &OutgoingContext,
        is_later: bool,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        // Several headers are one message: an empty line ends it.
        let lines = matches!(self.form, OutgoingForm::Header | OutgoingForm::Environment);
        if is_later && lines && context.write(self.format).len() > 1 {
            writeln!(out)?;
        }
        outgoing_context(out, context, self.format, self.form, &Ancestry::Minted)
    }
}

/// Reads `--trace-id`. A TRACE of few digits is the beginning of an id, and Datadog's decimals have
/// few only by chance: so what could be either is neither.
fn given_trace_id(text: &str) -> Result<TraceIdSpelling, MintError> {
    let digits = text.trim();
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let is_zero = digits.bytes().all(|byte| byte == b'0');
    match digits.len() {
        16 | 32 if !is_zero => {}
        1.. if is_number && is_zero => {
            return Err(MintError::TraceId(text.to_owned(), "is zero, which stands for no trace"));
        }
        17..=20 if is_number && !digits.starts_with('0') && digits.parse::<u64>().is_err() => {
            return Err(MintError::TraceId(text.to_owned(), "does not fit into 64 bits"));
        }
        17..=20 if !digits.starts_with('0') => {}
        1.. if is_number => {
            return Err(MintError::TraceId(
                text.to_owned(),
                "may be a decimal or only a part of an id: write 32 or 16 hex digits, or a decimal \
                 of 17 to 20 digits",
            ));
        }
        _ => {}
    }
    read_trace_id(text.as_bytes()).map_err(|error| MintError::Option("--trace-id", error))
}

/// X-Ray refuses ids that do not begin with the time, and Datadog's libraries begin theirs with it.
fn timed_trace_id(random: TraceId, epoch: u32, format: Format) -> TraceId {
    let mask = match format {
        Format::Xray => u128::MAX >> 32,
        Format::Datadog => u128::from(u64::MAX),
        _ => return random,
    };
    let value = u128::from(epoch) << 96 | random.get() & mask;
    TraceId::new(value).unwrap_or(random)
}

#[cfg(test)]
mod tests;
