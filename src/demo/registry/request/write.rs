//! Writes: create in all its modes, delete, set, check. A batch of them, be it of one, is numbered as one write and is
//! done whole or not at all; `multi` uses the same batch.

use std::sync::Arc;

use super::{Answer, Call, body};
use crate::demo::registry::Version;
use crate::demo::registry::acl::{self, Acl, Identity, perm};
use crate::demo::registry::jute::{Data, Reader, Writer};
use crate::demo::registry::path;
use crate::demo::registry::proto::{Code, Stat, op};
use crate::demo::registry::tree::{Life, Moment, Tree, Undo, check_version};
use crate::demo::registry::watch::Change;

/// A write, as asked for.
pub(super) enum Request<'a> {
    Create { path: &'a str, data: Data, acl: Vec<Acl>, flags: i32, ttl: Option<i64>, with_stat: bool },
    Delete { path: &'a str, version: i32 },
    SetData { path: &'a str, data: Data, version: i32 },
    Check { path: &'a str, version: i32 },
}

/// A write, done.
pub(super) enum Done {
    /// The path that came of it; the stat only for those who know create2.
    Created(String, Option<Stat>),
    Deleted,
    Set(Stat),
    Checked,
}

impl<'a> Request<'a> {
    /// Takes a write apart; `None` if the operation is not one.
    pub(super) fn read(op: i32, input: &mut Reader<'a>) -> Result<Option<Request<'a>>, Code> {
        Ok(Some(match op {
            op::CREATE | op::CREATE_2 | op::CREATE_CONTAINER | op::CREATE_TTL => {
                let (path, data) = (input.string()?, input.data()?);
                let (acl, flags) = (acl::read_list(input)?, input.i32()?);
                let ttl = if op == op::CREATE_TTL { Some(input.i64()?) } else { None };
                Request::Create { path, data, acl, flags, ttl, with_stat: op != op::CREATE }
            }
            op::DELETE => Request::Delete { path: input.string()?, version: input.i32()? },
            op::SET_DATA => Request::SetData { path: input.string()?, data: input.data()?, version: input.i32()? },
            op::CHECK => Request::Check { path: input.string()?, version: input.i32()? },
            _ => return Ok(None),
        }))
    }
}

impl Done {
    /// The operation by which the result of a transaction names it.
    pub(super) fn op(&self) -> i32 {
        match self {
            Done::Created(_, None) => op::CREATE,
            Done::Created(_, Some(_)) => op::CREATE_2,
            Done::Deleted => op::DELETE,
            Done::Set(_) => op::SET_DATA,
            Done::Checked => op::CHECK,
        }
    }

    pub(super) fn write(&self, out: &mut Writer) {
        match self {
            Done::Created(path, stat) => {
                out.string(path);
                if let Some(stat) = stat {
                    stat.write(out);
                }
            }
            Done::Set(stat) => stat.write(out),
            Done::Deleted | Done::Checked => {}
        }
    }
}

impl Call<'_> {
    pub(super) fn write(&mut self, request: Request<'_>) -> Answer {
        let mut batch = self.batch();
        let done = batch.apply(request)?;
        let (at, changes) = batch.finish();
        self.commit(at, &changes);
        Ok(body(|out| done.write(out)))
    }

    pub(super) fn batch(&mut self) -> Batch<'_> {
        Batch {
            at: self.state.moment(),
            version: self.state.version,
            tree: &mut self.state.tree,
            identity: Arc::clone(&self.identity),
            session: self.session,
            changes: Vec::new(),
            undo: Vec::new(),
        }
    }

    /// What changed nothing, a check, takes no number.
    pub(super) fn commit(&mut self, at: Moment, changes: &[Change]) {
        if !changes.is_empty() {
            self.state.commit(at, changes);
        }
    }
}

/// Writes that belong together.
pub(super) struct Batch<'a> {
    tree: &'a mut Tree,
    identity: Arc<Identity>,
    session: i64,
    at: Moment,
    version: Version,
    changes: Vec<Change>,
    undo: Vec<Undo>,
}

impl Batch<'_> {
    /// Does one write. If it fails the tree is as the writes before it left it.
    pub(super) fn apply(&mut self, request: Request<'_>) -> Result<Done, Code> {
        match request {
            Request::Create { path, data, acl, flags, ttl, with_stat } => {
                let mode = Mode::of(flags, ttl, self.session, self.version)?;
                let path = self.create(path, data, acl, mode)?;
                let stat = if with_stat { Some(self.tree.get(&path)?.stat()) } else { None };
                Ok(Done::Created(path, stat))
            }
            Request::Delete { path, version } => {
                path::validate(path)?;
                let node = self.tree.get(path)?;
                let above = path::parent(path).map_or(Ok(node), |parent| self.tree.get(parent))?;
                self.identity.may(perm::DELETE, &above.acl)?;
                let undo = self.tree.delete(self.at, path, version)?;
                self.note(undo, Change::Deleted(path.to_owned()));
                Ok(Done::Deleted)
            }
            Request::SetData { path, data, version } => {
                self.identity.may(perm::WRITE, &self.tree.get(path)?.acl)?;
                let undo = self.tree.set_data(self.at, path, data, version)?;
                self.note(undo, Change::DataChanged(path.to_owned()));
                Ok(Done::Set(self.tree.get(path)?.stat()))
            }
            Request::Check { path, version } => {
                let node = self.tree.get(path)?;
                self.identity.may(perm::READ, &node.acl)?;
                check_version(version, node.version)?;
                Ok(Done::Checked)
            }
        }
    }

    fn create(&mut self, asked: &str, data: Data, acl: Vec<Acl>, mode: Mode) -> Result<String, Code> {
        // A sequence may be numbers alone, below a path that ends in a slash.
        if !(mode.sequential && asked.ends_with('/')) {
            path::validate(asked)?;
        }
        let acl = self.identity.settle(acl)?;
        let above = asked.strip_suffix('/').or_else(|| path::parent(asked)).filter(|above| !above.is_empty());
        let parent = self.tree.get(above.unwrap_or("/"))?;
        self.identity.may(perm::CREATE, &parent.acl)?;
        let path = if mode.sequential { format!("{asked}{:010}", parent.births) } else { asked.to_owned() };
        path::validate(&path)?;
        let undo = self.tree.create(self.at, &path, data, acl, mode.life)?;
        self.note(undo, Change::Created(path.clone()));
        Ok(path)
    }

    fn note(&mut self, undo: Undo, change: Change) {
        self.undo.push(undo);
        self.changes.push(change);
    }

    /// The number of the batch, and what it changed, in order.
    pub(super) fn finish(self) -> (Moment, Vec<Change>) {
        (self.at, self.changes)
    }

    /// Takes everything back.
    pub(super) fn roll_back(mut self) {
        while let Some(step) = self.undo.pop() {
            self.tree.undo(step);
        }
    }
}

/// How a node is made.
struct Mode {
    life: Life,
    sequential: bool,
}

impl Mode {
    fn of(flags: i32, ttl: Option<i64>, session: i64, version: Version) -> Result<Mode, Code> {
        let mode = |life, sequential| Ok(Mode { life, sequential });
        let ttl = ttl.map(|ttl| if (1..=Life::LONGEST_TTL).contains(&ttl) { Ok(ttl) } else { Err(Code::BadArguments) });
        match (flags, ttl.transpose()?) {
            (0, None) => mode(Life::Persistent, false),
            (1, None) => mode(Life::Ephemeral(session), false),
            (2, None) => mode(Life::Persistent, true),
            (3, None) => mode(Life::Ephemeral(session), true),
            (4, None) if version != Version::V3_4 => mode(Life::Container, false),
            (5, Some(ttl)) => mode(Life::Ttl(ttl), false),
            (6, Some(ttl)) => mode(Life::Ttl(ttl), true),
            _ => Err(Code::BadArguments),
        }
    }
}
