//! The first screen where no registry has ever answered: what was tried, and what to do.

use ratatui::layout::Rect;

use crate::{
    app::{Model, navigate},
    domain::text::Shown,
    theme::{Mark, Role},
    ui::widget::{canvas::Canvas, page::Page, phrase::Phrase},
};

/// Draws it.
pub fn draw(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let (text, strong, muted, key) =
        (canvas.style(Role::Text), canvas.style(Role::Strong), canvas.style(Role::Muted), canvas.style(Role::Key));
    let link = model.world.registry.link();
    let width = area.width.saturating_sub(4).min(76);
    let roomy = area.height >= 24;
    let mut page = Page::new(width);
    let tight = area.height < 12;
    if !tight {
        page.say(0, 0, &Phrase::of("Keepwatch watches services that register in ZooKeeper.", strong));
    }
    let mut tried = Phrase::of(Mark::NoAnswer.symbol(), canvas.theme().mark(Mark::NoAnswer)).with(" ", muted).with(
        format!("{} {}", if link.lasting { "Nothing is read at" } else { "None answers at" }, model.setup.registry),
        text,
    );
    if let (Some(why), false) = (&link.why, tight) {
        tried.push(": ", muted);
        tried.push(Shown::new(why.trim_end_matches('.')).into_owned(), text);
    }
    tried.push(format!(". It tries again by itself; this is try {}.", link.attempt), muted);
    if tight {
        // What to do comes first where there is not room for all; row 1 says what was tried.
        page.say(0, 0, &Phrase::of("No ZooKeeper answers. A key begins with:", muted));
    } else {
        page.say(0, 2, &tried);
        page.say(0, 0, &Phrase::of("What to do: press a key, or leave and type its command.", muted));
        page.blank();
    }
    for ((letter, _, command), (title, what)) in navigate::FIRST_RUN.iter().zip(CHOICES) {
        if tight {
            page.say(0, 4, &Phrase::of(format!("{letter} "), key).with(*command, strong));
            continue;
        }
        page.say(0, 2, &Phrase::of(format!("{letter}   "), key).with(*title, strong));
        if roomy {
            page.say(4, 4, &Phrase::of(*what, muted));
        }
        page.say(4, 6, &Phrase::of("$ ", muted).with(*command, text));
        if roomy {
            page.blank();
        }
    }
    if tight {
        page.say(0, 2, &tried);
    }
    page.rule();
    page.say(0, 0, &Phrase::of("Where it looked for a configuration", muted));
    let longest = model.setup.looked.iter().map(|(path, _)| path.chars().count()).max().unwrap_or(0);
    for (path, there) in &model.setup.looked {
        let word = match (path.starts_with('$'), *there) {
            (true, true) => "set",
            (true, false) => "not set",
            (false, true) => "read",
            (false, false) => "not there",
        };
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

/// What each of them is: title, what it means.
const CHOICES: &[(&str, &str)] = &[
    #[cfg(feature = "demo")]
    ("Look around in a demo", "a small shop, alive inside one process; nothing is installed"),
    ("Connect to a registry", "host:port, or several with commas; writes nothing"),
    ("Open a configuration file", "microservices.yaml works as it is"),
];
