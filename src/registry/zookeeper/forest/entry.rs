//! The instance that a znode of the forest is, once somebody has read it: the same for both ways of reading, parent by parent
//! and group by group. What its bytes mean was decided before.

use std::sync::Arc;

use super::{Entry, Is};
use crate::domain::id::ServiceId;
use crate::domain::instance::{Capabilities, Instance};
use crate::domain::time::Moment;
use crate::registry::zookeeper::layout::{self, Content};

impl Entry {
    /// The instance that it is, read as this.
    pub(super) fn instance(
        &self,
        service: ServiceId,
        path: Arc<str>,
        content: Content,
        capabilities: Arc<Capabilities>,
    ) -> Instance {
        let (version, ctime, mtime, czxid, mzxid) = match &self.is {
            Is::Told(told) => (told.version, told.registered_at, told.written_at, told.czxid, told.mzxid),
            Is::Read(znode) => (znode.version, Moment(znode.ctime), Moment(znode.mtime), znode.czxid, znode.mzxid),
        };
        let owner = self.owner();
        Instance {
            service,
            address: content.address,
            path,
            admin: content.admin,
            weight: content.weight,
            depends_on: layout::depends_on(&content.metadata),
            metadata: content.metadata,
            registered_at: ctime,
            written_at: mtime,
            owner_session: (owner != 0).then_some(owner),
            version,
            czxid,
            mzxid,
            raw: self.data().clone(),
            capabilities,
            more: content.more,
        }
    }
}
