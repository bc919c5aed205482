//! Reads `registry.mapped:`, each mistake with its place. A mapping with `preset:` begins with what that says.

use super::super::problem::Problem;
use super::super::reader::{Keys, Problems, Wrong, one_of, truth};
use super::super::tree::{Node, Value};
use super::presets::{self, Preset};
use super::{Mapping, May, Pattern, Place, Requirement, WRITES};

/// The words of a sentence in the file, in characters at most.
const LONGEST: usize = 400;

/// A mapping that may still lack its path.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) name: String,
    pub(super) path: Option<Pattern>,
    callers: Option<Pattern>,
    caller: Option<Place>,
    requires: Vec<Requirement>,
    address: Vec<Place>,
    host: Option<Place>,
    port: Vec<Place>,
    weight: Option<Place>,
    least: i64,
    status: Option<Place>,
    enabled: Vec<String>,
    drained: Vec<String>,
    metadata: Vec<Place>,
    write: Vec<May>,
    speaks: Option<String>,
    read_only: Option<String>,
    warning: Option<String>,
    takes_effect: Option<String>,
    until_reconnect: bool,
}

impl Draft {
    pub(super) fn whole(self) -> Option<Mapping> {
        Some(Mapping {
            name: self.name,
            path: self.path?,
            callers: self.callers.zip(self.caller),
            requires: self.requires,
            address: self.address,
            host: self.host,
            port: self.port,
            weight: self.weight,
            least: self.least,
            status: self.status,
            enabled: self.enabled,
            drained: self.drained,
            metadata: self.metadata,
            write: self.write,
            speaks: self.speaks,
            read_only: self.read_only,
            warning: self.warning,
            takes_effect: self.takes_effect,
            until_reconnect: self.until_reconnect,
        })
    }
}

/// The mappings of a file.
pub fn list(node: &Node, problems: &mut Problems) -> Vec<Mapping> {
    let Value::List(items) = &node.value else {
        let what = format!("`registry.mapped` is a list, not {}", node.value.kind());
        problems.push(
            Problem::new(node.place, what).help("write each mapping on lines of its own: - path: /apps/{service}/{id}"),
        );
        return Vec::new();
    };
    let mut found: Vec<Mapping> = Vec::new();
    for (n, item) in items.iter().enumerate() {
        let before = problems.len();
        let draft = draft(&format!("registry.mapped[{}]", n + 1), item, presets::all(), problems);
        if problems.len() == before
            && let Some(mapping) = draft.whole()
        {
            found.push(mapping);
        }
    }
    found
}

/// One mapping, and whether it is complete and of one piece.
pub(super) fn draft(path: &str, node: &Node, presets: &[Preset], problems: &mut Problems) -> Draft {
    let mut keys = Keys::open(path, node, problems);
    let words: Vec<(&str, usize)> = presets.iter().enumerate().map(|(n, preset)| (&*preset.0.name, n)).collect();
    let preset = keys.value("preset", problems, |text| one_of(text, &words));
    let base = preset.map(|n| presets[n].0.clone()).unwrap_or_default();
    let mut draft = over(base, &mut keys, problems);
    keys.close(problems);
    let mut wrong = |what: &str, help: &str| {
        problems.push(Problem::new(node.place, format!("`{path}`: {what}")).help(help.to_owned()));
    };
    let Some(pattern) = &draft.path else {
        match preset {
            Some(_) => {
                wrong("this preset needs `path`: its services choose it themselves", "path: /my/root/{service}/{id}")
            }
            None => wrong("`path` is missing", "path: /apps/{service}/{id}, or a preset: kratos"),
        }
        return draft;
    };
    if draft.address.is_empty() && (draft.host.is_none() || draft.port.is_empty()) {
        wrong("it does not say where the address stands", "address: /addr, or host: /host and port: /port");
    }
    let parts = draft.address.iter().chain(&draft.port).chain(&draft.metadata);
    let parts = parts.chain(draft.host.iter()).chain(draft.weight.iter()).chain(draft.status.iter());
    for part in parts.filter_map(|place| if let Place::Part(part) = place { Some(part) } else { None }) {
        if !pattern.has(part) {
            wrong(&format!("its path has no part `{{{part}}}`"), "a place in braces is a part of `path`");
        }
    }
    if draft.callers.is_some() != draft.caller.is_some() {
        wrong("`callers` and `caller` come together", "callers: which znodes, caller: where their name stands");
    }
    let may = |what| draft.write.contains(&what);
    if may(May::Drain) && (draft.drained.is_empty() || !draft.status.as_ref().is_some_and(Place::writable)) {
        wrong(
            "a drain is to be written, and it is not said where or what",
            "status: a JSON pointer, text or text:N; drained: the word to write there",
        );
    }
    if may(May::Weight) && !draft.weight.as_ref().is_some_and(Place::writable) {
        wrong("a weight is to be written, and it is not said where", "weight: a JSON pointer, text or text:N");
    }
    if draft.name.is_empty() {
        draft.name = pattern.text().to_owned();
    }
    draft
}

