//! Editing one line of text, by keys: what all fields share.

use tui_input::{Input, InputRequest};

use crate::command::{Code, Key};

/// The longest text that a field takes, in characters.
pub const LONGEST: usize = 500;

/// Puts a character at the cursor, if there is room.
pub fn insert(field: &mut Input, c: char) {
    if field.value().chars().count() < LONGEST {
        field.handle(InputRequest::InsertChar(c));
    }
}

/// Edits the field; whether the key was one that edits.
pub fn edit(field: &mut Input, key: Key) -> bool {
    if let Some(c) = key.typed() {
        insert(field, c);
        return true;
    }
    let request = match (key.code, key.ctrl) {
        (Code::Backspace, false) => InputRequest::DeletePrevChar,
        (Code::Delete, false) => InputRequest::DeleteNextChar,
        (Code::Left, false) | (Code::Char('b'), true) => InputRequest::GoToPrevChar,
        (Code::Right, false) | (Code::Char('f'), true) => InputRequest::GoToNextChar,
        (Code::Left, true) => InputRequest::GoToPrevWord,
        (Code::Right, true) => InputRequest::GoToNextWord,
        (Code::Home, _) | (Code::Char('a'), true) => InputRequest::GoToStart,
        (Code::End, _) | (Code::Char('e'), true) => InputRequest::GoToEnd,
        (Code::Char('w'), true) => InputRequest::DeletePrevWord,
        (Code::Char('u'), true) => InputRequest::DeleteFromStart,
        (Code::Char('k'), true) => InputRequest::DeleteTillEnd,
        _ => return false,
    };
    field.handle(request);
    true
}
