//! Which names are a secret's, and what is masked by them.

use super::super::mask;
use super::*;

#[test]
fn keys_are_known_by_their_ends() {
    for key in
        ["password", "spring.datasource.password", "X-Api-Key", "clientSecret", "AUTH_TOKEN", "Set-Cookie", "dsn"]
    {
        assert!(is_secret_key(key), "{key}");
    }
    for key in ["", "weight", "zone", "key", "tokens_used", "password-policy", "passwordless", "primary_key"] {
        assert!(!is_secret_key(key), "{key}");
    }
}

#[test]
fn a_key_is_a_secret_where_it_opens_something() {
    for key in [
        "AccountKey",
        "accountKey",
        "account_key",
        "ACCOUNT_KEY",
        "azure.storage.account-key",
        "sharedAccessKey",
        "accountkey",
        "signingKey",
        "SSH_KEY",
        "masterKey",
        "licenseKey",
        "stripeKey",
        "AZURE_STORAGE_KEY",
        "user.encryptionKey",
        "subscription-key",
        "Ocp-Apim-Subscription-Key",
        "aws.secretKey.value",
        "tokens",
        "hmac_key_2",
        "passwordHash",
        "password_hash",
        "pwdHash",
        "pass",
        "db_pass",
        "smtpPass",
        "SMTP_PASS",
        "mail.pass",
        "pw",
        "db_pw",
        "userPw",
        "passcode",
        "user.passwort",
        "contraseña",
        "contrasena",
        "mot_de_passe",
        "motDePasse",
        "password_confirmation",
        "passwordConfirm",
        "password_repeat",
        "user.password-again",
        "password1",
        "password2",
        "password_2",
        "token2",
        "codeVerifier",
        "storepass",
        "keypass",
        "trustStorePass",
        "client-key-data",
        "privateKeyData",
        "private_key_pem",
        "requirepass",
    ] {
        assert!(is_secret_key(key), "{key}");
    }
    for key in [
        "key",
        "countryKey",
        "storageKey",
        "storage_key",
        "batchKey",
        "subKey",
        "userKey",
        "processDefinitionKey",
        "tenantKey",
        "issueKey",
        "jobKey",
        "businessKey",
        "warehouse-key",
        "primary key",
        "primary_key",
        "primaryKey",
        "PRIMARY_KEY",
        "routing_key",
        "messaging.rabbitmq.destination.routing_key",
        "partitionKey",
        "cache_key",
        "cacheKey",
        "cache.key",
        "kafka.message.key",
        "monkey",
        "turkey",
        "publicKey",
        "idempotency-key",
        "Idempotency-Key",
        "sort-key",
        "redis_key",
        "keys",
        "keyspace",
        "bypass",
        "compass",
        "passed",
        "passport",
        "password-policy",
        "db.redis.key",
        "ROUTING_KEY",
        "key_",
        "passive",
        "password_confirmed_at",
        "password_policy2",
        "tokenizer2",
        "token_2024",
        "token2id",
        "tokens_used",
        "fencing_token",
        "certificate-authority-data",
        "cache_key_data",
    ] {
        assert!(!is_secret_key(key), "{key}");
    }
    for (from, to) in [
        (r#"{"tokens":["X1","X2"],"n":1}"#, r#"{"tokens":"***","n":1}"#),
        (
            r#"{"max_tokens":4096,"usage":{"tokens":{"prompt":12,"total":15}}}"#,
            r#"{"max_tokens":4096,"usage":{"tokens":{"prompt":12,"total":15}}}"#,
        ),
        ("max_tokens=4096 tokens: 12", "max_tokens=4096 tokens: 12"),
        ("AccountName=a;AccountKey=X1abcd==;EndpointSuffix=x", "AccountName=a;AccountKey=***;EndpointSuffix=x"),
        (r#"{"accountKey":"X1","cacheKey":"c:1"}"#, r#"{"accountKey":"***","cacheKey":"c:1"}"#),
        (r#"{"passwordHash":"X1"}"#, r#"{"passwordHash":"***"}"#),
        (r#"{"args":["run","--password","X1","--name","n"]}"#, r#"{"args":["run","--password","***","--name","n"]}"#),
        (r#"{"args":["--api-key","X1"]}"#, r#"{"args":["--api-key","***"]}"#),
        ("pwd=X1; pass: X2; passphrase=X3", "pwd=***; pass: ***; passphrase=***"),
        ("--- PASS: TestOrders (0.00s)", "--- PASS: TestOrders (0.00s)"),
        ("pass: 12, fail: 3", "pass: 12, fail: 3"),
        ("bypass: all", "bypass: all"),
        ("mysql -u root -pX1 orders", "mysql -u root -p*** orders"),
        ("mysqldump -h db -P 3306 orders", "mysqldump -h db -P 3306 orders"),
        ("clone https://X1token@github.com/a.git", "clone https://***@github.com/a.git"),
        ("clone https://X1:x-oauth-basic@github.com/a", "clone https://***:***@github.com/a"),
        ("postgres://ana@db/orders", "postgres://ana@db/orders"),
        ("GET https://h/@ana?to=a@b", "GET https://h/@ana?to=a@b"),
        (
            "duplicate key value violates unique constraint, cache key: a",
            "duplicate key value violates unique constraint, cache key: a",
        ),
        ("routing_key=orders.new partition_key=7", "routing_key=orders.new partition_key=7"),
    ] {
        assert_eq!(mask(from), to);
    }
}

#[test]
fn names_in_other_languages_and_short_ones_are_known_in_text() {
    let text = "passwort=S3cr3tP4ss40 contraseña=S3cr3tP4ss41 mot_de_passe=S3cr3tP4ss42 pw=\"x y\" x";
    assert_eq!(mask(text), "passwort=*** contraseña=*** mot_de_passe=*** pw=\"***\" x");
    assert_eq!(mask(r#"{"pw":"S3cr3tP4ss12","passcode":"S3cr3tP4ss14"}"#), r#"{"pw":"***","passcode":"***"}"#);
}
