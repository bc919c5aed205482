//! What every screen has: the header, the verdict in row 1, the footer; and what is left of them where there is no room.

use ratatui::layout::Rect;

use super::{
    say,
    widget::{
        canvas::Canvas,
        hints::{Hint, hints},
        phrase::Phrase,
        status::{Status, status},
    },
};
use crate::{
    app::{Model, action, grid::Room, keys, navigate, screen::Screen, selection::Selection},
    command::{Command, Danger, Scope},
    domain::{fact::LinkState, show, verdict::Severity},
    theme::{Mark, Role, Strip},
};

/// Row 0: where we are, how much there is, how old it is.
pub fn header(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    canvas.tint(area, canvas.style(Role::Surface));
    let (muted, strong) = (canvas.style(Role::Muted), canvas.style(Role::Strong));
    let room = Room::of(model.size);
    let wide = room >= Room::Medium;
    let mut left = vec![Status::new(Phrase::of("KEEPWATCH", strong), 90)];
    if let Some(name) = &model.setup.cluster {
        left.push(Status::new(Phrase::of(&**name, strong), 80));
    }
    left.push(Status::new(registry(canvas, model, wide), if wide { 60 } else { 40 }));

    let totals = &model.cluster.totals;
    let number = |n: usize| show::count(n as u64);
    let mut middle = Vec::new();
    if room == Room::Full {
        middle.push(Status::new(Phrase::of("services ", muted).with(number(totals.services), strong), 20));
    }
    let mut up = Phrase::of(if room == Room::Full { "instances " } else { "" }, muted);
    // Up is what says so itself, whatever people decided about it: the drained ones are counted beside it.
    let (of, word) = match room {
        Room::Full => (totals.registered, ""),
        _ if !model.cluster.services.iter().any(|s| s.asked) => (totals.registered, " registered"),
        _ => (totals.up, " up"),
    };
    up.push(number(of), strong);
    up.push(format!(" of {}{word}", number(totals.wanted)), muted);
    middle.push(Status::new(up, 70));
    let mut drained = Phrase::of(if room == Room::Full { "drained " } else { "" }, muted);
    let ink = if totals.drained > 0 { canvas.bold(Role::Op) } else { muted };
    if totals.drained > 0 || room < Room::Full {
        drained.push(Mark::Drained.symbol(), ink);
        drained.push(" ", muted);
    }
    drained.push(number(totals.drained), ink);
    middle.push(Status::new(drained, 65));
    let mut open = Phrase::of(if room == Room::Full { "circuits open " } else { "" }, muted);
    let ink = if totals.open > 0 { canvas.bold(Role::Bad) } else { muted };
    if totals.open > 0 || room < Room::Full {
        open.push(Mark::Open.symbol(), ink);
        open.push(" ", muted);
    }
    open.push(if totals.circuits == 0 { show::ABSENT.to_owned() } else { number(totals.open) }, ink);
    middle.push(Status::new(open, 64));
    let unreadable = model.world.registry.coverage().unreadable;
    if unreadable > 0 {
        middle.push(Status::new(Phrase::of(format!("no permission {unreadable}"), canvas.style(Role::Warn)), 66));
    }
    let beyond = model.world.registry.coverage().beyond_limit;
    if beyond > 0 {
        middle.push(Status::new(Phrase::of(format!("not read {}", show::count(beyond)), canvas.style(Role::Warn)), 66));
    }
    let mut right = Vec::new();
    if room == Room::Full
        && let Some(as_of) = model.world.registry.link().as_of.filter(|_| live(model))
    {
        let age = show::age(model.now.since(as_of).max(0) as u64);
        right.push(Status::new(Phrase::of(format!("data {age:>5} old"), muted), 10));
    }
    if model.setup.read_only {
        right.push(Status::new(Phrase::of("READ ONLY", canvas.bold(Role::Warn)), Status::ALWAYS));
    }
    right.push(Status::new(freshness(canvas, model), Status::ALWAYS));
    status(canvas, area, &left, &middle, &right);
}

