//! What is copied and cut off between two looks, several times and packed at once, and what an editor writes anew.

use std::sync::Mutex;

use super::super::tests::{Box, append};
use super::tests::{GO, Scene, gzip};
use super::*;
use crate::domain::fact::{Fact, Mailbox};

/// Rotates as logrotate's `copytruncate` does.
pub(super) fn rotate(scene: &Scene, first: &str, is_packed: bool) {
    rotate_in(&scene.path(""), first, is_packed);
}

fn rotate_in(folder: &Path, first: &str, is_packed: bool) {
    let end = if is_packed { ".gz" } else { "" };
    let name = |number: u32| folder.join(format!("{first}.{number}{end}"));
    for number in (1..9).rev().filter(|number| name(*number).exists()) {
        fs::rename(name(number), name(number + 1)).unwrap();
    }
    match is_packed {
        true => fs::write(name(1), gzip(&fs::read(folder.join(first)).unwrap())).unwrap(),
        false => drop(fs::copy(folder.join(first), name(1)).unwrap()),
    }
    File::options().write(true).open(folder.join(first)).unwrap().set_len(0).unwrap();
    tick();
}

/// A mailbox that does something to the files once a line comes, in the middle of a look.
struct Meddler {
    inner: Arc<Box>,
    does: Mutex<Vec<(&'static str, Deed)>>,
}

/// What is done.
type Deed = std::boxed::Box<dyn FnOnce() + Send>;

impl Mailbox for Meddler {
    fn put(&self, fact: Fact) {
        self.inner.put(fact);
        let messages = self.inner.messages();
        let mut does = self.does.lock().unwrap();
        while let Some(place) = does.iter().position(|(line, _)| messages.iter().any(|it| it == line)) {
            (does.remove(place).1)();
        }
    }
}

/// Waits until the clock by which files are marked has gone on.
pub(super) fn tick() {
    let marked = || {
        let file = tempfile::tempfile().unwrap();
        file.metadata().unwrap().modified().unwrap()
    };
    let now = marked();
    while marked() == now {
        std::thread::yield_now();
    }
}

pub(super) fn lost(scene: &Scene) -> u64 {
    let states = scene.mailbox.states();
    let lost = |state: &SourceState| if let SourceState::Dropped(count, ..) = state { *count } else { 0 };
    states.iter().map(lost).sum()
}

#[test]
fn what_is_copied_and_cut_off_several_times_between_two_looks_is_read_whole_and_in_its_order() {
    for (is_packed, first) in [(false, "first\n"), (false, ""), (true, "first\n"), (true, "")] {
        let scene = Scene::new();
        append(&scene.path("x.log.7"), "long ago\n");
        append(&scene.path("x.log"), first);
        let mut followed = scene.follow("x.log", false);
        followed.look(&GO);
        tick();
        let mut wanted: Vec<String> = first.lines().map(str::to_owned).collect();
        // Of each look another number of rotations, none of them too.
        for (look, rotations) in [1, 0, 3, 1, 1, 2].into_iter().enumerate() {
            for rotation in 0..rotations {
                let line = format!("look {look} rotation {rotation}");
                append(&scene.path("x.log"), &format!("{line}\n"));
                wanted.push(line);
                rotate(&scene, "x.log", is_packed);
            }
            if look % 2 == 0 {
                append(&scene.path("x.log"), &format!("look {look}\n"));
                wanted.push(format!("look {look}"));
            }
            followed.look(&GO);
            tick();
        }
        followed.look(&GO);
        followed.end(&GO);
        assert_eq!(scene.mailbox.messages(), wanted, "packed: {is_packed}, first: {first:?}");
        assert_eq!(lost(&scene), 0);
    }
}

#[test]
fn a_line_that_is_written_in_two_parts_around_a_cut_is_one() {
    let scene = Scene::new();
    append(&scene.path("x.log"), "one\ntw");
    let mut followed = scene.follow("x.log", false);
    followed.look(&GO);
    append(&scene.path("x.log"), "o\nthr");
    rotate(&scene, "x.log", false);
    append(&scene.path("x.log"), "ee\n");
    followed.look(&GO);
    followed.end(&GO);
    assert_eq!(scene.mailbox.messages(), ["one", "two", "three"]);
}

#[test]
fn what_is_in_no_copy_is_told_at_its_place() {
    for (first, then) in [("one\n", ""), ("", ""), ("one\n", "two\n")] {
        let scene = Scene::new();
        append(&scene.path("x.log"), first);
        let mut followed = scene.follow("x.log", false);
        followed.look(&GO);
        tick();
        append(&scene.path("x.log"), "never seen, and longer than the first\n");
        fs::write(scene.path("x.log"), then).unwrap();
        followed.look(&GO);
        followed.look(&GO);
        assert_eq!(lost(&scene), 1, "{first:?} {then:?}");
        append(&scene.path("x.log"), "last\n");
        followed.look(&GO);
        followed.end(&GO);
        let wanted: Vec<_> = [first, then, "last\n"].iter().flat_map(|text| text.lines()).collect();
        assert_eq!((scene.mailbox.messages(), lost(&scene)), (wanted.iter().map(|it| it.to_string()).collect(), 1));
    }
}

#[test]
fn other_files_that_look_like_copies_are_none() {
    let scene = Scene::new();
    append(&scene.path("x.log"), "");
    append(&scene.path("x-20261125.log"), "another program's\n");
    let mut followed = scene.follow("x.log", false);
    followed.look(&GO);
    tick();
    append(&scene.path("x-20261125.log"), "goes on\n");
    append(&scene.path("x.log"), "one\n");
    // All that it has is still in the file.
    fs::copy(scene.path("x.log"), scene.path("x.log.1")).unwrap();
    followed.look(&GO);
    rotate(&scene, "x.log", false);
    followed.look(&GO);
    followed.end(&GO);
    assert_eq!((scene.mailbox.messages(), lost(&scene)), (vec!["one".to_owned()], 0));
}

#[test]
fn a_copy_that_is_written_over_each_time_is_read_each_time_alone_and_within_a_pattern() {
    for is_one_of_many in [false, true] {
        let scene = Scene::new();
        append(&scene.path("x.log"), "0\n");
        let (mut followed, mut copy) = (scene.follow("x.log", is_one_of_many), scene.follow("x.log.1", true));
        followed.look(&GO);
        for number in 1..5 {
            tick();
            append(&scene.path("x.log"), &format!("{number}\n"));
            fs::copy(scene.path("x.log"), scene.path("x.log.1")).unwrap();
            fs::write(scene.path("x.log"), "").unwrap();
            followed.look(&GO);
            if is_one_of_many {
                copy.look(&GO);
                copy.settle(Duration::MAX, &GO);
            }
            append(&scene.path("x.log"), &format!("{number} then\n"));
            followed.look(&GO);
            // The last one of each is held back for a while.
            followed.settle(Duration::MAX, &GO);
        }
        followed.end(&GO);
        copy.end(&GO);
        let wanted = ["0", "1", "1 then", "2", "2 then", "3", "3 then", "4", "4 then"];
        assert_eq!(
            (scene.mailbox.messages(), lost(&scene)),
            (wanted.map(str::to_owned).to_vec(), 0),
            "{is_one_of_many}"
        );
    }
}

#[test]
fn of_a_folder_what_is_no_text_is_said_and_passed_over_and_by_its_name_it_is_read() {
    let scene = Scene::new();
    let bytes: Vec<u8> = (0..4_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    fs::write(scene.path("core.bin"), &bytes).unwrap();
    let mut followed = scene.follow("core.bin", true);
    followed.look(&GO);
    append(&scene.path("core.bin"), "more\n");
    followed.look(&GO);
    followed.end(&GO);
    assert!(scene.mailbox.messages().is_empty() && followed.is_over());
    assert!(matches!(&scene.mailbox.states()[..], [SourceState::Failed(why)] if why.contains("no text")));
    let scene = Scene::new();
    fs::write(scene.path("core.bin"), &bytes).unwrap();
    let mut named = scene.follow("core.bin", false);
    named.look(&GO);
    named.end(&GO);
    assert!(!scene.mailbox.messages().is_empty());
}

#[test]
fn what_an_editor_writes_anew_under_the_name_goes_on_where_reading_was() {
    let scene = Scene::new();
    let lines: String = (0..20).map(|number| format!("line {number} of those that were there\n")).collect();
    append(&scene.path("x.log"), &format!("{lines}in the mid"));
    let mut followed = scene.follow("x.log", false);
    followed.look(&GO);
    append(&scene.path("tmp"), &format!("{lines}in the middle\nlast\n"));
    fs::rename(scene.path("tmp"), scene.path("x.log")).unwrap();
    followed.look(&GO);
    followed.end(&GO);
    let messages = scene.mailbox.messages();
    assert_eq!((messages.len(), &messages[20..]), (22, &["in the middle".to_owned(), "last".to_owned()][..]));
}

#[test]
fn a_file_that_is_cut_off_while_it_is_looked_at_has_no_hole() {
    let scene = Scene::new();
    append(&scene.path("x.log"), "");
    let mut followed = scene.follow("x.log", false);
    followed.look(&GO);
    tick();
    append(&scene.path("x.log"), "one\n");
    let Followed { open, out, .. } = &mut followed;
    let Ok(Drained::Cut(seen)) = open.as_mut().unwrap().drain(out, &GO) else { panic!("nothing to compare with") };
    tick();
    rotate(&scene, "x.log", false);
    assert!(followed.cut_off(seen, &GO).unwrap());
    followed.look(&GO);
    followed.end(&GO);
    assert_eq!((scene.mailbox.messages(), lost(&scene)), (vec!["one".to_owned()], 0));
}

#[test]
fn what_is_copied_and_cut_off_in_the_middle_of_a_look_is_read_whole_and_in_its_order() {
    let scene = Scene::new();
    let folder = scene.path("");
    let many = |name: &str, count: u32| (0..count).map(|number| format!("{name} line {number}\n")).collect::<String>();
    let meddle = |last: &'static str, next: String| {
        let folder = folder.clone();
        move || {
            append(&folder.join("x.log"), last);
            rotate_in(&folder, "x.log", false);
            append(&folder.join("x.log"), &next);
        }
    };
    let does: Vec<(&str, Deed)> = vec![
        // While a copy is read; and while the file itself is, of which there is more than one part.
        ("a 1", std::boxed::Box::new(meddle("b last\n", many("c", 9_000)))),
        ("c line 700", std::boxed::Box::new(meddle("c last\n", many("d", 12_000)))),
    ];
    let mailbox = Arc::new(Meddler { inner: scene.mailbox.clone(), does: Mutex::new(does) });
    let mut followed = scene.follow("x.log", false);
    followed.out = Out::new(&scene.path("x.log"), mailbox, Arc::default());
    append(&scene.path("x.log"), "first\n");
    followed.look(&GO);
    tick();
    append(&scene.path("x.log"), "a 1\na 2\n");
    rotate(&scene, "x.log", false);
    append(&scene.path("x.log"), &many("b", 100));
    for _ in 0..4 {
        followed.look(&GO);
    }
    followed.end(&GO);
    let wanted =
        ["first\na 1\na 2\n", &many("b", 100), "b last\n", &many("c", 9_000), "c last\n", &many("d", 12_000)].concat();
    let messages = scene.mailbox.messages();
    assert_eq!((messages.len(), lost(&scene)), (wanted.lines().count(), 0));
    assert!(messages.iter().map(String::as_str).eq(wanted.lines()));
}

#[test]
fn a_copy_that_somebody_made_by_hand_is_not_read_again_after_the_file_was_cut_off() {
    for is_one_of_many in [false, true] {
        let scene = Scene::new();
        let lines = |from: u32, to: u32| (from..to).map(|number| format!("line {number}\n")).collect::<String>();
        append(&scene.path("x.log"), &lines(0, 50));
        let mut followed = scene.follow("x.log", is_one_of_many);
        followed.look(&GO);
        tick();
        fs::copy(scene.path("x.log"), scene.path("x.log.bak")).unwrap();
        let mut copies: Vec<_> = ["x.log.1", "x.log.bak"].map(|name| scene.follow(name, true)).into_iter().collect();
        let mut look = |followed: &mut Followed| {
            followed.look(&GO);
            followed.settle(Duration::MAX, &GO);
            for copy in copies.iter_mut().filter(|_| is_one_of_many) {
                copy.look(&GO);
                copy.settle(Duration::MAX, &GO);
            }
        };
        look(&mut followed);
        append(&scene.path("x.log"), &lines(50, 60));
        rotate(&scene, "x.log", false);
        (0..3).for_each(|_| look(&mut followed));
        append(&scene.path("x.log"), &lines(60, 70));
        rotate(&scene, "x.log", false);
        (0..3).for_each(|_| look(&mut followed));
        let wanted: Vec<_> = (0..70).map(|number| format!("line {number}")).collect();
        assert_eq!((scene.mailbox.messages(), lost(&scene)), (wanted, 0), "{is_one_of_many}");
    }
}
