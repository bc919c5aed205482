//! Of a selected circuit, the traces in which its caller made its calls: by them the lines of the callee that are about it are
//! told from those of all other callers. As far as traces are held; what is not traced is nobody's.

use crate::{
    app::{Model, selection::Selection},
    domain::{id::InstanceId, time::Moment},
    store::{
        effort::Effort,
        logs::Through,
        traces::{TraceFilter, TraceList},
    },
};
use std::sync::Arc;

/// The lines are not looked at anew more often than this because traces came, in ms.
const EVERY_MS: i64 = 3_000;

/// The traces of the circuit that is selected.
#[derive(Clone, Debug)]
pub struct Circuit {
    of: (InstanceId, Arc<str>),
    list: TraceList,
    /// Those by which the callee's lines are told, and since when.
    pub(super) through: Through,
    since: Moment,
}

/// Brings them up to date. While lines are read they stay as they are.
pub(super) fn renew(model: &mut Model, effort: &mut Effort) {
    let Selection::Circuit(from, to) = &model.selection else {
        model.screens.logs.circuit = None;
        return;
    };
    let (now, traces, state) = (model.now, &model.world.traces, &mut model.screens.logs);
    let reads = state.on.is_some();
    let known = state.circuit.take().filter(|circuit| circuit.of.0 == *from && circuit.of.1 == *to);
    let is_new = known.is_none();
    let mut circuit = known.unwrap_or_else(|| {
        let edge = Some((from.service.clone(), to.clone()));
        let filter = TraceFilter { edge, caller: Some(from.address.clone()), ..TraceFilter::default() };
        let through = Through::new(to.clone(), std::iter::empty());
        Circuit { of: (from.clone(), to.clone()), list: TraceList::new(filter), through, since: now }
    });
    let was_behind = circuit.list.behind() > 0;
    circuit.list.refresh_within(traces, effort);
    let caught_up = circuit.list.behind() == 0;
    let due = is_new || was_behind || (now.since(circuit.since) >= EVERY_MS && !reads);
    if caught_up && due {
        let ids = circuit.list.ids(0, circuit.list.len());
        let through = Through::new(to.clone(), ids);
        circuit.since = now;
        // The same ones need no other list of lines.
        if !through.is_as(&circuit.through) {
            circuit.through = through;
        }
    }
    state.circuit = Some(circuit);
}

impl Circuit {
    /// Whether traces are still to be looked at.
    pub(super) fn is_behind(&self) -> bool {
        self.list.behind() > 0
    }
}

/// Of whom only the lines about the selected circuit are shown, and of how many traces those are.
pub fn told(model: &Model) -> Option<(&str, usize)> {
    let circuit = model.screens.logs.circuit.as_ref()?;
    Some((model.cluster.short(&circuit.of.1), circuit.through.len()))
}
