//! Secrets that commands give away: those of a shell, of SQL and of the protocols that log in by a line of text.

use super::weak;

/// The first group is kept, and so is `rest`. No secret is a `said` that says why there is none, nor a plain `odd` word.
pub(super) const SHAPES: &[&str] = &[
    // Shells; the words of a command may each stand in quotes, as Python writes them
    r#"(\b(?:curl|wget)\b[^\n]*?[\s"'](?:-[A-Za-z]*u|-U|-a|--user|--proxy-user|--auth)(?:["'],\s?|[\s=]*)["']?[^\s:"']+:)[^\s"']+"#,
    r#"(\b(?:mysql|mysqldump|mysqladmin|mysqlimport|mariadb|mariadb-dump|mariadb-admin)\b[^\n]*?[\s"']-p)(?:'[^'\s,][^'\n]*'|"[^"\s,][^"\n]*"|["'][^"'\s,][^"'\s]*|[^\s"']+)"#,
    r#"(\b(?:sshpass|mongo|mongosh|mongodump|mongorestore)\b[^\n]*?[\s"']-p(?:["'],\s?|\s?))(?:'[^'\s,][^'\n]*'|"[^"\s,][^"\n]*"|["'][^"'\s,][^"'\s]*|[^\s"'-][^\s"']*)"#,
    r#"(\b(?:docker|podman|nerdctl|buildah|skopeo|oc|az|registry)(?:["'],)?\s+["']?login\b[^\n]*?[\s"']-p(?:["'],\s?|[\s=]?)["']?)[^\s"'-][^\s"']*"#,
    r#"(\bldap[a-z]+\b[^\n]*?[\s"']-w(?:["'],\s?|\s?)["']?)[^\s"'-][^\s"']*"#,
    r#"(\bredis-cli\b[^\n]*?[\s"']-a(?:["'],\s?|\s)["']?)[^\s"']+"#,
    r#"(\brabbitmqctl\b[^\n]*?\s(?:add_user|change_password)\s\S+\s["']?)[^\s"']+"#,
    r#"(\bvault\s{1,4}login\s{1,4}(?:-\S{1,64}\s{1,4}){0,8}["']?)(?P<odd>[^\s"'=\x2d][^\s"'=]*)["']?(?:\s|$)"#,
    r#"(\bhtpasswd\s{1,4}(?:-\S{1,16}\s{1,4}){0,4}-[A-Za-z]{0,8}b[A-Za-z]{0,8}\s{1,4}(?:-\S{1,16}\s{1,4}(?:[0-9]{1,2}\s{1,4})?){0,4}[^\s\x2d]\S*\s{1,4}(?:[^\s\x2d]\S*\s{1,4})?["']?)[^\s"'<>|;&\x2d][^\s"'<>|;&]*"#,
    r#"(\bchpasswd\s{1,4}(?:<<<\s{0,4})?["']?[^\s:"']+:)[^\s"':]+"#,
    r#"(\becho\s{1,4}(?:-\S{1,16}\s{1,4}){0,4}["']?[^\s:"']+:)[^\s"']+(?P<rest>["']?\s{0,4}\|\s{0,4}(?:sudo\s{1,4})?(?:\S{1,64}/)?chpasswd\b)"#,
    r#"(\b(?:useradd|usermod)\b[^\n]*?\s(?:-p|--password)[\s=]["']?)[^\s"'-][^\s"']*"#,
    r#"(\b(?:smbclient|rpcclient)\b[^\n]*?\s(?:-U\s?|--user[\s=])["']?[^\s%"']+%)[^\s"']+"#,
    r#"((?i:\b(?:unseal|recovery)\skey\s[0-9]{1,3}(?:\s\([a-z ]{1,32}\))?:\s{1,4}))\S+"#,
    r#"(\s-pass(?:in|out)?\s+pass:)[^\s"']+"#,
    // SQL, and what calls or quotes a password by its name
    r#"((?i:passw(?:or)?d|passphrase)(?:\s{1,4}|\s?\(\s?)")(?P<said>(?:[^"\\\n]|\\.)+)"#,
    r#"((?i:passw(?:or)?d|passphrase)(?:\s{1,4}|\s?\(\s?)')(?P<said>(?:[^'\\\n]|''|\\.)+)"#,
    r#"(\b(?:Secret|SecretStr|SecretString|ApiKey|Token)\(")(?:[^"\\\n]|\\.)+"#,
    r#"((?i:\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:password\s+|values\s+)?)')(?:[^'\\\n]|''|\\.)+"#,
    r#"((?i:\bidentified\s+(?:with\s+\S+\s+)?(?:by|as)\s+(?:password\s+|values\s+)?)")(?:[^"\\\n]|\\.)+"#,
    r#"((?i:\buser\s+\S+\s+identified\s+by\s+))[^\s"';]+"#,
    r#"((?i:\bset\s+password\s+for\s[^\n=]+=\s?)')(?:[^'\\\n]|''|\\.)+"#,
    // PHP's traces, with what was given to what logs in
    r#"((?:->__construct|::__construct|mysqli(?:_real)?_connect|pg_connect|ldap_bind)\('[^'\n]{0,256}', '[^'\n]{0,128}', ')[^'\n]+"#,
    // SMTP and IMAP, Redis, FTP and POP3, netrc
    r"(\bAUTH(?:ENTICATE)?\s+(?:PLAIN|LOGIN|XOAUTH2|OAUTHBEARER|NTLM|CRAM-MD5|DIGEST-MD5|SCRAM-[A-Z0-9-]{1,16})\s+)(?P<odd>[A-Za-z0-9+/]{4,}={0,2})",
    r#"(\bAUTH\s+)(?P<odd>[^\s"'=:/\[\](){}<>]{4,})(?:\s*$|["'])"#,
    r#"(\bAUTH\s+default\s+)[^\s"']+"#,
    r#"(\bHELLO\s+[23]\s+AUTH\s+\S+\s+)[^\s"']+"#,
    r#"(\bAUTH\s+(?P<who>[^\s"'=:/\[\](){}<>]{1,64})\s+)(?P<odd>[^\s"'=:/\[\](){}<>]{4,})(?:\s*$|["'])"#,
    r#"((?i:\b(?:requirepass|masterauth)["']?,?\s{1,4}["']?))(?P<said>[^\s"'=:]+)["']?\s*$"#,
    r#"((?i:\b(?:requirepass|masterauth)\s{1,4}))(?P<odd>[^\s"'=:]+)"#,
    r#"((?i:\bacl["']?,?\s{1,4}["']?setuser)\b[^\n]*?[\s"'][>\#])[^\s"'>]{4,}"#,
    r#"(["']AUTH["'],?\s?(?:["'][^"'\s]*["'],?\s?)?["'])[^"'\s]+(?P<rest>["'])"#,
    // As clients send it, and Redis' MONITOR shows it
    r#"("(?i:auth)"\s(?:"[^"\s]{0,128}"\s)?")(?:[^"\\\n]|\\.)+(?P<rest>")"#,
    r#"(\b[A-Za-z]{0,4}[0-9]{1,8}\sLOGIN\s"?[^\s"]+"?\s")(?:[^"\\\n]|\\.)+"#,
    r#"(\b[A-Za-z]{0,4}[0-9]{1,8}\sLOGIN\s"?[^\s"]+"?\s)(?P<odd>[^\s"]+)\s*$"#,
    r#"(\bUSER\s\S+\s+PASS\s+)[^\s"']+"#,
    r#"(\bPASS\s+)(?P<odd>[^\s"'=:/.\[\](){}<>]{4,})(?:\s*$|["']|\\r)"#,
    r#"(\bmachine\s\S+\s+login\s\S+\s+password\s+)[^\s"']+"#,
    r#"(\b(?:login|user|account)\s\S+\s+password\s+)(?P<odd>[^\s"']+)"#,
    // What a sentence says at once: `using password x for user bob`
    r#"((?i:\b(?:password|passwd|passphrase)\s{1,4}(?:to\s{1,4})?))(?P<given>[^\s"'=:,;/<>()\[\]{}]{8,128})(?:[,;.)]?\s|[,;.)]?$)"#,
    r#"((?i:\bpassw(?:or)?d\s(?:(?:was|is|has\sbeen)\s)?(?:set|changed|reset|updated)\s(?:from\s\S{1,128}\s)?to\s)["']?)(?P<odd>[^\s"']+)"#,
    r#"((?i:\bpassw(?:or)?d\s(?:(?:was|is|has\sbeen)\s)?changed\sfrom\s)["']?)(?P<odd>[^\s"']+)"#,
    r#"((?i:\bpassw(?:or)?d\sfor\s(?:(?:user|account|role|login)\s)?\S{1,64}\s(?:is|was)(?:\sset\sto)?:?\s))(?P<odd>[^\s"']+)"#,
    r#"((?i:\bpassw(?:or)?d\sfor\s(?:(?:user|account|role|login)\s)?\S{1,64}\s(?:is|was)(?:\sset\sto)?:?\s["']))(?P<said>[^"'\n]+)"#,
    // What a login asks for, and the number of a card
    r#"((?i:\bpassw(?:or)?d\sfor\s(?:user\s)?\S{1,64}:\s))(?P<odd>[^\s"']+)\s*$"#,
    r"((?i:\bpassw(?:or)?d\sis\sgenerated\sfor\s\S{1,64}:\s{1,4}))\S+",
    r#"((?i:(?:\b|_)(?:card|cc|pan)(?:[ _-]?(?:number|num|no))?)[\s:=#]{1,4})(?P<card>[0-9]{4}(?:[ -]?[0-9]){9,15})\b"#,
    // A code that lets somebody in once
    r"(?i)(\b(?:otp|totp|pin|2fa|mfa|one-time|verification|sms)[ _-](?:pass)?(?:code|pin|password)\s?(?:is\s|was\s|[:=#])?\s{0,2})[0-9]{4,8}\b",
    r"(?i)(\b(?:otp|totp|passcode|pin)\s(?:is|was)\s)[0-9]{4,8}\b",
];

