//! Files that a person told Keepwatch to write: saved log lines, piece by piece, and the log pane's columns for the next
//! time. What they hold is decided in `app`.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::journal;

/// The longest text of columns that is read back, in bytes.
const LONGEST: u64 = 4 << 10;

/// Writes a piece; the first one makes the file, or refuses where it is there and may not be written over.
///
/// # Errors
/// A sentence that says what is in the way.
pub(super) fn piece(path: &str, first: Option<bool>, text: &str) -> Result<(), Arc<str>> {
    let file = at_home(path);
    let kind = fs::metadata(&file).map(|there| there.is_file());
    let mut options = OpenOptions::new();
    match (first, kind) {
        (_, Ok(false)) => return Err(format!("{path} is no file.").into()),
        (Some(false), Ok(true)) => {
            return Err(format!("{path} is there already. A ! before its name writes over it.").into());
        }
        (Some(false), Err(_)) => options.write(true).create_new(true),
        (Some(true), _) => options.write(true).create(true).truncate(true),
        (None, _) => options.append(true),
    };
    let written = options.mode(0o600).open(&file).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|e| {
        let why = match e.kind() {
            io::ErrorKind::NotFound => "there is no such folder".to_owned(),
            io::ErrorKind::PermissionDenied => "no permission to write there".to_owned(),
            io::ErrorKind::AlreadyExists => "it is there already; a ! before its name writes over it".to_owned(),
            _ => e.to_string(),
        };
        format!("{path}: {why}.").into()
    })
}

/// Keeps the columns for the next time; none: those that everybody has.
///
/// # Errors
/// A sentence that says why they are not kept.
pub(super) fn keep_columns(text: &str) -> Result<Arc<str>, Arc<str>> {
    let file = columns_file().ok_or("The columns are not kept: neither XDG_STATE_HOME nor HOME is set.")?;
    let kept = file.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| match text.is_empty() {
        true => fs::remove_file(&file).or_else(|e| if e.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(e) }),
        false => {
            let mut options = OpenOptions::new();
            let mut out = options.create(true).write(true).truncate(true).mode(0o600).open(&file)?;
            writeln!(out, "{text}")
        }
    });
    match kept {
        Ok(()) if text.is_empty() => Ok("The columns are those that everybody has, next time too.".into()),
        Ok(()) => Ok(format!("The columns are kept for the next time, in {}.", file.display()).into()),
        Err(e) => Err(format!("The columns are not kept in {}: {e}.", file.display()).into()),
    }
}

/// The columns that were kept, as they were typed; empty where none were.
pub fn columns() -> String {
    columns_file().map(|file| read(&file)).unwrap_or_default()
}

fn read(file: &Path) -> String {
    let small = fs::metadata(file).is_ok_and(|there| there.is_file() && there.len() <= LONGEST);
    if small { fs::read_to_string(file).unwrap_or_default().trim().to_owned() } else { String::new() }
}

fn columns_file() -> Option<PathBuf> {
    journal::state_home().map(|folder| folder.join("log-columns"))
}

/// `~/x` is in the person's home.
fn at_home(path: &str) -> PathBuf {
    let home = path.strip_prefix("~/").and_then(|rest| Some(std::env::home_dir()?.join(rest)));
    home.unwrap_or_else(|| path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_piece_by_piece_and_written_over_only_when_that_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("lines.log");
        let path = file.to_str().expect("a name of ours");
        assert_eq!((piece(path, Some(false), "a\n"), piece(path, None, "b\n")), (Ok(()), Ok(())));
        assert_eq!(fs::read_to_string(&file).expect("written"), "a\nb\n");
        let no = piece(path, Some(false), "c\n").expect_err("it is there");
        assert!(no.contains("is there already") && no.contains('!'), "{no}");
        assert_eq!(fs::read_to_string(&file).expect("untouched"), "a\nb\n");
        assert_eq!(piece(path, Some(true), "c\n"), Ok(()));
        assert_eq!(fs::read_to_string(&file).expect("written over"), "c\n");
    }

    #[test]
    fn what_is_in_the_way_is_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().to_str().expect("a name of ours");
        assert!(piece(path, Some(true), "x").is_err_and(|why| why.contains("is no file")));
        let nowhere = format!("{path}/no/lines.log");
        assert!(piece(&nowhere, Some(false), "x").is_err_and(|why| why.contains("no such folder")));
        assert!(piece("/dev/null", Some(true), "x").is_err(), "a device is no file");
    }

    #[test]
    fn columns_are_read_back_as_they_were_written_and_nothing_huge_is() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("log-columns");
        assert_eq!(read(&file), "");
        fs::write(&file, "time level status:6\n").expect("written");
        assert_eq!(read(&file), "time level status:6");
        fs::write(&file, "x".repeat(5_000)).expect("written");
        assert_eq!(read(&file), "");
    }
}
