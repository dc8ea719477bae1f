//! `runaway fit` and `runaway backtest` as they are typed.

use std::fs;

use assert_cmd::Command;
use runaway::scenario::{Scenario, ScenarioError, StatedPrior};
use serde_json::Value;
use tempfile::TempDir;

const LOG: &str = "tests/data/loops/digits-small-unverified.csv";

fn runaway(args: &[&str]) -> (i32, String, String) {
    let output = Command::new(assert_cmd::cargo::cargo_bin!("runaway")).args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn scenario(folder: &TempDir, priors: &str) -> String {
    let file = folder.path().join("loop.toml");
    fs::write(&file, format!("name = \"loop\"\n{priors}")).unwrap();
    file.to_str().unwrap().to_owned()
}

#[test]
fn priors_of_a_scenario_file_replace_the_defaults() {
    let folder = TempDir::new().unwrap();
    let file = scenario(
        &folder,
        "[fit.priors]\nimprint = { median = 0.25, spread = 0.5 }\namplification = { median = 3, spread = 0 }\n",
    );
    let common = ["fit", LOG, "--alone", "--run", "1", "--first", "3", "--horizon", "4", "--json"];
    let (code, out, error) =
        runaway(&[&common[..], &["--scenario", &file, "--advise=evaluate=500,audit=20,next=100"]].concat());
    assert_eq!(code, 0, "{error}");
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&json["run"], &json["runs_fitted"], &json["basis"]["observed"]), (&"2".into(), &1.into(), &3.into()));
    let parameters = json["parameters"].as_array().unwrap();
    let imprint = parameters.iter().find(|one| one["parameter"] == "imprint").unwrap();
    assert!((imprint["prior"]["q50"].as_f64().unwrap() - 0.25).abs() < 1e-12);
    assert!(parameters.iter().all(|one| one["parameter"] != "amplification"));
    assert_eq!(json["advice"]["advice"].as_array().unwrap().len(), 3);
    assert_eq!(json["advice"]["generation"], 2);
    assert!(json["provenance"]["command"].as_str().unwrap().ends_with("--advise=evaluate=500,audit=20,next=100"));
    assert!(json.get("variants").is_none());
}

#[test]
fn a_bad_prior_names_its_place_whoever_finds_it() {
    let folder = TempDir::new().unwrap();
    // Refused for what it is, by every command.
    let file = scenario(&folder, "[fit.priors.imprint]\nmedian = 1.5\nspread = 1\n");
    let fault = format!(
        "error: {file}:3:10: `fit.priors.imprint.median`: the median of a share lies between 0 and 1, not at 1.5\n"
    );
    assert_eq!(runaway(&["fit", LOG, "--scenario", &file]), (3, String::new(), fault.clone()));
    assert_eq!(runaway(&["solve", &file]), (3, String::new(), fault));
    // Refused for the log at hand: without checks an old mistake leaves at most one.
    let file = scenario(&folder, "[fit.priors.persistence]\nmedian = 1.02\nspread = 1\n");
    let fault = format!(
        "error: {file}:3:10: `fit.priors.persistence.median`: for a loop like that of the log the median lies in (0, 1), not at 1.02\n"
    );
    // How long it may take is said before.
    let (code, out, error) = runaway(&["fit", LOG, "--scenario", &file]);
    assert!((code, out.as_str()) == (3, "") && error.ends_with(&fault), "{error}");
    let (code, out, error) = runaway(&["backtest", LOG, "--scenario", &file]);
    assert!((code, out.as_str()) == (3, "") && error.ends_with(&fault), "{error}");
    assert_eq!(runaway(&["solve", &file, "--json"]).0, 0);
}

#[test]
fn priors_alone_need_no_name() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("priors.toml");
    let typed = file.to_str().unwrap();
    let priors = "[fit.priors.imprint]\nmedian = 0.25\nspread = 0.5\n";
    let read = |text: &str| {
        fs::write(&file, text).unwrap();
        let told = |error: ScenarioError| error.to_string().replace(typed, "priors.toml");
        (Scenario::load_priors(&file).map_err(told), Scenario::load(&file, &[]).map_err(told))
    };
    let stated = vec![StatedPrior { key: "imprint".to_owned(), median: 0.25, spread: 0.5 }];
    let nameless = Err("priors.toml:1:1: `name`: every scenario has a name, but this key is missing; \
                        add `name = \"my-loop\"` as the first line"
        .to_owned());
    let designs = "[[design]]\nname = \"more\"\nset = { examples = 2000 }\n";
    for text in [priors.to_owned(), format!("horizon = 30\n{priors}{designs}")] {
        assert_eq!(read(&text), (Ok(stated.clone()), nameless.clone()), "{text}");
    }
    // Whatever else the file holds is checked as ever: the name, if there is one, a key, a design.
    for (text, fault) in [
        (format!("name = \"a/b\"\n{priors}"), "priors.toml:1:8: `name`: \"a/b\" cannot name a folder everywhere; "),
        (format!("{priors}[vote]\ncandidates = 0\n"), "priors.toml:5:14: `vote.candidates`: "),
        (format!("{priors}{}", designs.replace("2000", "0")), "priors.toml:6:20: `design.0.set`: design \"more\": "),
    ] {
        let refused = read(&text).0.unwrap_err();
        assert!(refused.starts_with(fault), "{refused}");
    }
    fs::write(&file, priors).unwrap();
    let (code, out, error) = runaway(&[
        "fit",
        LOG,
        "--alone",
        "--first",
        "3",
        "--horizon",
        "2",
        "--sweeps",
        "10",
        "--json",
        "--scenario",
        typed,
    ]);
    assert!([0, 4].contains(&code), "ten sweeps may not settle: {error}");
    let json: Value = serde_json::from_str(&out).unwrap();
    let imprint = json["parameters"].as_array().unwrap().iter().find(|one| one["parameter"] == "imprint").unwrap();
    assert!((imprint["prior"]["q50"].as_f64().unwrap() - 0.25).abs() < 1e-12);
}

