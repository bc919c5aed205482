//! What the intake asks of senders, read from its files: the bearer token, and the certificate that TLS shows.

use std::io::ErrorKind;
use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::Access;

/// A token's file is no longer than this, in bytes.
const LONGEST_TOKEN: usize = 4 << 10;

/// The token, and how TLS is accepted; `None` where nobody asks for it.
///
/// # Errors
/// Which file cannot be used, and why.
pub(super) fn read(access: &Access) -> Result<(Option<Arc<str>>, Option<TlsAcceptor>), String> {
    let token = access.token.as_deref().map(token).transpose()?;
    let tls = access.tls.as_ref().map(|(cert, key)| tls(cert, key)).transpose()?;
    Ok((token, tls))
}

fn token(file: &Path) -> Result<Arc<str>, String> {
    let said = |why: &str| format!("--otlp-token {}: {why}", file.display());
    let text = std::fs::read_to_string(file).map_err(|e| match e.kind() {
        ErrorKind::InvalidData => said("a token is one word, and this is no text"),
        _ => said(&e.to_string()),
    })?;
    let token = text.trim();
    match token.len() {
        0 => Err(said("the file holds no token")),
        _ if token.len() > LONGEST_TOKEN || token.contains(char::is_whitespace) => {
            Err(said("a token is one word of a few hundred letters at most"))
        }
        _ => Ok(token.into()),
    }
}

fn tls(cert: &Path, key: &Path) -> Result<TlsAcceptor, String> {
    let said = |file: &Path, why: String| format!("--otlp-tls {}: {why}", file.display());
    let certificates = CertificateDer::pem_file_iter(cert).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = match certificates {
        Ok(some) if !some.is_empty() => some,
        Ok(_) => return Err(said(cert, "it holds no certificate as PEM (-----BEGIN CERTIFICATE-----)".to_owned())),
        Err(e) => return Err(said(cert, format!("its certificate cannot be read as PEM: {}", plain(&e)))),
    };
    let private = PrivateKeyDer::from_pem_file(key).map_err(|e| match e {
        pem::Error::NoItemsFound if is_locked(key) => said(
            key,
            "its key has a passphrase, which cannot be asked for: openssl pkey -in KEY -out PLAIN, readable by you alone"
                .to_owned(),
        ),
        pem::Error::NoItemsFound => said(key, "it holds no private key as PEM (-----BEGIN PRIVATE KEY-----)".to_owned()),
        e => said(key, format!("its key cannot be read as PEM: {}", plain(&e))),
    })?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_no_client_auth()
        .with_single_cert(certificates, private)
        .map_err(|e| match e {
            rustls::Error::InconsistentKeys(_) => said(cert, format!("{} is not its key", key.display())),
            e => said(cert, e.to_string()),
        })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Whether the key in a file is encrypted.
fn is_locked(file: &Path) -> bool {
    std::fs::read(file).is_ok_and(|bytes| memchr::memmem::find(&bytes, b"ENCRYPTED").is_some())
}

/// What is wrong with a file, without what library says so.
fn plain(e: &pem::Error) -> String {
    match e {
        pem::Error::Io(e) => e.to_string(),
        e => e.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_the_files_says_which_and_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            path
        };
        let why = |cert: &Path, key: &Path| tls(cert, key).err().unwrap();
        let (empty, gone) = (file("empty", b""), folder.path().join("gone"));
        let locked =
            file("locked", b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        let cert = file("cert", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
        for (cert, key, words) in [
            (&empty, &empty, "empty: it holds no certificate as PEM"),
            (&gone, &empty, "gone: its certificate cannot be read as PEM: No such file"),
            (&cert, &gone, "gone: its key cannot be read as PEM: No such file"),
            (&cert, &locked, "locked: its key has a passphrase"),
            (&cert, &empty, "empty: it holds no private key as PEM"),
        ] {
            assert!(why(cert, key).contains(words), "{}", why(cert, key));
        }
        assert!(
            token(&file("token", &[0xff, 0xfe])).unwrap_err().ends_with("a token is one word, and this is no text")
        );
        assert_eq!(token(&file("token", b"secret\n")).as_deref(), Ok("secret"));
    }
}
