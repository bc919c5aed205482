//! The one selection that every pane follows: a service, an instance, an edge, a circuit or a trace. `Esc` widens it one step.

use std::sync::Arc;

use crate::domain::{id::InstanceId, span::TraceId};

/// What all panes are narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Selection {
    /// Nothing: everything is shown.
    #[default]
    All,
    /// A service, by name.
    Service(Arc<str>),
    /// One instance.
    Instance(InstanceId),
    /// The calls from one service to another.
    Edge(Arc<str>, Arc<str>),
    /// The calls from one instance, whose breaker guards them, to a service.
    Circuit(InstanceId, Arc<str>),
    /// One trace.
    Trace(TraceId),
}

impl Selection {
    /// One step wider.
    pub fn widened(&self) -> Selection {
        match self {
            Selection::Instance(id) => Selection::Service(id.service.clone()),
            Selection::Circuit(from, to) => Selection::Edge(from.service.clone(), to.clone()),
            _ => Selection::All,
        }
    }

    /// The same by other names of its services.
    pub fn renamed(&self, name: impl Fn(&Arc<str>) -> Arc<str>) -> Selection {
        let of = |id: &InstanceId| InstanceId { service: name(&id.service), address: id.address.clone() };
        match self {
            Selection::All => Selection::All,
            Selection::Service(service) => Selection::Service(name(service)),
            Selection::Instance(id) => Selection::Instance(of(id)),
            Selection::Edge(from, to) => Selection::Edge(name(from), name(to)),
            Selection::Circuit(from, to) => Selection::Circuit(of(from), name(to)),
            Selection::Trace(id) => Selection::Trace(*id),
        }
    }

    /// The one instance of its service that it is about; of a circuit, the caller.
    pub fn instance(&self) -> Option<&InstanceId> {
        match self {
            Selection::Instance(id) | Selection::Circuit(id, _) => Some(id),
            _ => None,
        }
    }

    /// The service that it is about, if it is about one.
    pub fn service(&self) -> Option<&Arc<str>> {
        match self {
            Selection::Service(name) => Some(name),
            Selection::Instance(id) => Some(&id.service),
            _ => None,
        }
    }

    /// Whether a service belongs to what is selected.
    pub fn holds_service(&self, name: &str) -> bool {
        match self {
            Selection::All | Selection::Trace(_) => true,
            Selection::Service(service) => &**service == name,
            Selection::Instance(id) => &*id.service == name,
            Selection::Edge(from, to) => &**from == name || &**to == name,
            Selection::Circuit(from, to) => &*from.service == name || &**to == name,
        }
    }

    /// Whether a call between two services touches what is selected.
    pub fn holds_edge(&self, from: &str, to: &str) -> bool {
        match self {
            Selection::All | Selection::Trace(_) => true,
            Selection::Edge(a, b) => &**a == from && &**b == to,
            Selection::Circuit(a, b) => &*a.service == from && &**b == to,
            _ => self.holds_service(from) || self.holds_service(to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instance_widens_to_its_service_and_that_to_everything() {
        let id = InstanceId { service: "a".into(), address: "127.0.0.1:1".parse().unwrap() };
        let selection = Selection::Instance(id);
        assert!(selection.holds_service("a") && !selection.holds_service("b"));
        assert_eq!(selection.widened(), Selection::Service("a".into()));
        assert_eq!(selection.widened().widened(), Selection::All);
    }

    #[test]
    fn a_circuit_widens_to_its_edge() {
        let id = InstanceId { service: "a".into(), address: "127.0.0.1:1".parse().unwrap() };
        let selection = Selection::Circuit(id, "b".into());
        assert!(selection.holds_edge("a", "b") && !selection.holds_edge("a", "c") && selection.holds_service("b"));
        assert_eq!(selection.widened(), Selection::Edge("a".into(), "b".into()));
    }

    #[test]
    fn a_service_holds_the_calls_into_and_out_of_it() {
        let selection = Selection::Service("a".into());
        assert!(selection.holds_edge("a", "b") && selection.holds_edge("b", "a") && !selection.holds_edge("b", "c"));
    }
}
