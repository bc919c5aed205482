//! A queue that is filled and that nobody takes from any more: it grows, and what waits in it is late. Facts of traces.

use super::{Facts, Rule};
use crate::{
    domain::{
        show,
        text::Shown,
        verdict::{Severity, Subject, Verdict},
    },
    store::traffic::{CELL_MS, Calls},
};

/// Fires for each service that took from a queue steadily, takes nothing now, and whose queue is still filled.
pub const RULE: Rule = Rule { name: "queue-stalled", check };

/// Empty cells of 2 s after which one who took in every cell before has stopped.
const STEADY: usize = 2;
/// Cells that tell whether somebody took steadily.
const BEFORE: usize = 10;
/// Empty cells after which anybody has.
const ANYBODY: usize = 15;

fn check(facts: &Facts<'_>, out: &mut Vec<Verdict>) {
    let traffic = &facts.world.traffic;
    if traffic.is_late() {
        return;
    }
    for edge in facts.cluster.edges.iter().filter(|e| e.queue) {
        let puts = traffic.asked(&edge.from, &edge.to).and_then(|t| t.rate).filter(|rate| *rate >= 1.0);
        let (Some(puts), Some(cells)) = (puts, traffic.service_cells(&edge.to)) else { continue };
        let Some(silent) = stopped(&cells) else { continue };
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
                format!(
                    "no call of {to} for {} s, before that in every 2 s (traces)",
                    silent * CELL_MS as usize / 1000
                )
                .into(),
                format!("{} registered", show::plural(takers as u64, "taker is", "takers are")).into(),
            ],
            cause: (takers == 0).then(|| format!("no instance of {to} is registered").into()),
            harm: 430,
        });
    }
}

/// For how many cells nothing was taken, where that is no chance.
fn stopped(cells: &[Calls]) -> Option<usize> {
    let complete = cells.split_last()?.1;
    let silent = complete.iter().rev().take_while(|c| c.calls == 0).count();
    let before = &complete[..complete.len() - silent];
    let steady = before.len() >= BEFORE && before[before.len() - BEFORE..].iter().all(|c| c.calls > 0);
    (!before.is_empty() && (silent >= STEADY && steady || silent >= ANYBODY)).then_some(silent)
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
    fn a_queue_that_nobody_fills_stalls_nobody() {
        let mut scene = mailing();
        for _ in 0..20 {
            scene.served("orders", "127.0.0.1:1", 5, 3, 0);
            scene.seconds(1);
        }
        assert!(scene.rules().is_empty(), "{:?}", scene.sentences());
    }
}
