//! The log pane under a person's hands: search beside the filter, jumps in time, a line as a tree, columns, saving.

use keepwatch::{
    app::{Effect, Msg, screen::Screen, selection::Selection},
    domain::{
        fact::Fact,
        log::{Level, LogFormat, LogLine, LogSource},
        time::Moment,
    },
};

use crate::{
    common::{journey::Journey, shop},
    keep,
};

/// The moment of the row under the cursor.
fn at(journey: &Journey) -> Option<Moment> {
    journey.model.screens.logs.on.map(|on| on.at)
}

fn filtered(journey: &Journey) -> u64 {
    journey.model.screens.logs.list.len(&journey.model.world.logs)
}

/// A line that came as JSON.
fn json(at: Moment, status: u16) -> LogLine {
    let raw = format!(
        r#"{{"level":"error","msg":"charge refused","status":{status},"zip":"01234","retry":false,"order":{{"id":9871,"token":"hunter2"}},"peer":"127.0.0.9:5005"}}"#
    );
    LogLine {
        message: "charge refused".into(),
        fields: vec![("status".into(), status.to_string().into()), ("order.id".into(), "9871".into())],
        source: LogSource::File("/var/log/orders.log".into()),
        format: LogFormat::Json,
        raw: raw.as_bytes().into(),
        ..shop::line(at, Level::Error, "orders-service", "127.0.0.4:5002", "", None)
    }
}

#[test]
fn a_search_marks_and_jumps_and_hides_nothing() {
    let mut journey = Journey::incident();
    journey.press("5");
    let all = filtered(&journey);
    journey.press("f").type_in("charge");
    journey.shows("4 hits").shows("order taken");
    journey.press("Enter").shows("find charge  hit 4 of 4").shows("order taken");
    assert_eq!(filtered(&journey), all, "nothing is hidden");
    journey.press("N N").shows("hit 2 of 4");
    keep("logs-search", &journey.screen());
    journey.press("n").shows("hit 3 of 4");
    journey.press("N N N").shows("hit 1 of 4").shows("No older line has `charge`");
    journey.press("Esc").shows_no("find charge");
    assert_eq!(journey.model.screen, Screen::Logs);
}

#[test]
fn a_search_works_among_filtered_lines_and_while_the_picture_is_held() {
    let mut journey = Journey::incident();
    journey.press("5 /").type_in("service:orders").press("Enter");
    journey.press("f").type_in("/take[n]|rebuilt/").press("Enter").shows("hit 12 of 12");
    journey.press("Space");
    let now = journey.model.now;
    journey.tell([Fact::Logs(vec![shop::line(now, Level::Info, "orders-service", "127.0.0.4:5002", "taken", None)])]);
    journey.shows("hit 12 of 12").press("N").shows("hit 11 of 12").shows("HELD");
    journey.press("Space").shows("hit 11 of 13");
    journey.press("Esc").shows_no("hit").shows("service:orders");
}

#[test]
fn a_search_that_finds_nothing_or_cannot_be_read_says_so() {
    let mut journey = Journey::shop();
    journey.press("5 f").type_in("nowhere").press("Enter").shows("0 hits").shows("Nothing here has `nowhere`");
    journey.press("f").press("C-u").type_in("status>=high").shows("a number is expected");
    journey.press("Enter").shows("a number is expected");
    assert!(!journey.model.overlays.is_empty(), "it stays open");
    journey.press("Esc").shows("find nowhere");
}

#[test]
fn an_event_of_the_story_is_a_hit_like_a_line() {
    let mut journey = Journey::incident();
    journey.press("5 f").type_in("\"breaker open\"").press("Enter");
    let on = journey.model.screens.logs.on.expect("a hit");
    assert_eq!(on.log(), None, "it is an event");
    journey.shows("hit 2 of 2");
}

#[test]
fn times_are_gone_to_as_they_are_typed() {
    let mut journey = Journey::incident();
    let now = journey.model.now;
    journey.press("5 @").type_in("-1m").shows("before this");
    keep("logs-go-to", &journey.screen());
    journey.press("Enter");
    let there = at(&journey).expect("a row");
    // A minute before the newest line, which is two seconds old.
    assert!(there >= now.plus(-62_000) && there < now.plus(-50_000), "{}", there.rfc3339());
    journey.press("@").type_in("+15s").press("Enter");
    assert!(at(&journey).is_some_and(|then| then >= there.plus(15_000)));
    journey.press("@").type_in("first").press("Enter");
    assert!(at(&journey).is_some_and(|first| first < there));
    let clock = now.plus(-30_000).rfc3339();
    journey.press("@").type_in(&clock[11..19]).press("Enter");
    assert!(at(&journey).is_some_and(|at| at >= now.plus(-30_000) && at < now));
    journey.press("@").type_in("+9h").press("Enter").shows("this is the newest");
    journey.press("@").type_in("-9h").press("Enter").shows("this is the oldest");
    journey.press("@").type_in("noon").shows("`noon` is no time").press("Enter").shows("`noon` is no time");
    journey.press("Esc :").type_in("at now").press("Enter");
    assert_eq!(at(&journey), None, "live again");
}

