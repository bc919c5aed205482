//! What stands behind a secret's name and is plainly no secret: that there is one or none, how many, why it was refused. A word
//! counts only where a sentence says it, unquoted and behind a colon; a number only below a name that counts something, since
//! by itself it may be a PIN.

use super::elsewhere;

/// Values that are nobody's secret.
const LITERALS: &[&str] = &["true", "false", "yes", "no", "null", "none", "nil", "undefined"];

/// Last parts of a name whose value is a number.
const COUNTS: &[&str] = &[
    "age",
    "attempts",
    "budget",
    "bytes",
    "count",
    "expires_in",
    "length",
    "limit",
    "max",
    "min",
    "rate",
    "remaining",
    "size",
    "total",
    "ttl",
    "used",
    "version",
];

/// Words with which a sentence says what is wrong, or what became of it.
#[rustfmt::skip]
const WHY: &[&str] = &[
    "absent", "accepted", "already", "blank", "can't", "cannot", "changed", "configured", "created", "deleted",
    "denied", "disabled", "does", "doesn't", "duplicate", "empty", "eof", "expected", "expired", "expires", "failed",
    "failure", "forbidden", "generated", "has", "illegal", "incorrect", "insufficient", "invalid", "is", "malformed",
    "mismatch", "missing", "must", "needs", "never", "no", "not", "ok", "provided", "refused", "rejected", "removed",
    "required", "reset", "revoked", "rotated", "set", "should", "unauthorized", "unexpected", "unknown", "unset",
    "unsupported", "updated", "valid", "verified", "was", "wrong",
];

/// Words that decide.
const DECISIONS: &[&str] = &["allow", "allowed", "deny", "grant", "granted", "permit", "permitted", "reject"];

/// When a browser sends credentials.
const SENT: &[&str] = &["include", "omit", "same-origin"];

fn is_one(of: &[&str], word: &str) -> bool {
    of.iter().any(|it| it.eq_ignore_ascii_case(word))
}

/// Whether a value is nobody's secret: there is one or none.
pub(super) fn is_literal(value: &str) -> bool {
    is_one(LITERALS, value)
}

/// Whether a value, which stands in no quotes, is plainly no secret whatever the name.
pub(super) fn is_fact(key: &str, value: &str) -> bool {
    let is_count =
        || is_one(COUNTS, last(key)) || counts_tokens(key) && value.len() <= MOST_TOKENS || is_passes(key, value);
    is_literal(value)
        || is_number(value) && is_count()
        || is_decision(key, value)
        || is_mark(value)
        || is_of_zookeeper(key, value)
        || is_power(key, value)
        || is_module(key, value)
        || is_few(key, value)
        || elsewhere::is_one(key, value)
}

/// Whether a small number says how many there are of what a name tells in the plural: `secrets=3`.
fn is_few(key: &str, value: &str) -> bool {
    let own = last(key);
    let is_plural = own.ends_with(['s', 'S']) && !own.ends_with("ss") && !own.ends_with("SS");
    is_plural && value.len() <= 3 && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a line says how access was decided at once: `authorization=allow`.
pub(super) fn is_decided(key: &str, value: &str) -> bool {
    is_authorization(key) && is_one(DECISIONS, value)
}

/// Names of a session below which ZooKeeper's number of one may stand; whatever parts their words.
const SESSIONS: &[&str] = &["session", "sessionid", "ownersession", "ownersessionid", "zksessionid", "ephemeralowner"];

/// Whether a value is how ZooKeeper numbers its sessions, `0x100006d3e2a0001`: all who read the registry see it beside what
/// a session owns, and it opens nothing without the session's password. A web's is longer, or begins otherwise.
pub(super) fn is_of_zookeeper(key: &str, value: &str) -> bool {
    let value = value.trim_matches(['"', '\'', '\\', '`']);
    let Some(digits) = value.strip_prefix("0x") else { return false };
    if !(1..=16).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return false;
    }
    let name = || last(key).bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase());
    SESSIONS.iter().any(|session| name().eq(session.bytes()))
}

