//! The last row: which keys do what here; and for a moment what was just done.

mod looks;

use ratatui::layout::Rect;

use crate::{
    app::{Model, action, applies, keys, model::Notice, navigate, screen::Screen},
    command::{Command, Scope},
    domain::{fact::LinkState, instance::RegistryAdmin, intent::Op},
    theme::{Mark, Role},
    ui::widget::{
        canvas::Canvas,
        hints::{Hint, hints},
        phrase::Phrase,
    },
};

/// How long what went well is told in place of the keys, in ms; what went wrong stays until the next key.
const TOLD_MS: i64 = 10_000;

/// The last row: the notice of what was just done, else the keys.
pub fn footer(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    canvas.tint(area, canvas.style(Role::Surface));
    match &model.notice {
        Some(told) if told.bad || model.now.since(told.at) < TOLD_MS => notice(canvas, model, area, told),
        _ => keys_of(canvas, model, area),
    }
}

fn notice(canvas: &mut Canvas<'_>, model: &Model, area: Rect, notice: &Notice) {
    let (mark, style) =
        if notice.bad { (Mark::Failed, canvas.bold(Role::Warn)) } else { (Mark::Good, canvas.style(Role::Text)) };
    let ink = if notice.bad { style } else { canvas.theme().mark(mark) };
    let phrase = Phrase::of(mark.symbol(), ink).with(" ", style).with(&*notice.text, style);
    let mut room = area.width.saturating_sub(2);
    // The way to all keys stays, where there is room for both.
    if let Some(key) = model.setup.keys.keys(Command::Help).first() {
        let help = Phrase::of(key.to_string(), canvas.style(Role::Key)).with(" help", canvas.style(Role::Muted));
        if phrase.cells() + help.cells() + 3 <= usize::from(room) {
            let start = canvas.phrase_right(area.x, area.right().saturating_sub(1), area.y, &help);
            room = start.saturating_sub(area.x + 3);
        }
    }
    canvas.phrase(area.x + 1, area.y, room, &phrase);
}

fn keys_of(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let key = |command: Command| model.setup.keys.keys(command).first().map(|k| k.to_string());
    let mut left = Vec::new();
    let scopes = keys::live(model);
    if navigate::first_run(model) {
        left.extend(navigate::FIRST_RUN.iter().map(|(key, what, _)| Hint::new(key.to_string(), *what)));
        left.extend(looks::hints(model, &looks::FIRST_RUN));
    } else if model.screen == Screen::Diagnostics {
        left.extend(
            [("j k", "part"), ("+ -", "record more, less"), ("h l", "show less, more"), ("f", "it alone")]
                .map(|(key, what)| Hint::new(key, what)),
        );
        left.extend(looks::hints(model, &looks::DIAGNOSTICS));
    } else {
        changes(model, &mut left);
        if model.screen == Screen::Logs && model.screens.logs.search.asks() {
            let hits = [key(Command::Next), key(Command::Previous)].into_iter().flatten().collect::<Vec<_>>();
            left.push(Hint::new(hits.join(" "), "hits"));
        }
        left.extend(looks::hints(model, &looks::here(model)));
    }
    if scopes.contains(&Scope::Everywhere)
        && let Some(k) = key(Command::Help)
    {
        left.push(Hint::new(k, "help").always());
    }
    let right = [Hint::new("0-8", "screens"), Hint::new("Tab", "panes"), Hint::new("q", "quit")];
    hints(canvas, area, &left, &right);
}

/// The keys that change something: those that are refused now stay, muted, with the reason behind the last.
fn changes(model: &Model, left: &mut Vec<Hint<'static>>) {
    let mut commands = Vec::new();
    if let Some(target) = navigate::target(model) {
        commands.extend([Command::Drain, Command::Undrain, Command::Weight, Command::Deregister]);
        let service = model.world.registry.service(&target.service);
        let slots = service.into_iter().flat_map(|service| service.slots.values());
        let admins: Vec<_> = slots
            .filter(|slot| slot.address() == target.address.as_ref())
            .filter_map(|slot| Some(slot.registered()?.admin))
            .collect();
        let kept = target.address.as_ref().and_then(|at| model.world.registry.intent(&target.service.name, at));
        // Who is drained can only be put back, who is not and nobody wants to be only be drained.
        if !admins.is_empty() && admins.iter().all(|admin| *admin == RegistryAdmin::Drained) {
            commands.retain(|command| *command != Command::Drain);
        } else if kept.is_none() && admins.iter().all(|admin| *admin == RegistryAdmin::Enabled) {
            commands.retain(|command| *command != Command::Undrain);
        }
        // What was lost is drained again, once or each time.
        let lost = kept.is_some_and(|kept| kept.op == Op::Drain && model.world.is_lost(&kept.znode(), kept));
        if let Some(at) = commands.iter().position(|command| lost && *command == Command::Drain) {
            commands.insert(at + 1, Command::HoldDrain);
        }
    }
    if applies::undoable(model) {
        commands.push(Command::Undo);
    }
    let refused = action::blocked(model).map(|_| match () {
        () if model.setup.read_only => "read-only",
        () if model.setup.no_journal.is_some() => "no journal",
        () if model.action.as_ref().is_some_and(action::Action::in_flight) => "the last write is not answered",
        () if model.world.registry.link().state == LinkState::ReadOnly => "the registry only reads",
        () => "picture is old",
    });
    let last = commands.len().saturating_sub(1);
    for (n, command) in commands.into_iter().enumerate() {
        let Some(key) = model.setup.keys.keys(command).first() else { continue };
        let hint = Hint::new(key.to_string(), command.row().title);
        left.push(match refused {
            Some(why) => hint.refused(if n == last { why } else { "" }),
            None => hint,
        });
    }
}
