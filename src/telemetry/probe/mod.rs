//! Asking instances for their health and their breakers, over HTTP, without harm: GET alone, at most 200 requests a second
//! in all, few at a time, only where `--probe` allows. Facts go to the mailbox; what they mean for the picture is the
//! store's business.

use std::sync::Arc;

use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::config::Probe;
use crate::domain::fact::Mailbox;
use crate::domain::id::{InstanceId, Layout};

mod ask;
mod breakers;
mod budget;
mod combine;
pub(super) mod guard;
mod heard;
pub mod hints;
pub(super) mod learn;
mod lore;
mod queue;
mod round;
mod run;
pub mod scrape;

#[cfg(test)]
mod server_tests;
#[cfg(test)]
#[path = "test_server_tests.rs"]
mod test_server;

pub(super) use guard::Guard;
pub use hints::Hints;

/// What asking is to follow.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Which addresses may be asked.
    pub probe: Probe,
    /// The registry itself is on loopback, so that loopback may be asked without being named.
    pub local: bool,
}

/// An instance that is to be asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProbeTarget {
    /// Which.
    pub id: InstanceId,
    /// Its layout, by which some pages are likelier than others; raw ones are not asked.
    pub layout: Layout,
    /// Where to ask, as far as registry or configuration tell.
    pub hints: Hints,
}

impl ProbeTarget {
    fn port(&self) -> u16 {
        self.hints.port.unwrap_or_else(|| self.id.address.port())
    }

    /// The URL of a path there.
    pub(super) fn url(&self, path: &str) -> Option<reqwest::Url> {
        let scheme = if self.hints.https { "https" } else { "http" };
        reqwest::Url::parse(&format!("{scheme}://{}:{}{path}", self.id.address.host(), self.port())).ok()
    }
}

/// What the runtime wants; only the newest counts.
#[derive(Clone, Debug)]
struct Wanted {
    targets: Arc<Vec<ProbeTarget>>,
    prefer: Arc<[InstanceId]>,
    services: Arc<[Arc<str>]>,
    link: bool,
}

/// The asking of all instances. It goes on in the background until stopped or dropped.
#[derive(Debug)]
pub struct Prober {
    wanted: watch::Sender<Wanted>,
    stop: CancellationToken,
    _stop_when_dropped: DropGuard,
}

impl Prober {
    /// Begins, with nobody to ask yet. Must be called within a tokio runtime. Where no client can be set up (TLS), the
    /// mailbox gets the reason and nobody is ever asked.
    pub fn start(options: Options, mailbox: Arc<dyn Mailbox>) -> Prober {
        let nobody = Wanted { targets: Arc::default(), prefer: Arc::default(), services: Arc::default(), link: true };
        let (wanted, changes) = watch::channel(nobody);
        let stop = CancellationToken::new();
        tokio::spawn(stop.clone().run_until_cancelled_owned(run::run(options, mailbox, changes)));
        Prober { wanted, stop: stop.clone(), _stop_when_dropped: stop.drop_guard() }
    }

    /// Says whom to ask, all of them. Those that were asked before are not begun anew, unless their hints changed.
    pub fn set_targets(&self, targets: Vec<ProbeTarget>) {
        self.wanted.send_modify(|wanted| wanted.targets = Arc::new(targets));
    }

    /// Says whom to ask first: the selected ones. Ill ones come first by themselves.
    pub fn prefer(&self, instances: Vec<InstanceId>) {
        self.wanted.send_modify(|wanted| wanted.prefer = instances.into());
    }

    /// Names the known services, to which names of breakers are matched.
    pub fn set_services(&self, services: Vec<Arc<str>>) {
        self.wanted.send_modify(|wanted| wanted.services = services.into());
    }

    /// Whether the registry answers. While it does not, a Spring application's whole health only waits for it: it is not
    /// asked for, and readiness counts.
    pub fn registry_link(&self, live: bool) {
        self.wanted.send_if_modified(|wanted| std::mem::replace(&mut wanted.link, live) != live);
    }

    /// Stops asking; what is under way is dropped.
    pub fn stop(&self) {
        self.stop.cancel();
    }
}
