//! The mailbox drops nothing of the registry, keeps its order where it matters, and counts what it drops of the rest.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::domain::{
    address::Address,
    fact::{Coverage, Link},
    intent::{Intent, Op},
    log::LogSource,
};

fn gone(path: &str) -> Fact {
    Fact::Registry(RegistryFact::Gone(path.into()))
}

fn intent_gone(path: &str) -> Fact {
    Fact::Registry(RegistryFact::IntentGone(path.into()))
}

fn complete(at: i64) -> Fact {
    Fact::Registry(RegistryFact::Complete(Moment(at)))
}

fn coverage(unreadable: u64) -> Fact {
    Fact::Registry(RegistryFact::Coverage(Coverage { unreadable, ..Coverage::default() }))
}

fn link(at: i64, state: LinkState) -> Fact {
    Fact::Registry(RegistryFact::Link(Link {
        at: Moment(at),
        state,
        as_of: None,
        server_version: None,
        session_timeout_ms: None,
        rtt_us: None,
        why: None,
        lasting: false,
        attempt: 1,
    }))
}

fn span(n: u64) -> Span {
    Span {
        trace: Default::default(),
        id: Default::default(),
        parent: None,
        name: "s".into(),
        kind: Default::default(),
        service: "a".into(),
        instance: None,
        start_ns: n,
        end_ns: n,
        status: Default::default(),
        message: "".into(),
        attributes: Default::default(),
        events: Vec::new(),
        links: Vec::new(),
        shares: false,
    }
}

fn intent(n: u64) -> Intent {
    Intent {
        service: "a".into(),
        address: Address::new("10.0.0.1", 1).unwrap(),
        path: "/a".into(),
        op: Op::Drain,
        by: "me".into(),
        at: Moment(0),
        reason: Some(n.to_string().into()),
        old_weight: None,
        before: None,
        until: None,
        ties: crate::domain::intent::Ties::default(),
    }
}

fn fill(facts: impl IntoIterator<Item = Fact>) -> Postbox {
    let inbox = Postbox::new();
    facts.into_iter().for_each(|fact| inbox.put(fact));
    inbox
}

fn spans_of(facts: &[Fact]) -> Vec<u64> {
    let spans = facts.iter().filter_map(|fact| if let Fact::Spans(spans) = fact { Some(spans) } else { None });
    spans.flatten().map(|span| span.start_ns).collect()
}

fn dropped(facts: &[Fact], which: &str) -> u64 {
    let count = |fact: &Fact| match fact {
        Fact::Source(SourceFact { state: SourceState::Dropped(count, what, _), .. }) if **what == *which => *count,
        _ => 0,
    };
    facts.iter().map(count).sum()
}

#[test]
fn what_is_newer_of_a_node_stands_at_the_end() {
    let inbox = fill([gone("/a"), gone("/b"), intent_gone("/a"), coverage(1), gone("/a"), coverage(2)]);
    assert_eq!(inbox.drain(), [gone("/b"), intent_gone("/a"), gone("/a"), coverage(2)]);
    assert!(inbox.drain().is_empty());
}

#[test]
fn what_was_true_when_the_picture_was_whole_is_kept() {
    let inbox = fill([gone("/a"), complete(1), gone("/a"), complete(2), complete(3)]);
    assert_eq!(inbox.drain(), [gone("/a"), complete(1), gone("/a"), complete(3)]);
}

#[test]
fn no_change_of_the_link_is_lost() {
    use LinkState::{Connected, Lost};
    let inbox = fill([link(1, Connected), link(2, Connected), link(3, Lost), link(4, Connected), gone("/a")]);
    assert_eq!(inbox.drain(), [link(2, Connected), link(3, Lost), link(4, Connected), gone("/a")]);
}

#[test]
fn the_oldest_spans_are_dropped_and_counted() {
    let inbox = fill((0..370).map(|n| Fact::Spans((n * 100..n * 100 + 100).map(span).collect())));
    let mut all = inbox.drain();
    assert_eq!(dropped(&all, "spans"), 5_000);
    while !inbox.held().is_empty() {
        let more = inbox.drain();
        assert!(spans_of(&more).len() < AT_ONCE + 100);
        all.extend(more);
    }
    assert_eq!(spans_of(&all), (5_000..37_000).collect::<Vec<_>>());
}

#[test]
fn one_export_beyond_all_bounds_leaves_its_newest() {
    let inbox = fill([Fact::Spans((0..MAX_SPANS as u64 + 7).map(span).collect())]);
    let all = inbox.drain();
    assert_eq!((spans_of(&all)[0], spans_of(&all).len(), dropped(&all, "spans")), (7, MAX_SPANS, 7));
}

