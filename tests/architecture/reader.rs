//! Reads Rust text well enough to see imports: comments, strings and tests blanked, paths followed to the crate's top.
//! Knows nothing of the map; that is `architecture.rs`.

use std::fs;
use std::path::{Path, PathBuf};

/// A source file, its text, and its text without comments, strings and tests.
pub struct Source {
    pub path: String,
    pub text: String,
    pub code: String,
    /// `src/app/screen/logs.rs` is `["app", "screen", "logs"]`; lib.rs and main.rs are `[]`.
    pub module: Vec<String>,
}

pub fn sources() -> Vec<Source> {
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap_or_else(|_| ".".into()));
    let mut files = Vec::new();
    walk(&root.join("src"), &mut files);
    assert!(files.len() > 1, "no sources below {}", root.display());
    files.sort();
    let read = |file: PathBuf| {
        let path = file.strip_prefix(&root).expect("below the root").to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{path}: {e}"));
        let stem = path.trim_start_matches("src/").trim_end_matches(".rs");
        let module =
            stem.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main")).map(str::to_owned).collect();
        let code = if is_test(&path) { String::new() } else { without_tests(&bare(&text)) };
        Source { path, text, code, module }
    };
    files.into_iter().map(read).collect()
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
        let path = entry.expect("a folder that can be read").path();
        if path.is_dir() {
            walk(&path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
}

fn is_test(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name == "tests.rs" || name.ends_with("_test.rs") || name.ends_with("_tests.rs") || path.contains("/tests/")
}

/// The text with comments, strings and characters blanked; lines stay where they are.
fn bare(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let at = |i: usize| chars.get(i).copied().unwrap_or('\0');
    let mut out = String::with_capacity(text.len());
    let mut i = 0;
    while i < chars.len() {
        let raw = raw_string(&chars, i);
        let end = match (at(i), at(i + 1)) {
            ('/', '/') => (i..chars.len()).find(|&j| at(j) == '\n').unwrap_or(chars.len()),
            ('/', '*') => block_comment(&chars, i),
            _ if raw.is_some() => raw.expect("just seen"),
            ('"', _) => quoted(&chars, i, '"'),
            // A lifetime has no closing quote near; a character has.
            ('\'', '\\') => quoted(&chars, i, '\''),
            ('\'', _) if at(i + 2) == '\'' => i + 3,
            _ => {
                out.push(chars[i]);
                i += 1;
                continue;
            }
        };
        out.extend(chars[i..end.min(chars.len())].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
        i = end;
    }
    out
}

fn quoted(chars: &[char], start: usize, quote: char) -> usize {
    let mut i = start + 1;
    while i < chars.len() && chars[i] != quote {
        i += if chars[i] == '\\' { 2 } else { 1 };
    }
    i + 1
}

fn block_comment(chars: &[char], start: usize) -> usize {
    let (mut depth, mut i) = (0, start);
    while i + 1 < chars.len() {
        match (chars[i], chars[i + 1]) {
            ('/', '*') => (depth, i) = (depth + 1, i + 2),
            ('*', '/') => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    chars.len()
}

/// Where a raw string that starts here ends.
fn raw_string(chars: &[char], start: usize) -> Option<usize> {
    let before = start.checked_sub(1).map(|i| chars[i]);
    if chars[start] != 'r' || before.is_some_and(|c| c.is_alphanumeric() && c != 'b' || c == '_') {
        return None;
    }
    let hashes = chars[start + 1..].iter().take_while(|c| **c == '#').count();
    let open = start + 1 + hashes;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let closes =
        |i: usize| chars[i] == '"' && chars[i + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes;
    let end = (open + 1..chars.len()).find(|&i| closes(i)).unwrap_or(chars.len());
    Some(end + 1 + hashes)
}

/// The text with every item under `#[cfg(test)]`, `#[test]` blanked.
fn without_tests(code: &str) -> String {
    let mut out: Vec<u8> = code.bytes().collect();
    for mark in ["#[cfg(test)]", "#[cfg(all(test", "#[test]", "#[tokio::test"] {
        for (at, _) in code.match_indices(mark) {
            let rest = &code[at..];
            let end = match (rest.find('{'), rest.find(';')) {
                (Some(brace), semicolon) if semicolon.is_none_or(|s| brace < s) => at + closing(rest, brace),
                (_, Some(semicolon)) => at + semicolon + 1,
                _ => code.len(),
            };
            out[at..end].iter_mut().filter(|b| **b != b'\n').for_each(|b| *b = b' ');
        }
    }
    String::from_utf8(out).expect("whole items were blanked")
}

/// Behind the brace that closes the one at `open`.
fn closing(text: &str, open: usize) -> usize {
    let mut depth = 0;
    for (i, c) in text[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return open + i + 1;
        }
    }
    text.len()
}

pub fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Where `word` stands as a word of its own.
pub fn places<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    code.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| !code[..*at].ends_with(is_word) && !code[at + word.len()..].starts_with(is_word))
}

pub fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// The first names behind a path's start: one, or those of a `{a::b, c}`.
pub fn heads(rest: &str) -> Vec<String> {
    let rest = rest.trim_start();
    let name = |text: &str| text.trim_start().chars().take_while(|c| is_word(*c) || *c == '*').collect::<String>();
    let Some(group) = rest.strip_prefix('{') else { return vec![name(rest)] };
    let (mut depth, mut parts) = (0, vec![String::new()]);
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => parts.push(String::new()),
            _ => {
                depth += i32::from(c == '{') - i32::from(c == '}');
                parts.last_mut().expect("starts with one").push(c);
            }
        }
    }
    parts.iter().map(|part| name(part)).filter(|name| !name.is_empty()).collect()
}

