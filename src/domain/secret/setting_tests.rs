//! Names and values that little parts, and what is said instead of a secret: what must go, and what must stay.

use super::super::mask;

/// That each is masked as told, and stays so.
fn becomes(all: &[(&str, &str)]) {
    for (from, to) in all {
        assert_eq!(mask(from), *to);
        assert_eq!(mask(to), *to);
    }
}

fn stays(all: &[&str]) {
    for text in all {
        assert_eq!(mask(text), *text);
    }
}

#[test]
fn blanks_that_align_a_column_part_a_name_from_its_value() {
    for blanks in [1, 4, 5, 8, 9, 17, 40, 64] {
        let blank = " ".repeat(blanks);
        for (from, to) in [
            (format!("  + password{blank}= \"hunter 2\" x"), format!("  + password{blank}= \"***\" x")),
            (format!("password{blank}= hunter2"), format!("password{blank}= ***")),
            (format!("password:{blank}hunter2 x"), format!("password:{blank}*** x")),
            (format!("\"api_key\"{blank}:{blank}\"hunter2\""), format!("\"api_key\"{blank}:{blank}\"***\"")),
        ] {
            assert_eq!(mask(&from), to);
            assert_eq!(mask(&to), to);
        }
    }
    assert_eq!(mask("password\t\t\t\t\t\t=\t\t\t\t\t\thunter2"), "password\t\t\t\t\t\t=\t\t\t\t\t\t***");
    stays(&["  + password                = (sensitive value)", "  + master_password = (known after apply)"]);
}

