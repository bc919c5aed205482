//! Secrets that are known by their own shape, and the words of which every secret has one in or beside it.

use std::sync::LazyLock;

use regex::Regex;

use super::fact::says_why;
use super::field::{is_field, is_said};
use super::name::is_secret_key;
use super::{Edit, MASK, address, command, part, provider, setting, sql, stored, weak};

/// The first group is kept, and so is `rest`.
const SHAPES: &[&str] = &[
    // Authorization values anywhere in a line
    r"(\b(?i:bearer|basic)\s+)(?P<word>[A-Za-z0-9._~+/\x2d]{8,})=*",
    // What digest authentication answers
    r#"(\b(?i:response|cnonce|nonce)\s?=\s?\\*["']?)[0-9A-Fa-f]{16,}"#,
    // Private keys, whole
    r"(?s)(-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----).*?(?P<rest>-----END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----|$)",
];

/// What such a shape has in it.
const OWN_HINT: &str = r"bearer|(?u:basic\s)|nonce|response|private key";

/// Shapes that are looked for only where a word of theirs stands: most text that has a secret has none of these.
struct Group {
    hint: LazyLock<regex::bytes::Regex>,
    shapes: LazyLock<Vec<Regex>>,
}

impl Group {
    const fn new(hint_of: fn() -> regex::bytes::Regex, shapes: fn() -> Vec<Regex>) -> Group {
        Group { hint: LazyLock::new(hint_of), shapes: LazyLock::new(shapes) }
    }
}

static GROUPS: [Group; 4] = [
    Group::new(
        || hint(&[OWN_HINT, provider::HINT, stored::HINT, part::HINT]),
        || all(&[SHAPES, provider::SHAPES, stored::SHAPES, part::SHAPES]),
    ),
    Group::new(|| hint(&[address::HINT]), || all(&[address::SHAPES])),
    Group::new(|| hint(&[command::HINT, command::OWN_HINT]), || all(&[command::SHAPES])),
    Group::new(|| hint(&[setting::HINT]), || all(&[setting::SHAPES])),
];

fn all(shapes: &[&[&str]]) -> Vec<Regex> {
    shapes.iter().copied().flatten().map(|shape| expression(shape)).collect()
}

fn hint(words: &[&str]) -> regex::bytes::Regex {
    regex::bytes::Regex::new(&format!("(?i-u){}", words.join("|"))).expect("a constant expression, compiled by a test")
}

/// A word that every secret has in or beside it. Most text has none, and is then looked at once instead of twenty times.
static HINT: LazyLock<regex::bytes::Regex> = LazyLock::new(|| {
    let own = concat!(
        r"passw|passphrase|pwd|secret|token|credential|(?:api|access|private|signing|encryption|session)[-_. ]?key",
        r"|[?&](?:key|code|sig|x-(?:amz|goog)-sig)|authorization|cookie|dsn|connection[-_. ]?string|vcap|(?:key|store)[-_. ]?pass|jaas|sess(?:ion)?id",
        r"|bearer|(?u:basic\s)|private key",
        r"|[a-z0-9][-_.]?key(?:[-_.]?(?:data|pem|b64|base64))?(?:\\*[\x22'>]|\[|\s{0,4}(?:=|:|%3d)|\s(?:is|was)[\s:])|-[a-z0-9.-]*(?:key|pass|pw)\s|p(?:ass|w)(?:\\*[\x22'>`]|\[|\]|%5[bd]|\s{0,4}(?:=|:|%3d))",
        r"|contrase|mot[-_. ]?de[-_. ]?passe|kennwort|passcode",
        r"|\bpsk\b|dockerc(?:fg|onfigjson)|nonce|response\s?=|rediscli_auth|saml_?re[qs]|code[_-]?verifier",
        r"|(?:session[_-]id|sessions?|\bsid|auth|jwt|assertion|\bpin|otp|\bcv[vc]2?|card(?:[_-]?(?:number|num|no))?|\bcc(?:[_-]?(?:number|num))?|\bpan|(?:pin|otp|mfa|2fa|sms|verification)[_-]code)\\*[\x22']?\]?\s{0,4}(?:[:=]|%3d)",
        r#"|(?:api|access|private|signing|encryption|session|connection)\\*["']?\s*[:=>]+\s*\{"#,
    );
    hint(&[own, provider::HINT, stored::HINT, address::HINT, command::HINT])
});

/// The front of a name whose end may stand further in.
static FRONT: LazyLock<regex::bytes::Regex> = LazyLock::new(|| {
    regex::bytes::Regex::new(r"(?i-u)(?:api|access|private|signing|encryption|session|connection|vcap|keystore|jaas)$")
        .expect("a constant expression, compiled by a test")
});

pub(super) fn expression(text: &str) -> Regex {
    Regex::new(text).expect("a constant expression, compiled by a test")
}

/// Whether bytes hold one of the words.
pub(super) fn hints(bytes: &[u8]) -> bool {
    HINT.is_match(bytes)
}

/// Whether a key may be the front of a secret's name.
pub(super) fn is_front(key: &str) -> bool {
    FRONT.is_match(key.as_bytes())
}

/// What is a secret by its shape.
pub(super) fn edits(text: &str) -> Vec<Edit> {
    let mut edits = sql::edits(text);
    let groups = GROUPS.iter().filter(|group| group.hint.is_match(text.as_bytes()));
    // Whether there is any costs a tenth of asking where and what.
    for shape in groups.flat_map(|group| group.shapes.iter()).filter(|shape| shape.is_match(text)) {
        for found in shape.captures_iter(text) {
            let whole = found.get_match();
            if let (Some(scheme), Some(word)) = (found.get(1), found.name("word")) {
                let (scheme, word, behind) = (scheme.as_str(), word.as_str(), &text[word.end()..]);
                if is_field(word, behind) || is_said(scheme, word, behind) {
                    continue;
                }
            }
            let told = |group: &str| found.name(group).map(|it| it.as_str());
            let host = || found.name("rest").map_or("", |rest| &text[rest.start() + 1..]);
            let is_none = told("label").is_some_and(address::is_label)
                || told("said").is_some_and(says_why)
                || told("odd").is_some_and(|word| !command::is_odd(word))
                || told("path").is_some_and(|path| address::is_path(told("scheme").unwrap_or_default(), path, host()))
                || told("rest") == Some("@") && address::is_before_digest(host())
                || told("random").is_some_and(|word| !weak::is_random(word))
                || told("named").is_some_and(|named| !is_secret_key(named))
                || told("who").is_some_and(command::is_small_word)
                || told("given").is_some_and(|word| !command::is_given(word))
                || told("cell").is_some_and(|cell| !setting::is_cell(told("named").unwrap_or_default(), cell))
                || told("pem").is_some_and(|text| !stored::is_private(text))
                || told("card").is_some_and(|number| !weak::is_card(number));
            if is_none {
                continue;
            }
            let begin = found.get(1).map_or(whole.start(), |kept| kept.end());
            let own =
                || ["odd", "given", "said", "cell"].iter().find_map(|group| found.name(group)).map(|own| own.end());
            let end = found.name("rest").map(|rest| rest.start()).or_else(own).unwrap_or(whole.end());
            // What a value beside its name was masked with, in its quotes or in none, may have had something behind it.
            let is_done = || told("named").is_some() && text[begin..end].trim_matches(['/', '>', '"', '\'']) == MASK;
            if end > begin && !is_done() {
                edits.push((begin..end, MASK.to_owned()));
            }
        }
    }
    edits
}
