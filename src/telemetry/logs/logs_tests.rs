//! Files and pipes as sources: every line once, whatever happens to the file.

use super::*;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::sync::Mutex;

use crate::domain::log::LogSource;

#[derive(Default)]
pub(super) struct Box(Mutex<Vec<Fact>>);

impl Mailbox for Box {
    fn put(&self, fact: Fact) {
        self.0.lock().unwrap().push(fact);
    }
}

impl Box {
    pub(super) fn messages(&self) -> Vec<String> {
        let facts = self.0.lock().unwrap();
        let lines = facts.iter().filter_map(|fact| if let Fact::Logs(lines) = fact { Some(lines) } else { None });
        lines.flatten().map(|line| line.message.to_string()).collect()
    }

    pub(super) fn states(&self) -> Vec<SourceState> {
        let facts = self.0.lock().unwrap();
        facts
            .iter()
            .filter_map(|fact| if let Fact::Source(source) = fact { Some(source.state.clone()) } else { None })
            .collect()
    }

    /// Waits until the messages are these, a minute at most.
    pub(super) fn until(&self, wanted: &[&str]) {
        let start = Instant::now();
        while self.messages() != wanted && start.elapsed() < Duration::from_secs(60) {
            thread::sleep(Duration::from_millis(5));
        }
        assert_eq!(self.messages(), wanted);
    }
}

struct Scene {
    mailbox: Arc<Box>,
    _sources: LogSources,
    path: PathBuf,
    folder: tempfile::TempDir,
}

fn scene(content: Option<&str>, begin: Begin) -> Scene {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.log");
    if let Some(content) = content {
        fs::write(&path, content).unwrap();
    }
    let mailbox = Arc::new(Box::default());
    let as_dyn: Arc<dyn Mailbox> = mailbox.clone();
    let sources = LogSources::start(&LogOptions { paths: vec![path.clone()], begin, ..LogOptions::default() }, &as_dyn);
    Scene { mailbox, _sources: sources, path, folder }
}

