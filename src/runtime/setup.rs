//! From settings to the Model that a run begins with, and to what its sources are told.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{Local, Offset, Utc};

use super::{actor::Actor, providers::Providers};
use crate::{
    app::{Model, Setup, selection::Selection},
    config::{Config, settings::Settings},
    domain::{id::InstanceId, target::Choice, time::Moment},
    registry::Registry,
    store::registry::Expected,
    theme::Palette,
};

/// The moment that it is.
pub fn now() -> Moment {
    Moment(Utc::now().timestamp_millis())
}

/// What the file expects to be registered.
pub fn expected(config: &Config) -> Expected {
    let mut services: BTreeMap<Arc<str>, Vec<_>> = BTreeMap::new();
    let mut depends_on: BTreeMap<Arc<str>, Vec<Arc<str>>> = BTreeMap::new();
    for service in &config.services {
        let name: Arc<str> = service.name.as_str().into();
        let all = services.entry(name.clone()).or_default();
        for address in service.endpoints.iter().filter_map(|e| e.address.clone()) {
            if !all.contains(&address) {
                all.push(address);
            }
        }
        if !service.depends_on.is_empty() {
            depends_on.entry(name).or_default().extend(service.depends_on.iter().map(|d| Arc::from(d.as_str())));
        }
    }
    Expected { services, depends_on }
}

/// The Model of a run with these settings, before anything is known.
pub fn model(settings: &Settings, no_journal: Option<String>, by: &str, expected: Expected) -> Model {
    let setup = Setup {
        cluster: settings.config.cluster.name.as_deref().map(Into::into),
        registry: settings.registry.to_string().into(),
        read_only: settings.read_only,
        no_journal: no_journal.map(Into::into),
        guards: settings.config.guard.clone(),
        keys: settings.keys.clone(),
        utc_offset: Local::now().offset().fix().local_minus_utc(),
        extras: Vec::new(),
        looked: settings
            .looked
            .iter()
            .map(|l| (Arc::from(l.file.display().to_string()), l.found))
            .chain([("$KEEPWATCH_REGISTRY".into(), std::env::var_os("KEEPWATCH_REGISTRY").is_some())])
            .collect(),
        themes: Palette::names().map(Arc::from).collect(),
        user: by.into(),
    };
    Model::new(setup, expected, now())
}

/// The hand that acts on this registry.
pub fn actor(settings: &Settings, registry: Registry, by: &str) -> Actor {
    let cluster = settings.config.cluster.name.as_deref().map(Into::into);
    Actor::new(registry, by, cluster, &settings.registry.to_string(), Providers::new(settings))
}

/// What `--select` narrows to.
pub fn selection(choice: Option<&Choice>) -> Selection {
    match choice {
        None => Selection::All,
        Some(Choice::Service(name)) => Selection::Service(name.as_str().into()),
        Some(Choice::Instance(target)) => {
            Selection::Instance(InstanceId { service: target.service.as_str().into(), address: target.address.clone() })
        }
    }
}
