//! Secrets within addresses: a password before a host, with a scheme or without one, and the addresses that let in whoever
//! knows them, as those of webhooks.

/// The first group is kept, and so is `rest`; `label` is a word before a colon that may be no user.
pub(super) const SHAPES: &[&str] = &[
    // scheme://user:password@host, //user:password@host; the user may be a mail address
    r#"((?:[A-Za-z][A-Za-z0-9+.\x2d]{0,31}:)?//[^\s/:"']{0,256}:)[^\s/@]{1,256}(?P<rest>@)"#,
    // The same where the password has a slash in it: a port has none
    r#"(\b[A-Za-z][A-Za-z0-9+.\x2d]{0,31}://[^\s/:@"'\[]+:)[0-9]{0,5}[^0-9\s/@:,"'<>][^\s@"'<>]*(?P<rest>@[A-Za-z0-9\[])"#,
    // https://token@host: whoever is let in by a name alone has a token there
    r#"((?i:https?)://)[^\s/:@?\#"'<>]{1,256}(?P<rest>(?::(?:x-oauth-basic)?)?@)"#,
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
    r"(?u://[^/@\s]*(?::[^@\s]*)?@)|%2f%2f[^&%]+%3a|[a-z0-9]:[^\x00-\x20:/@\x22']+@[a-z0-9.-]+[:(]|@[a-z0-9.-]+:[^\x00-\x20:/@\x22']+@",
    r"|@(?:tcp|udp|unix|cloudsql)[a-z0-9-]*\(|jdbc:oracle|\bsqlplus\s|api\.telegram|[0-9]{8}:aa|hooks\.slack|/webhooks/|incomingwebhook",
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

#[cfg(test)]
#[path = "address_tests.rs"]
mod tests;
