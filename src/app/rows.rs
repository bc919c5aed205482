//! The list of services and their instances, flat: what the instances pane and the balancer walk. It holds only keys;
//! what stands in a row is read from the stores when it is drawn, so a row costs nothing while it is not seen.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    app::selection::Selection,
    domain::{address::Address, id::ServiceId, span::TraceId},
    insight::{share, status},
    store::{
        World,
        registry::{Service, Slot, SlotKey},
    },
};

/// A row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Row {
    /// A service's own line.
    Service(Arc<ServiceId>),
    /// One of its instances.
    Instance(Arc<ServiceId>, SlotKey),
    /// Raw entries are folded into one line, with their number of services and instances.
    RawFold(usize, usize),
}

/// Row order within a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By address: where everything stays put.
    #[default]
    Place,
    /// By declared weight, heaviest first.
    Weight,
    /// By presence, those not registered first.
    Presence,
}

/// What is folded by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fold {
    /// Nothing: there is room, or it is a list to scroll.
    #[default]
    None,
    /// Instances that are well.
    Well,
    /// All instances: a service is its marks.
    All,
    /// The same, and there is not room for all services: those in trouble stand first.
    Worst,
}

/// The flat list and what it was made for.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// The rows.
    pub all: Vec<Row>,
    /// Services whose instances a person folded away.
    pub folded: BTreeSet<ServiceId>,
    /// Services that a person unfolded where what is well is folded by itself.
    pub unfolded: BTreeSet<ServiceId>,
    /// What is folded by itself.
    pub fold: Fold,
    /// Grows when marks may have changed: what is well now may not be what was.
    marks: u64,
    /// Services without trouble, as last summed up, in the registry's order, and for which structure of it: what is
    /// folded away there need not be looked at one by one.
    calm: (u64, Vec<bool>),
    /// Whether raw entries are unfolded.
    pub raw_open: bool,
    /// The order within a service.
    pub order: Order,
    /// What to show: only rows whose service or address holds this, in lower case.
    pub filter: String,
    made_for: Option<MadeFor>,
}

/// What a list depends on.
type MadeFor = (u64, Selection, Order, String, bool, Fold, (u64, Vec<(TraceId, u32)>));

/// Who took part in a trace: services, each with the addresses of its instances; none where a span names no instance.
struct Touched(BTreeMap<Arc<str>, Option<BTreeSet<Address>>>);

impl Touched {
    /// By the trace that is selected, with those that it is joined with.
    fn by(world: &World, traces: &[TraceId]) -> Option<Touched> {
        let mut all: BTreeMap<Arc<str>, Option<BTreeSet<Address>>> = BTreeMap::new();
        for span in traces.iter().flat_map(|id| world.traces.each_span(*id)) {
            let known = all.entry(world.registry.known_as(&span.service)).or_insert_with(|| Some(BTreeSet::new()));
            match (known.as_mut(), span.instance) {
                (Some(addresses), Some(at)) => {
                    addresses.insert(at);
                }
                // Any of its instances may have been the one.
                _ => *known = None,
            }
        }
        (!traces.is_empty()).then_some(Touched(all))
    }

    fn holds(&self, name: &str, address: Option<&Address>) -> bool {
        match self.0.get(name) {
            Some(Some(addresses)) => address.is_some_and(|at| addresses.contains(at)),
            Some(None) => true,
            None => false,
        }
    }
}

impl Rows {
    /// Marks were worked out anew: which services are without trouble, in the order of the registry of this structure.
    pub fn marked(&mut self, structure: u64, calm: impl Iterator<Item = bool>) {
        self.marks += 1;
        self.calm.0 = structure;
        self.calm.1.clear();
        self.calm.1.extend(calm);
    }

