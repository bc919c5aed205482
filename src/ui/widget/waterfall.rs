//! The bars of a trace: thick on the critical path, thin off it (waiting for a span below, or beside others), dashed when it
//! went on after its caller gave up. Not which span is which: that is told by the caller.

use super::canvas::Canvas;
use super::phrase::Phrase;
use crate::domain::show;
use crate::theme::Role;

/// What a stretch of a span was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Time {
    /// Waiting for a span below.
    Waiting,
    /// Went on though nobody listened any more.
    Unheard,
    /// On the critical path.
    Critical,
    /// Failed.
    Failed,
}

/// A stretch of a span, in microseconds since the trace began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// Its first microsecond.
    pub start: u64,
    /// Its end.
    pub end: u64,
    /// What it was.
    pub time: Time,
}

/// Draws a span's stretches on a scale where `whole` microseconds fill `width` cells. What matters more is drawn over
/// what matters less; each is at least one cell. What goes on past the end ends in an arrow.
pub fn waterfall(canvas: &mut Canvas<'_>, (x, y, width): (u16, u16, u16), whole: u64, stretches: &[Stretch]) {
    if width == 0 {
        return;
    }
    let mut order: Vec<_> = stretches.iter().collect();
    order.sort_by_key(|stretch| stretch.time);
    for stretch in order {
        let first = cell(stretch.start, whole, width);
        let last = cell(stretch.end.saturating_sub(1).max(stretch.start), whole, width);
        let (glyph, role) = match stretch.time {
            Time::Waiting => ("─", Role::Line2),
            Time::Unheard => ("╌", Role::Warn),
            Time::Critical => ("▇", Role::Focus),
            Time::Failed => ("▇", Role::Bad),
        };
        let style = canvas.style(role);
        canvas.run(x + first, y, last - first + 1, glyph, style);
        if stretch.time == Time::Unheard {
            canvas.glyph(x + last, y, "►", style);
        }
    }
}

fn cell(us: u64, whole: u64, width: u16) -> u16 {
    let exact = u128::from(us) * u128::from(width) / u128::from(whole.max(1));
    u16::try_from(exact).unwrap_or(u16::MAX).min(width - 1)
}

/// The scale above the bars, `0 ms` at its left, and the columns where its steps stand (for faint lines below).
pub fn axis(canvas: &mut Canvas<'_>, (x, y, width): (u16, u16, u16), whole: u64) -> Vec<u16> {
    let muted = canvas.style(Role::Muted);
    let (unit, us) = unit(whole);
    canvas.phrase(x, y, width, &Phrase::of(format!("0 {unit}"), muted));
    let step = step(whole / us, width).saturating_mul(us);
    let mut columns = Vec::new();
    let mut at = step;
    while step > 0 && at < whole {
        let column = x + cell(at, whole, width);
        let number = show::commas(at / (us * 1_000));
        let cells = u16::try_from(number.len()).unwrap_or(0);
        if column.saturating_add(cells) <= x + width {
            canvas.put(column, y, cells, number, muted);
            columns.push(column);
        }
        at = at.saturating_add(step);
    }
    columns
}

/// In what the axis counts, and how many ms that is: nobody reads `100,000,000 ms`.
fn unit(whole: u64) -> (&'static str, u64) {
    match whole / 1_000_000 {
        0..10 => ("ms", 1),
        10..600 => ("s", 1_000),
        600..36_000 => ("min", 60_000),
        _ => ("h", 3_600_000),
    }
}

/// A round number of microseconds, at least a millisecond, of which at least eight cells show one.
fn step(whole: u64, width: u16) -> u64 {
    let least = whole.saturating_mul(10) / u64::from(width.max(1));
    let mut decade = 1000_u64;
    loop {
        for factor in [1, 2, 5] {
            if decade.saturating_mul(factor) >= least {
                return decade.saturating_mul(factor);
            }
        }
        match decade.checked_mul(10) {
            Some(next) => decade = next,
            None => return u64::MAX,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::canvas::tests::drawn;
    use super::*;

    #[test]
    fn thick_is_critical_thin_is_waiting_dashed_is_unheard() {
        let of = |start, end, time| Stretch { start, end, time };
        let text = drawn(24, 3, |canvas| {
            waterfall(
                canvas,
                (0, 0, 20),
                1000,
                &[of(0, 1000, Time::Waiting), of(0, 50, Time::Critical), of(950, 1000, Time::Critical)],
            );
            waterfall(canvas, (0, 1, 20), 1000, &[of(100, 800, Time::Failed)]);
            waterfall(canvas, (0, 2, 20), 1000, &[of(100, 800, Time::Waiting), of(800, 5000, Time::Unheard)]);
        });
        assert_eq!(text, "▇──────────────────▇\n  ▇▇▇▇▇▇▇▇▇▇▇▇▇▇\n  ──────────────╌╌╌►");
    }

    #[test]
    fn the_scale_has_round_steps_and_survives_extremes() {
        let text = drawn(60, 1, |canvas| {
            assert_eq!(axis(canvas, (0, 0, 60), 842_000).len(), 4);
        });
        assert_eq!(text, "0 ms          200           400           600            800");
        for (whole, width) in [(0, 0), (u64::MAX, 1), (1, 300)] {
            drawn(60, 1, |canvas| {
                axis(canvas, (0, 0, width), whole);
            });
        }
    }

    #[test]
    fn the_scale_counts_in_what_is_read_at_a_glance() {
        let scale = |seconds: u64| {
            let text = drawn(50, 1, |canvas| {
                axis(canvas, (0, 0, 50), seconds * 1_000_000);
            });
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(scale(2), "0 ms 500 1,000 1,500");
        assert_eq!(scale(40), "0 s 10 20 30");
        assert_eq!(scale(3_600), "0 min 20 40");
        assert_eq!(scale(3 * 86_400), "0 h 20 40 60");
        assert!(scale(u64::MAX / 1_000_000).starts_with("0 h"), "and is drawn at all");
    }
}
