//! What is wanted, and the exact writes that it becomes; steps taken back.

use std::sync::Arc;

use zookeeper_client::Stat;

use super::plan::draft;
use super::reading::{Found, Kept, Surroundings};
use super::undo;
use crate::domain::id::{Layout, ServiceId};
use crate::domain::intent::{Intent, Op, Why};
use crate::domain::plan::{Draft, Durability, Target, Write, WriteKind};
use crate::domain::time::Moment;
use crate::registry::{NoDraft, Wish};

const INTENT: &str = "/keepwatch/intents/eu%2Fs/10.0.0.1:80";

pub(super) fn target(layout: Layout, paths: &[&str]) -> Target {
    let service = ServiceId { name: "eu/s".into(), layout, parent: "/eu/s".into() };
    Target { service, address: "10.0.0.1:80".parse().ok(), paths: paths.iter().map(|&path| path.into()).collect() }
}

pub(super) fn wish() -> Wish {
    Wish { by: "ana".into(), at: Moment(9), why: Why { reason: Some("hot".into()), ..Why::default() } }
}

fn found(path: &str, data: &str, version: i32) -> Found {
    let stat = Stat {
        czxid: 1,
        mzxid: 1,
        pzxid: 0,
        ctime: 0,
        mtime: 0,
        version,
        cversion: 0,
        aversion: 0,
        ephemeral_owner: 7,
        data_length: 0,
        num_children: 0,
    };
    Found { path: path.into(), data: data.as_bytes().into(), stat, may_set: true, may_delete: true }
}

pub(super) fn around(nodes: &[(&str, &str)]) -> Surroundings {
    let nodes = nodes.iter().map(|(path, data)| found(path, data, 3)).collect();
    Surroundings { nodes, may_keep: true, ..Surroundings::default() }
}

/// The surroundings once the writes are made.
pub(super) fn after(mut around: Surroundings, writes: &[Write]) -> Surroundings {
    for write in writes {
        if write.path.starts_with("/keepwatch/") {
            around.kept = write.after.clone().map(|data| Kept {
                path: write.path.clone(),
                intent: serde_json::from_slice(&data).ok(),
                data,
                version: write.version.map_or(0, |v| v + 1),
                czxid: 1,
                elsewhere: false,
            });
        } else if let Some(node) = around.nodes.iter_mut().find(|node| node.path == write.path) {
            assert_eq!(write.before.as_deref(), Some(&*node.data), "compare before set");
            node.data = write.after.clone().unwrap();
            node.stat.version += 1;
        }
    }
    around
}

fn text(bytes: Option<&Arc<[u8]>>) -> &str {
    std::str::from_utf8(bytes.unwrap()).unwrap()
}

fn why(result: Result<Draft, NoDraft>) -> String {
    match result {
        Err(e) => e.to_string(),
        Ok(draft) => panic!("not refused: {draft:?}"),
    }
}

#[test]
fn a_drain_is_the_write_and_its_intent_and_an_undrain_both_back() {
    let (target, here) = (target(Layout::SEED, &["/s/a"]), around(&[("/s/a", "70")]));
    let drain = draft(&target, Op::Drain, &wish(), &here).unwrap();
    let [set, keep] = drain.writes.as_slice() else { panic!("{drain:?}") };
    assert_eq!(
        (set.kind, &*set.path, text(set.before.as_ref()), text(set.after.as_ref())),
        (WriteKind::Set, "/s/a", "70", "0")
    );
    assert_eq!((set.version, keep.kind, &*keep.path), (Some(3), WriteKind::Create, INTENT));
    let intent: Intent = serde_json::from_str(text(keep.after.as_ref())).unwrap();
    assert_eq!(
        (intent.old_weight, intent.before.as_deref(), intent.reason.as_deref()),
        (Some(70), Some("70"), Some("hot"))
    );
    assert_eq!((drain.durability, drain.intent.as_ref()), (Durability::UntilItRegisters, Some(&intent)));

    let drained = after(here, &drain.writes);
    assert!(draft(&target, Op::Drain, &wish(), &drained).unwrap().no_effect.is_some());
    assert!(why(draft(&target, Op::Weight(5), &wish(), &drained)).contains("undrain"));
    let undrain = draft(&target, Op::Undrain, &wish(), &drained).unwrap();
    let [set, forget] = undrain.writes.as_slice() else { panic!("{undrain:?}") };
    assert_eq!((text(set.after.as_ref()), forget.kind, &*forget.path), ("70", WriteKind::Delete, INTENT));
    let back = after(drained, &undrain.writes);
    assert!(back.kept.is_none() && draft(&target, Op::Undrain, &wish(), &back).unwrap().no_effect.is_some());
}

