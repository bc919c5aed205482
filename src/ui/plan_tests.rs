//! The plan of an action, at the sizes of the guide: what it says, what stays in sight, what has to be read again.

use std::sync::Arc;

use super::scene::{self, frame, frame_plain, keys, on, shop, type_in};
use super::view_tests::{SIZES, says};
use crate::{
    app::{Model, Msg, screen::Screen, update},
    domain::{
        fact::{Fact, RegistryFact},
        intent::Op,
        plan::{Outcome, Receipt},
    },
};

pub(super) fn planned(op: Op, key: &str, size: (u16, u16)) -> Model {
    let mut model = shop(size);
    on(&mut model, Screen::Balancer, "payments-service", "10.0.0.9:5005");
    keys(&mut model, key);
    let number = model.action_number;
    let draft = scene::draft(op, "payments-service", "10.0.0.9:5005");
    update(&mut model, Msg::Drafted(number, Box::new(Ok(draft))));
    update(&mut model, Msg::Drawn(scene::NOW));
    model
}

#[test]
fn a_drain_tells_bytes_duration_people_and_way_back() {
    for size in [(160, 48), (120, 40)] {
        let mut model = planned(Op::Drain, "d", size);
        says(
            &mut model,
            size,
            &[
                "Plan: drain payments 10.0.0.9:5005",
                "nothing is written yet",
                "set     /payments-service/10.0.0.9:5005",
                "\"10\" ▸ \"0\"",
                "only if still version 3",
                "/keepwatch/intents/payments-service/10.0.0.9:5005",
                "drained by ben, was 10",
                "Until the provider reconnects.",
                "says DRAIN LOST",
                "U undoes this",
                "100 %",
                "Who is affected",
                "orders 10.0.0.4:5002, 10.0.0.5:5002",
                "One instance of payments is left",
                "likely to close: probes then reach only 10.0.0.8:5005",
                "Enter",
                "drain it",
                "do nothing",
            ],
        );
    }
}

#[test]
fn a_plan_that_is_no_longer_so_says_it_and_enter_shows_it_anew_before_it_sends_anything() {
    let mut model = planned(Op::Drain, "d", (160, 48));
    let stale = "It is no longer what it comes to";
    let left = Arc::new(scene::instance("payments-service", "10.0.0.8:5005", 0, &[]));
    update(&mut model, Msg::Facts(vec![Fact::Registry(RegistryFact::Upsert(left))]));
    update(&mut model, Msg::Tick(scene::NOW.plus(1_000)));
    for size in [(160, 48), (80, 24), (40, 10)] {
        says(&mut model, size, &[stale]);
    }
    update(&mut model, Msg::Resized(160, 48));
    update(&mut model, Msg::Drawn(scene::NOW));
    keys(&mut model, "Enter");
    assert!(model.action.as_ref().is_some_and(|action| !action.in_flight()), "it was not read yet");
    says(&mut model, (160, 48), &["This is the last", "Read it again"]);
    assert!(!frame_plain(&model, (160, 48)).contains(stale));
}

#[test]
fn on_a_small_terminal_the_plan_scrolls_and_its_keys_stay() {
    for size in [(80, 24), (60, 15), (40, 10)] {
        let mut model = planned(Op::Drain, "d", size);
        let pinned = ["Plan: drain", "10 ▸ 0", "▸ 100 %", "One instance of payments", "drain it", "do nothing"];
        says(&mut model, size, &[&pinned[..], &["What is written", "▾"]].concat());
        for _ in 0..20 {
            keys(&mut model, "PageDown");
        }
        says(&mut model, size, &[&pinned[..], &["above"]].concat());
    }
}

