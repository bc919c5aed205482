//! Attributes of many spans read one after the other: each has its own, and what they share is shared.

use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};

use super::*;

fn pair(key: &str, value: &str) -> Vec<u8> {
    let value = AnyValue { value: Some(Value::StringValue(value.to_owned())) };
    KeyValue { key: key.to_owned(), value: Some(value), ..KeyValue::default() }.encode_to_vec()
}

/// What was read as attributes with these keys, the value of each its place.
fn read(texts: &mut Texts, keys: &[String], missing: u64) -> Attributes {
    texts.begin();
    for (place, key) in keys.iter().enumerate() {
        texts.attribute(&pair(key, &place.to_string())).unwrap();
    }
    texts.attributes(&[("missing", missing)])
}

/// Each with its values, as a span has them.
fn settled(texts: Texts, all: Vec<Attributes>) -> Vec<Attributes> {
    let mut spans: Vec<Span> = all.into_iter().map(|attributes| Span { attributes, ..Span::default() }).collect();
    texts.settle(&mut spans);
    spans.into_iter().map(|span| span.attributes).collect()
}

#[test]
fn attributes_are_those_that_came_whatever_came_before_them() {
    let mut chance = fastrand::Rng::with_seed(11);
    let mut texts = Texts::default();
    let keys: Vec<String> = (0..5).map(|n| format!("key.{n}")).chain(["k".repeat(LONGEST_KEY + 9)]).collect();
    let (mut all, mut due) = (Vec::new(), Vec::new());
    for _ in 0..20_000 {
        // Lists that begin alike, that are part of another, that hold a key twice, none.
        let told: Vec<String> = (0..chance.usize(0..5)).map(|_| keys[chance.usize(0..keys.len())].clone()).collect();
        let missing = chance.u64(0..2);
        all.push(read(&mut texts, &told, missing));
        let pairs = told.iter().enumerate().map(|(place, key)| (cut(key, LONGEST_KEY).to_string(), place.to_string()));
        due.push(pairs.chain((missing > 0).then(|| ("missing".to_owned(), "1".to_owned()))).collect::<Vec<_>>());
    }
    assert!(texts.lists.len() == MOST_LISTS && all[0].iter().next().is_none(), "no values as yet");
    for (step, (got, due)) in settled(texts, all).iter().zip(due).enumerate() {
        let told: Vec<_> = got.iter().map(|(key, value)| (key.to_string(), value.as_str().to_owned())).collect();
        assert_eq!((told, got.len()), (due.clone(), due.len()), "step {step}");
    }
}

#[test]
fn attributes_with_the_same_keys_share_the_list_of_them() {
    let mut texts = Texts::default();
    let kinds: Vec<Vec<String>> =
        ["abc", "abd", "ab", "", "xbc", "abcd"].map(|kind| kind.chars().map(String::from).collect()).into();
    let first: Vec<Attributes> = kinds.iter().map(|keys| read(&mut texts, keys, 0)).collect();
    for turn in 0..60_usize {
        let kind = turn * 5 % kinds.len();
        let again = read(&mut texts, &kinds[kind], 0);
        assert!(Arc::ptr_eq(again.keys(), first[kind].keys()), "{:?} in turn {turn}", kinds[kind]);
    }
    assert_eq!(texts.lists.len(), kinds.len());
}
