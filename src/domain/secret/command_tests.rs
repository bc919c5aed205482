//! Commands, statements and protocols that give a secret away, and lines that look alike.

use super::super::{mask, mask_value};

#[test]
fn statements_of_sql_give_no_password_away() {
    for (from, to) in [
        ("ALTER USER bob WITH PASSWORD 'k1'", "ALTER USER bob WITH PASSWORD '***'"),
        ("CREATE USER bob WITH ENCRYPTED PASSWORD 'k''1';", "CREATE USER bob WITH ENCRYPTED PASSWORD '***';"),
        ("CREATE USER 'bob'@'%' IDENTIFIED BY 'k1'", "CREATE USER 'bob'@'%' IDENTIFIED BY '***'"),
        ("create user b identified with caching_sha2 by 'k1'", "create user b identified with caching_sha2 by '***'"),
        ("CREATE USER bob IDENTIFIED BY k1;", "CREATE USER bob IDENTIFIED BY ***;"),
        ("SET PASSWORD FOR 'bob'@'%' = PASSWORD('k1')", "SET PASSWORD FOR 'bob'@'%' = PASSWORD('***')"),
        ("SET PASSWORD FOR 'bob'@'%' = 'k1'", "SET PASSWORD FOR 'bob'@'%' = '***'"),
        ("SET PASSWORD = 'k1'", "SET PASSWORD = '***'"),
        ("UPDATE `users` SET `password`='k1', `n`=1", "UPDATE `users` SET `password`='***', `n`=1"),
        ("UPDATE u SET `db_pass` = 'k1'", "UPDATE u SET `db_pass` = '***'"),
        (r"UPDATE u SET password=E'k\'1', n=2", "UPDATE u SET password=E'***', n=2"),
        ("CREATE LOGIN bob WITH PASSWORD = N'k1'", "CREATE LOGIN bob WITH PASSWORD = N'***'"),
        (r"UPDATE u SET password='k\'1', n='2'", "UPDATE u SET password='***', n='2'"),
    ] {
        assert_eq!(mask(from), to);
        for key in ["db.query.text", "db.statement"] {
            assert_eq!(mask_value(key, from), to);
        }
    }
    for text in [
        "SELECT 'password' FROM users WHERE name = 'bob'",
        "the user identified by 17 left",
        "ALTER USER bob WITH LOGIN",
        "password 'missing'",
    ] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn commands_and_protocols_give_no_password_away() {
    for (from, to) in [
        ("run docker login -u x -p k1 reg", "run docker login -u x -p *** reg"),
        ("mysql -pk1 orders", "mysql -p*** orders"),
        (
            r#"["/usr/bin/mysql","-u","root","-pS3cr3t","-P","3306"]"#,
            r#"["/usr/bin/mysql","-u","root","***","-P","3306"]"#,
        ),
        (r#"{"argv":["sh","mysqldump","-pS3cr3t","-p"]}"#, r#"{"argv":["sh","mysqldump","***","-p"]}"#),
        ("mysql -uroot -p'k 1' -h db", "mysql -uroot -p*** -h db"),
        ("mysql -p'k,1", "mysql -p***"),
        ("mysql -p\"k, 1\" x", "mysql -p*** x"),
        ("sshpass -p'k1' ssh h", "sshpass -p*** ssh h"),
        ("sshpass -p \"k 1\" ssh h", "sshpass -p *** ssh h"),
        ("keytool -storepass k1 -keypass k2 -v", "keytool -storepass *** -keypass *** -v"),
        (r#"["redis-cli","-h","x","-a","k1","ping"]"#, r#"["redis-cli","-h","x","-a","***","ping"]"#),
        (r#"{"cmd":["sshpass","-p","k1","ssh"]}"#, r#"{"cmd":["sshpass","-p","***","ssh"]}"#),
        (r#"{"cmd":["curl","-s","-u","bob:k1","h"]}"#, r#"{"cmd":["curl","-s","-u","***","h"]}"#),
        (r#"["/bin/ldapsearch","-D","cn=a","-w","k1"]"#, r#"["/bin/ldapsearch","-D","cn=a","-w","***"]"#),
        (r#"["docker","login","-u","a","-p","k1"]"#, r#"["docker","login","-u","a","-p","***"]"#),
        ("Command '['redis-cli', '-a', 'k1', 'ping']' failed", "Command '['redis-cli', '-a', '***', 'ping']' failed"),
        ("Command '['mysql', '-pk1', 'x']' failed", "Command '['mysql', '-p***', 'x']' failed"),
        ("Command '['curl', '-u', 'bob:k1', 'h']' failed", "Command '['curl', '-u', 'bob:***', 'h']' failed"),
        ("['docker', 'login', '-u', 'a', '-p', 'k1']", "['docker', 'login', '-u', 'a', '-p', '***']"),
        (
            "A temporary password is generated for root@localhost: k,a;(B",
            "A temporary password is generated for root@localhost: ***",
        ),
        ("Password for user bob: S3cr3tP4ss", "Password for user bob: ***"),
        ("card 4111 1111 1111 1111 declined", "card *** declined"),
        ("card_number=4111-1111-1111-1111,x", "card_number=***,x"),
        ("ldapsearch -D cn=a -w k1 -b x", "ldapsearch -D cn=a -w *** -b x"),
        ("openssl rsa -passin pass:k1 -in a", "openssl rsa -passin pass:*** -in a"),
        ("rabbitmqctl add_user bob k1", "rabbitmqctl add_user bob ***"),
        ("C: AUTH PLAIN AGJvYgBrMQ==", "C: AUTH PLAIN ***"),
        ("redis AUTH hunter2", "redis AUTH ***"),
        ("AUTH default k1", "AUTH default ***"),
        (r#"1.1 [0 127.0.0.1:6] "AUTH" "bob" "k1""#, r#"1.1 [0 127.0.0.1:6] "AUTH" "bob" "***""#),
        ("ftp> PASS hunter2", "ftp> PASS ***"),
        ("USER bob PASS k1", "USER bob PASS ***"),
        ("machine github.com login u password k1", "machine github.com login u password ***"),
        ("login u password hunter2", "login u password ***"),
        ("curl -u user:k1 https://h", "curl -u user:*** https://h"),
        ("Your OTP code is 482913, ana", "Your OTP code is ***, ana"),
        ("verification code: 482913", "verification code: ***"),
    ] {
        assert_eq!(mask(from), to);
    }
    for text in [
        "docker login --password-stdin reg",
        "docker run -p 80:80 x",
        r#"["docker","run","-p","80:80"]"#,
        r#"["curl","-u","bob","h:80"]"#,
        r#"["ssh","-p","2222"]"#,
        r#"["mysql","-u","root","-P","3306","-p"]"#,
        "'mysql -u root -p' failed, 'it is' so",
        "['mysql', '-u', 'root', '-p', 'orders']",
        "a password is generated for each user",
        r#"["redis-cli",7,{"a":"-a"},"b"]"#,
        "250-AUTH PLAIN LOGIN CRAM-MD5",
        "AUTH LOGIN failed",
        "AUTH failed for bob",
        "AUTH REQUIRED",
        "PASS src/app.test.js",
        "--- PASS: TestOrders (0.00s)",
        "PASS 12",
        "login of bob: password expired",
        "login bob password expired",
        "verification code sent",
        "error code: 482913",
    ] {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn commands_and_settings_of_redis_give_no_password_away() {
    for (from, to) in [
        ("requirepass hunter2hunter2", "requirepass ***"),
        ("CONFIG SET requirepass foobared", "CONFIG SET requirepass ***"),
        ("masterauth hunter2hunter2", "masterauth ***"),
        (
            r#"1.1 [0 127.0.0.1:6] "CONFIG" "SET" "requirepass" "foobared""#,
            r#"1.1 [0 127.0.0.1:6] "CONFIG" "SET" "requirepass" "***""#,
        ),
        ("requirepass=hunter2hunter2 masterauth: hunter2hunter2", "requirepass=*** masterauth: ***"),
        ("AUTH bob hunter2hunter2", "AUTH bob ***"),
        ("HELLO 3 AUTH bob hunter SETNAME x", "HELLO 3 AUTH bob *** SETNAME x"),
        ("ACL SETUSER bob on >hunter2hunter2 ~* +@all", "ACL SETUSER bob on >*** ~* +@all"),
    ] {
        assert_eq!(mask(from), to);
        assert_eq!(mask(to), to);
    }
    for text in
        ["AUTH user failed", "AUTH from 10.0.0.1", "requirepass is set", "requirepass directive used", "HELLO 3"]
    {
        assert_eq!(mask(text), text);
    }
}

#[test]
fn a_sentence_gives_a_password_away_that_looks_like_one() {
    for (from, to) in [
        ("password hunter2hunter2", "password ***"),
        ("passwd is hunter2hunter2", "passwd is ***"),
        ("using password hunter2hunter2 for user bob", "using password *** for user bob"),
        ("set password to hunter2hunter2, done", "set password to ***, done"),
        ("the password S3cr3t!x was used", "the password *** was used"),
        ("passphrase hunter2hunter2", "passphrase ***"),
    ] {
        assert_eq!(mask(from), to);
        assert_eq!(mask(to), to);
    }
    for text in [
        "password changed",
        "password reset requested",
        "password expired",
        "password required",
        r#"password authentication failed for user "bob""#,
        "password Base64 decoder failed",
        "password SCRAM-SHA-256-PLUS used",
        "password length8 is too small",
        "reset password for user42",
        "wrong password attempt3 from bob",
        "password policy12 applied",
        "reset password bob@example.com",
        "password must have 8 characters!!",
        "password 2026-11-27T10:00:00Z is its date",
    ] {
        assert_eq!(mask(text), text);
    }
}
