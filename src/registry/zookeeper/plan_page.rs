//! Plans for instances whose provider can be told itself: Spring's `/actuator/serviceregistry`. What the process was told it
//! writes again whenever it registers; what is only in its znode goes at its next reconnect. Which of the two ways is taken, and
//! what is posted. Pure: who asks and who posts is `runtime`'s.

use std::sync::Arc;

use super::layout::{self, Edit, status};
use super::plan::refused;
use super::reading::Surroundings;
use crate::domain::id::Layout;
use crate::domain::instance::RegistryAdmin;
use crate::domain::intent::{Intent, Op};
use crate::domain::plan::{Becomes, Draft, Durability, Target, Write, WriteKind};
use crate::domain::way::{StatusPage, Via, Way};
use crate::registry::NoDraft;

/// The way of a drain or an undrain: what is posted, if it is the provider's; and what is to be said of it.
pub(super) struct Chosen {
    /// What is posted; `None` within `Some`: the process holds that status already.
    pub(super) post: Option<Option<Write>>,
    pub(super) way: Option<Way>,
    pub(super) warnings: Vec<Arc<str>>,
}

/// Chooses. A drain is the provider's where it can be told; an undrain, where the process itself holds another status, as the
/// znode alone would fall back to that. An intent is taken back by the way that it went.
pub(super) fn choose(target: &Target, op: Op, via: Via, around: &Surroundings) -> Result<Chosen, NoDraft> {
    let none = Chosen { post: None, way: None, warnings: Vec::new() };
    if target.service.layout != Layout::SPRING || !matches!(op, Op::Drain | Op::Undrain) {
        return match via {
            Via::Actuator => Err(refused("Only a drain or an undrain in Spring's layout can go by an actuator.")),
            Via::Best | Via::Registry => Ok(none),
        };
    }
    let kept = around.kept.as_ref().and_then(|kept| kept.intent.as_ref()).filter(|intent| intent.op == Op::Drain);
    let told = kept.is_some_and(|intent| intent.ties.page.is_some());
    let page = match &around.page {
        None if via == Via::Actuator => return Err(refused("The provider was not asked.")),
        None if via == Via::Registry => return Ok(by_znode(op, told)),
        None => return Ok(none),
        Some(Ok(page)) => page,
        Some(Err(why)) if via == Via::Actuator || (op == Op::Undrain && told && via == Via::Best) => {
            return Err(refused(format!(
                "Not by its actuator: {why}.{}",
                if told {
                    " It was drained by it, so its process would drain it again. --via registry writes the znode alone."
                } else {
                    ""
                }
            )));
        }
        Some(Err(why)) => {
            let says = format!("In its znode alone, as its actuator is not open: {why}.");
            return Ok(Chosen { way: Some(Way { says: says.into(), other: None }), ..none });
        }
    };
    let holds_out = !status::up(&page.status);
    let by_page = via == Via::Actuator || via == Via::Best && (op == Op::Drain || holds_out || told);
    if !by_page {
        let (says, warning) = match op {
            Op::Drain => {
                ("In its znode alone, which a reconnect undoes. Its actuator could tell the process itself.", None)
            }
            _ if holds_out => (
                "In its znode alone.",
                Some(format!("Its process holds {}: that comes back at its next reconnect.", page.status).into()),
            ),
            _ => ("In its znode: its process holds no drain, so there is nothing to tell it.", None),
        };
        let way = Way { says: says.into(), other: Some(Via::Actuator) };
        return Ok(Chosen { way: Some(way), warnings: warning.into_iter().collect(), ..none });
    }
    let wanted = if op == Op::Drain { status::OUT } else { status::UP };
    let stands = around.nodes.iter().all(|node| is_drained(&node.data) == (op == Op::Drain));
    let holds = holds_out == (op == Op::Drain);
    let post = (!(stands && holds)).then(|| post(page, &page.status, wanted));
    let says =
        "By its actuator: the process is told, and writes it into its znode itself. A 200 means that it took it.";
    let mut warnings = Vec::new();
    if around.nodes.iter().any(|node| node.stat.version > 0) && post.is_some() {
        warnings
            .push("The process writes its whole own copy: a weight that was set in its znode goes with that.".into());
    }
    Ok(Chosen { post: Some(post), way: Some(Way { says: says.into(), other: Some(Via::Registry) }), warnings })
}

