//! The same at every size: the overview from a wide screen down to 40x10, full screens, overlays, and what is smaller still.

use keepwatch::domain::health::Asked;

use crate::{
    common::{journey::Journey, shop},
    keep,
};

const SIZES: [(u16, u16); 6] = [(160, 48), (120, 40), (100, 30), (80, 24), (60, 15), (40, 10)];

#[test]
fn the_overview_at_each_size_is_kept_once() {
    let mut journey = Journey::shop();
    for (width, height) in SIZES.into_iter().skip(1) {
        journey.size(width, height);
        keep(&format!("overview-{width}x{height}"), &journey.screen());
    }
}

#[test]
fn what_is_wrong_and_how_old_it_is_can_be_read_at_every_size() {
    let mut journey = Journey::shop();
    let at = journey.model.now;
    journey.tell([shop::health("payments-service", "127.0.0.9:5005", Asked::Refused, at)]).wait(1_000);
    for (width, height) in SIZES {
        journey.size(width, height).shows("payments").shows("LIVE");
    }
}

#[test]
fn every_screen_and_overlay_keeps_to_every_size() {
    let mut journey = Journey::shop();
    for (width, height) in SIZES.into_iter().chain([(20, 5), (7, 3), (1, 1), (400, 100)]) {
        journey.size(width, height);
        for keys in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "? j Esc", ": Esc", "v Esc", "2 / a Esc"] {
            for key in keys.split(' ') {
                journey.press(key);
                let screen = journey.screen();
                assert!(screen.lines().count() == usize::from(height), "{width}x{height} {keys}");
                let widest = screen.lines().map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(0);
                assert!(widest <= usize::from(width), "{width}x{height} {keys}: {widest}");
            }
        }
    }
}

#[test]
fn without_room_the_sentence_is_still_there() {
    let mut journey = Journey::shop();
    let at = journey.model.now;
    journey.tell([shop::health("payments-service", "127.0.0.9:5005", Asked::Refused, at)]).wait(1_000);
    journey.size(30, 6).shows("payments");
}
