//! Designs: read from files, compared, and written.

use std::fs;

use approx::assert_relative_eq;
use assert_cmd::Command;
use runaway::analytic::{SolvedDesign, solve};
use runaway::compare::{DEFAULT_LEVEL, ExpectedCurves, with_expected};
use runaway::plan::{self, ComparisonSettings, DesignComparison, PlanError, RunwayMeasure};
use runaway::scenario::{Design, Origin, Scenario, ScenarioFile};
use runaway::simulate::{Engine, coupled};
use serde_json::Value;
use tempfile::TempDir;

use crate::cli::contents;

const TEXT: &str = r#"
name = "base"
examples = 40
horizon = 30
[errors]
amplification = 20
wrong_answers = 50
[cost]
unit = "GPU h"
per_step = 0.01
[[filter]]
kind = "outcome"
sensitivity = 0.2
per_check = 0.1
[[design]]
name = "plain"
[[design]]
name = "vote 4 of 5"
set = { "vote.candidates" = 5, vote.agree = 4 }
[[design]]
name = "better check"
set = { "filter.0.sensitivity" = 0.9 }
[[design]]
name = "dear check"
set = { "filter.0.per_check" = 10 }
[[design]]
name = "none"
set = { filter = [] }
"#;

fn designs(text: &str) -> Vec<Design> {
    ScenarioFile::parse(text, Origin::Text, &[]).unwrap().designs
}

fn solved(text: &str) -> Vec<SolvedDesign> {
    designs(text).into_iter().map(SolvedDesign::new).collect()
}

fn compared() -> DesignComparison {
    plan::compare_solved(&solved(TEXT), ComparisonSettings { replicates: 500, seed: 5 }, None, &|_| {}).unwrap()
}

#[test]
fn designs_override_keys_of_the_file() {
    let designs = designs(TEXT);
    let vote = &designs[1].scenario;
    assert_eq!((vote.name(), vote.vote().candidates.get(), vote.vote().agree.get()), ("base-vote-4-of-5", 5, 4));
    assert_eq!(designs[0].scenario.filters().len(), 1);
    assert!(designs[4].scenario.filters().is_empty() && designs[4].scenario.cost().is_some());
    assert_eq!(designs[3].scenario.cost().unwrap().check(0).per_check.get(), 10.0);
    // The file itself is the base, and the command line changes it before the designs do.
    let base = Scenario::parse(TEXT, Origin::Text, &[]).unwrap();
    assert_eq!((base.name(), base.vote().candidates.get()), ("base", 1));
    let overrides = ["examples=50".to_owned(), "vote.candidates=9".to_owned()];
    let changed = ScenarioFile::parse(TEXT, Origin::Text, &overrides).unwrap().designs;
    assert_eq!((changed[0].scenario.vote().candidates.get(), changed[1].scenario.vote().candidates.get()), (9, 5));
    assert!(changed.iter().all(|design| design.scenario.examples().get() == 50));
    assert!(ScenarioFile::parse("name = \"a\"", Origin::Text, &[]).unwrap().designs.is_empty());
}

#[test]
fn a_comparison_holds_what_solving_each_design_gives() {
    let compared = compared();
    assert_eq!((compared.baseline.as_str(), compared.measure), ("plain", RunwayMeasure::UntilFailure));
    for (one, design) in compared.designs.iter().zip(designs(TEXT)) {
        let solution = solve(&design.scenario);
        let cost = solution.cost.unwrap();
        assert_eq!(one.expected_runway, solution.runway.mean);
        assert_eq!(one.reproduction_number, solution.reproduction_number);
        assert_eq!(one.cost.as_ref().unwrap().per_sustained_generation, cost.per_sustained_generation);
        assert_eq!(one.best.generation, solution.best.generation);
        let ratio = solution.runway.mean.unwrap() / compared.designs[0].expected_runway.unwrap();
        assert_relative_eq!(one.ratios.runway.unwrap(), ratio, max_relative = 1e-14);
    }
    let by = |name: &str| compared.designs.iter().find(|one| one.name == name).unwrap();
    assert_eq!(by("dear check").dominated_by.as_deref(), Some("plain"));
    assert!(by("better check").dominated_by.is_none() && by("none").dominated_by.is_none());
    assert_eq!(by("dear check").ratios.runway, Some(1.0));
    assert!(by("plain").paired.is_none());
}

