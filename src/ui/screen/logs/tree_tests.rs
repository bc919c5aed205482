//! An opened line: a text of many lines is read whole at any size, and a record of OTLP shows all that it says.

use super::draw;
use crate::{
    app::{Effect, Input, Msg, screen::Screen, update},
    command::{Code, Key},
    domain::{
        fact::Fact,
        log::{Level, LogFormat, LogLine, LogSource},
        value::Value,
    },
    ui::scene::Scene,
};

/// 60 frames, what they came of, and 20 more.
fn stack() -> String {
    let frame = |n| format!("\tat com.example.shop.handlers.VeryLongHandler{n}.invoke(VeryLongHandler{n}.java:{n})");
    let frames = |from: u32, to: u32| (from..to).map(frame).collect::<Vec<_>>().join("\n");
    format!(
        "c.e.Failed: big failure\n{}\nCaused by: x.SQLException: ROOT CAUSE HERE\n{}",
        frames(10, 70),
        frames(70, 90)
    )
}

/// An opened line with these fields, the cursor on the first of them.
fn open(size: (u16, u16), fields: &[(&str, Value)], format: LogFormat, raw: &str) -> Scene {
    let mut scene = Scene::shop();
    scene.model.size = size;
    let line = LogLine {
        level: Level::Error,
        fields: fields.iter().map(|(key, value)| ((*key).into(), value.clone())).collect(),
        source: if format == LogFormat::Otlp { LogSource::Otlp } else { LogSource::Stdin },
        format,
        raw: raw.as_bytes().into(),
        ..LogLine::said(scene.model.now.0, "big failure")
    };
    scene.tell(vec![Fact::Logs(vec![line])]);
    scene.open(Screen::Logs);
    scene.enter();
    scene.press("j");
    scene
}

fn failed(size: (u16, u16)) -> Scene {
    let fields = [("stack_trace", Value::from(stack())), ("thread", Value::from("main"))];
    open(size, &fields, LogFormat::Plain, "2026-11-28 00:44:30,123 ERROR [main] c.e.Foo - big failure")
}

fn seen(scene: &Scene) -> String {
    let (width, height) = scene.model.size;
    scene.part(width, height - 3, false, draw)
}

#[test]
fn all_of_a_stack_trace_is_read_at_any_size_with_each_key() {
    for size in [(160, 48), (80, 24), (60, 15)] {
        for key in [Key::char('j'), Key::ctrl('d'), Key::plain(Code::PageDown)] {
            let mut scene = failed(size);
            scene.enter();
            let first = seen(&scene);
            assert!(first.contains("▾ 82 lines") && first.contains("Enter fold"), "{size:?}\n{first}");
            let mut all = first.clone();
            for _ in 0..300 {
                let before = scene.model.screens.logs.tree.on;
                if before.is_none() || !scene.model.screens.logs.open {
                    break;
                }
                all += &seen(&scene);
                scene.press_key(key);
            }
            for n in 10..90 {
                assert!(all.contains(&format!("VeryLongHandler{n}")), "{n} at {size:?} with {key:?}");
            }
            assert!(
                all.contains("ROOT CAUSE HERE") && all.contains("    at com.example") && !all.contains("\\tat"),
                "{all}"
            );
            assert!(first.contains(" below C-d"), "{first}");
        }
    }
}

#[test]
fn from_its_end_it_is_read_back_and_folded_on_any_of_its_rows() {
    let mut scene = failed((80, 24));
    scene.enter();
    (0..40).for_each(|_| scene.press_key(Key::ctrl('d')));
    (0..4).for_each(|_| scene.press_key(Key::char('k')));
    let text = seen(&scene);
    assert!(text.contains("VeryLongHandler89"), "{text}");
    assert!(text.contains(" above C-u"), "{text}");
    insta::assert_snapshot!("stack_80", text);
    (0..60).for_each(|_| scene.press_key(Key::ctrl('u')));
    assert_eq!((scene.model.screens.logs.tree.on, scene.model.screens.logs.open), (None, true), "the line itself");
    scene.press("jjjjjj");
    assert_eq!(scene.model.screens.logs.tree.row, Some(4));
    scene.enter();
    assert_eq!((scene.model.screens.logs.tree.on, scene.model.screens.logs.tree.row), (Some(0), None));
    assert!(seen(&scene).contains("▸ 82 lines  c.e.Fai…  Enter unfold"), "{}", seen(&scene));
}

