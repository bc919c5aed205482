//! What every screen has: the header, the verdict in row 1, the footer; and what is left of them where there is no room.

mod footer;
mod verdict;

use ratatui::layout::Rect;

pub use self::{
    footer::footer,
    verdict::{sentence, verdict, verdict_mark},
};
use super::{
    say,
    widget::{
        canvas::Canvas,
        phrase::Phrase,
        status::{Status, status},
    },
};
use crate::{
    app::{Model, grid::Room},
    domain::{fact::LinkState, show},
    theme::{Mark, Role},
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
    left.push(Status::new(registry(canvas, model, wide), if wide { 60 } else { 75 }));

    // What no registry has ever told is not nothing: it is not known.
    let known = model.world.registry.complete().is_some();
    // In a narrow header the counts stand without words, as they and what is at the right never go.
    let narrow = area.width < NARROW;
    let totals = &model.cluster.totals;
    let number = |n: usize| if known { show::count(n as u64) } else { show::ABSENT.to_owned() };
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
    match narrow {
        true => up.push(format!("/{}", number(totals.wanted)), muted),
        false => up.push(format!(" of {}{word}", number(totals.wanted)), muted),
    }
    let mark_gap = if narrow { "" } else { " " };
    middle.push(Status::new(up, Status::ALWAYS));
    let mut drained = Phrase::of(if room == Room::Full { "drained " } else { "" }, muted);
    let ink = if totals.drained > 0 { canvas.bold(Role::Op) } else { muted };
    if totals.drained > 0 || room < Room::Full {
        drained.push(Mark::Drained.symbol(), ink);
        drained.push(mark_gap, muted);
    }
    drained.push(number(totals.drained), ink);
    middle.push(Status::new(drained, Status::ALWAYS));
    let mut open = Phrase::of(if room == Room::Full { "circuits open " } else { "" }, muted);
    let ink = if totals.open > 0 { canvas.bold(Role::Bad) } else { muted };
    if totals.open > 0 || room < Room::Full {
        open.push(Mark::Open.symbol(), ink);
        open.push(mark_gap, muted);
    }
    open.push(if totals.circuits == 0 { show::ABSENT.to_owned() } else { number(totals.open) }, ink);
    middle.push(Status::new(open, Status::ALWAYS));
    if room <= Room::Column {
        // Closer together.
        let gap = if narrow { " " } else { "  " };
        let counts = std::mem::take(&mut middle).into_iter().map(|item| item.text);
        let joined = counts.reduce(|all, next| joined(all, gap, next)).unwrap_or_default();
        middle.push(Status::new(joined, Status::ALWAYS));
    }
    // Where there is no pulse. In the smallest picture it takes the place of the counts, which the rows of verdicts carry.
    if room < Room::Full
        && let Some(brief) = super::screen::pulse::brief(canvas, model, if room >= Room::Small { "   " } else { "  " })
    {
        if room == Room::Marks && !narrow && !model.verdicts.is_empty() {
            middle = vec![Status::new(brief, 70)];
        } else {
            middle.push(Status::new(brief, 70));
        }
    }
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
        // What is held grows old from when it is held.
        let as_of = model.hold.as_ref().map_or(as_of, |hold| as_of.min(hold.since));
        let age = show::age(model.now.since(as_of).max(0) as u64);
        // Always as wide, so that what stands at its left stays put.
        right.push(Status::new(Phrase::of(format!("{:>14}", format!("data {age} old")), muted), 10));
    }
    let mut standing = freshness(canvas, model);
    if model.setup.read_only {
        let only = Phrase::of("READ ONLY", canvas.bold(Role::Warn));
        match narrow {
            true => standing = joined(only, " ", standing),
            false => right.push(Status::new(only, Status::ALWAYS)),
        }
    }
    right.push(Status::new(standing, Status::ALWAYS));
    status(canvas, area, &left, &middle, &right);
}

/// Under this many columns the header's counts are only marks and numbers.
const NARROW: u16 = 60;

fn joined(mut first: Phrase<'static>, gap: &'static str, second: Phrase<'static>) -> Phrase<'static> {
    first.push(gap, ratatui::style::Style::new());
    first.extend(second);
    first
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
        let text = format!("HELD {}", say::when(model, hold.since));
        let held = Phrase::of(text, canvas.bold(Role::Warn));
        // Two clocks are too much for a narrow header.
        if model.size.0 < NARROW {
            return held;
        }
        return held.with(" ", strong).with(clock, canvas.style(Role::Muted));
    }
    let link = model.world.registry.link();
    let live = |phrase: Phrase<'static>| phrase.with("LIVE ", canvas.bold(Role::Ok)).with(clock.clone(), strong);
    match (link.state.live() && model.world.registry.complete().is_some(), link.as_of) {
        (true, _) => live(Phrase::new()),
        (false, Some(as_of)) => {
            let now = say::freshness(model);
            let wide = Room::of(model.size) >= Room::Medium;
            let told = Phrase::of(if wide && !now.all_old() { "registry " } else { "" }, canvas.style(Role::Muted));
            let old = Phrase::of(format!("AS OF {}", say::when(model, as_of)), canvas.bold(Role::Warn));
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
