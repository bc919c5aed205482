//! What is renamed between two looks, several times, and packed, moved elsewhere or deleted at once.

use super::super::tests::append;
use super::copied_tests::{lost, tick};
use super::tests::{GO, Scene, gzip};
use super::*;

/// The names of one file over its rotations, the latest first.
type Names = fn(u32) -> String;
/// What packs a file.
type Pack = fn(&[u8]) -> Vec<u8>;

/// Renames as logrotate's `create` does, and packs the one that was renamed last, with its time, where that is asked for.
fn rotate(scene: &Scene, first: &str, name: Names, pack: Option<Pack>) {
    for number in (1..40).rev().filter(|number| scene.path(&name(*number)).exists()) {
        fs::rename(scene.path(&name(number)), scene.path(&name(number + 1))).unwrap();
    }
    let (from, to) = (scene.path(first), scene.path(&name(1)));
    match pack {
        None => fs::rename(&from, to).unwrap(),
        Some(pack) => {
            let time = fs::metadata(&from).unwrap().modified().unwrap();
            fs::write(&to, pack(&fs::read(&from).unwrap())).unwrap();
            File::options().write(true).open(&to).unwrap().set_modified(time).unwrap();
            fs::remove_file(&from).unwrap();
        }
    }
    append(&scene.path(first), "");
}

/// Follows one that is rotated so many times between its looks. What was said, and what of that was read.
fn followed(name: Names, pack: Option<Pack>, rotations: &[u32]) -> (Scene, Vec<String>) {
    let scene = Scene::new();
    fs::create_dir(scene.path("old")).unwrap();
    append(&scene.path(&name(1)), "long ago, and not read\n");
    tick();
    append(&scene.path("x.log"), "first\n");
    let mut said = vec!["first".to_owned()];
    let mut followed = scene.follow("x.log", false);
    followed.look(&GO);
    for (look, count) in rotations.iter().enumerate() {
        tick();
        for rotation in 0..*count {
            let line = format!("look {look} rotation {rotation}");
            append(&scene.path("x.log"), &format!("{line}\n"));
            said.push(line);
            rotate(&scene, "x.log", name, pack);
            tick();
        }
        followed.look(&GO);
    }
    append(&scene.path("x.log"), "last\n");
    said.push("last".to_owned());
    followed.look(&GO);
    followed.end(&GO);
    (scene, said)
}

#[test]
fn what_is_renamed_several_times_between_two_looks_is_read_whole_wherever_it_is_and_packed_too() {
    let names: [(Names, bool); 5] = [
        (|number| format!("x.log.{number}"), false),
        (|number| format!("x.log.{number}.gz"), true),
        (|number| format!("x.{number}.log"), false),
        (|number| format!("x.{number}.log.gz"), true),
        (|number| format!("old/x.log.{number}"), false),
    ];
    for (name, is_packed) in names {
        let pack: Option<Pack> = if is_packed { Some(gzip) } else { None };
        let (scene, said) = followed(name, pack, &[1, 0, 3, 1, 1, 2]);
        assert_eq!((scene.mailbox.messages(), lost(&scene)), (said, 0), "{}", name(1));
    }
}

#[test]
fn what_cannot_be_unpacked_is_told_where_it_was_not_read_before() {
    let pack: Pack = |text| [b"BZh91AY&SY", text].concat();
    for (rotations, wanted) in [(&[1, 1, 0, 1][..], 0), (&[1, 3], 2)] {
        let (scene, _) = followed(|number| format!("x.log.{number}.bz2"), Some(pack), rotations);
        assert_eq!(lost(&scene), wanted, "{rotations:?}");
    }
}

#[test]
fn where_the_one_before_is_gone_it_is_told_that_others_may_be_too() {
    for is_deleted in [false, true] {
        let scene = Scene::new();
        append(&scene.path("x.log"), "first\n");
        let mut followed = scene.follow("x.log", false);
        followed.look(&GO);
        match is_deleted {
            true => fs::remove_file(scene.path("x.log")).unwrap(),
            false => fs::rename(scene.path("x.log"), scene.path("another name")).unwrap(),
        }
        append(&scene.path("x.log"), "last\n");
        followed.look(&GO);
        followed.look(&GO);
        followed.end(&GO);
        assert_eq!((scene.mailbox.messages(), lost(&scene)), (vec!["first".into(), "last".into()], is_deleted.into()));
    }
}

#[test]
fn what_was_read_and_is_packed_later_with_a_time_of_its_own_is_not_read_again() {
    let scene = Scene::new();
    let dated = |number: u32| scene.path(&format!("x.log.2026112{number}"));
    append(&dated(0), "before reading began\n");
    append(&scene.path("x.log"), "line 0\n");
    let mut followed = scene.follow("x.log", false);
    followed.look(&GO);
    for number in 1..6 {
        tick();
        fs::rename(scene.path("x.log"), dated(number)).unwrap();
        append(&scene.path("x.log"), &format!("line {number}\n"));
        // As the kubelet does: all but the latest.
        fs::write(dated(number - 1).with_added_extension("gz"), gzip(&fs::read(dated(number - 1)).unwrap())).unwrap();
        fs::remove_file(dated(number - 1)).unwrap();
        if number != 4 {
            followed.look(&GO);
        }
    }
    followed.end(&GO);
    let wanted: Vec<_> = (0..6).map(|number| format!("line {number}")).collect();
    assert_eq!((scene.mailbox.messages(), lost(&scene)), (wanted, 0));
}

#[test]
fn of_a_link_what_rotation_leaves_stands_beside_what_it_means() {
    for is_copied in [false, true] {
        let scene = Scene::new();
        fs::create_dir(scene.path("data")).unwrap();
        append(&scene.path("data/x.log"), "first\n");
        std::os::unix::fs::symlink(scene.path("data/x.log"), scene.path("link")).unwrap();
        let mut followed = scene.follow("link", false);
        followed.look(&GO);
        let mut said = vec!["first".to_owned()];
        for number in 0..3 {
            tick();
            for part in 0..2 {
                said.push(format!("{number} {part}"));
                append(&scene.path("data/x.log"), &format!("{number} {part}\n"));
                match is_copied {
                    true => copied_tests::rotate(&scene, "data/x.log", false),
                    false => rotate(&scene, "data/x.log", |number| format!("data/x.log.{number}"), None),
                }
            }
            followed.look(&GO);
        }
        followed.end(&GO);
        assert_eq!((scene.mailbox.messages(), lost(&scene)), (said, 0), "copied: {is_copied}");
    }
}

#[test]
fn a_link_that_goes_from_file_to_file_is_read_through_all_of_them() {
    let scene = Scene::new();
    let go = |number: u32| {
        append(&scene.path(&format!("x-2026112{number}.log")), &format!("line {number}\n"));
        std::os::unix::fs::symlink(scene.path(&format!("x-2026112{number}.log")), scene.path("new")).unwrap();
        fs::rename(scene.path("new"), scene.path("link")).unwrap();
        tick();
    };
    append(&scene.path("x-20261119.log"), "long ago\n");
    tick();
    go(0);
    let mut followed = scene.follow("link", false);
    followed.look(&GO);
    (1..5).for_each(go);
    followed.look(&GO);
    followed.end(&GO);
    let wanted: Vec<_> = (0..5).map(|number| format!("line {number}")).collect();
    assert_eq!((scene.mailbox.messages(), lost(&scene)), (wanted, 0));
}
