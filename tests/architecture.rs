//! The map of `src` as a test: who may import whom, what is pure, and the house rules that a compiler does not know.
//!
//! Standard library alone, so that it can be compiled by itself: `rustc --test tests/architecture.rs`. It reads text, not
//! meaning: an import is what is written as `crate::x`, `keepwatch::x` or a `super::` that climbs out of its module.
//! Tests inside `src` are left out, since they may look at everything.

#[path = "architecture/reader.rs"]
mod reader;

use reader::{heads, imports, is_word, line_of, places, sources};

/// Every top-level module and what it may import.
const MAP: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("command", &["domain"]),
    ("theme", &[]),
    ("config", &["domain", "command", "theme"]),
    ("zk", &["domain"]),
    ("store", &["domain"]),
    ("insight", &["domain", "store"]),
    ("registry", &["domain", "config", "zk"]),
    ("telemetry", &["domain", "config"]),
    ("app", &["domain", "command", "config", "store", "insight"]),
    ("ui", &["domain", "command", "theme", "store", "insight", "app"]),
    (
        "runtime",
        &["domain", "command", "theme", "config", "zk", "store", "insight", "registry", "telemetry", "app", "ui"],
    ),
    ("demo", &["domain", "config", "zk"]),
    (
        "cli",
        &[
            "domain",
            "command",
            "theme",
            "config",
            "zk",
            "store",
            "insight",
            "registry",
            "telemetry",
            "app",
            "ui",
            "runtime",
            "demo",
        ],
    ),
];

/// No clock, no I/O, no locks, no async.
const PURE: &[&str] = &["domain", "store", "insight", "app", "ui"];
const IMPURE: &[&str] = &[
    "Instant::now",
    "Utc::now",
    "Local::now",
    "SystemTime",
    "std::fs",
    "std::env",
    "std::process",
    "std::thread",
    "tokio",
    "Mutex",
    "RwLock",
    "RefCell",
    "reqwest",
    "async fn",
    "fastrand",
];

/// Know nothing of a terminal.
const NO_TERMINAL: &[&str] =
    &["domain", "command", "config", "zk", "store", "insight", "registry", "telemetry", "app", "demo"];
const TERMINAL: &[&str] = &["ratatui", "crossterm"];

/// The only files that may turn a plan into something that can be written.
const MAY_CONFIRM: &[&str] = &["src/domain/plan.rs", "src/app/action.rs", "src/app/keep.rs", "src/cli/action.rs"];

/// Where the layouts are, each in a file or folder of its own, and their table.
const LAYOUTS: &str = "src/registry/zookeeper/layout/";

/// Of what is there, the table of the layouts, and what it says of those of several znodes.
const TABLES: &[&str] = &["mod", "group"];

/// May name single layouts as well: the cluster of the demo has providers of its own, in three layouts of an enum of its own.
const MAY_NAME_LAYOUTS: &[&str] = &["src/demo/"];

/// The longest file, in lines.
const LONGEST: usize = 400;

fn report(what: &str, faults: Vec<String>) {
    assert!(faults.is_empty(), "{what}:\n  {}", faults.join("\n  "));
}

#[test]
fn the_map_has_no_cycle() {
    for (n, (name, may)) in MAP.iter().enumerate() {
        for other in *may {
            let place = MAP.iter().position(|(known, _)| known == other);
            assert!(place.is_some_and(|p| p < n || *other == "demo"), "{name} -> {other}: only what stands above");
        }
    }
}

#[test]
fn every_module_is_on_the_map_and_imports_what_it_may() {
    let mut faults = Vec::new();
    for source in sources() {
        let Some(own) = source.module.first() else { continue };
        let Some((_, may)) = MAP.iter().find(|(name, _)| name == own) else {
            faults.push(format!("{}: `{own}` is not on the map", source.path));
            continue;
        };
        for (line, head) in imports(&source) {
            let known = MAP.iter().any(|(name, _)| *name == head);
            if head == "*" || (known && head != *own && !may.contains(&head.as_str())) {
                faults.push(format!("{}:{line}: `{own}` may not import `{head}`", source.path));
            }
        }
    }
    report("imports against the map", faults);
}

#[test]
fn pure_modules_know_no_clock_no_disk_no_lock() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|s| s.module.first().is_some_and(|m| PURE.contains(&m.as_str()))) {
        for word in IMPURE {
            faults.extend(
                places(&source.code, word).map(|at| format!("{}:{}: {word}", source.path, line_of(&source.code, at))),
            );
        }
        for at in places(&source.code, "std") {
            let group = source.code[at..].strip_prefix("std::").filter(|rest| rest.starts_with('{')).map(heads);
            let impure = group
                .unwrap_or_default()
                .into_iter()
                .filter(|h| matches!(h.as_str(), "fs" | "env" | "process" | "thread"));
            faults.extend(impure.map(|h| format!("{}:{}: std::{h}", source.path, line_of(&source.code, at))));
        }
    }
    report("impure words in pure modules", faults);
}

#[test]
fn only_what_draws_knows_a_terminal() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|s| s.module.first().is_some_and(|m| NO_TERMINAL.contains(&m.as_str()))) {
        for word in TERMINAL {
            faults.extend(
                places(&source.code, word).map(|at| format!("{}:{}: {word}", source.path, line_of(&source.code, at))),
            );
        }
    }
    report("a terminal library where none belongs", faults);
}

