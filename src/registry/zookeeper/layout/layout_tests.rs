//! Properties that hold for every layout that can be written: plan, apply, undo gives back the bytes; only one field changes.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::{Edit, Format, Saved, Undone, format, formats, json_edit};
use crate::domain::id::Layout;

/// Bytes that an instance of one of the layouts may hold, with the layout.
fn bytes() -> impl Strategy<Value = (Layout, Vec<u8>)> {
    let token = prop_oneof!["\"[0-9]{1,4}\"", "[1-9][0-9]{0,3}", Just("\"\\u0035\"".to_owned())];
    let blank = prop_oneof![Just(""), Just(" "), Just("\n  ")];
    let enabled =
        prop_oneof![Just(""), Just(",\"enabled\":true"), Just(", \"enabled\" : true"), Just(",\"enabled\":null")];
    let status = prop_oneof![Just(""), Just("\"instance_status\":\"UP\","), Just("\"instance_status\" : \"up\" ,")];
    let other = prop_oneof![Just(""), Just("\"n\":1.50,"), Just("\"é\\/\":[1,{\"weight\":3}],")];
    let discovery = (token, blank, enabled, status, other, any::<bool>()).prop_map(|(weight, blank, enabled, status, other, spring)| {
        let class = if spring { "org.springframework.cloud.zookeeper.discovery.ZookeeperInstance" } else { "com.shop.Details" };
        let json = format!(
            "{{\"name\":\"s\",{blank}\"id\":\"i\",\"address\":\"10.0.0.1\",\"port\":80,\"payload\":{{\"@class\":\"{class}\",{blank}\
             \"metadata\":{{{other}{status}\"weight\":{blank}{weight}{blank}}}}},\"serviceType\":\"DYNAMIC\"{enabled}{blank}}}"
        );
        (if spring { Layout::SPRING } else { Layout::CURATOR }, json.into_bytes())
    });
    let seed = ("[ \n]{0,2}", 1..1000i64, "[ \n]{0,2}")
        .prop_map(|(a, n, b)| (Layout::SEED, format!("{a}{n}{b}").into_bytes()));
    prop_oneof![discovery, seed]
}

fn edit(format: &dyn Format, data: &[u8], edit: Edit<'_>) -> Option<Vec<u8>> {
    format.edit(data, edit).unwrap()
}

proptest! {
    #[test]
    fn a_step_and_its_undo_give_back_the_bytes((which, data) in bytes(), number in 1..5000i64) {
        let format = format(which);
        for wanted in [Edit::Drain, Edit::Weight(number)] {
            let Some(after) = edit(format, &data, wanted) else { continue };
            prop_assert_ne!(&after, &data);
            prop_assert_eq!(edit(format, &after, wanted), None, "what holds already changes nothing");
            prop_assert_eq!(format.take_back(&data, &after, &after), Undone::Bytes(data.clone()));
            prop_assert_eq!(format.take_back(&data, &after, &data), Undone::Already);
        }
    }

    #[test]
    fn an_undrain_knows_what_was_there((which, data) in bytes()) {
        let format = format(which);
        let drained = edit(format, &data, Edit::Drain).unwrap();
        let weight = std::str::from_utf8(&data).unwrap().trim().parse().ok();
        let saved = Saved { weight, bytes: Some(&data) };
        prop_assert_eq!(edit(format, &drained, Edit::Undrain(Some(saved))).unwrap(), data);
    }

    /// Somebody else changed another field meanwhile: only the own one is taken back. The very field: a conflict.
    #[test]
    fn others_fields_are_left_alone((which, data) in bytes(), number in 10_000..90_000i64) {
        let format = format(which);
        prop_assume!(which != Layout::SEED);
        let after = edit(format, &data, Edit::Drain).unwrap();
        let now = edit(format, &after, Edit::Weight(number)).unwrap();
        let Undone::Bytes(back) = format.take_back(&data, &after, &now) else { panic!("no conflict") };
        prop_assert_eq!(edit(format, &data, Edit::Weight(number)).unwrap(), back);
        let weighed = edit(format, &data, Edit::Weight(number)).unwrap();
        let other = edit(format, &weighed, Edit::Weight(number + 1)).unwrap();
        prop_assert_eq!(format.take_back(&data, &weighed, &other), Undone::Conflict);
    }
}