    /// Makes the list anew if anything that it depends on has changed; whether it did. `on` is the row of the cursor:
    /// it is never folded away under it. `traces`: the one that is selected, and those that it is joined with.
    pub fn renew(&mut self, world: &World, selection: &Selection, traces: &[TraceId], on: Option<&Row>) -> bool {
        let registry = &world.registry;
        let marks = if matches!(self.fold, Fold::Well | Fold::Worst) { self.marks } else { 0 };
        // More of a trace may come.
        let spans: Vec<(TraceId, u32)> = traces.iter().map(|id| (*id, world.traces.spans_in(*id))).collect();
        let (structure, made) = (registry.structure(), (marks, spans));
        let wanted = (structure, selection.clone(), self.order, self.filter.clone(), self.raw_open, self.fold, made);
        if self.made_for.as_ref() == Some(&wanted) {
            return false;
        }
        self.made_for = Some(wanted);
        self.all.clear();
        let (mut raw_services, mut raw_instances) = (0, 0);
        let filter = self.filter.to_lowercase();
        let known = self.calm.0 == registry.structure();
        let is_calm = |nth: usize| known && self.calm.1.get(nth) == Some(&true);
        let touched = Touched::by(world, traces);
        let holds =
            |name: &str| selection.holds_service(name) && touched.as_ref().is_none_or(|all| all.0.contains_key(name));
        let mut listed: Vec<(usize, &Service)> =
            registry.services().enumerate().filter(|(_, s)| holds(&s.id.name)).collect();
        if self.fold == Fold::Worst {
            listed.sort_by_key(|(nth, _)| is_calm(*nth));
        }
        let listed: Vec<(bool, &Service)> = listed.into_iter().map(|(nth, s)| (is_calm(nth), s)).collect();
        for (calm, service) in listed {
            if !service.id.layout.explained() && !self.raw_open && filter.is_empty() && *selection == Selection::All {
                raw_services += 1;
                raw_instances += service.slots.len();
                continue;
            }
            let under_cursor = matches!(on, Some(Row::Instance(id, _)) if **id == service.id);
            if calm && !under_cursor && self.fold == Fold::Well && !self.unfolded.contains(&service.id) {
                self.all.push(Row::Service(Arc::new(service.id.clone())));
                continue;
            }
            self.add(world, service, (selection, touched.as_ref()), &filter, on);
        }
        if raw_services > 0 {
            self.all.push(Row::RawFold(raw_services, raw_instances));
        }
        true
    }

    fn add(
        &mut self,
        world: &World,
        service: &Service,
        (selection, touched): (&Selection, Option<&Touched>),
        filter: &str,
        on: Option<&Row>,
    ) {
        let name_holds = filter.is_empty() || service.id.name.to_lowercase().contains(filter);
        let mut slots: Vec<&Slot> =
            service.slots.values().filter(|slot| name_holds || slot.name().to_lowercase().contains(filter)).collect();
        if let Some(touched) = touched {
            slots.retain(|slot| touched.holds(&service.id.name, slot.address()));
        }
        if slots.is_empty() && !name_holds {
            return;
        }
        match self.order {
            Order::Place => {}
            Order::Weight => slots.sort_by_key(|s| std::cmp::Reverse(s.registered().and_then(|i| i.weight))),
            Order::Presence => slots.sort_by_key(|s| s.registered().is_some()),
        }
        let id = Arc::new(service.id.clone());
        self.all.push(Row::Service(id.clone()));
        let open = !self.folded.contains(&service.id)
            || selection.instance().is_some_and(|selected| selected.service == service.id.name);
        if !open {
            return;
        }
        let total = share::total(service);
        let fold = if self.unfolded.contains(&service.id) { Fold::None } else { self.fold };
        let rows = slots
            .into_iter()
            .map(|slot| (slot, Row::Instance(id.clone(), slot.key.clone())))
            .filter(|(slot, row)| match fold {
                Fold::None => true,
                Fold::Well => {
                    on == Some(row)
                        || (service.id.layout.explained()
                            && status::instance(world, service, slot, total).mark.trouble())
                }
                Fold::All | Fold::Worst => on == Some(row),
            })
            .map(|(_, row)| row);
        self.all.extend(rows);
    }

    /// Folds or unfolds a service.
    pub fn toggle(&mut self, id: &ServiceId) {
        let set = if self.folds() { &mut self.unfolded } else { &mut self.folded };
        if !set.remove(id) {
            set.insert(id.clone());
        }
        self.made_for = None;
    }

    /// Whether what is well is folded away, as there is not room for all.
    pub fn folds(&self) -> bool {
        self.fold != Fold::None
    }

    /// Must be made anew.
    pub fn forget(&mut self) {
        self.made_for = None;
    }

    /// Where a row is now.
    pub fn position(&self, row: &Row) -> Option<usize> {
        self.all.iter().position(|r| r == row)
    }
}