#[test]
fn a_drain_that_was_lost_is_asserted_again_or_withdrawn() {
    let (target, here) = (target(Layout::SEED, &["/s/a"]), around(&[("/s/a", "70")]));
    let drain = draft(&target, Op::Drain, &wish(), &here).unwrap();
    let mut lost = after(here, &drain.writes);
    lost.nodes[0] = found("/s/a", "80", 0);
    let again = draft(&target, Op::Drain, &wish(), &lost).unwrap();
    assert_eq!((again.writes[1].kind, again.writes[1].version), (WriteKind::Set, Some(0)));
    assert_eq!(again.intent.unwrap().old_weight, Some(80), "what is put back is the provider's newest");
    let withdrawn = draft(&target, Op::Undrain, &wish(), &lost).unwrap();
    assert!(withdrawn.no_effect.is_none());
    assert_eq!(withdrawn.writes.iter().map(|w| w.kind).collect::<Vec<_>>(), [WriteKind::Delete]);
}

#[test]
fn what_cannot_be_is_refused_in_words() {
    let seed = target(Layout::SEED, &["/s/a"]);
    assert!(why(draft(&seed, Op::Undrain, &wish(), &around(&[("/s/a", "0")]))).contains("weight N"));
    let out_of_it = draft(&seed, Op::Weight(5), &wish(), &around(&[("/s/a", "0")])).unwrap();
    assert_eq!(text(out_of_it.writes[0].after.as_ref()), "5", "the way out that the refusal names");
    assert!(why(draft(&seed, Op::Weight(-1), &wish(), &around(&[("/s/a", "5")]))).contains("-1"));
    assert!(why(draft(&seed, Op::Drain, &wish(), &around(&[]))).contains("no longer registered"));
    let raw = target(Layout::RAW, &["/s/a"]);
    assert!(why(draft(&raw, Op::Drain, &wish(), &around(&[("/s/a", "5")]))).contains("layout"));
    assert!(why(draft(&raw, Op::Deregister, &wish(), &around(&[("/s/a", "5")]))).contains("layout"));
    let mut forbidden = around(&[("/s/a", "5")]);
    forbidden.nodes[0].may_set = false;
    forbidden.nodes[0].may_delete = false;
    assert!(why(draft(&seed, Op::Drain, &wish(), &forbidden)).contains("ermission"));
    assert!(why(draft(&seed, Op::Deregister, &wish(), &forbidden)).contains("ermission"));
}

#[test]
fn where_nothing_can_be_kept_the_plan_says_so() {
    let mut here = around(&[("/s/a", "70")]);
    here.may_keep = false;
    let drain = draft(&target(Layout::SEED, &["/s/a"]), Op::Drain, &wish(), &here).unwrap();
    assert_eq!((drain.writes.len(), drain.intent), (1, None));
    assert!(drain.warnings[0].contains("/keepwatch") && drain.warnings[0].contains("journal"));
}

const CURATOR: &str = r#"{"name":"eu/s","id":"i","address":"10.0.0.1","port":80,"payload":{"metadata":{"weight":"5"}},"serviceType":"DYNAMIC"}"#;

