//! The screens and what each remembers: its cursor, its filter, what is open in it. What is shown there is in the
//! stores; how, in `ui::screen`.

pub mod circuits;
pub mod logs;
pub mod patterns;
pub mod reach;
pub mod topology;
pub mod traces;

use crate::{app::cursor::Cursor, command::Command};

/// A screen. On the overview the first five are its panes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Screen {
    /// Everything at once.
    Overview,
    /// Who calls whom.
    Topology,
    /// Instances, weights and shares.
    Balancer,
    /// Breakers, a lane for each caller.
    Circuits,
    /// Request traces.
    Traces,
    /// Log lines of all services.
    Logs,
    /// Everything that happened.
    Story,
    /// What is wrong.
    Verdicts,
    /// Keepwatch's own log.
    Diagnostics,
}

impl Screen {
    /// All, in the order of their digits.
    pub const ALL: [Screen; 9] = [
        Screen::Overview,
        Screen::Topology,
        Screen::Balancer,
        Screen::Circuits,
        Screen::Traces,
        Screen::Logs,
        Screen::Story,
        Screen::Verdicts,
        Screen::Diagnostics,
    ];

    /// The panes of the overview, in the order of `Tab`.
    pub const PANES: [Screen; 5] = [Screen::Topology, Screen::Balancer, Screen::Circuits, Screen::Traces, Screen::Logs];

    /// Its digit.
    pub fn digit(self) -> usize {
        Screen::ALL.iter().position(|s| *s == self).unwrap_or(0)
    }

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Screen::Overview => "Overview",
            Screen::Topology => "Topology",
            Screen::Balancer => "Balancer",
            Screen::Circuits => "Circuits",
            Screen::Traces => "Traces",
            Screen::Logs => "Logs",
            Screen::Story => "Story",
            Screen::Verdicts => "Verdicts",
            Screen::Diagnostics => "Diagnostics",
        }
    }

    /// The screen of a name in lower case, as `--screen` takes it.
    pub fn named(name: &str) -> Option<Screen> {
        Screen::ALL.into_iter().find(|s| s.title().eq_ignore_ascii_case(name))
    }

    /// The screen that a command opens, if it opens one.
    pub fn of(command: Command) -> Option<Screen> {
        Some(match command {
            Command::Overview => Screen::Overview,
            Command::Topology => Screen::Topology,
            Command::Balancer => Screen::Balancer,
            Command::Circuits => Screen::Circuits,
            Command::Traces => Screen::Traces,
            Command::Logs => Screen::Logs,
            Command::Story => Screen::Story,
            Command::Verdicts => Screen::Verdicts,
            Command::Diagnostics => Screen::Diagnostics,
            _ => return None,
        })
    }
}

/// What the screens remember.
#[derive(Clone, Debug, Default)]
pub struct ScreenState {
    /// The node or edge under the cursor.
    pub topology: topology::State,
    /// Cursor among the lanes.
    pub circuits: circuits::State,
    /// Cursor, filter and what is open.
    pub traces: traces::State,
    /// Level, filter, following or held.
    pub logs: logs::State,
    /// Cursor in the story, counted from its newest line; 0 follows.
    pub story: Cursor,
    /// Cursor among the verdicts.
    pub verdicts: Cursor,
    /// Lines by which the balancer's detail is scrolled; the view stops at its end.
    pub detail: usize,
    /// Text that the story is filtered by.
    pub story_filter: String,
}
