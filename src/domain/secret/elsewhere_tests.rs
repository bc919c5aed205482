//! What stands under a secret's name in place of one.

use super::super::{MASK, mask, mask_value};

#[test]
fn a_path_and_a_small_number_under_a_secrets_name_stay() {
    for text in [
        "sudo: bob : TTY=pts/0 ; PWD=/home/bob ; USER=root ; COMMAND=/bin/ls",
        r#"ssl_key=/etc/ssl/x.key tls_key: "/run/secrets/tls.key" keyfile=/x"#,
        r#"{"ssl_key":"/etc/ssl/x.key","PWD":"/srv/x","token":"/var/run/secrets/token"}"#,
        "credentials: ~/.aws/credentials",
        "secrets=3 cookies: 3 fencing_token=42 tokens=512 max_tokens=1024 token_count=512",
        r#"{"secrets":3,"cookies":12,"fencing_token":42}"#,
        r#"secret/name created, secrets "x" not found, secret_name=foo password_expired=true"#,
        "authorization=allow auth=none auth_method=password token_type=bearer grant_type=password",
        "password: changed by bob, password: updated",
    ] {
        assert_eq!(mask(text), text);
    }
    for (key, value) in
        [("PWD", "x1"), ("ssl_key", "MIIE/x"), ("db_password", "/etc/x"), ("token", "/x1/y"), ("secrets", "1234")]
    {
        assert_eq!(mask_value(key, value), MASK, "{key}");
    }
    assert_eq!(mask("password: changeme authorization=k1"), "password: *** authorization=***");
}

#[test]
fn what_was_masked_before_stays_as_it_was() {
    for text in [
        "password=<redacted> api_key=[REDACTED] token=(hidden)",
        "password=**** user=bob",
        "password: xxxxxxxx",
        r#"{"password":"[FILTERED]","token":"<redacted>","secret":"*****"}"#,
        r#"body={\"password\":\"[FILTERED]\"}"#,
    ] {
        assert_eq!(mask(text), text);
    }
    for told in ["***1", "hun****", "[k1]", "<k1>", "xx", "redacted1", "filtered"] {
        assert_eq!(mask_value("password", told), MASK, "{told}");
    }
    assert_eq!(mask_value("password", "<redacted>"), "<redacted>");
}
