//! `keepwatch snapshot`: what a screen would show, once.

pub(super) mod json;
mod text;

use std::time::Duration;

use super::{
    args::{ScreenName, SnapshotArgs},
    args_data::{SnapshotForm, Until},
    exit::{Exit, Failure, Outcome},
    out, start,
};
use crate::{
    app::{Model, screen::Screen},
    config::settings::Settings,
    runtime::{setup, sources::Wanted},
    theme::{Depth, Glyphs, Palette, Theme},
};

/// Takes it and prints it.
///
/// # Errors
/// When the registry cannot be reached.
pub fn run(settings: &Settings, args: &SnapshotArgs) -> Outcome {
    start::block_on(take(settings, args))
}

async fn take(settings: &Settings, args: &SnapshotArgs) -> Outcome {
    let registry = start::registry(settings)?;
    let wanted =
        Wanted { probes: args.until != Until::Registry, otlp: settings.otlp_named, logs: !settings.logs.is_empty() };
    let mut run = start::headless(settings, &registry, wanted).await;
    run.model.size = (args.size.columns, args.size.rows);
    run.model.begin(args.screen.map(screen), setup::selection(args.select.as_ref()));
    // A registry that does not answer is waited for as long as the command may take, 10 s at most.
    let limit = args.wait.max(Duration::from_secs(2)).min(start::REACH);
    let begun = std::time::Instant::now();
    if !start::reached(&mut run, limit).await {
        let failure = start::unreachable(&run.model);
        if args.output == SnapshotForm::Json {
            out::print(&json::document(&run.model))?;
        }
        return Err(failure);
    }
    let left = args.wait.saturating_sub(begun.elapsed());
    match args.until {
        Until::Registry => {}
        Until::Health => {
            run.until(left, all_asked).await;
        }
        Until::Wait => {
            run.until(left, |_| false).await;
        }
    }
    run.settle();
    match args.output {
        SnapshotForm::Json => out::print(&json::document(&run.model)),
        SnapshotForm::Text => out::print(&text::document(&run.model)),
        SnapshotForm::Screen => out::print(&drawn(&run.model)),
    }
}

/// Whether every instance that can be asked has been, once.
fn all_asked(model: &Model) -> bool {
    model.world.registry.services().filter(|s| s.id.layout.probed()).all(|service| {
        service.registered().all(|(slot, _)| slot.id(service).is_none_or(|id| model.world.health.get(&id).is_some()))
    })
}

/// The screen of a name.
pub fn screen(name: ScreenName) -> Screen {
    match name {
        ScreenName::Overview => Screen::Overview,
        ScreenName::Topology => Screen::Topology,
        ScreenName::Instances | ScreenName::Balancer => Screen::Balancer,
        ScreenName::Circuits => Screen::Circuits,
        ScreenName::Traces => Screen::Traces,
        ScreenName::Logs => Screen::Logs,
        ScreenName::Story => Screen::Story,
        ScreenName::Verdicts => Screen::Verdicts,
        ScreenName::Diagnostics => Screen::Diagnostics,
    }
}

/// The screen as it is drawn, a line for each row, without colours and without blanks at the ends.
fn drawn(model: &Model) -> String {
    let palette = Palette::shipped("dark").expect("the dark theme is shipped");
    let theme = Theme::new(&palette, Depth::None, Glyphs::Unicode);
    let area = ratatui::layout::Rect::new(0, 0, model.size.0, model.size.1);
    let mut buffer = ratatui::buffer::Buffer::empty(area);
    crate::ui::view(model, &theme, area, &mut buffer);
    let mut text = String::new();
    for y in 0..area.height {
        let mut line = String::new();
        for x in 0..area.width {
            line.push_str(buffer[(x, y)].symbol());
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

impl From<Failure> for Exit {
    fn from(failure: Failure) -> Exit {
        failure.exit
    }
}
