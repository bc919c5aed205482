//! Every screen and overlay, at the sizes of the guide: what is said, that it is said without colour too, and that no
//! size does harm.

use super::plan_tests::planned;
use super::scene::{self, frame, frame_plain, keys, on, shop, type_in};
use crate::{
    app::{Model, Msg, screen::Screen, update},
    domain::{fact::LinkState, intent::Op},
};

pub(super) const SIZES: [(u16, u16); 6] = [(160, 48), (120, 40), (100, 30), (80, 24), (60, 15), (40, 10)];

/// Fails with the whole frame where a word is missing.
pub(super) fn says(model: &mut Model, size: (u16, u16), words: &[&str]) {
    update(model, Msg::Resized(size.0, size.1));
    let (coloured, plain) = (frame(model, size), frame_plain(model, size));
    assert_eq!(coloured, plain, "colour changes no word");
    for word in words {
        assert!(plain.contains(word), "`{word}` is missing at {size:?}:\n{plain}");
    }
    if let Ok(folder) = std::env::var("KEEPWATCH_FRAMES") {
        let name = format!("{}x{}-{}", size.0, size.1, words.join("_").replace(['/', ' ', ':'], "-"));
        let _ = std::fs::write(format!("{folder}/{}.txt", name.chars().take(60).collect::<String>()), plain);
    }
}

#[test]
fn the_weight_field_tells_the_share_that_it_would_mean() {
    for size in SIZES {
        let mut model = shop(size);
        on(&mut model, Screen::Balancer, "payments-service", "10.0.0.9:5005");
        keys(&mut model, "w Backspace");
        says(&mut model, size, &["Weight of payments 10.0.0.9:5005", "now", "then"]);
    }
    let mut model = shop((160, 48));
    on(&mut model, Screen::Balancer, "payments-service", "10.0.0.9:5005");
    keys(&mut model, "w Backspace Backspace 3 0");
    says(&mut model, (160, 48), &["75 %"]);
}

#[test]
fn help_names_every_command_by_its_live_key() {
    for size in SIZES {
        let mut model = shop(size);
        keys(&mut model, "?");
        says(&mut model, size, &["Help", "Look", "Esc", "close"]);
    }
    let mut model = shop((160, 48));
    keys(&mut model, "?");
    let mut all = String::new();
    for _ in 0..60 {
        all.push_str(&frame(&model, (160, 48)));
        keys(&mut model, "j");
    }
    for row in crate::command::TABLE {
        let start = row.doc.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
        assert!(all.contains(&start), "{} is not in the help", row.name);
    }
}

#[test]
fn the_palette_shows_what_matches_with_its_key() {
    for size in SIZES {
        let mut model = shop(size);
        keys(&mut model, ":");
        type_in(&mut model, "dra");
        says(&mut model, size, &["Command", "drain", "undrain"]);
    }
    let mut model = shop((160, 48));
    keys(&mut model, ":");
    type_in(&mut model, "fau");
    says(&mut model, (160, 48), &["fault NAME", "Begin a fault"]);
}

#[test]
fn the_filter_is_typed_in_the_footers_row() {
    let mut model = shop((160, 48));
    on(&mut model, Screen::Story, "payments-service", "10.0.0.9:5005");
    keys(&mut model, "/");
    type_in(&mut model, "degraded");
    says(&mut model, (160, 48), &["/ filter", "1 of", "as before", "only what holds `degraded`"]);
    says(&mut model, (60, 15), &["/ filter degraded", "1 of", "Enter keep"]);
    type_in(&mut model, " and what is as long as this");
    says(&mut model, (60, 15), &["/ filter degraded and what is as long as this"]);
}

#[test]
fn the_balancer_tells_everything_of_the_one_under_the_cursor() {
    let words = [
        "2 Balancer",
        "reg self call",
        "Weight",
        "10 in the znode",
        "Health: opinions differ",
        "GET :8080/actuator/health",
        "pool: 40 of 40 busy",
        "db: UP",
        "/payments-service/10.0.0.9:5005",
        "\"10\" version 3",
        "session 0x1000a2f001c ephemeral",
        "***",
        "Callers",
        "Calls out",
        "Story of payments",
        "take it out",
    ];
    let mut model = shop((160, 48));
    on(&mut model, Screen::Balancer, "payments-service", "10.0.0.9:5005");
    says(&mut model, (160, 48), &words);
    assert!(!frame(&model, (160, 48)).contains("hunter2"), "secrets are masked");
    for size in [(120, 40), (100, 30), (80, 24)] {
        says(&mut model, size, &["2 Balancer", "10.0.0.9:5005", "Weight", "10 in the znode", "Health"]);
    }
    says(&mut model, (60, 15), &["2 Balancer", "10.0.0.9:5005"]);
}

