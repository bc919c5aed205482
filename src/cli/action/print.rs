//! How actions are told: a JSON line for each target, or sentences for a person. The question on a
//! terminal is `ask`'s.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use crate::{
    cli::{
        args::Format,
        args_action::HowArgs,
        exit::{Exit, Failure, Outcome as Ended},
        out,
    },
    domain::{
        plan::{Danger, Outcome, Plan, Receipt, Write, WriteKind},
        secret, show,
        text::{Shown, json_escape},
        time::Moment,
    },
    insight::{ahead, share},
    registry::NoDraft,
};

/// Tells a plan and how it ended; `held` says how long it holds without its lease and ties.
///
/// # Errors
/// When nothing can be printed.
pub fn done(plan: &Plan, (name, held): (&str, &str), receipt: &Receipt, journal: Option<&str>, how: &HowArgs) -> Ended {
    let applied = matches!(receipt.outcome, Outcome::Done | Outcome::Requested);
    if how.output == Format::Json {
        let mut told = plan_json(plan, held);
        if let (Outcome::Failed | Outcome::Unreachable, Some(why)) = (receipt.outcome, &receipt.detail) {
            told["refused"] = json!(Shown::new(why).as_str());
        }
        let value = json!({
            "op": plan.draft.op.word(),
            "target": name,
            "plan": told,
            "applied": applied,
            "outcome": outcome_word(receipt.outcome),
            "verified_ms": receipt.verified_ms,
            "journal_id": journal,
        });
        let why = receipt.detail.as_ref().filter(|_| !matches!(receipt.outcome, Outcome::Done | Outcome::NoEffect));
        if let Some(detail) = why {
            eprintln!("{name}: {}", Shown::new(detail).as_str());
        }
        return out::print(&format!("{}\n", json_escape(&value.to_string())));
    }
    let mut text = sentences(plan, name, held);
    let detail = receipt.detail.as_deref().map(|d| format!(": {}", Shown::new(d).as_str())).unwrap_or_default();
    text.push_str(&match receipt.outcome {
        Outcome::Planned => match receipt.detail.as_deref() {
            Some(why) => {
                format!("Nothing was written: --dry-run. Without it this would not be done: {}\n", Shown::new(why).as_str())
            }
            None => format!("Nothing was written: --dry-run.{}\n", would_ask(plan, how)),
        },
        Outcome::Done => {
            let ms = receipt.verified_ms.map(|ms| format!(", read back after {ms} ms")).unwrap_or_default();
            format!("Done{ms}. Journal: {}\n", journal.unwrap_or("?"))
        }
        Outcome::Requested => match receipt.verified_ms {
            Some(ms) => format!(
                "Requested: the registry holds it, read back after {ms} ms. Whether callers follow, their calls tell. Journal: {}\n",
                journal.unwrap_or("?")
            ),
            None => format!("Requested{detail}. Journal: {}\n", journal.unwrap_or("?")),
        },
        Outcome::NoEffect => format!("Nothing had to change{detail}\n"),
        Outcome::Refused => format!("Not done{detail}\n"),
        Outcome::Conflict => format!("Not done: it changed since it was read{detail}\n"),
        Outcome::Failed | Outcome::Unreachable => format!("Not done{detail}\n"),
        Outcome::Unknown => format!("Outcome unknown{detail}\n"),
    });
    out::print(&text)
}

/// Tells that there is no plan, and why.
///
/// # Errors
/// When nothing can be printed.
pub fn no_draft(op: &str, name: &str, no: &NoDraft, how: &HowArgs) -> Ended {
    let (outcome, exit, why) = match no {
        NoDraft::Refused(refusal) => (Outcome::Refused, Exit::Refused, refusal.why.to_string()),
        NoDraft::Conflict(why) => (Outcome::Conflict, Exit::Conflict, why.clone()),
        NoDraft::Unreachable(why) => return Err(Failure::new(Exit::Unreachable, why.clone())),
    };
    eprintln!("{}", Shown::new(&why).as_str());
    if how.output == Format::Json {
        let target = (!name.is_empty()).then_some(name);
        let value = json!({
            "op": op,
            "target": target,
            "plan": {"writes": [], "durability": null, "takes_effect": null, "remaining": [], "warnings": [],
                     "refused": Shown::new(&why).as_str()},
            "applied": false,
            "outcome": outcome.word(),
            "verified_ms": null,
            "journal_id": null,
        });
        out::print(&format!("{}\n", json_escape(&value.to_string())))?;
    }
    Ok(exit)
}

/// The word of the interface. What the registry said no to, or could not be asked for, is refused: nothing was written, and
/// it was not so already, as `no_effect` would have it. Why stands in the plan's `refused`.
fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Failed | Outcome::Unreachable => Outcome::Refused.word(),
        outcome => outcome.word(),
    }
}

fn plan_json(plan: &Plan, held: &str) -> Value {
    let remaining: Vec<Value> = plan
        .remaining
        .iter()
        .filter(|r| plan.draft.target.address.is_none() || r.address != plan.draft.target.address || !gone(plan))
        .map(|r| {
            json!({
                "address": r.address.as_ref().map(|a| a.text()),
                "share_before": r.share_before,
                "share_after": r.share_after,
            })
        })
        .collect();
    json!({
        "writes": plan.draft.all().map(write_json).collect::<Vec<_>>(),
        "durability": nothing(plan).is_none().then(|| holds(plan, held)),
        "takes_effect": nothing(plan).is_none().then_some(&*plan.draft.takes_effect),
        "remaining": remaining,
        "warnings": warnings(plan).chain(plan.notes.iter().map(ToString::to_string)).map(|w| Shown::new(&w).as_str().to_owned()).collect::<Vec<_>>(),
        "refused": plan.refused.as_ref().map(|r| Shown::new(&r.why).as_str().to_owned()),
    })
}

