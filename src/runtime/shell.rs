//! The event loop: whatever happens becomes a `Msg`, `update` changes the one Model, its effects are run, and what
//! changed is drawn. Owns the Model; nobody else sees it. Not how effects are run (`Runner`), nor how a frame gets to
//! the terminal (`draw`).
//!
//! Between two happenings it sleeps until the next full second: an idle dashboard costs one frame a second. Facts wait for a
//! beat of 16 ms (lines and spans of 100, in a flood of 250) after the last frame, so that a storm costs 60 frames a second; a key never waits.

mod pace;
pub(super) mod rest;

use std::{io, sync::Arc, time::Instant};

use crossterm::event::Event;
use ratatui::layout::Rect;
use tokio::sync::mpsc;

use super::{
    diagnostics::Diagnostics,
    draw::{Drawer, Drawn, Outlet},
    input::{self, Sent},
    mailbox::Postbox,
    memory,
    signals::{Asked, Signals},
    terminal::{self, Terminal, Tty},
};
use crate::{
    app::{
        self, Effect, Input, Model, Msg,
        action::Action,
        overlay::{begin::Instead, plan},
        screen::Screen,
    },
    command::{Key, Scope},
    domain::time::Moment,
    theme::Theme,
    ui,
};
use pace::{Clock, Pace};

/// Events of the terminal that wait at most; then its reader waits.
const EVENTS: usize = 1024;

/// Runs what the Model asks of the world. Must not block: what takes time is spawned, and its end comes back as a
/// [`Msg`] through [`Wiring::answers`].
pub trait Runner {
    /// Begins with an effect. Never given what the loop does itself: `Quit`, `Mouse`, `Theme`, `Diagnostics`.
    fn run(&mut self, effect: Effect);

    /// Looks at the Model after facts changed it: what sources ask follows what is registered.
    fn follow(&mut self, model: &Model);

    /// The theme of a name for this terminal.
    ///
    /// # Errors
    /// With a sentence if there is none, or it cannot be read.
    fn theme(&mut self, name: &str) -> Result<Theme, String>;
}

/// What the loop is connected to.
#[derive(Debug)]
pub struct Wiring<R> {
    /// Where sources put facts.
    pub inbox: Arc<Postbox>,
    /// Who runs effects.
    pub runner: R,
    /// Ends of effects.
    pub answers: mpsc::Receiver<Msg>,
    /// Bytes for the terminal beside the frames.
    pub outlet: Outlet,
    /// The mouse is taken.
    pub mouse: bool,
}

/// Why it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// A person wanted it.
    Quit,
    /// SIGTERM or SIGINT.
    Signal,
    /// The terminal is gone.
    HungUp,
}

/// How it ended.
#[derive(Debug)]
pub struct Ended {
    /// Why.
    pub end: End,
    /// A write that was confirmed and whose answer did not come within a second: its outcome is unknown, which has to
    /// be journalled and said.
    pub unanswered: Option<Action>,
    /// What to begin anew with.
    pub instead: Option<Instead>,
}

/// What the threads that watch the terminal tell.
enum Told {
    Event(Event),
    Gone,
}

/// Takes the terminal, and runs until a person, a signal or the terminal ends it. The terminal is given back when this
/// returns. Has the thread to itself, which is to be none of the runtime's.
///
/// # Errors
/// If the terminal cannot be taken or a thread cannot be started; see also [`terminal::usable`], to be asked before.
pub fn run<R: Runner>(model: Model, theme: Theme, wiring: Wiring<R>) -> io::Result<Ended> {
    let (tell, told) = mpsc::channel(EVENTS);
    let gone = tell.clone();
    let mut signals = Signals::new()?;
    let terminal = Terminal::enter(wiring.outlet.clone(), wiring.mouse)?;
    terminal::on_hang_up(move || {
        // Nobody listens once the loop has ended.
        let _ = gone.blocking_send(Told::Gone);
    })?;
    input::listen(move |event| tell.blocking_send(event.map_or(Told::Gone, Told::Event)).is_ok())?;
    let drawer = Drawer::start(&wiring.outlet, Tty::stdout()?)?;
    let shell = Shell {
        model,
        theme,
        inbox: wiring.inbox,
        runner: wiring.runner,
        terminal,
        drawer,
        diagnostics: Diagnostics::new(),
        reader: input::Reader::default(),
        pace: Pace::new(Instant::now()),
        clock: Clock::new(wall(), Instant::now()),
        gone: false,
        shown: 0,
        drawn: 0,
        plan: None,
        ending: None,
    };
    Ok(shell.run(told, wiring.answers, &mut signals))
}