/// What the keys say over what is there already.
fn over(mut draft: Draft, keys: &mut Keys<'_>, problems: &mut Problems) -> Draft {
    let place = |text: &str| Place::read(text).map_err(Wrong::from);
    let pattern = |text: &str| Pattern::read(text).map_err(Wrong::from);
    let plain = |text: &str| Ok::<_, Wrong>(text.to_owned());
    let requires = |text: &str| match text {
        "ephemeral" => Ok(Requirement::Ephemeral),
        "persistent" => Ok(Requirement::Persistent),
        other => Place::read(other).map(Requirement::At).map_err(Wrong::from),
    };
    replace(&mut draft.name, keys.value("name", problems, sentence));
    set(&mut draft.path, keys.value("path", problems, pattern));
    set(&mut draft.callers, keys.value("callers", problems, pattern));
    set(&mut draft.caller, keys.value("caller", problems, place));
    fill(&mut draft.requires, keys.list("requires", problems, requires));
    let address = keys.list("address", problems, place);
    if !address.is_empty() {
        (draft.host, draft.port) = (None, Vec::new());
    }
    fill(&mut draft.address, address);
    let host = keys.value("host", problems, place);
    if host.is_some() {
        draft.address.clear();
    }
    set(&mut draft.host, host);
    fill(&mut draft.port, keys.list("port", problems, place));
    set(&mut draft.weight, keys.value("weight", problems, place));
    let number = |text: &str| match text.parse() {
        Ok(number @ 0..=1_000_000) => Ok(number),
        _ => Err(Wrong::from("this is no number from 0 to 1000000".to_owned())),
    };
    replace(&mut draft.least, keys.value("least", problems, number));
    set(&mut draft.status, keys.value("status", problems, place));
    fill(&mut draft.enabled, keys.list("enabled", problems, plain));
    fill(&mut draft.drained, keys.list("drained", problems, plain));
    fill(&mut draft.metadata, keys.list("metadata", problems, place));
    fill(&mut draft.write, keys.list("write", problems, |text| one_of(text, WRITES)));
    set(&mut draft.speaks, keys.value("speaks", problems, sentence));
    set(&mut draft.read_only, keys.value("read_only", problems, sentence));
    set(&mut draft.warning, keys.value("warning", problems, sentence));
    set(&mut draft.takes_effect, keys.value("takes_effect", problems, sentence));
    replace(&mut draft.until_reconnect, keys.value("until_reconnect", problems, truth));
    draft
}

fn set<T>(old: &mut Option<T>, new: Option<T>) {
    if new.is_some() {
        *old = new;
    }
}

fn replace<T>(old: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *old = new;
    }
}

fn fill<T, P>(old: &mut Vec<T>, new: Vec<(T, P)>) {
    if !new.is_empty() {
        *old = new.into_iter().map(|(value, _)| value).collect();
    }
}

/// Words that are shown as they are.
fn sentence(text: &str) -> Result<String, Wrong> {
    match text {
        _ if text.trim().is_empty() => Err(Wrong::from("there are no words".to_owned())),
        _ if text.chars().count() > LONGEST => Err(Wrong::from(format!("this is longer than {LONGEST} characters"))),
        _ if text.chars().any(char::is_control) => Err(Wrong::from("words hold no control characters".to_owned())),
        _ => Ok(text.trim_end_matches('.').to_owned()),
    }
}
