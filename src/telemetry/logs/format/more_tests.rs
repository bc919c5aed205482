//! What a logger, or what was thrown, says in more lines than one is one record; what others print among them is not of it.

use std::sync::Arc;
use std::time::Duration;

use super::cases::Cases;
use crate::domain::log::{Level, LogLine, LogSource};
use crate::domain::time::Moment;
use crate::telemetry::logs::reader::Reader;

/// 2026-11-27T13:00:00Z.
const AT: Cases = Cases(1_795_784_400_000);

/// How wrong things go, and what of it is of the first line.
const PYDANTIC: &str = "Traceback (most recent call last):\n  File \"/x/a.py\", line 3, in x\n    User()\n\
    pydantic_core._pydantic_core.ValidationError: 2 validation errors for User\nname\n  \
    Field required [type=missing, input_value={}, input_type=dict]\n    \
    For further information visit https://errors.pydantic.dev/2.5/v/missing\nitems.0.age\n  \
    Input should be a valid integer [type=int_parsing, input_value='x', input_type=str]";
const SQLALCHEMY: &str = "Traceback (most recent call last):\n  File \"/x/base.py\", line 1964, in run\n    execute()\n\
    psycopg2.errors.UniqueViolation: duplicate key\nDETAIL:  Key (id)=(9) already exists.\n\n\n\
    The above exception was the direct cause of the following exception:\n\n\
    Traceback (most recent call last):\n  File \"/x/app.py\", line 1473, in app\n    dispatch()\n\
    sqlalchemy.exc.IntegrityError: (psycopg2.errors.UniqueViolation) duplicate key\nDETAIL:  Key (id)=(9) already exists.\n\n\
    [SQL: INSERT INTO orders\nVALUES (%(id)s)\nRETURNING id]\n[parameters: {'id': 9}]\n\
    (Background on this error at: https://sqlalche.me/e/20/gkpj)";
const SYNTAX: &str = "Traceback (most recent call last):\n  File \"/x/a.py\", line 3, in x\n    run()\n\
    psycopg2.errors.UndefinedTable: relation \"x\" does not exist\nLINE 1: SELECT * FROM x\n                      ^\n\
    HINT:  Create it.";
const LOOP: &str = "future: <Task finished name='Task-2' coro=<m() done, defined at /a.py:15> exception=KeyError('t')>\n\
    Traceback (most recent call last):\n  File \"/a.py\", line 15, in b\nKeyError: 't'";
const BANNER: &str = "\n***************************\nAPPLICATION FAILED TO START\n***************************\n\nDescription:\n\n\
    Web server failed to start. Port 8080 was already in use.\n\nAction:\n\nIdentify and stop it.\n";

/// What a logger says before.
const LOGGED: &str = "2026-11-27 11:59:50 INFO shop up\n2026-11-27 11:59:51 INFO shop up\n2026-11-27 11:59:52 INFO shop up\n\
    2026-11-27 11:59:53 INFO shop up\n";

/// The same text plain, and behind those who carry it.
fn carried(text: &str) -> Vec<String> {
    let behind = |front: &str| text.lines().map(|line| format!("{front}{line}")).collect::<Vec<_>>().join("\n");
    let json =
        |line| serde_json::json!({"log": format!("{line}\n"), "stream": "stderr", "time": "2026-11-27T09:00:09Z"});
    let docker = text.lines().map(|line| json(line).to_string()).collect::<Vec<_>>().join("\n");
    let fronts = [
        "",
        "web-1  | ",
        "web-1  | 2026-11-27T12:00:09.5Z ",
        "[pod/web-7d8f9c6b5-x2x4z/app] ",
        "2026-11-27T12:00:09.5Z stdout F ",
        "2026-11-27T12:00:09.5Z ",
    ];
    fronts.into_iter().map(behind).chain([docker]).collect()
}

fn told(lines: &[LogLine]) -> Vec<(Level, &str)> {
    lines.iter().map(|line| (line.level, &*line.message)).collect()
}

#[test]
fn what_stands_behind_what_python_threw_is_of_its_trace() {
    for trace in [PYDANTIC, SQLALCHEMY, SYNTAX] {
        for head in ["2026-11-27 12:00:00,123 ERROR shop bad", "ERROR:shop:bad"] {
            for text in carried(&format!("{head}\n{trace}\n2026-11-27 12:00:01,123 INFO shop ok\n{head}\n{trace}")) {
                let lines = AT.records(&text);
                let errors: Vec<_> = lines.iter().map(LogLine::error).collect();
                assert_eq!(errors, [Some(trace), None, Some(trace)], "{text}: {:?}", told(&lines));
            }
        }
        // By itself, too.
        for text in carried(&format!("{trace}\n2026-11-27 12:00:01,123 INFO shop ok")) {
            let lines = AT.records(&text);
            assert_eq!((lines.len(), lines[0].level), (2, Level::Error), "{text}: {:?}", told(&lines));
        }
    }
}

