//! The file's shape from outside: what is read from whole files, and what is told about wrong ones.

use super::shape::read;
use super::*;

fn wrong(source: &str) -> String {
    read("k.yaml", source).unwrap_err().to_string()
}

#[test]
fn the_users_own_file_is_read_unchanged() {
    let config = read("m", include_str!("../../config/microservices.yaml")).unwrap();
    assert_eq!(config.registry.address.unwrap().to_string(), "localhost:2181");
    let services: Vec<_> = config
        .services
        .iter()
        .map(|s| {
            (s.key.as_str(), s.name.as_str(), s.version.as_deref(), s.endpoints[0].address.as_ref().unwrap().text())
        })
        .collect();
    assert_eq!(
        services,
        [
            ("users-service", "users-service", Some("v1.0"), "localhost:5000"),
            ("articles-service", "articles-service", Some("v1.0"), "localhost:5001"),
            ("orders-service", "orders-service", Some("v1.0"), "localhost:5002"),
        ]
    );
}

#[test]
fn every_key_is_read() {
    let config = read(
        "k",
        "registry:\n  address: zk://a,b/shop\n  credential: c\n  tls: {ca: ca.pem, cert: c.pem, key: k.pem}\n  paths: [/services/, /]\n  layout: spring\n\
         cluster: {name: shop, read_only: yes}\n\
         services:\n  x:\n    version: 1.10\n    endpoints: [https://h/base/, 'h:1', /x]\n    depends_on: y\n    layout: seed\n    health: /up\n\
         probe: [10.0.0.0/8, 192.168.0.1]\notlp: off\nlogs: a.log\ntheme: light\nglyphs: ascii\ncolor: never\nmouse: off\nkeys: {drain: D}\n",
    )
    .unwrap();
    assert_eq!(config.registry.address.unwrap().to_string(), "a:2181,b:2181/shop");
    assert_eq!(config.registry.tls.unwrap().client, Some(("c.pem".into(), "k.pem".into())));
    assert_eq!(config.registry.paths, ["/services", "/"]);
    assert_eq!(config.registry.layout, Some(Layout::SPRING));
    assert_eq!((config.cluster.name.as_deref(), config.cluster.read_only), (Some("shop"), Some(true)));
    let x = &config.services[0];
    assert_eq!((x.name.as_str(), x.version.as_deref(), x.health.as_deref()), ("x", Some("1.10"), Some("/up")));
    assert_eq!(x.depends_on, ["y"]);
    let [a, b, c] = &x.endpoints[..] else { panic!() };
    assert_eq!((a.https, a.address.as_ref().unwrap().port(), a.path.as_str()), (true, 443, "/base"));
    assert_eq!((b.https, b.address.as_ref().unwrap().port()), (false, 1));
    assert_eq!((c.address.is_none(), c.path.as_str()), (true, "/x"));
    assert_eq!(config.probe.unwrap().to_string(), "10.0.0.0/8,192.168.0.1/32");
    assert_eq!(
        (config.otlp, config.mouse, config.glyphs, config.color),
        (Some(Otlp::Off), Some(false), Some(Glyphs::Ascii), Some(ColorChoice::Never))
    );
}

#[test]
fn all_mistakes_are_told_at_once_each_with_its_line_and_caret() {
    let told = wrong(
        "registry:\n  adress: x:1\n  address: localhost:notaport\nservices:\n  a:\n    name: [b, c]\n    endpoints:\n      - http://h:99999\n      - h:1\n      - h:1\n  b:\n    endpoints: 5\ncolour: never\nmouse: 3\n",
    );
    for line in [2, 3, 6, 8, 10, 12, 13, 14] {
        assert!(told.contains(&format!("k.yaml:{line}:")), "{line} is missing:\n{told}");
    }
    assert!(told.matches('^').count() >= 8, "{told}");
    for help in ["did you mean `address`?", "did you mean `color`?"] {
        assert!(told.contains(help), "{told}");
    }
}

#[test]
fn duplicates_name_both_lines() {
    let told = wrong("theme: dark\nmouse: on\ntheme: light\n");
    assert!(told.contains("k.yaml:3:1: `theme` is here twice; it stands on line 1 already"), "{told}");
    let told = wrong("services:\n  a: {name: n}\n  b: {name: n}\n");
    assert!(told.contains("k.yaml:3:3:") && told.contains("line 2"), "{told}");
}

#[test]
fn a_secret_in_a_mistaken_place_is_not_repeated() {
    for source in ["registry:\n  password: hunter2\n", "registry: {address: 'zk://u:hunter2@a:1'}\n"] {
        assert!(!wrong(source).contains("hunter2"), "{}", wrong(source));
    }
}

#[test]
fn what_is_no_map_is_told_and_survived() {
    for source in [
        "- a\n",
        "x\n",
        "registry: 5\n",
        "services: [a]\n",
        "services: {a: 5}\n",
        "registry: {tls: {cert: a}}\n",
        "keys: [q]\n",
    ] {
        assert!(wrong(source).contains("k.yaml:1:"), "{source}");
    }
}
