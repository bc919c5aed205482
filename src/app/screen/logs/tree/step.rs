//! The cursor within the tree of an opened line: over its parts, and over the rows of a text that is unfolded.

use std::sync::Arc;

use super::{Node, in_sight, keep, key};
use crate::{
    app::{
        Model,
        screen::{Screen, logs},
    },
    domain::unfold::Rows,
};

/// Who goes further than this goes to an end of the lines.
const FAR: usize = 1 << 20;

/// Whether the log screen shows an opened line.
pub(in crate::app) fn is_open(model: &Model) -> bool {
    model.screen == Screen::Logs && model.screens.logs.open && !logs::shows_patterns(model)
}

/// Moves the cursor by so many rows within the tree of an open line; whether it stayed within. From its ends it leaves it.
pub(in crate::app) fn step(model: &mut Model, by: isize) -> bool {
    if !model.screens.logs.open || by.unsigned_abs() > FAR {
        return false;
    }
    let Some(line) = logs::line(model) else { return false };
    let nodes = in_sight(model, &line);
    keep(model, &nodes);
    let from = at(model, &nodes);
    // Row 0 is the line itself.
    let to = from.saturating_add_signed(by).min(nodes.iter().map(Node::rows).sum());
    if to == from {
        return false;
    }
    let (mut left, mut found) = (to, (None, None));
    for (place, node) in nodes.iter().enumerate() {
        if (1..=node.rows()).contains(&left) {
            found = (Some(place), left.checked_sub(2));
            break;
        }
        left = left.saturating_sub(node.rows());
    }
    (model.screens.logs.tree.on, model.screens.logs.tree.row) = found;
    true
}

/// The pane has another width: the rows of texts are laid out for it, and the cursor stays at its place in its text.
pub(in crate::app) fn resized(model: &mut Model) {
    let Some(line) = model.screens.logs.open.then(|| logs::line(model)).flatten() else { return };
    let nodes = in_sight(model, &line);
    let tree = &mut model.screens.logs.tree;
    if let Some(node) = tree.on.and_then(|on| nodes.get(on))
        && let Some((before, row)) = tree.laid.1.get(&key(&node.part, node.own)).zip(tree.row)
    {
        let at = before.rows.get(row).map_or(before.rest, |row| row.part.start);
        let place = |now: &Arc<Rows>| now.rows.partition_point(|row| row.part.start <= at).saturating_sub(1);
        tree.row = node.text.as_ref().map(place);
    }
    keep(model, &nodes);
}

/// A page of the tree on (`by` = 1) or back, once the cursor is in it; whether it stayed within.
pub(in crate::app::screen::logs) fn page(model: &mut Model, by: isize) -> bool {
    let rows = logs::height(model).saturating_sub(1).max(1);
    is_open(model) && model.screens.logs.tree.on.is_some() && step(model, by * rows as isize)
}

/// The row of the tree that the cursor is on, from 1; 0: on the line itself.
fn at(model: &Model, nodes: &[Node]) -> usize {
    let tree = &model.screens.logs.tree;
    let Some(on) = tree.on else { return 0 };
    let above: usize = nodes.iter().take(on).map(Node::rows).sum();
    let row = tree.row.map_or(0, |row| row + 1);
    above + 1 + nodes.get(on).map_or(0, |node| row.min(node.rows() - 1))
}
