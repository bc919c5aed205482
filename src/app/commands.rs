//! One handler for each command of the table.

use super::{
    Model, action, applies, batch, marks,
    msg::{Effect, Effects},
    navigate,
    overlay::{
        Overlay,
        ask::{self, Asks},
        filter,
    },
    page,
    rows::{Order, Row},
    screen::{
        Screen, circuits,
        logs::{self, jump, search, tree},
        patterns, topology, traces,
    },
    selection::Selection,
    update::say,
    weigh,
};
use crate::{app::hold::Hold, command::Command, domain::intent::Op};

/// Runs a command; `argument` is what followed its name in the palette.
pub(super) fn run(model: &mut Model, command: Command, argument: &str) -> Effects {
    if let Some(screen) = Screen::of(command) {
        return navigate::open(model, screen);
    }
    match command {
        Command::Drain => action::command(model, Op::Drain, argument),
        Command::HoldDrain => action::hold(model, argument),
        Command::Undrain => action::command(model, Op::Undrain, argument),
        Command::Deregister => action::command(model, Op::Deregister, argument),
        Command::Weight => weigh::command(model, argument),
        Command::Undo => action::undo(model, argument),
        Command::Mark => marks::mark(model, argument),
        Command::MarkHost => marks::host(model),
        Command::Batch => {
            match &model.batch {
                Some(_) => batch::open(model),
                None => say(model, "No batch runs.", false),
            }
            Effects::new()
        }
        Command::Next => next(model, 1),
        Command::Previous => next(model, -1),
        Command::Why => {
            model.overlays.push(Overlay::Why);
            Effects::new()
        }
        Command::Filter => {
            if !matches!(navigate::focus(model), Screen::Verdicts | Screen::Diagnostics) {
                filter::open(model);
                if !argument.is_empty() {
                    filter::set(model, argument);
                    model.overlays.pop();
                }
            }
            Effects::new()
        }
        Command::Palette => {
            model.overlays.push(Overlay::Palette { field: tui_input::Input::default(), at: 0 });
            Effects::new()
        }
        Command::Open => open(model),
        Command::Patterns => patterns::toggle(model),
        Command::Find => ask::open(model, Asks::Search, argument),
        Command::At => ask::open(model, Asks::Time, argument),
        Command::Columns => ask::open(model, Asks::Columns, argument),
        Command::Save => ask::open(model, Asks::Save, argument),
        Command::NextError => error(model, 1),
        Command::PreviousError => error(model, -1),
        Command::NextMinute => in_lines(model, |model| jump::by_clock(model, jump::MINUTE, 1)),
        Command::PreviousMinute => in_lines(model, |model| jump::by_clock(model, jump::MINUTE, -1)),
        Command::NextHour => in_lines(model, |model| jump::by_clock(model, jump::HOUR, 1)),
        Command::PreviousHour => in_lines(model, |model| jump::by_clock(model, jump::HOUR, -1)),
        Command::Only => in_lines(model, |model| tree::filter(model, true)),
        Command::Without => in_lines(model, |model| tree::filter(model, false)),
        Command::Back => navigate::back(model),
        Command::Hold => hold(model),
        Command::Down => step(model, 1),
        Command::Up => step(model, -1),
        Command::Left => sideways(model, -1),
        Command::Right => sideways(model, 1),
        Command::PageDown => page::turn(model, 1),
        Command::PageUp => page::turn(model, -1),
        Command::First => step(model, isize::MIN / 2),
        Command::Last => step(model, isize::MAX / 2),
        Command::DetailDown => detail(model, DETAIL),
        Command::DetailUp => detail(model, -DETAIL),
        Command::NextPane => navigate::next_pane(model, 1),
        Command::PreviousPane => navigate::next_pane(model, -1),
        Command::Goto => navigate::goto(model, argument),
        Command::TracesOf => follow(model, Screen::Traces),
        Command::LogsOf => follow(model, Screen::Logs),
        Command::BreakersOf => follow(model, Screen::Circuits),
        Command::Sort => sort(model),
        Command::Operations => traces::operations::toggle(model),
        Command::Fold => fold(model),
        Command::Copy => copy(model),
        Command::More => logs::level(model, -1),
        Command::Less => logs::level(model, 1),
        Command::Theme => theme(model, argument),
        Command::Mouse => match argument {
            "on" | "off" => vec![Effect::Mouse(argument == "on")],
            _ => {
                say(model, "Say `:mouse on` or `:mouse off`.", true);
                Effects::new()
            }
        },
        Command::Help => {
            model.overlays.push(Overlay::Help { top: 0 });
            Effects::new()
        }
        Command::Quit | Command::QuitNow => navigate::quit(model),
        Command::Overview
        | Command::Topology
        | Command::Balancer
        | Command::Circuits
        | Command::Traces
        | Command::Logs
        | Command::Story
        | Command::Verdicts
        | Command::Diagnostics => Effects::new(), // opened above
    }
}

