//! The two ways of a layout whose provider can be told itself: what is written in its znode alone, and what it is told over HTTP and
//! then writes there itself. Which of them a plan takes is `registry`'s; asking and telling is `telemetry`'s.

use std::sync::Arc;

/// By whom a status is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Via {
    /// By what holds longest: by the provider where it can be told, else in its znode.
    #[default]
    Best,
    /// In the provider's znode.
    Registry,
    /// By the provider, over HTTP.
    Actuator,
}

impl Via {
    /// All of them.
    pub const ALL: [Via; 3] = [Via::Best, Via::Registry, Via::Actuator];

    /// The word of the flag.
    pub fn word(self) -> &'static str {
        match self {
            Via::Best => "best",
            Via::Registry => "registry",
            Via::Actuator => "actuator",
        }
    }
}

/// Which of the two ways of a layout whose provider can be told itself a plan takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Way {
    /// Which, and why it is not the other: a sentence.
    pub says: Arc<str>,
    /// The other one, where it is open.
    pub other: Option<Via>,
}

/// A provider's own page, by which its status can be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusPage {
    /// Where.
    pub url: Arc<str>,
    /// The status that the process holds; empty where it holds none.
    pub status: Arc<str>,
}