#[test]
fn only_the_listed_files_may_confirm_a_plan() {
    let mut faults = Vec::new();
    for source in sources().iter().filter(|s| !MAY_CONFIRM.contains(&s.path.as_str())) {
        for at in places(&source.code, "Confirmed") {
            let rest = source.code[at + "Confirmed".len()..].trim_start();
            let rest = rest.strip_prefix("::<").and_then(|r| r.split_once('>')).map_or(rest, |(_, r)| r.trim_start());
            let makes = rest.strip_prefix("::").is_some_and(|r| r.trim_start().starts_with(is_word));
            if makes || rest.starts_with('{') {
                faults.push(format!("{}:{}", source.path, line_of(&source.code, at)));
            }
        }
    }
    report("a plan is confirmed outside the listed files", faults);
}

/// What others have to know of a layout they ask its traits. `Layout::RAW` and `Layout::FILE` are the domain's own: no layout.
#[test]
fn a_layout_is_named_in_its_own_folder_alone() {
    let sources = sources();
    let mut layouts = Vec::new();
    for source in sources.iter().filter(|source| source.path.starts_with(LAYOUTS)) {
        for at in places(&source.code, "const") {
            let rest = source.code[at + "const".len()..].trim_start();
            let Some((name, of)) = rest.split_once(':') else { continue };
            if of.trim_start().starts_with("Layout") && name.chars().all(is_word) {
                let own = source.path[LAYOUTS.len()..].split(['/', '.']).next().unwrap_or("");
                layouts.push((name.to_owned(), own.to_owned()));
            }
        }
    }
    assert!(layouts.len() > 8, "the constants of the layouts are not found below {LAYOUTS}: {layouts:?}");
    let mut faults = Vec::new();
    for source in sources.iter().filter(|s| !MAY_NAME_LAYOUTS.iter().any(|free| s.path.starts_with(free))) {
        let inside = source.path.strip_prefix(LAYOUTS).map(|rest| rest.split(['/', '.']).next().unwrap_or(""));
        for at in places(&source.code, "Layout") {
            let Some(rest) = source.code[at + "Layout".len()..].trim_start().strip_prefix("::") else { continue };
            let named: String = rest.trim_start().chars().take_while(|c| is_word(*c)).collect();
            let Some((_, own)) = layouts.iter().find(|(name, _)| *name == named) else { continue };
            if !inside.is_some_and(|folder| folder == own || TABLES.contains(&folder)) {
                faults.push(format!("{}:{}: Layout::{named}", source.path, line_of(&source.code, at)));
            }
        }
        let folder = inside.filter(|folder| !TABLES.contains(folder));
        for (_, own) in layouts.iter().filter(|(_, own)| folder.is_some_and(|folder| folder != own)) {
            for at in places(&source.code, own) {
                let (before, after) = (&source.code[..at], &source.code[at + own.len()..]);
                if after.starts_with("::") && (before.ends_with("super::") || !before.ends_with("::")) {
                    faults.push(format!("{}:{}: {own}::", source.path, line_of(&source.code, at)));
                }
            }
        }
        for at in places(&source.code, "word").chain(places(&source.code, "kept_as")) {
            let (before, after) = (source.code[..at].trim_end(), &source.code[at..]);
            let compared = after.split_once("()").is_some_and(|(_, rest)| {
                let rest = rest.trim_start();
                rest.starts_with("==") || rest.starts_with("!=") || rest.starts_with('{')
            });
            if before.ends_with("layout.") && compared && !inside.is_some_and(|folder| TABLES.contains(&folder)) {
                faults.push(format!("{}:{}: a layout by its word", source.path, line_of(&source.code, at)));
            }
        }
    }
    report("a layout is known outside its own folder", faults);
}

#[test]
fn files_say_what_they_are_for_and_stay_short() {
    let mut faults = Vec::new();
    for source in sources() {
        if !source.text.starts_with("//! ") {
            faults.push(format!("{}: does not begin with `//! ` and what it is for", source.path));
        }
        let lines = source.text.lines().count();
        if lines > LONGEST {
            faults.push(format!("{}: {lines} lines, more than {LONGEST}", source.path));
        }
    }
    report("files", faults);
}

#[test]
fn nothing_is_unwrapped_left_open_or_allowed_without_a_reason() {
    let mut faults = Vec::new();
    for source in sources() {
        let code = &source.code;
        for word in [".unwrap()", "todo!", "unimplemented!", "dbg!"] {
            faults.extend(
                code.match_indices(word).map(|(at, _)| format!("{}:{}: {word}", source.path, line_of(code, at))),
            );
        }
        let lines: Vec<&str> = source.text.lines().collect();
        for (at, _) in code.match_indices("[allow(") {
            let line = line_of(code, at);
            let above = line.checked_sub(2).map_or("", |n| lines[n]);
            if !lines[line - 1].contains("reason")
                && !lines[line - 1].contains("//")
                && !above.trim_start().starts_with("//")
            {
                faults.push(format!("{}:{line}: allowed without a reason beside it", source.path));
            }
        }
    }
    report("house rules", faults);
}
