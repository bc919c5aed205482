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
/// Times that the names of a folder are read anew, since they change while they are read.
const TRIES: usize = 8;

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

/// What a path names: where a link leads, since rotation leaves its files there.
pub(super) fn meant(path: &Path) -> PathBuf {
    let is_link = fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink());
    let meant = if is_link { fs::canonicalize(path).ok() } else { None };
    meant.unwrap_or_else(|| path.to_owned())
}

/// What rotation has left of a name now, packed too.
pub(super) fn listed(path: &Path) -> Vec<(PathBuf, Metadata)> {
    let name = path.file_name().map(ToOwned::to_owned);
    stable(path, |other| {
        let is_packed = is_packed(other);
        let other = unpacked(other).unwrap_or_else(|| other.to_owned());
        let is_first = |first: Option<PathBuf>| first.is_some_and(|first| first.file_name() == name.as_deref());
        is_first(first_name(&other)) || is_first(numbered(&other, is_packed))
    })
}

/// The files beside one that are called as it is but for numbers, packed too.
pub(super) fn alike(path: &Path) -> Vec<(PathBuf, Metadata)> {
    let Some(shape) = shape(path) else { return Vec::new() };
    stable(path, |other| {
        shape == unpacked(other).as_deref().map_or_else(|| self::shape(other), self::shape).unwrap_or_default()
    })
}

/// A name with its numbers left out.
fn shape(path: &Path) -> Option<String> {
    let name = unpacked(path).unwrap_or_else(|| path.to_owned());
    let name = name.file_name()?.to_str()?;
    Some(name.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("0"))
}

/// Entries of the folder of a path, read until two times in a row they are the same: one that gets another name meanwhile may be
/// passed over.
fn stable(path: &Path, fits: impl Fn(&Path) -> bool) -> Vec<(PathBuf, Metadata)> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let read = || {
        let entries = fs::read_dir(folder).into_iter().flatten().take(ENTRIES).flatten().map(|entry| entry.path());
        let there = entries.filter(|path| fits(path)).filter_map(|path| Some((fs::metadata(&path).ok()?, path)));
        let mut there: Vec<_> = there.map(|(meta, path)| (path, meta)).collect();
        there.sort_by(|(one, _), (other, _)| one.cmp(other));
        there
    };
    let same = |one: &[(PathBuf, Metadata)], other: &[(PathBuf, Metadata)]| {
        let named = |(path, meta): &(PathBuf, Metadata)| (path.clone(), found(meta));
        one.iter().map(named).eq(other.iter().map(named))
    };
    let mut last = read();
    for _ in 1..TRIES {
        let next = read();
        let is_same = same(&last, &next);
        last = next;
        if is_same {
            break;
        }
    }
    last
}

/// The oldest first. While one is packed both are there: the one that is whole counts.
pub(super) fn in_order(all: &[(PathBuf, Metadata)]) -> Vec<&(PathBuf, Metadata)> {
    let whole: HashSet<&Path> = all.iter().map(|(name, _)| &**name).collect();
    let is_whole = |name: &Path| unpacked(name).is_none_or(|name| !whole.contains(&*name));
    let mut all: Vec<_> = all.iter().filter(|(name, _)| is_whole(name)).collect();
    all.sort_by_cached_key(|(name, meta)| {
        // What packs keeps the time of the last line, and is itself later.
        let from = if is_packed(name) { meta.modified().ok() } else { meta.created().ok() };
        (date(name), from, meta.modified().ok(), name.clone())
    });
    all
}

/// The date in a name, by which it stands in its order whatever packed it when.
fn date(name: &Path) -> Option<String> {
    let name = unpacked(name).unwrap_or_else(|| name.to_owned());
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).count();
    let (first, name) = (first_name(&name)?, name.file_name()?.to_str()?.to_owned());
    let rest = digits(&name).saturating_sub(digits(first.file_name()?.to_str()?));
    (rest >= DATE).then_some(name)
}

/// What rotation by copying may have left of a name, packed ones too, the oldest first.
pub(super) fn copies(path: &Path) -> Vec<(PathBuf, Metadata)> {
    let mut all = listed(path);
    all.retain(|(_, meta)| meta.is_file() && meta.len() > 0);
    let mut all: Vec<_> = in_order(&all).into_iter().cloned().collect();
    all.sort_by_cached_key(|(name, meta)| (meta.modified().ok(), meta.created().ok(), name.clone()));
    all
}

/// `app.log` of `app.1.log`; of `app-1.log.gz`, too: what is packed is no other's that is written to.
fn numbered(path: &Path, is_packed: bool) -> Option<PathBuf> {
    let (stem, end) = path.file_name()?.to_str()?.rsplit_once('.')?;
    let (stem, number) = stem.rsplit_once(|c| c == '.' || is_packed && matches!(c, '-' | '_'))?;
    let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| path.with_file_name(format!("{stem}.{end}")))
}

/// Whether a name is one of what is packed.
pub(super) fn is_packed(name: &Path) -> bool {
    unpacked(name).is_some()
}

/// The name that a file had before it was packed.
fn unpacked(name: &Path) -> Option<PathBuf> {
    let end = name.extension()?.to_str()?;
    ["gz", "zst", "bz2", "xz", "lz4", "zip"].contains(&end).then(|| name.with_extension(""))
}

/// Opens a file that was found, if it is still the one.
pub(super) fn open(name: &Path, meta: &Metadata) -> std::io::Result<Option<File>> {
    let file = File::open(name)?;
    let is_same = id(&file.metadata()?) == id(meta);
    Ok(is_same.then_some(file))
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

    #[test]
    fn a_number_within_a_name_is_rotations_behind_a_dot_and_of_what_is_packed_behind_a_dash_too() {
        let of = |name: &str, is_packed| numbered(Path::new(name), is_packed);
        assert_eq!(of("app.1.log", false), Some("app.log".into()));
        assert_eq!((of("app-1.log", true), of("app_12.log", true)), (Some("app.log".into()), Some("app.log".into())));
        assert_eq!((of("app-1.log", false), of("app-x.log", true)), (None, None));
    }
}
