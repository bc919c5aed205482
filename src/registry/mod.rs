//! Who is there, and the writes: registries behind one cut, ZooKeeper first.
//!
//! The cut: [`Registry::subscribe`] tells facts for ever (what can be done to an instance is part of each), [`Registry::draft`]
//! turns what is wanted into exact writes and how long they hold, and a [`Writer`] applies what was confirmed. A read-only
//! start gets no writer. Who is hurt by a plan is not known here: that is `insight`.

use std::collections::BTreeMap;
use std::env::VarError;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use crate::config::settings::Settings;
use crate::domain::duty::{Due, Duty};
use crate::domain::fact::Mailbox;
use crate::domain::instance::RegistryAdmin;
use crate::domain::intent::{Op, Why};
use crate::domain::plan::{Confirmed, Draft, Plan, Receipt, Refusal, Target, Write};
use crate::domain::time::Moment;
use crate::domain::way::StatusPage;
use crate::zk::{Credential, Options, Tls};
use zookeeper::expected::Expected;

mod zookeeper;

pub use crate::zk::VARIABLE as CREDENTIAL;

/// A registry that can be read. Cheap to clone.
#[derive(Clone)]
pub struct Registry {
    options: Options,
    paths: Vec<String>,
    expected: Arc<Expected>,
    read_only: bool,
}

/// Who wants something, since when, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Who.
    pub by: Arc<str>,
    /// When it was asked for.
    pub at: Moment,
    /// Why, and for how long.
    pub why: Why,
}

/// What a provider said of its own page by which its status can be set, or why there is none; `None`: it was not asked.
pub type Asked = Option<Result<StatusPage, Arc<str>>>;

/// Why there is no draft.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoDraft {
    /// Not possible, and why.
    #[error("{0}")]
    Refused(Refusal),
    /// Somebody else has changed the very thing since.
    #[error("{0}")]
    Conflict(String),
    /// The registry could not be reached or read.
    #[error("{0}")]
    Unreachable(String),
}

impl Registry {
    /// As the settings say; reads the files of credential and certificates.
    ///
    /// # Errors
    /// A sentence that names the file and what is wrong with it, never what is in it.
    pub fn new(settings: &Settings) -> Result<Registry, String> {
        let wanted = &settings.config.registry;
        let credential = match &wanted.credential {
            Some(file) => Some(read(file)?.parse::<Credential>().map_err(|e| format!("{}: {e}", file.display()))?),
            None => match std::env::var(CREDENTIAL) {
                Ok(line) if !line.is_empty() => Some(line.parse().map_err(|e| format!("{CREDENTIAL}: {e}"))?),
                Err(VarError::NotUnicode(_)) => return Err(format!("{CREDENTIAL} is not UTF-8")),
                _ => None,
            },
        };
        let tls = match &wanted.tls {
            None => None,
            Some(tls) => Some(Tls {
                ca: tls.ca.as_deref().map(read).transpose()?,
                client: match &tls.client {
                    Some((cert, key)) => Some((read(cert)?, read(key)?)),
                    None => None,
                },
            }),
        };
        Ok(Registry {
            options: Options { credential, tls, ..Options::new(settings.registry.clone()) },
            paths: wanted.paths.clone(),
            expected: Arc::new(Expected::new(&settings.config)),
            read_only: settings.read_only,
        })
    }

    /// How it is reached, for those who hold a session of their own.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Puts everything that the registry tells into the mailbox, until the subscription is dropped. Retries for ever.
    /// Must be called within a tokio runtime.
    pub fn subscribe(&self, mailbox: Arc<dyn Mailbox>) -> Subscription {
        let Registry { options, paths, expected, read_only } = self.clone();
        Subscription { task: tokio::spawn(zookeeper::mirror::run(options, paths, expected, read_only, mailbox)) }
    }

    /// Reads the target anew and says what would be written.
    ///
    /// # Errors
    /// A refusal with its reason, or why the registry could not be asked.
    pub async fn draft(&self, target: &Target, op: Op, wish: &Wish, page: Asked) -> Result<Draft, NoDraft> {
        self.writable()?;
        let (intent, guard) = (zookeeper::plan::intent_path(target), zookeeper::guard(target));
        let asks = zookeeper::asks(target, self.expected.groups());
        let around = zookeeper::read(
            &self.options,
            self.expected.groups(),
            &target.paths,
            &asks,
            (intent.as_ref(), Some(&guard)),
        )
        .await;
        let around = zookeeper::asked(around.map_err(NoDraft::Unreachable)?, page);
        let draft = zookeeper::plan::draft(target, op, wish, &around)?;
        let draft = zookeeper::guarded(zookeeper::read_ahead(draft, &around), &around, Some(wish));
        Ok(zookeeper::identified(draft, &around))
    }