/// The same law played with the same luck differs in nothing; near designs differ less than independent runs would.
#[test]
fn sharing_the_luck_sharpens_differences() {
    let compared = compared();
    let paired = |name: &str| compared.designs.iter().find(|one| one.name == name).unwrap().paired.unwrap();
    let same = paired("dear check");
    assert_eq!((same.runway.mean, same.runway.se, same.error.mean), (0.0, 0.0, 0.0));
    let near = paired("none");
    assert!(near.runway.variance_ratio.unwrap() < 0.5, "{near:?}");
    assert!(near.runway.low <= near.runway.mean && near.runway.mean <= near.runway.high);
    for name in ["none", "vote 4 of 5"] {
        let design = compared.designs.iter().find(|one| one.name == name).unwrap();
        let exact = design.restricted_runway - compared.designs[0].restricted_runway;
        let seen = design.paired.unwrap().runway;
        assert!((seen.mean - exact).abs() <= 4.5 * seen.se, "{name}: {seen:?} but {exact}");
    }
}

/// Coupled runs follow the exact law, one- and two-dimensional, changing and accumulating.
#[test]
fn coupled_runs_agree_with_the_exact_law() {
    for more in [
        "[errors]\namplification = 20\n",
        "[errors]\namplification = 20\nrecovery = 0.1\nstep_error = 0.004\n",
        "[errors]\namplification = 20\n[learning]\npolicy = \"accumulate\"\n",
        "[errors]\nstep_error = 0.01\nstep_error_gain = 0.3\nstep_error_floor = 0.0005\n",
    ] {
        let text = format!("name = \"one\"\nexamples = 40\nhorizon = 25\n{more}");
        let scenario = Scenario::parse(&text, Origin::Text, &[]).unwrap();
        let solution = solve(&scenario);
        let curves = solution.curves.unwrap();
        let (simulated, played) = coupled(&scenario, 20_000, 11, &|_| {}).unwrap();
        assert_eq!((simulated.engine, played.len()), (Engine::Counts, 20_000));
        let expected = ExpectedCurves::of(&curves, solution.method);
        let verdict = with_expected(&expected, &simulated, DEFAULT_LEVEL).unwrap();
        assert!(verdict.agree, "{more}: {}", verdict.sentence);
    }
}

/// Improvement first lowers the error, then mistakes raise it: the generation to keep lies between.
#[test]
fn the_generation_to_keep_lies_where_the_error_turns() {
    let text = "name = \"turns\"\nexamples = 300\nhorizon = 40\n[errors]\nstep_error = 0.01\nstep_error_floor = 0.002\n\
                step_error_gain = 0.5\namplification = 4\n[[filter]]\nkind = \"catch\"\nrandom = 0.9\n\
                [[design]]\nname = \"only\"\n";
    let compared =
        plan::compare_solved(&solved(text), ComparisonSettings { replicates: 400, seed: 1 }, None, &|_| {}).unwrap();
    let one = &compared.designs[0];
    let best = one.best;
    assert!(best.generation > 0 && best.generation < 40, "{best:?}");
    let lowest = one.error.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(one.error[best.generation as usize], lowest);
    assert!(one.error[0] > lowest * 1.01 && one.error[40] > lowest * 1.01);
    assert!(best.probability > 0.0 && best.likeliest_probability >= best.probability);
}

/// Ground truth without a price is told of, and only there.
#[test]
fn free_truth_is_told() {
    let text = |price: &str| {
        format!(
            "name = \"base\"\nexamples = 20\nhorizon = 10\n[cost]\nper_step = 1\n{price}[[design]]\nname = \"plain\"\n\
             [[design]]\nname = \"truth\"\nset = {{ learning.anchor = 0.5 }}\n"
        )
    };
    let told = |price: &str| {
        let compared =
            plan::compare_solved(&solved(&text(price)), ComparisonSettings { replicates: 10, seed: 1 }, None, &|_| {})
                .unwrap();
        compared.notes.into_iter().filter(|note| note.contains("truth is free")).collect::<Vec<_>>()
    };
    assert_eq!(
        told(""),
        [
            "truth is free here: \"truth\" takes true examples by `anchor`, and `cost.per_true_example` gives ground truth no price"
        ]
    );
    assert!(told("per_true_example = 3\n").is_empty());
}

