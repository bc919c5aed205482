//! In which notations the value behind a secret's name is taken whole, and where it ends.

use super::*;

#[test]
fn a_value_in_quotes_is_masked_whole() {
    for (from, to) in [
        (r#"level=info cookie="sid=a1; auth=b2" msg=x"#, r#"level=info cookie="***" msg=x"#),
        (r#"{"msg":"in cookie=\"sid=a; auth=b2\" z"}"#, r#"{"msg":"in cookie=\"***\" z"}"#),
        (r#"HTTP_COOKIE="a=1; b=2" HTTP_HOST="h""#, r#"HTTP_COOKIE="***" HTTP_HOST="h""#),
        (r#"cookies="a=1; b=2" z="y""#, r#"cookies="***" z="y""#),
        ("{ cookie: 'a=1; b=2', via: 'c=3; d=4' }", "{ cookie: '***', via: 'c=3; d=4' }"),
        ("[(b'cookie', b'a=1; c=2'), (b'via', b'd=3; e=4')]", "[(b'cookie', b'***'), (b'via', b'd=3; e=4')]"),
        (r#"password="two words=x" z"#, r#"password="***" z"#),
        ("password='a''b' z='c''d'", "password='***' z='c''d'"),
        (r#"login passphrase "two words" ok"#, r#"login passphrase "***" ok"#),
        (r#"login name "two words" ok"#, r#"login name "two words" ok"#),
    ] {
        assert_eq!(mask(from), to);
    }
    assert_eq!(mask_value("http.request.header", r#"cookie: "a=1; b=2" z"#), r#"cookie: "***" z"#);
}

#[test]
fn an_end_of_a_line_that_is_written_out_ends_a_header() {
    for (from, to) in [
        (
            r"send: b'GET / HTTP/1.1\r\nAuthorization: Basic eA==\r\nCookie: a=c; auth=b2\r\nAccept: a; b\r\n'",
            r"send: b'GET / HTTP/1.1\r\nAuthorization: ***\r\nCookie: ***\r\nAccept: a; b\r\n'",
        ),
        (r"X-Api-Key: k1\r\nAccept: a\r\nCookie: a=1; b=2", r"X-Api-Key: ***\r\nAccept: a\r\nCookie: ***"),
        (r"X-Api-Key: k1\nAccept: a", r"X-Api-Key: ***\nAccept: a"),
        (r"password:\n k1 z", r"password:\n *** z"),
        // No end of a line: a password with a backslash.
        (r"password=a\nb z", "password=*** z"),
        (r"password=C:\new z", "password=*** z"),
    ] {
        assert_eq!(mask(from), to);
    }
    let long = format!("password:{}", r"\n".repeat(30_000));
    assert!(mask(&long).len() <= long.len() + 8);
}

#[test]
fn what_a_language_wraps_a_text_in_is_masked_with_it() {
    for (from, to) in [
        (
            r#"http.Header{"Authorization":[]string{"Bearer x"}, "Cookie":[]string{"a=1", "b"}, "Via":[]string{"c"}}"#,
            r#"http.Header{"Authorization":"***", "Cookie":"***", "Via":[]string{"c"}}"#,
        ),
        (r#"Login { user: Some("ana"), token: Some("k1") }"#, r#"Login { user: Some("ana"), token: *** }"#),
        (r#"token: Some(Secret("k1")), n: 1"#, "token: ***, n: 1"),
        (r#"got Secret("k1") and Name("k1")"#, r#"got Secret("***") and Name("k1")"#),
        (
            r#"["password"]=> string(8) "k1 k1" ["name"]=> string(3) "ana""#,
            r#"["password"]=> string(8) "***" ["name"]=> string(3) "ana""#,
        ),
        ("[password] => k1 [name] => ana", "[password] => *** [name] => ana"),
        ("user[password]=k1&user[name]=ana", "user[password]=***&user[name]=ana"),
        ("user%5Bpassword%5D=k1&user%5Bname%5D=ana", "user%5Bpassword%5D=***&user%5Bname%5D=ana"),
    ] {
        assert_eq!(mask(from), to);
    }
}

#[test]
fn what_says_that_there_is_no_secret_stays() {
    for text in [
        "Unexpected token: '<'",
        "SyntaxError: unexpected token: identifier",
        "no api_key: set API_KEY",
        "[credentials]: loaded 3 in 5 ms",
        "fetch(url, { credentials: 'include' })",
        "credentials: same-origin",
        r#"{"credentials":"include"}"#,
        "next_page_token=abc123xyz continuation_token: xyz123456",
        r#"{"nextPageToken":"CAUQAA12","syncToken":"k1","resume_token":{"_data":"82"}}"#,
    ] {
        assert_eq!(mask(text), text);
    }
    for (from, to) in [
        ("token: '<k1>'", "token: '***'"),
        ("no password: hunter2", "no password: ***"),
        ("credentials: k1", "credentials: ***"),
        ("csrf_token=abc123xyz", "csrf_token=***"),
        (r#"{"secret":{"next_token":"k1"}}"#, r#"{"secret":"***"}"#),
    ] {
        assert_eq!(mask(from), to);
    }
}

#[test]
fn a_secret_beside_a_long_run_is_masked_and_the_run_stays() {
    let run = "Q29weQ+/".repeat(300);
    for (before, behind) in
        [("body=", " password=hidden"), ("password=hidden body=", ""), ("token=t0k body=", " pwd: hidden")]
    {
        let masked = mask(&format!("{before}{run}{behind}")).into_owned();
        assert!(masked.contains(&run) && !masked.contains("hidden"), "{before}…{behind}: {masked}");
    }
    // What a name has behind it is taken whole, however long it is.
    assert_eq!(mask(&format!("password={run} x=1")), "password=*** x=1");
    assert_eq!(mask(&format!("{run} {run}password=hidden {run}")), format!("{run} {run}password=*** {run}"));
}

#[test]
fn a_short_name_behind_a_word_is_known_in_every_notation() {
    for name in ["DB_PASS", "smtp_pass", "dbPass", "db_pw", "userPw", "smtp-pass", "PASS", "mot de passe"] {
        for (from, to) in [
            (format!(r#"{{"msg":"x","{name}":"k1"}}"#), format!(r#"{{"msg":"x","{name}":"***"}}"#)),
            (format!(r#"{{"msg":"x","env":{{"{name}":"k1"}}}}"#), format!(r#"{{"msg":"x","env":{{"{name}":"***"}}}}"#)),
            (format!(r#"{{"msg":"got {{\"{name}\":\"k1\"}}"}}"#), format!(r#"{{"msg":"got {{\"{name}\":\"***\"}}"}}"#)),
            (format!("got {{'{name}': 'k1'}}"), format!("got {{'{name}': '***'}}")),
            (format!(r#"got "{name}"=>"k1""#), format!(r#"got "{name}"=>"***""#)),
        ] {
            assert_eq!(mask(&from), to);
        }
    }
    assert_eq!(mask("run --smtp-pass k1 -v"), "run --smtp-pass *** -v");
    for text in [r#"{"compass":"north","bypass":"all","spw":"k1"}"#, "got {'bypass': 'all'}", "--- PASS: TestA (0.00s)"]
    {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn attributes_of_an_element_have_names_of_their_own() {
    for (from, to) in [
        (r#"<Resource username="u" password="k1"/>"#, r#"<Resource username="u" password="***"/>"#),
        ("<user password='k1'/>", "<user password='***'/>"),
        ("put <user name='a' password='k1'>x</user>", "put <user name='a' password='***'>x</user>"),
        (r##"#<struct User password="k1", id=1>"##, r##"#<struct User password="***", id=1>"##),
        (r##"#<User id: 1, password: "k1">"##, r##"#<User id: 1, password: "***">"##),
        ("<User name=bob password=k1> b", "<User name=bob password=***> b"),
        ("<User name=bob password=k1>k1 b", "<User name=bob password=*** b"),
        ("<Config api_key=k1 token=k2>", "<Config api_key=*** token=***>"),
        (r#"<a href="https://h/x?token=k1&a=1">go</a>"#, r#"<a href="https://h/x?token=***&a=1">go</a>"#),
        (r#"{"msg":"<u a=\"b\" password=\"k1\"/>"}"#, r#"{"msg":"<u a=\"b\" password=\"***\"/>"}"#),
        (r#"<u a=\"b\" password=\"k1\"/> b"#, r#"<u a=\"b\" password=\"***\"/> b"#),
        ("<a b='c'><password>k1</password></a>", "<a b='c'><password>***</password></a>"),
    ] {
        assert_eq!(mask(from), to);
        assert_eq!(mask(to), to);
    }
    for text in [
        r#"<Resource username="u" maxTotal="20" type="secret"/>"#,
        "List<String token> of <a b> where 1 <c and d> e",
        "<passwords required='true'/> and <a passwordless=1>",
    ] {
        assert_eq!(mask(text), text);
    }
    let open = "<token>".repeat(20_000) + "k1 <password>k 1</password>";
    assert!(mask(&open).ends_with("<token>*** <password>***</password>"));
    let wide = "<a b ".repeat(20_000) + "token=k1>";
    assert!(mask(&wide).ends_with("token=***>"));
}

#[test]
fn a_name_in_two_words_and_a_sentence_with_a_colon_name_a_secret() {
    for (from, to) in [
        ("your new password is: hunter2 now", "your new password is: *** now"),
        ("The token was: k1abc", "The token was: ***"),
        ("API key: k1abc", "API key: ***"),
        ("api key = 'k1' x", "api key = '***' x"),
        ("Secret key: k1abc, region: x", "Secret key: ***, region: x"),
        ("access token: hunter, secret password: hunter", "access token: ***, secret password: ***"),
        ("mot de passe: k1abc", "mot de passe: ***"),
        ("password := \"k1\"", "password := \"***\""),
        ("\"api_key\" := 'k1'", "\"api_key\" := '***'"),
    ] {
        assert_eq!(mask(from), to);
        assert_eq!(mask(to), to);
    }
    for text in [
        "the password is: required",
        "API key: missing",
        "api key: configured, secret key: not set",
        "no API key: pass one",
        "the rapi keyed: abc and access monkey: k1abc",
        "err := token(a)",
        "if (password := self.password) is None:",
        "token := newToken(1)",
        "* `passphrase`: {string} to decrypt with, `privateKey`: see above",
    ] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn terms_of_erlang_and_elixir_name_a_secret() {
    for (from, to) in [
        (
            r#"[{user,<<"bob">>},{password,<<"hunter2hunter2">>},{n,1}]"#,
            r#"[{user,<<"bob">>},{password,<<"***">>},{n,1}]"#,
        ),
        (r#"{password, "hunter2hunter2"} {:token, "hunter2hunter2"}"#, r#"{password, "***"} {:token, "***"}"#),
        (r#"#{password => <<"hunter2hunter2">>,n => 1}"#, r#"#{password => <<"***">>,n => 1}"#),
        (r#"#{<<"password">> => <<"hunter2hunter2">>}"#, r#"#{<<"password">> => <<"***">>}"#),
        (r#"{<<"password">>,<<"hunter2hunter2">>}"#, r#"{<<"password">>,<<"***">>}"#),
        (
            r#"[password: "hunter2hunter2"] %{password: "hunter2hunter2", n: 1} %{"password" => "hunter2hunter2"}"#,
            r#"[password: "***"] %{password: "***", n: 1} %{"password" => "***"}"#,
        ),
        (r#"{"msg":"got {password,<<\"hunter2hunter2\">>} x"}"#, r#"{"msg":"got {password,<<\"***\">>} x"}"#),
    ] {
        assert_eq!(mask(from), to);
        assert_eq!(mask(to), to);
    }
    for text in
        ["const { password, email } = body", r#"{error,"no password"} {password, missing}"#, r#"{"password","user"}"#]
    {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn a_comma_ends_a_value_where_a_pair_begins_behind_it() {
    for (from, to) in [
        ("password=abc,hunter2hunter2 user=bob", "password=*** user=bob"),
        ("password=abc,hunter2hunter2,x,user=bob", "password=***,user=bob"),
        ("f(password=abc, name=x)", "f(password=***, name=x)"),
        ("password=abc,ZGVm==", "password=***"),
        ("a=1,token=abc,b.c[0]=2", "a=1,token=***,b.c[0]=2"),
        (r#"password=abc,"x""#, r#"password=***,"x""#),
        ("GET /a?token=abc,200,12ms", "GET /a?token=***,200,12ms"),
    ] {
        assert_eq!(mask(from), to);
        assert_eq!(mask(to), to);
    }
    let wide = format!("password={}", "a,".repeat(30_000));
    assert!(mask(&wide).len() < 32);
}

#[test]
fn what_a_terminal_takes_for_a_link_or_a_title_gives_nothing_away() {
    for (from, to) in [
        (
            "\u{1b}]8;;https://u:hunter2hunter2@h/\u{1b}\\text\u{1b}]8;;\u{1b}\\",
            "\u{1b}]8;;https://u:***@h/\u{1b}\\text\u{1b}]8;;\u{1b}\\",
        ),
        (
            "\u{1b}]8;;https://h/x?token=hunter2hunter2\u{7}text\u{1b}]8;;\u{7} ok",
            "\u{1b}]8;;https://h/x?token=***\u{7}text\u{1b}]8;;\u{7} ok",
        ),
        ("\u{1b}]0;password=hunter2hunter2\u{7} done", "\u{1b}]0;password=***\u{7} done"),
        (
            r#"{"msg":"\u001b]8;;https://u:hunter2hunter2@h/\u001b\\text"}"#,
            r#"{"msg":"\u001b]8;;https://u:***@h/\u001b\\text"}"#,
        ),
    ] {
        assert_eq!(mask(from), to);
        assert_eq!(mask(to), to);
    }
}
