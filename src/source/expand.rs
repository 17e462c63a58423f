//! From what the user named to the sources, in the order in which they are read.

use super::error::{Skipped, SourceError, SourceErrorKind};
use super::{Source, SourceId, SourceKind};
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};

/// The name of standard input in messages and in output.
const STANDARD_INPUT: &str = "(standard input)";

/// One input as the user named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A file, or a directory with all the files in it.
    Path(PathBuf),
    /// Standard input.
    StandardInput,
}

impl<T: AsRef<OsStr> + ?Sized> From<&T> for Input {
    /// `-` is standard input; a file of that name is `./-`.
    fn from(argument: &T) -> Input {
        let argument = argument.as_ref();
        if argument == "-" { Input::StandardInput } else { Input::Path(argument.into()) }
    }
}

/// The sources that `inputs` name, and what went wrong with the others.
///
/// - A directory stands for the regular files in it, recursively, sorted by name (by bytes, files
///   and directories together). Names that begin with a dot are skipped, as are FIFOs, sockets,
///   devices and dangling links; how many is told. Symbolic links are followed, and no directory is
///   read twice.
/// - A file is read once, however often and under whatever names (links included) it is given: the
///   same record twice would count twice. The first name stays.
/// - A FIFO or `/dev/fd/N` given by itself is a stream.
/// - Standard input can be given once; a second time is an error.
///
/// Files are looked at, not opened: one that may not be read is reported while reading.
pub fn expand(inputs: &[Input]) -> (Vec<Source>, Vec<SourceError>) {
    let mut expansion = Expansion::default();
    for input in inputs {
        match input {
            Input::StandardInput => expansion.add_standard_input(),
            Input::Path(path) => match fs::metadata(path) {
                Ok(metadata) if metadata.is_dir() => expansion.add_named_directory(path),
                Ok(metadata) => expansion.add_file(path.clone(), &metadata),
                Err(error) => expansion.refuse(path, error),
            },
        }
    }
    (expansion.sources, expansion.errors)
}

#[derive(Default)]
struct Expansion {
    sources: Vec<Source>,
    errors: Vec<SourceError>,
    /// Files and directories that were seen, by their canonical paths.
    seen: HashSet<PathBuf>,
    standard_input_seen: bool,
    /// Of the directory that was named last.
    skipped: Skipped,
}

impl Expansion {
    fn add(&mut self, name: String, kind: SourceKind, metadata: Option<&Metadata>) {
        let Ok(id) = u32::try_from(self.sources.len()) else { return };
        let regular = metadata.filter(|metadata| metadata.is_file());
        self.sources.push(Source {
            id: SourceId(id),
            name,
            kind,
            modified: regular.and_then(|metadata| metadata.modified().ok()),
            size: regular.map(Metadata::len),
        });
    }

    fn add_standard_input(&mut self) {
        if std::mem::replace(&mut self.standard_input_seen, true) {
            self.errors.push(SourceError {
                source: None,
                name: STANDARD_INPUT.to_owned(),
                kind: SourceErrorKind::StandardInputTwice,
            });
        } else {
            let metadata = super::opening::standard_input().and_then(|file| file.metadata()).ok();
            self.add(STANDARD_INPUT.to_owned(), SourceKind::StandardInput, metadata.as_ref());
        }
    }

    fn add_file(&mut self, path: PathBuf, metadata: &Metadata) {
        if self.is_new(&path) {
            self.add(path.display().to_string(), SourceKind::Path(path), Some(metadata));
        }
    }

    /// Adds the files of a directory that the user named, and says what is not among them.
    fn add_named_directory(&mut self, directory: &Path) {
        let (sources, errors) = (self.sources.len(), self.errors.len());
        if self.seen.contains(&fs::canonicalize(directory).unwrap_or_default()) {
            return;
        }
        self.skipped = Skipped::default();
        self.add_directory(directory);
        let skipped = Skipped { read: self.sources.len() - sources, ..self.skipped };
        let is_all = Skipped { read: 0, ..skipped } == Skipped::default();
        let is_explained = self.errors.len() > errors;
        if !is_all || skipped.read == 0 && !is_explained {
            self.errors.push(SourceError {
                source: None,
                name: directory.display().to_string(),
                kind: SourceErrorKind::Skipped(skipped),
            });
        }
    }

