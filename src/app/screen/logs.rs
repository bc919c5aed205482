//! What the logs screen remembers: level, filter, and whether it follows the newest line or is held for reading.

use crate::{
    app::{Model, msg::Effects},
    domain::log::Level,
};

/// What it remembers.
#[derive(Clone, Debug)]
pub struct State {
    /// Lines below this level are left out; unknown levels are kept.
    pub level: Level,
    /// Only lines that hold this.
    pub filter: String,
    /// The line under the cursor, by its number in the store; `None` follows the newest.
    pub on: Option<u64>,
    /// How many lines were known when reading began: what came since is counted.
    pub read_from: u64,
    /// The line under the cursor is open, as a tree.
    pub open: bool,
    /// Events of the story are shown among the lines.
    pub events: bool,
}

impl Default for State {
    fn default() -> Self {
        State { level: Level::Info, filter: String::new(), on: None, read_from: 0, open: false, events: true }
    }
}

pub(in crate::app) fn step(model: &mut Model, by: isize) -> Effects {
    let _ = (model, by);
    Effects::new()
}

pub(in crate::app) fn open(model: &mut Model) -> Effects {
    let _ = model;
    Effects::new()
}

pub(in crate::app) fn copied(model: &Model) -> Option<String> {
    let _ = model;
    None
}

/// A level more (`by` = 1) or less is asked of the lines.
pub(in crate::app) fn level(model: &mut Model, by: isize) -> Effects {
    const LEVELS: [Level; 6] = [Level::Trace, Level::Debug, Level::Info, Level::Warn, Level::Error, Level::Fatal];
    let at = LEVELS.iter().position(|l| *l == model.screens.logs.level).unwrap_or(2);
    model.screens.logs.level = LEVELS[at.saturating_add_signed(by).min(LEVELS.len() - 1)];
    Effects::new()
}
