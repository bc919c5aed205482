//! How znodes of layouts that Keepwatch does not know are read: `registry.mapped:`, and the presets that are built in, written
//! in the same language. What is done with a mapping is `registry`'s.

pub mod pattern;
pub mod place;
pub(super) mod presets;
pub(super) mod read;

pub use pattern::{Match, Pattern};
pub use place::Place;
pub use presets::built_in;

/// One mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mapping {
    /// How it is called in plans and messages.
    pub name: String,
    /// The znodes that are instances.
    pub path: Pattern,
    /// Further patterns of znodes that are callers of the same service, and where they tell their name.
    pub callers: Option<(Pattern, Place)>,
    /// What must hold for a znode to be one.
    pub requires: Vec<Requirement>,
    /// Where `host:port` or a URL stands: the first place that tells one.
    pub address: Vec<Place>,
    /// Where the host stands, if alone.
    pub host: Option<Place>,
    /// Where the port stands, if alone: the first place with one from 1 to 65535.
    pub port: Vec<Place>,
    /// Where the weight stands.
    pub weight: Option<Place>,
    /// The smallest weight that its readers take for what it says.
    pub least: i64,
    /// Where it stands whether the instance takes traffic.
    pub status: Option<Place>,
    /// The words of one that does; the first is what an undrain writes where nothing was kept. Empty: every other word.
    pub enabled: Vec<String>,
    /// The words of one that does not; the first is what a drain writes.
    pub drained: Vec<String>,
    /// What else is shown.
    pub metadata: Vec<Place>,
    /// What its port speaks, where that is not HTTP and no URL tells it.
    pub speaks: Option<String>,
    /// What may be written.
    pub write: Vec<May>,
    /// Why the rest may not, in words.
    pub read_only: Option<String>,
    /// What a plan says besides.
    pub warning: Option<String>,
    /// When its readers notice a change.
    pub takes_effect: Option<String>,
    /// A provider writes its own copy again as soon as it reconnects, not only in its next session.
    pub until_reconnect: bool,
}

/// What must hold for a znode to be of a mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// A session owns it.
    Ephemeral,
    /// No session owns it.
    Persistent,
    /// Something stands there.
    At(Place),
}

/// What a mapping may write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum May {
    /// Drain and undrain.
    Drain,
    /// The weight.
    Weight,
    /// Deletion of the znode.
    Deregister,
}

/// The words of `write:`.
pub const WRITES: &[(&str, May)] = &[("drain", May::Drain), ("weight", May::Weight), ("deregister", May::Deregister)];

#[cfg(test)]
mod mapped_tests;
