//! Mappings from outside: what is read from a file, and what is told about wrong ones.

use super::super::shape::read;
use super::*;

fn mapped(source: &str) -> Vec<Mapping> {
    read("k.yaml", source).unwrap_or_else(|e| panic!("{e}")).registry.mapped
}

fn wrong(source: &str) -> String {
    read("k.yaml", source).unwrap_err().to_string()
}

#[test]
fn every_preset_is_whole() {
    let names: Vec<_> = presets::all().iter().map(|preset| preset.0.name.as_str()).collect();
    assert_eq!(names, ["kratos", "go-micro", "druid", "clickhouse", "motan", "sofarpc", "kitex", "armeria"]);
    for name in &names {
        let source = format!(
            "registry: {{mapped: [{{preset: {name}, path: '/a/{{group}}/{{service}}/{{state}}/{{address}}'}}]}}"
        );
        let [mapping] = &mapped(&source)[..] else { panic!("{name}") };
        assert!(mapping.read_only.as_ref().is_some_and(|words| words.split(' ').count() > 5), "{name}");
    }
    assert_eq!(built_in().count(), names.len() - 1, "Armeria's services choose their path");
}

#[test]
fn a_mapping_is_read_and_a_preset_is_only_the_beginning() {
    let found = mapped(
        "registry:\n  mapped:\n    - path: /apps/{service}/{id}\n      host: /h\n      port: [/p, /q]\n      status: /s~1t\n      enabled: UP\n      drained: [DOWN, OUT]\n      \
         write: [drain, deregister]\n      requires: [ephemeral, text]\n      until_reconnect: yes\n    - preset: kratos\n      name: ours\n      path: /shop/{service}/{id}\n      weight: /w\n      write: weight\n",
    );
    let [own, kratos] = &found[..] else { panic!() };
    assert_eq!(
        (own.name.as_str(), own.path.text(), own.until_reconnect),
        ("/apps/{service}/{id}", "/apps/{service}/{id}", true)
    );
    assert_eq!(own.status, Some(Place::Json(vec!["s/t".into()])));
    assert_eq!((own.port.len(), own.drained.as_slice()), (2, ["DOWN".to_owned(), "OUT".to_owned()].as_slice()));
    assert_eq!(own.write, [May::Drain, May::Deregister]);
    assert_eq!(own.requires, [Requirement::Ephemeral, Requirement::At(Place::Text)]);
    assert_eq!((kratos.name.as_str(), kratos.weight.as_ref()), ("ours", Some(&Place::Json(vec!["w".into()]))));
    assert_eq!((kratos.address.len(), kratos.write.as_slice()), (2, [May::Weight].as_slice()));
}

#[test]
fn mistakes_are_told_with_line_and_caret() {
    for (source, words) in [
        ("registry:\n  mapped: {a: 1}\n", "`registry.mapped` is a list"),
        ("registry:\n  mapped: [{address: /a}]\n", "`path` is missing"),
        ("registry:\n  mapped: [{preset: armeria}]\n", "this preset needs `path`"),
        ("registry:\n  mapped: [{preset: kratoss}]\n", "did you mean `kratos`?"),
        ("registry:\n  mapped: [{path: '/a/{id}', address: /a}]\n", "`{service}` once"),
        ("registry:\n  mapped: [{path: '/{service}/{id}'}]\n", "where the address stands"),
        ("registry:\n  mapped: [{path: '/{service}/{id}', address: '{host}'}]\n", "no part `{host}`"),
        ("registry:\n  mapped: [{path: '/{service}/{id}', address: nowhere}]\n", "a place is"),
        ("registry:\n  mapped: [{path: '/{service}/{id}', address: 'text:0'}]\n", "from 1 to 64"),
        ("registry:\n  mapped: [{path: '/{service}/{id}', address: /a, write: drain}]\n", "not said where or what"),
        (
            "registry:\n  mapped: [{path: '/{service}/{id}', address: /a, write: weight, weight: name}]\n",
            "not said where",
        ),
        ("registry:\n  mapped: [{path: '/{service}/{id}', address: /a, write: rm}]\n", "one of: drain"),
        ("registry:\n  mapped: [{path: '/{service}/{id}', adress: /a}]\n", "did you mean `address`?"),
        (
            "registry:\n  mapped: [{path: '/{service}/{id}', address: /a, callers: '/c/{service}/{x}'}]\n",
            "come together",
        ),
        ("registry:\n  mapped: [{path: '/{service}/{id}', address: /a, least: -1}]\n", "0 to 1000000"),
    ] {
        let told = wrong(source);
        assert!(told.contains(words) && told.contains("k.yaml:2:") && told.contains('^'), "{source}{told}");
    }
}
