//! Bytes as an input of the program, read in any way that must make no difference.

use std::cell::RefCell;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;
use traceline::pipeline::{LineTable, ReadOutcome, ReadPlan, Search, SourceInfo, Visit, read};
use traceline::record::{Detail, Reference, TimeZone, Timestamp, UserKeys};
use traceline::source::{Chunks, Input, ReadOptions, Source, expand};

/// How an input is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct How {
    pub chunk_size: usize,
    /// From a pipe rather than a file. Not as lines come: what is shown early is a matter of time.
    pub is_pipe: bool,
    /// Bytes from which is learnt what one trace alone does not tell.
    pub primed_bytes: u64,
}

impl How {
    /// A file in one chunk.
    pub const AT_ONCE: How = How { chunk_size: 1 << 20, is_pipe: false, primed_bytes: 0 };

    /// Some way to read these bytes. It is always the same for them, so that a failure can be
    /// shown again, and another for nearly the same bytes, so that all are tried.
    pub fn any_for(bytes: &[u8]) -> How {
        let mut hasher = DefaultHasher::new();
        bytes.hash(&mut hasher);
        let number = hasher.finish();
        let upto = |most: u64, shift: u32| (number >> shift) % most.max(1);
        // Few enough chunks to be quick, and as often as not one for each line.
        let least = 1 + bytes.len() as u64 / 64;
        let chunk_size = match number % 4 {
            0 | 1 => least,
            _ => least + upto(bytes.len() as u64, 2),
        };
        How {
            chunk_size: chunk_size as usize,
            is_pipe: (number >> 40).is_multiple_of(3) && bytes.len() <= PIPE_HOLDS,
            primed_bytes: upto(2 * bytes.len() as u64, 42),
        }
    }
}

/// What a pipe takes before anybody reads from it.
const PIPE_HOLDS: usize = 64 << 10;

thread_local! {
    static FILE: RefCell<NamedTempFile> =
        RefCell::new(NamedTempFile::new().expect("a temporary file"));
}

/// Makes the bytes an input, and hands over its chunks.
pub fn with_chunks<T>(bytes: &[u8], how: How, work: impl FnOnce(&Chunks) -> T) -> T {
    let options =
        ReadOptions { chunk_size: how.chunk_size, keep: how.is_pipe, ..ReadOptions::default() };
    let sources = |path: &Path| -> Vec<Source> {
        let (sources, errors) = expand(&[Input::from(path.as_os_str())]);
        assert!(errors.is_empty(), "{errors:?}");
        sources
    };
    if how.is_pipe {
        use std::os::fd::AsRawFd;
        let (reader, mut writer) = std::io::pipe().expect("a pipe");
        writer.write_all(bytes).expect("the pipe holds it all");
        let path = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
        let sources = sources(&path);
        // Opened by its path while the writer is there; else opening waits for one.
        drop(writer);
        return work(&Chunks::new(sources, options));
    }
    FILE.with_borrow(|file| {
        fs::write(file.path(), bytes).expect("the file takes it all");
        work(&Chunks::new(sources(file.path()), options))
    })
}

/// The whole content, decompressed where the bytes are so; and what went wrong.
pub fn content(bytes: &[u8], how: How) -> (Vec<u8>, Vec<String>) {
    with_chunks(bytes, how, |chunks| {
        let (content, errors) = all_of(chunks);
        if how.is_pipe {
            let again = chunks.again();
            assert_eq!(content, all_of(&again).0, "a second look shows the same");
        }
        (content, errors)
    })
}

fn all_of(chunks: &Chunks) -> (Vec<u8>, Vec<String>) {
    let (mut content, mut errors) = (Vec::new(), Vec::new());
    let mut ended = false;
    let mut count = 0;
    while let Some(next) = chunks.next(Default::default()) {
        match next {
            Ok(chunk) => {
                assert!(!ended, "a chunk after the last one");
                assert_eq!(chunk.index, count, "chunks are counted without gaps");
                count += 1;
                ended = chunk.is_last;
                if !chunk.bytes.is_empty() {
                    assert_eq!(chunk.offset, content.len() as u64, "chunks leave no gaps");
                    let begins_a_line = content.last().is_none_or(|&byte| byte == b'\n');
                    assert!(begins_a_line, "chunks hold whole lines");
                    content.extend_from_slice(&chunk.bytes);
                }
            }
            Err(error) => errors.push(error.kind),
        }
    }
    assert!(ended, "no last chunk");
    (content, errors.iter().map(|error| format!("{error:?}")).collect())
}

/// What completes stamps that do not say everything.
pub fn reference() -> Reference {
    let latest = Timestamp::from_nanoseconds(1_795_370_400_000_000_000);
    Reference { latest, time_zone: TimeZone::UTC, slack: Reference::SURE }
}

/// Reads everything and shows each record to the visitor.
pub fn pass<V: Visit>(
    bytes: &[u8],
    how: How,
    search: Option<&Search>,
    lines: &LineTable,
    visitor: &V,
) -> ReadOutcome {
    let info = SourceInfo {
        service_name: Some(b"file".to_vec()),
        reference: reference(),
        midnights: None,
    };
    let plan = ReadPlan {
        patterns: &[],
        sources: &[info],
        detail: Detail::Attributes,
        search,
        keys: &UserKeys::default(),
        primed_bytes: how.primed_bytes,
        number_lines: true,
        threads: 1,
    };
    with_chunks(bytes, how, |chunks| read(chunks, &plan, lines, visitor))
}
