//! Values under a secret's name that are none but stand for one: where it is kept, and what somebody else put in its place.

/// Where files of a system lie.
const ROOTS: &[&str] = &[
    "app", "certs", "config", "data", "etc", "home", "keys", "mnt", "opt", "private", "root", "run", "secrets", "srv",
    "tmp", "usr", "var", "Users",
];

/// The longest of either, in bytes.
const LONGEST: usize = 256;

/// Whether a value only stands for a secret.
pub(super) fn is_one(key: &str, value: &str) -> bool {
    let value = value.trim_matches(['"', '\'', '\\', '`']);
    value.len() <= LONGEST && (is_masked(value) || is_path(key, value))
}

/// Words in brackets, or in capitals, where a secret was.
const TAKEN: &[&str] = &[
    "filtered",
    "hidden",
    "masked",
    "obfuscated",
    "omitted",
    "protected",
    "redacted",
    "removed",
    "scrubbed",
    "sensitive",
];

/// Whether a value was masked before: `****`, `xxxx`, `[FILTERED]`, `<redacted>`.
pub(super) fn is_masked(value: &str) -> bool {
    let is_of = |c: char| value.len() >= 3 && value.chars().all(|it| it == c);
    let is_taken = |word: &str| TAKEN.iter().any(|it| it.eq_ignore_ascii_case(word));
    let within = [('<', '>'), ('[', ']'), ('(', ')'), ('{', '}')]
        .iter()
        .find_map(|(open, close)| value.strip_prefix(*open)?.strip_suffix(*close));
    let is_loud = || value.bytes().all(|byte| byte.is_ascii_uppercase()) && is_taken(value);
    ['*', 'x', 'X', '•', '●'].into_iter().any(is_of) || within.is_some_and(is_taken) || is_loud()
}

/// Whether a value is the path of a file that holds the secret, or the folder that a shell is in. A password may be anything.
fn is_path(key: &str, value: &str) -> bool {
    let own = key.rsplit('.').next().unwrap_or(key);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '@' | '~' | '\\' | ':');
    if !value.chars().all(is_plain) || value.contains("://") {
        return false;
    }
    if matches!(own, "PWD" | "OLDPWD") {
        return value.starts_with('/');
    }
    let is_password = || own.len() >= 4 && own.as_bytes().windows(4).any(|it| it.eq_ignore_ascii_case(b"pass"));
    let is_below = |root: &str| {
        value.strip_prefix('/').and_then(|path| path.strip_prefix(root)).is_some_and(|path| path.starts_with('/'))
    };
    let is_drive = || value.len() > 3 && value.as_bytes()[0].is_ascii_uppercase() && value[1..].starts_with(":\\");
    (value.starts_with("~/") || ROOTS.iter().any(|root| is_below(root)) || is_drive()) && !is_password()
}

#[cfg(test)]
#[path = "elsewhere_tests.rs"]
mod tests;
