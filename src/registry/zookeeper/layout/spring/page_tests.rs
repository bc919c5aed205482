//! Which way a drain takes where the provider can be told itself, and what is kept, undone and ended of it.

use crate::domain::id::Layout;
use crate::domain::instance::RegistryAdmin;
use crate::domain::intent::{Intent, Op, Why};
use crate::domain::plan::{Draft, Durability, WriteKind};
use crate::domain::way::{StatusPage, Via};
use crate::registry::zookeeper::ended::end;
use crate::registry::zookeeper::kept::again;
use crate::registry::zookeeper::plan::draft;
use crate::registry::zookeeper::plan_tests::{after, around, target, wish};
use crate::registry::zookeeper::reading::Surroundings;
use crate::registry::zookeeper::undo;
use crate::registry::{NoDraft, Wish};

const URL: &str = "http://10.0.0.1:80/actuator/serviceregistry";
const UP: &str = r#"{"name":"s","id":"i","address":"10.0.0.1","port":80,"payload":{"@class":"org.springframework.cloud.zookeeper.discovery.ZookeeperInstance","id":"x","name":"s","metadata":{"instance_status":"UP"}}}"#;

fn here(status: &str) -> Surroundings {
    let data = UP.replace("\"UP\"", &format!("\"{status}\""));
    Surroundings { page: Some(holds(status)), ..around(&[("/s/a", &data)]) }
}

fn holds(status: &str) -> Result<StatusPage, std::sync::Arc<str>> {
    Ok(StatusPage { url: URL.into(), status: status.into() })
}

fn by(via: Via) -> Wish {
    Wish { why: Why { via, ..wish().why }, ..wish() }
}

fn posted(draft: &Draft) -> Option<(String, String)> {
    let post = draft.writes.iter().find(|write| write.kind == WriteKind::Http)?;
    let text = |bytes: &Option<std::sync::Arc<[u8]>>| String::from_utf8(bytes.as_deref().unwrap().to_vec()).unwrap();
    assert_eq!((&*post.path, post.version), (URL, None));
    Some((text(&post.before), text(&post.after)))
}

fn why(result: Result<Draft, NoDraft>) -> String {
    result.map_or_else(|no| no.to_string(), |draft| panic!("not refused: {draft:?}"))
}

fn kept(around: &Surroundings) -> Intent {
    around.kept.as_ref().and_then(|kept| kept.intent.clone()).expect("an intent is kept")
}

/// Drained by its actuator, which wrote its znode itself.
fn told() -> Surroundings {
    let target = target(Layout::SPRING, &["/s/a"]);
    let drain = draft(&target, Op::Drain, &wish(), &here("UP")).unwrap();
    let after = after(here("UP"), &drain.writes);
    Surroundings { kept: after.kept, ..here("OUT_OF_SERVICE") }
}

