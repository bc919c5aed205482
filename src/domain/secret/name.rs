//! Names whose values are secret: those of passwords, tokens and credentials, and every `…key` that opens something.

use std::sync::LazyLock;

use regex::bytes::Regex;

use super::key::is_key;

/// The longest key that is looked at, in bytes.
const LONGEST: usize = 4 << 10;

/// The end of a secret's name, or of a name that it lies under: `spring.datasource.password`, `X-Api-Key`, `clientSecret`,
/// `db_password.value`, `api_keys[0]`. Capitals or not, whatever parts its words.
static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x-u)(?i:
        (?: passw(?:or)?ds? | passphrases? | pwd | secrets? )
            (?:[_.\ -]?(?:hash(?:es)?|digest|salt|confirm(?:ation)?|repeat(?:ed)?|again|retype|verify|[0-9]{1,2}))?
        | secret[_.\ -]?(?:values?|string|text) | tokens? | token[_-]?[0-9]{1,2}
        | (?:auth | access | refresh | bearer | api | session | id)[_.\ -]?tokens
        | credentials? | authorization | cookies? | dsn | sessionid | connection[_.\ -]?strings?
        | (?:api | secret | access | private | signing | encryption | session)[_.\ -]?keys?
        | (?:account | master | shared | subscription | license)keys? | secret[_.\ -]?key[_.\ -]?base
        | phpsessid | rediscli_auth | saml_?(?:response | request) | code[_-]?verifier
        | (?:^|[^A-Za-z0-9])(?:pass|pw) | (?-i:[a-z0-9]P(?:ass|w))
        | passcodes? | passwort | kennwort | contrase(?:\xc3[\xb1\x91]|n)as? | mot[_.\ -]?de[_.\ -]?passe
        | (?:^|[^A-Za-z0-9])(?:(?:db|root|bind|user|admin|ldap|smtp|mysql|redis|mail|login|new|old)(?:pass|pw)|(?:wpa[_.\ -]?)?psk)
        | dockerconfigjson | dockercfg | requirepass | masterauth | vcap[_.\ -]services | (?:key|store)[_.\ -]?pass | jaas[_.\ -]?config
        )[^A-Za-z0-9.]*(?:\[[0-9]*\])?[^A-Za-z0-9.]*(?:\.|$)",
    )
    .expect("a constant expression, compiled by a test")
});

/// Whether the value under this key is a secret by the name of the key, or by one of those that it lies under.
pub fn is_secret_key(key: &str) -> bool {
    if key.is_empty() || key.len() > LONGEST {
        return false;
    }
    let is_named = |key: &str| SECRET.is_match(key.as_bytes());
    let is_one = |key: &str| is_named(key) && beside_place(key).into_iter().any(is_named) || key.split('.').any(is_key);
    match super::bare::may_hide(key.as_bytes()) {
        true => is_one(&super::bare::of(key).text),
        false => is_one(key),
    }
}

/// The end of a name of a token by which the next page is asked for, or the work is gone on with: it lets nobody in.
static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x-u)(?i:
        (?:page | paging | pagination | continuation | continue | next | previous | prev | resume | sync | skip | delta | cursor
        | scroll | cancellation | fencing | fence)[_.\ -]?tokens?)[^A-Za-z0-9.]*(?:\[[0-9]*\])?(?:\.|$)",
    )
    .expect("a constant expression, compiled by a test")
});

/// What a path says above and below a name that is one of a place; else the path.
fn beside_place(key: &str) -> [&str; 2] {
    let Some(found) = PLACE.find(key.as_bytes()) else { return [key, ""] };
    [key[..found.start()].rfind('.').map_or("", |end| &key[..end]), &key[found.end()..]]
}

#[cfg(test)]
#[path = "name_tests.rs"]
mod tests;
