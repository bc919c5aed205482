//! What a terminal sends, as the app understands it. Pure, but for the thread at the end that reads.

use std::{
    io, thread,
    time::{Duration, Instant},
};

use crossterm::event::{self, Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind};

use crate::{
    app::{Input, msg::MouseAct},
    command::{Code, Key},
};

/// Two clicks within this time on one cell are a double click.
const DOUBLE: Duration = Duration::from_millis(400);
/// Of a pasted text, bytes that are kept: fields are short.
const MAX_PASTE: usize = 64 << 10;

/// Something that the terminal sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Input, one or two: see [`Reader::read`].
    Input(Vec<Input>),
    /// Its size changed; ask for it.
    Resized,
    /// Nothing that concerns us.
    Nothing,
}

/// Translates; remembers the last click.
#[derive(Debug, Default)]
pub struct Reader {
    click: Option<(Instant, u16, u16)>,
}

impl Reader {
    /// What an event that came at `now` means. `Esc` pressed shortly before a key comes as that key with Alt
    /// (tmux, slow lines): it is read as the two, unless `bound` knows the one with Alt.
    pub fn read(&mut self, event: Event, now: Instant, bound: impl Fn(Key) -> bool) -> Sent {
        match event {
            Event::Key(event) if event.kind != KeyEventKind::Release => match key(event) {
                Some(key @ Key { code, ctrl, alt: true }) if !bound(key) => {
                    Sent::Input(vec![Input::Key(Key::plain(Code::Esc)), Input::Key(Key { code, ctrl, alt: false })])
                }
                Some(key) => Sent::Input(vec![Input::Key(key)]),
                None => Sent::Nothing,
            },
            Event::Paste(mut text) => {
                text.truncate(text.floor_char_boundary(MAX_PASTE));
                Sent::Input(vec![Input::Paste(text)])
            }
            Event::Mouse(mouse) => {
                let (x, y) = (mouse.column, mouse.row);
                let act = match mouse.kind {
                    MouseEventKind::Down(MouseButton::Left) => self.click(now, x, y),
                    MouseEventKind::ScrollDown => MouseAct::WheelDown,
                    MouseEventKind::ScrollUp => MouseAct::WheelUp,
                    _ => return Sent::Nothing,
                };
                Sent::Input(vec![Input::Mouse(act, x, y)])
            }
            Event::Resize(..) => Sent::Resized,
            _ => Sent::Nothing,
        }
    }

    fn click(&mut self, now: Instant, x: u16, y: u16) -> MouseAct {
        let double = self.click.is_some_and(|(then, old_x, old_y)| {
            (old_x, old_y) == (x, y) && now.saturating_duration_since(then) <= DOUBLE
        });
        // A third click begins anew.
        self.click = (!double).then_some((now, x, y));
        if double { MouseAct::Double } else { MouseAct::Click }
    }
}

/// The key as the command table names it; `None` for keys that it has no name for.
fn key(event: KeyEvent) -> Option<Key> {
    let KeyEvent { code, modifiers, .. } = event;
    let ctrl = modifiers.contains(KeyModifiers::CONTROL);
    let alt = modifiers.intersects(KeyModifiers::ALT | KeyModifiers::META);
    let code = match code {
        KeyCode::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
        KeyCode::Char(c) if c.is_control() => return None,
        KeyCode::Char(c) => Code::Char(c),
        KeyCode::F(n @ 1..=24) => Code::F(n),
        KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => Code::BackTab,
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Insert => Code::Insert,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        _ => return None,
    };
    Some(Key { code, ctrl, alt })
}

