//! Takes secrets out of text that is about to be kept, shown, copied or exported.
//!
//! Two ways to know one: by the name beside it (`password`, `x-api-key`) and by its own shape (a URL with a password,
//! a bearer token, a JWT, a private key). A mask is a safety net for what should never have been there; it does not
//! make a place safe for secrets.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// What stands where a secret was.
pub const MASK: &str = "***";

/// Names whose values are secret, as the end of a key in lower case with `-`, `.` and blanks as `_`.
const SECRET_ENDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "secret_value",
    "token",
    "credential",
    "credentials",
    "apikey",
    "api_key",
    "secret_key",
    "secretkey",
    "access_key",
    "accesskey",
    "private_key",
    "privatekey",
    "signing_key",
    "encryption_key",
    "authorization",
    "cookie",
    "dsn",
    "connection_string",
    "connectionstring",
    "vcap_services",
    "keystore_pass",
    "jaas_config",
    "sessionid",
    "session_key",
];

/// The longest key that is looked at, in bytes.
const LONGEST_KEY: usize = 256;

/// Whether the value under this key is a secret by the name of the key: `spring.datasource.password`, `X-Api-Key`.
pub fn is_secret_key(key: &str) -> bool {
    if key.is_empty() || key.len() > LONGEST_KEY {
        return false;
    }
    let mut plain = String::with_capacity(key.len() + 4);
    let mut before_lower = false;
    for c in key.chars() {
        if c.is_ascii_uppercase() && before_lower {
            plain.push('_'); // clientSecret is client_secret
        }
        before_lower = c.is_ascii_lowercase();
        plain.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    }
    let plain = plain.trim_matches('_');
    SECRET_ENDS.iter().any(|end| plain.ends_with(end))
}

/// The value as it may be shown under this key.
pub fn mask_value<'a>(key: &str, value: &'a str) -> Cow<'a, str> {
    match is_secret_key(key) && !value.is_empty() {
        true => Cow::Borrowed(MASK),
        false => mask(value),
    }
}

/// A name and what parts it from its value: `"key": `, `key=`, `key: `, `key => `. Nothing of the value: what follows a name
/// that is no secret's may itself hold one, as in `error: password=`.
static NAME: LazyLock<Regex> =
    LazyLock::new(|| expression(r#"\\?["']?([A-Za-z][A-Za-z0-9_.\x2d]{0,63})\\?["']?\s{0,4}(?:=>|=|:)\s{0,4}"#));

/// The value at the beginning of a text.
static VALUE: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?x)^
        (?: \\"[^"\\]*\\"? | "(?:[^"\\]|\\.)*"? | '[^']*'? | (?i:bearer|basic|digest)\s+[^\s,;"']+ | [^\s,;&"'\]\}]+ )"#,
    )
});

/// Names in a query whose values are secret there and nowhere else: a signed link's `sig`, a login's `code`, an API's `key`.
const SECRET_IN_QUERY: &[&str] = &["key", "sig", "signature", "code", "x-amz-signature", "x-goog-signature"];

/// Secrets by their own shape; the first group is kept.
static SHAPES: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        // scheme://user:password@host
        r"([A-Za-z][A-Za-z0-9+.\x2d]{0,31}://[^\s/:@]{0,256}:)[^\s/@]{1,256}(?P<rest>@)",
        // Authorization values anywhere in a line
        r"(?P<pre>\b(?i:bearer|basic)\s+)[A-Za-z0-9._~+/\x2d]{8,}=*",
        // JSON web tokens
        r"()\beyJ[A-Za-z0-9_\x2d]{8,}\.[A-Za-z0-9_\x2d]{4,}(?:\.[A-Za-z0-9_\x2d]*)?",
        // Keys of the large providers
        r"()\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
        r"()\bgh[pousr]_[A-Za-z0-9]{20,}\b",
        r"()\bxox[abprs]-[A-Za-z0-9\x2d]{10,}",
        r"()\$(?:apr1|2[aby]|5|6)\$[A-Za-z0-9./$]{10,}",
        // Private keys, whole
        r"(?s)(-----BEGIN [A-Z ]{0,32}PRIVATE KEY-----).*?(?P<rest>-----END [A-Z ]{0,32}PRIVATE KEY-----|$)",
    ]
    .map(expression)
    .into()
});

