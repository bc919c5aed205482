//! Connections that say nothing, and connections beyond the bound.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::connection::{MOST, MOST_OPEN};
use super::*;

/// How many connections were said to be turned away.
#[derive(Default)]
struct Away(Mutex<u64>);

impl Mailbox for Away {
    fn put(&self, fact: Fact) {
        if let Fact::Source(SourceFact { state: SourceState::Dropped(count, what, _), .. }) = fact {
            assert_eq!(&*what, "connections");
            *self.0.lock().unwrap() += count;
        }
    }
}

#[tokio::test]
async fn beyond_the_bound_a_connection_is_turned_away_at_once_and_that_is_told() {
    for (open, most) in [(false, MOST), (true, MOST_OPEN)] {
        let away: Arc<Away> = Arc::default();
        let access = Access { open, ..Access::default() };
        let intake = Intake::guarded(&"127.0.0.1:0".parse().unwrap(), &access, away.clone()).await;
        let mut idle = Vec::new();
        for _ in 0..most {
            idle.push(TcpStream::connect(intake.addresses()[0]).await.unwrap());
        }
        let mut answers = Vec::new();
        for _ in 0..3 {
            let (mut stream, mut answer) = (TcpStream::connect(intake.addresses()[0]).await.unwrap(), Vec::new());
            let _ =
                timeout(Duration::from_secs(2), stream.read_to_end(&mut answer)).await.expect("turned away at once");
            answers.push(String::from_utf8_lossy(&answer).into_owned());
        }
        assert!(answers.iter().all(|answer| answer.starts_with("HTTP/1.1 503")), "{answers:?}");
        let begun = Instant::now();
        while *away.0.lock().unwrap() < 3 && begun.elapsed() < Duration::from_secs(5) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(*away.0.lock().unwrap(), 3);
        drop(idle.split_off(most / 2));
        let begun = Instant::now();
        let mut answer = String::new();
        while !answer.starts_with("HTTP/1.1 404") && begun.elapsed() < Duration::from_secs(5) {
            let mut stream = TcpStream::connect(intake.addresses()[0]).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
            answer.clear();
            let _ = timeout(Duration::from_secs(2), stream.read_to_string(&mut answer)).await;
        }
        assert!(answer.starts_with("HTTP/1.1 404"), "taken again where some have gone: {answer}");
    }
}

#[tokio::test]
async fn who_does_not_say_what_it_speaks_is_gone_in_time() {
    let head = Duration::from_millis(300);
    let serve = || {
        let (client, server) = tokio::io::duplex(256);
        let served = tokio::spawn(async move {
            let service = hyper_util::service::TowerToHyperService::new(axum::Router::new());
            let _ = connection::builder(head).serve_connection(connection::of(server, head), service).await;
        });
        (client, served)
    };
    // Nothing; what may become either version; the head of one.
    for bytes in [&b""[..], b"P", b"PRI * HTTP/2.0\r\n", b"POST /v1/traces HTTP/1.1\r\nHost: x\r\n"] {
        let (mut client, mut served) = serve();
        client.write_all(bytes).await.unwrap();
        assert!(timeout(head / 3, &mut served).await.is_err(), "not before");
        assert!(timeout(head * 20, &mut served).await.is_ok(), "{:?}", String::from_utf8_lossy(bytes));
    }
    // One that is of use stays.
    let (mut client, mut served) = serve();
    client.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    assert!(timeout(head * 3, &mut served).await.is_err(), "HTTP/2 waits for its next export");
}

/// Why connections were said to be lost.
#[derive(Default)]
struct Why(Mutex<Vec<String>>);

impl Mailbox for Why {
    fn put(&self, fact: Fact) {
        if let Fact::Source(SourceFact { state: SourceState::Dropped(count, what, why), .. }) = fact {
            self.0.lock().unwrap().push(format!("{count} {what} {why}"));
        }
    }
}

#[tokio::test]
async fn who_speaks_tls_where_nobody_does_is_told_and_who_only_knocks_is_not() {
    let told: Arc<Why> = Arc::default();
    let intake = Intake::guarded(&"127.0.0.1:0".parse().unwrap(), &Access::default(), told.clone()).await;
    drop(TcpStream::connect(intake.addresses()[0]).await.unwrap());
    let mut stream = TcpStream::connect(intake.addresses()[0]).await.unwrap();
    stream.write_all(b"\x16\x03\x01\x00\x05hello").await.unwrap();
    let mut answer = Vec::new();
    let _ = timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await.expect("it is closed");
    let begun = Instant::now();
    while told.0.lock().unwrap().is_empty() && begun.elapsed() < Duration::from_secs(5) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let words = "1 connections from 127.0.0.1, which speaks TLS, which is not spoken here (--otlp-tls)";
    assert_eq!(*told.0.lock().unwrap(), [words]);
}
