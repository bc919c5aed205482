//! Files that are not lines as they lie there, known by their first bytes: gzip is unpacked piece by piece, of the others it
//! is said what to do.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use flate2::bufread::MultiGzDecoder;

use super::lines::Lines;
use super::out::Out;
use super::{CHUNK, shown};

/// Bytes by which a kind is known.
pub(super) const MAGIC: usize = 10;

/// Fewer bytes say nothing of how wide a letter is.
const SURE: usize = 8;

/// How a file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// With gzip, which is unpacked here.
    Gzip,
    /// Otherwise: what it is, and the command that makes lines of it.
    Other(&'static str, &'static str),
    /// No text.
    Binary,
}

/// Bytes by which it is seen whether a file is text.
const LOOKED_AT: usize = 1024;
/// Fewer say nothing.
const LEAST: usize = 32;

/// Whether the first bytes of a file are surely no lines: text in whatever encoding has hardly any bytes that act.
pub(super) fn is_binary(file: &File) -> std::io::Result<bool> {
    let mut first = [0; LOOKED_AT];
    let count = file.read_at(&mut first, 0)?;
    // A file that was cut while its writer went on begins with a hole.
    let hole = first[..count].iter().take_while(|byte| **byte == 0).count();
    let first = &first[hole..count];
    let acts = |byte: &&u8| matches!(**byte, 0..=6 | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f);
    Ok(first.len() >= LEAST && first.iter().filter(acts).count() * 20 > first.len())
}

/// What a file is by its first bytes; `None`: lines.
pub(super) fn kind(first: &[u8]) -> Option<Kind> {
    // Cheap to say no: no line begins with most of these.
    let starts = |magic: &[u8]| first.starts_with(magic);
    match first.first()? {
        0x1f if starts(b"\x1f\x8b") => Some(Kind::Gzip),
        0x28 if starts(b"\x28\xb5\x2f\xfd") => Some(Kind::Other("packed with zstd", "zstdcat")),
        b'B' if starts(b"BZh") && first.get(4..) == Some(b"1AY&SY") => Some(Kind::Other("packed with bzip2", "bzcat")),
        0xfd if starts(b"\xfd7zXZ\0") => Some(Kind::Other("packed with xz", "xzcat")),
        0x04 if starts(b"\x04\x22\x4d\x18") => Some(Kind::Other("packed with lz4", "lz4cat")),
        b'P' if starts(b"PK\x03\x04") => Some(Kind::Other("a zip archive", "unzip -p")),
        0xff if starts(b"\xff\xfe") => Some(Kind::Other("in UTF-16", "iconv -f UTF-16 -t UTF-8")),
        0xfe if starts(b"\xfe\xff") => Some(Kind::Other("in UTF-16", "iconv -f UTF-16 -t UTF-8")),
        // Without the mark that says so: letters, with a zero behind or before each.
        0 if is_wide(first, 1) => Some(Kind::Other("in UTF-16", "iconv -f UTF-16BE -t UTF-8")),
        _ if is_wide(first, 0) => Some(Kind::Other("in UTF-16", "iconv -f UTF-16LE -t UTF-8")),
        _ => None,
    }
}

/// Whether every second byte is a letter, from this one on, and all others are zeros.
fn is_wide(first: &[u8], letter: usize) -> bool {
    let is_letter = |byte: u8| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n');
    // Cheap to say no: of lines the second byte is no zero.
    first.get(1 - letter) == Some(&0)
        && first.len() >= SURE
        && first.chunks_exact(2).all(|pair| is_letter(pair[letter]) && pair[1 - letter] == 0)
}

impl Kind {
    /// What to do with it, in words.
    pub(super) fn remedy(self, path: &Path) -> String {
        let (what, command) = match self {
            Kind::Gzip => ("packed with gzip", "zcat"),
            Kind::Other(what, command) => (what, command),
            Kind::Binary => return "it is no text, so it is not read here; by its own name it is".to_owned(),
        };
        let file = shown(path);
        let file = if file == "-" { "FILE" } else { &file };
        format!("it is {what}, which is not read here: {command} {file} | keepwatch logs --logs -")
    }
}

