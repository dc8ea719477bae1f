//! What every command has in common: standard input, colours, quiet, the folder that is written, completions and manual pages.

use std::fs;
use std::io::Write;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn runaway(args: &[&str]) -> Command {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
    command.args(args);
    command
}

fn run(args: &[&str]) -> Output {
    let output = runaway(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

/// The output of a command that reads `input`.
fn fed(args: &[&str], input: &[u8]) -> String {
    let mut child = runaway(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

const LOOP: &str = "name = \"one\"\nexamples = 40\nhorizon = 8\n[errors]\namplification = 20\n";
const DESIGNS: &str = "[[design]]\nname = \"vote\"\nset.vote.candidates = 3\n[[design]]\nname = \"alone\"\n\
    [[claim]]\nsays = \"votes err less\"\nquantity = \"error\"\ndesign = \"vote\"\nat_most = 1\n";

#[test]
fn a_scenario_comes_through_standard_input() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("one.toml");
    let text = format!("{LOOP}{DESIGNS}");
    fs::write(&file, &text).unwrap();
    let file = file.to_str().unwrap();
    let play = ["--engine", "counts", "--replicates", "50"];
    let commands: [&[&str]; 7] = [
        &["solve"],
        &["solve", "--design", "vote"],
        &["explain", "--json"],
        &["simulate", "--engine", "counts", "--replicates", "50"],
        &["check", "--engine", "counts", "--replicates", "50"],
        &["check", "--against", "-", "--engine", "counts", "--replicates", "50"],
        &["compare", "--replicates", "50"],
    ];
    for words in commands {
        let (command, rest) = words.split_first().unwrap();
        let args = |name: &'static str| [&[*command, name], rest].concat();
        let through = fed(&args("-"), text.as_bytes());
        let named: Vec<&str> = args("-").into_iter().map(|word| if word == "-" { file } else { word }).collect();
        let by_name = String::from_utf8(run(&named).stdout).unwrap();
        assert_eq!(without_command(&through), without_command(&by_name), "{words:?}");
    }
    let out = folder.path().join("out");
    fed(&[&["report", "-", "-o", out.to_str().unwrap()], &play[..]].concat(), LOOP.as_bytes());
    let results = fs::read(out.join("results.json")).unwrap();
    let solved = fed(&["solve", "-"], &results);
    assert!(solved.lines().any(|line| line.split_whitespace().eq(["loop", "one"])), "{solved}");
}

/// The lines that do not name the file.
fn without_command(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.contains("\"command\"")).collect()
}

#[test]
fn priors_come_through_standard_input() {
    let log = "tests/data/loops/digits-small-unverified.csv";
    let priors = b"[fit.priors.error]\nmedian = 0.1\nspread = 2\n";
    let args = ["fit", log, "--alone", "--first", "4", "--sweeps", "10", "--scenario", "-", "--json"];
    let mut child = runaway(&args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(priors).unwrap();
    assert!(matches!(child.wait_with_output().unwrap().status.code(), Some(0 | 4)));
}

#[test]
fn colours_come_when_asked_for_and_go_with_no_color() {
    let coloured = |bytes: &[u8]| bytes.contains(&0x1b);
    for args in [&["solve", "no-such-file.toml"][..], &["solve", "--no-such-option"]] {
        let said = |color: &str| {
            let output = runaway(&[args, &["--color", color]].concat()).env("NO_COLOR", "1").output().unwrap();
            output.stderr
        };
        assert!(coloured(&said("always")), "{args:?}");
        assert!(!coloured(&said("never")) && !coloured(&said("auto")), "{args:?}");
    }
    assert!(coloured(&run(&["solve", "--help", "--color=always"]).stdout));
    assert!(!coloured(&run(&["solve", "--help", "--color=auto"]).stdout));
    assert!(!coloured(&run(&["solve", "models/unverified.toml", "--color=always"]).stdout));
}

#[test]
fn quiet_leaves_results_and_errors_only() {
    let samples = "tests/data/samples/two-generations.csv";
    assert!(!run(&["measure", samples]).stderr.is_empty());
    for args in [["measure", samples, "-q"], ["--quiet", "measure", samples]] {
        let output = run(&args);
        assert!(output.stderr.is_empty() && !output.stdout.is_empty());
    }
    let output = runaway(&["solve", "no-such-file.toml", "--quiet"]).output().unwrap();
    assert_eq!((output.status.code(), output.stderr.starts_with(b"error: ")), (Some(3), true));
}

#[test]
fn a_folder_is_named_in_the_same_way_everywhere() {
    let folder = TempDir::new().unwrap();
    let samples = "tests/data/samples/two-generations.csv";
    for (option, name) in [("-o", "short"), ("--output", "long"), ("--report", "first")] {
        let out = folder.path().join(name);
        run(&["measure", samples, option, out.to_str().unwrap()]);
        assert!(out.join("measure.html").is_file(), "{option}");
    }
}

#[test]
fn solve_names_the_keys_that_nobody_set() {
    let said = fed(&["solve", "-"], LOOP.as_bytes());
    let line = said.lines().find(|line| line.starts_with("these keys are at their defaults: ")).unwrap();
    assert!(line.contains("[errors] ") && line.contains("step_error"), "{line}");
    assert!(!line.contains("amplification") && !line.contains("horizon"), "{line}");
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = String::from_utf8(run(&["completions", shell]).stdout).unwrap();
        assert!(script.contains("backtest") && script.contains("color"), "{shell}");
    }
    let page = String::from_utf8(run(&["man"]).stdout).unwrap();
    assert!(page.contains(".TH runaway 1") && page.contains("backtest"), "{page}");
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("man");
    run(&["man", "-o", out.to_str().unwrap()]);
    let solve = fs::read_to_string(out.join("runaway-solve.1")).unwrap();
    assert!(solve.contains("horizon") && solve.contains("$ runaway solve"), "{solve}");
    assert!(out.join("runaway.1").is_file() && out.join("runaway-man.1").is_file());
}
