//! Results are read back from their JSON form as they were, to the last bit.

use std::fmt::Debug;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use runaway::analytic::{SafetyReport, Solution};
use runaway::claims::ClaimResults;
use runaway::compare::AgreementVerdict;
use runaway::explain::{Explanation, MistakeAccount};
use runaway::fit::{AdvisedMeasurements, BacktestResult, LogFit, WeighedVariants};
use runaway::measure::MeasuredLoop;
use runaway::plan::DesignComparison;
use runaway::provenance::{LogProvenance, Provenance};
use runaway::scenario::{Origin, Scenario};
use runaway::simulate::{RareFailure, Simulated};
use runaway::solve;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Reads a result from a document of which it may be a part, and writes it again: every key that it writes is as it was.
fn comes_back<T: Serialize + DeserializeOwned>(document: &Value, what: &Path) {
    let result: T =
        serde_json::from_value(document.clone()).unwrap_or_else(|error| panic!("{}: {error}", what.display()));
    let Value::Object(written) = serde_json::to_value(&result).unwrap() else {
        panic!("{} is no object", what.display())
    };
    assert!(!written.is_empty());
    for (key, value) in written {
        assert_eq!(value, document[&key], "{}: {key}", what.display());
    }
}

/// A result as it is given, through its text.
fn stays<T: Serialize + DeserializeOwned + PartialEq + Debug>(result: &T) {
    let text = serde_json::to_string(result).unwrap();
    assert_eq!(serde_json::from_str::<T>(&text).unwrap(), *result);
}

fn documents(name: &str) -> Vec<(PathBuf, Value)> {
    let mut folders = vec![PathBuf::from("reports")];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|file| file == name) {
                let document = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
                found.push((path, document));
            }
        }
    }
    assert!(!found.is_empty(), "no {name}");
    found
}

#[test]
fn committed_results_come_back() {
    for (path, document) in documents("results.json") {
        comes_back::<Scenario>(&document["scenario"], &path);
        comes_back::<Provenance>(&document["provenance"], &path);
        comes_back::<Solution>(&document["solve"], &path);
        comes_back::<Simulated>(&document["simulate"], &path);
        comes_back::<AgreementVerdict>(&document["check"], &path);
        comes_back::<MistakeAccount>(&document["account"], &path);
        if !document["safety"].is_null() {
            comes_back::<SafetyReport>(&document["safety"], &path);
        }
    }
    for (path, document) in documents("compare.json") {
        comes_back::<DesignComparison>(&document, &path);
        comes_back::<ClaimResults>(&document["evidence"], &path);
    }
    for (path, document) in documents("fit.json") {
        comes_back::<LogProvenance>(&document["provenance"], &path);
        comes_back::<LogFit>(&document, &path);
        comes_back::<AdvisedMeasurements>(&document["advice"], &path);
        comes_back::<WeighedVariants>(&document["variants"], &path);
    }
    for (path, document) in documents("backtest.json") {
        comes_back::<BacktestResult>(&document, &path);
    }
}

#[test]
fn answers_come_back() {
    for name in ["unverified", "self-consistency", "outcome-only"] {
        let scenario = Scenario::load(Path::new(&format!("models/{name}.toml")), &[]).unwrap();
        stays(&solve(&scenario));
        stays(&scenario);
    }
    // Reasons stand in for numbers that cannot be computed.
    let large = "name = \"large\"\nexamples = 100_000_000\nhorizon = 3\n[start]\nunsound = 0.1";
    stays(&solve(&Scenario::parse(large, Origin::Text, &[]).unwrap()));
}

/// What a command prints as JSON.
fn printed(arguments: &[&str]) -> Value {
    let run = Command::new(assert_cmd::cargo::cargo_bin!("runaway")).args(arguments).arg("--json").assert().success();
    serde_json::from_slice(&run.get_output().stdout).unwrap()
}

#[test]
fn printed_results_come_back() {
    let measured = printed(&["measure", "tests/data/samples/two-generations.csv"]);
    comes_back::<MeasuredLoop>(&measured, Path::new("measure"));
    let explained = printed(&["explain", "models/self-consistency.toml"]);
    comes_back::<Explanation>(&explained, Path::new("explain"));
    let rare = printed(&["simulate", "models/ground-truth.toml", "--rare", "--replicates", "20"]);
    comes_back::<RareFailure>(&rare, Path::new("simulate --rare"));
}
