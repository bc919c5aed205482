//! Addresses that let somebody in, and those that do not.

use super::super::mask;

#[test]
fn passwords_in_addresses_are_masked() {
    for (from, to) in [
        ("dsn bob:k1@tcp(db:3306)/shop?x=1", "dsn bob:***@tcp(db:3306)/shop?x=1"),
        ("bob:k/1:x@unix(/tmp/s)/shop", "bob:***@unix(/tmp/s)/shop"),
        ("bob:k/x@tcp(db:3306)/shop", "bob:***@tcp(db:3306)/shop"),
        ("https://bob:S3cr3t:P4ss/x@h/ and on", "https://bob:***@h/ and on"),
        ("amqps://bob:%40k/1@mq/", "amqps://bob:***@mq/"),
        ("amqps://bob:{k/1@mq/", "amqps://bob:***@mq/"),
        ("amqps://bob:k1/x1@mq/", "amqps://bob:***@mq/"),
        ("postgres://bob:pass/word@db/x", "postgres://bob:***@db/x"),
        ("postgres://bob:k/1@10.0.0.1", "postgres://bob:***@10.0.0.1"),
        ("git+https://ana:k/1@v1.example.com/a", "git+https://ana:***@v1.example.com/a"),
        ("postgres://bob:p@ssk1@db/x", "postgres://bob:***@db/x"),
        ("postgres://bob:p@ss#k1@db/x", "postgres://bob:***@db/x"),
        ("postgres://bob:k1@ss#k1@db/x", "postgres://bob:***@db/x"),
        ("redis://:p@@ss@k1@db:6379 up", "redis://:***@db:6379 up"),
        ("http://bob:k1@h?mail=a@b.c", "http://bob:***@h?mail=a@b.c"),
        ("mongodb://u:k1@a:1,b@c/x", "mongodb://u:***@a:1,b@c/x"),
        ("to bob:k1@db.example.com:5432", "to bob:***@db.example.com:5432"),
        ("jdbc:oracle:thin:bob/k1@host:1521:x", "jdbc:oracle:thin:bob/***@host:1521:x"),
        ("sqlplus -s bob/k1@db", "sqlplus -s bob/***@db"),
        ("ftp://bob@example.com:k1@host/", "ftp://bob@example.com:***@host/"),
        ("smtp bob@example.com:k1@smtp.example.com", "smtp bob@example.com:***@smtp.example.com"),
        ("//bob:k1@host/share", "//bob:***@host/share"),
        ("/?to=https%3A%2F%2Fbob%3Ak1%40h%2F", "/?to=https%3A%2F%2Fbob%3A***%40h%2F"),
        ("https://api.telegram.org/bot123:k1-x/getUpdates", "https://api.telegram.org/bot123:***/getUpdates"),
        ("bot 123456789:AAabcdefghijklmnopqrstuvwxyz0123456 up", "bot 123456789:*** up"),
        ("https://hooks.slack.com/services/T00/B00/k1X", "https://hooks.slack.com/services/T00/B00/***"),
        ("https://discord.com/api/webhooks/17/k1_x-y", "https://discord.com/api/webhooks/17/***"),
        ("POST /api/v9/webhooks/17/k1abcdefghijklmnop 204", "POST /api/v9/webhooks/17/*** 204"),
        ("x.webhook.office.com/w/IncomingWebhook/k1/g", "x.webhook.office.com/w/IncomingWebhook/***/g"),
    ] {
        assert_eq!(mask(from), to);
        assert_eq!(mask(to), to);
    }
}

#[test]
fn addresses_without_a_password_stay() {
    for text in [
        "sip:bob@example.com:5060 rang",
        "mailto:bob@example.com",
        "rcpt to:bob@example.com:25",
        "ssh:bob@example.com:22",
        "docker-pullable://img@sha256:9f86d081884c7d65",
        "docker-pullable://img:v1@sha256:9f86d081884c7d65",
        r#"{"imageID":"docker-pullable://nginx:1.2@sha256:9f86d081884c7d65"}"#,
        "https://example.com/a#b@c http://h:80/#a@b.de",
        "pulled docker.io/repo:tag@sha256:0a1b2c3d4e",
        "at 12:30:45 bob@example.com:25 spoke",
        "GET http://h:8080/a/@x",
        "GET http://h:8080/@scope/pkg",
        "http://[::1]:8080/a@x and mongodb://a:27017,b:27017/x@y",
        "postgres://ana@db:5432/orders",
        "GET http://orders:${PORT}/v1/users/ana@example.com 404",
        "route http://{host}:{port}/users/ana@example.com",
        "to http://%s:%d/users/%s@example.com and http://:host::port/users/ana@example.com",
        "kafka://topic:orders/partition@5",
        "oci://reg:latest/orders@sha256:9f86d081884c7d65",
        "git+https://github.com:acme/orders@v1.2",
        "git+https://github.com:acme/orders@main#egg=orders",
        "webpack://shop:main/./src/index.js@7",
        "content://media:external/images@2x, s3://bucket:prefix/key@v1",
        "404 'https://registry.acme.io:npm/@scope/pkg@1.0.0'",
        "/?to=https%3A%2F%2Fh%3A8080%2Fa",
        "POST /api/webhooks/17/deliveries 204",
        "https://slack.com/services/a/b/c",
        "00:1a:aa:bb:cc:dd 10.0.0.1:80",
        "jdbc:oracle:thin:@host:1521:x",
    ] {
        assert_eq!(mask(text), text);
    }
    let wide = "a://b:c/d@e".repeat(20_000);
    assert!(mask(&wide).len() <= wide.len() + 8);
}

#[test]
fn slashes_that_json_escapes_part_a_scheme_from_its_host_all_the_same() {
    for text in [
        r#"{"level":"info","url":"https:\/\/u:hunter2@h\/x","msg":"x"}"#,
        r#"{"msg":"to https:\/\/u:hunter2@h\/x"}"#,
        r#"{"body":"{\"url\":\"amqp:\\\/\\\/u:hunter2@mq:5672\\\/v\"}"}"#,
        r#"body={\"url\":\"https:\\/\\/u:hunter2@h\\/x\"}"#,
        r"GET https:\/\/hunter2@h\/x",
    ] {
        let told = mask(text);
        assert!(!told.contains("hunter2") && told.contains("***"), "{told}");
    }
    for text in [r#"{"url":"https:\/\/h\/x","by":"a@b.de"}"#, r#"{"p":"C:\\/x","q":"\/a\/b"}"#] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn colours_that_are_told_instead_of_shown_part_no_name_from_its_value() {
    for (on, off) in [
        ("#033[36m", "#033[0m"),
        ("\\x1b[3m", "\\x1b[0m"),
        ("\\033[1;31m", "\\033[m"),
        ("^[[36m", "^[[0m"),
        ("\\e[36m", "\\e[0m"),
    ] {
        let told = mask(&format!("INFO login {on}password{off}={on}hunter2{off} ok")).into_owned();
        assert!(!told.contains("hunter2") && told.contains("ok"), "{told}");
    }
    for text in ["a[33[0] of x#033", "ids: [1, [2, 3]] C:\\x1b\\[y]", "issue #033 [closed]"] {
        assert_eq!(mask(text), text);
    }
}