#[test]
fn an_address_that_is_registered_twice_is_written_twice() {
    let both = around(&[("/d/s/a", CURATOR), ("/d/s/b", CURATOR)]);
    let drain = draft(&target(Layout::CURATOR, &["/d/s/a", "/d/s/b"]), Op::Drain, &wish(), &both).unwrap();
    assert_eq!(drain.writes.iter().map(|w| &*w.path).collect::<Vec<_>>(), ["/d/s/a", "/d/s/b", INTENT]);
    assert!(drain.warnings[0].contains("2 times") && drain.durability == Durability::UntilReconnect);
    assert!(text(drain.writes[0].after.as_ref()).ends_with(r#""DYNAMIC","enabled":false}"#));
}

#[test]
fn a_weight_on_a_drained_instance_leaves_the_drains_intent() {
    let (target, here) = (target(Layout::CURATOR, &["/d/s/a"]), around(&[("/d/s/a", CURATOR)]));
    let drain = draft(&target, Op::Drain, &wish(), &here).unwrap();
    let drained = after(here, &drain.writes);
    let weight = draft(&target, Op::Weight(9), &wish(), &drained).unwrap();
    assert_eq!((weight.writes.len(), weight.intent.is_none()), (1, true));
    let weighed = after(drained, &weight.writes);
    let undrain = draft(&target, Op::Undrain, &wish(), &weighed).unwrap();
    assert_eq!(
        text(undrain.writes[0].after.as_ref()),
        CURATOR.replace("\"5\"", "\"9\""),
        "only the mark is taken away"
    );
}

#[test]
fn steps_are_taken_back_one_by_one_with_their_intents() {
    let (target, mut here) = (target(Layout::SEED, &["/s/a"]), around(&[("/s/a", "70")]));
    let mut steps = Vec::new();
    for op in [Op::Weight(40), Op::Drain, Op::Undrain, Op::Weight(55)] {
        let step = draft(&target, op, &wish(), &here).unwrap().writes;
        steps.push((here.clone(), step.clone()));
        here = after(here, &step);
    }
    for (before, step) in steps.into_iter().rev() {
        let back = undo::draft(&target, &step, &here).unwrap();
        assert!(back.warnings.is_empty(), "{:?}", back.warnings);
        here = after(here, &back.writes);
        assert_eq!(here.nodes[0].data, before.nodes[0].data);
        assert_eq!(here.kept.as_ref().map(|k| &k.data), before.kept.as_ref().map(|k| &k.data));
    }
}

#[test]
fn an_undo_takes_back_its_own_alone() {
    let (target, here) = (target(Layout::SEED, &["/s/a"]), around(&[("/s/a", "70")]));
    let step = draft(&target, Op::Drain, &wish(), &here).unwrap().writes;
    let mut now = after(here.clone(), &step);
    now.nodes[0] = found("/s/a", "88", 0);
    assert!(
        matches!(undo::draft(&target, &step, &now), Err(NoDraft::Conflict(_))),
        "the provider wrote a weight since"
    );
    let told = |now: &Surroundings| undo::draft(&target, &step, now).unwrap_err().to_string();
    assert!(told(&now).contains("Its provider registered /s/a anew since"), "{}", told(&now));
    now.nodes[0] = found("/s/a", "88", 99);
    assert!(told(&now).contains("changed by somebody else since"), "{}", told(&now));
    now.nodes.clear();
    assert!(why(undo::draft(&target, &step, &now)).contains("gone"));
    let gone = draft(&target, Op::Deregister, &wish(), &here).unwrap();
    assert!(gone.warnings.iter().any(|w| w.contains("cannot be undone")));
    assert!(why(undo::draft(&target, &gone.writes, &now)).contains("only the provider"));
    let mut others = after(here, &step);
    let kept = others.kept.as_mut().unwrap();
    (kept.data, kept.intent) = (b"another's".as_slice().into(), None);
    let back = undo::draft(&target, &step, &others).unwrap();
    assert_eq!((back.writes.len(), back.warnings.len()), (1, 1), "what is no intent is left, and that is said");
}

#[test]
fn the_same_bytes_in_a_znode_that_was_made_anew_are_not_what_the_step_wrote() {
    let (target, here) = (target(Layout::SEED, &["/s/a"]), around(&[("/s/a", "70")]));
    let step = draft(&target, Op::Drain, &wish(), &here).unwrap().writes;
    let mut now = after(here, &step);
    assert!(undo::draft(&target, &step, &now).is_ok());
    now.nodes[0].stat.ctime = 77;
    let no = undo::draft(&target, &step, &now).unwrap_err().to_string();
    assert!(no.contains("registered /s/a anew since that step"), "{no}");
}

#[test]
fn the_same_bytes_written_by_another_operator_since_are_theirs() {
    let (target, here) = (target(Layout::SEED, &["/s/a"]), around(&[("/s/a", "70")]));
    let by = |name: &str, at: i64| Wish { by: name.into(), at: Moment(at), ..wish() };
    let first = draft(&target, Op::Drain, &by("ana", 9), &here).unwrap().writes;
    let drained = after(here, &first);
    let undrain = draft(&target, Op::Undrain, &by("ben", 10), &drained).unwrap().writes;
    let free = after(drained, &undrain);
    let theirs = draft(&target, Op::Drain, &by("cara", 11_000), &free).unwrap().writes;
    let no = undo::draft(&target, &first, &after(free.clone(), &theirs)).unwrap_err().to_string();
    assert!(no.contains("cara drained it at 1970-01-01T00:00:11") && no.contains(": hot"), "{no}");
    // Her own, asked for anew, ends with it, and that is said.
    let anew = draft(&target, Op::Drain, &by("ana", 11_000), &free).unwrap().writes;
    let back = undo::draft(&target, &first, &after(free, &anew)).unwrap();
    assert_eq!(back.writes.len(), 2);
    assert!(
        matches!(back.warnings.as_slice(), [one] if one.contains("anew since: ana drained it at")),
        "{:?}",
        back.warnings
    );
}

#[test]
fn an_intent_that_an_undo_put_back_later_is_still_taken_back_with_its_drain() {
    let (target, here) = (target(Layout::SEED, &["/s/a"]), around(&[("/s/a", "70")]));
    let drain = draft(&target, Op::Drain, &wish(), &here).unwrap().writes;
    let drained = after(here, &drain);
    let undrain = draft(&target, Op::Undrain, &wish(), &drained).unwrap().writes;
    let back = after(drained, &undrain);
    let mut again = undo::draft(&target, &undrain, &back).unwrap().writes;
    // It is wanted again since the undo, as it is written.
    for write in again.iter_mut().filter(|write| write.path.starts_with("/keepwatch/")) {
        let kept: Intent = serde_json::from_slice(write.after.as_ref().unwrap()).unwrap();
        write.after = Some(Intent { at: Moment(99), ..kept }.bytes().into());
    }
    let now = after(back, &again);
    let first = undo::draft(&target, &drain, &now).unwrap();
    assert!(first.warnings.is_empty(), "{:?}", first.warnings);
    let end = after(now, &first.writes);
    assert_eq!((&*end.nodes[0].data, end.kept.is_none()), (b"70".as_slice(), true));
}

#[test]
fn how_soon_a_deregister_is_noticed_is_told_by_its_layout() {
    let json = |class: &str| {
        format!(
            r#"{{"name":"s","id":"a","address":"10.0.0.1","port":80,"payload":{{"@class":"{class}","id":"s","name":"s","metadata":{{}}}}}}"#
        )
    };
    let spring = json("org.springframework.cloud.zookeeper.discovery.ZookeeperInstance");
    let curator = json("com.acme.Payload");
    for (layout, bytes, words) in [
        (Layout::SEED, "70", "At once for callers that watch the list of children."),
        (Layout::SPRING, &*spring, "Within 35 s by default"),
        (Layout::CURATOR, &*curator, "At once for callers that choose by Curator's ServiceProvider"),
    ] {
        let gone = draft(&target(layout, &["/s/a"]), Op::Deregister, &wish(), &around(&[("/s/a", bytes)])).unwrap();
        assert!(gone.takes_effect.starts_with(words), "{layout:?}: {}", gone.takes_effect);
    }
}
