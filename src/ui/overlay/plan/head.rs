//! What stays in sight where a plan is longer than the terminal: old ▸ new, where the share goes, and every warning. Where
//! even that is too much it is said shorter, most harmful first; whole sentences are then in the part that scrolls.

use ratatui::style::Modifier;

use crate::{
    app::{Model, action::Stage},
    domain::{
        fit,
        plan::{Plan, Remaining, WriteKind},
        show,
        text::Shown,
    },
    insight::share,
    theme::{Mark, Role, Strip},
    ui::{
        say,
        widget::{
            canvas::{Align, Canvas},
            page::{Cell, Page, fold},
            phrase::Phrase,
        },
    },
};

/// The others of a service that are named with their shares.
const NAMED: usize = 3;
/// The longest old or new value, in cells.
const VALUE: usize = 28;

/// What stays in sight, in at most `most` lines; whether something had to be said shorter.
pub(super) fn pinned(canvas: &mut Canvas<'_>, model: &Model, plan: &Plan, width: u16, most: u16) -> (Page, bool) {
    let mut whole = Page::new(width);
    whole.say(0, 2, &change(canvas, plan));
    let goes = goes(canvas, plan);
    if !goes.is_empty() {
        whole.say(0, 2, &goes);
    }
    all(canvas, model, plan, &mut whole);
    if whole.len() <= most {
        return (whole, false);
    }
    let mut short = Page::new(width);
    let mut line = change(canvas, plan);
    let room = usize::from(width).saturating_sub(line.cells());
    let mut rest = goes;
    if rest.cells() + 3 <= room {
        line.push("   ", canvas.style(Role::Muted));
        line.extend(std::mem::take(&mut rest));
    }
    short.cells(vec![(0, width, Cell::Text(line, Align::Left))]);
    let (mark, ground) = ground(canvas, plan);
    let bold = ground.add_modifier(Modifier::BOLD);
    let clauses: Vec<String> = told(model, plan).iter().map(clause).collect();
    let phrase = Phrase::of(format!("{mark} "), bold).with(clauses.join(" · "), bold);
    let lines = if clauses.is_empty() { Vec::new() } else { fold(&phrase, usize::from(width)) };
    let mut left = usize::from(most.saturating_sub(1)).max(1);
    if lines.len() < left && !rest.is_empty() {
        short.cells(vec![(0, width, Cell::Text(rest, Align::Left))]);
        left -= 1;
    }
    for (n, line) in lines.iter().take(left).enumerate() {
        let cut = n + 1 == left && lines.len() > left;
        let rest: String = lines[n..].iter().map(Phrase::text).collect();
        let line = if cut { Phrase::of(fit::elide_end(rest, usize::from(width)), bold) } else { line.clone() };
        short.strip(0, 0, &line, ground);
    }
    (short, true)
}

/// All warnings, and before them why it is refused or does nothing, each in whole sentences.
pub(super) fn all(canvas: &mut Canvas<'_>, model: &Model, plan: &Plan, page: &mut Page) {
    let (mark, ground) = ground(canvas, plan);
    let bold = ground.add_modifier(Modifier::BOLD);
    for told in told(model, plan) {
        page.strip(1, 3, &Phrase::of(format!("{mark} "), bold).with(told, bold), ground);
    }
}

fn ground(canvas: &Canvas<'_>, plan: &Plan) -> (&'static str, ratatui::style::Style) {
    match &plan.refused {
        Some(_) => (Mark::Failed.symbol(), canvas.theme().strip(Strip::Bad)),
        None => ("!", canvas.theme().strip(Strip::Warn)),
    }
}

/// What has to be read before it is done, with the service's name as the screen has it.
fn told(model: &Model, plan: &Plan) -> Vec<Shown<'static>> {
    let name = &*plan.draft.target.service.name;
    let short = model.cluster.short(name).to_owned();
    let stale = matches!(model.action.as_ref().map(|a| &a.stage), Some(Stage::Planned { stale: true, .. }));
    let stale =
        stale.then(|| "It is no longer what it comes to: Enter shows it anew before anything is written.".to_owned());
    let refused = plan.refused.iter().map(|refusal| &refusal.why);
    let nothing = plan.draft.no_effect.as_ref().map(|why| format!("No effect: {why}"));
    let theirs = plan.theirs.iter().map(|intent| intent.wanted(|at| say::when(model, at)));
    let all = stale.into_iter().chain(refused.map(|why| why.to_string())).chain(theirs);
    let all = all.chain(plan.warnings.iter().map(|text| text.to_string())).chain(nothing);
    all.map(|text| Shown::new(&text.replace(name, &short)).into_owned()).collect()
}

/// The part of a sentence that says it.
fn clause(sentence: &Shown<'_>) -> String {
    let text = sentence.as_str();
    let end = text.find([';', ':']).filter(|at| text[*at + 1..].starts_with(' ')).unwrap_or(text.len());
    text[..end].trim_end_matches('.').trim_start_matches("This is ").to_owned()
}

