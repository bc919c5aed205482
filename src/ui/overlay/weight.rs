//! The number field of `w`: the weight as it is, what is typed, and the share that it would be due.

use ratatui::layout::Rect;
use tui_input::Input;

use super::{Drawn, Sheet, inner_width, keys, sheet};
use crate::{
    app::{Model, navigate},
    domain::{
        instance::{Instance, RegistryAdmin},
        plan::Target,
        show,
    },
    insight::{
        share,
        weigh::{self, Weighed},
    },
    theme::Role,
    ui::widget::{
        canvas::{Align, Canvas},
        page::{Cell, Page},
        phrase::Phrase,
    },
};

/// Draws it; where the cursor is.
pub(super) fn draw(canvas: &mut Canvas<'_>, model: &Model, body: Rect, input: &Input) -> Drawn {
    let (strong, muted) = (canvas.style(Role::Strong), canvas.style(Role::Muted));
    let width = inner_width(body, 70);
    let mut page = Page::new(width);
    let mut title = Phrase::of("Weight", strong);
    let mut then = Phrase::new();
    if !model.marks.is_empty() {
        let marked = show::plural(model.marks.len() as u64, "marked instance", "marked instances");
        title.push(format!(" of {marked}"), strong);
    } else if let Some(target) = navigate::target(model) {
        let name = model.cluster.short(&target.service.name).to_owned();
        title.push(format!(" of {name} {}", target.typed_name()), strong);
        let known = target.paths.first().and_then(|path| model.world.registry.instance(path));
        let total = model.world.registry.service(&target.service).map_or(0.0, share::total);
        if let Some(instance) = known {
            let mut now = Phrase::of(instance.weight.map_or(show::ABSENT.to_owned(), |w| w.to_string()), strong);
            if share::due(instance, total).is_some() {
                let due = due(model, instance, share::effective(instance).unwrap_or_default());
                now.push(format!(", due {} of the calls", show::share(due)), muted);
            }
            if instance.admin == RegistryAdmin::Drained {
                now.push(", drained", muted);
            }
            page.value("now", 8, &now, Phrase::new(), muted);
            if let Ok(weight) = input.value().trim().parse::<i64>() {
                then = share_then(canvas, model, &target, weight);
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
    sheet(
        canvas,
        model,
        body,
        &Sheet { title, standing, bad: false, head: Page::new(0), page, foot, top: 0, about_row: true },
    )
}

/// What it is due, as the list says it.
fn due(model: &Model, instance: &Instance, own: f64) -> u8 {
    let all = model.world.registry.service(&instance.service).into_iter().flat_map(|service| service.registered());
    let others = all.filter(|(_, other)| other.path != instance.path).filter_map(|(_, other)| share::effective(other));
    share::part(own, others.map(|weight| weight.max(0.0)))
}

/// The share that the typed weight would be due, or why there would be none.
fn share_then(canvas: &Canvas<'_>, model: &Model, target: &Target, weight: i64) -> Phrase<'static> {
    let (op, muted, warn) = (canvas.bold(Role::Op), canvas.style(Role::Muted), canvas.style(Role::Warn));
    if weight < 0 {
        return Phrase::of("a whole number from 0", warn);
    }
    match weigh::weighed(&model.world, target, weight) {
        Weighed::Share(share) => Phrase::of(show::share(share), op).with(" of the calls, by weight", muted),
        Weighed::Nobody => Phrase::of("then nobody is due any call", warn),
        Weighed::StaysDrained => Phrase::of("it stays drained: 0 % until undrained", warn),
        Weighed::Refused(why) => Phrase::of(why, warn),
    }
}
