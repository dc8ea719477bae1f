//! The JSON Schema of every command holds for what the command prints, and for every committed result.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use jsonschema::Validator;
use serde_json::Value;

fn printed(args: &[&str]) -> Value {
    let output = Command::new(assert_cmd::cargo::cargo_bin!("runaway")).args(args).output().unwrap();
    // A verdict may be negative, and a short fit unsettled.
    let code = output.status.code().unwrap();
    assert!([0, 4, 10, 11, 12].contains(&code), "{args:?}: {code} {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn validator(schema: &Value) -> Validator {
    jsonschema::draft202012::meta::validate(schema).unwrap();
    jsonschema::draft202012::new(schema).unwrap()
}

/// Fails with the places where a document breaks its schema.
fn holds(validator: &Validator, document: &Value, name: &str) {
    let wrong: Vec<String> = validator
        .iter_errors(document)
        .take(3)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(wrong.is_empty(), "{name}: {wrong:?}");
}

/// Every JSON document under a folder.
fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            documents(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

#[test]
fn committed_results_keep_to_their_schemas() {
    let schemas = printed(&["schema"]);
    let mut found = Vec::new();
    documents(Path::new("reports"), &mut found);
    let mut kinds = BTreeSet::new();
    for path in found.iter().filter(|path| path.file_name().unwrap() != ".runaway.json") {
        let made: Value = serde_json::from_slice(&fs::read(path.with_file_name(".runaway.json")).unwrap()).unwrap();
        let kind = made["kind"].as_str().unwrap().to_owned();
        let document: Value = serde_json::from_slice(&fs::read(path).unwrap()).unwrap();
        holds(&validator(&schemas[&kind]), &document, &path.display().to_string());
        kinds.insert(kind);
    }
    assert_eq!(kinds.iter().map(String::as_str).collect::<Vec<_>>(), ["backtest", "compare", "fit", "report"]);
}

/// Commands that print every form of their JSON.
const COMMANDS: &[&str] = &[
    "solve models/cross-model.toml",
    "solve models/sector.toml --horizon 5",
    "solve models/step-checks.toml --set examples=20 --horizon 5",
    "solve models/unverified.toml --set examples=2000000000 --set start.draw=true --horizon 3",
    "solve models/unverified.toml --set errors.step_error=0 --horizon 3",
    "simulate models/unverified.toml --engine counts --replicates 20",
    "simulate models/cross-model.toml --rare --engine counts --replicates 2 --horizon 5 --set examples=60",
    "check models/unverified.toml --engine counts --replicates 20",
    "check models/unverified.toml --engine counts --replicates 20 --against models/self-judge.toml --horizon 10",
    "compare models/designs.toml --replicates 20 --horizon 5",
    "explain models/self-judge.toml",
    "explain models/step-checks.toml",
    "fit tests/data/loops/digits-logit-vote2of2.csv --first 6 --alone --sweeps 20",
    "fit tests/data/loops/digits-small-unverified.csv --first 5 --alone --sweeps 20 --variants --advise",
    "backtest tests/data/loops/digits-small-unverified.csv --cut 4 --sweeps 10",
    "measure tests/data/samples/two-generations.csv",
    "import tests/data/chains/gambler.csv",
    "import tests/data/chains/gambler.csv --end ruined",
    "import tests/data/chains/gambler.csv --start 0",
    "sensitivity models/unverified.toml --set examples=30 --horizon 8 --global --width 0.9 --evaluations 1000",
    "sweep models/unverified.toml --set examples=30 --horizon 8 --over learning.anchor=0:0.5:3 --quantiles",
    "plan models/designs.toml --generations 20 --max-failure 0.05 --only --vary vote.candidates=1,3 --set examples=20",
    "plan models/designs.toml --budget 20000 --only --vary vote.candidates=1,3 --set examples=20",
    "plan models/designs.toml --per-problem 3",
    "gate tests/data/loops/digits-small-unverified.csv --alone --first 5 --sweeps 20 --fail-if R>1",
    "advise tests/data/loops/digits-logit-vote2of2.csv --alone --first 5 --sweeps 20 --budget 50",
];

#[test]
fn what_commands_print_keeps_to_their_schemas() {
    let schemas = printed(&["schema"]);
    let mut seen = BTreeSet::new();
    for &line in COMMANDS {
        let words: Vec<&str> = line.split(' ').chain(["--json"]).collect();
        let document = printed(&words);
        holds(&validator(&schemas[words[0]]), &document, line);
        seen.insert(words[0]);
    }
    // `report` writes folders, of which those committed are tested; `watch` prints an object a line.
    let described: BTreeSet<&str> = schemas.as_object().unwrap().keys().map(String::as_str).collect();
    let untested: Vec<_> = described.difference(&seen).copied().collect();
    assert_eq!(untested, ["report", "watch"]);
}

#[test]
fn a_schema_alone_is_that_of_all_and_tells_a_wrong_document() {
    let schema = printed(&["schema", "import"]);
    assert_eq!(printed(&["schema"])["import"], schema);
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let validator = validator(&schema);
    let right = printed(&["import", "tests/data/chains/gambler.csv", "--json"]);
    assert!(validator.is_valid(&right));
    let broken = |change: &dyn Fn(&mut Value)| {
        let mut document = right.clone();
        change(&mut document);
        !validator.is_valid(&document)
    };
    assert!(broken(&|document| document["mean"] = "8.77".into()));
    assert!(broken(&|document| document["ends"][0]["states"] = (-1).into()));
    assert!(broken(&|document| {
        document.as_object_mut().unwrap().remove("survival").unwrap();
    }));
    // What readers of the library see of code is no part of it.
    let text = serde_json::to_string(&printed(&["schema"])).unwrap();
    assert!(!text.contains("```") && !text.contains("[`"));
}
