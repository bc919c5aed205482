//! Words behind `bearer` or `basic` that are no token but the name of the next field: `token_type=bearer expires_in=3600`.

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
