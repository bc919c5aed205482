//! In place of `secure` where Keepwatch is built without the feature `zookeeper-tls`: says so, and nothing else can be done.

use std::io;

use tokio::net::TcpStream;
use zookeeper_client::Connector;

use super::Tls;
use super::preflight::Silence;

/// There is none.
pub(super) enum Secure {}

impl Secure {
    /// # Errors
    /// Always: what has to be built for it.
    pub(super) fn new(_: &Tls) -> Result<Secure, String> {
        Err("registry.tls is set, but this keepwatch was built without TLS to ZooKeeper: build it with its default \
             features, or with --features zookeeper-tls"
            .into())
    }

    pub(super) fn client(&self, _: Connector) -> Connector {
        match *self {}
    }

    pub(super) async fn connect(&self, _: &str, _: TcpStream) -> io::Result<TcpStream> {
        match *self {}
    }

    pub(super) fn silence(&self, _: &io::Error, _: &str, _: &str) -> Option<Silence> {
        match *self {}
    }
}
