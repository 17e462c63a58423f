//! Decompression, chosen by the first bytes of the data and never by a file's name.
//!
//! Each decoder goes on over members, frames or streams that follow one another, as `cat a.gz b.gz`
//! makes them, and reports data that ends in the middle as [`io::ErrorKind::UnexpectedEof`].

use std::fmt;
use std::io::{self, BufRead, Read};

/// A compression that is undone while reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// gzip (RFC 1952), any number of members.
    Gzip,
    /// Zstandard (RFC 8878), any number of frames.
    Zstd,
    /// bzip2, any number of streams.
    Bzip2,
    /// xz, any number of streams.
    Xz,
    /// LZ4 frames, any number.
    Lz4,
}

/// What the first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recognition {
    /// Compressed so.
    Compressed(Compression),
    /// Not compressed in any way known here.
    Plain,
    /// Too few bytes to tell.
    Undecided,
}

/// A pattern of first bytes: each byte's lowest and highest value.
type Magic = &'static [(u8, u8)];

const GZIP: Magic = &[(0x1f, 0x1f), (0x8b, 0x8b), (8, 8)];
const ZSTD: Magic = &[(0x28, 0x28), (0xb5, 0xb5), (0x2f, 0x2f), (0xfd, 0xfd)];
/// A skippable frame, with which pzstd begins (RFC 8878, section 3.1.2).
const ZSTD_SKIPPABLE: Magic = &[(0x50, 0x5f), (0x2a, 0x2a), (0x4d, 0x4d), (0x18, 0x18)];
/// `BZh`, the block size, and the first bytes of a block header: text may well begin with "BZh1".
const BZIP2: Magic =
    &[(b'B', b'B'), (b'Z', b'Z'), (b'h', b'h'), (b'1', b'9'), (0x31, 0x31), (0x41, 0x41)];
/// The same of a stream without blocks.
const BZIP2_EMPTY: Magic =
    &[(b'B', b'B'), (b'Z', b'Z'), (b'h', b'h'), (b'1', b'9'), (0x17, 0x17), (0x72, 0x72)];
const XZ: Magic = &[(0xfd, 0xfd), (b'7', b'7'), (b'z', b'z'), (b'X', b'X'), (b'Z', b'Z'), (0, 0)];
const LZ4: Magic = &[(0x04, 0x04), (0x22, 0x22), (0x4d, 0x4d), (0x18, 0x18)];

const MAGICS: [(Magic, Compression); 7] = [
    (GZIP, Compression::Gzip),
    (ZSTD, Compression::Zstd),
    (ZSTD_SKIPPABLE, Compression::Zstd),
    (BZIP2, Compression::Bzip2),
    (BZIP2_EMPTY, Compression::Bzip2),
    (XZ, Compression::Xz),
    (LZ4, Compression::Lz4),
];

impl Compression {
    /// What data beginning with `head` is.
    pub(crate) fn recognise(head: &[u8]) -> Recognition {
        let mut undecided = false;
        for (magic, compression) in MAGICS {
            let agrees =
                magic.iter().zip(head).all(|(&(low, high), byte)| (low..=high).contains(byte));
            if agrees && head.len() >= magic.len() {
                return Recognition::Compressed(compression);
            }
            undecided |= agrees;
        }
        if undecided { Recognition::Undecided } else { Recognition::Plain }
    }

    /// A reader of the decompressed bytes of `compressed`.
    pub(crate) fn decoder<R>(self, compressed: R) -> io::Result<Box<dyn Read + Send>>
    where
        R: BufRead + Send + 'static,
    {
        Ok(match self {
            Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(compressed)),
            Compression::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(compressed)?;
                // `zstd --long=31` is the most that the format's own tool writes.
                let longest = if cfg!(target_pointer_width = "64") { 31 } else { 30 };
                decoder.window_log_max(longest)?;
                Box::new(decoder)
            }
            Compression::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(compressed)),
            Compression::Xz => Box::new(liblzma::bufread::XzDecoder::new_multi_decoder(compressed)),
            Compression::Lz4 => Box::new(Lz4Frames::new(compressed)),
        })
    }
}

impl fmt::Display for Compression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
            Compression::Bzip2 => "bzip2",
            Compression::Xz => "xz",
            Compression::Lz4 => "lz4",
        })
    }
}

/// Reads LZ4 frame after frame.
///
/// The decoder underneath stops after each frame, and takes data that ends between two blocks of a
/// frame for a good end. So the reader below it remembers whether it was asked for bytes that were
/// not there: inside a frame that is never right.
struct Lz4Frames<R: BufRead> {
    decoder: lz4_flex::frame::FrameDecoder<EndNoting<R>>,
}

struct EndNoting<R> {
    inner: R,
    ended: bool,
}

impl<R: Read> Read for EndNoting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        self.ended |= length == 0 && !buffer.is_empty();
        Ok(length)
    }
}

impl<R: BufRead> Lz4Frames<R> {
    fn new(compressed: R) -> Lz4Frames<R> {
        let inner = EndNoting { inner: compressed, ended: false };
        Lz4Frames { decoder: lz4_flex::frame::FrameDecoder::new(inner) }
    }
}

