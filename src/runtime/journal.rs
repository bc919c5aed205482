//! The journal's file: found, locked, appended to, synced, read back. What a line is, `store::journal` knows.
//!
//! Every call blocks (a lock of another process, an fsync); an async caller goes through `spawn_blocking`.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::store::journal::{Acted, Entry, Step, Write, line, read_line};
use crate::store::journal_chain::{self, Journal};

/// The longest that a lock of another Keepwatch is waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The largest journal that is read whole, in bytes: some 200,000 steps.
const LARGEST: u64 = 256 << 20;

/// Why there is no journal to write to or read from: without one, actions are refused.
#[derive(Debug, thiserror::Error)]
#[error("{what} the journal {}: {why}", file.display())]
pub struct JournalError {
    what: &'static str,
    file: PathBuf,
    why: String,
}

/// What a new line says; its number, its id and its chain are given when it is written.
#[derive(Debug, Clone, Default)]
pub struct Line {
    /// The action that it belongs to; `None` begins a new one.
    pub id: Option<String>,
    /// RFC 3339, UTC, milliseconds.
    pub at: String,
    /// Who.
    pub by: String,
    /// From which machine.
    pub host: String,
    /// The name of the cluster.
    pub cluster: Option<String>,
    /// The address of the registry.
    pub registry: String,
    /// `drain`, `undrain`, `weight`, `deregister`, `undo`.
    pub op: String,
    /// What is acted on.
    pub target: Acted,
    /// How far it has come; `None`: begun.
    pub step: Option<Step>,
    /// The writes.
    pub writes: Vec<Write>,
    /// Why.
    pub reason: Option<String>,
    /// For `undo`: the action that is taken back.
    pub undo_of: Option<String>,
    /// The session that writes.
    pub session: Option<String>,
    /// What else is to be known.
    pub note: Option<String>,
}

impl Line {
    /// The next line of an action that has begun: the same but for when, how far and why.
    pub fn after(begun: &Entry, at: String, step: Step, note: Option<String>) -> Line {
        Line {
            id: Some(begun.id.clone()),
            at,
            by: begun.by.clone(),
            host: begun.host.clone(),
            cluster: begun.cluster.clone(),
            registry: begun.registry.clone(),
            op: begun.op.clone(),
            target: begun.target.clone(),
            step: Some(step),
            writes: Vec::new(),
            reason: begun.reason.clone(),
            undo_of: begun.undo_of.clone(),
            session: begun.session.clone(),
            note,
        }
    }

    fn into_entry(self, number: u64) -> Entry {
        Entry {
            line: number,
            id: self.id.unwrap_or_else(|| number.to_string()),
            at: self.at,
            by: self.by,
            host: self.host,
            cluster: self.cluster,
            registry: self.registry,
            op: self.op,
            target: self.target,
            step: self.step.unwrap_or(Step::Begun),
            writes: self.writes,
            reason: self.reason,
            undo_of: self.undo_of,
            session: self.session,
            note: self.note,
        }
    }
}

/// The file of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JournalFile {
    file: PathBuf,
}

/// `$XDG_STATE_HOME/keepwatch`, or `~/.local/state/keepwatch`; `None` where neither is known. A relative one is ignored,
/// as the standard says.
pub fn state_home() -> Option<PathBuf> {
    let set = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    set.or_else(|| std::env::home_dir().map(|home| home.join(".local/state"))).map(|home| home.join("keepwatch"))
}

impl JournalFile {
    /// The journal of this user.
    ///
    /// # Errors
    /// When there is no home to keep it in.
    pub fn of_user() -> Result<JournalFile, JournalError> {
        let file = PathBuf::from("journal.jsonl");
        match state_home() {
            Some(home) => Ok(JournalFile { file: home.join(file) }),
            None => Err(JournalError {
                what: "Cannot place",
                file,
                why: "neither XDG_STATE_HOME nor HOME is set; set one of them".into(),
            }),
        }
    }

    /// A journal elsewhere.
    pub fn at(file: impl Into<PathBuf>) -> JournalFile {
        JournalFile { file: file.into() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.file
    }

    /// Whether a step can be written down, asked before a plan is offered. Makes folder and file where they are missing.
    ///
    /// # Errors
    /// Why actions have to be refused.
    pub fn ready(&self) -> Result<(), JournalError> {
        self.open().map(|_| ())
    }

    /// Writes one line and returns what stands there. It is on disk when this returns.
    ///
    /// # Errors
    /// When it cannot be written; the file is then as it was.
    pub fn append(&self, new: Line) -> Result<Entry, JournalError> {
        let fault = |why: std::io::Error| self.fault("Cannot write", &why);
        let mut file = self.open()?;
        self.lock(&file)?;
        let length = file.metadata().map_err(fault)?.len();
        let bytes = self.load(&mut file)?;
        let (entry, text) = next(&bytes, new);
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_data());
        if let Err(error) = written {
            // A line that is half there would tear the chain; cut it off again.
            let _ = file.set_len(length);
            return Err(fault(error));
        }
        Ok(entry)
    }

