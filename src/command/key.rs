//! A key as the command table, the help and the user's file name it: `d`, `X`, `Esc`, `C-r`, `A-x`.
//!
//! Not a key as a terminal sends it: the runtime turns what crossterm reads into these, so that nothing else
//! depends on a terminal library.

use std::fmt;
use std::str::FromStr;

/// What is on the key, without what is held with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// A printed character, case as typed: `d` and `D` are two keys.
    Char(char),
    /// A function key, 1 to 24.
    F(u8),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab, which terminals send as a key of its own.
    BackTab,
    /// Deletes to the left.
    Backspace,
    /// Deletes to the right.
    Delete,
    /// Insert.
    Insert,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
}

/// The names of keys that print nothing, as they are written and read.
const NAMED: &[(&str, Code)] = &[
    ("Enter", Code::Enter),
    ("Esc", Code::Esc),
    ("Tab", Code::Tab),
    ("BackTab", Code::BackTab),
    ("Backspace", Code::Backspace),
    ("Delete", Code::Delete),
    ("Insert", Code::Insert),
    ("Up", Code::Up),
    ("Down", Code::Down),
    ("Left", Code::Left),
    ("Right", Code::Right),
    ("Home", Code::Home),
    ("End", Code::End),
    ("PageUp", Code::PageUp),
    ("PageDown", Code::PageDown),
    ("Space", Code::Char(' ')),
];

/// One stroke. Shift is not told apart: it is in the character already, and terminals disagree about the rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// What was struck.
    pub code: Code,
    /// Ctrl was held.
    pub ctrl: bool,
    /// Alt was held.
    pub alt: bool,
}

impl Key {
    /// The key alone.
    pub const fn plain(code: Code) -> Key {
        Key { code, ctrl: false, alt: false }
    }

    /// A printed character alone.
    pub const fn char(c: char) -> Key {
        Key::plain(Code::Char(c))
    }

    /// A printed character with Ctrl.
    pub const fn ctrl(c: char) -> Key {
        Key { code: Code::Char(c), ctrl: true, alt: false }
    }

    /// The character that this stroke would type into a field, if it types one.
    pub fn typed(self) -> Option<char> {
        match self {
            Key { code: Code::Char(c), ctrl: false, alt: false } => Some(c),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.ctrl {
            f.write_str("C-")?;
        }
        if self.alt {
            f.write_str("A-")?;
        }
        if let Some((name, _)) = NAMED.iter().find(|(_, code)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            Code::Char(c) => write!(f, "{c}"),
            Code::F(n) => write!(f, "F{n}"),
            // Every other code stands in NAMED, which a test holds.
            other => write!(f, "{other:?}"),
        }
    }
}

/// Why a text names no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no key; write one character, a name such as Esc, Tab, Space or F5, with C- or A- before it if held")]
pub struct NoKey(String);

impl FromStr for Key {
    type Err = NoKey;

    fn from_str(text: &str) -> Result<Key, NoKey> {
        let wrong = || NoKey(text.chars().take(20).collect());
        let mut key = Key::char(' ');
        let mut rest = text;
        loop {
            match rest.get(..2) {
                Some("C-") if rest.len() > 2 && !key.ctrl => key.ctrl = true,
                Some("A-") if rest.len() > 2 && !key.alt => key.alt = true,
                _ => break,
            }
            rest = &rest[2..];
        }
        let mut chars = rest.chars();
        key.code = match (chars.next(), chars.as_str()) {
            (Some(c), "") if !c.is_control() && !c.is_whitespace() => Code::Char(c),
            (Some('F'), n) if n.parse().is_ok_and(|n: u8| (1..=24).contains(&n)) && !n.starts_with(['0', '+']) => {
                Code::F(n.parse().map_err(|_| wrong())?)
            }
            _ => NAMED.iter().find(|(name, _)| name.eq_ignore_ascii_case(rest)).ok_or_else(wrong)?.1,
        };
        // A terminal sends the same byte for C-r and C-R.
        if let (Code::Char(c), true) = (key.code, key.ctrl) {
            key.code = Code::Char(c.to_ascii_lowercase());
        }
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_read_back() {
        let mut all: Vec<Code> = NAMED.iter().map(|(_, code)| *code).collect();
        all.extend((1..=24).map(Code::F));
        all.extend("dX?/:-+<>é".chars().map(Code::Char));
        for code in all {
            for (ctrl, alt) in [(false, false), (true, false), (false, true), (true, true)] {
                let code = match code {
                    Code::Char(c) if ctrl => Code::Char(c.to_ascii_lowercase()),
                    other => other,
                };
                let key = Key { code, ctrl, alt };
                assert_eq!(key.to_string().parse(), Ok(key), "{key}");
            }
        }
    }

    #[test]
    fn names_are_read_in_any_case_and_characters_are_not_folded() {
        assert_eq!("esc".parse(), Ok(Key::plain(Code::Esc)));
        assert_eq!("X".parse(), Ok(Key::char('X')));
        assert_eq!("C-R".parse(), Ok(Key::ctrl('r')));
        assert_eq!("-".parse(), Ok(Key::char('-')));
        assert_eq!("C--".parse(), Ok(Key::ctrl('-')));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "dd", "C-", "F0", "F25", "Meta-x", "C-C-x", "\u{1b}", "é́"] {
            assert!(text.parse::<Key>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn only_plain_characters_type() {
        assert_eq!(Key::char('d').typed(), Some('d'));
        assert_eq!(Key::ctrl('c').typed(), None);
        assert_eq!(Key::plain(Code::Tab).typed(), None);
    }
}
