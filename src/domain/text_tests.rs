//! What the sanitised text lets through and what it shows instead.

use proptest::prelude::*;

use super::*;

fn shown(text: &str) -> String {
    Shown::new(text).as_str().to_owned()
}

#[test]
fn plain_text_is_borrowed_as_it_is() {
    let text = Shown::new("orders 10.0.0.4:5002");
    assert!(matches!(text.text, Cow::Borrowed(_)));
    assert_eq!(text.cells(), 20);
}

#[test]
fn hostile_characters_are_shown_escaped() {
    let table = [
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("\u{9b}2J", "\\u{9b}2J"),
        ("a\r\nb\tc\0\x7f", "a\\r\\nb\\tc\\x00\\x7f"),
        ("user\u{202e}gnp.exe\u{2066}", "user\\u{202e}gnp.exe\\u{2066}"),
        ("ze\u{200b}ro\u{200d}\u{feff}\u{ad}", "ze\\u{200b}ro\\u{200d}\\u{feff}\\u{ad}"),
        ("tag\u{e0041}", "tag\\u{e0041}"),
        ("\u{2764}\u{fe0f}", "\u{2764}\\u{fe0f}"),
        ("\u{378}\u{fdd0}\u{ffff}\u{e000}", "\\u{378}\\u{fdd0}\\u{ffff}\\u{e000}"),
        ("line\u{2028}par\u{2029}", "line\\u{2028}par\\u{2029}"),
        ("\u{301}x", "\\u{301}x"),
        ("\u{3164}\u{115f}", "\\u{3164}\\u{115f}"),
    ];
    for (given, wanted) in table {
        assert_eq!(shown(given), wanted);
    }
}

#[test]
fn honest_text_of_the_world_stays() {
    for text in ["é", "e\u{301}", "naïve – ‹1/s ▸ ●", "漢字", "안녕", "नमस्ते", "שלום", "Ελλάδα", "ｶﾞ", "🚀"]
    {
        assert_eq!(shown(text), text);
    }
    assert_eq!(shown("12\u{a0}345\u{3000}x"), "12 345  x", "spaces are spaces");
}

#[test]
fn stacked_marks_are_bounded() {
    let zalgo = format!("a{}b", "\u{301}".repeat(200));
    let text = Shown::new(&zalgo);
    let marks = text.as_str().chars().filter(|c| *c == '\u{301}').count();
    assert_eq!(marks, MAX_MARKS);
    assert!(text.as_str().ends_with("\\u{301}b"));
}

#[test]
fn bytes_that_are_no_text_are_shown_by_number() {
    assert_eq!(Shown::from_bytes(b"ok\xff\xc3(\xe2\x82").as_str(), "ok\\xff\\xc3(\\xe2\\x82");
}

#[test]
fn endless_text_ends() {
    let text = "x".repeat(1_000_000);
    let shown = Shown::new(&text);
    assert_eq!(shown.cells(), MAX_CELLS);
    assert!(shown.as_str().ends_with("x…"));
    assert_eq!(Shown::within("漢字漢字", 5).as_str(), "漢字…");
    assert_eq!(Shown::within("漢字漢字", 4).as_str(), "漢…");
}

#[test]
fn runs_tell_what_stands_for_hostile_bytes() {
    let text = Shown::new("a\x1b\x1bb");
    let runs: Vec<_> = text.runs().collect();
    assert_eq!(runs, [(false, "a"), (true, "\\x1b"), (true, "\\x1b"), (false, "b")]);
    assert_eq!(Shown::new("\\x1b").runs().collect::<Vec<_>>(), [(false, "\\x1b")], "literal text is no escape");
}

#[test]
fn json_keeps_its_meaning_and_loses_its_teeth() {
    let exact = serde_json::to_string("a\u{202e}\u{9b}\u{e0041}\x1b\"é\n").expect("a string");
    let safe = json_escape(&exact);
    assert_eq!(safe, "\"a\\u202e\\u009b\\udb40\\udc41\\u001b\\\"é\\n\"");
    assert_eq!(serde_json::from_str::<String>(&safe).ok(), serde_json::from_str::<String>(&exact).ok());
    assert!(matches!(json_escape("{\"a\": 1}"), Cow::Borrowed(_)));
}

/// Any text, with many of the characters that hurt.
fn nasty() -> impl Strategy<Value = String> {
    let hurt = prop::sample::select(
        "\0\x1b\r\n\u{9b}\u{202e}\u{200b}\u{200d}\u{feff}\u{fe0f}\u{301}\u{e0041}\u{1160}\u{1161}\u{94d}\u{1f3fb}🇩👍漢\u{ff9e}"
            .chars()
            .collect::<Vec<_>>(),
    );
    let any = prop_oneof![hurt, any::<char>(), prop::char::range(' ', '~')];
    prop::collection::vec(any, 0..80).prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #[test]
    fn nothing_hostile_ever_gets_through(text in nasty()) {
        let shown = Shown::new(&text);
        prop_assert!(!shown.as_str().chars().any(is_hostile), "{:?}", shown);
        for grapheme in shown.as_str().graphemes(true) {
            prop_assert!(grapheme_cells(grapheme) > 0, "{:?} hides in {:?}", grapheme, shown);
        }
    }

    #[test]
    fn the_width_is_what_is_drawn(text in nasty()) {
        let shown = Shown::new(&text);
        let drawn: usize = shown.as_str().graphemes(true).map(grapheme_cells).sum();
        prop_assert_eq!(shown.cells(), drawn);
        prop_assert_eq!(shown.runs().map(|run| run.1).collect::<String>(), shown.as_str());
    }

    #[test]
    fn what_is_safe_stays_as_it_is(text in nasty()) {
        let once = Shown::new(&text).into_owned();
        let twice = Shown::new(once.as_str());
        prop_assert_eq!(&once, &twice);
        prop_assert_eq!(once.cells(), twice.cells());
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        prop_assert!(!Shown::from_bytes(&bytes).as_str().chars().any(is_hostile));
    }

    #[test]
    fn json_stays_the_same_json(text in nasty()) {
        let exact = serde_json::to_string(&text).expect("a string");
        let safe = json_escape(&exact);
        prop_assert_eq!(serde_json::from_str::<String>(&safe).expect("still JSON"), text);
        prop_assert!(!safe.chars().any(is_hostile));
    }
}
