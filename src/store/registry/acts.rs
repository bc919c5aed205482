//! What operators did last, as the registry keeps it: who deregistered what is gone, for when it comes back.

use std::sync::Arc;

use super::{Registry, SlotKey};
use crate::domain::{act::LastAct, id::ServiceId, intent::Op, show, time::Moment};

/// Acts that are known at most.
const AT_MOST: usize = 1_000;
/// How far apart an act and the leaving that it is the reason of may be, by clocks of different machines, in ms.
const APART_MS: i64 = 60_000;

impl Registry {
    /// Whether this very act is known.
    pub fn knows(&self, path: &str, act: &LastAct) -> bool {
        self.acts.get(path) == Some(act)
    }

    /// What was done last to an instance of the services of this name, as far as somebody left word of it.
    pub fn last_act(&self, service: &str) -> Option<&LastAct> {
        self.acts.values().find(|act| &*act.service == service)
    }

    pub(super) fn acted(&mut self, path: &Arc<str>, act: &LastAct) {
        if self.acts.len() < AT_MOST || self.acts.contains_key(path) {
            self.acts.insert(path.clone(), act.clone());
        }
        let key = (act.service.clone(), act.address.clone());
        if act.op == Op::Deregister && self.taken_out.len() < AT_MOST {
            self.taken_out.insert(key, act.clone());
        }
    }

    /// It left: where nobody deregistered it just now, an older act is not the reason.
    pub(super) fn left(&mut self, id: &ServiceId, key: &SlotKey, now: Moment) {
        let Some(address) = &key.address else { return };
        let key = (id.name.clone(), address.clone());
        if self.taken_out.get(&key).is_some_and(|act| now.since(act.at).abs() > APART_MS) {
            self.taken_out.remove(&key);
        }
    }

    /// It joined: what it is back from was told.
    pub(in crate::store) fn joined(&mut self, id: &ServiceId, key: &SlotKey) {
        if let Some(address) = &key.address {
            self.taken_out.remove(&(id.name.clone(), address.clone()));
        }
    }

    /// By whom it was deregistered before it joined, and why, as the end of a sentence; nothing where it was not.
    pub(super) fn after_what(&self, id: &ServiceId, key: &SlotKey, now: Moment) -> String {
        let Some(address) = &key.address else { return String::new() };
        let kept = self.intent(&id.name, address).filter(|intent| intent.op == Op::Deregister);
        let kept = kept.map(|intent| (&intent.by, intent.at, &intent.reason));
        let act = self.taken_out.get(&(id.name.clone(), address.clone()));
        let Some((by, at, reason)) = kept.or(act.map(|act| (&act.by, act.at, &act.reason))) else {
            return String::new();
        };
        let ago = show::duration((now.since(at).max(0) / 1000) as u64);
        let reason = reason.as_deref().map(|reason| format!(" ({reason})")).unwrap_or_default();
        format!(", {ago} after {by} deregistered it{reason}")
    }
}
