//! `keepwatch man`: one page, from the parser's table, the command table and the exit status.

use std::fmt::Write;

use clap::CommandFactory;
use clap_mangen::Man;

use super::args::Cli;
use super::exit::{Exit, Failure, Outcome};
use super::{keys, out};
use crate::command::Group;
use crate::registry::CREDENTIAL;

pub(super) fn run() -> Outcome {
    let text = page().map_err(|e| Failure::new(Exit::Failed, format!("Cannot make the man page: {e}.")))?;
    out::print(&text)
}

fn page() -> std::io::Result<String> {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    let top = Man::new(command.clone());
    let mut page = Vec::new();
    top.render_title(&mut page)?;
    top.render_name_section(&mut page)?;
    page.extend(synopsis(&command).into_bytes());
    top.render_description_section(&mut page)?;
    top.render_options_section(&mut page)?;
    let mut text = String::from_utf8_lossy(&page).into_owned();
    text.push_str(".SH COMMANDS\n");
    for command in command.get_subcommands() {
        text.push_str(&subcommand(command));
    }
    text.push_str(&tables());
    Ok(text)
}

/// Each option with its value: what `--registry` takes is not to be guessed.
fn synopsis(command: &clap::Command) -> String {
    let mut text = ".SH SYNOPSIS\n\\fBkeepwatch\\fR".to_owned();
    for arg in command.get_arguments().filter(|arg| !arg.is_hide_set()) {
        let Some(long) = arg.get_long() else { continue };
        let values = arg.get_value_names().unwrap_or_default().iter().map(|name| name.as_str()).collect::<Vec<_>>();
        let takes = if arg.get_action().takes_values() { values.join(" ") } else { String::new() };
        let value = if takes.is_empty() { takes } else { format!(" \\fI{}\\fR", escape(&takes)) };
        let _ = write!(text, " [\\fB{}\\fR{value}]", escape(&format!("--{long}")));
    }
    text.push_str(" [\\fICOMMAND\\fR]\n");
    text
}

/// A command with its own options; the common ones stand in the page's options.
fn subcommand(command: &clap::Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").lines().map(str::trim).collect::<Vec<_>>().join(" ");
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let mut text = format!(".SS {}\n{}.\n.PP\n{}\n", escape(&usage), line(&about), ".PD 0");
    for arg in command.get_arguments().filter(|arg| !arg.is_global_set() && arg.get_id() != "help") {
        let values = arg.get_value_names().unwrap_or_default().iter().map(|name| name.as_str()).collect::<Vec<_>>();
        let takes = if arg.get_action().takes_values() { values.join(" ") } else { String::new() };
        let name = match (arg.get_short(), arg.get_long()) {
            (_, Some(long)) => format!("--{long} {takes}"),
            (Some(short), None) => format!("-{short} {takes}"),
            (None, None) => takes,
        };
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        let _ = writeln!(text, ".TP\n\\fB{}\\fR\n{}", escape(name.trim()), line(&help));
    }
    text.push_str(".PD\n");
    text
}

/// Keys, exit status, files: what no option says.
fn tables() -> String {
    let mut text = ".SH KEYS\n".to_owned();
    for group in Group::ALL {
        let _ = writeln!(text, ".SS {}\n.PD 0", escape(group.title()));
        for row in keys::rows(group) {
            let name = [keys::keys(row), keys::typed(row)].join("  ");
            let _ = writeln!(text, ".TP\n\\fB{}\\fR\n{}", escape(name.trim()), line(row.doc));
        }
        text.push_str(".PD\n");
    }
    text.push_str(".SH EXIT STATUS\n");
    for (exit, words) in Exit::ALL {
        let _ = writeln!(text, ".TP\n\\fB{}\\fR\n{}", exit as u8, line(words));
    }
    text.push_str(".SH ENVIRONMENT\n");
    text.push_str("Each long option can be given as a variable: \\fBKEEPWATCH_\\fR and its name in capitals, \\fB_\\fR for \\fB\\-\\fR. ");
    text.push_str("The option wins, then the variable, then the file.\n");
    let words = "Who we are towards the registry where the file's `registry.credential` names nothing: \
                 digest:USER:PASSWORD or sasl:USER:PASSWORD.";
    let _ = writeln!(text, ".TP\n\\fB{}\\fR\n{}", escape(CREDENTIAL), line(words));
    text.push_str(".SH FILES\n");
    for (file, words) in FILES {
        let _ = writeln!(text, ".TP\n\\fB{}\\fR\n{}", escape(file), line(words));
    }
    text
}

/// Everything on disk that Keepwatch reads or writes by itself.
const FILES: &[(&str, &str)] = &[
    ("./config/microservices.yaml", "The configuration, looked for first; `keepwatch config` prints every key."),
    ("$XDG_CONFIG_HOME/keepwatch/keepwatch.yaml", "The configuration, looked for next."),
    ("$XDG_STATE_HOME/keepwatch/journal.jsonl", "Every step of every action, a line each, chained by SHA-256."),
    ("$XDG_STATE_HOME/keepwatch/keepwatch.log", "Keepwatch's own log, 10 MiB, one older."),
    ("$XDG_STATE_HOME/keepwatch/copied.txt", "What was copied last."),
    ("$XDG_STATE_HOME/keepwatch/log-columns", "The columns that were chosen for the log pane, as they were typed."),
];

/// Text within a line of roff.
fn escape(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-")
}

/// Text as a line of its own: a dot or quote at its start would be a command of roff.
fn line(text: &str) -> String {
    let text = escape(text);
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_names_every_command_key_and_status() {
        let page = page().unwrap();
        for word in [
            ".TH keepwatch 1",
            "keepwatch drain",
            "KEEPWATCH_",
            "KEEPWATCH_REGISTRY_CREDENTIAL",
            "journal.jsonl",
            "\\fB6\\fR",
            ":deregister",
            "\\-\\-yes\\-last",
            "[\\fB\\-\\-registry\\fR \\fIADDR\\fR]",
            "[\\fB\\-\\-read\\-only\\fR]",
        ] {
            assert!(page.contains(word), "{word} is missing");
        }
        assert!(!page.lines().any(|l| l.starts_with("./")), "a line of text became a command of roff");
    }
}
