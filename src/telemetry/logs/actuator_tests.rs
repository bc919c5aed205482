//! Pieces of a log as Spring sends them, and what it sends at the end and after a rotation.

use super::*;
use crate::domain::address::Address;
use crate::domain::fact::{Fact, SourceFact};
use std::sync::Mutex;

#[derive(Default)]
struct Kept(Mutex<Vec<String>>);

impl Mailbox for Kept {
    fn put(&self, fact: Fact) {
        if let Fact::Logs(lines) = fact {
            for line in lines {
                assert_eq!(line.instance.as_ref().map(|a| a.text()), Some("10.0.0.4:5002"));
                self.0.lock().unwrap().push(line.message.to_string());
            }
        } else if let Fact::Source(SourceFact { state, .. }) = fact {
            match state {
                SourceState::Unread(bytes) => self.0.lock().unwrap().push(format!("({bytes} not read)")),
                SourceState::Dropped(_, _, why) => self.0.lock().unwrap().push(format!("({why})")),
                _ => {}
            }
        }
    }
}

fn reading(kept: &Arc<Kept>) -> Reading {
    let mailbox: Arc<dyn Mailbox> = kept.clone();
    let out = Out::new(Path::new("x"), mailbox, Arc::default());
    let reader = out.reader(Path::new("x")).of("orders".into(), Address::new("10.0.0.4", 5002).unwrap());
    Reading { out, lines: Lines::default(), reader, at: None, last: None, is_torn: false }
}

fn piece(status: u16, range: Option<(u64, u64)>, body: &str) -> Piece {
    Piece { status, range, body: body.as_bytes().to_vec() }
}

#[test]
fn a_log_is_read_piece_by_piece_over_its_end_and_a_rotation() {
    let kept = Arc::new(Kept::default());
    let mut reading = reading(&kept);
    let messages = || kept.0.lock().unwrap().clone();
    // The last bytes, from within a line on.
    reading.take(piece(206, Some((100, 112)), "rn\none\ntwo\nt")).unwrap();
    assert_eq!((reading.at, messages()), (Some(112), vec!["(100 not read)".to_owned(), "one".to_owned()]));
    // The known byte alone: nothing new; what was held back is a line.
    reading.take(piece(206, Some((111, 112)), "t")).unwrap();
    assert_eq!(messages()[1..], ["one", "two"]);
    reading.take(piece(206, Some((111, 121)), "three\nfour\n")).unwrap();
    reading.take(piece(206, Some((121, 122)), "\n")).unwrap();
    assert_eq!(messages()[1..], ["one", "two", "three", "four"]);
    // Old Spring at the end, and new Spring at the end.
    reading.take(piece(206, Some((122, 122)), "")).unwrap();
    reading.take(piece(416, Some((0, 122)), "")).unwrap();
    // Rotated.
    reading.take(piece(416, Some((0, 7)), "")).unwrap();
    assert_eq!(reading.at, Some(0));
    assert!(messages()[5].contains("after it was read last, until another file took its place"), "{:?}", messages());
    reading.take(piece(206, Some((0, 7)), "newest\n")).unwrap();
    reading.take(piece(206, Some((6, 7)), "\n")).unwrap();
    assert_eq!(messages()[6..], ["newest"]);
    // At its end, whatever way it says that, nothing more follows.
    reading.take(piece(206, Some((6, 13)), "\nlater\n")).unwrap();
    reading.take(piece(416, Some((0, 13)), "")).unwrap();
    assert_eq!(messages()[7..], ["later"]);
    assert!(reading.take(piece(416, None, "")).unwrap_err().contains("416"));
}

#[test]
fn the_last_words_before_it_stops_answering_are_shown() {
    let kept = Arc::new(Kept::default());
    let mut reading = reading(&kept);
    reading.take(piece(206, Some((0, 16)), "ERROR boom\n\tat x")).unwrap();
    assert!(kept.0.lock().unwrap().is_empty());
    reading.settle();
    assert_eq!(kept.0.lock().unwrap().len(), 1);
}

#[test]
fn what_is_far_behind_goes_on_near_the_end_and_tells_how_much_lies_between() {
    let kept = Arc::new(Kept::default());
    let mut reading = reading(&kept);
    let messages = || kept.0.lock().unwrap().clone();
    assert_eq!(reading.take(piece(206, Some((0, 8)), "one\ntwo\n")), Ok(false));
    let full = format!("\n{}\n", "x".repeat(MOST - 2));
    let total = BEHIND + MOST as u64;
    assert_eq!(reading.take(piece(206, Some((7, total)), &full)), Ok(true), "a full piece: more is there");
    reading.settle();
    assert_eq!(messages().len(), 3);
    let far = 9 * BEHIND;
    let at = reading.at.unwrap();
    reading.take(piece(206, Some((at - 1, far)), "\nthree\n")).unwrap();
    assert_eq!(reading.at, Some(far - FIRST));
    // The byte before is not known, and so not compared.
    let next = far - FIRST - 1;
    reading.take(piece(206, Some((next, far)), "rest of one\nfour\nfive\n")).unwrap();
    reading.settle();
    let not_read = format!("({} not read)", far - FIRST - at - 6);
    assert_eq!(messages()[3..], ["three".to_owned(), not_read, "four".to_owned(), "five".to_owned()]);
}

#[test]
fn a_server_without_ranges_is_read_once() {
    let kept = Arc::new(Kept::default());
    let mut reading = reading(&kept);
    reading.take(piece(200, None, "one\n{\"msg\":\"two\"}\n")).unwrap();
    assert_eq!(kept.0.lock().unwrap().len(), 2);
    assert!(reading.take(piece(200, None, "one\n{\"msg\":\"two\"}\n")).unwrap_err().contains("whole"));
    assert!(reading.take(piece(403, None, "")).unwrap_err().contains("not for us"));
}
