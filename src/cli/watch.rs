//! `keepwatch [watch]`: the dashboard on a registry.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{
    args::WatchArgs,
    exit::{Exit, Failure, Outcome},
    start,
};
use crate::{
    app::{Effect, Model, screen::Screen},
    config::settings::Settings,
    runtime::{
        draw::Outlet,
        log,
        mailbox::Postbox,
        person, setup,
        shell::{self, Runner, Wiring},
        sources::{Sources, Wanted},
        terminal,
    },
    theme::{Depth, Glyphs, Palette, Theme},
};

/// Effects that end at the sources.
struct Hands {
    sources: Sources,
    depth: Depth,
    glyphs: Glyphs,
}

impl Runner for Hands {
    fn run(&mut self, effect: Effect) {
        if let Effect::Prefer(ids) = effect {
            self.sources.prefer(ids);
        }
    }

    fn follow(&mut self, model: &Model) {
        self.sources.follow(model);
    }

    fn theme(&mut self, name: &str) -> Result<Theme, String> {
        let palette = Palette::shipped(name).ok_or_else(|| format!("There is no theme `{name}`."))?;
        Ok(Theme::new(&palette, self.depth, self.glyphs))
    }
}

/// Shows the dashboard until somebody ends it.
///
/// # Errors
/// Where there is no terminal for it, or the registry's files cannot be read.
pub fn run(settings: &Settings, args: &WatchArgs) -> Outcome {
    terminal::usable().map_err(Failure::usage)?;
    let _ = log::start(true);
    start::block_on(async {
        let registry = start::registry(settings)?;
        let inbox = Arc::new(Postbox::new());
        let mut model = setup::model(settings, None, &person::by(None), setup::expected(&settings.config));
        let screen = args.look.screen.and_then(|name| Screen::named(&format!("{name:?}")));
        model.begin(screen, setup::selection(args.look.select.as_ref()));
        let wanted = Wanted { probes: true, otlp: false, logs: false };
        let sources = Sources::start(settings, &registry, &inbox, wanted);
        let depth = Depth::from_env(settings.color, |name| std::env::var(name).ok());
        let mut hands = Hands { sources, depth, glyphs: settings.glyphs.unwrap_or(Glyphs::Unicode) };
        let theme = hands.theme(settings.theme.as_deref().unwrap_or("dark")).map_err(Failure::usage)?;
        let (_answer, answers) = mpsc::channel(64);
        let wiring = Wiring { inbox, runner: hands, answers, outlet: Outlet::new(), mouse: settings.mouse };
        shell::run(model, theme, wiring)
            .await
            .map_err(|error| Failure::new(Exit::Failed, format!("The terminal cannot be used: {error}.")))?;
        Ok(Exit::Done)
    })
}