/// How long it holds: as `held` says it, and by its lease and its ties.
fn holds(plan: &Plan, held: &str) -> String {
    let terms = plan.draft.intent.iter().flat_map(|intent| intent.terms(Moment::rfc3339));
    let way = plan.draft.way.iter().map(|way| way.says.to_string());
    std::iter::once(held.to_owned()).chain(way).chain(terms).collect::<Vec<_>>().join(" ")
}

/// Whether the target takes no calls after the plan: then it is not among those who remain.
fn gone(plan: &Plan) -> bool {
    plan.remaining.iter().filter(|r| r.address == plan.draft.target.address).all(|r| r.share_after == Some(0.0))
}

fn kind(write: &Write) -> &'static str {
    match write.kind {
        WriteKind::Set => "set",
        WriteKind::Create => "create",
        WriteKind::Delete => "delete",
        WriteKind::Http => "http",
    }
}

/// The exact bytes as text; base64 where they are no UTF-8.
fn write_json(write: &Write) -> Value {
    let text = |bytes: &Option<std::sync::Arc<[u8]>>| {
        bytes.as_deref().map(|b| std::str::from_utf8(b).map(str::to_owned)).transpose()
    };
    let mut value =
        json!({"kind": kind(write), "path": &*write.path, "before": null, "after": null, "version": write.version});
    match (text(&write.before), text(&write.after)) {
        (Ok(before), Ok(after)) => {
            value["before"] = json!(before);
            value["after"] = json!(after);
        }
        _ => {
            value["before"] = json!(write.before.as_deref().map(|b| STANDARD.encode(b)));
            value["after"] = json!(write.after.as_deref().map(|b| STANDARD.encode(b)));
            value["encoding"] = json!("base64");
        }
    }
    value
}

/// What has to be read before it is done: whose drain it ends first.
fn warnings(plan: &Plan) -> impl Iterator<Item = String> {
    let theirs = plan.theirs.iter().map(|intent| intent.wanted(Moment::rfc3339));
    let nothing = nothing(plan).map(|why| format!("Nothing would be written: {why}"));
    theirs.chain(nothing).chain(plan.warnings.iter().map(ToString::to_string))
}

/// Why a plan writes nothing, if it does not.
fn nothing(plan: &Plan) -> Option<&str> {
    plan.draft.no_effect.as_deref().filter(|_| plan.draft.writes.is_empty())
}

/// What a person would be asked for, where a flag does not say it.
fn would_ask(plan: &Plan, how: &HowArgs) -> String {
    match plan.danger {
        _ if how.yes || nothing(plan).is_some() => String::new(),
        Danger::Safe => " Without it, it asks: Do it? [y/N]".to_owned(),
        Danger::TypedName => {
            format!(" Without it, {} has to be typed, or --yes given.", plan.draft.target.typed_name())
        }
        Danger::LastHealthy => {
            format!(" Without it, {} has to be typed, or --yes and --yes-last given.", plan.draft.target.typed_name())
        }
    }
}

/// The plan for a person.
pub(super) fn sentences(plan: &Plan, name: &str, held: &str) -> String {
    let mut text = format!("Plan: {} {name}\n", plan.draft.op.word());
    let bytes = |b: &Option<std::sync::Arc<[u8]>>| match b {
        Some(bytes) => format!("\"{}\"", Shown::new(&secret::mask(Shown::from_bytes(bytes).as_str())).as_str()),
        None => show::ABSENT.to_owned(),
    };
    for write in plan.draft.all() {
        let version = write.version.map(|v| format!("  only if still version {v}")).unwrap_or_default();
        let path = Shown::new(&write.path).as_str().to_owned();
        text.push_str(&format!(
            "  {} {path}  {} > {}{version}\n",
            kind(write),
            bytes(&write.before),
            bytes(&write.after)
        ));
    }
    if nothing(plan).is_none() {
        text.push_str(&format!("  {}\n  {}\n", holds(plan, held), plan.draft.takes_effect));
    }
    for (left, (before, after)) in plan.remaining.iter().zip(share::whole(&plan.remaining)) {
        let address = left.address.as_ref().map_or("?", |a| a.text());
        text.push_str(&format!("  {address:<24} {} > {}\n", share::word(before), share::word(after)));
    }
    if !plan.remaining.is_empty() {
        let (whose, how) = ahead::conditions(plan);
        let whose = if whose.is_empty() { String::new() } else { format!("{whose}; ") };
        text.push_str(&format!("  {whose}{how}\n"));
    }
    if !plan.callers.is_empty() {
        text.push_str(&format!("  callers: {}\n", Shown::new(&plan.callers.join(", ")).as_str()));
    }
    for one in &plan.breakers {
        let line = format!(
            "  breakers of {}: {} on {}; {}\n",
            one.caller,
            one.state.word().replace('_', "-"),
            crate::insight::edge::count_of(one.count, (one.of, one.unknown)),
            one.ahead
        );
        text.push_str(&format!("  {}\n", Shown::new(line.trim()).as_str()));
    }
    for note in &plan.notes {
        text.push_str(&format!("  {}\n", Shown::new(note).as_str()));
    }
    for warning in warnings(plan) {
        text.push_str(&format!("  ! {}\n", Shown::new(&warning).as_str()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_registry_said_no_to_is_refused_and_never_no_effect() {
        assert_eq!(outcome_word(Outcome::Failed), "refused");
        assert_eq!(outcome_word(Outcome::Unreachable), "refused");
        assert_eq!(outcome_word(Outcome::NoEffect), "no_effect");
        assert_eq!(outcome_word(Outcome::Unknown), "unknown");
    }
}
