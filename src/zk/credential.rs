//! Who we are towards a ZooKeeper: one line, `digest:USER:PASSWORD` or `sasl:USER:PASSWORD`. It never shows its password, and
//! what is said where a server refuses it names the place to look at. Not what access lists grant: that is `access`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use zookeeper_client::{Connector, SaslOptions};

/// The variable that holds the line itself, where no file does.
pub const VARIABLE: &str = "KEEPWATCH_REGISTRY_CREDENTIAL";

/// A user and a password, and how they are shown to a server.
#[derive(Clone, PartialEq, Eq)]
pub struct Credential {
    scheme: Scheme,
    user: Arc<str>,
    password: Arc<str>,
}

/// The schemes of access lists that go by a user's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    /// What ZooKeeper's `addauth` takes. A wrong password is not refused: it makes another identity.
    Digest,
    /// SASL DIGEST-MD5, against the users of the server's JAAS file. The password is not sent.
    Sasl,
}

impl Credential {
    /// Who we are, as access lists name it: `digest:ana`, `sasl:ana`.
    pub fn identity(&self) -> Arc<str> {
        format!("{}:{}", self.scheme.word(), self.user).into()
    }

    /// A session's client, told to show it on every connection.
    pub(super) fn shown_by(&self, connector: Connector) -> Connector {
        match self.scheme {
            Scheme::Digest => connector.with_auth("digest", format!("{}:{}", self.user, self.password).as_bytes()),
            Scheme::Sasl => {
                connector.with_sasl(SaslOptions::digest_md5(self.user.to_string(), self.password.to_string()))
            }
        }
    }

    /// Whether the server is asked to check the password before it serves anything.
    pub(super) fn is_checked(&self) -> bool {
        self.scheme == Scheme::Sasl
    }
}

impl Scheme {
    fn word(self) -> &'static str {
        match self {
            Scheme::Digest => "digest",
            Scheme::Sasl => "sasl",
        }
    }
}

/// What is said where a server refuses who we are, or that we are nobody.
pub(super) fn refused(credential: Option<&Credential>) -> String {
    match credential {
        Some(credential) => format!(
            "the registry refuses the credential of {}: look at its user and password, in the file of \
             registry.credential or in {VARIABLE}",
            credential.identity()
        ),
        None => format!(
            "the registry serves only those who say who they are: name a file with digest:USER:PASSWORD or \
             sasl:USER:PASSWORD as registry.credential, or put that line into {VARIABLE}"
        ),
    }
}

/// Without the secret: it must not reach a log.
impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credential({}:***)", self.scheme.word())
    }
}

impl FromStr for Credential {
    type Err = String;

    /// Reads the line; the words of an error never repeat it.
    fn from_str(text: &str) -> Result<Credential, String> {
        let line = text.trim_end_matches(['\r', '\n']).trim_start();
        let wrong = || "a credential is one line, digest:USER:PASSWORD or sasl:USER:PASSWORD".to_owned();
        let (scheme, rest) = line.split_once(':').ok_or_else(wrong)?;
        let (user, password) = rest.split_once(':').ok_or_else(wrong)?;
        let scheme = match scheme {
            "digest" => Scheme::Digest,
            "sasl" => Scheme::Sasl,
            _ => return Err(wrong()),
        };
        if user.is_empty() || password.is_empty() || line.contains(['\r', '\n', '\0']) {
            return Err(wrong());
        }
        Ok(Credential { scheme, user: user.into(), password: password.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_one_line_and_never_shown() {
        for scheme in ["digest", "sasl"] {
            let read: Credential = format!("{scheme}:ana:se:cret\n").parse().unwrap();
            assert_eq!((&*read.identity(), &*read.password), (format!("{scheme}:ana").as_str(), "se:cret"));
            assert!(!format!("{read:?}").contains("cret"));
            let words = refused(Some(&read));
            assert!(
                words.contains(&*read.identity()) && words.contains(VARIABLE) && !words.contains("cret"),
                "{words}"
            );
        }
        for bad in ["", "digest", "digest:ana", "digest::x", "sasl:ana:", "gssapi:a:b", "digest:a:b\ndigest:c:d"] {
            let words = bad.parse::<Credential>().unwrap_err();
            assert!(words.contains("digest:USER:PASSWORD"), "{bad}");
        }
    }
}
