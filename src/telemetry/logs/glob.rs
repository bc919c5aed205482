//! Patterns of paths and folders into the files that they mean now. Read again and again, since files come and go.

use std::collections::HashSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

use regex::Regex;

use super::rotated;

/// Entries of folders that are looked at in one go.
const ENTRIES: usize = 20_000;

/// What a path that was given means.
#[derive(Debug)]
pub(super) enum Given {
    /// One file, pipe or device, there or not yet.
    One,
    /// The files in a folder.
    Folder,
    /// The files that fit a pattern.
    Pattern,
}

/// What a path means: one that is there is itself, whatever characters it has.
pub(super) fn given(path: &Path) -> Given {
    match fs::metadata(path) {
        Ok(meta) if meta.is_dir() => Given::Folder,
        Ok(_) => Given::One,
        Err(_) if path.to_string_lossy().contains(['*', '?', '[']) => Given::Pattern,
        Err(_) => Given::One,
    }
}

/// The files that a folder or pattern means now, in the order of their names; `all`: those that rotation left and packed
/// ones too. And whether there are more than are looked at.
pub(super) fn files(path: &Path, all: bool) -> (Vec<PathBuf>, bool) {
    let mut budget = ENTRIES;
    let mut found = match given(path) {
        Given::One => return (vec![path.to_owned()], false),
        Given::Folder => entries(path, &mut budget).into_iter().map(|name| path.join(name)).collect(),
        Given::Pattern => fitting(path, &mut budget),
    };
    let names: HashSet<PathBuf> = found.iter().cloned().collect();
    found.retain(|path| fs::metadata(path).is_ok_and(|meta| meta.is_file()) && (all || !is_old(path, &names)));
    found.sort();
    (found, budget == 0)
}

fn entries(folder: &Path, budget: &mut usize) -> Vec<String> {
    let Ok(entries) = fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }) else {
        return Vec::new();
    };
    let names = entries.take(*budget).filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let names: Vec<_> = names.filter(|name| !name.starts_with('.')).collect();
    *budget = budget.saturating_sub(names.len());
    names
}

fn fitting(pattern: &Path, budget: &mut usize) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for component in pattern.components() {
        let Component::Normal(part) = component else {
            found.iter_mut().for_each(|path| path.push(component));
            continue;
        };
        let part = part.to_string_lossy();
        if !part.contains(['*', '?', '[']) {
            found.iter_mut().for_each(|path| path.push(&*part));
            continue;
        }
        let Some(fits) = regex(&part) else { return Vec::new() };
        let within = |folder: PathBuf| -> Vec<PathBuf> {
            let names = entries(&folder, budget).into_iter().filter(|name| fits.is_match(name));
            names.map(|name| folder.join(name)).collect()
        };
        found = found.into_iter().flat_map(within).collect();
    }
    found
}

/// A pattern of one name: `*` any characters, `?` one, `[a-c]` one of these, `[!a]` none of these.
fn regex(part: &str) -> Option<Regex> {
    let mut out = String::from("^");
    let mut chars = part.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' => out.push_str(".*"),
            '?' => out.push('.'),
            '[' => {
                out.push('[');
                if chars.next_if_eq(&'!').is_some() {
                    out.push('^');
                }
                for c in chars.by_ref().take_while(|c| *c != ']') {
                    if c == '-' {
                        out.push('-');
                    } else {
                        out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
                    }
                }
                out.push(']');
            }
            c => out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
        }
    }
    out.push('$');
    Regex::new(&out).ok()
}

/// Whether a file is packed, or what is left of another one there after rotation: its lines were read under its first name.
fn is_old(path: &Path, all: &HashSet<PathBuf>) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    [".gz", ".zst", ".bz2", ".xz", ".lz4", ".zip"].iter().any(|end| name.ends_with(end))
        || rotated::first_name(path).is_some_and(|first| all.contains(&first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_patterns_mean_files_without_those_rotated_away_unless_all_are_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let names =
            ["a.log", "a.log.1", "a.log.2.gz", "a.log-20261123", "b.log", "b2.txt", ".hidden", "pod-0", "pod-1"];
        names.iter().for_each(|name| fs::write(folder.path().join(name), "x").unwrap());
        fs::create_dir(folder.path().join("deep")).unwrap();
        fs::write(folder.path().join("deep/c.log"), "x").unwrap();
        let of = |pattern: &str, all: bool| -> Vec<String> {
            let (found, _) = files(&folder.path().join(pattern), all);
            found.iter().map(|p| p.strip_prefix(folder.path()).unwrap().to_string_lossy().into_owned()).collect()
        };
        assert_eq!(of("", false), ["a.log", "b.log", "b2.txt", "pod-0", "pod-1"]);
        assert_eq!(of("*.log", false), ["a.log", "b.log"]);
        assert_eq!(of("*/*.log", false), ["deep/c.log"]);
        assert_eq!(of("[!a]?.txt", false), ["b2.txt"]);
        assert_eq!(of("pod-[0-3]", false), ["pod-0", "pod-1"]);
        assert_eq!(of("a.log*", true), ["a.log", "a.log-20261123", "a.log.1", "a.log.2.gz"]);
        assert_eq!(of("", true).len(), 8);
        assert!(of("none*", true).is_empty());
    }
}
