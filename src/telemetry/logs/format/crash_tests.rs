//! What programs write as they end is found by its level, and stands in one record with its trace.

use super::cases::Cases;
use crate::domain::log::Level;

const AT: Cases = Cases(0);

const CRASHES: &[(&str, Level)] = &[
    (
        "thread 'main' (17) panicked at src/main.rs:2:5:\nboom\nnote: run with `RUST_BACKTRACE=1` environment variable\n\
         stack backtrace:\n   0: std::x\n             at /src/x.rs:1:2",
        Level::Fatal,
    ),
    ("thread 'worker-1' panicked at 'boom', src/main.rs:2:5\nnote: run with x", Level::Error),
    (
        "thread 'main' panicked at src/main.rs:2:5:\nassertion `left == right` failed\n  left: 1\n right: 2",
        Level::Fatal,
    ),
    ("Exception in thread \"main\" java.lang.RuntimeException: x\n\tat a.B.c(B.java:7)\n\t... 3 more", Level::Fatal),
    ("Exception in thread \"pool-1-thread-7\" java.lang.RuntimeException: x\n\tat a.B.c(B.java:7)", Level::Error),
    ("Unhandled exception. System.NullReferenceException: x\n   at A.B() in /src/A.cs:line 7", Level::Fatal),
    (
        "fatal error: all goroutines are asleep - deadlock!\ngoroutine 1 [running]:\nmain.main()\n\t/m.go:7 +0x1d",
        Level::Fatal,
    ),
    ("panic: boom\ngoroutine 1 [running]:\nmain.main()", Level::Fatal),
    (
        "PHP Fatal error:  Uncaught Exception: boom in /a.php:3\nStack trace:\n#0 /a.php(7): f()\n#1 {main}\n  thrown in /a.php on line 3",
        Level::Fatal,
    ),
    (
        "Fatal error: Uncaught Exception: boom in /a.php:3\nStack trace:\n#0 {main}\n  thrown in /a.php on line 3",
        Level::Fatal,
    ),
    (
        "Unhandled exception. System.X: x\n   at A.B()\n--- End of stack trace from previous location ---\n   at C.D()",
        Level::Fatal,
    ),
    ("java.lang.IllegalStateException: bad\n\tat a.B.c(B.java:7)\nCaused by: x.Y: z", Level::Error),
    ("Traceback (most recent call last):\n  File \"/a.py\", line 7, in f\n    g()\nValueError: no", Level::Error),
    ("TypeError: no\n    at f (file.js:1:2) {\n  code: 'ENOENT'\n}", Level::Error),
    ("app.rb:3:in 'foo': boom (RuntimeError)\n\tfrom app.rb:6:in 'bar'\n\tfrom app.rb:9:in '<main>'", Level::Error),
];

#[test]
fn what_ends_a_program_is_one_record_of_its_level_wherever_it_comes() {
    for (crash, level) in CRASHES {
        let (head, rest) = crash.split_once('\n').unwrap();
        for before in ["", "07:00:07 INFO up\n", "plain line\n"] {
            let lines = AT.records(&format!("{before}{crash}\n07:00:08 INFO next"));
            let at = usize::from(!before.is_empty());
            assert_eq!(lines.len(), at + 2, "{before}{crash}: {lines:#?}");
            // The word that is a level is none of the message.
            assert_eq!(
                (lines[at].level, &*lines[at].message),
                (*level, head.trim_start_matches("panic: ")),
                "{before}{crash}"
            );
            assert_eq!(lines[at].error(), Some(rest), "{before}{crash}");
            assert!(at == 0 || lines[0].error().is_none() && lines[0].level <= Level::Info, "{before}{crash}");
        }
    }
}

#[test]
fn what_an_error_line_tells_stays_its_trace_and_what_ends_a_program_does_not() {
    for (crash, level) in CRASHES {
        let lines = AT.records(&format!("07:00:07 ERROR failed\n{crash}\n07:00:08 INFO next"));
        let is_own = ["thread", "Exception in", "Unhandled", "fatal", "panic", "app.rb", "PHP", "Fatal"]
            .iter()
            .any(|it| crash.starts_with(it));
        assert_eq!((lines.len(), lines[0].level), (2 + usize::from(is_own), Level::Error), "{crash}");
        assert_eq!(lines[1].level, if is_own { *level } else { Level::Info }, "{crash}");
    }
}

#[test]
fn what_php_logs_is_one_record_behind_its_own_time() {
    let lines = AT.records(
        "[26-Nov-2026 07:00:00 UTC] PHP Fatal error:  Uncaught Exception: boom in /a.php:3\nStack trace:\n#0 {main}\n  thrown in /a.php on line 3\n\
         [26-Nov-2026 07:00:01 UTC] PHP Warning:  slow\n[26-Nov-2026 07:00:02 UTC] up",
    );
    let told: Vec<_> = lines.iter().map(|line| (line.level, line.at.0 % 60_000, line.error().is_some())).collect();
    assert_eq!(told, [(Level::Fatal, 0, true), (Level::Warn, 1_000, false), (Level::Unknown, 2_000, false)]);
    assert_eq!((&*lines[2].message, lines[0].message.starts_with("PHP Fatal")), ("up", true));
}

