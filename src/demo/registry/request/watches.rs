//! Requests about watches themselves: set again after a reconnect, add persistent ones, ask for them, take them back.

use super::{Answer, Call, body};
use crate::demo::registry::jute::Reader;
use crate::demo::registry::path;
use crate::demo::registry::proto::{Code, Event, EventKind};
use crate::demo::registry::watch::{Kind, kinds_of};

impl Call<'_> {
    /// Sets the watches of a client that came back. A one-shot watch that would have fired since the write that the
    /// client saw last fires now. Lists: data, exists, children; with `lasting` also persistent and recursive ones,
    /// about whose gap nothing is said.
    pub(super) fn set_watches(&mut self, input: &mut Reader<'_>, lasting: bool) -> Answer {
        let seen = input.i64()?;
        let (data, exists, children) = (input.strings()?, input.strings()?, input.strings()?);
        for path in data {
            let missed = match self.state.tree.get(path) {
                Err(_) => Some(EventKind::Deleted),
                Ok(node) => (node.mzxid > seen).then_some(EventKind::DataChanged),
            };
            self.set_again(Kind::Data, path, missed)?;
        }
        for path in exists {
            let missed = self.state.tree.contains(path).then_some(EventKind::Created);
            self.set_again(Kind::Data, path, missed)?;
        }
        for path in children {
            let missed = match self.state.tree.get(path) {
                Err(_) => Some(EventKind::Deleted),
                Ok(node) => (node.pzxid > seen).then_some(EventKind::ChildrenChanged),
            };
            self.set_again(Kind::Child, path, missed)?;
        }
        if lasting {
            for kind in [Kind::Persistent, Kind::Recursive] {
                for path in input.strings()? {
                    self.state.watches.add(kind, path, self.link)?;
                }
            }
        }
        Ok(Vec::new())
    }

    fn set_again(&mut self, kind: Kind, path: &str, missed: Option<EventKind>) -> Result<(), Code> {
        match missed {
            None => self.state.watches.add(kind, path, self.link),
            Some(kind) => {
                let event = Event { kind, path: path.to_owned() };
                self.state.send(self.link, &event.frame());
                Ok(())
            }
        }
    }

    pub(super) fn add_watch(&mut self, input: &mut Reader<'_>) -> Answer {
        let (path, mode) = (input.string()?, input.i32()?);
        path::validate(path)?;
        let kind = match mode {
            0 => Kind::Persistent,
            1 => Kind::Recursive,
            _ => return Err(Code::Marshalling),
        };
        self.state.watches.add(kind, path, self.link)?;
        // The Java client hangs up unless the reply has a body: an error of its own, which is none.
        Ok(body(|out| {
            out.i32(0);
        }))
    }

    pub(super) fn check_watches(&mut self, input: &mut Reader<'_>) -> Answer {
        let (path, kinds) = (input.string()?, kinds_of(input.i32()?)?);
        let has = kinds.iter().any(|kind| self.state.watches.contains(*kind, path, self.link));
        if has { Ok(Vec::new()) } else { Err(Code::NoWatcher) }
    }

    pub(super) fn remove_watches(&mut self, input: &mut Reader<'_>) -> Answer {
        let (path, kinds) = (input.string()?, kinds_of(input.i32()?)?);
        let had = kinds.iter().filter(|kind| self.state.watches.remove(**kind, path, self.link)).count();
        if had > 0 { Ok(Vec::new()) } else { Err(Code::NoWatcher) }
    }
}
