//! Pipes: live and not, kept and not, and threads that wait for them.

use super::*;
use std::io::Write;
use std::time::{Duration, Instant};

#[test]
fn small_writes_are_gathered_to_full_chunks() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let chunks = chunks_of(&[descriptor(&reader)], options(1000));
    std::thread::spawn(move || {
        for _ in 0..500 {
            writer.write_all(b"abc\n").unwrap();
        }
    });
    let first = chunks.next(Buffer::default()).unwrap().unwrap();
    assert_eq!((first.bytes.len(), first.is_last), (1000, false));
    drop(reader);
    let last = chunks.next(Buffer::default()).unwrap().unwrap();
    assert_eq!((last.bytes.len(), last.is_last), (1000, true));
    assert!(chunks.next(Buffer::default()).is_none());
}

#[test]
fn a_live_pipe_gives_whole_lines_then_quiet_then_the_rest_at_the_end() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let live = ReadOptions { live: true, ..ReadOptions::default() };
    let chunks = chunks_of(&[descriptor(&reader)], live);
    writer.write_all(b"one\ntwo\nthr").unwrap();
    let began = Instant::now();
    let take = || chunks.next(Buffer::default()).unwrap().unwrap();
    let first = take();
    assert_eq!(first.bytes, b"one\ntwo\n");
    let quiet = take();
    assert!(quiet.is_quiet && quiet.bytes.is_empty() && quiet.index == 1);
    assert!(began.elapsed() >= Duration::from_millis(150));
    // Once only: the next thing is the next line.
    let ending = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        writer.write_all(b"ee\nfour").unwrap();
        writer
    });
    let third = take();
    assert_eq!((&third.bytes[..], third.is_quiet, third.offset), (&b"three\n"[..], false, 8));
    drop((ending.join().unwrap(), reader));
    let last = take();
    assert_eq!((&last.bytes[..], last.is_last, last.index), (&b"four"[..], true, 3));
    assert!(chunks.next(Buffer::default()).is_none());
}

#[test]
fn one_thread_follows_several_live_pipes() {
    let (one, mut to_one) = std::io::pipe().unwrap();
    let (two, mut to_two) = std::io::pipe().unwrap();
    let live = ReadOptions { live: true, ..ReadOptions::default() };
    let chunks = chunks_of(&[descriptor(&one), descriptor(&two)], live);
    let expect = |to: &mut std::io::PipeWriter, source| {
        to.write_all(b"line\n").unwrap();
        loop {
            let chunk = chunks.next(Buffer::default()).unwrap().unwrap();
            if !chunk.is_quiet {
                return assert_eq!((chunk.source, &chunk.bytes[..]), (source, &b"line\n"[..]));
            }
        }
    };
    expect(&mut to_two, SourceId(1));
    expect(&mut to_one, SourceId(0));
    expect(&mut to_two, SourceId(1));
}

#[test]
fn a_pipe_may_be_compressed_and_is_read_a_second_time_when_kept() {
    let text = long_log();
    for live in [false, true] {
        let (input, reader) = piped(&Compression::Gzip.compress(&text));
        let options = ReadOptions { chunk_size: 5000, live, keep: true, ..ReadOptions::default() };
        let chunks = chunks_of(&[input], options);
        let (first, errors) = read(&chunks, 2);
        drop(reader);
        assert!(errors.is_empty() && joined(&first, MAX_LINE) == text);
        let (second, errors) = read(&chunks.again(), 2);
        assert!(errors.is_empty() && joined(&second, MAX_LINE) == text);
        let indexes = |chunks: &[Chunk]| -> Vec<(u32, usize)> {
            chunks.iter().map(|chunk| (chunk.index, chunk.bytes.len())).collect()
        };
        assert_eq!(indexes(&first), indexes(&second));
    }
}

#[test]
fn a_pipe_that_was_not_kept_cannot_be_read_again() {
    let (input, reader) = piped(b"gone\n");
    let chunks = chunks_of(&[input], options(64));
    assert_eq!(joined(&read(&chunks, 1).0, MAX_LINE), b"gone\n");
    drop(reader);
    let (second, errors) = read(&chunks.again(), 1);
    assert!(second.len() == 1 && second[0].is_last && second[0].bytes.is_empty());
    assert!(errors[0].ends_with("cannot be read a second time"), "{errors:?}");
}

#[test]
fn a_named_pipe_is_a_stream() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("fifo");
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    let sources = sources(&[Input::Path(path.clone())]);
    assert_eq!((sources[0].size, sources[0].modified), (None, None));
    let writing = std::thread::spawn(move || fs::write(path, b"a\nb\n").unwrap());
    let (read, errors) = read(&Chunks::new(sources, options(2)), 2);
    writing.join().unwrap();
    assert!(errors.is_empty());
    assert_eq!(joined(&read, MAX_LINE), b"a\nb\n");
}

#[test]
fn stopping_wakes_a_thread_that_waits_for_a_pipe() {
    for live in [false, true] {
        let (reader, _writer) = std::io::pipe().unwrap();
        let chunks = chunks_of(&[descriptor(&reader)], ReadOptions { live, ..options(64) });
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| assert!(chunks.next(Buffer::default()).is_none()));
            }
            std::thread::sleep(Duration::from_millis(30));
            chunks.stop();
        });
    }
}

#[test]
fn a_stream_that_another_thread_waits_for_is_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    let inputs = [descriptor(&reader), written(&directory, "a", b"here\n")];
    let chunks = chunks_of(&inputs, options(64));
    let (sender, taken) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            let sender = sender.clone();
            scope.spawn(|| {
                let sender = sender;
                sender.send(chunks.next(Buffer::default()).unwrap().unwrap()).unwrap();
            });
        }
        // One of the two waits for the pipe, whichever came first.
        assert_eq!(taken.recv().unwrap().bytes, b"here\n");
        drop((writer, reader));
        assert!(taken.recv().unwrap().is_last);
    });
}
