//! Asking real servers on loopback: every state told apart, hostile ones survived, nothing asked that may not be.

use std::sync::Arc;

use crate::domain::circuit::{BreakerReading, CircuitState};
use crate::domain::fact::Fact;
use crate::domain::health::{Asked, HealthReading, HealthState};
use crate::domain::id::Layout;

use super::test_server::{Kept, Reply, SPRING, Server, no, spring, target};
use super::*;

use HealthState::{Auth, Degraded, Down, OutOfService, Starting, Unknown, Up};

fn start(probe: &str) -> (Prober, Arc<Kept>) {
    let kept = Arc::new(Kept::default());
    let options = Options { probe: probe.parse().unwrap(), local: true };
    (Prober::start(options, Arc::clone(&kept) as Arc<dyn Mailbox>), kept)
}

fn state(reading: &HealthReading) -> Option<HealthState> {
    if let Asked::Answered(state) = reading.asked { Some(state) } else { None }
}

/// The first reading of one server alone.
async fn first(answer: impl Fn(&str) -> Reply + Send + Sync + 'static) -> (HealthReading, Vec<(String, String)>) {
    let server = Server::start(answer).await;
    let (prober, kept) = start("all");
    prober.set_targets(vec![server.target("orders-service")]);
    let reading = kept.first(&server.target("orders-service")).await;
    // On a busy machine the next round may have begun.
    let mut hits = server.hits();
    let again = (1..hits.len()).find(|&n| hits[..n].contains(&hits[n]));
    hits.truncate(again.unwrap_or(hits.len()));
    (reading, hits)
}

