//! What could be typed next in the filter of traces: what is known of the world, and the attributes of the newest traces.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::{
    app::{
        Model,
        screen::logs::{registered, told, with_completion},
    },
    domain::query::{Asked, Completion, Known, complete},
};

/// Traces that are looked at for attributes and instances, and spans of each.
const RECENT: (usize, usize) = (20, 50);
/// Names of attributes that are offered.
const MOST_FIELDS: usize = 60;

/// What is known of the world, for completing a filter.
fn known(model: &Model) -> Known {
    let mut known = registered(model);
    let (mut operations, mut services) = (BTreeSet::new(), BTreeSet::new());
    for operation in model.world.traffic.operations() {
        operations.insert(operation.name.clone());
        services.insert(operation.service.clone());
    }
    let traces = &model.world.traces;
    for span in model.screens.traces.list.ids(0, RECENT.0).flat_map(|id| traces.each_span(id).take(RECENT.1)) {
        for key in span.attributes.keys().iter() {
            if known.fields.len() < MOST_FIELDS && !known.fields.contains(key) {
                known.fields.push(key.clone());
            }
        }
        let address: Option<Arc<str>> = span.instance.map(|address| address.text().into());
        known.instances.extend(address.filter(|address| !known.instances.contains(address)));
        operations.insert(span.name);
        services.insert(span.service);
    }
    known.operations = operations.into_iter().collect();
    known.services.extend(services.into_iter().filter(|name| !known.services.contains(name)).collect::<Vec<_>>());
    known
}

/// What a name in the filter may have been meant to be, where no trace fits.
pub fn hint(model: &Model) -> Option<String> {
    let traces = &model.world.traces;
    let fields = || {
        let spans = traces.by_prefix("", RECENT.0).into_iter().flat_map(|id| traces.each_span(id).take(RECENT.1));
        spans.flat_map(|span| span.attributes.keys().to_vec()).collect()
    };
    told(Asked::Traces, &model.screens.traces.filter, fields)
}

/// What could be typed next in the filter of traces.
pub fn completion(model: &Model, text: &str) -> Completion {
    complete(Asked::Traces, text, &known(model))
}

/// The filter with its last part completed as far as that is certain; else by the first that could be meant.
pub(in crate::app) fn completed(model: &Model, text: &str) -> Option<String> {
    with_completion(text, completion(model, text))
}
