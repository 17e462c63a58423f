//! The room as a whole: every way of reading the same bytes gives the same chunks.

#![allow(clippy::unwrap_used)]

use super::*;
use proptest::prelude::*;
use std::fs;
use std::sync::Mutex;
use tempfile::TempDir;

mod growing;
#[cfg(unix)]
mod pipes;

/// Reads everything with some threads: the chunks in order, and the errors' messages.
fn read(chunks: &Chunks, threads: usize) -> (Vec<Chunk>, Vec<String>) {
    let gathered = Mutex::new((Vec::new(), Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut buffer = Buffer::default();
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
            let is_cut = (bytes.len() as u64).is_multiple_of(max_line);
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

/// The chunks of one source, its bytes and the errors' messages.
fn read_one(input: Input, options: ReadOptions) -> (Vec<Chunk>, Vec<u8>, Vec<String>) {
    let (chunks, errors) = read(&chunks_of(&[input], options), 3);
    let bytes = joined(&chunks, MAX_LINE);
    (chunks, bytes, errors)
}

/// The chunks by the rule's definition: line by line, by the window in which each begins.
fn by_definition(bytes: &[u8], chunk_size: u64, max_line: u64) -> Vec<Vec<u8>> {
    let count = (bytes.len() as u64).div_ceil(chunk_size).max(1);
    let mut chunks = vec![Vec::new(); count as usize];
    let mut start = 0;
    for end in 1..=bytes.len() {
        let length_at_cut =
            (end as u64).is_multiple_of(max_line) && end as u64 - start as u64 >= max_line;
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
            let (mut read, errors) = read(&chunks, 2);
            prop_assert!(errors.is_empty(), "{errors:?}");
            for chunk in &mut read {
                let before = chunk.bytes.to_vec();
                drop(chunk.release());
                chunk.fetch();
                prop_assert_eq!(&before[..], &chunk.bytes[..], "let go, and fetched again");
            }
            let mut count = 0;
            for of_source in read.chunk_by(|one, other| one.source == other.source) {
                prop_assert_eq!(&joined(of_source, max_line), &bytes);
                let found: Vec<&[u8]> = of_source.iter().map(|chunk| &chunk.bytes[..]).collect();
                prop_assert_eq!(&found, &expected, "source {}", count);
                let plain = &read[..of_source.len()];
                prop_assert!(of_source.iter().zip(plain).all(|(one, other)| one.offset == other.offset));
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

/// Twenty thousand lines, 300 kB.
fn long_log() -> Vec<u8> {
    (0..20_000).flat_map(|number| format!("line {number:09}\n").into_bytes()).collect()
}

#[test]
fn empty_files_and_files_without_a_final_newline_are_read() {
    let directory = tempfile::tempdir().unwrap();
    for text in [&b""[..], b"\n", b"a", b"a\n", b"a\nb"] {
        let mut all = vec![text.to_vec()];
        all.extend(Compression::ALL.map(|compression| compression.compress(text)));
        for stored in all {
            for chunk_size in [1, 2, 3, 64] {
                let input = written(&directory, "a.log", &stored);
                let (chunks, bytes, errors) = read_one(input, options(chunk_size));
                assert_eq!(bytes, text);
                assert_eq!(chunks.len(), text.len().div_ceil(chunk_size).max(1));
                assert!(errors.is_empty());
            }
        }
    }
}

#[test]
fn an_empty_file_can_be_read_again() {
    let directory = tempfile::tempdir().unwrap();
    let input = written(&directory, "a", b"");
    let chunks = chunks_of(std::slice::from_ref(&input), options(64));
    for _ in 0..2 {
        let (read, errors) = read(&chunks.again(), 1);
        assert!(read.len() == 1 && errors.is_empty(), "{errors:?}");
        while chunks.next(Buffer::default()).is_some() {}
        written(&directory, "a", b"grown\n");
    }
    assert_eq!(joined(&read(&chunks.again(), 1).0, MAX_LINE), b"");
}

#[test]
fn four_threads_share_many_sources_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let text = long_log();
    let inputs: Vec<Input> = (0..6)
        .map(|number| match Compression::ALL.get(number) {
            Some(format) => written(&directory, &format.to_string(), &format.compress(&text)),
            None => written(&directory, "plain", &text),
        })
        .collect();
    let chunks = chunks_of(&inputs, options(4096));
    let (read, errors) = read(&chunks, 4);
    assert!(errors.is_empty(), "{errors:?}");
    for of_source in read.chunk_by(|one, other| one.source == other.source) {
        assert!(joined(of_source, MAX_LINE) == text);
        assert_eq!(of_source.len(), text.len().div_ceil(4096));
    }
    assert_eq!(read.iter().filter(|chunk| chunk.is_last).count(), 6);
    let progress = chunks.progress();
    assert_eq!(Some(progress.read), progress.total);
}

#[test]
fn one_thread_gets_the_chunks_in_order() {
    let directory = tempfile::tempdir().unwrap();
    let inputs = [written(&directory, "a", &long_log()), written(&directory, "b", b"1\n2\n")];
    let chunks = chunks_of(&inputs, options(10_000));
    let mut before = None;
    while let Some(chunk) = chunks.next(Buffer::default()) {
        let chunk = chunk.unwrap();
        let place = Some((chunk.source, chunk.index));
        assert!(before < place);
        before = place;
    }
}

#[test]
fn a_compressed_file_cut_short_gives_what_is_there_and_says_where() {
    let directory = tempfile::tempdir().unwrap();
    let text = long_log();
    let good = written(&directory, "good.log", b"good\n");
    for compression in Compression::ALL {
        let mut stored = compression.compress(&text[..200_000]);
        stored.extend(compression.compress(&text[200_000..]));
        stored.truncate(stored.len() - 100);
        let cut = written(&directory, "cut.log", &stored);
        let chunks = chunks_of(&[cut, good.clone()], options(4096));
        let (read, errors) = read(&chunks, 2);
        let (of_cut, of_good) = read.split_at(read.len() - 1);
        let bytes = joined(of_cut, MAX_LINE);
        assert!(text.starts_with(&bytes));
        assert!(bytes.len() >= 200_000, "{compression}: {}", bytes.len());
        assert_eq!(of_good[0].bytes, b"good\n");
        let end = format!(
            "cut.log: {compression} data ends early, after {} decompressed bytes",
            bytes.len()
        );
        assert!(errors.len() == 1 && errors[0].ends_with(&end), "{errors:?}, not {end}");
    }
}

#[test]
fn a_damaged_gzip_keeps_what_comes_before_the_damage() {
    let directory = tempfile::tempdir().unwrap();
    let text = long_log();
    let mut stored = Compression::Gzip.compress(&text);
    let middle = stored.len() / 2;
    stored[middle..middle + 50].fill(0xff);
    let input = written(&directory, "a.gz", &stored);
    let (_, bytes, errors) = read_one(input, options(1 << 20));
    assert!(text.starts_with(&bytes[..100_000]));
    assert!(errors.len() == 1 && errors[0].contains("gzip data is damaged after"), "{errors:?}");
}

#[test]
fn archives_are_refused_also_inside_compressed_files() {
    let directory = tempfile::tempdir().unwrap();
    let mut tar = vec![b'x'; 1000];
    tar[257..262].copy_from_slice(b"ustar");
    let table = [
        (b"PK\x03\x04rest".to_vec(), "zip archives are not read"),
        (tar.clone(), "tar archives are not read"),
        (Compression::Gzip.compress(&tar), "tar archives are not read"),
    ];
    for (stored, message) in table {
        let (chunks, bytes, errors) = read_one(written(&directory, "logs", &stored), options(64));
        assert!(bytes.is_empty() && chunks.len() == 1);
        assert!(errors.len() == 1 && errors[0].ends_with(message), "{errors:?}");
    }
}

#[test]
fn a_line_longer_than_many_chunks_is_one_chunk() {
    let directory = tempfile::tempdir().unwrap();
    let mut text = b"first\n".to_vec();
    text.resize(3_000_000, b'x');
    text.extend_from_slice(b"\nlast\n");
    for stored in [text.clone(), Compression::Zstd.compress(&text)] {
        let (chunks, bytes, errors) = read_one(written(&directory, "a", &stored), options(1000));
        assert!(bytes == text && errors.is_empty());
        assert_eq!(chunks.len(), 3001);
        assert!(chunks[1..3000].iter().all(|chunk| chunk.bytes.is_empty()));
    }
}

#[test]
fn a_file_that_shrinks_ends_early_with_one_warning() {
    let directory = tempfile::tempdir().unwrap();
    let input = written(&directory, "a", &long_log());
    let chunks = chunks_of(std::slice::from_ref(&input), options(1000));
    let first = chunks.next(Buffer::default()).unwrap().unwrap();
    assert_eq!(first.offset, 0);
    if let Input::Path(path) = &input {
        fs::OpenOptions::new().write(true).open(path).unwrap().set_len(2000).unwrap();
    }
    let (mut read, errors) = read(&chunks, 2);
    read.insert(0, first);
    assert_eq!(joined(&read, MAX_LINE), &long_log()[..2000]);
    assert_eq!(errors.len(), 1);
    assert!(errors[0].ends_with("ends at byte 2000 of 300000"), "{errors:?}");
}

#[test]
fn a_file_that_grows_is_read_to_its_first_size() {
    use std::io::Write;
    let directory = tempfile::tempdir().unwrap();
    let input = written(&directory, "a", b"one\ntwo\n");
    let chunks = chunks_of(std::slice::from_ref(&input), options(4));
    let first = chunks.next(Buffer::default()).unwrap().unwrap();
    if let Input::Path(path) = &input {
        fs::OpenOptions::new().append(true).open(path).unwrap().write_all(b"three\n").unwrap();
    }
    for (chunks, first) in [(&chunks, Some(first)), (&chunks.again(), None)] {
        let (rest, errors) = read(chunks, 1);
        let all: Vec<Chunk> = first.into_iter().chain(rest).collect();
        assert_eq!(joined(&all, MAX_LINE), b"one\ntwo\n");
        assert!(errors.is_empty());
    }
}

#[test]
fn a_file_that_goes_before_its_turn_is_an_error_and_an_empty_last_chunk() {
    let directory = tempfile::tempdir().unwrap();
    let inputs = [written(&directory, "a", b"1\n"), written(&directory, "b", b"2\n")];
    let chunks = chunks_of(&inputs, options(64));
    fs::remove_file(directory.path().join("a")).unwrap();
    let (read, errors) = read(&chunks, 2);
    assert_eq!(read.len(), 2);
    assert!(read[0].is_last && read[0].bytes.is_empty());
    assert_eq!(read[1].bytes, b"2\n");
    assert!(errors.len() == 1 && errors[0].ends_with("a: no such file or directory"));
}
