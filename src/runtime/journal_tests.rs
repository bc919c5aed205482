//! The journal's file: chained over processes and threads, mended after a crash, and refused in words where it cannot be.

use std::os::unix::fs::PermissionsExt;

use super::*;

fn drain(by: &str) -> Line {
    Line { at: "2026-11-25T14:03:07.512Z".into(), by: by.into(), op: "drain".into(), ..Line::default() }
}

fn temporary() -> (tempfile::TempDir, JournalFile) {
    let folder = tempfile::tempdir().unwrap();
    let file = JournalFile::at(folder.path().join("state/keepwatch/journal.jsonl"));
    (folder, file)
}

#[test]
fn lines_are_chained_and_an_action_keeps_its_id() {
    let (_folder, file) = temporary();
    assert_eq!(file.read().unwrap(), None);
    let begun = file.append(drain("ana")).unwrap();
    let done = file.append(Line::after(&begun, "later".into(), Step::Done, None)).unwrap();
    let other = file.append(drain("ben")).unwrap();
    assert_eq!((begun.id.as_str(), done.id.as_str(), other.id.as_str()), ("1", "1", "3"));
    let journal = file.read().unwrap().unwrap();
    assert_eq!((journal.broken, journal.entries), (None, vec![begun, done, other]));
}

#[test]
fn it_is_for_its_owner_alone() {
    let (_folder, file) = temporary();
    file.ready().unwrap();
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(file.path()), 0o600);
    assert_eq!(mode(file.path().parent().unwrap()), 0o700);
}

#[test]
fn many_writers_make_one_chain() {
    let (_folder, file) = temporary();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let file = &file;
            scope.spawn(move || (0..10).for_each(|_| drop(file.append(drain(&format!("w{writer}"))).unwrap())));
        }
    });
    let journal = file.read().unwrap().unwrap();
    assert_eq!((journal.broken, journal.entries.len()), (None, 80));
}

#[test]
fn a_torn_line_is_mended_and_not_hidden() {
    let (_folder, file) = temporary();
    (0..3).for_each(|_| drop(file.append(drain("ana")).unwrap()));
    let whole = std::fs::read(file.path()).unwrap();
    for cut in [1, 20, 100] {
        std::fs::write(file.path(), &whole[..whole.len() - cut]).unwrap();
        assert!(file.read().unwrap().unwrap().broken.is_some_and(|b| b.why.contains("cut off")));
        file.append(drain("ben")).unwrap();
        let journal = file.read().unwrap().unwrap();
        assert_eq!(journal.broken, None, "cut by {cut}");
        let told = journal.entries.iter().any(|e| e.step == Step::Mended);
        assert_eq!(told, cut > 1, "a line feed alone that is missing loses nothing");
        assert_eq!(journal.actions().last().unwrap().first.by, "ben");
    }
}

#[test]
fn no_journal_is_said_in_words() {
    let folder = tempfile::tempdir().unwrap();
    let in_the_way = folder.path().join("file");
    std::fs::write(&in_the_way, "").unwrap();
    let file = JournalFile::at(in_the_way.join("journal.jsonl"));
    let words = file.ready().unwrap_err().to_string();
    assert!(words.starts_with("Cannot write the journal ") && words.contains("journal.jsonl"), "{words}");
    assert!(file.append(drain("ana")).is_err());
}

#[test]
fn what_is_no_regular_file_is_refused_before_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let device = folder.path().join("journal.jsonl");
    // Of this one a read never ends.
    std::os::unix::fs::symlink("/dev/zero", &device).unwrap();
    for path in [device.as_path(), folder.path()] {
        let file = JournalFile::at(path);
        for error in [file.read().unwrap_err(), file.ready().unwrap_err(), file.append(drain("ana")).unwrap_err()] {
            let words = error.to_string();
            assert!(words.starts_with("Cannot use the journal ") && words.contains("no regular file"), "{words}");
        }
    }
}
