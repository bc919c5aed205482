//! The terminal, taken and given back: raw mode, alternate screen, paste, mouse, cursor; on every way out, a panic
//! in any thread included. Not what is drawn on it, and not its keys.

use std::{
    fs::File,
    io::{self, IsTerminal as _, Write},
    os::fd::AsFd as _,
    panic,
    sync::{
        Mutex, MutexGuard, Once, PoisonError, TryLockError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    io::Errno,
    termios::tcgetwinsize,
};

use super::draw::{Outlet, TerminalStuck};

/// Alternate screen, bracketed paste, no cursor.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h\x1b[?25l";
/// Buttons and wheel with SGR coordinates; no motion, which would only wake us.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";
/// Takes all of it back, whatever of it was on; an update that was cut short, too.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[m\x1b[?25h\x1b[?1049l";

/// How long a terminal that does not read is waited for before it is left as it is.
const PATIENCE: Duration = Duration::from_millis(200);

/// A terminal of no size that a mistaken program sets would otherwise cost gigabytes.
const LARGEST: (u16, u16) = (1000, 500);

/// Ours at present: what panics, or writes a frame, asks this. There is one terminal in a process.
static ENTERED: AtomicBool = AtomicBool::new(false);
/// Held while bytes go out, so that nothing is written into the middle of a frame, or after the terminal is given back.
static WRITING: Mutex<()> = Mutex::new(());

/// Whether the dashboard can be shown here.
///
/// # Errors
/// With the sentence for standard error, which names the commands that work without a terminal.
pub fn usable() -> Result<(), String> {
    let instead = "use `keepwatch snapshot` or `keepwatch events` here: they need none";
    if std::env::var_os("TERM").is_some_and(|term| term == "dumb") {
        return Err(format!("The dashboard needs a terminal that can move its cursor, and TERM is `dumb`; {instead}."));
    }
    if !io::stdout().is_terminal() {
        return Err(format!("The dashboard needs a terminal, and standard output is none; {instead}."));
    }
    // Keys come from the terminal where standard input is a pipe.
    if !io::stdin().is_terminal() && File::open("/dev/tty").is_err() {
        return Err(format!(
            "The dashboard needs a terminal for its keys: standard input is none, and there is no /dev/tty; {instead}."
        ));
    }
    Ok(())
}

/// The terminal's size in cells, at least 1x1, at most 1000x500; 80x24 where it does not say.
pub fn size() -> (u16, u16) {
    match tcgetwinsize(io::stdout()) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => (size.ws_col.min(LARGEST.0), size.ws_row.min(LARGEST.1)),
        _ => (80, 24),
    }
}

/// The terminal while it is ours; given back when this is dropped.
#[derive(Debug)]
pub struct Terminal {
    outlet: Outlet,
    mouse: bool,
}

impl Terminal {
    /// Takes the terminal. What it is told goes through `outlet`, so that nothing here waits for it.
    ///
    /// # Errors
    /// If its modes cannot be set.
    pub fn enter(outlet: Outlet, mouse: bool) -> io::Result<Terminal> {
        static HOOK: Once = Once::new();
        HOOK.call_once(restore_on_panic);
        let terminal = Terminal { outlet, mouse };
        terminal.again()?;
        Ok(terminal)
    }

    /// Takes it again after a stop; whoever had it meanwhile may have changed every mode.
    ///
    /// # Errors
    /// If its modes cannot be set.
    pub fn again(&self) -> io::Result<()> {
        let _ = disable_raw_mode();
        enable_raw_mode()?;
        ENTERED.store(true, Ordering::SeqCst);
        // A full outlet means that the terminal has not read for long: it is drawn anew when it does.
        let _ = self.outlet.write(ENTER);
        if self.mouse {
            let _ = self.outlet.write(MOUSE_ON);
        }
        Ok(())
    }

    /// Takes the mouse, or leaves it to the terminal, where it selects text.
    ///
    /// # Errors
    /// If the terminal has stopped reading.
    pub fn mouse(&mut self, on: bool) -> Result<(), TerminalStuck> {
        self.mouse = on;
        self.outlet.write(if on { MOUSE_ON } else { MOUSE_OFF })
    }

    /// Gives it back for a while; `again` takes it.
    pub fn leave(&self) {
        restore();
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, if it is ours. Never waits for one that does not read.
fn restore() {
    if !ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let _whole = within_patience();
    if let Ok(mut tty) = open()
        && writable(&tty)
    {
        let _ = tty.write_all(LEAVE);
    }
    let _ = disable_raw_mode();
}

fn within_patience() -> Option<MutexGuard<'static, ()>> {
    let until = Instant::now() + PATIENCE;
    loop {
        match WRITING.try_lock() {
            Ok(guard) => return Some(guard),
            Err(TryLockError::Poisoned(poisoned)) => return Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) if Instant::now() >= until => return None,
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(2)),
        }
    }
}

fn writable(tty: &File) -> bool {
    let timeout = Timespec { tv_sec: 0, tv_nsec: PATIENCE.as_nanos() as _ };
    let mut fds = [PollFd::new(tty, PollFlags::OUT)];
    matches!(poll(&mut fds, Some(&timeout)), Ok(1)) && fds[0].revents() == PollFlags::OUT
}

fn open() -> io::Result<File> {
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

/// A panic in any thread or task ends the process, with the terminal given back first: a dashboard of which a part
/// is dead would lie.
fn restore_on_panic() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let ours = ENTERED.load(Ordering::SeqCst);
        restore();
        usual(info);
        if ours {
            std::process::exit(101);
        }
    }));
}

/// Where frames are written: standard output, unbuffered, as long as the terminal is ours.
#[derive(Debug)]
pub struct Tty(File);

impl Tty {
    /// Standard output.
    ///
    /// # Errors
    /// If it is closed.
    pub fn stdout() -> io::Result<Tty> {
        open().map(Tty)
    }
}

impl Write for Tty {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _whole = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        if !ENTERED.load(Ordering::SeqCst) {
            return Ok(bytes.len());
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Waits on a thread of its own until the terminal has hung up, and tells it once. crossterm does not see this and
/// spins. Costs no wake-ups.
///
/// # Errors
/// If the system has no thread left, or standard output is closed.
pub fn on_hang_up(tell: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let tty = open()?;
    thread::Builder::new().name("hang-up".into()).spawn(move || {
        loop {
            // No event is asked for: hang-up and error are always told.
            let mut fds = [PollFd::new(&tty, PollFlags::empty())];
            match poll(&mut fds, None) {
                Err(Errno::INTR | Errno::AGAIN) => {}
                _ => break,
            }
        }
        tell();
    })?;
    Ok(())
}
