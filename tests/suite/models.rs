//! Every loop of models/ agrees with its simulation, and a 5 % different step error is found.

use std::fs;
use std::path::PathBuf;

use runaway::analytic::solve;
use runaway::compare::{self, AgreementVerdict, DEFAULT_LEVEL, ExpectedCurves};
use runaway::scenario::{Origin, Scenario};
use runaway::simulate::{self, Engine, SimulationSettings};

pub fn models() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir("models").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(files.len() >= 9);
    files
}

/// Exact curves of `scenario` against a simulation of `played`.
fn verdict(scenario: &Scenario, played: &Scenario, engine: Engine, replicates: u64) -> AgreementVerdict {
    let curves = solve(scenario).curves.unwrap();
    let settings = SimulationSettings { replicates, seed: 1, engine, sample_runs: 0 };
    let simulated = simulate::run(played, &settings, &|_| ()).unwrap();
    let expected = ExpectedCurves::of(&curves, "the exact chain".into());
    compare::with_expected(&expected, &simulated, DEFAULT_LEVEL).unwrap()
}

#[test]
fn every_model_agrees_with_counts() {
    for file in models() {
        let scenario = Scenario::load(&file, &[]).unwrap();
        let verdict = verdict(&scenario, &scenario, Engine::Counts, 20_000);
        assert!(verdict.agree, "{}: {}", file.display(), verdict.sentence);
    }
}

/// Prices rest on the yield, of which errors and runway know nothing where every kind of answer is rejected alike.
#[test]
fn a_loop_of_another_yield_is_found_by_every_engine() {
    let text = |reject: f64| {
        format!(
            "name = \"priced\"\nexamples = 100\nhorizon = 10\n[[filter]]\nkind = \"catch\"\nrandom = {reject}\n\
             systematic = {reject}\nfalse_reject = {reject}"
        )
    };
    let [strict, lax] = [0.5, 0.1].map(|reject| Scenario::parse(&text(reject), Origin::Text, &[]).unwrap());
    for (engine, replicates) in [(Engine::Agents, 400), (Engine::Events, 2_000), (Engine::Counts, 2_000)] {
        let verdict = verdict(&strict, &lax, engine, replicates);
        let failed: Vec<&str> =
            verdict.tests.iter().filter(|test| !test.passed).map(|test| test.quantity.as_str()).collect();
        assert_eq!(failed, ["mean yield"], "{engine:?}: {}", verdict.sentence);
    }
}

/// 200 runs here to stay quick; `runaway check models/NAME.toml --replicates 20000` plays as many as the counts.
#[test]
fn every_model_agrees_with_agents() {
    for file in models() {
        let scenario = Scenario::load(&file, &[]).unwrap();
        let verdict = verdict(&scenario, &scenario, Engine::Agents, 200);
        assert!(verdict.agree, "{}: {}", file.display(), verdict.sentence);
    }
}

/// The start is looked over: there even one run tells the two apart.
#[test]
fn a_five_percent_different_step_error_is_found() {
    for file in models() {
        let scenario = Scenario::load(&file, &[]).unwrap();
        // Up, where that leaves a probability; of the first difficulty, where each has its own.
        let key = if scenario.difficulty().is_empty() { "errors.step_error" } else { "difficulty.0.step_error" };
        let present = scenario.bins(0)[0].step_error;
        let other = format!("{key}={}", present * if present > 0.9 { 0.95 } else { 1.05 });
        let played = Scenario::load(&file, &[other]).unwrap();
        let verdict = verdict(&scenario, &played, Engine::Counts, 20_000);
        assert!(!verdict.agree, "{}: {}", file.display(), verdict.sentence);
    }
}
