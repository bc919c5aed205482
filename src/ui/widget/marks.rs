//! One mark for each of many things, in the same place always. Reading goes from left to right, in the order given.

use ratatui::layout::{Position, Rect};

use super::canvas::Canvas;
use crate::theme::{Mark, Role};

/// Draws marks with a blank between them, row by row, as many as fit. The healthy are dim: what is not stands out.
/// Returns how many did not fit, for the caller to say.
pub fn marks(canvas: &mut Canvas<'_>, area: Rect, all: &[Mark], cursor: Option<usize>) -> usize {
    let columns = usize::from(area.width.div_ceil(2));
    let room = columns * usize::from(area.height);
    for (index, mark) in all.iter().take(room).enumerate() {
        let Some(at) = place(area, index) else { continue };
        let style = canvas.style(if *mark == Mark::Up { Role::OkDim } else { mark.role() });
        canvas.put(at.x, at.y, 1, mark.symbol(), style);
        if cursor == Some(index) {
            let select = canvas.style(Role::Select);
            canvas.tint(Rect { x: at.x, y: at.y, width: 1, height: 1 }, select);
        }
    }
    all.len().saturating_sub(room)
}

fn place(area: Rect, index: usize) -> Option<Position> {
    let columns = usize::from(area.width.div_ceil(2));
    let (row, column) = (index.checked_div(columns)?, index.checked_rem(columns)?);
    let x = area.x.checked_add(u16::try_from(column * 2).ok()?)?;
    let y = area.y.checked_add(u16::try_from(row).ok()?)?;
    area.contains(Position { x, y }).then_some(Position { x, y })
}

/// Which of the marks that [`marks`] drew into `area` is at a place.
pub fn mark_at(area: Rect, all: usize, at: Position) -> Option<usize> {
    if !area.contains(at) || !(at.x - area.x).is_multiple_of(2) {
        return None;
    }
    let columns = usize::from(area.width.div_ceil(2));
    let index = usize::from(at.y - area.y) * columns + usize::from((at.x - area.x) / 2);
    (index < all).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::super::canvas::tests::drawn;
    use super::*;

    #[test]
    fn every_thing_keeps_its_place() {
        let mut all = vec![Mark::Up; 8];
        all[4] = Mark::Down;
        let area = Rect::new(1, 0, 5, 2);
        let text = drawn(7, 2, |canvas| assert_eq!(marks(canvas, area, &all, Some(4)), 2));
        assert_eq!(text, " ● ● ●\n ● ✗ ●");
        assert_eq!(mark_at(area, all.len(), Position { x: 3, y: 1 }), Some(4));
        assert_eq!(mark_at(area, all.len(), Position { x: 2, y: 1 }), None);
        assert_eq!(drawn(7, 2, |canvas| assert_eq!(marks(canvas, Rect::ZERO, &all, None), 8)), "\n");
    }
}
