//! Servers of every temper on loopback, and a mailbox that keeps what it gets, for tests of asking.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout};

use crate::domain::fact::{Fact, Mailbox};
use crate::domain::health::HealthReading;
use crate::domain::id::{InstanceId, Layout};

use super::{Hints, ProbeTarget};

/// What a server does with a request.
pub enum Reply {
    /// Status, media type, body.
    Http(u16, &'static str, String),
    /// These bytes, then the end.
    Bytes(Vec<u8>),
    /// These bytes again and again, until nobody reads.
    Endless(Vec<u8>),
    /// Nothing, for ever.
    Hang,
}

pub const SPRING: &str = "application/vnd.spring-boot.actuator.v3+json";

/// 404, as most servers say it.
pub fn no() -> Reply {
    Reply::Http(404, "text/plain", "not found".into())
}

pub fn spring(status: u16, body: &str) -> Reply {
    Reply::Http(status, SPRING, body.into())
}

type Answer = Box<dyn Fn(&str) -> Reply + Send + Sync>;

pub struct Server {
    pub port: u16,
    answer: Arc<Mutex<Answer>>,
    hits: Arc<Mutex<Vec<(String, String)>>>,
    tasks: JoinSet<()>,
}

impl Server {
    pub async fn start(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let answer: Arc<Mutex<Answer>> = Arc::new(Mutex::new(Box::new(answer)));
        let hits = Arc::default();
        let mut tasks = JoinSet::new();
        let (of_task, hits_of_task) = (Arc::clone(&answer), Arc::clone(&hits));
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, Arc::clone(&of_task), Arc::clone(&hits_of_task)));
            }
        });
        Server { port, answer, hits, tasks }
    }

    pub fn answer(&self, answer: impl Fn(&str) -> Reply + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Box::new(answer);
    }

    /// Methods and paths so far.
    pub fn hits(&self) -> Vec<(String, String)> {
        self.hits.lock().unwrap().clone()
    }

    /// Ends it: its port refuses from now on.
    pub async fn stop(mut self) -> u16 {
        self.tasks.shutdown().await;
        self.port
    }

    pub fn target(&self, service: &str) -> ProbeTarget {
        target(service, &format!("127.0.0.1:{}", self.port))
    }
}

pub fn target(service: &str, address: &str) -> ProbeTarget {
    let id = InstanceId { service: service.into(), address: address.parse().unwrap() };
    ProbeTarget { id, layout: Layout::SEED, hints: Hints::default() }
}

async fn serve(mut stream: TcpStream, answer: Arc<Mutex<Answer>>, hits: Arc<Mutex<Vec<(String, String)>>>) {
    let mut head = Vec::new();
    loop {
        let mut chunk = [0; 4096];
        match stream.read(&mut chunk).await {
            Ok(n) if n > 0 => head.extend_from_slice(&chunk[..n]),
            _ => return,
        }
        let Some(end) = head.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = String::from_utf8_lossy(&head[..end]).into_owned();
        head.drain(..end + 4);
        let mut words = text.split(' ');
        let (method, path) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
        hits.lock().unwrap().push((method, path.clone()));
        let reply = answer.lock().unwrap()(&path);
        let bytes = match reply {
            Reply::Http(status, media, body) => {
                let length = body.len();
                format!("HTTP/1.1 {status} X\r\nContent-Type: {media}\r\nContent-Length: {length}\r\n\r\n{body}")
                    .into_bytes()
            }
            Reply::Bytes(bytes) => {
                let _ = stream.write_all(&bytes).await;
                return;
            }
            Reply::Endless(bytes) => {
                while stream.write_all(&bytes).await.is_ok() {}
                return;
            }
            Reply::Hang => {
                tokio::time::sleep(Duration::from_secs(60)).await;
                return;
            }
        };
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

/// Keeps every fact.
#[derive(Default)]
pub struct Kept {
    facts: Mutex<Vec<Fact>>,
    came: Notify,
}

impl Mailbox for Kept {
    fn put(&self, fact: Fact) {
        self.facts.lock().unwrap().push(fact);
        self.came.notify_one();
    }
}

impl Kept {
    /// Waits until something is found among the facts, a minute at most.
    pub async fn until<T>(&self, what: &str, mut find: impl FnMut(&[Fact]) -> Option<T>) -> T {
        let end = Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(found) = find(&self.facts.lock().unwrap()) {
                return found;
            }
            if timeout(end - Instant::now(), self.came.notified()).await.is_err() {
                panic!("{what} did not come; there is {:#?}", self.facts.lock().unwrap());
            }
        }
    }

    /// The newest health reading of an instance that holds, if it is its last.
    pub async fn health(
        &self,
        target: &ProbeTarget,
        what: &str,
        holds: impl Fn(&HealthReading) -> bool,
    ) -> HealthReading {
        self.until(what, |facts| {
            let last = facts.iter().rev().find_map(|fact| match fact {
                Fact::Health(id, reading) if *id == target.id => Some(reading),
                _ => None,
            });
            last.filter(|reading| holds(reading)).cloned()
        })
        .await
    }

    /// The first reading of an instance.
    pub async fn first(&self, target: &ProbeTarget) -> HealthReading {
        self.health(target, &target.id.to_string(), |_| true).await
    }
}