/// What such a command has in it.
pub(super) const HINT: &str = concat!(
    r"\b(?:(?:mysql|mariadb)[a-z-]*|sshpass|mongo[a-z]*|redis-cli|curl|wget|ldap[a-z]+)(?:\s|\\*[\x22'],)|(?:\b|_)(?:card|cc|pan)(?:[ _-]?(?:number|num|no))?[\s:=#]{1,4}[0-9]{4}",
    r"|\b(?:docker|podman|nerdctl|buildah|skopeo|oc|az|registry)(?:\\*[\x22'],)?\s{0,4}\\*[\x22']?login[\s\\\x22']|\brabbitmqctl\s|-pass(?:in|out)?\s",
    r"|requirepass|masterauth|\bsetuser\b|\bidentified\s+(?:by|with|as)|(?-i:\bAUTH(?:ENTICATE)?[\x22']?[\s,])|(?-i:\bPASS\s)",
    r"|\x22auth\x22\s\x22|[0-9]\sLOGIN\s|\bvault\s{1,4}login\s|\buser(?:add|mod)\s|\b(?:smb|rpc)client\s|(?:unseal|recovery)\skey\s[0-9]",
    r"|\b(?:otp|totp|passcode|pin|2fa|mfa|one-time|verification|sms)[ _-](?:is|was|(?:pass)?(?:code|pin|password))[\x22\s:=#]",
    r"|__construct\('|i(?:_real)?_connect\('|\b(?:pg_connect|ldap_bind)\('",
);