#[test]
fn names_are_checked() {
    let settings = ComparisonSettings { replicates: 10, seed: 1 };
    let designs = solved(TEXT);
    let twice = [designs[0].clone(), designs[0].clone()];
    assert!(matches!(plan::compare_solved(&twice, settings, None, &|_| {}), Err(PlanError::SameName { .. })));
    let unknown = plan::compare_solved(&designs, settings, Some("nothing"), &|_| {});
    assert!(matches!(unknown, Err(PlanError::UnknownBaseline { .. })));
    assert_eq!(plan::compare_solved(&[], settings, None, &|_| {}), Err(PlanError::NoDesign));
}

fn runaway() -> Command {
    Command::new(assert_cmd::cargo::cargo_bin!("runaway"))
}

fn file(folder: &TempDir, name: &str, text: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn compare_writes_the_same_bytes_on_any_number_of_threads() {
    let folder = TempDir::new().unwrap();
    let source = file(&folder, "designs.toml", TEXT);
    let write = |threads: &str| {
        let out = folder.path().join(threads);
        let args = ["compare", &source, "--replicates", "64", "--threads", threads, "-o", out.to_str().unwrap()];
        runaway().args(args).assert().success();
        contents(&out)
    };
    let (one, two) = (write("1"), write("2"));
    let names: Vec<&str> = one.iter().map(|(name, _)| name.as_str()).collect();
    let made = ["compare.html", "compare.json", "error.svg", "flows.svg", "runway-against-cost.svg", "survival.svg"];
    assert!(made.iter().all(|name| names.contains(name)), "{names:?}");
    assert_eq!(one, two);
    let bytes = |name: &str| &one.iter().find(|(file, _)| file == name).unwrap().1;
    let json: Value = serde_json::from_slice(bytes("compare.json")).unwrap();
    assert_eq!((&json["schema_version"], &json["baseline"]), (&Value::from(1), &Value::from("plain")));
    // A design's scenario in the result file is a scenario.
    let again = Scenario::from_json(&json["designs"][1]["scenario"]).unwrap();
    assert_eq!(again, designs(TEXT)[1].scenario);
    let text = |name: &str| String::from_utf8(bytes(name).clone()).unwrap();
    assert!(text("compare.html").contains("GPU h") && text("runway-against-cost.svg").contains("GPU h"));
    for outside in ["<script", "<link", "src=", "href=", "url("] {
        assert!(!text("compare.html").contains(outside), "the page asks for {outside}");
    }
}

#[test]
fn files_and_baselines_are_put_together_on_the_command_line() {
    let folder = TempDir::new().unwrap();
    let one = file(&folder, "one.toml", "name = \"one\"\nexamples = 20\nhorizon = 10\n");
    let two = file(&folder, "two.toml", "name = \"two\"\nexamples = 20\nhorizon = 10\n[errors]\namplification = 20\n");
    let output =
        runaway().args(["compare", &one, &two, "--baseline", "two", "--replicates", "50", "--json"]).output().unwrap();
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["baseline"], "two");
    assert_eq!(json["designs"].as_array().unwrap().len(), 2);
    assert_eq!(json["designs"][0]["cost"], Value::Null);
    let refused = |args: &[&str], expected: i32| {
        let output = runaway().args(args).output().unwrap();
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), message.lines().count()), (Some(expected), 1), "{args:?}: {message}");
        message
    };
    let message = refused(&["compare", &one, &two, "--baseline", "three", "--replicates", "50"], 2);
    assert_eq!(message.trim_end(), "error: no design is called \"three\"; the designs are \"one\", \"two\"");
    assert!(refused(&["compare", &one, &one, "--replicates", "50"], 2).contains("two designs are called \"one\""));
    assert!(refused(&["solve", &one, "--design", "x"], 2).contains("the designs are none"));
    assert!(refused(&["compare", &one, "--set", "cost.per_step=-1"], 3).contains("`cost.per_step`"));
    let designs = file(&folder, "designs.toml", TEXT);
    let solved = runaway().args(["solve", &designs, "--design", "none", "--json"]).output().unwrap();
    let solved: Value = serde_json::from_slice(&solved.stdout).unwrap();
    assert_eq!(solved["scenario"]["name"], "base-none");
    assert!(solved["provenance"]["command"].as_str().unwrap().ends_with("--design none"));
}
