//! What an operator did last to an instance of a service, as it is left in the data of the service's own znode below
//! `/keepwatch/intents`: who took something away or back, and why, for every Keepwatch that watches. Not what is wanted of an
//! instance: that is an intent.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    address::Address,
    intent::{self, Op},
    time::Moment,
};

/// A longer reason is nobody's sentence, in characters.
const REASON: usize = 2_000;
/// A larger document is nobody's act, in bytes.
const LARGEST: usize = 64 * 1024;

/// Whether this is the znode of a service below which its intents are kept, and which holds its last act.
pub fn is_kept_at(path: &str) -> bool {
    path.strip_prefix(intent::ROOT).is_some_and(|rest| !rest.is_empty() && !rest.contains('/'))
}

/// The last act on an instance of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastAct {
    /// What was done.
    pub op: Op,
    /// Of which service.
    pub service: Arc<str>,
    /// To which of its instances.
    pub address: Address,
    /// Who did it.
    pub by: Arc<str>,
    /// When, by their clock.
    pub at: Moment,
    /// Why, in their words.
    pub reason: Option<Arc<str>>,
}

impl LastAct {
    /// The bytes of the znode.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// From the bytes of a znode; `None` where they are something else: an older Keepwatch leaves none.
    pub fn read(data: &[u8]) -> Option<LastAct> {
        let act: LastAct = serde_json::from_slice(data.get(..data.len().min(LARGEST))?).ok()?;
        let reason = act.reason.map(|reason| match reason.char_indices().nth(REASON) {
            Some((end, _)) => reason[..end].into(),
            None => reason,
        });
        Some(LastAct { reason, ..act })
    }

    /// `: why` behind a sentence, or nothing.
    pub fn because(&self) -> String {
        self.reason.as_deref().map(|reason| format!(": {reason}")).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_act_is_read_as_it_was_left_and_an_empty_znode_is_none() {
        let act = LastAct {
            op: Op::Deregister,
            service: "s".into(),
            address: "10.0.0.1:80".parse().expect("an address"),
            by: "anna".into(),
            at: Moment(5),
            reason: Some("vendor".into()),
        };
        assert_eq!(LastAct::read(&act.bytes()), Some(act));
        assert_eq!(LastAct::read(b""), None);
    }
}