#[test]
fn what_comes_instead_of_a_secret_is_one() {
    becomes(&[
        (r#"~ secret_key = "old1" -> "hunter3secret""#, r#"~ secret_key = "***" -> "***""#),
        (r#"~ secret_key = "***" -> "hunter3secret" x"#, r#"~ secret_key = "***" -> "***" x"#),
        (r#"  ~ password: "***" => "newhunter2""#, r#"  ~ password: "***" => "***""#),
        (r#"~ password           = "old1"   ->   "newhunter2""#, r#"~ password           = "***"   ->   "***""#),
        (r#"~ password = (sensitive value) -> "new1""#, r#"~ password = (sensitive value) -> "***""#),
        (r#"~ token = null -> "new1" -> x"#, r#"~ token = null -> "***" -> x"#),
        ("password=old1 -> new1 user=bob", "password=*** -> *** user=bob"),
        ("spring.rabbitmq.password -> hunter2", "spring.rabbitmq.password -> ***"),
        (r#"- "spring.rabbitmq.password" -> "hunter2""#, r#"- "spring.rabbitmq.password" -> "***""#),
    ]);
    stays(&[
        r#"- password = "***" -> null"#,
        r#"+ password = "***" -> (known after apply)"#,
        "fn token -> Option<String>",
        "password -> validated -> stored",
        "this->password->verify(a)",
    ]);
}

#[test]
fn what_a_command_sets_by_name_is_masked() {
    becomes(&[
        ("aws configure set aws_secret_access_key wJalrX/b+x", "aws configure set aws_secret_access_key ***"),
        (
            "COMMAND=/usr/bin/aws configure set default.aws_session_token IQoJb3 --profile x",
            "COMMAND=/usr/bin/aws configure set default.aws_session_token *** --profile x",
        ),
        ("Step 3/5 : ENV DB_PASSWORD hunter2", "Step 3/5 : ENV DB_PASSWORD ***"),
        ("ENV DB_PASSWORD=hunter2", "ENV DB_PASSWORD=***"),
        ("npm config set //registry/:_authToken hunter2", "npm config set //registry/:_authToken ***"),
        ("git config --global user.password hunter2", "git config --global user.password ***"),
        ("vault login hunter2", "vault login ***"),
        ("vault login -method=token hunter2 ", "vault login -method=token *** "),
        ("htpasswd -b /etc/x app hunter2", "htpasswd -b /etc/x app ***"),
        ("htpasswd -nbB app hunter2 > f", "htpasswd -nbB app *** > f"),
        ("htpasswd -cb -C 10 f app hunter2", "htpasswd -cb -C 10 f app ***"),
        ("COMMAND=/usr/sbin/chpasswd app:hunter2", "COMMAND=/usr/sbin/chpasswd app:***"),
        ("echo 'app:hunter2' | sudo chpasswd", "echo 'app:***' | sudo chpasswd"),
        ("useradd -m -p hunter2 app", "useradd -m -p *** app"),
        ("smbclient //h/share -U app%hunter2 -c ls", "smbclient //h/share -U app%*** -c ls"),
    ]);
    stays(&[
        "aws configure set region eu-west-1",
        "config set: token is missing",
        "ENV PASSWORD required",
        "ENV PATH /usr/bin",
        "vault login failed",
        "vault login -method=oidc",
        "htpasswd -c /etc/x app",
        "chpasswd: line 1: missing new password",
        "useradd -m app",
        "could not load config secret reload",
    ]);
}

#[test]
fn rows_of_tables_that_are_a_name_and_a_value_are_masked() {
    becomes(&[
        (
            "Key         Value\n---         -----\npassword    hunter\nuser        bob",
            "Key         Value\n---         -----\npassword    ***\nuser        bob",
        ),
        ("2026-11-27T10:00:00Z api_key      hunter2", "2026-11-27T10:00:00Z api_key      ***"),
        ("DB_PASSWORD    hunter2", "DB_PASSWORD    ***"),
        ("password\thunter2", "password\t***"),
        ("| password | hunter2 |", "| password | *** |"),
        ("| 7 | password | hunter2 | x |", "| 7 | password | *** | x |"),
        ("password,hunter2", "password,***"),
        ("\"password\";\"hunter2\"", "\"password\";\"***\""),
        ("Key (reset_token)=(a1 b2) already exists.", "Key (reset_token)=(***) already exists."),
        ("Key (id, token)=(7, a1) already exists.", "Key (id, token)=(***) already exists."),
    ]);
    stays(&[
        "token   expired",
        "tokens    1234",
        "INFO  com.acme.Token    Started",
        "SECRET    TTL",
        "db-token   kubernetes.io/service-account-token   3   5d",
        "user,password,email",
        "password,email",
        "| id | password | email |",
        "id | token | user_id",
        "the old password  was changed by bob",
        "Key (user_id)=(17) already exists.",
    ]);
}

#[test]
fn a_name_and_its_value_on_lines_of_their_own_are_masked() {
    becomes(&[
        (
            "env:\n  - name: DB_PASSWORD\n    value: hunter2\n  - name: HOST\n    value: h",
            "env:\n  - name: DB_PASSWORD\n    value: ***\n  - name: HOST\n    value: h",
        ),
        ("- name: DB_PASSWORD\r\n  value: \"hunter 2\"", "- name: DB_PASSWORD\r\n  value: ***"),
        (
            "patch {\n  \"name\": \"DB_PASSWORD\",\n            \"value\": \"hunter2\"\n",
            "patch {\n  \"name\": \"DB_PASSWORD\",\n            \"value\": \"***\"\n",
        ),
    ]);
    stays(&["- name: DB_PASSWORD\n  valueFrom:\n    secretKeyRef:\n      name: db", "- name: DB_HOST\n  value: h"]);
}

#[test]
fn protocols_and_sentences_give_no_password_away() {
    becomes(&[
        (r#"1.1 [0 127.0.0.1:6] "auth" "hunter2""#, r#"1.1 [0 127.0.0.1:6] "auth" "***""#),
        (r#""hello" "3" "auth" "default" "hunter2""#, r#""hello" "3" "auth" "default" "***""#),
        ("Unseal Key 1: 4jYbl2CB/x+", "Unseal Key 1: ***"),
        ("Initial Root Token: hvs.abc", "Initial Root Token: ***"),
        (r#"network={ssid="x" psk="hunter two"}"#, r#"network={ssid="x" psk="***"}"#),
        ("userPassword:: aHVudGVyMg==", "userPassword:: ***"),
        ("dbpass=hunter2 rootpw: hunter2", "dbpass=*** rootpw: ***"),
        ("a1 LOGIN app hunter2", "a1 LOGIN app ***"),
        (r#"a1 LOGIN "app" "hunter 2""#, r#"a1 LOGIN "app" "***""#),
        ("*:5432:*:app:hunter2", "*:5432:*:app:***"),
        (r#"The password for user app is "hunter two""#, r#"The password for user app is "***""#),
        ("password for app is hunter2", "password for app is ***"),
        ("Password set to hunter2", "Password set to ***"),
        ("Password changed from hunter1 to hunter2", "Password changed from *** to ***"),
        ("got .dockerconfigjson: eyJhdXRocyI6e30=", "got .dockerconfigjson: ***"),
        ("  tls.key: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQpNSUlFcEFJQkFB x", "  tls.key: *** x"),
    ]);
    stays(&[
        r#"scopes ["auth", "users"] and ['auth', 'users']"#,
        "  tls.crt: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSURCVENDQWUyZ0F3",
        "12 LOGIN attempts failed",
        "Password set to default",
        "password for user app is expired",
        "db:5432:orders is up",
        "bypass=all compass: north",
    ]);
}

#[test]
fn words_that_only_stand_beside_a_name_are_read() {
    becomes(&[
        (
            "sasl.jaas.config = org.apache.kafka.common.security.plain.PlainLoginModule required username=\"app\" password=\"k1\";",
            "sasl.jaas.config = org.apache.kafka.common.security.plain.PlainLoginModule required username=\"app\" password=\"***\";",
        ),
        (
            "error in object 'login' on field 'password': rejected value [hunter two]; codes [x]",
            "error in object 'login' on field 'password': rejected value [***]; codes [x]",
        ),
        (r#""password" : secret1 "x""#, r#""password" : *** "x""#),
        ("token.error=k1 io.token.Hidden: k1", "token.error=*** io.token.Hidden: ***"),
        ("jaas.config=hunter2 passwd: hunter2", "jaas.config=*** passwd: ***"),
    ]);
    stays(&[
        "SetUp failed for volume \"db-password\" : secret \"db-password\" not found",
        "io.jsonwebtoken.ExpiredJwtException: JWT expired at 2026-11-27T12:00:00Z. Current time: 2026",
        "passwd: password updated successfully",
        "passwd[12]: password for 'app' changed by 'root'",
        "on field 'password': rejected value [null]; codes [x]",
    ]);
}

#[test]
fn what_is_made_to_be_long_costs_no_more_than_it_is_long() {
    for part in [
        "password  ",
        "password -> ",
        "ENV ",
        "token=*** -> ",
        "| password ",
        "name: password\n",
        "token::  ",
        "config set ",
    ] {
        let text = part.repeat(20_000);
        assert!(mask(&text).len() <= 2 * text.len());
    }
    let blank = format!("password{}= x", " ".repeat(100_000));
    assert_eq!(mask(&blank), blank);
}

#[test]
fn whether_there_was_a_password_is_no_secret() {
    stays(&[
        "Access denied for user 'shop'@'10.0.0.1' (using password: YES)",
        "Access denied for user 'shop'@'10.0.0.1' (using password: NO)",
        "password: (empty)",
        "password: <none>",
    ]);
}

#[test]
fn what_a_failed_command_or_call_was_given_is_masked_in_its_quotes() {
    becomes(&[
        (
            "Command '['false', '--password', 's3cret9', '--n', '1']'",
            "Command '['false', '--password', '***', '--n', '1']'",
        ),
        (r#"run ["app", "--token", "s3cret9"] x"#, r#"run ["app", "--token", "***"] x"#),
        (
            "#0 PDO->__construct('mysql:host=db', 'root', 's3cretpw', Array)",
            "#0 PDO->__construct('mysql:host=db', 'root', '***', Array)",
        ),
        ("#1 mysqli_connect('db', 'root', 's3cretpw', 'shop')", "#1 mysqli_connect('db', 'root', '***', 'shop')"),
    ]);
    stays(&["parser.add_argument('-p', '--password', help='of the user')", "foo->__construct('a', 'b')"]);
}
