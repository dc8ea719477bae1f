//! Times the reference loop of `benches/simulate.rs` on one core and prints JSON, for `benches/peers/compare.py`.

// A bench that cannot be set up has nothing to time.
#![allow(clippy::expect_used)]

use std::time::Instant;

use runaway::analytic::mean_field;
use runaway::law::{Composition, Law};
use runaway::scenario::{Origin, Scenario};
use runaway::simulate::{Engine, SimulationSettings, run};
use serde_json::json;

const EXAMPLES: u64 = 10_000;
const GENERATIONS: u64 = 200;
const REFERENCE: &str = "name = \"reference\"\nhorizon = 200\n[task]\nsteps = 20\n[failure]\nerror_rate = 1\n\
                         [[filter]]\nkind = \"catch\"\nrandom = 0.8\nsystematic = 0.3\nfalse_reject = 0.02\n";

fn reference(slip: f64) -> Scenario {
    let changes = [format!("examples={EXAMPLES}"), format!("errors.step_error={slip}")];
    Scenario::parse(REFERENCE, Origin::Text, &changes).expect("a scenario")
}

/// The step error at which the mean field's share of wrong beliefs, averaged over the generations, is `share`.
fn slip(share: f64) -> f64 {
    let mean = |slip: f64| {
        let field = mean_field::follow(&reference(slip), GENERATIONS);
        field.composition.iter().map(|x| x.wrong).sum::<f64>() / field.composition.len() as f64
    };
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if mean(middle) < share { low = middle } else { high = middle }
    }
    low
}

/// Median seconds of one replicate.
fn seconds(scenario: &Scenario, engine: Engine, replicates: u64) -> f64 {
    let settings = SimulationSettings { replicates, seed: 1, engine, sample_runs: 0 };
    let mut times: Vec<f64> = (0..7)
        .map(|_| {
            let begin = Instant::now();
            run(scenario, &settings, &|_| ()).expect("a result");
            begin.elapsed().as_secs_f64() / replicates as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a thread");
    let loops: Vec<serde_json::Value> = [0.01, 0.1, 0.5]
        .into_iter()
        .map(|share| {
            let slip = slip(share);
            let scenario = reference(slip);
            let law = Law::new(&scenario, 0);
            let next = |count: u64| {
                let x = Composition { unsound: 0.0, wrong: count as f64 / EXAMPLES as f64 };
                law.at(x).next.map_or(0.0, |next| next.wrong)
            };
            let time = |engine, replicates| pool.install(|| seconds(&scenario, engine, replicates));
            json!({
                "share": share,
                "step_error": slip,
                "next": (0..=EXAMPLES).map(next).collect::<Vec<f64>>(),
                "agents": time(Engine::Agents, 2),
                "events": time(Engine::Events, 32),
                "counts": time(Engine::Counts, 256),
            })
        })
        .collect();
    println!("{}", json!({ "examples": EXAMPLES, "generations": GENERATIONS, "loops": loops }));
}