#[test]
fn errors_minutes_and_hours_are_walked() {
    let mut journey = Journey::incident();
    journey.press("5 E").shows("▸");
    let mut seen = vec![at(&journey).expect("the newest error")];
    for _ in 0..3 {
        journey.press("E");
        seen.push(at(&journey).expect("an error"));
    }
    assert!(seen.windows(2).all(|two| two[1] < two[0]), "{seen:?}");
    journey.press("E").shows("No error before this");
    journey.press("e e");
    assert_eq!(at(&journey), Some(seen[1]));
    journey.press("[");
    let minute = at(&journey).expect("a row");
    assert!(minute < seen[1] && minute.0.div_euclid(60_000) <= seen[1].0.div_euclid(60_000));
    journey.press("]");
    assert!(at(&journey).is_none_or(|next| next > minute));
    journey.press("{ {").shows("This is the oldest");
    // No hour follows: it stays, at the newest, and says so.
    journey.press("}").shows("this is the newest");
}

#[test]
fn a_line_is_a_tree_whose_parts_can_be_asked_for_and_copied() {
    let mut journey = Journey::incident();
    let now = journey.model.now;
    journey.tell([Fact::Logs(vec![json(now, 504), json(now.plus(1), 502)])]);
    journey.press("5 Enter").shows("order").shows("▾ 2 keys").shows("\"01234\"").shows_no("hunter2");
    journey.press("j j j").shows("= only these");
    keep("logs-tree", &journey.screen());
    journey.press("y");
    assert_eq!(journey.asked().pop(), Some(Effect::Copy("502".into())));
    let before = filtered(&journey);
    journey.press("=");
    assert_eq!((journey.model.screens.logs.filter.as_str(), filtered(&journey)), ("status=\"502\"", 1));
    journey.press("!");
    assert_eq!(journey.model.screens.logs.filter, "status=\"502\" !status=\"502\"");
    journey.press("Esc");
    assert_eq!(filtered(&journey), before);
}

#[test]
fn parts_fold_and_lead_to_instances() {
    let mut journey = Journey::incident();
    let now = journey.model.now;
    journey.tell([Fact::Logs(vec![json(now, 504)])]);
    journey.press("5 Enter j j j j j j").shows("▾ 2 keys");
    journey.press("Enter").shows("▸ 2 keys").press("l").shows("▾ 2 keys").press("h").shows("▸ 2 keys");
    journey.press("j").shows("Enter go").press("Enter");
    assert_eq!(journey.model.screen, Screen::Balancer);
    assert_eq!(journey.model.selection, Selection::Instance(shop::id("payments-service", "127.0.0.9:5005")));
}

#[test]
fn below_the_last_part_is_the_next_line_and_above_the_first_the_line_itself() {
    let mut journey = Journey::incident();
    journey.press("5 k k Enter j");
    assert_eq!(journey.model.screens.logs.tree.on, Some(0));
    journey.press("k");
    assert_eq!((journey.model.screens.logs.tree.on, journey.model.screens.logs.open), (None, true));
    let line = journey.model.screens.logs.on;
    journey.press("j j j j j j j j j j");
    assert!(journey.model.screens.logs.on > line || journey.model.screens.logs.on.is_none());
    assert!(!journey.model.screens.logs.open);
}

#[test]
fn columns_are_chosen_and_kept() {
    let mut journey = Journey::incident();
    let now = journey.model.now;
    journey.tell([Fact::Logs(vec![json(now, 504)])]);
    journey.press("5 c").shows("time level source message trace").press("C-u");
    journey.type_in("time level service status:6 mess").shows("message").press("Tab").type_in(" thre").press("Tab");
    journey.shows("time level service status:6 message thread");
    journey.press("Enter");
    assert_eq!(journey.asked().pop(), Some(Effect::KeepColumns("time level service status:6 message thread".into())));
    journey.shows("504").shows("worker-1");
    keep("logs-columns", &journey.screen());
    journey.press("c").type_in(" time").shows("`time` is there twice").press("Enter");
    assert!(!journey.model.overlays.is_empty(), "it stays open");
    journey.press("Esc :").type_in("columns standard").press("Enter");
    assert_eq!(journey.asked().pop(), Some(Effect::KeepColumns(String::new())));
    journey.shows_no("worker-1");
}

