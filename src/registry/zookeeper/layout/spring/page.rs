//! Spring's `/actuator/serviceregistry`: what the process was told by it, it writes again whenever it registers; what is only in
//! its znode goes at its next reconnect. Which of the two ways is taken, and what is posted. Who asks and posts is `runtime`'s.

use std::sync::Arc;

use super::{Spring, status};
use crate::domain::instance::RegistryAdmin;
use crate::domain::intent::Op;
use crate::domain::plan::{Becomes, Draft, Durability, Target, Write, WriteKind};
use crate::domain::way::{StatusPage, Via, Way};
use crate::registry::NoDraft;
use crate::registry::zookeeper::layout::{Edit, Format, Leaf};
use crate::registry::zookeeper::plan::refused;
use crate::registry::zookeeper::plan_page::{Chosen, OwnPage};
use crate::registry::zookeeper::reading::Surroundings;

/// The page.
pub(super) struct Actuator;

impl OwnPage for Actuator {
    fn whose(&self) -> &'static str {
        "Spring's"
    }

    fn choose(&self, _: &Target, op: Op, via: Via, around: &Surroundings) -> Result<Chosen, NoDraft> {
        choose(op, via, around)
    }

    fn back(&self, made: &Write, around: &Surroundings) -> Result<Option<Write>, NoDraft> {
        back(made, around)
    }

    fn settle(&self, draft: &mut Draft, post: &Write, around: &Surroundings) {
        settle(draft, post, around);
    }
}

/// A drain is the provider's where it can be told; an undrain, where the process itself holds another status, as the znode alone
/// would fall back to that. An intent is taken back by the way that it went.
fn choose(op: Op, via: Via, around: &Surroundings) -> Result<Chosen, NoDraft> {
    let kept = around.kept.as_ref().and_then(|kept| kept.intent.as_ref()).filter(|intent| intent.op == Op::Drain);
    let told = kept.is_some_and(|intent| intent.ties.page.is_some());
    let page = match &around.page {
        None if via == Via::Actuator => return Err(refused("The provider was not asked.")),
        None if via == Via::Registry => return Ok(by_znode(op, told)),
        None => return Ok(Chosen::default()),
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
            return Ok(Chosen { way: Some(Way { says: says.into(), other: None }), ..Chosen::default() });
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
        return Ok(Chosen { way: Some(way), warnings: warning.into_iter().collect(), ..Chosen::default() });
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
    matches!(Spring.edit(data, Edit::Drain), Ok(None))
}

fn post(page: &StatusPage, now: &str, wanted: &str) -> Write {
    let body = |status: &str| -> Arc<[u8]> { serde_json::json!({ "status": status }).to_string().into_bytes().into() };
    // A process that holds none says nothing; told UP it stands as if it held none.
    let now = if now.trim().is_empty() { status::UP } else { now };
    let (before, after) = (Some(body(now)), Some(body(wanted)));
    Write { kind: WriteKind::Http, path: page.url.clone(), before, after, version: None }
}

/// What takes a post of before back, where the process still holds what it was told.
fn back(made: &Write, around: &Surroundings) -> Result<Option<Write>, NoDraft> {
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
fn settle(draft: &mut Draft, post: &Write, around: &Surroundings) {
    let up = post.after.as_deref().is_some_and(|body| body.windows(4).any(|four| four == b"\"UP\""));
    draft.durability = Durability::UntilRestart;
    draft.takes_effect =
        "Within 35 s by default, as callers' load balancers cache. Callers with the weighted balancer do not \
                          look at the status."
            .into();
    let weight = around.nodes.first().and_then(|node| {
        let leaf = Leaf { parent: &draft.target.service.parent, name: "", data: &node.data, ephemeral: true };
        Spring.adopt(&leaf).weight
    });
    let admin = if up { RegistryAdmin::Enabled } else { RegistryAdmin::Drained };
    draft.becomes = Some(Becomes { admin, weight, acts: None });
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod page_tests;
