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

/// Puts what was pasted at the cursor: the end of a line parts words as a blank does, what else acts on terminals is left
/// out. Whether there was room for all of it.
pub fn paste(field: &mut Input, text: &str) -> bool {
    let mut left = LONGEST.saturating_sub(field.value().chars().count());
    for word in text.trim_matches(['\r', '\n', '\t']).split_inclusive(['\r', '\n', '\t']) {
        let (word, parts) = match word.strip_suffix(['\r', '\n', '\t']) {
            Some(word) => (word, !word.is_empty()),
            None => (word, false),
        };
        for c in word.chars().filter(|c| !c.is_control()).chain(parts.then_some(' ')) {
            if left == 0 {
                return false;
            }
            left -= 1;
            insert(field, c);
        }
    }
    true
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pasted_lines_are_parted_and_what_has_no_room_is_known() {
        let pasted = |text: &str| {
            let mut field = Input::default();
            let is_whole = paste(&mut field, text);
            (field.value().to_owned(), is_whole)
        };
        assert_eq!(pasted("level>=warn\r\n\tsecond line\n"), ("level>=warn second line".to_owned(), true));
        assert_eq!(pasted("a\u{1b}[31mb"), ("a[31mb".to_owned(), true));
        assert_eq!(pasted(&"x".repeat(LONGEST)), ("x".repeat(LONGEST), true));
        assert_eq!(pasted(&"x".repeat(LONGEST + 1)), ("x".repeat(LONGEST), false));
    }
}
