//! Signals, as the loop understands them. Not what it does about them.

use std::{
    io,
    time::{Duration, Instant},
};

use rustix::process::{Signal as Raw, getpid, kill_process};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::shell::rest;

/// What a signal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// To end: SIGTERM, SIGINT.
    End,
    /// To end without a terminal: SIGHUP.
    HangUp,
    /// To give the terminal back and stop: SIGTSTP.
    Stop,
    /// To go on, whoever had the terminal meanwhile: SIGCONT.
    Continue,
}

/// The signals that are handled from now on.
#[derive(Debug)]
pub struct Signals {
    term: Signal,
    int: Signal,
    hup: Signal,
    tstp: Signal,
    cont: Signal,
}

impl Signals {
    /// Begins to handle them.
    ///
    /// # Errors
    /// If the system refuses a handler.
    pub fn new() -> io::Result<Signals> {
        Ok(Signals {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
            hup: signal(SignalKind::hangup())?,
            tstp: signal(SignalKind::from_raw(Raw::TSTP.as_raw()))?,
            cont: signal(SignalKind::from_raw(Raw::CONT.as_raw()))?,
        })
    }

    /// The next one. Nothing is lost when the wait is given up.
    pub async fn next(&mut self) -> Asked {
        tokio::select! {
            biased;
            _ = self.term.recv() => Asked::End,
            _ = self.int.recv() => Asked::End,
            _ = self.hup.recv() => Asked::HangUp,
            _ = self.tstp.recv() => Asked::Stop,
            _ = self.cont.recv() => Asked::Continue,
        }
    }

    /// Stops this process until somebody continues it.
    pub fn stop(&mut self) {
        // The whole process stops, this thread perhaps a moment later than the call returns: only the signal that
        // continues it is waited for, and the limit counts for a system that stops nobody.
        if kill_process(getpid(), Raw::STOP).is_ok() {
            rest::until(Instant::now() + Duration::from_secs(1), self.cont.recv());
        }
    }
}