#[test]
fn a_weight_keeps_the_form_of_its_number() {
    let with = |token: &str| {
        format!(r#"{{"name":"s","id":"i","address":"a","port":1,"payload":{{"metadata":{{"weight":{token}}}}}}}"#)
    };
    let curator = format(Layout::CURATOR);
    for (before, after) in [("\"5\"", "\"70\""), ("5", "70"), ("null", "\"70\"")] {
        let edited = edit(curator, with(before).as_bytes(), Edit::Weight(70)).unwrap();
        assert_eq!(String::from_utf8(edited).unwrap(), with(after));
    }
}

#[test]
fn without_what_was_saved_each_layout_does_what_it_can() {
    let plain = br#"{"name":"s","id":"i","address":"a","port":1,"payload":null,"enabled":false}"#;
    let enabled = edit(format(Layout::CURATOR), plain, Edit::Undrain(None)).unwrap();
    assert_eq!(json_edit::token(&enabled, &["enabled"]), Some(b"true".as_slice()));
    assert!(format(Layout::CURATOR).edit(plain, Edit::Weight(3)).unwrap_err().why.contains("payload"));
    let spring = std::str::from_utf8(include_bytes!(
        "../../../../tests/fixtures/registry/spring-cloud-zookeeper/written-out-of-service.json"
    ))
    .unwrap();
    let up = edit(format(Layout::SPRING), spring.as_bytes(), Edit::Undrain(None)).unwrap();
    assert_eq!(String::from_utf8(up).unwrap(), spring.replace("OUT_OF_SERVICE", "UP"));
    assert!(format(Layout::SPRING).edit(spring.as_bytes(), Edit::Weight(0)).unwrap_err().why.contains("drain"));
    assert!(format(Layout::SEED).edit(b"0", Edit::Undrain(None)).unwrap_err().why.contains("weight N"));
    assert!(format(Layout::SEED).edit(b"garbage", Edit::Drain).is_err());
    assert!(format(Layout::SEED).edit(b"5", Edit::Weight(0)).unwrap_err().why.contains("drain"));
    assert!(format(Layout::RAW).edit(b"{}", Edit::Drain).is_err());
}

#[test]
fn every_layout_has_a_word_a_rank_and_a_kept_word_of_its_own() {
    let all: Vec<Layout> = Layout::all().into_iter().chain([Layout::FILE]).collect();
    let each = |of: fn(&Layout) -> String| all.iter().map(of).collect::<BTreeSet<_>>().len();
    assert_eq!(each(|layout| layout.word().to_owned()), all.len());
    assert_eq!(each(|layout| layout.traits().rank.to_string()), all.len());
    assert!(all.iter().all(|layout| layout.traits().rank > 0 && *layout > Layout::FIRST && !layout.word().is_empty()));
    for layout in all {
        let kept = serde_json::to_string(&layout).unwrap();
        assert_eq!(serde_json::from_str::<Layout>(&kept).unwrap(), layout, "{kept}");
    }
    assert!(serde_json::from_str::<Layout>("\"etcd\"").unwrap_err().to_string().contains("etcd"));
}

#[test]
fn what_is_kept_of_a_layout_is_read_by_every_keepwatch() {
    let kept: Vec<&str> = Layout::all().into_iter().map(Layout::kept_as).collect();
    let words = ["seed", "curator", "spring", "dubbo", "server_set", "helix", "kafka", "smartstack", "mapped", "raw"];
    assert_eq!(kept, words);
}

#[test]
fn a_layout_with_a_page_of_its_own_says_so_in_its_traits() {
    let told: Vec<Layout> = formats().filter(|format| format.own_page().is_some()).map(Format::layout).collect();
    let said: Vec<Layout> = Layout::all().into_iter().filter(|layout| layout.traits().own_page).collect();
    assert_eq!(told, said);
}
