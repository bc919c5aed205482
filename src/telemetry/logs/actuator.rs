//! The log of one instance, the selected one, from Spring's `/actuator/logfile`, piece by piece: asked only where the
//! actuator's index names it, only for what is new, and never for the whole.
//!
//! At its end it is asked for one byte that is known already: asked for what is not there yet, Spring sends everything.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use reqwest::{Client, Url};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::lines::Lines;
use super::out::Out;
use super::rules::Rules;
use crate::config::LogRule;
use crate::domain::fact::{Mailbox, SourceState};
use crate::domain::id::InstanceId;
use crate::telemetry::http::{self, Lost, Piece};
use crate::telemetry::probe::{Guard, Options, ProbeTarget};

/// Time between two questions for more.
const RHYTHM: Duration = Duration::from_millis(1_000);
/// Time until an instance that does not answer, or not with its log, is asked again.
const SOON: Duration = Duration::from_secs(5);
/// Time until one that has no log to show is.
const LATER: Duration = Duration::from_secs(30);
/// How much of the end is read first, in bytes.
const FIRST: u64 = 64 << 10;
/// How much is read at once.
const MOST: usize = 256 << 10;
/// How far behind its end reading may be, in bytes: beyond that it goes on near the end.
const BEHIND: u64 = 4 << 20;
/// Pieces that are asked for one after the other, without a pause.
const IN_A_ROW: u64 = BEHIND / MOST as u64;
/// Instances whose place in the log is remembered.
const KNOWN: usize = 32;

/// The log of the selected instance. Dropping it ends it.
#[derive(Debug)]
pub struct LogPull {
    target: watch::Sender<Option<ProbeTarget>>,
    _stop: DropGuard,
}

impl LogPull {
    /// Begins, with nobody to ask yet. Must be called within a tokio runtime.
    pub fn start(options: Options, rules: &[LogRule], mailbox: Arc<dyn Mailbox>) -> LogPull {
        let (target, targets) = watch::channel(None);
        let stop = CancellationToken::new();
        let rules = Arc::new(Rules::new(rules));
        tokio::spawn(stop.clone().run_until_cancelled_owned(run(options, rules, mailbox, targets)));
        LogPull { target, _stop: stop.drop_guard() }
    }

    /// Whose log is read; `None`: nobody's.
    pub fn follow(&self, target: Option<ProbeTarget>) {
        self.target.send_if_modified(|now| {
            let changed = now.as_ref().map(|t| &t.id) != target.as_ref().map(|t| &t.id);
            *now = target;
            changed
        });
    }
}

async fn run(
    options: Options,
    rules: Arc<Rules>,
    mailbox: Arc<dyn Mailbox>,
    mut targets: watch::Receiver<Option<ProbeTarget>>,
) {
    let guard = Guard::new(options.probe, options.local);
    // The prober says it where no client can be had.
    let Ok(client) = http::client(Arc::new(guard.clone())) else { return };
    // Who is selected again goes on where it was left.
    let mut known: Vec<(InstanceId, Reading)> = Vec::new();
    loop {
        let target = targets.borrow_and_update().clone();
        let changed = match target {
            None => targets.changed().await,
            Some(target) => {
                let place = known.iter().position(|(id, _)| *id == target.id);
                let reading = place.map(|place| known.remove(place).1);
                known.push((target.id.clone(), reading.unwrap_or_else(|| Reading::new(&target, &rules, &mailbox))));
                if known.len() > KNOWN {
                    known.remove(0);
                }
                let Some((_, reading)) = known.last_mut() else { return };
                let changed = tokio::select! {
                    changed = targets.changed() => changed,
                    never = read(&client, &guard, &target, reading) => match never {},
                };
                reading.settle();
                changed
            }
        };
        if changed.is_err() {
            return;
        }
    }
}

/// Where in the log reading is.
struct Reading {
    out: Out,
    lines: Lines,
    reader: super::reader::Reader,
    /// The next byte; `None`: nothing was read yet.
    at: Option<u64>,
    /// The byte before it, where it was read.
    last: Option<u8>,
    /// The first line began before the place where reading began.
    is_torn: bool,
}

async fn read(client: &Client, guard: &Guard, target: &ProbeTarget, reading: &mut Reading) -> std::convert::Infallible {
    let (mut exposed, mut in_a_row) = (false, 0);
    loop {
        if !exposed {
            exposed = is_exposed(client, guard, target).await;
        }
        let wait = match exposed {
            false => LATER,
            true => match reading.more(client, guard, target).await {
                Ok(true) if in_a_row < IN_A_ROW => {
                    in_a_row += 1;
                    continue;
                }
                Ok(_) => RHYTHM,
                Err(why) => {
                    // What waits for more may have been the last that it said.
                    reading.settle();
                    reading.out.say(SourceState::Failed(why.into()));
                    SOON
                }
            },
        };
        in_a_row = 0;
        tokio::time::sleep(wait).await;
    }
}

/// Whether the index names a log.
async fn is_exposed(client: &Client, guard: &Guard, target: &ProbeTarget) -> bool {
    let Ok(url) = url(guard, target, "/actuator") else { return false };
    let page = http::get(client, url, false).await;
    page.is_ok_and(|page| page.json.is_some_and(|json| json.pointer("/_links/logfile").is_some()))
}

