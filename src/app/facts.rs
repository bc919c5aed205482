//! Facts and time: how what the world tells gets into the Model, and what is worked out anew because of it.

use super::{
    Model, action, batch, followed, keep,
    msg::{Effect, Effects},
    navigate,
};
use crate::{
    domain::{
        event::{Event, EventKind},
        fact::Fact,
        time::Moment,
    },
    insight,
};

/// How often verdicts and sums are worked out anew at most, in ms.
const INSIGHT_EVERY_MS: i64 = 250;

/// So many instances are summed up within a frame whenever one of them changed.
const AT_ONCE: usize = 1_000;

/// Takes facts in, or keeps them where the picture is held.
pub(super) fn take(model: &mut Model, facts: Vec<Fact>) -> Effects {
    for fact in facts {
        let fact = match &mut model.hold {
            Some(hold) => match hold.keep(fact) {
                Some(fact) => fact,
                None => continue,
            },
            None => fact,
        };
        if model.world.apply(&fact, model.now) {
            model.dirty = true;
            model.stale_insight = true;
        }
    }
    follow(model);
    navigate::renew_rows(model);
    let mut effects = think(model);
    effects.extend(keep::due(model));
    effects
}

/// What is counted and judged follows what is listed at once, in the same frame: all of it where the cluster is small
/// enough, else the sums of those services that changed, and the verdicts a moment later.
fn follow(model: &mut Model) {
    let touched = model.world.take_touched();
    if !touched.all && touched.services.is_empty() {
        return;
    }
    let places: usize = model.cluster.services.iter().map(|s| s.places).sum();
    if places <= AT_ONCE {
        model.insight_at = Moment(0);
        return;
    }
    let of = |name: &str| model.world.registry.named(name).map(|s| s.slots.len()).sum::<usize>();
    let small = touched.services.iter().map(|n| of(n)).sum::<usize>() <= AT_ONCE;
    if small {
        let names = touched.services.iter().map(|name| &**name);
        insight::cluster::renew(&mut model.cluster, &model.world, names, model.now);
        let calm = model.cluster.services.iter().map(|service| !service.trouble());
        model.rows.marked(model.world.registry.structure(), calm);
    }
}

/// Time went on.
pub(super) fn tick(model: &mut Model, now: Moment) -> Effects {
    let mut effects = Effects::new();
    let second = now.0.div_euclid(1000) != model.now.0.div_euclid(1000);
    model.now = model.now.max(now);
    if second {
        model.dirty = true; // the clock, ages and countdowns
        if model.hold.is_none() {
            let changed = model.world.tick(model.now);
            // Sums over thousands of instances are not worked out anew for the clock's sake, but for what only time changes.
            let minute = now.0.div_euclid(60_000) != model.insight_at.0.div_euclid(60_000);
            model.stale_insight |= changed || minute;
            if changed {
                // Rates and what is slow are those of this second in every row: so they are in what is counted.
                model.insight_at = Moment(0);
            }
        }
        navigate::renew_rows(model);
        if model.hold.is_none() {
            followed::renew(model);
            action::look(model);
        }
        effects = batch::tick(model);
    }
    if model.world.losing() && model.world.tell_lost(model.now) {
        model.dirty = true;
    }
    effects.extend(think(model));
    // A loss that is still to be told wants time to be told soon.
    model.stale_insight |= model.world.losing();
    if second || model.keep.waits() {
        effects.extend(keep::due(model));
    }
    effects
}

/// Works verdicts and sums out anew, where something changed and not too often.
fn think(model: &mut Model) -> Effects {
    if !model.stale_insight || model.now.since(model.insight_at) < INSIGHT_EVERY_MS && model.insight_at.0 > 0 {
        return Effects::new();
    }
    think_now(model)
}

/// The same at once, whatever was worked out when.
pub fn think_now(model: &mut Model) -> Effects {
    model.stale_insight = false;
    model.insight_at = model.now;
    model.cluster = insight::cluster::sum(&model.world, model.now);
    let calm = model.cluster.services.iter().map(|service| !service.trouble());
    model.rows.marked(model.world.registry.structure(), calm);
    navigate::renew_rows(model);
    super::screen::topology::renew(model);
    let shown = model.verdicts.get(model.verdict_at).map(|v| (v.rule, v.subject.clone()));
    let first = model.verdicts.first().cloned();
    let known: Vec<_> = std::mem::take(&mut model.verdicts);
    model.verdicts = insight::verdict::all(&model.world, &model.cluster, model.now, (&known, model.setup.utc_offset));
    // Row 1 stays on what was chosen with `n`; on the first, it shows what is worst now.
    model.verdict_at = match shown {
        Some(shown) if model.verdict_at > 0 => {
            model.verdicts.iter().position(|v| (v.rule, &v.subject) == (shown.0, &shown.1)).unwrap_or(0)
        }
        _ => 0,
    };
    if model.world.registry.complete().is_some() {
        model.well_since = if model.verdicts.is_empty() { model.well_since.or(Some(model.now)) } else { None };
    }
    let same = |a: &Option<crate::domain::verdict::Verdict>, b: Option<&crate::domain::verdict::Verdict>| {
        a.as_ref().map(|v| (v.rule, &v.subject)) == b.map(|v| (v.rule, &v.subject))
    };
    if model.world.registry.complete().is_some() && !same(&first, model.verdicts.first()) {
        let (before, after) = (first.as_ref(), model.verdicts.first());
        let text = match after {
            Some(verdict) => verdict.sentence.clone(),
            None if model.cluster.totals.wanted > model.cluster.totals.registered => {
                "no problem is known but that an expected instance left a moment ago".into()
            }
            None => "no problem is known any more".into(),
        };
        let json = |v: Option<&crate::domain::verdict::Verdict>| v.map(insight::verdict::json);
        model.world.story.push(Event {
            at: model.now,
            kind: EventKind::Verdict,
            service: None,
            instance: None,
            before: json(before),
            after: json(after),
            source: "keepwatch".into(),
            text,
        });
        model.dirty = true;
    }
    prefer(model)
}

/// Ill and selected instances are asked first.
fn prefer(model: &Model) -> Effects {
    let ids = navigate::interesting(model);
    if ids.is_empty() { Effects::new() } else { vec![Effect::Prefer(ids)] }
}