impl<R: BufRead> Read for Lz4Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let length = self.decoder.read(buffer)?;
            if length > 0 {
                return Ok(length);
            }
            let compressed = self.decoder.get_mut();
            if compressed.ended {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            if compressed.inner.fill_buf()?.is_empty() {
                return Ok(0);
            }
        }
    }
}

#[cfg(test)]
impl Compression {
    /// All of them.
    pub(crate) const ALL: [Compression; 5] = [
        Compression::Gzip,
        Compression::Zstd,
        Compression::Bzip2,
        Compression::Xz,
        Compression::Lz4,
    ];

    /// `bytes` compressed: one member, frame or stream.
    #[allow(clippy::unwrap_used)]
    pub(crate) fn compress(self, bytes: &[u8]) -> Vec<u8> {
        use std::io::Write;
        let mut compressed = Vec::new();
        match self {
            Compression::Gzip => {
                let level = flate2::Compression::fast();
                flate2::read::GzEncoder::new(bytes, level).read_to_end(&mut compressed).unwrap();
            }
            Compression::Zstd => {
                let mut encoder = zstd::Encoder::new(&mut compressed, 1).unwrap();
                // As the format's own tool does.
                encoder.include_checksum(true).unwrap();
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap();
            }
            Compression::Bzip2 => {
                let level = bzip2::Compression::fast();
                bzip2::read::BzEncoder::new(bytes, level).read_to_end(&mut compressed).unwrap();
            }
            Compression::Xz => {
                liblzma::read::XzEncoder::new(bytes, 0).read_to_end(&mut compressed).unwrap();
            }
            Compression::Lz4 => {
                let info = lz4_flex::frame::FrameInfo::new().content_checksum(true);
                let mut encoder =
                    lz4_flex::frame::FrameEncoder::with_frame_info(info, &mut compressed);
                encoder.write_all(bytes).unwrap();
                encoder.finish().unwrap();
            }
        }
        compressed
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn decompress(compression: Compression, bytes: Vec<u8>) -> (Vec<u8>, io::Result<()>) {
        let mut decoder = compression.decoder(io::Cursor::new(bytes)).unwrap();
        let (mut decompressed, mut piece) = (Vec::new(), [0; 100]);
        loop {
            match decoder.read(&mut piece) {
                Ok(0) => return (decompressed, Ok(())),
                Ok(length) => decompressed.extend_from_slice(&piece[..length]),
                Err(error) => return (decompressed, Err(error)),
            }
        }
    }

    #[test]
    fn each_compression_is_recognised_by_its_first_bytes() {
        for compression in Compression::ALL {
            for text in [&b""[..], b"some text\n"] {
                let compressed = compression.compress(text);
                assert_eq!(
                    Compression::recognise(&compressed),
                    Recognition::Compressed(compression),
                    "{compression}"
                );
                assert_eq!(Compression::recognise(&compressed[..1]), Recognition::Undecided);
            }
        }
    }

    #[test]
    fn text_is_not_taken_for_compressed() {
        for text in ["BZh1 is a name\n", "(\u{b5}", "{}", "P*x", "2026-11-22"] {
            assert_eq!(Compression::recognise(text.as_bytes()), Recognition::Plain, "{text}");
        }
        assert_eq!(Compression::recognise(b"BZh"), Recognition::Undecided);
    }

    #[test]
    fn members_that_follow_one_another_are_all_read() {
        for compression in Compression::ALL {
            let mut bytes = compression.compress(b"one\n");
            bytes.extend(compression.compress(b""));
            bytes.extend(compression.compress(b"two\n"));
            let (decompressed, end) = decompress(compression, bytes);
            assert_eq!(decompressed, b"one\ntwo\n", "{compression}");
            assert!(end.is_ok(), "{compression}: {end:?}");
        }
    }

    #[test]
    fn data_cut_short_anywhere_ends_early() {
        let text: Vec<u8> = (0..200).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
        for compression in Compression::ALL {
            let whole = compression.compress(&text);
            for length in 10..whole.len() {
                let (decompressed, end) = decompress(compression, whole[..length].to_vec());
                assert!(text.starts_with(&decompressed), "{compression} at {length}");
                let kind = end.err().map(|error| error.kind());
                assert_eq!(kind, Some(io::ErrorKind::UnexpectedEof), "{compression} at {length}");
            }
        }
    }

    #[test]
    fn damage_is_an_error_and_no_panic() {
        let text: Vec<u8> = (0..200).flat_map(|n| format!("line {n}\n").into_bytes()).collect();
        for compression in Compression::ALL {
            let whole = compression.compress(&text);
            for position in (6..whole.len()).step_by(7) {
                let mut damaged = whole.clone();
                damaged[position] ^= 0x55;
                let (decompressed, end) = decompress(compression, damaged);
                // Some bytes are never checked: a header's time and system.
                assert!(end.is_err() || decompressed == text, "{compression} at {position}");
            }
        }
    }
}
