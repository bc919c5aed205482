//! What is masked, in which notations, and that the rest stays as it is.

use proptest::prelude::*;
use serde_json::Value;

use super::*;

#[test]
fn pairs_of_all_notations_are_masked_and_the_rest_stays() {
    for (from, to) in [
        (r#"{"user":"ana","password":"hunter2","n":1}"#, r#"{"user":"ana","password":"***","n":1}"#),
        (r#"{"password" : "hu\"nter2"}"#, r#"{"password" : "***"}"#),
        (r#"{"api_key":12345,"b":2}"#, r#"{"api_key":"***","b":2}"#),
        ("GET /a?token=abc&x=1", "GET /a?token=***&x=1"),
        ("db.password: hunter2", "db.password: ***"),
        ("password='a b' user=x", "password='***' user=x"),
        (r#"{"password":""}"#, r#"{"password":""}"#),
        (r#""{\"secret\":\"s3\"}""#, r#""{\"secret\":\"***\"}""#),
        ("Authorization: Bearer abc.def", "Authorization: ***"),
        ("error: password=hunter2 for ana", "error: password=*** for ana"),
        ("GET https://h/x?token=abc123 200", "GET https://h/x?token=*** 200"),
        ("url.full=https://a/x?token=topsecret1", "url.full=https://a/x?token=***"),
        (r#"{"msg":"login failed password=hunter2"}"#, r#"{"msg":"login failed password=***"}"#),
        (r#"{"msg":"set-cookie: sid=17; Path=/"}"#, r#"{"msg":"set-cookie: ***"}"#),
        ("GET /a?sig=Zm9v&x=1 200", "GET /a?sig=***&x=1 200"),
        ("key=order-7 code=200", "key=order-7 code=200"),
        (r#"{"credentials":{"user":"u","password":"p"}}"#, r#"{"credentials":"***"}"#),
    ] {
        assert_eq!(mask(from), to);
    }
}

#[test]
fn a_field_behind_the_name_of_a_scheme_is_no_token() {
    for text in [
        "token_type=bearer expires_in=3600",
        "grant bearer order_id=7788 ok",
        "auth=Bearer instance=10.0.0.1:80",
        "auth=Basic user_agent=\"curl/8\"",
        "HTTP Basic authentication required",
        "Basic validation failed: 3 errors, Basic Information loaded, basic well-known",
        "Bearer authentication failed for user ana; bearer Credentials, Bearer authorization.",
    ] {
        assert_eq!(mask(text), text);
    }
    for (from, to) in [
        ("sent bearer abcdefghij to x", "sent bearer *** to x"),
        ("sent basic abcdefgh= to x", "sent basic *** to x"),
        ("Basic cnVzczpzZWNyZXQ and Bearer authentication7", "Basic *** and Bearer ***"),
        ("token=Bearer instance=10.0.0.1:80 ok", "token=*** instance=10.0.0.1:80 ok"),
        ("auth=Bearer YWJjZGVmZ2g= ok", "auth=Bearer *** ok"),
        ("\"Bearer YWJjZGVmZ2g=\", x", "\"Bearer ***\", x"),
        ("auth=Basic YW5hOmh1bnRlcjI=x ok", "auth=Basic ***x ok"),
        ("token=Bearer abcdefghij== ok", "token=*** ok"),
    ] {
        assert_eq!(mask(from), to);
    }
}

#[test]
fn a_secret_may_be_named_by_a_value_beside_it() {
    for (from, to) in [
        (
            r#"{"headers":[{"name":"Authorization","value":"Bearer k1"},{"name":"Via","value":"x"},{"value":"k1","name":"Cookie","b":2}]}"#,
            r#"{"headers":[{"name":"Authorization","value":"***"},{"name":"Via","value":"x"},{"value":"***","name":"Cookie","b":2}]}"#,
        ),
        (
            r#"{"headers":[["Authorization","Basic k1"],["x-api-key", "k1"],["via","x"]],"b":2}"#,
            r#"{"headers":[["Authorization","***"],["x-api-key", "***"],["via","x"]],"b":2}"#,
        ),
        (
            r#"{"rawHeaders":["Host","h","Authorization","k1","Via","x"]}"#,
            r#"{"rawHeaders":["Host","h","Authorization","***","Via","x"]}"#,
        ),
        (
            r#"{"key":"authorization","value":{"stringValue":"k1 token=k1"},"n":1}"#,
            r#"{"key":"authorization","value":"***","n":1}"#,
        ),
        (
            r#"{"required":["password","user"],"n":[["password","b","c"]]}"#,
            r#"{"required":["password","user"],"n":[["password","b","c"]]}"#,
        ),
        (
            "headers [(b'authorization', b'Bearer k1'), (b'via', b'x')]",
            "headers [(b'authorization', b'***'), (b'via', b'x')]",
        ),
        (r#"cut [["x-api-key","k1"],["via","x"],"#, r#"cut [["x-api-key","***"],["via","x"],"#),
        (r#"cut {"name":"Cookie","value":"s=k1"},{"#, r#"cut {"name":"Cookie","value":"***"},{"#),
        ("'token': b'k1' x", "'token': b'***' x"),
        ("login -password k1 -v", "login -password *** -v"),
        ("--password k1 --token=k1 x", "--password *** --token=*** x"),
        ("a:\n  token: |\n    k1\n    k1\n  b: 2", "a:\n  token: ***\n  b: 2"),
        ("the PASSWORD is k1 now", "the PASSWORD is *** now"),
        ("password was 'hunter' now", "password was '***' now"),
    ] {
        assert_eq!(mask(from), to);
        assert_eq!(mask(to), to);
    }
    for text in ["the token is expired, try again", "password is too short", "the secret is not there", "token is JWT"]
    {
        assert_eq!(mask(text), text);
    }
    let list = mask_value("headers", r#"[{"name":"Cookie","value":"s=k1"}]"#);
    assert_eq!(list, r#"[{"name":"Cookie","value":"***"}]"#);
}

#[test]
fn facts_behind_the_name_of_a_secret_stay() {
    for text in [
        "token.count=12 and token=null",
        r#"cut {"password":true, has_password:false, "#,
        "invalid token: expected ';'",
        "password: incorrect for user bob",
        "token: expired",
        "secret: not found",
        "authorization: none",
        "lastToken: EOF",
        "Authorization: denied because of policy X",
        r#"{"password":true,"token.count":12,"pwd":null,"has_secret":false}"#,
        r#"{"authorization":{"decision":"deny","allowed":false,"reason":"expired"}}"#,
    ] {
        assert_eq!(mask(text), text);
    }
    for (from, to) in [
        ("password: incorrect1 x", "password: *** x"),
        ("password: hunter for ana", "password: *** for ana"),
        ("password: \"missing\"", "password: \"***\""),
        ("password=missing x", "password=*** x"),
        ("token: not-a-word", "token: ***"),
        ("pin secret=1234", "pin secret=***"),
        ("Authorization: expired k1", "Authorization: ***"),
        ("Authorization: Digest username=x", "Authorization: ***"),
        ("Cookie: missing; sid=k1", "Cookie: ***"),
        (r#"{"token":778811,"secret":"true","pwd":"missing"}"#, r#"{"token":"***","secret":"***","pwd":"***"}"#),
        (
            r#"{"authorization":{"decision":"deny","token":"deny","header":"k1","n":17,"all":["k1"],"in":{"a":"k1"}}}"#,
            r#"{"authorization":{"decision":"deny","token":"***","header":"***","n":"***","all":"***","in":"***"}}"#,
        ),
        (r#"{"token.count":"k1"}"#, r#"{"token.count":"***"}"#),
    ] {
        assert_eq!(mask(from), to);
    }
    for text in ["heater pw=3.6 kW", "ws.pw: 12 ok", "PW=on", r#"{"pw":3.6}"#] {
        assert_eq!(mask(text), text);
    }
    assert_eq!(mask("pw=1234 x pw=on1 pw: off2"), "pw=*** x pw=*** pw: ***");
    for (key, value) in [("token.count", "5"), ("has_password", "false"), ("authorization.decision", "deny")] {
        assert_eq!(mask_value(key, value), value);
    }
    for (key, value) in
        [("token", "5"), ("password", "1234"), ("token.count", "k1"), ("authorization", "deny"), ("pwd", "missing")]
    {
        assert_eq!(mask_value(key, value), MASK);
    }
    let deep = format!("{}1{}", r#"{"authorization":"#.repeat(5_000), "}".repeat(5_000));
    assert!(mask(&deep).len() <= deep.len() + 16);
}

#[test]
fn secrets_are_known_by_their_shape() {
    for (from, to) in [
        ("jdbc:mysql://root:pw@db:3306/x", "jdbc:mysql://root:***@db:3306/x"),
        ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.abc today", "got *** today"),
        ("AKIAABCDEFGHIJKLMNOP", "***"),
    ] {
        assert_eq!(mask(from), to);
    }
    let key = mask("a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- b");
    assert!(!key.contains("MIIE") && key.starts_with('a') && key.ends_with('b'), "{key}");
}

#[test]
fn what_holds_no_secret_is_not_copied() {
    for text in ["", "70", "order 17 took 12 ms: done", "http://localhost:5000/users?id=1", r#"{"weight":"5"}"#] {
        assert!(matches!(mask(text), Cow::Borrowed(same) if same == text), "{text}");
    }
}

#[test]
fn every_secret_name_has_its_hint() {
    for end in [
        "password",
        "passwd",
        "passphrase",
        "pwd",
        "secret",
        "secret_value",
        "token",
        "credential",
        "credentials",
        "apikey",
        "api_key",
        "api_keys",
        "secret_key",
        "access_key",
        "private_key",
        "signing_key",
        "encryption_key",
        "authorization",
        "cookie",
        "dsn",
        "connection_string",
        "connectionstring",
        "vcap_services",
        "keystore_pass",
        "jaas_config",
        "sessionid",
        "session_key",
        "passwords",
        "access_tokens",
    ] {
        assert_eq!(mask(&format!("a {end}=hunter2 b")).split_once(' '), Some(("a", &*format!("{end}=*** b"))));
        assert!(!mask(&format!("{}: hunter2", end.to_ascii_uppercase())).contains("hunter2"), "{end}");
        assert_eq!(mask(&format!("x.{end}.y=hunter2")), format!("x.{end}.y=***"));
    }
    assert_eq!(mask("clientSecret=x apiKey=y"), "clientSecret=*** apiKey=***");
}

#[test]
fn whatever_stands_behind_a_secret_name_is_masked_and_json_stays_json() {
    for (from, to) in [
        (
            r#"{"headers":{"X-Api-Key":["k1"],"Set-Cookie":["sid=k1"],"Authorization":["ApiKey k1"],"Via":["x"]}}"#,
            r#"{"headers":{"X-Api-Key":"***","Set-Cookie":"***","Authorization":"***","Via":["x"]}}"#,
        ),
        (r#"{"db_password":{"value":"k1"},"n":1}"#, r#"{"db_password":"***","n":1}"#),
        (
            r#"{"api_keys":["k1","k2"],"token":true,"pwd":null,"secret":[]}"#,
            r#"{"api_keys":"***","token":true,"pwd":null,"secret":[]}"#,
        ),
        (r#"{"api":{"url":"x","key":"k1"}}"#, r#"{"api":{"url":"x","key":"***"}}"#),
        (r#"{"p\u0061ssword":"k1"}"#, r#"{"p\u0061ssword":"***"}"#),
        (r#"{"pass\u200bword":"k1"}"#, r#"{"pass\u200bword":"***"}"#),
        (r#"{"my password":"k1"}"#, r#"{"my password":"***"}"#),
        (
            r#"2026-11-23T06:30:00Z stdout F {"tokens":1,"auth_tokens":["k1"]}"#,
            r#"2026-11-23T06:30:00Z stdout F {"tokens":1,"auth_tokens":"***"}"#,
        ),
        (
            r#"{"log":"{\"api_keys\":[\"k1\"],\"b\":1}\n","stream":"stdout"}"#,
            r#"{"log":"{\"api_keys\":\"***\",\"b\":1}\n","stream":"stdout"}"#,
        ),
        (r#"{"key":"-----BEGIN PRIVATE KEY-----\nk1\n"}"#, r#"{"key":"-----BEGIN PRIVATE KEY-----***"}"#),
        // A piece of JSON in a text.
        (r#"took 5 ms: {"api_keys":["k1","]"],"b":2} done"#, r#"took 5 ms: {"api_keys":"***","b":2} done"#),
        (r#"body="{\"api_keys\":[\"k1\"],\"b\":2}""#, r#"body="{\"api_keys\":\"***\",\"b\":2}""#),
        (r#"{"secrets":{"a":["k1"#, r#"{"secrets":"***""#),
        (r#"X-Api-Key: {"a":"k1"}"#, "X-Api-Key: ***"),
        (r#"api_keys=["k1"]"#, "api_keys=***"),
        ("config{password=[k1, k2], user=ana}", "config{password=***, user=ana}"),
    ] {
        assert_eq!(mask(from), to, "{from}");
    }
}

#[test]
fn headers_elements_and_options_are_masked_whole() {
    for (from, to) in [
        ("Cookie: a=b; session=k1; c=\"k1\" took 5 ms", "Cookie: *** took 5 ms"),
        ("Set-Cookie: a=k1; Expires=Wed, 21 Oct 2026 07:28:00 GMT, b=k1; HttpOnly", "Set-Cookie: ***"),
        ("Authorization: ApiKey k1", "Authorization: ***"),
        (r#"Authorization: Digest username="ana", realm="k1", response="k1""#, "Authorization: ***"),
        (r#"digest response="0123456789abcdef0123456789abcdef", uri="/""#, r#"digest response="***", uri="/""#),
        ("<user>ana</user><password>k1</password><x/>", "<user>ana</user><password>***</password><x/>"),
        (r#"<ns:token type="a"><v>k1</v></ns:token> b"#, r#"<ns:token type="a">***</ns:token> b"#),
        ("login user%3Dana%26password%3Dk1 b", "login user%3Dana%26password%3D*** b"),
        ("run curl -sS -u ana:k1 https://h/x", "run curl -sS -u ana:*** https://h/x"),
        ("run curl --user 'ana:k1' https://h/x", "run curl --user 'ana:***' https://h/x"),
        ("docker run -u 1000:1000 x", "docker run -u 1000:1000 x"),
        ("login --user ana --password k1 --verbose", "login --user ana --password *** --verbose"),
        ("api_key='single k1' b", "api_key='***' b"),
        ("passwords[0]=k1 b", "passwords[0]=*** b"),
    ] {
        assert_eq!(mask(from), to, "{from}");
    }
    for token in [
        "glpat-abcdefghij0123456789",
        "sk_live_abcdefghij0123456789",
        "rk_test_abcdefghij",
        "ghp_abcdefghij0123456789abcd",
        "github_pat_11ABCDEFG0abcdefghijkl",
        "xoxb-1234567890-abc",
        "AKIAABCDEFGHIJKLMNOP",
        "npm_abcdefghij0123456789",
        "sk-proj-abcdefghij0123456789",
        "hvs.abcdefghij0123456789",
        "SG.abcdefghij0123456.abcdefghij0123456",
        "sq0csp-abcdefghij0123456",
        "glsa_abcdefghij0123456_abcdef12",
        "gsk_abcdefghij0123456",
        "dapi0123456789abcdef0123456789abcdef",
        "PMAK-abcdefghij0123456",
        "NRAK-ABCDEFGHIJ0123456",
        "pscale_pw_abcdefghij0123456",
        "ATATT3xFfGF0abcdefghij_-=AB12",
        "atlasv1.abcdefghij0123456",
    ] {
        assert_eq!(mask(&format!("got {token} today")), "got *** today", "{token}");
    }
    assert_eq!(
        mask("pk_transactions_customer and npm-install-something-long"),
        "pk_transactions_customer and npm-install-something-long"
    );
}

#[test]
fn what_hides_hides_no_secret() {
    for from in [
        "password\u{1b}[0m=\u{1b}[32mk1\u{1b}[0m b",
        "pass\u{1b}[31mword=k1 b",
        "pass\u{200b}word=k1 b",
        "p\u{ad}assword = k\u{200b}1 b",
        "\u{1b}]0;x\u{7}pass\u{9b}1mword: k1 b",
        "AKIA\u{200b}ABCDEFGHIJKLMNOP k2",
    ] {
        let clean = mask(from);
        assert!(
            clean.contains(MASK) && !bare::of(&clean).text.contains("k1") && !clean.contains("ABCDEF"),
            "{clean:?}"
        );
        assert!(may_hold(from.as_bytes()) && (clean.ends_with(" b") || clean.ends_with(" k2")), "{clean:?}");
    }
    for text in ["\u{1b}[32mINFO\u{1b}[0m up", "caf\u{e9} \u{4e2d}\u{6587} 1", "a\u{200b}b", r"C:\users\x"] {
        assert!(!may_hold(text.as_bytes()) && matches!(mask(text), Cow::Borrowed(_)), "{text:?}");
    }
}

/// Any JSON, whose every leaf is known by `K1`.
fn json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        "[a-z \"\\\\{}\\[\\]:=,;'<>/\u{200b}]{0,6}K1x[a-z \"\\\\{}\\[\\]:=,;'<>/&%\n]{0,6}".prop_map(Value::from),
        Just(Value::from(778_811)),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zA-Z_ .\"\\\\]{1,8}", inner, 1..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_leaf_behind_a_secret_name_is_left_in_json(value in json(), name in prop::sample::select(vec!["password", "X-Api-Key", "Set-Cookie", "db.secret", "clientSecret", "Authorization"]), deep in 0..3usize) {
        let mut whole = serde_json::json!({"a": 1, name: value, "z": "stays"});
        for _ in 0..deep {
            whole = serde_json::json!({"b": [whole], "msg": "m"});
        }
        let text = whole.to_string();
        for text in [text.clone(), format!("2026-11-23T06:30:00Z stdout F {text}"), Value::from(text.clone()).to_string(), format!("took 1 ms {text}")] {
            let clean = mask(&text).into_owned();
            prop_assert!(!clean.contains("K1x") && !clean.contains("778811") && clean.contains("stays"), "{} became {}", text, clean);
            if text.starts_with('{') {
                prop_assert!(serde_json::from_str::<Value>(&clean).is_ok(), "{}", clean);
            }
            prop_assert_eq!(&mask(&clean), &clean);
        }
    }

    #[test]
    fn any_text_is_survived_and_what_is_masked_stays_so(text in "[a-z\u{1b}\u{200b}\u{9b}é中\"'\\\\{}\\[\\]<>/=:;,%&?@ \\-u0-9]{0,40}(password|token|cookie|api_key|curl -u)?[\"'=: <>{}\\[\\]\\\\\u{1b}\u{200b}a-z;,]{0,20}") {
        let clean = mask(&text).into_owned();
        prop_assert!(clean.len() <= 4 * text.len() + 16);
    }
}

#[test]
fn a_value_is_masked_by_its_key() {
    assert_eq!(mask_value("token", "abc"), MASK);
    assert_eq!(mask_value("zone", "a"), "a");
    assert_eq!(mask_value("token", ""), "");
}
