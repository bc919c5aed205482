//! `weight`, by key and by command: a number, or a ramp of numbers over some time.

use super::{Model, action, batch, msg::Effects, navigate, overlay::weight as field, update::say};
use crate::{
    config::units,
    domain::{intent::Op, plan::Target, ramp::Weights, show},
    insight,
};

/// `w`: a field for the number; with an argument `[TARGET] N`, or `[TARGET] A..B over TIME`.
pub(super) fn command(model: &mut Model, argument: &str) -> Effects {
    let words: Vec<&str> = argument.split_whitespace().collect();
    let (words, over) = match words.as_slice() {
        [first @ .., "over", time] => (first, Some(*time)),
        all => (all, None),
    };
    let (name, number) = match words {
        [] if over.is_none() => return open(model),
        [number] => (None, *number),
        [name, number] => (Some(*name), *number),
        _ => return refuse(model, "Say `:weight [TARGET] N`, or `:weight [TARGET] A..B over TIME`.".into()),
    };
    let target = match name.map(|name| action::named(model, name)).transpose() {
        Ok(target) => target,
        Err(why) => return refuse(model, why),
    };
    match (number.parse::<Weights>(), over) {
        (Ok(Weights::One(number)), None) => action::begin(model, Op::Weight(number), target),
        (Ok(Weights::One(_)), Some(_)) => refuse(model, "One weight takes no time: say A..B over TIME.".into()),
        (Ok(Weights::Ramp(_)), None) => refuse(model, "Over which time? Say `1..10 over 5m`.".into()),
        (Ok(Weights::Ramp(ramp)), Some(time)) => match units::duration(time) {
            Ok(time) => {
                let Some(target) = target.or_else(|| navigate::target(model)) else {
                    return refuse(model, "On which instance? Put the cursor on one, or select it.".into());
                };
                let over = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
                let whom = format!("{} {}", model.cluster.short(&target.service.name), target.typed_name());
                let what = format!("set the weight {ramp} of {whom} over {}", show::duration(time.as_secs()));
                let (weights, every) = ramp.steps(over);
                let steps: Vec<(Target, Op)> = weights.into_iter().map(|n| (target.clone(), Op::Weight(n))).collect();
                batch::begin(model, what, steps, every.max(1))
            }
            Err(wrong) => refuse(model, format!("Over which time? `{time}`: {}.", wrong.what)),
        },
        (Err(why), _) => refuse(model, format!("No weight: {why}.")),
    }
}

fn open(model: &mut Model) -> Effects {
    let weighs = |target| insight::weigh::refused(&model.world, &target);
    let single = || action::no_target(model).or_else(|| navigate::target(model).and_then(weighs));
    match action::hindered(model).or_else(|| if model.marks.is_empty() { single() } else { None }) {
        Some(why) => refuse(model, why),
        None => {
            field::open(model);
            Effects::new()
        }
    }
}

fn refuse(model: &mut Model, why: String) -> Effects {
    say(model, why, true);
    Effects::new()
}
