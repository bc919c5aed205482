//! The registry's cut on a real ZooKeeper: facts as they come, drafts, confirmed writes, their undo; ten thousand instances.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod common;
#[path = "registry/dubbo_lists.rs"]
mod dubbo_lists;
#[path = "registry/dubbo_ports.rs"]
mod dubbo_ports;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use common::zookeeper::{ZooKeeper, ephemeral, persistent};
use common::{BOUND, eventually};
use keepwatch::config::find::Found;
use keepwatch::config::settings::{Overrides, Settings};
use keepwatch::domain::fact::{Fact, Mailbox, RegistryFact};
use keepwatch::domain::instance::{Instance, RegistryAdmin};
use keepwatch::domain::intent::{Intent, Op};
use keepwatch::domain::plan::{Assent, Confirmed, Danger, Draft, Outcome, Plan, Receipt, Target};
use keepwatch::domain::time::Moment;
use keepwatch::registry::{NoDraft, Registry, Wish};
use zookeeper_client::{Acl, Acls, AuthId, Client, CreateMode, Permission};

/// The picture that the facts make.
#[derive(Default)]
struct Picture {
    instances: BTreeMap<String, Instance>,
    intents: BTreeMap<String, Intent>,
    completes: usize,
    unreadable: u64,
}

#[derive(Default)]
struct Inbox(Mutex<Picture>);

impl Mailbox for Inbox {
    fn put(&self, fact: Fact) {
        let Fact::Registry(fact) = fact else { return };
        let mut picture = self.0.lock().unwrap();
        match fact {
            RegistryFact::Upsert(instance) => {
                drop(picture.instances.insert(instance.path.to_string(), (*instance).clone()))
            }
            RegistryFact::Gone(path) => drop(picture.instances.remove(&*path)),
            RegistryFact::Complete(_) => picture.completes += 1,
            RegistryFact::Coverage(coverage) => picture.unreadable = coverage.unreadable,
            RegistryFact::Intent(path, intent) => drop(picture.intents.insert(path.to_string(), *intent)),
            RegistryFact::IntentGone(path) => drop(picture.intents.remove(&*path)),
            RegistryFact::Link(_)
            | RegistryFact::Setting(_)
            | RegistryFact::Act(..)
            | RegistryFact::Operator(..)
            | RegistryFact::OperatorGone(_) => {}
        }
    }
}

fn registry(address: &str, read_only: bool) -> Registry {
    let over = Overrides { registry: address.parse().ok(), read_only, ..Overrides::default() };
    Registry::new(&Settings::new(Found::default(), over)).unwrap()
}

fn wish() -> Wish {
    Wish { by: "ana".into(), at: Moment(1), why: keepwatch::domain::intent::Why::default() }
}

fn target(picture: &Inbox, paths: &[&str]) -> Target {
    let picture = picture.0.lock().unwrap();
    let first = &picture.instances[paths[0]];
    let paths = paths.iter().map(|&path| path.into()).collect();
    Target { service: first.service.clone(), address: first.address.clone(), paths }
}

/// As the command line confirms a plan with `--yes`.
async fn apply(registry: &Registry, draft: Draft) -> Receipt {
    let (warnings, danger) = (draft.warnings.clone(), Danger::Safe);
    let plan = Plan {
        notes: Vec::new(),
        theirs: None,
        draft,
        remaining: Vec::new(),
        callers: Vec::new(),
        breakers: Vec::new(),
        warnings,
        danger,
        refused: None,
        asks_reason: None,
        reason: None,
    };
    let confirmed = Confirmed::new(plan, Assent::Yes).unwrap();
    registry.writer().unwrap().apply(&confirmed, |why| println!("unsure: {why}")).await
}

async fn text(client: &Client, path: &str) -> String {
    String::from_utf8(client.get_data(path).await.unwrap().0).unwrap()
}

