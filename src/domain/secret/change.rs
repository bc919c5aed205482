//! What comes instead of a secret: `password = "old" -> "new"`, as who plans a change of it says.

use super::value::{end_of, value};
use super::{Edit, MASK};

/// So many blanks may stand beside an arrow, in bytes.
const MOST_BLANKS: usize = 64;

/// The longest text in brackets that stands for a value, in bytes: `(known after apply)`.
const LONGEST_NONE: usize = 64;

/// What stands behind an arrow that begins here, and is to be masked; how far it goes, if it does. `at` is where the text stands.
pub(super) fn changed(text: &str, name: &str, at: usize, edits: &mut Vec<Edit>) -> usize {
    let Some(begin) = behind_arrow(text) else { return 0 };
    if is_untold(&text[begin..]) {
        return 0;
    }
    let Some((range, with)) = value(&text[begin..], name, None, (false, false)) else { return 0 };
    let with = if with.contains(MASK) { with } else { MASK.to_owned() };
    edits.push((at + begin + range.start..at + begin + range.end, with));
    begin + range.end
}

/// Where what stands behind an arrow begins.
fn behind_arrow(text: &str) -> Option<usize> {
    let blanks = |text: &str| text.bytes().take(MOST_BLANKS).take_while(|b| matches!(b, b' ' | b'\t')).count();
    let arrow = blanks(text);
    let rest = text[arrow..].strip_prefix("->").or_else(|| text[arrow..].strip_prefix("=>"))?;
    let more = blanks(rest);
    (arrow > 0 && more > 0).then_some(arrow + 2 + more)
}

/// What Terraform writes where a value is not known or not told.
const UNTOLD: &[&str] = &["(known after apply)", "(sensitive value)", "(sensitive)", "(write-only attribute)"];

/// Whether a text begins with what stands for a value that is not told.
pub(super) fn is_untold(text: &str) -> bool {
    text.starts_with('(') && UNTOLD.iter().any(|untold| text.starts_with(untold))
}

/// Where a value ends that begins here and is none, or was masked before.
pub(super) fn old_end(text: &str) -> usize {
    match text.starts_with('(') {
        true => text.bytes().take(LONGEST_NONE).position(|byte| byte == b')').map_or(0, |end| end + 1),
        false => end_of(text, LONGEST_NONE),
    }
}
