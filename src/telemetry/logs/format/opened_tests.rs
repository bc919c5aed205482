//! A message that opens a bracket goes on in its inside and in nothing else; and lines that are indented are of a fault as soon
//! as all before them told when they were written.

use super::cases::Cases;
use crate::domain::log::{Level, LogLine};

/// 2026-11-27T16:00:00Z.
const AT: Cases = Cases(1_795_795_200_000);

fn messages(lines: &[LogLine]) -> Vec<&str> {
    lines.iter().map(|line| line.message.trim()).collect()
}

#[test]
fn a_bracket_that_a_sentence_talks_about_is_no_open_one() {
    for head in [
        "bad template: Unexpected token {",
        "expected ] but found [",
        "missing (",
        "unmatched '[",
        "emoticon :(",
        "unbalanced {",
    ] {
        let text = format!(
            "2026-11-27 16:05:38 INFO up\n2026-11-27 16:05:39 ERROR {head}\nworker: reloading\nGET /x 200 5 ms - 5\n\
            {{\"level\":\"info\",\"msg\":\"own\"}}\n2026-11-27 16:05:40 INFO ok"
        );
        assert_eq!(messages(&AT.records(&text))[1..3], [head, "worker: reloading"], "{head}");
        assert_eq!(AT.records(&text).len(), 6, "{head}");
    }
}

#[test]
fn the_inside_of_a_bracket_is_of_its_message_though_it_has_a_shape_of_its_own() {
    for message in [
        "Validation failed: [\n  {\n    \"loc\": \"a\"\n  },\n\n  {\"loc\": \"b\"}\n]",
        "Validation failed: [\n  {\"loc\": \"b\", \"level\": \"info\"},\n  {\"loc\": \"c\", \"level\": \"info\"}\n]",
        "Request failed: (\n  url=/x status=500 took=5ms\n  status=500\n)",
        "cfg [\n1,\n2\n]",
        "payload {\"a\": \"}\", \"b\": {\n  \"c\": 1\n}}",
        "body {\n\"a\": 1,\n\"b\": \"x\"\n}",
    ] {
        let text = format!("2026-11-27 16:04:38 ERROR {message}\nprint after\n2026-11-27 16:04:39 INFO ok");
        for front in ["", "web-1  | "] {
            let text = text.lines().map(|line| format!("{front}{line}")).collect::<Vec<_>>().join("\n");
            let lines = AT.records(&text);
            let lines: Vec<_> = lines.into_iter().filter(|line| !line.message.is_empty()).collect();
            assert_eq!(messages(&lines), [message, "print after", "ok"], "{text}");
        }
    }
}

#[test]
fn the_second_line_of_a_file_may_go_on_as_any_later_one() {
    for head in [
        "2026-11-27 16:05:39 [warn] two",
        "2026-11-27 16:05:39 [main] WARN two",
        "[2026-11-27 16:05:39,1: WARNING/X] two",
    ] {
        let lines = AT.records(&format!("{head}\n  lines\n{head}\n  lines\n{head}"));
        assert_eq!(messages(&lines), ["two\n  lines", "two\n  lines", "two"], "{head}");
        // Behind a banner it takes some lines.
        let banner = "-- celery@vm\n".repeat(20);
        let lines = AT.records(&format!("{banner}{head}\n{head}\n  lines\n{head}"));
        assert_eq!(messages(&lines)[20..], ["two", "two\n  lines", "two"], "{head}");
        // What others print among the lines of a logger stays their own.
        let lines = AT.records(&format!("{banner}{head}\n  printed"));
        assert_eq!(messages(&lines)[20..], ["two", "printed"], "{head}");
    }
    for other in ["  --> GET /x 200 4ms 1b", " \u{2713} Compiled", " GET /x 200 in 5ms"] {
        assert_eq!(AT.records(&format!("2026-11-27 16:05:39 WARN two\n{other}")).len(), 2, "{other}");
    }
}

#[test]
fn what_rails_says_of_what_was_thrown_is_one_record_with_its_places() {
    let thrown = "NoMethodError (undefined method `total' for nil:NilClass):";
    let places = "app/models/order.rb:5:in `total'\napp/controllers/orders_controller.rb:12:in `show'";
    let next = "Started GET \"/orders/6\" for 10.0.0.1 at 2026-11-27 16:05:40 +0000";
    let tag = "[d1c8e5c7-0000-4000-8000-000000000001]";
    let tagged: String = places.lines().map(|line| format!("{tag} {line}\n")).collect();
    let front = "2026-11-27T16:05:39.127456 #123] FATAL -- :";
    let info = "I, [2026-11-27T16:05:40.123456 #123]  INFO -- :";
    // In production, with the tags of its request and without.
    for (text, message) in [
        (
            format!("F, [{front} {tag}   \n{tag} {thrown}\n{tag}   \n{tagged}{info} {tag} {next}"),
            format!("{tag} {thrown}"),
        ),
        (format!("F, [{front}   \n{thrown}\n  \n{places}\n{info} {next}"), thrown.to_owned()),
    ] {
        let lines = AT.records(&text);
        assert_eq!((lines.len(), lines[0].level, &*lines[0].message), (2, Level::Fatal, &*message), "{text}");
        assert_eq!(lines[0].error().map(str::trim), Some(places), "{text}");
    }
    // In development.
    let lines = AT.records(&format!("Completed 500 Internal Server Error in 12ms\n\n{thrown}\n  \n{places}\n{next}"));
    assert_eq!(messages(&lines), ["Completed 500 Internal Server Error in 12ms", thrown, next]);
    assert_eq!((lines[1].level, lines[1].error().map(str::trim)), (Level::Error, Some(places)));
    // Others.
    for text in ["Orders (3):", "Error (see below): x", "an Error (x):"] {
        assert_eq!(AT.record(text).level, Level::Unknown, "{text}");
    }
    for text in [
        format!("2026-11-27 16:05:39 ERROR {tag} failed\n{tag} printed"),
        format!("2026-11-27 16:05:39 INFO {tag}\n{tag} printed"),
        format!("F, [{front} {tag}\n[other] printed"),
    ] {
        assert_eq!(AT.records(&text).len(), 2, "{text}");
    }
}
