//! Lines of servers and frameworks about requests that they answered tell when, what and how it ended, as common logs do.

use super::cases::Cases;
use crate::domain::log::{Level, LogFormat};

/// 2026-11-27T13:00:00Z.
const AT: Cases = Cases(1_795_784_400_000);

/// The lines, what is told of each, and whether they are an access log's and nothing else.
fn lines() -> Vec<(&'static str, &'static str, bool)> {
    vec![
        (
            r#"127.0.0.1 - - [27/Nov/2026 12:32:10] "GET /bad HTTP/1.1" 500 -"#,
            r#"2026-11-27T12:32:10.000Z unknown "GET /bad HTTP/1.1" 500 - | client=127.0.0.1 method=GET path=/bad status=500"#,
            true,
        ),
        (
            "127.0.0.1 - - [27/Nov/2026 12:32:10] \"\x1b[35m\x1b[1mGET /bad HTTP/1.1\x1b[0m\" 500 -",
            r#"2026-11-27T12:32:10.000Z unknown "GET /bad HTTP/1.1" 500 - | client=127.0.0.1 method=GET path=/bad status=500"#,
            true,
        ),
        (
            r#"INFO:werkzeug:127.0.0.1 - - [27/Nov/2026 09:00:08] "GET /x HTTP/1.1" 404 -"#,
            r#"2026-11-27T09:00:08.000Z info "GET /x HTTP/1.1" 404 - | client=127.0.0.1 method=GET path=/x status=404"#,
            true,
        ),
        (
            r#"2026-11-27 09:00:08,123 WARNING werkzeug 127.0.0.1 - - [27/Nov/2026 09:00:08] "GET /x HTTP/1.1" 404 -"#,
            r#"2026-11-27T09:00:08.123Z warn werkzeug 127.0.0.1 - - [27/Nov/2026 09:00:08] "GET /x HTTP/1.1" 404 - | client=127.0.0.1 method=GET path=/x status=404"#,
            false,
        ),
        (
            r#"[2026-11-27 09:00:08 +0000] [12] [INFO] ::1 - bob [27/Nov/2026:09:00:08 +0000] "GET /x 1.1" 503 5 "-" "curl/8""#,
            r#"2026-11-27T09:00:08.000Z info "GET /x 1.1" 503 5 "-" "curl/8" | pid=12 client=::1 user=bob method=GET path=/x status=503 bytes=5 user_agent=curl/8"#,
            true,
        ),
        (
            r#"INFO:     127.0.0.1:5000 - "GET /orders?a=1 HTTP/1.1" 500 Internal Server Error"#,
            r#"- info "GET /orders?a=1 HTTP/1.1" 500 Internal Server Error | client=127.0.0.1:5000 method=GET path=/orders?a=1 status=500"#,
            true,
        ),
        (
            "\x1b[32mINFO\x1b[0m:     127.0.0.1:5000 - \"\x1b[1mGET /orders HTTP/1.1\x1b[0m\" \x1b[91m500\x1b[0m",
            r#"- info "GET /orders HTTP/1.1" 500 | client=127.0.0.1:5000 method=GET path=/orders status=500"#,
            true,
        ),
        (
            r#"[27/Nov/2026 12:32:10] "GET /x HTTP/1.1" 500 145"#,
            r#"2026-11-27T12:32:10.000Z unknown "GET /x HTTP/1.1" 500 145 | method=GET path=/x status=500 bytes=145"#,
            true,
        ),
        (
            r#"WARNING 2026-11-27 12:32:10,123 basehttp 12 34 "GET /x HTTP/1.1" 404 145"#,
            r#"2026-11-27T12:32:10.123Z warn basehttp 12 34 "GET /x HTTP/1.1" 404 145 | method=GET path=/x status=404 bytes=145"#,
            false,
        ),
        (
            r#"[2026-11-27T09:00:07.123Z] "GET / HTTP/1.1" 503 UF 0 91 12 - "-" "curl/8" "id" "orders" "10.0.0.4:5002""#,
            r#"2026-11-27T09:00:07.123Z unknown "GET / HTTP/1.1" 503 UF 0 91 12 - "-" "curl/8" "id" "orders" "10.0.0.4:5002" | method=GET path=/ status=503 flags=UF bytes=91 duration_ms=12 user_agent=curl/8 request_id=id authority=orders upstream=10.0.0.4:5002"#,
            true,
        ),
        (
            r#"[2026-11-27T09:00:07.123Z] "POST /a.B/C HTTP/2" 503 UF,URX upstream_reset{111} - "delayed error:_111" 0 91 12 - "10.0.0.1" "grpc" "id" "orders" "10.0.0.4:5002" outbound|80||orders - 10.0.0.4:80"#,
            r#"2026-11-27T09:00:07.123Z unknown "POST /a.B/C HTTP/2" 503 UF,URX upstream_reset{111} - "delayed error:_111" 0 91 12 - "10.0.0.1" "grpc" "id" "orders" "10.0.0.4:5002" outbound|80||orders - 10.0.0.4:80 | method=POST path=/a.B/C status=503 flags=UF,URX bytes=91 duration_ms=12 forwarded_for=10.0.0.1 user_agent=grpc request_id=id authority=orders upstream=10.0.0.4:5002"#,
            true,
        ),
        (
            r#"[GIN] 2026/11/27 - 09:00:07 | 500 |     1.234ms |       127.0.0.1 | GET      "/orders/9""#,
            r#"2026-11-27T09:00:07.000Z unknown [GIN] 2026/11/27 - 09:00:07 | 500 |     1.234ms |       127.0.0.1 | GET      "/orders/9" | client=127.0.0.1 method=GET path=/orders/9 status=500 latency=1.234ms"#,
            true,
        ),
        (
            "[GIN] 2026/11/27 - 09:00:07 |\x1b[97;41m 500 \x1b[0m|     1.2µs |             ::1 |\x1b[97;44m GET     \x1b[0m \"/orders/9\"",
            r#"2026-11-27T09:00:07.000Z unknown [GIN] 2026/11/27 - 09:00:07 | 500 |     1.2µs |             ::1 | GET      "/orders/9" | client=::1 method=GET path=/orders/9 status=500 latency=1.2µs"#,
            true,
        ),
        (
            r#"2026/11/27 09:00:07 "GET http://h:3000/orders HTTP/1.1" from 127.0.0.1:5000 - 500 15B in 1.2ms"#,
            r#"2026-11-27T09:00:07.000Z unknown "GET http://h:3000/orders HTTP/1.1" from 127.0.0.1:5000 - 500 15B in 1.2ms | client=127.0.0.1:5000 method=GET path=http://h:3000/orders status=500 bytes=15"#,
            true,
        ),
        (
            "GET /orders 500 12.345 ms - 15",
            "- unknown GET /orders 500 12.345 ms - 15 | method=GET path=/orders status=500 bytes=15 duration_ms=12.345",
            true,
        ),
        (
            "\x1b[0mPOST /orders \x1b[32m201\x1b[0m 3.1 ms - -\x1b[0m",
            "- unknown POST /orders 201 3.1 ms - - | method=POST path=/orders status=201 duration_ms=3.1",
            true,
        ),
        (
            "::1 - GET /orders HTTP/1.1 500 15 - 12.345 ms",
            "- unknown ::1 - GET /orders HTTP/1.1 500 15 - 12.345 ms | client=::1 method=GET path=/orders status=500 bytes=15 duration_ms=12.345",
            true,
        ),
        (
            "Completed 500 Internal Server Error in 12ms (ActiveRecord: 1.2ms | Allocations: 12)",
            "- unknown Completed 500 Internal Server Error in 12ms (ActiveRecord: 1.2ms | Allocations: 12) | status=500 duration_ms=12",
            false,
        ),
        (
            "I, [2026-11-27T09:00:07.123456 #12]  INFO -- : [4d1f-ab] Completed 200 OK in 3ms (Views: 1.0ms)",
            "2026-11-27T09:00:07.123Z info [4d1f-ab] Completed 200 OK in 3ms (Views: 1.0ms) | pid=12 status=200 duration_ms=3",
            false,
        ),
        (
            r#"Started GET "/orders?a=1" for 127.0.0.1 at 2026-11-27 10:00:07 +0100"#,
            r#"2026-11-27T09:00:07.000Z unknown Started GET "/orders?a=1" for 127.0.0.1 at 2026-11-27 10:00:07 +0100 | client=127.0.0.1 method=GET path=/orders?a=1"#,
            false,
        ),
    ]
}

