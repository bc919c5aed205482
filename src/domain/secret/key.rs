//! Which `…key` opens something: an account's, an API's, a signing one. One by which something is found, as a cache's, a
//! tenant's or a country's, opens nothing.

/// What a key is before its last word, where it opens something; sorted.
#[rustfmt::skip]
const OPENS: &[&str] = &[
    "access", "account", "admin", "aes", "algolia", "anthropic", "api", "app", "application", "auth", "authentication",
    "authorization", "authorized", "aws", "azure", "bearer", "cipher", "client", "crypto", "datadog", "dd", "decrypt", "decryption",
    "dek", "deploy", "deployment", "des", "dsa", "ecdsa", "ed25519", "encrypt", "encryption", "functions", "gcp", "github",
    "gitlab", "google", "gpg", "hmac", "ingest", "ingestion", "instrumentation", "integration", "jwt", "kek", "licence", "license",
    "live", "mailgun", "maps", "master", "merchant", "openai", "passwd", "password", "payment", "personal", "pgp", "priv",
    "private", "provisioning", "pusher", "recovery", "relic", "rsa", "sas", "secret", "security", "sendgrid", "sentry", "server",
    "session", "shared", "sign", "signature", "signing", "ssh", "ssl", "stripe", "subscription", "symmetric", "tls", "token",
    "twilio", "unseal", "vault", "verification", "webhook", "wrapping", "write",
];

/// The same where the name is written in capitals, as in an environment: `AZURE_STORAGE_KEY`.
const OPENS_IN_CAPITALS: &[&str] = &["base", "cosmos", "cosmosdb", "service", "storage"];

/// How a key may be written, behind its name: `client-key-data`, `privateKeyPem`.
const FORMS: &[&str] = &["data", "pem", "b64", "base64"];

fn without_form(name: &str) -> &str {
    // Hardly any name ends like one of these.
    if !name.ends_with(['a', 'A', 'm', 'M', '4']) {
        return name;
    }
    let is_end = |form: &&&str| {
        let end = name.len().checked_sub(form.len()).and_then(|cut| name.get(cut..));
        end.is_some_and(|end| end.eq_ignore_ascii_case(form))
    };
    let form = FORMS.iter().find(is_end).map_or(0, |form| form.len());
    name[..name.len() - form].trim_end_matches(['-', '_', '.', ' '])
}

/// Whether a name is one of a key that opens something: `AccountKey`, `signing_key_2`, `stripeKey`.
pub(super) fn is_key(name: &str) -> bool {
    let name = without_form(name).trim_end_matches(|c: char| !c.is_ascii_alphabetic());
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
    let stem = last[begin..].to_ascii_lowercase();
    let stem = stem.trim_end_matches(|c: char| c.is_ascii_digit());
    let is_env = capitals && word == "KEY";
    OPENS.binary_search(&stem).is_ok() || is_env && OPENS_IN_CAPITALS.contains(&stem)
}
