//! What Rails writes of what was thrown: `NoMethodError (why):`, its trace in lines behind it; in production with the tags of the
//! request in front of each line, of which the first is empty otherwise.

use super::held::Open;
use super::more::Headed;
use super::trace::Within;
use crate::domain::log::Level;

/// Whether a line says what was thrown.
pub(super) fn is_thrown(line: &str) -> bool {
    // Cheap to say no.
    if !line.ends_with("):") || !line.starts_with(|c: char| c.is_ascii_uppercase()) {
        return false;
    }
    line.split_once(" (").is_some_and(|(name, _)| {
        let is_class = name.contains("::") || name.ends_with("Error") || name.ends_with("Exception");
        is_class && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b':')
    })
}

/// Whether a message is tags alone: `[d1c8e5c7-…]`, `[d1c8e5c7-…] [10.0.0.1]`.
fn is_tags(message: &str) -> bool {
    message.starts_with('[')
        && message.ends_with(']')
        && message.split("] [").all(|tag| !tag.trim_matches(['[', ']']).contains(['[', ']']))
}

impl Open {
    /// Whether its own line says nothing but tags.
    pub(super) fn says_only_tags(&self) -> bool {
        is_tags(&self.line.message)
    }

    /// What a line says behind the same tags, where this is a fault that says nothing else.
    pub(super) fn without_tags<'a>(&self, line: &'a str) -> Option<&'a str> {
        // Cheap to say no.
        if !line.starts_with('[') || !self.line.message.starts_with('[') {
            return None;
        }
        let is_fault = self.line.level >= Level::Error && self.headed == Headed::Itself;
        let is_first = matches!(self.within, Within::Nothing | Within::Frames | Within::Head);
        let rest = line.strip_prefix(&*self.line.message).filter(|rest| rest.is_empty() || rest.starts_with(' '))?;
        (is_fault && is_first && self.says_only_tags()).then(|| rest.strip_prefix(' ').unwrap_or(rest))
    }
}
