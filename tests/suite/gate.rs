//! `runaway gate`: its table against the back-tests, and its verdicts as they are typed.

use std::fs;
use std::path::Path;
use std::process::Command;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use runaway::fit::{BacktestCase, BacktestResult};
use runaway::gate::{BacktestedChecks, GateDecision, GateVerdict, RuleRates, StopRule, WhyUndecided};
use serde_json::Value;

/// The sets of the table; `lm-held` is kept aside.
const SETS: [&str; 6] =
    ["backtest", "backtest-fresh", "backtest-llm", "backtest-lm", "backtest-lm-fresh", "backtest-lm-last"];

fn cases(folder: &str) -> Vec<BacktestCase> {
    let json = fs::read(format!("reports/{folder}/backtest.json")).unwrap();
    let tested: BacktestResult = serde_json::from_slice(&json).unwrap();
    assert!(tested.cases.iter().all(|case| case.signals.is_some()), "{folder}: make it anew with .ci/reports");
    tested.cases
}

/// The table that the program holds is that of the committed back-tests. WRITE_GATE_TABLE=1 writes it.
#[test]
fn gate_table() {
    let all: Vec<BacktestCase> = SETS.iter().flat_map(|folder| cases(folder)).collect();
    let made = BacktestedChecks::of(&all).to_csv();
    let path = Path::new("src/gate/backtested.csv");
    if std::env::var_os("WRITE_GATE_TABLE").is_some() {
        fs::write(path, &made).unwrap();
    }
    assert!(made == fs::read_to_string(path).unwrap(), "write it with WRITE_GATE_TABLE=1, as src/gate/mod.rs says");
    assert!(!made.contains("lm-held"));
}

fn rates(checks: &BacktestedChecks, rule: &str) -> RuleRates {
    checks.rates(&rule.parse::<StopRule>().unwrap()).unwrap()
}

/// What is printed beside a rule holds on the logs that were kept aside: false alarms and detection agree within the 90 % intervals of
/// both, and the mean lead time lies within the printed interval of single runs.
#[test]
fn printed_rates_hold_on_the_logs_kept_aside() {
    let printed = BacktestedChecks::committed();
    let held = BacktestedChecks::of(&cases("backtest-lm-held"));
    assert_eq!((held.len(), held.is_empty()), (47, false));
    for rule in [
        "P(fail within 3) > 0.5",
        "P(fail within 5) > 0.2",
        "P(fail within 5) > 0.5",
        "runway(5%) < 4",
        "P(R > 1) > 0.8",
    ] {
        let (said, seen) = (rates(&printed, rule), rates(&held, rule));
        for (said, seen) in [(said.false_alarms, seen.false_alarms), (said.detected, seen.detected)] {
            let [one, other] = [said.interval90, seen.interval90];
            assert!(one.0 <= other.1 && other.0 <= one.1, "{rule}: {said:?} {seen:?}");
            assert!(said.checks > 50 && (other.0..=other.1).contains(&said.rate), "{rule}: {said:?} {seen:?}");
        }
        let (said, seen) = (said.lead.unwrap(), seen.lead.unwrap());
        let (low, high) = said.interval90;
        assert!((low as f64..=high as f64).contains(&seen.mean), "{rule}: {said:?} {seen:?}");
    }
}

/// A rule that is stricter has fewer false alarms, and misses more.
#[test]
fn stricter_rules_are_met_less_often() {
    let printed = BacktestedChecks::committed();
    let mut before: Option<RuleRates> = None;
    for bound in ["0.05", "0.2", "0.5", "0.8", "0.95"] {
        let now = rates(&printed, &format!("P(fail within 5) > {bound}"));
        if let Some(before) = before {
            assert!(now.false_alarms.met <= before.false_alarms.met && now.detected.met < before.detected.met);
            assert_eq!(
                (now.false_alarms.checks, now.detected.checks),
                (before.false_alarms.checks, before.detected.checks)
            );
        }
        before = Some(now);
    }
    // No run is that long.
    assert_eq!(printed.rates(&"P(fail within 1000) > 0.5".parse().unwrap()), None);
}

