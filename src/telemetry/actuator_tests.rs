//! The page of a Spring application against a little server that behaves as the real one was observed to.

use std::sync::Arc;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use super::*;
use crate::config::Probe;
use crate::domain::id::{Layout, ServiceId};
use crate::domain::intent::Op;
use crate::domain::plan::{Assent, Danger, Draft, Durability, Target, Write};

/// How it answers a POST.
#[derive(Clone, Copy)]
enum Post {
    Status(u16),
    /// It takes it, and closes the connection without an answer.
    Silent,
}

struct Server {
    port: u16,
    held: Arc<Mutex<String>>,
    asked: Arc<Mutex<Vec<String>>>,
    _task: JoinSet<()>,
}

async fn server(index: &'static str, post: Post) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (held, asked) = (Arc::new(Mutex::new("UP".to_owned())), Arc::new(Mutex::new(Vec::new())));
    let (of_task, to_task) = (held.clone(), asked.clone());
    let mut task = JoinSet::new();
    task.spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            let mut part = [0; 2048];
            while let Ok(count) = stream.read(&mut part).await {
                request.extend_from_slice(&part[..count]);
                let text = String::from_utf8_lossy(&request).into_owned();
                let whole = !text.starts_with("POST") || text.ends_with('}');
                if count == 0 || text.contains("\r\n\r\n") && whole {
                    break;
                }
            }
            let text = String::from_utf8_lossy(&request).into_owned();
            let line = text.lines().next().unwrap_or_default().to_owned();
            to_task.lock().await.push(line.clone());
            let (status, body) = if line.starts_with("POST") {
                let told = text.rsplit("\"status\":\"").next().and_then(|rest| rest.split('"').next()).unwrap();
                match post {
                    Post::Status(status) => {
                        if status < 300 {
                            *of_task.lock().await = told.to_owned();
                        }
                        (status, String::new())
                    }
                    Post::Silent => {
                        *of_task.lock().await = told.to_owned();
                        continue;
                    }
                }
            } else if line.contains("/serviceregistry") {
                (200, of_task.lock().await.clone())
            } else {
                (if index.is_empty() { 404 } else { 200 }, index.to_owned())
            };
            let answer =
                format!("HTTP/1.1 {status} x\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Server { port, held, asked, _task: task }
}

impl Server {
    fn address(&self) -> Address {
        format!("127.0.0.1:{}", self.port).parse().unwrap()
    }

    fn drain(&self) -> Confirmed<Plan> {
        let write = Write {
            kind: WriteKind::Http,
            path: format!("http://127.0.0.1:{}/actuator/serviceregistry", self.port).into(),
            before: Some(Arc::from(*br#"{"status":"UP"}"#)),
            after: Some(Arc::from(*br#"{"status":"OUT_OF_SERVICE"}"#)),
            version: None,
        };
        let service = ServiceId { name: "s".into(), layout: Layout::SPRING, parent: "/services/s".into() };
        let target = Target { service, address: Some(self.address()), paths: Vec::new() };
        let draft = Draft::new(Op::Drain, target, vec![write], Durability::UntilRestart, "");
        let plan = Plan {
            remaining: Vec::new(),
            callers: Vec::new(),
            breakers: Vec::new(),
            warnings: Vec::new(),
            notes: Vec::new(),
            theirs: None,
            danger: Danger::Safe,
            refused: None,
            asks_reason: None,
            reason: None,
            draft,
        };
        Confirmed::new(plan, Assent::Key).unwrap()
    }
}

fn actuator(probe: Probe) -> Actuator {
    Actuator::new(Options { probe, local: true }).unwrap()
}

async fn found(server: &Server) -> Result<StatusPage, Arc<str>> {
    actuator(Probe::default()).find(&server.address(), &BTreeMap::new(), None).await
}

const LISTS: &str = r#"{"_links":{"self":{"href":"http://x/actuator"},"serviceregistry":{"href":"http://proxy.invalid/actuator/serviceregistry"}}}"#;

#[tokio::test]
async fn the_index_tells_where_the_page_is_and_the_page_what_the_process_holds() {
    let there = server(LISTS, Post::Status(200)).await;
    let page = found(&there).await.unwrap();
    assert_eq!(&*page.url, format!("http://127.0.0.1:{}/actuator/serviceregistry", there.port));
    assert_eq!(&*page.status, "UP");
    assert!(there.asked.lock().await.iter().all(|line| line.starts_with("GET ")), "looking only reads");

    let other = server(r#"{"_links":{"health":{"href":"/actuator/health"}}}"#, Post::Status(200)).await;
    assert_eq!(&*found(&other).await.unwrap_err(), "GET /actuator does not list serviceregistry");
    let hidden = server("", Post::Status(200)).await;
    assert_eq!(&*found(&hidden).await.unwrap().status, "UP", "without an index the conventional path is asked");
}

#[tokio::test]
async fn where_nobody_may_be_asked_nobody_is_asked_or_told() {
    let there = server(LISTS, Post::Status(200)).await;
    let off = actuator(Probe::Off);
    let why = off.find(&there.address(), &BTreeMap::new(), None).await.unwrap_err();
    assert!(why.contains("probing is off"), "{why}");
    assert!(matches!(off.tell(&there.drain()).await, Told::NotSent(_)));
    assert!(there.asked.lock().await.is_empty());
}

#[tokio::test]
async fn what_a_post_ended_with_is_told_apart_and_never_guessed() {
    for (status, words) in [(400, "does not take"), (401, "credentials"), (404, "not exposed"), (405, "only be read")] {
        let there = server(LISTS, Post::Status(status)).await;
        match actuator(Probe::default()).tell(&there.drain()).await {
            Told::Refused(why) => assert!(why.contains(words), "{why}"),
            other => panic!("{status}: {other:?}"),
        }
    }
    for status in [200, 204] {
        let there = server(LISTS, Post::Status(status)).await;
        assert_eq!(actuator(Probe::default()).tell(&there.drain()).await, Told::Taken);
        assert_eq!(*there.held.lock().await, "OUT_OF_SERVICE");
    }
    for post in [Post::Status(500), Post::Silent] {
        let there = server(LISTS, post).await;
        let told = actuator(Probe::default()).tell(&there.drain()).await;
        assert!(matches!(told, Told::Unsure(_)), "{told:?}");
        let posts = there.asked.lock().await.iter().filter(|line| line.starts_with("POST")).count();
        assert_eq!(posts, 1, "it is sent once, whatever becomes of it");
    }
    let gone = server(LISTS, Post::Silent).await;
    let plan = gone.drain();
    drop(gone);
    assert!(matches!(actuator(Probe::default()).tell(&plan).await, Told::NotSent(_)), "nobody there: nothing was sent");
}
