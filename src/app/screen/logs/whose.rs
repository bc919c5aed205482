//! By which names and addresses lines are those of what is selected, and how that is reached: as the registry knows it, worked out
//! anew where that or the selection changed.

use std::sync::Arc;

use crate::{
    app::{Model, screen::reach, selection::Selection},
    domain::whose::Whose,
};

/// The services of what is selected, a caller before its callee.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The structure of the registry, and the selection.
    made_for: (u64, Selection),
    pub(super) services: Vec<Whose>,
    pub(super) reach: reach::Known,
}

/// Brings them up to date.
pub(super) fn renew(model: &mut Model) {
    let registry = &model.world.registry;
    let made_for = (registry.structure(), &model.selection);
    let known = &mut model.screens.logs.whose;
    known.reach.renew(&model.world, &model.selection);
    if (known.made_for.0, &known.made_for.1) == made_for {
        return;
    }
    let whose = |name: &Arc<str>| registry.whose(name);
    let services = match &model.selection {
        Selection::All | Selection::Trace(_) => Vec::new(),
        Selection::Service(name) => vec![whose(name)],
        Selection::Instance(id) => vec![registry.whose_at(&id.service, &id.address)],
        Selection::Edge(from, to) => vec![whose(from), whose(to)],
        Selection::Circuit(from, to) => vec![whose(&from.service), whose(to)],
    };
    (known.made_for, known.services) = ((made_for.0, model.selection.clone()), services);
}
