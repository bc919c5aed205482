//! The mouse: a click puts the cursor, two open, the wheel scrolls the list under it. Nothing needs it.

use super::{
    Model, commands,
    grid::{self, Area},
    msg::{Effects, Hit, MouseAct},
    navigate,
    overlay::Overlay,
    screen::Screen,
};
use crate::app::screen::traces;
use crate::command::Command;

/// Rows that one notch of the wheel scrolls.
const NOTCH: isize = 3;

/// The mouse did something at a cell.
pub(super) fn act(model: &mut Model, act: MouseAct, x: u16, y: u16) -> Effects {
    if !model.overlays.is_empty() {
        // Clicks never confirm and never close: only the wheel acts on what is on top.
        if let Some(Overlay::Help { top } | Overlay::Plan { top, .. }) = model.overlays.last_mut() {
            match act {
                MouseAct::WheelDown => *top += NOTCH as usize,
                MouseAct::WheelUp => *top = top.saturating_sub(NOTCH as usize),
                MouseAct::Click | MouseAct::Double => {}
            }
        }
        return Effects::new();
    }
    let Some((pane, area)) = pane_at(model, x, y) else { return Effects::new() };
    if model.screen == Screen::Overview {
        model.pane = pane;
    }
    match act {
        MouseAct::WheelDown | MouseAct::WheelUp => {
            let by = if act == MouseAct::WheelDown { NOTCH } else { -NOTCH };
            // The wheel scrolls what is under it: beside a list its detail.
            let detail = grid::with_detail(area, model.size).1;
            if model.screen == Screen::Balancer && detail.is_some_and(|detail| detail.holds(x, y)) {
                return commands::detail(model, by);
            }
            if traces::holds_detail(model, area, x, y) {
                return commands::detail(model, by);
            }
            commands::step(model, by)
        }
        MouseAct::Click => put(model, pane, area, y),
        MouseAct::Double => {
            let mut effects = put(model, pane, area, y);
            effects.extend(commands::run(model, Command::Open, ""));
            effects
        }
    }
}

/// A click on something that is drawn: the cursor goes there; two are `Enter`.
pub(super) fn point(model: &mut Model, act: MouseAct, hit: Hit, x: u16, y: u16) -> Effects {
    if !model.overlays.is_empty() {
        return Effects::new();
    }
    if model.screen == Screen::Overview
        && let Some((pane, _)) = pane_at(model, x, y)
    {
        model.pane = pane;
    }
    match hit {
        Hit::Node(at) => model.screens.topology.put(at),
        Hit::Circuit(row) => model.screens.circuits.on = Some(row),
        Hit::Trace(id, above) => {
            let state = &mut model.screens.traces;
            (state.on, state.above) = (Some(id), above);
        }
        Hit::Line(key, above) => {
            let state = &mut model.screens.logs;
            if state.on != Some(key) {
                (state.open, state.tree) = (false, Default::default());
            }
            (state.on, state.above) = (Some(key), above);
        }
        Hit::Story(at) => model.screens.story.at = at,
        Hit::Verdict(at) => {
            model.verdict_at = at;
            model.screens.verdicts.put(at, model.verdicts.len());
        }
        Hit::Tab(screen) => {
            model.pane = screen;
            navigate::renew_rows(model);
            return Effects::new();
        }
    }
    match act {
        MouseAct::Double => commands::run(model, Command::Open, ""),
        _ => Effects::new(),
    }
}

fn pane_at(model: &Model, x: u16, y: u16) -> Option<(Screen, Area)> {
    if model.screen == Screen::Overview {
        return grid::overview(model.size, model.pane, navigate::further(model))
            .panes
            .into_iter()
            .find(|(_, area)| area.holds(x, y));
    }
    let body = grid::frame(model.size).body;
    body.holds(x, y).then_some((model.screen, body))
}

/// Puts the cursor on the row at `y`: below the pane's rule and its line of column names.
fn put(model: &mut Model, pane: Screen, area: Area, y: u16) -> Effects {
    let Some(row) = usize::from(y).checked_sub(usize::from(area.y) + 2) else { return Effects::new() };
    let height = usize::from(area.height).saturating_sub(2);
    if pane == Screen::Balancer {
        let len = model.rows.all.len();
        let at = model.cursor.first(height, len) + row;
        if at < len {
            model.screens.detail = 0;
            model.cursor.put(at, len);
            return navigate::preferred(model);
        }
    } else if pane == Screen::Verdicts {
        model.screens.verdicts.put(row, model.verdicts.len());
        model.verdict_at = model.screens.verdicts.at;
    }
    navigate::renew_rows(model);
    Effects::new()
}
