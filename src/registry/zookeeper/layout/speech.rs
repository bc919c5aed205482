//! What an instance's port speaks, by the name that its own data give to the protocol: who speaks something else than HTTP is
//! not asked for pages there, as a request would be nothing but an error in its log.

use std::sync::Arc;

/// Protocols that answer a plain `GET`.
const HTTP: [&str; 6] = ["http", "https", "rest", "hessian", "webservice", "xmlrpc"];
/// Protocols that do not, for words that anybody may have written: of others nothing is concluded.
const OTHERS: [&str; 10] = ["bolt", "dubbo", "grpc", "grpcs", "motan", "motan2", "mucp", "thrift", "thriftmux", "tri"];

/// By the scheme of its URL, which its framework wrote; `None`: HTTP, or not known.
pub(super) fn of_scheme(scheme: &str) -> Option<Arc<str>> {
    let scheme = scheme.trim().to_ascii_lowercase();
    let word = !scheme.is_empty() && scheme.len() <= 20 && scheme.bytes().all(|b| b.is_ascii_graphic());
    (word && !HTTP.contains(&scheme.as_str())).then(|| scheme.into())
}

/// By a word of metadata, which may mean something else.
pub(super) fn of_word(word: &str) -> Option<Arc<str>> {
    of_scheme(word).filter(|word| OTHERS.contains(&&**word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_http_or_not_known_is_none() {
        for scheme in ["http", "HTTPS", "rest", "", " ", "a b", &"x".repeat(21), "\u{202e}x"] {
            assert_eq!(of_scheme(scheme), None, "{scheme}");
        }
        assert_eq!([of_scheme("Dubbo"), of_scheme("tri")], ["dubbo", "tri"].map(|word| Some(word.into())));
        assert_eq!([of_word("grpc"), of_word("tcp"), of_word("http")], [Some("grpc".into()), None, None]);
    }
}
