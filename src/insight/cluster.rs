//! Sums over the cluster: one for each service, the calls between services, the totals of the header. Worked out a few
//! times a second at most, so that no frame grows with the number of instances.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    domain::{id::ServiceId, instance::Admin, show, time::Moment},
    insight::{
        edge::{self, Edge},
        flow::Flow,
        share,
        status::{self, InstanceView, Mark},
    },
    store::{
        World,
        circuits::Pair,
        health::Entry,
        registry::{Service, SlotKey},
    },
};

/// One service, summed up.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Which.
    pub id: ServiceId,
    /// Its name without `-service`, where that stays unique.
    pub short: Arc<str>,
    /// Named in the file.
    pub expected: bool,
    /// Places it has, gone and missing ones too.
    pub places: usize,
    /// Places that should be filled and are not.
    pub wanted: usize,
    /// Registered instances; a child that is none is not counted.
    pub registered: usize,
    /// Those that serve: enabled, weighted, and well where they were asked. Where none was asked, those that may.
    pub serving: usize,
    /// Instances by mark, in the order of [`Mark::ALL`].
    pub marks: [usize; 11],
    /// The marks of its instances in their order; of the first 24.
    pub row: Vec<Mark>,
    /// Instances whose mark is slow for what their calls show, not for what they say.
    pub slow: usize,
    /// Registered instances that say they are up, whatever people decided about them.
    pub up: usize,
    /// Registered instances that nobody took out and that are not known to be up.
    pub unknown: usize,
    /// Registered instances that people took out, well or not.
    pub drained: usize,
    /// Shares of the registered instances in whole percent, which add up to 100: due, and seen where traces tell.
    pub shares: BTreeMap<SlotKey, Shares>,
    /// An instance's health is known.
    pub asked: bool,
    /// Its traffic; `None` where no trace shows any.
    pub flow: Option<Flow>,
}

/// Shares of an instance in whole percent; those of one service add up to 100.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    /// By the weights.
    pub due: Option<u8>,
    /// By the calls of the last 10 s.
    pub seen: Option<u8>,
}

impl Summary {
    /// How many serve of how many that are registered or should be: `2` and ` of 3 serve`. Of a service of which nobody was
    /// asked only how many are registered is known.
    pub fn serve(&self) -> (String, String) {
        let all = self.registered + self.wanted;
        match (self.asked, self.wanted) {
            (true, _) => (self.serving.to_string(), format!(" of {all} serve")),
            (false, 0) => (self.registered.to_string(), " registered".to_owned()),
            (false, _) => (self.registered.to_string(), format!(" of {all} registered")),
        }
    }

    /// How many have this mark.
    pub fn count(&self, mark: Mark) -> usize {
        self.marks[mark as usize]
    }

    /// The worst mark that any instance has.
    pub fn worst(&self) -> Option<Mark> {
        Mark::ALL.into_iter().find(|m| self.count(*m) > 0)
    }

    /// Whether anything of it is trouble.
    pub fn trouble(&self) -> bool {
        self.id.layout.explained() && (self.worst().is_some_and(Mark::trouble) || self.left())
    }

    /// Whether all that ever were registered left.
    pub fn left(&self) -> bool {
        self.registered == 0 && self.count(Mark::Gone) > 0
    }
}

/// Totals of the header.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Totals {
    /// Services that are registered or expected; raw ones are not counted.
    pub services: usize,
    /// Registered instances, without raw ones.
    pub registered: usize,
    /// Registered ones and those that should be.
    pub wanted: usize,
    /// Registered ones that say they are up, drained ones too.
    pub up: usize,
    /// Registered ones that nobody took out and that are not known to be up.
    pub unknown: usize,
    /// Drained ones.
    pub drained: usize,
    /// Services and instances that no layout explains.
    pub raw: (usize, usize),
    /// Circuits (pairs) that are known.
    pub circuits: usize,
    /// Circuits of which a breaker refuses calls.
    pub open: usize,
}

/// The whole cluster, summed up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cluster {
    /// Services in the order of their ids, hence of their names.
    pub services: Vec<Summary>,
    /// Calls in the order of their names.
    pub edges: Vec<Edge>,
    /// Totals.
    pub totals: Totals,
    shorts: BTreeMap<Arc<str>, Arc<str>>,
}

impl Cluster {
    /// The short form of a service's name; itself where there is none.
    pub fn short<'a>(&'a self, name: &'a str) -> &'a str {
        self.shorts.get(name).map_or(name, |s| s)
    }

    /// The sum of a service; of the first of its name.
    pub fn service(&self, name: &str) -> Option<&Summary> {
        let first = self.services.partition_point(|s| *s.id.name < *name);
        self.services.get(first).filter(|s| *s.id.name == *name)
    }

    /// The sum of the service of this id.
    pub fn of(&self, id: &ServiceId) -> Option<&Summary> {
        self.services.binary_search_by(|s| s.id.cmp(id)).ok().map(|at| &self.services[at])
    }
}

