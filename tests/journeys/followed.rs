//! What becomes of a write: a drain until its traffic has ended, a deregister until its provider comes back; guard rails
//! before it; and undo, step after step.

use keepwatch::{
    app::{Effect, Msg, Setup},
    domain::{
        fact::RegistryFact,
        guard::Guard,
        id::Layout,
        intent::{Intent, Op, Ties},
        plan::{Outcome, Step, Write, WriteKind},
    },
};

use crate::{
    common::{
        journey::{Journey, draft, receipt},
        shop,
    },
    keep,
};

const ADDRESS: &str = "127.0.0.5:5001";

fn drained() -> Journey {
    let mut journey = Journey::shop();
    let number = journey.planned(&format!("users/{ADDRESS}"), "d");
    journey.press("Enter");
    journey.tell([shop::registered(shop::instance("users-service", Layout::SEED, ADDRESS, 0))]);
    journey.send(Msg::Applied(number, receipt(Outcome::Done), Some("7".into()))).asked();
    journey
}

fn seconds(journey: &mut Journey, count: u64) {
    for second in 0..count {
        let now = journey.model.now;
        journey.tell(shop::all_well(now));
        journey.traffic(500 + second, |_| false);
        journey.wait(1_000);
    }
}

#[test]
fn a_drain_is_followed_until_its_traffic_has_ended_and_the_plan_stands_beside_what_is_seen() {
    let mut journey = drained();
    journey.shows("requested").shows("Was it right?");
    seconds(&mut journey, 3);
    journey.shows("traffic leaves").shows_no("while its siblings served");
    seconds(&mut journey, 20);
    journey.shows("while its siblings served").shows("in flight");
    keep("drain-followed", &journey.screen());
    journey.press("Esc").go_to(&format!("users/{ADDRESS}"));
    keep("drain-followed-detail", &journey.screen());
    journey.press("6").shows("is done: no call for");
    let done = journey.model.world.story.events().filter(|e| e.text.contains("is done: no call")).count();
    assert_eq!(done, 1, "told once");
}

#[test]
fn what_a_keepwatch_does_about_its_own_drain_by_itself_is_told_beside_it_and_nothing_is_followed_then() {
    let mut journey = Journey::shop();
    let number = journey.planned(&format!("users/{ADDRESS}"), "d");
    journey.press("Enter");
    let sent = journey.asked();
    let Some(Effect::Apply(_, plan)) = sent.iter().find(|effect| matches!(effect, Effect::Apply(..))) else {
        panic!("{sent:?}")
    };
    let intent = plan.get().draft.intent.clone().expect("it is kept");
    let (path, weight) = (intent.znode().into(), |n| shop::instance("users-service", Layout::SEED, ADDRESS, n));
    let hold = |times: Vec<_>| Ties { hold: Some(times), ..intent.ties.clone() };
    journey.tell([shop::registered(weight(0))]);
    let kept = |intent: &Intent| RegistryFact::Intent(intent.znode().into(), Box::new(intent.clone()));
    journey.registry(kept(&Intent { ties: hold(Vec::new()), ..intent.clone() }));
    journey.send(Msg::Applied(number, receipt(Outcome::Requested), Some("7".into()))).press("Esc").wait(1_000);
    let now = journey.model.now;
    let lease = Intent { ties: hold(vec![now]), until: Some(now.plus(1_000)), ..intent.clone() };
    journey.registry(kept(&lease)).wait(1_500);
    journey.go_to(&format!("users/{ADDRESS}")).shows("requested");
    journey.registry(RegistryFact::IntentGone(path));
    journey.tell([shop::registered(weight(10))]).wait(1_000);
    journey.shows_no("requested");
    let by = &intent.by;
    for told in [format!("again for {by}, 1 of 5 times"), format!("the lease of {by}'s drain ended by itself")] {
        journey.press("Esc 6").shows(&told);
    }
}

#[test]
fn a_drain_that_nobody_obeys_has_no_effect_and_says_who_still_calls() {
    let mut journey = drained();
    for n in 0..70 {
        let at = journey.model.now;
        // The callers hold an old list: the calls go on as before.
        for k in 0..6 {
            let spans = shop::visit(9_000 + n * 6 + k, at);
            journey.tell([keepwatch::domain::fact::Fact::Spans(spans)]);
        }
        journey.wait(1_000);
    }
    journey.shows("no effect").press("Esc 6").shows("has no effect after");
}

