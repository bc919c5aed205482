//! The bytes of a line as they came: often a part of what came at once, which its neighbours share. Not what they say.

use std::{fmt, ops::Deref, ops::Range, sync::Arc};

use serde::{Deserialize, Serialize};

/// Bytes, by themselves or as a part of more that are shared.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(from = "Vec<u8>", into = "Vec<u8>")]
pub struct Raw {
    of: Arc<[u8]>,
    begin: u32,
    end: u32,
}

impl Raw {
    /// A part of bytes that others share; empty where there is no such part.
    pub fn part(of: &Arc<[u8]>, range: Range<usize>) -> Raw {
        let there = of.get(range.clone()).is_some();
        match (there, u32::try_from(range.start), u32::try_from(range.end)) {
            (true, Ok(begin), Ok(end)) => Raw { of: of.clone(), begin, end },
            _ => Raw::default(),
        }
    }

    /// Whether more bytes than these are kept for them.
    pub fn is_part(&self) -> bool {
        self.of.len() > self.len()
    }

    /// Whether it is a part of this text.
    pub fn is_of(&self, text: &Arc<str>) -> bool {
        std::ptr::eq(text.as_ptr(), self.of.as_ptr())
    }

    /// Where a text that is a part of the same shared bytes stands in these; `None` where it is none, or does not stand within.
    pub(super) fn place_of(&self, of: &Arc<str>, range: Range<u32>) -> Option<usize> {
        let same = self.is_of(of) && range.end <= self.end;
        same.then(|| range.start.checked_sub(self.begin)).flatten().map(|place| place as usize)
    }
}

impl Deref for Raw {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.of.get(self.begin as usize..self.end as usize).unwrap_or_default()
    }
}

impl From<Arc<[u8]>> for Raw {
    fn from(of: Arc<[u8]>) -> Raw {
        // 4 GiB, which no line has.
        let end = u32::try_from(of.len()).unwrap_or(0);
        Raw { of, begin: 0, end }
    }
}

impl From<Arc<str>> for Raw {
    fn from(of: Arc<str>) -> Raw {
        Arc::<[u8]>::from(of).into()
    }
}

impl From<Vec<u8>> for Raw {
    fn from(bytes: Vec<u8>) -> Raw {
        Arc::<[u8]>::from(bytes).into()
    }
}

impl From<&[u8]> for Raw {
    fn from(bytes: &[u8]) -> Raw {
        Arc::<[u8]>::from(bytes).into()
    }
}

impl From<Raw> for Vec<u8> {
    fn from(raw: Raw) -> Vec<u8> {
        raw.to_vec()
    }
}

impl PartialEq for Raw {
    fn eq(&self, other: &Raw) -> bool {
        **self == **other
    }
}

impl Eq for Raw {}

impl fmt::Debug for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_shared_bytes_are_like_others_and_empty_where_there_is_none() {
        let text: Arc<str> = "one two three".into();
        let bytes: Arc<[u8]> = text.clone().into();
        let two = Raw::part(&bytes, 4..7);
        assert_eq!((&*two, &two), (&b"two"[..], &Raw::from(&b"two"[..])));
        assert_eq!([Raw::part(&bytes, 9..99), Raw::default()], [Raw::from(Vec::new()), Raw::from(Vec::new())]);
        assert_eq!(
            [(4, 7), (5, 7), (3, 7), (4, 8)].map(|(a, b)| two.place_of(&text, a..b)),
            [Some(0), Some(1), None, None]
        );
        assert_eq!(two.place_of(&"one two three".into(), 4..7), None, "a copy of it");
        assert_eq!([&two, &Raw::from(&b"two"[..]), &Raw::default()].map(Raw::is_part), [true, false, false]);
        let there = serde_json::to_string(&two).unwrap();
        assert_eq!(serde_json::from_str::<Raw>(&there).unwrap(), two);
    }
}
