//! How a framework lays instances out in the registry, as far as anybody outside its own folder has to know: a handle, and the
//! traits that the folder gives away as data. Which layouts there are is not told here but by THE table of them, in
//! `registry::zookeeper::layout`, which also gives [`Layout`] its `all` and `named`.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use serde::{Serialize, Serializer};

/// A layout: which, and through it what is to be known of it. Two are the same if their words are.
#[derive(Clone, Copy)]
pub struct Layout(&'static Traits);

/// What the rest of Keepwatch has to know of a layout, each as a rule with its words, so that nobody asks which layout it is.
#[derive(Debug)]
pub struct Traits {
    /// The word used in JSON, in the configuration file and on the screen.
    pub word: &'static str,
    /// The word in intents and journals, where it is another: they outlive the Keepwatch that wrote them.
    pub kept_as: Option<&'static str>,
    /// Its place in lists of layouts, and of services of one name: the lowest first, no two the same, 0 nobody's.
    pub rank: u8,
    /// Whether a provider gives its znode another name while it goes on serving; then all znodes of one address are one
    /// instance of its service.
    pub renames: bool,
    /// Whether a provider may have a page by which itself can be told to take no calls, so that it is asked for it.
    pub own_page: bool,
    /// What callers make of weights.
    pub weights: Weights,
    /// For which callers a plan's table holds.
    pub heed: Heed,
    /// Why calls may come to a drained instance after all: a clause.
    pub unheeded: &'static str,
    /// What a provider does about its znode when somebody deletes it.
    pub comeback: Comeback,
    /// How its instances are asked for their health.
    pub probe: Probe,
}

/// What callers make of weights.
#[derive(Debug)]
pub struct Weights {
    /// Whether the weight itself is the mark of a drain, so that setting one would end the drain.
    pub mark: bool,
    /// Why 0 cannot be set: a clause. None: it can.
    pub no_zero: Option<&'static str>,
    /// What 0 and less count as, where not as none at all.
    pub zero_as: Option<f64>,
    /// What counts where none is written; none: that is not known.
    pub none_as: Option<f64>,
    /// Whether callers read weights only where they were built or set up to.
    pub by_choice: bool,
}

/// For whom a plan's table holds, and how its shares are meant: of a drain and its end, of a weight, and of the rest.
#[derive(Debug)]
pub struct Heed {
    /// Of a drain or an undrain.
    pub state: Holds,
    /// Of a weight.
    pub weight: Holds,
    /// Of a deregistration or an undo.
    pub rest: Holds,
}

/// A condition.
#[derive(Clone, Copy, Debug)]
pub struct Holds {
    /// For whom: "for callers that …", empty for all.
    pub whom: &'static str,
    /// How the shares are meant.
    pub shares: &'static str,
}

/// What a provider does about its own ephemeral znode when somebody else deletes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comeback {
    /// Makes it anew as soon as it is gone.
    AtOnce,
    /// Makes it anew at its next reconnect.
    AtReconnect,
    /// As its own durability says: else with its next session or at its restart.
    AtRegistration,
}

/// How its instances are asked for their health over HTTP.
#[derive(Debug)]
pub struct Probe {
    /// Whether they may be asked: not where nobody knows what they are. Of the others, one whose port speaks something else
    /// tells so itself (`More::speaks`).
    pub may: bool,
    /// Where to begin, below the base path; none: at the usual pages.
    pub first: Option<&'static str>,
    /// Why nothing is known of their health where nobody was asked: a clause.
    pub silent: Option<&'static str>,
}

const BY_WEIGHT: Holds = Holds { whom: "", shares: "shares by weight; calls follow as callers notice" };

impl Traits {
    /// Of a layout that is as one expects: weights are what they say, callers obey what is written. Needs a word and a rank.
    pub const PLAIN: Traits = Traits {
        word: "",
        kept_as: None,
        rank: 0,
        renames: false,
        own_page: false,
        weights: Weights::PLAIN,
        heed: Heed::PLAIN,
        unheeded: "they hold an old list, or do not look at what was written",
        comeback: Comeback::AtRegistration,
        probe: Probe::PLAIN,
    };
}

impl Heed {
    /// All callers do as the weights say.
    pub const PLAIN: Heed = Heed { state: BY_WEIGHT, weight: BY_WEIGHT, rest: BY_WEIGHT };
}

impl Weights {
    /// All weights are what they say, and one that is not written is not known.
    pub const PLAIN: Weights = Weights { mark: false, no_zero: None, zero_as: None, none_as: None, by_choice: false };
}

impl Probe {
    /// Asked at the usual pages.
    pub const PLAIN: Probe = Probe { may: true, first: None, silent: None };
}

static RAW: Traits = Traits {
    word: "raw",
    rank: u8::MAX - 1,
    probe: Probe { may: false, silent: Some("no layout explains this znode"), ..Probe::PLAIN },
    ..Traits::PLAIN
};

static FILE: Traits = Traits { word: "file", rank: u8::MAX, ..Traits::PLAIN };

static FIRST: Traits = Traits::PLAIN;

impl Layout {
    /// No layout: ephemeral children that none explains; shown, never written, never probed, no verdict.
    pub const RAW: Layout = Layout(&RAW);

    /// No layout: only named in the configuration file; the registry holds nothing of it.
    pub const FILE: Layout = Layout(&FILE);

    /// Before all others, and none of them: where a search among services of one name begins.
    pub const FIRST: Layout = Layout(&FIRST);

    /// The layout with these traits; for the folders of the layouts.
    pub const fn new(traits: &'static Traits) -> Layout {
        Layout(traits)
    }

    /// What is to be known of it.
    pub fn traits(self) -> &'static Traits {
        self.0
    }

    /// The word used in JSON and on the screen.
    pub fn word(self) -> &'static str {
        self.0.word
    }

    /// Whether its providers rename their znodes ([`Traits::renames`]).
    pub fn renames(self) -> bool {
        self.0.renames
    }

    /// Whether its instances may be asked for their health over HTTP ([`Probe::may`]).
    pub fn probed(self) -> bool {
        self.0.probe.may
    }

    /// Whether some layout explains the znodes.
    pub fn explained(self) -> bool {
        self != Layout::RAW
    }

    /// Whether the registry holds something of it.
    pub fn registered(self) -> bool {
        self != Layout::FILE
    }

    /// The word under which intents and journals keep it.
    pub fn kept_as(self) -> &'static str {
        self.0.kept_as.unwrap_or(self.0.word)
    }
}

impl PartialEq for Layout {
    fn eq(&self, other: &Layout) -> bool {
        std::ptr::eq(self.0, other.0) || self.0.word == other.0.word
    }
}

impl Eq for Layout {}

impl PartialOrd for Layout {
    fn partial_cmp(&self, other: &Layout) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Layout {
    fn cmp(&self, other: &Layout) -> Ordering {
        self.0.rank.cmp(&other.0.rank).then_with(|| self.0.word.cmp(other.0.word))
    }
}

impl Hash for Layout {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.word.hash(state);
    }
}

impl std::fmt::Debug for Layout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.word)
    }
}

impl Serialize for Layout {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.kept_as())
    }
}
