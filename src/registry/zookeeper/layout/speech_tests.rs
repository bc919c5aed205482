//! What ports speak, layout by layout, as far as the instances' own data tell.

use super::group_tests::{Stage, empty, stage, with_file};
use crate::domain::instance::Instance;

fn told(instance: &Instance) -> (Option<&str>, Option<u16>) {
    instance.more.as_deref().map_or((None, None), |more| (more.speaks.as_deref(), more.page_port))
}

/// Of the one instance at this address.
fn at(stage: &Stage, address: &str) -> (Option<String>, Option<u16>) {
    let (speaks, page) = told(stage.instance(address));
    (speaks.map(str::to_owned), page)
}

fn speaks(word: &str) -> (Option<String>, Option<u16>) {
    (Some(word.into()), None)
}

fn export(stage: &mut Stage, scheme: &str, address: &str) {
    let url = format!("{scheme}%3A%2F%2F{}%2Fa.B%3Fapplication%3Dshop%26side%3Dprovider", address.replace(':', "%3A"));
    stage.put_mortal(&format!("/dubbo/a.B/providers/{url}"), "");
}

#[test]
fn dubbos_ports_speak_what_their_urls_say_and_http_where_one_of_them_says_so() {
    let mut stage = empty();
    for (scheme, host) in [("dubbo", 1), ("tri", 2), ("rest", 3), ("http", 4)] {
        export(&mut stage, scheme, &format!("10.0.0.{host}:20880"));
    }
    let told = [1, 2, 3, 4].map(|host| at(&stage, &format!("10.0.0.{host}:20880")));
    assert_eq!(told, [speaks("dubbo"), speaks("tri"), (None, None), (None, None)]);
    export(&mut stage, "rest", "10.0.0.1:20880");
    assert_eq!(at(&stage, "10.0.0.1:20880"), (None, None), "two protocols on one port");
}

#[test]
fn at_dubbos_application_level_the_endpoints_tell() {
    let stage = stage("dubbo-app-level");
    assert!(stage.all().iter().all(|instance| told(instance) == (Some("dubbo"), None)), "{:?}", stage.all());
    let mut stage = empty();
    for (host, endpoints) in [(1, r#"[{\"port\":50051,\"protocol\":\"tri\"}]"#), (2, "["), (3, "[1,{}]")] {
        let payload = format!(
            r#"{{"@class":"org.apache.dubbo.registry.zookeeper.ZookeeperInstance","id":"i","name":"s","metadata":{{"dubbo.endpoints":"{endpoints}"}}}}"#
        );
        let node =
            format!(r#"{{"name":"s","id":"i{host}","address":"10.0.0.{host}","port":50051,"payload":{payload}}}"#);
        stage.put_mortal(&format!("/services/s/10.0.0.{host}:50051"), node);
    }
    let told = [1, 2, 3].map(|host| at(&stage, &format!("10.0.0.{host}:50051")));
    assert_eq!(told, [speaks("tri"), (None, None), (None, None)]);
}

#[test]
fn a_server_set_names_the_port_of_its_pages() {
    let stage = stage("serverset");
    assert!(stage.all().iter().all(|instance| told(instance) == (None, Some(31863))));
    let mut stage = empty();
    let member = |more: &str| {
        format!(r#"{{"serviceEndpoint":{{"host":"h","port":9}},"additionalEndpoints":{{{more}}},"status":"ALIVE"}}"#)
    };
    for (more, wanted) in [
        (r#""thrift":{"host":"h","port":9},"http":{"host":"h","port":10}"#, (Some("thrift"), Some(10))),
        (r#""http":{"host":"h","port":10},"health":{"host":"h","port":11}"#, (None, Some(11))),
        (r#""http":{"host":"elsewhere","port":10},"health":{"host":"h","port":99999}"#, (None, None)),
        ("", (None, None)),
    ] {
        stage.put_mortal("/set/member_0000000001", member(more));
        assert_eq!(told(stage.instance("h:9")), wanted, "{more}");
    }
}

#[test]
fn pinots_servers_speak_their_own_and_have_an_admin_port() {
    let mut stage = empty();
    for (name, more) in [("Server_h_8098", r#","adminPort":"8097""#), ("Broker_h_8099", ""), ("h_12000", "")] {
        let fields = format!(r#"{{"simpleFields":{{"HELIX_ENABLED":"true"{more}}}}}"#);
        stage.put(&format!("/P/CONFIGS/PARTICIPANT/{name}"), fields);
        stage.put_mortal(&format!("/P/LIVEINSTANCES/{name}"), "{}");
    }
    let told = ["h:8098", "h:8099", "h:12000"].map(|address| at(&stage, address));
    assert_eq!(told, [(Some("pinot".into()), Some(8097)), (None, None), (None, None)]);
}

#[test]
fn a_mapping_tells_by_the_scheme_by_metadata_or_by_its_own_word() {
    let mut stage = with_file("registry: {mapped: [{path: '/t/{service}/{id}', address: text, speaks: thrift}]}\n");
    let kratos = |endpoints: &str| format!(r#"{{"id":"1","name":"k","endpoints":[{endpoints}]}}"#);
    stage.put_mortal("/microservices/k/1", kratos(r#""grpc://10.0.0.1:9000","http://10.0.0.1:8000""#));
    stage.put_mortal("/microservices/k/2", kratos(r#""http://10.0.0.2:8000","grpc://10.0.0.2:9000""#));
    stage.put_mortal("/microservices/k/3", kratos(r#""grpc://10.0.0.3:9000?isSecure=false""#));
    let node = |host, protocol| {
        format!(
            r#"{{"name":"m","nodes":[{{"id":"m","address":"10.0.0.{host}:7","metadata":{{"protocol":"{protocol}"}}}}]}}"#
        )
    };
    stage.put("/micro-registry/m/1", node(4, "grpc"));
    stage.put("/micro-registry/m/2", node(5, "http"));
    stage.put_mortal("/clickhouse/discovery/c/shards/1", r#"{"address":"10.0.0.6:9000","shard_id":1}"#);
    stage.put_mortal("/t/s/1", "10.0.0.7:1");
    let told = [1, 2, 3, 4, 5, 6, 7].map(|host| {
        let ports = [9000, 8000, 9000, 7, 7, 9000, 1];
        at(&stage, &format!("10.0.0.{host}:{}", ports[host - 1]))
    });
    let none = || (None, None);
    let grpc = || speaks("grpc");
    let wanted =
        [(Some("grpc".into()), Some(8000)), none(), grpc(), grpc(), none(), speaks("clickhouse"), speaks("thrift")];
    assert_eq!(told, wanted);
    for (tree, word) in [("sofarpc", Some("bolt")), ("kitex", None), ("smartstack", None)] {
        let stage = super::group_tests::stage(tree);
        assert!(stage.all().iter().all(|instance| told_of(instance) == word), "{tree}: {:?}", stage.all());
    }
}

fn told_of(instance: &Instance) -> Option<&str> {
    told(instance).0
}
