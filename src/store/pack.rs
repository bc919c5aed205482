//! How spans and log lines are kept small: variable-length numbers, and texts that many share written once in a table.
//! Only memory speaks this form; nothing that leaves the process does.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use foldhash::fast::RandomState;

/// Values that come again and again, each kept once and named by its number. Bounded: a new value beyond the limit gets
/// no number, and whoever packs it writes it out.
#[derive(Debug)]
pub(super) struct Table<T> {
    values: Vec<T>,
    numbers: HashMap<T, u32, RandomState>,
    /// By a part of a text's address: the number that it had last.
    guesses: [u32; GUESSES],
    limit: usize,
}

/// Numbers that are guessed by an address.
const GUESSES: usize = 256;

impl<T: Eq + Hash + Clone> Table<T> {
    /// An empty table that takes up to `limit` values.
    pub(super) fn new(limit: usize) -> Self {
        Self { values: Vec::new(), numbers: HashMap::default(), guesses: [0; GUESSES], limit }
    }

    /// The number of a value, given to it now where it had none.
    pub(super) fn put(&mut self, value: &T) -> Option<u32> {
        if let Some(number) = self.numbers.get(value) {
            return Some(*number);
        }
        if self.values.len() >= self.limit {
            return None;
        }
        let number = u32::try_from(self.values.len()).ok()?;
        self.values.push(value.clone());
        self.numbers.insert(value.clone(), number);
        Some(number)
    }

    /// The number of a value, where it has one.
    pub(super) fn number(&self, value: &T) -> Option<u32> {
        self.numbers.get(value).copied()
    }

    /// The value of a number.
    pub(super) fn get(&self, number: u32) -> Option<&T> {
        self.values.get(number as usize)
    }
}

/// The longest text that is worth a place in a table, in bytes.
const LONGEST_SHARED: usize = 128;

/// Texts that come again and again.
pub(super) type Names = Table<Arc<str>>;

impl Names {
    /// The number of a text, as [`Table::put`] gives it; the very copy that is kept is known without looking at its letters.
    pub(super) fn put_text(&mut self, text: &Arc<str>) -> Option<u32> {
        let slot = Arc::as_ptr(text).addr() / 16 % GUESSES;
        let guess = self.guesses[slot];
        if self.get(guess).is_some_and(|known| Arc::ptr_eq(known, text)) {
            return Some(guess);
        }
        let number = self.put(text)?;
        self.guesses[slot] = number;
        Some(number)
    }

    /// The same of a text that is short enough to be worth a place.
    pub(super) fn short(&mut self, text: &Arc<str>) -> Option<u32> {
        if text.len() <= LONGEST_SHARED { self.put_text(text) } else { None }
    }
}

/// Writes packed values at the end of a buffer.
pub(super) struct Writer<'a>(pub(super) &'a mut Vec<u8>);

impl Writer<'_> {
    /// A number, 7 bits a byte.
    pub(super) fn number(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }

    /// A signed number; small ones of either sign are short.
    pub(super) fn signed(&mut self, value: i64) {
        self.number(((value << 1) ^ (value >> 63)) as u64);
    }

    /// Bytes behind their length.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u64);
        self.0.extend_from_slice(bytes);
    }

    /// A text that others share: its number in the table where it has one, which is given back, else itself.
    pub(super) fn shared(&mut self, text: &Arc<str>, names: &mut Names) -> Option<u32> {
        let number = names.short(text);
        self.named(text, number);
        number
    }

    /// A text that has this number, or none.
    pub(super) fn named(&mut self, text: &str, number: Option<u32>) {
        match number {
            Some(number) => self.number(u64::from(number) << 1 | 1),
            None => {
                self.number((text.len() as u64) << 1);
                self.0.extend_from_slice(text.as_bytes());
            }
        }
    }
}

/// Reads packed values. `None` where the bytes are no such value, which only a bug of the writer could bring about.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// One byte.
    pub(super) fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    /// A number.
    pub(super) fn number(&mut self) -> Option<u64> {
        let mut value = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(value);
            }
        }
        None
    }

    /// A signed number.
    pub(super) fn signed(&mut self) -> Option<i64> {
        let value = self.number()?;
        Some((value >> 1) as i64 ^ -((value & 1) as i64))
    }

    /// This many bytes.
    pub(super) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// An array of bytes.
    pub(super) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    /// Bytes behind their length.
    pub(super) fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        self.take(length)
    }

    /// A text behind its length.
    pub(super) fn text(&mut self) -> Option<&'a str> {
        std::str::from_utf8(self.bytes()?).ok()
    }

    /// A text that may be in the table.
    pub(super) fn shared<'n>(&mut self, names: &'n Names) -> Option<Shared<'n>>
    where
        'a: 'n,
    {
        let tag = self.number()?;
        if tag & 1 == 1 {
            return names.get(u32::try_from(tag >> 1).ok()?).map(Shared::Known);
        }
        let bytes = self.take(usize::try_from(tag >> 1).ok()?)?;
        std::str::from_utf8(bytes).ok().map(Shared::Written)
    }
}

/// A text as it is packed, read without a copy.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shared<'a> {
    /// One of the table.
    Known(&'a Arc<str>),
    /// Written out.
    Written(&'a str),
}

impl<'a> Shared<'a> {
    /// It, for as long as the table and the packed bytes are there.
    pub(super) fn text(self) -> &'a str {
        match self {
            Shared::Known(text) => text,
            Shared::Written(text) => text,
        }
    }
}

impl std::ops::Deref for Shared<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        self.text()
    }
}

impl From<Shared<'_>> for Arc<str> {
    fn from(text: Shared<'_>) -> Arc<str> {
        match text {
            Shared::Known(text) => text.clone(),
            Shared::Written(text) => text.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_come_back() {
        let (mut buffer, mut names) = (Vec::new(), Names::new(1));
        let (first, second) = (Arc::from("orders"), Arc::from("users"));
        let mut writer = Writer(&mut buffer);
        for value in [0, 127, 128, u64::MAX] {
            writer.number(value);
        }
        for value in [0, -1, 1, i64::MIN, i64::MAX] {
            writer.signed(value);
        }
        writer.shared(&first, &mut names);
        writer.shared(&second, &mut names);
        writer.bytes(b"\xffraw");
        let mut reader = Reader(&buffer);
        assert_eq!([(); 4].map(|()| reader.number().unwrap()), [0, 127, 128, u64::MAX]);
        assert_eq!([(); 5].map(|()| reader.signed().unwrap()), [0, -1, 1, i64::MIN, i64::MAX]);
        assert_eq!(reader.shared(&names).map(Arc::from), Some(first));
        assert_eq!(reader.shared(&names).map(Arc::from), Some(second), "beyond the table's limit it is written out");
        assert_eq!((reader.bytes(), reader.byte()), (Some(&b"\xffraw"[..]), None));
    }
}
