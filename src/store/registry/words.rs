//! The sentences that the story tells of the registry's changes.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Change, Registry, SlotKey};
use crate::domain::{
    event::{Event, EventKind},
    fact::{LinkState, Setting},
    id::ServiceId,
    instance::RegistryAdmin,
    show,
    text::Shown,
    time::Moment,
};

/// The event of a setting that was written. It is stored: whether those who read it have applied it, it does not tell. A
/// value is never shown, only that there is one.
pub fn setting(setting: &Setting, at: Moment) -> Event {
    let value = |there: bool| if there { json!("***") } else { Value::Null };
    let what = match (setting.before, setting.after) {
        (false, true) => "was made",
        (true, false) => "was deleted",
        _ => "was changed",
    };
    let readers = match (&setting.of, setting.all) {
        (Some(service), _) => format!("; read by {service}"),
        (None, true) => "; read by all services".to_owned(),
        (None, false) => String::new(),
    };
    Event {
        at,
        kind: EventKind::Config,
        service: setting.of.clone(),
        instance: None,
        before: Some(value(setting.before)),
        after: Some(value(setting.after)),
        source: "registry".into(),
        text: format!("setting {} {what}, stored{readers}", setting.path).into(),
    }
}

impl Registry {
    /// The event of a change; `None` for what makes no line in the story (raw entries).
    pub fn event(&self, change: &Change, at: Moment) -> Option<Event> {
        let of = |id: &ServiceId, key: &SlotKey, kind, before: Value, after: Value, text: String| {
            id.layout.explained().then(|| Event {
                at,
                kind,
                service: Some(id.name.clone()),
                instance: Some(name_of(key).into()),
                before: Some(before),
                after: Some(after),
                source: "registry".into(),
                text: text.into(),
            })
        };
        match change {
            Change::Ready => {
                let text = format!(
                    "the registry is read: {}, {}",
                    show::plural(
                        self.services.values().filter(|s| s.registered().next().is_some()).count() as u64,
                        "service",
                        "services"
                    ),
                    show::plural(self.registered() as u64, "instance", "instances")
                );
                Some(plain(at, EventKind::Ready, None, None, text))
            }
            Change::Link(before, after) => {
                let why = self.link.why.as_deref().map(|w| format!(": {w}")).unwrap_or_default();
                let text = match after {
                    LinkState::Connected => "registry connected".to_owned(),
                    LinkState::ReadOnly => "registry connected to a server that only reads".to_owned(),
                    LinkState::Reconnecting => format!("registry link lost{why}"),
                    LinkState::Lost => format!("registry still not reached{why}"),
                    LinkState::Never => format!("registry not reached yet{why}"),
                };
                Some(plain(at, EventKind::Link, Some(json!(before.word())), Some(json!(after.word())), text))
            }
            Change::Joined(id, key, again) => {
                let weight = self.services.get(id).and_then(|s| s.slots.get(key)).and_then(|s| s.registered()?.weight);
                let again = if *again { " again" } else { "" };
                let with = weight.map(|w| format!(" with weight {w}")).unwrap_or_default();
                let after = self.after_what(id, key, at);
                let again = if after.is_empty() { again } else { " again" };
                let text = Shown::new(&format!("{} joined{again}{with}{after}", thing(id, key))).as_str().to_owned();
                of(id, key, EventKind::Registered, Value::Null, json!(weight), text)
            }
            Change::Left(id, key) => {
                let slot = self.services.get(id).and_then(|s| s.slots.get(key));
                let weight = slot.and_then(|s| s.instance.as_ref()?.weight);
                let left = self.services.get(id).map_or(0, |s| s.registered().count());
                let text = match left {
                    0 => format!("{} left: none remains", thing(id, key)),
                    1 => format!("{} left: 1 remains", thing(id, key)),
                    n => format!("{} left: {n} remain", thing(id, key)),
                };
                of(id, key, EventKind::Gone, json!(weight), Value::Null, text)
            }
            Change::Weight(id, key, before, after) => {
                let text = format!("{} has weight {} now, was {}", thing(id, key), number(*after), number(*before));
                of(id, key, EventKind::Weight, json!(before), json!(after), text)
            }
            Change::Admin(id, key, before, after) => {
                let text = match after {
                    RegistryAdmin::Drained => format!("{} is marked drained", thing(id, key)),
                    RegistryAdmin::Enabled => format!("{} is marked enabled", thing(id, key)),
                    RegistryAdmin::Unknown => format!("the mark of {} cannot be read any more", thing(id, key)),
                };
                of(id, key, EventKind::Admin, json!(word(*before)), json!(word(*after)), text)
            }
        }
    }
}

fn plain(at: Moment, kind: EventKind, before: Option<Value>, after: Option<Value>, text: String) -> Event {
    Event { at, kind, service: None, instance: None, before, after, source: "registry".into(), text: text.into() }
}

fn number(weight: Option<i64>) -> Arc<str> {
    weight.map_or("none that can be read".into(), |w| w.to_string().into())
}

fn word(admin: RegistryAdmin) -> &'static str {
    match admin {
        RegistryAdmin::Enabled => "enabled",
        RegistryAdmin::Drained => "drained",
        RegistryAdmin::Unknown => "unknown",
    }
}

fn name_of(key: &SlotKey) -> &str {
    match &key.address {
        Some(address) => address.text(),
        None => key.path.rsplit('/').next().unwrap_or(""),
    }
}

fn thing(id: &ServiceId, key: &SlotKey) -> String {
    Shown::new(&format!("{} {}", id.name, name_of(key))).as_str().to_owned()
}