#[test]
fn a_display_that_only_shows_keeps_its_columns_when_it_is_told_to() {
    let mut journey = Journey::read_only();
    journey.press("5 :").type_in("columns time message").press("Enter").shows("For this run only");
    assert!(journey.asked().is_empty());
    journey.press("c C-s");
    assert_eq!(journey.asked().pop(), Some(Effect::KeepColumns("time message".into())));
}

#[test]
fn what_is_filtered_is_saved_piece_by_piece() {
    let mut journey = Journey::incident();
    let now = journey.model.now;
    let many = (0..2_500).map(|n| {
        let text = format!("flood {n}");
        let line = shop::line(now.plus(-3_000 + n), Level::Warn, "mailer", "127.0.0.9:5006", &text, None);
        // The first came by OTLP, the others as text.
        LogLine { format: if n == 0 { LogFormat::Otlp } else { LogFormat::Plain }, ..line }
    });
    journey.tell([Fact::Logs(many.collect())]);
    journey.press("5 /").type_in("flood").press("Enter S").shows("2,500 lines of `flood` from info on");
    keep("logs-save", &journey.screen());
    // What is typed takes the place of the name that was proposed, and one that was touched is changed.
    journey.press("Left Right").type_in("x").shows(".logx").press("Esc S");
    journey.type_in("/tmp/flood.log").press("Enter");
    let mut saved = String::new();
    let mut pieces = 0;
    while let Some(Effect::Save { path, first, text }) = journey.asked().pop() {
        assert_eq!((&*path, first), ("/tmp/flood.log", (pieces == 0).then_some(false)));
        saved.push_str(&text);
        pieces += 1;
        journey.send(Msg::Saved(Ok(())));
    }
    let lines: Vec<_> = saved.lines().collect();
    let told = "time=2026-11-25T14:02:18.000Z level=warn service=mailer instance=127.0.0.9:5006 msg=\"flood 0\" thread=worker-1";
    assert_eq!((pieces, lines.len(), lines[0], lines[2_499]), (3, 2_500, told, "flood 2499"));
    journey.shows("Saved 2,500 lines of `flood`").shows("to /tmp/flood.log, as they came, those of OTLP as keys and");
}

#[test]
fn a_file_that_is_there_is_written_over_only_when_that_is_said_and_json_is_json() {
    let mut journey = Journey::shop();
    journey.press("5 :").type_in("save ! /tmp/x.jsonl").press("Enter");
    match journey.asked().pop() {
        Some(Effect::Save { first: Some(true), text, .. }) => {
            let first: serde_json::Value = serde_json::from_str(text.lines().next().unwrap_or("")).expect("JSON");
            assert_eq!((&first["kind"], &first["message"]), (&"log".into(), &"order taken".into()));
        }
        other => panic!("not saved: {other:?}"),
    }
    journey.press(":").type_in("save /tmp/y.log").press("Enter").shows("is still being written");
    journey.send(Msg::Saved(Err("/tmp/x.jsonl: no permission to write there.".into())));
    journey.shows("Not saved: /tmp/x.jsonl: no permission to write there.");
    journey.press(":").type_in("save !").press("Enter").shows("the name of a file is missing");
}

#[test]
fn events_stay_among_severe_lines() {
    let mut journey = Journey::incident();
    journey.press("5").shows("EVENT").press("/").type_in("level>=error").press("Enter").shows("EVENT");
    journey.press("/ C-u").type_in("level>=error nowhere-said").press("Enter").shows_no("EVENT");
}

#[test]
fn every_size_has_room_for_all_of_it() {
    let mut journey = Journey::incident();
    let now = journey.model.now;
    journey.tell([Fact::Logs(vec![json(now, 504)])]);
    for keys in ["5", "f c h a r g e Enter", "Enter j j j", "c", "Esc S", "Esc @ x"] {
        journey.press(keys);
        for (width, height) in [(160, 48), (100, 30), (80, 24), (60, 15), (40, 10), (20, 6)] {
            journey.size(width, height).look();
        }
        journey.size(160, 48);
    }
}
