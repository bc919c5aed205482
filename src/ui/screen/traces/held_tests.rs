//! What the list says while the whole picture is held.

use super::draw;
use crate::{app::screen::Screen, ui::scene::Scene};

#[test]
fn a_held_list_does_not_say_that_it_follows() {
    let mut scene = Scene::shop();
    scene.requests(6, false);
    scene.open(Screen::Traces);
    assert!(scene.part(160, 20, false, draw).contains("following  live"));
    scene.press(" ");
    scene.requests(2, false);
    let text = scene.part(160, 20, false, draw);
    assert!(text.contains("held, ") && text.contains(" newer spans") && !text.contains("following"), "{text}");
    scene.press(" ");
    assert!(scene.part(160, 20, false, draw).contains("following  live"));
}
