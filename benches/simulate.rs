//! Simulation speed on the reference loop: unvoted, a `catch` filter, 20 steps, failure beyond reach, 200 generations.
//!
//! `cargo bench --bench simulate`. One core throughout. An item is an example in a generation; for the event-driven agents and
//! the counts it is an effective one, since they do not touch each.

// A bench that cannot be set up has nothing to measure.
#![allow(clippy::expect_used)]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use runaway::analytic::mean_field;
use runaway::scenario::{Origin, Scenario};
use runaway::simulate::{Engine, RareSettings, SimulationSettings, rare, run};

const GENERATIONS: u64 = 200;
const REFERENCE: &str = "name = \"reference\"\nhorizon = 200\n[task]\nsteps = 20\n[failure]\nerror_rate = 1\n\
                         [[filter]]\nkind = \"catch\"\nrandom = 0.8\nsystematic = 0.3\nfalse_reject = 0.02\n";

fn scenario(text: &str, overrides: &[String]) -> Scenario {
    Scenario::parse(text, Origin::Text, overrides).expect("a scenario")
}

/// The reference loop with the step error at which the share of wrong beliefs, averaged over the generations of the mean
/// field, is `share`.
fn reference(examples: u64, share: f64) -> Scenario {
    let with = |slip: f64| scenario(REFERENCE, &[format!("examples={examples}"), format!("errors.step_error={slip}")]);
    let mean = |slip: f64| {
        let field = mean_field::follow(&with(slip), GENERATIONS);
        field.composition.iter().map(|x| x.wrong).sum::<f64>() / field.composition.len() as f64
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if mean(middle) < share { low = middle } else { high = middle }
    }
    with(low)
}

fn alone<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    pool.install(work)
}

fn loops(criterion: &mut Criterion) {
    for (engine, name, sizes, replicates) in [
        (Engine::Agents, "agents", [10_000].as_slice(), 2),
        (Engine::Events, "events", &[10_000, 100_000, 1_000_000], 64),
        (Engine::Counts, "counts", &[10_000], 512),
    ] {
        let mut group = criterion.benchmark_group(name);
        for &examples in sizes {
            for share in [0.01, 0.1, 0.5] {
                let scenario = reference(examples, share);
                let settings = SimulationSettings { replicates, seed: 1, engine, sample_runs: 0 };
                group.throughput(Throughput::Elements(examples * GENERATIONS * replicates));
                group.bench_function(
                    BenchmarkId::new(format!("{examples} examples"), format!("{share} wrong")),
                    |bencher| {
                        alone(|| bencher.iter(|| run(black_box(&scenario), &settings, &|_| ()).expect("a result")));
                    },
                );
            }
        }
    }
}

/// P(T ≤ 100) of about 1e-8 by one repetition of the splitting.
fn splitting(criterion: &mut Criterion) {
    let text = "name = \"rare\"\nexamples = 400\nhorizon = 100\n[errors]\namplification = 20\n\
                [[filter]]\nkind = \"catch\"\nrandom = 0.9\nsystematic = 0.3\nfalse_reject = 0.02\n";
    let scenario = scenario(text, &[]);
    let mut group = criterion.benchmark_group("rare");
    for (engine, name) in [(Engine::Counts, "counts"), (Engine::Events, "events")] {
        let settings = RareSettings { repetitions: 2, effort: 1000, seed: 1, engine };
        group.bench_function(name, |bencher| {
            alone(|| bencher.iter(|| rare(black_box(&scenario), &settings, &|_| ()).expect("a result")));
        });
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    targets = loops, splitting
}
criterion_main!(benches);
