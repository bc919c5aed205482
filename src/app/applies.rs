//! Which commands act where the keys are now. Of the others a person is told why they do nothing: the help greys them, the
//! footer leaves them out, the key says it. No key acts on what is not on the screen.

use super::{
    Model, navigate,
    screen::{
        Screen,
        logs::{shows_patterns, tree},
        traces::{self, operations},
    },
    selection::Selection,
};
use crate::command::{Command, Scope};

/// Why a command does nothing here, in words; `None`: it acts.
pub fn idle(model: &Model, command: Command) -> Option<&'static str> {
    let focus = navigate::focus(model);
    let unless = |acts: bool, why: &'static str| (!acts).then_some(why);
    let scope = command.row().scope;
    if navigate::first_run(model) && matches!(scope, Scope::List | Scope::Lines) {
        return Some("Nothing is known yet.");
    }
    if scope == Scope::Instance {
        let acts = navigate::target(model).is_some() || !model.marks.is_empty();
        return unless(acts, "On which instance? Put the cursor on one, or select it.");
    }
    if scope == Scope::Lines && focus != Screen::Logs {
        return match command {
            Command::NextError | Command::PreviousError => {
                unless(traces::failed::goes(model), "Not here: this is for log lines, and for an open trace.")
            }
            _ => Some("Not here: this is for log lines."),
        };
    }
    match command {
        Command::Batch => unless(model.batch.is_some(), "No batch runs."),
        Command::Filter => {
            unless(!matches!(focus, Screen::Verdicts | Screen::Diagnostics), "There is nothing to filter here.")
        }
        Command::Open => unless(!matches!(focus, Screen::Story | Screen::Diagnostics), "Nothing opens here."),
        Command::Left | Command::Right => {
            let tree = focus == Screen::Logs && model.screens.logs.open;
            unless(focus == Screen::Topology || tree, "Nothing lies left or right of it here.")
        }
        Command::DetailDown | Command::DetailUp => {
            let acts = model.screen == Screen::Balancer || traces::has_detail(model) || tree::is_open(model);
            unless(acts, "No detail is beside the list here.")
        }
        Command::Only | Command::Without => unless(model.screens.logs.tree.on.is_some(), tree::NO_PART),
        Command::Sort => unsorted(model, focus),
        Command::Fold if focus == Screen::Traces => traces::unfoldable(model),
        _ => None,
    }
}

/// Why there is nothing to sort.
fn unsorted(model: &Model, focus: Screen) -> Option<&'static str> {
    match focus {
        Screen::Balancer => None,
        Screen::Traces if model.screen == Screen::Overview => {
            Some("The overview has the newest first: traces are sorted on their own screen.")
        }
        Screen::Traces if operations::shown(model) => {
            Some("What fails stands first, the others by name: nothing else.")
        }
        Screen::Traces if !traces::lists(model) => Some("The list is not here while a trace is open."),
        Screen::Traces => None,
        Screen::Logs if shows_patterns(model) => Some("The newest pattern stands first: nothing else."),
        Screen::Logs => Some("Log lines stand in the order of their time: nothing else."),
        _ => Some("Nothing to sort here: instances and traces are sorted where they have the keys."),
    }
}

/// What `Esc` does to what the pane in focus is narrowed to, as a verb; `None`: it goes back, or closes what is open.
pub fn way_out(model: &Model) -> Option<&'static str> {
    let pane = navigate::focus(model);
    let logs = &model.screens.logs;
    let trace = model.screen == Screen::Traces && model.screens.traces.open.is_some();
    let line = pane == Screen::Logs && logs.open;
    let full = model.screen == Screen::Logs;
    let within =
        full && (!logs.search.text.is_empty() || logs.patterns.list.is_some() || logs.patterns.lines_of.is_some());
    if trace || line || within {
        return None;
    }
    match super::overlay::filter::of(model, pane).is_empty() {
        false => Some("clear"),
        true => (model.selection != Selection::All).then_some("widen"),
    }
}

/// Whether anything of this person is known that could be taken back: a write of this run, or what the registry keeps. The
/// journal may know of more.
pub fn undoable(model: &Model) -> bool {
    model.followed.iter().any(|one| one.since.is_some())
        || model.world.registry.intents().any(|(_, intent)| intent.by == model.setup.user)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::scene::Scene;

    #[test]
    fn a_key_that_does_nothing_here_says_why_and_changes_nothing_that_is_not_on_the_screen() {
        let mut scene = Scene::shop();
        scene.requests(3, false);
        let order = scene.model.rows.order;
        let said = |scene: &Scene| scene.model.notice.as_ref().map_or(String::new(), |told| told.text.to_string());
        scene.open(Screen::Logs);
        scene.press("s");
        assert!(scene.model.rows.order == order && said(&scene).contains("order of their time"), "{}", said(&scene));
        scene.open(Screen::Traces);
        scene.press("rs");
        assert!(said(&scene).contains("What fails stands first"), "{}", said(&scene));
        scene.press("r");
        assert!(scene.screen(160, 48).contains("newest first"));
        scene.open(Screen::Balancer);
        let level = scene.model.screens.logs.level;
        scene.press("+");
        assert!(scene.model.screens.logs.level == level && said(&scene).contains("log lines"), "{}", said(&scene));
        scene.press("s");
        assert!(scene.model.rows.order != order && said(&scene).contains("Instances are sorted"), "{}", said(&scene));
    }

    #[test]
    fn of_a_table_or_of_patterns_what_is_copied_is_what_is_under_the_cursor() {
        let mut scene = Scene::shop();
        scene.requests(3, true);
        scene.open(Screen::Traces);
        scene.press("r");
        let row = operations::rows(&scene.model).into_iter().next().expect("there is one");
        let shown = operations::exemplar(&scene.model, &row);
        assert_eq!(traces::under_cursor(&scene.model), shown);
        scene.open(Screen::Logs);
        scene.press("p");
        assert_eq!(navigate::under_cursor(&scene.model), Selection::All, "no line is under the cursor");
        let (rows, at) = scene.model.screens.logs.patterns.rows();
        let template = rows[at].template.to_string();
        assert_eq!(crate::app::screen::logs::copied(&scene.model), Some(template));
    }
}
