//! Where the cursor is on the topology: a service, or a call out of it. Where nodes stand is `domain::topology`'s.

use std::sync::Arc;

use crate::app::Model;

/// What the topology remembers.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// The service under the cursor.
    pub node: Option<Arc<str>>,
    /// The callee of the call under the cursor, if a call is.
    pub edge: Option<Arc<str>>,
    /// Draws everything, folds nothing.
    pub unfolded: bool,
}

/// Up or down among the services, in the order of the list.
pub(in crate::app) fn step(model: &mut Model, by: isize) {
    let names: Vec<Arc<str>> = model.cluster.services.iter().map(|s| s.id.name.clone()).collect();
    if names.is_empty() {
        return;
    }
    let state = &mut model.screens.topology;
    // On a call, up and down choose among the calls of the same caller.
    if let (Some(node), Some(edge)) = (&state.node, &state.edge) {
        let calls: Vec<&Arc<str>> = model.cluster.edges.iter().filter(|e| e.from == *node).map(|e| &e.to).collect();
        let at = calls.iter().position(|to| *to == edge).unwrap_or(0);
        let next = at.saturating_add_signed(by).min(calls.len().saturating_sub(1));
        state.edge = calls.get(next).map(|to| (*to).clone());
        return;
    }
    let at = state.node.as_ref().and_then(|n| names.iter().position(|x| x == n));
    let next = match at {
        Some(at) => at.saturating_add_signed(by).min(names.len() - 1),
        None => 0,
    };
    state.node = names.get(next).cloned();
}

/// Along the calls: right from a service onto its first call, from a call to its callee; left the way back.
pub(in crate::app) fn along(model: &mut Model, by: isize) {
    let edges = &model.cluster.edges;
    let state = &mut model.screens.topology;
    let Some(node) = state.node.clone() else {
        state.node = model.cluster.services.first().map(|s| s.id.name.clone());
        return;
    };
    match (by > 0, state.edge.take()) {
        (true, Some(to)) => state.node = Some(to),
        (true, None) => state.edge = edges.iter().find(|e| e.from == node).map(|e| e.to.clone()),
        (false, Some(_)) => {}
        (false, None) => {
            if let Some(edge) = edges.iter().find(|e| e.to == node) {
                state.node = Some(edge.from.clone());
                state.edge = Some(edge.to.clone());
            }
        }
    }
}
