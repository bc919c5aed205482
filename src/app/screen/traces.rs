//! What the traces screen remembers: the trace under the cursor, the one that is open, and its filter.

use crate::{
    app::{Model, cursor::Cursor, msg::Effects},
    domain::span::TraceId,
};

/// What it remembers.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Cursor in the list, newest first.
    pub cursor: Cursor,
    /// The trace under the cursor: the cursor stays on it while newer ones come. `None` follows the newest.
    pub on: Option<TraceId>,
    /// The trace whose waterfall is open.
    pub open: Option<TraceId>,
    /// Cursor in the waterfall.
    pub span: Cursor,
    /// The span's detail is open.
    pub detail: bool,
    /// Only traces that hold this.
    pub filter: String,
    /// Only failed ones.
    pub errors: bool,
}

pub(in crate::app) fn step(model: &mut Model, by: isize) -> Effects {
    let _ = (model, by);
    Effects::new()
}

pub(in crate::app) fn open(model: &mut Model) -> Effects {
    let _ = model;
    Effects::new()
}
