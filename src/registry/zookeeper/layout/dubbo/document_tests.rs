//! Documents that others edit too: only our bytes change, and only ours are taken back.

use super::splice::{Edit, Step, edit};
use super::tags::{Left, add, remove, take_back};
use super::weigh;
use super::yaml::Value;
use crate::registry::zookeeper::layout::Undone;

const US: &str = "10.0.0.1:20880";

/// Documents in the styles that people and Dubbo Admin write, none with our address.
const STYLES: [&str; 9] = [
    "force: false\ntags:\n- name: gray\n  match:\n  - key: env\n    value: {exact: gray}\n  addresses: ['10.0.9.9:20880']   # do not touch\n",
    "# é\n---\ntags:\n  # first\n  - name: \"a\"\n    addresses:\n      - 10.0.0.9:20880 # bob\n      - '10.0.0.8:20880'\nkey: shop\n...\n",
    "tags: []\nforce: true",
    "tags: [{name: a, addresses: [10.0.0.9:20880]}] # flow\n",
    "{\"force\": false, \"tags\": [{\"name\": \"a\", \"addresses\": []}]}",
    "force: false\r\ntags:\r\n- name: a\r\n  addresses: []\r\n",
    "force: false\ntags:\n- addresses: []\n  name: a",
    "tags:\nforce: false\n",
    "force: false # no tags\n\n# end\n",
];

#[test]
fn a_drain_adds_to_any_style_and_touches_nothing_else() {
    for text in STYLES {
        let drained = add(text, "shop", US, &["gray"]).unwrap_or_else(|why| panic!("{why}: {text}"));
        assert!(drained.contains(US), "{drained}");
        for line in text.lines() {
            let start = line.split_once(']').map_or(line, |(start, _)| start);
            let comment = line.split_once('#').map_or("", |(_, comment)| comment);
            assert!(drained.contains(start) && drained.contains(comment), "{line:?} in {drained}");
        }
        assert_eq!(add(&drained, "shop", US, &["gray"]).unwrap(), drained, "once is enough");
        let Left::Text(left) = remove(&drained, US).unwrap() else { panic!("{text}") };
        assert!(!left.contains(US) && !left.contains("keepwatch"), "{left}");
        let plain = add(text, "shop", US, &[]).unwrap();
        let back = remove(&plain, US).unwrap();
        if !text.contains("tags:\nforce") && !text.contains("no tags") {
            assert_eq!(back, Left::Text(text.to_owned()));
        }
    }
}

#[test]
fn what_others_did_meanwhile_stays_when_a_step_is_taken_back() {
    for text in STYLES {
        let ours = add(text, "shop", US, &[]).unwrap();
        let both = add(&ours, "shop", "10.0.0.2:20880", &[]).unwrap();
        let Undone::Bytes(left) = take_back(text, &ours, &both) else { panic!("{text}") };
        let left = String::from_utf8(left).unwrap();
        assert!(!left.contains(US) && left.contains("10.0.0.2:20880"), "{left}");
        assert_eq!(take_back(text, &ours, &left), Undone::Already);
    }
    let steered = "tags:\n- name: gray\n  addresses: ['10.0.0.1:20880', '10.0.0.3:20880']\n";
    let ours = add(steered, "shop", US, &[]).unwrap();
    assert!(ours.starts_with("tags:\n- name: gray\n  addresses: ['10.0.0.3:20880']\n"), "{ours}");
    let Undone::Bytes(back) = take_back(steered, &ours, &format!("{ours}# new\n")) else { panic!() };
    assert_eq!(
        String::from_utf8(back).unwrap(),
        "tags:\n- name: gray\n  addresses: ['10.0.0.3:20880', '10.0.0.1:20880']\n# new\n"
    );
    assert_eq!(take_back("", "tags: []", "tags: ["), Undone::Conflict);
}

#[test]
fn an_empty_document_is_never_left() {
    let made = add("", "shop", US, &[]).unwrap();
    assert_eq!(remove(&made, US).unwrap(), Left::Nothing);
    assert!(
        matches!(remove(&format!("{made}priority: 3\n"), US).unwrap(), Left::Text(text) if text.contains("tags: []"))
    );
    let two = add(&made, "shop", "10.0.0.2:20880", &[]).unwrap();
    assert!(two.contains("['10.0.0.1:20880', '10.0.0.2:20880']"));
    assert!(matches!(remove(&two, US).unwrap(), Left::Text(text) if text.contains("['10.0.0.2:20880']")));
}

#[test]
fn a_weight_that_others_changed_since_is_theirs() {
    let item = |n: &str| {
        format!(
            "- type: weight\n  enabled: true\n  side: provider\n  addresses: ['{US}']\n  parameters: {{weight: {n}}}\n"
        )
    };
    let (before, after) = ("configs: []\n".to_owned(), format!("configs:\n{}", item("7")));
    let now = format!("{after}- side: consumer\n  parameters: {{timeout: 3}}\n");
    let Undone::Bytes(left) = weigh::take_back(&before, &after, &now) else { panic!() };
    assert_eq!(left, b"configs:\n- side: consumer\n  parameters: {timeout: 3}\n");
    assert_eq!(weigh::take_back(&before, &after, &format!("configs:\n{}", item("8"))), Undone::Conflict);
    assert_eq!(weigh::take_back(&before, &after, "configs: []\n"), Undone::Already);
}

#[test]
fn what_cannot_be_changed_safely_is_not_changed() {
    let path = || vec![Step::Key("tags")];
    let item = Value::Scalar("x".into());
    for text in
        ["tags: *a", "tags: one", "- a\n- b\n", "tags:\n- - a\n  - b\n- &x c\n- *x\n", "tags: |\n  text\n", "tags: [a"]
    {
        assert!(edit(text, &Edit::Append(path(), item.clone())).is_err(), "{text}");
        assert!(edit(text, &Edit::Remove(path(), 7)).is_err(), "{text}");
    }
}
