//! What a line tells of itself, shape by shape: each as it is written by the program that is named, with all that is read.

use super::cases::Cases;

/// 2026-11-26T18:40:00Z.
const AT: Cases = Cases(1_795_718_400_000);

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN: &str = "00f067aa0ba902b7";

#[test]
fn a_time_behind_the_level_is_that_of_the_line() {
    AT.all(&[
        ("INFO 2025-11-26T07:00:00Z x", "2025-11-26T07:00:00.000Z info x |"),
        ("ERROR 2025-11-26 07:00:00,123 django 12 140 boom", "2025-11-26T07:00:00.123Z error django 12 140 boom |"),
        ("[INFO] 2025-11-26 07:00:00 x", "2025-11-26T07:00:00.000Z info x |"),
        ("INFO  [2025-11-26 07:00:00,123] io.dropwizard.X: up", "2025-11-26T07:00:00.123Z info io.dropwizard.X: up |"),
        (
            "INFO  [main] 2025-11-26 07:00:00,123 X.java:12 - up",
            "2025-11-26T07:00:00.123Z info up | thread=main logger=X.java:12",
        ),
        ("INFO:2025-11-26 07:00:00,123:root:x", "2025-11-26T07:00:00.123Z info root:x |"),
        ("WARN - 26.11.2025 07:00:00 x", "2025-11-26T07:00:00.000Z warn x |"),
        ("[I 2026-11-26 07:00:00.123 ServerApp] up", "2026-11-26T07:00:00.123Z info up | logger=ServerApp"),
        ("[W 261126 07:00:00 web:2239] 404 GET /x", "2026-11-26T07:00:00.000Z warn 404 GET /x | logger=web:2239"),
        ("ERROR 10:00:00 window missed", "- error 10:00:00 window missed |"),
        ("ERROR [main] failed at 2025-11-26 07:00:00", "- error [main] failed at 2025-11-26 07:00:00 |"),
    ]);
}

