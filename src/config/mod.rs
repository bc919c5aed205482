//! The one configuration file (a superset of the user's microservices.yaml) and the checks that report every mistake at once.
//!
//! [`shape::read`] turns text into a [`Config`]; [`find`] finds the text; [`settings::Settings`] is what counts after
//! options, environment, file and defaults were laid over each other. Everything else here is a value of the file.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use crate::domain::address::{Address, NoAddress};
use crate::domain::guard::Guard;
use crate::domain::id::Layout;
use crate::domain::servers::Servers;
use crate::theme::{ColorChoice, Glyphs};

pub mod find;
mod guard;
pub mod keymap;
mod log_rules;
pub mod mapped;
pub mod probe;
pub mod problem;
mod reader;
pub mod settings;
pub mod shape;
pub mod template;
mod tree;
pub mod units;

pub use keymap::Keymap;
pub use log_rules::LogRule;
pub use probe::Probe;
pub use reader::Wrong;
pub use units::Size;

/// What a file says; `None` and empty where it says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// Where services register.
    pub registry: Registry,
    /// What this cluster is called and whether it may be written.
    pub cluster: Cluster,
    /// The services that are expected, in the order of the file.
    pub services: Vec<Service>,
    /// Guard rails over what is written, in the order of the file.
    pub guard: Vec<Guard>,
    /// Which addresses may be contacted.
    pub probe: Option<Probe>,
    /// Where spans and logs are taken.
    pub otlp: Option<Otlp>,
    /// Log files to follow; `-` is standard input.
    pub logs: Vec<PathBuf>,
    /// Whose a line is that does not say so itself, in the order of the file.
    pub log_rules: Vec<LogRule>,
    /// The name of a theme.
    pub theme: Option<String>,
    /// Which characters draw marks and frames; `None`: as locale and terminal suggest.
    pub glyphs: Option<Glyphs>,
    /// Whether colours are used.
    pub color: Option<ColorChoice>,
    /// Whether the mouse is taken.
    pub mouse: Option<bool>,
    /// The user's keys over the table's.
    pub keys: Keymap,
}

/// `registry:`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Registry {
    /// The servers and the chroot.
    pub address: Option<Servers>,
    /// A file of one line, `digest:USER:PASSWORD`.
    pub credential: Option<PathBuf>,
    /// How the link is encrypted.
    pub tls: Option<Tls>,
    /// The paths that are read; empty: everything.
    pub paths: Vec<String>,
    /// The layout of everything that is read, instead of detecting it.
    pub layout: Option<Layout>,
    /// How znodes of layouts that Keepwatch does not know are read.
    pub mapped: Vec<mapped::Mapping>,
}

/// `registry.tls:`, files of PEM.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tls {
    /// Who signs the servers' certificates; `None`: the system's.
    pub ca: Option<PathBuf>,
    /// Certificate and key of this client.
    pub client: Option<(PathBuf, PathBuf)>,
}

/// `cluster:`
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cluster {
    /// Shown in header, plans and journal.
    pub name: Option<String>,
    /// No writer is constructed.
    pub read_only: Option<bool>,
}

/// `services.KEY:`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// The key in the file, by which `register --service` names it.
    pub key: String,
    /// The name in the registry; the key where the file gives none.
    pub name: String,
    /// The version, as text.
    pub version: Option<String>,
    /// Where its instances answer.
    pub endpoints: Vec<Endpoint>,
    /// The services that it calls.
    pub depends_on: Vec<String>,
    /// Its layout, instead of detecting it.
    pub layout: Option<Layout>,
    /// The path of its health page.
    pub health: Option<String>,
}

/// An entry of `endpoints:`: `http://host:port/base`, `host:port`, or a path alone where the registry knows the hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Whether it is spoken to by TLS.
    pub https: bool,
    /// Host and port; `None` for a path alone.
    pub address: Option<Address>,
    /// What stands behind host and port, without a `/` at its end; empty for nothing.
    pub path: String,
}

