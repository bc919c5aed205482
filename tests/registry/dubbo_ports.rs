//! A Dubbo provider's port is no HTTP port: it is seen that somebody listens there, and nothing is said; its health is unknown
//! with the reason, and a page that the file names is asked for all the same. On a real registry, with a listener that keeps
//! what it is told.

use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::AsyncReadExt;

use super::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_speaks_dubbo_is_not_asked_by_http_until_a_page_is_named() {
    let (server, home) = (ZooKeeper::start(), tempfile::tempdir().unwrap());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (knocks, bytes) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let seen = (knocks.clone(), bytes.clone());
    let listening = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let seen = seen.clone();
            tokio::spawn(async move {
                seen.0.fetch_add(1, Ordering::SeqCst);
                let mut told = [0; 64];
                seen.1.fetch_add(stream.read(&mut told).await.unwrap_or(0), Ordering::SeqCst);
            });
        }
    });
    let client = server.client().await;
    let url = format!("dubbo%3A%2F%2F127.0.0.1%3A{}%2Fa.B%3Fapplication%3Dshop%26release%3D3.3.6", address.port());
    ephemeral(&client, &format!("/dubbo/a.B/providers/{url}"), b"").await;
    let run = |more: &[&str]| -> serde_json::Value {
        let run = || {
            Command::new(env!("CARGO_BIN_EXE_keepwatch"))
                .args(["snapshot", "-o", "json", "--probe", "all", "--registry", &server.address()])
                .args(more)
                .envs(["XDG_STATE_HOME", "XDG_CONFIG_HOME"].map(|name| (name, home.path())))
                .current_dir(home.path())
                .stdin(Stdio::null())
                .output()
                .unwrap()
        };
        let done = tokio::task::block_in_place(run);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        serde_json::from_slice(&done.stdout).unwrap()
    };
    let told = run(&["--until", "health"]);
    let health = &told["services"][0]["instances"][0]["health"];
    let why = format!(
        "somebody listens; not asked: {} speaks dubbo, not HTTP; services.shop.health in the configuration names a page",
        address.port()
    );
    assert_eq!((&health["state"], &health["detail"]), (&"unknown".into(), &why.into()), "{told}");
    assert_eq!(told["verdicts"].as_array().map(Vec::len), Some(0), "{told}");
    assert_eq!(health["source"], format!("TCP :{}", address.port()));
    assert!(knocks.load(Ordering::SeqCst) > 0 && bytes.load(Ordering::SeqCst) == 0, "nothing was said there");

    std::fs::write(home.path().join("c.yaml"), "services: {shop: {health: /live}}\n").unwrap();
    run(&["--until", "health", "--config", "c.yaml"]);
    assert!(bytes.load(Ordering::SeqCst) > 0);

    listening.abort();
    assert!(listening.await.is_err_and(|ended| ended.is_cancelled()));
    let health = &run(&["--until", "health"])["services"][0]["instances"][0]["health"];
    assert_eq!((&health["state"], &health["detail"]), (&"never_answered".into(), &"connection refused".into()));
}
