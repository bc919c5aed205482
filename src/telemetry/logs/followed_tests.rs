//! What happens to a file between two looks at its name: rotated, more than once, copied and cut off, packed.

use super::super::between::MOST as MOST_MISSED;
use super::super::tests::{Box, append};
use super::*;
use crate::domain::fact::Mailbox;
use std::io::Write;

pub(super) static GO: AtomicBool = AtomicBool::new(false);

pub(super) struct Scene {
    pub(super) mailbox: Arc<Box>,
    known: Arc<Known>,
    folder: tempfile::TempDir,
}

impl Scene {
    pub(super) fn new() -> Scene {
        Scene { mailbox: Arc::default(), known: Arc::default(), folder: tempfile::tempdir().unwrap() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn follow(&self, name: &str, is_one_of_many: bool) -> Followed {
        let how =
            How { begin: Begin::First, once: false, known: self.known.clone(), is_one_of_many, leaves_packed: false };
        let mailbox: Arc<dyn Mailbox> = self.mailbox.clone();
        Followed::new(&self.path(name), how, Out::new(&self.path(name), mailbox, Arc::default()))
    }
}

#[test]
fn what_was_rotated_several_times_between_two_looks_is_read_whole_and_in_its_order() {
    let scene = Scene::new();
    append(&scene.path("x.log.0"), "long ago\n");
    append(&scene.path("x.log"), "zero\n");
    let mut followed = scene.follow("x.log", false);
    followed.look(&GO);
    for number in 1..=4 {
        fs::rename(scene.path("x.log"), scene.path(&format!("x.log.{number}"))).unwrap();
        append(&scene.path("x.log"), &format!("line {number}\n"));
    }
    followed.look(&GO);
    followed.look(&GO);
    followed.end(&GO);
    assert_eq!(scene.mailbox.messages(), ["zero", "line 1", "line 2", "line 3", "line 4"]);
}

#[test]
fn who_goes_on_writing_to_a_file_that_was_renamed_is_heard_and_of_one_that_was_removed_nothing_is_held() {
    let scene = Scene::new();
    append(&scene.path("x.log"), "zero\n");
    let mut followed = scene.follow("x.log", false);
    followed.look(&GO);
    fs::rename(scene.path("x.log"), scene.path("x.log.1")).unwrap();
    append(&scene.path("x.log"), "new\n");
    followed.look(&GO);
    followed.settle(Duration::MAX, &GO);
    let mut later = |line: &str| {
        // A minute goes by.
        followed.retired.iter_mut().for_each(|(_, read_at)| *read_at -= Duration::from_secs(60));
        followed.look(&GO);
        append(&scene.path("x.log.1"), line);
        followed.look(&GO);
        followed.retired.len()
    };
    assert_eq!((later("late\n"), later("later\n")), (1, 1));
    assert_eq!(scene.mailbox.messages(), ["zero", "new", "late", "later"]);
    fs::remove_file(scene.path("x.log.1")).unwrap();
    followed.retired.iter_mut().for_each(|(_, read_at)| *read_at -= Duration::from_secs(60));
    followed.look(&GO);
    assert!(!followed.has_retired());
    for number in 0..=MOST_RENAMED {
        fs::rename(scene.path("x.log"), scene.path(&format!("x.log.0{number}"))).unwrap();
        append(&scene.path("x.log"), "next\n");
        followed.look(&GO);
    }
    followed.retired.iter_mut().for_each(|(_, read_at)| *read_at -= Duration::from_secs(60));
    followed.look(&GO);
    assert_eq!(followed.retired.len(), MOST_RENAMED, "the oldest is let go of");
}

#[test]
fn more_rotations_between_two_looks_than_are_read_are_told() {
    let scene = Scene::new();
    append(&scene.path("x.log"), "zero\n");
    let mut followed = scene.follow("x.log", false);
    followed.look(&GO);
    for number in 0..MOST_MISSED + 3 {
        fs::rename(scene.path("x.log"), scene.path(&format!("x.log.{number:03}"))).unwrap();
        append(&scene.path("x.log"), &format!("line {number}\n"));
    }
    followed.look(&GO);
    followed.end(&GO);
    assert_eq!(scene.mailbox.messages().len(), MOST_MISSED + 2);
    let lost = |state: &SourceState| matches!(state, SourceState::Dropped(2, what, _) if &**what == "files");
    assert!(scene.mailbox.states().iter().any(lost), "{:?}", scene.mailbox.states());
}

#[test]
fn what_is_copied_and_cut_off_is_read_to_the_end_of_the_copy_and_no_line_twice() {
    for is_one_of_many in [false, true] {
        let scene = Scene::new();
        append(&scene.path("x.log"), "one\n");
        let mut followed = scene.follow("x.log", is_one_of_many);
        followed.look(&GO);
        append(&scene.path("x.log"), "two\n");
        fs::copy(scene.path("x.log"), scene.path("x.log.1")).unwrap();
        let mut copy = scene.follow("x.log.1", true);
        if is_one_of_many {
            copy.look(&GO);
        }
        fs::write(scene.path("x.log"), "three\n").unwrap();
        followed.look(&GO);
        if is_one_of_many {
            copy.look(&GO);
        }
        followed.end(&GO);
        copy.end(&GO);
        assert_eq!(scene.mailbox.messages(), ["one", "two", "three"], "{is_one_of_many}");
    }
}

#[test]
fn a_file_under_two_names_is_read_once_and_late_lines_of_it_after_it_was_closed() {
    let scene = Scene::new();
    append(&scene.path("a.log"), "one\n");
    fs::hard_link(scene.path("a.log"), scene.path("b.log")).unwrap();
    let (mut one, mut two) = (scene.follow("a.log", true), scene.follow("b.log", true));
    one.look(&GO);
    two.look(&GO);
    one.end(&GO);
    drop(one);
    append(&scene.path("a.log"), "two\n");
    two.look(&GO);
    two.end(&GO);
    assert_eq!(scene.mailbox.messages(), ["one", "two"]);
}

pub(super) fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

#[test]
fn what_gzip_packed_is_unpacked_once_and_what_is_wrong_with_it_is_said() {
    let whole = [gzip(b"one\ntwo\n"), gzip(b"three\n")].concat();
    let cut = &whole[..whole.len() - 4];
    let behind = [&whole[..], b"rubbish behind it"].concat();
    for (bytes, wrong) in [(&whole[..], ""), (cut, "was cut off"), (&behind, "is something else")] {
        let scene = Scene::new();
        fs::write(scene.path("x.log"), bytes).unwrap();
        let mut followed = scene.follow("x.log", false);
        followed.look(&GO);
        followed.look(&GO);
        assert!(followed.is_over());
        assert_eq!(scene.mailbox.messages(), ["one", "two", "three"]);
        match (wrong, scene.mailbox.states().as_slice()) {
            ("", [SourceState::Running]) => {}
            (_, [SourceState::Failed(why)]) if !wrong.is_empty() && why.contains(wrong) => {}
            (_, states) => panic!("{wrong}: {states:?}"),
        }
    }
}

#[test]
fn a_bomb_goes_through_as_the_line_that_it_is_and_what_cannot_be_unpacked_says_what_to_do() {
    let scene = Scene::new();
    fs::write(scene.path("bomb.gz"), gzip(&vec![b'x'; 20 << 20])).unwrap();
    fs::write(scene.path("x.zst"), b"\x28\xb5\x2f\xfd rest").unwrap();
    for name in ["bomb.gz", "x.zst"] {
        scene.follow(name, false).look(&GO);
    }
    let messages = scene.mailbox.messages();
    assert!(messages.len() == 1 && messages[0].len() < 70_000);
    assert!(matches!(&scene.mailbox.states()[..], [.., SourceState::Failed(why)] if why.contains("zstdcat ")));
}
