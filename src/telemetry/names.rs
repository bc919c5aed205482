//! Names that come again and again (services, keys, operations), kept once. Not a store: it forgets all of them when
//! they become too many, and begins anew.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use foldhash::fast::RandomState;

/// Names kept at once.
const MOST: usize = 1 << 14;
/// The longest name that is kept, in bytes.
const LONGEST: usize = 128;

/// The names.
#[derive(Debug, Default)]
pub(super) struct Names(Mutex<HashSet<Arc<str>, RandomState>>);

impl Names {
    /// The one copy of this name. Names longer than a name is are cut by the caller, not here.
    pub(super) fn get(&self, name: &str) -> Arc<str> {
        if name.len() > LONGEST {
            return name.into();
        }
        // A panic while it was held cannot have left a set of names half changed.
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = names.get(name) {
            return known.clone();
        }
        if names.len() >= MOST {
            names.clear();
        }
        let name: Arc<str> = name.into();
        names.insert(name.clone());
        name
    }
}
