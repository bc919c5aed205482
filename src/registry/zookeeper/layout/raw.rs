//! Ephemerals that no layout explains: shown, never written, and why not in words.

use std::sync::{Arc, LazyLock};

use super::{Content, Edit, Format, Leaf, Undone, unread};
use crate::domain::id::Layout;
use crate::domain::instance::Capabilities;
use crate::domain::plan::{Durability, Refusal};

pub(super) struct Raw;

const WHY: &str = "no layout that keepwatch knows explains this znode: what its readers make of a change is not known";

static NOTHING: LazyLock<Arc<Capabilities>> = LazyLock::new(|| {
    let why: Arc<str> = WHY.into();
    Arc::new(Capabilities { drain: Err(why.clone()), weight: Err(why.clone()), deregister: Err(why) })
});

impl Format for Raw {
    fn layout(&self) -> Layout {
        Layout::RAW
    }

    /// Never of itself: it is what is left when the znodes beside it do not explain it either.
    fn claim(&self, _: &Leaf<'_>) -> Option<Content> {
        None
    }

    fn adopt(&self, _: &Leaf<'_>) -> Content {
        unread(NOTHING.clone())
    }

    fn edit(&self, _: &[u8], _: Edit<'_>) -> Result<Option<Vec<u8>>, Refusal> {
        Err(Refusal::new(format!("Not possible here: {WHY}.")))
    }

    fn take_back(&self, _: &[u8], _: &[u8], _: &[u8]) -> Undone {
        Undone::Conflict
    }

    fn durability(&self) -> Durability {
        Durability::UntilNewSession
    }

    fn leaves(&self) -> &'static str {
        "Not known."
    }

    fn takes_effect(&self, _: Edit<'_>) -> &'static str {
        "Not known."
    }
}
