//! How what is selected is reached, as calls to it tell: worked out anew where that, the registry or what calls told changed, not
//! for each frame. The rule is the store's.

use crate::{
    app::selection::Selection,
    store::{World, traces::Reach, world::ReachVersion},
};

/// What is known of that.
#[derive(Clone, Debug, Default)]
pub struct Known {
    made_for: Option<(ReachVersion, Selection)>,
    reach: Option<Reach>,
}

impl Known {
    /// Brings it up to date: how the service, the instance or the callee that is selected is reached.
    pub(in crate::app) fn renew(&mut self, world: &World, selection: &Selection) {
        let version = world.reach_version();
        if self.made_for.as_ref().is_some_and(|(made, of)| *made == version && of == selection) {
            return;
        }
        let reach = match selection {
            Selection::All | Selection::Trace(_) => None,
            Selection::Service(name) => Some(world.reach(name)),
            Selection::Instance(id) => Some(world.reach_of(id)),
            Selection::Edge(_, to) | Selection::Circuit(_, to) => Some(world.reach(to)),
        };
        // The same one is known at a glance by those that compare it often.
        if self.reach != reach {
            self.reach = reach;
        }
        self.made_for = Some((version, selection.clone()));
    }

    /// As it was when it was last brought up to date.
    pub(in crate::app) fn reach(&self) -> Option<Reach> {
        self.reach.clone()
    }
}