/// Whether a value is but a mark or two, of which a parser says that it is unexpected: `'<'`.
fn is_mark(value: &str) -> bool {
    let told = value.trim_matches(['"', '\'']);
    (1..=2).contains(&told.len()) && told.bytes().all(|byte| byte.is_ascii_punctuation() && byte != b'*')
}

/// Words before the name of a secret that say there is none, or that a parser's is meant.
const NONE: &[&str] = &["expected", "missing", "no", "unexpected", "without"];

/// Whether what stands before the name of a secret says that there is none, and what stands behind it is a word.
pub(super) fn says_none(before: &str, behind: &str) -> bool {
    let Some(before) = before.strip_suffix(' ') else { return false };
    let begin = before.rfind(|c: char| !c.is_ascii_alphabetic()).map_or(0, |at| at + 1);
    let mut word = behind.bytes().take_while(|byte| !byte.is_ascii_whitespace());
    // A character of more than one byte ends no word of these.
    before.get(begin..).is_some_and(|word| is_one(NONE, word)) && !word.any(|byte| byte.is_ascii_digit())
}

/// Digits of a number of tokens, as a language model counts them.
const MOST_TOKENS: usize = 7;

/// Whether a name is one of a list of tokens, or lies below one: a number there says how many.
pub(super) fn counts_tokens(key: &str) -> bool {
    key.split('.').any(|part| part.len() >= 6 && part[part.len() - 6..].eq_ignore_ascii_case("tokens"))
}

/// Whether a number says how many passed: `pass: 12, fail: 3`.
fn is_passes(key: &str, value: &str) -> bool {
    last(key).eq_ignore_ascii_case("pass") && value.len() < 4
}

/// Whether a value under `pw` is one of power: a small number, one with a point, on or off.
fn is_power(key: &str, value: &str) -> bool {
    let is_small = || is_number(value) && (value.len() < 4 || value.contains('.'));
    last(key).eq_ignore_ascii_case("pw") && (is_small() || is_one(&["on", "off", "auto"], value))
}

/// Whether a value is the class that logs in, behind which Java's settings of a login say with what.
fn is_module(key: &str, value: &str) -> bool {
    let own = key.rsplit(['.', '_', '-']).next().unwrap_or(key);
    let is_of_class = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$');
    own.eq_ignore_ascii_case("config") && value.ends_with("LoginModule") && value.bytes().all(is_of_class)
}

/// Whether a value says how access was decided, or when credentials are sent: `authorization.decision` is `deny`.
pub(super) fn is_decision(key: &str, value: &str) -> bool {
    let is_sent = || last(key).eq_ignore_ascii_case("credentials") && is_one(SENT, value.trim_matches(['"', '\'']));
    is_below_authorization(key) && (is_one(DECISIONS, value) || is_one(WHY, value)) || is_sent()
}

/// Whether a name lies below one of authorization, and below that of no other secret.
fn is_below_authorization(key: &str) -> bool {
    let Some((above, own)) = key.rsplit_once('.') else { return false };
    !super::is_secret_key(own) && is_authorization(above)
}

/// Whether a name is one of authorization, whose value may be an object of decisions.
pub(super) fn is_authorization(key: &str) -> bool {
    last(key).eq_ignore_ascii_case("authorization")
}

/// Whether a text begins with a word that says why, and does so in a sentence: what follows the word parts it from more.
pub(super) fn says_why(text: &str) -> bool {
    let end = text.find(|c: char| !(c.is_ascii_alphabetic() || c == '\'')).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    // `password updated`, as what is named `passwd` says.
    let (word, rest) = match rest.strip_prefix(' ').filter(|_| is_one(&["password", "token", "secret"], word)) {
        Some(rest) => rest.split_at(rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len())),
        None => (word, rest),
    };
    let after = rest.trim_start_matches([',', '.', ';', ':', ')', '!']);
    (is_one(WHY, word) || is_one(LITERALS, word)) && (after.is_empty() || after.starts_with(char::is_whitespace))
}

fn last(key: &str) -> &str {
    key.rsplit('.').next().unwrap_or(key)
}

fn is_number(value: &str) -> bool {
    value.len() <= 20
        && value.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && value.ends_with(|c: char| c.is_ascii_digit())
        && value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'))
        && value.parse::<f64>().is_ok()
}
