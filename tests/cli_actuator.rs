//! A drain that tells the provider itself, on a real ZooKeeper and a little server in the provider's place: it takes it, refuses,
//! goes silent, says yes and does nothing, or is gone when it is told. What was kept for it stands only where it was taken.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

mod common;

use std::process::{Command, Stdio};
use std::sync::Arc;

use common::zookeeper::{ZooKeeper, ephemeral, persistent};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Mutex;
use zookeeper_client::Client;

/// What the provider does when it is told.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Does {
    /// Takes it, writes its znode, and answers 200.
    Takes,
    /// Takes it and answers 200; its znode stays as it is.
    TakesUnseen,
    /// Answers 200 and does nothing.
    Lies,
    /// Answers this.
    Refuses(u16),
    /// Takes it, writes its znode, and closes the connection without a word.
    TakesSilently,
    /// Closes the connection without a word, and did nothing.
    Ignores,
    /// Is gone before it can be told.
    Leaves,
}

struct Provider {
    port: u16,
    told: Arc<Mutex<u32>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn bytes(port: u16, status: &str) -> String {
    let class = "org.springframework.cloud.zookeeper.discovery.ZookeeperInstance";
    let metadata = format!(r#"{{"instance_status":"{status}"}}"#);
    format!(
        r#"{{"name":"s{port}","id":"i","address":"127.0.0.1","port":{port},"payload":{{"@class":"{class}","id":"x","name":"s{port}","metadata":{metadata}}},"serviceType":"DYNAMIC"}}"#
    )
}

fn path(port: u16) -> String {
    format!("/services/s{port}/i")
}

async fn request(stream: &mut TcpStream) -> String {
    let (mut request, mut part) = (Vec::new(), [0; 2048]);
    while let Ok(count) = stream.read(&mut part).await {
        request.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&request);
        if count == 0 || text.contains("\r\n\r\n") && (!text.starts_with("POST") || text.ends_with('}')) {
            break;
        }
    }
    String::from_utf8_lossy(&request).into_owned()
}

async fn provider(client: &Client, does: Does) -> Provider {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (port, told, client) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(0)), client.clone());
    ephemeral(&client, &path(port), bytes(port, "UP").as_bytes()).await;
    let count = told.clone();
    let task = tokio::spawn(async move {
        let (mut listener, mut held) = (Some(listener), "UP");
        while let Some(open) = &listener {
            let Ok((mut stream, _)) = open.accept().await else { return };
            let text = request(&mut stream).await;
            let line = text.lines().next().unwrap_or_default();
            let (status, body) = match () {
                () if line.starts_with("POST") => {
                    *count.lock().await += 1;
                    if matches!(does, Does::Takes | Does::TakesUnseen | Does::TakesSilently) {
                        held = "OUT_OF_SERVICE";
                    }
                    if matches!(does, Does::Takes | Does::TakesSilently) {
                        client.set_data(&path(port), bytes(port, held).as_bytes(), None).await.unwrap();
                    }
                    match does {
                        Does::Refuses(status) => (status, ""),
                        Does::TakesSilently | Does::Ignores => continue,
                        _ => (200, ""),
                    }
                }
                () if line.contains("/serviceregistry") => {
                    if does == Does::Leaves {
                        listener = None;
                    }
                    (200, held)
                }
                () if line.contains("/health") => (200, r#"{"status":"UP"}"#),
                () => (200, r#"{"_links":{"serviceregistry":{"href":"/actuator/serviceregistry"}}}"#),
            };
            let length = body.len();
            let answer = format!("HTTP/1.1 {status} x\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}");
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    Provider { port, told, task }
}

/// What the command printed, what it said besides, and its exit status.
async fn drain(server: &ZooKeeper, port: u16) -> (serde_json::Value, String, i32) {
    let state = tempfile::tempdir().unwrap();
    let ended = Command::new(env!("CARGO_BIN_EXE_keepwatch"))
        .args(["drain", &format!("s{port}/127.0.0.1:{port}"), "--yes", "--yes-last", "-o", "json"])
        .args(["--registry", &server.address()])
        .env("XDG_STATE_HOME", state.path())
        .env("XDG_CONFIG_HOME", state.path())
        .current_dir(state.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let ended = tokio::task::spawn_blocking(|| ended.wait_with_output().unwrap()).await.unwrap();
    let (out, told) = (String::from_utf8(ended.stdout).unwrap(), String::from_utf8(ended.stderr).unwrap());
    let line = serde_json::from_str(out.trim()).unwrap_or_else(|e| panic!("{e}: {out} {told}"));
    (line, told, ended.status.code().unwrap())
}

/// Drains one that does this: the outcome, all that is said, the exit status, how often it was told, whether its znode says that
/// it is out of service, and whether an intent is kept.
async fn becomes(server: &ZooKeeper, does: Does) -> (String, String, i32, u32, bool, bool) {
    let client = server.client().await;
    let provider = provider(&client, does).await;
    let (line, said, exit) = drain(server, provider.port).await;
    let posts = line["plan"]["writes"].as_array().unwrap().iter().any(|write| write["kind"] == "http");
    assert!(posts, "it was planned by its actuator: {line}");
    let (data, _) = client.get_data(&path(provider.port)).await.unwrap();
    let intent = format!("/keepwatch/intents/s{0}/127.0.0.1:{0}", provider.port);
    let kept = client.check_stat(&intent).await.unwrap().is_some();
    let out = String::from_utf8(data).unwrap().contains("OUT_OF_SERVICE");
    let (outcome, told) = (line["outcome"].as_str().unwrap().to_owned(), *provider.told.lock().await);
    (outcome, format!("{line} {said}"), exit, told, out, kept)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_becomes_of_a_drain_that_tells_the_provider_itself() {
    let server = ZooKeeper::start();
    persistent(&server.client().await, "/keepwatch", b"").await;
    let of = |does| becomes(&server, does);
    // Side by side: each waits for what a provider does not say.
    let (taken, unseen, lies, silent, ignored, leaves) = tokio::join!(
        of(Does::Takes),
        of(Does::TakesUnseen),
        of(Does::Lies),
        of(Does::TakesSilently),
        of(Does::Ignores),
        of(Does::Leaves)
    );
    let is = |got: &(String, String, i32, u32, bool, bool), outcome: &str, exit, told, out, kept| {
        assert_eq!((got.0.as_str(), got.2, got.3, got.4, got.5), (outcome, exit, told, out, kept), "{}", got.1);
    };
    let says = |got: &(String, String, i32, u32, bool, bool), words: &str| {
        assert!(got.1.contains(words), "{words}: {}", got.1);
    };
    is(&taken, "requested", 0, 1, true, true);
    is(&unseen, "requested", 0, 1, false, true);
    says(&unseen, "its znode does not tell so within 2 s: it will when it registers again");
    is(&lies, "refused", 4, 1, false, false);
    says(
        &lies,
        "no effect: the provider answered that it took it, but its znode does not tell so within 2 s, and its process holds UP",
    );
    is(&silent, "done", 0, 1, true, true);
    says(&silent, "utcome unknown");
    is(&ignored, "unknown", 6, 1, false, true);
    says(&ignored, "it holds UP");
    is(&leaves, "refused", 3, 0, false, false);
    says(&leaves, "could not be told");
    for (status, words) in [(403, "credentials"), (404, "not exposed"), (405, "may only be read")] {
        let refused = of(Does::Refuses(status)).await;
        is(&refused, "refused", 4, 1, false, false);
        says(&refused, "the provider did not take it");
        says(&refused, words);
    }
}
