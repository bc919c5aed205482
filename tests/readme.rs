//! The README says what the program says: its table of keys is the one that `keepwatch keys` prints, its commands and exit
//! status are all of them, and what it links to is there.

use std::{path::Path, process::Command};

const BEGIN: &str = "<!-- keys: printed by `keepwatch keys`; UPDATE_README=1 cargo test --test readme -->\n";
const END: &str = "<!-- /keys -->";

fn readme() -> String {
    std::fs::read_to_string(file()).expect("the README is there")
}

fn file() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn keepwatch(args: &[&str]) -> String {
    let done = Command::new(env!("CARGO_BIN_EXE_keepwatch")).args(args).output().expect("it runs");
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("UTF-8")
}

#[test]
fn its_keys_are_those_of_the_program() {
    let text = readme();
    let (before, rest) = text.split_once(BEGIN).expect("the first marker");
    let (kept, after) = rest.split_once(END).expect("the second marker");
    let printed = format!("\n{}\n", keepwatch(&["keys"]));
    if std::env::var_os("UPDATE_README").is_some() {
        std::fs::write(file(), format!("{before}{BEGIN}{printed}{END}{after}")).expect("the README is written");
        return;
    }
    assert!(kept == printed, "the README's keys are old: UPDATE_README=1 cargo test --test readme");
}

#[test]
fn every_command_and_exit_status_stands_in_it() {
    let text = readme();
    let help = keepwatch(&["--help"]);
    let commands = help.split_once("Commands:\n").expect("a list of commands").1;
    let names = commands.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    for name in names.filter(|name| *name != "help") {
        assert!(text.contains(&format!("`{name}`")), "`{name}` is not in the README");
    }
    let (_, status) = text.split_once("Exit status:").expect("the exit status");
    for number in 0..=6 {
        assert!(status.contains(&format!("{number} ")), "{number}");
    }
}

#[test]
fn what_it_links_to_is_there() {
    let text = readme();
    for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).filter(|link| !link.contains("://"))
    {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(link).exists(), "{link}");
    }
}
