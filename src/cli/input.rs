//! Arguments that say what to read and how: shared by every command that reads logs.

use super::Context;
use super::config::Config;
use super::error::CliError;
use super::names::Names;
use super::time_argument::parse_zone;
use crate::pipeline::{
    LineTable, ReadOutcome, ReadPlan, Search, SourceInfo, Visit, midnights, read,
};
use crate::record::{Detail, Pattern, Reference, TimeZone, Timestamp, UserKeys, service};
use crate::source::{Chunks, Input, ReadOptions, Source, SourceError, expand};
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::UNIX_EPOCH;

/// What to read and how.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct InputArgs {
    /// Read times without a zone as of this zone, and show times in it: UTC, local, an offset such
    /// as +02:00, or a name such as Europe/Berlin [default: UTC]
    #[arg(long, value_name = "ZONE", value_parser = parse_zone, allow_hyphen_values = true, help_heading = "Reading")]
    tz: Option<TimeZone>,

    /// Complete times without a year or a date so that none lies after this date, those of --since
    /// and --until too [default: each file's modification date; now]
    #[arg(long, value_name = "DATE", help_heading = "Reading")]
    pub(crate) reference_date: Option<String>,

    /// Read lines that match this regular expression by its named groups: timestamp, trace_id,
    /// span_id, parent_span_id, severity, service, body; may be repeated
    #[arg(long, value_name = "REGEX", value_parser = Pattern::new, help_heading = "Reading")]
    pub(crate) pattern: Vec<Pattern>,

    /// Take this field for a trace id where a record has no other, whatever its value looks like:
    /// request_id; may be repeated
    #[arg(long, value_name = "KEY", help_heading = "Reading")]
    pub(crate) id_key: Vec<String>,

    /// Add records without a trace id to the trace of the records that have the same value in this
    /// field, if that is one trace; may be repeated. Reads the input twice for a named trace
    #[arg(long, value_name = "KEY", help_heading = "Reading")]
    pub(crate) link: Vec<String>,

    /// Read this configuration [default: traceline/config.toml in $XDG_CONFIG_HOME or ~/.config, if
    /// it is there]
    #[arg(long, value_name = "FILE", help_heading = "Reading")]
    config: Option<PathBuf>,

    /// Read no configuration
    #[arg(long, conflicts_with = "config", help_heading = "Reading")]
    no_config: bool,

    /// Use this many threads [default: one per core]
    #[arg(short = 'j', long, value_name = "N", help_heading = "Reading")]
    pub(crate) threads: Option<usize>,

    /// Read in pieces of about this many bytes; the answer is the same for any
    #[arg(long, value_name = "BYTES", hide = true, default_value_t = 1 << 18)]
    pub(crate) chunk_size: usize,
}

/// How inputs are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// To their end, once.
    Once,
    /// To their end, and once more: what comes from pipes is kept for that.
    Twice,
    /// Pipes are shown as they come.
    Live,
    /// Files too, as they grow.
    Followed,
}

impl Manner {
    /// To the end, once or twice.
    pub(crate) fn to_the_end(is_twice: bool) -> Manner {
        if is_twice { Manner::Twice } else { Manner::Once }
    }

    /// Whether anything is shown as it comes.
    pub(crate) fn is_live(self) -> bool {
        matches!(self, Manner::Live | Manner::Followed)
    }
}

/// Opened inputs, ready to be read once or twice.
pub(crate) struct Inputs {
    pub(crate) chunks: Chunks,
    pub(crate) infos: Vec<SourceInfo>,
    pub(crate) threads: usize,
    patterns: Vec<Pattern>,
    pub(crate) keys: UserKeys,
    /// What is read is shown as it comes.
    is_live: bool,
    /// Files are read as they grow, and have no end.
    is_followed: bool,
    /// Only errors are told.
    pub(crate) is_quiet: bool,
    /// Inputs that did not become sources.
    pub(crate) missing: Vec<SourceError>,
    /// What the user named: what that means depends on what is here.
    pub(crate) named: OnceLock<Names>,
    /// How the names were understood, where there is more than one way.
    pub(crate) notes: OnceLock<Vec<String>>,
    /// Low halves that several full ids share, and 64-bit ids have: found by reading everything.
    pub(crate) ambiguous: OnceLock<HashSet<u64>>,
}

impl InputArgs {
    /// The context of a command that reads logs: with a reference date, that is its present.
    /// Takes in what the configuration says.
    pub(crate) fn context(
        &mut self,
        is_quiet: bool,
        context: &Context,
    ) -> Result<Context, CliError> {
        self.configure(context)?;
        let now = match &self.reference_date {
            Some(text) => self.end_of_date(text)?,
            None => context.now,
        };
        Ok(Context { is_quiet, now, ..context.clone() })
    }

    fn configure(&mut self, context: &Context) -> Result<(), CliError> {
        let path = match (&self.config, &context.config_path) {
            _ if self.no_config => return Ok(()),
            (Some(path), _) => path,
            (None, Some(path)) if path.exists() => path,
            (None, _) => return Ok(()),
        };
        let config = Config::read(path)?;
        self.tz = self.tz.or(config.time_zone);
        self.id_key.extend(config.id_keys);
        self.link.extend(config.link_keys);
        self.pattern.extend(config.patterns);
        Ok(())
    }

    /// The zone of times that name none, and of those shown.
    pub(crate) fn time_zone(&self) -> TimeZone {
        self.tz.unwrap_or(TimeZone::UTC)
    }

