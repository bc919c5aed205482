//! The keys of a span's attributes, as one list that all spans of the same make share; and the keys that are asked of every span
//! that comes, whose places in such a list are looked for once. Not what stands under them.

use std::{
    ops::Deref,
    sync::{Arc, OnceLock},
};

macro_rules! common {
    ($($(#[$doc:meta])* $name:ident = $key:literal),* $(,)?) => {
        /// A key that is asked of every span.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u8)]
        pub enum Common {
            $($(#[$doc])* $name),*
        }

        impl Common {
            const ALL: &[Common] = &[$(Common::$name),*];

            /// As it is written.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Common::$name => $key),*
                }
            }
        }
    };
}

common! {
    /// The status of an answer by HTTP.
    HttpStatus = "http.response.status_code",
    /// The same, of old.
    HttpStatusOfOld = "http.status_code",
    /// The status of an answer by gRPC.
    GrpcStatus = "rpc.grpc.status_code",
    /// The same, and of other RPC, in the conventions of late.
    RpcStatus = "rpc.response.status_code",
    /// The same, as Envoy tells it.
    EnvoyGrpcStatus = "grpc.status_code",
    /// The route that a request took.
    Route = "http.route",
    /// The path that it asked for.
    Path = "url.path",
    /// The same, of old.
    Target = "http.target",
    /// Who asked.
    Agent = "user_agent.original",
    /// The same, of old.
    AgentOfOld = "http.user_agent",
    /// The service that a call is to.
    Peer = "peer.service",
    /// The same, in the conventions of late.
    PeerOfLate = "service.peer.name",
    /// Where a call goes to.
    Host = "server.address",
    /// The same, of old.
    HostOfOld = "net.peer.name",
    /// At which port.
    Port = "server.port",
    /// The same, of old.
    PortOfOld = "net.peer.port",
    /// The queue into which a message was put, or out of which it was taken.
    Queue = "messaging.destination.name",
    /// Our own: which times its sender did not tell.
    Untimed = "keepwatch.time",
    /// How many links are missing.
    DroppedLinks = "otel.dropped_links_count",
}

const COMMON: usize = Common::ALL.len();
/// Keys of one list among which the common ones' places are remembered; of longer ones they are looked for each time.
const MOST: usize = u8::MAX as usize;

/// Keys, in their order.
#[derive(Debug, Default)]
pub struct Keys {
    all: Box<[Arc<str>]>,
    /// The place of each common one, and one more; 0 where it is not here.
    places: OnceLock<[u8; COMMON]>,
}

impl Keys {
    /// Where a common one stands first.
    #[inline]
    pub fn place(&self, key: Common) -> Option<usize> {
        if self.all.len() >= MOST {
            return self.all.iter().position(|known| **known == *key.name());
        }
        let places = self.places.get_or_init(|| self.places());
        usize::from(places[key as usize]).checked_sub(1)
    }

    fn places(&self) -> [u8; COMMON] {
        let mut places = [0; COMMON];
        for (key, place) in self.all.iter().zip(1..) {
            if let Some(known) = Common::ALL.iter().position(|known| *known.name() == **key)
                && places[known] == 0
            {
                places[known] = place;
            }
        }
        places
    }
}

impl Deref for Keys {
    type Target = [Arc<str>];

    fn deref(&self) -> &[Arc<str>] {
        &self.all
    }
}

impl FromIterator<Arc<str>> for Keys {
    fn from_iter<I: IntoIterator<Item = Arc<str>>>(keys: I) -> Self {
        Self { all: keys.into_iter().collect(), places: OnceLock::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_keys_are_found_where_they_stand_first_however_many_others_there_are() {
        for others in [0, 3, 253, 254, 255, 300] {
            let other = |n: usize| Arc::from(format!("k{n}"));
            let own = Common::ALL.iter().rev().map(|common| Arc::from(common.name()));
            let keys: Keys = (0..others).map(other).chain(own.clone()).chain(own).collect();
            for (place, common) in Common::ALL.iter().rev().enumerate() {
                assert_eq!(keys.place(*common), Some(others + place), "{common:?} behind {others}");
            }
            let keys: Keys = (0..others).map(other).collect();
            assert_eq!(keys.place(Common::Route), None);
        }
    }
}