struct Shell<R> {
    model: Model,
    theme: Theme,
    inbox: Arc<Postbox>,
    runner: R,
    terminal: Terminal,
    drawer: Drawer,
    diagnostics: Diagnostics,
    reader: input::Reader,
    pace: Pace,
    clock: Clock,
    /// The terminal takes nothing any more.
    gone: bool,
    /// Number of the frame handed over last.
    shown: u64,
    /// Number of the frame that is on the terminal.
    drawn: u64,
    /// The planned action that is being shown, and the first frame that shows it.
    plan: Option<(u64, u64)>,
    /// Why it is about to end, and until when a write may still be answered.
    ending: Option<(End, Instant)>,
}

impl<R: Runner> Shell<R> {
    fn run(mut self, mut told: mpsc::Receiver<Told>, mut answers: mpsc::Receiver<Msg>, signals: &mut Signals) -> Ended {
        let inbox = self.inbox.clone();
        self.resize();
        tracing::info!(columns = self.model.size.0, rows = self.model.size.1, "the dashboard begins");
        self.draw();
        loop {
            if let Some(ended) = self.ended() {
                return ended;
            }
            let mut first = None;
            rest::until(self.wake(), async {
                tokio::select! {
                    // What is rare first, and what asks for itself again (an answer to look further) last.
                    biased;
                    asked = signals.next() => match asked {
                        Asked::End => self.end(End::Signal),
                        Asked::HangUp => self.hang_up(),
                        Asked::Stop => self.stop(signals),
                        Asked::Continue => self.again(),
                    },
                    Some(event) = told.recv() => first = Some(event),
                    drawn = self.drawer.drawn(), if !self.gone => self.on_terminal(drawn),
                    () = inbox.filled(), if !self.pace.facts => self.pace.facts = true,
                    Some(answer) = answers.recv() => {
                        self.tick();
                        match answer {
                            Msg::LookFurther => self.pace.soon(),
                            _ => self.pace.urgent(),
                        }
                        self.happen(answer);
                    }
                }
            });
            self.tick();
            if let Some(first) = first {
                self.told(first);
                // Whatever was typed at once is one frame, unless it takes too long.
                let until = Instant::now() + pace::AT_ONCE;
                while Instant::now() < until
                    && let Ok(more) = told.try_recv()
                {
                    self.told(more);
                }
            }
            if self.pace.take_facts(Instant::now()) {
                let facts = self.inbox.drain();
                self.pace.took(&facts);
                memory::settle(&facts);
                self.happen(Msg::Facts(facts));
                self.runner.follow(&self.model);
            }
            if self.model.dirty && !self.busy() && self.pace.draws(Instant::now()) {
                self.draw();
            }
        }
    }

    /// A frame is on its way: the next one is made when it has arrived, of what is true then.
    fn busy(&self) -> bool {
        self.drawn < self.shown
    }

    fn wake(&mut self) -> Instant {
        let now = Instant::now();
        let clock = self.clock.read(wall(), now);
        let due = self.pace.wake(now, clock, self.model.dirty && !self.busy(), self.model.stale_insight);
        self.ending.map_or(due, |(_, until)| due.min(until))
    }

    fn tick(&mut self) {
        let now = self.clock.read(wall(), Instant::now());
        if now > self.model.now {
            if now.0.div_euclid(1000) != self.model.now.0.div_euclid(1000) {
                self.diagnostics.gather();
                // Of many changes of size at once the last is not always told.
                if !self.gone && terminal::size() != self.model.size {
                    self.resize();
                }
            }
            self.happen(Msg::Tick(now));
        }
    }

