//! The journal's chain and what follows from it: every tampering is found at its line, and undo finds the right step.

use super::{Acted, Entry, Step, Write, line, read_line, sha256};
use crate::store::journal_chain::{Applied, read};

fn entry(n: u64, id: u64, by: &str, op: &str, step: Step) -> Entry {
    Entry {
        line: n,
        id: id.to_string(),
        at: "2026-11-25T14:03:07.512Z".into(),
        by: by.into(),
        host: "laptop".into(),
        cluster: None,
        registry: "localhost:2181".into(),
        op: op.into(),
        target: Acted { service: "orders-service".into(), address: "10.0.0.4:5002".into(), path: "/o/x".into() },
        step,
        writes: vec![Write {
            kind: "set".into(),
            path: "/o/x".into(),
            before: Some(b"70".to_vec()),
            after: Some(b"0".to_vec()),
            version: Some(3),
        }],
        reason: Some("kernel \u{202e}update".into()),
        undo_of: None,
        session: None,
        note: None,
    }
}

/// A journal of these entries, chained.
fn chained(entries: impl IntoIterator<Item = Entry>) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    for entry in entries {
        lines.push(line(&entry, lines.last().map(Vec::as_slice)).into_bytes());
    }
    lines
}

fn eight() -> Vec<Vec<u8>> {
    chained((1..=8).map(|n| entry(n, n, "ana", "drain", Step::Done)))
}

fn joined(lines: &[Vec<u8>]) -> Vec<u8> {
    lines.iter().flat_map(|l| l.iter().copied().chain([b'\n'])).collect()
}

fn broken_at(lines: &[Vec<u8>]) -> Option<u64> {
    read(&joined(lines)).broken.map(|b| b.line)
}

#[test]
fn a_line_carries_its_own_hash_and_that_of_the_line_before_and_nothing_that_moves_a_cursor() {
    let lines = eight();
    let text = String::from_utf8(lines[1].clone()).unwrap();
    assert!(text.contains(&format!("\"prev\":\"{}\"", sha256(&lines[0]))));
    assert!(!text.contains('\u{202e}') && text.contains("\\u202e"));
    assert_eq!(read_line(&lines[1]).unwrap().0, entry(2, 2, "ana", "drain", Step::Done));
    assert_eq!(broken_at(&lines), None);
    assert_eq!(read(b""), Default::default());
}

#[test]
fn a_changed_byte_is_found_in_its_line_whichever_it_is() {
    let lines = eight();
    for n in 0..lines.len() {
        for at in 0..lines[n].len() {
            let mut changed = lines.clone();
            changed[n][at] = if changed[n][at] == b'x' { b'y' } else { b'x' };
            assert_eq!(broken_at(&changed), Some(n as u64 + 1), "line {}, byte {at}", n + 1);
        }
    }
}

#[test]
fn lines_taken_out_put_in_or_swapped_are_found() {
    let lines = eight();
    let without = |n: usize| [&lines[..n], &lines[n + 1..]].concat();
    assert_eq!(broken_at(&without(3)), Some(4));
    assert_eq!(broken_at(&without(0)), Some(1));
    let mut swapped = lines.clone();
    swapped.swap(2, 3);
    assert_eq!(broken_at(&swapped), Some(3));
    let mut twice = lines.clone();
    twice.insert(4, lines[3].clone());
    assert_eq!(broken_at(&twice), Some(5));
}

#[test]
fn a_cut_tail_is_told_apart_from_a_changed_line() {
    let all = joined(&eight());
    for cut in [1, 3, 29] {
        let broken = read(&all[..all.len() - cut]).broken.unwrap();
        assert!(broken.line == 8 && broken.why.contains("cut off"), "{broken}");
    }
}

#[test]
fn a_torn_line_is_accepted_where_the_next_one_says_so_and_only_there() {
    let mut lines = eight();
    lines.push(lines[0][..40].to_vec());
    assert_eq!(broken_at(&lines), Some(9));
    let mended = line(&entry(10, 10, "ana", "", Step::Mended), lines.last().map(Vec::as_slice));
    lines.push(mended.into_bytes());
    assert_eq!(broken_at(&lines), None);
    lines[8][3] = b'#';
    assert_eq!(broken_at(&lines), Some(10));
}