#[test]
fn what_asyncio_says_of_a_task_is_of_its_record() {
    for head in ["2026-11-27 12:00:00,123 ERROR asyncio Task", "ERROR:asyncio:Task", "Task"] {
        let text = format!("{head} exception was never retrieved\n{LOOP}\n2026-11-27 12:00:01,123 INFO shop ok");
        for text in carried(&text) {
            let lines = AT.records(&text);
            assert_eq!((lines.len(), lines[0].level), (2, Level::Error), "{text}: {:?}", told(&lines));
            assert!(lines[0].message.contains("never retrieved\nfuture: <Task finished"), "{text}: {:?}", told(&lines));
            assert_eq!(lines[0].error(), LOOP.split_once('\n').map(|(_, trace)| trace), "{text}");
        }
    }
    let text = "ERROR:asyncio:Unclosed client session\nclient_session: <aiohttp.client.ClientSession object at 0x7f>\n\
        source_traceback: Object created at (most recent call last):\n  File \"/a.py\", line 2, in <module>\n    run()";
    assert_eq!(told(&AT.records(text)).len(), 1);
}

#[test]
fn the_lines_of_a_message_behind_a_time_and_a_level_are_one_record() {
    let next = "2026-11-27 12:00:08.000  INFO 1 --- [main] c.s.A : after";
    let head = "2026-11-27 12:00:07.000 ERROR 1 --- [main] o.s.b.d.LoggingFailureAnalysisReporter   : ";
    for text in carried(&format!("{head}\n{BANNER}\n{next}")) {
        let lines = AT.records(&text);
        let wanted = "APPLICATION FAILED TO START\n***************************\n\nDescription:\n\n\
            Web server failed to start. Port 8080 was already in use.\n\nAction:\n\nIdentify and stop it.";
        assert_eq!(told(&lines), [(Level::Error, wanted), (Level::Info, "after")], "{text}");
    }
    for text in carried(&format!(
        "{LOGGED}2026-11-27 12:24:15,357 WARNING shop dict {{\n  \"a\": 1\n}}\n2026-11-27 12:24:15,361 ERROR shop chain\n\
        Traceback (most recent call last):\n  File \"/p.py\", line 8, in <module>\n    f()\nValueError: two\n  lines of message\n\
        2026-11-27 12:24:16,361 ERROR shop ERROR: duplicate key\n  Detail: Key (id)=(9) already exists.",
    )) {
        let lines = AT.records(&text).split_off(4);
        let wanted = [
            (Level::Warn, "shop dict {\n  \"a\": 1\n}"),
            (Level::Error, "shop chain"),
            (Level::Error, "shop ERROR: duplicate key\n  Detail: Key (id)=(9) already exists."),
        ];
        assert_eq!(told(&lines), wanted, "{text}");
        assert!(lines[1].error().is_some_and(|stack| stack.ends_with("ValueError: two\n  lines of message")), "{text}");
    }
}

#[test]
fn what_is_printed_once_a_message_is_whole_is_its_own() {
    let head = "2026-11-27 12:00:00,123 WARN";
    for (text, wanted) in [
        (format!("{head} shop payload {{\n\"a\": 1\n}}\nlistening\nshipped"), [3, 2]),
        (format!("{head} shop all {{\n  \"a\": 1\n}}\n\nlistening\nshipped"), [3, 2]),
        (format!("{head}\nof it\nlistening"), [2, 1]),
    ] {
        for text in carried(&text) {
            let lines = AT.records(&text);
            let of_others = lines.iter().filter(|line| line.level == Level::Unknown).count();
            assert_eq!([lines.len(), of_others], wanted, "{text}: {:?}", told(&lines));
        }
    }
}

