//! Requests that only look: exists, data, children, access list, ephemerals, counts, sync. Those that may leave a watch
//! leave it here, in the same step as the look, so that nothing falls between.

use super::{Answer, Call, body};
use crate::demo::registry::acl::{self, perm};
use crate::demo::registry::jute::{Reader, Writer};
use crate::demo::registry::proto::Code;
use crate::demo::registry::tree::Node;
use crate::demo::registry::watch::Kind;

impl Call<'_> {
    /// A node that the client may read.
    pub(super) fn readable(&self, path: &str) -> Result<&Node, Code> {
        let node = self.state.tree.get(path)?;
        self.identity.may(perm::READ, &node.acl)?;
        Ok(node)
    }

    fn leave_watch(&mut self, wanted: bool, kind: Kind, path: &str) -> Result<(), Code> {
        if wanted { self.state.watches.add(kind, path, self.link) } else { Ok(()) }
    }

    /// A node that is missing can be waited for, so its watch stays.
    pub(super) fn exists(&mut self, input: &mut Reader<'_>) -> Answer {
        let (path, watch) = (input.string()?, input.bool()?);
        self.leave_watch(watch, Kind::Data, path)?;
        let stat = self.state.tree.get(path)?.stat();
        Ok(body(|out| stat.write(out)))
    }

    pub(super) fn get_data(&mut self, input: &mut Reader<'_>) -> Answer {
        let (path, watch) = (input.string()?, input.bool()?);
        let answer = body({
            let node = self.readable(path)?;
            |out| write_data(node, out)
        });
        self.leave_watch(watch, Kind::Data, path)?;
        Ok(answer)
    }

    pub(super) fn get_children(&mut self, input: &mut Reader<'_>, with_stat: bool) -> Answer {
        let (path, watch) = (input.string()?, input.bool()?);
        let node = self.readable(path)?;
        let answer = body(|out| {
            write_children(node, out);
            if with_stat {
                node.stat().write(out);
            }
        });
        self.leave_watch(watch, Kind::Child, path)?;
        Ok(answer)
    }

    pub(super) fn get_acl(&mut self, input: &mut Reader<'_>) -> Answer {
        let node = self.state.tree.get(input.string()?)?;
        self.identity.may(perm::READ | perm::ADMIN, &node.acl)?;
        let admin = self.identity.may(perm::ADMIN, &node.acl).is_ok();
        Ok(body(|out| {
            acl::write_list(&node.acl, admin, out);
            node.stat().write(out);
        }))
    }

    /// One server, one order of writes: whoever asks is up to date.
    pub(super) fn sync(&mut self, input: &mut Reader<'_>) -> Answer {
        let path = input.string()?;
        Ok(body(|out| {
            out.string(path);
        }))
    }

    pub(super) fn get_ephemerals(&mut self, input: &mut Reader<'_>) -> Answer {
        let prefix = input.string()?;
        let own: Vec<&str> =
            self.state.tree.ephemerals_of(self.session).filter(|path| path.starts_with(prefix)).collect();
        Ok(body(|out| {
            out.strings(own.iter());
        }))
    }

    pub(super) fn all_children_number(&mut self, input: &mut Reader<'_>) -> Answer {
        let path = input.string()?;
        self.readable(path)?;
        let count = self.state.tree.descendants(path)?;
        Ok(body(|out| {
            out.count(count);
        }))
    }
}

/// A node's data and stat.
pub(super) fn write_data(node: &Node, out: &mut Writer) {
    out.buffer(node.data.as_deref());
    node.stat().write(out);
}

/// The names of a node's children.
pub(super) fn write_children(node: &Node, out: &mut Writer) {
    out.strings(node.children.iter());
}
