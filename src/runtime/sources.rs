//! The sources of a run: the registry's subscription, the prober, the intakes. They put facts into the mailbox; what the
//! prober asks follows the Model's picture of the registry.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use super::mailbox::Postbox;
use crate::{
    app::Model,
    config::{Otlp, settings::Settings},
    domain::{fact::Mailbox, id::InstanceId, instance::Instance},
    registry::{Registry, Subscription},
    telemetry::{
        logs::{Begin, LogOptions, LogPull, LogSources, files},
        otlp::Intake,
        probe::{Hints, Options, ProbeTarget, Prober},
    },
};

/// Bytes at the end of log files that are read when it begins, of all paths together: what the store has room for.
const BACK: u64 = 192 << 20;
/// How long it is waited for the sizes of files.
const PATIENCE: Duration = Duration::from_millis(500);

/// Which sources a command has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Instances are asked for health and circuits.
    pub probes: bool,
    /// Spans and logs are taken over OTLP.
    pub otlp: bool,
    /// Log files are followed.
    pub logs: bool,
}

/// Whom instances may be asked.
pub fn asking(settings: &Settings) -> Options {
    let local = settings.registry.servers().iter().all(|h| h.ip().is_none_or(|ip| ip.is_loopback()));
    Options { probe: settings.probe.clone(), local }
}

/// Where reading begins in the files that are there already: what one does not need of its share the others have.
async fn begin(paths: &[PathBuf]) -> Begin {
    let (tell, told) = tokio::sync::oneshot::channel();
    let of: Vec<PathBuf> = paths.iter().filter(|path| path.as_os_str() != "-").cloned().collect();
    // A lost disk may never answer: then each path has the same share.
    let asked = std::thread::Builder::new().name("sizes".to_owned()).spawn(move || {
        let sizes =
            files(&of).into_iter().filter_map(|file| std::fs::metadata(file).ok()).map(|meta| meta.len()).collect();
        // Nobody waits for it any more.
        let _ = tell.send(share(sizes, BACK));
    });
    let told = asked.ok().map(|_| tokio::time::timeout(PATIENCE, told));
    match told {
        Some(told) => told.await.ok().and_then(Result::ok),
        None => None,
    }
    .map_or(Begin::Last(BACK / paths.len().max(1) as u64), Begin::Last)
}

/// How much of the end of each file is read, so that it is no more than `most` of all together: as water rises in vessels, the
/// small ones are full first.
fn share(mut sizes: Vec<u64>, most: u64) -> u64 {
    sizes.sort_unstable();
    let (mut left, mut count) = (most, sizes.len() as u64);
    for size in sizes {
        let fair = left / count.max(1);
        if size > fair {
            return fair;
        }
        (left, count) = (left - size, count - 1);
    }
    most
}

/// Running sources; dropping them ends them.
pub struct Sources {
    _registry: Subscription,
    prober: Option<Prober>,
    intake: Option<Intake>,
    _logs: Option<LogSources>,
    pull: Option<LogPull>,
    /// Health paths of the file, by service.
    configured: BTreeMap<Arc<str>, Hints>,
    asked_for: Option<u64>,
    link: Option<bool>,
}

impl Sources {
    /// Starts them.
    pub async fn start(settings: &Settings, registry: &Registry, mailbox: &Arc<Postbox>, wanted: Wanted) -> Sources {
        let sink: Arc<dyn Mailbox> = mailbox.clone();
        let options = asking(settings);
        let configured = settings
            .config
            .services
            .iter()
            .filter_map(|s| {
                let path = s.health.as_deref()?;
                Some((s.name.as_str().into(), Hints { path: Some(path.into()), ..Hints::default() }))
            })
            .collect();
        let otlp = wanted.otlp && settings.otlp != Otlp::Off;
        let intake =
            if otlp { Some(Intake::guarded(&settings.otlp, &settings.access, sink.clone()).await) } else { None };
        let options_of_logs = LogOptions {
            paths: settings.logs.clone(),
            begin: begin(&settings.logs).await,
            once: false,
            rules: settings.config.log_rules.clone(),
        };
        let logs = (wanted.logs && !settings.logs.is_empty()).then(|| LogSources::start(&options_of_logs, &sink));
        Sources {
            intake,
            _logs: logs,
            pull: (wanted.probes && wanted.logs)
                .then(|| LogPull::start(options.clone(), &settings.config.log_rules, sink.clone())),
            _registry: registry.subscribe(sink.clone()),
            prober: wanted.probes.then(|| Prober::start(options, sink)),
            configured,
            asked_for: None,
            link: None,
        }
    }