#[test]
fn what_others_print_between_the_lines_of_a_logger_is_their_own() {
    let error = "2026-11-27 12:00:00,123 ERROR shop bad";
    for (below, count) in [
        // What is not indented may be anybody's.
        ("Listening on port 8080", 2),
        ("  user=bob trace_id=4bf92f3577b34da6a3ce929d0e0e4736", 2),
        // Of a line that is no fault only what is surely of it.
        ("INFO:shop:ok\ncopied", 3),
        ("Hibernate: select 1", 2),
        ("/p.py:11: DeprecationWarning: dep", 2),
        ("{\"a\":1}", 2),
        ("GET /orders 500 12.3 ms - 15", 2),
        ("panic: boom", 2),
        ("ERROR: another", 2),
    ] {
        for text in carried(&format!("{LOGGED}{error}\n{below}")) {
            assert_eq!(AT.records(&text).len(), 4 + count, "{text}");
        }
    }
    // Where a level alone stands in front, the next line may be anybody's.
    assert_eq!(AT.records("ERROR: build failed\nsee the log").len(), 2);
    // One line alone with a time and a level is no habit yet, and a script that prints more than the logger is not swallowed.
    assert_eq!(AT.records(&format!("{error}\nstep 1\nstep 2")).len(), 3);
    let script = "2026-11-27 12:00:00,123 INFO shop ok\nstep\n".repeat(10);
    for text in carried(&format!("{script}{error}\nstep 10\nstep 11")) {
        assert_eq!(AT.records(&text).len(), 23, "{text}");
    }
    // However much comes, it ends.
    let lines = AT.records(&format!("{LOGGED}{error}\n{}", "  more\n".repeat(100)));
    assert_eq!((lines.len(), lines[4].message.lines().count()), (41, 65));
}

#[test]
fn a_time_as_carriers_have_it_is_the_lines_own_where_what_follows_has_none() {
    let zoned = LOGGED.replace(" INFO", "Z INFO").replace("27 ", "27T");
    let behind = |front: &str, text: &str| text.lines().map(|line| format!("{front}{line}\n")).collect::<String>();
    let message = "2026-11-27T12:00:00.123456Z ERROR shop: bad\n  more of it\n  Description:\n  and more\n2026-11-27T12:00:01Z INFO shop: ok";
    for front in ["", "a-1  | ", "2026-11-27T12:00:09.5Z stdout F ", "2026-11-27T12:00:09.5Z "] {
        let lines = AT.records(&behind(front, &format!("{zoned}{message}")));
        let wanted = [(Level::Error, "shop: bad\n  more of it\n  Description:\n  and more"), (Level::Info, "shop: ok")];
        let told: Vec<_> =
            lines.iter().filter(|line| !line.message.is_empty()).map(|line| (line.level, &*line.message)).collect();
        assert_eq!(told[4..], wanted, "{front}");
    }
    // That of a carrier stands before each line, and tells nothing of those that are one.
    let script = "INFO: ok\nINFO: ok\nINFO: ok\nINFO: ok\nERROR: build failed\nsee the log";
    for front in ["2026-11-27T12:00:09.5Z ", "a-1  | 2026-11-27T12:00:09.5Z "] {
        assert_eq!(AT.records(behind(front, script).trim_end()).len(), 6, "{front}");
    }
}

#[test]
fn lines_of_other_writers_are_not_of_a_message() {
    let one = LOGGED.lines().map(|line| format!("a-1  | {line}\n")).collect::<String>();
    let text = format!("{one}a-1  | 2026-11-27 12:00:00,123 ERROR bad\nb-1  | other\na-1  |   more\nb-1  | other");
    let lines = AT.records(&text).split_off(4);
    assert_eq!(told(&lines), [(Level::Error, "bad\n  more"), (Level::Unknown, "other"), (Level::Unknown, "other")]);
    let text =
        "2026-11-27T12:00:09.1Z stdout F 2026-11-27 12:00:00,123 ERROR bad\n2026-11-27T12:00:09.2Z stderr F other";
    assert_eq!(AT.records(text).len(), 2);
}

#[test]
fn of_a_stream_a_message_ends_as_soon_as_it_is_quiet() {
    let (mut reader, mut lines) = (Reader::new(LogSource::Stdin, Arc::default()), Vec::new());
    let mut say = |text: &str| {
        reader.read(text.as_bytes(), text.len(), Moment(AT.0), |line| lines.push(line));
        if text.starts_with("  more") {
            lines.extend(reader.settle(Moment(AT.0 + 60), Duration::from_millis(60)));
        }
    };
    LOGGED.lines().for_each(&mut say);
    ["2026-11-27 12:00:00,123 ERROR bad", "  more of it", "script"].into_iter().for_each(&mut say);
    reader.end(Moment(AT.0), |line| lines.push(line));
    assert_eq!(told(&lines[4..]), [(Level::Error, "bad\n  more of it"), (Level::Unknown, "script")]);
}