/// What such a command has in it whose words hint by themselves that there may be a secret.
pub(super) const OWN_HINT: &str =
    r"passwd|passw(?:or)?d[\s(]|passphrase[\s(]|(?-i:(?:Secret[A-Za-z]{0,6}|ApiKey|Token)\()";

/// Whether a word may be a secret where only a sentence could stand else: one of letters in one case is a word.
pub(super) fn is_odd(word: &str) -> bool {
    let word = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')']);
    let rest = word.get(1..).unwrap_or_default();
    let is_letters = word.bytes().all(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'-' | b'\'' | b'_'));
    let is_one_case =
        || !rest.bytes().any(|byte| byte.is_ascii_uppercase()) || !word.bytes().any(|byte| byte.is_ascii_lowercase());
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
    !(word.is_empty() || is_number || is_letters && is_one_case())
}

/// Words of a sentence behind which no name of a user's stands, by themselves or before one.
const SMALL: &[&str] = &[
    "a", "and", "as", "at", "by", "failed", "for", "from", "in", "is", "of", "on", "or", "the", "to", "via", "was",
    "with",
];

/// Whether a word is one of a sentence, and no name.
pub(super) fn is_small_word(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase()) && SMALL.contains(&word)
}

/// Whether a word right behind that of a password may be one: letters, and digits or marks within them. A word with a number at
/// its end, a version, a date or a name of a method is none.
pub(super) fn is_given(word: &str) -> bool {
    let is_mark = |byte: u8| matches!(byte, b'!' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'?');
    let stem = word.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    let inner = stem.trim_start_matches(|c: char| !c.is_ascii_alphabetic());
    weak::is_random(word) || inner.bytes().any(is_mark) && !word.contains('@')
}

#[cfg(test)]
#[path = "command_tests.rs"]
mod tests;
