//! The number field of `w`: the weight as it is, what is typed, and the share that it would be due.

use ratatui::layout::{Position, Rect};
use tui_input::Input;

use super::{Sheet, inner_width, keys, sheet};
use crate::{
    app::{Model, navigate},
    domain::show,
    insight::share,
    theme::Role,
    ui::widget::{
        canvas::{Align, Canvas},
        page::{Cell, Page},
        phrase::Phrase,
    },
};

/// Draws it; where the cursor is.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, body: Rect, input: &Input) -> Option<Position> {
    let (strong, muted) = (canvas.style(Role::Strong), canvas.style(Role::Muted));
    let width = inner_width(body, 70);
    let mut page = Page::new(width);
    let mut title = Phrase::of("Weight", strong);
    let mut then = Phrase::new();
    if let Some(target) = navigate::target(model) {
        let name = model.cluster.short(&target.service.name).to_owned();
        title.push(format!(" of {name} {}", target.typed_name()), strong);
        let known = target.paths.first().and_then(|path| model.world.registry.instance(path));
        let total = model.world.registry.service(&target.service).map_or(0, share::total);
        if let Some(instance) = known {
            let mut now = Phrase::of(instance.weight.map_or(show::ABSENT.to_owned(), |w| w.to_string()), strong);
            if let Some(due) = share::due(instance, total) {
                now.push(format!(", due {} of the calls", show::percent(due)), muted);
            }
            page.value("now", 8, &now, Phrase::new(), muted);
            let own = share::effective(instance).unwrap_or(0).max(0);
            if let Ok(weight) = input.value().trim().parse::<i64>() {
                then = share_then(weight, own, total, canvas);
            }
        }
    }
    page.cells(vec![
        (0, 7, Cell::Text(Phrase::of("then", muted), Align::Left)),
        (8, 14.min(width.saturating_sub(8)), Cell::Field(input.value().to_owned(), input.cursor(), true)),
        (24, width.saturating_sub(24), Cell::Text(then, Align::Left)),
    ]);
    let mut foot = Page::new(width);
    if body.height >= 10 {
        foot.rule();
    }
    foot.say(0, 0, &keys(canvas, &[("Enter", "show the plan"), ("Esc", "close")]));
    let standing = Phrase::of("nothing is written yet", muted);
    sheet(canvas, model, body, &Sheet { title, standing, bad: false, page, foot, top: 0, about_row: true })
}

/// The share that the typed weight would be due.
fn share_then(weight: i64, own: i64, total: i64, canvas: &Canvas<'_>) -> Phrase<'static> {
    let (op, muted) = (canvas.bold(Role::Op), canvas.style(Role::Muted));
    if weight < 0 {
        return Phrase::of("a whole number from 0", canvas.style(Role::Warn));
    }
    let sum = total.saturating_sub(own).saturating_add(weight);
    if sum == 0 {
        return Phrase::of("then nobody is due any call", canvas.style(Role::Warn));
    }
    Phrase::of(show::percent(weight as f64 / sum as f64), op).with(" of the calls, by weight", muted)
}