/// Lines that the balancer's detail is scrolled by at once.
const DETAIL: isize = 5;

/// Scrolls the detail of the balancer, or of a span; the view knows where it ends. In an opened line the cursor goes as far.
pub(super) fn detail(model: &mut Model, by: isize) -> Effects {
    if model.screen == Screen::Balancer {
        let lines = &mut model.screens.detail;
        *lines = lines.saturating_add_signed(by).min(LONGEST_DETAIL);
    } else if traces::has_detail(model) {
        traces::scroll(model, by);
    } else if tree::is_open(model) {
        tree::step(model, by);
    }
    Effects::new()
}

/// No detail is longer than so many lines: what is scrolled past its end has to be scrolled back.
const LONGEST_DETAIL: usize = 80;

/// `e` and `E`: along the failed spans of an open trace, else along the errors of the log lines.
fn error(model: &mut Model, by: isize) -> Effects {
    if traces::failed::goes(model) {
        return traces::failed::step(model, by);
    }
    in_lines(model, |model| jump::error(model, by))
}

/// Does something on the log screen, which is opened where it is not yet.
fn in_lines(model: &mut Model, what: impl FnOnce(&mut Model) -> Effects) -> Effects {
    let mut effects = navigate::open(model, Screen::Logs);
    logs::renew(model);
    effects.extend(what(model));
    effects
}

fn next(model: &mut Model, by: isize) -> Effects {
    if model.screen == Screen::Logs && model.screens.logs.search.asks() {
        return search::step(model, by);
    }
    if navigate::focus(model) == Screen::Logs && !model.screens.logs.filter.is_empty() {
        return logs::step(model, by);
    }
    navigate::next_problem(model, by)
}

/// Moves the cursor of the pane in focus.
pub(super) fn step(model: &mut Model, by: isize) -> Effects {
    match navigate::focus(model) {
        Screen::Overview => {}
        Screen::Balancer => {
            if model.cursor.step(by, model.rows.all.len()) {
                model.screens.detail = 0;
            }
            return navigate::preferred(model);
        }
        Screen::Topology => topology::step(model, by),
        Screen::Circuits => circuits::step(model, by),
        Screen::Traces => return traces::step(model, by),
        Screen::Logs if logs::shows_patterns(model) => return patterns::step(model, by),
        Screen::Logs => return logs::step(model, by),
        Screen::Story => {
            // The story is drawn newest first: down is older.
            let len = model.world.story.events().len();
            model.screens.story.step(by, len);
        }
        Screen::Verdicts => {
            model.screens.verdicts.step(by, model.verdicts.len());
            model.verdict_at = model.screens.verdicts.at;
        }
        Screen::Diagnostics => {}
    }
    Effects::new()
}

fn sideways(model: &mut Model, by: isize) -> Effects {
    match navigate::focus(model) {
        Screen::Topology => topology::along(model, by),
        Screen::Logs => tree::fold(model, by),
        _ => {}
    }
    Effects::new()
}

/// `Enter`: into what is under the cursor.
fn open(model: &mut Model) -> Effects {
    match navigate::focus(model) {
        Screen::Overview => Effects::new(),
        Screen::Balancer => {
            if let Some(Row::RawFold(..)) = model.rows.all.get(model.cursor.at) {
                return fold(model);
            }
            let selection = navigate::under_cursor(model);
            let mut effects = navigate::open(model, Screen::Balancer);
            effects.extend(navigate::select(model, selection));
            effects
        }
        Screen::Topology => {
            let selection = navigate::under_cursor(model);
            navigate::select(model, selection)
        }
        Screen::Circuits => {
            let selection = navigate::under_cursor(model);
            navigate::select(model, selection)
        }
        Screen::Traces => traces::open(model),
        Screen::Logs if logs::shows_patterns(model) => patterns::open(model),
        Screen::Logs => logs::open(model),
        Screen::Story => Effects::new(),
        Screen::Verdicts => navigate::to_verdict(model),
        Screen::Diagnostics => Effects::new(),
    }
}