    fn happen(&mut self, msg: Msg) {
        let looks = matches!(msg, Msg::LookFurther).then(Instant::now);
        let effects = app::update(&mut self.model, msg);
        if let Some(begun) = looks {
            self.model.piece.took(u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX));
        }
        for effect in effects {
            match effect {
                Effect::Quit => self.end(End::Quit),
                Effect::Mouse(on) => {
                    if let Err(stuck) = self.terminal.mouse(on) {
                        tracing::warn!("the mouse stays as it was: {stuck}");
                    }
                }
                Effect::Diagnostics(key) => {
                    self.diagnostics.press(key);
                    self.model.dirty = true;
                }
                Effect::Theme(name) => match self.runner.theme(&name) {
                    Ok(theme) => {
                        self.theme = theme;
                        self.model.dirty = true;
                    }
                    Err(why) => self.happen(Msg::Extra(Err(why.into()))),
                },
                effect => self.runner.run(effect),
            }
        }
    }

    fn told(&mut self, told: Told) {
        self.pace.urgent();
        let event = match told {
            Told::Event(event) => event,
            Told::Gone => return self.hang_up(),
        };
        let keys = &self.model.setup.keys;
        let bound = |key: Key| keys.command(key, &Scope::ALL).is_some();
        let stop = Key::ctrl('z');
        let stops = !bound(stop);
        match self.reader.read(event, Instant::now(), bound) {
            Sent::Input(inputs) => {
                for input in inputs {
                    if stops && input == Input::Key(stop) {
                        // As the terminal would without raw mode: the whole job, `tail -f | keepwatch --logs -`.
                        let _ = rustix::process::kill_current_process_group(rustix::process::Signal::TSTP);
                    } else {
                        let input = ui::located(&self.model, input);
                        self.happen(Msg::Input(input));
                    }
                }
            }
            Sent::Resized => self.resize(),
            Sent::Nothing => {}
        }
    }

    /// Whatever the size is now: on the way the terminal may have cut or wrapped what it showed.
    fn resize(&mut self) {
        let (width, height) = terminal::size();
        self.drawer.anew();
        self.happen(Msg::Resized(width, height));
    }

    /// A frame arrived. The Model hears of it where it waits for that: a key pressed before a plan was on the
    /// terminal must not confirm it.
    fn on_terminal(&mut self, drawn: Drawn) {
        match drawn {
            Drawn::Gone => self.hang_up(),
            Drawn::Frame(number) => {
                self.drawn = number;
                if let Some((action, first)) = self.plan
                    && number >= first
                    && plan::drawn_next(&self.model) == Some(action)
                {
                    self.tick();
                    self.happen(Msg::Drawn(self.model.now));
                }
            }
        }
    }

    fn draw(&mut self) {
        let (width, height) = self.model.size;
        if self.model.overlays.last().is_some_and(|on_top| on_top.scrolled().is_some())
            && let Some(end) = ui::scroll_end(&self.model, &self.theme, Rect::new(0, 0, width, height))
        {
            self.happen(Msg::ScrollEnd(end));
        }
        self.model.prepare();
        let mut frame = self.drawer.blank(Rect::new(0, 0, width, height));
        frame.cursor = ui::view(&self.model, &self.theme, frame.buffer.area, &mut frame.buffer);
        if self.model.screen == Screen::Diagnostics && self.model.overlays.is_empty() {
            // The log has its own place. An overlay would be drawn over: it has the screen to itself.
            let area = ui::screen::diagnostics::area(self.model.size);
            self.diagnostics.draw(area, &mut frame.buffer, &self.theme);
        }
        self.shown = self.drawer.show(frame);
        self.plan = match (plan::drawn_next(&self.model), self.plan) {
            (Some(now), Some((before, first))) if now == before => Some((now, first)),
            (now, _) => now.map(|action| (action, self.shown)),
        };
        self.model.dirty = false;
        self.pace.drawn(Instant::now());
    }

    fn end(&mut self, end: End) {
        if self.ending.is_none() {
            self.model.quitting = true;
            self.model.dirty = true;
            self.ending = Some((end, Instant::now() + pace::LAST_ANSWER));
        }
    }

    fn hang_up(&mut self) {
        self.gone = true;
        self.end(End::HungUp);
        self.ending.iter_mut().for_each(|(end, _)| *end = End::HungUp);
    }

    fn ended(&mut self) -> Option<Ended> {
        let (end, until) = self.ending?;
        let in_flight = self.model.action.as_ref().is_some_and(Action::in_flight);
        if in_flight && Instant::now() < until {
            return None;
        }
        self.drawer.pause(pace::PATIENCE);
        let unanswered = self.model.action.take().filter(Action::in_flight);
        Some(Ended { end, unanswered, instead: self.model.instead.take() })
    }

    fn stop(&mut self, signals: &mut Signals) {
        self.drawer.pause(pace::PATIENCE);
        self.terminal.leave();
        signals.stop();
        self.again();
    }

    /// Goes on after a stop.
    fn again(&mut self) {
        if self.terminal.again().is_err() {
            return self.hang_up();
        }
        self.drawer.resume();
        self.resize();
        self.pace.urgent();
    }
}

/// What the system's clock says.
fn wall() -> Moment {
    Moment(chrono::Utc::now().timestamp_millis())
}
