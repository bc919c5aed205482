//! Where the cursor is on the topology: a service, or a call out of it. Where nodes stand is `domain::topology`'s.

use std::sync::Arc;

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