#[test]
fn what_hurts_and_the_last_key_are_in_sight_on_the_smallest_terminal() {
    let size = (40, 10);
    let mut model = planned(Op::Drain, "d", size);
    let Some(action) = &mut model.action else { panic!("no action") };
    let crate::app::action::Stage::Planned { plan, .. } = &mut action.stage else { panic!("no plan") };
    plan.danger = crate::domain::plan::Danger::LastHealthy;
    plan.warnings = vec![
        "This is the last healthy instance of payments-service: no other instance would serve.".into(),
        "Health of payments-service is not known: counted are those that are enabled.".into(),
    ];
    let Some(crate::app::overlay::Overlay::Plan { field, .. }) = model.overlays.last_mut() else {
        panic!("no overlay")
    };
    *field = crate::app::overlay::PlanField::Name;
    type_in(&mut model, "10.0.0.9:5005");
    says(&mut model, size, &["10 ▸ 0", "the last healthy instance of", "Health of payments", "Enter drain it", "▾"]);
    update(&mut model, Msg::Resized(30, 9));
    keys(&mut model, "Enter");
    assert!(model.action.as_ref().is_some_and(|action| !action.in_flight()), "what cannot be read is not confirmed");
    says(&mut model, (30, 9), &["room to read the plan.", "40x10 or"]);
}

#[test]
fn nothing_scrolls_past_its_end() {
    let mut model = planned(Op::Drain, "d", (80, 24));
    for key in ["", "?"] {
        if !key.is_empty() {
            model = shop((80, 24));
            keys(&mut model, key);
        }
        for _ in 0..99 {
            keys(&mut model, "j");
        }
        let end = scene::scroll_end(&model, (80, 24)).expect("it is longer than the terminal");
        update(&mut model, Msg::ScrollEnd(end));
        let last = frame(&model, (80, 24));
        keys(&mut model, "k");
        assert_ne!(frame(&model, (80, 24)), last, "the first k moves");
    }
}

#[test]
fn no_path_is_cut_however_narrow_it_is() {
    let mut model = planned(Op::Drain, "d", (40, 12));
    let mut seen = Vec::new();
    for _ in 0..40 {
        for line in frame(&model, (40, 12)).lines().map(str::to_owned) {
            if !seen.contains(&line) {
                seen.push(line);
            }
        }
        keys(&mut model, "j");
    }
    let inside: String =
        seen.iter().filter_map(|l| l.trim().strip_prefix('┃')?.strip_suffix('┃')).map(str::trim).collect();
    let seen = seen.join("\n");
    assert!(inside.contains("/keepwatch/intents/payments-service/10.0.0.9:5005"), "{seen}");
}

#[test]
fn a_deregistration_waits_for_the_name_and_says_how_much_is_missing() {
    for size in SIZES {
        let mut model = planned(Op::Deregister, "X", size);
        type_in(&mut model, "10.0.0.9:50");
        says(&mut model, size, &["deregister payments", "is left", "To go on, type 10.0.0.9:5005", "2 more"]);
        if size.1 < 30 {
            says(&mut model, size, &["registered ▸ deleted"]);
        }
        if size.1 > 10 {
            says(&mut model, size, &["waits for the name"]);
        }
    }
    let mut model = planned(Op::Deregister, "X", (160, 48));
    says(
        &mut model,
        (160, 48),
        &["cannot be undone from here", "Keepwatch cannot put it back", "delete  /payments-service"],
    );
    type_in(&mut model, "10.0.0.9:5005");
    says(&mut model, (160, 48), &["that is it", "Enter deregister it"]);
    type_in(&mut model, "x");
    says(&mut model, (160, 48), &["that is another name"]);
}

#[test]
fn what_was_sent_what_is_unknown_and_what_ended_are_told_apart() {
    for size in SIZES {
        let mut model = planned(Op::Drain, "d", size);
        keys(&mut model, "Enter");
        says(&mut model, size, &["Sent, "]);
        let number = model.action_number;
        update(&mut model, Msg::OutcomeUnknown(number));
        says(&mut model, size, &["outcome unknown"]);
        let receipt = Receipt { outcome: Outcome::Unknown, detail: None, verified_ms: None };
        update(&mut model, Msg::Applied(number, receipt, Some("j1".into())));
        says(&mut model, size, &["outcome unknown"]);
    }
    let mut model = planned(Op::Drain, "d", (160, 48));
    keys(&mut model, "Enter");
    let number = model.action_number;
    let receipt = Receipt { outcome: Outcome::Done, detail: None, verified_ms: Some(12) };
    update(&mut model, Msg::Applied(number, receipt, Some("j1".into())));
    says(
        &mut model,
        (160, 48),
        &["Drained: written, read back", "Read back after 12 ms", "not as planned", "then U", "undoes this"],
    );
}
