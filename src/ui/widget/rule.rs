//! The rule that opens a pane: number, name, what it is narrowed to, and at the right its summary. No boxes around panes.
//!
//! ```text
//! ━ 1 Topology ━━━━━━━━━━━━━━━━━ 2 faint calls not drawn ━┬─ 2 Instances · payments ──────── 13 of 14 registered ─
//! ```

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::phrase::Phrase;
use crate::domain::fit::elide_start;
use crate::domain::text::Shown;
use crate::theme::Role;

/// What a pane's rule says.
#[derive(Clone, Debug, Default)]
pub struct Rule<'a> {
    /// The key that brings the focus there; none for details.
    pub number: Option<u8>,
    /// The pane's name.
    pub name: Shown<'a>,
    /// What the selection has narrowed it to.
    pub narrowed: Option<Shown<'a>>,
    /// What else is said beside the name.
    pub note: Phrase<'a>,
    /// What stands at the right. It is dropped before the name is cut.
    pub summary: Phrase<'a>,
    /// What the way out of what it is narrowed to is: behind the summary, where there is room for both.
    pub leave: Phrase<'a>,
    /// Whether the pane has the focus: heavy, and in the colour of focus.
    pub focused: bool,
}

/// Draws a pane's rule into the first row of `area`.
pub fn rule(canvas: &mut Canvas<'_>, area: Rect, rule: &Rule<'_>) {
    if area.width == 0 || area.height == 0 {
        return;
    }
    let (line, role) = if rule.focused { ("━", Role::Focus) } else { ("─", Role::Line) };
    let style = canvas.style(role);
    canvas.run(area.x, area.y, area.width, line, style);
    let muted = canvas.style(Role::Muted);
    let mut title = Phrase::of(" ", muted);
    if let Some(number) = rule.number {
        title.push(format!("{number} "), if rule.focused { canvas.bold(Role::Focus) } else { muted });
    }
    title.push(&rule.name, canvas.style(Role::Strong));
    let inner = area.width.saturating_sub(2);
    if let Some(narrowed) = &rule.narrowed {
        title.push(" · ", muted);
        // The end of an address is its telling part: what does not fit is cut at its front.
        let room = usize::from(inner).saturating_sub(title.cells() + 1);
        title.push(elide_start(narrowed.clone(), room).into_owned(), canvas.style(Role::Focus));
    }
    let fits = rule.narrowed.is_none() || title.cells() + rule.note.cells() + 3 <= usize::from(inner);
    if !rule.note.is_empty() && fits {
        title.push(if rule.narrowed.is_some() { "  " } else { " · " }, muted);
        title.extend(rule.note.clone());
    }
    title.push(" ", muted);
    let after = canvas.phrase(area.x + 1, area.y, inner, &title);
    let end = area.right().saturating_sub(1);
    let gap = if rule.summary.is_empty() || rule.leave.is_empty() { "" } else { ", " };
    let mut all = rule.summary.clone().with(gap, muted);
    all.extend(rule.leave.clone());
    for said in [&all, &rule.summary] {
        let cells = u16::try_from(said.cells()).unwrap_or(u16::MAX);
        if cells > 0 && after.saturating_add(cells).saturating_add(3) <= end {
            let mut summary = Phrase::of(" ", muted);
            summary.extend(said.clone());
            summary.push(" ", muted);
            canvas.phrase_right(after, end, area.y, &summary);
            return;
        }
    }
}

/// The line that two panes side by side share, from under the rule above to the rule below (`bottom` is its row).
pub fn divider(canvas: &mut Canvas<'_>, x: u16, top: u16, bottom: u16) {
    let style = canvas.style(Role::Line);
    for y in top.saturating_add(1)..bottom {
        canvas.glyph(x, y, "│", style);
    }
    joint(canvas, x, top, false, true);
    joint(canvas, x, bottom, true, false);
}

