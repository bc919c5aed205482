//! Standard output for data. A reader that has read enough (`| head -1`) ends a command, it does not fail it.

use std::io::{ErrorKind, Write};

use super::exit::{Exit, Failure, Outcome};

/// Writes a whole text and ends with [`Exit::Done`].
///
/// # Errors
/// When standard output cannot be written for another reason than a closed pipe.
pub fn print(text: &str) -> Outcome {
    write(text).map(|_| Exit::Done)
}

/// Writes a text at once and says whether anybody still reads.
///
/// # Errors
/// As [`print()`].
pub fn write(text: &str) -> Result<bool, Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(e) => Err(Failure::new(Exit::Failed, format!("Cannot write to standard output: {e}."))),
    }
}
