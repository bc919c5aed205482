//! Files and pipes as sources: every line once, whatever happens to the file.

use super::*;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};

#[derive(Default)]
struct Box(Mutex<Vec<Fact>>);

impl Mailbox for Box {
    fn put(&self, fact: Fact) {
        self.0.lock().unwrap().push(fact);
    }
}

impl Box {
    fn messages(&self) -> Vec<String> {
        let facts = self.0.lock().unwrap();
        let lines = facts.iter().filter_map(|fact| if let Fact::Logs(lines) = fact { Some(lines) } else { None });
        lines.flatten().map(|line| line.message.to_string()).collect()
    }

    fn states(&self) -> Vec<SourceState> {
        let facts = self.0.lock().unwrap();
        facts
            .iter()
            .filter_map(|fact| if let Fact::Source(source) = fact { Some(source.state.clone()) } else { None })
            .collect()
    }

    /// Waits until the messages are these, a minute at most.
    fn until(&self, wanted: &[&str]) {
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
    let sources = LogSources::start(std::slice::from_ref(&path), begin, &as_dyn);
    Scene { mailbox, _sources: sources, path, folder }
}

fn append(path: &Path, text: &str) {
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
    let exact = scene(Some("first\nsecond\nthird\n"), Begin::Last(13));
    exact.mailbox.until(&["second", "third"]);
    let whole = scene(Some("first\n"), Begin::Last(1 << 20));
    whole.mailbox.until(&["first"]);
}

#[test]
fn rotation_loses_nothing() {
    let scene = scene(Some("one\n"), Begin::First);
    scene.mailbox.until(&["one"]);
    let old = scene.folder.path().join("x.log.1");
    fs::rename(&scene.path, &old).unwrap();
    append(&old, "two\n");
    scene.mailbox.until(&["one", "two"]);
    append(&old, "three");
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
    let out = Out::new(Path::new("-"), mailbox.clone());
    stream(&mut &b"one\n{\"msg\":\"two\"}\nlast without newline"[..], out, &AtomicBool::new(false));
    assert_eq!(mailbox.messages(), ["one", "two", "last without newline"]);
    assert_eq!(mailbox.states(), [SourceState::Running, SourceState::Ended]);
}