    /// Opens the inputs.
    pub(crate) fn open(
        &self,
        files: &[OsString],
        context: &Context,
        manner: Manner,
    ) -> Result<Inputs, CliError> {
        let inputs: Vec<Input> = if files.is_empty() {
            if context.stdin_is_terminal {
                return Err(CliError::usage(
                    "no input: standard input is a terminal",
                    "name log files, or pipe logs in",
                ));
            }
            vec![Input::StandardInput]
        } else {
            files.iter().map(Input::from).collect()
        };
        let (mut sources, missing) = expand(&inputs);
        let is_followed = manner == Manner::Followed;
        if is_followed {
            // As pipes, they are not over: neither a size nor a last change says anything.
            sources.iter_mut().for_each(|source| (source.size, source.modified) = (None, None));
        }
        let infos = sources.iter().map(|source| self.info(source, context.now)).collect();
        let options = ReadOptions {
            chunk_size: self.chunk_size.max(1),
            live: manner.is_live(),
            follow: is_followed,
            keep: manner == Manner::Twice,
        };
        Ok(Inputs {
            chunks: Chunks::new(sources, options),
            infos,
            threads: self.threads.unwrap_or_else(|| context.cores()).max(1),
            patterns: self.pattern.clone(),
            keys: self.user_keys()?,
            is_live: manner.is_live(),
            is_followed,
            is_quiet: context.is_quiet,
            missing,
            named: OnceLock::new(),
            notes: OnceLock::new(),
            ambiguous: OnceLock::new(),
        })
    }

    /// Whether any text may be a trace id, because the user says where ids stand.
    pub(crate) fn names_ids(&self) -> bool {
        !self.id_key.is_empty() || self.pattern.iter().any(Pattern::has_trace_id)
    }

    fn user_keys(&self) -> Result<UserKeys, CliError> {
        UserKeys::new(&self.id_key, &self.link).map_err(|key| {
            CliError::usage(
                format!("{key:?} cannot be the key of a field"),
                "write the field's name as it stands in the logs, without quotes: request_id",
            )
        })
    }

    fn info(&self, source: &Source, now: Timestamp) -> SourceInfo {
        let modified = source.modified.and_then(|time| {
            let since = time.duration_since(UNIX_EPOCH).ok()?;
            Some(Timestamp::from_nanoseconds(i64::try_from(since.as_nanos()).ok()?))
        });
        let service_name = source
            .file_name()
            .and_then(|_| service::of_file(source.name.as_bytes()))
            .map(<[u8]>::to_vec);
        // A file cannot tell of what came after it was written.
        let latest = match (&self.reference_date, modified) {
            (None, Some(modified)) => modified,
            _ => now,
        };
        let is_sure = self.reference_date.is_some() || self.tz.is_some();
        let slack = if is_sure { Reference::SURE } else { Reference::UNSURE };
        let reference = Reference { latest, time_zone: self.time_zone(), slack };
        SourceInfo { service_name, reference, midnights: None }
    }

    /// A date means its last moment; a moment means itself.
    fn end_of_date(&self, text: &str) -> Result<Timestamp, CliError> {
        let reference = Reference {
            latest: Timestamp::from_nanoseconds(0),
            time_zone: self.time_zone(),
            slack: Reference::SURE,
        };
        Timestamp::parse(text.as_bytes(), &reference)
            .or_else(|| {
                Timestamp::parse(format!("{text} 23:59:59.999999999").as_bytes(), &reference)
            })
            .ok_or_else(|| {
                CliError::usage(format!("{text:?} is no date"), "write --reference-date 2026-11-22")
            })
    }
}

impl Inputs {
    /// Finds out which days stamps without a date are of. To be called before reading if times
    /// matter.
    pub(crate) fn find_days(&mut self) {
        let found = midnights(self.sources(), &self.infos, &self.patterns, self.threads);
        for (info, midnights) in self.infos.iter_mut().zip(found) {
            info.midnights = midnights.map(Arc::new);
        }
    }

    /// Reads everything once.
    pub(crate) fn read<V: Visit>(
        &self,
        chunks: &Chunks,
        visitor: &V,
        lines: &LineTable,
        ask: Ask<'_>,
        context: &Context,
    ) -> ReadOutcome {
        let plan = ReadPlan {
            sources: &self.infos,
            detail: ask.detail,
            patterns: &self.patterns,
            keys: &self.keys,
            search: ask.search,
            primed_bytes: ask.primed_bytes,
            number_lines: ask.number_lines,
            threads: self.threads,
        };
        super::progress::with_progress(chunks, context, self.is_live, || {
            read(chunks, &plan, lines, visitor)
        })
    }

    /// Whether records are shown as they come, whatever source they are of: for one pipe, and for
    /// files that are followed.
    pub(crate) fn is_shown_live(&self) -> bool {
        let is_one_pipe = self.sources().len() == 1 && !self.are_files();
        self.is_live && (self.is_followed || is_one_pipe)
    }

    /// Whether everything can be read a second time without having been kept.
    pub(crate) fn are_files(&self) -> bool {
        self.sources().iter().all(|source| source.size.is_some())
    }

    pub(crate) fn sources(&self) -> &[Source] {
        self.chunks.sources()
    }
}

/// What one reading is for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask<'a> {
    pub(crate) detail: Detail,
    pub(crate) search: Option<&'a Search>,
    /// As [`ReadPlan::primed_bytes`].
    pub(crate) primed_bytes: u64,
    pub(crate) number_lines: bool,
}
