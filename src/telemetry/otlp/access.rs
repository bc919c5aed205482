//! What the intake asks of senders, read from its files: the bearer token, and the certificate that TLS shows.

use std::path::Path;
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
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
    let text = std::fs::read_to_string(file).map_err(|e| said(&e.to_string()))?;
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
    let certificates = certificates.map_err(|e| said(cert, format!("no certificate as PEM ({e})")))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|e| said(key, format!("no private key as PEM ({e})")))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| e.to_string())?
        .with_no_client_auth()
        .with_single_cert(certificates, private)
        .map_err(|e| said(cert, e.to_string()))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
