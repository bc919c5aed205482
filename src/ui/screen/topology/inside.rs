//! The instances inside a full card of the topology: mark, address, and what is wrong or the rate. Not the card.

use crate::{
    app::Model,
    domain::{fit, show, text::Shown},
    insight::{
        cluster::Summary,
        share,
        status::{self, Mark as Status},
    },
    theme::Role,
    ui::{
        say,
        widget::{canvas::Canvas, phrase::Phrase},
    },
};

/// The most instances that a card tells one by one; the widget counts the rest.
const INSTANCES: usize = 12;

/// The cells that an instance's address and its word have on the widest card.
const INSIDE: usize = 24;
/// The cells that a card has beside its longest address.
const BESIDE: usize = 7;

pub(super) fn instances<'m>(canvas: &Canvas<'_>, model: &'m Model, summary: &Summary) -> Vec<(Phrase<'m>, Phrase<'m>)> {
    let Some(service) = model.world.registry.service(&summary.id) else { return Vec::new() };
    let total = share::total(service);
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let longest = service.slots.values().take(INSTANCES).map(|slot| Shown::new(slot.name()).cells()).max().unwrap_or(0);
    let inside = INSIDE.min(longest + BESIDE);
    let mut all: Vec<_> = service
        .slots
        .values()
        .take(INSTANCES)
        .map(|slot| {
            let view = status::instance(&model.world, service, slot, total);
            let mark = say::mark(view.mark);
            let ill = view.mark.trouble();
            // The address keeps its end: the shorter word goes before it is cut.
            let name = Shown::new(slot.name());
            let long = say::word(&view);
            let word = if name.cells() + long.len() > inside { say::status_word(view.mark) } else { long };
            let name = if ill { fit::address(name, false, inside.saturating_sub(word.len())) } else { name };
            let what = Phrase::of(mark.symbol(), canvas.theme().mark(mark))
                .with(" ", muted)
                .with(name, if ill { text } else { muted });
            let ink = canvas.theme().mark(mark).add_modifier(ratatui::style::Modifier::BOLD);
            let rate = || model.world.traffic.instance(view.id.as_ref()?)?.rate;
            let word = match ill || view.mark == Status::Gone {
                true => Phrase::of(word, ink),
                false => rate().map_or_else(Phrase::new, |rate| Phrase::of(show::rate(rate), muted)),
            };
            (what, word)
        })
        .collect();
    // The widget counts what it has no room for, and so needs to know of all.
    all.resize(service.slots.len().min(1_000), (Phrase::new(), Phrase::new()));
    all
}
