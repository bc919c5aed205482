//! Protobuf as it stands on the wire, field by field, borrowed: an export of spans is read straight into our own, without
//! the tree of messages in between, whose texts cost more than all the rest of taking it. Not the meaning of any field.

use std::fmt;

/// Groups within groups.
const DEEPEST: usize = 100;

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wrong(&'static str);

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this is no protobuf: {}", self.0)
    }
}

impl From<prost::DecodeError> for Wrong {
    fn from(_: prost::DecodeError) -> Wrong {
        Wrong("a message in it cannot be read")
    }
}

const OTHER: Wrong = Wrong("a field is of another type");

/// What a field holds, as far as the wire tells.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Value<'a> {
    Number(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32,
}

/// One field of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Field<'a> {
    /// Its number.
    pub(super) number: u32,
    value: Value<'a>,
}

impl<'a> Field<'a> {
    /// A message within, or bytes.
    #[inline]
    pub(super) fn bytes(self) -> Result<&'a [u8], Wrong> {
        match self.value {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(OTHER),
        }
    }

    /// A text.
    #[inline]
    pub(super) fn text(self) -> Result<&'a str, Wrong> {
        std::str::from_utf8(self.bytes()?).map_err(|_| Wrong("a text in it is not UTF-8"))
    }

    /// A number of any width, as it is written: of an `int32` the lower half counts.
    pub(super) fn int(self) -> Result<u64, Wrong> {
        match self.value {
            Value::Number(number) => Ok(number),
            _ => Err(OTHER),
        }
    }

    /// Eight bytes.
    pub(super) fn fixed64(self) -> Result<u64, Wrong> {
        match self.value {
            Value::Fixed64(number) => Ok(number),
            _ => Err(OTHER),
        }
    }
}

/// The fields of a message that are still to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fields<'a>(pub(super) &'a [u8]);

impl<'a> Fields<'a> {
    /// The next field; `None` at the end.
    #[inline]
    pub(super) fn next(&mut self) -> Result<Option<Field<'a>>, Wrong> {
        while !self.0.is_empty() {
            let (number, kind) = self.tag()?;
            let value = match kind {
                0 => Value::Number(self.varint()?),
                1 => Value::Fixed64(u64::from_le_bytes(self.array()?)),
                2 => Value::Bytes(self.delimited()?),
                3 => {
                    self.pass_group(number)?;
                    continue;
                }
                5 => {
                    self.array::<4>()?;
                    Value::Fixed32
                }
                _ => return Err(Wrong("a field is of a type that is not known")),
            };
            return Ok(Some(Field { number, value }));
        }
        Ok(None)
    }

    #[inline]
    fn tag(&mut self) -> Result<(u32, u64), Wrong> {
        let tag = self.varint()?;
        let number = u32::try_from(tag >> 3).ok().filter(|number| *number > 0);
        Ok((number.ok_or(Wrong("a field has no number"))?, tag & 7))
    }

    fn delimited(&mut self) -> Result<&'a [u8], Wrong> {
        let length = usize::try_from(self.varint()?).unwrap_or(usize::MAX);
        self.take(length)
    }

    /// Groups went out of use before OTLP came; one that is there is passed over, whatever it is.
    fn pass_group(&mut self, number: u32) -> Result<(), Wrong> {
        let mut open = vec![number];
        while let Some(last) = open.last() {
            match self.tag()? {
                (_, 0) => drop(self.varint()?),
                (_, 1) => drop(self.array::<8>()?),
                (_, 2) => drop(self.delimited()?),
                (_, 5) => drop(self.array::<4>()?),
                (number, 3) if open.len() < DEEPEST => open.push(number),
                (number, 4) if number == *last => drop(open.pop()),
                _ => return Err(Wrong("a group in it does not end")),
            }
        }
        Ok(())
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, Wrong> {
        match self.0.split_first() {
            Some((byte, rest)) if *byte < 0x80 => {
                self.0 = rest;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, Wrong> {
        let mut value = 0;
        for (place, byte) in self.0.iter().enumerate().take(10) {
            value |= u64::from(byte & 0x7f) << (7 * place as u32).min(63);
            if *byte < 0x80 {
                self.0 = &self.0[place + 1..];
                return Ok(value);
            }
        }
        Err(Wrong("a number in it does not end"))
    }

    #[inline]
    fn take(&mut self, length: usize) -> Result<&'a [u8], Wrong> {
        let parted = self.0.split_at_checked(length);
        let (taken, rest) = parted.ok_or(Wrong("it ends too early"))?;
        self.0 = rest;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Wrong> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_told_one_by_one_and_nothing_beyond_the_end() {
        let bytes = [0x08, 0x96, 0x01, 0x12, 0x02, b'h', b'i', 0x19, 1, 0, 0, 0, 0, 0, 0, 0, 0x25, 0, 0, 0, 0];
        let mut fields = Fields(&bytes);
        let mut next = || fields.next().unwrap();
        assert_eq!(next().map(|field| (field.number, field.int())), Some((1, Ok(150))));
        assert_eq!(next().map(|field| (field.number, field.text())), Some((2, Ok("hi"))));
        assert_eq!(next().map(|field| (field.number, field.fixed64())), Some((3, Ok(1))));
        let last = next().unwrap();
        assert!(last.number == 4 && last.int().is_err() && last.bytes().is_err());
        assert_eq!(next(), None);
        for cut in [1, 2, 4, 6, 8, 12, 18] {
            let mut fields = Fields(&bytes[..cut]);
            assert!(std::iter::from_fn(|| fields.next().transpose()).take(9).any(|field| field.is_err()), "{cut}");
        }
        let group = [0x0b, 0x10, 0x05, 0x1b, 0x1c, 0x0c, 0x08, 0x07];
        assert_eq!(Fields(&group).next().unwrap().map(|field| field.int()), Some(Ok(7)));
        for wrong in [
            &[0xff; 12][..],
            &[0x00, 0x00],
            &[0x0b],
            &[0x0b, 0x14],
            &[0x0c],
            &[0x0b; 300],
            &[0x12, 0xff, 0xff, 0xff, 0xff, 0x0f],
        ] {
            assert!(Fields(wrong).next().is_err(), "{wrong:?}");
        }
    }
}