/// Reads the terminal on a thread of its own, which ends with the process: nothing can wake it. Standard input, or
/// `/dev/tty` where that is a pipe.
///
/// # Errors
/// If the system has no thread left.
pub fn listen(mut tell: impl FnMut(io::Result<Event>) -> bool + Send + 'static) -> io::Result<()> {
    thread::Builder::new().name("keys".into()).spawn(move || {
        loop {
            let event = event::read();
            let failed = event.is_err();
            if !tell(event) || failed {
                return;
            }
        }
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crossterm::event::MouseEvent;

    use super::*;

    fn read(event: Event) -> Sent {
        Reader::default().read(event, Instant::now(), |_| false)
    }

    fn struck(code: KeyCode, modifiers: KeyModifiers) -> Event {
        Event::Key(KeyEvent::new(code, modifiers))
    }

    fn keys(text: &str) -> Sent {
        Sent::Input(text.split(' ').map(|key| Input::Key(key.parse().unwrap())).collect())
    }

    #[test]
    fn keys_are_what_the_table_calls_them() {
        let none = KeyModifiers::NONE;
        assert_eq!(read(struck(KeyCode::Char('X'), KeyModifiers::SHIFT)), keys("X"));
        assert_eq!(read(struck(KeyCode::Char(' '), none)), keys("Space"));
        assert_eq!(read(struck(KeyCode::Char('c'), KeyModifiers::CONTROL)), keys("C-c"));
        assert_eq!(read(struck(KeyCode::Tab, KeyModifiers::SHIFT)), keys("BackTab"));
        assert_eq!(read(struck(KeyCode::PageDown, none)), keys("PageDown"));
        assert_eq!(read(struck(KeyCode::F(5), none)), keys("F5"));
        assert_eq!(read(struck(KeyCode::CapsLock, none)), Sent::Nothing);
    }

    #[test]
    fn escape_that_came_together_with_a_key_is_two_keys() {
        let event = struck(KeyCode::Char('q'), KeyModifiers::ALT);
        assert_eq!(read(event.clone()), keys("Esc q"));
        assert_eq!(Reader::default().read(event, Instant::now(), |_| true), keys("A-q"));
    }

    #[test]
    fn a_key_let_go_is_no_key() {
        let event = KeyEvent { kind: KeyEventKind::Release, ..KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE) };
        assert_eq!(read(Event::Key(event)), Sent::Nothing);
    }

    #[test]
    fn two_clicks_on_one_cell_within_their_time_are_one_double_click() {
        let began = Instant::now();
        let mut reader = Reader::default();
        let mut click = |ms, x| {
            let kind = MouseEventKind::Down(MouseButton::Left);
            let event = MouseEvent { kind, column: x, row: 2, modifiers: KeyModifiers::NONE };
            match reader.read(Event::Mouse(event), began + Duration::from_millis(ms), |_| false) {
                Sent::Input(input) => input[0].clone(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(click(0, 7), Input::Mouse(MouseAct::Click, 7, 2));
        assert_eq!(click(400, 7), Input::Mouse(MouseAct::Double, 7, 2));
        assert_eq!(click(500, 7), Input::Mouse(MouseAct::Click, 7, 2));
        assert_eq!(click(600, 8), Input::Mouse(MouseAct::Click, 8, 2));
        assert_eq!(click(1001, 8), Input::Mouse(MouseAct::Click, 8, 2));
    }

    #[test]
    fn a_pasted_book_is_cut_at_a_character() {
        let Sent::Input(input) = read(Event::Paste("é".repeat(MAX_PASTE))) else { panic!() };
        let Input::Paste(text) = &input[0] else { panic!() };
        assert_eq!(text.len(), MAX_PASTE);
    }

    #[test]
    fn the_wheel_turns_and_motion_is_nothing() {
        let mouse = |kind| Event::Mouse(MouseEvent { kind, column: 1, row: 1, modifiers: KeyModifiers::NONE });
        assert_eq!(read(mouse(MouseEventKind::ScrollDown)), Sent::Input(vec![Input::Mouse(MouseAct::WheelDown, 1, 1)]));
        assert_eq!(read(mouse(MouseEventKind::Moved)), Sent::Nothing);
        assert_eq!(read(Event::Resize(0, 0)), Sent::Resized);
    }
}
