//! The command palette: commands of the table, found by what is typed, and those that the demo adds. What a command
//! does is in `commands`.

use std::sync::Arc;

use nucleo_matcher::{
    Config, Matcher,
    pattern::{CaseMatching, Normalization, Pattern},
};

use super::{Overlay, field};
use crate::{
    app::{
        Model, commands,
        msg::{Effect, Effects},
        update::say,
    },
    command::{Code, Command, Key, Row, TABLE},
};

/// Something that the palette offers.
#[derive(Clone, Debug)]
pub enum Offer {
    /// A row of the table.
    Row(&'static Row),
    /// A command of the demo's own: name, argument, doc.
    Extra(Arc<str>, Arc<str>, Arc<str>),
}

impl Offer {
    /// What is typed for it.
    pub fn name(&self) -> &str {
        match self {
            Offer::Row(row) => row.name,
            Offer::Extra(name, ..) => name,
        }
    }

    /// What follows its name.
    pub fn argument(&self) -> &str {
        match self {
            Offer::Row(row) => row.argument.words(),
            Offer::Extra(_, argument, _) => argument,
        }
    }

    /// What it does.
    pub fn doc(&self) -> &str {
        match self {
            Offer::Row(row) => row.doc,
            Offer::Extra(_, _, doc) => doc,
        }
    }
}

/// Commands whose name or description matches what is typed, best first; all of them where nothing is typed.
pub fn offers(model: &Model, typed: &str) -> Vec<Offer> {
    let word = typed.split_whitespace().next().unwrap_or("");
    let all = model
        .setup
        .extras
        .iter()
        .map(|(name, argument, doc)| Offer::Extra(name.clone(), argument.clone(), doc.clone()))
        .chain(TABLE.iter().map(Offer::Row));
    if word.is_empty() {
        return all.collect();
    }
    let mut matcher = Matcher::new(Config::DEFAULT);
    let pattern = Pattern::parse(word, CaseMatching::Ignore, Normalization::Smart);
    let mut buffer = Vec::new();
    let mut found: Vec<(u32, Offer)> = all
        .filter_map(|offer| {
            let mut score = |text: &str, factor: u32| {
                pattern.score(nucleo_matcher::Utf32Str::new(text, &mut buffer), &mut matcher).map(|s| s * factor)
            };
            let exact = u32::from(offer.name() == word) * 10_000 + u32::from(offer.name().starts_with(word)) * 1_000;
            let best = score(offer.name(), 4).max(score(offer.doc(), 1))?;
            Some((best + exact, offer))
        })
        .collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.into_iter().map(|(_, offer)| offer).collect()
}

/// A key while it is typed.
pub fn key(model: &mut Model, key: Key) -> Effects {
    let Some(Overlay::Palette { field, at }) = model.overlays.last_mut() else { return Effects::new() };
    match key.code {
        Code::Esc => {
            model.overlays.pop();
        }
        Code::Down => *at += 1,
        Code::Up => *at = at.saturating_sub(1),
        Code::Tab => {
            let (typed, at) = (field.value().to_owned(), *at);
            let offers = offers(model, &typed);
            if let (Some(offer), Some(Overlay::Palette { field, at })) =
                (offers.get(at.min(offers.len().saturating_sub(1))), model.overlays.last_mut())
            {
                *field = tui_input::Input::new(format!("{} ", offer.name()));
                *at = 0;
            }
        }
        Code::Enter => {
            let (typed, at) = (field.value().trim().to_owned(), *at);
            model.overlays.pop();
            return run(model, &typed, at);
        }
        _ => {
            if field::edit(field, key) {
                *at = 0;
            }
        }
    }
    Effects::new()
}

/// Runs what is typed: the command of that very name, else the chosen offer.
fn run(model: &mut Model, typed: &str, at: usize) -> Effects {
    let (word, argument) = typed.split_once(char::is_whitespace).unwrap_or((typed, ""));
    let argument = argument.trim();
    if let Some((name, ..)) = model.setup.extras.iter().find(|(name, ..)| &**name == word) {
        return vec![Effect::Extra(name.to_string(), argument.to_owned())];
    }
    if let Some(command) = Command::named(word) {
        return commands::run(model, command, argument);
    }
    let offers = offers(model, typed);
    match offers.get(at.min(offers.len().saturating_sub(1))) {
        Some(Offer::Row(row)) => commands::run(model, row.command, argument),
        Some(Offer::Extra(name, ..)) => vec![Effect::Extra(name.to_string(), argument.to_owned())],
        None => {
            say(model, format!("There is no command `{word}`. `?` shows all."), true);
            Effects::new()
        }
    }
}
