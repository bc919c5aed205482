//! The thread that writes frames to the terminal. A terminal may stop reading for minutes: then this thread waits in
//! its write, the newest frame waits for it, and nobody else does. Not what is drawn (`ui`), nor when (`shell`).

mod encode;
#[cfg(test)]
mod encode_tests;
mod pen;

use std::{
    io::Write,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};
use tokio::sync::watch;

use encode::Screen;

/// Bytes beside the frames (a clipboard's text, a title, the mouse's switch) that may wait at most.
const MAX_ASIDE: usize = 1 << 20;

/// A frame on its way: its cells and where the cursor is to be seen.
#[derive(Debug)]
pub struct Frame {
    /// The cells.
    pub buffer: Buffer,
    /// The visible cursor, if any.
    pub cursor: Option<Position>,
    number: u64,
}

/// What the loop and the thread hand each other.
#[derive(Debug, Default)]
struct Desk {
    /// The newest frame that has not been begun yet.
    next: Option<Frame>,
    /// Buffers to be used again: there are never more than three.
    spare: Vec<Frame>,
    /// Bytes to be written as they are, before the next frame.
    aside: Vec<u8>,
    /// The terminal's content is unknown: clear it and draw everything.
    anew: bool,
    /// The terminal is given back: nothing is written.
    paused: bool,
    /// The thread is writing.
    writing: bool,
    /// The thread is to end.
    end: bool,
}

#[derive(Debug, Default)]
struct Shared {
    desk: Mutex<Desk>,
    changed: Condvar,
}

impl Shared {
    fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes bytes to the terminal between two frames: the clipboard's sequence, a title. May be kept by anybody.
#[derive(Clone, Debug, Default)]
pub struct Outlet(Arc<Shared>);

impl Outlet {
    /// With no terminal yet: what is put in waits for it.
    pub fn new() -> Outlet {
        Outlet::default()
    }

    /// Has these bytes written as soon as the terminal takes any. The caller answers for what they do there.
    ///
    /// # Errors
    /// If the terminal has not been reading and a mebibyte waits already; nothing of `bytes` is written then.
    pub fn write(&self, bytes: &[u8]) -> Result<(), TerminalStuck> {
        let mut desk = self.0.desk();
        if desk.aside.len() + bytes.len() > MAX_ASIDE {
            return Err(TerminalStuck);
        }
        desk.aside.extend_from_slice(bytes);
        self.0.changed.notify_all();
        Ok(())
    }
}

/// The terminal has stopped reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the terminal has stopped reading; nothing more fits before it reads on")]
pub struct TerminalStuck;

/// What the thread tells the loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawn {
    /// The frame of this number is on the terminal; 0: none yet.
    Frame(u64),
    /// The terminal takes nothing any more.
    Gone,
}

/// The loop's side of the thread.
#[derive(Debug)]
pub struct Drawer {
    shared: Arc<Shared>,
    number: u64,
    drawn: watch::Receiver<Drawn>,
}

impl Drawer {
    /// Starts the thread, which writes to `to`. The first frame clears the screen.
    ///
    /// # Errors
    /// If the system has no thread left.
    pub fn start(outlet: &Outlet, to: impl Write + Send + 'static) -> std::io::Result<Drawer> {
        let shared = outlet.0.clone();
        shared.desk().anew = true;
        let (tell, drawn) = watch::channel(Drawn::Frame(0));
        let theirs = shared.clone();
        thread::Builder::new().name("draw".into()).spawn(move || work(&theirs, to, &tell))?;
        Ok(Drawer { shared, number: 0, drawn })
    }

    /// A blank buffer to draw the next frame into.
    pub fn blank(&mut self, area: Rect) -> Frame {
        let spare = self.shared.desk().spare.pop();
        let mut frame = spare.unwrap_or_else(|| Frame { buffer: Buffer::empty(area), cursor: None, number: 0 });
        frame.buffer.resize(area);
        frame.buffer.reset();
        frame
    }

    /// Hands a frame over; one that was not begun yet is dropped for it. Returns its number.
    pub fn show(&mut self, mut frame: Frame) -> u64 {
        self.number += 1;
        frame.number = self.number;
        let mut desk = self.shared.desk();
        if let Some(missed) = desk.next.replace(frame) {
            desk.spare.push(missed);
        }
        self.shared.changed.notify_all();
        self.number
    }

    /// The terminal's content is unknown from now on: the next frame clears it and draws all.
    pub fn anew(&self) {
        self.shared.desk().anew = true;
    }

