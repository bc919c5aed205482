//! Journeys: press keys, assert what was asked of the world, look at the screen. On the real Model, `update` and view, with
//! the guide's shop told in facts. Whole screens are kept in `tests/snapshots`; all else asks for words.

mod common;

#[path = "journeys/actions.rs"]
mod actions;
#[path = "journeys/batch.rs"]
mod batch;
#[path = "journeys/followed.rs"]
mod followed;
#[path = "journeys/kept.rs"]
mod kept;
#[path = "journeys/keys.rs"]
mod keys;
#[path = "journeys/lines.rs"]
mod lines;
#[path = "journeys/looking.rs"]
mod looking;
#[path = "journeys/plans.rs"]
mod plans;
#[path = "journeys/screens.rs"]
mod screens;
#[path = "journeys/sizes.rs"]
mod sizes;
#[path = "journeys/sources.rs"]
mod sources;
#[path = "journeys/terms.rs"]
mod terms;

/// Compares a whole screen with the one that is kept.
fn keep(name: &str, screen: &str) {
    insta::with_settings!({omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots"}, {
        insta::assert_snapshot!(name, screen);
    });
}
