//! The presets: each framework's own bytes, shown and planned or refused in words; and none takes what is another layout's.

use crate::domain::id::Layout;
use crate::domain::instance::Instance;
use crate::domain::instance::RegistryAdmin::{Drained, Enabled, Unknown};
use crate::domain::intent::Op;
use crate::domain::plan::Durability;
use crate::registry::zookeeper::layout::group_tests::{Stage, empty, stage, with_file};

macro_rules! other {
    ($name:literal) => {
        include_str!(concat!("../../../../../tests/fixtures/registry/other/", $name))
    };
}

fn shown<'a>(instance: &'a Instance, key: &str) -> Option<&'a str> {
    instance.metadata.get(key).map(|value| &**value)
}

fn refused(stage: &Stage, at: &str, op: Op, words: &str) {
    let why = stage.plan(at, op).unwrap_err();
    assert!(why.contains(words) && why.split(' ').count() > 6, "{why}");
}

/// Applied, seen, and taken back byte for byte.
fn there_and_back(stage: &mut Stage, at: &str, op: Op) -> String {
    let before = stage.bytes();
    let draft = stage.plan(at, op).unwrap();
    let [write] = draft.writes.iter().filter(|w| !w.path.starts_with("/keepwatch")).collect::<Vec<_>>()[..] else {
        panic!("{:?}", draft.writes)
    };
    let after = String::from_utf8(write.after.as_deref().unwrap_or_default().to_vec()).unwrap();
    stage.apply(&draft);
    assert!(stage.plan(at, op).unwrap().no_effect.is_some(), "it holds already");
    stage.undo(&draft);
    assert_eq!(stage.bytes(), before);
    stage.apply(&draft);
    after
}

#[test]
fn kratos() {
    let mut stage = empty();
    stage.put_mortal("/microservices/users-service/host-1", other!("kratos-written.json"));
    let found = stage.instance("10.0.8.11:8000");
    assert_eq!((found.service.layout, &*found.service.name, found.admin), (Layout::MAPPED, "users-service", Enabled));
    assert_eq!((shown(found, "zone"), shown(found, "version")), (Some("eu-1a"), Some("v1.4.2")));
    refused(&stage, "10.0.8.11:8000", Op::Drain, "no mark of a drain");
    refused(&stage, "10.0.8.11:8000", Op::Weight(3), "no mark of a drain");
    let gone = stage.plan("10.0.8.11:8000", Op::Deregister).unwrap();
    assert_eq!(gone.writes.len(), 1);
    assert!(gone.takes_effect.contains("those that poll"), "{}", gone.takes_effect);
}