impl FromStr for Endpoint {
    type Err = NoAddress;

    fn from_str(text: &str) -> Result<Endpoint, NoAddress> {
        let (https, rest) = match text.split_once("://") {
            None => (false, text),
            Some(("http", rest)) => (false, rest),
            Some(("https", rest)) => (true, rest),
            Some(_) => return Err(NoAddress("an endpoint begins with http:// or https://".into())),
        };
        let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        if host.contains('@') {
            return Err(NoAddress("a name and password do not belong in an endpoint".into()));
        }
        if !path.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(NoAddress("the path holds blanks or letters that a URL has to escape".into()));
        }
        let path = path.trim_end_matches('/').to_owned();
        if host.is_empty() && text.starts_with('/') && !path.is_empty() {
            return Ok(Endpoint { https, address: None, path });
        }
        let address = Address::parse(host, text.contains("://").then_some(if https { 443 } else { 80 }))?;
        if address.port() == 0 {
            return Err(NoAddress("nobody listens on port 0".into()));
        }
        Ok(Endpoint { https, address: Some(address), path })
    }
}

/// Where spans and logs are taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Otlp {
    /// Nowhere.
    Off,
    /// Here; port 0 takes a free one.
    At(Address),
}

impl FromStr for Otlp {
    type Err = String;

    fn from_str(text: &str) -> Result<Otlp, String> {
        match text {
            "off" => Ok(Otlp::Off),
            _ => {
                let bare = text.strip_prefix("http://").unwrap_or(text).trim_end_matches('/');
                Address::parse(bare, None).map(Otlp::At).map_err(|e| format!("{e}; write host:port or off"))
            }
        }
    }
}

impl fmt::Display for Otlp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Otlp::Off => f.write_str("off"),
            Otlp::At(address) => f.write_str(address.text()),
        }
    }
}

/// Who may send to the intake, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// Other machines than this one, too.
    pub open: bool,
    /// The file of the bearer token that senders have to show.
    pub token: Option<PathBuf>,
    /// The PEM files of the certificate and its key, for TLS.
    pub tls: Option<(PathBuf, PathBuf)>,
}

impl Access {
    /// What it means that other machines may send to this address, in words; `None` where they may not, or have to show a
    /// token over TLS.
    pub fn warning(&self, otlp: &Otlp) -> Option<String> {
        let Otlp::At(address) = otlp else { return None };
        let is_local = address.host() == "localhost" || address.ip().is_some_and(|ip| ip.is_loopback());
        let (means, remedy) = match (&self.token, &self.tls) {
            _ if !self.open || is_local => return None,
            (Some(_), Some(_)) => return None,
            (None, Some(_)) => ("with no token asked for", "--otlp-token FILE asks senders for one"),
            (Some(_), None) => (
                "with a token, but in the clear: who listens on the way reads it and what is sent",
                "--otlp-tls CERT,KEY encrypts",
            ),
            (None, None) => (
                "with no token asked for, and in the clear",
                "--otlp-token FILE asks senders for a token, --otlp-tls CERT,KEY encrypts",
            ),
        };
        Some(format!(
            "--otlp-open: whoever reaches {address} can send spans, logs and metrics, {means}; they are shown as if they were true. {remedy}."
        ))
    }
}

/// The words of `glyphs:`; `None` is `auto`.
pub const GLYPHS: &[(&str, Option<Glyphs>)] =
    &[("auto", None), ("unicode", Some(Glyphs::Unicode)), ("ascii", Some(Glyphs::Ascii))];

/// The words of `color:`.
pub const COLORS: &[(&str, ColorChoice)] =
    &[("auto", ColorChoice::Auto), ("always", ColorChoice::Always), ("never", ColorChoice::Never)];

#[cfg(test)]
mod access_tests;
#[cfg(test)]
mod shape_tests;
