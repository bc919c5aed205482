//! The four-letter words: plain text questions in place of a first frame, answered with plain text.

use std::fmt::Write;
use std::net::SocketAddr;
use std::time::Duration;

use super::state::State;

/// A word that is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    /// Are you well?
    Ruok,
    /// The server in a few lines.
    Srvr,
    /// Read-only?
    Isro,
    /// Its environment; where kazoo reads the version.
    Envi,
    /// The same for machines.
    Mntr,
    /// A word of ZooKeeper's that is not answered here, as servers do that were not told to.
    Unlisted([u8; 4]),
}

impl Word {
    /// Words of ZooKeeper's that most servers do not answer unless told to.
    const UNLISTED: [&[u8; 4]; 10] =
        [b"conf", b"cons", b"crst", b"dirs", b"dump", b"gtmk", b"stat", b"wchc", b"wchp", b"wchs"];

    /// The word that four bytes are, if they are one; else they are the length of a frame.
    pub(super) fn parse(bytes: &[u8]) -> Option<Word> {
        match bytes {
            b"ruok" => Some(Word::Ruok),
            b"srvr" => Some(Word::Srvr),
            b"isro" => Some(Word::Isro),
            b"envi" => Some(Word::Envi),
            b"mntr" => Some(Word::Mntr),
            _ => Word::UNLISTED.into_iter().find(|word| word[..] == *bytes).map(|word| Word::Unlisted(*word)),
        }
    }

    pub(super) fn answer(self, state: &State, address: SocketAddr) -> String {
        match self {
            Word::Ruok => "imok".to_owned(),
            Word::Isro => "rw".to_owned(),
            Word::Srvr => srvr(state),
            Word::Mntr => mntr(state),
            Word::Envi => {
                format!("Environment:\nzookeeper.version={}\nhost.name={}\n", version(state), address.ip())
                    + &format!("os.name={}\nos.arch={}\n", std::env::consts::OS, std::env::consts::ARCH)
            }
            Word::Unlisted(word) => {
                format!("{} is not executed because it is not in the whitelist.\n", String::from_utf8_lossy(&word))
            }
        }
    }
}

fn version(state: &State) -> String {
    format!(
        "{}-keepwatch-demo, built on Keepwatch {}: for demo and tests only",
        state.version.number(),
        env!("CARGO_PKG_VERSION")
    )
}

/// Shortest, mean and longest time of a request, in milliseconds.
fn latency(state: &State) -> (u128, f64, u128) {
    let traffic = &state.traffic;
    let mean = if traffic.received == 0 { 0.0 } else { traffic.total.as_secs_f64() * 1e3 / traffic.received as f64 };
    (traffic.shortest.unwrap_or(Duration::ZERO).as_millis(), mean, traffic.longest.as_millis())
}

fn srvr(state: &State) -> String {
    let (shortest, mean, longest) = latency(state);
    let mut out = format!("Zookeeper version: {}\n", version(state));
    // Every request is answered before the next is read, so none is ever outstanding.
    let _ = write!(
        out,
        "Latency min/avg/max: {shortest}/{mean:.4}/{longest}\nReceived: {}\nSent: {}\nConnections: {}\nOutstanding: 0\n\
         Zxid: {:#x}\nMode: standalone\nNode count: {}\n",
        state.traffic.received,
        state.traffic.sent,
        state.links.len(),
        state.zxid,
        state.tree.node_count()
    );
    out
}

fn mntr(state: &State) -> String {
    let (shortest, mean, longest) = latency(state);
    let rows: [(&str, String); 14] = [
        ("version", version(state)),
        ("server_state", "standalone".to_owned()),
        ("avg_latency", format!("{mean:.4}")),
        ("min_latency", shortest.to_string()),
        ("max_latency", longest.to_string()),
        ("packets_received", state.traffic.received.to_string()),
        ("packets_sent", state.traffic.sent.to_string()),
        ("num_alive_connections", state.links.len().to_string()),
        ("outstanding_requests", "0".to_owned()),
        ("znode_count", state.tree.node_count().to_string()),
        ("watch_count", state.watches.count().to_string()),
        ("ephemerals_count", state.tree.ephemeral_count().to_string()),
        ("approximate_data_size", state.tree.byte_count().to_string()),
        ("global_sessions", state.sessions.iter().count().to_string()),
    ];
    rows.into_iter().fold(String::new(), |mut out, (name, value)| {
        let _ = writeln!(out, "zk_{name}\t{value}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::registry::{Options, Version};

    fn answer(word: &[u8], version: Version) -> String {
        let state = State::new(&Options { version, ..Options::default() });
        Word::parse(word).unwrap().answer(&state, SocketAddr::from(([127, 0, 0, 1], 2181)))
    }

    #[test]
    fn the_words_say_what_clients_look_for() {
        assert_eq!((answer(b"ruok", Version::V3_8), answer(b"isro", Version::V3_8)), ("imok".into(), "rw".into()));
        assert!(answer(b"srvr", Version::V3_4).starts_with("Zookeeper version: 3.4.13-"));
        assert!(answer(b"srvr", Version::V3_8).contains("Mode: standalone\nNode count: 4\n"));
        assert!(answer(b"envi", Version::V3_8).contains("\nzookeeper.version=3.8.0-"));
        assert!(answer(b"mntr", Version::V3_8).lines().all(|line| line.starts_with("zk_") && line.contains('\t')));
        assert!(answer(b"dump", Version::V3_8).contains("not in the whitelist"));
        assert_eq!(Word::parse(&[0, 0, 0, 44]), None);
    }
}
