//! What has to be written so that a terminal that shows one buffer shows another: as few bytes as can be, since a
//! dashboard over ssh is read on thin lines. Pure; not the thread that writes them.

use std::io::Write as _;

use ratatui::{
    buffer::{Buffer, Cell, CellWidth as _},
    layout::Position,
};

use super::pen::Pen;

/// From here on a frame is bracketed as a synchronised update; a shorter one reaches the terminal in one piece anyway.
const SYNC_FROM: usize = 256;
const SYNC_BEGIN: &[u8] = b"\x1b[?2026h";
const SYNC_END: &[u8] = b"\x1b[?2026l";

/// Bytes of the shortest jump to the right.
const JUMP: usize = 3;

/// What the terminal is known to be: its pen, its cursor.
#[derive(Debug, Default)]
pub(super) struct Screen {
    pen: Pen,
    /// Where the cursor stands; `None` where that is not known.
    at: Option<(u16, u16)>,
    /// The cursor is visible.
    visible: bool,
}

impl Screen {
    /// Writes the difference between `before` and `after` (equal areas) into `out`, and nothing where there is none.
    /// With `anew` the terminal's content counts as unknown: it is cleared, and `before` must be blank.
    pub(super) fn frame(
        &mut self,
        before: &Buffer,
        after: &Buffer,
        cursor: Option<Position>,
        anew: bool,
        out: &mut Vec<u8>,
    ) {
        let start = out.len();
        out.extend_from_slice(SYNC_BEGIN);
        if anew {
            *self = Screen::default();
            out.extend_from_slice(b"\x1b[?25l\x1b[m\x1b[2J");
        }
        let width = usize::from(after.area.width);
        if width > 0 && before.area == after.area {
            let rows = before.content.chunks_exact(width).zip(after.content.chunks_exact(width));
            for (y, (before, after)) in (0..).zip(rows) {
                self.row(y, before, after, out);
            }
        }
        self.cursor(cursor, out);
        let written = out.len() - start - SYNC_BEGIN.len();
        if written < SYNC_FROM {
            out.drain(start..start + SYNC_BEGIN.len());
        } else {
            out.extend_from_slice(SYNC_END);
        }
    }

    /// One row. Cells behind a wide character show nothing of their own, whatever stands in the buffer: they are not
    /// written, and what shows where one was before has to be.
    fn row(&mut self, y: u16, before: &[Cell], after: &[Cell], out: &mut Vec<u8>) {
        let (mut behind_old, mut behind_new) = (0_usize, 0_usize);
        for (x, (old, new)) in before.iter().zip(after).enumerate() {
            let room = after.len() - x;
            let (symbol, width) = glyph(new, room);
            if behind_new == 0 && (behind_old > 0 || old != new) {
                if !self.over(x, y, after, out) {
                    self.go(x as u16, y, out);
                }
                self.pen.change(new, symbol == " ", out);
                out.extend_from_slice(symbol.as_bytes());
                // Behind the last column terminals differ, and they may differ about the width of a cluster.
                let sure = width < room && symbol.chars().nth(1).is_none();
                self.at = sure.then_some(((x + width) as u16, y));
            }
            behind_new = if behind_new > 0 { behind_new - 1 } else { width - 1 };
            behind_old = if behind_old > 0 { behind_old - 1 } else { glyph(old, room).1 - 1 };
        }
    }

    /// Gets to a place by writing again the few cells before it, where that is shorter than a jump; whether it did.
    fn over(&mut self, x: usize, y: u16, row: &[Cell], out: &mut Vec<u8>) -> bool {
        let Some((at, _)) = self.at.filter(|(at, row)| *row == y && (1..=JUMP).contains(&x.wrapping_sub((*at).into())))
        else {
            return false;
        };
        let between = &row[usize::from(at)..x];
        let plain = |cell: &Cell| matches!(cell.symbol().as_bytes(), [b' '..=b'~']);
        if !between.iter().all(|cell| plain(cell) && self.pen.fits(cell, cell.symbol() == " ")) {
            return false;
        }
        between.iter().for_each(|cell| out.extend_from_slice(cell.symbol().as_bytes()));
        self.at = Some((x as u16, y));
        true
    }

    fn go(&mut self, x: u16, y: u16, out: &mut Vec<u8>) {
        if self.at == Some((x, y)) {
            return;
        }
        // Writing to a Vec cannot fail.
        let _ = match self.at {
            Some((at, row)) if row == y && at + 1 == x => out.write_all(b"\x1b[C"),
            Some((at, row)) if row == y && at < x => write!(out, "\x1b[{}C", x - at),
            Some((_, row)) if row + 1 == y && x == 0 => out.write_all(b"\r\n"),
            _ if x == 0 && y == 0 => out.write_all(b"\x1b[H"),
            _ if x == 0 => write!(out, "\x1b[{}H", y + 1),
            _ => write!(out, "\x1b[{};{}H", y + 1, x + 1),
        };
        self.at = Some((x, y));
    }

    fn cursor(&mut self, wanted: Option<Position>, out: &mut Vec<u8>) {
        if let Some(Position { x, y }) = wanted {
            self.go(x, y, out);
        }
        if wanted.is_some() != self.visible {
            self.visible = wanted.is_some();
            out.extend_from_slice(if self.visible { b"\x1b[?25h" } else { b"\x1b[?25l" });
        }
    }
}

/// What a cell shows where there is room for so many cells, and how many it takes. What would move the cursor, and a
/// wide character without room, is a blank: it is not left to the terminal's mercy.
fn glyph(cell: &Cell, room: usize) -> (&str, usize) {
    let symbol = cell.symbol();
    if symbol.len() == 1 && !symbol.as_bytes()[0].is_ascii_control() {
        return (symbol, 1);
    }
    if symbol.chars().any(char::is_control) {
        return (" ", 1);
    }
    match usize::from(symbol.cell_width()) {
        0 => (" ", 1),
        width if width > room => (" ", 1),
        width => (symbol, width),
    }
}