#[test]
fn a_provider_that_registers_again_after_a_deregister_is_announced() {
    let mut journey = Journey::shop();
    let number = journey.planned(&format!("users/{ADDRESS}"), "X");
    journey.shows("It comes back when its provider registers again").type_in(ADDRESS).press("Enter");
    journey.registry(RegistryFact::Gone(format!("/users-service/{ADDRESS}").into()));
    journey.send(Msg::Applied(number, receipt(Outcome::Done), Some("7".into()))).press("Esc").wait(4_000);
    journey.shows_no("is back");
    let mut again = shop::instance("users-service", Layout::SEED, ADDRESS, 10);
    again.czxid += 1_000;
    journey.tell([shop::registered(again)]).wait(1_000);
    journey.shows("is back: its provider registered it again");
}

fn guarded(guard: impl FnOnce(Guard) -> Guard) -> Journey {
    let mut journey = Journey::shop();
    journey.model.setup = Setup { guards: vec![guard(Guard::on("users-*"))], ..journey.model.setup.clone() };
    journey
}

#[test]
fn a_guard_that_denies_says_so_in_the_plan_and_no_key_goes_past_it() {
    let mut journey = guarded(|guard| Guard { deny: Some("ask the identity team first".into()), ..guard });
    journey.planned(&format!("users/{ADDRESS}"), "d");
    journey.shows("ask the identity team first");
    keep("plan-denied", &journey.screen());
    journey.press("Enter y");
    assert!(journey.asked().is_empty());
}

#[test]
fn a_guard_that_asks_for_a_reason_puts_the_cursor_there() {
    let mut journey = guarded(|guard| Guard { reason: true, ..guard });
    journey.go_to(&format!("users/{ADDRESS}")).press("d");
    let (number, target, op) = journey.asked_plan();
    let mut without = draft(&target, op, 10);
    without.intent.iter_mut().for_each(|intent| intent.reason = None);
    journey.send(Msg::Drafted(number, Box::new(Ok(without))));
    journey.look();
    journey.press("Enter").shows("asks for a reason");
    assert!(journey.asked().is_empty());
    journey.type_in("disk swap").press("Enter");
    let effects = journey.asked();
    let [Effect::Apply(_, plan)] = effects.as_slice() else { panic!("{effects:?}") };
    assert_eq!(plan.get().reason.as_deref(), Some("disk swap"));
}

#[test]
fn a_guard_that_asks_for_the_name_makes_a_drain_as_slow_as_a_deregister() {
    let mut journey = guarded(|guard| Guard { typed: true, ..guard });
    journey.planned(&format!("users/{ADDRESS}"), "d");
    journey.press("Enter");
    assert!(journey.asked().is_empty());
    journey.type_in(ADDRESS).press("Enter");
    assert_eq!(journey.asked().len(), 1);
}

#[test]
fn undo_pressed_again_takes_back_the_step_before() {
    let mut journey = Journey::shop();
    journey.tell([shop::registered(shop::instance("users-service", Layout::SEED, ADDRESS, 3))]);
    let step = |id: &str, before: &[u8], after: &[u8]| Step {
        id: id.into(),
        op: "weight".into(),
        service: "users-service".into(),
        address: ADDRESS.parse().ok(),
        path: format!("/users-service/{ADDRESS}").into(),
        writes: vec![Write {
            kind: WriteKind::Set,
            path: format!("/users-service/{ADDRESS}").into(),
            before: Some(before.into()),
            after: Some(after.into()),
            version: Some(0),
        }],
        certain: true,
    };
    for (id, before, after) in [("9", b"5", b"3"), ("8", b"7", b"5")] {
        journey.press("U");
        let effects = journey.asked();
        let [Effect::FindUndo(number, None)] = effects.as_slice() else { panic!("{effects:?}") };
        let number = *number;
        journey.send(Msg::Steps(number, Ok(vec![step(id, before, after)])));
        let effects = journey.asked();
        let [Effect::PlanUndo(_, steps)] = effects.as_slice() else { panic!("{effects:?}") };
        assert_eq!(&*steps[0].1.id, id);
        let mut plan = draft(&steps[0].0, Op::Undo, 3);
        plan.undo_of = Some(id.into());
        journey.send(Msg::Drafted(number, Box::new(Ok(plan))));
        journey.look();
        journey.press("Enter");
        assert_eq!(journey.asked().len(), 1);
        // The overlay of the first stays open: `U` goes through it to the next.
        journey.send(Msg::Applied(number, receipt(Outcome::Done), Some("10".into()))).shows("Undone");
        // Which step of the journal was taken back is told: two lines of it are never the same.
        let told =
            journey.model.world.story.events().next_back().map(|event| event.text.to_string()).unwrap_or_default();
        assert!(told.contains(&format!("(journal {id})")), "{told}");
    }
}
