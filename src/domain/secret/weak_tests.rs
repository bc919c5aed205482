//! Names that are a secret's only where the value looks like one.

use super::super::{MASK, mask, mask_value};

#[test]
fn a_weak_name_is_a_secrets_where_its_value_looks_like_one() {
    for (key, value) in [
        ("session", "a81bc81bdead4e5d"),
        ("http.session_id", "k3jd82hs7d"),
        ("session-id", "0f8fad5b-d9cb-469f-a165-70867728950e"),
        ("sid", "s%3AZm9vYmFyMTIzNDU2.abc"),
        ("connect.sid", "Zm9v1YmFyMTIzNDU2"),
        ("HTTP_AUTH", "k3jd82hs7d"),
        ("jwt", "k3jd82hs7d"),
        ("client_assertion", "PHNhbWw6QXNzZXJ0aW9u1Pg=="),
        ("user.cvv", "123"),
        ("card-cvc2", "1234"),
        ("pin", "1234"),
        ("otp_code", "482913"),
        ("verification-code", "482913"),
        ("card", "4111111111111111"),
        ("card_number", "5500-0000-0000-0004"),
        ("creditCardNumber", "378282246310005"),
        ("pan", "4111111111111111"),
    ] {
        assert_eq!(mask_value(key, value), MASK, "{key}");
        let name = key.rsplit('.').next().expect("a name");
        assert_eq!(mask(&format!("x {name}={value} y")), format!("x {name}=*** y"));
        assert_eq!(mask(&format!("/a?x=1&{name}={value}&y=1")), format!("/a?x=1&{name}=***&y=1"));
        assert_eq!(mask(&format!(r#"{{"{name}":"{value}","n":1}}"#)), format!(r#"{{"{name}":"***","n":1}}"#));
    }
    assert_eq!(mask(r#"{"pin":1234,"n":5678}"#), r#"{"pin":"***","n":5678}"#);
    for (key, value) in [
        ("session", "morning"),
        ("session", "session-12"),
        ("session_id", "42"),
        ("sid", "k3jd82hs"),
        ("sid", "S-1-5-21-3623811015-3361044348"),
        ("auth", "scram-sha-256"),
        ("auth", "oauth2"),
        ("auth", "kerberos5"),
        ("jwt", "none"),
        ("assertion", "left == right"),
        ("cvv", "7"),
        ("pin", "17"),
        ("spin", "1234"),
        ("otp", "sent"),
        ("status_code", "4041"),
        ("card", "4111111111111112"),
        ("card", "visa"),
        ("order", "4111111111111111"),
        ("discard", "4111111111111111"),
        ("session_id", "6a1b2c3d.3f8c"),
        ("author", "k3jd82hs7d"),
    ] {
        assert_eq!(mask_value(key, value), value, "{key}");
        for text in [format!("x {key}={value} y"), format!(r#"{{"{key}":"{value}"}}"#)] {
            assert_eq!(mask(&text), text);
        }
    }
    let wide = format!("pin={} session={{", "session=".repeat(4_000));
    assert_eq!(mask(&wide), wide);
}

#[test]
fn names_of_logins_and_forms_are_secrets() {
    for name in [
        "SECRET_KEY_BASE",
        "secret_key_base",
        "REDISCLI_AUTH",
        "PHPSESSID",
        "JSESSIONID",
        "SAMLResponse",
        "code_verifier",
    ] {
        assert_eq!(mask(&format!("a {name}=x1 b")), format!("a {name}=*** b"));
    }
}

#[test]
fn what_a_query_asks_for_is_a_secret_where_it_looks_like_one() {
    for (from, to) in [
        ("GET /cb?code=4f0AX4xyz81&state=x", "GET /cb?code=***&state=x"),
        ("GET /m?q=1&key=a8c1bc81bd HTTP/1.1", "GET /m?q=1&key=*** HTTP/1.1"),
        ("GET /m?sig=Zm9v&code=404&key=abc", "GET /m?sig=***&code=404&key=abc"),
        ("GET /m?key=order-12&code=E1001", "GET /m?key=order-12&code=E1001"),
    ] {
        assert_eq!(mask(from), to);
    }
}

#[test]
fn a_cards_number_in_groups_and_how_postgresql_numbers_its_sessions_are_known_in_json() {
    assert_eq!(mask(r#"{"card":"4111 1111 1111 1111"}"#), r#"{"card":"***"}"#);
    assert_eq!(mask(r#"{"card":4111111111111111}"#), r#"{"card":"***"}"#);
    let line =
        r#"{"timestamp":"2026-11-26 20:00:00 UTC","pid":16268,"session_id":"6a1b2c3d.3f8c","error_severity":"LOG"}"#;
    assert_eq!(mask(line), line);
}

#[test]
fn how_zookeeper_numbers_its_sessions_is_no_secret_and_a_webs_session_is_one() {
    for text in [
        "zookeeper sessionid = 0x100006d3e2a0001, negotiated timeout = 40000",
        "sessionId=0x100006d3e2a0001",
        "sessionId: '0x100006d3e2a0001'",
        "owner_session=0x10000a1b2c3d4e5f ownerSession=0x100006d3e2a0001 session=0x100006d3e2a0001",
        "Session: 0x100006d3e2a0001 closed",
        r#"{"session_id":"0x100006d3e2a0001","msg":"expired"}"#,
        r#"{"sessionId":"0x100006d3e2a0001","zk":{"owner-session":"0x100006d3e2a0001"}}"#,
        r#"{"msg":"got {\"sessionId\":\"0x100006d3e2a0001\"}"}"#,
        r#"got {\"sessionId\":\"0x100006d3e2a0001\"}"#,
    ] {
        assert_eq!(mask(text), text);
    }
    for key in ["sessionid", "zk.session_id", "owner_session"] {
        assert_eq!(mask_value(key, "0x100006d3e2a0001"), "0x100006d3e2a0001");
    }
    for key in ["JSESSIONID", "token", "password", "sessionid.token"] {
        assert_eq!(mask_value(key, "0x100006d3e2a0001"), MASK);
    }
    for (from, to) in [
        ("sessionid=100006d3e2a0001 x", "sessionid=*** x"),
        ("sessionid=0x100006d3e2a0001ffff x", "sessionid=*** x"),
        ("JSESSIONID=0x100006d3e2a0001 x", "JSESSIONID=*** x"),
        (r#"{"sessionId":"0xk3jd82hs7d"}"#, r#"{"sessionId":"***"}"#),
    ] {
        assert_eq!(mask(from), to);
    }
}

#[test]
fn a_name_and_a_password_in_base64_are_what_docker_logs_in_with() {
    for (from, to) in [
        (r#"{"auths":{"reg.io":{"auth":"dXNlcjpwYXNz"}}}"#, r#"{"auths":{"reg.io":{"auth":"***"}}}"#),
        (r#"cut "auth": "Ym9iOnNlY3JldA==","#, r#"cut "auth": "***","#),
        ("_auth=dXNlcjpwYXNz x", "_auth=*** x"),
    ] {
        assert_eq!(mask(from), to);
    }
    for text in ["auth=kerberos auth=Negotiate auth=certificates", r#"{"auth":"bWFnaWNhbA"}"#] {
        assert_eq!(mask(text), text);
    }
}
