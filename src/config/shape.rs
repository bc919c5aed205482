//! What the file may hold: each section read from the tree, every mistake noted.

use std::path::PathBuf;

use crate::domain::address::{Address, NoAddress};
use crate::domain::id::Layout;
use crate::domain::servers::Servers;
use crate::theme::Palette;

use super::keymap::Keymap;
use super::problem::{Mistakes, Place, Problem};
use super::reader::{Keys, Problems, Wrong, one_of, truth, value};
use super::tree::{self, Node, Value};
use super::{
    COLORS, Cluster, Config, Endpoint, GLYPHS, Otlp, Probe, Registry, Service, Tls, guard, log_rules, mapped, probe,
};

/// Reads a whole file. `file` is how the messages name it.
///
/// # Errors
/// Every mistake of the file at once; a syntax error alone, since what follows it cannot be read.
pub fn read(file: &str, source: &str) -> Result<Config, Mistakes> {
    let told = |problems| Mistakes::new(file, source, problems);
    let root = tree::read(source).map_err(told)?;
    let mut problems = Vec::new();
    let config = whole(&root, &mut problems);
    if problems.is_empty() { Ok(config) } else { Err(told(problems)) }
}

fn whole(root: &Node, problems: &mut Problems) -> Config {
    let mut keys = Keys::open("", root, problems);
    let config = Config {
        registry: keys.get("registry").map(|node| registry(node, problems)).unwrap_or_default(),
        cluster: keys.get("cluster").map(|node| cluster(node, problems)).unwrap_or_default(),
        services: keys.get("services").map(|node| services(node, problems)).unwrap_or_default(),
        guard: keys.get("guard").map(|node| guard::read(node, problems)).unwrap_or_default(),
        probe: probes(&mut keys, problems),
        otlp: keys.value("otlp", problems, |text| text.parse::<Otlp>().map_err(Wrong::from)),
        logs: keys.list("logs", problems, path).into_iter().map(|(path, _)| path).collect(),
        log_rules: keys.get("log_rules").map(|node| log_rules::read(node, problems)).unwrap_or_default(),
        theme: keys.value("theme", problems, theme),
        glyphs: keys.value("glyphs", problems, |text| one_of(text, GLYPHS)).flatten(),
        color: keys.value("color", problems, |text| one_of(text, COLORS)),
        mouse: keys.value("mouse", problems, truth),
        keys: Keymap::read(keys.get("keys"), problems),
    };
    keys.close(problems);
    config
}

fn registry(node: &Node, problems: &mut Problems) -> Registry {
    let mut keys = Keys::open("registry", node, problems);
    let registry = Registry {
        address: keys.value("address", problems, |text| text.parse::<Servers>().map_err(no_address)),
        credential: keys.value("credential", problems, path),
        tls: keys.get("tls").and_then(|node| tls(node, problems)),
        paths: keys.list("paths", problems, znode).into_iter().map(|(path, _)| path).collect(),
        layout: keys.value("layout", problems, layout),
        mapped: keys.get("mapped").map(|node| mapped::read::list(node, problems)).unwrap_or_default(),
    };
    keys.close(problems);
    registry
}

/// One that is to be taken instead of being detected.
fn layout(text: &str) -> Result<Layout, Wrong> {
    let words: Vec<(&str, Layout)> = Layout::all().into_iter().map(|layout| (layout.word(), layout)).collect();
    one_of(text, &words)
}

fn tls(node: &Node, problems: &mut Problems) -> Option<Tls> {
    let mut keys = Keys::open("registry.tls", node, problems);
    let ca = keys.value("ca", problems, path);
    let (cert, key) = (keys.value("cert", problems, path), keys.value("key", problems, path));
    keys.close(problems);
    if cert.is_some() != key.is_some() {
        let what = "`registry.tls`: a client certificate needs both `cert` and `key`";
        problems.push(Problem::new(node.place, what));
    }
    Some(Tls { ca, client: cert.zip(key) })
}

fn cluster(node: &Node, problems: &mut Problems) -> Cluster {
    let mut keys = Keys::open("cluster", node, problems);
    let cluster =
        Cluster { name: keys.value("name", problems, named), read_only: keys.value("read_only", problems, truth) };
    keys.close(problems);
    cluster
}

fn services(node: &Node, problems: &mut Problems) -> Vec<Service> {
    let keys = Keys::open("services", node, problems);
    let mut services: Vec<(Service, Place)> = Vec::new();
    for (key, node) in keys.all() {
        let service = service(&key.text, key.place, node, problems);
        if let Some((_, first)) = services.iter().find(|(other, _)| other.name == service.name) {
            let what = format!("`{}` is the name of the service on line {} already", service.name, first.line);
            problems.push(Problem::new(key.place, what).help("list all endpoints under one of the two"));
        }
        services.push((service, key.place));
    }
    services.into_iter().map(|(service, _)| service).collect()
}

