//! A page of a list: as many rows as are drawn of it, so that no row is passed over that was never shown.

use super::{
    Model,
    grid::{self, Room},
    msg::Effects,
    navigate,
    screen::{Screen, circuits, logs, traces},
    selection::Selection,
};

/// How many rows are drawn of the list that has the keys.
pub fn rows(model: &Model) -> usize {
    let full = model.screen != Screen::Overview;
    let body = grid::frame(model.size).body;
    let focus = navigate::focus(model);
    let pane = || {
        let panes = grid::overview(model.size, model.pane, navigate::further(model)).panes;
        let area = panes.into_iter().find(|(screen, _)| *screen == focus).map(|(_, area)| area);
        area.map_or(0, |area| area.height)
    };
    // The rule, and the names of columns.
    let rows = match focus {
        Screen::Logs => return logs::rows(model),
        Screen::Traces if full && model.screens.traces.open.is_some() => fall(body.height),
        Screen::Traces => return traces::height(model).max(1),
        Screen::Balancer if full => {
            let instance = matches!(model.selection, Selection::Instance(_));
            grid::balancer(body, model.rows.all.len(), instance).list.height.saturating_sub(2)
        }
        Screen::Circuits if full => {
            let (list, _) = circuits::split(body.height.saturating_sub(1));
            list.saturating_sub(1 + circuits::legend(list))
        }
        Screen::Balancer | Screen::Circuits | Screen::Topology if !full => pane().saturating_sub(2),
        Screen::Verdicts => verdicts(body.height, model.verdicts.len()).saturating_sub(1),
        _ => body.height.saturating_sub(1),
    };
    usize::from(rows.max(1))
}

/// Rows of the list of verdicts with its rule, on a screen of so many rows.
pub fn verdicts(height: u16, count: usize) -> u16 {
    let wanted = u16::try_from(count).unwrap_or(u16::MAX).saturating_add(1).max(2);
    height.saturating_sub(1).min(wanted).min((height / 3).max(3))
}

/// Rows of a waterfall that is longer than its room: its rule and its axis left out.
fn fall(body: u16) -> u16 {
    let lower = body - traces::list_rows(body);
    let room = lower - traces::log_rows(lower) - 2.min(lower);
    room - traces::below_rows(room)
}

/// `PgDn` and `PgUp`: a page on, or back.
pub(super) fn turn(model: &mut Model, by: isize) -> Effects {
    let is_list =
        model.screen != Screen::Traces || (model.screens.traces.open.is_none() && !traces::operations::shown(model));
    match navigate::focus(model) {
        Screen::Logs if !logs::shows_patterns(model) => logs::page(model, by),
        Screen::Traces if is_list => traces::page(model, by),
        Screen::Balancer if Room::of(model.size) == Room::Sentence => Effects::new(),
        _ => super::commands::step(model, by * rows(model) as isize),
    }
}
