//! What decisions cost: `cargo bench --bench decide`.

#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use runaway::analytic::absorbing::{MOST_TRANSITIONS, absorption, explicit_chain};
use runaway::analytic::{derivatives, solve};
use runaway::fit::{FitOptions, Fitted, Log, SamplerConfig};
use runaway::gate::{GateOptions, GateVerdict};
use runaway::plan::inference::{InferenceRequest, divide};
use runaway::plan::{PlanQuestion, PlanRequest, PlanSpace};
use runaway::scenario::{Design, Origin, Scenario, ScenarioFile};
use runaway::sensitivity::sensitivity;

fn file(changes: &[&str]) -> ScenarioFile {
    let changes: Vec<String> = changes.iter().map(|change| (*change).to_owned()).collect();
    ScenarioFile::parse("name = \"loop\"\nexamples = 300\n[errors]\namplification = 20", Origin::Text, &changes)
        .unwrap()
}

/// A solution, its derivatives along every parameter, and the reach of every key.
fn sensitivities(criterion: &mut Criterion) {
    for (name, changes) in [
        ("300 examples", &[][..]),
        ("2,000 examples", &["examples=2000"]),
        ("vote of 5, 300 examples", &["vote.candidates=5", "vote.agree=3", "errors.consistency=0.9"]),
    ] {
        let file = file(changes);
        let mut group = criterion.benchmark_group(format!("sensitivity, {name}"));
        group.sample_size(20);
        group.bench_function("solve", |bencher| bencher.iter(|| solve(black_box(&file.scenario))));
        group.bench_function("derivatives", |bencher| bencher.iter(|| derivatives(black_box(&file.scenario))));
        group.bench_function("reach of every key", |bencher| {
            bencher.iter(|| sensitivity(black_box(&file), &file.scenario, None))
        });
        group.finish();
    }
}

/// A search for the cheapest design, and the division of 16 samples.
fn plans(criterion: &mut Criterion) {
    let scenario = Scenario::load(std::path::Path::new("models/self-consistency.toml"), &[]).unwrap();
    let bases = [Design { name: scenario.name().to_owned(), scenario }];
    let request = PlanRequest {
        question: PlanQuestion::Cheapest { generations: 30, budget: None },
        max_failure: 0.05,
        asked: Vec::new(),
        only: false,
    };
    let space = PlanSpace::new(&bases, false, &request).unwrap();
    let judged = Scenario::load(std::path::Path::new("models/self-judge.toml"), &[]).unwrap();
    let samples = InferenceRequest { samples: 16, revision: None, stop_error: 0.05 };
    let mut group = criterion.benchmark_group("plan");
    group.sample_size(10);
    group.bench_function("cheapest design for 30 generations", |bencher| {
        bencher.iter(|| space.search(black_box(&request), &|_| ()).unwrap())
    });
    group.bench_function("16 samples of a problem", |bencher| {
        bencher.iter(|| divide(black_box(&judged), samples).unwrap())
    });
    group.finish();
}

/// A fit as a gate makes it, and the verdict on it.
fn gates(criterion: &mut Criterion) {
    let log = Log::read(std::path::Path::new("tests/data/loops/digits-small-unverified.csv")).unwrap();
    let options = FitOptions { effort: SamplerConfig::THOROUGH, ..FitOptions::default() };
    let asked = GateOptions::new(vec!["P(fail within 5) > 0.2".parse().unwrap()]);
    let fitted = Fitted::new(&log, &options).unwrap();
    let fit = fitted.answer();
    let mut group = criterion.benchmark_group("gate");
    group.sample_size(10);
    group.bench_function("fit", |bencher| bencher.iter(|| Fitted::new(black_box(&log), &options).unwrap().answer()));
    group.bench_function("verdict", |bencher| bencher.iter(|| GateVerdict::of(black_box(&fitted), &fit, &asked)));
    group.finish();
}

/// The absorption law of an explicit chain: dense rows of 300 counts.
fn chains(criterion: &mut Criterion) {
    let chain = explicit_chain(&file(&[]).scenario, MOST_TRANSITIONS).unwrap();
    let mut group = criterion.benchmark_group("import");
    group.sample_size(20);
    group.bench_function("300 states", |bencher| bencher.iter(|| absorption(black_box(&chain), &[], 60).unwrap()));
    group.finish();
}

criterion_group!(benches, sensitivities, plans, gates, chains);
criterion_main!(benches);