fn service(key: &str, place: Place, node: &Node, problems: &mut Problems) -> Service {
    if let Err(wrong) = named(key) {
        problems.push(Problem { place, what: format!("the key of a service: {}", wrong.what), help: wrong.help });
    }
    let mut keys = Keys::open(&format!("services.{key}"), node, problems);
    let service = Service {
        key: key.to_owned(),
        name: keys.value("name", problems, named).unwrap_or_else(|| key.to_owned()),
        version: keys.value("version", problems, named),
        endpoints: endpoints(&mut keys, problems),
        depends_on: keys.list("depends_on", problems, named).into_iter().map(|(name, _)| name).collect(),
        layout: keys.value("layout", problems, layout),
        health: keys.value("health", problems, page),
    };
    keys.close(problems);
    service
}

/// A list, even where it has one entry: the user's document has it so, and `endpoints: 5` is a slip.
fn endpoints(keys: &mut Keys<'_>, problems: &mut Problems) -> Vec<Endpoint> {
    let path = keys.path("endpoints");
    let Some(node) = keys.get("endpoints") else { return Vec::new() };
    let Value::List(items) = &node.value else {
        let what = format!("`{path}` is a list, not {}", node.value.kind());
        problems.push(Problem::new(node.place, what).help("write each on a line of its own: - http://localhost:5000"));
        return Vec::new();
    };
    let mut seen: Vec<(Address, usize)> = Vec::new();
    let mut found = Vec::new();
    for item in items {
        let Some(endpoint) = value(&path, item, problems, |text| text.parse::<Endpoint>().map_err(no_address)) else {
            continue;
        };
        if let Some(address) = &endpoint.address {
            match seen.iter().find(|(other, _)| other == address) {
                Some((_, line)) => {
                    let what = format!("`{path}`: this is the endpoint of line {line} again");
                    problems.push(Problem::new(item.place, what));
                    continue;
                }
                None => seen.push((address.clone(), item.place.line)),
            }
        }
        found.push(endpoint);
    }
    found
}

/// `probe: all`, or a list of ranges.
fn probes(keys: &mut Keys<'_>, problems: &mut Problems) -> Option<Probe> {
    let ranges = keys.list("probe", problems, probe::read);
    let mut all = Vec::new();
    let alone = ranges.len() == 1;
    for (found, place) in ranges {
        match found {
            Probe::Only(ranges) => all.extend(ranges),
            word if alone => return Some(word),
            _ => problems.push(Problem::new(place, "`probe`: all and off stand alone; a list holds ranges")),
        }
    }
    (!all.is_empty()).then_some(Probe::Only(all))
}

fn no_address(error: NoAddress) -> Wrong {
    Wrong::new(error.to_string(), "an address is host:port, as localhost:2181")
}

/// A name that can stand in a path and on a screen.
fn named(text: &str) -> Result<String, Wrong> {
    match text {
        _ if text.trim().is_empty() => Err(Wrong::from("the name is empty".to_owned())),
        _ if text.len() > 512 => Err(Wrong::from("the name is longer than 512 bytes".to_owned())),
        _ if text.chars().any(char::is_control) => Err(Wrong::from("a name holds no control characters".to_owned())),
        _ => Ok(text.to_owned()),
    }
}

/// The name of a shipped theme.
pub(super) fn theme(text: &str) -> Result<String, Wrong> {
    let names: Vec<_> = Palette::names().map(|name| (name, name)).collect();
    one_of(text, &names).map(str::to_owned)
}

fn path(text: &str) -> Result<PathBuf, Wrong> {
    if text.is_empty() || text.contains('\0') {
        return Err(Wrong::from("the file's name is empty".to_owned()));
    }
    Ok(PathBuf::from(text))
}

/// An absolute path of ZooKeeper's, without a `/` at its end.
fn znode(text: &str) -> Result<String, Wrong> {
    let fine = |part: &str| !part.is_empty() && part != "." && part != ".." && !part.chars().any(char::is_control);
    let cut = text.trim_end_matches('/');
    match text.strip_prefix('/') {
        Some("") => Ok("/".to_owned()),
        Some(_) if cut.split('/').skip(1).all(fine) => Ok(cut.to_owned()),
        _ => Err(Wrong::new("this is no path of ZooKeeper's", "a path begins with `/`, as /services")),
    }
}

/// The path of a page of an instance.
fn page(text: &str) -> Result<String, Wrong> {
    if text.starts_with('/') && text.len() <= 1024 && text.bytes().all(|b| b.is_ascii_graphic()) {
        return Ok(text.to_owned());
    }
    Err(Wrong::new("this is no path of a page", "a path begins with `/`, as /actuator/health"))
}
