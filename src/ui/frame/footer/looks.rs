//! Which keys that look the footer offers where they act, those that matter most first: what has no room goes from the right.

use crate::{
    app::{
        Model, applies, navigate,
        screen::{
            Screen,
            logs::{self, about},
            traces::{self, operations},
        },
        selection::Selection,
    },
    command::{Command, Danger},
    ui::widget::hints::Hint,
};

/// A command, or two that belong together, and its verb; an empty one: the command's own title.
pub(super) type Look = (&'static [Command], &'static str);

/// Of the first run, beside what it offers itself.
pub(super) const FIRST_RUN: [Look; 2] = [(&[Command::Diagnostics], ""), (&[Command::Palette], "")];
/// Of Keepwatch's own log, beside what moves there.
pub(super) const DIAGNOSTICS: [Look; 2] = [(&[Command::Palette], ""), (&[Command::Back], "")];

/// From so many columns on the detail of a span stands beside the waterfall: `Enter` goes on from it.
const BESIDE: u16 = 130;

/// Those of the pane in focus.
pub(super) fn here(model: &Model) -> Vec<Look> {
    let full = model.screen != Screen::Overview;
    let mut looks: Vec<Look> = match navigate::focus(model) {
        Screen::Traces if full => traces_of(model),
        Screen::Logs if full => lines_of(model),
        _ => vec![
            (&[Command::Next], ""),
            (&[Command::Filter], ""),
            (&[Command::Palette], ""),
            (&[Command::Open], open(model)),
        ],
    };
    let narrows = applies::way_out(model);
    if full || model.selection != Selection::All || narrows.is_some() {
        let at = looks
            .iter()
            .position(|(commands, _)| matches!(commands, [Command::Copy | Command::LogsOf | Command::TracesOf]));
        looks.insert(at.unwrap_or(looks.len()), (&[Command::Back], narrows.unwrap_or_default()));
    }
    looks.push((&[Command::Hold], ""));
    looks
}

/// The list, the table by operation, an open trace.
fn traces_of(model: &Model) -> Vec<Look> {
    let state = &model.screens.traces;
    let logs: Look = (&[Command::LogsOf], "");
    if state.open.is_some() {
        let enter = if model.size.0 >= BESIDE || state.detail { "its instance" } else { "detail" };
        let mut looks: Vec<Look> = vec![(&[Command::Down, Command::Up], "span"), (&[Command::Open], enter)];
        if state.folds() {
            looks.push((&[Command::Fold], if state.unfolded { "fold" } else { "unfold" }));
        }
        if state.fall.as_ref().is_some_and(|fall| fall.waterfall.failed) {
            looks.push((&[Command::NextError, Command::PreviousError], "failed"));
        }
        looks.extend([logs, (&[Command::Copy], "copy id"), (&[Command::Operations], "")] as [Look; 3]);
        if traces::lists(model) {
            looks.extend([(&[Command::Filter], "filter list"), (&[Command::Sort], "sort list")] as [Look; 2]);
        }
        return looks;
    }
    if operations::shown(model) {
        return vec![
            (&[Command::Filter], ""),
            (&[Command::Open], "a trace of it"),
            (&[Command::Operations], "list"),
            logs,
            (&[Command::Copy], "copy id"),
        ];
    }
    vec![
        (&[Command::Next], ""),
        (&[Command::Filter], ""),
        (&[Command::Open], ""),
        (&[Command::Sort], "slowest, failed"),
        (&[Command::Operations], ""),
        logs,
        (&[Command::Copy], "copy id"),
        (&[Command::Palette], ""),
    ]
}

/// Lines, or their patterns.
fn lines_of(model: &Model) -> Vec<Look> {
    if logs::shows_patterns(model) {
        return vec![
            (&[Command::Filter], ""),
            (&[Command::Open], "its lines"),
            (&[Command::Patterns], "lines"),
            (&[Command::More, Command::Less], "level"),
            (&[Command::Copy], ""),
        ];
    }
    vec![
        (&[Command::Filter], ""),
        (&[Command::Find], ""),
        (&[Command::At], ""),
        (&[Command::NextError], ""),
        (&[Command::Patterns], ""),
        (&[Command::Open], open(model)),
        (&[Command::More, Command::Less], "level"),
        (&[Command::Columns], ""),
        (&[Command::Save], ""),
        (&[Command::TracesOf], ""),
        (&[Command::Copy], ""),
    ]
}

/// What `Enter` does: of an event in the lines, where it leads.
fn open(model: &Model) -> &'static str {
    if navigate::focus(model) != Screen::Logs { "" } else { about::leads(model).unwrap_or_default() }
}

/// As the footer draws them: those that have keys and act here.
pub(super) fn hints(model: &Model, looks: &[Look]) -> Vec<Hint<'static>> {
    let mut hints = Vec::new();
    for (commands, verb) in looks {
        let Some(first) = commands.first() else { continue };
        debug_assert!(first.row().danger == Danger::Safe);
        if applies::idle(model, *first).is_some() || (*first == Command::Next && model.verdicts.is_empty()) {
            continue;
        }
        let keys = commands.iter().filter_map(|command| model.setup.keys.keys(*command).first());
        let keys = keys.map(ToString::to_string).collect::<Vec<_>>().join(" ");
        if keys.is_empty() {
            continue;
        }
        let hint = Hint::new(keys, if verb.is_empty() { first.row().title } else { verb });
        // The way out of what the pane is narrowed to is never dropped.
        hints.push(if *first == Command::Back && !verb.is_empty() { hint.always() } else { hint });
    }
    hints
}
