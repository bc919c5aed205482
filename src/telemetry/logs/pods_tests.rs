//! Lines of pods belong to what the pods run, and to nobody where that is not certain.

use super::*;
use crate::config::LogRule;
use crate::domain::log::LogSource;
use crate::domain::time::Moment;
use crate::telemetry::logs::{reader::Reader, rules::Rules};

const ID: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn read(source: LogSource, rules: &[LogRule], text: &str) -> Vec<LogLine> {
    let (mut reader, mut lines) = (Reader::new(source, Arc::new(Rules::new(rules))), Vec::new());
    for line in text.lines() {
        reader.read(line.as_bytes(), line.len(), Moment(1), |line| lines.push(line));
    }
    reader.end(Moment(1), |line| lines.push(line));
    lines
}

fn services(source: LogSource, rules: &[LogRule], text: &str) -> Vec<Option<String>> {
    read(source, rules, text).iter().map(|line| line.service.as_deref().map(str::to_owned)).collect()
}

fn of(pod: &str) -> LogSource {
    LogSource::File(format!("/var/log/containers/{pod}_shop_app-{ID}.log").into())
}

#[test]
fn of_a_pods_name_only_endings_that_kubernetes_makes_are_taken_off() {
    for (pod, wanted) in [
        ("orders-6d4cf56db6-x7k2p", Some("orders")),
        ("orders-service-6d4cf56db6-x7k2p", Some("orders-service")),
        ("node-exporter-x7k2p", Some("node-exporter")),
        ("report-28123456-x7k2p", Some("report")),
        ("db-0", Some("db")),
        ("shop-db-12", Some("shop-db")),
        // Not made by Kubernetes: vowels, too long, nothing in front.
        ("kube-apiserver-node1", None),
        ("orders-api", None),
        ("orders-7f9c", None),
        ("orders-2026", None),
        ("orders", None),
        ("-x7k2p", None),
        ("", None),
        ("shop-products-x7k2p", Some("shop-products")),
    ] {
        assert_eq!(workload(pod), wanted, "{pod}");
    }
}

#[test]
fn lines_behind_the_name_of_a_pod_are_of_its_workload() {
    let text = "[pod/orders-6d4cf56db6-x7k2p/app] 2026-11-27T12:20:01.123Z ERROR failed\n\
                pay-6d4cf56db6-x7k2p app 2026-11-27T12:20:02.123Z ERROR failed\n\
                [pod/mail-0/app] {\"level\":\"error\",\"msg\":\"x\",\"service\":\"mailer\"}\n\
                [pod/kube-proxy-node1/app] 2026-11-27T12:20:03.123Z ERROR failed\n\
                {\"level\":\"error\",\"msg\":\"evicted\",\"pod\":\"orders-6d4cf56db6-x7k2p\"}";
    let told = services(LogSource::Stdin, &[], text);
    let wanted = [Some("orders"), Some("pay"), Some("mailer"), None, None];
    assert_eq!(told, wanted.map(|name| name.map(str::to_owned)), "what a line itself says comes first");
}

#[test]
fn the_file_of_a_container_tells_pod_namespace_container_and_service() {
    let pods = "/var/log/pods/shop_orders-6d4cf56db6-x7k2p_0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f/app/0.log";
    for source in [of("orders-6d4cf56db6-x7k2p"), LogSource::File(pods.into())] {
        let line = &read(source, &[], "2026-11-27T12:20:01.123Z stderr F ERROR failed")[0];
        let field = |name: &str| line.fields.iter().find(|(key, _)| &**key == name).map(|(_, value)| value.to_string());
        assert_eq!(line.service.as_deref(), Some("orders"));
        let told = ["pod", "namespace", "container"].map(field);
        assert_eq!(told, ["orders-6d4cf56db6-x7k2p", "shop", "app"].map(|text| Some(text.to_owned())));
    }
    let own = "{\"msg\":\"x\",\"service\":\"mailer\",\"container\":\"own\"}";
    let line = &read(of("orders-6d4cf56db6-x7k2p"), &[], own)[0];
    assert_eq!(line.service.as_deref(), Some("mailer"));
    assert_eq!(line.fields.iter().filter(|(key, _)| &**key == "container").count(), 1);
}

#[test]
fn a_file_with_another_name_tells_nothing_of_a_pod() {
    for path in [
        "orders.log",
        "/var/log/0.log",
        "/x/a_b/app/0.log",
        "/x/a_b_c/app/0.log",
        "orders-6d4cf56db6-x7k2p_shop_app-0123.log",
        "orders_Shop_app-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef.log",
        "",
    ] {
        assert!(Pod::of(path).is_none(), "{path}");
    }
}

#[test]
fn a_rule_comes_before_what_a_pod_is_called() {
    let rule =
        |on: &str| LogRule { on: on.into(), pattern: "orders-.*".into(), service: Some("shop".into()), instance: None };
    let prefixed = "[pod/orders-6d4cf56db6-x7k2p/app] 2026-11-27T12:20:01.123Z ERROR failed";
    assert_eq!(services(LogSource::Stdin, &[rule("pod")], prefixed), [Some("shop".to_owned())]);
    assert_eq!(services(of("orders-6d4cf56db6-x7k2p"), &[rule("source")], "failed"), [Some("shop".to_owned())]);
    assert_eq!(services(of("orders-6d4cf56db6-x7k2p"), &[rule("pod")], "failed"), [Some("shop".to_owned())]);
}
