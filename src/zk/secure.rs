//! What a look at a server needs over TLS (feature `zookeeper-tls`), and in words why a handshake fails: the session's own
//! client only says that it did not connect. Not the session's encryption: that is the client's.

use std::io;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use zookeeper_client::{Connector, TlsOptions};

use super::Tls;
use super::preflight::Silence;

/// How to reach a server over TLS.
pub(super) struct Secure {
    connector: TlsConnector,
    /// The same for the session's client.
    options: TlsOptions,
    /// Whether we show a certificate of our own.
    known: bool,
}

impl Secure {
    /// From the PEM texts of the settings.
    ///
    /// # Errors
    /// Which setting cannot be used, and why.
    pub(super) fn new(tls: &Tls) -> Result<Secure, String> {
        // Where two providers are built in, as here, the client wants to be told which to use.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let Some(ca) = &tls.ca else {
            return Err(
                "registry.tls.ca names no file: it has to hold who signs the servers' certificates, as PEM".into()
            );
        };
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates("ca", ca)?);
        if roots.is_empty() {
            return Err("registry.tls.ca cannot be used: no certificate in it can sign".into());
        }
        let config = ClientConfig::builder().with_root_certificates(roots);
        let config = match &tls.client {
            None => config.with_no_client_auth(),
            Some((cert, key)) => {
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes())
                    .map_err(|e| format!("registry.tls.key cannot be used: no private key as PEM is in it ({e})"))?;
                config
                    .with_client_auth_cert(certificates("cert", cert)?, key)
                    .map_err(|e| format!("registry.tls.cert and registry.tls.key cannot be used together: {e}"))?
            }
        };
        let mut options =
            TlsOptions::default().with_pem_ca(ca).map_err(|e| format!("registry.tls.ca cannot be used: {e}"))?;
        if let Some((cert, key)) = &tls.client {
            options = options
                .with_pem_identity(cert, key)
                .map_err(|e| format!("registry.tls.cert and registry.tls.key cannot be used: {e}"))?;
        }
        Ok(Secure { connector: TlsConnector::from(Arc::new(config)), options, known: tls.client.is_some() })
    }

    /// The session's client, told to speak TLS.
    pub(super) fn client(&self, connector: Connector) -> Connector {
        connector.with_tls(self.options.clone())
    }

    /// Shakes hands.
    ///
    /// # Errors
    /// See [`Secure::silence`].
    pub(super) async fn connect(&self, host: &str, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        self.connector.connect(name, stream).await
    }

    /// Why the handshake failed, and what to do; `None`: it was no trouble of TLS. What only was cut off may do better at
    /// another try, what a certificate lacks will not.
    pub(super) fn silence(&self, e: &io::Error, at: &str, host: &str) -> Option<Silence> {
        let lasting = e.get_ref().is_some_and(|inner| inner.is::<rustls::Error>());
        self.words(e, at, host).map(|why| Silence { why, lasting })
    }

    fn words(&self, e: &io::Error, at: &str, host: &str) -> Option<String> {
        let inner = e.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let Some(trouble) = inner else {
            let closed = [io::ErrorKind::UnexpectedEof, io::ErrorKind::ConnectionReset, io::ErrorKind::BrokenPipe];
            // A ZooKeeper's plain port does that too.
            let advice = match self.known {
                true => "not accept our certificate, registry.tls.cert",
                false => "want a certificate of ours: registry.tls.cert and registry.tls.key",
            };
            let words = || {
                format!(
                    "{at} closes the connection in the TLS handshake; it may not speak TLS on this port, or {advice}"
                )
            };
            return closed.contains(&e.kind()).then(words);
        };
        Some(match trouble {
            rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer) => {
                format!("the certificate of {at} is not signed by registry.tls.ca")
            }
            rustls::Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            ) => format!("the certificate of {at} is not made out to {host}: use a name that is in it"),
            rustls::Error::InvalidCertificate(CertificateError::Expired | CertificateError::ExpiredContext { .. }) => {
                format!("the certificate of {at} has expired")
            }
            rustls::Error::InvalidMessage(_) => {
                format!("{at} does not speak TLS: name its TLS port, or take registry.tls away")
            }
            rustls::Error::AlertReceived(AlertDescription::CertificateRequired | AlertDescription::BadCertificate)
                if !self.known =>
            {
                format!("{at} wants a TLS certificate of ours: registry.tls.cert and registry.tls.key name none")
            }
            rustls::Error::AlertReceived(alert) => format!(
                "{at} ends the TLS handshake ({alert:?}){}",
                match self.known {
                    true => "; it may not accept our certificate, registry.tls.cert",
                    false => "; it may want a certificate of ours: registry.tls.cert and registry.tls.key",
                }
            ),
            other => format!("no TLS with {at}: {other}"),
        })
    }
}

fn certificates(what: &str, pem: &str) -> Result<Vec<CertificateDer<'static>>, String> {
    let wrong = |why: String| format!("registry.tls.{what} cannot be used: {why}");
    let all: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem.as_bytes()).collect();
    match all {
        Ok(all) if all.is_empty() => Err(wrong("no certificate as PEM is in it".into())),
        Ok(all) => Ok(all),
        Err(e) => Err(wrong(e.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_named_by_its_setting() {
        let why = |tls: Tls| Secure::new(&tls).err().unwrap_or_default();
        assert!(why(Tls::default()).contains("registry.tls.ca names no file"));
        assert!(why(Tls { ca: Some("no PEM".into()), client: None }).contains("registry.tls.ca cannot be used"));
    }

    #[test]
    fn a_handshake_that_fails_says_what_to_do() {
        let secure = |known| Secure {
            connector: TlsConnector::from(Arc::new(
                ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                    .with_safe_default_protocol_versions()
                    .unwrap()
                    .with_root_certificates(RootCertStore::empty())
                    .with_no_client_auth(),
            )),
            options: TlsOptions::default(),
            known,
        };
        let words = |known, e| secure(known).words(&io::Error::other(e), "zk:2281", "zk").unwrap();
        let issuer = rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer);
        assert_eq!(words(true, issuer), "the certificate of zk:2281 is not signed by registry.tls.ca");
        let alert = || rustls::Error::AlertReceived(AlertDescription::CertificateRequired);
        assert!(words(false, alert()).contains("registry.tls.cert and registry.tls.key name none"));
        assert!(words(true, alert()).contains("not accept our certificate"));
        let closed = io::Error::from(io::ErrorKind::UnexpectedEof);
        assert!(secure(false).words(&closed, "zk:2281", "zk").unwrap().contains("TLS handshake"));
        assert_eq!(secure(false).words(&io::Error::from(io::ErrorKind::TimedOut), "zk:2281", "zk"), None);
    }
}
