//! The real binary on a real terminal that misbehaves: hangs up, stops reading, is resized, suspended, killed. Not what
//! is drawn there.
#![cfg(unix)]
#![allow(clippy::unwrap_used)] // in a test it is an assertion, in the helpers of one too

use std::{
    io::{Read as _, Write},
    path::Path,
    process::Command,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// Whatever is waited for comes within this time, or the test fails.
const BOUND: Duration = Duration::from_secs(120);

/// A registry that is not there, and nothing else to ask or to take in.
const NOBODY: [&str; 6] = ["--registry", "127.0.0.1:1", "--probe", "off", "--otlp", "off"];

struct Terminal {
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    child: Box<dyn Child + Send + Sync>,
    taken: Arc<Mutex<Vec<u8>>>,
    /// Held while the terminal does not read.
    frozen: Arc<Mutex<()>>,
    /// The reader lets go of the terminal after what it reads next.
    hang_up: Arc<AtomicBool>,
    home: tempfile::TempDir,
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }
}

impl Terminal {
    /// A dashboard on a registry that is not there.
    fn open(env: &[(&str, &str)]) -> Terminal {
        Terminal::run(env!("CARGO_BIN_EXE_keepwatch"), &NOBODY, env, true)
    }

    /// With `controlling` false the terminal sends the program no signal, as behind some wrappers.
    fn run(program: &str, args: &[&str], env: &[(&str, &str)], controlling: bool) -> Terminal {
        let home = tempfile::tempdir().unwrap();
        let pair = native_pty_system().openpty(size(120, 36)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.set_controlling_tty(controlling);
        command.args(args);
        command.cwd(home.path());
        for name in ["HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"] {
            command.env(name, home.path());
        }
        command.env_remove("NO_COLOR");
        command.env("TERM", "xterm-256color");
        for (name, value) in env {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let (mut reader, keys) = (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
        let taken = Arc::new(Mutex::new(Vec::new()));
        let frozen = Arc::new(Mutex::new(()));
        let hang_up = Arc::new(AtomicBool::new(false));
        let (theirs, pause, last) = (taken.clone(), frozen.clone(), hang_up.clone());
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = reader.read(&mut bytes) {
                drop(pause.lock().unwrap());
                theirs.lock().unwrap().extend_from_slice(&bytes[..n]);
                if last.load(Ordering::SeqCst) {
                    return;
                }
            }
        });
        Terminal { master: Some(pair.master), keys: Some(keys), child, taken, frozen, hang_up, home }
    }

    fn shown(self) -> Terminal {
        self.wait("the first frame", |bytes| screen(bytes).contains("KEEPWATCH"));
        self
    }

    fn wait(&self, what: &str, done: impl Fn(&[u8]) -> bool) {
        let until = Instant::now() + BOUND;
        while !done(&self.taken.lock().unwrap()) {
            assert!(Instant::now() < until, "{what}: {}", screen(&self.taken.lock().unwrap()));
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn press(&mut self, keys: &str) {
        let writer = self.keys.as_mut().expect("not hung up");
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    fn signal(&self, name: &str) {
        let pid = self.child.process_id().unwrap().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    fn stopped(&self) -> bool {
        let pid = self.child.process_id().unwrap().to_string();
        let told = Command::new("ps").args(["-o", "state=", "-p", &pid]).output().unwrap();
        told.stdout.trim_ascii().starts_with(b"T")
    }

    /// Waits for its end; its exit status.
    fn end(&mut self) -> u32 {
        let until = Instant::now() + BOUND;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(Instant::now() < until, "it goes on");
            thread::sleep(Duration::from_millis(10));
        }
    }

    fn mark(&self) -> usize {
        self.taken.lock().unwrap().len()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn screen(bytes: &[u8]) -> String {
    let mut parser = vt100::Parser::new(36.try_into().unwrap(), 120.try_into().unwrap(), 0);
    parser.process(bytes);
    parser.screen().contents()
}

/// Modes that are still on: those that were set and not taken back.
fn left_on(bytes: &[u8]) -> Vec<u32> {
    let mut on = Vec::new();
    for part in String::from_utf8_lossy(bytes).split("\u{1b}[?").skip(1) {
        let digits: String = part.chars().take_while(char::is_ascii_digit).collect();
        let mode = digits.parse().unwrap();
        on.retain(|known| *known != mode);
        let set = part[digits.len()..].starts_with('h');
        // The cursor is the one that is on where nobody asks.
        if set != (mode == 25) {
            on.push(mode);
        }
    }
    on
}

fn given_back(bytes: &[u8]) -> bool {
    !bytes.is_empty() && left_on(bytes).is_empty()
}

#[test]
fn q_ends_it_with_0_and_gives_the_terminal_back() {
    let mut terminal = Terminal::open(&[]).shown();
    assert!(!left_on(&terminal.taken.lock().unwrap()).is_empty());
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    terminal.wait("given back", given_back);
}

#[test]
fn what_the_first_screen_offers_is_begun_by_its_keys() {
    let mut terminal = Terminal::open(&[]);
    terminal.wait("the first screen", |bytes| screen(bytes).contains("None answers at 127.0.0.1:1"));
    terminal.press("c127.0.0.1:99999\r");
    terminal.wait("what is wrong with it", |bytes| {
        screen(bytes).contains("127.0.0.1:99999") && screen(bytes).contains("port")
    });
    terminal.press("\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}2\r");
    terminal.wait("another registry", |bytes| screen(bytes).contains("None answers at 127.0.0.1:2"));
    terminal.press("d");
    terminal.wait("the demo", |bytes| screen(bytes).contains("14 of 14 up"));
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    assert!(given_back(&terminal.taken.lock().unwrap()));
}

#[test]
fn sigterm_ends_it_with_0_and_gives_the_terminal_back() {
    let mut terminal = Terminal::open(&[]).shown();
    terminal.signal("TERM");
    assert_eq!(terminal.end(), 0);
    terminal.wait("given back", given_back);
}

#[test]
fn a_hang_up_ends_it_also_where_no_signal_tells_of_it() {
    for controlling in [true, false] {
        let mut terminal = Terminal::run(env!("CARGO_BIN_EXE_keepwatch"), &NOBODY, &[], controlling).shown();
        // The clock is drawn each second, which brings the reader's last read.
        terminal.hang_up.store(true, Ordering::SeqCst);
        terminal.keys = None;
        terminal.master = None;
        terminal.end();
    }
}

#[test]
fn suspended_it_gives_the_terminal_back_and_continued_it_draws_anew() {
    let mut terminal = Terminal::open(&[]).shown();
    for by_key in [false, true] {
        if by_key {
            terminal.press("\u{1a}");
        } else {
            terminal.signal("TSTP");
        }
        let until = Instant::now() + BOUND;
        while !terminal.stopped() {
            assert!(Instant::now() < until, "not stopped");
            thread::sleep(Duration::from_millis(10));
        }
        terminal.wait("given back", given_back);
        let mark = terminal.mark();
        terminal.signal("CONT");
        terminal.wait("drawn anew", |bytes| {
            let fresh = &bytes[mark..];
            fresh.windows(8).any(|b| b == b"\x1b[?1049h") && screen(fresh).contains("KEEPWATCH")
        });
    }
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
    terminal.wait("given back", given_back);
}

#[test]
fn a_terminal_that_stops_reading_is_drawn_right_when_it_reads_on_and_can_be_left_meanwhile() {
    let mut terminal = Terminal::open(&[]).shown();
    let frozen = terminal.frozen.clone();
    let held = frozen.lock().unwrap();
    let master = terminal.master.as_ref().expect("not hung up");
    // Each resize is a frame drawn whole: more than any terminal holds back.
    for n in 0..200 {
        master.resize(size(200 + n % 2, 60)).unwrap();
        thread::sleep(Duration::from_millis(2));
    }
    master.resize(size(120, 36)).unwrap();
    drop(held);
    terminal.press("?");
    terminal.wait("help", |bytes| screen(bytes).contains("Look"));
    terminal.press("\u{1b}");

    let held = frozen.lock().unwrap();
    let master = terminal.master.as_ref().expect("not hung up");
    for n in 0..200 {
        master.resize(size(200 + n % 2, 60)).unwrap();
        thread::sleep(Duration::from_millis(2));
    }
    terminal.signal("TERM");
    assert_eq!(terminal.end(), 0);
    drop(held);
}

#[test]
fn no_size_is_too_small_and_none_too_large() {
    let mut terminal = Terminal::open(&[]).shown();
    for (cols, rows) in [(1, 1), (2, 1), (0, 0), (1, 50), (500, 2), (65535, 65535), (20, 5), (120, 36)] {
        let mark = terminal.mark();
        terminal.master.as_ref().expect("not hung up").resize(size(cols, rows)).unwrap();
        terminal.wait("drawn anew", |bytes| bytes[mark..].windows(4).any(|b| b == b"\x1b[2J"));
    }
    terminal.press("q");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn without_colours_none_is_written() {
    let plain = Terminal::open(&[("NO_COLOR", "1")]).shown();
    let bytes = plain.taken.lock().unwrap().clone();
    for sequence in String::from_utf8_lossy(&bytes).split("\u{1b}[").skip(1) {
        let Some((numbers, _)) = sequence.split_once('m') else { continue };
        let colour = |n: &str| n.parse().is_ok_and(|n: u8| matches!(n, 30..=38 | 40..=48 | 90..=97 | 100..=107));
        assert!(!numbers.split(';').any(colour), "{numbers}");
    }
}

#[test]
fn a_terminal_that_cannot_move_its_cursor_is_refused_with_what_works() {
    let mut terminal = Terminal::open(&[("TERM", "dumb")]);
    assert_eq!(terminal.end(), 2);
    terminal.wait("named", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        text.contains("keepwatch snapshot") && text.contains("keepwatch events") && !text.contains("\u{1b}[?1049h")
    });
}

#[test]
fn keys_come_from_the_terminal_where_standard_input_is_a_pipe() {
    let program = env!("CARGO_BIN_EXE_keepwatch");
    let script = "sleep 300 | { \"$0\" \"$@\" --logs -; echo ended; kill 0; }";
    let args = [&["-c", script, program], &NOBODY[..]].concat();
    let mut terminal = Terminal::run("sh", &args, &[], true).shown();
    terminal.press("q");
    terminal.wait("ended", |bytes| String::from_utf8_lossy(bytes).contains("ended"));
    terminal.wait("given back", given_back);
}

#[test]
fn its_own_log_is_private_and_goes_nowhere_else() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut terminal = Terminal::open(&[]).shown();
    terminal.press("q");
    terminal.end();
    let file = Path::new(terminal.home.path()).join("keepwatch/keepwatch.log");
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
}

/// Runs once more in a terminal of its own, since there is one terminal in a process.
#[test]
fn a_panic_in_any_thread_gives_the_terminal_back_and_ends_it() {
    const INSIDE: &str = "KEEPWATCH_TEST_INSIDE";
    if std::env::var_os(INSIDE).is_some() {
        let outlet = keepwatch::runtime::draw::Outlet::new();
        let _terminal = keepwatch::runtime::terminal::Terminal::enter(outlet.clone(), true).unwrap();
        let to = keepwatch::runtime::terminal::Tty::stdout().unwrap();
        let _drawer = keepwatch::runtime::draw::Drawer::start(&outlet, to).unwrap();
        thread::sleep(Duration::from_millis(100)); // for the terminal to have been entered; the outcome is the same
        thread::spawn(|| panic!("on purpose")).join().unwrap();
        return;
    }
    let myself = std::env::current_exe().unwrap();
    let name = "a_panic_in_any_thread_gives_the_terminal_back_and_ends_it";
    let args = ["--exact", name, "--nocapture", "--test-threads", "1"];
    let mut terminal = Terminal::run(myself.to_str().unwrap(), &args, &[(INSIDE, "1")], true);
    assert_eq!(terminal.end(), 101);
    terminal.wait("given back", given_back);
    terminal.wait("said", |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let left = text.find("\u{1b}[?1049l").expect("left");
        text[left..].contains("on purpose")
    });
}
