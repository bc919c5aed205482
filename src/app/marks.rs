//! Instances that a person marked: what the next action is about, all of them one after another.

use super::{Model, batch, msg::Effects, navigate, rows::Row, update::say};
use crate::{
    domain::{intent::Op, plan::Target, show},
    insight::batch::{Choice, choose},
};

/// `m`: marks or unmarks the one under the cursor. With an argument all that it means: `host=10.0.0.4 zone=b`; `none`.
pub(super) fn mark(model: &mut Model, argument: &str) -> Effects {
    if argument == "none" {
        model.marks.clear();
        said(model);
        return Effects::new();
    }
    if !argument.is_empty() {
        match choice(argument) {
            Ok(choice) => return add(model, &choice),
            Err(why) => say(model, why, true),
        }
        return Effects::new();
    }
    match navigate::target(model) {
        Some(target) if target.address.is_some() => {
            match model.marks.iter().position(|known| *known == target) {
                Some(at) => drop(model.marks.remove(at)),
                None => model.marks.push(target),
            }
            if matches!(model.rows.all.get(model.cursor.at), Some(Row::Instance(..))) {
                model.cursor.step(1, model.rows.all.len());
            }
            said(model);
        }
        _ => say(model, "Which instance? Put the cursor on one that has an address.", true),
    }
    Effects::new()
}

/// `H`: marks all of the host of the one under the cursor, across its services.
pub(super) fn host(model: &mut Model) -> Effects {
    match navigate::target(model).and_then(|target| target.address) {
        Some(address) => add(model, &Choice { host: Some(address.host().to_owned()), ..Choice::default() }),
        None => {
            say(model, "Which host? Put the cursor on an instance that has an address.", true);
            Effects::new()
        }
    }
}

fn add(model: &mut Model, choice: &Choice) -> Effects {
    for target in choose(&model.world, choice) {
        if !model.marks.contains(&target) {
            model.marks.push(target);
        }
    }
    said(model);
    Effects::new()
}

fn said(model: &mut Model) {
    let count = model.marks.len() as u64;
    let text = match count {
        0 => "Nothing is marked.".to_owned(),
        _ => format!(
            "{} marked: d, u and w act on all, one after another. `:mark none` unmarks.",
            show::plural(count, "instance is", "instances are")
        ),
    };
    say(model, text, false);
}

fn choice(argument: &str) -> Result<Choice, String> {
    let mut choice = Choice::default();
    for word in argument.split_whitespace() {
        let help = "Say `:mark host=H`, `zone=Z`, `version=V`, `service=S`, several of them, or `none`.";
        let (key, value) = word.split_once('=').filter(|(_, value)| !value.is_empty()).ok_or(help)?;
        let slot = match key {
            "host" => &mut choice.host,
            "zone" => &mut choice.zone,
            "version" => &mut choice.version,
            "service" => &mut choice.service,
            _ => return Err(help.to_owned()),
        };
        *slot = Some(value.to_owned());
    }
    Ok(choice)
}

/// An action on all that is marked.
pub(super) fn act(model: &mut Model, op: Op) -> Effects {
    if op == Op::Deregister {
        let why = "Not for several at once: a deregister asks for each name. Do it one by one; `:mark none` unmarks.";
        say(model, why, true);
        return Effects::new();
    }
    let steps: Vec<(Target, Op)> = current(model).into_iter().map(|target| (target, op)).collect();
    let count = show::plural(steps.len() as u64, "instance", "instances");
    let what = match op {
        Op::Weight(n) => format!("set the weight of {count} to {n}"),
        op => format!("{} {count}", op.word()),
    };
    batch::begin(model, what, steps, 0)
}

/// What is marked and still registered, with the znodes of now.
fn current(model: &Model) -> Vec<Target> {
    let all = choose(&model.world, &Choice::default());
    let is = |a: &Target, b: &Target| a.service == b.service && a.address == b.address;
    model.marks.iter().filter_map(|mark| all.iter().find(|target| is(mark, target)).cloned()).collect()
}
