//! `runaway watch`: logs that grow while it looks.

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;

const HEADER: &str = "generation,evaluated,wrong\n";
/// A loop that runs away: 10 % wrong, then more.
const ROWS: [&str; 6] = ["0,300,30\n", "1,300,36\n", "2,300,50\n", "3,300,75\n", "4,300,110\n", "5,300,160\n"];

fn program(log: &Path, options: &[&str]) -> Command {
    let mut program = Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
    program.arg("watch").arg(log).args(["--sweeps", "40", "--every", "0.05"]).args(options);
    program
}

fn started(log: &Path, options: &[&str]) -> (Child, impl Iterator<Item = String> + use<>) {
    let mut child = program(log, options).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let out: ChildStdout = child.stdout.take().unwrap();
    (child, BufReader::new(out).lines().map(Result::unwrap))
}

fn add(log: &Path, text: &str) {
    OpenOptions::new().append(true).create(true).open(log).unwrap().write_all(text.as_bytes()).unwrap();
}

/// The log is not there when the watch begins; then comes a line for each generation, and none for a part of a row. The rule
/// stops it with 10 when the loop has failed.
#[test]
fn a_growing_log_is_followed_until_a_rule_is_met() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.csv");
    let (mut child, mut lines) = started(&log, &["--fail-if", "P(fail within 5) > 0.3", "--min-generations", "3"]);
    add(&log, HEADER);
    add(&log, ROWS[0]);
    let line = lines.next().unwrap();
    assert!(line.starts_with("generation 0: 10\u{a0}% wrong (of 300 answers); not enough data: "), "{line}");
    // A row is written in two pieces: 3 wrong is never read.
    add(&log, "1,300,3");
    add(&log, "6\n");
    let line = lines.next().unwrap();
    assert!(line.starts_with("generation 1: 12\u{a0}% wrong"), "{line}");
    assert!(child.try_wait().unwrap().is_none());
    add(&log, &ROWS[2..].concat());
    let rest: Vec<String> = lines.collect();
    // What came at once has a line each, and the newest is judged.
    assert_eq!(rest.len(), 4, "{rest:?}");
    assert!(rest[0].starts_with("generation 2: 16.7\u{a0}% wrong") && !rest[0].contains("; "), "{rest:?}");
    assert!(rest[3].starts_with("generation 5: 53.3\u{a0}% wrong"), "{rest:?}");
    assert!(rest[3].contains("failed at generation 5") && rest[3].ends_with("stop"), "{rest:?}");
    assert_eq!(child.wait().unwrap().code(), Some(10));
}

#[test]
fn a_quiet_log_ends_the_watch_with_its_last_row() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.csv");
    // The last row has no end, and will have none.
    fs::write(&log, format!("{HEADER}{}{}", ROWS[0], ROWS[1].trim())).unwrap();
    let output = program(&log, &["--idle", "0.3"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let out = String::from_utf8(output.stdout).unwrap();
    let begins: Vec<&str> = out.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(begins, ["generation 0", "generation 1"], "{out}");
}

/// Each line keeps to the schema, and the verdict is that of `gate` on the same log.
#[test]
fn once_says_what_gate_says() {
    let log = Path::new("tests/data/loops/addition-growing.csv");
    let rule = ["--alone", "--first", "6", "--sweeps", "100", "--fail-if", "P(fail within 5) > 0.99"];
    let options = ["--once", "--json"].into_iter().chain(rule);
    let program = || Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
    let watched = program().arg("watch").arg(log).args(options).output().unwrap();
    let gated = program().arg("gate").arg(log).args(rule).arg("--json").output().unwrap();
    let lines: Vec<Value> =
        String::from_utf8(watched.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let schema = program().args(["schema", "watch"]).output().unwrap();
    let schema = jsonschema::draft202012::new(&serde_json::from_slice(&schema.stdout).unwrap()).unwrap();
    assert!(lines.len() == 6 && lines.iter().all(|line| schema.is_valid(line)), "{lines:?}");
    assert!(lines[..5].iter().all(|line| line.get("verdict").is_none()));
    let gate: Value = serde_json::from_slice(&gated.stdout).unwrap();
    for key in ["decision", "generation", "numbers", "rules"] {
        assert_eq!(lines[5]["verdict"][key], gate[key], "{key}");
    }
}

#[test]
fn what_cannot_be_read_ends_in_3() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.csv");
    let said = |options: &[&str]| {
        let output = program(&log, options).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, error) = said(&["--once"]);
    assert!(code == Some(3) && error.contains("cannot read this file"), "{error}");
    fs::write(&log, format!("{HEADER}0,300,400\n")).unwrap();
    for options in [&["--once"][..], &["--idle", "60"]] {
        let (code, error) = said(options);
        assert!(code == Some(3) && error.contains("log.csv:2"), "{error}");
    }
    let mut piped = Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
    assert_eq!(piped.args(["watch", "-"]).stdin(Stdio::null()).output().unwrap().status.code(), Some(2));
}

/// A log that is written anew, as by a run that begins again, is shown again from where it differs.
#[test]
fn a_log_written_anew_is_shown_anew() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.jsonl");
    let row = |generation: u64, wrong: u64| {
        format!("{{\"generation\": {generation}, \"evaluated\": 300, \"wrong\": {wrong}}}\n")
    };
    fs::write(&log, row(0, 30)).unwrap();
    let (mut child, mut lines) = started(&log, &["--idle", "1"]);
    assert!(lines.next().unwrap().starts_with("generation 0: 10\u{a0}%"));
    fs::write(&log, row(0, 60)).unwrap();
    assert!(lines.next().unwrap().starts_with("generation 0: 20\u{a0}%"));
    assert_eq!(lines.next(), None);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut said = String::new();
    std::io::Read::read_to_string(&mut child.stderr.take().unwrap(), &mut said).unwrap();
    assert!(said.contains("written anew"), "{said}");
}