/// A word that every secret has in or beside it. Most text has none, and is then looked at once instead of nine times.
static HINT: LazyLock<regex::bytes::Regex> = LazyLock::new(|| {
    regex::bytes::Regex::new(
        r"(?i-u)passw|passphrase|pwd|secret|token|credential|(?:api|access|private|signing|encryption|session)[-_. ]?key|[?&](?:key|code|sig|x-(?:amz|goog)-sig)|authorization|cookie|dsn|connection[-_. ]?string|vcap|keystore|jaas|sessionid|bearer|(?u:basic\s)|eyj|akia|asia|gh[pousr]_|xox[abprs]-|\$(?:apr1|2[aby]|5|6)\$|private key|(?u:://[^/@\s]*@)",
    )
    .expect("a constant expression, compiled by a test")
});

fn expression(text: &str) -> Regex {
    Regex::new(text).expect("a constant expression, compiled by a test")
}

/// Whether a text may hold a secret: where not, [`mask`] leaves it as it is. For bytes that are no UTF-8, too.
pub fn may_hold(bytes: &[u8]) -> bool {
    HINT.is_match(bytes)
}

/// The text with every secret that is known by its name or its shape replaced by [`MASK`]. Linear in its length.
pub fn mask(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    if !may_hold(text.as_bytes()) {
        return text;
    }
    if let Some(clean) = named(&text) {
        text = Cow::Owned(clean);
    }
    for shape in SHAPES.iter() {
        replace(&mut text, shape, |found| {
            let rest = found.name("rest").map_or("", |m| m.as_str());
            Some(format!("{}{MASK}{rest}", found.get(1).map_or("", |m| m.as_str())))
        });
    }
    text
}

/// Masks what stands beside the name of a secret; `None` where nothing does.
fn named(text: &str) -> Option<String> {
    let (mut out, mut done, mut from) = (String::new(), 0, 0);
    while let Some(name) = NAME.captures_at(text, from) {
        let begin = name.get_match().end();
        from = begin;
        let asked = text[..name.get_match().start()].ends_with(['?', '&']);
        let secret =
            is_secret_key(&name[1]) || asked && SECRET_IN_QUERY.iter().any(|it| it.eq_ignore_ascii_case(&name[1]));
        if let Some(value) = VALUE.find(&text[begin..]).filter(|_| secret) {
            out.push_str(&text[done..begin]);
            out.push_str(&masked(value.as_str()));
            done = begin + value.end();
            // What only opens an object or a list is looked into.
            from = if value.as_str().starts_with(['{', '[']) { begin + 1 } else { done };
        }
    }
    (done > 0).then(|| out + &text[done..])
}

/// The mask within the quotes of what it stands for, so that JSON stays JSON.
fn masked(value: &str) -> String {
    for quote in ["\\\"", "\"", "'"] {
        if let Some(inner) = value.strip_prefix(quote) {
            return match inner.strip_suffix(quote) {
                Some("") => value.to_owned(),
                Some(_) => format!("{quote}{MASK}{quote}"),
                None => format!("{quote}{MASK}"),
            };
        }
    }
    // What opens an object or a list is no value; its own keys are looked at for themselves.
    if value.starts_with(['{', '[']) { value.to_owned() } else { MASK.to_owned() }
}