/// What a file imports of the crate's top level: the line and the name.
pub fn imports(source: &Source) -> Vec<(usize, String)> {
    let code = &source.code;
    let mut found = Vec::new();
    for root in ["crate", "keepwatch"] {
        for at in places(code, root) {
            if let Some(rest) = code[at + root.len()..].trim_start().strip_prefix("::") {
                found.extend(heads(rest).into_iter().map(|head| (line_of(code, at), head)));
            }
        }
    }
    for at in places(code, "super").filter(|at| !code[..*at].trim_end().ends_with("::")) {
        let (mut ups, mut rest) = (0, &code[at..]);
        while let Some(next) = rest.strip_prefix("super") {
            ups += 1;
            rest = next.trim_start().strip_prefix("::").unwrap_or("").trim_start();
        }
        if ups >= source.module.len() + inline_modules(code, at) && !rest.is_empty() {
            found.extend(heads(rest).into_iter().map(|head| (line_of(code, at), head)));
        }
    }
    found
}

/// How many `mod x { ... }` of this file are open at a place.
fn inline_modules(code: &str, at: usize) -> usize {
    let opens = |start: usize| {
        let rest = &code[start..];
        let brace = rest.find('{').filter(|b| rest[..*b].split_whitespace().count() == 2)?;
        Some((start + brace, start + closing(rest, brace)))
    };
    places(code, "mod").filter_map(opens).filter(|(open, close)| *open < at && at < *close).count()
}

#[test]
fn this_reader_sees_what_it_should() {
    let read = |module: &[&str], text: &str| {
        let code = without_tests(&bare(text));
        let module = module.iter().map(|m| (*m).to_owned()).collect();
        let source = Source { path: String::new(), text: text.into(), code, module };
        imports(&source).into_iter().map(|(_, head)| head).collect::<Vec<_>>()
    };
    assert_eq!(read(&["a"], "use crate::{b::{x, y}, c};\nfn f() { crate::d::g() }"), ["b", "c", "d"]);
    assert_eq!(read(&["a", "x"], "use super::super::b::y; use super::z; use super::{w};"), ["b"]);
    assert_eq!(read(&["a"], "use super::b; mod i { use super::z; use super::super::c; }"), ["b", "c"]);
    assert_eq!(
        read(&["a"], "// crate::b\nconst S: &str = r#\"crate::c\"#; const T: &str = \"crate::d\"; /* crate::e */"),
        [""; 0]
    );
    assert_eq!(
        read(&["a"], "#[cfg(test)]\nmod tests { use crate::b; }\nfn f<'a>(x: &'a str) -> char { '\"' }\nuse crate::c;"),
        ["c"]
    );
    assert_eq!(read(&["a"], "use keepwatch::b; pub(crate) fn f() {}"), ["b"]);
}