    /// Reads and checks all of it; `None` when there is no journal yet.
    ///
    /// # Errors
    /// When it is there and cannot be read.
    pub fn read(&self) -> Result<Option<Journal>, JournalError> {
        self.regular()?;
        let mut file = match File::open(&self.file) {
            Ok(file) => file,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(self.fault("Cannot read", &e)),
        };
        // Shared, so that no half-written line is taken for a torn one.
        self.wait(|| file.try_lock_shared())?;
        Ok(Some(journal_chain::read(&self.load(&mut file)?)))
    }

    fn open(&self) -> Result<File, JournalError> {
        let fault = |why: std::io::Error| self.fault("Cannot write", &why);
        let folder = self.file.parent().unwrap_or(Path::new("."));
        DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(fault)?;
        self.regular()?;
        let fresh = !self.file.exists();
        let file =
            OpenOptions::new().create(true).append(true).read(true).mode(0o600).open(&self.file).map_err(fault)?;
        if fresh {
            // The name of the file has to outlive a crash as its lines do.
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(fault)?;
        }
        Ok(file)
    }

    /// Refuses what is there and is no regular file, before it is opened: a device has no end, and a pipe would wait for one.
    fn regular(&self) -> Result<(), JournalError> {
        match std::fs::metadata(&self.file) {
            Ok(found) if !found.is_file() => {
                let why = "it is no regular file but a folder, a device or a pipe; take it away, a new one is begun";
                Err(self.fault("Cannot use", &std::io::Error::other(why)))
            }
            _ => Ok(()),
        }
    }

    fn lock(&self, file: &File) -> Result<(), JournalError> {
        self.wait(|| file.try_lock())
    }

    fn wait(&self, lock: impl Fn() -> Result<(), TryLockError>) -> Result<(), JournalError> {
        let start = Instant::now();
        loop {
            match lock() {
                Ok(()) => return Ok(()),
                Err(TryLockError::Error(e)) => return Err(self.fault("Cannot lock", &e)),
                Err(TryLockError::WouldBlock) if start.elapsed() < LONGEST_WAIT => {
                    std::thread::sleep(Duration::from_millis(5));
                }
                Err(TryLockError::WouldBlock) => {
                    let why = std::io::Error::other("another program has held it for 5 s; find it with lsof");
                    return Err(self.fault("Cannot lock", &why));
                }
            }
        }
    }

    fn load(&self, file: &mut File) -> Result<Vec<u8>, JournalError> {
        let fault = |why: std::io::Error| self.fault("Cannot read", &why);
        if file.metadata().map_err(fault)?.len() > LARGEST {
            let why = format!("it is larger than {} MiB; move it away, a new one is begun", LARGEST >> 20);
            return Err(fault(std::io::Error::other(why)));
        }
        let mut bytes = Vec::new();
        // Whatever its length says: it is locked, but a file that is no journal may grow under other hands.
        file.seek(SeekFrom::Start(0)).and_then(|_| file.take(LARGEST).read_to_end(&mut bytes)).map_err(fault)?;
        Ok(bytes)
    }

    fn fault(&self, what: &'static str, error: &std::io::Error) -> JournalError {
        let why = match error.kind() {
            std::io::ErrorKind::PermissionDenied => "no permission".into(),
            std::io::ErrorKind::StorageFull => "the disk is full".into(),
            std::io::ErrorKind::ReadOnlyFilesystem => "the disk is read-only".into(),
            _ => error.to_string(),
        };
        JournalError { what, file: self.file.clone(), why }
    }
}

/// What is appended to a journal of these bytes: the line itself and, before it, what mends a torn one.
fn next(bytes: &[u8], new: Line) -> (Entry, String) {
    let mut text = String::new();
    let mut lines = bytes.iter().filter(|b| **b == b'\n').count() as u64;
    let start_of_last = |end: usize| bytes[..end].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
    let mut before: Option<Vec<u8>> = None;
    if bytes.last().is_some_and(|b| *b != b'\n') {
        // A crash tore the last line, or only its line feed is missing. It stays as it is, and the next line says so.
        let torn = &bytes[start_of_last(bytes.len())..];
        text.push('\n');
        lines += 1;
        before = Some(torn.to_vec());
        if read_line(torn).is_err() {
            let note = format!("line {lines} was torn after {} bytes", torn.len());
            let mended = Line {
                id: None,
                at: new.at.clone(),
                by: new.by.clone(),
                host: new.host.clone(),
                step: Some(Step::Mended),
                note: Some(note),
                ..Line::default()
            };
            lines += 1;
            let mended = line(&mended.into_entry(lines), before.as_deref());
            text.push_str(&mended);
            text.push('\n');
            before = Some(mended.into_bytes());
        }
    } else if let Some(end) = bytes.len().checked_sub(1) {
        before = Some(bytes[start_of_last(end)..end].to_vec());
    }
    let entry = new.into_entry(lines + 1);
    text.push_str(&line(&entry, before.as_deref()));
    text.push('\n');
    (entry, text)
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
