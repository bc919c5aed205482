//! The load: 250 requests a second, drawn from the seed, sent through the gateways that the registry holds, as a balancer in
//! front of them would. It sends on time whether or not answers come back, up to a bound.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::cast;
use super::instance;
use super::member::Member;
use super::member::peers::Peers;
use super::member::settings::Settings;
use super::service::token;

/// Between two requests: 250 a second.
const EACH: Duration = Duration::from_millis(4);
/// Between two bursts.
const BEAT: Duration = Duration::from_millis(25);
/// While more than this are under way none is sent: a machine that is too busy gets less load, not a queue that grows until
/// nothing answers in time.
const MOST: usize = 64;

/// What is asked next.
enum Wanted {
    Get(&'static str, u64),
    Order(u64, u64),
}

fn draw(rng: &mut fastrand::Rng) -> Wanted {
    // Some things are asked for much more often than others.
    let popular = |rng: &mut fastrand::Rng, many: u64| 1 + (rng.f64().powi(3) * many as f64) as u64;
    match rng.u8(..100) {
        0..=37 => Wanted::Get("users", popular(rng, 5000)),
        38..=73 => Wanted::Get("articles", popular(rng, 3000)),
        74..=88 => Wanted::Get("orders", popular(rng, 20_000)),
        _ => Wanted::Order(popular(rng, 5000), popular(rng, 3000)),
    }
}

/// Sends until `stop`.
///
/// # Errors
/// When the HTTP client cannot be built.
pub async fn run(registry: SocketAddr, seed: u64, stop: CancellationToken) -> reqwest::Result<()> {
    let gateways = Arc::new(Peers::of(cast::service("gateway")));
    let member = Member::new(None, registry, vec![Arc::clone(&gateways)], Arc::new(Settings::default()), None);
    let session = Arc::new(member).run(stop.clone(), Arc::default(), CancellationToken::new());
    let (http, bearer) = (instance::http()?, format!("Bearer {}", token::issue()));
    let sending = async {
        let mut rng = fastrand::Rng::with_seed(seed);
        let (mut beat, mut flight) = (tokio::time::interval(BEAT), JoinSet::new());
        let mut sent_until = Instant::now();
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Skip);
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                _ = beat.tick() => {}
            }
            while flight.try_join_next().is_some() {}
            // What a busy machine kept it from sending is sent late, but not a whole second's worth at once.
            let now = Instant::now();
            sent_until = now.checked_sub(BEAT * 4).map_or(sent_until, |earliest| sent_until.max(earliest));
            while sent_until < now {
                sent_until += EACH;
                let Some(gateway) = gateways.pick(None, None).filter(|_| flight.len() < MOST) else { break };
                let request = match draw(&mut rng) {
                    Wanted::Get(noun, id) => http.get(format!("http://{}/{noun}/{id}", gateway.address)),
                    Wanted::Order(user, article) => http
                        .post(format!("http://{}/orders", gateway.address))
                        .json(&json!({ "user": user, "article": article })),
                };
                let request = request.header("authorization", &bearer).timeout(Duration::from_secs(4));
                flight.spawn(async move {
                    if let Ok(response) = request.send().await {
                        let _ = response.bytes().await;
                    }
                });
            }
        }
        flight.shutdown().await;
    };
    tokio::join!(session, sending);
    Ok(())
}
