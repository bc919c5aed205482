//! The real binary, from outside: on a terminal against a real ZooKeeper, by keys; after a panic; where nothing is installed
//! or configured; and watched while another program (kazoo) changes the registry.
#![cfg(unix)]

mod common;

use std::{
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use common::{BOUND, eventually, pty::Pty, zookeeper, zookeeper::ZooKeeper};
use keepwatch::runtime::{draw::Outlet, terminal::Terminal};

const KEEPWATCH: &str = env!("CARGO_BIN_EXE_keepwatch");
/// Set where this very test runs as the program on the terminal.
const ROLE: &str = "KEEPWATCH_TEST_ROLE";

fn dashboard(folder: &Path, args: &[&str]) -> Pty {
    let quiet = ["--probe", "off", "--otlp", "off", "--mouse", "on"];
    Pty::start(Path::new(KEEPWATCH), &[args, &quiet].concat(), &[("USER", "ana")], folder)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drain_by_keys_reaches_a_real_zookeeper_and_the_terminal_is_given_back() {
    let server = ZooKeeper::start();
    let provider = server.client().await;
    for address in ["127.0.0.4:5001", "127.0.0.5:5001"] {
        zookeeper::ephemeral(&provider, &format!("/users-service/{address}"), b"10").await;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let address = server.address();
    let mut pty = dashboard(folder.path(), &["--registry", &address, "--select", "users-service/127.0.0.4:5001"]);
    pty.shows("LIVE");
    pty.shows("127.0.0.5:5001");
    pty.press("d");
    pty.wait("the plan, whole", |screen| {
        screen.contains("/users-service/127.0.0.4:5001") && screen.contains("Enter drain it")
    });
    assert_eq!(provider.get_data("/users-service/127.0.0.4:5001").await.expect("it is there").0, b"10", "only planned");
    pty.confirm("Enter drain it", "\r");
    eventually("the znode is drained", async || {
        provider.get_data("/users-service/127.0.0.4:5001").await.is_ok_and(|(data, _)| data == b"0")
    })
    .await;
    let (intent, _) = provider
        .get_data("/keepwatch/intents/users-service/127.0.0.4:5001")
        .await
        .expect("the drain is kept in the registry");
    assert!(String::from_utf8_lossy(&intent).contains("\"by\":\"ana\""), "{}", String::from_utf8_lossy(&intent));
    // The write is read back first: until then another action is refused.
    pty.wait("the drain is read back", |screen| screen.contains("requested at"));
    pty.press("\x1b");
    pty.wait("the plan is closed", |screen| !screen.contains("┏━") && screen.contains("drained"));

    pty.press("U");
    pty.wait("the undo's plan", |screen| screen.contains("┏━") && screen.contains("\"0\" ▸ \"10\""));
    pty.wait("what confirms it", |screen| screen.contains("Enter undo it"));
    pty.confirm("Enter undo it", "\r");
    eventually("the znode has its bytes back", async || {
        provider.get_data("/users-service/127.0.0.4:5001").await.is_ok_and(|(data, _)| data == b"10")
    })
    .await;
    pty.press("\x1b");
    pty.wait("the plan is closed", |screen| !screen.contains("┏━"));
    pty.press("q");
    assert_eq!(pty.end(), 0);
    pty.is_restored();
    let journal =
        std::fs::read_to_string(folder.path().join(".local/state/keepwatch/journal.jsonl")).expect("a journal");
    assert!(journal.contains("/users-service/127.0.0.4:5001"), "{journal}");
}

#[test]
fn in_an_empty_folder_without_a_registry_it_says_what_to_do_and_ends_by_q() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut pty = dashboard(folder.path(), &["--registry", "127.0.0.1:1"]);
    pty.shows("127.0.0.1:1");
    pty.shows("connection refused");
    pty.shows("keepwatch demo");
    pty.shows("microservices.yaml");
    pty.press("q");
    assert_eq!(pty.end(), 0);
    pty.is_restored();
}

/// The test starts itself on a terminal, as a program that takes it, draws and then panics in another thread.
#[test]
fn a_panic_in_any_thread_gives_the_terminal_back_before_it_ends() {
    if std::env::var_os(ROLE).is_some() {
        let _terminal = Terminal::enter(Outlet::new(), true).expect("a terminal");
        // The modes are on the terminal, as after a first frame.
        print!("\x1b[?1049h\x1b[?25l\x1b[?2004h\x1b[?1000hTAKEN");
        std::io::stdout().flush().expect("a terminal");
        let mut line = [0];
        let _ = std::io::Read::read(&mut std::io::stdin(), &mut line);
        let _ = std::thread::spawn(|| panic!("a fault of the test's own")).join();
        unreachable!("a panic ends the process");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let this = std::env::current_exe().expect("this test");
    let name = "a_panic_in_any_thread_gives_the_terminal_back_before_it_ends";
    let mut pty = Pty::start(&this, &["--exact", name, "--nocapture"], &[(ROLE, "panics")], folder.path());
    pty.shows("TAKEN");
    pty.press("x");
    assert_eq!(pty.end(), 101);
    pty.is_restored();
    assert!(pty.screen().contains("a fault of the test's own"), "it says why:\n{}", pty.screen());
}

/// A process that is killed when the test is over, whatever came of it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_weight_that_kazoo_sets_is_an_event() {
    let server = ZooKeeper::start();
    let mut kazoo = Command::new(python())
        .args(["-u", "-c", KAZOO, &server.address()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python runs");
    let (mut go, told) = (kazoo.stdin.take().expect("piped"), lines(kazoo.stdout.take().expect("piped")));
    let _kazoo = Running(kazoo);
    wait_for(&told, "registered", |line| line == "registered");

    let folder = tempfile::tempdir().expect("a folder");
    let mut events = Command::new(KEEPWATCH)
        .args(["events", "-o", "json", "--probe", "off", "--for", "60s", "--registry", &server.address()])
        .current_dir(folder.path())
        .env("HOME", folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it runs");
    let story = lines(events.stdout.take().expect("piped"));
    let _events = Running(events);
    wait_for(&story, "ready", |line| event(line)["kind"] == "ready");
    writeln!(go, "go").expect("kazoo listens");
    let line = wait_for(&story, "the weight", |line| event(line)["kind"] == "weight");
    let event = event(&line);
    assert_eq!(event["service"], "orders-service");
    assert_eq!(event["instance"], "127.0.0.4:5002");
    assert_eq!((&event["before"], &event["after"]), (&10.into(), &3.into()));
    writeln!(go, "leave").expect("kazoo listens");
    let gone = wait_for(&story, "the end of the session", |line| crate::event(line)["kind"] == "gone");
    assert_eq!(crate::event(&gone)["instance"], "127.0.0.4:5002");
}

#[test]
fn who_prints_what_arrives_asks_for_the_token_of_the_command_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let token = folder.path().join("token");
    std::fs::write(&token, "let-me-in\n").expect("written");
    for command in ["logs", "traces"] {
        let told = |arguments: &[&str]| {
            let mut run = Command::new(KEEPWATCH);
            run.args([command, "-o", "json", "--otlp", "127.0.0.1:0", "--for", "60s"]).args(arguments);
            run.current_dir(folder.path()).env("HOME", folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
            run
        };
        let missing = told(&["--otlp-token", "nobody"]).output().expect("it runs");
        assert_eq!(missing.status.code(), Some(2), "{command}: {}", String::from_utf8_lossy(&missing.stderr));
        let mut run = told(&["--otlp-token", &token.to_string_lossy()]).spawn().expect("it runs");
        let printed = lines(run.stdout.take().expect("piped"));
        let _run = Running(run);
        let ready = event(&wait_for(&printed, "ready", |line| event(line)["kind"] == "ready"));
        let address = ready["otlp"].as_str().expect("an address").to_owned();
        let post = |header: &str| {
            let mut link = std::net::TcpStream::connect(&address).expect("it listens");
            let head = format!("POST /v1/{command} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{header}");
            write!(link, "{head}Connection: close\r\nContent-Length: 2\r\n\r\n{{}}").expect("sent");
            BufReader::new(link).lines().next().expect("an answer").expect("a line")
        };
        assert!(post("").contains(" 401 "), "{command}");
        assert!(post("Authorization: Bearer let-you-in\r\n").contains(" 401 "), "{command}");
        assert!(post("Authorization: Bearer let-me-in\r\n").contains(" 200 "), "{command}");
    }
}

/// Registers, waits for a word, sets a weight by a transaction, and leaves.
const KAZOO: &str = r#"
import sys
from kazoo.client import KazooClient
client = KazooClient(hosts=sys.argv[1], timeout=10)
client.start(timeout=30)
path = "/orders-service/127.0.0.4:5002"
client.create(path, b"10", ephemeral=True, makepath=True)
print("registered")
sys.stdin.readline()
transaction = client.transaction()
transaction.set_data(path, b"3")
print(transaction.commit())
sys.stdin.readline()
client.stop()
"#;

fn event(line: &str) -> serde_json::Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

fn lines(from: impl std::io::Read + Send + 'static) -> std::sync::mpsc::Receiver<String> {
    let (to, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if to.send(line).is_err() {
                return;
            }
        }
    });
    lines
}

fn wait_for(lines: &std::sync::mpsc::Receiver<String>, what: &str, wanted: impl Fn(&str) -> bool) -> String {
    let until = Instant::now() + BOUND;
    loop {
        let left = until.saturating_duration_since(Instant::now());
        match lines.recv_timeout(left) {
            Ok(line) if wanted(&line) => return line,
            Ok(_) => {}
            Err(error) => panic!("not told: {what} ({error})"),
        }
    }
}

/// The Python with kazoo that `tests/run` installs.
fn python() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("the target folder");
    let python = target.join("venv/bin/python");
    assert!(python.exists(), "needs Python with kazoo at {}: run tests/run, which installs it", python.display());
    python
}
