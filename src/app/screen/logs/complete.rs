//! What could be typed next in the fields of the log pane: what is known of the world, and the fields of the newest lines.

use std::sync::Arc;

use crate::{
    app::Model,
    domain::query::{Asked, Completion, Hints, Known, complete},
};

/// Lines that are looked at for services, sources, fields and what these say.
const RECENT: usize = 300;
/// Names of fields that are offered, and what they say, of all together; and the longest of that, in bytes.
const MOST_FIELDS: usize = 60;
const MOST_VALUES: usize = 400;
const LONGEST_VALUE: usize = 64;

/// What the registry knows, for completing any filter.
pub(in crate::app) fn registered(model: &Model) -> Known {
    let registry = &model.world.registry;
    let mut services: Vec<Arc<str>> = registry.services().map(|s| s.id.name.clone()).collect();
    services.dedup();
    let slots = registry.services().flat_map(|s| s.registered());
    let instances = slots.filter_map(|(slot, _)| Some(slot.address()?.text().into())).collect();
    Known { services, instances, ..Known::default() }
}

/// What is known of the world, for completing a filter.
pub(super) fn known(model: &Model) -> Known {
    let mut known = registered(model);
    for line in model.world.logs.newest(RECENT) {
        for (key, value) in &line.fields {
            if !known.fields.contains(key) && known.fields.len() < MOST_FIELDS {
                known.fields.push(key.clone());
            }
            saw(&mut known.values, key, value);
        }
        let source: Arc<str> = line.source.name().into();
        if !known.sources.contains(&source) {
            known.sources.push(source);
        }
        known.services.extend(line.service.filter(|name| !known.services.contains(name)));
    }
    known
}

/// Keeps what a field says, once.
fn saw(values: &mut Vec<(Arc<str>, Arc<str>)>, key: &Arc<str>, value: &str) {
    let is_short = !value.is_empty() && value.len() <= LONGEST_VALUE && !value.contains('\n');
    if is_short && values.len() < MOST_VALUES && !values.iter().any(|(k, v)| k == key && **v == *value) {
        values.push((key.clone(), value.into()));
    }
}

/// What a name in the filter may have been meant to be, where no line fits.
pub fn hint(model: &Model) -> Option<String> {
    told(Asked::Lines, &model.screens.logs.filter, || known(model).fields)
}

/// What a name in a filter may have been meant to be, these fields being there.
pub(in crate::app) fn told(asked: Asked, filter: &str, fields: impl FnOnce() -> Vec<Arc<str>>) -> Option<String> {
    let mut hints = Hints::new(asked, filter);
    if !hints.is_empty() {
        fields().iter().for_each(|field| hints.see(field));
    }
    hints.tell(false).into_iter().next()
}

/// What could be typed next in the filter of lines.
pub fn completion(model: &Model, text: &str) -> Completion {
    complete(Asked::Lines, text, &known(model))
}

/// The filter with its last part completed as far as that is certain; else by the first that could be meant.
pub(in crate::app) fn completed(model: &Model, text: &str) -> Option<String> {
    with_completion(text, completion(model, text))
}

/// A text with its end completed as far as that is certain; else by the first that could be meant.
pub(in crate::app) fn with_completion(text: &str, completion: Completion) -> Option<String> {
    let Completion { from, with } = completion;
    let first = with.first()?;
    let typed = text.len() - from;
    let common = with.iter().fold(first.as_str(), |common, other| {
        let same = common.char_indices().zip(other.chars()).find(|((_, a), b)| a != b);
        &common[..same.map_or(common.len().min(other.len()), |((at, _), _)| at)]
    });
    let best = if common.len() > typed { common } else { first };
    Some(format!("{}{best}", &text[..from]))
}
