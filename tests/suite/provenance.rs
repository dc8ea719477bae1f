//! A result carries what it takes to make it again.

use std::fs;

use assert_cmd::Command;
use runaway::provenance::digest;
use runaway::scenario::Scenario;
use serde_json::Value;
use tempfile::TempDir;

use crate::cli::contents;

fn report(source: &str, out: &std::path::Path, extra: &[String]) {
    let status = Command::new(assert_cmd::cargo::cargo_bin!("runaway"))
        .args(["report", source, "-o", out.to_str().unwrap()])
        .args(extra)
        .output()
        .unwrap();
    assert!(status.status.success(), "{}", String::from_utf8_lossy(&status.stderr));
}

/// The run of a results.json, made again from nothing but that file.
#[test]
fn the_run_is_rebuilt_from_its_provenance() {
    let folder = TempDir::new().unwrap();
    let first = folder.path().join("first");
    let asked = ["--set", "examples=50", "--horizon", "15", "--replicates", "64", "--seed", "11"].map(str::to_owned);
    report("models/catch-rates.toml", &first, &asked);
    let results: Value = serde_json::from_slice(&fs::read(first.join("results.json")).unwrap()).unwrap();
    let provenance = &results["provenance"];

    let scenario = Scenario::from_json(&results["scenario"]).unwrap();
    assert_eq!(provenance["scenario_sha256"], digest(&scenario));
    assert_eq!(provenance["version"], env!("CARGO_PKG_VERSION"));

    // From the scenario in the file itself.
    let again = folder.path().join("again");
    let play = ["engine", "replicates", "seed"]
        .map(|key| format!("--{key}={}", provenance[key].to_string().trim_matches('"')));
    report(first.join("results.json").to_str().unwrap(), &again, &play);
    let rebuilt: Value = serde_json::from_slice(&fs::read(again.join("results.json")).unwrap()).unwrap();
    for key in ["scenario", "solve", "simulate", "check"] {
        assert_eq!(results[key], rebuilt[key], "{key}");
    }

    // From the command as it stands there: the same bytes.
    let third = folder.path().join("third");
    let command = provenance["command"].as_str().unwrap();
    let words: Vec<String> = command.split(' ').map(str::to_owned).collect();
    assert_eq!(words[..2], ["runaway", "report"]);
    report(&words[2], &third, &words[3..]);
    assert_eq!(contents(&first), contents(&third));
}
