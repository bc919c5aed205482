//! The first screen where no registry has ever answered: what was tried, and what to do.

use ratatui::layout::Rect;

use crate::{
    app::{Model, screen::Screen},
    domain::{fact::LinkState, text::Shown},
    theme::{Mark, Role},
    ui::widget::{canvas::Canvas, page::Page, phrase::Phrase},
};

/// Whether it takes the place of the screen: nothing was ever read, and at least one try has failed.
pub fn shown(model: &Model) -> bool {
    let link = model.world.registry.link();
    link.state == LinkState::Never && link.attempt > 0 && model.screen != Screen::Diagnostics
}

/// Draws it.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let (text, strong, muted, key) =
        (canvas.style(Role::Text), canvas.style(Role::Strong), canvas.style(Role::Muted), canvas.style(Role::Key));
    let link = model.world.registry.link();
    let width = area.width.saturating_sub(4).min(76);
    let roomy = area.height >= 24;
    let mut page = Page::new(width);
    let tight = area.height < 12;
    page.say(0, 0, &Phrase::of("Keepwatch watches services that register in ZooKeeper.", strong));
    let mut tried = Phrase::of(Mark::NoAnswer.symbol(), canvas.theme().mark(Mark::NoAnswer))
        .with(" ", muted)
        .with(format!("None answers at {}", model.setup.registry), text);
    if let Some(why) = &link.why {
        tried.push(": ", muted);
        tried.push(Shown::new(why).into_owned(), text);
    }
    tried.push(format!(". It tries again by itself; this is try {}.", link.attempt), muted);
    page.say(0, 2, &tried);
    page.blank();
    for (title, what, command) in CHOICES {
        if !tight {
            page.say(0, 2, &Phrase::of(*title, strong));
        }
        if roomy {
            page.say(2, 2, &Phrase::of(*what, muted));
        }
        page.say(2, 4, &Phrase::of("$ ", muted).with(*command, key));
        if roomy {
            page.blank();
        }
    }
    page.rule();
    page.say(0, 0, &Phrase::of("Where it looked for a configuration", muted));
    let longest = model.setup.looked.iter().map(|(path, _)| path.chars().count()).max().unwrap_or(0);
    for (path, there) in &model.setup.looked {
        let word = if *there { "read" } else { "not there" };
        let mark = if *there { Mark::Good.symbol() } else { "·" };
        let gap = " ".repeat(longest.saturating_sub(path.chars().count()) + 3);
        let line = Phrase::of(format!("{mark}  "), muted)
            .with(Shown::new(path).into_owned(), text)
            .with(format!("{gap}{word}"), muted);
        page.say(0, 3, &line);
    }
    let left = area.x + (area.width - width.min(area.width)) / 2;
    let spare = area.height.saturating_sub(page.len());
    let top = area.y + (spare / 4).min(3);
    let room = Rect { x: left, y: top, width, height: area.bottom().saturating_sub(top) };
    page.draw(canvas, room, 0);
}

/// What to do: title, what it means, command.
const CHOICES: &[(&str, &str, &str)] = &[
    ("Look around in a demo", "a small shop, alive inside one process; nothing is installed", "keepwatch demo"),
    ("Connect to a registry", "host:port, or several with commas; writes nothing", "keepwatch --registry HOST:2181"),
    ("Open a configuration file", "microservices.yaml works as it is", "keepwatch --config microservices.yaml"),
];