#[test]
fn no_line_is_of_the_future() {
    AT.all(&[
        ("Apr 12 00:00:00 host app: x", "2026-04-12T00:00:00.000Z unknown x | service:app host=host"),
        ("Dec 31 23:00:00 host app: x", "2025-12-31T23:00:00.000Z unknown x | service:app host=host"),
        ("Feb 29 00:00:00 host app: x", "2024-02-29T00:00:00.000Z unknown x | service:app host=host"),
        ("E0412 12:30:01.123456 1 a.go:1] x", "2026-04-12T12:30:01.123Z error x | thread=1 caller=a.go:1"),
        ("23:59:59 INFO x", "2026-11-25T23:59:59.000Z info x |"),
        ("18:41:00 INFO x", "2026-11-26T18:41:00.000Z info x |"),
        ("0001-01-01T00:00:00Z x", "- unknown 0001-01-01T00:00:00Z x |"),
        (r#"{"time":"0001-01-01T00:00:00Z","msg":"x"}"#, "- unknown x | time=0001-01-01T00:00:00Z"),
    ]);
}

#[test]
fn a_zone_by_its_name_counts_and_one_that_is_not_known_makes_no_time() {
    AT.all(&[
        ("2026-11-26 07:00:00 PST INFO x", "2026-11-26T15:00:00.000Z info x |"),
        (
            "[26-Nov-2026 07:00:00 Europe/Berlin] PHP Notice:  y",
            "- info PHP Notice:  y | time=26-Nov-2026 07:00:00 Europe/Berlin",
        ),
        ("2026-11-26 07:00:00 GET /x", "2026-11-26T07:00:00.000Z unknown GET /x |"),
    ]);
}

#[test]
fn json_of_common_loggers_tells_time_level_and_message() {
    let at = "2026-11-26T07:00:00.123Z";
    for (json, wanted) in [
        (
            r#"{"Timestamp":"2026-11-26T08:00:00.1230000+01:00","Level":"Error","MessageTemplate":"Order {Id} failed","RenderedMessage":"Order 5 failed","Exception":"X: b","Properties":{"Id":5}}"#,
            "error Order 5 failed | MessageTemplate=Order {Id} failed Exception=X: b Properties.Id=5",
        ),
        (
            r#"{"EventId":0,"LogLevel":"Error","Category":"App","Message":"m","Timestamp":"2026-11-26T07:00:00.123Z","State":{"Message":"x"}}"#,
            "error m | EventId=0 Category=App State.Message=x",
        ),
        (
            r#"{"message":"m","level":400,"level_name":"ERROR","datetime":"2026-11-26T07:00:00.123000+00:00"}"#,
            "error m | level=400",
        ),
        (r#"{"message":"m","level":300,"datetime":"2026-11-26T07:00:00.123+00:00"}"#, "warn m |"),
        (r#"{"t":{"$date":"2026-11-26T07:00:00.123+00:00"},"s":"E","c":"NETWORK","msg":"m"}"#, "error m | c=NETWORK"),
        (r#"{"t":{"$date":"2026-11-26T07:00:00.123+00:00"},"s":"D1","msg":"m"}"#, "debug m |"),
        (r#"{"instant":{"epochSecond":1795676400,"nanoOfSecond":123000000},"level":"INFO","message":"m"}"#, "info m |"),
        (r#"{"timeMillis":1795676400123,"level":"INFO","message":"m"}"#, "info m |"),
        (r#"{"timestampSeconds":1795676400,"timestampNanos":123000000,"severity":"NOTICE","message":"m"}"#, "info m |"),
        (r#"{"timestamp":{"seconds":"1795676400","nanos":123000000},"msg":"m"}"#, "unknown m |"),
        (
            r#"{"PRIORITY":"3","MESSAGE":"m","__REALTIME_TIMESTAMP":"1795676400123000","_SYSTEMD_UNIT":"a.service","SYSLOG_IDENTIFIER":"b"}"#,
            "error m | service:a SYSLOG_IDENTIFIER=b",
        ),
        (
            r#"{"MESSAGE":"m","__REALTIME_TIMESTAMP":"1795676400123000","_SYSTEMD_UNIT":"user@1000.service","SYSLOG_IDENTIFIER":"b"}"#,
            "unknown m | service:b _SYSTEMD_UNIT=user@1000.service",
        ),
        (
            r#"{"SeverityText":"WARN","SeverityNumber":13,"Body":"m","Timestamp":1795676400123000000,"Resource":{"service.name":"a"}}"#,
            "warn m | service:a SeverityNumber=13",
        ),
        (r#"{"body":"m","severityNumber":17,"timeUnixNano":"1795676400123000000"}"#, "error m |"),
        (r#"{"time_iso8601":"2026-11-26T08:00:00.123+01:00","msg":"m"}"#, "unknown m |"),
        (r#"{"time_local":"26/Nov/2026:07:00:00.123 +0000","msg":"m"}"#, "unknown m |"),
        (r#"{"msec":"1795676400.123","msg":"m"}"#, "unknown m |"),
        (r#"{"eventTime":"2026-11-26T07:00:00.123Z","log_level":"error","msg":"m"}"#, "error m |"),
        (r#"{"date":"2026-11-26T07:00:00.123Z","logLevel":"error","msg":"m"}"#, "error m |"),
        (r#"{"asctime":"2026-11-26 07:00:00,123","levelno":40,"msg":"m"}"#, "error m |"),
        (r#"{"time":"2026-11-26T07:00:00.123Z","level":40,"levelname":"ERROR","msg":"m"}"#, "error m | level=40"),
        (r#"{"L":"ERROR","T":"2026-11-26T07:00:00.123Z","M":"m"}"#, "error m |"),
        (r#"{"TIME":"2026-11-26T07:00:00.123Z","LEVEL":"ERROR","MSG":"m"}"#, "error m |"),
        (
            r#"{"time":"2026-11-26T07:00:00.123Z","msg":"m","start_time":"2026-01-01T00:00:00Z","s":"E","priority":3}"#,
            "unknown m | start_time=2026-01-01T00:00:00Z s=E priority=3",
        ),
    ] {
        assert_eq!(AT.told(&AT.record(json)), format!("{at} {wanted}"), "{json}");
    }
    let envoy = AT.record(r#"{"start_time":"2026-11-26T07:00:00.123Z","response_code":503}"#);
    assert_eq!((envoy.at.rfc3339().as_str(), envoy.fields.len()), (at, 1));
}

#[test]
fn the_ids_of_a_trace_are_found_wherever_a_line_has_them() {
    let xray = format!("1-{}-{}", &TRACE[..8], &TRACE[8..]);
    for (text, span) in [
        (format!(r#"{{"msg":"m","TraceId":"{TRACE}","SpanId":"{SPAN}"}}"#), true),
        (format!(r#"{{"msg":"m","X-B3-TraceId":"{TRACE}","X-B3-SpanId":"{SPAN}"}}"#), true),
        (format!(r#"{{"msg":"m","b3":"{TRACE}-{SPAN}-1"}}"#), true),
        (format!(r#"{{"msg":"m","headers":{{"traceparent":"00-{TRACE}-{SPAN}-01"}}}}"#), true),
        (format!(r#"{{"msg":"m","headers":["traceparent","00-{TRACE}-{SPAN}-01"]}}"#), true),
        (format!(r#"{{"msg":"m","contextMap":{{"traceId":"{TRACE}","spanId":"{SPAN}"}}}}"#), true),
        (format!(r#"{{"msg":"m","Properties":{{"TraceId":"{TRACE}"}}}}"#), false),
        (format!(r#"{{"msg":"m","attributes":{{"trace_id":"0x{TRACE}","span_id":"0x{SPAN}"}}}}"#), true),
        (format!(r#"{{"msg":"m","uber-trace-id":"{TRACE}:{SPAN}:0:1"}}"#), true),
        (format!(r#"{{"msg":"m","traceId":"{xray}"}}"#), false),
        (format!(r#"{{"msg":"m","AWS-XRAY-TRACE-ID":"{xray}@{SPAN}"}}"#), true),
        (format!(r#"{{"msg":"m","Scopes":[{{"Message":"SpanId:{SPAN}, TraceId:{TRACE}"}}]}}"#), true),
        (format!(r#"{{"msg":"[trace_id={TRACE} span_id={SPAN}] m"}}"#), true),
        (format!(r#"level=info msg="m trace_id={TRACE}""#), false),
        (format!("level=info msg=m trace={TRACE} span={SPAN}"), true),
        (format!("XRAY TraceId: {xray} SegmentId: {SPAN}"), true),
        (format!("x b3: {TRACE}-{SPAN}-1"), true),
        (format!(r#"10.0.0.7 - - [26/Nov/2026:07:00:02 +0000] "GET /x HTTP/1.1" 500 12 trace_id={TRACE}"#), false),
        (format!("Nov 26 07:00:01 host app[12]: trace_id={TRACE} span_id={SPAN} boom"), true),
        (format!("<14>1 2026-11-26T07:00:02.5Z h app 7 - - boom trace_id={TRACE}"), false),
        (format!("I1126 07:00:03.123456 1 main.go:12] trace_id={TRACE} x"), false),
    ] {
        let line = AT.record(&text);
        assert_eq!(line.trace.map(|id| id.to_string()).as_deref(), Some(TRACE), "{text}");
        assert_eq!(line.span.map(|id| id.to_string()).as_deref(), span.then_some(SPAN), "{text}");
    }
    let datadog = AT.record(r#"{"msg":"[dd.trace_id=255 dd.span_id=16] m"}"#);
    assert!(datadog.trace.is_some_and(|id| id.to_string().ends_with("00ff")));
}

#[test]
fn a_line_within_another_is_read() {
    AT.all(&[
        (r#"2026-11-26T07:00:00.1Z {"level":"error","msg":"x"}"#, "2026-11-26T07:00:00.100Z error x |"),
        ("2026-11-26T07:00:00.1Z 2026-11-26 07:00:01,123 ERROR c.A x", "2026-11-26T07:00:01.123Z error c.A x |"),
        ("2026-11-26T07:00:00.1Z level=warn msg=x", "2026-11-26T07:00:00.100Z warn x |"),
        (
            "2026-11-26T07:00:00.1Z E1126 07:00:03.123456 1 a.go:1] x",
            "2026-11-26T07:00:00.100Z error x | thread=1 caller=a.go:1",
        ),
        ("2026-11-26T07:00:00.1Z WARN text {}", "2026-11-26T07:00:00.100Z warn text {} |"),
        (r#"[pod/orders-7f9c/app] {"level":"error","msg":"x"}"#, "- error x | pod=orders-7f9c container=app"),
        (r#"[pod/a/b] 2026-11-26T07:00:00.1Z {"msg":"x"}"#, "2026-11-26T07:00:00.100Z unknown x | pod=a container=b"),
        ("[pod/a/b] ERROR boom", "- error boom | pod=a container=b"),
        (r#"app-1  | {"level":"error","msg":"x"}"#, "- error x | service:app container=app-1"),
        (r#"app-1  | {"level":"error","msg":"x","service":"pay"}"#, "- error x | service:pay container=app-1"),
        ("app-1  | ERROR boom", "- error boom | service:app container=app-1"),
        (
            "shop_orders_1    | 2026-11-26 07:00:00 INFO up",
            "2026-11-26T07:00:00.000Z info up | service:shop_orders container=shop_orders_1",
        ),
        (
            "redis  | 1:M 26 Nov 2026 07:00:00.123 * Ready",
            "2026-11-26T07:00:00.123Z info Ready | service:redis pid=1 role=M container=redis",
        ),
        (
            r#"orders-7f9c6d5b8-x2x4z app {"level":"error","msg":"x"}"#,
            "- error x | service:orders pod=orders-7f9c6d5b8-x2x4z container=app",
        ),
        (
            r#"Nov 26 07:00:01 host app[12]: {"level":"error","msg":"x","time":"2026-11-26T07:00:01.5Z"}"#,
            "2026-11-26T07:00:01.500Z error x | service:app host=host pid=12",
        ),
        (
            r#"Nov 26 07:00:01 host app: @cee: {"msg":"x"}"#,
            "2026-11-26T07:00:01.000Z unknown x | service:app host=host",
        ),
        (
            r#"<14>1 2026-11-26T07:00:02.5Z h app 7 - - {"level":"error","msg":"x"}"#,
            "2026-11-26T07:00:02.500Z error x | service:app host=h pid=7",
        ),
        (
            "2026-11-26T07:00:00+00:00 host app[1]: ERROR boom",
            "2026-11-26T07:00:00.000Z error ERROR boom | service:app host=host pid=1",
        ),
        (
            "2026-11-26T07:00:00.123456+00:00 host kernel: [ 1.3] x",
            "2026-11-26T07:00:00.123Z unknown [ 1.3] x | service:kernel host=host",
        ),
        (
            r#"2026-11-26T07:00:00.123456+00:00 heroku[router]: at=error code=H12 desc="Request timeout" status=503 service=31ms"#,
            "2026-11-26T07:00:00.123Z error at=error code=H12 desc=\"Request timeout\" status=503 service=31ms | service:heroku dyno=router code=H12 desc=Request timeout status=503 service=31ms",
        ),
        (
            r#"at=error code=H12 desc="Request timeout" method=GET service=31ms"#,
            "- error at=error code=H12 desc=\"Request timeout\" method=GET service=31ms | code=H12 desc=Request timeout method=GET service=31ms",
        ),
    ]);
    // What only looks alike is the line that it is.
    for text in [
        r#"received body {"level":"error","msg":"x"}"#,
        "orders failed | twice",
        "name | value",
        "2026-11-26T07:00:00+01:00 orders failed: x",
        "2026-11-26T07:00:00Z orders failed: x",
        "[pod/x] y",
    ] {
        let line = AT.record(text);
        assert_eq!((line.level.word(), line.service.as_deref(), line.fields.len()), ("unknown", None, 0), "{text}");
    }
}

#[test]
fn fronts_of_daemons_are_read() {
    AT.all(&[
        (
            "[Thu Nov 26 07:00:00.123456 2026] [core:error] [pid 1:tid 2] [client 10.0.0.1:80] AH00124: x",
            "2026-11-26T07:00:00.123Z error [client 10.0.0.1:80] AH00124: x | logger=core pid=1 thread=2",
        ),
        (
            "[Thu Nov 26 07:00:00 2026] [mpm_event:notice] [pid 1] x",
            "2026-11-26T07:00:00.000Z info x | logger=mpm_event pid=1",
        ),
        ("1:M 26 Nov 2026 07:00:00.123 # WARNING x", "2026-11-26T07:00:00.123Z warn WARNING x | pid=1 role=M"),
        ("7:C 26 Nov 2026 07:00:00.123 . x", "2026-11-26T07:00:00.123Z debug x | pid=7 role=C"),
        ("ERRO[0012] x   key=v", "- error x   key=v | elapsed=0012"),
        ("\u{1b}[36mINFO\u{1b}[0m[0000] x", "- info x | elapsed=0000"),
        ("WARN[2026-11-26T07:00:00Z] x", "2026-11-26T07:00:00.000Z warn x |"),
        ("7:00AM ERR x a=b", "2026-11-26T07:00:00.000Z error x a=b |"),
        ("2026-11-26 07:00:00.123 UTC [12] LOG:  x", "2026-11-26T07:00:00.123Z info x | pid=12"),
        ("2026-11-26 08:00:00.123 CET [12] ana@shop LOG:  x", "2026-11-26T07:00:00.123Z info x | pid=12 user=ana@shop"),
        (
            "2026-11-26T07:00:00.1Z 0 [Note] [MY-1] [Server] x",
            "2026-11-26T07:00:00.100Z info [MY-1] [Server] x | thread=0",
        ),
        ("11-26 07:00:00.123  123  456 E Tag: x", "2026-11-26T07:00:00.123Z error Tag: x | pid=123 thread=456"),
        ("[E] x", "- error x |"),
    ]);
}

#[test]
fn what_several_lines_say_together_is_one_record() {
    for (text, wanted) in [
        (
            "fail: App.Pay[12]\n      pay failed\n      System.X: no\n         at A.B()\ninfo: App[0]\n      up",
            &[
                "- error pay failed | logger=App.Pay[12] stack_trace=System.X: no\n   at A.B()",
                "- info up | logger=App[0]",
            ][..],
        ),
        (
            "Nov 26, 2026 7:00:00 AM c.A m\nSEVERE: no\njava.lang.X: y\n\tat a.B.c(B.java:7)\nNov 26, 2026 7:00:01 AM c.A m\nINFO: x",
            &[
                "2026-11-26T07:00:00.000Z error no | logger=c.A m stack_trace=java.lang.X: y\n\tat a.B.c(B.java:7)",
                "2026-11-26T07:00:01.000Z info x | logger=c.A m",
            ],
        ),
        (
            "2026-11-26 07:00:00 UTC [1] ERROR:  no\n2026-11-26 07:00:01 UTC [2] LOG:  x\n2026-11-26 07:00:00 UTC [1] STATEMENT:  select 1",
            &[
                "2026-11-26T07:00:00.000Z error no | pid=1 stack_trace=STATEMENT:  select 1",
                "2026-11-26T07:00:01.000Z info x | pid=2",
            ],
        ),
        (
            "Nov 26 07:00:00 h a[1]: ERROR boom\nNov 26 07:00:00 h b[2]: x\nNov 26 07:00:00 h a[1]: java.lang.IllegalStateException: y\nNov 26 07:00:00 h a[1]: \tat a.B.c(B.java:7)\nNov 26 07:00:01 h a[1]: next",
            &[
                "2026-11-26T07:00:00.000Z error ERROR boom | service:a host=h pid=1 stack_trace=java.lang.IllegalStateException: y\n\tat a.B.c(B.java:7)",
                "2026-11-26T07:00:00.000Z unknown x | service:b host=h pid=2",
                "2026-11-26T07:00:01.000Z unknown next | service:a host=h pid=1",
            ],
        ),
        (
            "a-1  | ERROR boom\nb-1  | x\na-1  | \tat a.B.c(B.java:7)\nb-1  | y",
            &[
                "- error boom | service:a container=a-1 stack_trace=\tat a.B.c(B.java:7)",
                "- unknown x | service:b container=b-1",
                "- unknown y | service:b container=b-1",
            ],
        ),
    ] {
        let mut got: Vec<_> = AT.records(text).iter().map(|line| AT.told(line)).collect();
        let mut wanted = wanted.to_vec();
        // What is held back longer may come later; the store has all in the order of their times.
        got.sort();
        wanted.sort_unstable();
        assert_eq!(got, wanted, "{text}");
    }
    let lines = AT.records("fail: App[0]\n      boom");
    assert_eq!(&*lines[0].raw, b"fail: App[0]\n      boom");
}

#[test]
fn lines_of_many_daemons_stay_in_their_order() {
    let text: Vec<_> = (0..40).map(|n| format!("Nov 26 07:00:{n:02} h d{}: line {n}", n % 11)).collect();
    let lines = AT.records(&text.join("\n"));
    let told: Vec<_> = lines.iter().map(|line| line.message.to_string()).collect();
    assert_eq!(told, (0..40).map(|n| format!("line {n}")).collect::<Vec<_>>());
}
