//! Jute, ZooKeeper's way of writing records: big-endian numbers, length-prefixed strings, buffers and vectors.
//! Knows nothing of requests; every length that comes from outside is held against what is really there.

use bytes::Bytes;

/// What a node holds, as the wire tells it apart: no data at all (`None`) or any number of bytes, none included.
pub(super) type Data = Option<Bytes>;

/// A record that ends too early, or names a length that cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Malformed;

/// Takes records apart, from front to back.
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { rest: bytes }
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Malformed)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn i32(&mut self) -> Result<i32, Malformed> {
        let bytes = self.take(4)?.try_into().map_err(|_| Malformed)?;
        Ok(i32::from_be_bytes(bytes))
    }

    pub(super) fn i64(&mut self) -> Result<i64, Malformed> {
        let bytes = self.take(8)?.try_into().map_err(|_| Malformed)?;
        Ok(i64::from_be_bytes(bytes))
    }

    pub(super) fn bool(&mut self) -> Result<bool, Malformed> {
        Ok(self.take(1)?[0] != 0)
    }

    /// A buffer; its length -1 means that there is none.
    pub(super) fn buffer(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        match self.i32()? {
            -1 => Ok(None),
            length => self.take(usize::try_from(length).map_err(|_| Malformed)?).map(Some),
        }
    }

    pub(super) fn data(&mut self) -> Result<Data, Malformed> {
        Ok(self.buffer()?.map(Bytes::copy_from_slice))
    }

    /// A string; none at all reads as the empty one.
    pub(super) fn string(&mut self) -> Result<&'a str, Malformed> {
        std::str::from_utf8(self.buffer()?.unwrap_or_default()).map_err(|_| Malformed)
    }

    /// A vector, each item taken by `item`. Every item has four bytes at least, so a count that the rest of the
    /// record cannot hold is refused before anything is set aside for it.
    pub(super) fn vector<T>(
        &mut self,
        mut item: impl FnMut(&mut Self) -> Result<T, Malformed>,
    ) -> Result<Vec<T>, Malformed> {
        let count = match self.i32()? {
            -1 => 0,
            count => usize::try_from(count).map_err(|_| Malformed)?,
        };
        if count > self.rest.len() / 4 {
            return Err(Malformed);
        }
        (0..count).map(|_| item(self)).collect()
    }

    pub(super) fn strings(&mut self) -> Result<Vec<&'a str>, Malformed> {
        self.vector(Reader::string)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

/// Puts one frame together: four bytes of length, then records.
pub(super) struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// A frame whose length is filled in by [`Writer::finish`].
    pub(super) fn frame() -> Writer {
        Writer { bytes: vec![0; 4] }
    }

    /// Records without a frame around them.
    pub(super) fn body() -> Writer {
        Writer { bytes: Vec::new() }
    }

    pub(super) fn i32(&mut self, value: i32) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    pub(super) fn i64(&mut self, value: i64) -> &mut Self {
        self.raw(&value.to_be_bytes())
    }

    pub(super) fn bool(&mut self, value: bool) -> &mut Self {
        self.raw(&[u8::from(value)])
    }

    pub(super) fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    pub(super) fn buffer(&mut self, bytes: Option<&[u8]>) -> &mut Self {
        match bytes {
            None => self.i32(-1),
            Some(bytes) => self.count(bytes.len()).raw(bytes),
        }
    }

    pub(super) fn string(&mut self, text: &str) -> &mut Self {
        self.buffer(Some(text.as_bytes()))
    }

    /// The number of items of the vector that follows.
    pub(super) fn count(&mut self, count: usize) -> &mut Self {
        self.i32(i32::try_from(count).unwrap_or(i32::MAX))
    }

    pub(super) fn strings<S: AsRef<str>>(&mut self, items: impl ExactSizeIterator<Item = S>) -> &mut Self {
        self.count(items.len());
        for item in items {
            self.string(item.as_ref());
        }
        self
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// The frame, its length in front.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let length = u32::try_from(self.bytes.len() - 4).unwrap_or(u32::MAX);
        self.bytes[..4].copy_from_slice(&length.to_be_bytes());
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let mut writer = Writer::frame();
        writer.i32(-7).i64(1 << 40).bool(true).buffer(None).buffer(Some(b"ab")).string("é");
        writer.strings(["x", "yz"].into_iter());
        let frame = writer.finish();
        let mut reader = Reader::new(&frame);
        assert_eq!(reader.i32(), Ok(i32::try_from(frame.len()).unwrap() - 4));
        assert_eq!((reader.i32(), reader.i64(), reader.bool()), (Ok(-7), Ok(1 << 40), Ok(true)));
        assert_eq!((reader.buffer(), reader.data()), (Ok(None), Ok(Some(Bytes::from_static(b"ab")))));
        assert_eq!((reader.string(), reader.strings()), (Ok("é"), Ok(vec!["x", "yz"])));
        assert!(reader.is_empty());
    }

    #[test]
    fn lengths_that_lie_are_refused_before_memory_is_taken() {
        for bytes in [&[0x7f, 0xff, 0xff, 0xff][..], &[0xff, 0xff, 0xff, 0xfe], &[0, 0, 0, 5, 1], &[0, 0]] {
            assert_eq!(Reader::new(bytes).buffer(), Err(Malformed), "{bytes:?}");
            assert_eq!(Reader::new(bytes).strings(), Err(Malformed), "{bytes:?}");
        }
        assert_eq!(Reader::new(&[0, 0, 0, 1, 0xff]).string(), Err(Malformed), "not UTF-8");
        assert_eq!(Reader::new(&[0xff; 4]).strings(), Ok(vec![]), "no vector is an empty one");
    }
}