/// Old ▸ new of the instance's own znode, without what stays, and the share with it.
fn change(canvas: &Canvas<'_>, plan: &Plan) -> Phrase<'static> {
    let (strong, muted, op) = (canvas.style(Role::Strong), canvas.style(Role::Muted), canvas.bold(Role::Op));
    let arrow = format!(" {} ", Mark::To.symbol());
    let target = &plan.draft.target;
    let Some(write) = plan.draft.writes.iter().find(|w| target.paths.contains(&w.path) || w.kind == WriteKind::Http)
    else {
        return Phrase::of("the znode stays as it is", muted);
    };
    let text = |bytes: &Option<std::sync::Arc<[u8]>>| bytes.as_deref().map(|b| say::bytes(b).as_str().to_owned());
    let (before, after) = (text(&write.before).unwrap_or_default(), text(&write.after).unwrap_or_default());
    let mut phrase = match write.kind {
        WriteKind::Delete => {
            Phrase::of("registered", strong).with(arrow.clone(), muted).with("deleted", canvas.bold(Role::Bad))
        }
        _ => {
            let (old, new) = narrowed(&before, &after);
            let value = |text: &str| match text {
                "" => show::ABSENT.to_owned(),
                text => fit::elide_middle(text.to_owned(), VALUE).as_str().to_owned(),
            };
            Phrase::of(value(old), strong).with(arrow.clone(), muted).with(value(new), op)
        }
    };
    let whole = share::whole(&plan.remaining);
    let is_it = |one: &&Remaining| target.address.is_some() && one.address == target.address;
    let all = plan.remaining.iter().zip(&whole);
    if let Some((_, (before, after))) = all.into_iter().find(|(one, _)| is_it(one)) {
        phrase.push("   share ", muted);
        phrase.push(share::word(*before), strong);
        phrase.push(arrow, muted);
        phrase.push(share::word(*after), op);
    }
    phrase
}

/// Where the share goes, or comes from.
fn goes(canvas: &Canvas<'_>, plan: &Plan) -> Phrase<'static> {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let whole = share::whole(&plan.remaining);
    let all = plan.remaining.iter().zip(&whole).filter(|(one, _)| one.share_before != one.share_after);
    let others: Vec<_> = all.filter(|(one, _)| one.address != plan.draft.target.address).collect();
    let mut phrase = Phrase::new();
    for (n, (one, (before, after))) in others.iter().take(NAMED).enumerate() {
        phrase.push(if n > 0 { ", " } else { "" }, muted);
        let name = one.address.as_ref().map_or(show::UNKNOWN, |address| address.text());
        let shares = format!("{} {} {}", share::word(*before), Mark::To.symbol(), share::word(*after));
        phrase.push(format!("{} ", Shown::new(name).as_str()), muted);
        phrase.push(shares, text);
    }
    if let Some(more) = others.len().checked_sub(NAMED).filter(|more| *more > 0) {
        phrase.push(format!(", {more} more"), muted);
    }
    phrase
}

/// What differs between two texts, in whole words.
fn narrowed<'a>(before: &'a str, after: &'a str) -> (&'a str, &'a str) {
    let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let differ = before.char_indices().zip(after.chars()).find(|((_, a), b)| a != b).map(|((at, _), _)| at);
    let mut start = differ.unwrap_or(before.len().min(after.len()));
    if word(before[start..].chars().next()) || word(after[start..].chars().next()) {
        while let Some(c) = before[..start].chars().next_back().filter(|c| word(Some(*c))) {
            start -= c.len_utf8();
        }
    }
    let (old, new) = (&before[start..], &after[start..]);
    let same = old.chars().rev().zip(new.chars().rev()).take_while(|(a, b)| a == b);
    let mut tail: usize = same.map(|(a, _)| a.len_utf8()).sum();
    let last = |text: &str, tail: usize| text[..text.len() - tail].chars().next_back();
    if word(last(old, tail)) || word(last(new, tail)) {
        while let Some(c) = old[old.len() - tail..].chars().next().filter(|c| word(Some(*c))) {
            tail -= c.len_utf8();
        }
    }
    (&old[..old.len() - tail], &new[..new.len() - tail])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_long_bytes_only_the_words_that_change_are_pinned() {
        assert_eq!(narrowed("10", "0"), ("10", "0"));
        assert_eq!(narrowed("{\"enabled\":true,\"a\":1}", "{\"enabled\":false,\"a\":1}"), ("true", "false"));
        assert_eq!(narrowed("{\"s\":\"UP\"}", "{\"s\":\"OUT_OF_SERVICE\"}"), ("UP", "OUT_OF_SERVICE"));
        assert_eq!(narrowed("{\"a\":1}", "{\"a\":1,\"enabled\":false}"), ("", ",\"enabled\":false"));
        assert_eq!(narrowed("é7", "é8"), ("é7", "é8"));
        assert_eq!(narrowed("same", "same"), ("", ""));
        assert_eq!(narrowed("", "0"), ("", "0"));
    }

    #[test]
    fn a_clause_says_what_the_sentence_says() {
        let clause = |text: &'static str| clause(&Shown::new(text));
        assert_eq!(
            clause("This is the last healthy instance of users: no other instance would serve."),
            "the last healthy instance of users"
        );
        assert_eq!(clause("127.0.0.1:80 is held."), "127.0.0.1:80 is held");
    }
}
