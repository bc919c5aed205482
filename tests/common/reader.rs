//! A reader of the mirror: takes its news until something holds, and keeps the picture that they make.
#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use keepwatch::domain::fact::Link;
use keepwatch::zk::Options;
use keepwatch::zk::tree::{Change, Mirror, Scope};

use super::BOUND;

/// A mirror, and the picture as a reader of its news has it.
pub struct Reader {
    mirror: Mirror,
    /// See the mirror's news.
    pub picture: BTreeMap<String, String>,
    /// See the mirror's news.
    pub link: Option<Link>,
    /// See the mirror's news.
    pub unreadable: u64,
    /// See the mirror's news.
    pub missing: Vec<String>,
    /// See the mirror's news.
    pub wholes: usize,
    /// See the mirror's news.
    pub told: Vec<String>,
}

impl Reader {
    /// Starts one; no roots: all there is.
    pub fn of(address: &str, session: Duration, roots: &[&str]) -> Reader {
        Reader::with(Options { session, ..Options::new(address.parse().unwrap()) }, roots)
    }

    /// The same, reached in this way.
    pub fn with(options: Options, roots: &[&str]) -> Reader {
        let roots: Vec<String> = roots.iter().map(|root| (*root).to_owned()).collect();
        let mirror = Mirror::start(options, Scope::new(&roots, &["/keepwatch/intents"]));
        let (picture, told) = (BTreeMap::new(), Vec::new());
        Reader { mirror, picture, link: None, unreadable: 0, missing: Vec::new(), wholes: 0, told }
    }

    /// Takes news until the condition holds; gives the time that took.
    pub async fn until(&mut self, what: &str, holds: impl Fn(&Reader) -> bool) -> Duration {
        let began = Instant::now();
        while !holds(self) {
            let left = BOUND.saturating_sub(began.elapsed());
            let Ok(news) = tokio::time::timeout(left, self.mirror.next()).await else {
                panic!("not within {BOUND:?}: {what}; link {:?}, {:?}", self.link, self.picture);
            };
            let news = news.expect("a mirror goes on for ever");
            for change in news.changes.into_iter().flatten() {
                match change {
                    Change::Upsert(node) => {
                        let data = String::from_utf8_lossy(&node.data).into_owned();
                        self.told.push(format!("{}={data}", node.path));
                        self.picture.insert(node.path.to_string(), data);
                    }
                    Change::Gone(path) | Change::Hidden(path, _) => {
                        self.told.push(format!("{path} gone"));
                        self.picture.remove(&*path);
                    }
                    Change::Access(path, access) => self.told.push(format!("{path} {access:?}")),
                }
            }
            if let Some(coverage) = news.coverage {
                self.unreadable = coverage.unreadable;
                self.missing = coverage.missing_roots.iter().map(ToString::to_string).collect();
            }
            self.wholes += usize::from(news.complete.is_some());
            self.link = news.link.or(self.link.take());
        }
        began.elapsed()
    }

    /// Whether the znode is there with these bytes.
    pub fn has(&self, path: &str, data: &str) -> bool {
        self.picture.get(path).is_some_and(|found| found == data)
    }

    /// Whether the link is up.
    pub fn live(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.state.live())
    }
}