pub(super) fn append(path: &Path, text: &str) {
    OpenOptions::new().append(true).create(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

#[test]
fn a_file_is_followed_a_line_at_a_time() {
    let scene = scene(Some("one\ntwo\n"), Begin::First);
    scene.mailbox.until(&["one", "two"]);
    append(&scene.path, "thr");
    append(&scene.path, "ee\nfour");
    scene.mailbox.until(&["one", "two", "three"]);
    append(&scene.path, "\n");
    scene.mailbox.until(&["one", "two", "three", "four"]);
    assert_eq!(scene.mailbox.states(), [SourceState::Running]);
}

#[test]
fn reading_begins_at_a_whole_line_near_the_end() {
    let end = scene(Some("first\nsecond\nthird\n"), Begin::Last(9));
    end.mailbox.until(&["third"]);
    let states = end.mailbox.states();
    assert_eq!(states.iter().filter(|state| **state == SourceState::Unread(10)).count(), 1, "{states:?}");
    let exact = scene(Some("first\nsecond\nthird\n"), Begin::Last(13));
    exact.mailbox.until(&["second", "third"]);
    let whole = scene(Some("first\n"), Begin::Last(1 << 20));
    whole.mailbox.until(&["first"]);
    assert!(!whole.mailbox.states().iter().any(|state| matches!(state, SourceState::Unread(_))));
}

#[test]
fn rotation_loses_nothing() {
    let scene = scene(Some("one\n"), Begin::First);
    scene.mailbox.until(&["one"]);
    let old = scene.folder.path().join("x.log.1");
    fs::rename(&scene.path, &old).unwrap();
    append(&old, "two\n");
    scene.mailbox.until(&["one", "two"]);
    append(&old, "three\n");
    append(&scene.path, "four\n");
    scene.mailbox.until(&["one", "two", "three", "four"]);
}

#[test]
fn a_file_that_is_cut_off_begins_anew() {
    let scene = scene(Some("one\ntwo\n"), Begin::First);
    scene.mailbox.until(&["one", "two"]);
    fs::write(&scene.path, "x\n").unwrap();
    scene.mailbox.until(&["one", "two", "x"]);
}

#[test]
fn a_file_that_is_not_there_is_said_and_waited_for() {
    let scene = scene(None, Begin::Last(1));
    let start = Instant::now();
    while scene.mailbox.states().is_empty() && start.elapsed() < Duration::from_secs(60) {
        thread::sleep(Duration::from_millis(5));
    }
    assert!(matches!(&scene.mailbox.states()[0], SourceState::Failed(why) if why.contains("no such file")));
    fs::write(&scene.path, "one\ntwo\n").unwrap();
    scene.mailbox.until(&["one", "two"]);
    assert_eq!(scene.mailbox.states()[1..], [SourceState::Running]);
}

#[test]
fn a_pipe_is_read_to_its_end_and_its_end_is_told() {
    let mailbox = Arc::new(Box::default());
    let mut out = Out::new(Path::new("-"), mailbox.clone(), Arc::default());
    let (mut input, mut pipe) = std::os::unix::net::UnixStream::pair().unwrap();
    pipe.write_all(b"one\n{\"msg\":\"two\"}\nlast without newline").unwrap();
    drop(pipe);
    stream::read(Path::new("-"), &mut input, &mut out, &AtomicBool::new(false));
    assert_eq!(mailbox.messages(), ["one", "two", "last without newline"]);
    assert_eq!(mailbox.states(), [SourceState::Running, SourceState::Ended]);
}

#[test]
fn a_file_that_was_rewritten_to_more_than_before_begins_anew() {
    let scene = scene(Some("one\ntwo\n"), Begin::First);
    scene.mailbox.until(&["one", "two"]);
    fs::write(&scene.path, "three\nfour\nfive\n").unwrap();
    scene.mailbox.until(&["one", "two", "three", "four", "five"]);
}

#[test]
fn a_writer_that_has_not_noticed_the_rotation_is_still_heard() {
    let scene = scene(Some("one\n"), Begin::First);
    scene.mailbox.until(&["one"]);
    let old = scene.folder.path().join("x.log.1");
    fs::rename(&scene.path, &old).unwrap();
    append(&scene.path, "two\n");
    scene.mailbox.until(&["one", "two"]);
    append(&old, "late\n");
    scene.mailbox.until(&["one", "two", "late"]);
}

#[test]
fn new_files_of_a_folder_are_found_and_rotated_ones_not_read_twice() {
    let folder = tempfile::tempdir().unwrap();
    let mailbox = Arc::new(Box::default());
    let as_dyn: Arc<dyn Mailbox> = mailbox.clone();
    append(&folder.path().join("a.log"), "one\n");
    let options = LogOptions { paths: vec![folder.path().to_owned()], ..LogOptions::default() };
    let _sources = LogSources::start(&options, &as_dyn);
    mailbox.until(&["one"]);
    append(&folder.path().join("b.log"), "two\n");
    mailbox.until(&["one", "two"]);
    fs::rename(folder.path().join("a.log"), folder.path().join("moved")).unwrap();
    append(&folder.path().join("b.log"), "three\n");
    mailbox.until(&["one", "two", "three"]);
}

#[test]
fn read_once_ends_by_itself_and_says_what_is_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let mailbox = Arc::new(Box::default());
    let as_dyn: Arc<dyn Mailbox> = mailbox.clone();
    let (there, missing) = (folder.path().join("a.log"), folder.path().join("b.log"));
    append(&there, "one\ntwo");
    let options = LogOptions { paths: vec![there, missing], once: true, ..LogOptions::default() };
    let sources = LogSources::start(&options, &as_dyn);
    mailbox.until(&["one", "two"]);
    // Nobody stops it: to be told to stop before it has looked would be another thing.
    let begun = Instant::now();
    while sources.reading() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "it ends by itself");
        thread::sleep(Duration::from_millis(2));
    }
    assert!(mailbox.states().iter().any(|s| matches!(s, SourceState::Failed(why) if why.contains("no such file"))));
}

#[test]
fn a_named_pipe_that_is_followed_outlives_its_writers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let mailbox = Arc::new(Box::default());
    let as_dyn: Arc<dyn Mailbox> = mailbox.clone();
    let options = LogOptions { paths: vec![path.clone()], ..LogOptions::default() };
    let sources = LogSources::start(&options, &as_dyn);
    for (line, all) in [("one\n", &["one"][..]), ("two\n", &["one", "two"])] {
        // Each opens and closes it, and none waits for a reader.
        append(&path, line);
        mailbox.until(all);
    }
    assert_eq!(sources.reading(), 1);
}

#[test]
fn a_line_of_nothing_but_zeros_is_a_line() {
    let (mut reader, mut lines) = (reader::Reader::new(LogSource::Stdin, Arc::default()), Vec::new());
    for line in [&[0; 1_000][..], b"next", b"\0\0\0\0\0\0\0\0\0behind a hole"] {
        reader.read(line, line.len(), Moment(1), |line| lines.push(line));
    }
    reader.end(Moment(1), |line| lines.push(line));
    let told: Vec<_> = lines.iter().map(|line| &*line.message).collect();
    assert_eq!((lines[0].raw.len(), &told[1..]), (1_000, &["next", "behind a hole"][..]));
}

