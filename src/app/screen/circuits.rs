//! What the circuits screen remembers: the pair or breaker under the cursor.

use std::sync::Arc;

use crate::app::cursor::Cursor;

/// What it remembers.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Cursor among pairs and, where unfolded, their breakers.
    pub cursor: Cursor,
    /// Pairs whose breakers are shown although all are closed.
    pub open: std::collections::BTreeSet<(Arc<str>, Arc<str>)>,
    /// Only pairs whose caller or callee holds this.
    pub filter: String,
}
