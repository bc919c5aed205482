//! The raw form of a line of journald that tells its text as a list of bytes, as it does where not all of it can be printed:
//! a secret in it is one as well.

use std::borrow::Cow;

/// What stands before the text of a line.
const KEY: &str = "\"MESSAGE\"";

/// The line with such a list as the text that the line is shown with; as it is where there is none.
pub(super) fn told<'a>(raw: &'a str, message: &str) -> Cow<'a, str> {
    let list = raw.find(KEY).and_then(|key| {
        let (front, rest) = raw.split_at(key + KEY.len());
        let list = rest.trim_start().strip_prefix(':')?.trim_start().strip_prefix('[')?;
        let (bytes, behind) = list.split_once(']')?;
        let is_list = bytes.bytes().all(|b| b.is_ascii_digit() || matches!(b, b',' | b' '));
        is_list.then_some((front, behind))
    });
    match list {
        Some((front, behind)) => format!("{front}:{}{behind}", serde_json::json!(message)).into(),
        None => raw.into(),
    }
}
