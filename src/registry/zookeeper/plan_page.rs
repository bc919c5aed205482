//! Plans for instances whose provider can be told itself, by a page of its own: the layouts that have one choose by which of the
//! two ways a step goes, and say what is posted. Here they are only asked. Pure: who asks the page and who posts is `runtime`'s.

use std::sync::Arc;

use super::layout;
use super::plan::refused;
use super::reading::Surroundings;
use crate::domain::intent::{Intent, Op};
use crate::domain::plan::{Draft, Target, Write, WriteKind};
use crate::domain::way::{Via, Way};
use crate::registry::NoDraft;

/// A layout whose providers may have a page by which they are told to take no calls (`Traits::own_page`).
pub(super) trait OwnPage: Sync {
    /// Whose layout, in a sentence.
    fn whose(&self) -> &'static str;

    /// The way of a drain or an undrain.
    ///
    /// # Errors
    /// Where it can go by no way that was asked for.
    fn choose(&self, target: &Target, op: Op, via: Via, around: &Surroundings) -> Result<Chosen, NoDraft>;

    /// What takes a post of before back, where the process still holds what it was told; `None`: it is as it was.
    ///
    /// # Errors
    /// Where it was told something else since, or cannot be told.
    fn back(&self, made: &Write, around: &Surroundings) -> Result<Option<Write>, NoDraft>;

    /// Makes a plan that posts this say what follows from that.
    fn settle(&self, draft: &mut Draft, post: &Write, around: &Surroundings);
}

/// The way of a drain or an undrain: what is posted, if it is the provider's; and what is to be said of it.
#[derive(Default)]
pub(super) struct Chosen {
    /// What is posted; `None` within `Some`: the process holds that status already.
    pub(super) post: Option<Option<Write>>,
    pub(super) way: Option<Way>,
    pub(super) warnings: Vec<Arc<str>>,
}

/// Chooses the way of a step.
pub(super) fn choose(target: &Target, op: Op, via: Via, around: &Surroundings) -> Result<Chosen, NoDraft> {
    let page = layout::format(target.service.layout).own_page();
    match page.filter(|_| matches!(op, Op::Drain | Op::Undrain)) {
        Some(page) => page.choose(target, op, via, around),
        None if via == Via::Actuator => {
            let whose: Vec<_> = layout::formats().filter_map(|format| Some(format.own_page()?.whose())).collect();
            let whose = whose.join(" or ");
            Err(refused(format!("Only a drain or an undrain in {whose} layout can go by an actuator.")))
        }
        None => Ok(Chosen::default()),
    }
}

/// What takes a post of before back.
pub(super) fn back(target: &Target, made: &Write, around: &Surroundings) -> Result<Option<Write>, NoDraft> {
    match layout::format(target.service.layout).own_page() {
        Some(page) => page.back(made, around),
        None => Err(refused(format!("Nobody is told by {} any more: it cannot be taken back.", made.path))),
    }
}

/// Makes a plan whose write is a post say what follows from that.
pub(super) fn settle(draft: &mut Draft, around: &Surroundings) {
    let post = draft.writes.iter().find(|write| write.kind == WriteKind::Http).cloned();
    if let Some((post, page)) = post.zip(layout::format(draft.target.service.layout).own_page()) {
        page.settle(draft, &post, around);
    }
}

/// The page by which a kept intent was told, if it was.
pub(super) fn way_of(intent: &Intent) -> Via {
    if intent.ties.page.is_some() { Via::Actuator } else { Via::Registry }
}