    /// Reads the intent and its instance anew and says what would be written to keep it, or to end it.
    ///
    /// # Errors
    /// A conflict where the intent is another by now, or what is due no longer is; a refusal; or why the registry could not be
    /// asked.
    pub async fn draft_duty(&self, duty: &Duty, wish: &Wish, page: Asked) -> Result<Draft, NoDraft> {
        self.writable()?;
        let Duty { path, intent, target, what } = duty;
        let groups = self.expected.groups();
        let (asks, operator) = (zookeeper::asks_of(target, intent, groups), intent.ties.operator.as_ref());
        let guard = zookeeper::guard(target);
        let around = zookeeper::read(&self.options, groups, &target.paths, &asks, (Some(path), Some(&guard))).await;
        let around = zookeeper::asked(around.map_err(NoDraft::Unreachable)?, page);
        if let (Due::OperatorGone, Some(operator)) = (what, operator) {
            let there = zookeeper::read(&self.options, groups, std::slice::from_ref(operator), &[], (None, None)).await;
            if !zookeeper::nobody(&there.map_err(NoDraft::Unreachable)?) {
                return Err(NoDraft::Conflict(format!("the operator of {target} is there again")));
            }
        }
        let draft = match what {
            Due::Again => zookeeper::kept::again(target, intent, wish, &around)?,
            Due::LeaseOver | Due::OperatorGone => zookeeper::ended::end(target, intent, wish, &around)?,
            Due::GiveUp => zookeeper::kept::give_up(target, intent, wish, &around)?,
            Due::Back => zookeeper::kept::back(target, intent, &around)?,
        };
        let draft = match what {
            // Nothing but what is kept of it changes.
            Due::GiveUp | Due::Back => draft,
            _ => zookeeper::guarded(zookeeper::read_ahead(draft, &around), &around, None),
        };
        Ok(zookeeper::identified(draft, &around))
    }

    /// Reads anew what a step of the journal wrote and says what would take it back. The target's layout must be the one that
    /// the step was made in.
    ///
    /// # Errors
    /// A refusal, a conflict where somebody else changed the very thing since, or why the registry could not be asked.
    pub async fn draft_undo(
        &self,
        target: &Target,
        step: &[Write],
        wish: &Wish,
        page: Asked,
    ) -> Result<Draft, NoDraft> {
        self.writable()?;
        let (written, intent) = zookeeper::undo::paths(step);
        let guard = zookeeper::guard(target);
        let (paths, asks) = zookeeper::asks_back(target, written, self.expected.groups());
        let around =
            zookeeper::read(&self.options, self.expected.groups(), &paths, &asks, (intent.as_ref(), Some(&guard)))
                .await;
        let around = zookeeper::asked(around.map_err(NoDraft::Unreachable)?, page);
        let draft = zookeeper::undo::draft(target, step, &around)?;
        let draft = zookeeper::guarded(zookeeper::read_ahead(draft, &around), &around, Some(wish));
        Ok(zookeeper::identified(draft, &around))
    }

    /// What the target's znode tells of it besides its address, read anew: by that its provider is found.
    ///
    /// # Errors
    /// Why the registry could not be asked.
    pub async fn metadata(&self, target: &Target) -> Result<BTreeMap<Arc<str>, Arc<str>>, NoDraft> {
        let read = zookeeper::read(&self.options, self.expected.groups(), &target.paths, &[], (None, None)).await;
        Ok(zookeeper::metadata(target, &read.map_err(NoDraft::Unreachable)?))
    }

    /// Waits until the target's znode tells that it is drained, or that it is not, as wanted; 2 s at most. Whether it does.
    pub async fn shows(&self, target: &Target, wanted: RegistryAdmin) -> bool {
        zookeeper::write::shows(&self.options, target, wanted).await
    }

    /// The writer; `None` for a read-only start.
    pub fn writer(&self) -> Option<Writer> {
        (!self.read_only).then(|| Writer { options: self.options.clone() })
    }

    fn writable(&self) -> Result<(), NoDraft> {
        match self.read_only {
            true => Err(NoDraft::Refused(Refusal::new("Keepwatch is read-only here: nothing is written."))),
            false => Ok(()),
        }
    }
}

/// The most bytes of a credential's or a certificate's file.
const LARGEST: u64 = 1 << 20;

fn read(file: &Path) -> Result<String, String> {
    let mut text = String::new();
    let read = std::fs::File::open(file).and_then(|open| open.take(LARGEST + 1).read_to_string(&mut text));
    match read {
        Ok(bytes) if bytes as u64 > LARGEST => Err(format!("{} has more than 1 MiB", file.display())),
        Ok(_) => Ok(text),
        Err(e) => Err(format!("{} cannot be read: {e}", file.display())),
    }
}

/// A running subscription; dropping it ends it.
pub struct Subscription {
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Writes what was confirmed.
pub struct Writer {
    options: Options,
}

impl Writer {
    /// Takes back what was kept for a plan whose other half failed; in words, where that failed too.
    ///
    /// # Errors
    /// Which znode stands, and why.
    pub async fn withdraw(&self, plan: &Confirmed<Plan>) -> Result<(), String> {
        zookeeper::write::withdraw(&self.options, &plan.get().draft.writes).await
    }

    /// Writes the znodes of a plan by compare-and-set, finds out what became of it and reads it back. `unsure` is called with
    /// the reason when the answer is lost, before that is found out. Takes 24 s at most.
    pub async fn apply(&self, plan: &Confirmed<Plan>, unsure: impl Fn(&str)) -> Receipt {
        zookeeper::write::perform(&self.options, &plan.get().draft, unsure).await
    }
}
