//! The bearer token that the demo's gateway accepts: a standard JWT (HS256), always the same one. **For the demo only**: its
//! key stands in this file, it never ends, and it guards nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;

/// Not a secret: whoever reads the source may enter the demo.
const KEY: &[u8] = b"keepwatch demo, known to everybody";

fn key() -> hmac::Key {
    hmac::Key::new(hmac::HMAC_SHA256, KEY)
}

/// The token.
pub fn issue() -> String {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let claims = URL_SAFE_NO_PAD.encode(r#"{"iss":"keepwatch-demo","sub":"demo","scope":"demo"}"#);
    let signed = format!("{header}.{claims}");
    let signature = URL_SAFE_NO_PAD.encode(hmac::sign(&key(), signed.as_bytes()));
    format!("{signed}.{signature}")
}

/// Whether an `Authorization` header's value is a bearer token that was signed with the demo's key.
pub fn accepts(authorization: &str) -> bool {
    let Some((scheme, token)) = authorization.split_once(' ') else { return false };
    let Some((signed, signature)) = token.trim().rsplit_once('.') else { return false };
    let Ok(signature) = URL_SAFE_NO_PAD.decode(signature) else { return false };
    scheme.eq_ignore_ascii_case("bearer") && hmac::verify(&key(), signed.as_bytes(), &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_issued_token_is_accepted() {
        let token = issue();
        assert!(accepts(&format!("Bearer {token}")) && accepts(&format!("bearer {token}")));
        let (signed, _) = token.rsplit_once('.').unwrap();
        let other = URL_SAFE_NO_PAD.encode(r#"{"iss":"keepwatch-demo","sub":"root"}"#);
        let header = token.split('.').next().unwrap();
        let signature = token.rsplit('.').next().unwrap();
        for wrong in [
            token.clone(),
            format!("Basic {token}"),
            format!("Bearer {signed}."),
            "Bearer x".to_owned(),
            format!("Bearer {header}.{other}.{signature}"),
            String::new(),
        ] {
            assert!(!accepts(&wrong), "{wrong}");
        }
    }
}
