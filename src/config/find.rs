//! Finds and reads the configuration file. The only place here that touches the disk.

use std::fmt;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::problem::Mistakes;
use super::tree::LARGEST_FILE;
use super::{Config, shape};

/// The user's own file, looked for in the folder where Keepwatch is started.
pub const LOCAL: &str = "config/microservices.yaml";

/// A place that was looked at, and what was found there: for the first-run screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// The file.
    pub file: PathBuf,
    /// Whether it was there.
    pub found: bool,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// What the file says, or nothing.
    pub config: Config,
    /// The file that was read, if any.
    pub file: Option<PathBuf>,
    /// Where it was looked, in order.
    pub looked: Vec<Looked>,
}

/// Why no configuration could be read.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// The file cannot be read at all.
    #[error("Cannot read the configuration {}: {why}.", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why, in words.
        why: String,
    },
    /// The file is wrong.
    #[error("{0}\n\n{n} in {file}; nothing was started.", n = Count(.0.problems.len()), file = .0.file)]
    Wrong(Mistakes),
}

struct Count(usize);

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            1 => f.write_str("1 mistake"),
            n => write!(f, "{n} mistakes"),
        }
    }
}

/// `$XDG_CONFIG_HOME`, or `~/.config`; `None` where neither is known. A relative one is ignored, as the standard says.
pub fn config_home() -> Option<PathBuf> {
    let set = std::env::var_os("XDG_CONFIG_HOME").map(PathBuf::from).filter(|path| path.is_absolute());
    set.or_else(|| std::env::home_dir().map(|home| home.join(".config")))
}

/// Reads the named file, else the first of [`LOCAL`] and `$XDG_CONFIG_HOME/keepwatch/keepwatch.yaml` that is there,
/// else nothing.
///
/// # Errors
/// When the named file is not there, when a file is there and cannot be read, or holds mistakes.
pub fn find(named: Option<&Path>) -> Result<Found, FindError> {
    if let Some(file) = named {
        let Some(source) = read(file)? else {
            return Err(FindError::Unreadable { file: file.to_owned(), why: "there is no such file".into() });
        };
        return found(file, &source, vec![Looked { file: file.to_owned(), found: true }]);
    }
    let home = config_home().map(|home| home.join("keepwatch/keepwatch.yaml"));
    let mut looked = Vec::new();
    for file in [Some(PathBuf::from(LOCAL)), home].into_iter().flatten() {
        let source = read(&file)?;
        looked.push(Looked { file: file.clone(), found: source.is_some() });
        if let Some(source) = source {
            return found(&file, &source, looked);
        }
    }
    Ok(Found { looked, ..Found::default() })
}

fn found(file: &Path, source: &str, looked: Vec<Looked>) -> Result<Found, FindError> {
    let mut config = shape::read(&file.display().to_string(), source).map_err(FindError::Wrong)?;
    let folder = file.parent().unwrap_or(Path::new(""));
    config.anchor(folder);
    Ok(Found { config, file: Some(file.to_owned()), looked })
}

/// The text of a file, `None` when it is not there; never more than its limit, whatever it is.
fn read(file: &Path) -> Result<Option<String>, FindError> {
    let unreadable = |why: String| FindError::Unreadable { file: file.to_owned(), why };
    let handle = match std::fs::File::open(file) {
        Ok(handle) => handle,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(e) => return Err(unreadable(words(&e))),
    };
    if handle.metadata().is_ok_and(|m| m.is_dir()) {
        return Err(unreadable("it is a folder".into()));
    }
    let mut bytes = Vec::new();
    handle.take(LARGEST_FILE as u64 + 1).read_to_end(&mut bytes).map_err(|e| unreadable(words(&e)))?;
    if bytes.len() > LARGEST_FILE {
        return Err(unreadable(format!("it is larger than {} KiB", LARGEST_FILE / 1024)));
    }
    String::from_utf8(bytes).map(Some).map_err(|e| {
        let line = e.as_bytes()[..e.utf8_error().valid_up_to()].iter().filter(|b| **b == b'\n').count() + 1;
        unreadable(format!("line {line} is not UTF-8"))
    })
}

/// What the system says, without its number.
fn words(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::PermissionDenied => "no permission".into(),
        _ => error.to_string(),
    }
}

impl Config {
    /// Makes the files that it names relative to its own folder, so that it can be used from anywhere.
    fn anchor(&mut self, folder: &Path) {
        let tls = self
            .registry
            .tls
            .iter_mut()
            .flat_map(|tls| tls.ca.iter_mut().chain(tls.client.iter_mut().flat_map(|(cert, key)| [cert, key])));
        for path in self.registry.credential.iter_mut().chain(tls) {
            *path = folder.join(&path);
        }
        for path in self.logs.iter_mut().filter(|path| path.as_os_str() != "-") {
            *path = folder.join(&path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, text: &[u8]) -> PathBuf {
        let file = folder.join("k.yaml");
        std::fs::write(&file, text).unwrap();
        file
    }

    #[test]
    fn a_named_file_is_read_and_its_paths_start_from_its_folder() {
        let folder = tempfile::tempdir().unwrap();
        let file =
            write(folder.path(), b"registry: {credential: secret/zk, tls: {ca: /etc/ca.pem}}\nlogs: [a.log, '-']\n");
        let found = find(Some(&file)).unwrap();
        assert_eq!(found.config.registry.credential, Some(folder.path().join("secret/zk")));
        assert_eq!(found.config.registry.tls.unwrap().ca, Some(PathBuf::from("/etc/ca.pem")));
        assert_eq!(found.config.logs, [folder.path().join("a.log"), PathBuf::from("-")]);
    }

    #[test]
    fn what_cannot_be_read_is_said_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let say = |file: &Path| find(Some(file)).unwrap_err().to_string();
        assert!(say(&folder.path().join("none")).contains("no such file"));
        assert!(say(folder.path()).contains("folder"));
        assert!(say(&write(folder.path(), b"a: 1\nb: \xff\n")).contains("line 2 is not UTF-8"));
        assert!(say(&write(folder.path(), &vec![b' '; LARGEST_FILE + 1])).contains("larger"));
        let two = say(&write(folder.path(), b"theem: dark\nmouse: perhaps\n"));
        assert!(two.contains("2 mistakes") && two.contains(":1:1: ") && two.contains(":2:8: "), "{two}");
    }
}