#[test]
fn a_folded_text_says_that_enter_shows_more_and_is_copied_with_its_line_breaks() {
    let mut scene = failed((160, 48));
    let text = seen(&scene);
    let row = text.lines().find(|line| line.contains("stack_trace")).expect("a row");
    assert!(row.contains("▸ 82 lines  c.e.Failed: big failure") && row.contains("Enter unfold"), "{row}");
    let asked = update(&mut scene.model, Msg::Input(Input::Key(Key::char('y'))));
    assert!(matches!(&asked[..], [Effect::CopyLines(text)] if *text == stack()), "{asked:?}");
    scene.enter();
    insta::assert_snapshot!("stack_160", seen(&scene));
}

#[test]
fn what_is_bounded_says_how_much_is_not_shown() {
    let many = (0..3_000).map(|n| format!("line {n}")).collect::<Vec<_>>().join("\n");
    let mut scene = open((160, 48), &[("stack", Value::from(many))], LogFormat::Plain, "m");
    scene.enter();
    (0..402).for_each(|_| scene.press_key(Key::ctrl('d')));
    let text = seen(&scene);
    assert!(text.contains("line 1999") && text.contains("and 1,000 lines more, which are not shown"), "{text}");
}

#[test]
fn a_long_text_without_line_breaks_is_read_to_its_end() {
    let long = format!("{{{}END}}", "\"key\":\"value\",".repeat(400));
    for size in [(160, 48), (60, 15)] {
        let mut scene = open(size, &[("blob", Value::from(long.clone()))], LogFormat::Plain, "m");
        assert!(seen(&scene).contains("Enter unfold"), "{}", seen(&scene));
        scene.enter();
        let text = seen(&scene);
        assert!(text.contains("▾ 5,605 characters"), "{text}");
        let mut all = text;
        (0..40).for_each(|_| {
            scene.press_key(Key::ctrl('d'));
            all += &seen(&scene);
        });
        assert!(all.contains("END}"), "{all}");
    }
}

#[test]
fn a_record_whose_body_has_a_structure_shows_all_its_fields() {
    let fields = [
        ("n", Value::json("7")),
        ("exception.stacktrace", Value::from(stack())),
        ("code", Value::json("5")),
        ("user.id", Value::from("u1")),
    ];
    let mut scene = open((160, 48), &fields, LogFormat::Otlp, r#"{"event":"structured body","n":7}"#);
    insta::assert_snapshot!("record_160", seen(&scene));
    scene.press("jjjjjj");
    scene.press("=");
    assert_eq!(scene.model.screens.logs.filter, "n=\"7\"", "what its body says is asked of the field");
}

#[test]
fn after_a_resize_the_cursor_is_on_the_same_words() {
    let mut scene = failed((80, 24));
    scene.enter();
    (0..26).for_each(|_| scene.press_key(Key::ctrl('d')));
    // It is longer than the pane, which ends at the cursor.
    let frame = |scene: &Scene| {
        let text = seen(scene);
        let last = text.rsplit_once("VeryLongHandler").expect("a frame").1;
        last.chars().take_while(char::is_ascii_digit).collect::<String>()
    };
    let before = frame(&scene);
    assert!(before.parse::<u32>().is_ok_and(|n| n > 60), "{before}");
    for (width, height) in [(160, 48), (60, 15), (80, 24)] {
        update(&mut scene.model, Msg::Resized(width, height));
        assert_eq!(frame(&scene), before, "{width}");
    }
}
