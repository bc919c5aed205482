//! Words behind `bearer` or `basic` that are no token: the name of the next field, as in `token_type=bearer expires_in=3600`,
//! and what a sentence goes on with, as `Basic authentication required` does.

/// The longest name that is taken for one, in bytes.
const LONGEST: usize = 32;
/// Digits, and capitals, that a name may have; a token has more.
const MOST_ODD: usize = 3;

/// Whether a word is the name of a field, by what follows it. The `=` that fill up a token stand at its end.
pub(super) fn is_field(word: &str, behind: &str) -> bool {
    let Some(value) = behind.strip_prefix('=') else { return false };
    let value = value.strip_prefix(['"', '\'']).unwrap_or(value);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    value.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '/' | '-' | '[' | '{' | '*'))
        && word.len() <= LONGEST
        && word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.chars().all(is_name)
        && word.chars().filter(|c| c.is_ascii_digit() || c.is_ascii_uppercase()).count() <= MOST_ODD
}

/// What a sentence says of a scheme by which somebody is let in; sorted.
#[rustfmt::skip]
const SAID: &[&str] = &[
    "authentication", "authenticator", "authorization", "challenge", "credential", "credentials", "disabled", "mechanism",
    "middleware", "provider", "required", "security", "supported", "unsupported",
];

/// Whether a word behind a scheme is one of a sentence. What stands behind `basic` is a name and a password in base64, which has
/// capitals; a bearer's token may be any word but those that are said of one.
pub(super) fn is_said(scheme: &str, word: &str, behind: &str) -> bool {
    let word = word.trim_end_matches(['.', '-', '/']);
    let is_small = || word.bytes().skip(1).all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let is_word = || word.starts_with(|c: char| c.is_ascii_alphabetic()) && is_small() && !behind.starts_with('=');
    let is_basic = || scheme.trim_ascii_end().eq_ignore_ascii_case("basic");
    SAID.binary_search(&&*word.to_ascii_lowercase()).is_ok() || is_basic() && is_word()
}