/// Replaces where `with` gives something, and copies nothing as long as it gives nothing.
fn replace(text: &mut Cow<'_, str>, shape: &Regex, with: impl Fn(&Captures<'_>) -> Option<String>) {
    let mut out = String::new();
    let mut done = 0;
    for found in shape.captures_iter(text) {
        let whole = found.get_match();
        if let Some(new) = with(&found) {
            out.push_str(&text[done..whole.start()]);
            out.push_str(&new);
            done = whole.end();
        }
    }
    if done > 0 {
        out.push_str(&text[done..]);
        *text = Cow::Owned(out);
    }
}

#[cfg(test)]
mod tests {
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
    fn pairs_of_all_notations_are_masked_and_the_rest_stays() {
        for (from, to) in [
            (r#"{"user":"ana","password":"hunter2","n":1}"#, r#"{"user":"ana","password":"***","n":1}"#),
            (r#"{"password" : "hu\"nter2"}"#, r#"{"password" : "***"}"#),
            (r#"{"api_key":12345,"b":2}"#, r#"{"api_key":***,"b":2}"#),
            ("GET /a?token=abc&x=1", "GET /a?token=***&x=1"),
            ("db.password: hunter2", "db.password: ***"),
            ("password='a b' user=x", "password='***' user=x"),
            (r#"{"password":""}"#, r#"{"password":""}"#),
            (r#""{\"secret\":\"s3\"}""#, r#""{\"secret\":\"***\"}""#),
            ("Authorization: Bearer abc.def", "Authorization: ***"),
            ("error: password=hunter2 for ana", "error: password=*** for ana"),
            ("GET https://h/x?token=abc123 200", "GET https://h/x?token=*** 200"),
            ("url.full=https://a/x?token=topsecret1", "url.full=https://a/x?token=***"),
            (r#"{"msg":"login failed password=hunter2"}"#, r#"{"msg":"login failed password=***"}"#),
            (r#"{"msg":"set-cookie: sid=17; Path=/"}"#, r#"{"msg":"set-cookie: ***; Path=/"}"#),
            ("GET /a?sig=Zm9v&key=k1&x=1&code=7 200", "GET /a?sig=***&key=***&x=1&code=*** 200"),
            ("key=order-7 code=200", "key=order-7 code=200"),
            (r#"{"credentials":{"user":"u","password":"p"}}"#, r#"{"credentials":{"user":"u","password":"***"}}"#),
        ] {
            assert_eq!(mask(from), to);
        }
    }

    #[test]
    fn secrets_are_known_by_their_shape() {
        for (from, to) in [
            ("jdbc:mysql://root:pw@db:3306/x", "jdbc:mysql://root:***@db:3306/x"),
            ("sent bearer abcdefghij to x", "sent bearer *** to x"),
            ("got eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.abc today", "got *** today"),
            ("AKIAABCDEFGHIJKLMNOP", "***"),
        ] {
            assert_eq!(mask(from), to);
        }
        let key = mask("a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- b");
        assert!(!key.contains("MIIE") && key.starts_with('a') && key.ends_with('b'), "{key}");
    }

    #[test]
    fn what_holds_no_secret_is_not_copied() {
        for text in ["", "70", "order 17 took 12 ms: done", "http://localhost:5000/users?id=1", r#"{"weight":"5"}"#] {
            assert!(matches!(mask(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn every_secret_name_has_its_hint() {
        for end in SECRET_ENDS {
            assert_eq!(mask(&format!("a {end}=hunter2 b")), format!("a {end}=*** b"));
            assert_eq!(
                mask(&format!("{}: hunter2", end.to_ascii_uppercase())),
                format!("{}: ***", end.to_ascii_uppercase())
            );
        }
        assert_eq!(mask("clientSecret=x apiKey=y"), "clientSecret=*** apiKey=***");
    }

    #[test]
    fn a_value_is_masked_by_its_key() {
        assert_eq!(mask_value("token", "abc"), MASK);
        assert_eq!(mask_value("zone", "a"), "a");
        assert_eq!(mask_value("token", ""), "");
    }
}
