//! What commands that need a runtime share: the runtime itself, a headless run on the settings, and how long a registry
//! may stay silent.

use std::{future::Future, sync::Arc, time::Duration};

use super::exit::{Exit, Failure};
use crate::{
    app::Model,
    config::settings::Settings,
    registry::Registry,
    runtime::{
        headless::Headless,
        mailbox::Postbox,
        memory, person, setup,
        sources::{Sources, Wanted},
    },
};

/// How long a registry is waited for before it counts as not reachable.
pub const REACH: Duration = Duration::from_secs(10);

/// Runs to its end on a runtime of few threads.
///
/// # Errors
/// What it fails with; or that no runtime could be had.
pub fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    // While there is one thread.
    memory::give_back();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|e| Failure::new(Exit::Failed, format!("No threads could be started: {e}.")))?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(Duration::from_millis(200));
    done
}

/// The registry of these settings.
///
/// # Errors
/// A file of theirs that cannot be read.
pub fn registry(settings: &Settings) -> Result<Registry, Failure> {
    Registry::new(settings).map_err(Failure::usage)
}

/// A headless run on these settings.
pub async fn headless(settings: &Settings, registry: &Registry, wanted: Wanted) -> Headless {
    let mailbox = Arc::new(Postbox::default());
    let model = setup::model(settings, None, &person::by(None), setup::expected(&settings.config));
    let sources = Sources::start(settings, registry, &mailbox, wanted).await;
    Headless::new(model, mailbox, sources)
}

/// Whether the first picture is complete.
pub fn complete(model: &Model) -> bool {
    model.world.registry.complete().is_some()
}

/// Waits for the first picture, for at most `limit`; not where the registry refuses who we are. Whether it is complete.
pub async fn reached(run: &mut Headless, limit: Duration) -> bool {
    run.until(limit, |model| complete(model) || model.world.registry.link().lasting).await && complete(&run.model)
}

/// What is said where the registry could not be reached or read.
pub fn unreachable(model: &Model) -> Failure {
    let link = model.world.registry.link();
    let why = link.why.as_deref().unwrap_or("it does not answer");
    let advice = if link.lasting { "" } else { " Is the address right, and does it run?" };
    let registry = &model.setup.registry;
    Failure::new(Exit::Unreachable, format!("The registry {registry} could not be read: {why}.{advice}"))
}
