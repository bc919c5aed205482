//! Names under which rotation leaves files: which name they had first, and which of them came since a file was read last.

use std::collections::HashSet;
use std::fs::{self, File, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::known::{Id, id};

/// Entries of a folder that are looked at.
const ENTRIES: usize = 20_000;
/// Digits by which a number within a name is a date.
const DATE: usize = 6;

/// The name that a file had before it was rotated away, by the form of its name: `app.log` of `app.log.1`, `app.log-20261125`,
/// `app.log.old`, `app-2026-11-25.log`.
pub(super) fn first_name(path: &Path) -> Option<PathBuf> {
    let name = path.file_name()?.to_str()?;
    let parts = || name.char_indices().filter(|(_, c)| matches!(c, '.' | '-' | '_')).map(|(at, _)| at);
    let is_number = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_digit())
            && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '_' | 'T' | ':'))
    };
    let whole = parts().filter(|at| *at > 0).find(|at| {
        let rest = &name[at + 1..];
        is_number(rest) || matches!(rest, "old" | "bak" | "prev")
    });
    if let Some(at) = whole {
        return Some(path.with_file_name(&name[..at]));
    }
    let (stem, end) = name.rsplit_once('.')?;
    let at = parts().filter(|at| *at > 0 && *at < stem.len()).find(|at| {
        let rest = &stem[at + 1..];
        is_number(rest) && rest.chars().filter(char::is_ascii_digit).count() >= DATE
    })?;
    Some(path.with_file_name(format!("{}.{end}", &name[..at])))
}

/// A file as it was found, told from a later one that got the number of one that is gone.
pub(super) type Found = (Id, Option<SystemTime>);

pub(super) fn found(meta: &Metadata) -> Found {
    (id(meta), meta.created().ok())
}

/// What rotation has left of a name now.
pub(super) fn all(path: &Path) -> HashSet<Found> {
    names(path).filter_map(|name| fs::metadata(name).ok()).map(|meta| found(&meta)).collect()
}

/// What rotation has left of a name since then, the oldest first.
pub(super) fn since(
    path: &Path,
    before: &HashSet<Found>,
    mut is_read: impl FnMut(Id) -> bool,
) -> Vec<(PathBuf, Metadata)> {
    let mut new: Vec<_> = names(path)
        .filter_map(|name| fs::metadata(&name).ok().map(|meta| (name, meta)))
        .filter(|(_, meta)| meta.is_file() && meta.len() > 0 && !before.contains(&found(meta)) && !is_read(id(meta)))
        .collect();
    new.sort_by_cached_key(|(name, meta)| (meta.created().ok(), meta.modified().ok(), name.clone()));
    new
}

/// What rotation by copying may have left of a name, packed ones too, the oldest first.
pub(super) fn copies(path: &Path) -> Vec<(PathBuf, Metadata)> {
    let mut all: Vec<_> = names(path)
        .filter_map(|name| fs::metadata(&name).ok().map(|meta| (name, meta)))
        .filter(|(_, meta)| meta.is_file() && meta.len() > 0)
        .collect();
    // While it is packed, both are there.
    let whole: HashSet<PathBuf> = all.iter().map(|(name, _)| name.clone()).collect();
    all.retain(|(name, _)| unpacked(name).is_none_or(|name| !whole.contains(&name)));
    all.sort_by_cached_key(|(name, meta)| (meta.modified().ok(), meta.created().ok(), name.clone()));
    all
}

/// The name that a file had before gzip packed it.
fn unpacked(name: &Path) -> Option<PathBuf> {
    (name.extension()? == "gz").then(|| name.with_extension(""))
}

/// Opens a file that was found, if it is still the one.
pub(super) fn open(name: &Path, meta: &Metadata) -> std::io::Result<Option<File>> {
    let file = File::open(name)?;
    let is_same = id(&file.metadata()?) == id(meta);
    Ok(is_same.then_some(file))
}

fn names(path: &Path) -> impl Iterator<Item = PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(ToOwned::to_owned);
    let entries = fs::read_dir(folder).into_iter().flatten().take(ENTRIES).flatten().map(|entry| entry.path());
    let first = |path: &Path| first_name(unpacked(path).as_deref().unwrap_or(path));
    entries.filter(move |path| first(path).is_some_and(|first| first.file_name() == name.as_deref()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_of_what_rotation_left_is_known_by_its_form() {
        for name in [
            "a.log.1",
            "a.log.12",
            "a.log-20261125",
            "a.log.2026-11-25",
            "a.log.old",
            "a.log.bak",
            "a-2026-11-25.log",
            "a.2026-11-25.0.log",
            "a_20261125T070000.log",
        ] {
            assert_eq!(first_name(&Path::new("/x").join(name)), Some("/x/a.log".into()), "{name}");
        }
        for name in
            ["a.log", "a-1.log", "pod-0.log", "orders-5002.log", "2026-11-25.log", "a.log.gz", ".1", "old", "a.log.1x"]
        {
            assert_eq!(first_name(Path::new(name)), None, "{name}");
        }
    }
}
