//! The first screen where no registry has ever answered: what was tried, and what to do.

use ratatui::layout::Rect;

use crate::{
    app::{Model, screen::Screen},
    domain::fact::LinkState,
    theme::{Mark, Role},
    ui::widget::{canvas::Canvas, phrase::Phrase},
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
    let mut lines: Vec<Phrase<'_>> = vec![
        Phrase::new(),
        Phrase::of(Mark::NoAnswer.symbol(), canvas.theme().mark(Mark::NoAnswer))
            .with(format!(" No registry answers at {}.", model.setup.registry), strong),
        Phrase::of(
            format!(
                "  {} Trying again; this is try {}.",
                link.why.as_deref().unwrap_or("It does not answer."),
                link.attempt
            ),
            text,
        ),
        Phrase::new(),
        Phrase::of("  See it work, with nothing installed", strong),
        Phrase::of("    $ keepwatch demo", key),
        Phrase::of("  Your own ZooKeeper", strong),
        Phrase::of("    $ keepwatch --registry HOST:2181", key),
        Phrase::of("  A file that names registry and services; microservices.yaml works as it is", strong),
        Phrase::of("    $ keepwatch --config microservices.yaml", key),
        Phrase::new(),
        Phrase::of("  Looked for a configuration in", muted),
    ];
    for (path, there) in &model.setup.looked {
        let word = if *there { "read" } else { "not there" };
        lines.push(Phrase::of(format!("    {path}   "), text).with(word, muted));
    }
    let left = area.x + area.width.saturating_sub(90) / 2;
    for (n, line) in lines.iter().take(usize::from(area.height)).enumerate() {
        canvas.phrase(left + 1, area.y + n as u16, area.right().saturating_sub(left + 2), line);
    }
}
