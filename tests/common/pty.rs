//! A program on a terminal of the test's own: keys go in, the screen is read as a person would see it. What a terminal that
//! misbehaves does to it is not tested with this.

use std::{
    io::{Read as _, Write},
    path::Path,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::BOUND;

const SIZE: (u16, u16) = (160, 48);

/// A running program and its terminal; killed when dropped.
pub struct Pty {
    master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    parser: Arc<Mutex<vt100::Parser>>,
    reader: Option<thread::JoinHandle<()>>,
}

impl Pty {
    /// Starts it in this folder, which is its home too; nothing of our own environment reaches it but the search path.
    pub fn start(program: &Path, args: &[&str], env: &[(&str, &str)], folder: &Path) -> Pty {
        let (cols, rows) = SIZE;
        let pair = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).expect("a pty");
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.cwd(folder);
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", folder);
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        for (name, value) in env {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("it starts");
        drop(pair.slave);
        let (mut from, keys) =
            (pair.master.try_clone_reader().expect("a reader"), pair.master.take_writer().expect("a writer"));
        let size = |n: u16| n.try_into().expect("not 0");
        let parser = Arc::new(Mutex::new(vt100::Parser::new(size(rows), size(cols), 0)));
        let theirs = parser.clone();
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(n @ 1..) = from.read(&mut bytes) {
                theirs.lock().expect("the test lives").process(&bytes[..n]);
            }
        });
        Pty { master: pair.master, keys, child, parser, reader: Some(reader) }
    }

    /// What is on the screen.
    pub fn screen(&self) -> String {
        self.parser.lock().expect("the reader lives").screen().contents()
    }

    /// Waits until the screen shows what is wanted.
    #[track_caller]
    pub fn wait(&self, what: &str, mut holds: impl FnMut(&str) -> bool) {
        let until = Instant::now() + BOUND;
        loop {
            let screen = self.screen();
            if holds(&screen) {
                return;
            }
            assert!(Instant::now() < until, "not seen: {what}\n{screen}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until these words are on the screen.
    #[track_caller]
    pub fn shows(&self, words: &str) {
        self.wait(words, |screen| screen.contains(words));
    }

    /// Strikes a key as long as these words stand on the screen: one that comes before the program knows that they do is not
    /// taken. Each stroke is given time to be answered, so that a second one does not go to what comes after.
    #[track_caller]
    pub fn confirm(&mut self, words: &str, key: &str) {
        let until = Instant::now() + BOUND;
        while self.screen().contains(words) {
            assert!(Instant::now() < until, "not taken: {key:?} at {words}\n{}", self.screen());
            self.press(key);
            let patience = Instant::now() + Duration::from_secs(5);
            while self.screen().contains(words) && Instant::now() < patience {
                thread::sleep(Duration::from_millis(20));
            }
        }
    }

    /// Strikes keys, as the bytes that a terminal sends.
    pub fn press(&mut self, bytes: &str) {
        self.keys.write_all(bytes.as_bytes()).expect("the terminal takes keys");
        self.keys.flush().expect("the terminal takes keys");
    }

    /// Waits for the program's end and for the last that it wrote; its exit status.
    #[track_caller]
    pub fn end(&mut self) -> u32 {
        let until = Instant::now() + BOUND;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("it can be asked") {
                break status.exit_code();
            }
            assert!(Instant::now() < until, "it goes on:\n{}", self.screen());
            thread::sleep(Duration::from_millis(20));
        };
        // The last writer is gone, so the reader comes to an end of its own.
        if let Some(reader) = self.reader.take() {
            reader.join().expect("the reader ends");
        }
        status
    }

    /// The terminal is as it was before: no alternate screen, cursor, paste or mouse mode, and a line that echoes.
    #[track_caller]
    pub fn is_restored(&self) {
        let parser = self.parser.lock().expect("the reader lives");
        let screen = parser.screen();
        assert!(!screen.alternate_screen(), "still the alternate screen");
        assert!(!screen.hide_cursor(), "the cursor is hidden");
        assert!(!screen.bracketed_paste(), "pastes are still bracketed");
        assert_eq!(screen.mouse_protocol_mode(), vt100::MouseProtocolMode::None);
        let modes = format!("{:?}", self.master.get_termios().expect("a tty").local_flags);
        assert!(modes.contains("ECHO") && modes.contains("ICANON"), "still raw: {modes}");
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
