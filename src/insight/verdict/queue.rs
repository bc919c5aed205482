//! A queue that is filled and that nobody takes from any more: it grows, and what waits in it is late. Facts of traces.

use super::{Facts, Rule};
use crate::domain::{
    show,
    text::Shown,
    time::Moment,
    verdict::{Severity, Subject, Verdict},
};

/// Fires for each service that took from a queue steadily, takes nothing now, and whose queue is still filled.
pub const RULE: Rule = Rule { name: "queue-stalled", check };

/// Silence before which nobody has stopped, in ms: exporters send every few seconds.
const AT_LEAST_MS: i64 = 3_000;
/// Messages that have to be put in while none is taken.
const PUT: f64 = 10.0;
/// Silence after which one has that never kept a rhythm, in ms.
const ANYBODY_MS: i64 = 30_000;

fn check(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    let traffic = &facts.world.traffic;
    if traffic.is_late() {
        return;
    }
    for edge in facts.cluster.edges.iter().filter(|e| e.queue) {
        let asked = traffic.asked(&edge.from, &edge.to);
        let Some((puts, put)) = asked.and_then(|t| Some((t.rate.filter(|rate| *rate >= 1.0)?, t.as_of))) else {
            continue;
        };
        let Some(silent) = stopped(facts, &edge.to, puts, put) else { continue };
        let (from, to) = (facts.cluster.short(&edge.from), facts.cluster.short(&edge.to));
        let takers = facts.world.registry.named(&edge.to).map(|s| s.registered().count()).sum::<usize>();
        let since = traffic.service(&edge.to).map(|t| t.as_of);
        out.push(Verdict {
            rule: RULE.name,
            severity: Severity::Warning,
            subject: Subject::Service(edge.to.clone()),
            sentence: Shown::new(&format!("{to} takes nothing from its queue; {from} puts {} in.", show::rate(puts)))
                .as_str()
                .into(),
            since,
            evidence: vec![
                format!("no call of {to} for {}, while {from} went on to put (traces)", show::age(silent as u64))
                    .into(),
                format!("{} registered", show::plural(takers as u64, "taker is", "takers are")).into(),
            ],
            cause: (takers == 0).then(|| format!("no instance of {to} is registered").into()),
            harm: 430,
        });
    }
}

/// For how many ms nothing was taken, where that is no chance: longer by half than it ever did of late, while so much was put
/// in that some of it would have been taken, and puts were still seen when takes should have been.
fn stopped(facts: &Facts<'_>, to: &str, puts: f64, put: Moment) -> Option<i64> {
    let traffic = &facts.world.traffic;
    let Some(takes) = traffic.takes(to) else {
        let silent = facts.now.since(traffic.service(to)?.as_of);
        return (silent >= ANYBODY_MS).then_some(silent);
    };
    let silent = facts.now.since(takes.last);
    let long = (takes.longest_ms * 3 / 2).max(AT_LEAST_MS);
    let missed = put.since(takes.last) >= takes.longest_ms.min(long);
    (silent >= long && missed && puts * silent as f64 / 1000.0 >= PUT).then_some(silent)
}

#[cfg(test)]
mod tests {
    use super::super::scene::Scene;

    fn mailing() -> Scene {
        let mut scene = Scene::new();
        scene.registered("orders", "127.0.0.1:1", 1);
        scene.registered("mailer", "127.0.0.1:2", 1);
        scene.complete();
        for _ in 0..30 {
            scene.mails("orders", "mailer", 20, true);
            scene.seconds(1);
        }
        scene
    }

    #[test]
    fn a_taker_that_stops_while_its_queue_is_filled_is_told_within_seconds_and_one_that_takes_is_not() {
        let mut scene = mailing();
        assert!(scene.rules().is_empty(), "{:?}", scene.sentences());
        for _ in 0..6 {
            scene.mails("orders", "mailer", 20, false);
            scene.seconds(1);
        }
        assert_eq!(scene.rules(), ["queue-stalled"]);
        assert!(scene.sentences()[0].starts_with("mailer takes nothing from its queue; orders puts"));
        scene.mails("orders", "mailer", 20, true);
        scene.seconds(2);
        assert!(scene.rules().is_empty(), "it ends when it takes again");
    }

    #[test]
    fn a_taker_whose_spans_come_every_two_seconds_is_told_within_five_of_its_last_and_never_before_it_stops() {
        let mut scene = Scene::new();
        scene.registered("orders", "127.0.0.1:1", 1);
        scene.registered("mailer", "127.0.0.1:2", 1);
        scene.complete();
        for n in 0..60 {
            // What was put and taken within 2 s is told at once, at no time of the clock's.
            scene.mails("orders", "mailer", 20, n % 2 == 0);
            scene.seconds(1);
            if n % 7 == 0 {
                scene.tell_nothing(170);
            }
            assert!(scene.rules().is_empty(), "{n}: {:?}", scene.sentences());
        }
        for _ in 0..4 {
            scene.mails("orders", "mailer", 20, false);
            scene.seconds(1);
        }
        assert_eq!(scene.rules(), ["queue-stalled"]);
    }

    #[test]
    fn when_no_span_of_anybody_comes_nobody_is_said_to_have_stopped() {
        let mut scene = mailing();
        for _ in 0..9 {
            scene.seconds(1);
            assert!(!scene.rules().contains(&"queue-stalled"), "{:?}", scene.sentences());
        }
    }

    #[test]
    fn a_queue_that_nobody_fills_stalls_nobody() {
        let mut scene = mailing();
        for _ in 0..20 {
            scene.served("orders", "127.0.0.1:1", 5, 3, 0);
            scene.seconds(1);
        }
        assert!(scene.rules().is_empty(), "{:?}", scene.sentences());
    }
}
