//! What other operators see of this one: an ephemeral below `/keepwatch/operators`, made when the operator first plans
//! something for a service or ties a drain to their session, never by one who only looks on, and never by a read-only start.

use std::{sync::Arc, time::Duration};

use super::{person, setup};
use crate::{
    domain::intent::{OPERATORS, Operator},
    registry::Registry,
    zk::{
        Options,
        registrant::{Held, Registrant, Registration},
    },
};

/// How long the ephemeral may take to be made.
const MADE: Duration = Duration::from_secs(8);

/// The operator, present or not yet.
pub struct Presence {
    /// `None` for a read-only start.
    options: Option<Options>,
    operator: Operator,
    path: Arc<str>,
    held: Option<Registrant>,
}

impl Presence {
    /// Not present yet. With nothing to write with, never.
    pub fn new(registry: &Registry, by: &str) -> Presence {
        let options = registry.writer().map(|_| registry.options().clone());
        let host = person::host();
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
        let name: String = host.chars().map(plain).take(64).collect();
        let (at, pid) = (setup::now(), std::process::id());
        let operator = Operator { by: by.into(), host: host.into(), at, service: None };
        Presence { options, operator, path: format!("{OPERATORS}{name}-{pid}-{:x}", at.0).into(), held: None }
    }

    /// The path of the ephemeral, made or not.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The operator looks at this service now, or at none.
    pub fn looks(&mut self, service: Option<Arc<str>>) {
        self.operator.service = service;
        let bytes = self.bytes();
        match (&self.held, &self.options) {
            (Some(held), _) => held.renew(bytes),
            (None, Some(options)) => {
                let registration = Registration { path: self.path.to_string(), data: bytes };
                self.held = Some(Registrant::start(options.clone(), vec![registration]));
            }
            (None, None) => {}
        }
    }

    /// Makes it, and waits until it is there.
    ///
    /// # Errors
    /// In words, where it cannot be made within 8 s.
    pub async fn appear(&mut self) -> Result<Arc<str>, String> {
        self.looks(None);
        let Some(held) = &mut self.held else { return Err("keepwatch is read-only here".into()) };
        let mut why = String::from("no server answered");
        let made = async {
            while let Some(told) = held.next().await {
                match told {
                    Held::Registered(..) => return true,
                    Held::Trouble(_, words) | Held::Unreachable(words) => why = words,
                    Held::Waiting(..) | Held::Disconnected | Held::Expired => {}
                }
            }
            false
        };
        match tokio::time::timeout(MADE, made).await {
            Ok(true) => Ok(self.path.clone()),
            _ => Err(format!("{} could not be made: {why}", self.path)),
        }
    }

    /// Leaves, and waits until the server has said so, 2 s at most.
    pub async fn leave(self) {
        if let Some(held) = self.held {
            held.stop().await;
        }
    }

    fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(&self.operator).expect("an operator is plain data")
    }
}
