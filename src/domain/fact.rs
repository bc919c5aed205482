//! Facts: everything that the world tells, serialisable and with its time, so that a recording of facts replays to
//! the same screens. Sources make them, the store applies them; nothing here decides what they mean.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{
    act::LastAct,
    circuit::BreakerReading,
    health::HealthReading,
    id::InstanceId,
    instance::Instance,
    intent::{Intent, Operator},
    log::LogLine,
    measure::Measure,
    span::Span,
    time::Moment,
};

/// Something observed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Fact {
    /// The registry told something.
    Registry(RegistryFact),
    /// An instance was asked for its health.
    Health(InstanceId, HealthReading),
    /// An instance told its breakers: all that it has, an empty list where it answered that it has none.
    Breakers(InstanceId, Vec<BreakerReading>),
    /// An instance that had told breakers did not answer for them, with the reason.
    BreakersSilent(InstanceId, Moment, Arc<str>),
    /// Spans came, in one export.
    Spans(Vec<Span>),
    /// Log lines came.
    Logs(Vec<LogLine>),
    /// Metrics of answered requests came, in one export.
    Measures(Vec<Measure>),
    /// A source of telemetry began, ended, failed or dropped something.
    Source(SourceFact),
}

/// What the registry tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RegistryFact {
    /// The link's state changed, or (while connected) the picture was found still true at this moment.
    Link(Link),
    /// A znode that is an instance was made or changed.
    Upsert(Arc<Instance>),
    /// A znode that was an instance is gone.
    Gone(Arc<str>),
    /// Everything that was to be read has been read at this moment: the first picture, or the one after a gap, is whole.
    Complete(Moment),
    /// What the reading left out.
    Coverage(Coverage),
    /// A kept intent was made or changed, by its znode's path.
    Intent(Arc<str>, Box<Intent>),
    /// A kept intent is gone.
    IntentGone(Arc<str>),
    /// An operator acted on an instance of a service, by the path of that service's own znode of Keepwatch.
    Act(Arc<str>, Box<LastAct>),
    /// An operator came, or looks at something else, by the path of their ephemeral.
    Operator(Arc<str>, Operator),
    /// An operator left.
    OperatorGone(Arc<str>),
    /// A setting that services read from the registry was made, changed or deleted.
    Setting(Setting),
}

/// A change of a setting. Its values are nobody's business here: only whether there was one and is one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setting {
    /// Its znode.
    pub path: Arc<str>,
    /// Who reads it: a service by name; `None` for all of them, or where that is not known.
    pub of: Option<Arc<str>>,
    /// Whether every service reads it.
    pub all: bool,
    /// Whether it had a value before.
    pub before: bool,
    /// Whether it has one now.
    pub after: bool,
}

/// What was read and what was left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    /// Znodes that an access list forbids to read.
    pub unreadable: u64,
    /// Znodes beyond the limit, counted but not read.
    pub beyond_limit: u64,
    /// The roots that were read.
    pub roots: Vec<Arc<str>>,
    /// Roots that do not exist.
    pub missing_roots: Vec<Arc<str>>,
}

/// State of the link to the registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// No server has answered yet.
    Never,
    /// Connected, and answering.
    Connected,
    /// Connected to a server that only reads.
    ReadOnly,
    /// Lost a moment ago; trying.
    Reconnecting,
    /// Lost for longer than a session; trying.
    Lost,
}

impl LinkState {
    /// The word used in JSON.
    pub fn word(self) -> &'static str {
        match self {
            LinkState::Never => "never",
            LinkState::Connected => "connected",
            LinkState::ReadOnly => "read_only",
            LinkState::Reconnecting => "reconnecting",
            LinkState::Lost => "lost",
        }
    }

    /// Whether the picture is kept up to date.
    pub fn live(self) -> bool {
        matches!(self, LinkState::Connected | LinkState::ReadOnly)
    }
}

/// The link to the registry, as it is at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Link {
    /// When this was found.
    pub at: Moment,
    /// Its state.
    pub state: LinkState,
    /// The last moment at which the picture was known to be true; `None` before the first picture.
    pub as_of: Option<Moment>,
    /// The server's version, `3.8.0`.
    pub server_version: Option<Arc<str>>,
    /// The session time-out as negotiated, in ms.
    pub session_timeout_ms: Option<u32>,
    /// Time from a question to its answer, in µs.
    pub rtt_us: Option<u32>,
    /// Why it is not connected, in words: `connection refused at 127.0.0.1:2181`.
    pub why: Option<Arc<str>>,
    /// Whether another try would end the same way, as where the server refuses who we are.
    pub lasting: bool,
    /// Which try is next, from 1.
    pub attempt: u32,
}

/// What a source of telemetry tells of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceFact {
    /// When.
    pub at: Moment,
    /// Its name: `otlp 127.0.0.1:4317`, `logs /var/log/x.log`, `health`.
    pub name: Arc<str>,
    /// How it is.
    pub state: SourceState,
}

/// How a source is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SourceState {
    /// Listening or reading.
    Running,
    /// Could not begin, or stopped, with the reason and the remedy: `127.0.0.1:4317 is taken`.
    Failed(Arc<str>),
    /// Came to its end: standard input was closed.
    Ended,
    /// Dropped this many since it was last said, with what was dropped (`spans`, `lines`, `measures`) and, where the name of
    /// the source does not say so, whose they were and why, in words: `from otlp, more came than could be taken in`.
    Dropped(u64, Arc<str>, Arc<str>),
    /// Refused exports whole.
    Refused(Box<Turned>),
    /// Passed over so many bytes at the beginning of a file, since only its end is read. Told with the first line that is read:
    /// before it stand those that are not.
    Unread(u64),
}

/// Exports that were refused whole. Nothing in them was received, and how much that was is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turned {
    /// How many, since it was last said.
    pub exports: u64,
    /// They were told to come again: their sender still has them, so nothing is lost yet.
    pub again: bool,
    /// Whose they were, as far as that is known: `orders at 127.0.0.1 (OTel-OTLP-Exporter-Python/1.27.0)`.
    pub from: Arc<str>,
    /// Of what, and why, in words that are the same for all of a kind: `spans, it cannot be read`.
    pub why: Arc<str>,
    /// What more there is to say of the first of them; may be empty.
    pub said: Arc<str>,
}

impl Turned {
    /// Whether both are of one sender, for one reason.
    pub fn is_like(&self, other: &Turned) -> bool {
        (&self.from, &self.why, self.again) == (&other.from, &other.why, other.again)
    }

    /// Whose, of what and why.
    pub fn words(&self) -> String {
        let said = if self.said.is_empty() { "" } else { ": " };
        format!("from {}, {}{said}{}", self.from, self.why, self.said)
    }
}

/// Where sources put facts. Never blocks: what it has no room for it drops, oldest first, and counts; facts of the
/// registry are never dropped but coalesced by their key.
pub trait Mailbox: Send + Sync {
    /// Puts a fact in.
    fn put(&self, fact: Fact);

    /// Whether so much waits that what comes now would soon push out what waits: a source that can make its sender
    /// wait does so.
    fn crowded(&self) -> bool {
        false
    }
}
