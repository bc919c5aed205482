//! Secrets within addresses: a password before a host, with a scheme or without one, and the addresses that let in whoever
//! knows them, as those of webhooks.

/// The first group is kept, and so is `rest`; `label` is a word before a colon that may be no user, `path` may be one of a
/// place and no password.
pub(super) const SHAPES: &[&str] = &[
    // scheme://user:password@host, //user:password@host; the user may be a mail address, the password have the mark in it
    // The slashes may be escaped, as PHP writes them in JSON
    r#"((?:[A-Za-z][A-Za-z0-9+.\x2d]{0,31}:)?\\{0,4}/\\{0,4}/[^\s/:"']{0,256}:)[^\s/@]{1,256}(?:@[^\s/@:?&=,;"'<>]{0,64}){0,3}(?P<rest>@)"#,
    // The same where the password has a slash in it: a port has none
    r#"(\b(?P<scheme>[A-Za-z][A-Za-z0-9+.\x2d]{0,31}):\\{0,4}/\\{0,4}/[^\s/:@"'\[]+:)(?P<path>[0-9]{0,5}[^0-9\s/@:,"'<>][^\s@"'<>]*)(?P<rest>@[A-Za-z0-9\[])"#,
    // https://token@host: whoever is let in by a name alone has a token there
    r#"((?i:https?):\\{0,4}/\\{0,4}/)[^\s/:@?\#"'<>]{1,256}(?P<rest>(?::(?:x-oauth-basic)?)?@)"#,
    // The first within a query, where it is encoded
    r#"((?i:%2F%2F)[^\s/:@%"']*(?i:%3A))[^\s/@&"']+?(?P<rest>(?i:%40))"#,
    // user:password@tcp(host:port)/name of Go's MySQL
    r#"(\b[A-Za-z0-9_.%+\x2d]{1,64}:)[^\s"'@]+(?P<rest>@(?:tcp|udp|unix|cloudsql)[a-z0-9-]{0,16}\()"#,
    // user:password@host:port
    r#"(\b(?P<label>[A-Za-z][A-Za-z0-9_.%+\x2d]{0,63}):)[^\s:/@"'<>(){}\[\],;=]+(?P<rest>@[A-Za-z0-9][A-Za-z0-9.\x2d]*:[0-9]{2,5}\b)"#,
    // user@domain:password@host
    r#"(\b[A-Za-z0-9_.%+\x2d]{1,64}@[A-Za-z0-9.\x2d]+:)[^\s:/@"'<>(){}\[\],;=]+(?P<rest>@[A-Za-z0-9])"#,
    // Oracle's user/password@host
    r#"(?i)(\bjdbc:oracle:[a-z]{1,16}:[^\s/:@"']+/)[^\s@"']+(?P<rest>@)"#,
    r#"(\bsqlplus\s(?:-[A-Za-z]+\s)*[^\s/@"']+/)[^\s@"']+"#,
    // host:5432:name:user:password of PostgreSQL's .pgpass
    r#"((?:^|[\s"'])[A-Za-z0-9.*_\x2d]{1,253}:5432:[^\s:"']{1,64}:[^\s:"']{1,64}:)[^\s:"']+"#,
    // Bots and webhooks
    r"(?i)(api\.telegram\.org/(?:file/)?bot[0-9]{1,20}:)[A-Za-z0-9_\x2d]+",
    r"(\b[0-9]{8,10}:)AA[A-Za-z0-9_\x2d]{32,34}\b",
    r"(?i)(hooks\.slack\.com/[a-z]{1,16}/[^\s/]{1,64}/[^\s/]{1,64}/)[A-Za-z0-9]+",
    r"(?i)(discord(?:app)?\.com/api/(?:v[0-9]{1,2}/)?webhooks/[^\s/]{1,32}/)[A-Za-z0-9_\x2d]+",
    r"(?i)(/api/(?:v[0-9]{1,2}/)?webhooks/[0-9]{1,32}/)[A-Za-z0-9_\x2d]{16,}",
    r"(?i)(/IncomingWebhook/)[A-Za-z0-9]+",
];

/// What such an address has in it.
pub(super) const HINT: &str = concat!(
    r"(?u:/\\{0,4}/[^/@\s]*(?::[^@\s]*)?@)|%2f%2f[^&%]+%3a|[a-z0-9]:[^\x00-\x20:/@\x22']+@[a-z0-9.-]+[:(]|@[a-z0-9.-]+:[^\x00-\x20:/@\x22']+@",
    r"|@(?:tcp|udp|unix|cloudsql)[a-z0-9-]*\(|jdbc:oracle|\bsqlplus\s|api\.telegram|[0-9]{8}:aa|[a-z0-9*]:5432:[^\x00-\x20:]+:[^\x00-\x20:]+:|hooks\.slack|/webhooks/|incomingwebhook",
);

/// Words before a colon behind which a user stands, not a password.
const LABELS: &[&str] = &[
    "account", "acct", "address", "bcc", "cc", "contact", "email", "from", "git", "host", "login", "mail", "mailto",
    "member", "node", "peer", "rcpt", "server", "sftp", "sip", "sips", "ssh", "to", "uri", "url", "user", "username",
    "xmpp",
];

/// Whether a word before a colon says what stands behind it.
pub(super) fn is_label(word: &str) -> bool {
    LABELS.iter().any(|label| label.eq_ignore_ascii_case(word))
}

/// So much of what stands behind an `@` is looked at, in bytes: no digest is longer.
const MOST_BEHIND: usize = 160;

/// Whether what stands between a colon and an `@` is a path behind a port that is named or left to be filled in, by its first
/// part, or by what follows: a version, a digest. What is not sure is a password.
pub(super) fn is_path(scheme: &str, path: &str, behind: &str) -> bool {
    let port = path.split('/').next().unwrap_or_default();
    let is_filled_in = match port.trim_start_matches('$') {
        "%s" | "%d" | "%v" => true,
        port if port.starts_with('{') => port.ends_with('}'),
        port => port.strip_prefix(':').is_some_and(is_word),
    };
    let is_scoped = path.ends_with('/') && is_word(port);
    let behind = word_of(behind);
    let is_branch = scheme.starts_with("git+") && is_word(port) && is_word(behind);
    path.contains('/') && is_filled_in || is_scoped || is_branch || is_version(behind) || is_digest(behind)
}

/// Whether what stands behind an `@` is the digest of a picture: what stands before it is a place and a version.
pub(super) fn is_before_digest(behind: &str) -> bool {
    is_digest(word_of(behind))
}

/// The word that begins a text, as far as it is looked at.
fn word_of(behind: &str) -> &str {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b"\"',;)]>#".contains(byte);
    let end = behind.bytes().take(MOST_BEHIND).take_while(|byte| !ends(byte)).count();
    behind.get(..end).unwrap_or_default().trim_end_matches('.')
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'_'))
}

/// Whether a text is a version, as `v1.2`, `7` and `2x`; an address has four numbers.
fn is_version(text: &str) -> bool {
    let numbers = text.strip_prefix('v').unwrap_or(text);
    let numbers = numbers.strip_suffix('x').unwrap_or(numbers);
    let is_number = |part: &str| (1..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.split('.').count() <= 3 && numbers.split('.').all(is_number)
}

/// Whether a text is a digest: `sha256:9f86d081`.
fn is_digest(text: &str) -> bool {
    let Some((kind, digits)) = text.split_once(':') else { return false };
    kind.starts_with("sha") && digits.len() >= 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
