//! The snapshot for a person: verdicts, then a line for each instance. Not an interface; scripts take JSON.

use crate::{
    app::Model,
    domain::{instance::Presence, show, text::Shown},
    insight::{share, status},
    ui::say,
};

/// The whole text.
pub fn document(model: &Model) -> String {
    let mut out = String::new();
    let registry = &model.world.registry;
    let version = registry.link().server_version.as_deref().unwrap_or("?");
    out.push_str(&format!(
        "registry {} (ZooKeeper {version}), {} of {} instances registered{}\n",
        model.setup.registry,
        model.cluster.totals.registered,
        model.cluster.totals.wanted,
        gone(model)
    ));
    for verdict in &model.verdicts {
        out.push_str(&format!("{}: {}\n", verdict.severity.word(), verdict.sentence));
    }
    for service in registry.services() {
        let name = Shown::new(&service.id.name);
        out.push_str(&format!("\n{} ({})\n", name.as_str(), service.id.layout.word()));
        let total = share::total(service);
        for slot in service.slots.values() {
            let view = status::instance(&model.world, service, slot, total);
            let weight = view.declared.map_or(show::ABSENT.to_owned(), |w| w.to_string());
            let due = view.due.map_or(show::ABSENT.to_owned(), show::percent);
            let left = format!("since {}", say::when(model, slot.since));
            let (word, detail) = match slot.presence {
                Presence::Gone => ("left", left.as_str()),
                _ => (say::word(&view), view.health.and_then(|h| h.detail.as_deref()).unwrap_or("")),
            };
            let line = format!(
                "  {:<24} {:<14} weight {weight:>6} share {due:>6}  {detail}",
                Shown::new(slot.name()).as_str(),
                word
            );
            out.push_str(Shown::new(&line).as_str().trim_end());
            out.push('\n');
        }
    }
    out
}

/// How many have left a short while ago, and who.
fn gone(model: &Model) -> String {
    let services = model.world.registry.services();
    let left = services.flat_map(|s| s.slots.values().filter(|slot| slot.presence == Presence::Gone)).count();
    if left == 0 { String::new() } else { format!(", {} left within 10 min", show::count(left as u64)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        app::{Msg, update},
        domain::fact::{Fact, RegistryFact},
        ui::scene,
    };

    #[test]
    fn one_that_left_is_named_with_when() {
        let mut model = scene::shop((160, 48));
        let path: std::sync::Arc<str> = "/payments-service/10.0.0.9:5005".into();
        update(&mut model, Msg::Facts(vec![Fact::Registry(RegistryFact::Gone(path))]));
        let text = document(&model);
        assert!(text.contains("1 left within 10 min"), "{text}");
        let line = text.lines().find(|line| line.contains("10.0.0.9:5005") && line.contains("weight")).unwrap();
        assert!(line.contains("left") && line.contains("since 14:03:07"), "{line}");
    }
}
