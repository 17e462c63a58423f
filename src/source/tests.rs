//! The room as a whole: every way of reading the same bytes gives the same chunks.

#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;
use std::fs;
use std::sync::Mutex;
use tempfile::TempDir;

/// Reads everything with some threads: the chunks in order, and the errors' messages.
fn read(chunks: &Chunks, threads: usize) -> (Vec<Chunk>, Vec<String>) {
    let gathered = Mutex::new((Vec::new(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut buffer = vec![b'?'; 10];
                while let Some(next) = chunks.next(std::mem::take(&mut buffer)) {
                    let mut gathered = gathered.lock().unwrap();
                    match next {
                        Ok(chunk) => gathered.0.push(chunk),
                        Err(error) => gathered.1.push(error.to_string()),
                    }
                }
            });
        }
    });
    let (mut chunks, errors) = gathered.into_inner().unwrap();
    chunks.sort_by_key(|chunk| (chunk.source, chunk.index));
    (chunks, errors)
}

/// What is promised of the chunks of one source: gives their bytes back.
fn joined(chunks: &[Chunk], max_line: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (index, chunk) in chunks.iter().enumerate() {
        assert_eq!(chunk.index as usize, index, "no gap");
        assert_eq!(chunk.is_last, index + 1 == chunks.len(), "one last chunk: {chunks:?}");
        if !chunk.bytes.is_empty() {
            assert_eq!(chunk.offset, bytes.len() as u64, "{chunks:?}");
            bytes.extend_from_slice(&chunk.bytes);
            let is_cut = bytes.len() as u64 % max_line == 0;
            assert!(chunk.bytes.ends_with(b"\n") || is_cut || is_end(chunks, index));
        }
    }
    assert!(!chunks.is_empty(), "even an empty source has a last chunk");
    bytes
}

fn is_end(chunks: &[Chunk], index: usize) -> bool {
    chunks[index + 1..].iter().all(|chunk| chunk.bytes.is_empty())
}

fn options(chunk_size: usize) -> ReadOptions {
    ReadOptions { chunk_size, ..ReadOptions::default() }
}

fn written(directory: &TempDir, name: &str, bytes: &[u8]) -> Input {
    let path = directory.path().join(name);
    fs::write(&path, bytes).unwrap();
    Input::Path(path)
}

fn sources(inputs: &[Input]) -> Vec<Source> {
    let (sources, errors) = expand(inputs);
    assert!(errors.is_empty(), "{errors:?}");
    sources
}

fn chunks_of(inputs: &[Input], options: ReadOptions) -> Chunks {
    Chunks::new(sources(inputs), options)
}

/// A pipe that holds `bytes`, as an input by the name that process substitution gives it.
#[cfg(unix)]
fn piped(bytes: &[u8]) -> (Input, std::io::PipeReader) {
    use std::io::Write;
    let (reader, mut writer) = std::io::pipe().unwrap();
    let bytes = bytes.to_vec();
    std::thread::spawn(move || writer.write_all(&bytes));
    (descriptor(&reader), reader)
}

#[cfg(unix)]
fn descriptor(reader: &std::io::PipeReader) -> Input {
    use std::os::fd::AsRawFd;
    Input::Path(format!("/dev/fd/{}", reader.as_raw_fd()).into())
}

/// The chunks by the rule's definition: line by line, by the window in which each begins.
fn by_definition(bytes: &[u8], chunk_size: u64, max_line: u64) -> Vec<Vec<u8>> {
    let count = (bytes.len() as u64).div_ceil(chunk_size).max(1);
    let mut chunks = vec![Vec::new(); count as usize];
    let mut start = 0;
    for end in 1..=bytes.len() {
        let length_at_cut = end as u64 % max_line == 0 && end as u64 - start as u64 >= max_line;
        if bytes[end - 1] == b'\n' || end == bytes.len() || length_at_cut {
            chunks[start / chunk_size as usize].extend_from_slice(&bytes[start..end]);
            start = end;
        }
    }
    chunks
}

/// Bytes of which many are newlines, and some lines long.
fn logs() -> impl Strategy<Value = Vec<u8>> {
    let line = prop_oneof![
        4 => prop::collection::vec(b'a'..b'd', 0..12),
        1 => prop::collection::vec(b'x'..b'z', 0..200),
    ];
    (prop::collection::vec(line, 0..20), any::<bool>()).prop_map(|(lines, ends)| {
        let mut bytes = lines.join(&b'\n');
        if ends {
            bytes.push(b'\n');
        }
        bytes
    })
}

fn chunk_sizes() -> impl Strategy<Value = usize> {
    prop_oneof![Just(1), Just(7), Just(64), 2..100usize, Just(1 << 20)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn every_way_of_reading_gives_the_same_chunks(
        bytes in logs(),
        chunk_size in chunk_sizes(),
        max_line in prop_oneof![Just(MAX_LINE), Just(100), Just(64), Just(150)],
    ) {
        let directory = tempfile::tempdir().unwrap();
        let mut inputs = vec![written(&directory, "plain", &bytes)];
        for compression in Compression::ALL {
            let compressed = compression.compress(&bytes);
            inputs.push(written(&directory, &compression.to_string(), &compressed));
        }
        #[cfg(unix)]
        let (input, _reader) = piped(&bytes);
        #[cfg(unix)]
        inputs.push(input);
        let options = ReadOptions { keep: true, ..options(chunk_size) };
        let mut chunks = Chunks::with_max_line(sources(&inputs), options, max_line);
        let expected =
            by_definition(&bytes, (chunk_size as u64).min(max_line), max_line);
        for _ in 0..2 {
            let (read, errors) = read(&chunks, 2);
            prop_assert!(errors.is_empty(), "{errors:?}");
            let mut count = 0;
            for of_source in read.chunk_by(|one, other| one.source == other.source) {
                prop_assert_eq!(&joined(of_source, max_line), &bytes);
                let found: Vec<&[u8]> = of_source.iter().map(|chunk| &chunk.bytes[..]).collect();
                prop_assert_eq!(&found, &expected, "source {}", count);
                count += 1;
            }
            prop_assert_eq!(count, inputs.len());
            chunks = chunks.again();
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_live_stream_gives_all_lines_uncut(bytes in logs(), chunk_size in chunk_sizes()) {
        let (input, _reader) = piped(&bytes);
        let options = ReadOptions { live: true, ..options(chunk_size) };
        let chunks = Chunks::with_max_line(sources(&[input]), options, 100);
        let (read, errors) = read(&chunks, 2);
        prop_assert!(errors.is_empty());
        prop_assert_eq!(&joined(&read, 100), &bytes);
        let found: Vec<&[u8]> =
            read.iter().flat_map(|chunk| lines(&chunk.bytes).map(|(_, line)| line)).collect();
        let whole = by_definition(&bytes, 100, 100);
        let expected: Vec<&[u8]> =
            whole.iter().flat_map(|chunk| lines(chunk).map(|(_, line)| line)).collect();
        prop_assert_eq!(found, expected);
    }
}
