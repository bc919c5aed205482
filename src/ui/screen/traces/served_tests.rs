//! A span leads to the instance that served it.

use crate::{
    app::{screen::Screen, selection::Selection},
    ui::scene::Scene,
};

/// What is selected after `Enter` on a row of a trace's waterfall, twice where its detail has still to be opened.
fn served(row: usize, fails: bool) -> String {
    let mut scene = Scene::shop();
    scene.model.size = (160, 48);
    scene.requests(1, fails);
    scene.open(Screen::Traces);
    scene.enter();
    scene.press(&"j".repeat(row));
    scene.enter();
    match &scene.model.selection {
        Selection::Instance(id) => id.to_string(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn of_a_call_it_is_who_answered_and_not_who_waited() {
    // The gateway, orders, users, the call of payments, payments, the mailer.
    assert_eq!(served(1, false), "orders/10.0.0.4:5002");
    assert_eq!(served(3, false), "payments/10.0.0.9:5005");
    assert_eq!(served(3, true), "payments/10.0.0.9:5005");
    assert_eq!(served(4, true), "payments/10.0.0.9:5005");
}