/// Runs `gate` on a log; its exit code, standard output and standard error.
fn gate(args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
    let output = command.arg("gate").args(args).env_remove("GITHUB_STEP_SUMMARY").output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// A log of so many answers a generation.
fn log(folder: &Path, evaluated: u64, wrong: &[u64]) -> String {
    let rows = wrong.iter().enumerate().map(|(generation, wrong)| format!("{generation},{evaluated},{wrong}\n"));
    let path = folder.join("log.csv");
    fs::write(&path, "generation,evaluated,wrong\n".to_owned() + &rows.collect::<String>()).unwrap();
    path.to_str().unwrap().to_owned()
}

const FAILS: &str = "P(fail within 5) > 0.5";
const FALLING: &str = "tests/data/loops/digits-small-unverified.csv";
const STEADY: &str = "tests/data/lm-held/lm-d6-t100-vote3of3-n2000.csv";
/// Enough for these logs to settle.
const SWEEPS: &str = "--sweeps=200";

/// A loop that goes on: code 0, the rates beside the rule, and the summary appended to the file that GitHub names.
#[test]
fn a_steady_loop_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let [summary, junit] = ["summary.md", "gate.xml"].map(|name| folder.path().join(name));
    fs::write(&summary, "before\n").unwrap();
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("runaway"));
    command.args(["gate", STEADY, "--alone", "--first", "5", SWEEPS, "--fail-if", FAILS, "--junit"]).arg(&junit);
    let output = command.env("GITHUB_STEP_SUMMARY", &summary).env("COLUMNS", "200").output().unwrap();
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{out}");
    assert!(out.starts_with("Go: no rule is met.\n"), "{out}");
    let rates = rates(&BacktestedChecks::committed(), FAILS);
    let (low, high) = rates.false_alarms.interval90;
    let percent = |share| runaway::report::words::percent(share, 2);
    let printed = format!("{} ({} to {})", percent(rates.false_alarms.rate), percent(low), percent(high));
    assert!(out.contains(&printed), "{printed}: {out}");
    let summary = fs::read_to_string(&summary).unwrap();
    assert!(summary.starts_with("before\n### runaway gate: go\n\nGo: no rule is met.\n"), "{summary}");
    assert!(
        summary.contains("| P(fail within 5) > 0.5 |") && summary.contains("| remaining runway (generations) |"),
        "{summary}"
    );
    let cases = junit_cases(&fs::read_to_string(&junit).unwrap());
    assert_eq!(cases, [(FAILS.to_owned(), "system-out".to_owned(), None)]);
}

/// A loop that runs away: code 10 where any of several rules is met, in JSON and JUnit XML too.
#[test]
fn a_loop_that_runs_away_stops() {
    let folder = tempfile::tempdir().unwrap();
    let junit = folder.path().join("gate.xml");
    let args = [FALLING, "--alone", "--first", "5", SWEEPS, "--fail-if", "runway > 100", "--fail-if", FAILS];
    let (code, out, error) = gate(&[&args[..], &["--json", "--junit", junit.to_str().unwrap()]].concat());
    assert_eq!(code, 10, "{out} {error}");
    let document: Value = serde_json::from_str(&out).unwrap();
    let verdict: GateVerdict = serde_json::from_value(document.clone()).unwrap();
    assert_eq!(verdict.decision, GateDecision::Stop);
    let met: Vec<Option<bool>> = verdict.rules.iter().map(|one| one.met).collect();
    assert_eq!(met, [Some(false), Some(true)]);
    assert!(verdict.rules[1].value.unwrap().value > 0.5 && verdict.missing.is_none());
    // To judge the first rule, so many generations are forecast.
    assert_eq!(verdict.numbers.unwrap().runway.horizon, 100);
    let again = document["provenance"]["command"].as_str().unwrap();
    assert!(again.contains("--fail-if 'runway > 100' --fail-if 'P(fail within 5) > 0.5'"), "{again}");
    let cases = junit_cases(&fs::read_to_string(&junit).unwrap());
    let ends: Vec<(&str, Option<&str>)> = cases.iter().map(|case| (case.1.as_str(), case.2.as_deref())).collect();
    assert_eq!(ends, [("system-out", None), ("failure", Some("rule-met"))]);
}

#[test]
fn too_little_data_is_told_with_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let told = |wrong: &[u64], more: &[&str]| {
        let file = log(folder.path(), 1000, wrong);
        let (code, out, error) = gate(&[&[file.as_str(), "--fail-if", FAILS, "-q"], more].concat());
        assert!(error.is_empty(), "{error}");
        (code, out.lines().next().unwrap().to_owned())
    };
    let one = "Not enough data: the log has 1 generation with an evaluation. Missing: 3 more evaluated generations.";
    assert_eq!(told(&[50], &[]), (11, one.to_owned()));
    let two = "Not enough data: the log has 2 generations with an evaluation. Missing: 8 more evaluated generations.";
    assert_eq!(told(&[50, 52], &[SWEEPS, "--min-generations", "10"]), (11, two.to_owned()));
    let unsettled = "Not enough data: the sampler has not settled, and every number would depend on the seed. Sample longer with --sweeps.";
    assert_eq!(told(&[50, 90, 40, 200, 60], &["--sweeps", "10"]), (11, unsettled.to_owned()));
    // A failure that the log shows needs no sampler.
    let (code, failed) = told(&[50, 200, 450, 700, 800], &["--sweeps", "10"]);
    assert!(code == 10 && failed.ends_with("The loop has failed already, at generation 3."), "{code} {failed}");
}

