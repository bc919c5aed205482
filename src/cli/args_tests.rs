//! The command line from outside: what is understood, what is a usage error, what wins.

use super::args::{Cli, Command, Format, ScreenName};
use super::{Exit, parse, run};
use crate::config::{Otlp, Probe};
use crate::domain::ramp::Weights;
use clap::CommandFactory;

fn read(line: &str) -> Cli {
    parse(words(line)).unwrap_or_else(|e| panic!("{line}: {e}"))
}

fn words(line: &str) -> Vec<std::ffi::OsString> {
    ["keepwatch"].into_iter().chain(line.split_whitespace()).map(Into::into).collect()
}

fn refused(line: &str) -> String {
    let failure = run(words(line)).expect_err(line);
    assert_eq!(failure.exit, Exit::Usage, "{line}");
    failure.message
}

#[test]
fn the_table_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn without_a_command_it_watches() {
    let cli = read("--screen logs --select orders/localhost:5 --logs a --logs - --mouse off --color never --otlp off");
    assert!(cli.command.is_none());
    assert_eq!(cli.watch.look.screen, Some(ScreenName::Logs));
    assert_eq!(cli.watch.intake.logs.len(), 2);
    assert_eq!(cli.watch.intake.otlp, Some(Otlp::Off));
    let over = cli.common.overrides(Some(&cli.watch.look), Some(&cli.watch.intake));
    assert_eq!((over.mouse, over.logs.len()), (Some(false), 2));
    assert!(
        matches!(read("watch --theme dark").command, Some(Command::Watch(w)) if w.look.theme.as_deref() == Some("dark"))
    );
}

#[test]
fn the_common_options_stand_before_or_after_the_command() {
    for line in [
        "--registry a:1/x --read-only --probe off --config f snapshot -o json",
        "snapshot -o json --registry a:1/x --read-only --probe off --config f",
        "--registry a:1/x snapshot --probe off -o json --config f --read-only",
    ] {
        let cli = read(line);
        assert_eq!(cli.common.registry.unwrap().to_string(), "a:1/x", "{line}");
        assert!(cli.common.read_only && cli.common.probe == Some(Probe::Off) && cli.common.config.is_some(), "{line}");
    }
}

#[test]
fn every_command_of_the_interface_is_understood() {
    for line in [
        "snapshot -o screen --until wait --wait 500ms --size 80x24 --otlp off --logs - --screen overview --select a",
        "events -o json --for 30s --otlp 127.0.0.1:0",
        "drain a/h:1 b/h:2 --reason r --by me --dry-run --yes --yes-last -o json",
        "drain a/h:1 --for 30m --hold --dead-man",
        "weight a/h:1 5 --for 1h --hold",
        "undrain a/h:1",
        "deregister a/h:1 --yes",
        "weight a/h:1 0 --yes -o text",
        "undo",
        "undo 7 --dry-run --yes -o json",
        "register --service a --service b --weight 3 -o json --config f",
        "resolve a -n 10 -o json",
        "journal --verify -o json",
        "config",
        "keys",
        "themes",
        "completions bash",
        "man",
    ] {
        read(line);
    }
    let Some(Command::Weight(weight)) = read("weight a/b/h:1 40 -o json").command else { panic!() };
    assert_eq!(
        (weight.target.service.as_str(), weight.weight, weight.how.output),
        ("a/b", Weights::One(40), Format::Json)
    );
}

#[cfg(feature = "demo")]
#[test]
fn the_demo_takes_faults_or_calm() {
    let Some(Command::Demo(demo)) = read("demo --headless -o json --fault kill --fault slow@2.5 --seed 7").command
    else {
        panic!()
    };
    assert_eq!(
        demo.fault.iter().map(|f| (f.name.as_str(), f.seconds)).collect::<Vec<_>>(),
        [("kill", 0.0), ("slow", 2.5)]
    );
    for line in
        ["demo --calm --fault kill", "demo -o json", "demo --registry a:1", "demo --fault kill@x", "demo --fault @3"]
    {
        refused(line);
    }
}

#[test]
fn mistakes_and_what_comes_later_are_usage_errors() {
    for line in [
        "nonsense",
        "--nonsense",
        "snapshot --no-such-option",
        "snapshot -o xml",
        "snapshot --wait 5",
        "snapshot --size 0x0",
        "drain",
        "drain orders",
        "undrain a/h:1 --for 30m",
        "deregister a/h:1 --hold",
        "drain a/h:1 --for 30",
        "drain a/h:1 --for 10ms",
        "weight a/h:1 -5",
        "weight a/h:1 1.5",
        "weight a/h:1",
        "weight a/h:1 x",
        "traces --trace xyz",
        "traces --filter duration>soon",
        "series",
        "logs -o yaml",
        "logs --filter level>=",
        "logs --for 1y",
        "resolve a -n 0",
        "--probe 10.0.0.0/99",
        "--registry ftp://x snapshot",
        "--theme none",
        "--screen logs snapshot",
        "keys --registry a:1",
        "events --for 1y",
        "undo a b",
        "completions tcsh",
    ] {
        assert!(!refused(line).is_empty(), "{line}");
    }
}

#[test]
fn a_password_in_the_address_is_not_repeated() {
    let message = refused("snapshot --registry zk://super:hunter2@host:2181");
    assert!(message.contains("registry.credential") && !message.contains("hunter2"), "{message}");
}

#[test]
fn whom_a_batch_is_for_is_named_one_by_one_or_chosen_and_never_both() {
    for line in ["drain --host 10.0.0.4", "undrain --zone b --service orders", "deregister --version 1.4.2 --dry-run"] {
        read(line);
    }
    let Some(Command::Drain(args)) = read("drain a/h:1 b/h:1 --for 30m --hold --dead-man").command else { panic!() };
    assert_eq!((args.action.targets.len(), args.terms.hold, args.terms.dead_man), (2, true, true));
    read("drain --host 10.0.0.4 --for 30m --hold");
    for line in ["drain", "drain --service orders", "drain a/h:1 --host h"] {
        refused(line);
    }
}

#[test]
fn a_ramp_is_a_weight_with_its_time() {
    let Some(Command::Weight(args)) = read("weight a/h:1 1..10 --over 5m").command else { panic!() };
    assert_eq!(args.over, Some(std::time::Duration::from_secs(300)));
    assert!(refused("weight a/h:1 1..10 --over 5").contains("the unit is missing"));
    for line in ["weight a/h:1 5..5 --over 5m", "weight a/h:1 -1", "weight a/h:1 1.5"] {
        refused(line);
    }
    for line in ["weight a/h:1 1..10", "weight a/h:1 5 --over 5m"] {
        assert!(refused(line).contains("--over"), "{line}");
    }
    read("weight a/h:1 1..10 --over 5m --hold");
    for line in ["weight a/h:1 1..10 --over 5m --for 30m", "weight a/h:1 1..10 --over 5m --dead-man"] {
        assert!(refused(line).contains("--for and --dead-man"), "{line}");
    }
}
