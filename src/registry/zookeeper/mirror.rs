//! The running subscription: the mirror's news, read by the forest, put into the mailbox as facts in their order: what changed,
//! what was left out, the link, complete.

use std::sync::Arc;
use std::time::Instant;

use super::expected::Expected;
use super::forest::Forest;
use super::intents;
use super::settling::Settling;
use crate::domain::fact::{Coverage, Fact, Mailbox, RegistryFact};
use crate::zk::Options;
use crate::zk::tree::{Mirror, News, Scope};

/// Why nothing can be done where nothing may be written.
const READ_ONLY: &str = "keepwatch is read-only here: it was started so, or its file says so";

/// Reads for ever; ends when it is dropped.
pub(crate) async fn run(
    options: Options,
    paths: Vec<String>,
    expected: Arc<Expected>,
    read_only: bool,
    mailbox: Arc<dyn Mailbox>,
) {
    let chroot = options.servers.chroot().to_owned();
    let mut forest = Forest::new(expected, &chroot, read_only.then(|| READ_ONLY.into()));
    let scope = Scope { access: !read_only, ..Scope::new(&paths, &[intents::ROOT, intents::OPERATORS]) };
    let mut mirror = Mirror::start(options, scope);
    let mut settling = Settling::default();
    // One by one: a list of all that a first reading tells would be as large as the picture itself.
    let mut tell = |fact| mailbox.put(Fact::Registry(fact));
    loop {
        let news = match settling.due() {
            Some(due) => tokio::time::timeout_at(due.into(), mirror.next()).await,
            None => Ok(mirror.next().await),
        };
        let news = match news {
            Ok(Some(news)) => news,
            Ok(None) => return,
            Err(_) => {
                settling.over(Some(Instant::now()), &mut tell);
                continue;
            }
        };
        let News { changes, coverage, link, complete } = news;
        let now = Instant::now();
        settling.over(Some(now), &mut tell);
        forest.apply(changes.into_iter().flatten(), &mut |fact| settling.take(fact, now, &mut tell));
        if complete.is_some() {
            // What is not there after a whole reading has left.
            settling.over(None, &mut tell);
        }
        coverage.map(|coverage| RegistryFact::Coverage(full(coverage, &chroot))).map(&mut tell);
        link.map(RegistryFact::Link).map(&mut tell);
        complete.map(RegistryFact::Complete).map(&mut tell);
    }
}

/// Roots as an operator knows them, the chroot included.
fn full(mut coverage: Coverage, chroot: &str) -> Coverage {
    for root in coverage.roots.iter_mut().chain(&mut coverage.missing_roots) {
        if !chroot.is_empty() {
            *root = format!("{chroot}{root}").trim_end_matches('/').into();
        }
    }
    coverage
}
