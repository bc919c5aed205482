//! Whether what is deregistered comes back, and when: by its layout, and by whether its znodes are a session's own.

use crate::{
    domain::{
        layout::Comeback,
        plan::{Durability, Plan},
    },
    store::World,
};

/// A sentence: until when it stays away.
pub fn sentence(world: &World, plan: &Plan) -> &'static str {
    let target = &plan.draft.target;
    let known = target.paths.iter().filter_map(|path| world.registry.instance(path));
    let owned = known.into_iter().any(|instance| instance.owner_session.is_some());
    let reconnects = plan.draft.durability == Durability::UntilReconnect;
    match target.service.layout.traits().comeback {
        _ if !owned => "It stays away until its owner registers it again: no session holds it.",
        Comeback::AtOnce => {
            "It comes back at once: its provider makes its znode anew as soon as that is gone. Drain it instead."
        }
        comeback if comeback == Comeback::AtReconnect || reconnects => {
            "It comes back at its provider's next reconnect: a connection that drops for a second is enough."
        }
        _ => {
            "It comes back when its provider registers again: at its next session, about ten seconds after that is lost, or at its restart."
        }
    }
}
