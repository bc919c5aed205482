//! A cursor in a list that changes under it: it stays on the same thing, not on the same row; if the thing vanishes, on
//! its row. What the things are is the list's.

/// A cursor and the first row that is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// The row.
    pub at: usize,
    /// The first row on the screen.
    pub top: usize,
}

impl Cursor {
    /// Moves by so many rows within a list of `len`; whether it moved.
    pub fn step(&mut self, by: isize, len: usize) -> bool {
        let before = self.at;
        self.at = self.at.saturating_add_signed(by).min(len.saturating_sub(1));
        self.at != before
    }

    /// Puts it on a row.
    pub fn put(&mut self, at: usize, len: usize) {
        self.at = at.min(len.saturating_sub(1));
    }

    /// Scrolls as little as needed so that the cursor is among `height` rows; never past the list's end.
    pub fn show(&mut self, height: usize, len: usize) {
        self.at = self.at.min(len.saturating_sub(1));
        self.top = self.top.min(self.at).max((self.at + 1).saturating_sub(height.max(1)));
        self.top = self.top.min(len.saturating_sub(height));
    }

    /// The first row to draw in a list of `len` where `height` rows fit, without changing anything.
    pub fn first(&self, height: usize, len: usize) -> usize {
        let mut copy = *self;
        copy.show(height, len);
        copy.top
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_within_the_list_and_on_the_screen() {
        let mut cursor = Cursor::default();
        assert!(!cursor.step(-1, 5));
        assert!(cursor.step(10, 5));
        assert_eq!(cursor.at, 4);
        cursor.show(3, 5);
        assert_eq!(cursor.top, 2);
        cursor.show(3, 2);
        assert_eq!((cursor.at, cursor.top), (1, 0));
        cursor.show(0, 0);
        assert_eq!((cursor.at, cursor.top), (0, 0));
    }
}
