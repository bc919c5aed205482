//! Keepwatch's own znodes: `/keepwatch/intents/<service, / as %2F>/<address>`, and the ephemerals of operators that are
//! present, `/keepwatch/operators/<host>-<number>`; a JSON document each.

use std::sync::Arc;

use crate::domain::act::LastAct;
use crate::domain::fact::RegistryFact;
use crate::domain::intent::{Intent, Operator};
use crate::domain::plan::Target;
use crate::zk::tree::{Change, below};

/// Above all that Keepwatch keeps.
const OWN: &str = "/keepwatch";
/// Above the intents.
pub(super) const ROOT: &str = "/keepwatch/intents";
/// Above the operators' ephemerals.
pub(super) const OPERATORS: &str = "/keepwatch/operators";
/// A larger document is nobody's intent.
const LARGEST: usize = 256 * 1024;

/// Whether the path is Keepwatch's own, and so nobody's instance.
pub(super) fn ours(path: &str) -> bool {
    below(path, OWN)
}

/// Where the intent for the target is kept; without an address nowhere.
pub(super) fn path(target: &Target) -> Option<Arc<str>> {
    let service = target.service.name.replace('%', "%25").replace('/', "%2F");
    target.address.as_ref().map(|address| format!("{ROOT}/{service}/{address}").into())
}

/// The znode above a service's intents, whose version tells whether anybody has taken one of its instances away meanwhile.
pub(crate) fn guard(target: &Target) -> Arc<str> {
    let service = target.service.name.replace('%', "%25").replace('/', "%2F");
    format!("{ROOT}/{service}").into()
}

/// Reads an intent; what is none is left alone.
pub(super) fn read(data: &[u8]) -> Option<Intent> {
    (data.len() <= LARGEST).then(|| serde_json::from_slice(data).ok()).flatten()
}

/// Reads an operator; what is none is nobody. Names are short, or somebody wants to fill our memory.
fn operator(data: &[u8]) -> Option<Operator> {
    serde_json::from_slice(data.get(..data.len().min(4096))?).ok()
}

/// What a change below [`OWN`] means.
pub(super) fn fact(change: &Change) -> Option<RegistryFact> {
    let path = change.path();
    if path.strip_prefix(OPERATORS).is_some_and(|name| name.matches('/').count() == 1) {
        return match change {
            Change::Upsert(node) => Some(match operator(&node.data).filter(|_| node.stat.ephemeral_owner != 0) {
                Some(operator) => RegistryFact::Operator(path.clone(), operator),
                None => RegistryFact::OperatorGone(path.clone()),
            }),
            Change::Gone(_) => Some(RegistryFact::OperatorGone(path.clone())),
            Change::Hidden(..) | Change::Access(..) => None,
        };
    }
    match (path.strip_prefix(ROOT)?.matches('/').count(), change) {
        (1, Change::Upsert(node)) => {
            return LastAct::read(&node.data).map(|act| RegistryFact::Act(path.clone(), Box::new(act)));
        }
        (2, _) => {}
        _ => return None,
    }
    match change {
        Change::Upsert(node) => match read(&node.data) {
            Some(intent) => Some(RegistryFact::Intent(path.clone(), Box::new(intent))),
            None => {
                tracing::warn!("{path} is no intent that this keepwatch can read; it is left alone");
                Some(RegistryFact::IntentGone(path.clone()))
            }
        },
        Change::Gone(_) | Change::Hidden(..) => Some(RegistryFact::IntentGone(path.clone())),
        Change::Access(..) => None,
    }
}