#[test]
fn bytes_that_are_no_text_come_back_as_they_were() {
    let mut odd = entry(1, 1, "ana", "drain", Step::Begun);
    odd.writes[0].before = Some(vec![0xff, 0, 7]);
    odd.writes[0].after = None;
    let line = line(&odd, None);
    assert!(line.contains("\"encoding\":\"base64\""));
    assert_eq!(read_line(line.as_bytes()).unwrap().0, odd);
}

fn undoable(entries: Vec<Entry>, by: &str) -> Vec<(String, Applied)> {
    let journal = read(&joined(&chained(entries)));
    assert_eq!(journal.broken, None);
    journal.undoable(by).iter().map(|a| (a.first.id.clone(), a.applied())).collect()
}

fn undo(n: u64, of: u64, step: Step) -> Entry {
    Entry { undo_of: Some(of.to_string()), ..entry(n, n, "ana", "undo", step) }
}

#[test]
fn undo_finds_this_persons_steps_the_newest_first() {
    let mut steps = vec![
        entry(1, 1, "ana", "weight", Step::Begun),
        entry(2, 1, "ana", "weight", Step::Done),
        entry(3, 3, "ben", "weight", Step::Done),
        entry(4, 4, "ana", "drain", Step::Requested),
        entry(5, 5, "ana", "drain", Step::Refused),
        entry(6, 6, "ana", "drain", Step::Conflict),
    ];
    let yes = |id: &str| (id.to_owned(), Applied::Yes);
    assert_eq!(undoable(steps.clone(), "ana"), [yes("4"), yes("1")]);
    assert_eq!(undoable(steps.clone(), "ben"), [yes("3")]);
    steps.push(undo(7, 4, Step::Done));
    assert_eq!(undoable(steps.clone(), "ana"), [yes("1")], "neither the undone step nor the undo itself");
    steps.push(undo(8, 1, Step::Conflict));
    assert_eq!(undoable(steps.clone(), "ana"), [yes("1")], "an undo that failed undid nothing");
    steps.push(undo(9, 1, Step::Done));
    assert_eq!(undoable(steps, "ana"), []);
}

#[test]
fn a_step_whose_end_nobody_saw_may_have_been_applied() {
    let steps = vec![entry(1, 1, "ana", "drain", Step::Unknown), entry(2, 2, "ana", "drain", Step::Begun)];
    assert_eq!(undoable(steps, "ana"), [("2".into(), Applied::Maybe), ("1".into(), Applied::Maybe)]);
}

#[test]
fn undo_by_id_says_why_not() {
    let steps = vec![
        entry(1, 1, "ana", "drain", Step::Done),
        undo(2, 1, Step::Done),
        entry(3, 3, "ana", "drain", Step::Refused),
    ];
    let journal = read(&joined(&chained(steps)));
    let why = |id: &str| journal.undoable_id(id).unwrap_err();
    assert!(why("1").contains("undone already, by action 2"));
    assert!(why("2").contains("an undo itself"));
    assert!(why("3").contains("not applied (refused)"));
    assert!(why("9").contains("no action 9"));
}

#[test]
fn what_was_taken_back_is_open_no_more() {
    let mut steps = vec![entry(1, 1, "ana", "drain", Step::Begun), entry(2, 2, "ana", "drain", Step::Begun)];
    let open = |steps: &[Entry]| -> Vec<String> {
        read(&joined(&chained(steps.to_vec()))).unended().into_iter().map(|entry| entry.id.clone()).collect()
    };
    steps.push(undo(3, 1, Step::Conflict));
    assert_eq!(open(&steps), ["1", "2"], "an undo that failed undid nothing");
    steps.push(undo(4, 1, Step::Requested));
    assert_eq!(open(&steps), ["2"]);
}