#[test]
fn lines_of_answered_requests_tell_the_status_and_no_level_of_their_own() {
    for (text, wanted, is_access) in lines() {
        let line = AT.record(text);
        assert_eq!((&*AT.told(&line), &*line.raw), (wanted, text.as_bytes()));
        assert_eq!(line.format == LogFormat::Access, is_access, "{text}");
    }
}

#[test]
fn behind_a_carrier_they_tell_the_same() {
    for (text, ..) in lines() {
        let alone = AT.record(text);
        let json = serde_json::json!({"log": format!("{text}\n"), "stream": "stdout", "time": "2026-11-27T09:00:09Z"});
        for carried in [
            format!("web-1  | {text}"),
            format!("web-1  | 2026-11-27T09:00:09.5Z {text}"),
            format!("[pod/web-7d8f9c6b5-x2x4z/app] {text}"),
            format!("2026-11-27T09:00:09.5Z {text}"),
            format!("2026-11-27T09:00:09.5Z stdout F {text}"),
            format!("0|web  | {text}"),
            format!("Nov 27 09:00:09 host web[7]: {text}"),
            json.to_string(),
        ] {
            // Daemons of syslog take colours for what is said.
            if text.contains('\x1b') && carried.starts_with("Nov") {
                continue;
            }
            let line = AT.record(&carried);
            let told = |key: &str| {
                [&line, &alone].map(|line| line.fields.iter().find(|(name, _)| &**name == key).map(|(_, told)| &**told))
            };
            for key in ["method", "path", "status", "bytes", "client"] {
                let [behind, alone] = told(key);
                assert_eq!(behind, alone, "{key}: {carried}");
            }
            assert_eq!(line.level, alone.level, "{carried}");
        }
    }
}

