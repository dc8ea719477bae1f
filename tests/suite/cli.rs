//! The program as a user meets it: arguments, output, exit codes, files.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

/// A loop small enough to be played in no time.
const SMALL: &str = "name = \"small\"\nexamples = 40\nhorizon = 12\n[errors]\namplification = 20\n";

fn runaway() -> Command {
    Command::new(assert_cmd::cargo::cargo_bin!("runaway"))
}

fn small() -> (TempDir, String) {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("small.toml");
    fs::write(&file, SMALL).unwrap();
    let file = file.to_str().unwrap().to_owned();
    (folder, file)
}

fn json(args: &[&str]) -> Value {
    let output = runaway().args(args).output().unwrap();
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn code(args: &[&str]) -> i32 {
    runaway().args(args).output().unwrap().status.code().unwrap()
}

#[test]
fn solve_says_what_is_promised() {
    let (_folder, file) = small();
    let answer = json(&["solve", &file, "--json"]);
    for key in [
        "schema_version",
        "scenario",
        "provenance",
        "reproduction_number",
        "fresh",
        "regime",
        "doubling_time",
        "half_life",
        "floor_error",
        "tipping_error",
        "start_error",
        "start_yield",
        "generations",
        "mean_field_error",
        "expected_error",
        "survival",
        "runway",
        "method",
        "undefined",
    ] {
        assert!(answer.get(key).is_some(), "no `{key}`");
    }
    for key in ["mean", "sd", "q05", "q50", "q95"] {
        assert!(answer["runway"][key].is_f64(), "runway.{key}");
    }
    assert_eq!(answer["survival"].as_array().unwrap().len(), 13);
    assert_eq!(answer["half_life"], Value::Null);
    assert!(answer["undefined"]["half_life"].is_string());
}

#[test]
fn every_null_of_solve_has_a_reason() {
    for file in fs::read_dir("models").unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        let answer = json(&["solve", file.to_str().unwrap(), "--json", "--horizon", "5"]);
        let reasons = answer["undefined"].as_object().unwrap();
        let explained = |path: &str| reasons.keys().any(|key| path == key || path.starts_with(&format!("{key}.")));
        for (key, value) in answer.as_object().unwrap() {
            let skipped = ["by_generation", "error_bound", "runway_error"].contains(&key.as_str());
            assert!(!value.is_null() || skipped || explained(key), "{}: {key}", file.display());
        }
        for (key, value) in answer["runway"].as_object().unwrap() {
            assert!(!value.is_null() || explained(&format!("runway.{key}")), "{}: runway.{key}", file.display());
        }
    }
}

#[test]
fn simulate_says_what_is_promised() {
    let (_folder, file) = small();
    for engine in ["agents", "counts"] {
        let answer = json(&["simulate", &file, "--json", "--engine", engine, "--replicates", "50", "--seed", "7"]);
        assert_eq!(answer["replicates"], 50);
        assert_eq!(answer["seed"], 7);
        assert_eq!(answer["engine"], engine);
        for key in ["generations", "survival", "mean_error", "se_error", "mean_yield"] {
            assert!(answer[key].is_array(), "no `{key}`");
        }
        for key in ["restricted_mean", "se", "censored"] {
            assert!(answer["runway"][key].is_number(), "runway.{key}");
        }
    }
}

#[test]
fn check_agrees_with_itself_and_not_with_another_loop() {
    let (folder, file) = small();
    let other = folder.path().join("other.toml");
    fs::write(&other, format!("{SMALL}step_error = 0.0021\n")).unwrap();
    for engine in ["agents", "counts"] {
        let play = ["--engine", engine, "--replicates", "2000"];
        assert_eq!(code(&[&["check", &file], &play[..]].concat()), 0);
        assert_eq!(code(&[&["check", &file, "--against", other.to_str().unwrap()], &play[..]].concat()), 10);
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes_on_any_number_of_threads() {
    let (folder, file) = small();
    let write = |threads: &str| {
        let folder = folder.path().join(threads);
        let out = folder.to_str().unwrap();
        let args = ["report", &file, "-o", out, "--replicates", "200", "--threads", threads];
        assert_eq!(code(&args), 0);
        contents(&folder)
    };
    let (one, two) = (write("1"), write("2"));
    assert!(one.iter().any(|(name, _)| name == "report.html") && one.iter().any(|(name, _)| name == "results.json"));
    assert!(one.iter().filter(|(name, _)| name.ends_with(".svg")).count() >= 5);
    assert_eq!(one, two);
}

/// Names and bytes of a folder's files, by name.
pub fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().into_string().unwrap(), fs::read(entry.path()).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn exit_codes() {
    let (_folder, file) = small();
    assert_eq!(code(&["solve", &file]), 0);
    assert_eq!(code(&["solve"]), 2);
    assert_eq!(code(&["solve", &file, "--engine", "agents"]), 2);
    assert_eq!(code(&["check", &file, "--level", "1.5"]), 2);
    assert_eq!(code(&["explain", &file, "--wrong", "0.7", "--unsound", "0.7"]), 2);
    assert_eq!(code(&["solve", "no-such-file.toml"]), 3);
    assert_eq!(code(&["solve", &file, "--set", "errors.step_error=2"]), 3);
    assert_eq!(code(&["report", &file, "-o", "/dev/null/x", "--replicates", "10"]), 1);
}

#[test]
fn a_bad_override_is_named_in_one_line() {
    let (_folder, file) = small();
    let output = runaway().args(["solve", &file, "--set", "errors.step_eror=0.1"]).output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(message.contains("--set errors.step_eror=0.1") && message.contains("step_error"), "{message}");
    assert!(output.stdout.is_empty());
}

#[test]
fn a_closed_pipe_is_success() {
    use std::process::{Command, Stdio};
    let (_folder, file) = small();
    let mut child = Command::new(assert_cmd::cargo::cargo_bin!("runaway"))
        .args(["solve", &file, "--json"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
}

#[test]
fn init_writes_a_scenario_of_defaults_and_overwrites_nothing() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("loop.toml");
    let file = file.to_str().unwrap();
    assert_eq!(code(&["init", file]), 0);
    let written = json(&["solve", file, "--json"]);
    let minimal = folder.path().join("minimal.toml");
    fs::write(&minimal, "name = \"my-loop\"").unwrap();
    let defaults = json(&["solve", minimal.to_str().unwrap(), "--json"]);
    assert_eq!(written["scenario"], defaults["scenario"]);
    let before = fs::read(file).unwrap();
    assert_eq!(code(&["init", file]), 1);
    assert_eq!(fs::read(file).unwrap(), before);
}

#[test]
fn explain_takes_a_generation_apart() {
    let answer = json(&["explain", "models/sector.toml", "--json", "--generation", "3", "--wrong", "0.1"]);
    let share: f64 = answer["situations"].as_array().unwrap().iter().map(|one| one["share"].as_f64().unwrap()).sum();
    assert!((share - 1.0).abs() < 1e-12);
    assert!(answer["learned"]["wrong"].is_f64() && answer["yield"].is_f64());
    assert_eq!(answer["account"]["now"]["flows"].as_array().unwrap().len(), 6);
    assert_eq!(answer["account"]["drivers"]["driver"], "inherited-wrong");
    assert!(answer["account"]["votes"]["majorities"].is_array());
    let text = runaway().args(["explain", "models/sector.toml"]).output().unwrap();
    assert!(String::from_utf8(text.stdout).unwrap().contains("Where errors enter"));
}
