//! What a logger says in more lines than one: lines that tell neither a time nor a level, directly behind one that tells both
//! and is a warning or worse. They are of what it says where they are indented and the lines of the source mostly tell both, or
//! where it has said nothing yet, or opened what it did not close. What is printed between the lines of a logger stays what it is.

use super::format::{Parsed, tells_time};
use super::held::Open;
use super::rails;
use super::strangers::is_stranger;
use super::trace::Within;
use crate::domain::log::{Level, LogFormat};

/// As many lines are of one message at most.
const MOST: usize = 64;
/// One line in so many may tell nothing and be of none, in a source whose lines tell when they were written.
const RARE: u32 = 8;
/// So many lines have to tell it first; and as many of those that do not are of the beginning: a banner.
const FIRST: u32 = 4;
const BANNER: u32 = 8;
/// So many in a row are a habit again, whatever was before.
const IN_ROW: u32 = 2;
/// From so many lines on those before count half.
const FORGETS: u32 = 4_096;
/// What stands beside a logger's line in a field of the carrier: nothing of the line itself.
const CARRIED: [&str; 4] = ["stream", "pod", "container", "process"];

/// How the lines of a source, or of one writer, begin.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Habit {
    /// With a time or a level.
    headed: u32,
    /// With neither, nor with a blank, and of no other line.
    loose: u32,
    /// So many of the first came since the last of the others.
    run: u32,
}

impl Habit {
    /// Counts a line that is of its own.
    pub(super) fn count(&mut self, tells: bool, line: &str) {
        match tells {
            true => (self.headed, self.run) = (self.headed + 1, self.run.saturating_add(1)),
            false if line.starts_with([' ', '\t']) => {}
            false => (self.loose, self.run) = (self.loose + 1, 0),
        }
        if self.headed + self.loose > FORGETS {
            (self.headed, self.loose) = (self.headed / 2, self.loose / 2);
        }
    }

    /// Whether they mostly tell when they were written, or how bad it is; or all did so far, or the last ones.
    pub(super) fn is_headed(self) -> bool {
        let is_mostly = self.headed >= FIRST && self.loose <= self.headed / RARE + BANNER;
        is_mostly || self.headed > 0 && self.loose == 0 || self.run >= IN_ROW
    }
}

/// How the first line of a message tells that it may go on: it is a warning or worse, and has a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Headed {
    /// It does not.
    #[default]
    No,
    /// By a time as who carries lines puts it in front, too: of those that follow no line may have one.
    Carried,
    /// By one that is surely its own.
    Itself,
}

impl Headed {
    /// That of a line of this level, which tells a time (`is_timed`), or has one in front of this as who carries it puts it there.
    pub(super) fn of(level: Level, is_timed: bool, is_carried: bool, line: &str) -> Headed {
        match level >= Level::Warn {
            false => Headed::No,
            true if is_timed && !is_carried || tells_time(line) => Headed::Itself,
            true if is_carried => Headed::Carried,
            true => Headed::No,
        }
    }
}

/// Whether a line that tells no time may be of what the line before it says.
pub(super) fn may_be_more(parsed: &Parsed<'_>, line: &str) -> bool {
    let is_text = matches!(parsed.format, LogFormat::Plain | LogFormat::Docker);
    is_text
        && parsed.level == Level::Unknown
        && parsed.trace.is_none()
        && parsed.fields.iter().all(|(key, _)| CARRIED.contains(&&**key))
        && (super::crash::begun(parsed, line, false) == (Level::Unknown, Within::Nothing) || rails::is_thrown(line))
        && !is_others(line)
        && !is_stranger(line)
}

/// What Python's `warnings` and Hibernate write past any logger.
fn is_others(line: &str) -> bool {
    line.starts_with("Hibernate: ") || line.contains(".py:") && line.contains("Warning: ")
}

/// What asyncio, and what is built on it, says behind the line of its logger: `future: <Task finished …>`.
fn is_of_asyncio(line: &str) -> bool {
    // Cheap to say no.
    if !line.starts_with(|c: char| c.is_ascii_lowercase()) {
        return false;
    }
    line.split_once(": ").is_some_and(|(name, told)| {
        let is_name = name.len() <= 32 && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        is_name && (told.starts_with('<') && told.ends_with('>') || name == "connections" && told.starts_with("['"))
            || is_created(line)
    })
}

/// Where asyncio's debug mode says that it was made.
fn is_created(line: &str) -> bool {
    line.starts_with("source_traceback: Object created at (most recent call last)")
}

impl Open {
    /// Whether a line that may be so is of what it says, by how the lines of its writer begin.
    pub(super) fn says_more(&self, habit: Habit, raw: &[u8], line: &str, is_carried: bool) -> bool {
        let is_headed = self.headed == Headed::Itself || self.headed == Headed::Carried && !is_carried;
        let is_in_message = self.within == Within::Nothing && self.stack.len() == self.said;
        let is_fault = self.line.level >= Level::Warn || self.line.message.ends_with("exception was never retrieved");
        let is_begun = is_in_message && self.is_open() || self.is_inside(line);
        let is_indented = line.starts_with([' ', '\t']);
        let may_be_its = is_indented && habit.is_headed() && (is_in_message || self.within == Within::Thrown);
        let is_its = is_headed && (is_begun || may_be_its) || is_in_message && is_fault && is_of_asyncio(line);
        is_its && self.has_room(raw)
    }

    /// Whether it may have one more line that is surely of it.
    pub(super) fn has_room(&self, raw: &[u8]) -> bool {
        self.more < MOST && !self.is_full(raw)
    }

    /// Whether it surely goes on: it says nothing yet, or a banner.
    fn is_open(&self) -> bool {
        let told = self.stack.trim_start();
        self.line.message.is_empty() && (told.is_empty() || told.starts_with("****"))
    }

    /// Takes it.
    pub(super) fn say_more(&mut self, raw: &[u8], line: &str, whole: usize) {
        let is_made = is_created(line);
        let is_said = self.within == Within::Nothing && self.stack.len() == self.said && !is_made;
        // asyncio logs nothing of what was thrown below that.
        if self.line.level == Level::Unknown {
            self.line.level = Level::Error;
        }
        self.more += 1;
        self.go_on(if is_made { Within::Head } else { self.within }, raw, line, whole);
        if is_said {
            self.said = self.stack.len();
        }
    }

    /// Whether all that followed it is more of what it says: of that nothing comes late.
    pub(super) fn is_only_said(&self) -> bool {
        self.more > 0 && self.within == Within::Nothing && self.stack.len() == self.said
    }
}
