//! Bytes into lines of a bounded length. Of a longer line the beginning is kept, the rest counted and passed over.

use memchr::memchr;

/// The longest line that is kept, in bytes.
pub(super) const LONGEST: usize = 64 << 10;

/// A line in the making.
#[derive(Debug, Default)]
pub(super) struct Lines {
    line: Vec<u8>,
    whole: usize,
    /// Zeros that came before anything else of it: a file that was cut while its writer went on begins with a hole, which
    /// may be longer than any line.
    hole: usize,
}

/// Zeros that are kept before a line.
const MOST_ZEROS: usize = 8;

impl Lines {
    /// Takes bytes and hands out each line that they complete, with the length that it had before it was cut.
    pub(super) fn push(&mut self, mut bytes: &[u8], mut each: impl FnMut(&[u8], usize)) {
        while let Some(end) = memchr(b'\n', bytes) {
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            bytes = rest;
            if self.line.is_empty() && self.whole == 0 && line.len() <= LONGEST {
                each(line, line.len());
                continue;
            }
            self.keep(line);
            self.end(&mut each);
        }
        self.keep(bytes);
    }

    /// Hands out what was not ended by a newline.
    pub(super) fn end(&mut self, mut each: impl FnMut(&[u8], usize)) {
        if self.line.is_empty() {
            self.line.resize(self.hole.min(LONGEST), 0);
        }
        if self.whole > 0 {
            each(&self.line, self.whole);
        }
        self.line.clear();
        (self.whole, self.hole) = (0, 0);
    }

    fn keep(&mut self, mut bytes: &[u8]) {
        if self.line.is_empty() {
            let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
            self.hole += zeros;
            self.whole += zeros;
            bytes = &bytes[zeros..];
            if !bytes.is_empty() && self.hole > MOST_ZEROS {
                self.whole = 0;
            } else if !bytes.is_empty() {
                self.line.resize(self.hole, 0);
            }
        }
        let room = LONGEST.saturating_sub(self.line.len()).min(bytes.len());
        self.line.extend_from_slice(&bytes[..room]);
        self.whole += bytes.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_the_same_however_the_bytes_come() {
        let text = b"one\n\ntwo\r\nthree".to_vec();
        for size in 1..text.len() {
            let (mut lines, mut got) = (Lines::default(), Vec::new());
            text.chunks(size).for_each(|chunk| lines.push(chunk, |line, _| got.push(line.to_vec())));
            lines.end(|line, _| got.push(line.to_vec()));
            assert_eq!(got, [&b"one"[..], b"", b"two\r", b"three"]);
        }
    }

    #[test]
    fn of_a_long_line_the_beginning_is_kept() {
        let (mut lines, mut got) = (Lines::default(), Vec::new());
        let long = vec![b'x'; 3 * LONGEST];
        long.chunks(1000).for_each(|chunk| lines.push(chunk, |line, whole| got.push((line.len(), whole))));
        lines.push(b"\nok\n", |line, whole| got.push((line.len(), whole)));
        assert_eq!(got, [(LONGEST, 3 * LONGEST), (2, 2)]);
    }

    #[test]
    fn a_hole_before_a_line_is_none_of_it_however_long_it_is_and_alone_it_is_a_line() {
        for (hole, kept) in [(3, 3), (LONGEST - 2, 0), (1 << 20, 0)] {
            for size in [1_000, 64 << 10, 2 << 20] {
                let (mut lines, mut got) = (Lines::default(), Vec::new());
                let text = [&vec![0; hole][..], &[b'x'; 100], b"\nnext\n", &vec![0; hole], b"\n"].concat();
                text.chunks(size).for_each(|chunk| {
                    lines.push(chunk, |line, whole| {
                        let zeros = line.iter().take_while(|b| **b == 0).count();
                        // One that came whole is the reader's to look at.
                        let zeros = if zeros > MOST_ZEROS && zeros < line.len() { zeros } else { 0 };
                        got.push((line.len() - zeros, whole - zeros));
                    });
                });
                assert_eq!(got, [(100 + kept, 100 + kept), (4, 4), (hole.min(LONGEST), hole)], "{hole} by {size}");
            }
        }
    }
}
