//! What a line waits for that may be of the trace before it: only what comes next tells.

use super::trace::{Within, begins_python, chains, is_frame, is_header, is_place, is_rest, may_be_function, may_head};
use super::{monolog, node, thrown::is_detail};

/// What a line waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Awaits {
    /// A frame.
    Frame,
    /// The place of a function.
    Place,
    /// A line behind a bar.
    Bar,
    /// That another trace follows.
    Chain,
    /// The exception of Monolog that a message of several lines is of.
    Context,
    /// The mark below a line of a source.
    Caret,
}

impl Awaits {
    /// What a line waits for behind such a trace.
    pub(super) fn of(within: Within, is_calm: bool, line: &str) -> Option<Awaits> {
        match within {
            // Another of which nothing is said yet.
            Within::Head if is_header(line) => None,
            Within::Head => Some(Awaits::Frame),
            Within::Thrown if begins_python(line) || is_header(line) => None,
            Within::Thrown => Some(Awaits::Chain),
            Within::Source => Some(Awaits::Caret),
            // With its frames it is the head of another.
            Within::Frames if may_head(line) => None,
            _ if may_head(line) => Some(Awaits::Frame),
            // Tomcat's logger and bunyan indent what was thrown.
            Within::Nothing if !is_calm && may_head(line.trim_start()) => Some(Awaits::Frame),
            _ if !is_calm && may_be_function(line) => Some(Awaits::Place),
            _ if line.starts_with("  ") && line.ends_with('=') && !line[2..].contains(' ') => Some(Awaits::Bar),
            _ => None,
        }
    }

    /// Whether this is what was waited for, and what the trace is then.
    pub(super) fn comes(self, line: &str) -> Option<Within> {
        match self {
            Awaits::Frame => {
                (is_frame(line) || is_rest(line) || line.starts_with("Caused by: ")).then_some(Within::Frames)
            }
            Awaits::Place => is_place(line).then_some(Within::Places),
            Awaits::Bar => line.starts_with("  | ").then_some(Within::Bars),
            Awaits::Chain => (chains(line) || is_detail(line)).then_some(Within::Thrown),
            Awaits::Context => monolog::has(line).then_some(Within::Context),
            Awaits::Caret => node::points(line).then_some(Within::Uncaught),
        }
    }

    /// Whether more lines than one may come before that.
    pub(super) fn has_lines(self, within: Within) -> bool {
        matches!(within, Within::Head | Within::Thrown) && matches!(self, Awaits::Frame | Awaits::Chain)
            || self == Awaits::Context
    }
}
