//! How a command ends: the exit status that scripts rely on, and what is said to a person beside it.

use std::fmt;
use std::process::ExitCode;

/// The exit status. The numbers are an interface; see the man page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Exit {
    /// Done.
    Done = 0,
    /// Failed unexpectedly; a broken journal, too.
    Failed = 1,
    /// Wrong options or a wrong configuration.
    Usage = 2,
    /// The registry could not be reached within 10 s, or read.
    Unreachable = 3,
    /// Refused: read-only, stale picture, last healthy instance, no such target, not confirmed.
    Refused = 4,
    /// It changed since it was read.
    Conflict = 5,
    /// Outcome unknown, even after reading again for 10 s.
    Unknown = 6,
}

impl Exit {
    /// All of them with what they mean, for the man page.
    pub const ALL: [(Exit, &str); 7] = [
        (Exit::Done, "Done."),
        (Exit::Failed, "Failed unexpectedly, or the journal's chain is broken."),
        (Exit::Usage, "Wrong options or a wrong configuration; all mistakes are listed."),
        (Exit::Unreachable, "The registry could not be reached within 10 s, or read."),
        (
            Exit::Refused,
            "Refused: read-only, stale picture, last healthy instance, no such target, not possible in this layout, not confirmed.",
        ),
        (
            Exit::Conflict,
            "It changed since it was read, and nothing was written; or somebody else ended what a command stayed for.",
        ),
        (Exit::Unknown, "The outcome is unknown, even after reading again for 10 s."),
    ];
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit as u8)
    }
}

/// The worst of several: what a command with several targets ends with. Unknown is worse than conflict, that than
/// refused, since it leaves more to find out.
impl PartialOrd for Exit {
    fn partial_cmp(&self, other: &Exit) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Exit {
    fn cmp(&self, other: &Exit) -> std::cmp::Ordering {
        (*self as u8).cmp(&(*other as u8))
    }
}

/// Why a command did not do what it was asked, in sentences for standard error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// With what status it ends.
    pub exit: Exit,
    /// What, where, why, what to do; empty when it has been said already.
    pub message: String,
}

impl Failure {
    /// With this status and these words.
    pub fn new(exit: Exit, message: impl Into<String>) -> Failure {
        Failure { exit, message: message.into() }
    }

    /// A mistake of the one who typed it.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure::new(Exit::Usage, message)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// Whatever nobody foresaw, with its causes.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Failure {
        match error.downcast::<Failure>() {
            Ok(failure) => failure,
            Err(error) => Failure::new(Exit::Failed, format!("{error:#}")),
        }
    }
}

impl From<crate::config::find::FindError> for Failure {
    fn from(error: crate::config::find::FindError) -> Failure {
        Failure::usage(error.to_string())
    }
}

/// How a command ends.
pub type Outcome = Result<Exit, Failure>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_interface() {
        let numbers: Vec<_> = Exit::ALL.iter().map(|(exit, _)| *exit as u8).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 5, 6]);
        assert_eq!([Exit::Done, Exit::Unknown, Exit::Refused].into_iter().max(), Some(Exit::Unknown));
    }

    #[test]
    fn a_failure_keeps_its_status_through_anyhow() {
        let failure = Failure::new(Exit::Refused, "no");
        assert_eq!(Failure::from(anyhow::Error::from(failure.clone())), failure);
        assert_eq!(Failure::from(anyhow::anyhow!("a").context("b")), Failure::new(Exit::Failed, "b: a"));
    }
}
