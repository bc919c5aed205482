//! The pen of a terminal: the colours and weights that it writes with now, and the shortest sequence that changes them.

use std::io::Write as _;

use ratatui::{
    buffer::Cell,
    style::{Color, Modifier},
};

/// What a blank shows beside its ground: all else of its style can wait for the next character.
const SEEN_ON_BLANK: Modifier = Modifier::UNDERLINED
    .union(Modifier::REVERSED)
    .union(Modifier::CROSSED_OUT)
    .union(Modifier::SLOW_BLINK)
    .union(Modifier::RAPID_BLINK);

/// Each weight, what sets it, and what takes it away.
const WEIGHTS: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// Colours and weights in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pen {
    fg: Color,
    bg: Color,
    underline: Color,
    weight: Modifier,
}

impl Pen {
    /// Whether a cell can be written as it is.
    pub(super) fn fits(&self, cell: &Cell, blank: bool) -> bool {
        self.wanted(cell, blank) == *self
    }

    /// The pen for a cell. For a blank only what is seen of it counts.
    fn wanted(&self, cell: &Cell, blank: bool) -> Pen {
        let wanted = Pen { fg: cell.fg, bg: cell.bg, underline: cell.underline_color, weight: cell.modifier };
        if blank && !wanted.weight.intersects(SEEN_ON_BLANK) {
            let kept = self.weight.difference(SEEN_ON_BLANK);
            return Pen { bg: wanted.bg, weight: kept, ..*self };
        }
        wanted
    }

    /// Writes what changes the pen to that of a cell, and nothing where it fits already.
    pub(super) fn change(&mut self, cell: &Cell, blank: bool, out: &mut Vec<u8>) {
        let wanted = self.wanted(cell, blank);
        if wanted == *self {
            return;
        }
        if wanted == Pen::default() {
            out.extend_from_slice(b"\x1b[m");
        } else {
            let mut parts = Parts { out, begun: false };
            self.weights(wanted.weight, &mut parts);
            if wanted.fg != self.fg {
                parts.color(wanted.fg, 30);
            }
            if wanted.bg != self.bg {
                parts.color(wanted.bg, 40);
            }
            if wanted.underline != self.underline {
                parts.color(wanted.underline, 50);
            }
            parts.end();
        }
        *self = wanted;
    }

    fn weights(&self, wanted: Modifier, parts: &mut Parts<'_>) {
        let mut kept = self.weight;
        for (weight, _, off) in WEIGHTS {
            if kept.contains(weight) && !wanted.contains(weight) {
                parts.number(off);
                // One sequence takes bold and dim away together.
                for (other, _, same) in WEIGHTS {
                    if same == off {
                        kept.remove(other);
                    }
                }
            }
        }
        for (weight, on, _) in WEIGHTS {
            if wanted.contains(weight) && !kept.contains(weight) {
                parts.number(on);
            }
        }
    }
}

/// The numbers of one SGR sequence, as they come.
struct Parts<'a> {
    out: &'a mut Vec<u8>,
    begun: bool,
}

impl Parts<'_> {
    fn begin(&mut self) {
        self.out.extend_from_slice(if self.begun { b";" } else { b"\x1b[" });
        self.begun = true;
    }

    fn number(&mut self, n: u8) {
        self.begin();
        // Writing to a Vec cannot fail.
        let _ = write!(self.out, "{n}");
    }

    /// A colour; `base` is 30 for ink, 40 for the ground, 50 for the underline.
    fn color(&mut self, color: Color, base: u8) {
        let named = |n: u8| if n < 8 { base + n } else { base + 60 + n - 8 };
        let index = match color {
            Color::Reset => return self.number(base + 9),
            Color::Rgb(r, g, b) => {
                self.begin();
                let _ = write!(self.out, "{};2;{r};{g};{b}", base + 8);
                return;
            }
            Color::Indexed(n) => n,
            Color::Black => 0,
            Color::Red => 1,
            Color::Green => 2,
            Color::Yellow => 3,
            Color::Blue => 4,
            Color::Magenta => 5,
            Color::Cyan => 6,
            Color::Gray => 7,
            Color::DarkGray => 8,
            Color::LightRed => 9,
            Color::LightGreen => 10,
            Color::LightYellow => 11,
            Color::LightBlue => 12,
            Color::LightMagenta => 13,
            Color::LightCyan => 14,
            Color::White => 15,
        };
        // Underlines have no short form, and an index above 15 has none anywhere.
        if base == 50 || index > 15 || matches!(color, Color::Indexed(_)) {
            self.begin();
            let _ = write!(self.out, "{};5;{index}", base + 8);
        } else {
            self.number(named(index));
        }
    }

    fn end(self) {
        if self.begun {
            self.out.push(b'm');
        }
    }
}
