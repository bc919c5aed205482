//! Keepwatch's own log: `keepwatch.log` in the state folder (10 MiB, one older), and the diagnostics' screen. Never
//! standard output or error, which belong to the terminal. Not the log lines of services.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    level_filters::LevelFilter,
    subscriber::Interest,
};
use tracing_subscriber::{Layer, layer::Context, layer::SubscriberExt as _};

use super::journal::state_home;
use crate::domain::{secret::mask, text::Shown, time::Moment};

/// The file's size at which it becomes the older one.
const MAX_BYTES: u64 = 10 << 20;
/// Cells of one line at most.
const MAX_LINE: usize = 2000;

/// Starts logging, to `keepwatch.log` in the state folder and, for a dashboard, to its diagnostics. Once a process; a
/// second call changes nothing.
///
/// # Errors
/// If the file cannot be written: logging goes on without it.
pub fn start(diagnostics: bool) -> Result<(), String> {
    let file = match state_home() {
        Some(folder) => LogFile::open(folder.join("keepwatch.log"))
            .map_err(|error| format!("{}: {error}", folder.join("keepwatch.log").display())),
        None => Err("neither XDG_STATE_HOME nor HOME is set".to_owned()),
    };
    if diagnostics {
        tui_logger::set_default_level(log::LevelFilter::Info);
    }
    let (file, told) = match file {
        Ok(file) => (Some(Mutex::new(file)), Ok(())),
        Err(why) => (None, Err(format!("Keepwatch's own log is not written ({why})."))),
    };
    let layer = OwnLog { file, diagnostics };
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer));
    if let Err(why) = &told {
        tracing::warn!("{why}");
    }
    told
}

/// A tracing layer that writes lines.
struct OwnLog {
    file: Option<Mutex<LogFile>>,
    diagnostics: bool,
}

/// Our own events in some detail, what libraries think worth a warning.
fn wanted(metadata: &Metadata<'_>) -> bool {
    let most = if metadata.target().starts_with("keepwatch") { Level::DEBUG } else { Level::WARN };
    metadata.is_event() && *metadata.level() <= most
}

impl<S: Subscriber> Layer<S> for OwnLog {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if wanted(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        wanted(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(LevelFilter::DEBUG)
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let metadata = event.metadata();
        let mut line = Line::default();
        event.record(&mut line);
        let text = line.safe();
        if let Some(file) = self.file.as_ref().filter(|_| *metadata.level() <= Level::INFO) {
            let at = Moment(chrono::Utc::now().timestamp_millis()).rfc3339();
            let line = format!("{at} {:5} {} {text}\n", metadata.level(), metadata.target());
            // A full disk is no reason to stop watching.
            let _ = file.lock().unwrap_or_else(PoisonError::into_inner).write(line.as_bytes());
        }
        if self.diagnostics {
            let level = match *metadata.level() {
                Level::ERROR => log::Level::Error,
                Level::WARN => log::Level::Warn,
                Level::INFO => log::Level::Info,
                Level::DEBUG => log::Level::Debug,
                Level::TRACE => log::Level::Trace,
            };
            // Not through `log`, whose logger would be tracing's: that never ends.
            tui_logger::Drain::new().log(
                &log::Record::builder().level(level).target(metadata.target()).args(format_args!("{text}")).build(),
            );
        }
    }
}

/// An event as one line: the message first, then its fields.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Line {
    /// Secrets masked, sanitised, bounded.
    fn safe(&self) -> String {
        let whole = format!("{}{}", self.message, self.fields);
        Shown::within(&mask(&whole), MAX_LINE).to_string()
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            self.fields.push_str(&format!(" {}={value:?}", field.name()));
        }
    }
}

/// A file that is renamed when it has become too long.
struct LogFile {
    path: PathBuf,
    file: File,
    bytes: u64,
}

impl LogFile {
    fn open(path: PathBuf) -> io::Result<LogFile> {
        if let Some(folder) = path.parent() {
            std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        }
        let file = append(&path)?;
        let bytes = file.metadata()?.len();
        Ok(LogFile { path, file, bytes })
    }

    /// One line, in one write: several Keepwatches share the file.
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.bytes + line.len() as u64 > MAX_BYTES {
            self.turn()?;
        }
        self.bytes += line.len() as u64;
        self.file.write_all(line)
    }

    fn turn(&mut self) -> io::Result<()> {
        // Another Keepwatch may have turned it a moment ago: then only its new file is taken.
        if std::fs::metadata(&self.path).is_ok_and(|now| now.len() + 4096 >= MAX_BYTES) {
            std::fs::rename(&self.path, older(&self.path))?;
        }
        self.file = append(&self.path)?;
        self.bytes = self.file.metadata()?.len();
        Ok(())
    }
}

fn older(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".1");
    name.into()
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).mode(0o600).open(path)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn the_file_is_private_and_one_older_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/keepwatch.log");
        let mut file = LogFile::open(path.clone()).unwrap();
        let line = vec![b'x'; 1 << 20];
        for _ in 0..25 {
            file.write(&line).unwrap();
        }
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 5 << 20);
        assert_eq!(std::fs::metadata(older(&path)).unwrap().len(), 10 << 20);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 2);
    }

    #[test]
    fn a_line_begins_with_its_message_and_holds_nothing_hostile() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.log");
        let layer = OwnLog { file: Some(Mutex::new(LogFile::open(path.clone()).unwrap())), diagnostics: false };
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            tracing::info!(target: "keepwatch::test", error = "\u{1b}[31m\u{202e}", after = 3, "no answer");
            tracing::info!(target: "h2::codec", "not ours");
            tracing::debug!(target: "keepwatch::test", "not in the file");
        });
        let text = std::fs::read_to_string(path).unwrap();
        let (_, line) = text.split_once(' ').unwrap();
        assert_eq!(line, "INFO  keepwatch::test no answer error=\\x1b[31m\\u{202e} after=3\n");
    }
}