/// The znode alone, as somebody asked for, so that its provider was not asked.
fn by_znode(op: Op, told: bool) -> Chosen {
    let back = "It was drained by its actuator: its process holds that, and drains it again at its next reconnect.";
    let warnings = if told && op == Op::Undrain { vec![back.into()] } else { Vec::new() };
    let says = "In its znode alone, as asked for: a reconnect undoes that. Its actuator was not asked.";
    Chosen { post: None, way: Some(Way { says: says.into(), other: Some(Via::Actuator) }), warnings }
}

fn is_drained(data: &[u8]) -> bool {
    matches!(layout::format(Layout::SPRING).edit(data, Edit::Drain), Ok(None))
}

fn post(page: &StatusPage, now: &str, wanted: &str) -> Write {
    let body = |status: &str| -> Arc<[u8]> { serde_json::json!({ "status": status }).to_string().into_bytes().into() };
    // A process that holds none says nothing; told UP it stands as if it held none.
    let now = if now.trim().is_empty() { status::UP } else { now };
    let (before, after) = (Some(body(now)), Some(body(wanted)));
    Write { kind: WriteKind::Http, path: page.url.clone(), before, after, version: None }
}

/// What takes a post of before back, where the process still holds what it was told.
pub(super) fn back(made: &Write, around: &Surroundings) -> Result<Option<Write>, NoDraft> {
    let said = |bytes: &Option<Arc<[u8]>>| -> Option<String> {
        let told: serde_json::Value = serde_json::from_slice(bytes.as_deref()?).ok()?;
        told.get("status")?.as_str().map(str::to_owned)
    };
    let (Some(before), Some(after)) = (said(&made.before), said(&made.after)) else {
        return Err(refused(format!("What was posted to {} cannot be read: it cannot be taken back.", made.path)));
    };
    match &around.page {
        Some(Ok(page)) if *page.status == *after || status::up(&page.status) && status::up(&after) => {
            Ok(Some(post(page, &page.status, &before)))
        }
        Some(Ok(page)) if *page.status == *before || status::up(&page.status) && status::up(&before) => Ok(None),
        Some(Ok(page)) => Err(NoDraft::Conflict(format!(
            "{} was told something else since: it holds {}, not {after}.",
            made.path, page.status
        ))),
        Some(Err(why)) => Err(refused(format!("Not by its actuator: {why}."))),
        None => Err(refused("Its actuator was not asked.")),
    }
}

/// Makes a plan whose write is a post say what follows from that.
pub(super) fn settle(draft: &mut Draft, around: &Surroundings) {
    let Some(write) = draft.writes.iter().find(|write| write.kind == WriteKind::Http) else { return };
    let up = write.after.as_deref().is_some_and(|body| body.windows(4).any(|four| four == b"\"UP\""));
    draft.durability = Durability::UntilRestart;
    draft.takes_effect =
        "Within 35 s by default, as callers' load balancers cache. Callers with the weighted balancer do not \
                          look at the status."
            .into();
    let weight = around.nodes.first().and_then(|node| {
        let leaf = layout::Leaf { parent: &draft.target.service.parent, name: "", data: &node.data, ephemeral: true };
        layout::format(Layout::SPRING).adopt(&leaf).weight
    });
    draft.becomes = Some(Becomes { admin: if up { RegistryAdmin::Enabled } else { RegistryAdmin::Drained }, weight });
}

/// The page by which a kept intent was told, if it was.
pub(crate) fn way_of(intent: &Intent) -> Via {
    if intent.ties.page.is_some() { Via::Actuator } else { Via::Registry }
}

#[cfg(test)]
#[path = "plan_page_tests.rs"]
mod plan_page_tests;
