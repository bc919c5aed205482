//! `keepwatch [watch]`: the dashboard on a registry; and what the first screen begins instead.

use std::{env, ffi::OsString, os::unix::process::CommandExt as _, process::Command};

use super::{
    args::WatchArgs,
    dashboard::{self, More},
    exit::{Exit, Failure, Outcome},
    start,
};
use crate::{app::overlay::begin::Instead, config::settings::Settings};

/// Shows the dashboard until somebody ends it.
///
/// # Errors
/// Where there is no terminal for it, or the registry's files cannot be read.
pub fn run(settings: &Settings, args: &WatchArgs) -> Outcome {
    dashboard::usable()?;
    let (exit, instead) = start::block_on(dashboard::run(settings, &args.look, More::default()))?;
    match instead {
        Some(instead) => Err(begin(&instead, env::args_os().skip(1).collect())),
        None => Ok(exit),
    }
}

/// Becomes the program that was chosen. Comes back only where that fails.
fn begin(instead: &Instead, typed: Vec<OsString>) -> Failure {
    let failed = |why: std::io::Error| Failure::new(Exit::Failed, format!("Keepwatch cannot be started anew: {why}."));
    match env::current_exe() {
        Ok(program) => failed(Command::new(program).args(again(instead, typed)).exec()),
        Err(why) => failed(why),
    }
}

/// The arguments to begin with: what was typed, with what was chosen in the place of the registry or the file. The demo
/// brings its own, and takes from them only that nothing may be written.
fn again(instead: &Instead, typed: Vec<OsString>) -> Vec<OsString> {
    let (own, other): (Vec<OsString>, &str) = match instead {
        Instead::Demo => {
            let read_only = typed.into_iter().filter(|word| word == "--read-only" || word == "--read-only=true");
            return std::iter::once("demo".into()).chain(read_only).collect();
        }
        Instead::Registry(servers) => (vec!["--registry".into(), servers.to_string().into()], "--registry"),
        Instead::File(path) => (vec!["--config".into(), path.into()], "--config"),
    };
    // A file that is opened tells the registry, too.
    let chosen = [other, "--registry"];
    let mut rest = Vec::new();
    let mut words = typed.into_iter();
    while let Some(word) = words.next() {
        let dropped = chosen.iter().find(|name| {
            word.to_str()
                .and_then(|word| word.strip_prefix(**name))
                .is_some_and(|end| end.is_empty() || end.starts_with('='))
        });
        match dropped {
            Some(name) if word == **name => drop(words.next()),
            Some(_) => {}
            None => rest.push(word),
        }
    }
    rest.extend(own);
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_stays_but_what_was_chosen_takes_its_place() {
        let typed =
            || "--registry a:1 --theme light --read-only --registry=b:2 --probe off".split(' ').map(OsString::from);
        let words = |instead| {
            let all = again(&instead, typed().collect());
            all.iter().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
        };
        let servers = "z:2181".parse().unwrap();
        assert_eq!(words(Instead::Registry(servers)), "--theme light --read-only --probe off --registry z:2181");
        assert_eq!(words(Instead::File("f.yaml".into())), "--theme light --read-only --probe off --config f.yaml");
        assert_eq!(words(Instead::Demo), "demo --read-only");
    }
}