#[test]
fn an_evaluation_too_small_to_exclude_a_failure_does_not_let_the_loop_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.csv");
    fs::write(&path, "generation,evaluated,wrong\n0,20,8\n1,20,8\n2,20,8\n3,20,8\n").unwrap();
    let path = path.to_str().unwrap();
    let (code, out, _) = gate(&[path, SWEEPS, "--fail-if", "P(fail within 5) > 0.99", "--json"]);
    let verdict: GateVerdict = serde_json::from_str(&out).unwrap();
    let missing = verdict.missing.unwrap();
    assert_eq!((code, missing.why), (11, WhyUndecided::FailureNotExcluded), "{out}");
    assert!(missing.items.is_some_and(|items| (20..200).contains(&items)), "{missing:?}");
}

#[test]
fn a_log_that_the_model_does_not_predict_has_a_code_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let junit = folder.path().join("gate.xml");
    let file = log(folder.path(), 100, &[5, 6, 4, 60, 5, 5, 6, 4]);
    let (code, out, _) = gate(&[&file, SWEEPS, "--fail-if", FAILS, "--junit", junit.to_str().unwrap()]);
    assert_eq!(code, 12, "{out}");
    assert!(out.starts_with("The model does not fit this log: generation 3 measured 60"), "{out}");
    let cases = junit_cases(&fs::read_to_string(&junit).unwrap());
    assert_eq!(cases[0].2.as_deref(), Some("model-does-not-fit"));
}

#[test]
fn what_cannot_be_judged_is_refused() {
    let (code, out, error) = gate(&[FALLING, "--fail-if", "P(fails within 5) > 0.2"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        error.contains("nearest: 'P(fail within 5) > 0.2'") && error.contains("QUANTITY COMPARISON NUMBER"),
        "{error}"
    );
    let (code, _, error) = gate(&[FALLING]);
    assert!(code == 2 && error.contains("no rule is given"), "{error}");
    let (code, _, error) = gate(&["no-such-log.csv", "--fail-if", FAILS]);
    assert!(code == 3 && error.contains("no-such-log.csv"), "{code} {error}");
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.csv");
    fs::write(&empty, "").unwrap();
    assert_eq!(gate(&[empty.to_str().unwrap(), "--fail-if", FAILS]).0, 3);
    let none = folder.path().join("none/summary.md");
    let file = log(folder.path(), 1000, &[50]);
    let (code, _, error) = gate(&[&file, "--fail-if", FAILS, "--summary", none.to_str().unwrap()]);
    assert!(code == 1 && error.contains("summary.md: cannot add to this file"), "{code} {error}");
}

/// `fit --fail-if` gives the same verdict beside the whole answer.
#[test]
fn fit_gives_the_same_verdict() {
    let args = [FALLING, "--alone", "--first", "5", SWEEPS, "--fail-if", FAILS, "--json"];
    let output = Command::new(assert_cmd::cargo::cargo_bin!("runaway")).arg("fit").args(args).output().unwrap();
    assert_eq!(output.status.code(), Some(10));
    let fitted: Value = serde_json::from_slice(&output.stdout).unwrap();
    let (code, out, _) = gate(&args);
    let judged: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, &fitted["gate"]["rules"]), (10, &judged["rules"]));
    assert_eq!(fitted["reproduction_number"]["above_one"], judged["numbers"]["above_one"]);
    let survival = fitted["fan"].as_array().unwrap().iter().filter_map(|fan| fan["survival"].as_f64()).nth(4).unwrap();
    let failing = judged["rules"][0]["value"]["value"].as_f64().unwrap();
    assert!((failing - (1.0 - survival)).abs() < 1e-12, "{failing} {survival}");
}

/// A rule has one number: alone, beside rules that look further ahead, under any horizon, and in `fit`.
#[test]
fn a_rule_has_one_number_whatever_else_is_asked() {
    let judged = |more: &[&str]| {
        let args =
            [&[FALLING, "--alone", "--first", "5", "--sweeps=60", "-q", "--json", "--fail-if", FAILS], more].concat();
        let document: Value = serde_json::from_str(&gate(&args).1).unwrap();
        document["rules"][0].clone()
    };
    let alone = judged(&[]);
    assert!(
        alone["value"]["value"].as_f64().unwrap() > 0.5
            && alone["deciding"]["standard_error"].as_f64().unwrap() > 0.005
    );
    for more in [&["--fail-if", "P(fail within 60) > 0.2", "--fail-if", "runway(5%) < 90"][..], &["--horizon", "6"]] {
        assert_eq!(judged(more), alone, "{more:?}");
    }
}

