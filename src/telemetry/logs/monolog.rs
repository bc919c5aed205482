//! What Monolog writes of an exception in more lines than one, as Laravel has it: the message, `{"exception":"[object] (` with what
//! the exception says, which a statement of SQL breaks, and then `[stacktrace]`, which is `trace`'s.

use super::trace::Within;

/// What stands before what an exception says, and behind it where its trace is left out.
const BEGIN: &str = "\"exception\":\"[object] (";
const END: &str = ")\"";

/// Whether an exception begins in a line.
pub(super) fn has(line: &str) -> bool {
    memchr::memmem::find(line.as_bytes(), BEGIN.as_bytes()).is_some()
}

/// Whether one begins in a line and is not ended in it.
pub(super) fn begins(line: &str) -> bool {
    memchr::memmem::find(line.as_bytes(), BEGIN.as_bytes()).is_some_and(|at| !line[at..].contains(END))
}

/// Whether a line tells of the exception that was there before, and does not end it.
pub(super) fn is_previous(line: &str) -> bool {
    line.starts_with("[previous exception] ") && !line.trim_end().ends_with(')')
}

/// What comes of what it says, with this line.
pub(super) fn then(line: &str) -> Within {
    match line.trim_end() {
        "[stacktrace]" => Within::Php,
        line if line.contains(END) => Within::Nothing,
        _ => Within::Context,
    }
}