#[test]
fn what_only_looks_like_an_answered_request_tells_no_status() {
    for text in [
        "GET /orders 500 times",
        "GET ready 500 12.3 ms - 15",
        "GET /orders 500 12.345 ms - 15 and more",
        "POST it 500 1 ms - now",
        r#"upstream failed, request: "GET /x HTTP/1.1", upstream: "http://10.0.0.1/""#,
        r#"he said "GET 500 of them""#,
        r#"he said "GET OUT" 5000 times"#,
        "[GIN] is a drink",
        "[GIN] 2026/11/27 - 09:00:07 | 500 | 1.2ms | gin | GET \"/\"",
        "[GIN-debug] GET    /orders                   --> main.main.func1 (3 handlers)",
        "Completed 500 of 700 items",
        "Completed 500 items in time",
        "Started GET \"/orders\" twice",
        "x \"GET \"GET \"GET \"",
        "\"GET / HTTP/1.1\" 0",
    ] {
        let line = AT.record(text);
        let is_told = line.fields.iter().any(|(key, _)| &**key == "status");
        assert_eq!((is_told, line.level, &*line.message), (false, Level::Unknown, text), "{text}");
    }
}

#[test]
fn addresses_that_passed_a_request_on_are_its_clients() {
    let line = AT.record(r#"10.0.0.1, 10.0.0.2 - - [27/Nov/2026:09:00:00 +0000] "GET /x HTTP/1.1" 502 17"#);
    let wanted = r#"2026-11-27T09:00:00.000Z unknown "GET /x HTTP/1.1" 502 17 | client=10.0.0.1, 10.0.0.2 method=GET path=/x status=502 bytes=17"#;
    assert_eq!(AT.told(&line), wanted);
}
