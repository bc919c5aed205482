//! How the znode that an intent is about stood when it was last seen as wanted. By that it is told by whom a want was lost: what
//! happened before, and was mended since, is no cause of it.

use std::sync::Arc;

use super::{Registry, agrees};
use crate::domain::{
    instance::Instance,
    intent::{self, Cause, Intent, Stood},
};

impl Registry {
    /// Why the registry no longer agrees with an intent; `None` where it does.
    pub fn cause(&self, intent: &Intent) -> Option<Cause> {
        let found = self.wanted(intent).find(|instance| !agrees(intent, instance))?;
        Some(self.cause_of(intent, found))
    }

    /// Why this instance is not as wanted.
    pub(super) fn cause_of(&self, intent: &Intent, found: &Instance) -> Cause {
        intent.cause(found, self.stood.get(&*intent.znode()).copied())
    }

    /// The znode at this path may have changed: where it is as wanted, it stands so.
    pub(super) fn seen(&mut self, path: &str) {
        if self.intents.is_empty() {
            return;
        }
        let Some(instance) = self.by_path.get(path) else { return };
        let Some(address) = &instance.address else { return };
        let znode = intent::znode(&instance.service.name, address.text());
        let Some((znode, intent)) = self.intents.get_key_value(&*znode) else { return };
        // Of several znodes of one address, the intent keeps how one stood.
        if agrees(intent, instance) && (*intent.path == *path || self.wanted(intent).nth(1).is_none()) {
            let stood =
                Stood { owner: instance.owner_session, made: instance.registered_at, version: instance.version };
            self.stood.insert(znode.clone(), stood);
        }
    }

    /// An intent was told: where it is another one, what it says itself counts until its znode is seen.
    pub(super) fn intends(&mut self, path: &Arc<str>, intent: &Intent) {
        let before = self.intents.insert(path.clone(), intent.clone());
        if before.is_none_or(|before| before.ties.stood != intent.ties.stood) {
            self.stood.remove(path);
        }
        let found: Vec<Arc<str>> = self.wanted(intent).map(|instance| instance.path.clone()).collect();
        found.iter().for_each(|path| self.seen(path));
    }
}
