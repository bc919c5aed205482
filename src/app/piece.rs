//! How much of what is stored is looked at in one go while something is searched: so much that the next key need not wait for
//! it, and that its frame comes at once. Not a clock: whoever runs `update` says how long a go took.

use crate::store::effort::Effort;

/// What a go may take, in µs: with the frame that is being drawn and the one that follows, a key is answered within 16 ms.
const GOAL_US: u64 = 2_000;
/// The first go after something was asked, in units of [`Effort`]: its frame comes at once, with what is newest.
const FIRST: u64 = 1_000_000;
/// No go is smaller: it must come to an end on a busy machine, too.
const LEAST: u64 = 200_000;
/// No go is larger, in units.
const MOST: u64 = 1 << 30;

/// One go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// In units of [`Effort`].
    units: u64,
    first: u64,
}

impl Default for Piece {
    fn default() -> Self {
        Piece { units: FIRST, first: FIRST }
    }
}

impl Piece {
    /// All there is in one go, for who prints what was found and shows no frame.
    pub fn whole() -> Piece {
        Piece { units: u64::MAX, first: u64::MAX }
    }

    /// A go that took so long, in µs, is answered by larger or smaller ones.
    pub fn took(&mut self, us: u64) {
        if self.units == u64::MAX {
            return;
        }
        // At most the double: the rest of what is stored may be dearer than what was just looked at.
        let fits = u128::from(self.units) * u128::from(GOAL_US) / u128::from(us.max(1));
        let most = MOST.min(self.units.saturating_mul(2));
        self.units = u64::try_from(fits).unwrap_or(most).clamp(LEAST, most.max(LEAST));
    }

    /// What may be done in the go that follows a key or news.
    pub(super) fn first(self) -> Effort {
        Effort::new(self.first.min(self.units))
    }

    /// What may be done in one of those that go on.
    pub(super) fn next(self) -> Effort {
        Effort::new(self.units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_become_as_large_as_the_time_allows_and_smaller_at_once() {
        let mut piece = Piece::default();
        piece.took(100);
        assert_eq!(piece.units, 2 * FIRST, "never more than the double");
        piece.took(2 * GOAL_US);
        assert_eq!(piece.units, FIRST);
        piece.took(0);
        piece.took(1_000 * GOAL_US);
        assert_eq!(piece.units, LEAST);
        piece.took(GOAL_US);
        assert_eq!(piece.units, LEAST);
        (0..99).for_each(|_| piece.took(1));
        assert_eq!(piece.units, MOST);
        let mut whole = Piece::whole();
        whole.took(1_000 * GOAL_US);
        assert_eq!(whole, Piece::whole());
    }
}