fn url(guard: &Guard, target: &ProbeTarget, path: &str) -> Result<Url, String> {
    let url = target.url(&format!("{}{path}", target.hints.base)).ok_or("no URL can be made of its address")?;
    guard.allows(&url).map_err(|denied| denied.0)?;
    Ok(url)
}

impl Reading {
    fn new(target: &ProbeTarget, rules: &Arc<Rules>, mailbox: &Arc<dyn Mailbox>) -> Reading {
        let name = format!("{} {}/actuator/logfile", target.id.address.text(), target.hints.base);
        let path = Path::new(&name);
        let out = Out::new(path, mailbox.clone(), rules.clone());
        let reader = out.reader(path).of(target.id.service.clone(), target.id.address.clone());
        Reading { out, lines: Lines::default(), reader, at: None, last: None, is_torn: false }
    }

    /// Asks for what is new; whether more of it is there.
    async fn more(&mut self, client: &Client, guard: &Guard, target: &ProbeTarget) -> Result<bool, String> {
        let range = match self.at {
            None => format!("bytes=-{FIRST}"),
            // Not all of it: what is not read would be sent for nothing.
            Some(at) => {
                let from = at.saturating_sub(1);
                format!("bytes={from}-{}", from.saturating_add(MOST as u64 - 1))
            }
        };
        let url = url(guard, target, "/actuator/logfile")?;
        let piece = http::get_range(client, url, &range, MOST).await.map_err(|lost: Lost| lost.to_string())?;
        let more = self.take(piece)?;
        self.out.say(SourceState::Running);
        Ok(more)
    }

    fn take(&mut self, piece: Piece) -> Result<bool, String> {
        // Whoever asks for so little need not wait for room.
        let go_on = AtomicBool::new(true);
        match (piece.status, piece.range, self.at) {
            // Shorter than it was: another file has its place.
            (416, Some((_, total)), Some(at)) if total < at => self.anew(&go_on),
            (416, None, Some(1..)) => return Err("its log was answered with 416, and not how long it is".to_owned()),
            // At its end: what waits for more has waited long enough.
            (416, ..) => {
                self.settle();
                self.at.get_or_insert(0);
            }
            (206, Some((from, total)), at) => {
                let known = at.map_or(0, |at| at.saturating_sub(from));
                let is_same = known != 1 || self.last.is_none_or(|last| piece.body.first() == Some(&last));
                if at.is_some_and(|at| total < at) || !is_same {
                    self.anew(&go_on);
                    return Ok(true);
                }
                if at.is_none() && from > 0 {
                    self.is_torn = true;
                    self.out.unread = from;
                }
                let new = piece.body.get(usize::try_from(known).unwrap_or(usize::MAX)..).unwrap_or_default();
                self.bytes(new, &go_on);
                let at = from.max(at.unwrap_or(from)).max(from.saturating_add(piece.body.len() as u64));
                self.at = Some(at);
                if total.saturating_sub(at) > BEHIND {
                    self.skip(total - FIRST, &go_on);
                }
                return Ok(total > at && piece.body.len() >= MOST);
            }
            // Ranges are not known there: the beginning is all that is taken, and only once.
            (200, ..) if self.at.is_none() => {
                self.bytes(&piece.body, &go_on);
                self.at = Some(piece.body.len() as u64);
            }
            (200, ..) => {
                return Err("its log cannot be followed: it sends the whole of it each time".to_owned());
            }
            (401 | 403, ..) => return Err(format!("{}: its log is not for us", piece.status)),
            (status, ..) => return Err(format!("its log was answered with {status}")),
        }
        Ok(false)
    }

    fn bytes(&mut self, mut new: &[u8], go_on: &AtomicBool) {
        if let Some(last) = new.last() {
            self.last = Some(*last);
        }
        if self.is_torn {
            let Some(end) = memchr::memchr(b'\n', new) else { return };
            self.is_torn = false;
            new = &new[end + 1..];
        }
        match new.is_empty() {
            true => self.settle(),
            false => self.out.bytes(&mut self.lines, &mut self.reader, new, go_on),
        }
    }

    /// What was held back is a line.
    fn settle(&mut self) {
        self.out.settle(&mut self.reader, Duration::MAX, &AtomicBool::new(true));
    }

    /// Another file has its place. What the one before said after it was read last nobody can ask for.
    fn anew(&mut self, go_on: &AtomicBool) {
        self.out.end(&mut self.lines, &mut self.reader, go_on);
        self.out.lose(1, "what it said after it was read last, until another file took its place, if anything");
        (self.at, self.last, self.is_torn) = (Some(0), None, false);
    }

    /// Goes on there: what lies between is told of, and not read.
    fn skip(&mut self, to: u64, go_on: &AtomicBool) {
        self.out.end(&mut self.lines, &mut self.reader, go_on);
        self.out.unread += to.saturating_sub(self.at.unwrap_or(to));
        (self.at, self.last, self.is_torn) = (Some(to), None, true);
    }
}

#[cfg(test)]
#[path = "actuator_tests.rs"]
mod tests;
