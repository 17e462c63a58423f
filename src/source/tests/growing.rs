//! Files that are followed: they grow, shrink, and are replaced.

use super::*;
use std::io::Write;

const FOLLOW: ReadOptions =
    ReadOptions { chunk_size: 1 << 18, live: true, follow: true, keep: false };

/// The next bytes, whatever quiet lies before them.
fn next_bytes(chunks: &Chunks) -> Vec<u8> {
    loop {
        let chunk = chunks.next(Buffer::default()).unwrap().unwrap();
        assert!(!chunk.is_last, "a followed file has no end");
        if !chunk.bytes.is_empty() {
            return chunk.bytes.to_vec();
        }
    }
}

fn append(path: &std::path::Path, bytes: &[u8]) {
    let mut file = fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
    file.write_all(bytes).unwrap();
}

#[test]
fn a_followed_file_gives_what_is_appended_to_it() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("a.log");
    let chunks = chunks_of(&[written(&directory, "a.log", b"one\ntw")], FOLLOW);
    assert_eq!(next_bytes(&chunks), b"one\n");
    append(&path, b"o\n");
    assert_eq!(next_bytes(&chunks), b"two\n");
}

#[test]
fn an_empty_file_is_followed_too() {
    let directory = TempDir::new().unwrap();
    let chunks = chunks_of(&[written(&directory, "a.log", b"")], FOLLOW);
    let path = directory.path().join("a.log");
    let writing = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(60));
        append(&path, b"first\n");
        directory
    });
    assert_eq!(next_bytes(&chunks), b"first\n");
    writing.join().unwrap();
}

#[test]
fn a_file_that_is_cut_short_is_read_from_its_beginning() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("a.log");
    let chunks = chunks_of(&[written(&directory, "a.log", b"one\nbegun")], FOLLOW);
    assert_eq!(next_bytes(&chunks), b"one\n");
    fs::write(&path, b"new\n").unwrap();
    // What was begun and can no more be ended is a line of its own.
    let mut bytes = next_bytes(&chunks);
    if bytes == b"begun\n" {
        bytes.extend(next_bytes(&chunks));
    }
    assert_eq!(bytes, b"begun\nnew\n");
}

#[cfg(unix)]
#[test]
fn of_a_rotated_file_the_rest_is_read_before_the_new_one() {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("a.log");
    let chunks = chunks_of(&[written(&directory, "a.log", b"one\n")], FOLLOW);
    assert_eq!(next_bytes(&chunks), b"one\n");
    let old = directory.path().join("a.log.1");
    fs::rename(&path, &old).unwrap();
    append(&old, b"two\nthree");
    fs::write(&path, b"four\n").unwrap();
    let mut bytes = Vec::new();
    while !bytes.ends_with(b"four\n") {
        bytes.extend(next_bytes(&chunks));
    }
    assert_eq!(bytes, b"two\nthree\nfour\n");
}

#[test]
fn a_compressed_file_ends_though_it_is_followed() {
    let directory = TempDir::new().unwrap();
    let input = written(&directory, "a.log.gz", &Compression::Gzip.compress(b"one\n"));
    let (_, bytes, errors) = read_one(input, FOLLOW);
    assert_eq!((&bytes[..], errors), (&b"one\n"[..], Vec::new()));
}
