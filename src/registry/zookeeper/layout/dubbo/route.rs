//! Condition rules, read as far as they shut an instance out by its host: `=> host != 10.0.0.1`. They are told, not counted: which
//! callers obey which of them depends on their release, and `force` decides whether the last one is called all the same.

use super::effect::{Notes, unreadable};
use super::rules::Rule;
use super::url;
use super::world::{Export, Who, World};

/// Says by which rule it is routed away.
pub(super) fn away(world: &World<'_>, who: &Who, export: &Export<'_>, notes: &mut Notes) {
    let host = who.address.text().rsplit_once(':').map_or("", |(host, _)| host);
    for route in world.routes.get(export.above).into_iter().flatten() {
        let rule = route.get("rule").and_then(url::decode);
        if route.truth("enabled") != Some(false)
            && export.is_of(route)
            && rule.is_some_and(|rule| excludes(&rule, host))
        {
            let name = route.get("name").unwrap_or("without a name");
            notes.add(format!("routed away by the route {name}; callers of 3.x do not read routes"));
        }
    }
    for name in [export.rule(), who.service.to_string()] {
        match world.rule(&who.root, &name, ".condition-router") {
            Some((_, Rule::Unreadable(why))) => notes.add(unreadable(&format!("{name}.condition-router"), why)),
            Some((_, rule)) => {
                let conditions = rule.enabled().into_iter().flat_map(|document| document.texts("conditions"));
                if conditions.into_iter().any(|condition| excludes(condition, host)) {
                    notes.add(format!("routed away by {name}.condition-router"));
                }
            }
            None => {}
        }
    }
}

/// Whether a condition shuts a host out for every caller.
fn excludes(condition: &str, host: &str) -> bool {
    let Some((when, then)) = condition.split_once("=>") else { return false };
    let named = |list: &str| list.split(',').any(|one| one.trim() == host);
    when.trim().is_empty()
        && then
            .split('&')
            .any(|part| part.split_once("!=").is_some_and(|(key, list)| key.trim() == "host" && named(list)))
}

#[cfg(test)]
mod tests {
    use super::excludes;

    #[test]
    fn only_what_shuts_a_host_out_for_all_is_told() {
        assert!(excludes("=> host != 10.0.0.1", "10.0.0.1"));
        assert!(excludes(" => host != 10.0.0.2,10.0.0.1 & port = 1", "10.0.0.1"));
        for other in [
            "=> host != 10.0.0.12",
            "host = 10.9.9.9 => host != 10.0.0.1",
            "=> host = 10.0.0.1",
            "host != 10.0.0.1",
            "",
        ] {
            assert!(!excludes(other, "10.0.0.1"), "{other}");
        }
    }
}