fn live(model: &Model) -> bool {
    model.world.registry.link().state.live()
}

fn registry(canvas: &Canvas<'_>, model: &Model, wide: bool) -> Phrase<'static> {
    let muted = canvas.style(Role::Muted);
    let link = model.world.registry.link();
    let mut phrase = Phrase::of("zk ", muted);
    if wide {
        phrase.push(format!("{} ", model.setup.registry), canvas.style(Role::Text));
    }
    let mark = match link.state {
        LinkState::Connected => Mark::Up,
        LinkState::ReadOnly => Mark::Slow,
        LinkState::Never if link.attempt == 0 => Mark::Unknown,
        LinkState::Never | LinkState::Reconnecting | LinkState::Lost => Mark::NoAnswer,
    };
    phrase.push(mark.symbol(), canvas.theme().mark(mark));
    match (link.state, link.rtt_us) {
        (LinkState::Connected, Some(us)) if wide => {
            // Always as wide, so that what follows stays put.
            phrase.push(format!(" {:<6}", show::took(u64::from(us))), muted);
        }
        (LinkState::ReadOnly, _) => phrase.push(" read-only", canvas.style(Role::Warn)),
        (LinkState::Reconnecting | LinkState::Lost, _) => {
            phrase.push(format!(" try {}", link.attempt.max(1)), canvas.style(Role::Warn));
        }
        _ => {}
    }
    phrase
}

/// LIVE, HELD or AS OF, and the clock.
fn freshness(canvas: &Canvas<'_>, model: &Model) -> Phrase<'static> {
    let clock = say::clock(model, model.now);
    let strong = canvas.style(Role::Strong);
    if let Some(hold) = &model.hold {
        let text = format!("HELD {}", say::clock(model, hold.since));
        return Phrase::of(text, canvas.bold(Role::Warn)).with(" ", strong).with(clock, canvas.style(Role::Muted));
    }
    let link = model.world.registry.link();
    let live = |phrase: Phrase<'static>| phrase.with("LIVE ", canvas.bold(Role::Ok)).with(clock.clone(), strong);
    match (link.state.live() && model.world.registry.complete().is_some(), link.as_of) {
        (true, _) => live(Phrase::new()),
        (false, Some(as_of)) => {
            let now = say::freshness(model);
            let wide = Room::of(model.size) >= Room::Medium;
            let told = Phrase::of(if wide && !now.all_old() { "registry " } else { "" }, canvas.style(Role::Muted));
            let old = Phrase::of(format!("AS OF {}", say::clock(model, as_of)), canvas.bold(Role::Warn));
            if now.rest_is_live() {
                let mut phrase = told;
                phrase.extend(old);
                return live(phrase.with("   ", strong));
            }
            let mut phrase = Phrase::new();
            if wide {
                phrase = Phrase::of("now ", canvas.style(Role::Muted)).with(clock, strong).with("   ", strong);
            }
            phrase.extend(old);
            phrase
        }
        (false, None) => Phrase::of("NO DATA YET ", canvas.style(Role::Warn)).with(clock, strong),
    }
}

/// The strip of a severity: its ground, where there is one.
fn strip(canvas: &Canvas<'_>, severity: Severity) -> Option<ratatui::style::Style> {
    match severity {
        Severity::Critical => Some(canvas.theme().strip(Strip::Bad)),
        Severity::Warning => Some(canvas.theme().strip(Strip::Warn)),
        Severity::Notice => None,
    }
}

/// The mark that stands before a verdict.
pub fn verdict_mark(severity: Severity, rule: &str) -> Mark {
    match (severity, rule) {
        (_, "drained") => Mark::Drained,
        (_, "drain-lost") => Mark::DrainLost,
        (_, "circuit-open") => Mark::Open,
        (_, "missing") => Mark::Missing,
        (_, "registry-link") => Mark::NoAnswer,
        (Severity::Critical, _) => Mark::Down,
        (Severity::Warning, _) => Mark::Slow,
        (Severity::Notice, _) => Mark::Unknown,
    }
}

/// Row 1: what is wrong, or since when nothing is.
pub fn verdict(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let Some(shown) = model.verdicts.get(model.verdict_at) else { return well(canvas, model, area) };
    let ground = strip(canvas, shown.severity);
    let ink = ground.unwrap_or(canvas.style(Role::Text));
    if let Some(style) = ground {
        canvas.tint(area, style);
    }
    let mark = verdict_mark(shown.severity, shown.rule);
    let mark_ink = ground.unwrap_or(canvas.theme().mark(mark));
    let bold = ink.add_modifier(ratatui::style::Modifier::BOLD);
    let at = format!("{} of {}   ", model.verdict_at + 1, model.verdicts.len());
    let why = Phrase::of(at, ink).with("v", bold).with(" why?", ink);
    let last = area.bottom().saturating_sub(1);
    let room = area.width.saturating_sub(2);
    let start = canvas.phrase_right(area.x + 1, area.right().saturating_sub(1), last, &why);
    let mut sentence = Phrase::of(mark.symbol(), mark_ink).with(" ", ink).with(say::verdict(model, shown), bold);
    if let Some(since) = shown.since {
        sentence.push(format!(" {}", say::since(model, since)), ink);
    }
    if area.height == 1 {
        canvas.phrase(area.x + 1, area.y, start.saturating_sub(area.x + 2), &sentence);
        return;
    }
    for (n, line) in sentence.wrap(usize::from(room.saturating_sub(2)), usize::from(area.height)).iter().enumerate() {
        let y = area.y + n as u16;
        let width = if y == last { start.saturating_sub(area.x + 4) } else { room };
        canvas.phrase(area.x + 1 + if n > 0 { 2 } else { 0 }, y, width, line);
    }
}

/// Row 1 where no problem is known.
fn well(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let (text, muted) = (canvas.style(Role::Strong), canvas.style(Role::Muted));
    let registry = &model.world.registry;
    let phrase = match (registry.complete(), model.well_since) {
        (None, _) => {
            let what = if registry.link().state == LinkState::Never { "Connecting to" } else { "Reading" };
            Phrase::of("? ", muted).with(format!("{what} the registry {}.", model.setup.registry), text)
        }
        (Some(_), since) => {
            let unknown = model.cluster.totals.unknown;
            let all = model.cluster.totals.registered;
            let away = model.cluster.totals.wanted.saturating_sub(all);
            if all == 0 && away == 0 {
                nothing(canvas, model)
            } else if away > 0 {
                // It left a moment ago, and may only be written anew by its provider.
                let left = show::plural(away as u64, "expected instance", "expected instances");
                Phrase::of("? ", muted)
                    .with("No problem seen", text)
                    .with(format!(", but {left} left the registry a moment ago."), muted)
            } else if unknown > 0 {
                Phrase::of("? ", muted).with("No problem seen", text).with(
                    format!(
                        ", but {unknown} of {} {} not known to be up.",
                        show::plural(all as u64, "instance", "instances"),
                        if unknown == 1 { "is" } else { "are" }
                    ),
                    muted,
                )
            } else if let Some((name, at)) = say::freshness(model).old_ones().first() {
                Phrase::of("? ", muted)
                    .with("No problem seen", text)
                    .with(format!(", but what {name} tell is of {}.", say::when(model, *at)), muted)
            } else {
                let long = since.map_or(0, |s| (model.now.since(s) / 1000) as u64);
                let (mark, ink) = (Mark::Up.symbol(), canvas.theme().mark(Mark::Up));
                Phrase::of(mark, ink).with(format!(" All well for {}", show::duration(long)), text)
            }
        }
    };
    canvas.phrase(area.x + 1, area.y, area.width.saturating_sub(2), &phrase);
}

/// An empty registry: which, and what was read.
fn nothing(canvas: &Canvas<'_>, model: &Model) -> Phrase<'static> {
    let coverage = model.world.registry.coverage();
    let list = |paths: &[std::sync::Arc<str>]| paths.iter().map(|p| &**p).collect::<Vec<_>>().join(", ");
    let mut text = format!("No instance is registered in {}.", model.setup.registry);
    if !coverage.missing_roots.is_empty() {
        text.push_str(&format!(" Not there: {}. Looking on.", list(&coverage.missing_roots)));
    } else if !coverage.roots.is_empty() {
        text.push_str(&format!(" Read: {}. Looking on.", list(&coverage.roots)));
    }
    Phrase::of("? ", canvas.style(Role::Muted)).with(text, canvas.style(Role::Strong))
}

/// The last row: the notice of what was just done, else the keys.
pub fn footer(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    canvas.tint(area, canvas.style(Role::Surface));
    if let Some(notice) = &model.notice {
        let (mark, style) =
            if notice.bad { (Mark::Failed, canvas.bold(Role::Warn)) } else { (Mark::Good, canvas.style(Role::Text)) };
        let phrase = Phrase::of(mark.symbol(), canvas.theme().mark(mark)).with(" ", style).with(&*notice.text, style);
        canvas.phrase(area.x + 1, area.y, area.width.saturating_sub(2), &phrase);
        return;
    }
    let key = |command: Command| model.setup.keys.keys(command).first().map(|k| k.to_string());
    let mut left = Vec::new();
    let refused = action::blocked(model).is_some();
    if navigate::target(model).is_some() && !model.setup.read_only {
        for command in [Command::Drain, Command::Undrain, Command::Weight, Command::Deregister] {
            if let Some(k) = key(command) {
                let hint = Hint::new(k, command.row().title);
                left.push(if refused { hint.refused("picture is old") } else { hint });
            }
        }
    }
    if !model.setup.read_only
        && !refused
        && let Some(k) = key(Command::Undo)
    {
        left.push(Hint::new(k, Command::Undo.row().title));
    }
    let scopes = keys::live(model);
    let mut looks = vec![Command::Next, Command::Filter, Command::Palette, Command::Open];
    if model.screen != Screen::Overview || model.selection != Selection::All {
        looks.push(Command::Back);
    }
    looks.push(Command::Hold);
    for command in looks {
        let row = command.row();
        debug_assert!(row.danger == Danger::Safe);
        if !scopes.contains(&row.scope) || (command == Command::Next && model.verdicts.is_empty()) {
            continue;
        }
        if let Some(k) = key(command) {
            left.push(Hint::new(k, row.title));
        }
    }
    if scopes.contains(&Scope::Everywhere)
        && let Some(k) = key(Command::Help)
    {
        left.push(Hint::new(k, "help").always());
    }
    let right = [Hint::new("0-8", "screens"), Hint::new("Tab", "panes"), Hint::new("q", "quit")];
    hints(canvas, area, &left, &right);
}

/// Where there is room for nothing else: the verdict's sentence, wrapped, and `q`.
pub fn sentence(canvas: &mut Canvas<'_>, model: &Model, area: Rect) {
    let text = canvas.style(Role::Text);
    let mut phrase = freshness(canvas, model);
    phrase.push(" ", text);
    match model.verdicts.get(model.verdict_at) {
        Some(verdict) => phrase.push(say::verdict(model, verdict), text),
        None => phrase.push("KEEPWATCH: no problem is known. ", text),
    }
    if let Some(notice) = &model.notice {
        phrase.push(format!(" {}", notice.text), canvas.bold(Role::Warn));
    }
    // A plan that cannot be read is not confirmed: it waits for more room.
    let keys =
        if model.overlays.is_empty() { " q quit" } else { " Esc closes what is open; there is no room to show it" };
    phrase.push(keys, canvas.style(Role::Muted));
    for (n, line) in phrase.wrap(usize::from(area.width), usize::from(area.height)).iter().enumerate() {
        canvas.phrase(area.x, area.y + n as u16, area.width, line);
    }
}
