//! The dashboard itself, for `watch` and `demo`: Model, sources, hands and the shell put together, and what is left to say
//! when it ends.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::{
    args::LookArgs,
    exit::{Exit, Failure},
    snapshot, start,
};
use crate::{
    app::{action::Stage, overlay::begin::Instead, screen::logs::columns},
    config::settings::Settings,
    runtime::{
        draw::Outlet,
        effects::{Extra, Hands},
        log,
        mailbox::Postbox,
        person,
        presence::Presence,
        save, setup,
        shell::{self, End, Runner as _, Wiring},
        sources::{Sources, Wanted},
        terminal,
    },
    store::registry::Expected,
    theme::{Depth, Glyphs},
};

/// What a dashboard is given beside its settings.
#[derive(Default)]
pub struct More {
    /// What is expected beside the file's services.
    pub expected: Option<Expected>,
    /// Commands of the demo's own: name, argument, doc.
    pub extras: Vec<(Arc<str>, Arc<str>, Arc<str>)>,
    /// What runs them.
    pub extra: Option<Extra>,
}

/// Refuses where there is no terminal for it.
///
/// # Errors
/// Usage, naming the commands that need none.
pub fn usable() -> Result<(), Failure> {
    terminal::usable().map_err(Failure::usage)
}

/// Shows the dashboard until somebody ends it; what to begin anew with, where somebody chose that on the first screen.
///
/// # Errors
/// When the terminal cannot be used, or the registry's files cannot be read.
pub async fn run(settings: &Settings, look: &LookArgs, more: More) -> Result<(Exit, Option<Instead>), Failure> {
    if let Err(why) = log::start(true) {
        tracing::warn!("no log file: {why}");
    }
    let registry = start::registry(settings)?;
    let by = person::by(look.by.as_deref());
    let actor = setup::actor(settings, registry.clone(), &by);
    let expected = more.expected.unwrap_or_else(|| setup::expected(&settings.config));
    let mut model = setup::model(settings, actor.no_journal(), &by, expected);
    let presence = Presence::new(&registry, &by);
    model.keep.on = !settings.read_only;
    model.keep.me = Some(presence.path().clone());
    model.setup.extras = more.extras;
    columns::set(&mut model.screens.logs.columns, &save::columns());
    model.begin(look.screen.map(snapshot::screen), setup::selection(look.select.as_ref()));
    let inbox = Arc::new(Postbox::new());
    let wanted = Wanted { probes: true, otlp: true, logs: true };
    let sources = Sources::start(settings, &registry, &inbox, wanted).await;
    let outlet = Outlet::new();
    let (answer, answers) = mpsc::channel(64);
    let mut hands = Hands {
        answer,
        sources,
        actor: actor.clone(),
        presence,
        extra: more.extra,
        outlet: outlet.clone(),
        depth: Depth::from_env(settings.color, |name| std::env::var(name).ok()),
        glyphs: glyphs(settings),
    };
    let theme = hands.theme(settings.theme.as_deref().unwrap_or("dark")).map_err(Failure::usage)?;
    let wiring = Wiring { inbox, runner: hands, answers, outlet, mouse: settings.mouse };
    let ended = shell::run(model, theme, wiring)
        .map_err(|error| Failure::new(Exit::Failed, format!("The terminal cannot be used: {error}.")))?;
    if let Some(action) = &ended.unanswered
        && let Stage::Applying { plan, .. } = &action.stage
    {
        actor.left_unknown(plan).await;
        eprintln!(
            "{}: outcome unknown: Keepwatch ended before the answer came. It may have been written; look with `keepwatch snapshot`.",
            plan.draft.target
        );
    }
    let exit = if ended.end == End::HungUp { Exit::Failed } else { Exit::Done };
    Ok((exit, ended.instead.filter(|_| ended.end == End::Quit)))
}

/// The marks: as wished, else those of ASCII where the locale is not UTF-8.
fn glyphs(settings: &Settings) -> Glyphs {
    if let Some(wished) = settings.glyphs {
        return wished;
    }
    let set = |name: &&str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].iter().find_map(set).unwrap_or_default().to_ascii_lowercase();
    if locale.contains("utf-8") || locale.contains("utf8") { Glyphs::Unicode } else { Glyphs::Ascii }
}
