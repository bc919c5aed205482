//! Which addresses the demo takes: the fixed ones of contract.md section 3 if all are free, else free ones for everything, so
//! that two demos run side by side. Ports are held from the moment they are chosen.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use super::cast::{SERVICES, Service};
use super::net::{listen, loopback};
use super::registry;

/// Where a registry is expected.
const REGISTRY: u16 = 2181;
/// Where OTLP over gRPC is expected.
const OTLP: u16 = 4317;

/// What was chosen.
pub struct Places {
    /// The registry, listening.
    pub registry: registry::Server,
    /// Each instance, with its port held.
    pub instances: Vec<(&'static Service, usize, TcpListener)>,
    /// Where telemetry is sent to; nobody listens there yet.
    pub otlp: SocketAddr,
}

/// Chooses. With `otlp`, telemetry goes there; its port 0 is a free one.
///
/// # Errors
/// When not even free ports can be had.
pub async fn choose(otlp: Option<SocketAddr>) -> io::Result<Places> {
    match fixed(otlp).await {
        Ok(places) => Ok(places),
        Err(_) => free(otlp).await,
    }
}

async fn fixed(otlp: Option<SocketAddr>) -> io::Result<Places> {
    let otlp = match otlp {
        Some(address) => settled(address).await?,
        None => settled(loopback(OTLP)).await?,
    };
    let registry = serve(REGISTRY).await?;
    let mut instances = Vec::new();
    for service in &SERVICES {
        for (ordinal, port) in service.ports.iter().enumerate() {
            match listen(loopback(*port)).await {
                Ok(listener) => instances.push((service, ordinal, listener)),
                Err(error) => {
                    registry.stop().await;
                    return Err(error);
                }
            }
        }
    }
    Ok(Places { registry, instances, otlp })
}

async fn free(otlp: Option<SocketAddr>) -> io::Result<Places> {
    let registry = serve(0).await?;
    let mut instances = Vec::new();
    for service in &SERVICES {
        for ordinal in 0..service.ports.len() {
            instances.push((service, ordinal, listen(loopback(0)).await?));
        }
    }
    // Chosen while the others are held, so it is none of theirs.
    let otlp = match otlp {
        Some(address) if address.port() != 0 => address,
        other => listen(other.unwrap_or(loopback(0))).await?.local_addr()?,
    };
    Ok(Places { registry, instances, otlp })
}

/// That address if it was named, with a free port if it has none. One that is the default's must be free.
async fn settled(address: SocketAddr) -> io::Result<SocketAddr> {
    if address.port() != 0 && address != loopback(OTLP) {
        return Ok(address);
    }
    listen(address).await?.local_addr()
}

async fn serve(port: u16) -> io::Result<registry::Server> {
    registry::Server::start(registry::Options { bind: loopback(port), ..registry::Options::default() }).await
}
