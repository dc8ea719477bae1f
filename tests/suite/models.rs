//! Every loop of models/ agrees with its simulation, and a 5 % different step error is found.

use std::fs;
use std::path::PathBuf;

use runaway::analytic::solve;
use runaway::compare::{self, DEFAULT_LEVEL, Expected, Verdict};
use runaway::scenario::Scenario;
use runaway::simulate::{self, Engine, Settings};

pub fn models() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir("models").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(files.len() >= 9);
    files
}

/// Exact curves of `scenario` against a simulation of `played`.
fn verdict(scenario: &Scenario, played: &Scenario, engine: Engine, replicates: u64) -> Verdict {
    let curves = solve(scenario).curves.unwrap();
    let settings = Settings { replicates, seed: 1, engine, sample_runs: 0 };
    let simulated = simulate::run(played, &settings, &|_| ()).unwrap();
    let expected = Expected {
        survival: &curves.survival,
        mean_error: &curves.expected_error,
        sd_error: &curves.sd_error,
        reach_error: &curves.reach_error,
        reference: "the exact chain".into(),
    };
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
        let other = format!("errors.step_error={}", scenario.errors.step_error.get() * 1.05);
        let played = Scenario::load(&file, &[other]).unwrap();
        let verdict = verdict(&scenario, &played, Engine::Counts, 20_000);
        assert!(!verdict.agree, "{}: {}", file.display(), verdict.sentence);
    }
}
