//! Which services are drawn when there are too many: problems, whom they call and who calls them. The rest is folded by
//! the first part of its name, within its layer, and counted. What is not well is never folded.

use std::collections::{BTreeMap, BTreeSet};

use super::Graph;

/// Services of one layer that are well and begin alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Group {
    /// The layer they are in.
    pub layer: u16,
    /// `search-*`, or the whole name of a service that stands alone.
    pub name: String,
    /// The services, by name.
    pub members: Vec<String>,
    /// How many instances they have in all.
    pub instances: usize,
}

/// What is drawn and what is folded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// Who has a card.
    pub drawn: BTreeSet<String>,
    /// The rest, by layer and name.
    pub groups: Vec<Group>,
}

impl Folded {
    /// How many services are folded.
    pub fn services(&self) -> usize {
        self.groups.iter().map(|group| group.members.len()).sum()
    }
}

/// Folds when there are more than `most` services. `keep` says who is drawn whatever happens (a problem, the selection,
/// an unfolded group) and brings its neighbours along while there is room; what room is left goes to those who have most
/// to do with others, so that a cluster that is well has a picture too. `layer` and `instances` are asked about each service.
pub fn fold(
    graph: &Graph,
    most: usize,
    keep: impl Fn(&str) -> bool,
    layer: impl Fn(&str) -> u16,
    instances: impl Fn(&str) -> usize,
) -> Folded {
    if graph.names.len() <= most {
        return Folded { drawn: graph.names.iter().cloned().collect(), groups: Vec::new() };
    }
    let kept: Vec<bool> = graph.names.iter().map(|name| keep(name)).collect();
    let mut drawn = kept.clone();
    if kept.iter().filter(|kept| **kept).count() < most {
        for (from, to) in &graph.calls {
            drawn[*from] |= kept[*to];
            drawn[*to] |= kept[*from];
        }
    }
    let neighbours = graph.neighbours();
    let mut busy: Vec<usize> = (0..drawn.len()).filter(|i| neighbours[*i].len() > 2).collect();
    busy.sort_by_key(|i| std::cmp::Reverse(neighbours[*i].len()));
    let room = most.saturating_sub(drawn.iter().filter(|drawn| **drawn).count()).min(most / 2);
    busy.into_iter()
        .take(most / 2)
        .filter(|i| !drawn[*i])
        .collect::<Vec<_>>()
        .into_iter()
        .take(room)
        .for_each(|i| drawn[i] = true);
    let mut groups: BTreeMap<(u16, &str), Vec<&str>> = BTreeMap::new();
    for (name, _) in graph.names.iter().zip(&drawn).filter(|(_, drawn)| !**drawn) {
        groups.entry((layer(name), prefix(name))).or_default().push(name);
    }
    let group = |((layer, prefix), members): ((u16, &str), Vec<&str>)| Group {
        layer,
        name: if let [only] = members[..] { only.to_owned() } else { format!("{prefix}*") },
        instances: members.iter().map(|name| instances(name)).sum(),
        members: members.into_iter().map(str::to_owned).collect(),
    };
    let names = graph.names.iter().zip(drawn).filter(|(_, drawn)| *drawn);
    Folded { drawn: names.map(|(name, _)| name.clone()).collect(), groups: groups.into_iter().map(group).collect() }
}

/// The first part of a name with what ends it: `search-` of `search-index`. Without parts, the whole name.
fn prefix(name: &str) -> &str {
    let end = name.char_indices().skip(1).find(|(_, c)| matches!(c, '-' | '.' | '_' | '/' | ':'));
    end.map_or(name, |(at, c)| &name[..at + c.len_utf8()])
}