/// Reads the lines of a file that gzip packed, all of its members; of one that is damaged those before that. What is wrong
/// with it, in words. However much it unpacks to, no more is held than of any file.
pub(super) fn gunzip(path: &Path, mut file: &File, out: &mut Out, stop: &AtomicBool) -> Option<String> {
    let (mut lines, mut reader, mut buffer) = (Lines::default(), out.reader(path), vec![0; CHUNK]);
    let mut all = 0_u64;
    let mut wrong = file.seek(SeekFrom::Start(0)).err().map(|e| format!("it cannot be read: {e}"));
    let mut packed = MultiGzDecoder::new(BufReader::with_capacity(CHUNK, file));
    while wrong.is_none() && !stop.load(Ordering::Relaxed) {
        match packed.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => {
                all += count as u64;
                out.more(&mut lines, &mut reader, &buffer[..count], stop);
            }
            Err(e) if e.kind() == ErrorKind::Interrupted => {}
            Err(e) => wrong = Some(words(&e, all)),
        }
    }
    out.end(&mut lines, &mut reader, stop);
    wrong
}

fn words(e: &std::io::Error, read: u64) -> String {
    let what = match e.kind() {
        ErrorKind::UnexpectedEof => "it was cut off before its end".to_owned(),
        ErrorKind::InvalidInput if e.to_string().contains("header") && read > 0 => {
            "what stands behind the end of what gzip packed is something else".to_owned()
        }
        _ => format!("gzip cannot unpack it any further: {e}"),
    };
    format!("{what}; {read} bytes of it could be read")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_whatever_encoding_is_no_binary() {
        let is = |bytes: &[u8]| {
            let file = tempfile::tempfile().unwrap();
            file.write_all_at(bytes, 0).unwrap();
            is_binary(&file).unwrap()
        };
        let random: Vec<u8> = (0..1_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        assert!(
            is(&random) && is(&[&b"\x7fELF\x02\x01\x01"[..], &[0; 9], b"\x04\0>\0\x01\0\0\0", &[0; 60], b"@"].concat())
        );
        let greek: Vec<u8> = (0..500).map(|n| 0xc1 + (n % 50) as u8).collect();
        let coloured = "\u{1b}[32m2026-11-26\u{1b}[0m | \u{1b}[1mINFO\u{1b}[0m\r\n".repeat(9);
        let hole = [&[0; 500][..], b"2026-11-26 07:00:00 INFO behind a hole, and more of it"].concat();
        for text in [&greek[..], coloured.as_bytes(), &hole, &[0; 2_000], b"", b"short\x01"] {
            assert!(!is(text), "{text:?}");
        }
    }

    #[test]
    fn what_is_packed_is_known_by_its_first_bytes_and_lines_are_lines() {
        assert_eq!(kind(b"\x1f\x8b\x08"), Some(Kind::Gzip));
        for (first, word) in [
            (&b"\x28\xb5\x2f\xfd\0"[..], "zstdcat a | "),
            (b"BZh91AY&SY", "bzcat a | "),
            (b"\xfd7zXZ\0", "xzcat a | "),
            (b"PK\x03\x04", "unzip -p a | "),
            (b"\xff\xfeI\0", "iconv -f UTF-16 -t UTF-8 a | "),
            (b"\xfe\xff\0I", "UTF-16"),
            (b"I\0N\0F\0O\0 \0", "iconv -f UTF-16LE -t UTF-8 a | "),
            (b"\0I\0N\0F\0O\0 ", "iconv -f UTF-16BE -t UTF-8 a | "),
        ] {
            assert!(kind(first).unwrap().remedy(Path::new("a")).contains(word), "{word}");
        }
        let torn = ["\0\0\0\0\0\0\0\0\0\0", "I\0N\0", "a\0b\0c\0dd\0e", "\0INFO up at"];
        for first in ["", "BZh is a line", "PKI renewed", "INFO up", "\u{feff}INFO"].into_iter().chain(torn) {
            assert_eq!(kind(first.as_bytes()), None, "{first}");
        }
    }
}
