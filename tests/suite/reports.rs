//! The committed reports are what the program makes today. `.ci/reports` makes them anew.
//!
//! RUNAWAY_RELEASE names a release build of the same sources, which makes them three times as fast: the gate has one by then.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

use crate::cli::contents;

/// Relative difference of two numbers that the last digit of a library function may explain.
const ROUNDING: f64 = 1e-9;

fn program() -> Command {
    std::env::var_os("RUNAWAY_RELEASE")
        .map_or_else(|| Command::new(assert_cmd::cargo::cargo_bin!("runaway")), Command::new)
}

#[test]
fn committed_reports_are_up_to_date() {
    let index = fs::read_to_string("reports/README.md").unwrap();
    for model in crate::models::models() {
        let name = model.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(index.contains(&format!("]({name}/report.html)")), "{name} is not in reports/README.md");
        let folder = TempDir::new().unwrap();
        program()
            .args(["report", &format!("models/{name}.toml"), "-o", folder.path().to_str().unwrap()])
            .assert()
            .success();
        same(&Path::new("reports").join(&name), folder.path());
    }
}

#[test]
fn committed_comparisons_are_up_to_date() {
    compared("models/designs.toml", Path::new("reports/designs-compared"));
    for folder in ["claims", "published"] {
        let mut models: Vec<_> =
            fs::read_dir(format!("models/{folder}")).unwrap().map(|entry| entry.unwrap().path()).collect();
        models.sort();
        for model in models {
            let name = model.file_stem().unwrap().to_str().unwrap();
            compared(model.to_str().unwrap(), &Path::new("reports").join(folder).join(name));
        }
    }
}

fn compared(model: &str, committed: &Path) {
    let folder = TempDir::new().unwrap();
    program().args(["compare", model, "-o", folder.path().to_str().unwrap()]).assert().success();
    same(committed, folder.path());
}

/// Each fit holds the command that made it.
#[test]
fn committed_fits_are_up_to_date() {
    let index = fs::read_to_string("reports/README.md").unwrap();
    let mut folders: Vec<_> = fs::read_dir("reports/fit").unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(folders.len() >= 3);
    for committed in folders {
        let name = committed.file_name().unwrap().to_str().unwrap();
        assert!(index.contains(&format!("](fit/{name}/report.html)")), "{name} is not in reports/README.md");
        let fit: Value = serde_json::from_slice(&fs::read(committed.join("fit.json")).unwrap()).unwrap();
        let command = fit["provenance"]["command"].as_str().unwrap();
        let folder = TempDir::new().unwrap();
        program()
            .args(command.split(' ').skip(1))
            .args(["--report", folder.path().to_str().unwrap()])
            .assert()
            .success();
        same(&committed, folder.path());
    }
}

/// The whole back-test takes minutes: one log at one cut stands for it.
#[test]
fn the_committed_back_test_is_up_to_date() {
    let log = "tests/data/loops/digits-small-unverified.csv";
    let made = program().args(["backtest", log, "--cut", "4", "--json"]).output().unwrap();
    let committed: Value = serde_json::from_slice(&fs::read("reports/backtest/backtest.json").unwrap()).unwrap();
    let made: Value = serde_json::from_slice(&made.stdout).unwrap();
    let of = |document: &Value| -> Vec<Value> {
        let cases = document["cases"].as_array().unwrap().iter();
        cases.filter(|case| case["file"] == log && case["cut"] == 4).cloned().collect()
    };
    assert_eq!(of(&made).len(), 5);
    let place = "reports/backtest/backtest.json: make it anew with .ci/reports";
    close(&Value::Array(of(&committed)), &Value::Array(of(&made)), place);
}

fn same(committed: &Path, made: &Path) {
    let (committed_files, made_files) = (contents(committed), contents(made));
    let names = |files: &[(String, Vec<u8>)]| files.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&committed_files), names(&made_files), "{}", committed.display());
    for ((name, committed_bytes), (_, made_bytes)) in committed_files.iter().zip(&made_files) {
        let place = format!("{}/{name}: make it anew with .ci/reports", committed.display());
        if name.ends_with(".json") {
            let parse = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).unwrap();
            close(&parse(committed_bytes), &parse(made_bytes), &place);
        } else {
            assert!(committed_bytes == made_bytes, "{place}");
        }
    }
}

/// Equal except for the last digits of numbers.
fn close(one: &Value, other: &Value, place: &str) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            assert!(one.keys().eq(other.keys()), "{place}");
            one.iter().for_each(|(key, value)| close(value, &other[key], &format!("{place}: {key}")));
        }
        (Value::Array(one), Value::Array(other)) => {
            assert_eq!(one.len(), other.len(), "{place}");
            one.iter().zip(other).for_each(|(one, other)| close(one, other, place));
        }
        (Value::Number(one), Value::Number(other)) => {
            let (one, other) = (one.as_f64().unwrap(), other.as_f64().unwrap());
            let scale = one.abs().max(other.abs());
            assert!((one - other).abs() <= ROUNDING * scale.max(1e-30), "{place}: {one} and {other}");
        }
        _ => assert_eq!(one, other, "{place}"),
    }
}
