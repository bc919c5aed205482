//! Whether a journal is whole, and where not; and what it says about actions: which of them can still be undone.
//!
//! Pure. Form and hash of a single line are `journal`'s.

use super::journal::{Entry, FIRST, Step, read_line, sha256};

/// What a journal holds and whether that is all it ever held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Journal {
    /// The lines that can be read, in order.
    pub entries: Vec<Entry>,
    /// All lines, a torn one at the end included.
    pub lines: u64,
    /// The first fault.
    pub broken: Option<Broken>,
    /// SHA-256 of the last whole line: what the next one would name as the one before it.
    pub last: Option<String>,
}

/// The first place where the chain does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The line, from 1.
    pub line: u64,
    /// A clause that follows "line N".
    pub why: String,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {} {}", self.line, self.why)
    }
}

/// Reads a journal and checks its chain. What cannot be read is passed over, so that the rest stays of use.
pub fn read(bytes: &[u8]) -> Journal {
    let mut journal = Journal::default();
    let mut before: Option<&[u8]> = None;
    // A line that is no entry, until the next one tells whether a crash tore it.
    let mut doubt: Option<&'static str> = None;
    let (whole, tail) = bytes.split_at(bytes.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1));
    for line in whole.split(|b| *b == b'\n').take(whole.iter().filter(|b| **b == b'\n').count()) {
        journal.lines += 1;
        let read = read_line(line);
        if let Some(why) = doubt.take() {
            let mended = matches!(&read, Ok((entry, _)) if entry.step == Step::Mended);
            if !mended {
                journal.fault(journal.lines - 1, why);
            }
        }
        match read {
            Ok((entry, prev)) => {
                let follows = prev == before.map_or_else(|| FIRST.to_owned(), sha256);
                if !follows && before.is_none() {
                    journal.fault(journal.lines, "is not where the journal began: lines before it are missing");
                } else if !follows {
                    let why = format!(
                        "does not follow line {}: a line was changed, taken out, put in or moved",
                        journal.lines - 1
                    );
                    journal.fault(journal.lines, &why);
                } else if entry.line != journal.lines {
                    journal.fault(journal.lines, &format!("says that it is line {}", entry.line));
                }
                journal.entries.push(entry);
            }
            Err(why) => doubt = Some(why),
        }
        before = Some(line);
    }
    if let Some(why) = doubt {
        journal.fault(journal.lines, why);
    }
    journal.last = before.map(sha256);
    if !tail.is_empty() {
        journal.lines += 1;
        let why = format!("is cut off after {} bytes; the next action mends it and says so", tail.len());
        journal.fault(journal.lines, &why);
    }
    journal
}

impl Journal {
    fn fault(&mut self, line: u64, why: &str) {
        if self.broken.is_none() {
            self.broken = Some(Broken { line, why: why.to_owned() });
        }
    }

    /// The actions in the order in which they began.
    pub fn actions(&self) -> Vec<Action<'_>> {
        let mut actions: Vec<Action<'_>> = Vec::new();
        for entry in self.entries.iter().filter(|entry| entry.step != Step::Mended) {
            match actions.iter_mut().rfind(|action| action.first.id == entry.id) {
                Some(action) => action.last = entry,
                None => actions.push(Action { first: entry, last: entry }),
            }
        }
        actions
    }

    /// Actions that were begun and of which no line tells the end, but for those that were taken back since: whatever came of
    /// them is known from then on.
    pub fn unended(&self) -> Vec<&Entry> {
        let actions = self.actions();
        let open =
            |action: &&Action<'_>| action.last.step == Step::Begun && undone_by(&action.first.id, &actions).is_none();
        actions.iter().filter(open).map(|action| action.first).collect()
    }

    /// The steps of this person that `undo` may take back, the newest first.
    pub fn undoable(&self, by: &str) -> Vec<Action<'_>> {
        let actions = self.actions();
        let open = |action: &&Action<'_>| action.first.by == by && self.why_not(action, &actions).is_none();
        actions.iter().rev().filter(open).copied().collect()
    }

    /// The action of this id.
    ///
    /// # Errors
    /// In words: why it cannot be taken back.
    pub fn undoable_id(&self, id: &str) -> Result<Action<'_>, String> {
        let actions = self.actions();
        let action = actions.iter().rfind(|action| action.first.id == id);
        let action = action.ok_or_else(|| format!("the journal holds no action {id}"))?;
        match self.why_not(action, &actions) {
            Some(why) => Err(format!("action {id} {why}")),
            None => Ok(*action),
        }
    }

    fn why_not(&self, action: &Action<'_>, actions: &[Action<'_>]) -> Option<String> {
        if action.first.op == "undo" {
            return Some("is an undo itself; give the instance the state that you want instead".into());
        }
        match (action.applied(), undone_by(&action.first.id, actions)) {
            (Applied::No, _) => Some(format!("was not applied ({})", action.last.step.word())),
            (_, Some(undo)) => Some(format!("is undone already, by action {}", undo.first.id)),
            _ => None,
        }
    }
}

/// The undo that took the action of this id back.
fn undone_by<'a>(id: &str, actions: &'a [Action<'a>]) -> Option<&'a Action<'a>> {
    actions.iter().find(|undo| undo.first.undo_of.as_deref() == Some(id) && undo.applied() == Applied::Yes)
}

/// Whether an action reached the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// It did.
    Yes,
    /// It did not.
    No,
    /// Nobody knows: its answer was lost, or its process ended before it. The registry's bytes tell.
    Maybe,
}

/// An action: its first line, which holds the writes, and its last, which tells how it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action<'a> {
    /// The line that was written before anything was sent.
    pub first: &'a Entry,
    /// The newest line; the first itself as long as there is no other.
    pub last: &'a Entry,
}

impl Action<'_> {
    /// Whether it reached the registry.
    pub fn applied(&self) -> Applied {
        match self.last.step {
            Step::Done | Step::Requested => Applied::Yes,
            Step::Begun | Step::Unknown => Applied::Maybe,
            Step::NoEffect | Step::Refused | Step::Conflict | Step::Failed | Step::Mended => Applied::No,
        }
    }
}
