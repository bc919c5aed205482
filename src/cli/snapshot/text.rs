//! The snapshot for a person: verdicts, then a line for each instance. Not an interface; scripts take JSON.

use crate::{
    app::Model,
    domain::{show, text::Shown},
    insight::{share, status},
    ui::say,
};

/// The whole text.
pub fn document(model: &Model) -> String {
    let mut out = String::new();
    let registry = &model.world.registry;
    let version = registry.link().server_version.as_deref().unwrap_or("?");
    out.push_str(&format!(
        "registry {} (ZooKeeper {version}), {} of {} instances registered\n",
        model.setup.registry, model.cluster.totals.registered, model.cluster.totals.wanted
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
            let detail = view.health.and_then(|h| h.detail.as_deref()).unwrap_or("");
            let line = format!(
                "  {:<24} {:<14} weight {weight:>6} share {due:>6}  {detail}",
                Shown::new(slot.name()).as_str(),
                say::word(&view)
            );
            out.push_str(Shown::new(&line).as_str().trim_end());
            out.push('\n');
        }
    }
    out
}
