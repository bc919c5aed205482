//! Requests about who may do what: proofs of identity, who one is taken for, changes of access lists.

use std::sync::Arc;

use super::{Answer, Call, body};
use crate::demo::registry::acl::{self, perm};
use crate::demo::registry::jute::Reader;
use crate::demo::registry::proto::Code;

impl Call<'_> {
    pub(super) fn auth(&mut self, input: &mut Reader<'_>) -> Answer {
        let _type = input.i32()?;
        let (scheme, proof) = (input.string()?, input.buffer()?.unwrap_or_default());
        let link = self.state.links.get_mut(&self.link).ok_or(Code::AuthFailed)?;
        Arc::make_mut(&mut link.identity).add(scheme, proof)?;
        Ok(Vec::new())
    }

    pub(super) fn who_am_i(&mut self) -> Vec<u8> {
        let names = self.identity.names();
        body(|out| {
            out.count(names.len());
            for (scheme, name) in names {
                out.string(scheme).string(&name);
            }
        })
    }

    pub(super) fn set_acl(&mut self, input: &mut Reader<'_>) -> Answer {
        let (path, asked, version) = (input.string()?, acl::read_list(input)?, input.i32()?);
        let settled = self.identity.settle(asked)?;
        self.identity.may(perm::ADMIN, &self.state.tree.get(path)?.acl)?;
        let at = self.state.moment();
        let stat = self.state.tree.set_acl(path, settled, version)?.stat();
        self.state.commit(at, &[]);
        Ok(body(|out| stat.write(out)))
    }
}
