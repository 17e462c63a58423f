//! Archives of many files, known by their first bytes so that the message can say what to do.
//!
//! They are not unpacked: which member is which source, and which of them are logs at all, is the
//! user's to say.

use std::fmt;

/// A container format that is recognised and refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveFormat {
    /// `tar`, also inside a compressed file.
    Tar,
    /// `zip` and its kin (`jar`, `docx`, …).
    Zip,
    /// `7z`.
    SevenZip,
    /// `rar`.
    Rar,
    /// `.Z` of the old `compress`.
    Compress,
}

/// Where the magic word of a tar header stands, and what it is (POSIX.1-1988 and GNU alike).
const TAR_MAGIC: (usize, &[u8]) = (257, b"ustar");

impl ArchiveFormat {
    /// How many first bytes [`ArchiveFormat::recognise`] wants to see.
    pub(crate) const HEAD: usize = TAR_MAGIC.0 + TAR_MAGIC.1.len();

    /// The archive format that a file beginning with `head` is in.
    pub(crate) fn recognise(head: &[u8]) -> Option<ArchiveFormat> {
        const MAGICS: [(&[u8], ArchiveFormat); 5] = [
            (b"PK\x03\x04", ArchiveFormat::Zip),
            (b"PK\x05\x06", ArchiveFormat::Zip),
            (b"7z\xbc\xaf\x27\x1c", ArchiveFormat::SevenZip),
            (b"Rar!\x1a\x07", ArchiveFormat::Rar),
            (b"\x1f\x9d", ArchiveFormat::Compress),
        ];
        if head.get(TAR_MAGIC.0..).is_some_and(|rest| rest.starts_with(TAR_MAGIC.1)) {
            return Some(ArchiveFormat::Tar);
        }
        MAGICS.iter().find(|(magic, _)| head.starts_with(magic)).map(|&(_, format)| format)
    }

    /// A command that unpacks it to standard output, for a hint.
    pub fn unpack_command(self) -> &'static str {
        match self {
            ArchiveFormat::Tar => "tar -xOf",
            ArchiveFormat::Zip => "unzip -p",
            ArchiveFormat::SevenZip => "7z x -so",
            ArchiveFormat::Rar => "unrar p -inul",
            ArchiveFormat::Compress => "uncompress -c",
        }
    }
}

impl fmt::Display for ArchiveFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ArchiveFormat::Tar => "tar",
            ArchiveFormat::Zip => "zip",
            ArchiveFormat::SevenZip => "7z",
            ArchiveFormat::Rar => "rar",
            ArchiveFormat::Compress => "compress",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::ArchiveFormat;

    #[test]
    fn archives_are_known_by_their_first_bytes() {
        let mut tar = vec![b'x'; ArchiveFormat::HEAD];
        tar[257..].copy_from_slice(b"ustar");
        let table: [(&[u8], Option<ArchiveFormat>); 5] = [
            (b"PK\x03\x04....", Some(ArchiveFormat::Zip)),
            (&tar, Some(ArchiveFormat::Tar)),
            (&tar[..260], None),
            (b"PKI renewed", None),
            (b"", None),
        ];
        for (head, expected) in table {
            assert_eq!(ArchiveFormat::recognise(head), expected);
        }
    }
}