fn spring(name: &str, address: &str, metadata: &str) -> String {
    let (host, port) = address.rsplit_once(':').unwrap();
    format!(
        r#"{{"name":"{name}","id":"i","address":"{host}","port":{port},"sslPort":null,"payload":{{"@class":"org.springframework.cloud.zookeeper.discovery.ZookeeperInstance","id":"x","name":"{name}","metadata":{metadata}}},"registrationTimeUTC":1795415823748,"serviceType":"DYNAMIC","ext":{{"z":1.50,"a":[12345678901234567890,"\u00e9\/"],"n":null}}}}"#
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_who_take_the_last_two_at_the_same_moment_one_is_told_to_look_again() {
    let server = ZooKeeper::start();
    let client = server.client().await;
    let paths = ["/q-service/127.0.0.1:1", "/q-service/127.0.0.1:2"];
    for path in paths {
        ephemeral(&client, path, b"5").await;
    }
    let (registry, inbox) = (registry(&server.address(), false), Arc::new(Inbox::default()));
    let _subscription = registry.subscribe(inbox.clone());
    eventually("both are seen", async || inbox.0.lock().unwrap().instances.len() == 2).await;
    for op in [Op::Drain, Op::Deregister] {
        // Each sees the other one enabled: neither plan is of the last one.
        let (mine, theirs) = (target(&inbox, &paths[..1]), target(&inbox, &paths[1..]));
        let one = registry.draft(&mine, Op::Drain, &wish(), None).await.unwrap();
        let other = registry.draft(&theirs, op, &wish(), None).await.unwrap();
        assert!(!one.warnings.iter().chain(&other.warnings).any(|w| w.contains("two operators")), "{one:?}");
        let (one, other) = tokio::join!(apply(&registry, one), apply(&registry, other));
        let mut outcomes = [one.outcome, other.outcome];
        outcomes.sort_by_key(|outcome| outcome.word());
        assert_eq!(outcomes, [Outcome::Conflict, Outcome::Requested], "{op:?}: {one:?} {other:?}");
        let words = [one.detail, other.detail].into_iter().flatten().next().unwrap();
        assert!(words.contains("another instance of q-service"), "{words}");
        let left = async |path: &str| client.get_data(path).await.is_ok_and(|(data, _)| data == b"5");
        assert!(left(paths[0]).await != left(paths[1]).await, "exactly one is left");
        // Read anew it may be taken, by whoever says that this is meant; what puts back collides with nobody.
        if client.check_stat(paths[1]).await.unwrap().is_none() {
            break;
        }
        for (path, target) in [(paths[0], &mine), (paths[1], &theirs)] {
            if !left(path).await {
                let back = registry.draft(target, Op::Undrain, &wish(), None).await.unwrap();
                assert_eq!(back.guard, None);
                assert_eq!(apply(&registry, back).await.outcome, Outcome::Requested);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_layout_is_drained_weighed_and_taken_back_by_exact_bytes() {
    let server = ZooKeeper::start();
    let client = server.client().await;
    let curator = r#"{"name":"o","id":"c","address":"127.0.0.1","port":2,"payload":{"metadata":{"weight":"5","x":1.50}},"serviceType":"DYNAMIC","enabled":true}"#;
    let spring = spring("s", "127.0.0.1:3", r#"{"depends-on":"a, b","weight":"5","instance_status":"UP","x":1.50}"#);
    let all = [
        ("/q-service/127.0.0.1:1", "5".to_owned(), "0".to_owned(), "9".to_owned()),
        ("/discovery/o/c", curator.to_owned(), curator.replace("true", "false"), curator.replace("\"5\"", "\"9\"")),
        (
            "/services/s/i",
            spring.clone(),
            spring.replace("\"UP\"", "\"OUT_OF_SERVICE\""),
            spring.replace("\"5\"", "\"9\""),
        ),
    ];
    for (path, data, _, _) in &all {
        ephemeral(&client, path, data.as_bytes()).await;
    }
    let registry = registry(&server.address(), false);
    let picture = Arc::new(Inbox::default());
    let _subscription = registry.subscribe(picture.clone());
    eventually("the first picture", async || picture.0.lock().unwrap().completes == 1).await;
    let depends = picture.0.lock().unwrap().instances["/services/s/i"].depends_on.clone();
    assert_eq!(depends, ["a".into(), "b".into()]);
    for (path, first, drained, weighed) in &all {
        let (target, owner) = (target(&picture, &[path]), client.check_stat(path).await.unwrap().unwrap());
        let admin = async |wanted| picture.0.lock().unwrap().instances[*path].admin == wanted;
        let drain = registry.draft(&target, Op::Drain, &wish(), None).await.unwrap();
        assert_eq!(text(&client, path).await, *first, "a draft writes nothing");
        let receipt = apply(&registry, drain.clone()).await;
        assert_eq!((receipt.outcome, text(&client, path).await), (Outcome::Requested, drained.clone()));
        eventually("the drain is a fact", async || admin(RegistryAdmin::Drained).await).await;
        eventually("so is its intent", async || picture.0.lock().unwrap().intents.len() == 1).await;
        // a second operator's older plan is a conflict
        assert_eq!(apply(&registry, drain).await.outcome, Outcome::Conflict);
        let undrain = registry.draft(&target, Op::Undrain, &wish(), None).await.unwrap();
        assert_eq!(apply(&registry, undrain).await.outcome, Outcome::Requested);
        assert_eq!(text(&client, path).await, *first);
        eventually("the intent is gone", async || picture.0.lock().unwrap().intents.is_empty()).await;
        let weight = registry.draft(&target, Op::Weight(9), &wish(), None).await.unwrap();
        apply(&registry, weight.clone()).await;
        assert_eq!(text(&client, path).await, *weighed);
        let undo = registry.draft_undo(&target, &weight.writes, &wish(), None).await.unwrap();
        assert_eq!(apply(&registry, undo).await.outcome, Outcome::Requested);
        let stat = client.check_stat(path).await.unwrap().unwrap();
        assert_eq!(
            (text(&client, path).await, stat.ephemeral_owner, stat.czxid),
            (first.clone(), owner.ephemeral_owner, owner.czxid)
        );
        let deregister = registry.draft(&target, Op::Deregister, &wish(), None).await.unwrap();
        assert_eq!(apply(&registry, deregister.clone()).await.outcome, Outcome::Requested);
        eventually("gone", async || !picture.0.lock().unwrap().instances.contains_key(*path)).await;
        let undo = registry.draft_undo(&target, &deregister.writes, &wish(), None).await;
        assert!(matches!(undo, Err(NoDraft::Refused(_))), "{undo:?}");
    }
    let children = client.list_children("/keepwatch").await.unwrap();
    assert_eq!(children, ["intents"]);
}

/// A layout whose drain is in another znode than the instance's own, and one that only the file describes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_config_beside_the_instance_and_a_layout_of_the_file_are_written_and_taken_back() {
    let server = ZooKeeper::start();
    let client = server.client().await;
    let record = r#"{"id": "Server_127.0.0.1_2", "simpleFields": {"HELIX_HOST": "127.0.0.1", "HELIX_PORT": "2", "HELIX_ENABLED": "true"}}"#;
    let own = r#"{ "at":"127.0.0.1:3", "n":1.50 }"#;
    persistent(&client, "/p/CONFIGS/PARTICIPANT/Server_127.0.0.1_2", record.as_bytes()).await;
    ephemeral(&client, "/p/LIVEINSTANCES/Server_127.0.0.1_2", b"{}").await;
    ephemeral(&client, "/apps/users/a", own.as_bytes()).await;
    let source = format!(
        "registry: {{address: '{}', mapped: [{{path: '/apps/{{service}}/{{id}}', address: /at, status: /up, drained: false, write: drain}}]}}",
        server.address()
    );
    let config = keepwatch::config::shape::read("k.yaml", &source).unwrap();
    let found = Found { config, ..Found::default() };
    let registry = Registry::new(&Settings::new(found, Overrides::default())).unwrap();
    let picture = Arc::new(Inbox::default());
    let _subscription = registry.subscribe(picture.clone());
    eventually("the first picture", async || picture.0.lock().unwrap().completes == 1).await;
    for (instance, written, first, drained) in [
        (
            "/p/LIVEINSTANCES/Server_127.0.0.1_2",
            "/p/CONFIGS/PARTICIPANT/Server_127.0.0.1_2",
            record,
            record.replace(r#""true""#, r#""false""#),
        ),
        ("/apps/users/a", "/apps/users/a", own, own.replace("1.50", r#"1.50,"up":false"#)),
    ] {
        let target = target(&picture, &[instance]);
        let drain = registry.draft(&target, Op::Drain, &wish(), None).await.unwrap();
        assert_eq!(apply(&registry, drain.clone()).await.outcome, Outcome::Requested);
        assert_eq!(text(&client, written).await, drained);
        let admin = async |wanted| picture.0.lock().unwrap().instances[instance].admin == wanted;
        eventually("the drain is a fact", async || admin(RegistryAdmin::Drained).await).await;
        assert_eq!(apply(&registry, drain.clone()).await.outcome, Outcome::Conflict);
        let undo = registry.draft_undo(&target, &drain.writes, &wish(), None).await.unwrap();
        assert_eq!(apply(&registry, undo).await.outcome, Outcome::Requested);
        assert_eq!(text(&client, written).await, first);
        eventually("it is back", async || admin(RegistryAdmin::Enabled).await).await;
        let drain = registry.draft(&target, Op::Drain, &wish(), None).await.unwrap();
        apply(&registry, drain).await;
        let undrain = registry.draft(&target, Op::Undrain, &wish(), None).await.unwrap();
        assert_eq!(apply(&registry, undrain).await.outcome, Outcome::Requested);
        assert_eq!(text(&client, written).await, first);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_an_access_list_forbids_is_counted_and_said_before_a_write() {
    let server = ZooKeeper::start();
    let ana = server.connector().with_auth("digest", b"ana:secret").connect(&server.address()).await.unwrap();
    persistent(&ana, "/v-service/127.0.0.1:1", b"1").await;
    let own = CreateMode::Persistent.with_acls(Acls::creator_all());
    ana.create("/v-service/127.0.0.1:2", b"2", &own).await.unwrap();
    let acls = [
        Acl::new(Permission::READ, AuthId::anyone()),
        Acl::new(Permission::ALL, AuthId::new("digest", "ana:J7pQO7K9rPX0VFA5jHMtMOYrsIU=")),
    ];
    let read = CreateMode::Persistent.with_acls(Acls::new(&acls));
    ana.create("/v-service/127.0.0.1:3", b"3", &read).await.unwrap();
    ana.create("/keepwatch", b"", &read).await.unwrap();

    let plain = registry(&server.address(), false);
    let picture = Arc::new(Inbox::default());
    let _subscription = plain.subscribe(picture.clone());
    eventually("the first picture", async || picture.0.lock().unwrap().completes == 1).await;
    {
        let picture = picture.0.lock().unwrap();
        assert_eq!((picture.unreadable, picture.instances.len()), (1, 3));
        let can = |path: &str| picture.instances[path].capabilities.clone();
        let (free, hidden) = (can("/v-service/127.0.0.1:1"), &picture.instances["/v-service/127.0.0.1:2"]);
        assert!(free.drain.is_ok() && free.weight.is_ok() && free.deregister.is_ok(), "{free:?}");
        assert!(hidden.weight.is_none() && hidden.raw.is_empty());
        for (why, word) in [(&hidden.capabilities.drain, "to read"), (&can("/v-service/127.0.0.1:3").drain, "to write")]
        {
            assert!(why.as_ref().is_err_and(|why| why.contains(word)), "{why:?}");
        }
    }
    let refused = plain.draft(&target(&picture, &["/v-service/127.0.0.1:2"]), Op::Drain, &wish(), None).await;
    assert!(matches!(&refused, Err(NoDraft::Refused(r)) if r.why.contains("to read")), "{refused:?}");
    let refused = plain.draft(&target(&picture, &["/v-service/127.0.0.1:3"]), Op::Drain, &wish(), None).await;
    assert!(matches!(&refused, Err(NoDraft::Refused(r)) if r.why.contains("permission")), "{refused:?}");
    let drain = plain.draft(&target(&picture, &["/v-service/127.0.0.1:1"]), Op::Drain, &wish(), None).await.unwrap();
    assert!(drain.warnings.iter().any(|w| w.contains("/keepwatch")) && drain.writes.len() == 1, "{drain:?}");
    let unguarded = |draft: &Draft| draft.warnings.iter().any(|w| w.contains("two operators"));
    assert!(unguarded(&drain) && drain.guard.is_none(), "that nobody is told to look again is said: {drain:?}");
    assert_eq!(apply(&plain, drain).await.outcome, Outcome::Requested);
    let back = plain.draft(&target(&picture, &["/v-service/127.0.0.1:1"]), Op::Weight(4), &wish(), None).await.unwrap();
    assert!(!unguarded(&back), "what takes nothing away needs none: {back:?}");

    // What is granted later is noticed, though nothing tells of it.
    ana.set_acl("/v-service/127.0.0.1:3", &Acls::anyone_all(), None).await.unwrap();
    ana.set_acl("/v-service/127.0.0.1:2", &Acls::anyone_all(), None).await.unwrap();
    eventually("the two are as the first", async || {
        let picture = picture.0.lock().unwrap();
        let free =
            |path: &str| picture.instances[path].weight.is_some() && picture.instances[path].capabilities.drain.is_ok();
        picture.unreadable == 0 && free("/v-service/127.0.0.1:2") && free("/v-service/127.0.0.1:3")
    })
    .await;

    let looking = registry(&server.address(), true);
    assert!(looking.writer().is_none());
    let draft = looking.draft(&target(&picture, &["/v-service/127.0.0.1:1"]), Op::Undrain, &wish(), None).await;
    assert!(matches!(draft, Err(NoDraft::Refused(_))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_instances_are_read_at_once_and_a_change_is_told_at_once() {
    let server = ZooKeeper::start();
    let client = server.client().await;
    // Before 3.6 each znode is read by itself, and no more are watched than one client can.
    let together = server.version() >= (3, 6, 0);
    let (services, most) = if together { (500, 500) } else { (50, 2_500) };
    let options = CreateMode::Ephemeral.with_acls(Acls::anyone_all());
    for service in 0..services {
        let parent = format!("/svc-{service:04}-service");
        persistent(&client, &parent, b"").await;
        let paths: Vec<_> = (1..=20).map(|n| format!("{parent}/127.1.{}.{n}:8080", service % 250)).collect();
        for made in paths.iter().map(|path| client.create(path, b"77", &options)).collect::<Vec<_>>() {
            made.await.unwrap();
        }
    }
    let registry = registry(&server.address(), true);
    // What it costs is counted in requests, which no busy machine changes; the time is only printed.
    let (picture, began, before) = (Arc::new(Inbox::default()), Instant::now(), server.received());
    let _subscription = registry.subscribe(picture.clone());
    eventually("the first picture", async || picture.0.lock().unwrap().completes == 1).await;
    let (took, asked) = (began.elapsed(), server.received() - before);
    let instances = services * 20;
    assert_eq!(picture.0.lock().unwrap().instances.len(), instances);
    println!("{instances} instances as facts after {took:?} and {asked} requests (unoptimised build)");
    assert!(asked < most, "{asked} requests for {instances} instances");

    let (path, before) = ("/svc-0040-service/127.1.40.7:8080", server.received());
    let mut took = Vec::new();
    for weight in 1..=50 {
        let began = Instant::now();
        client.set_data(path, weight.to_string().as_bytes(), None).await.unwrap();
        while picture.0.lock().unwrap().instances[path].weight != Some(weight) {
            assert!(began.elapsed() < BOUND, "the change to {weight} is not told");
            tokio::time::sleep(Duration::from_micros(200)).await;
        }
        took.push(began.elapsed());
    }
    took.sort();
    let asked = server.received() - before;
    println!("a change as a fact: p50 {:?}, worst {:?}; {asked} requests for 50", took[25], took[49]);
    // Each is set once and read once; beside that there are pings.
    assert!((100..400).contains(&asked), "{asked} requests for 50 changes");
}
