//! The commands of README.md, in order, as they would be pasted in a fresh clone; only with less to play.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::process::Command;

/// Commands of the README's console blocks, without their comments.
fn commands() -> Vec<String> {
    let text = fs::read_to_string("README.md").unwrap();
    let lines = text.lines().filter_map(|line| line.strip_prefix("$ "));
    lines.map(|line| line.split(" #").next().unwrap().trim().to_owned()).collect()
}

/// What keeps a command of this kind short. An option that the line gives already is not given twice.
pub fn briefly(line: &str) -> &'static str {
    // What is saved is needed whole by the next command.
    if line.contains("--save") {
        return "";
    }
    match line.split_whitespace().nth(1) {
        Some("simulate" | "check" | "report" | "compare") => "--replicates 20",
        Some("fit" | "gate" | "advise" | "watch") => "--sweeps 10",
        Some("backtest") => "--sweeps 10 --cut 4",
        _ => "",
    }
}

/// Whether a fit that is cut short says that it has not settled.
pub fn cut_short(line: &str, code: Option<i32>) -> bool {
    match line.split_whitespace().nth(1) {
        Some("fit" | "advise") => code == Some(4),
        Some("gate") => code == Some(11),
        _ => false,
    }
}

#[test]
fn every_command_works_in_order() {
    let place = tempfile::tempdir().unwrap();
    let root = std::env::current_dir().unwrap();
    for folder in ["models", "tests"] {
        symlink(root.join(folder), place.path().join(folder)).unwrap();
    }
    let program = assert_cmd::cargo::cargo_bin!("runaway");
    let path = format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let commands = commands();
    assert!(commands.len() > 8, "{commands:?}");
    for line in &commands {
        let shell = format!("{line} {}", briefly(line));
        let output = Command::new("bash").args(["-c", &shell]).current_dir(&place).env("PATH", &path).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() || cut_short(line, output.status.code()), "{line}: {said}");
        assert!(!output.stdout.is_empty(), "{line} prints nothing");
    }
    for (folder, page) in
        [("loop", "report.html"), ("designs", "compare.html"), ("fit", "report.html"), ("backtest", "backtest.html")]
    {
        assert!(place.path().join("out").join(folder).join(page).is_file(), "{folder}");
    }
}

/// A command that the program has, the README shows.
#[test]
fn every_command_is_shown() {
    let help = Command::new(assert_cmd::cargo::cargo_bin!("runaway")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let listed = help.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let names = listed.lines().filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    for name in names.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help") {
        let shown = commands().iter().any(|line| line.starts_with(&format!("runaway {name} ")));
        assert!(shown, "{name}");
    }
}
