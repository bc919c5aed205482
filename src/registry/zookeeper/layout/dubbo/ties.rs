//! What a znode of Dubbo has to do with which instances: so that a change is followed by reading the applications that it
//! touches, not all of a registry. Never less than what reading looks at; more would only cost time.

use std::sync::Arc;

use super::super::group::Ties;
use super::super::{Leaf, discovery};
use super::kind::{self, Kind};
use super::url::Url;
use super::world::OWN;

/// Of a znode that [`kind::of`] knows. A bundle is an application, or the interface where its URL names none; a thing is an
/// interface below its root.
pub(super) fn of(leaf: &Leaf<'_>) -> Option<Ties> {
    let path = || format!("{}/{}", leaf.parent, leaf.name);
    let kind = kind::of(leaf)?;
    let about = || kind::place(leaf.parent).map(|(root, interface)| thing(root, &interface));
    let mut ties = Ties::default();
    match kind {
        Kind::Provider => match (Url::read(leaf.name).filter(|url| url.address.is_some()), kind::place(leaf.parent)) {
            (_, Some((_, interface))) if interface == OWN => {}
            (Some(url), Some((_, interface))) => {
                ties.of = vec![url.get("application").unwrap_or(&interface).into()];
                ties.about = about();
            }
            _ => ties.of = vec![path().into()],
        },
        Kind::Consumer | Kind::Override | Kind::Route => (ties.about, ties.beside) = (about(), true),
        Kind::Rule => {
            let name = kind::RULES.iter().find_map(|end| leaf.name.strip_suffix(end)).unwrap_or(leaf.name);
            let root = kind::root(kind, &path()).map(str::to_owned).unwrap_or_default();
            // It may be an application's name, or an interface's with version and group behind it.
            let interface = name.split(':').next().unwrap_or(name);
            ties = Ties { of: vec![name.into()], about: Some(thing(&root, interface)), beside: true, mark: None };
        }
        Kind::Registered => {
            let document = discovery::parse(leaf.data);
            let read = document.filter(|document| discovery::address(document).is_some());
            ties.of = vec![read.and_then(|document| discovery::name(&document)).unwrap_or_else(|| path().into())];
        }
        Kind::Mapping => {
            let apps = std::str::from_utf8(leaf.data).unwrap_or("").split(',').map(str::trim);
            ties.of = apps.filter(|app| !app.is_empty()).map(Arc::from).collect();
            ties.about = kind::root(kind, &path()).map(|root| thing(root, leaf.name));
        }
        Kind::Metadata => ties.of = vec![leaf.parent.rsplit('/').next().unwrap_or("").into()],
    }
    if matches!(kind, Kind::Rule | Kind::Mapping | Kind::Metadata | Kind::Provider) {
        ties.mark = kind::root(kind, &path()).map(Arc::from);
    }
    Some(ties)
}

fn thing(root: &str, interface: &str) -> Arc<str> {
    format!("{root}/{interface}").into()
}
