//! A packed line answers as the line itself does.

use proptest::prelude::*;

use super::*;
use crate::domain::log::{LogLine, LogSource};
use crate::domain::span::SpanId;
use crate::domain::time::Moment;
use crate::store::effort::Effort;
use crate::store::logs::{LogKey, LogList};

fn line(n: u8) -> LogLine {
    let level = [Level::Unknown, Level::Info, Level::Warn, Level::Error][usize::from(n % 4)];
    let raw = format!("{{\"msg\":\"order {n} code=50{n}\"}}");
    LogLine {
        at: Moment(i64::from(n)),
        seen_at: Moment(i64::from(n)),
        below_ns: 0,
        level,
        service: (!n.is_multiple_of(3)).then(|| format!("shop-{}", n % 3).into()),
        instance: (!n.is_multiple_of(2)).then(|| "10.0.0.4:5002".parse().ok()).flatten(),
        message: format!("order {n} code=50{n}").into(),
        trace: (!n.is_multiple_of(5)).then_some(TraceId([n; 16])),
        span: Some(SpanId([n | 1; 8])),
        fields: vec![("status".into(), (n % 7).to_string().into()), ("who".into(), "Ana\u{e9}".into())],
        source: if n.is_multiple_of(2) { LogSource::Stdin } else { LogSource::File("/x/a.log".into()) },
        format: LogFormat::ALL[usize::from(n % 7)],
        raw: if n % 4 == 3 { Default::default() } else { raw.as_bytes().into() },
    }
}

fn part() -> impl Strategy<Value = String> {
    let texts = [
        "level>=warn",
        "level:unknown",
        "!service:shop-1",
        "service:shop*",
        "instance:10.0.0.4",
        "trace:0",
        "span:0",
        "source:a.log",
        "format:cri",
        "status=3",
        "status>2",
        "who=ana.",
        "order",
        "/code=50[1-4]/",
        "!7",
        "code=501",
        "\"order 1\"",
        "ana",
    ];
    prop::sample::select(texts.to_vec()).prop_map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_packed_line_answers_as_the_line_does(parts in prop::collection::vec(part(), 0..4)) {
        let filter = LogFilter::parse(&parts.join(" ")).unwrap();
        let lines: Vec<LogLine> = (0..60).map(line).collect();
        let mut logs = Logs::new(1 << 20);
        logs.apply(&lines);
        let mut list = LogList::new(filter.clone());
        list.refresh(&logs);
        let found: Vec<i64> = list.forward(&logs, Default::default()).map(|key| key.at.0).collect();
        let wanted: Vec<i64> = lines.iter().filter(|l| filter.query.fits(l)).map(|l| l.at.0).collect();
        prop_assert_eq!(found, wanted);
    }
}

#[test]
fn a_narrowed_filter_is_not_all() {
    assert!(LogFilter::parse("  ").unwrap().is_all());
    assert!(!LogFilter::parse("x").unwrap().is_all());
    assert!(!LogFilter { level: Some(Level::Warn), ..LogFilter::default() }.is_all());
}

#[test]
fn what_is_much_is_looked_at_piece_by_piece_the_newest_first() {
    let mut logs = Logs::new(64 << 20);
    let pad = "x".repeat(2_000);
    let lines: Vec<LogLine> = (0..20_000)
        .map(|n| LogLine {
            at: Moment(n),
            message: format!("order {n} {pad}").into(),
            raw: Default::default(),
            ..line(1)
        })
        .collect();
    logs.apply(&lines);
    let mut list = LogList::new(LogFilter::parse("/order \\d*7 /").unwrap());
    let found = |list: &LogList, logs: &Logs| -> Vec<i64> {
        list.forward(logs, Default::default()).map(|key| key.at.0).collect()
    };
    let go = |list: &mut LogList, logs: &Logs| list.refresh_within(logs, &mut Effort::new(1_000_000));
    go(&mut list, &logs);
    assert!(list.is_behind() && found(&list, &logs).last() == Some(&19_997) && !found(&list, &logs).contains(&7));
    let mut rounds = 0;
    while list.is_behind() {
        rounds += 1;
        assert!(rounds < 100);
        go(&mut list, &logs);
    }
    assert_eq!(found(&list, &logs), (0..20_000).filter(|n| n % 10 == 7).collect::<Vec<i64>>());
    // What comes later is found at once.
    logs.apply(&[LogLine { at: Moment(20_007), message: "order 20007 x".into(), ..line(1) }]);
    list.refresh_within(&logs, &mut Effort::new(0));
    assert_eq!(list.len(&logs), 2_001);
}

