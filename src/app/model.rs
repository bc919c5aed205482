//! The one state of the program: what is known (`World`) and how it is looked at. Owned by the runtime, changed by
//! `update` alone, read by the view.

use std::sync::Arc;

use super::{
    action::Action, batch::Batch, cursor::Cursor, followed::Followed, hold::Hold, keep::Keeping, overlay::Overlay,
    rows::Rows, screen::Screen, screen::ScreenState, selection::Selection,
};
use crate::{
    config::Keymap,
    domain::{guard::Guard, plan::Target, time::Moment, verdict::Verdict},
    insight::cluster::Cluster,
    store::World,
};

/// What does not change while the program runs.
#[derive(Clone, Debug)]
pub struct Setup {
    /// `cluster.name` of the file.
    pub cluster: Option<Arc<str>>,
    /// The registry's address as given.
    pub registry: Arc<str>,
    /// No writer was constructed.
    pub read_only: bool,
    /// Why there is no journal, if there is none: actions are refused then.
    pub no_journal: Option<Arc<str>>,
    /// Guard rails of the file.
    pub guards: Vec<Guard>,
    /// Keys.
    pub keys: Keymap,
    /// Seconds that local time is ahead of UTC.
    pub utc_offset: i32,
    /// Commands of the demo's own: name, argument, doc.
    pub extras: Vec<(Arc<str>, Arc<str>, Arc<str>)>,
    /// Where a configuration was looked for, and whether it was there: for the first screen.
    pub looked: Vec<(Arc<str>, bool)>,
    /// Names of the themes there are.
    pub themes: Vec<Arc<str>>,
    /// Who acts here, as journal and intents name them.
    pub user: Arc<str>,
}

/// Everything.
#[derive(Debug)]
pub struct Model {
    /// What does not change.
    pub setup: Setup,
    /// Now, as last told.
    pub now: Moment,
    /// When the program started.
    pub started: Moment,
    /// What is known.
    pub world: World,
    /// What follows from it for each service and instance; made anew when something of it changed and is looked at.
    pub cluster: Cluster,
    /// What is wrong, worst first.
    pub verdicts: Vec<Verdict>,
    /// Which verdict row 1 shows: `n` and `N` walk.
    pub verdict_at: usize,
    /// Since when nothing has been wrong.
    pub well_since: Option<Moment>,
    /// The screen that is open.
    pub screen: Screen,
    /// Screens below it, for `Esc`.
    pub trail: Vec<Screen>,
    /// State of each screen: cursor, filter, what is open.
    pub screens: ScreenState,
    /// Which pane of the overview has the focus.
    pub pane: Screen,
    /// What all panes are narrowed to.
    pub selection: Selection,
    /// What is open on top, the last one topmost.
    pub overlays: Vec<Overlay>,
    /// The list of services and instances, flat.
    pub rows: Rows,
    /// Cursor in that list.
    pub cursor: Cursor,
    /// The picture is held still.
    pub hold: Option<Hold>,
    /// The action that is planned, confirmed or running.
    pub action: Option<Action>,
    /// Several actions that are planned or run one after another.
    pub batch: Option<Batch>,
    /// Instances that are marked: the next action is about all of them.
    pub marks: Vec<Target>,
    /// The writes of this run, the newest last: what became of them.
    pub followed: Vec<Followed>,
    /// What this Keepwatch does about kept intents by itself.
    pub keep: Keeping,
    /// Number of the next action.
    pub action_number: u64,
    /// What the last action came to; stays until the next key.
    pub notice: Option<Notice>,
    /// The terminal's size in cells.
    pub size: (u16, u16),
    /// Something that is drawn has changed since it was last drawn.
    pub dirty: bool,
    /// It was asked to come back for what is still to be looked at.
    pub comes_back: bool,
    /// How much is looked at in one go.
    pub piece: super::Piece,
    /// Verdicts and cluster have to be worked out anew.
    pub stale_insight: bool,
    /// When they last were.
    pub insight_at: Moment,
    /// Ends with this once the running write is answered.
    pub quitting: bool,
    /// What the program begins anew with, once it has ended.
    pub instead: Option<super::overlay::begin::Instead>,
    /// The cursor has still to be put on what `--select` named: it is not there yet.
    pub seek: bool,
}

/// A line that tells what came of something; errors stay until a key is pressed.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// When it was said.
    pub at: Moment,
    /// The sentence.
    pub text: Arc<str>,
    /// It failed.
    pub bad: bool,
}

impl Model {
    /// The program has just started: nothing is known but what the file expects.
    pub fn new(setup: Setup, expected: crate::store::registry::Expected, now: Moment) -> Self {
        let mut model = Model {
            setup,
            now,
            started: now,
            world: World::new(expected, now),
            cluster: Cluster::default(),
            verdicts: Vec::new(),
            verdict_at: 0,
            well_since: None,
            screen: Screen::Overview,
            trail: Vec::new(),
            screens: ScreenState::default(),
            pane: Screen::Topology,
            selection: Selection::All,
            overlays: Vec::new(),
            rows: Rows::default(),
            cursor: Cursor::default(),
            hold: None,
            action: None,
            batch: None,
            marks: Vec::new(),
            followed: Vec::new(),
            keep: Keeping::default(),
            action_number: 0,
            notice: None,
            size: (80, 24),
            dirty: true,
            comes_back: false,
            piece: super::Piece::default(),
            stale_insight: true,
            insight_at: Moment(0),
            quitting: false,
            instead: None,
            seek: false,
        };
        super::navigate::renew_rows(&mut model);
        model
    }

    /// Works out what is too dear for the view and is about to be drawn.
    pub fn prepare(&mut self) {
        super::screen::traces::prepare(self);
    }

    /// Opens what `--screen` and `--select` ask for. The selection's service need not be there yet.
    pub fn begin(&mut self, screen: Option<Screen>, selection: Selection) {
        if let Some(screen) = screen {
            self.screen = screen;
        }
        if selection != Selection::All {
            self.pane = Screen::Balancer;
            self.selection = selection;
            self.seek = true;
            super::navigate::renew_rows(self);
        }
    }
}