#[test]
fn lost_lines_are_told_where_they_would_stand_with_whose_they_were() {
    let lines = |n: i64, source: LogSource| {
        let line = |at: i64| LogLine {
            at: Moment(at),
            seen_at: Moment(at),
            below_ns: 0,
            level: Default::default(),
            service: None,
            instance: None,
            message: "m".into(),
            trace: None,
            span: None,
            fields: Vec::new(),
            source: source.clone(),
            format: Default::default(),
            raw: b"m".as_slice().into(),
        };
        Fact::Logs((0..n).map(|n| line(1_000 + n)).collect())
    };
    let file = LogSource::File("/var/log/a.log".into());
    let inbox = fill([lines(3, file), lines(MAX_LINES as i64 + 2, LogSource::Otlp), lines(1, LogSource::Otlp)]);
    let told: Vec<_> =
        inbox.drain().into_iter().filter_map(|f| if let Fact::Source(f) = f { Some(f) } else { None }).collect();
    let said: Vec<_> = told.iter().map(|fact| (fact.at.0, &fact.state)).collect();
    let lost = |count, whose: &str| {
        SourceState::Dropped(count, "lines".into(), format!("from {whose}, more came than could be taken in").into())
    };
    assert_eq!(said, [(1_000, &lost(3, "/var/log/a.log")), (1_000, &lost(3, "otlp"))]);
}

#[test]
fn exports_that_were_refused_are_added_up_by_sender_and_reason() {
    let box_ = Postbox::new();
    for (n, (from, again)) in [("a", false), ("b", false), ("a", false), ("a", true)].into_iter().enumerate() {
        let said = format!("line {n}").into();
        let turned = Turned { exports: 1, again, from: from.into(), why: "spans".into(), said };
        let state = SourceState::Refused(Box::new(turned));
        box_.put(Fact::Source(SourceFact { at: Moment(n as i64), name: "otlp".into(), state }));
    }
    let told = box_.drain().into_iter().map(|fact| match fact {
        Fact::Source(SourceFact { at, state: SourceState::Refused(turned), .. }) => {
            (at.0, turned.exports, turned.from.to_string(), turned.again, turned.said.to_string())
        }
        other => panic!("{other:?}"),
    });
    let own = |at, exports, from: &str, again, said: &str| (at, exports, from.to_owned(), again, said.to_owned());
    let wanted = [own(1, 1, "b", false, "line 1"), own(0, 2, "a", false, "line 0"), own(3, 1, "a", true, "line 3")];
    assert_eq!(told.collect::<Vec<_>>(), wanted);
}

#[test]
fn drops_that_sources_tell_are_added_up() {
    let told = |count| {
        let state = SourceState::Dropped(count, "spans".into(), "".into());
        Fact::Source(SourceFact { at: Moment(1), name: "otlp".into(), state })
    };
    let inbox = fill((0..1000).map(|_| told(2)));
    let all = inbox.drain();
    assert_eq!((all.len(), dropped(&all, "spans")), (1, 2000));
}

#[tokio::test]
async fn who_waits_is_woken_and_nothing_is_missed() {
    let inbox = Arc::new(Postbox::new());
    let theirs = inbox.clone();
    let writer = tokio::spawn(async move {
        for n in 0..100 {
            theirs.put(complete(n));
            tokio::task::yield_now().await;
        }
    });
    let bound = std::time::Duration::from_secs(60);
    loop {
        let facts = tokio::time::timeout(bound, inbox.take()).await.expect("woken");
        if facts.last() == Some(&complete(99)) {
            break;
        }
    }
    writer.await.unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    /// Whenever the loop comes, what it knows of each node is what was told last, and it knew it by then.
    #[test]
    fn the_last_word_of_every_node_arrives(puts in prop::collection::vec((0..20_u8, any::<bool>()), 0..4000)) {
        let inbox = Postbox::new();
        let (mut told, mut known, mut at) = (BTreeMap::new(), BTreeMap::new(), 0);
        let take = |inbox: &Postbox, known: &mut BTreeMap<String, u64>| {
            for fact in inbox.drain() {
                if let Fact::Registry(RegistryFact::Intent(path, intent)) = fact {
                    known.insert(path.to_string(), intent.reason.as_deref().unwrap_or_default().parse().unwrap());
                }
            }
        };
        for (n, (node, drain)) in (0..).zip(puts) {
            let path = format!("/{node}");
            told.insert(path.clone(), n);
            inbox.put(Fact::Registry(RegistryFact::Intent(path.as_str().into(), Box::new(intent(n)))));
            if n % 97 == 0 {
                at += 1;
                inbox.put(complete(at));
            }
            if drain && n % 11 == 0 {
                take(&inbox, &mut known);
                prop_assert_eq!(&told, &known);
            }
        }
        take(&inbox, &mut known);
        prop_assert_eq!(told, known);
    }

    #[test]
    fn a_queue_of_few_keys_stays_short(puts in prop::collection::vec(0..5_u8, 3000..6000)) {
        let mut queue = Latest::default();
        for key in puts {
            queue.put(key, gone(&format!("/{key}")));
            prop_assert_eq!(queue.get(&key), Some(&gone(&format!("/{key}"))));
        }
        let mut facts = Vec::new();
        queue.drain_into(&mut facts);
        prop_assert!(facts.len() <= 5);
    }
}
