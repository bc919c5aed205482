//! Names whose values are secret.

use std::sync::LazyLock;

use regex::bytes::Regex;

/// The longest key that is looked at, in bytes.
const LONGEST: usize = 4 << 10;

/// The end of a secret's name, or of a name that it lies under: `spring.datasource.password`, `X-Api-Key`, `clientSecret`,
/// `db_password.value`, `api_keys[0]`. Capitals or not, whatever parts its words.
static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x-u)(?i:
        passw(?:or)?ds? | passphrases? | pwd | secrets? | secret[_.\ -]?values? | token
        | (?:auth | access | refresh | bearer | api | session | id)[_.\ -]?tokens
        | credentials? | authorization | cookies? | dsn | sessionid | connection[_.\ -]?strings?
        | (?:api | secret | access | private | signing | encryption | session)[_.\ -]?keys?
        | vcap[_.\ -]services | keystore[_.\ -]?pass | jaas[_.\ -]?config
        )[^A-Za-z0-9.]*(?:\[[0-9]*\])?[^A-Za-z0-9.]*(?:\.|$)",
    )
    .expect("a constant expression, compiled by a test")
});

/// Whether the value under this key is a secret by the name of the key, or by one of those that it lies under.
pub fn is_secret_key(key: &str) -> bool {
    if key.is_empty() || key.len() > LONGEST {
        return false;
    }
    match super::bare::may_hide(key.as_bytes()) {
        true => SECRET.is_match(super::bare::of(key).text.as_bytes()),
        false => SECRET.is_match(key.as_bytes()),
    }
}