    /// Adds the files of a directory, or says why not.
    fn add_directory(&mut self, directory: &Path) {
        if !self.is_new(directory) {
            return;
        }
        let entries = fs::read_dir(directory).and_then(|entries| {
            entries.map(|entry| Ok(entry?.file_name())).collect::<io::Result<Vec<_>>>()
        });
        let mut names = match entries {
            Ok(names) => names,
            Err(error) => return self.refuse(directory, error),
        };
        let all = names.len();
        names.retain(|name| !name.as_encoded_bytes().starts_with(b"."));
        self.skipped.hidden += all - names.len();
        names.sort_unstable();
        for name in names {
            let path = directory.join(name);
            match fs::metadata(&path) {
                Ok(metadata) if metadata.is_dir() => self.add_directory(&path),
                Ok(metadata) if metadata.is_file() => self.add_file(path, &metadata),
                Ok(_) => self.skipped.special += 1,
                // A dangling link, or a file that was removed after the directory was listed.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    self.skipped.dangling += usize::from(path.is_symlink());
                }
                // A link that leads to itself.
                Err(_) if path.is_symlink() => self.skipped.dangling += 1,
                Err(error) => self.refuse(&path, error),
            }
        }
    }

    fn refuse(&mut self, path: &Path, error: io::Error) {
        self.errors.push(SourceError {
            source: None,
            name: path.display().to_string(),
            kind: SourceErrorKind::Unreadable(error),
        });
    }

    /// Whether this file or directory has not been seen yet. Pipes have no canonical path, and are
    /// told apart by their own.
    fn is_new(&mut self, path: &Path) -> bool {
        self.seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Files in a new directory, and the names (without it) of what an expansion of `inputs` gives.
    fn expanded(files: &[&str], inputs: &[&str]) -> (Vec<String>, Vec<String>) {
        let directory = tempfile::tempdir().unwrap();
        for file in files {
            let path = directory.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, b"x\n").unwrap();
        }
        #[cfg(unix)]
        if files.contains(&"loop/a") {
            std::os::unix::fs::symlink("..", directory.path().join("loop/up")).unwrap();
            std::os::unix::fs::symlink("a", directory.path().join("loop/b")).unwrap();
            std::os::unix::fs::symlink("gone", directory.path().join("loop/c")).unwrap();
            std::os::unix::fs::symlink("self", directory.path().join("loop/self")).unwrap();
        }
        let inputs: Vec<Input> =
            inputs.iter().map(|input| Input::Path(directory.path().join(input))).collect();
        let (sources, errors) = expand(&inputs);
        let prefix = format!("{}/", directory.path().display());
        let short = |name: &str| name.trim_start_matches(&prefix).to_owned();
        for (index, source) in sources.iter().enumerate() {
            assert_eq!(source.id.0 as usize, index);
            assert!(source.modified.is_some() && source.size == Some(2));
        }
        (
            sources.iter().map(|source| short(&source.name)).collect(),
            errors.iter().map(|error| short(&error.to_string())).collect(),
        )
    }

    #[test]
    fn a_directory_is_its_files_sorted_by_name() {
        let files = ["d/b.log", "d/a/z.log", "d/c.log", "d/.hidden", "d/.git/x", "d/B.log"];
        let (names, errors) = expanded(&files, &["d"]);
        assert_eq!(names, ["d/B.log", "d/a/z.log", "d/b.log", "d/c.log"]);
        assert_eq!(errors, ["d: skipped: 2 hidden files"]);
        let (names, errors) = expanded(&["d/.hidden", "e/a"], &["d", "e"]);
        assert_eq!(names, ["e/a"]);
        assert_eq!(errors, ["d: nothing in it to read; skipped: 1 hidden file"]);
    }

    #[test]
    fn files_stay_in_the_order_given_and_hidden_ones_are_read_when_named() {
        let (names, errors) = expanded(&["b", ".a"], &["b", ".a"]);
        assert_eq!(names, ["b", ".a"]);
        assert!(errors.is_empty());
    }

    #[test]
    fn a_file_given_twice_is_read_once() {
        let (names, errors) = expanded(&["d/a", "d/b"], &["d/b", "d", "d/./a"]);
        assert_eq!(names, ["d/b", "d/a"]);
        assert!(errors.is_empty());
    }

    #[test]
    #[cfg(unix)]
    fn links_that_loop_or_dangle_are_skipped() {
        let (names, errors) = expanded(&["loop/a"], &["loop", "."]);
        assert_eq!(names, ["loop/a"]);
        assert_eq!(errors, ["loop: skipped: 2 dangling links"]);
    }

    #[test]
    fn a_missing_file_is_an_error_and_the_others_are_read() {
        let (names, errors) = expanded(&["b"], &["a", "b"]);
        assert_eq!(names, ["b"]);
        assert_eq!(errors, ["a: no such file or directory"]);
    }

    #[test]
    fn standard_input_is_a_source_once() {
        let (sources, errors) = expand(&[Input::from("-"), Input::from("-")]);
        assert_eq!(sources.len(), 1);
        assert_eq!(sources[0].kind, SourceKind::StandardInput);
        assert_eq!(sources[0].file_name(), None);
        assert_eq!(errors[0].to_string(), "(standard input): named more than once, and read once");
        assert_eq!(Input::from("./-"), Input::Path("./-".into()));
    }
}
