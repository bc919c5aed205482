//! Secrets that are known by their own shape, and the words of which every secret has one in or beside it.

use std::sync::LazyLock;

use regex::Regex;

use super::fact::says_why;
use super::field::{is_field, is_said};
use super::name::is_secret_key;
use super::{Edit, MASK, address, command, sql, weak};

/// How keys and tokens of the large providers begin, as they are written, at the begin of a word: else every second picture in
/// base64 has one of them.
macro_rules! known {
    () => {
        concat!(
            r"(?-i:\b(?:eyJ|AKIA|ASIA|gh[pousr]_|github_pat|gl[a-z]{2,5}-|xox[a-z][-.]|xapp-|[srp]k_(?:live|test|prod)_|whsec_|sk-|AIza|ya29",
            r"|npm_|hf_|do[por]_v1|shp[a-z]{2}_|pypi-AgE|lin_api|figd_|sntrys_|hv[sb]\.|dckr_pat_|SG\.",
            r"|sq0[a-z]{3}-|gl(?:sa|c)_|gsk_|dapi[0-9a-f]|PMAK-|NRAK-|pscale_|ATATT3x|atlasv1\.))",
        )
    };
}

/// The first group is kept, and so is `rest`.
const SHAPES: &[&str] = &[
    // Authorization values anywhere in a line
    r"(\b(?i:bearer|basic)\s+)(?P<word>[A-Za-z0-9._~+/\x2d]{8,})=*",
    // What digest authentication answers
    r#"(\b(?i:response|cnonce|nonce)\s?=\s?\\*["']?)[0-9A-Fa-f]{16,}"#,
    // A name and its value, each behind a word of its own: `name=Cookie value="s=1"`
    r#"(\b(?i:name|key|header(?:_?name)?|field|k)\s?[=:]\s?["']?(?P<named>[A-Za-z0-9_.\x2d]{2,64})["']?[\s,;]{1,4}(?:[A-Za-z0-9_.\x2d]{0,64}\.)?(?i:(?:raw_?|string_?)?values?|val|v|default)\s?[=:]\s?)(?:"(?:[^"\\]|\\.)+"|'[^'\n]+'|[^\s,;"'{}\[\]]+)"#,
    // JSON web tokens
    r"()\beyJ[A-Za-z0-9_\x2d]{8,}\.[A-Za-z0-9_\x2d]{4,}(?:\.[A-Za-z0-9_\x2d]*)?",
    // Keys and tokens of the large providers
    r"()\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",
    r"()\b(?:gh[pousr]_|github_pat_)[A-Za-z0-9_]{20,}\b",
    r"()\bgl(?:pat|rt|dt|ptt|ft|soat|cbt|agent|imt|oas)-[A-Za-z0-9_\x2d.]{8,}",
    r"()\bxox[a-z](?:-|\.)[A-Za-z0-9.\x2d]{10,}",
    r"()\bxapp-[A-Za-z0-9\x2d]{10,}",
    r"()\b(?:(?:sk|rk|pk)_(?:live|test|prod)|whsec)_[A-Za-z0-9]{8,}",
    r"()\bsk-[A-Za-z0-9_\x2d]{16,}",
    r"()\bAIza[A-Za-z0-9_\x2d]{30,}",
    r"()\bya29\.[A-Za-z0-9_\x2d]{10,}",
    r"()\b(?:npm_|hf_|do[por]_v1_|shp(?:at|ss|ca|pa)_|pypi-AgE|lin_api_|figd_|sntrys_|hv[sb]\.|dckr_pat_)[A-Za-z0-9_\x2d]{16,}",
    r"()\b(?:sq0[a-z]{3}-|gl(?:sa|c)_|gsk_|PMAK-|NRAK-|pscale_(?:pw|tkn|oauth)_|ATATT3x|atlasv1\.)[A-Za-z0-9_\x2d=.]{16,}",
    r"()\bdapi[0-9a-f]{32}(?:-[0-9])?\b",
    r"()\bSG\.[A-Za-z0-9_\x2d]{16,}\.[A-Za-z0-9_\x2d]{16,}",
    r"()\$(?:apr1|2[aby]|5|6|y|argon2i?d?)\$[A-Za-z0-9./$=,+]{10,}",
    // Private keys, whole
    r"(?s)(-----BEGIN [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----).*?(?P<rest>-----END [A-Z0-9 ]{0,32}PRIVATE KEY(?: BLOCK)?-----|$)",
];

