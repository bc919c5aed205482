//! Every way of writing a number, as tables.

use chrono::{FixedOffset, TimeZone as _};
use proptest::prelude::*;

use super::*;

#[test]
fn rates() {
    let table = [
        (0.0, "0/s"),
        (0.2, "‹1/s"),
        (1.4, "1/s"),
        (412.3, "412/s"),
        (999.4, "999/s"),
        (999.6, "1.0k/s"),
        (4_100.0, "4.1k/s"),
        (9_840.0, "9.8k/s"),
        (9_960.0, "10k/s"),
        (123_456.0, "123k/s"),
        (1_234_567.0, "1.2M/s"),
        (f64::NAN, "?"),
        (-1.0, "?"),
    ];
    for (given, wanted) in table {
        assert_eq!(rate(given), wanted);
    }
}

#[test]
fn counts_stay_exact_where_they_can() {
    let table =
        [(0, "0"), (999, "999"), (1_204, "1,204"), (99_999, "99,999"), (120_400, "120 k"), (1_250_000, "1.2 M")];
    for (given, wanted) in table {
        assert_eq!(count(given), wanted);
    }
    assert_eq!((about(1_204), about(24_410)), ("1,204".to_owned(), "24 k".to_owned()));
    assert_eq!((commas(1_000_000), commas(62)), ("1,000,000".to_owned(), "62".to_owned()));
    let sizes = [0, 45_000, 1_048_000, 1_048_576, 9_000_000, 256 << 20];
    assert_eq!(sizes.map(memory), ["0 KiB", "44 KiB", "1023 KiB", "1.0 MiB", "8.6 MiB", "256 MiB"]);
    assert_eq!((bytes(512), bytes(19_100)), ("512 B".to_owned(), "19 kB".to_owned()));
    assert_eq!((plural(1, "call", "calls"), plural(0, "call", "calls")), ("1 call".to_owned(), "0 calls".to_owned()));
}

#[test]
fn answer_times() {
    let table = [
        (0.0, "0 ms"),
        (0.01, "‹0.1 ms"),
        (0.41, "0.4 ms"),
        (9.4, "9 ms"),
        (33.0, "33 ms"),
        (842.0, "842 ms"),
        (999.7, "1.0 s"),
        (1_926.0, "1.9 s"),
        (24_300.0, "24 s"),
        (119_000.0, "1 min 59 s"),
        (f64::INFINITY, "?"),
    ];
    for (given, wanted) in table {
        assert_eq!(latency(given), wanted);
    }
    assert_eq!((took(1_700), took(8_000), took(800_000)), ("1.7 ms".into(), "8 ms".into(), "800 ms".into()));
}

#[test]
fn percentages_never_lie_at_their_ends() {
    let table = [
        (0.0, "0 %"),
        (0.0001, "‹0.1 %"),
        (0.006, "0.6 %"),
        (0.062, "6.2 %"),
        (0.177, "17.7 %"),
        (0.9999, "99.9 %"),
        (1.0, "100 %"),
    ];
    for (given, wanted) in table {
        assert_eq!(percent(given), wanted);
    }
    assert_eq!((errors(0, 0), errors(0, 9), errors(145, 819)), ("–".into(), "0 %".into(), "17.7 %".into()));
}

#[test]
fn durations_in_sentences_and_columns() {
    let table = [
        (0, "0 s", "0s"),
        (26, "26 s", "26s"),
        (287, "4 min 47 s", "4m"),
        (240, "4 min", "4m"),
        (599, "9 min 59 s", "9m"),
        (750, "12 min", "12m"),
        (9_780, "2 h 43 min", "2h"),
        (86_399, "23 h 59 min", "23h"),
        (1_051_200, "12 d 4 h", "12d"),
    ];
    for (given, sentence, column) in table {
        assert_eq!((duration(given).as_str(), short_duration(given).as_str()), (sentence, column));
    }
    assert_eq!((age(312), age(12_900)), ("0.3 s".into(), "12 s".into()));
    assert_eq!((left(1_650), left(0), left(-5)), ("27 min left".into(), "over".into(), "over".into()));
}

#[test]
fn times_carry_a_date_only_when_it_is_not_today() {
    let zone = FixedOffset::east_opt(3600).expect("one hour");
    let at = |y, mo, d, h, mi, s| zone.with_ymd_and_hms(y, mo, d, h, mi, s).single().expect("a time");
    let now = at(2026, 11, 25, 14, 3, 7);
    assert_eq!(clock(&now), "14:03:07");
    assert_eq!(clock_ms(&(now + chrono::TimeDelta::milliseconds(512))), "14:03:07.512");
    assert_eq!(when(&at(2026, 11, 25, 9, 2, 11), &now), "09:02:11");
    assert_eq!(when(&at(2026, 11, 24, 14, 3, 0), &now), "Tue 14:03");
    assert_eq!(when(&at(2026, 11, 3, 14, 3, 0), &now), "3 Nov 14:03");
    assert_eq!(when(&at(2025, 11, 3, 14, 3, 0), &now), "3 Nov 2025");
    let told = |y, mo, d| day(&at(y, mo, d, 23, 59, 59), &now);
    assert_eq!(told(2026, 11, 25), None);
    let days = [told(2026, 11, 24), told(2026, 11, 19), told(2026, 11, 18), told(2025, 11, 25), told(2026, 11, 26)];
    assert_eq!(days.map(Option::unwrap_or_default), ["Tue", "Thu", "18 Nov", "2025-11-25", "26 Nov"]);
    assert_eq!(since(&at(2026, 11, 25, 14, 2, 41), &now), "Since 14:02:41 (26 s).");
}

#[test]
fn shares_of_thirds_add_up() {
    assert_eq!(shares(&[1.0, 1.0, 1.0]), [34, 33, 33]);
    assert_eq!(shares(&[4.0, 4.0, 2.0]), [40, 40, 20]);
    assert_eq!(shares(&[0.0, f64::NAN]), [0, 0]);
    assert_eq!(shares(&[]), Vec::<u8>::new());
}

proptest! {
    #[test]
    fn shares_add_up_to_a_hundred(parts in prop::collection::vec(0.0_f64..1e6, 1..40)) {
        let sum: u32 = shares(&parts).iter().map(|share| u32::from(*share)).sum();
        let any = parts.iter().any(|part| *part > 0.0);
        prop_assert_eq!(sum, if any { 100 } else { 0 });
    }

    #[test]
    fn rates_and_times_are_never_wider_than_their_columns(value in 0.0_f64..1e9) {
        prop_assert!(rate(value).chars().count() <= 7);
        prop_assert!(latency(value.min(59_000.0)).chars().count() <= 7);
        prop_assert!(percent(value / 1e9).chars().count() <= 7);
    }
}
