//! How much of what is stored is looked at in one go: work is counted where it is done, so that a long search is many short
//! pieces and no frame waits for it. No clock: whoever asks says how much, and may learn from how long that took.

/// Work that may still be done in this go. One unit is about a ns of a common machine; what counts is that all that is done for
/// a query is counted alike.
#[derive(Debug)]
pub struct Effort(u64);

impl Effort {
    /// So many units.
    pub fn new(units: u64) -> Effort {
        Effort(units)
    }

    /// As much as there is to do.
    pub fn whole() -> Effort {
        Effort(u64::MAX)
    }

    /// Whether nothing more is to be done in this go.
    pub fn is_spent(&self) -> bool {
        self.0 == 0
    }

    /// This was done. The last piece may be more than was left.
    pub(super) fn spend(&mut self, units: u64) {
        self.0 = self.0.saturating_sub(units);
    }
}