#[test]
fn what_came_while_nobody_looked_is_looked_at_in_pieces_too_and_nothing_twice() {
    let line_at = |n: u32| LogLine { at: Moment(i64::from(n) * 7919 % 1_000_003), ..line((n % 250) as u8) };
    let (mut logs, mut n) = (Logs::new(64 << 20), 0);
    let filter = LogFilter::parse("level>=warn").unwrap();
    let (mut list, mut goes) = (LogList::counting(filter.clone()), 0);
    // First little, then much before it has all been looked at, again and again.
    for (round, count) in [10, 5_000, 4_500, 5, 6_000].into_iter().chain([4_200; 9]).chain([7, 5_000, 3]).enumerate() {
        logs.apply(&(n..n + count).map(line_at).collect::<Vec<_>>());
        n += count;
        // Sometimes nothing is left for it in a go.
        let units = if round % 3 == 1 || round > 12 { 0 } else { 20_000 };
        (0..3).for_each(|_| list.refresh_within(&logs, &mut Effort::new(units)));
    }
    assert!(list.is_behind());
    while list.is_behind() {
        list.refresh_within(&logs, &mut Effort::new(2_000_000));
        goes += 1;
        assert!(goes < 1_000);
    }
    let mut whole = LogList::counting(filter);
    whole.refresh(&logs);
    let all = |list: &LogList| list.forward(&logs, Default::default()).collect::<Vec<_>>();
    assert!(all(&list) == all(&whole) && list.len(&logs) as usize == (0..n).filter(|n| n % 250 % 4 > 1).count());
    let levels = |list: &LogList| list.levels(&logs, Moment(0), 1_000, 1_001);
    assert_eq!(levels(&list), levels(&whole));
}

#[test]
fn lines_out_of_which_secrets_are_taken_are_counted_as_dear_and_a_go_ends_among_them() {
    let said = |n: i64| LogLine::said(n, &format!("login user {n} password=hunter{n}"));
    let mut logs = Logs::new(64 << 20);
    logs.apply(&(0..600).map(said).collect::<Vec<_>>());
    let mut list = LogList::counting(LogFilter::parse("user").unwrap());
    let (mut goes, mut news) = (0, 600);
    while list.is_behind() || goes == 0 {
        let before = list.len(&logs);
        list.refresh_within(&logs, &mut Effort::new(200_000));
        assert!(list.len(&logs) - before < 150, "{} lines in a go that may take 0.2 ms", list.len(&logs) - before);
        // What comes meanwhile is not looked at all at once either.
        if goes % 4 == 0 && news < 1_000 {
            logs.apply(&(news..news + 100).map(said).collect::<Vec<_>>());
            news += 100;
        }
        goes += 1;
        assert!(goes < 1_000);
    }
    let found: Vec<i64> = list.forward(&logs, Default::default()).map(|key| key.at.0).collect();
    assert_eq!(found, (0..1_000).collect::<Vec<_>>());
    assert_eq!(list.levels(&logs, Moment(0), 1_000, 1).iter().flatten().sum::<u32>(), 1_000);
}

#[test]
fn a_secret_is_found_by_nobody_who_asks_for_it_and_hides_no_line() {
    let told = |raw: &str, fields: &[(&str, &str)]| LogLine {
        message: "login failed password=hunter2 for ana".into(),
        fields: fields.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect(),
        raw: raw.as_bytes().into(),
        ..line(1)
    };
    let json = r#"{"msg":"login failed password=hunter2 for ana","db_password":"hunter2"}"#;
    for line in [told(json, &[("db_password", "hunter2")]), told("", &[("db_password", "hunter2"), ("n", "1")])] {
        let mut logs = Logs::new(1 << 20);
        logs.apply(&[line]);
        let found = |text: &str| {
            let mut list = LogList::new(LogFilter::parse(text).unwrap());
            list.refresh(&logs);
            list.len(&logs)
        };
        for text in ["hunter2", "/hunter\\d/", "db_password=hunter2", "password=hunter2"] {
            assert_eq!((found(text), found(&format!("!{text}"))), (0, 1), "{text}");
        }
        for text in ["login", "ana", "db_password=.*", "/failed password/"] {
            assert_eq!(found(text), 1, "{text}");
        }
    }
}

#[test]
fn of_a_circuit_only_the_lines_of_its_own_caller_and_all_of_its_callee() {
    let said = |service: &str, address: &str| LogLine {
        service: Some(service.into()),
        instance: address.parse().ok(),
        ..line(1)
    };
    let mut logs = Logs::new(1 << 20);
    let (own, sibling) = (said("orders", "10.0.0.4:5002"), said("orders", "10.0.0.5:5002"));
    logs.apply(&[own, sibling, said("payments", "10.0.0.9:5005"), said("users", "10.0.0.1:5000")]);
    let only = ("orders".into(), "10.0.0.4:5002".parse().unwrap());
    let services = vec!["orders".into(), "payments".into()];
    let mut list = LogList::new(LogFilter { services, only: Some(only), keep_unknown: true, ..LogFilter::default() });
    list.refresh(&logs);
    let lines: Vec<String> = list
        .lines(&logs, LogKey::default())
        .filter_map(|(_, line)| line.instance.map(|address| address.text().to_owned()))
        .collect();
    assert_eq!(lines, ["10.0.0.4:5002", "10.0.0.9:5005"]);
}