/// The log of a single run need not name it.
#[test]
fn a_run_without_a_name_is_told_without_one() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("loop.csv");
    let log = file.to_str().unwrap();
    let write = |text: &str| fs::write(&file, text).unwrap();
    write("generation,evaluated,wrong\n0,400,40\n1,400,60\n2,400,90\n");
    let (code, out, error) = runaway(&["fit", log, "--horizon", "2", "--sweeps", "10", "--variants"]);
    // Bars are for terminals; what was read is said in a line.
    let read = "read as table: wrong of evaluated; generations 0 to 2, 400 answers each\n";
    assert_eq!((code, error.as_str()), (0, read));
    assert!(out.lines().any(|line| line == format!("{log}: generations 0 to 2")), "{out}");
    let (code, _, error) = runaway(&["backtest", log]);
    let why = format!("error: no run can be cut there ({log}: 3 generations cannot be cut at 4); ");
    assert!(code == 2 && error.starts_with(&why), "{error}");
    write("generation,evaluated,wrong\n0,400,40\n");
    let fault = format!(
        "error: {log}: the run has 1 evaluated generation; a fit needs at least 2: give the files of further generations too\n"
    );
    assert_eq!(runaway(&["fit", log]), (3, String::new(), fault));
    // A name that is there is told.
    write("run,generation,evaluated,wrong\na,0,400,40\n");
    let fault = format!(
        "error: {log}: run \"a\" has 1 evaluated generation; a fit needs at least 2: give the files of further generations too\n"
    );
    assert_eq!(runaway(&["fit", log]), (3, String::new(), fault));
    let why = format!("error: no run can be cut there ({log}, run a: 1 generations cannot be cut at 4); ");
    let (code, _, error) = runaway(&["backtest", log]);
    assert!(code == 2 && error.starts_with(&why), "{error}");
}

/// An answer that would depend on the seed is none: one line, and an exit code of its own.
#[test]
fn an_unsettled_sampler_gives_no_answer() {
    let mut told = Vec::new();
    for sweeps in ["10", "400"] {
        let args = ["fit", LOG, "--alone", "--first", "4", "--horizon", "2", "--sweeps", sweeps];
        let (code, out, error) = runaway(&args);
        assert_eq!(error.lines().count(), 1, "{error}");
        let json: Value = serde_json::from_str(&runaway(&[&args[..], &["--json"]].concat()).1).unwrap();
        let worst =
            json["mixing"].as_array().unwrap().iter().map(|one| one["r_hat"].as_f64().unwrap()).fold(0.0, f64::max);
        let silent = out.starts_with("The sampler has not settled (R-hat ") && out.lines().count() == 1;
        assert_eq!((silent, code), (worst > 1.1, if worst > 1.1 { 4 } else { 0 }), "{worst}: {out}");
        told.push(worst > 1.1);
    }
    assert_eq!(told, [true, false]);
}

#[test]
fn options_that_do_not_suit_are_wrong_usage() {
    let (code, _, error) = runaway(&["fit", LOG, "--run", "5"]);
    assert_eq!((code, error.as_str()), (2, "error: --run 5: the runs of this log are 0 to 4\n"));
    for bad in ["--advise=look=3", "--advise=audit=0", "--first=1"] {
        assert_eq!(runaway(&["fit", LOG, bad]).0, 2, "{bad}");
    }
}

#[test]
fn a_back_test_leaves_a_report() {
    let folder = TempDir::new().unwrap();
    let text = fs::read_to_string(LOG).unwrap();
    let mut rows: Vec<&str> = text.lines().filter(|line| line.starts_with("1,")).take(11).collect();
    rows.insert(0, text.lines().next().unwrap());
    let log = folder.path().join("one <run>.csv");
    fs::write(&log, rows.join("\n")).unwrap();
    let out = folder.path().join("out");
    let (code, said, error) = runaway(&[
        "backtest",
        log.to_str().unwrap(),
        "--cut",
        "4,20",
        "--sweeps",
        "60",
        "--report",
        out.to_str().unwrap(),
    ]);
    assert_eq!((code, error.as_str()), (0, ""));
    assert!(said.starts_with("Remaining runway: "), "{said}");
    let mut files: Vec<String> =
        fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    let expected = [
        ".runaway.json",
        "backtest.html",
        "backtest.json",
        "calibration.svg",
        "crps-ratio.svg",
        "forecast-against-outcome.svg",
        "runway-ratio.svg",
    ];
    assert_eq!(files, expected);
    let html = fs::read_to_string(out.join("backtest.html")).unwrap();
    assert!(html.contains("one &lt;run&gt;") && html.contains("cannot be cut at 20"));
    let json: Value = serde_json::from_slice(&fs::read(out.join("backtest.json")).unwrap()).unwrap();
    assert_eq!((json["summary"]["cases"].as_u64(), json["calibration"].as_array().unwrap().len()), (Some(1), 10));
}
