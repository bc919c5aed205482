//! What is said of spans that never came here.

use super::draw;
use crate::{
    app::screen::Screen,
    domain::fact::{Fact, SourceFact, SourceState},
    ui::scene::Scene,
};

#[test]
fn spans_that_were_lost_on_their_way_did_not_give_way_to_others() {
    let mut scene = Scene::shop();
    scene.requests(6, false);
    scene.open(Screen::Traces);
    for (count, told) in [(1, " 1 span lost"), (301, " 302 spans lost")] {
        let state = SourceState::Dropped(count, "spans".into(), "they cannot be read".into());
        let at = scene.model.now;
        scene.tell(vec![Fact::Source(SourceFact { at, name: "otlp 127.0.0.1:4317".into(), state })]);
        let text = scene.part(160, 12, false, draw);
        assert!(text.contains(told) && !text.contains("to make room"), "{text}");
    }
    assert_eq!(scene.model.world.traces.dropped(), 0);
    let told = |text: &str| scene.model.world.story.events().any(|event| event.text.starts_with(text));
    assert!(told("1 span lost here: they cannot be read") && told("301 spans lost here"));
    scene.open(Screen::Diagnostics);
    let text = scene.screen(160, 48);
    assert!(text.contains("302 spans lost here") && !text.contains("to make room"), "{text}");
}