/// The actuator with its usual pages.
fn actuator(health: &'static str, status: u16, readiness: Option<&'static str>, live: bool) -> impl Fn(&str) -> Reply {
    move |path| match path {
        "/actuator" => spring(
            200,
            r#"{"_links":{"self":{"href":"http://x.invalid/actuator"},"health":{"href":"http://x.invalid/actuator/health"}}}"#,
        ),
        "/actuator/health" => spring(status, health),
        "/actuator/health/readiness" => match readiness {
            Some("UP") => spring(200, r#"{"status":"UP"}"#),
            Some(word) => spring(503, &format!(r#"{{"status":"{word}"}}"#)),
            None => no(),
        },
        "/actuator/health/liveness" if live => spring(200, r#"{"status":"UP"}"#),
        _ => no(),
    }
}

const DB_DOWN: &str = r#"{"status":"DOWN","components":{"db":{"status":"DOWN"},"ping":{"status":"UP"}}}"#;
const CUT: &str = r#"{"status":"DOWN","components":{"ping":{"status":"UP"},"zookeeper":{"status":"DOWN"}}}"#;

#[tokio::test]
async fn what_a_server_says_is_found_without_being_told_where() {
    let only = |path: &'static str, status: u16, media: &'static str, body: &'static str| {
        move |asked: &str| if asked == path { Reply::Http(status, media, body.into()) } else { no() }
    };
    let (reading, hits) = first(only("/actuator/health", 200, SPRING, r#"{"status":"UP"}"#)).await;
    assert_eq!((state(&reading), hits[0].1.as_str()), (Some(Up), "/actuator/health"));
    assert!(hits.len() <= 4, "{hits:?}");
    assert!(reading.source.ends_with("/actuator/health") && reading.took_ms.is_some() && reading.period_ms == 2_000);
    for (path, status, media, body, wanted) in [
        ("/actuator/health", 503, SPRING, r#"{"status":"OUT_OF_SERVICE"}"#, OutOfService),
        ("/health", 200, "application/health+json", r#"{"status":"warn"}"#, Degraded),
        ("/health", 200, "text/plain", "Degraded", Degraded),
        ("/health", 503, "application/json", r#"{"status":"DOWN","checks":[]}"#, Starting),
        ("/readyz?verbose", 500, "text/plain", "[+]a ok\n[-]b failed: x\nreadyz check failed", Down),
        ("/healthz", 200, "text/plain", "ok", Up),
        ("/healthz", 500, "text/plain", "failed", Down),
        ("/ready", 503, "text/plain", "DRAINING\n", OutOfService),
        ("/nowhere", 200, "text/plain", "ok", Unknown),
    ] {
        let (reading, _) = first(only(path, status, media, body)).await;
        assert_eq!(state(&reading), Some(wanted), "{path} {status} {body}: {:?}", reading.detail);
    }
    let (reading, _) = first(actuator(DB_DOWN, 503, None, false)).await;
    assert_eq!((state(&reading), reading.detail.unwrap().contains("db DOWN")), (Some(Down), true));
}

#[tokio::test]
async fn an_answer_to_everything_says_nothing_and_a_locked_door_is_no_illness() {
    for (status, media, body) in [
        (200, "text/html", "<html>Welcome"),
        (503, "text/html", "<html>503"),
        (200, "text/plain", "ok"),
        (500, "text/plain", "x"),
    ] {
        let (reading, hits) = first(move |_| Reply::Http(status, media, body.into())).await;
        assert_eq!(state(&reading), Some(Unknown), "{status} {body}");
        assert!(hits.len() <= 8, "{hits:?}");
    }
    for status in [401, 403] {
        let (reading, _) = first(move |_| Reply::Http(status, "text/plain", String::new())).await;
        assert_eq!(state(&reading), Some(Auth));
    }
    let (reading, _) = first(|path| {
        if path == "/healthz" {
            Reply::Http(200, "text/plain", "ok".into())
        } else {
            Reply::Http(401, "", String::new())
        }
    })
    .await;
    assert_eq!(state(&reading), Some(Up));
}

#[tokio::test]
async fn readiness_liveness_and_the_whole_are_weighed() {
    let cases = [
        (r#"{"status":"UP"}"#, 200, "UP", true, Up),
        (DB_DOWN, 503, "UP", true, Down),
        (CUT, 503, "UP", true, Degraded),
        (r#"{"status":"OUT_OF_SERVICE"}"#, 503, "OUT_OF_SERVICE", true, Starting),
        (r#"{"status":"OUT_OF_SERVICE"}"#, 503, "OUT_OF_SERVICE", false, OutOfService),
    ];
    let layouts = [Layout::SPRING, Layout::SEED];
    for ((whole, status, readiness, live, wanted), layout) in cases.iter().flat_map(|case| layouts.map(|l| (*case, l)))
    {
        let server = Server::start(actuator(whole, status, Some(readiness), live)).await;
        let (prober, kept) = start("all");
        let target = ProbeTarget { layout, ..server.target("s") };
        prober.set_targets(vec![target.clone()]);
        let reading = kept.first(&target).await;
        assert_eq!(state(&reading), Some(wanted), "{whole} {readiness} {live}");
        // Refused after having been up is what it says, not a start.
        if wanted == Up {
            server.answer(actuator(r#"{"status":"OUT_OF_SERVICE"}"#, 503, Some("OUT_OF_SERVICE"), true));
            kept.health(&target, "taken out", |reading| state(reading) == Some(OutOfService)).await;
        }
    }
}

#[tokio::test]
async fn in_a_registry_outage_only_readiness_is_asked() {
    let server = Server::start(|path| match path {
        "/actuator/health" => Reply::Hang,
        "/actuator/health/readiness" => spring(200, r#"{"status":"UP"}"#),
        _ => no(),
    })
    .await;
    let (prober, kept) = start("all");
    prober.registry_link(false);
    let target = ProbeTarget { layout: Layout::SPRING, ..server.target("s") };
    prober.set_targets(vec![target.clone()]);
    assert_eq!(state(&kept.first(&target).await), Some(Up));
    assert!(server.hits().iter().all(|(_, path)| path != "/actuator/health"));
    prober.registry_link(true);
    let late = kept.health(&target, "the slow whole", |reading| state(reading) == Some(Degraded)).await;
    assert!(late.detail.unwrap().contains("readiness is UP"));
}

#[tokio::test]
async fn silence_comes_at_once_where_it_is_refused_and_ends_when_it_answers_again() {
    let server = Server::start(actuator(r#"{"status":"UP"}"#, 200, Some("UP"), true)).await;
    let (prober, kept) = start("all");
    let target = server.target("s");
    prober.set_targets(vec![target.clone()]);
    kept.health(&target, "up", |reading| state(reading) == Some(Up)).await;
    server.answer(actuator(DB_DOWN, 503, Some("DOWN"), false));
    kept.health(&target, "ill", |reading| state(reading) == Some(Down)).await;
    server.stop().await;
    let silent = kept.health(&target, "refused", |reading| reading.asked == Asked::Refused).await;
    assert_eq!(silent.detail.as_deref(), Some("connection refused"));
}

#[tokio::test]
async fn hostile_servers_are_survived_and_hold_nobody_up() {
    let body = |head: &str, tail: Vec<u8>| [head.as_bytes(), &tail].concat();
    let ok = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
    let huge_head =
        body("HTTP/1.1 200 OK\r\n", "X-A: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n".repeat(40_000).into());
    let garbage = b"\x16\x03\x01\x00\x02\x02\x28 SSH-2.0-x\r\n\r\n".to_vec();
    let endless = Server::start(move |_| Reply::Endless(b"HTTP/1.1 200 OK\r\n\r\n{\"status\":\"UP\",".to_vec())).await;
    let servers = [
        Server::start(move |_| Reply::Bytes(huge_head.clone())).await,
        Server::start(move |_| Reply::Bytes(garbage.clone())).await,
        Server::start(move |_| Reply::Bytes(body(ok, b"{\"status\":".repeat(20_000)))).await,
        Server::start(|_| {
            Reply::Bytes(
                b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n".to_vec(),
            )
        })
        .await,
        endless,
    ];
    let closing = Server::start(|_| Reply::Bytes(Vec::new())).await;
    let hanging = Server::start(|_| Reply::Hang).await;
    let well = Server::start(actuator(r#"{"status":"UP"}"#, 200, None, false)).await;
    let (prober, kept) = start("all");
    let all = servers.iter().chain([&closing, &hanging, &well]).enumerate();
    prober.set_targets(all.map(|(n, server)| server.target(&format!("s{n}"))).collect());
    assert_eq!(state(&kept.first(&well.target("s7")).await), Some(Up));
    for (n, server) in servers.iter().enumerate() {
        assert_eq!(state(&kept.first(&server.target(&format!("s{n}"))).await), Some(Unknown), "server {n}");
    }
    assert_eq!(kept.first(&closing.target("s5")).await.asked, Asked::Silent);
    let hung = kept.first(&hanging.target("s6")).await;
    assert_eq!((hung.asked, hung.detail.as_deref()), (Asked::Silent, Some("no answer in 5 s")));
    let methods: Vec<_> = servers.iter().flat_map(Server::hits).map(|(method, _)| method).collect();
    assert!(methods.iter().all(|method| method == "GET"), "{methods:?}");
}

#[tokio::test]
async fn nobody_is_asked_outside_the_allowed_ranges() {
    let server = Server::start(|_| Reply::Http(200, "text/plain", "ok".into())).await;
    let (prober, kept) = start("10.0.0.0/8");
    let named = target("b", &format!("some-name.localhost:{}", server.port));
    let raw = ProbeTarget { layout: Layout::RAW, ..server.target("raw") };
    prober.set_targets(vec![server.target("a"), named.clone(), raw.clone()]);
    let reading = kept.first(&server.target("a")).await;
    assert_eq!((reading.asked, reading.detail.as_deref()), (Asked::NotAsked, Some("not probed: outside 10.0.0.0/8")));
    assert_ne!(state(&kept.first(&named).await), Some(Up));

    let (off, quiet) = start("off");
    off.set_targets(vec![server.target("a")]);
    assert_eq!(quiet.first(&server.target("a")).await.detail.as_deref(), Some("not probed: probing is off"));
    assert!(server.hits().is_empty());

    let (wrong, refused) = start("all");
    let acting = Hints { path: Some("/actuator/shutdown".into()), ..Hints::default() };
    wrong.set_targets(vec![ProbeTarget { hints: acting, ..server.target("a") }]);
    assert_eq!(refused.first(&server.target("a")).await.asked, Asked::NotAsked);
    assert!(server.hits().is_empty());
}

#[tokio::test]
async fn a_port_that_speaks_something_else_is_asked_only_for_a_page_that_is_named() {
    let server = Server::start(|_| Reply::Http(200, "text/plain", "ok".into())).await;
    let speaks = Hints { speaks: Some("dubbo".into()), ..Hints::default() };
    let (prober, kept) = start("all");
    prober.set_targets(vec![ProbeTarget { hints: speaks.clone(), ..server.target("a") }]);
    let reading = kept.first(&server.target("a")).await;
    let source = format!("TCP :{}", server.port);
    assert_eq!((state(&reading), &*reading.source), (Some(Unknown), &*source));
    assert!(reading.detail.is_some_and(|why| why.contains("speaks dubbo, not HTTP; services.a.health")));
    assert!(server.hits().is_empty());

    let (prober, kept) = start("all");
    let named = Hints { path: Some("/live".into()), ..Hints::default() }.over(speaks);
    prober.set_targets(vec![ProbeTarget { hints: named, ..server.target("b") }]);
    assert_eq!(state(&kept.first(&server.target("b")).await), Some(Up));
}

#[tokio::test]
async fn a_named_path_and_port_win_and_the_service_learns_from_its_first_instance() {
    let at = |path: &'static str| {
        move |asked: &str| if asked == path { Reply::Http(200, "text/plain", "ok".into()) } else { no() }
    };
    let server = Server::start(at("/deep/check")).await;
    let (prober, kept) = start("all");
    let hints = Hints { path: Some("/deep/check".into()), port: Some(server.port), ..Hints::default() };
    let named = ProbeTarget { hints, ..target("named", "127.0.0.1:1") };
    let (one, two) = (Server::start(at("/healthz")).await, Server::start(at("/healthz")).await);
    prober.set_targets(vec![named.clone(), one.target("s")]);
    assert_eq!(state(&kept.first(&named).await), Some(Up));
    assert!(server.hits().iter().all(|(_, path)| path == "/deep/check" || path.contains("circuitbreakers")));
    kept.first(&one.target("s")).await;
    prober.set_targets(vec![named, one.target("s"), two.target("s")]);
    assert_eq!(state(&kept.first(&two.target("s")).await), Some(Up));
    assert_eq!(two.hits()[0].1, "/healthz");
    assert!(one.hits().len() > 4);
}

fn breakers(facts: &[Fact]) -> Option<Vec<BreakerReading>> {
    facts.iter().rev().find_map(|fact| if let Fact::Breakers(_, all) = fact { Some(all.clone()) } else { None })
}

#[tokio::test]
async fn breakers_are_followed_matched_and_silent_when_their_instance_is() {
    let page = |state: &str| {
        format!(r#"{{"circuitBreakers":{{"paymentsClient":{{"state":"{state}","failureRate":"60.0%"}}}}}}"#)
    };
    let answer = move |word: &'static str| {
        move |path: &str| match path {
            "/actuator" => {
                spring(200, r#"{"_links":{"circuitbreakers":{"href":"http://x.invalid/actuator/circuitbreakers"}}}"#)
            }
            "/actuator/health" => spring(200, r#"{"status":"UP"}"#),
            "/actuator/circuitbreakers" => spring(200, &page(word)),
            _ => no(),
        }
    };
    let server = Server::start(answer("CLOSED")).await;
    let (prober, kept) = start("all");
    prober.set_services(vec!["payments-service".into()]);
    prober.set_targets(vec![server.target("orders-service")]);
    let closed = kept.until("breakers", breakers).await;
    assert_eq!((closed[0].state, &*closed[0].callee), (CircuitState::Closed, "payments-service"));
    assert!(closed[0].source.ends_with("/actuator/circuitbreakers"));
    server.answer(answer("OPEN"));
    kept.until("open", |facts| breakers(facts).filter(|all| all[0].state == CircuitState::Open)).await;
    assert!(server.hits().iter().all(|(method, _)| method == "GET"));
    server.stop().await;
    let why = kept.until("silence", |facts| {
        facts
            .iter()
            .find_map(|fact| if let Fact::BreakersSilent(_, _, why) = fact { Some(Arc::clone(why)) } else { None })
    });
    assert_eq!(&*why.await, "connection refused");
}

#[tokio::test]
async fn breakers_in_the_whole_health_are_read_where_no_page_lists_them() {
    const BODY: &str = r#"{"status":"UP","components":{"circuitBreakers":{"status":"UNKNOWN","details":
        {"b":{"status":"CIRCUIT_OPEN","details":{"state":"OPEN"}}}}}}"#;
    let server = Server::start(actuator(BODY, 200, Some("UP"), true)).await;
    let (prober, kept) = start("all");
    prober.set_targets(vec![server.target("orders-service")]);
    let open = kept.until("breakers", breakers).await;
    assert_eq!((open[0].state, &*open[0].callee), (CircuitState::Open, "b"));
    assert_eq!(state(&kept.first(&server.target("orders-service")).await), Some(Up));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_of_slow_servers_is_asked_by_few_at_a_time_and_all_are_reached() {
    use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
    let (inside, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let listeners = 120;
    let mut tasks = tokio::task::JoinSet::new();
    let mut targets = Vec::new();
    for n in 0..listeners {
        let listener = tokio::net::TcpListener::bind(format!("127.0.5.{}:0", n + 1)).await.unwrap();
        targets.push(target("crowd", &listener.local_addr().unwrap().to_string()));
        let (inside, most) = (Arc::clone(&inside), Arc::clone(&most));
        tasks.spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                most.fetch_max(inside.fetch_add(1, SeqCst) + 1, SeqCst);
                tokio::time::sleep(std::time::Duration::from_millis(300)).await;
                let reply = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\nConnection: close\r\n\r\n{\"status\":\"UP\"}";
                let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, reply.as_bytes()).await;
                inside.fetch_sub(1, SeqCst);
            }
        });
    }
    let (prober, kept) = start("all");
    prober.set_targets(targets);
    kept.until("all of the crowd", |facts| {
        let told: std::collections::HashSet<_> =
            facts.iter().filter_map(|fact| if let Fact::Health(id, _) = fact { Some(id) } else { None }).collect();
        (told.len() == listeners).then_some(())
    })
    .await;
    let most = most.load(SeqCst);
    assert!((2..=64).contains(&most), "{most} at once");
}

#[tokio::test]
async fn ten_thousand_that_may_not_be_asked_are_told_once_and_stay_quiet() {
    let (prober, kept) = start("off");
    let all: Vec<_> =
        (0..10_000).map(|n| target(&format!("s{}", n / 20), &format!("10.0.{}.{}:80", n / 250, n % 250))).collect();
    prober.set_targets(all.clone());
    let count = |facts: &[Fact]| facts.iter().filter(|fact| matches!(fact, Fact::Health(..))).count();
    kept.until("all", |facts| (count(facts) == 10_000).then_some(())).await;
    prober.set_targets(all[..9_000].to_vec());
    let more = [all, vec![target("new", "10.9.9.9:80")]].concat();
    prober.set_targets(more);
    kept.until("the new one", |facts| {
        facts.iter().any(|f| matches!(f, Fact::Health(id, _) if &*id.service == "new")).then_some(())
    })
    .await;
    let told = kept.until("end", |facts| Some(count(facts))).await;
    assert!(told <= 11_001, "{told}");
}
