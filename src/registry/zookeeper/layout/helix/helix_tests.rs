//! Helix: what live instances and configs tell together, and that a drain changes one field and comes back byte for byte.

use std::io::Write as _;

use crate::domain::id::Layout;
use crate::domain::instance::RegistryAdmin::{self, Drained, Enabled, Unknown};
use crate::domain::intent::Op;
use crate::domain::plan::Durability;
use crate::registry::zookeeper::layout::group_tests::{Stage, empty, stage};

const AT: &str = "10.0.6.11:8098";
const CONFIG: &str = "/PinotCluster/CONFIGS/PARTICIPANT/Server_10.0.6.11_8098";
const LIVE: &str = "/PinotCluster/LIVEINSTANCES/Server_10.0.6.11_8098";

fn with(from: &str, to: &str) -> (Stage, String) {
    let mut stage = stage("helix");
    let before = String::from_utf8(stage.bytes()[CONFIG].clone()).unwrap();
    let data = before.replace(from, to);
    assert!(from == to || data != before);
    stage.put(CONFIG, &data);
    (stage, data)
}

fn operation(what: &str) -> (Stage, String) {
    let item =
        serde_json::json!({"OPERATION": what, "TIMESTAMP": "1733518029415", "SOURCE": "USER", "REASON": "INC-4711"});
    let text = serde_json::to_string(&item.to_string()).unwrap();
    with(r#""HELIX_INSTANCE_OPERATIONS": []"#, &format!(r#""HELIX_INSTANCE_OPERATIONS": ["{{}}", {text}]"#))
}

fn admin(stage: &Stage) -> RegistryAdmin {
    stage.instance(AT).admin
}

#[test]
fn a_participant_is_registered_when_it_is_live() {
    let mut stage = stage("helix");
    let found = stage.instance(AT);
    assert_eq!((found.service.layout, &*found.service.name), (Layout::HELIX, "PinotCluster/Server"));
    assert_eq!((&*found.path, found.admin, found.weight), (LIVE, Enabled, None));
    let shown = |key: &str| found.metadata.get(key).map(|value| &**value);
    assert_eq!(
        (shown("zone"), shown("tags"), shown("helix.version")),
        (Some("a"), Some("DefaultTenant_OFFLINE"), Some("1.4.3"))
    );
    assert_eq!(stage.all().len(), 1);
    stage.remove(LIVE);
    assert_eq!(stage.all().len(), 0, "a config alone is nobody");
    stage.put_mortal(LIVE, "{}");
    assert_eq!(admin(&stage), Enabled);
    stage.remove(CONFIG);
    assert_eq!(admin(&stage), Unknown);
    assert!(stage.plan(AT, Op::Drain).unwrap_err().contains("CONFIGS/PARTICIPANT"));
}

#[test]
fn a_drain_changes_one_field_and_its_undo_gives_the_bytes_back() {
    let mut stage = stage("helix");
    let before = stage.bytes();
    let draft = stage.plan(AT, Op::Drain).unwrap();
    let [write] = draft.writes.iter().filter(|w| !w.path.starts_with("/keepwatch")).collect::<Vec<_>>()[..] else {
        panic!("{:?}", draft.writes)
    };
    assert_eq!((&*write.path, draft.durability), (CONFIG, Durability::UntilRemoved));
    let text = String::from_utf8(before[CONFIG].clone()).unwrap();
    let after = text.replace(r#""HELIX_ENABLED": "true""#, r#""HELIX_ENABLED": "false""#);
    assert_eq!(write.after.as_deref(), Some(after.as_bytes()));
    assert!(draft.warnings.iter().any(|words| words.contains("helix-rest")), "{:?}", draft.warnings);
    stage.apply(&draft);
    assert_eq!(admin(&stage), Drained);
    assert!(stage.plan(AT, Op::Drain).unwrap().no_effect.is_some(), "it holds already");
    stage.undo(&draft);
    assert_eq!((stage.bytes(), admin(&stage)), (before.clone(), Enabled));
    stage.apply(&draft);
    let back = stage.plan(AT, Op::Undrain).unwrap();
    stage.apply(&back);
    assert_eq!(stage.bytes(), before);
}

#[test]
fn a_field_that_was_not_there_is_taken_out_again_and_what_others_wrote_stays() {
    let (mut stage, data) = with(r#""HELIX_ENABLED": "true", "#, "");
    let draft = stage.plan(AT, Op::Drain).unwrap();
    stage.apply(&draft);
    assert_eq!(admin(&stage), Drained);
    stage.undo(&draft);
    assert_eq!(stage.bytes()[CONFIG], data.as_bytes());
    stage.apply(&draft);
    let drained = String::from_utf8(stage.bytes()[CONFIG].clone()).unwrap();
    stage.put(CONFIG, drained.replace("zone=a", "zone=b"));
    stage.undo(&draft);
    assert_eq!(stage.bytes()[CONFIG], data.replace("zone=a", "zone=b").as_bytes());
}

#[test]
fn the_last_operation_counts() {
    for (what, is, may) in [
        ("ENABLE", Enabled, true),
        ("DISABLE", Drained, true),
        ("EVACUATE", Drained, true),
        ("SWAP_IN", Drained, false),
        ("UNKNOWN", Drained, false),
    ] {
        let (mut stage, _) = operation(what);
        assert_eq!(admin(&stage), is, "{what}");
        assert_eq!(stage.instance(AT).capabilities.drain.is_ok(), may, "{what}");
        if may {
            let before = stage.bytes();
            let draft = stage.plan(AT, Op::Drain).unwrap();
            stage.apply(&draft);
            assert_eq!(admin(&stage), Drained);
            stage.undo(&draft);
            assert_eq!(stage.bytes(), before, "{what}");
        }
        if is == Drained {
            let why = stage.plan(AT, Op::Undrain).unwrap_err();
            assert!(why.contains(what) && why.contains("helix-rest") && why.contains("INC-4711"), "{why}");
        }
    }
}

#[test]
fn a_packed_record_is_shown_and_not_written() {
    let (mut stage, data) = with(r#""HELIX_ENABLED": "true""#, r#""HELIX_ENABLED": "false""#);
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(data.as_bytes()).unwrap();
    stage.put(CONFIG, packed.finish().unwrap());
    let found = stage.instance(AT);
    assert_eq!((found.admin, found.metadata.get("zone").map(|zone| &**zone)), (Drained, Some("a")));
    for op in [Op::Drain, Op::Undrain] {
        assert!(stage.plan(AT, op).unwrap_err().contains("GZIP"));
    }
}

#[test]
fn other_wishes_are_refused_in_words() {
    let stage = stage("helix");
    assert!(stage.plan(AT, Op::Weight(3)).unwrap_err().contains("no weight"));
    assert!(stage.plan(AT, Op::Deregister).unwrap_err().contains("stop it"));
}

#[test]
fn what_cannot_be_read_is_shown_and_refused() {
    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    bomb.write_all(&vec![b'['; 40 << 20]).unwrap();
    let bomb = bomb.finish().unwrap();
    let deep = "{\"simpleFields\":".repeat(20_000);
    for bad in [b"".as_slice(), b"x", b"[]", b"{}", br#"{"simpleFields":[]}"#, deep.as_bytes(), &bomb, &bomb[..40]] {
        let mut stage = stage("helix");
        stage.put(CONFIG, bad);
        assert_eq!(admin(&stage), Unknown, "{:?}", &bad[..bad.len().min(30)]);
        assert!(stage.plan(AT, Op::Drain).is_err());
    }
    let mut stage = empty();
    stage.put_mortal("/LIVEINSTANCES/_", "");
    stage.put(
        "/CONFIGS/PARTICIPANT/_",
        r#"{"simpleFields":{"HELIX_HOST":5,"HELIX_ENABLED":{}},"listFields":{"TAG_LIST":"x"}}"#,
    );
    let found = stage.by_path("/LIVEINSTANCES/_");
    assert_eq!((&*found.service.name, found.admin, found.address.is_none()), ("helix", Unknown, true));
}