#[test]
fn what_is_missing_drained_or_lost_has_its_word() {
    for size in SIZES {
        let mut model = shop(size);
        on(&mut model, Screen::Balancer, "users-service", "10.0.0.7:5001");
        says(&mut model, size, &["missing"]);
        on(&mut model, Screen::Balancer, "articles-service", "10.0.0.6:5003");
        says(&mut model, size, &["drained"]);
        let mut again = scene::instance("articles-service", "10.0.0.6:5003", 10, &[]);
        again.mzxid = 9;
        let fact = crate::domain::fact::RegistryFact::Upsert(std::sync::Arc::new(again));
        update(&mut model, Msg::Facts(vec![crate::domain::fact::Fact::Registry(fact)]));
        update(&mut model, Msg::Tick(scene::NOW.plus(1000)));
        says(&mut model, size, &["DRAIN LOST"]);
    }
}

#[test]
fn the_story_follows_its_newest_line_and_the_cursor_holds_it() {
    for size in SIZES {
        let mut model = shop(size);
        model.begin(Some(Screen::Story), Default::default());
        says(&mut model, size, &["6 Story"]);
        let newest = model.world.story.events().next_back().unwrap().text.chars().take(12).collect::<String>();
        says(&mut model, size, &[&newest]);
        keys(&mut model, "j j");
        if size.0 >= 80 {
            says(&mut model, size, &["held, 2 newer"]);
        }
    }
}

#[test]
fn verdicts_are_listed_worst_first_and_the_chosen_one_is_opened() {
    for size in [(160, 48), (120, 40), (100, 30), (80, 24)] {
        let mut model = shop(size);
        model.begin(Some(Screen::Verdicts), Default::default());
        says(&mut model, size, &["7 Verdicts", "worst first", "Why?", "because", "breaker open on 1 of 2"]);
    }
    for size in SIZES {
        let mut model = shop(size);
        keys(&mut model, "v");
        says(&mut model, size, &["Why?", "1 of "]);
    }
}

#[test]
fn the_diagnostics_leave_room_for_the_log() {
    for size in SIZES {
        let mut model = shop(size);
        model.begin(Some(Screen::Diagnostics), Default::default());
        says(&mut model, size, &["8 Diagnostics", "Registry"]);
        let area = super::screen::diagnostics::area(size).lines;
        assert!(area.right() <= size.0 && area.bottom() < size.1 && area.height > 0, "{area:?}");
    }
    let mut model = shop((160, 48));
    model.begin(Some(Screen::Diagnostics), Default::default());
    says(&mut model, (160, 48), &["3.8.0", "answers in", "What is remembered", "Log of Keepwatch"]);
}

#[test]
fn the_first_run_says_what_was_tried_and_what_to_do() {
    for size in SIZES {
        let mut model = scene::empty(size);
        update(&mut model, Msg::Facts(vec![scene::link(LinkState::Never)]));
        says(&mut model, size, &["ZooKeeper", "keepwatch demo"]);
        // Its keys are those alone, not with another held.
        let effects = update(&mut model, Msg::Input(crate::app::msg::Input::Key(crate::command::Key::ctrl('d'))));
        assert!(effects.is_empty() && model.overlays.is_empty(), "{effects:?}");
    }
}

#[test]
fn the_overview_folds_what_is_well_and_never_what_is_not() {
    let mut model = shop((160, 48));
    says(&mut model, (160, 48), &["10.0.0.2:8080", "10.0.0.9:5006", "2 of 3 serve"]);
    for size in [(120, 40), (100, 30)] {
        let mut model = shop(size);
        says(&mut model, size, &["folded: z", "10.0.0.9:5005", "◌ missing", "◇ drained", "◐ degraded"]);
        assert!(!frame(&model, size).contains("10.0.0.2:8080"), "the well ones are folded");
    }
    let mut model = shop((60, 15));
    says(&mut model, (60, 15), &["gateway", "2 of 3 serve"]);
}

#[test]
fn a_lost_registry_is_told_in_the_rule() {
    for size in [(160, 48), (120, 40), (100, 30), (80, 24)] {
        let mut model = shop(size);
        model.pane = Screen::Balancer;
        update(&mut model, Msg::Facts(vec![scene::link(LinkState::Lost)]));
        says(&mut model, size, &["AS OF", "as of 14:03:07"]);
    }
}

#[test]
fn no_size_does_harm() {
    let mut models = vec![shop((160, 48)), scene::empty((80, 24)), planned(Op::Drain, "d", (80, 24))];
    models.push(planned(Op::Deregister, "X", (80, 24)));
    for key in ["?", ":", "v", "/"] {
        let mut model = shop((80, 24));
        keys(&mut model, key);
        models.push(model);
    }
    for screen in Screen::ALL {
        let mut model = shop((80, 24));
        on(&mut model, screen, "payments-service", "10.0.0.9:5005");
        models.push(model);
    }
    let widths = [1, 2, 3, 5, 8, 20, 38, 39, 40, 41, 45, 60, 75, 76, 95, 96, 110, 130, 150, 200];
    for width in widths {
        for height in [1, 2, 3, 4, 7, 9, 10, 11, 12, 14, 15, 20, 28, 34, 40, 60] {
            for model in &mut models {
                update(model, Msg::Resized(width, height));
                frame(model, (width, height));
            }
        }
    }
}
