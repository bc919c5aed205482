//! What a plan writes, each write with its kind, its whole path, and old ▸ new. What Keepwatch keeps for itself is said
//! in words. Bytes are escaped and without secrets; of long ones what changes is shown with what stands around it.

use crate::{
    domain::{
        act::LastAct,
        intent::{self, Intent, Op},
        plan::{Plan, Write, WriteKind},
        show,
        text::Shown,
    },
    theme::{Mark, Role},
    ui::{
        say,
        widget::{canvas::Canvas, page::Page, phrase::Phrase},
    },
};

/// Longer bytes are shown by what changes in them.
const WHOLE: usize = 48;
/// Characters shown around a change.
const AROUND: usize = 24;

/// All writes of a plan.
pub(in crate::ui::overlay) fn all(canvas: &mut Canvas<'_>, plan: &Plan, page: &mut Page) {
    if plan.draft.writes.is_empty() {
        page.say(2, 2, &Phrase::of("nothing", canvas.style(Role::Muted)));
    }
    for write in plan.draft.all() {
        one(canvas, write, page);
    }
}

fn one(canvas: &mut Canvas<'_>, write: &Write, page: &mut Page) {
    let (text, muted) = (canvas.style(Role::Text), canvas.style(Role::Muted));
    let (kind, ink) = match write.kind {
        WriteKind::Set => ("set     ", muted),
        WriteKind::Create => ("create  ", muted),
        WriteKind::Delete => ("delete  ", canvas.bold(Role::Bad)),
        WriteKind::Http => ("post to ", muted),
    };
    let lead = Phrase::of(kind, ink).with(Shown::new(&write.path).into_owned(), text);
    let what = match kept(write) {
        Some(words) => Phrase::of(Shown::new(&words).into_owned(), text),
        None => bytes(canvas, write),
    };
    let only = write.version.map(|v| Phrase::of(format!("only if still version {v}"), muted)).unwrap_or_default();
    let width = usize::from(page.width().saturating_sub(2));
    let mut line = lead.clone().with("    ", muted);
    line.extend(what.clone());
    if !only.is_empty() {
        line.push("    ", muted);
        line.extend(only.clone());
    }
    if line.cells() <= width {
        page.say(2, 10, &line);
        return;
    }
    page.say(2, 10, &lead);
    let mut rest = what;
    if !only.is_empty() {
        rest.push("    ", muted);
        rest.extend(only);
    }
    let indent = if page.width() > 60 { 10 } else { 4 };
    page.say(indent, indent, &rest);
}

/// What is kept under Keepwatch's own root, in words: `drained by ben, was 10`.
fn kept(write: &Write) -> Option<String> {
    if !write.path.starts_with(intent::ROOT) {
        return None;
    }
    let read =
        |bytes: &Option<std::sync::Arc<[u8]>>| -> Option<Intent> { serde_json::from_slice(bytes.as_ref()?).ok() };
    let words = |intent: &Intent| {
        let what = match intent.op {
            Op::Weight(n) => format!("weight {n} by {}", intent.by),
            Op::Deregister => format!("deregistered by {}", intent.by),
            _ => format!("drained by {}", intent.by),
        };
        let was = intent.old_weight.map(|w| format!(", was {w}")).unwrap_or_default();
        let reason = intent.reason.as_deref().map(|r| format!(": {r}")).unwrap_or_default();
        let lease =
            intent.until.map(|until| format!(", for {}", show::duration((until.since(intent.at) + 999) as u64 / 1000)));
        format!("{what}{was}{}{reason}", lease.unwrap_or_default())
    };
    if write.after.as_ref().is_some_and(|after| after.is_empty()) {
        return Some("its version alone: of two who take out the last two, one is told".into());
    }
    match (read(&write.before), read(&write.after), write.kind) {
        (_, Some(after), WriteKind::Create) => Some(words(&after)),
        (Some(before), Some(after), _) => Some(match (words(&before), words(&after)) {
            (old, new) if old == new => format!("{old}; only its time and id change"),
            (old, new) => format!("{old} ▸ {new}"),
        }),
        (None, Some(after), _) => Some(words(&after)),
        (Some(before), None, WriteKind::Delete) => Some(format!("no longer kept: {}", words(&before))),
        // An intent says all that an act says and more, so that it is looked for first.
        _ => write.after.as_deref().and_then(LastAct::read).map(|act| {
            let (op, whom, by, reason) = (act.op.word(), act.address.text(), &act.by, act.because());
            format!("for every Keepwatch's story: {op} of {whom} by {by}{reason}")
        }),
    }
}

/// Old ▸ new.
fn bytes(canvas: &Canvas<'_>, write: &Write) -> Phrase<'static> {
    let (text, muted, op) = (canvas.style(Role::Text), canvas.style(Role::Muted), canvas.bold(Role::Op));
    let shown = |bytes: &[u8]| say::bytes(bytes).as_str().to_owned();
    match (write.before.as_deref().map(shown), write.after.as_deref().map(shown)) {
        (Some(before), Some(after)) => {
            let (old, new, rest) = change(&before, &after);
            let mut phrase = Phrase::of(format!("\"{old}\""), text)
                .with(format!(" {} ", Mark::To.symbol()), muted)
                .with(format!("\"{new}\""), op);
            if rest {
                phrase.push("    the other bytes stay as they are", muted);
            }
            phrase
        }
        (None, Some(after)) => Phrase::of(format!("\"{after}\""), op),
        (Some(before), None) => Phrase::of("data ", muted).with(format!("\"{before}\""), text),
        (None, None) => Phrase::new(),
    }
}

/// What changes between two texts, with a little of what stands around it, and whether anything was left out.
fn change(before: &str, after: &str) -> (String, String, bool) {
    if before.chars().count().max(after.chars().count()) <= WHOLE {
        return (before.to_owned(), after.to_owned(), false);
    }
    let (old, new): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    let same = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - same;
    let tail = old.iter().rev().zip(new.iter().rev()).take_while(|(a, b)| a == b).count().min(most);
    let from = same.saturating_sub(AROUND);
    let cut = |all: &[char]| {
        let to = (all.len() - tail + AROUND).min(all.len());
        let mut text = String::new();
        if from > 0 {
            text.push('…');
        }
        text.extend(&all[from..to]);
        if to < all.len() {
            text.push('…');
        }
        text
    };
    (cut(&old), cut(&new), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_long_bytes_the_change_is_shown_with_what_stands_around_it() {
        let before = format!(
            "{{\"name\":\"{}\",\"enabled\":true,\"weight\":10,\"tags\":\"{}\"}}",
            "a".repeat(60),
            "b".repeat(60)
        );
        let after = before.replace("true", "false");
        let (old, new, rest) = change(&before, &after);
        assert!(rest && old.contains("\"enabled\":true") && new.contains("\"enabled\":false"), "{old} {new}");
        assert!(old.starts_with('…') && old.ends_with('…') && old.chars().count() < 70);
        assert_eq!(change("10", "0"), ("10".into(), "0".into(), false));
        let (old, new, _) = change(&"x".repeat(100), &"x".repeat(90));
        assert!(old.chars().count() > new.chars().count());
    }
}