/// What such a shape has in it.
const OWN_HINT: &str = concat!(
    r"bearer|(?u:basic\s)|nonce|response|(?:val(?:ue)?s?|(?u:[\s,;.])v|default)(?u:\s?)[=:]",
    r"|\$(?:apr1|2[aby]|5|6|y|argon)|private key|",
    known!(),
);

/// Shapes that are looked for only where a word of theirs stands: most text that has a secret has none of these.
struct Group {
    hint: LazyLock<regex::bytes::Regex>,
    shapes: LazyLock<Vec<Regex>>,
}

static GROUPS: [Group; 3] = [
    Group {
        hint: LazyLock::new(|| hint(&[OWN_HINT])),
        shapes: LazyLock::new(|| SHAPES.iter().map(|shape| expression(shape)).collect()),
    },
    Group {
        hint: LazyLock::new(|| hint(&[address::HINT])),
        shapes: LazyLock::new(|| address::SHAPES.iter().map(|shape| expression(shape)).collect()),
    },
    Group {
        hint: LazyLock::new(|| hint(&[command::HINT, command::OWN_HINT])),
        shapes: LazyLock::new(|| command::SHAPES.iter().map(|shape| expression(shape)).collect()),
    },
];

fn hint(words: &[&str]) -> regex::bytes::Regex {
    regex::bytes::Regex::new(&format!("(?i-u){}", words.join("|"))).expect("a constant expression, compiled by a test")
}

/// A word that every secret has in or beside it. Most text has none, and is then looked at once instead of twenty times.
static HINT: LazyLock<regex::bytes::Regex> = LazyLock::new(|| {
    let own = concat!(
        r"passw|passphrase|pwd|secret|token|credential|(?:api|access|private|signing|encryption|session)[-_. ]?key",
        r"|[?&](?:key|code|sig|x-(?:amz|goog)-sig)|authorization|cookie|dsn|connection[-_. ]?string|vcap|(?:key|store)[-_. ]?pass|jaas|sess(?:ion)?id",
        r"|bearer|(?u:basic\s)|private key|\$(?:apr1|2[aby]|5|6|y|argon)",
        "|",
        known!(),
        r"|[a-z0-9][-_.]?key(?:\\*[\x22'>]|\[|\s{0,4}(?:=|:|%3d)|\s(?:is|was)[\s:])|-[a-z0-9.-]*(?:key|pass|pw)\s|p(?:ass|w)(?:\\*[\x22'>`]|\[|\]|%5[bd]|\s{0,4}(?:=|:|%3d))",
        r"|contrase|mot[-_. ]?de[-_. ]?passe|kennwort|passcode",
        r"|nonce|response\s?=|rediscli_auth|saml_?re[qs]|code[_-]?verifier",
        r"|(?:session[_-]id|sessions?|\bsid|auth|jwt|assertion|\bpin|otp|\bcv[vc]2?|card(?:[_-]?(?:number|num|no))?|\bcc(?:[_-]?(?:number|num))?|\bpan|(?:pin|otp|mfa|2fa|sms|verification)[_-]code)\\*[\x22']?\]?\s{0,4}(?:[:=]|%3d)",
        r#"|(?:api|access|private|signing|encryption|session|connection)\\*["']?\s*[:=>]+\s*\{"#,
    );
    hint(&[own, address::HINT, command::HINT])
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
            if found.name("named").is_some_and(|named| !is_secret_key(named.as_str())) {
                continue;
            }
            let told = |group: &str| found.name(group).map(|it| it.as_str());
            let is_none = told("label").is_some_and(address::is_label)
                || told("said").is_some_and(says_why)
                || told("odd").is_some_and(|word| !command::is_odd(word))
                || told("path").is_some_and(|path| {
                    let behind = found.name("rest").map_or("", |rest| &text[rest.start() + 1..]);
                    address::is_path(told("scheme").unwrap_or_default(), path, behind)
                })
                || told("card").is_some_and(|number| !weak::is_card(number));
            if is_none {
                continue;
            }
            let begin = found.get(1).map_or(whole.start(), |kept| kept.end());
            let odd = || found.name("odd").map(|odd| odd.end());
            let end = found.name("rest").map(|rest| rest.start()).or_else(odd).unwrap_or(whole.end());
            if end > begin {
                edits.push((begin..end, MASK.to_owned()));
            }
        }
    }
    edits
}
