//! Bytes to lines. A line is what stands between two newlines, and nothing more is known of it.

use memchr::{Memchr, memchr_iter};

/// The lines of `bytes` with the offset of each one's first byte within `bytes`.
///
/// A line excludes its `\n`; a `\r` before it stays. The last line needs no newline, and a newline
/// at the very end opens no further line, so that the lines of a source's chunks, one chunk after
/// the other, are the lines of the source.
pub fn lines(bytes: &[u8]) -> Lines<'_> {
    Lines { bytes, start: 0, newlines: memchr_iter(b'\n', bytes) }
}

/// The iterator made by [`lines`].
#[derive(Clone, Debug)]
pub struct Lines<'a> {
    bytes: &'a [u8],
    start: usize,
    newlines: Memchr<'a>,
}

impl<'a> Iterator for Lines<'a> {
    type Item = (usize, &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let start = self.start;
        match self.newlines.next() {
            Some(newline) => {
                self.start = newline + 1;
                Some((start, &self.bytes[start..newline]))
            }
            None if start < self.bytes.len() => {
                self.start = self.bytes.len();
                Some((start, &self.bytes[start..]))
            }
            None => None,
        }
    }
}

impl std::iter::FusedIterator for Lines<'_> {}

#[cfg(test)]
mod tests {
    use super::lines;

    type Case<'a> = (&'a [u8], &'a [(usize, &'a [u8])]);

    #[test]
    fn lines_exclude_the_newline_and_keep_the_carriage_return() {
        let table: [Case<'_>; 6] = [
            (b"", &[]),
            (b"\n", &[(0, b"")]),
            (b"a", &[(0, b"a")]),
            (b"a\n", &[(0, b"a")]),
            (b"a\r\n\nb", &[(0, b"a\r"), (3, b""), (4, b"b")]),
            (b"\n\n", &[(0, b""), (1, b"")]),
        ];
        for (bytes, expected) in table {
            assert_eq!(lines(bytes).collect::<Vec<_>>(), expected, "{bytes:?}");
        }
    }
}