/// Sums everything up.
pub fn sum(world: &World, now: Moment) -> Cluster {
    let mut cluster = Cluster { shorts: shorts(world), ..Cluster::default() };
    for service in world.registry.services() {
        let summary = summary(world, service, &cluster, now);
        cluster.services.push(summary);
    }
    let pairs = world.circuits.pairs();
    cluster.edges = edge::edges(world, &pairs, now);
    cluster.totals = totals(&cluster, &pairs);
    cluster
}

/// Sums up anew what these services, by name, are part of; everything else stays as it was. So that what is counted never
/// lags behind what is listed, without a look at every instance for each change.
pub fn renew<'a>(cluster: &mut Cluster, world: &World, names: impl Iterator<Item = &'a str>, now: Moment) {
    for name in names {
        let new: Vec<Summary> = world.registry.named(name).map(|s| summary(world, s, cluster, now)).collect();
        let first = cluster.services.partition_point(|s| &*s.id.name < name);
        let until = cluster.services.partition_point(|s| &*s.id.name <= name);
        cluster.services.splice(first..until, new);
    }
    let pairs = world.circuits.pairs();
    cluster.totals = totals(cluster, &pairs);
}

fn totals(cluster: &Cluster, pairs: &[Pair<'_>]) -> Totals {
    let mut totals =
        Totals { circuits: pairs.len(), open: pairs.iter().filter(|p| p.state.refuses()).count(), ..Totals::default() };
    for summary in &cluster.services {
        if !summary.id.layout.explained() {
            totals.raw = (totals.raw.0 + 1, totals.raw.1 + summary.registered);
            continue;
        }
        totals.services += 1;
        totals.registered += summary.registered;
        totals.wanted += summary.registered + summary.wanted;
        totals.up += summary.up;
        totals.unknown += summary.unknown;
        totals.drained += summary.drained;
    }
    totals
}

/// Places that should be filled and are not.
fn wanted(world: &World, service: &Service) -> usize {
    service.slots.values().filter(|slot| world.registry.wants(&service.id, slot)).count()
}

/// The shares of a service's registered instances, so rounded that each column adds up to 100.
fn shares(world: &World, views: &[InstanceView<'_>]) -> BTreeMap<SlotKey, Shares> {
    let due: Vec<f64> = views.iter().map(|v| v.due.unwrap_or(0.0)).collect();
    let seen: Vec<Option<f64>> = views.iter().map(|v| share::seen(world, v.slot, v.id.as_ref())).collect();
    let parts: Vec<f64> = seen.iter().map(|s| s.unwrap_or(0.0)).collect();
    let whole = show::shares(&due).into_iter().zip(show::shares(&parts));
    let all = views.iter().zip(seen).zip(whole).map(|((view, seen), (due, part))| {
        let shares = Shares { due: view.due.map(|_| due), seen: seen.map(|_| part) };
        (view.slot.key.clone(), shares)
    });
    all.filter(|(_, s)| *s != Shares::default()).collect()
}

fn summary(world: &World, service: &Service, cluster: &Cluster, now: Moment) -> Summary {
    let total = share::total(service);
    let mut marks = [0; 11];
    let (mut registered, mut serving, mut able, mut asked) = (0, 0, 0, false);
    let (mut slow, mut up, mut unknown, mut drained) = (0, 0, 0, 0);
    let mut row = Vec::new();
    let views: Vec<InstanceView<'_>> =
        service.slots.values().map(|slot| status::instance(world, service, slot, total)).collect();
    for view in &views {
        let there = view.slot.is_instance();
        slow += usize::from(view.mark == Mark::Slow && view.slow.is_some());
        up += usize::from(there && view.state.serves());
        let out = matches!(view.admin, Admin::Drained | Admin::Draining);
        drained += usize::from(out);
        unknown += usize::from(there && !out && !view.state.serves());
        marks[view.mark as usize] += 1;
        registered += usize::from(there);
        serving += usize::from(status::serves(view));
        able += usize::from(status::able(view));
        asked |= view.health.is_some_and(Entry::asked);
        if row.len() < 24 {
            row.push(view.mark);
        }
    }
    Summary {
        short: cluster.short(&service.id.name).into(),
        id: service.id.clone(),
        expected: service.expected,
        places: service.slots.len(),
        wanted: wanted(world, service),
        slow,
        up,
        unknown,
        drained,
        shares: shares(world, &views),
        registered,
        serving: if asked { serving } else { able },
        marks,
        row,
        asked,
        flow: flow(world, &service.id.name, now),
    }
}

/// Short forms: without `-service` at the end, where no other service has that name or that short form.
fn shorts(world: &World) -> BTreeMap<Arc<str>, Arc<str>> {
    let names: BTreeSet<&str> = world.registry.services().map(|s| &*s.id.name).collect();
    let mut shorts = BTreeMap::new();
    for name in &names {
        if let Some(short) = name.strip_suffix("-service")
            && !short.is_empty()
            && !names.contains(short)
        {
            shorts.insert(Arc::from(*name), Arc::from(short));
        }
    }
    shorts
}

/// The traffic of a service, as traces show it.
fn flow(world: &World, name: &str, now: Moment) -> Option<Flow> {
    let traffic = world.traffic.service(name)?;
    Some(Flow::new(&traffic, world.traffic.service_cells(name).as_ref(), now))
}
