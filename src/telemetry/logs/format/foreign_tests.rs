//! What loggers wrote that fresh eyes ran: each line as it came out of the program that is named.

use super::cases::Cases;
use crate::domain::log::LogFormat;

/// 2026-11-26T22:00:00Z.
const AT: Cases = Cases(1_795_730_400_000);

#[test]
fn json_of_hclog_winston_and_roarr_tells_its_level_and_message() {
    AT.all(&[
        (
            r#"{"@level":"trace","@message":"t","@module":"vault","@timestamp":"2026-11-26T21:40:35.040680Z"}"#,
            "2026-11-26T21:40:35.040Z trace t | @module=vault",
        ),
        (
            r#"{"@fields":{"level":"silly"},"@message":"a message for silly","@timestamp":"2026-11-26T21:41:15.195Z"}"#,
            "2026-11-26T21:41:15.195Z trace a message for silly |",
        ),
        (
            r#"{"context":{"package":"p","logLevel":50},"message":"m","sequence":"0","time":1795723200123,"version":"2.0.0"}"#,
            "2026-11-26T20:00:00.123Z error m | context.package=p sequence=0 version=2.0.0",
        ),
        (
            r#"{"context":{"logLevel":50},"message":"of somebody else"}"#,
            "- unknown of somebody else | context.logLevel=50",
        ),
        (r#"{"context":{"logLevel":"error"},"message":"a setting"}"#, "- unknown a setting | context.logLevel=error"),
    ]);
}

#[test]
fn a_level_in_small_letters_is_one_behind_brackets_too_where_a_colon_ends_it() {
    AT.all(&[
        // winston's printf.
        ("2026-11-26T21:52:13.818Z [orders] error: failed", "2026-11-26T21:52:13.818Z error failed | thread=orders"),
        (
            "2026-11-26T21:41:15.202Z [orders] silly: a message for silly",
            "2026-11-26T21:41:15.202Z trace a message for silly | thread=orders",
        ),
        (
            "2026-11-26T21:52:13.818Z [orders] error reading file",
            "2026-11-26T21:52:13.818Z unknown [orders] error reading file |",
        ),
        // charmbracelet's.
        (
            "2026/11/26 21:40:35 DEBU <go/main.go:23> shop: d",
            "2026-11-26T21:40:35.000Z debug <go/main.go:23> shop: d |",
        ),
        (
            "2026/11/26 21:40:35 ERRO <go/main.go:23> shop: e",
            "2026-11-26T21:40:35.000Z error <go/main.go:23> shop: e |",
        ),
        // zap's console with its usual times.
        ("1.7957292350347347e+09\terror\tmsg", "2026-11-26T21:40:35.034Z error msg |"),
        ("1.79e+09\terror\tmsg", "2026-09-21T14:13:20.000Z error msg |"),
        ("1.5e+03\terror\tmsg", "- unknown 1.5e+03\terror\tmsg |"),
        ("1.2.3 is out", "- unknown 1.2.3 is out |"),
        // logback's and Log4j2's `%d{dd MMM yyyy;HH:mm:ss.SSS}`.
        ("26 Nov 2026;21:39:00.123 ERROR x", "2026-11-26T21:39:00.123Z error x |"),
    ]);
}

#[test]
fn postgresql_is_read_in_all_its_forms() {
    AT.all(&[
        (
            r#"{"timestamp":"2026-11-26 21:41:22.086 UTC","pid":16266,"error_severity":"LOG","message":"ready","query_id":0}"#,
            "2026-11-26T21:41:22.086Z info ready | pid=16266 query_id=0",
        ),
        (
            r#"{"timestamp":"2026-11-26 21:41:22.357 UTC","pid":16275,"error_severity":"DEBUG1","message":"d"}"#,
            "2026-11-26T21:41:22.357Z debug d | pid=16275",
        ),
        (
            r#"2026-11-26 21:41:22.086 UTC,,,16266,,6b08a782.3f8a,2,,2026-11-26 21:41:22 UTC,,0,LOG,00000,"listening on IPv4 address ""127.0.0.1"", port 15432",,,,,,,,,"","postmaster",,0"#,
            r#"2026-11-26T21:41:22.086Z info listening on IPv4 address "127.0.0.1", port 15432 | pid=16266 state_code=00000"#,
        ),
        (
            r#"2026-11-26 21:41:22.361 UTC,"postgres","postgres",16275,"127.0.0.1:48986",6b08a782.3f93,13,"DO",2026-11-26 21:41:22 UTC,3/6,0,ERROR,P0001,"bad","the detail","do it",,,"PL/pgSQL function inline_code_block line 1 at RAISE","do $$ begin end $$;",,,"psql","client backend",,0"#,
            "2026-11-26T21:41:22.361Z error bad | user=postgres dbname=postgres pid=16275 remote_host=127.0.0.1:48986 \
             state_code=P0001 detail=the detail hint=do it context=PL/pgSQL function inline_code_block line 1 at RAISE \
             statement=do $$ begin end $$; application_name=psql",
        ),
        (
            r#"2026-11-26 21:41:22.357 UTC,"postgres","postgres",16275,"127.0.0.1:48986",6b08a782.3f93,10,"SELECT",2026-11-26 21:41:22 UTC,3/5,0,ERROR,42P01,"relation ""nosuch"" does not exist",,,,,,"select *"#,
            "2026-11-26T21:41:22.357Z error relation \"nosuch\" does not exist | user=postgres dbname=postgres pid=16275 \
             remote_host=127.0.0.1:48986 state_code=42P01 statement=select *",
        ),
        (
            r#"2026-11-26 21:41:22.357 IST,,,7,,6b.3,1,,2026-11-26 21:41:22 IST,,0,FATAL,57P03,"x",,,,,,,,,"""#,
            "- fatal x | time=2026-11-26 21:41:22.357 IST pid=7 state_code=57P03",
        ),
        (
            "2026-11-26 21:41:22.322 UTC [16275] [unknown]@[unknown] LOG:  connection received: host=127.0.0.1 port=48986",
            "2026-11-26T21:41:22.322Z info connection received: host=127.0.0.1 port=48986 | pid=16275",
        ),
        (
            "2026-11-26 21:41:22.357 UTC [16275] postgres@postgres ERROR:  relation \"nosuch\" does not exist",
            "2026-11-26T21:41:22.357Z error relation \"nosuch\" does not exist | pid=16275 user=postgres@postgres",
        ),
        ("2026-11-26 21:41:22.357 UTC,\"a\",b", "2026-11-26T21:41:22.357Z unknown \"a\",b |"),
    ]);
}

#[test]
fn access_logs_of_virtual_hosts_and_of_haproxy_say_who_asked_whom() {
    let apache = r#"x:80 127.0.0.1 - bob [26/Nov/2026:21:44:08 +0000] "GET /x HTTP/1.1" 404 397 "-" "curl/7.88.1""#;
    let haproxy = r#"127.0.0.1:60538 [26/Nov/2026:21:44:12.153] f b/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/0 "GET /a?page=7 HTTP/1.1""#;
    AT.all(&[
        (
            apache,
            "2026-11-26T21:44:08.000Z unknown \"GET /x HTTP/1.1\" 404 397 \"-\" \"curl/7.88.1\" | vhost=x:80 \
             client=127.0.0.1 user=bob method=GET path=/x status=404 bytes=397 user_agent=curl/7.88.1",
        ),
        (
            haproxy,
            "2026-11-26T21:44:12.153Z unknown f b/<NOSRV> 0/-1/-1/-1/0 503 217 - - SC-- 1/1/0/0/0 0/0 \"GET /a?page=7 HTTP/1.1\" \
             | client=127.0.0.1:60538 frontend=f backend=b method=GET path=/a?page=7 status=503 bytes=217",
        ),
        (
            "10.0.0.7:1 [26/Nov/2026:21:44:12.153] fe be/s1 0/0/1/2/3 - 9 x",
            "2026-11-26T21:44:12.153Z unknown fe be/s1 0/0/1/2/3 - 9 x | client=10.0.0.7:1 frontend=fe backend=be server=s1 bytes=9",
        ),
    ]);
    assert_eq!(AT.record(haproxy).format, LogFormat::Access);
    let by_syslog = AT.record(&format!("<134>Nov 26 21:44:12 lb haproxy[7]: {haproxy}"));
    assert_eq!((by_syslog.format, &*by_syslog.fields.last().unwrap().1), (LogFormat::Syslog, "217"));
}

#[test]
fn what_fluent_bit_carries_is_read_as_the_line_that_it_was() {
    AT.all(&[
        (
            r#"{"date":1795723200.123,"log":"2026-11-26 20:00:00,100 ERROR [main] inner failed\n","kubernetes":{"pod_name":"p"}}"#,
            "2026-11-26T20:00:00.100Z error [main] inner failed | kubernetes.pod_name=p",
        ),
        (
            r#"{"date":1795723200.123,"log":"{\"level\":\"warn\",\"msg\":\"m\",\"a\":1}","kubernetes":{"pod_name":"p"}}"#,
            "2026-11-26T20:00:00.123Z warn m | kubernetes.pod_name=p a=1",
        ),
        (
            r#"{"date":1795723200.123,"log":"started","kubernetes":{"pod_name":"p"}}"#,
            "2026-11-26T20:00:00.123Z unknown started | kubernetes.pod_name=p",
        ),
        (
            r#"{"time":"2026-11-26T20:00:00Z","log":{"level":"error"},"message":"ecs nested"}"#,
            "2026-11-26T20:00:00.000Z error ecs nested |",
        ),
    ]);
}

#[test]
fn what_the_layouts_of_java_nest_is_found() {
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    // Log4j2's GcpLayout.
    let line = AT.record(&format!(
        r#"{{"timestamp":"2026-11-26T21:39:01.078Z","severity":"DEBUG","message":"tr","logging.googleapis.com/labels":{{"span_id":"00f067aa0ba902b7","trace_id":"{trace}"}}}}"#
    ));
    assert_eq!(line.trace.unwrap().to_string(), trace);
    assert!(line.span.is_some());
    // logback's JsonEncoder.
    let line = AT.record(
        r#"{"timestamp":1795729138598,"level":"ERROR","message":"caught","throwable":{"className":"a.B","message":"outer: cannot","stepArray":[]}}"#,
    );
    assert_eq!(line.error(), Some("outer: cannot"));
}
