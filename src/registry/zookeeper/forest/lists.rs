//! Which instances of layouts of several znodes hang on which access lists: when a list is another, or its znode comes or
//! goes, those instances are read again and no others.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Both ways.
#[derive(Default)]
pub(super) struct Lists {
    /// The znodes whose lists decide over an instance, by its path; they need not be there.
    of: HashMap<Arc<str>, Box<[Arc<str>]>>,
    hanging: HashMap<Arc<str>, HashSet<Arc<str>>>,
}

impl Lists {
    /// Whether nothing hangs on any.
    pub(super) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// These decide over an instance, and no others.
    pub(super) fn set(&mut self, instance: &Arc<str>, lists: HashSet<Arc<str>>) {
        if self
            .of
            .get(instance)
            .is_some_and(|known| known.len() == lists.len() && known.iter().all(|l| lists.contains(l)))
        {
            return;
        }
        self.forget(instance);
        for list in &lists {
            self.hanging.entry(list.clone()).or_default().insert(instance.clone());
        }
        self.of.insert(instance.clone(), lists.into_iter().collect());
    }

    /// It is no instance any more.
    pub(super) fn forget(&mut self, instance: &Arc<str>) {
        for list in self.of.remove(instance).into_iter().flatten() {
            if let Some(hanging) = self.hanging.get_mut(&list) {
                hanging.remove(instance);
                if hanging.is_empty() {
                    self.hanging.remove(&list);
                }
            }
        }
    }

    /// The instances that hang on this one.
    pub(super) fn hanging_on(&self, list: &str) -> impl Iterator<Item = &Arc<str>> {
        self.hanging.get(list).into_iter().flatten()
    }
}
