//! Parse, run, exit code: the only place that prints an error.

use std::process::ExitCode;

fn main() -> ExitCode {
    match keepwatch::cli::run(std::env::args_os()) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            if !failure.message.is_empty() {
                eprintln!("{failure}");
            }
            failure.exit.into()
        }
    }
}