#[test]
fn rules_say_whose_a_line_is_that_does_not_say_so_itself() {
    let rule = |on: &str, pattern: &str, service: Option<&str>, instance: Option<&str>| LogRule {
        on: on.into(),
        pattern: pattern.into(),
        service: service.map(str::to_owned),
        instance: instance.map(str::to_owned),
    };
    let rules = Rules::new(&[
        rule("source", r"(\w+)-(\d+)\.log", Some("$1-service"), Some("127.0.0.1:$2")),
        rule("pod", "pay-(?<n>.*)", Some("pay"), Some("pay-${n}:80")),
    ]);
    let source = LogSource::File("/x/orders-5002.log".into());
    let mut reader = reader::Reader::new(source, Arc::new(rules));
    let mut lines = Vec::new();
    reader.read(b"plain", 5, Moment(1), |line| lines.push(line));
    let own = br#"{"msg":"x","service":"own","pod":"pay-7"}"#;
    reader.read(own, own.len(), Moment(1), |line| lines.push(line));
    reader.end(Moment(1), |line| lines.push(line));
    let of = |n: usize| (lines[n].service.as_deref(), lines[n].instance.as_ref().map(|a| a.text().to_owned()));
    assert_eq!(of(0), (Some("orders-service"), Some("127.0.0.1:5002".to_owned())));
    assert_eq!(of(1), (Some("own"), Some("127.0.0.1:5002".to_owned())));
}

/// Reads these paths once, to their ends.
fn read_once(paths: &[PathBuf]) -> (Vec<String>, Vec<SourceState>) {
    let mailbox = Arc::new(Box::default());
    let as_dyn: Arc<dyn Mailbox> = mailbox.clone();
    let options = LogOptions { paths: paths.to_vec(), once: true, ..LogOptions::default() };
    let sources = LogSources::start(&options, &as_dyn);
    let begun = Instant::now();
    while sources.reading() > 0 {
        assert!(begun.elapsed() < Duration::from_secs(60), "it ends by itself");
        thread::sleep(Duration::from_millis(2));
    }
    (mailbox.messages(), mailbox.states())
}

#[test]
fn a_file_that_is_renamed_within_its_pattern_is_not_read_again() {
    for pattern in ["", "*.log"] {
        let folder = tempfile::tempdir().unwrap();
        let mailbox = Arc::new(Box::default());
        let as_dyn: Arc<dyn Mailbox> = mailbox.clone();
        let path = folder.path().join("a.log");
        append(&path, "one\n");
        let options = LogOptions { paths: vec![folder.path().join(pattern)], ..LogOptions::default() };
        let _sources = LogSources::start(&options, &as_dyn);
        mailbox.until(&["one"]);
        fs::rename(&path, folder.path().join("a-moved.log")).unwrap();
        append(&path, "two\n");
        mailbox.until(&["one", "two"]);
        // Found by the look at the folder that finds the other.
        append(&folder.path().join("z.log"), "three\n");
        mailbox.until(&["one", "two", "three"]);
    }
}

#[test]
fn without_following_all_that_a_pattern_or_folder_names_is_read_and_each_file_once() {
    let folder = tempfile::tempdir().unwrap();
    let of = |name: &str| folder.path().join(name);
    append(&of("app.log"), "new\n");
    append(&of("app.log.1"), "old\n");
    fs::hard_link(of("app.log"), of("app.log.hard")).unwrap();
    std::os::unix::fs::symlink(of("app.log"), of("link.log")).unwrap();
    for paths in [&["app.log*"][..], &[""], &["app.log", "./app.log", "link.log", "app.log.hard", "app.log.1"]] {
        let paths: Vec<_> = paths.iter().map(|name| of(name)).collect();
        let (mut messages, states) = read_once(&paths);
        messages.sort();
        assert_eq!(messages, ["new", "old"], "{paths:?}");
        assert!(states.iter().all(|state| !matches!(state, SourceState::Failed(_))), "{states:?}");
        assert_eq!(files(&paths).len(), 2);
    }
}

#[test]
fn a_pattern_that_nothing_fits_is_said() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["", "none*.log"] {
        let (_, states) = read_once(&[folder.path().join(name)]);
        assert_eq!(states, [SourceState::Failed("no file is there that fits".into())]);
    }
}
