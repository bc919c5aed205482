//! Condition rules, read as far as they say which providers are left: `=> host != 10.0.0.1`, `application = shop => version = 2`.
//! They are told, not counted: which callers obey which of them depends on their release, and `force` decides whether the last
//! one is called all the same.

use std::sync::Arc;

use super::effect::{Notes, unreadable};
use super::rules::Rule;
use super::url::{self, Age};
use super::world::{Export, Who, World};

/// What a condition makes of a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    /// Nothing.
    Left,
    /// Callers go past it: those with this; empty: all.
    Past(String),
    /// What it asks for is not read here.
    Unread,
}

/// Says by which rule it is routed away, wholly or for some; the first of them that callers of now may obey.
pub(super) fn away(world: &World<'_>, who: &Who, export: &Export<'_>, notes: &mut Notes) -> Option<Arc<str>> {
    // Routes are read up to 2.7: where every caller that is known is of 3.x, they do nothing.
    let mut ages = world.consumers(export).map(url::Url::age).peekable();
    let read = ages.peek().is_none() || ages.any(|age| age != Age::Three);
    let mut first: Option<Arc<str>> = None;
    for route in world.routes.get(export.above).into_iter().flatten() {
        let rule = route.get("rule").and_then(url::decode);
        let Some(rule) = rule.filter(|_| route.truth("enabled") != Some(false) && export.is_of(route)) else {
            continue;
        };
        let name = format!("the route {}", route.get("name").unwrap_or("without a name"));
        let Some(note) = told(&fate(&rule, who, export), &name) else { continue };
        let note: Arc<str> = format!("{note}; callers of 3.x do not read routes").into();
        notes.add(note.clone());
        first = first.or(read.then_some(note));
    }
    for name in [export.rule(), who.service.to_string()] {
        match world.rule(&who.root, &name, ".condition-router") {
            Some((_, Rule::Unreadable(why))) => notes.add(unreadable(&format!("{name}.condition-router"), why)),
            Some((_, rule)) => {
                let conditions = rule.enabled().into_iter().flat_map(|document| document.texts("conditions"));
                for condition in conditions {
                    let Some(note) = told(&fate(condition, who, export), &format!("{name}.condition-router")) else {
                        continue;
                    };
                    let note: Arc<str> = note.into();
                    notes.add(note.clone());
                    first = first.or(Some(note));
                }
            }
            None => {}
        }
    }
    first
}

fn told(fate: &Fate, by: &str) -> Option<String> {
    match fate {
        Fate::Left => None,
        Fate::Past(whom) if whom.is_empty() => Some(format!("routed away by {by}")),
        Fate::Past(whom) => Some(format!("routed away for callers with {whom} by {by}")),
        Fate::Unread => Some(format!("{by} may route calls past it: what it asks for is not read here")),
    }
}

/// What a condition makes of this provider: `callers => providers`, where an empty right side leaves nobody.
fn fate(condition: &str, who: &Who, export: &Export<'_>) -> Fate {
    let Some((when, then)) = condition.split_once("=>") else { return Fate::Left };
    let whom = || when.trim().to_owned();
    if then.trim().is_empty() || then.trim() == "false" {
        return Fate::Past(whom());
    }
    let address = who.address.text();
    let (host, port) = address.rsplit_once(':').unwrap_or((address, ""));
    let mut unread = false;
    for part in then.split('&').map(str::trim).filter(|part| !part.is_empty()) {
        let (key, list, not) = match (part.split_once("!="), part.split_once('=')) {
            (Some((key, list)), _) => (key.trim(), list, true),
            (_, Some((key, list))) => (key.trim(), list, false),
            _ => ("", "", false),
        };
        let own = match key {
            "host" => Some(host),
            "port" => Some(port),
            "protocol" => Some(export.url.scheme.as_str()),
            key => export.url.get(key),
        };
        let mut asked = list.split(',').map(str::trim).peekable();
        // `$` takes the caller's own value, and a range or a key that its URL has not is Dubbo's to judge.
        let Some(own) = own.filter(|_| !list.contains(['$', '~'])) else {
            unread = true;
            continue;
        };
        if asked.any(|pattern| is(pattern, own)) == not {
            return Fate::Past(whom());
        }
    }
    if unread { Fate::Unread } else { Fate::Left }
}

/// A value of a condition: `*` stands for anything, once.
fn is(pattern: &str, value: &str) -> bool {
    match pattern.split_once('*') {
        Some((head, tail)) => {
            value.len() >= head.len() + tail.len() && value.starts_with(head) && value.ends_with(tail)
        }
        None => pattern == value,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::group::{Nodes, Znode};
    use super::*;

    /// What a condition makes of 10.0.0.1:20880, version 2, application shop.
    fn of(condition: &str) -> Fate {
        let path: Arc<str> =
            "/dubbo/a.B/providers/dubbo%3A%2F%2F10.0.0.1%3A20880%2Fa.B%3Fapplication%3Dshop%26version%3D2\
                              %26dubbo%3D2.7.23"
                .into();
        let data: Arc<[u8]> = b"".as_slice().into();
        let nodes = Nodes::new(vec![Znode { path: &path, data: &data, ephemeral: true }]);
        let world = World::new(&nodes);
        let (who, own) = world.instances.iter().next().expect("it is one");
        fate(condition, who, &own.exports[0])
    }

    #[test]
    fn what_shuts_it_out_by_any_key_that_its_url_has_is_told_for_all_or_for_some() {
        let past = |whom: &str| Fate::Past(whom.to_owned());
        for all in ["=> host != 10.0.0.1", " => host != 10.0.0.2,10.0.0.1 & port = 1", "=>", "=> host = 10.0.0.2"] {
            assert_eq!(of(all), past(""), "{all}");
        }
        assert_eq!(of("=> host != 10.0.0.*"), past(""));
        assert_eq!(of("=> version = 1"), past(""));
        assert_eq!(of("host = 10.9.9.9 => host != 10.0.0.1"), past("host = 10.9.9.9"));
        assert_eq!(of("application = old => "), past("application = old"));
        for left in ["=> host != 10.0.0.12", "=> host = 10.0.0.1", "=> version = 2 & host = 10.0.*", "host != 1", ""] {
            assert_eq!(of(left), Fate::Left, "{left}");
        }
        assert_eq!(of("=> region = $region"), Fate::Unread);
        assert_eq!(of("=> host = $host"), Fate::Unread);
    }
}
