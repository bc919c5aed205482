//! The instances of one callee, as the caller's own watch on the registry last saw them, and the weighted draw among them.
//! Not about calling them.

use std::sync::{Arc, PoisonError, RwLock};

use super::payload::Entry;
use crate::demo::cast::Service;

/// One instance that may be called.
#[derive(Debug, Clone, PartialEq)]
pub struct Peer {
    /// `host:port`.
    pub address: String,
    /// Its weight among the others; never 0.
    pub weight: u32,
    /// The shard that it holds; `None`: all of them.
    pub shard: Option<u32>,
}

/// The live list of a callee's instances. Cheap to read; replaced as a whole.
#[derive(Debug)]
pub struct Peers {
    /// The callee.
    pub service: &'static Service,
    list: RwLock<Arc<[Peer]>>,
}

impl Peers {
    /// Nobody is known yet.
    pub fn of(service: &'static Service) -> Peers {
        Peers { service, list: RwLock::new(Arc::from([])) }
    }

    /// The registry holds these now. Drained ones are left out.
    pub fn replace(&self, entries: &[Entry]) {
        let callable = entries.iter().filter_map(|entry| {
            let weight = entry.share(self.service.layout);
            (weight > 0).then(|| Peer { address: entry.address.clone(), weight, shard: entry.shard })
        });
        *self.list.write().unwrap_or_else(PoisonError::into_inner) = callable.collect();
    }

    /// One of them, drawn by weight; see [`choose`].
    pub fn pick(&self, shard: Option<u32>, avoid: Option<&str>) -> Option<Peer> {
        let list = Arc::clone(&self.list.read().unwrap_or_else(PoisonError::into_inner));
        choose(&list, shard, avoid, fastrand::f64()).cloned()
    }

    /// How many may be called now.
    pub fn len(&self) -> usize {
        self.list.read().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// The peer at `roll` (0 to 1) of all weights laid end to end, without `avoid`. With a shard, only those that hold it;
/// if nobody does, all: every instance can read every shard, its own one fastest.
pub fn choose<'a>(peers: &'a [Peer], shard: Option<u32>, avoid: Option<&str>, roll: f64) -> Option<&'a Peer> {
    let wanted = |peer: &&Peer| Some(peer.address.as_str()) != avoid;
    let holds = |peer: &&Peer| shard.is_none() || peer.shard.is_none() || peer.shard == shard;
    let mut among: Vec<&Peer> = peers.iter().filter(wanted).filter(holds).collect();
    if among.is_empty() {
        among = peers.iter().filter(wanted).collect();
    }
    let total: f64 = among.iter().map(|peer| f64::from(peer.weight)).sum();
    let mut left = roll * total;
    for peer in &among {
        left -= f64::from(peer.weight);
        if left < 0.0 {
            return Some(peer);
        }
    }
    among.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn peer(address: &str, weight: u32, shard: Option<u32>) -> Peer {
        Peer { address: address.to_owned(), weight, shard }
    }

    #[test]
    fn draws_follow_the_weights() {
        let peers = [peer("a", 1, None), peer("b", 3, None)];
        let drawn = |roll| choose(&peers, None, None, roll).unwrap().address.clone();
        assert_eq!([drawn(0.0), drawn(0.24), drawn(0.26), drawn(0.999), drawn(1.0)], ["a", "a", "b", "b", "b"]);
    }

    #[test]
    fn a_shard_goes_to_its_holder_or_to_one_that_holds_all_else_to_anybody() {
        let peers = [peer("s0", 1, Some(0)), peer("s1", 1, Some(1)), peer("all", 1, None)];
        let drawn = |shard, avoid, roll| choose(&peers, Some(shard), avoid, roll).map(|peer| peer.address.as_str());
        assert_eq!([drawn(1, None, 0.1), drawn(1, None, 0.9)], [Some("s1"), Some("all")]);
        assert_eq!(drawn(1, Some("s1"), 0.1), Some("all"));
        assert_eq!(choose(&peers[..1], Some(2), None, 0.5).map(|peer| peer.address.as_str()), Some("s0"));
        assert_eq!(choose(&peers[..1], Some(2), Some("s0"), 0.5), None);
    }
}
