//! What stands in front of a text and is a time or a level, or only looks so: columns, how long something took, and what
//! pino-pretty writes as it is told to.

use super::cases::Cases;
use crate::domain::log::{Level, LogLine};

/// 2026-11-26T21:55:00Z.
const AT: Cases = Cases(1_795_730_100_000);

fn told(lines: &[LogLine]) -> Vec<(Level, &str)> {
    lines.iter().map(|line| (line.level, &*line.message)).collect()
}

/// The same text plain, and behind those who carry it.
fn carried(text: &str) -> Vec<String> {
    let behind = |front: &str| text.lines().map(|line| format!("{front}{line}")).collect::<Vec<_>>().join("\n");
    ["", "web-1  | ", "[pod/web-7d8f9c6b5-x2x4z/app] ", "0|web  | "].into_iter().map(behind).collect()
}

#[test]
fn of_columns_behind_a_time_a_level_is_one_and_no_column_is_lost() {
    AT.all(&[
        (
            "2026-11-26T20:00:00Z,api,error,\"text, with a comma\"",
            "2026-11-26T20:00:00.000Z error api,error,\"text, with a comma\" |",
        ),
        ("2026-11-26T20:00:00.123Z,ERROR,api,text", "2026-11-26T20:00:00.123Z error ERROR,api,text |"),
        ("2026-11-26 20:00:00,\"warn\",text", "2026-11-26T20:00:00.000Z warn \"warn\",text |"),
        ("2026-11-26 20:00:00,123,INFO,text", "2026-11-26T20:00:00.123Z info INFO,text |"),
        ("2026-11-26T20:00:00Z;api;WARN;text", "2026-11-26T20:00:00.000Z warn api;WARN;text |"),
        ("2026-11-26T20:00:00Z,api,text of an error", "2026-11-26T20:00:00.000Z unknown api,text of an error |"),
        ("2026-11-26T20:00:00Z,api,\"an, error, or\",x", "2026-11-26T20:00:00.000Z unknown api,\"an, error, or\",x |"),
        ("2026-11-26T20:00:00Z,a,b,c,d,e,error", "2026-11-26T20:00:00.000Z unknown a,b,c,d,e,error |"),
        ("2026-11-26T20:00:00Z,", "2026-11-26T20:00:00.000Z unknown  |"),
    ]);
}

#[test]
fn how_long_something_took_is_no_time_of_day() {
    for text in [
        "00:00:05 elapsed",
        "00:01:02 remaining of 00:05:00",
        "01:30:00 (total)",
        "00:00:05",
        "00:00:05.123 left",
        "00:00:05 / 00:10:00",
    ] {
        assert_eq!(AT.told(&AT.record(text)), format!("- unknown {text} |"));
        // Where others are times, too, as long as it can be told.
        let lines = AT.records(&format!("20:00:00 INFO up\n{text}"));
        let at = lines[1].at.rfc3339();
        assert_eq!(at == "2026-11-26T20:00:00.000Z", text.starts_with("00:"), "{text}: {at}");
    }
    AT.all(&[
        ("took 00:01:02", "- unknown took 00:01:02 |"),
        ("20:00:00 up", "2026-11-26T20:00:00.000Z unknown up |"),
        ("20:00:00 ERROR elapsed", "2026-11-26T20:00:00.000Z error elapsed |"),
        ("00:00:05 offline", "2026-11-26T00:00:05.000Z unknown offline |"),
        ("[00:00:05] total 7", "2026-11-26T00:00:05.000Z unknown total 7 |"),
        ("08:00:00 PM total 7", "2026-11-26T20:00:00.000Z unknown total 7 |"),
    ]);
}

#[test]
fn pino_pretty_is_read_with_the_level_first_and_with_the_name_alone() {
    for text in carried(
        "INFO [20:00:00.123] (15500): up\nERROR [20:00:01.123] (api/15500 on h): it failed\n    err: {\n      \"type\": \"Error\",\n      \
         \"message\": \"bad\",\n      \"stack\":\n          Error: bad\n              at a (/app/a.js:2:67)\n    }\n    code: \"E1\"\n\
         WARN [2026-11-26 20:00:02.123 +0000]: w\n    port: 1\n[20:00:03.123] INFO (api): n\n    port: 1\n[20:00:04.123] INFO (on h): h\n\
         [20:00:05.123] INFO (@acme/api): s\n\x1b[32mINFO\x1b[39m [20:00:06.123] (api/7): \x1b[36mc\x1b[39m\n    \x1b[35mport\x1b[39m: 1",
    ) {
        let lines = AT.records(&text);
        let (info, error, warn) = (Level::Info, Level::Error, Level::Warn);
        let wanted =
            [(info, "up"), (error, "it failed"), (warn, "w"), (info, "n"), (info, "h"), (info, "s"), (info, "c")];
        assert_eq!(told(&lines), wanted, "{text}");
        let at: Vec<_> = lines.iter().map(|line| line.at.0 - 1_795_723_200_123).collect();
        assert_eq!(at, [0, 1_000, 2_000, 3_000, 4_000, 5_000, 6_000], "{text}");
        let field = |place: usize, key: &str| {
            lines[place].fields.iter().find(|(name, _)| &**name == key).map(|(_, told)| told.to_string())
        };
        let of = |text: &str| Some(text.to_owned());
        assert_eq!((field(0, "pid"), field(1, "host"), field(1, "code")), (of("15500"), of("h"), of("E1")), "{text}");
        assert_eq!((lines[1].error(), field(2, "port"), field(3, "port")), (Some("bad"), of("1"), of("1")), "{text}");
        assert_eq!((field(4, "host"), field(6, "port")), (of("h"), of("1")), "{text}");
        if !text.starts_with(['w', '0']) {
            let services: Vec<_> = lines.iter().map(|line| line.service.as_deref()).collect();
            // What tells no name is of what the pod in front of it is run for.
            let own = text.starts_with("[pod/").then_some("web");
            assert_eq!(services, [own, Some("api"), own, Some("api"), own, Some("@acme/api"), Some("api")], "{text}");
        }
    }
    AT.all(&[
        ("INFO [20:00:00] up", "2026-11-26T20:00:00.000Z info up |"),
        ("INFO [20:00:00 x] up", "- info [20:00:00 x] up |"),
        ("[20:00:00.123] INFO (two words): x", "2026-11-26T20:00:00.123Z info (two words): x |"),
        ("[20:00:00.123] INFO (a/b): x", "2026-11-26T20:00:00.123Z info (a/b): x |"),
        ("[20:00:00.123] INFO (): x", "2026-11-26T20:00:00.123Z info (): x |"),
    ]);
}