    /// Asks those who are registered now.
    pub fn follow(&mut self, model: &Model) {
        self.pull_log(model);
        let Some(prober) = &self.prober else { return };
        let registry = &model.world.registry;
        let live = registry.link().state.live();
        if self.link != Some(live) {
            self.link = Some(live);
            prober.registry_link(live);
        }
        if registry.complete().is_none() || self.asked_for == Some(registry.structure()) {
            return;
        }
        self.asked_for = Some(registry.structure());
        let mut targets = Vec::with_capacity(registry.registered());
        let mut services: Vec<Arc<str>> = Vec::new();
        for service in registry.services().filter(|s| s.id.layout.probed()) {
            services.push(service.id.name.clone());
            for (slot, instance) in service.registered() {
                let Some(id) = slot.id(service).filter(|id| id.address.port() > 0) else { continue };
                let hints = self.hints(&service.id.name, instance);
                targets.push(ProbeTarget { id, layout: service.id.layout, hints });
            }
        }
        services.dedup();
        prober.set_services(services);
        prober.set_targets(targets);
    }

    /// Where spans, logs and metrics are taken; `None` where nowhere.
    pub fn otlp(&self) -> Option<std::net::SocketAddr> {
        self.intake.as_ref()?.addresses().first().copied()
    }

    fn hints(&self, service: &str, instance: &Instance) -> Hints {
        let told = Hints::from_instance(instance);
        match self.configured.get(service) {
            Some(configured) => configured.clone().over(told),
            None => told,
        }
    }

    /// Reads the log of the selected instance, where it shows one.
    fn pull_log(&self, model: &Model) {
        let Some(pull) = &self.pull else { return };
        let target = match model.selection.instance() {
            Some(id) => model.world.registry.at(&id.service, &id.address).find_map(|(service, slot)| {
                let (layout, instance) = (service.id.layout, slot.registered()?);
                let target = ProbeTarget { id: id.clone(), layout, hints: self.hints(&id.service, instance) };
                (layout.probed() && target.hints.refused().is_none()).then_some(target)
            }),
            None => None,
        };
        pull.follow(target);
    }

    /// Asks these first.
    pub fn prefer(&self, ids: Vec<InstanceId>) {
        if let Some(prober) = &self.prober {
            prober.prefer(ids);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_large_file_has_what_small_ones_leave() {
        assert_eq!(share(vec![110, 1, 1], 192), 192, "all of them fit");
        assert_eq!(share(vec![300, 1, 1], 192), 190);
        assert_eq!(share(vec![300, 60, 100], 192), 66, "60 is whole, the others share the rest");
        assert_eq!(share(vec![5; 4], 10), 2);
        assert_eq!(share(Vec::new(), 10), 10);
    }

    #[tokio::test]
    async fn what_is_read_back_depends_on_the_sizes_of_the_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::File::create(path("large")).and_then(|file| file.set_len(BACK + 1_000)).expect("a large file");
        (0..3).for_each(|n| std::fs::write(path(&n.to_string()), "x\n").expect("a small file"));
        let all = [path("large"), path("0"), path("1"), path("2"), "-".into()];
        assert_eq!(begin(&all).await, Begin::Last(BACK - 6));
        assert_eq!(begin(&all[1..]).await, Begin::Last(BACK));
    }
}