#[test]
fn kitex_and_the_seed_take_nothing_of_each_other() {
    let mut stage = stage("kitex");
    for (n, weight, az) in [(11, 10, "a"), (12, 20, "b")] {
        let found = stage.instance(&format!("10.0.7.{n}:8888"));
        assert_eq!((found.service.layout, &*found.service.name), (Layout::MAPPED, "users-service"));
        assert_eq!((found.weight, found.admin, shown(found, "az")), (Some(weight), Enabled, Some(az)));
    }
    stage.put_mortal("/users-service/10.0.7.13:8888", "10");
    assert_eq!(stage.instance("10.0.7.13:8888").service.layout, Layout::SEED);
    refused(&stage, "10.0.7.11:8888", Op::Drain, "no mark of a drain");
    refused(&stage, "10.0.7.11:8888", Op::Weight(0), "below 1");
    let draft = stage.plan("10.0.7.11:8888", Op::Weight(7)).unwrap();
    assert!(
        draft.warnings.iter().any(|words| words.contains("addresses alone"))
            && draft.durability == Durability::UntilNewSession
    );
    assert_eq!(there_and_back(&mut stage, "10.0.7.11:8888", Op::Weight(7)), r#"{"Weight":7,"Tags":{"az":"a"}}"#);
    assert_eq!(stage.instance("10.0.7.11:8888").weight, Some(7));
    let before = stage.instance("10.0.7.12:8888").clone();
    stage.put_mortal("/users-service/10.0.7.12:8888", r#"{"Weight":10,"Tags":{}}"#);
    assert_eq!(stage.instance("10.0.7.12:8888").service, before.service);
    for other in ["10", "", "{}", r#"{"weight":10}"#, r#"{"Weight":1}"#, "[10]", "x"] {
        let mut stage = empty();
        stage.put_mortal("/users-service/10.0.7.12:8888", other);
        assert_ne!(stage.by_path("/users-service/10.0.7.12:8888").service.layout, Layout::MAPPED, "{other}");
    }
}

#[test]
fn sofarpc() {
    let mut stage = stage("sofarpc");
    for (n, weight) in [(11, 100), (12, 50)] {
        let at = format!("10.0.13.{n}:22000");
        let found = stage.instance(&at);
        assert_eq!(&*found.service.name, "com.alipay.sofa.rpc.HelloService");
        assert_eq!((found.service.layout, found.weight, found.admin), (Layout::MAPPED, Some(weight), Enabled));
        assert_eq!(
            (shown(found, "serialization"), shown(found, "startTime")),
            (Some("hessian2"), Some("1760000000000"))
        );
        for op in [Op::Drain, Op::Undrain, Op::Weight(3), Op::Deregister] {
            refused(&stage, &at, op, "overrides hold no drain");
        }
    }
    let home = "/sofa-rpc/com.alipay.sofa.rpc.HelloService";
    stage.put_mortal(&format!("{home}/consumers/consumer%3A%2F%2F10.0.13.20%3FappName%3Dweb%26x%3D1"), "");
    stage.put_mortal(&format!("{home}/consumers/%ZZ"), "");
    for bad in ["%ZZ", "bolt%3A%2F%2F", "bolt%3A%2F%2Fh%3Anone%3Fweight%3Dx", "plain"] {
        stage.put_mortal(&format!("{home}/providers/{bad}"), [1]);
        let found = stage.by_path(&format!("{home}/providers/{bad}"));
        assert_eq!((found.admin, found.address.is_none()), (Unknown, true), "{bad}");
    }
    let found = stage.instance("10.0.13.11:22000");
    assert_eq!(found.more.as_ref().unwrap().called_by.iter().map(|name| &**name).collect::<Vec<_>>(), ["web"]);
    assert_eq!(stage.all().len(), 6, "callers are no instances");
}

#[test]
fn motan_says_by_its_folder_who_serves() {
    let mut stage = empty();
    let url = |n: u8| format!("motan://10.0.12.{n}:8002/com.shop.Users?application=users&requestTimeout=200&group=g");
    stage.put_mortal("/motan/g/com.shop.Users/server/10.0.12.1:8002", url(1));
    stage.put_mortal("/motan/g/com.shop.Users/unavailableServer/10.0.12.2:8002", url(2));
    stage
        .put_mortal("/motan/g/com.shop.Users/client/10.0.12.9:0", "motan://10.0.12.9:0/com.shop.Users?application=web");
    stage.put("/motan/g/command", r#"{"clientCommandList":[]}"#);
    let (up, out) = (stage.instance("10.0.12.1:8002"), stage.instance("10.0.12.2:8002"));
    assert_eq!((up.admin, out.admin, stage.all().len()), (Enabled, Drained, 2));
    assert_eq!(up.service, out.service);
    assert_eq!(
        (&*up.service.name, shown(up, "requestTimeout"), shown(up, "group")),
        ("com.shop.Users", Some("200"), Some("g"))
    );
    assert_eq!(up.more.as_ref().unwrap().called_by.iter().map(|name| &**name).collect::<Vec<_>>(), ["web"]);
    refused(&stage, "10.0.12.1:8002", Op::Drain, "heartbeat switcher");
    // As Motan 1.2.6 writes it: a string of Java's, as an object.
    let java = |text: String| [&[0xac, 0xed, 0, 5, b't', 0, text.len() as u8], text.as_bytes()].concat();
    stage.put_mortal("/motan/g/com.shop.Users/server/10.0.12.3:8002", java(url(3)));
    let found = stage.instance("10.0.12.3:8002");
    assert_eq!((found.service.layout, found.admin, shown(found, "group")), (Layout::MAPPED, Enabled, Some("g")));
    let short = [&java(url(4))[..], b"&more=1"].concat();
    stage.put_mortal("/motan/g/com.shop.Users/server/10.0.12.4:8002", short);
    assert_eq!(stage.by_path("/motan/g/com.shop.Users/server/10.0.12.4:8002").service.layout, Layout::RAW);
}

#[test]
fn go_micro_druid_and_clickhouse() {
    let mut stage = empty();
    stage.put("/micro-registry/users", "");
    stage.put("/micro-registry/users/users-7f3d", other!("go-micro-written.json"));
    let found = stage.instance("10.0.10.11:51421");
    assert_eq!((&*found.service.name, shown(found, "protocol"), found.admin), ("users", Some("grpc"), Enabled));
    let draft = stage.plan("10.0.10.11:51421", Op::Deregister).unwrap();
    stage.apply(&draft);
    assert_eq!(stage.all().len(), 0, "it is persistent, and gone for good");

    stage.put_mortal(
        "/druid/internal-discovery/MIDDLE_MANAGER/localhost:8100",
        other!("druid-internal-discovery-from-log.json"),
    );
    let found = stage.instance("localhost:8100");
    assert_eq!((&*found.service.name, shown(found, "tier")), ("MIDDLE_MANAGER", Some("_default_tier")));
    refused(&stage, "localhost:8100", Op::Drain, "disable");

    let shard = r#"{"version":1,"address":"10.0.11.1:9000","shard_id":2}"#;
    stage.put_mortal("/clickhouse/discovery/main/shards/0f1e", shard);
    let found = stage.instance("10.0.11.1:9000");
    assert_eq!((&*found.service.name, shown(found, "shard_id")), ("main", Some("2")));
    refused(&stage, "10.0.11.1:9000", Op::Deregister, "no mark of a drain");
}

#[test]
fn armeria_is_read_where_the_file_says_so() {
    let mut unnamed = empty();
    unnamed.put_mortal("/my/users/node-1", other!("armeria-legacy-written.txt"));
    assert_eq!(unnamed.by_path("/my/users/node-1").service.layout, Layout::RAW, "any text could look like it");
    let mut stage = with_file("registry: {mapped: [{preset: armeria, path: '/my/{service}/{id}'}]}");
    stage.put_mortal("/my/users/node-1", other!("armeria-legacy-written.txt"));
    stage.put_mortal("/my/users/node-2", "10.0.9.12:8080\n");
    let (first, second) = (stage.instance("10.0.9.11:8080"), stage.instance("10.0.9.12:8080"));
    assert_eq!((first.weight, second.weight, first.admin), (Some(1000), None, Enabled));
    refused(&stage, "10.0.9.11:8080", Op::Drain, "no mark of a drain");
    refused(&stage, "10.0.9.11:8080", Op::Weight(7), "once, when the znode appears");
    assert_eq!(stage.plan("10.0.9.11:8080", Op::Deregister).unwrap().durability, Durability::UntilNewSession);
    // Others may have readers that look again.
    let mut stage = with_file(
        "registry: {mapped: [{preset: armeria, path: '/my/{service}/{id}', write: [weight], until_reconnect: yes}]}",
    );
    stage.put_mortal("/my/users/node-1", other!("armeria-legacy-written.txt"));
    stage.put_mortal("/my/users/node-2", "10.0.9.12:8080\n");
    assert_eq!(stage.plan("10.0.9.11:8080", Op::Weight(7)).unwrap().durability, Durability::UntilReconnect);
    assert_eq!(there_and_back(&mut stage, "10.0.9.11:8080", Op::Weight(7)).trim(), "10.0.9.11:8080:7");
    assert_eq!(there_and_back(&mut stage, "10.0.9.12:8080", Op::Weight(5)), "10.0.9.12:8080:5\n");
}

#[test]
fn hostile_bytes_harm_nothing() {
    let deep = "[".repeat(100_000);
    let nested = format!("{{\"endpoints\":{}", "[{\"a\":".repeat(50_000));
    let long = format!(r#"{{"endpoints":["http://10.0.0.1:80"],"metadata":{{"k":"{}"}}}}"#, "x".repeat(500_000));
    let wide: String = (0..50_000).map(|n| format!(r#""k{n}":1,"#)).collect();
    let wide = format!(r#"{{"endpoints":["http://10.0.0.1:80"],"metadata":{{{wide}"z":1}}}}"#);
    let types = r#"{"endpoints":[{"a":1}],"metadata":[],"version":{},"nodes":[3],"druidNode":5,"address":{},"Weight":[],"Tags":0}"#;
    let paths = [
        "/microservices/s/i",
        "/micro-registry/s/i",
        "/druid/internal-discovery/R/i",
        "/clickhouse/discovery/c/shards/i",
        "/s/10.0.0.1:80",
    ];
    for data in ["", "\0", "nul", &deep, &nested, &long, &wide, types] {
        for path in paths {
            let mut stage = empty();
            stage.put_mortal("/microservices/other/i", other!("kratos-written.json"));
            stage.put_mortal(path, data);
            assert!(stage.instance("10.0.8.11:8000").admin == Enabled && stage.all().len() == 2, "{path} {data:.20}");
            let found = stage.by_path(path);
            assert!(found.metadata.len() <= 100 && found.metadata.values().all(|value| value.len() <= 4096));
        }
        let mut stage = empty();
        stage.put_mortal("/s/10.0.0.1:80", [0xff, 0xfe, 0x7b]);
        assert_eq!(stage.all().len(), 1);
    }
}
