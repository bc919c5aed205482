//! Exports that were refused stand where they came, a row for each sender and reason, however long it goes on.

use super::*;

fn turned(from: &str, again: bool) -> Turned {
    Turned { exports: 1, again, from: from.into(), why: "spans, it cannot be read".into(), said: "x".into() }
}

fn told(gaps: &Gaps) -> Vec<(i64, i64, u64, u64)> {
    let one = |gap: &Gap| (gap.at.0, gap.until.0, gap.turned.as_ref().map_or(0, |t| t.exports), gap.exports);
    gaps.iter().map(one).collect()
}

#[test]
fn what_goes_on_is_one_row_and_told_anew_after_a_while() {
    let mut gaps = Gaps::default();
    assert!(gaps.refuse(Moment(1_000), &turned("a", false)));
    assert!(!gaps.refuse(Moment(61_000), &turned("a", false)));
    assert!(gaps.refuse(Moment(61_000), &turned("a", true)), "what comes again is no loss");
    assert!(gaps.refuse(Moment(400_000), &turned("a", false)), "it was silent meanwhile");
    assert_eq!(told(&gaps), [(1_000, 61_000, 2, 2), (61_000, 61_000, 1, 0), (400_000, 400_000, 1, 1)]);
    let mut gaps = Gaps::default();
    let rows = (0..3_600).filter(|s| gaps.refuse(Moment(s * 1_000), &turned("a", false))).count();
    assert_eq!((rows, told(&gaps).iter().map(|row| row.3).sum::<u64>()), (6, 3_600));
}

#[test]
fn weeks_of_rubbish_from_ever_other_senders_take_no_more_room_and_are_all_counted() {
    let mut gaps = Gaps::default();
    let mut rows = 0;
    for n in 0..200_000_u64 {
        rows += u64::from(gaps.refuse(Moment(n as i64 * 10_000), &turned(&format!("sender {n}"), false)));
    }
    // 17 in ten minutes, for 23 days.
    assert!(gaps.rest.len() <= MOST && rows < 60_000, "{} gaps, {rows} rows", gaps.rest.len());
    assert_eq!(gaps.iter().map(|gap| gap.exports).sum::<u64>(), 200_000);
    // A gap of lines that became part of it keeps its count.
    gaps.put(Moment(0), 7, "from otlp");
    gaps.refuse(Moment(i64::MAX / 2), &turned("last", false));
    assert_eq!(gaps.iter().map(|gap| gap.lines).sum::<u64>(), 7);
}

#[test]
fn senders_of_one_moment_beyond_some_are_one_row() {
    let mut gaps = Gaps::default();
    let rows = (0..500).filter(|n| gaps.refuse(Moment(5), &turned(&format!("sender {n}"), false))).count();
    assert_eq!((rows, told(&gaps).last().copied()), (MOST_SENDERS + 1, Some((5, 5, 500 - 16, 500 - 16))));
    assert_eq!(gaps.iter().last().and_then(|gap| gap.turned.as_ref()).map(|turned| &*turned.from), Some(OTHERS));
    assert!(!gaps.refuse(Moment(6), &turned("sender 3", false)), "who has a row of its own keeps it");
    assert_eq!(told(&gaps)[3].2, 2);
}

#[test]
fn lines_that_gave_way_take_what_stood_among_them_along() {
    let mut gaps = Gaps::default();
    gaps.refuse(Moment(10), &turned("a", false));
    gaps.lose_front(100, Moment(20));
    assert_eq!(gaps.iter().map(|gap| (gap.lines, gap.exports)).collect::<Vec<_>>(), [(100, 1)]);
}

#[test]
fn the_front_of_a_file_that_was_not_read_is_told_where_all_behind_it_gave_way() {
    let mut gaps = Gaps::default();
    gaps.put(Moment(10), 0, "58 MB of /var/log/big.log");
    gaps.lose_front(100, Moment(20));
    let told =
        |gaps: &Gaps| gaps.iter().next().map(|gap| (gap.lines, gap.why.as_deref().unwrap_or_default().to_owned()));
    let words = "dropped to make room for newer ones; not read before them: 58 MB of /var/log/big.log";
    assert_eq!(told(&gaps), Some((100, words.to_owned())));
    gaps.lose_front(7, Moment(30));
    assert_eq!(told(&gaps), Some((107, words.to_owned())));
    for n in 0..1_000 {
        gaps.put(Moment(40 + n), 0, &format!("1 MB of {n}.log"));
        gaps.lose_front(1, Moment(41 + n));
    }
    assert_eq!(told(&gaps), Some((1_107, format!("{words}, 1 MB of 0.log, 1 MB of 1.log and others"))));
}