/// A bound within two standard errors of the value leaves the rule open; a bound well away decides. Each rule of a JUnit file ends by
/// itself.
#[test]
fn a_bound_within_the_sampling_error_is_no_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let junit = folder.path().join("gate.xml");
    let args = [FALLING, "--alone", "--first", "5", "--sweeps=200", "-q", "--json"];
    let judged = |rules: &[&str]| {
        let rules: Vec<&str> = rules.iter().flat_map(|rule| ["--fail-if", rule]).collect();
        let (code, out, _) = gate(&[&args[..], &rules, &["--junit", junit.to_str().unwrap()]].concat());
        (code, serde_json::from_str::<GateVerdict>(&out).unwrap())
    };
    let share = judged(&[FAILS]).1.rules[0].deciding.unwrap();
    let near = format!("P(fail within 5) > {}", share.value - share.standard_error);
    let (code, verdict) = judged(&[&near, "P(fail within 5) > 0.95"]);
    let undecided: Vec<Option<WhyUndecided>> = verdict.rules.iter().map(|one| one.undecided).collect();
    assert_eq!((code, undecided), (11, vec![Some(WhyUndecided::SamplingError), None]));
    let missing = verdict.missing.unwrap();
    assert!(
        missing.why == WhyUndecided::SamplingError && missing.draws.is_some_and(|draws| draws > 2_000),
        "{missing:?}"
    );
    let ends = junit_cases(&fs::read_to_string(&junit).unwrap());
    let ends: Vec<(&str, Option<&str>)> = ends.iter().map(|case| (case.1.as_str(), case.2.as_deref())).collect();
    assert_eq!(ends, [("error", Some("not-enough-data")), ("system-out", None)]);
    // A rule that is met beyond doubt stops the loop, whatever is open.
    assert_eq!(judged(&[&near, FAILS]).0, 10);
    let far = format!("P(fail within 5) > {}", share.value - 3.0 * share.standard_error);
    assert_eq!(judged(&[&far]).0, 10);
}

/// CSV has one header and plain numbers.
#[test]
fn csv_holds_plain_numbers() {
    let args =
        [FALLING, "--alone", "--first", "5", "--sweeps=60", "-q", "--fail-if", FAILS, "--fail-if", "runway(5%) < 3"];
    let csv = gate(&[&args[..], &["--format", "csv"]].concat()).1;
    let verdict: GateVerdict = serde_json::from_str(&gate(&[&args[..], &["--json"]].concat()).1).unwrap();
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let heads: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2, "{csv}");
    let cell = |row: usize, head: &str| rows[row][heads.iter().position(|one| one == head).unwrap()].to_owned();
    for (row, one) in verdict.rules.iter().enumerate() {
        assert_eq!(cell(row, "rule"), one.rule.to_string());
        assert_eq!(cell(row, "value").parse::<f64>().unwrap(), one.value.unwrap().value);
        assert_eq!(cell(row, "standard_error").parse::<f64>().unwrap(), one.deciding.unwrap().standard_error);
        assert_eq!(cell(row, "detected").parse::<f64>().unwrap(), one.rates.unwrap().detected.rate);
    }
    let texts = ["rule", "outcome", "reason", "verdict"];
    for (head, text) in heads.iter().zip(rows[0].iter()).filter(|(head, _)| !texts.contains(&head.as_str())) {
        assert!(text.is_empty() || text.parse::<f64>().is_ok(), "{head}: {text}");
    }
}

/// The test cases of a JUnit file, read by a parser: name, what is in it, and its type. The totals of the file agree with them.
fn junit_cases(text: &str) -> Vec<(String, String, Option<String>)> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().trim_text(true);
    let (mut cases, mut totals) = (Vec::new(), Vec::new());
    let attribute = |element: &BytesStart<'_>, name: &str| {
        let found = element.try_get_attribute(name).unwrap()?;
        Some(found.normalized_value(XmlVersion::Implicit1_0).unwrap().into_owned())
    };
    let mut open: Option<String> = None;
    loop {
        match reader.read_event().unwrap() {
            Event::Start(element) => match element.name().as_ref() {
                "testsuite" => {
                    let total = |name| attribute(&element, name).unwrap().parse::<usize>().unwrap();
                    totals = ["tests", "failures", "errors"].map(total).to_vec();
                }
                "testcase" => open = attribute(&element, "name"),
                name => {
                    if let Some(case) = open.take() {
                        let name = name.to_owned();
                        cases.push((case, name, attribute(&element, "type")));
                    }
                }
            },
            Event::Eof => break,
            _ => {}
        }
    }
    let of = |kind: &str| cases.iter().filter(|case: &&(String, String, Option<String>)| case.1 == kind).count();
    assert_eq!(totals, [cases.len(), of("failure"), of("error")], "{text}");
    cases
}