/// Opens a screen narrowed to what is under the cursor.
fn follow(model: &mut Model, screen: Screen) -> Effects {
    let selection = navigate::under_cursor(model);
    if let (Selection::Trace(id), Screen::Traces) = (&selection, screen) {
        // One trace is no list: it is opened, and nothing is narrowed.
        let visit = model.screen != Screen::Traces;
        return traces::show(model, *id, visit);
    }
    if screen == Screen::Traces {
        // Those of something are asked for, not the one that was open.
        traces::forget(model);
    }
    let mut effects = navigate::open(model, screen);
    if selection != Selection::All {
        effects.extend(navigate::select(model, selection));
    }
    effects
}

fn hold(model: &mut Model) -> Effects {
    match model.hold.take() {
        None => {
            model.hold = Some(Hold::new(model.now));
            Effects::new()
        }
        Some(hold) => {
            let waiting: Vec<_> = hold.release(model.now).collect();
            super::facts::take(model, waiting)
        }
    }
}

fn sort(model: &mut Model) -> Effects {
    if let Some(why) = applies::idle(model, Command::Sort) {
        say(model, why, true);
        return Effects::new();
    }
    if navigate::focus(model) == Screen::Traces {
        traces::sort(model);
        return Effects::new();
    }
    model.rows.order = match model.rows.order {
        Order::Place => Order::Weight,
        Order::Weight => Order::Presence,
        Order::Presence => Order::Place,
    };
    let word = match model.rows.order {
        Order::Place => "by place",
        Order::Weight => "by weight, heaviest first",
        Order::Presence => "missing ones first",
    };
    navigate::renew_rows(model);
    say(model, format!("Instances are sorted {word}."), false);
    Effects::new()
}

fn fold(model: &mut Model) -> Effects {
    match navigate::focus(model) {
        Screen::Topology => model.screens.topology.unfolded ^= true,
        Screen::Circuits => circuits::fold(model),
        Screen::Logs => return logs::show_events(model),
        Screen::Traces => traces::fold(model),
        _ => {
            match model.rows.all.get(model.cursor.at).cloned() {
                Some(Row::Service(id) | Row::Instance(id, _)) => model.rows.toggle(&id),
                Some(Row::RawFold(..)) => {
                    model.rows.raw_open = true;
                    model.rows.forget();
                }
                None => {}
            }
            navigate::renew_rows(model);
        }
    }
    Effects::new()
}

/// The text of what is under the cursor.
fn copy(model: &mut Model) -> Effects {
    let text = match navigate::focus(model) {
        Screen::Logs => logs::copied(model),
        Screen::Traces => traces::under_cursor(model).map(|t| t.to_string()),
        Screen::Verdicts => model.verdicts.get(model.verdict_at).map(|v| v.sentence.to_string()),
        _ => match navigate::under_cursor(model) {
            Selection::Instance(id) => Some(id.to_string()),
            Selection::Service(name) => Some(name.to_string()),
            Selection::Edge(from, to) => Some(format!("{from} > {to}")),
            Selection::Circuit(from, to) => Some(format!("{from} > {to}")),
            Selection::Trace(id) => Some(id.to_string()),
            Selection::All => None,
        },
    };
    match text {
        // A name or a sentence has none: a break in one of them would be typed where it is pasted.
        Some(text) if navigate::focus(model) == Screen::Logs && text.contains('\n') => vec![Effect::CopyLines(text)],
        Some(text) => vec![Effect::Copy(text)],
        None => {
            say(model, "Nothing to copy: the cursor is on nothing.", true);
            Effects::new()
        }
    }
}

fn theme(model: &mut Model, name: &str) -> Effects {
    if model.setup.themes.iter().any(|t| &**t == name) {
        return vec![Effect::Theme(name.to_owned())];
    }
    let all = model.setup.themes.iter().map(|t| &**t).collect::<Vec<_>>().join(", ");
    say(model, format!("No theme is called `{name}`. There are: {all}."), true);
    Effects::new()
}