    /// Stops writing, for the terminal to be given back; whether the thread is at rest within `patience`. It is not
    /// where the terminal does not read.
    pub fn pause(&self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        let mut desk = self.shared.desk();
        desk.paused = true;
        while desk.writing {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            desk = self.shared.changed.wait_timeout(desk, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }

    /// Writes again, beginning with a cleared screen.
    pub fn resume(&self) {
        let mut desk = self.shared.desk();
        desk.paused = false;
        desk.anew = true;
        self.shared.changed.notify_all();
    }

    /// What is on the terminal, as it changes. Takes what was told since the last call, or waits.
    pub async fn drawn(&mut self) -> Drawn {
        // The thread only ends before this does when it has panicked, and then the process ends.
        if self.drawn.changed().await.is_err() {
            return Drawn::Gone;
        }
        *self.drawn.borrow_and_update()
    }
}

impl Drop for Drawer {
    fn drop(&mut self) {
        self.shared.desk().end = true;
        self.shared.changed.notify_all();
    }
}

fn work(shared: &Shared, mut to: impl Write, tell: &watch::Sender<Drawn>) {
    let mut before = Buffer::default();
    let mut screen = Screen::default();
    let mut out = Vec::new();
    loop {
        out.clear();
        let (frame, anew) = {
            let mut desk = shared.desk();
            while !desk.end && (desk.paused || (desk.next.is_none() && desk.aside.is_empty())) {
                desk = shared.changed.wait(desk).unwrap_or_else(PoisonError::into_inner);
            }
            if desk.end {
                return;
            }
            out.append(&mut desk.aside);
            desk.aside = Vec::new();
            desk.writing = true;
            let frame = desk.next.take();
            // Without a frame there is nothing to draw on a cleared screen yet.
            let anew = frame.is_some() && std::mem::take(&mut desk.anew);
            (frame, anew)
        };
        let shown = frame.map(|mut frame| {
            let anew = anew || before.area != frame.buffer.area;
            if anew {
                before.resize(frame.buffer.area);
                before.reset();
            }
            screen.frame(&before, &frame.buffer, frame.cursor, anew, &mut out);
            std::mem::swap(&mut before, &mut frame.buffer);
            frame
        });
        let written = if out.is_empty() { Ok(()) } else { to.write_all(&out).and_then(|()| to.flush()) };
        let mut desk = shared.desk();
        desk.writing = false;
        shared.changed.notify_all();
        let Some(frame) = shown else { continue };
        let number = frame.number;
        desk.spare.push(frame);
        drop(desk);
        let told = if written.is_ok() { Drawn::Frame(number) } else { Drawn::Gone };
        tell.send_replace(told);
        if told == Drawn::Gone {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// A terminal that takes what it is given only when told to.
    struct Slow {
        reads: mpsc::Receiver<()>,
        taken: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.reads.recv().map_err(|_| std::io::ErrorKind::BrokenPipe)?;
            self.taken.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn slow() -> (Slow, mpsc::Sender<()>, Arc<Mutex<Vec<u8>>>) {
        let (read, reads) = mpsc::channel();
        let taken = Arc::new(Mutex::new(Vec::new()));
        (Slow { reads, taken: taken.clone() }, read, taken)
    }

    fn show(drawer: &mut Drawer, text: &str) -> u64 {
        let mut frame = drawer.blank(Rect::new(0, 0, 20, 2));
        frame.buffer.set_string(0, 0, text, ratatui::style::Style::new());
        drawer.show(frame)
    }

    #[tokio::test]
    async fn a_terminal_that_does_not_read_gets_the_newest_frame_and_holds_nobody_up() {
        let (to, read, taken) = slow();
        let mut drawer = Drawer::start(&Outlet::new(), to).unwrap();
        show(&mut drawer, "frame");
        let mut last = 0;
        for n in 0..1000 {
            last = show(&mut drawer, &format!("frame {n}"));
        }
        assert!(drawer.shared.desk().spare.len() <= 3);
        for _ in 0..3 {
            read.send(()).unwrap();
        }
        while drawer.drawn().await != Drawn::Frame(last) {}
        let mut terminal = vt100::Parser::new(2.try_into().unwrap(), 20.try_into().unwrap(), 0);
        terminal.process(&taken.lock().unwrap());
        assert_eq!(terminal.screen().contents(), "frame 999");
    }

    #[tokio::test]
    async fn a_terminal_that_is_gone_is_told() {
        let (to, read, _taken) = slow();
        let mut drawer = Drawer::start(&Outlet::new(), to).unwrap();
        drop(read);
        show(&mut drawer, "frame");
        assert_eq!(drawer.drawn().await, Drawn::Gone);
    }

    #[tokio::test]
    async fn while_paused_nothing_is_written_and_then_all_of_it() {
        let (to, read, taken) = slow();
        let outlet = Outlet::new();
        let mut drawer = Drawer::start(&outlet, to).unwrap();
        assert!(drawer.pause(Duration::from_secs(60)));
        let number = show(&mut drawer, "later");
        outlet.write(b"\x1b]0;title\x07").unwrap();
        read.send(()).unwrap();
        assert!(taken.lock().unwrap().is_empty());
        drawer.resume();
        assert_eq!(drawer.drawn().await, Drawn::Frame(number));
        let taken = taken.lock().unwrap();
        assert!(taken.starts_with(b"\x1b]0;title\x07\x1b[?25l\x1b[m\x1b[2J"), "{:?}", String::from_utf8_lossy(&taken));
    }

    #[test]
    fn what_waits_beside_the_frames_is_bounded() {
        let outlet = Outlet::new();
        assert_eq!(outlet.write(&vec![b'x'; MAX_ASIDE]), Ok(()));
        assert_eq!(outlet.write(b"x"), Err(TerminalStuck));
    }
}
