//! Graphs one row high: share bars, sparklines, lanes of states. All from zero; a gap in the data is a gap.

use ratatui::style::Style;

use super::canvas::Canvas;
use crate::theme::Role;

/// A bar without its rest, in half cells: `━━━╸`. What is more than nothing is at least half a cell.
pub fn bar(canvas: &mut Canvas<'_>, x: u16, y: u16, width: u16, fraction: f64, style: Style) {
    let halves = halves(width, fraction);
    canvas.run(x, y, halves / 2, "━", style);
    if halves % 2 == 1 {
        canvas.glyph(x + halves / 2, y, "╸", style);
    }
}

/// A share bar with the part that is not filled: `━━╸───`.
pub fn bar_with_rest(canvas: &mut Canvas<'_>, x: u16, y: u16, width: u16, fraction: f64, style: Style) {
    let track = canvas.style(Role::Track);
    canvas.run(x, y, width, "─", track);
    bar(canvas, x, y, width, fraction, style);
}

fn halves(width: u16, fraction: f64) -> u16 {
    let whole = f64::from(width) * 2.0;
    let exact = if fraction.is_finite() { fraction.clamp(0.0, 1.0) * whole } else { 0.0 };
    let least = if exact > 0.0 { 1.0 } else { 0.0 };
    exact.round().max(least) as u16
}

/// The eight heights of a graph's cell.
const LEVELS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];

/// The cell of a graph for `value`, where `usual` fills half: the room above is for trouble.
pub fn level(value: f64, usual: f64) -> &'static str {
    let height = match () {
        () if usual > 0.0 => value / usual * 4.0,
        // Nothing is usual here: what there is stands at half height, nothing at the lowest.
        () if value > 0.0 => 4.0,
        () => 0.0,
    };
    // `as` saturates, and NaN becomes the lowest.
    LEVELS[(height.round() as usize).clamp(1, 8) - 1]
}

/// A graph of the last `width` values, the newest at the right; `None` is a gap. `ink` chooses each cell's style.
pub fn spark(
    canvas: &mut Canvas<'_>,
    (x, y, width): (u16, u16, u16),
    values: &[Option<f64>],
    usual: f64,
    ink: impl Fn(f64) -> Style,
) {
    let newest = &values[values.len().saturating_sub(usize::from(width))..];
    let start = x + width - u16::try_from(newest.len()).unwrap_or(width);
    for (x, value) in (start..).zip(newest) {
        if let Some(value) = *value {
            canvas.glyph(x, y, level(value, usual), ink(value));
        }
    }
}

/// The state of a breaker during one cell of its lane. Height is the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Closed.
    Closed,
    /// Half-open.
    HalfOpen,
    /// Open.
    Open,
    /// Forced by a person.
    Forced,
    /// There was no caller.
    NoCaller,
    /// Not known.
    Unknown,
}

impl Lane {
    /// Its glyph.
    pub const fn glyph(self) -> &'static str {
        match self {
            Self::Closed => "▁",
            Self::HalfOpen => "▄",
            Self::Open => "▇",
            Self::Forced => "F",
            Self::NoCaller => "·",
            Self::Unknown => "?",
        }
    }

    /// Its ink.
    pub const fn role(self) -> Role {
        match self {
            Self::Closed => Role::OkDim,
            Self::HalfOpen => Role::Warn,
            Self::Open => Role::Bad,
            Self::Forced => Role::Op,
            Self::NoCaller | Self::Unknown => Role::Muted,
        }
    }
}

/// A lane of the last `width` states, the newest at the right.
pub fn lane(canvas: &mut Canvas<'_>, (x, y, width): (u16, u16, u16), states: &[Lane]) {
    let newest = &states[states.len().saturating_sub(usize::from(width))..];
    let start = x + width - u16::try_from(newest.len()).unwrap_or(width);
    for (x, state) in (start..).zip(newest) {
        let style = canvas.style(state.role());
        canvas.glyph(x, y, state.glyph(), style);
    }
}

#[cfg(test)]
mod tests {
    use super::super::canvas::tests::drawn;
    use super::*;

    #[test]
    fn bars_are_drawn_in_half_cells() {
        let shares =
            [(0.0, "──────"), (0.01, "╸─────"), (0.4, "━━╸───"), (0.5, "━━━───"), (0.67, "━━━━──"), (1.0, "━━━━━━")];
        for (share, wanted) in shares {
            let text = drawn(6, 1, |canvas| {
                let style = canvas.style(Role::Bar);
                bar_with_rest(canvas, 0, 0, 6, share, style);
            });
            assert_eq!(text, wanted, "{share}");
        }
        assert_eq!(drawn(6, 1, |canvas| bar(canvas, 0, 0, 6, f64::NAN, Style::new())), "");
    }

    #[test]
    fn the_usual_value_fills_half_and_gaps_stay_gaps() {
        let values = [Some(0.0), Some(10.0), None, Some(20.0), Some(900.0), Some(f64::NAN)];
        let text = drawn(8, 1, |canvas| spark(canvas, (0, 0, 8), &values, 10.0, |_| Style::new()));
        assert_eq!(text, "  ▁▄ ██▁");
        let text =
            drawn(3, 1, |canvas| spark(canvas, (0, 0, 3), &[Some(0.0), Some(2.0), Some(0.0)], 0.0, |_| Style::new()));
        assert_eq!(text, "▁▄▁", "where nothing is usual nothing is no half");
        let text = drawn(3, 1, |canvas| spark(canvas, (0, 0, 3), &values, 10.0, |_| Style::new()));
        assert_eq!(text, "██▁");
    }

    #[test]
    fn a_lane_shows_the_newest_states() {
        let states = [Lane::Unknown, Lane::NoCaller, Lane::Closed, Lane::Open, Lane::HalfOpen, Lane::Forced];
        assert_eq!(drawn(8, 1, |canvas| lane(canvas, (0, 0, 8), &states)), "  ?·▁▇▄F");
        assert_eq!(drawn(2, 1, |canvas| lane(canvas, (0, 0, 2), &states)), "▄F");
    }
}
