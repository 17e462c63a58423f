//! The configuration file: what a team says once rather than on every command line.
//!
//! Makes an [`InputArgs`](super::input::InputArgs) complete. Flags win over the file; lists add up.
//! None is needed, and a key that means nothing is an error, so that a slip of the pen is not
//! silently passed over.

use super::error::CliError;
use super::time_argument::parse_zone;
use crate::record::{Pattern, TimeZone};
use crate::source::reason;
use serde::Deserialize;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// The file as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    tz: Option<Spanned<String>>,
    #[serde(default)]
    id_keys: Vec<String>,
    #[serde(default)]
    link_keys: Vec<String>,
    #[serde(default)]
    pattern: Vec<WrittenPattern>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPattern {
    name: String,
    regex: Spanned<String>,
}

/// The file as it is meant.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    pub(crate) time_zone: Option<TimeZone>,
    pub(crate) id_keys: Vec<String>,
    pub(crate) link_keys: Vec<String>,
    pub(crate) patterns: Vec<Pattern>,
}

const HINT: &str = "keys are tz, id_keys, link_keys and [[pattern]] with name and regex; \
                    --no-config passes the file over";

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, is no TOML, or says something that means nothing here.
    pub(crate) fn read(path: &Path) -> Result<Config, CliError> {
        let shown = path.display();
        let text = std::fs::read_to_string(path).map_err(|error| {
            CliError::usage(
                format!("cannot read the configuration {shown}: {}", reason(&error)),
                "",
            )
        })?;
        Config::parse(&text).map_err(|message| CliError::usage(format!("{shown}: {message}"), HINT))
    }

    fn parse(text: &str) -> Result<Config, String> {
        let written: Written =
            toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())?;
        let line = |at: usize| 1 + text.as_bytes()[..at].iter().filter(|b| **b == b'\n').count();
        let time_zone = match written.tz {
            Some(zone) => {
                let line = line(zone.span().start);
                let read = parse_zone(zone.get_ref());
                Some(read.map_err(|error| format!("line {line}: tz: {error}"))?)
            }
            None => None,
        };
        let patterns = written.pattern.into_iter().map(|WrittenPattern { name, regex }| {
            let line = line(regex.span().start);
            let pattern = Pattern::new(regex.get_ref())
                .map_err(|error| format!("line {line}: pattern {name:?}: {error}"))?;
            Ok(pattern.named(&name))
        });
        Ok(Config {
            time_zone,
            id_keys: written.id_keys,
            link_keys: written.link_keys,
            patterns: patterns.collect::<Result<_, String>>()?,
        })
    }
}

/// Where the configuration is if no argument says (XDG Base Directory Specification): a file that
/// need not exist.
pub(crate) fn default_path(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let folder = match variable("XDG_CONFIG_HOME").map(PathBuf::from) {
        // Relative paths are invalid, says the specification, and to be passed over.
        Some(folder) if folder.is_absolute() => folder,
        _ => PathBuf::from(variable("HOME").filter(|home| !home.is_empty())?).join(".config"),
    };
    Some(folder.join("traceline").join("config.toml"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_says_zone_keys_and_patterns() {
        let config = Config::parse(
            "tz = 'Europe/Prague'\nid_keys = ['request_id']\nlink_keys = ['order']\n\
             [[pattern]]\nname = 'till'\nregex = '^(?<body>x.*)'\n",
        )
        .unwrap();
        assert_eq!(config.time_zone, "Europe/Prague".parse().ok());
        assert_eq!(
            (config.id_keys, config.link_keys),
            (vec!["request_id".into()], vec!["order".into()])
        );
        assert_eq!(config.patterns.len(), 1);
        assert!(Config::parse("").unwrap().id_keys.is_empty());
    }

    #[test]
    fn what_means_nothing_is_named_with_its_place() {
        for (text, expected) in [
            ("\ntimezone = 'UTC'\n", ["line 2", "timezone"]),
            ("\n\ntz = 'Nowhere/Else'\n", ["line 3: tz", "Nowhere/Else"]),
            ("[[pattern]]\nname = 'till'\nregex = '('\n", ["line 3", "regular expression"]),
            ("id_keys = 'request_id'\n", ["line 1", "id_keys"]),
        ] {
            let message = Config::parse(text).unwrap_err();
            assert!(expected.iter().all(|part| message.contains(part)), "{text}: {message}");
        }
    }

    #[test]
    fn the_file_lies_where_the_base_directory_specification_says() {
        let path = |config: Option<&str>, home: Option<&str>| {
            default_path(|name| match name {
                "XDG_CONFIG_HOME" => config.map(OsString::from),
                "HOME" => home.map(OsString::from),
                _ => None,
            })
        };
        let expected = |text: &str| Some(PathBuf::from(text));
        assert_eq!(path(Some("/c"), Some("/h")), expected("/c/traceline/config.toml"));
        assert_eq!(path(Some("c"), Some("/h")), expected("/h/.config/traceline/config.toml"));
        assert_eq!(path(None, Some("/h")), expected("/h/.config/traceline/config.toml"));
        assert_eq!(path(None, None), None);
    }
}
