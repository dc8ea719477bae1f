//! The examples of `--help`, run as they would be pasted in a clone; only with less to play.

#![cfg(unix)]

use std::os::unix::fs::symlink;
use std::process::Command;

use super::readme::{briefly, cut_short};

fn help(args: &[&str]) -> String {
    let output = Command::new(assert_cmd::cargo::cargo_bin!("runaway")).args(args).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// Names of all commands but `help`.
fn commands() -> Vec<String> {
    let help = help(&["--help"]);
    let listed = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let names = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn every_example_of_every_command_works() {
    let place = tempfile::tempdir().unwrap();
    let root = std::env::current_dir().unwrap();
    for folder in ["models", "tests"] {
        symlink(root.join(folder), place.path().join(folder)).unwrap();
    }
    let program = assert_cmd::cargo::cargo_bin!("runaway");
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    for command in commands() {
        let help = help(&[&command, "--help"]);
        let start = format!("  $ runaway {command}");
        let lines: Vec<&str> = help.lines().filter(|line| line.starts_with(&start)).collect();
        assert!(lines.len() >= 2, "{command}: {help}");
        for line in lines {
            let line = &line["  $ ".len()..];
            let shell = match line.split_once(" > ") {
                Some((line, file)) => format!("{line} {} > {file}", briefly(line)),
                None => format!("{line} {}", briefly(line)),
            };
            let output =
                Command::new("bash").args(["-c", &shell]).current_dir(&place).env("PATH", &path).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success() || cut_short(line, output.status.code()), "{line}: {said}");
        }
    }
}