#[test]
fn an_empty_line_within_a_trace_is_of_it_in_every_frame() {
    let docker = |line: &str| {
        serde_json::json!({"log": format!("{line}\n"), "stream": "stderr", "time": "2026-11-23T06:30:00Z"}).to_string()
    };
    let cri = |line: &str| format!("2026-11-23T06:30:00Z stderr F {line}");
    for trace in [
        "\tat a.B.c(B.java:7)\n\nCaused by: x.Y: z\n\tat d.E.f(E.java:1)",
        "Traceback (most recent call last):\n  File \"x\", line 1\n\nValueError: x",
        "Traceback (most recent call last):\n  File \"x\"\nKeyError: 'a'\n\nDuring handling of the above exception, another exception \
         occurred:\n\nTraceback (most recent call last):\n  File \"y\"\nValueError: x",
    ] {
        let text = format!("ERROR boom\n{trace}\n\nINFO next");
        let framed = |frame: &dyn Fn(&str) -> String| text.lines().map(frame).collect::<Vec<_>>().join("\n");
        for text in [text.clone(), framed(&docker), framed(&cri)] {
            let lines = AT.records(&text);
            let told: Vec<_> = lines.iter().map(|line| &*line.message).collect();
            assert_eq!((told, lines[0].error()), (vec!["boom", "next"], Some(trace)), "{text}");
            let raw: Vec<&str> = text.lines().take(1 + trace.lines().count()).collect();
            assert_eq!(&*lines[0].raw, raw.join("\n").as_bytes());
        }
    }
}

#[test]
fn what_may_head_a_trace_stays_in_its_place_among_the_lines_of_the_other_stream() {
    let lines = AT.records(concat!(
        "2026-11-23T06:30:00Z stderr F ERROR boom\n2026-11-23T06:30:01Z stderr F Mailer: sent\n",
        "2026-11-23T06:30:02Z stdout F {\"msg\":\"later\"}\n2026-11-23T06:30:03Z stderr F INFO last",
    ));
    assert_eq!(lines.iter().map(|line| &*line.message).collect::<Vec<_>>(), ["boom", "Mailer: sent", "later", "last"]);
}

#[test]
fn what_go_panics_anew_and_what_elixir_and_rubys_logger_write_of_a_fault_is_one_record() {
    for front in ["", "orders-1  | ", "2026-11-20T10:00:00.123Z "] {
        for (trace, level) in [
            (
                "panic: boom [recovered]\n\tpanic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:12 +0x1d",
                Level::Fatal,
            ),
            (
                "10:00:00.100 [error] GenServer Shop.Orders terminating\n** (RuntimeError) boom\n    (shop 0.1.0) lib/shop.ex:7: \
                 Shop.Orders.handle_call/3\n    (stdlib 4.2) gen_server.erl:1149: :gen_server.try_handle_call/4\n\
                 Last message (from #PID<0.123.0>): :go\nState: %{}",
                Level::Error,
            ),
            ("** (RuntimeError) boom\n    lib/shop.ex:7: Shop.run/0", Level::Error),
            (
                "E, [2026-11-20T10:00:00.100000 #7] ERROR -- : boom (RuntimeError)\n/app/a.rb:3:in `f'\n/app/a.rb:9:in '<main>'",
                Level::Error,
            ),
        ] {
            // What has a time of its own is read by others there.
            if front.starts_with("2026") && trace.starts_with("10:") || !front.is_empty() && trace.starts_with("E,") {
                continue;
            }
            let text: Vec<_> =
                format!("INFO up\n{trace}\nINFO next").lines().map(|line| format!("{front}{line}")).collect();
            let lines = AT.records(&text.join("\n"));
            assert_eq!((lines.len(), lines[1].level), (3, level), "{front}{trace}: {lines:#?}");
            let rest = trace.split_once('\n').map(|(_, rest)| rest);
            assert_eq!(lines[1].error(), rest, "{front}{trace}");
        }
    }
    for text in ["** (see below) x", "** bold **", "State: up", "at /app/a.rb:3:in 'f'", "\tpanic: x"] {
        assert_eq!(AT.records(&format!("07:00:07 ERROR up\n{text}")).len(), 2, "{text}");
    }
}

#[test]
fn lines_that_only_sound_like_it_are_lines() {
    for text in ["thread 'main' started", "Mailer: sent\n}", "from a.rb:1:in x", "Exception in thread pool", "note: x"]
    {
        let lines = AT.records(&format!("07:00:07 INFO up\n{text}"));
        assert!(lines.iter().skip(1).all(|line| line.level == Level::Unknown), "{text}");
        assert_eq!(lines.len(), 1 + text.lines().count(), "{text}");
    }
}