#[test]
fn a_drain_takes_the_way_that_holds_longest_and_says_which_and_what_it_posts() {
    let target = target(Layout::SPRING, &["/s/a"]);
    let drain = draft(&target, Op::Drain, &wish(), &here("UP")).unwrap();
    assert_eq!(posted(&drain), Some((r#"{"status":"UP"}"#.into(), r#"{"status":"OUT_OF_SERVICE"}"#.into())));
    assert_eq!(drain.writes.len(), 2, "the post and what is kept: {:?}", drain.writes);
    assert_eq!(drain.durability, Durability::UntilRestart);
    assert_eq!(drain.becomes.unwrap().admin, RegistryAdmin::Drained);
    assert_eq!(drain.way.unwrap().other, Some(Via::Registry));
    let intent = drain.intent.unwrap();
    assert_eq!(intent.ties.page.as_deref(), Some(URL));
    assert!(
        !intent.ties.beside && intent.ties.stood.unwrap().version == 4,
        "its znode is written once by the provider"
    );

    let drain = draft(&target, Op::Drain, &by(Via::Registry), &here("UP")).unwrap();
    assert_eq!((posted(&drain), drain.durability), (None, Durability::UntilReconnect));
    assert_eq!(drain.way.unwrap().other, Some(Via::Actuator));
}

#[test]
fn where_the_page_is_not_open_the_znode_alone_is_written_and_the_plan_says_why() {
    let target = target(Layout::SPRING, &["/s/a"]);
    let shut = Surroundings { page: Some(Err("HTTP 404: it is not exposed".into())), ..here("UP") };
    let drain = draft(&target, Op::Drain, &wish(), &shut).unwrap();
    assert!(posted(&drain).is_none());
    let way = drain.way.unwrap();
    assert!(way.says.contains("not exposed") && way.other.is_none(), "{}", way.says);
    assert!(why(draft(&target, Op::Drain, &by(Via::Actuator), &shut)).contains("not exposed"));
    let seed = crate::registry::zookeeper::plan_tests::target(Layout::SEED, &["/s/a"]);
    let seeds = around(&[("/s/a", "7")]);
    assert!(why(draft(&seed, Op::Drain, &by(Via::Actuator), &seeds)).contains("Spring"));
}

#[test]
fn an_undrain_goes_the_way_of_the_drain_and_is_not_guessed_where_the_provider_cannot_be_told() {
    let target = target(Layout::SPRING, &["/s/a"]);
    let undrain = draft(&target, Op::Undrain, &wish(), &told()).unwrap();
    assert_eq!(posted(&undrain).unwrap().1, r#"{"status":"UP"}"#);
    assert!(undrain.writes.iter().any(|write| write.kind == WriteKind::Delete), "the intent goes");
    let shut = || Surroundings { page: Some(Err("connection refused".into())), ..told() };
    assert!(why(draft(&target, Op::Undrain, &wish(), &shut())).contains("would drain it again"));
    assert!(draft(&target, Op::Undrain, &by(Via::Registry), &shut()).is_ok());
    // As it is asked for in a terminal: the provider is not asked then, and the way back is open.
    let unasked = draft(&target, Op::Undrain, &by(Via::Registry), &Surroundings { page: None, ..told() }).unwrap();
    assert!(unasked.warnings.iter().any(|words| words.contains("drains it again")), "{:?}", unasked.warnings);
    assert_eq!(unasked.way.unwrap().other, Some(Via::Actuator));
    // What was drained in its znode alone is put back there: its process holds no drain.
    let znode = Surroundings { page: Some(holds("UP")), ..here("OUT_OF_SERVICE") };
    assert!(posted(&draft(&target, Op::Undrain, &wish(), &znode).unwrap()).is_none());
}

#[test]
fn what_holds_already_is_not_posted_again() {
    let target = target(Layout::SPRING, &["/s/a"]);
    let drain = draft(&target, Op::Drain, &wish(), &here("OUT_OF_SERVICE")).unwrap();
    assert!(drain.writes.is_empty() && drain.no_effect.is_some());
    // Drained in its znode, and the process not told: telling it makes it hold.
    let znode = Surroundings { page: Some(holds("UP")), ..here("OUT_OF_SERVICE") };
    assert!(posted(&draft(&target, Op::Drain, &wish(), &znode).unwrap()).is_some());
}

#[test]
fn undo_lease_and_hold_go_the_same_way() {
    let target = target(Layout::SPRING, &["/s/a"]);
    let drain = draft(&target, Op::Drain, &wish(), &here("UP")).unwrap();
    let back = undo::draft(&target, &drain.writes, &told()).unwrap();
    assert_eq!(posted(&back).unwrap().1, r#"{"status":"UP"}"#);
    let other = Surroundings { page: Some(holds("DOWN")), ..told() };
    assert!(matches!(undo::draft(&target, &drain.writes, &other), Err(NoDraft::Conflict(_))));

    let intent = kept(&told());
    let ended = end(&target, &intent, &wish(), &told()).unwrap();
    assert_eq!(posted(&ended).unwrap().1, r#"{"status":"UP"}"#);
    // It restarted, and registered as UP.
    let lost = Surroundings { kept: told().kept, ..here("UP") };
    let asserted = again(&target, &intent, &wish(), &lost).unwrap();
    assert_eq!(posted(&asserted).unwrap().1, r#"{"status":"OUT_OF_SERVICE"}"#);
}
