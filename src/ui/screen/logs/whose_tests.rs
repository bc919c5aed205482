//! Lines and spans belong to a registered service also where they, or who selects it, leave out the `-service` at its end, and
//! lines that name no service to the one that has their address; never where that might be another.

use super::draw;
use crate::{
    app::{screen::Screen, selection::Selection},
    domain::{
        fact::{Fact, RegistryFact},
        id::InstanceId,
        log::{Level, LogFormat, LogLine, LogSource},
    },
    ui::scene::{NOW, Scene},
};

const AT: &str = "10.0.0.4:5002";

fn said(scene: &Scene, service: Option<&str>, instance: Option<&str>, message: &str) -> LogLine {
    LogLine {
        at: scene.model.now,
        seen_at: scene.model.now,
        below_ns: 0,
        level: Level::Info,
        service: service.map(Into::into),
        instance: instance.and_then(|at| at.parse().ok()),
        message: message.into(),
        trace: None,
        span: None,
        fields: Vec::new(),
        source: LogSource::Otlp,
        format: LogFormat::Otlp,
        raw: message.as_bytes().into(),
    }
}

fn lines(scene: &mut Scene) {
    let all = vec![
        said(scene, Some("orders-service"), Some(AT), "by its name"),
        said(scene, Some("orders"), Some(AT), "by its short name"),
        said(scene, Some("orders"), None, "without an instance"),
        said(scene, None, Some(AT), "by its address"),
        said(scene, None, Some("10.0.0.99:1"), "by another address"),
        said(scene, Some("users-service"), Some("10.0.0.5:5001"), "by others"),
    ];
    scene.tell(vec![Fact::Logs(all)]);
}

fn complete(scene: &mut Scene) {
    scene.tell(vec![Fact::Registry(RegistryFact::Complete(NOW))]);
}

/// Orders and users are registered, and these.
fn scene(others: &[(&str, &str)]) -> Scene {
    let mut scene = Scene::new();
    for (service, address) in [("orders-service", AT), ("users-service", "10.0.0.5:5001")].iter().chain(others) {
        scene.registered(service, address, 10, &[]);
    }
    complete(&mut scene);
    lines(&mut scene);
    scene.open(Screen::Logs);
    scene
}

fn shown(scene: &mut Scene, selection: Selection) -> Vec<&'static str> {
    scene.select(selection);
    let text = scene.part(160, 45, false, draw);
    let all = ["by its name", "by its short name", "without an instance", "by its address", "by another", "by others"];
    all.into_iter().filter(|message| text.contains(message)).collect()
}

fn of(service: &str) -> Selection {
    Selection::Service(service.into())
}

fn at(service: &str) -> Selection {
    Selection::Instance(InstanceId { service: service.into(), address: AT.parse().unwrap() })
}

#[test]
fn a_selected_service_has_the_lines_of_both_its_names_and_of_its_addresses() {
    for name in ["orders-service", "orders"] {
        let mut scene = scene(&[]);
        let wanted = ["by its name", "by its short name", "without an instance", "by its address"];
        assert_eq!(shown(&mut scene, of(name)), wanted, "{name}");
        assert_eq!(shown(&mut scene, at(name)), ["by its name", "by its short name", "by its address"], "{name}");
    }
}

#[test]
fn a_selection_is_called_as_it_is_registered_as_soon_as_that_is_known() {
    let mut scene = Scene::new();
    scene.model.begin(Some(Screen::Logs), at("orders"));
    scene.registered("orders-service", AT, 10, &[]);
    assert_eq!(scene.model.selection, at("orders"), "one of that name may still come");
    complete(&mut scene);
    assert_eq!(scene.model.selection, at("orders-service"));
    let mut scene = Scene::new();
    scene.model.begin(Some(Screen::Logs), of("orders-service"));
    scene.registered("orders", AT, 10, &[]);
    complete(&mut scene);
    assert_eq!(scene.model.selection, of("orders"));
}

#[test]
fn services_that_are_both_registered_are_two() {
    let mut scene = scene(&[("orders", "10.0.0.6:5002")]);
    assert_eq!(shown(&mut scene, of("orders-service")), ["by its name", "by its address"]);
    assert_eq!(shown(&mut scene, of("orders")), ["by its short name", "without an instance"]);
    assert_eq!(scene.model.selection, of("orders"));
}

#[test]
fn an_address_that_two_services_have_names_neither() {
    let mut scene = scene(&[("admin", AT)]);
    assert_eq!(shown(&mut scene, at("orders-service")), ["by its name", "by its short name"]);
    assert_eq!(shown(&mut scene, of("admin")), Vec::<&str>::new());
    scene.select(Selection::All);
    assert!(scene.part(160, 45, false, draw).contains(&format!("– {AT}")));
}

#[test]
fn a_line_that_names_only_its_address_is_drawn_with_the_service_that_has_it() {
    let mut scene = scene(&[]);
    let text = scene.part(160, 45, false, draw);
    let row = text.lines().find(|row| row.contains("by its address")).unwrap();
    assert!(row.contains(&format!("orders {AT}")), "{row}");
    let row = text.lines().find(|row| row.contains("by another address")).unwrap();
    assert!(row.contains("– 10.0.0.99:1"), "{row}");
    // Who left goes on being known for a while, and where another comes instead, that one has it.
    scene.gone("orders-service", AT);
    let text = scene.part(160, 45, false, draw);
    let row = text.lines().find(|row| row.contains("by its address")).unwrap();
    assert!(row.contains(&format!("orders {AT}")), "{row}");
    scene.registered("users-service", AT, 10, &[]);
    let text = scene.part(160, 45, false, draw);
    let row = text.lines().find(|row| row.contains("by its address")).unwrap();
    assert!(row.contains(&format!("users {AT}")), "{row}");
}

#[test]
fn a_selected_edge_has_the_lines_of_both_ends_by_either_name() {
    let mut scene = scene(&[]);
    let edge = Selection::Edge("orders".into(), "users".into());
    let wanted = ["by its name", "by its short name", "without an instance", "by its address", "by others"];
    assert_eq!(shown(&mut scene, edge), wanted);
    assert_eq!(scene.model.selection, Selection::Edge("orders-service".into(), "users-service".into()));
}