/// Joins a rule with the line above or below it. Where the rule has text, the text stays: a title is never over a join.
pub fn joint(canvas: &mut Canvas<'_>, x: u16, y: u16, up: bool, down: bool) {
    let has = |other: &str, canvas: &Canvas<'_>| canvas.at(x, y) == canvas.theme().glyphs().show(other);
    let (was_up, was_down) = (has("┴", canvas) || has("┼", canvas), has("┬", canvas) || has("┼", canvas));
    // A blank between two rules is theirs; a blank within a title is the title's.
    let line_at = |x: u16, canvas: &Canvas<'_>| {
        ["─", "━"].iter().any(|line| canvas.at(x, y) == canvas.theme().glyphs().show(line))
    };
    let blank = canvas.at(x, y) == " " && line_at(x.wrapping_sub(1), canvas) && line_at(x.saturating_add(1), canvas);
    if !["─", "━", "┬", "┴", "┼"].iter().any(|line| has(line, canvas)) && !blank {
        return;
    }
    let glyph = match (up || was_up, down || was_down) {
        (true, true) => "┼",
        (true, false) => "┴",
        (false, true) => "┬",
        (false, false) => "─",
    };
    let style = canvas.style(Role::Line);
    canvas.glyph(x, y, glyph, style);
}

#[cfg(test)]
mod tests {
    use super::super::canvas::tests::{drawn, drawn_in, poorest};
    use super::*;

    fn two_panes(canvas: &mut Canvas<'_>) {
        let muted = canvas.style(Role::Muted);
        let left = Rule {
            number: Some(1),
            name: "Topology".into(),
            summary: Phrase::of("2 faint calls", muted),
            focused: true,
            ..Rule::default()
        };
        let right = Rule {
            number: Some(2),
            name: "Instances".into(),
            narrowed: Some("payments".into()),
            summary: Phrase::of("too long to stand here", muted),
            ..Rule::default()
        };
        rule(canvas, Rect::new(0, 0, 32, 1), &left);
        rule(canvas, Rect::new(33, 0, 30, 1), &right);
        canvas.run(0, 2, 63, "─", muted);
        divider(canvas, 32, 0, 2);
    }

    #[test]
    fn rules_open_panes_and_share_one_line() {
        insta::assert_snapshot!(drawn(63, 3, two_panes), @r#"
        ━ 1 Topology ━━━ 2 faint calls ━┬─ 2 Instances · payments ─────
                                        │
        ────────────────────────────────┴──────────────────────────────
        "#);
        insta::assert_snapshot!(drawn_in(&poorest(), 63, 3, two_panes), @r#"
        = 1 Topology === 2 faint calls =+- 2 Instances . payments -----
                                        |
        --------------------------------+------------------------------
        "#);
    }

    #[test]
    fn the_way_out_is_told_where_there_is_room_for_it_and_never_takes_the_summary_away() {
        let at = |width| {
            drawn(width, 1, |canvas| {
                let muted = canvas.style(Role::Muted);
                let (summary, leave) = (Phrase::of("3 lines", muted), Phrase::of("Esc widens", muted));
                rule(
                    canvas,
                    Rect::new(0, 0, width, 1),
                    &Rule { name: "Logs".into(), summary, leave, ..Rule::default() },
                );
            })
        };
        assert_eq!([at(34), at(26)], ["─ Logs ───── 3 lines, Esc widens ─", "─ Logs ───────── 3 lines ─"]);
    }

    #[test]
    fn a_title_is_never_over_a_join() {
        let text = drawn(20, 1, |canvas| {
            rule(canvas, Rect::new(0, 0, 20, 1), &Rule { name: "Logs".into(), ..Rule::default() });
            joint(canvas, 3, 0, true, false);
            joint(canvas, 10, 0, true, false);
        });
        assert_eq!(text, "─ Logs ───┴─────────");
        let narrowed = drawn(40, 1, |canvas| {
            let title = Rule { name: "Logs".into(), narrowed: Some("users 127.0.0.1:5001".into()), ..Rule::default() };
            rule(canvas, Rect::new(0, 0, 40, 1), &title);
            (0..40).for_each(|x| joint(canvas, x, 0, true, false));
        });
        let narrow = drawn(24, 1, |canvas| {
            let title = Rule { name: "Logs".into(), narrowed: Some("users 127.0.0.1:5001".into()), ..Rule::default() };
            rule(canvas, Rect::new(0, 0, 24, 1), &title);
        });
        assert_eq!(narrow, "─ Logs · …7.0.0.1:5001 ─", "the port is what tells");
        assert!(narrowed.starts_with("┴ Logs · users 127.0.0.1:5001 ┴┴"), "{narrowed}");
    }
}
