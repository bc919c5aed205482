//! What one instance taught about its service, for the next instance of it. Bounded by the services that there are.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::learn::Way;

/// What was learnt from instances, by the name of their service.
#[derive(Debug, Default)]
pub struct Lore(Mutex<HashMap<Arc<str>, Known>>);

/// What is known of one service.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Where its health is.
    pub way: Option<Arc<Way>>,
    /// The last instance that was searched for breakers lists none.
    pub no_breakers: bool,
}

impl Lore {
    /// What is known of a service.
    pub fn of(&self, service: &str) -> Known {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(service).cloned().unwrap_or_default()
    }

    /// Notes what was learnt of a service.
    pub fn note(&self, service: &Arc<str>, change: impl FnOnce(&mut Known)) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        change(all.entry(Arc::clone(service)).or_default());
    }

    /// Keeps only services that are still there.
    pub fn keep(&self, there: impl Fn(&str) -> bool) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).retain(|service, _| there(service));
    }
}
