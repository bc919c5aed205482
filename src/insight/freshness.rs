//! How old what each source tells is: the registry, the probes, the breakers, the traces, the log lines. THE one place that
//! says what is stale, so that header, panes and verdicts never differ. Not how old a single value is.

use crate::{domain::time::Moment, store::World};

/// Rounds of asking after which what was asked is old.
const ROUNDS: i64 = 3;
/// No source that is asked is old before this, in ms: one round may wait for an answer that takes 5 s.
const AT_LEAST_MS: i64 = 10_000;

/// What one source's picture is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Age {
    /// It never told anything.
    #[default]
    Never,
    /// As new as it can be.
    Fresh,
    /// It is that of this moment.
    Old(Moment),
}

impl Age {
    /// Of when it is, where it is old.
    pub fn old(self) -> Option<Moment> {
        match self {
            Age::Old(at) => Some(at),
            Age::Never | Age::Fresh => None,
        }
    }

    fn told(last: Option<Moment>, late: bool) -> Age {
        match last {
            None => Age::Never,
            Some(at) if late => Age::Old(at),
            Some(_) => Age::Fresh,
        }
    }
}

/// All sources.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Freshness {
    /// Who is there and with what weight.
    pub registry: Age,
    /// What instances say of themselves.
    pub health: Age,
    /// What breakers say.
    pub circuits: Age,
    /// Traces and the traffic that they tell of.
    pub traces: Age,
    /// Log lines.
    pub logs: Age,
}

impl Freshness {
    /// As it is now.
    pub fn of(world: &World, now: Moment) -> Freshness {
        let link = world.registry.link();
        let registry = match (world.registry.complete(), link.as_of) {
            (None, None) => Age::Never,
            _ if link.state.live() => Age::Fresh,
            (complete, as_of) => Age::Old(as_of.or(complete).unwrap_or(link.at)),
        };
        let asked = world.health.newest();
        let late = asked.is_some_and(|(at, period)| now.since(at) > (ROUNDS * period).max(AT_LEAST_MS));
        let read = world.circuits.iter().map(|b| b.as_of()).max();
        let one_fresh = || world.circuits.iter().any(|b| b.silent.is_none() && !b.is_old(now));
        let circuits_late = read.is_some_and(|at| now.since(at) > AT_LEAST_MS) && !one_fresh();
        let logs = match (world.logs.received(), world.logs_late(now)) {
            (0, _) => Age::Never,
            (_, Some(at)) => Age::Old(at),
            (_, None) => Age::Fresh,
        };
        Freshness {
            registry,
            health: Age::told(asked.map(|(at, _)| at), late),
            circuits: Age::told(read, circuits_late),
            traces: Age::told(world.traffic.as_of(), world.traffic.is_late()),
            logs,
        }
    }

    fn others(&self) -> [Age; 4] {
        [self.health, self.circuits, self.traces, self.logs]
    }

    /// Whether every source but the registry that ever told anything is fresh, and one at least is.
    pub fn rest_is_live(&self) -> bool {
        self.others().contains(&Age::Fresh) && self.others().iter().all(|age| age.old().is_none())
    }

    /// Whether nothing at all is fresh: the whole picture is one of the past.
    pub fn all_old(&self) -> bool {
        self.registry.old().is_some() && !self.others().contains(&Age::Fresh)
    }

    /// The sources that are old besides the registry, by what they are called in a sentence.
    pub fn old_ones(&self) -> Vec<(&'static str, Moment)> {
        ["health", "breakers", "traces", "logs"]
            .into_iter()
            .zip(self.others())
            .filter_map(|(name, age)| Some((name, age.old()?)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{
            fact::LinkState,
            health::{Asked, HealthState},
        },
        insight::verdict::scene::Scene,
    };

    fn told() -> Scene {
        let mut scene = Scene::new();
        scene.registered("a-service", "127.0.0.1:1", 1);
        scene.link(LinkState::Connected);
        scene.complete();
        for _ in 0..20 {
            scene.seconds(1);
            scene.says("a-service", "127.0.0.1:1", Asked::Answered(HealthState::Up), None);
            scene.served("a-service", "127.0.0.1:1", 5, 20, 0);
        }
        scene
    }

    fn of(scene: &Scene) -> Freshness {
        Freshness::of(&scene.world, scene.now())
    }

    #[test]
    fn a_lost_registry_alone_leaves_the_rest_live() {
        let mut scene = told();
        assert_eq!(of(&scene).registry, Age::Fresh);
        scene.link(LinkState::Lost);
        let now = of(&scene);
        assert!(now.registry.old().is_some() && now.rest_is_live() && !now.all_old(), "{now:?}");
        assert_eq!((now.circuits, now.logs), (Age::Never, Age::Never), "what never told is not old");
    }

    #[test]
    fn traces_that_stay_away_are_old_while_health_goes_on_and_then_nothing_is_said_to_be_live() {
        let mut scene = told();
        let last = scene.now();
        for _ in 0..15 {
            scene.seconds(1);
            scene.says("a-service", "127.0.0.1:1", Asked::Answered(HealthState::Up), None);
        }
        let now = of(&scene);
        assert_eq!((now.health, now.traces.old()), (Age::Fresh, Some(last)));
        assert!(!now.rest_is_live());
        assert_eq!(now.old_ones(), [("traces", last)]);
        scene.link(LinkState::Lost);
        scene.seconds(30);
        assert!(of(&scene).all_old());
    }

    #[test]
    fn where_nobody_ever_told_anything_nothing_is_old_and_nothing_live() {
        let now = of(&Scene::new());
        assert_eq!(now, Freshness::default());
        assert!(!now.rest_is_live() && !now.all_old());
    }
}
