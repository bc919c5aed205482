//! What a step wrote beside Keepwatch's own znodes, as its intent keeps it, so that whichever Keepwatch ends the intent can take
//! back that and nothing else. Not how it is taken back: that is the layout's, by field.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    draft::{Write, WriteKind},
    id::Layout,
};

/// Bytes that are kept of a step at most: a registry's znode holds a megabyte, and an intent is read by everybody.
const MOST: usize = 64 * 1024;

/// The writes of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// In which layout, by which they are taken back: an instance that left is of none.
    pub layout: Layout,
    /// Each znode once, in the order in which they were written.
    pub writes: Vec<Wrote>,
}

/// One of them. Made where there is no `before`, deleted where there is no `after`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrote {
    /// Its path.
    pub path: Arc<str>,
    /// Its text before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Arc<str>>,
    /// Its text after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Arc<str>>,
}

impl Wrote {
    fn of(write: &Write) -> Option<Wrote> {
        let text = |bytes: &Option<Arc<[u8]>>| match bytes {
            Some(bytes) => std::str::from_utf8(bytes).ok().map(|text| Some(Arc::from(text))),
            None => Some(None),
        };
        Some(Wrote { path: write.path.clone(), before: text(&write.before)?, after: text(&write.after)? })
    }

    fn size(&self) -> usize {
        let texts = self.before.iter().chain(&self.after);
        self.path.len() + texts.map(|text| text.len()).sum::<usize>()
    }

    fn write(&self) -> Write {
        let bytes = |text: &Option<Arc<str>>| text.as_ref().map(|text| Arc::from(text.as_bytes()));
        let kind = match (&self.before, &self.after) {
            (None, _) => WriteKind::Create,
            (Some(_), Some(_)) => WriteKind::Set,
            (Some(_), None) => WriteKind::Delete,
        };
        let (before, after) = (bytes(&self.before), bytes(&self.after));
        Write { kind, path: self.path.clone(), before, after, version: None }
    }
}

impl Made {
    /// Of these writes; `None` where there are none, or where they are too much to keep or no text.
    pub fn of<'a>(layout: Layout, writes: impl Iterator<Item = &'a Write>) -> Option<Made> {
        let writes: Vec<Wrote> = writes.map(Wrote::of).collect::<Option<_>>()?;
        Made { layout, writes }.kept()
    }

    /// Both steps as one: `earlier` was made first and stands yet where this one wrote nothing.
    pub fn after(self, earlier: &Made) -> Option<Made> {
        let first = |path: &str| earlier.writes.iter().find(|write| *write.path == *path);
        let stands = earlier.writes.iter().filter(|old| self.writes.iter().all(|new| new.path != old.path));
        let joined = self.writes.iter().map(|new| match first(&new.path) {
            // Where somebody wrote between the two, what they wrote is what was there before.
            Some(old) if old.after == new.before => Wrote { before: old.before.clone(), ..new.clone() },
            _ => new.clone(),
        });
        let writes = stands.cloned().chain(joined).filter(|write| write.before != write.after).collect();
        Made { layout: self.layout, writes }.kept()
    }

    fn kept(self) -> Option<Made> {
        let size: usize = self.writes.iter().map(Wrote::size).sum();
        (!self.writes.is_empty() && size <= MOST).then_some(self)
    }

    /// As writes, without the versions that they were compared with.
    pub fn writes(&self) -> Vec<Write> {
        self.writes.iter().map(Wrote::write).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrote(path: &str, before: Option<&str>, after: Option<&str>) -> Wrote {
        Wrote { path: path.into(), before: before.map(Arc::from), after: after.map(Arc::from) }
    }

    fn made(writes: Vec<Wrote>) -> Made {
        Made { layout: Layout::DUBBO, writes }
    }

    #[test]
    fn two_steps_are_one_from_what_was_before_the_first_to_what_stands_after_the_second() {
        let first = made(vec![
            wrote("/rule", Some("a"), Some("b")),
            wrote("/w5", None, Some("")),
            wrote("/other", None, Some("x")),
        ]);
        let second = made(vec![
            wrote("/rule", Some("b"), Some("c")),
            wrote("/w5", Some(""), None),
            wrote("/w6", None, Some("")),
        ]);
        let both = made(vec![
            wrote("/other", None, Some("x")),
            wrote("/rule", Some("a"), Some("c")),
            wrote("/w6", None, Some("")),
        ]);
        assert_eq!(second.after(&first), Some(both));
    }

    #[test]
    fn what_somebody_wrote_between_two_steps_is_what_was_before() {
        let first = made(vec![wrote("/rule", Some("a"), Some("b"))]);
        let second = made(vec![wrote("/rule", Some("theirs"), Some("c"))]);
        assert_eq!(second.clone().after(&first), Some(second));
    }

    #[test]
    fn what_is_no_text_or_too_much_is_not_kept() {
        let write = |after: &[u8]| Write { after: Some(after.into()), ..wrote("/a", None, Some("")).write() };
        assert!(Made::of(Layout::DUBBO, [write(b"x")].iter()).is_some());
        assert_eq!(Made::of(Layout::DUBBO, [write(b"\xff")].iter()), None);
        assert_eq!(Made::of(Layout::DUBBO, [write(&[b'x'; MOST])].iter()), None);
        assert_eq!(Made::of(Layout::DUBBO, [].iter()), None);
    }

    #[test]
    fn a_write_comes_back_as_it_was_made() {
        let writes: Vec<Write> = [
            wrote("/a", None, Some("")).write(),
            wrote("/b", Some("1"), Some("2")).write(),
            wrote("/c", Some("1"), None).write(),
        ]
        .into();
        let kinds: Vec<_> = writes.iter().map(|write| write.kind).collect();
        assert_eq!(kinds, [WriteKind::Create, WriteKind::Set, WriteKind::Delete]);
        assert_eq!(Made::of(Layout::DUBBO, writes.iter()).unwrap().writes(), writes);
    }
}
