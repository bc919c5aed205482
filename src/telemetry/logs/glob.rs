//! Patterns of paths and folders into the files that they mean now. Read again and again, since files come and go.

use std::fs;
use std::path::{Component, Path, PathBuf};

use regex::Regex;

/// Files of one pattern or folder.
pub(super) const MOST: usize = 512;
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

/// The files that a folder or pattern means now, in the order of their names, and how many more there are.
pub(super) fn files(path: &Path) -> (Vec<PathBuf>, usize) {
    let mut budget = ENTRIES;
    let mut found = match given(path) {
        Given::One => return (vec![path.to_owned()], 0),
        Given::Folder => entries(path, &mut budget).into_iter().map(|name| path.join(name)).collect(),
        Given::Pattern => fitting(path, &mut budget),
    };
    let names: std::collections::HashSet<PathBuf> = found.iter().cloned().collect();
    found.retain(|path| fs::metadata(path).is_ok_and(|meta| meta.is_file()) && !is_old(path, &names));
    found.sort();
    let more = found.len().saturating_sub(MOST);
    found.truncate(MOST);
    (found, more)
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
fn is_old(path: &Path, all: &std::collections::HashSet<PathBuf>) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if [".gz", ".zst", ".bz2", ".xz", ".lz4", ".zip"].iter().any(|end| name.ends_with(end)) {
        return true;
    }
    name.char_indices().filter(|(_, c)| matches!(c, '.' | '-')).any(|(at, _)| {
        let rest = &name[at + 1..];
        let is_number = rest.starts_with(|c: char| c.is_ascii_digit())
            && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | '_' | 'T' | ':'));
        (is_number || matches!(rest, "old" | "bak" | "prev")) && all.contains(&path.with_file_name(&name[..at]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_and_patterns_mean_files_without_those_rotated_away() {
        let folder = tempfile::tempdir().unwrap();
        let names =
            ["a.log", "a.log.1", "a.log.2.gz", "a.log-20261123", "b.log", "b2.txt", ".hidden", "pod-0", "pod-1"];
        names.iter().for_each(|name| fs::write(folder.path().join(name), "x").unwrap());
        fs::create_dir(folder.path().join("deep")).unwrap();
        fs::write(folder.path().join("deep/c.log"), "x").unwrap();
        let of = |pattern: &str| -> Vec<String> {
            let (found, _) = files(&folder.path().join(pattern));
            found.iter().map(|p| p.strip_prefix(folder.path()).unwrap().to_string_lossy().into_owned()).collect()
        };
        assert_eq!(of(""), ["a.log", "b.log", "b2.txt", "pod-0", "pod-1"]);
        assert_eq!(of("*.log"), ["a.log", "b.log"]);
        assert_eq!(of("*/*.log"), ["deep/c.log"]);
        assert_eq!(of("[!a]?.txt"), ["b2.txt"]);
        assert_eq!(of("pod-[0-3]"), ["pod-0", "pod-1"]);
        assert!(of("none*").is_empty());
    }
}
