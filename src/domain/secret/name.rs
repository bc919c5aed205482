//! Names whose values are secret: those of passwords, tokens and credentials, and every `…key` that is not one of those by
//! which something is found.

use std::sync::LazyLock;

use regex::bytes::Regex;

/// The longest key that is looked at, in bytes.
const LONGEST: usize = 4 << 10;

/// The end of a secret's name, or of a name that it lies under: `spring.datasource.password`, `X-Api-Key`, `clientSecret`,
/// `db_password.value`, `api_keys[0]`. Capitals or not, whatever parts its words.
static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x-u)(?i:
        (?: passw(?:or)?ds? | passphrases? | pwd | secrets? ) (?:[_.\ -]?(?:hash(?:es)?|digest|salt))?
        | secret[_.\ -]?values? | tokens?
        | (?:auth | access | refresh | bearer | api | session | id)[_.\ -]?tokens
        | credentials? | authorization | cookies? | dsn | sessionid | connection[_.\ -]?strings?
        | (?:api | secret | access | private | signing | encryption | session)[_.\ -]?keys?
        | (?:account | storage | master | shared | subscription | license)keys?
        | (?:^|[^A-Za-z0-9])pass | (?-i:[a-z0-9]Pass)
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
    let is_one = |key: &str| SECRET.is_match(key.as_bytes()) || key.split('.').any(is_key);
    match super::bare::may_hide(key.as_bytes()) {
        true => is_one(&super::bare::of(key).text),
        false => is_one(key),
    }
}

/// What a key is before its last word, where by it something is found, not opened; sorted.
#[rustfmt::skip]
const FOUND_BY: &[&str] = &[
    "a", "aggregate", "alt", "any", "arrow", "attribute", "attributes", "bad", "baggage", "binding", "bucket", "business", "by",
    "cache", "cached", "candidate", "child", "cluster", "clustering", "composite", "compound", "config", "configuration",
    "constraint", "consumer", "context", "correlation", "ctrl", "current", "customer", "data", "date", "dedup", "dedupe",
    "deduplication", "delete", "dict", "dimension", "distribution", "document", "down", "duplicate", "each", "edge", "end", "enter",
    "entity", "entry", "env", "error", "escape", "event", "feature", "field", "file", "filter", "first", "flag", "foreign", "form",
    "function", "global", "group", "hash", "header", "home", "hot", "i18n", "idempotency", "idempotent", "index", "insert",
    "invalid", "issue", "item", "job", "join", "json", "kafka", "label", "last", "leaf", "left", "line", "local", "locale", "lock",
    "lookup", "map", "mapping", "measurement", "merge", "message", "meta", "metric", "missing", "natural", "new", "next", "no",
    "node", "null", "object", "old", "order", "param", "parameter", "parent", "partition", "path", "pattern", "prefix", "press",
    "prev", "previous", "primary", "product", "project", "property", "pub", "public", "query", "queue", "range", "rate", "record",
    "redis", "registry", "request", "resource", "response", "return", "right", "root", "route", "routing", "row", "s3", "search",
    "secondary", "series", "setting", "shard", "sharding", "shift", "short", "shortcut", "sort", "sorting", "space", "span",
    "state", "stats", "stream", "surrogate", "tab", "table", "tag", "target", "task", "template", "tenant", "text", "the", "this",
    "ticket", "time", "topic", "trace", "translation", "tree", "unique", "unknown", "up", "wrong", "xml", "yaml",
];

/// Whether a name is one of a key, as an account's: `AccountKey`, `signing_key_2`; not a key alone, nor one to find things by.
fn is_key(name: &str) -> bool {
    let name = name.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    let Some(cut) = name.len().checked_sub(3).filter(|cut| name.is_char_boundary(*cut)) else { return false };
    let (before, word) = name.split_at(cut);
    if !word.eq_ignore_ascii_case("key") {
        return false;
    }
    let bare = before.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
    // A word of its own: behind what parts words, or with a capital behind a small letter.
    if bare.len() == before.len() && !(word.starts_with('K') && bare.ends_with(|c: char| !c.is_ascii_uppercase())) {
        return false;
    }
    let is_part = |c: char| !c.is_ascii_alphanumeric();
    let last = bare.rsplit(is_part).next().unwrap_or_default();
    let capitals = last.bytes().all(|b| !b.is_ascii_lowercase());
    let begin = if capitals { 0 } else { last.rfind(|c: char| c.is_ascii_uppercase()).unwrap_or(0) };
    let last = last[begin..].to_ascii_lowercase();
    !last.is_empty() && FOUND_BY.binary_search(&last.as_str()).is_err()
}

#[cfg(test)]
#[path = "name_tests.rs"]
mod tests;
