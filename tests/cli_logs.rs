//! `keepwatch logs` over several files that are read once: one stream in the order of their times.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the answer")]

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// More than a file's reader may hold back.
const LINES: usize = 30_000;

#[test]
fn lines_of_several_files_are_printed_in_the_order_of_their_times() {
    let folder = tempfile::tempdir().unwrap();
    let names = ["a.log", "b.log", "c.log"];
    let (mut files, mut wanted) = (vec![String::new(); names.len()], String::new());
    for number in 0..LINES {
        // Uneven, and the third has nothing for long.
        let file = if number > LINES - 100 { number % 3 } else { usize::from(number % 7 < 2) };
        let line = format!("2026-11-26T07:00:{:02}.{:06}Z INFO line {number}\n", number / 1_000, number % 1_000);
        files[file].push_str(&line);
        wanted.push_str(&line);
        if number % 1_000 == 0 {
            writeln!(files[file], "  more of {number}").unwrap();
            writeln!(wanted, "  more of {number}").unwrap();
        }
    }
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepwatch"));
    command.args(["logs", "-o", "raw"]).env("XDG_CONFIG_HOME", folder.path()).current_dir(folder.path());
    for (name, text) in names.iter().zip(&files) {
        fs::write(folder.path().join(name), text).unwrap();
        command.args(["--logs", name]);
    }
    let done = command.output().unwrap();
    assert_eq!(String::from_utf8_lossy(&done.stderr), "");
    let printed = String::from_utf8(done.stdout).unwrap();
    let odd = printed.lines().zip(wanted.lines()).find(|(got, wanted)| got != wanted);
    assert_eq!((odd, printed.len()), (None, wanted.len()));
}

fn logs(folder: &Path, args: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keepwatch"));
    command.args(["logs", "-o", "raw"]).args(args).env("XDG_CONFIG_HOME", folder).current_dir(folder);
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn files_are_named_with_and_without_the_option_and_each_is_printed_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("app.log"), "2026-11-26T07:00:02Z INFO new\n").unwrap();
    fs::write(folder.path().join("app.log.1"), "2026-11-26T07:00:01Z INFO old\n").unwrap();
    let both = "2026-11-26T07:00:01Z INFO old\n2026-11-26T07:00:02Z INFO new\n";
    for args in [&["--logs", "app.log*"][..], &["app.log", "app.log.1"], &["app.log*", "--logs", "./app.log"]] {
        assert_eq!(logs(folder.path(), args), (Some(0), both.to_owned(), String::new()), "{args:?}");
    }
}

#[test]
fn what_cannot_be_read_as_lines_is_said_in_a_sentence_and_by_the_exit_status() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    fs::write(folder.path().join("wide.log"), b"\xff\xfeI\0N\0").unwrap();
    fs::write(folder.path().join("a.log"), "INFO up\n").unwrap();
    for (args, out, sentence) in [
        (&["none*.log"][..], "", "no file is there that fits"),
        (&["empty"], "", "no file is there that fits"),
        (&["wide.log"], "", "it is in UTF-16"),
        (&["wide.log", "a.log"], "INFO up\n", "iconv -f UTF-16 -t UTF-8 wide.log |"),
    ] {
        let (code, printed, said) = logs(folder.path(), args);
        assert_eq!((code, &*printed), (Some(1), out), "{args:?}");
        assert!(said.contains(sentence) && said.lines().count() == 1, "{said}");
    }
}

/// A private key, each of whose lines comes in a frame of its own: the line that is no part of it is all that is left between.
#[test]
fn the_lines_of_a_private_key_are_printed_in_no_format() {
    let lines = [
        "-----BEGIN RSA PRIVATE KEY-----",
        "MIIEhidden1AKCAQEA7bq0123456789",
        "hiddenLast==",
        "-----END RSA PRIVATE KEY-----",
    ];
    for (front, back) in [
        ("", ""),
        ("<14>Nov 26 07:00:00 h app: ", ""),
        ("2026-11-26T07:00:00Z INFO ", ""),
        ("I1126 07:00:00.000000       1 main.go:7] ", ""),
        ("2026-11-26T07:00:00Z stdout F ", ""),
        (r#"{"log":""#, r#"\n","stream":"stdout","time":"2026-11-26T07:00:00Z"}"#),
        (r#"{"time":"2026-11-26T07:00:00Z","level":"info","msg":""#, "\"}"),
        (r#"time=2026-11-26T07:00:00Z level=info msg=""#, "\""),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let text: String =
            lines.iter().chain(&["order 17 taken"]).map(|line| format!("{front}{line}{back}\n")).collect();
        fs::write(folder.path().join("a.log"), text).unwrap();
        for form in ["raw", "json"] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_keepwatch"));
            command.args(["logs", "--logs", "a.log", "-o", form]).env("XDG_CONFIG_HOME", folder.path());
            let printed = command.current_dir(folder.path()).output().unwrap().stdout;
            let printed = String::from_utf8(printed).unwrap();
            let shown = ["BEGIN RSA", "order 17 taken"].iter().all(|part| printed.contains(part));
            assert!(shown && !printed.contains("hidden"), "{front}: {printed}");
        }
    }
}
